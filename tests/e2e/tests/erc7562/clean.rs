//! Our programs break no rule.

use alloy::primitives::U256;
use session_keys::{UserOp, calls, execute};
use world::{MAX_A, MainJob, to};

fn assert_clean(job: &MainJob, op: &UserOp, least_frames: usize) {
    let report = job.world.check_validation(op).unwrap();
    assert_eq!(report.violations, []);
    assert_eq!(report.refusal, None);
    assert!(report.frames >= least_frames, "{report:?}"); // it looked at something
}

#[test]
fn the_main_job_in_a_batch() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let job = e2e::job().unwrap();
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    // proxy, account, router, isModuleEnabled (2), manager, ecrecover
    assert_clean(&job, &op, 7);
    let job = e2e::job_with_module().unwrap();
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    // proxy, account, session module, isModuleEnabled (2), ecrecover
    assert_clean(&job, &op, 6);
}

#[test]
fn a_single_action_of_each_session() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    for job in [e2e::job(), e2e::job_with_module()] {
        let job = job.unwrap();
        for (session, action) in job.actions().iter().enumerate() {
            let mut op = job.user_op(&[]).unwrap();
            op.callData = execute(action);
            job.key.sign(&job.tree, &[session], &mut op).unwrap();
            // proxy, account, manager or session module, ecrecover
            assert_clean(&job, &op, 4);
        }
    }
}

#[test]
fn the_owner_grants() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let job = e2e::job().unwrap();
    let grant = to(
        job.programs.manager,
        calls::set_merkle_root(job.tree.root()),
    );
    let op = job.world.owner_op(&job.owner, job.account, execute(&grant));
    assert_clean(&job, &op.unwrap(), 4);
}

#[test]
fn what_is_refused_is_checked_too() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut job = e2e::job().unwrap();
    let mut op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    op.preVerificationGas += U256::ONE; // not what was signed
    let report = job.world.check_validation(&op).unwrap();
    assert_eq!(report.violations, []);
    assert_eq!(report.refusal.as_deref(), Some("AA24 signature error"));

    let op = job.signed(&[job.approve(MAX_A + U256::ONE)], &[0]).unwrap();
    let report = job.world.check_validation(&op).unwrap();
    assert_eq!(report.violations, []);
    let refusal = report.refusal.unwrap();
    assert!(refusal.starts_with("AA23"), "{refusal}");
    assert_eq!(
        job.world.handle_ops(&[op]).unwrap().refusal(),
        Some(&*refusal)
    );
}
