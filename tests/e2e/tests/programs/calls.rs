//! A valid call of every function of every program.

use std::{collections::BTreeMap, sync::LazyLock};

use alloy::{
    primitives::{
        Address, B256, Bytes, U256,
        aliases::{U48, U192},
        keccak256,
    },
    rpc::types::TransactionRequest,
    sol_types::{Revert, SolCall, SolError, SolValue},
};
use session_core::{
    approval::approval, rules::erc1155_mint::MINT_TO, secs::from_u64, validation_data,
};
use session_keys::{
    Action, NativeKeccak, Session, SessionKey, Tree, UserOp, calls, execute,
    session_data::{AbiRule, AbiRules, Bounds, Condition, Erc20Transfer, Erc1155Mint, Lane},
    sign,
};
use world::{MAX_A, MainJob, World, abi::Token, to};

use crate::{addresses::FACTORY, interface::Function};

/// Arguments that a function decodes, and what it makes of them.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) arguments: Vec<u8>,
    pub(crate) end: End,
}

/// By signature.
pub(crate) type Calls = BTreeMap<&'static str, Call>;

const VALIDATE_USER_OP: &str = "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)";

const VALIDATE_SESSION_PARAMS: &str = "validateSessionParams(address,uint256,bytes,bytes,bytes)";
const VALIDATE_SESSION_USER_OP: &str = "validateSessionUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32,bytes,bytes)";

/// Last and first second of each session.
const WINDOWS: [(u64, u64); 3] = [(4_000_000_000, 10), (3_900_000_000, 30), (0, 20)];

/// The main job, with a validity window for each session. The account has the session module, too, with the same root.
pub(crate) fn job() -> MainJob {
    let mut world = e2e::world().unwrap();
    let programs = world.deploy_programs().unwrap();
    for program in ["abi", "bounded", "erc1155-mint", "erc20-transfer"] {
        world.deploy_program(program).unwrap();
    }
    let module = world.deploy_program("session-module").unwrap();
    assert_eq!(module, *SESSION_MODULE);
    let mut job = MainJob::before_grant(world, programs).unwrap();
    let mut sessions = job.sessions().unwrap();
    for (session, (until, after)) in sessions.iter_mut().zip(WINDOWS) {
        (session.valid_until_secs, session.valid_after_secs) = (until, after);
    }
    job.grant(Tree::new(sessions).unwrap()).unwrap();
    let set_up = calls::set_up(job.account, module, job.tree.root(), &[module]);
    job.as_owner(&set_up).unwrap();
    job
}

/// Where the session module is: the job's programs are manager and router.
static SESSION_MODULE: LazyLock<Address> = LazyLock::new(|| {
    let wasm = world::program("session-module").unwrap();
    let init_code = devnode_meter::init_code(&devnode_meter::package(&wasm).unwrap());
    FACTORY.create2(B256::ZERO, keccak256(init_code))
});

/// The session key, with the session module as manager and router.
fn key_of_module(job: &MainJob) -> SessionKey {
    let mut key = job.key.clone();
    key.deployment.manager = *SESSION_MODULE;
    key.deployment.router = *SESSION_MODULE;
    key
}

/// Where a program is. Those that have no part in the main job are at their well-known addresses.
pub(crate) fn address(job: &MainJob, program: &str) -> Address {
    match program {
        "abi" => well_known::ABI.into(),
        "erc1155-mint" => well_known::ERC1155_MINT.into(),
        "erc20-transfer" => well_known::ERC20_TRANSFER.into(),
        "batched-session-router" => job.programs.router,
        "bounded" => well_known::BOUNDED.into(),
        "dex-swap" => job.programs.dex_swap,
        "erc20-approval" => job.programs.erc20_approval,
        "erc20-stake" => job.programs.erc20_stake,
        "session-key-manager" => job.programs.manager,
        "session-module" => *SESSION_MODULE,
        _ => panic!("{program} is not deployed"),
    }
}

/// The calls of a program.
pub(crate) fn calls(job: &MainJob, program: &str) -> Calls {
    match program {
        "batched-session-router" => router(job, &job.key),
        "session-key-manager" => manager(job, &job.key),
        "session-module" => session_module(job),
        "bounded" => bounded(job),
        "erc20-approval" => svm_of_job(job, 0),
        "dex-swap" => svm_of_job(job, 1),
        "erc20-stake" => svm_of_job(job, 2),
        "abi" => abi(job),
        "erc1155-mint" => erc1155_mint(job),
        "erc20-transfer" => erc20_transfer(job),
        _ => Calls::new(),
    }
}

fn call(arguments: impl Into<Vec<u8>>, answer: impl Into<Vec<u8>>) -> Call {
    Call {
        arguments: arguments.into(),
        end: End::Answer(Bytes::from(answer.into())),
    }
}

/// The answer of a function that returns `bytes4`.
fn bytes4(bytes: [u8; 4]) -> Vec<u8> {
    B256::right_padding_from(&bytes).to_vec()
}

