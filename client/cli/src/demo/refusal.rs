//! What must be refused: sent to the EntryPoint, and its reason compared.

use session_keys::UserOp;
use world::{MainJob, WorldError};

use super::{DemoError, Holdings, Report, attempts::ATTEMPTS};

/// Makes a userOp; may change the chain and the tree before.
pub(super) type UserOpOf = fn(&mut MainJob) -> Result<UserOp, WorldError>;

/// A userOp that must be refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// What it tries.
    pub(super) what: &'static str,
    /// The reason of `FailedOp`.
    pub(super) expected: &'static str,
    /// Makes it.
    pub(super) user_op: UserOpOf,
}

/// What the EntryPoint did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `handleOps` reverted with `FailedOp` of this reason.
    FailedOp(String),
    /// It went through.
    Included,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried.
    pub what: &'static str,
    /// The reason of `FailedOp` that was expected.
    pub expected: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// Has the account what it had before?
    pub is_untouched: bool,
}

impl Refusal {
    /// Was it refused for the reason expected, and nothing changed?
    pub fn is_as_expected(&self) -> bool {
        self.is_untouched && matches!(&self.outcome, Outcome::FailedOp(r) if r == self.expected)
    }

    pub(super) fn show(&self, report: &mut Report<'_>) -> std::io::Result<()> {
        let outcome = match &self.outcome {
            Outcome::FailedOp(reason) => reason,
            Outcome::Included => "NOT REFUSED",
        };
        report.tried(self.is_as_expected(), self.what, outcome)?;
        if !self.is_untouched {
            report.line("  the account's holdings have changed")?;
        }
        if !self.is_as_expected() {
            report.line(&format!("  expected: {}", self.expected))?;
        }
        Ok(())
    }
}

/// Tries everything in the table.
pub(super) fn all(job: &mut MainJob, report: &mut Report<'_>) -> Result<Vec<Refusal>, DemoError> {
    report.heading(
        "What is refused: each userOp is sent to handleOps, the reason is the EntryPoint's",
    )?;
    report.line(
        "A permissive session is one of MockSVM, a module that lets the key call anything.",
    )?;
    ATTEMPTS
        .iter()
        .map(|case| {
            report.doing(case.what);
            let refusal = attempt(job, case)?;
            refusal.show(report)?;
            Ok(refusal)
        })
        .collect()
}

/// Tries it, and leaves chain and tree as they were.
pub(super) fn attempt(job: &mut MainJob, attempt: &Attempt) -> Result<Refusal, DemoError> {
    let (snapshot, tree) = (job.world.embedded_mut()?.snapshot(), job.tree.clone());
    let op = (attempt.user_op)(job)?;
    let before = Holdings::of(job)?;
    let outcome = match job.world.handle_ops(&[op])?.outcome {
        world::Outcome::FailedOp { reason, .. } => Outcome::FailedOp(reason),
        world::Outcome::Included(_) => Outcome::Included,
    };
    let is_untouched = Holdings::of(job)? == before;
    job.world.embedded_mut()?.revert(snapshot)?;
    job.tree = tree;
    Ok(Refusal {
        what: attempt.what,
        expected: attempt.expected,
        outcome,
        is_untouched,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(outcome: Outcome) -> Refusal {
        Refusal {
            what: "something",
            expected: "AA24 signature error",
            outcome,
            is_untouched: true,
        }
    }

    #[test]
    fn only_the_expected_reason_counts() {
        let right = refusal(Outcome::FailedOp("AA24 signature error".into()));
        assert!(right.is_as_expected());
        let touched = Refusal {
            is_untouched: false,
            ..right
        };
        assert!(!touched.is_as_expected());
        for reason in [
            "AA23 reverted (or OOG)",
            "AA24",
            "AA24 signature error ",
            "",
        ] {
            assert!(!refusal(Outcome::FailedOp(reason.into())).is_as_expected());
        }
        assert!(!refusal(Outcome::Included).is_as_expected());
    }

    #[test]
    fn what_is_not_as_expected_is_shown_with_what_was() {
        let mut out = Vec::new();
        refusal(Outcome::Included)
            .show(&mut Report::new(&mut out, false))
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(" ✗ something"), "{text}");
        assert!(text.contains("NOT REFUSED"), "{text}");
        assert!(text.contains("expected: AA24 signature error"), "{text}");
    }

    #[test]
    fn a_wrong_expectation_fails_on_the_chain() {
        let mut job = MainJob::new().unwrap();
        let [first, ..] = ATTEMPTS else {
            panic!("no attempts")
        };
        let wrong = Attempt {
            expected: "AA24 signature error",
            ..*first
        };
        assert!(attempt(&mut job, first).unwrap().is_as_expected());
        assert!(!attempt(&mut job, &wrong).unwrap().is_as_expected());
        let allowed = Attempt {
            user_op: |job| job.signed(&job.actions(), &[0, 1, 2]),
            ..*first
        };
        let allowed = attempt(&mut job, &allowed).unwrap();
        assert_eq!(allowed.outcome, Outcome::Included);
        assert!(!allowed.is_as_expected() && !allowed.is_untouched);
    }
}
