//! The demo from end to end.

use std::collections::BTreeSet;

use session_keys_cli::demo::{self, Outcome, Report};

#[test]
fn the_demo_shows_two_flows_and_every_refusal() {
    let mut out = Vec::new();
    let summary = demo::run(&mut Report::new(&mut out, false)).unwrap();
    let text = String::from_utf8(out).unwrap();

    for refusal in &summary.refusals {
        assert!(refusal.is_untouched, "{}", refusal.what);
        let expected = Outcome::FailedOp(refusal.expected.into());
        assert_eq!(refusal.outcome, expected, "{}", refusal.what);
    }
    assert!(summary.is_as_expected());
    let tried: BTreeSet<_> = summary.refusals.iter().map(|r| r.what).collect();
    assert_eq!(tried.len(), 30);

    for flow in [summary.first, summary.more] {
        assert!(flow.after.shares > flow.before.shares);
        assert!(flow.after.deposit < flow.before.deposit);
        assert!(0 < flow.validation_gas && flow.validation_gas < flow.gas);
    }
    assert!(summary.gas.iter().all(|line| line.gas > 0));

    assert!(!text.contains('\x1b'), "colour without a terminal");
    assert!(!text.contains('✗'), "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "too wide: {line}");
    }
}
