//! Our SVMs are programs too, for managers and routers of others. What those programs say of a session, manager and
//! router say without a call.

use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256},
    sol,
    sol_types::{SolCall, SolValue},
};
use session_keys::{
    Action, execute,
    session_data::{AbiRule, AbiRules, Condition, Erc20Transfer, Erc1155Mint},
};
use world::{MAX_A, to};

use crate::scene::{FOREVER_SECS, Scene, SessionData, Svm, VALIDATE_SESSION_USER_OP};

sol! {
    function mintTo(address to, uint256 tokenId, uint256 amount);
    function transfer(address to, uint256 amount);
}

/// A session of each SVM with rules, whose programs are there, and an action that it allows.
fn granted(scene: &mut Scene) -> Vec<(SessionData, Action)> {
    let (key, job) = (scene.job.key.address(), &scene.job);
    let (token, recipient) = (job.world.token_a, job.world.trader);
    let transfer = Erc20Transfer {
        session_key: key,
        token,
        recipient,
        max_amount: MAX_A,
    };
    let mint = Erc1155Mint {
        session_key: key,
        nft: token,
        recipient,
        token_id: U256::from(7),
    };
    let rules = AbiRules {
        session_key: key,
        contract: token,
        selector: FixedBytes(transferCall::SELECTOR),
        max_value: U256::ONE,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, recipient).unwrap(),
            AbiRule::argument(1, Condition::AtMost, MAX_A).unwrap(),
        ],
    };
    let transfers = transferCall {
        to: recipient,
        amount: MAX_A,
    };
    let mints = mintToCall {
        to: recipient,
        tokenId: U256::from(7),
        amount: U256::ONE,
    };
    let typed = scene.typed().into_iter().zip(scene.job.actions());
    let mut granted: Vec<_> = typed.collect();
    for (program, data, call) in [
        ("erc20-transfer", transfer.encode(), transfers.abi_encode()),
        ("erc1155-mint", mint.encode(), mints.abi_encode()),
        ("abi", rules.encode().unwrap(), transfers.abi_encode()),
    ] {
        let session = SessionData {
            sessionValidationModule: scene.job.world.deploy_program(program).unwrap(),
            sessionKeyData: data,
            ..SessionData::default()
        };
        granted.push((session, to(token, call)));
    }
    granted
}

/// It, and what differs from it in one thing.
fn variants(action: &Action) -> Vec<Action> {
    let mut variants = vec![action.clone()];
    for value in [1, 2] {
        variants.push(Action {
            value: U256::from(value),
            ..action.clone()
        });
    }
    let mut other = action.clone();
    other.to.0[19] ^= 1;
    variants.push(other);
    let with = |data: Vec<u8>| Action {
        data: data.into(),
        ..action.clone()
    };
    for len in [0, 3, 4, action.data.len() - 1] {
        variants.push(with(action.data[..len].to_vec()));
    }
    variants.push(with([&action.data[..], &[0; 32]].concat()));
    // The selector; of each word the first byte, the highest of an address, and the last.
    let words = (4..action.data.len()).step_by(32);
    for byte in words
        .flat_map(|word| [0, 12, 31].map(|byte| word + byte))
        .chain([3])
    {
        let mut data = action.data.to_vec();
        data[byte] ^= 1;
        variants.push(with(data));
    }
    variants
}

fn malformed(data: &Bytes) -> [Bytes; 4] {
    let mut dirty = data.to_vec();
    dirty[0] ^= 1;
    [
        data.clone(),
        data.slice(..data.len() - 1),
        [data, &[0][..]].concat().into(),
        dirty.into(),
    ]
}

/// What is due of a batch: the SVM's program says who may do it.
fn of_batch(scene: &Scene, session: &SessionData, action: &Action) -> Result<U256, Bytes> {
    let ask = Svm::validateSessionParamsCall {
        to: action.to,
        value: action.value,
        data: action.data.clone(),
        sessionKeyData: session.sessionKeyData.clone(),
        callSpecificData: Bytes::new(),
    };
    let answer = scene.call(session.sessionValidationModule, ask.abi_encode())?;
    let key = Address::abi_decode(&answer).unwrap();
    Ok(if key == scene.signer.address() {
        U256::from(FOREVER_SECS) << 160
    } else {
        U256::ONE
    })
}

fn they_say_what_the_programs_say(mut scene: Scene) {
    let (mut accepted, mut refused) = (0, 0);
    for (session, action) in granted(&mut scene) {
        for data in malformed(&session.sessionKeyData) {
            let session = SessionData {
                sessionKeyData: data.clone(),
                ..session.clone()
            };
            let [session] = scene.grant([session]);
            let mut call_data = Vec::new();
            for action in variants(&action) {
                let due = of_batch(&scene, &session, &action);
                let op = scene.batch(
                    std::slice::from_ref(&action),
                    std::slice::from_ref(&session),
                );
                assert_eq!(scene.by_router(&op), due, "{action:?}");
                *if due.is_ok() {
                    &mut accepted
                } else {
                    &mut refused
                } += 1;
                call_data.push(execute(&action));
            }
            // Another function of the account's, and arguments that are not all there.
            let whole = &call_data[0];
            let other = [&[0xde, 0xad, 0xbe, 0xef], &whole[4..]].concat();
            let short = [3, 4, 4 + 95, whole.len() - 64].map(|len| whole.slice(..len));
            call_data.extend(short.into_iter().chain([other.into()]));
            for call_data in call_data {
                let op = scene.managed(call_data, &session);
                let arguments = (
                    op.clone(),
                    scene.job.world.hash(&op),
                    data.clone(),
                    scene.sign(&op),
                );
                let ask = [
                    &VALIDATE_SESSION_USER_OP[..],
                    &arguments.abi_encode_params(),
                ]
                .concat();
                let answer = scene.call(session.sessionValidationModule, ask);
                let due = answer.map(|yes| U256::ONE - U256::from_be_slice(&yes));
                assert_eq!(scene.by_manager(&op), due, "{}", op.callData);
            }
        }
    }
    assert!(accepted >= 6 && refused > 200, "{accepted} {refused}");
}

in_both_layouts! {
    they_say_what_the_programs_say,
}