fn manager(job: &MainJob, key: &SessionKey) -> Calls {
    let sessions = job.tree.sessions();
    let proof = |index| job.tree.proof(index).unwrap();
    let items = sessions.iter().enumerate();
    let items: Vec<_> = items
        .map(|(index, session)| {
            let (until, after) = window(session);
            let data = session.session_key_data.clone();
            (until, after, session.svm, data, proof(index), Bytes::new())
        })
        .collect();
    let (until, after) = window(&sessions[0]);
    let data = sessions[0].session_key_data.clone();
    let one = (job.account, until, after, sessions[0].svm, data, proof(0)).abi_encode_params();

    let op = job_op(job, key, &job.actions()[..1], &[0]);
    let (until, after) = WINDOWS[0];
    let (root, hash) = (job.tree.root(), B256::repeat_byte(7));
    let no_signature = call(
        (hash, Bytes::from(vec![1; 65])).abi_encode_params(),
        bytes4([0xff; 4]),
    );
    Calls::from([
        ("setMerkleRoot(bytes32)", call(*hash, [])),
        (
            "setMerkleRootIf(bytes32,bytes32,bytes)",
            call(
                (B256::ZERO, hash, Bytes::from(vec![1; 33])).abi_encode_params(),
                [],
            ),
        ),
        (
            "getSessionKeys(address)",
            call(job.account.abi_encode(), *root),
        ),
        (
            "validateSessionKey(address,uint48,uint48,address,bytes,bytes32[])",
            call(one, approved(job, &job.tree.leaves()[..1])),
        ),
        (
            "validateSessionKeys(address,(uint48,uint48,address,bytes,bytes32[],bytes)[])",
            call(
                (job.account, items).abi_encode_params(),
                approved(job, job.tree.leaves()),
            ),
        ),
        (
            VALIDATE_USER_OP,
            call(
                (op.clone(), job.world.hash(&op)).abi_encode_params(),
                validation_data::pack(false, &from_u64(until), &from_u64(after)),
            ),
        ),
        ("isValidSignature(bytes32,bytes)", no_signature.clone()),
        ("isValidSignatureUnsafe(bytes32,bytes)", no_signature),
        (
            "NAME()",
            call([], String::from("Session Key Manager Module").abi_encode()),
        ),
        ("VERSION()", call([], String::from("0.1.0").abi_encode())),
    ])
}

fn window(session: &Session) -> (U48, U48) {
    (
        U48::from(session.valid_until_secs),
        U48::from(session.valid_after_secs),
    )
}

fn approved(job: &MainJob, leaves: &[B256]) -> [u8; 32] {
    approval(&NativeKeccak, &job.account.0.0, &leaves.concat())
}

fn job_op(job: &MainJob, key: &SessionKey, actions: &[Action], sessions: &[usize]) -> UserOp {
    let mut op = job.user_op(actions).unwrap();
    if let [action] = actions {
        op.callData = execute(action);
    }
    key.sign(&job.tree, sessions, &mut op).unwrap();
    op
}

fn router(job: &MainJob, key: &SessionKey) -> Calls {
    let op = job_op(job, key, &job.actions(), &[0, 1, 2]);
    let (until, after) = (3_900_000_000, 30);
    Calls::from([
        (
            VALIDATE_USER_OP,
            call(
                (op.clone(), job.world.hash(&op)).abi_encode_params(),
                validation_data::pack(false, &from_u64(until), &from_u64(after)),
            ),
        ),
        (
            "isValidSignature(bytes32,bytes)",
            call(
                (B256::ZERO, Bytes::new()).abi_encode_params(),
                bytes4([0xff; 4]),
            ),
        ),
        (
            "EXECUTE_BATCH_SELECTOR()",
            call([], bytes4([0x47, 0xe1, 0xda, 0x2a])),
        ),
        (
            "EXECUTE_BATCH_OPTIMIZED_SELECTOR()",
            call([], bytes4([0x00, 0x00, 0x46, 0x80])),
        ),
    ])
}

/// All of the manager's and the router's; its `validateUserOp` is of a batch.
fn session_module(job: &MainJob) -> Calls {
    let key = key_of_module(job);
    let mut calls = manager(job, &key);
    calls.extend(router(job, &key));
    calls
}

/// A valid call besides those of [`calls`]: of one action, to the session module.
pub(crate) fn more_calls(job: &MainJob, program: &str) -> Calls {
    let mut calls = match program {
        "session-module" => manager(job, &key_of_module(job)),
        _ => Calls::new(),
    };
    calls.retain(|signature, _| *signature == VALIDATE_USER_OP);
    calls
}

/// At most 10 A for the trader.
fn erc20_transfer(job: &MainJob) -> Calls {
    let (recipient, amount) = (job.world.trader, MAX_A);
    let grant = Erc20Transfer {
        session_key: job.key.address(),
        token: job.world.token_a,
        recipient,
        max_amount: amount,
    };
    let call = Token::transferCall {
        to: recipient,
        amount,
    };
    svm(job, &to(grant.token, call.abi_encode()), &grant.encode())
}

