//! What the key does: the main job, and one more step.

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::trace::geth::CallFrame,
    sol_types::SolCall as _,
};
use session_keys::{Action, Session, Tree, UserOp, calls, session_data::Erc20Approval};
use world::{MAX_A, MainJob, WorldError, abi::Token, to};

use super::{
    DemoError, GasLine, Holdings, Refusal, Report,
    refusal::{Attempt, attempt},
    report::amount,
};

/// What the one more session approves to the vault at a time: 1,000 B.
const MAX_TO_VAULT: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
/// What the second flow sells: 5 A.
const SOLD: U256 = U256::from_limbs([5_000_000_000_000_000_000, 0, 0, 0]);
/// What it must at least get: 9,900 B.
const BOUGHT: U256 = U256::from_limbs([9_900_000_000, 0, 0, 0]);

/// A userOp that was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// What the account had.
    pub before: Holdings,
    /// What it has.
    pub after: Holdings,
    /// Gas of the transaction.
    pub gas: u64,
    /// Of that the module's validation, with all that it calls.
    pub validation_gas: u64,
}

/// Approve, swap, deposit.
pub(super) fn first(
    job: &mut MainJob,
    report: &mut Report<'_>,
    gas: &mut Vec<GasLine>,
) -> Result<Flow, DemoError> {
    report.heading("The main job: one userOp, signed once by the key")?;
    report.doing("approving, swapping and depositing");
    let (a, b) = (amount(MAX_A, 18, "A"), amount(MainJob::LEAST_B, 6, "B"));
    report.line(&format!(
        "approve {a} to the DEX; swap {a} for at least {b}; deposit {b} in the vault"
    ))?;
    let op = job.signed(&job.actions(), &[0, 1, 2])?;
    let flow = execute(job, op)?;
    let Flow { before, after, .. } = flow;
    check([
        (before.a == after.a + MAX_A, "it did not sell 10 A"),
        (
            after.shares == before.shares + MainJob::LEAST_B,
            "the shares of the vault are not what was deposited",
        ),
        (
            after.b >= before.b,
            "the swap brought less than its minimum",
        ),
        (after.dex_allowance.is_zero(), "the DEX may still take A"),
        (after.root == before.root, "the sessions changed"),
    ])?;
    show(&flow, "approve, swap, deposit", report, gas)?;
    Ok(flow)
}

/// The owner grants one more session and the key does four actions, among them the three that it knows, in another
/// order. Returns what became of the same userOp before the grant, too.
pub(super) fn more(
    job: &mut MainJob,
    report: &mut Report<'_>,
    gas: &mut Vec<GasLine>,
) -> Result<(Flow, Refusal), DemoError> {
    report.heading(
        "One more step, no new contract: a fourth session, four actions in another order",
    )?;
    report.doing("granting one more session");
    let (max, sold, bought) = (
        amount(MAX_TO_VAULT, 6, "B"),
        amount(SOLD, 18, "A"),
        amount(BOUGHT, 6, "B"),
    );
    report.line(
        "The owner takes back the standing approval of B to the vault and grants one session more: approve",
    )?;
    report.line(&format!(
        "up to {max} to the vault, per action. The key signs: approve the B that is left to the vault,"
    ))?;
    report.line(&format!(
        "deposit it, approve {sold} to the DEX, swap them for at least {bought}."
    ))?;
    let refusal = attempt(job, &BEFORE_GRANT)?;
    refusal.show(report)?;
    let granted = grant(job)?;
    gas.push(GasLine::new("grant 1 session more", granted));
    let op = four_actions(job)?;
    let flow = execute(job, op)?;
    let Flow { before, after, .. } = flow;
    check([
        (before.a == after.a + SOLD, "it did not sell 5 A"),
        (
            after.shares == before.shares + before.b,
            "the shares of the vault are not what was left",
        ),
        (after.b >= BOUGHT, "the swap brought less than its minimum"),
        (
            after.vault_allowance.is_zero() && after.dex_allowance.is_zero(),
            "vault or DEX may still take tokens",
        ),
        (after.root == before.root, "the sessions changed"),
    ])?;
    show(&flow, "approve, deposit, approve, swap", report, gas)?;
    Ok((flow, refusal))
}

