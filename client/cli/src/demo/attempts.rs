//! The table of what must be refused. Each attempt begins with the three sessions granted and the main job done once.

use alloy::{
    primitives::{B256, Bytes, U256},
    signers::local::PrivateKeySigner,
    sol,
    sol_types::SolCall as _,
};
use session_keys::{
    Action, Item, Session, SessionKey, SignError, Tree, UserOp, account_signature, calls,
    execute_batch, router_signature, session_data::Erc20Approval, sign,
};
use world::{
    MAX_A, MainJob, WorldError,
    abi::{Token, Vault},
    to,
};

use super::refusal::{Attempt, UserOpOf};

sol! {
    /// Of EntryPoint v0.6.
    function withdrawTo(address to, uint256 amount);
    /// Of the account's ECDSA module.
    function transferOwnership(address owner);
}

const NOT_APPROVED: &str = "AA23 reverted: SessionNotApproved";
const FORBIDDEN: &str = "AA23 reverted: SR Forbidden Target";
const NOT_NOW: &str = "AA22 expired or not due";
const WRONG_KEY: &str = "AA24 signature error";

/// The sessions, one for each action of the main job.
const APPROVE: usize = 0;
const SWAP: usize = 1;
const DEPOSIT: usize = 2;
const ALL: [usize; 3] = [APPROVE, SWAP, DEPOSIT];

const fn row(what: &'static str, expected: &'static str, user_op: UserOpOf) -> Attempt {
    Attempt {
        what,
        expected,
        user_op,
    }
}

