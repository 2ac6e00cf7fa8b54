//! Every userOp that is sent is checked.

use alloy::primitives::U256;
use session_keys::execute_batch;
use world::{
    World, WorldError,
    erc7562::{Machine, Offence},
    to,
};

use crate::{Scene, batch_by};

/// The index of the userOp that breaks a rule, and the text.
fn broken<T>(result: Result<T, WorldError>) -> (usize, String) {
    match result.map(drop) {
        Err(error @ WorldError::Rules { index, .. }) => (index, error.to_string()),
        other => panic!("{other:?}"),
    }
}

fn block(world: &World) -> u64 {
    world.embedded().unwrap().block_number()
}

#[test]
fn a_user_op_that_breaks_a_rule_is_not_sent() {
    e2e::embedded_only!("an inspector in the chain's process");
    let mut scene = Scene::new();
    for (machine, offence, id, what) in [
        (Machine::Evm, Offence::Timestamp, "OP-011", "TIMESTAMP"),
        (Machine::Wasm, Offence::Timestamp, "OP-011", "TIMESTAMP"),
        (
            Machine::Wasm,
            Offence::Read,
            "STO-021",
            "read of foreign slot 0x0000",
        ),
    ] {
        let svm = scene.deploy(machine, offence);
        let op = batch_by(&mut scene.job, svm);
        let world = &mut scene.job.world;
        let before = block(world);
        let (index, text) = broken(world.handle_ops(std::slice::from_ref(&op)));
        assert_eq!((index, block(world)), (0, before));
        let name = format!("{} ({svm}) in the validation", world.name(svm));
        for part in ["userOp 0 breaks ERC-7562: ", id, what, &name] {
            assert!(text.contains(part), "{text}");
        }

        // excused or unchecked, it is as good as any
        world.excused.insert(svm, "is a negative control");
        let bundle = world.handle_ops(std::slice::from_ref(&op)).unwrap();
        bundle.succeeded().unwrap();
        world.excused.clear();
        let op = batch_by(&mut scene.job, svm);
        scene.job.world.unchecked = Some("is a negative control");
        scene
            .job
            .world
            .handle_ops(&[op])
            .unwrap()
            .succeeded()
            .unwrap();
        scene.job.world.unchecked = None;
    }
}

#[test]
fn one_that_would_be_refused_is_checked_too() {
    e2e::embedded_only!("an inspector in the chain's process");
    let mut scene = Scene::new();
    let svm = scene.deploy(Machine::Wasm, Offence::Balance);
    let mut op = batch_by(&mut scene.job, svm);
    op.preVerificationGas += U256::ONE; // not what was signed
    let (_, text) = broken(scene.job.world.handle_ops(std::slice::from_ref(&op)));
    assert!(text.contains("OP-011 BALANCE"), "{text}");
    scene.job.world.excused.insert(svm, "is a negative control");
    let bundle = scene.job.world.handle_ops(&[op]).unwrap();
    assert_eq!(bundle.refusal(), Some("AA24 signature error"));
}

#[test]
fn each_user_op_of_a_bundle_is_checked() {
    e2e::embedded_only!("an inspector in the chain's process");
    let mut scene = Scene::new();
    let svm = scene.deploy(Machine::Wasm, Offence::Timestamp);
    let bad = batch_by(&mut scene.job, svm);
    let job = &mut scene.job;
    let other = job.world.create_account(&job.owner, 1).unwrap();
    let nothing = execute_batch(&[to(job.world.trader, [])]);
    let good = job.world.owner_op(&job.owner, other, nothing).unwrap();
    let (index, _) = broken(job.world.handle_ops(&[good.clone(), bad.clone()]));
    assert_eq!(index, 1);
    let (index, _) = broken(job.world.handle_ops(&[bad, good.clone()]));
    assert_eq!(index, 0);
    job.world.handle_ops(&[good]).unwrap().succeeded().unwrap();
}