const BEFORE_GRANT: Attempt = Attempt {
    what: "the same four actions before the grant",
    expected: "AA23 reverted: SessionNotApproved",
    user_op: |job| {
        let granted = job.tree.clone();
        job.tree = with_one_more(job)?;
        let op = four_actions(job)?;
        job.tree = granted;
        Ok(op)
    },
};

/// Replaces the root if it is still the one that the new tree was made from.
fn grant(job: &mut MainJob) -> Result<u64, WorldError> {
    let tree = with_one_more(job)?;
    let root = calls::set_merkle_root_if(job.tree.root(), tree.root(), Bytes::new());
    let bundle = job.as_owner(&[
        to(job.programs.manager, root),
        approve_to_vault(job, U256::ZERO),
    ])?;
    job.tree = tree;
    Ok(bundle.receipt.gas_used)
}

fn with_one_more(job: &MainJob) -> Result<Tree, WorldError> {
    let approval = Erc20Approval {
        session_key: job.key.address(),
        token: job.world.token_b,
        spender: job.world.vault,
        max_amount: MAX_TO_VAULT,
    };
    let mut sessions = job.tree.sessions().to_vec();
    sessions.push(Session {
        svm: job.programs.erc20_approval,
        session_key_data: approval.encode()?,
        ..Session::default()
    });
    Ok(Tree::new(sessions)?)
}

fn four_actions(job: &MainJob) -> Result<UserOp, WorldError> {
    let left = job.world.balance_of(job.world.token_b, job.account)?;
    let actions = [
        approve_to_vault(job, left),
        job.deposit(left),
        job.approve(SOLD),
        job.swap(SOLD, BOUGHT),
    ];
    job.signed(&actions, &[3, 2, 0, 1])
}

fn approve_to_vault(job: &MainJob, amount: U256) -> Action {
    let spender = job.world.vault;
    let call = Token::approveCall { spender, amount };
    to(job.world.token_b, call.abi_encode())
}

fn execute(job: &mut MainJob, op: UserOp) -> Result<Flow, DemoError> {
    let before = Holdings::of(job)?;
    let receipt = job.world.handle_ops(&[op])?.succeeded()?.receipt;
    let node = job.world.embedded()?;
    let trace = node.trace_transaction(receipt.transaction_hash)?;
    Ok(Flow {
        before,
        after: Holdings::of(job)?,
        gas: receipt.gas_used,
        validation_gas: gas_of(&trace, job.programs.router).unwrap_or_default(),
    })
}

/// Gas of the first call of `to`.
fn gas_of(frame: &CallFrame, to: Address) -> Option<u64> {
    if frame.to == Some(to) {
        return Some(frame.gas_used.to());
    }
    frame.calls.iter().find_map(|call| gas_of(call, to))
}

fn check(effects: [(bool, &'static str); 5]) -> Result<(), DemoError> {
    match effects.iter().find(|(is_right, _)| !is_right) {
        Some((_, what)) => Err(DemoError::Effect(what)),
        None => Ok(()),
    }
}

fn show(
    flow: &Flow,
    what: &str,
    report: &mut Report<'_>,
    gas: &mut Vec<GasLine>,
) -> Result<(), DemoError> {
    report.tried(true, what, "executed")?;
    report.table(
        ["the account has", "before", "after"],
        flow.before.rows(&flow.after),
    )?;
    gas.push(GasLine::new(format!("{what}: handleOps"), flow.gas));
    gas.push(GasLine::new(
        "  of it the validation by the module",
        flow.validation_gas,
    ));
    Ok(())
}