/// All of them.
pub(super) const ATTEMPTS: &[Attempt] = &[
    // Amounts
    row(
        "approve 10 A and one raw unit (10^-18 A) more",
        "AA23 reverted: ERC20AV Max Amount Exceeded",
        |job| main_job_but(job, APPROVE, job.approve(over(MAX_A))),
    ),
    row(
        "swap 10 A and one raw unit more",
        "AA23 reverted: DEXSV Max Amount Exceeded",
        |job| main_job_but(job, SWAP, job.swap(over(MAX_A), MainJob::LEAST_B)),
    ),
    row(
        "deposit 30,000 B and one raw unit (10^-6 B) more",
        "AA23 reverted: ERC20STV Max Amount Exceeded",
        |job| main_job_but(job, DEPOSIT, job.deposit(over(MainJob::MAX_B))),
    ),
    row(
        "swap 10 A for at least 19,799.999999 B",
        "AA23 reverted: DEXSV Min Out Too Low",
        |job| main_job_but(job, SWAP, job.swap(MAX_A, U256::from(19_799_999_999_u64))),
    ),
    row(
        "swap without a minimum",
        "AA23 reverted: DEXSV Min Out Too Low",
        |job| main_job_but(job, SWAP, job.swap(MAX_A, U256::ZERO)),
    ),
    row(
        "send 1 wei with the approval",
        "AA23 reverted: ERC20AV Non Zero Value",
        |job| {
            let paid = Action {
                value: U256::ONE,
                ..job.approve(MAX_A)
            };
            main_job_but(job, APPROVE, paid)
        },
    ),
    // Others
    row(
        "swap, paid to somebody else",
        "AA23 reverted: DEXSV Wrong Recipient",
        |job| {
            let world = &job.world;
            let call = world.swap(world.token_a, MAX_A, MainJob::LEAST_B, world.trader);
            main_job_but(job, SWAP, to(world.swap_router, call.abi_encode()))
        },
    ),
    row(
        "deposit, shares to somebody else",
        "AA23 reverted: ERC20STV Wrong Receiver",
        |job| {
            let call = Vault::depositCall {
                assets: MainJob::LEAST_B,
                receiver: job.world.trader,
            };
            main_job_but(job, DEPOSIT, to(job.world.vault, call.abi_encode()))
        },
    ),
    row(
        "approve A to somebody else",
        "AA23 reverted: ERC20AV Wrong Spender",
        |job| {
            let call = Token::approveCall {
                spender: job.world.trader,
                amount: MAX_A,
            };
            main_job_but(job, APPROVE, to(job.world.token_a, call.abi_encode()))
        },
    ),
    row(
        "approve B to the DEX",
        "AA23 reverted: ERC20AV Wrong Token",
        |job| {
            let token = job.world.token_b;
            let approve = job.approve(MAX_A);
            main_job_but(
                job,
                APPROVE,
                Action {
                    to: token,
                    ..approve
                },
            )
        },
    ),
    row("swap B for A", "AA23 reverted: DEXSV Wrong Token", |job| {
        let world = &job.world;
        let call = world.swap(world.token_b, MainJob::LEAST_B, U256::ONE, job.account);
        main_job_but(job, SWAP, to(world.swap_router, call.abi_encode()))
    }),
    // Signatures
    row("the main job, signed by another key", WRONG_KEY, |job| {
        let key = SessionKey {
            signer: stranger(job)?,
            ..job.key.clone()
        };
        let mut op = job.user_op(&job.actions())?;
        key.sign(&job.tree, &ALL, &mut op)?;
        Ok(op)
    }),
    row(
        "the main job, changed after the key signed",
        WRONG_KEY,
        |job| {
            let mut op = job.signed(&job.actions(), &ALL)?;
            let mut actions = job.actions();
            actions[DEPOSIT] = job.deposit(U256::ONE);
            op.callData = execute_batch(&actions);
            Ok(op)
        },
    ),
    row(
        "the same userOp twice",
        "AA25 invalid account nonce",
        |job| {
            let op = job.signed(&job.actions(), &ALL)?;
            job.world
                .handle_ops(std::slice::from_ref(&op))?
                .succeeded()?;
            Ok(op)
        },
    ),
    // Time
    row("one of three sessions has expired", NOT_NOW, |job| {
        let soon = job.world.embedded()?.next_timestamp() + 60;
        grant_window(job, SWAP, 0, soon)?;
        job.world.embedded_mut()?.increase_time(3_600);
        job.signed(&job.actions(), &ALL)
    }),
    row(
        "one of three sessions is not due for an hour",
        NOT_NOW,
        |job| {
            let later = job.world.embedded()?.next_timestamp() + 3_600;
            grant_window(job, DEPOSIT, later, 0)?;
            job.signed(&job.actions(), &ALL)
        },
    ),
    // Proofs
    row(
        "the proofs of two sessions exchanged",
        NOT_APPROVED,
        |job| {
            let mut items = proven(job);
            if let [(_, one), (_, other), ..] = items.as_mut_slice() {
                std::mem::swap(one, other);
            }
            signed_as_is(job, &job.actions(), &items)
        },
    ),
    row(
        "a session with a higher limit than the one granted",
        NOT_APPROVED,
        |job| {
            let higher = Erc20Approval {
                session_key: job.key.address(),
                token: job.world.token_a,
                spender: job.world.swap_router,
                max_amount: U256::MAX,
            };
            let mut items = proven(job);
            if let [(session, _), ..] = items.as_mut_slice() {
                session.session_key_data = higher.encode()?;
            }
            signed_as_is(job, &job.actions(), &items)
        },
    ),
    // Batches
    row("an empty batch", "AA23 reverted: SR Empty Batch", |job| {
        signed_as_is(job, &[], &proven(job))
    }),
    row(
        "a fourth action (A to somebody else), three sessions",
        "AA23 reverted: Lengths mismatch",
        |job| signed_as_is(job, &and_theft(job), &proven(job)),
    ),
    row(
        "a fourth action, with the approval's session again",
        "AA23 reverted: ERC20AV Invalid Method",
        |job| job.signed(&and_theft(job), &[APPROVE, SWAP, DEPOSIT, APPROVE]),
    ),
    // Targets
    row(
        "account.enableModule, with the approval's session",
        "AA23 reverted: ERC20AV Wrong Token",
        |job| job.signed(&[enable_module(job)], &[APPROVE]),
    ),
    row(
        "account.enableModule, with a permissive session",
        FORBIDDEN,
        |job| permissively(job, enable_module(job)),
    ),
    row(
        "EntryPoint.withdrawTo, with the deposit's session",
        "AA23 reverted: ERC20STV Wrong Staking",
        |job| job.signed(&[withdraw(job)], &[DEPOSIT]),
    ),
    row(
        "EntryPoint.withdrawTo, with a permissive session",
        FORBIDDEN,
        |job| permissively(job, withdraw(job)),
    ),
    row(
        "module.setMerkleRoot, with a permissive session",
        FORBIDDEN,
        |job| {
            let root = calls::set_merkle_root(B256::repeat_byte(1));
            permissively(job, to(job.programs.manager, root))
        },
    ),
    row(
        "ecdsaModule.transferOwnership, permissive session",
        FORBIDDEN,
        |job| {
            let owner = job.key.address();
            let take = transferOwnershipCall { owner }.abi_encode();
            permissively(job, to(job.world.ecdsa_module, take))
        },
    ),
    // Revocation
    row(
        "the main job, after the swap alone was revoked",
        NOT_APPROVED,
        |job| {
            let mut items = proven(job);
            job.grant(job.tree.without(&job.tree.leaves()[SWAP..=SWAP])?)?;
            if let [approve, deposit] = proven(job).as_slice() {
                items[APPROVE] = approve.clone();
                items[DEPOSIT] = deposit.clone();
            }
            signed_as_is(job, &job.actions(), &items)
        },
    ),
    row(
        "the main job, after everything was revoked",
        NOT_APPROVED,
        |job| {
            let items = proven(job);
            job.grant(Tree::new(Vec::new())?)?;
            signed_as_is(job, &job.actions(), &items)
        },
    ),
];

