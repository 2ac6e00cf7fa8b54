//! The main job, shown to a person: one userOp of a session key approves, swaps and deposits; then what the chain
//! refuses, and why; then one more step without a new contract. It runs on a chain in this process.

mod attempts;
mod flow;
mod holdings;
mod refusal;
mod report;
mod stage;

use std::{io, time::Instant};

use devnode::{CallError, ControlError, TraceError};
use world::{MainJob, WorldError};

pub use flow::Flow;
pub use holdings::Holdings;
pub use refusal::{Outcome, Refusal};
pub use report::{GasLine, Report};

/// What the demo saw.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Approve, swap, deposit.
    pub first: Flow,
    /// What was refused, or should have been.
    pub refusals: Vec<Refusal>,
    /// Four actions, after one more grant.
    pub more: Flow,
    /// Gas, step by step.
    pub gas: Vec<GasLine>,
}

impl Summary {
    /// Was everything refused that should be, for the reason expected?
    pub fn is_as_expected(&self) -> bool {
        self.refusals.iter().all(Refusal::is_as_expected)
    }
}

/// Why the demo stopped.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// What should succeed failed, or nothing has been built.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The chain's controls.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The chain does not say what it should know.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A transaction without trace.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Nowhere to print.
    #[error("can not print: {0}")]
    Output(#[from] io::Error),
    /// A userOp was executed and did something else than it should.
    #[error("the userOp was executed, but {0}")]
    Effect(&'static str),
}

/// Shows everything. What is refused for another reason than expected is shown too, and is in the summary.
///
/// # Errors
/// If something that should succeed does not.
pub fn run(report: &mut Report<'_>) -> Result<Summary, DemoError> {
    let start = Instant::now();
    let mut gas = Vec::new();
    let mut job = stage::build(report, &mut gas)?;
    let summary = act(&mut job, report, gas)?;
    conclude(&summary, report)?;
    report.line(&format!("Done in {:.1} s.", start.elapsed().as_secs_f64()))?;
    Ok(summary)
}

/// What the key does, and what it must not.
fn act(
    job: &mut MainJob,
    report: &mut Report<'_>,
    mut gas: Vec<GasLine>,
) -> Result<Summary, DemoError> {
    let first = flow::first(job, report, &mut gas)?;
    let mut refusals = refusal::all(job, report)?;
    let (more, before_grant) = flow::more(job, report, &mut gas)?;
    refusals.push(before_grant);
    Ok(Summary {
        first,
        refusals,
        more,
        gas,
    })
}

fn conclude(summary: &Summary, report: &mut Report<'_>) -> io::Result<()> {
    report.heading("Gas")?;
    report.gas(&summary.gas)?;
    report
        .line("The module is not in the chain's cache here: validation costs less where it is.")?;
    report.heading("Result")?;
    let total = summary.refusals.len();
    let wrong = summary.refusals.iter().filter(|r| !r.is_as_expected());
    match wrong.count() {
        0 => report.line(&format!(
            "Two userOps of the key executed; {total} others refused, each for the reason expected."
        )),
        wrong => report.line(&format!(
            "Two userOps of the key executed; of {total} others {wrong} not refused as expected (✗ above)."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The demo has the module.
    #[test]
    fn with_manager_and_router_it_is_the_same() {
        let mut out = io::sink();
        let mut job = MainJob::new().unwrap();
        let summary = act(&mut job, &mut Report::new(&mut out, false), Vec::new()).unwrap();
        for refusal in &summary.refusals {
            assert!(refusal.is_as_expected(), "{refusal:?}");
        }
        assert_eq!(summary.refusals.len(), 30);
    }
}