/// The same by rules.
fn abi(job: &MainJob) -> Calls {
    let (recipient, amount) = (job.world.trader, MAX_A);
    let grant = AbiRules {
        session_key: job.key.address(),
        contract: job.world.token_a,
        selector: Token::transferCall::SELECTOR.into(),
        max_value: U256::ZERO,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, recipient).unwrap(),
            AbiRule::argument(1, Condition::AtMost, amount).unwrap(),
        ],
    };
    let call = Token::transferCall {
        to: recipient,
        amount,
    };
    let action = to(grant.contract, call.abi_encode());
    svm(job, &action, &grant.encode().unwrap())
}

/// Token 7 of a contract.
fn erc1155_mint(job: &MainJob) -> Calls {
    let (recipient, token_id) = (job.account, U256::from(7));
    let grant = Erc1155Mint {
        session_key: job.key.address(),
        nft: job.world.trader,
        recipient,
        token_id,
    };
    let arguments = (recipient, token_id, U256::ONE).abi_encode_params();
    let call = [&MINT_TO[..], &arguments].concat();
    svm(job, &to(grant.nft, call), &grant.encode())
}

/// Session and action of this index of the main job.
fn svm_of_job(job: &MainJob, index: usize) -> Calls {
    let session_key_data = &job.tree.sessions()[index].session_key_data;
    svm(job, &job.actions()[index], session_key_data)
}

/// An action that the session covers.
fn svm(job: &MainJob, action: &Action, session_key_data: &Bytes) -> Calls {
    let op = UserOp {
        callData: execute(action),
        ..UserOp::default()
    };
    let hash = B256::repeat_byte(9);
    let signature = sign(&job.key.signer, hash).unwrap();
    let params = (
        action.to,
        action.value,
        action.data.clone(),
        session_key_data.clone(),
        Bytes::from(vec![1]),
    );
    let user_op = (op, hash, session_key_data.clone(), signature);
    Calls::from([
        (
            VALIDATE_SESSION_PARAMS,
            call(params.abi_encode_params(), job.key.address().abi_encode()),
        ),
        (
            VALIDATE_SESSION_USER_OP,
            call(user_op.abi_encode_params(), true.abi_encode()),
        ),
        (
            "EXECUTE_SELECTOR()",
            call([], bytes4([0xb6, 0x1d, 0x27, 0xf6])),
        ),
        (
            "EXECUTE_OPTIMIZED_SELECTOR()",
            call([], bytes4([0x00, 0x00, 0x18, 0x9a])),
        ),
    ])
}

/// The first session and action of the main job, with bounds.
fn bounded(job: &MainJob) -> Calls {
    let bounds = Bounds::new(
        Lane {
            key: U192::from(5),
            max_uses: 2,
        },
        6_000,
        600,
    );
    let session = bounds.wrap(&job.tree.sessions()[0]).unwrap();
    let op = UserOp {
        callData: execute(&job.actions()[0]),
        nonce: U256::from(5) << 64 | U256::ONE,
        callGasLimit: U256::from(100),
        verificationGasLimit: U256::from(200),
        preVerificationGas: U256::from(300),
        maxFeePerGas: U256::from(10),
        ..UserOp::default()
    };
    let hash = B256::repeat_byte(9);
    let signature = sign(&job.key.signer, hash).unwrap();
    let user_op = (op, hash, session.session_key_data, signature);
    let mut calls = svm_of_job(job, 0);
    calls.insert(
        VALIDATE_SESSION_USER_OP,
        call(user_op.abi_encode_params(), true.abi_encode()),
    );
    let needs_user_op = Revert::from("BND Needs User Operation").abi_encode();
    let refused = Call {
        arguments: Vec::new(),
        end: End::Revert(needs_user_op.into()),
    };
    calls.insert(VALIDATE_SESSION_PARAMS, refused);
    calls
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Answer(Bytes),
    Revert(Bytes),
    /// A trap, or no gas left.
    Halt(String),
}

/// Gas of each call here: what burns it all is seen.
pub(crate) const GAS_LIMIT: u64 = 3_000_000;

/// Calls a program, and says how much gas it took.
pub(crate) fn run(world: &World, to: Address, value: U256, calldata: Vec<u8>) -> (End, u64) {
    let request = TransactionRequest::default()
        .from(world.deployer)
        .to(to)
        .value(value)
        .input(Bytes::from(calldata).into())
        .gas_limit(GAS_LIMIT);
    let frame = world.chain.trace_call(&request).unwrap();
    let output = frame.output.unwrap_or_default();
    let end = match frame.error {
        None => End::Answer(output),
        Some(error) if error == "execution reverted" => End::Revert(output),
        Some(error) => End::Halt(error),
    };
    (end, frame.gas_used.to())
}

/// The calldata of a function.
pub(crate) fn calldata(function: &Function, arguments: &[u8]) -> Vec<u8> {
    [&function.selector, arguments].concat()
}