fn over(limit: U256) -> U256 {
    limit.saturating_add(U256::ONE)
}

/// The main job with another action in one place.
fn main_job_but(job: &MainJob, place: usize, action: Action) -> Result<UserOp, WorldError> {
    let mut actions = job.actions();
    actions[place] = action;
    job.signed(&actions, &ALL)
}

/// The key of somebody who has no session.
fn stranger(job: &MainJob) -> Result<PrivateKeySigner, WorldError> {
    let trader = job.world.trader;
    let signer = job.world.embedded()?.signer(trader).cloned();
    signer.ok_or_else(|| WorldError::Sign(format!("no key of {trader}")))
}

/// The owner gives one session another window.
fn grant_window(
    job: &mut MainJob,
    session: usize,
    valid_after_secs: u64,
    valid_until_secs: u64,
) -> Result<(), WorldError> {
    let mut sessions = job.tree.sessions().to_vec();
    sessions[session] = Session {
        valid_after_secs,
        valid_until_secs,
        ..sessions[session].clone()
    };
    job.grant(Tree::new(sessions)?)?;
    Ok(())
}

/// All sessions with their proofs.
fn proven(job: &MainJob) -> Vec<(Session, Vec<B256>)> {
    let sessions = job.tree.sessions().iter().enumerate();
    sessions
        .filter_map(|(index, session)| Some((session.clone(), job.tree.proof(index)?)))
        .collect()
}

/// Signed without what the client checks before it signs.
fn signed_as_is(
    job: &MainJob,
    actions: &[Action],
    items: &[(Session, Vec<B256>)],
) -> Result<UserOp, WorldError> {
    let mut op = job.user_op(actions)?;
    let items: Vec<_> = items
        .iter()
        .map(|(session, proof)| Item {
            session,
            proof,
            call_specific_data: &[],
        })
        .collect();
    let signature = sign(&job.key.signer, job.world.hash(&op)).map_err(SignError::from)?;
    let signature =
        router_signature(job.programs.manager, &items, &signature).map_err(SignError::from)?;
    op.signature = account_signature(&signature, job.programs.router);
    Ok(op)
}

/// The main job, and a transfer of A.
fn and_theft(job: &MainJob) -> Vec<Action> {
    let theft = Token::transferCall {
        to: job.world.trader,
        amount: U256::ONE,
    };
    let mut actions = job.actions().to_vec();
    actions.push(to(job.world.token_a, theft.abi_encode()));
    actions
}

fn enable_module(job: &MainJob) -> Action {
    to(job.account, calls::enable_module(job.world.trader))
}

fn withdraw(job: &MainJob) -> Action {
    let call = withdrawToCall {
        to: job.world.trader,
        amount: U256::ONE,
    };
    to(job.world.entry_point, call.abi_encode())
}

/// The owner grants a session of MockSVM too, which allows the key every action, and the key does this action with it.
fn permissively(job: &mut MainJob, action: Action) -> Result<UserOp, WorldError> {
    let mut sessions = job.tree.sessions().to_vec();
    sessions.push(Session {
        svm: job.world.mock_svm,
        session_key_data: Bytes::copy_from_slice(job.key.address().as_slice()),
        ..Session::default()
    });
    job.grant(Tree::new(sessions)?)?;
    job.signed(&[action], &[ALL.len()])
}
