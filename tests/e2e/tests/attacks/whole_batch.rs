//! 7.2-D2: every item is evaluated before the answer on the signature.

use alloy::{
    primitives::{Address, U256},
    rpc::types::trace::geth::CallFrame,
};
use session_keys::{DUMMY_SIGNATURE, UserOp, account_signature};
use world::MAX_A;

use crate::scene::{
    AA24, Scene, SessionData, VALIDATE_USER_OP, aa23, calls_to, frames, key, manager_signature,
    router_signature,
};

fn granted(scene: &mut Scene) -> [SessionData; 3] {
    scene.grant(scene.typed())
}

fn a_later_violation_is_told_to_the_wrong_key_too(mut scene: Scene) {
    let sessions = granted(&mut scene);
    let [approve, _, deposit] = scene.job.actions();
    let too_much = scene.job.swap(MAX_A + U256::ONE, MAX_A);
    scene.signer = key(0x77);
    let op = scene.batch(&[approve.clone(), too_much, deposit], &sessions);
    assert_eq!(scene.refused(&op), aa23("DEXSV Max Amount Exceeded"));
    let op = scene.batch(&scene.job.actions(), &sessions);
    assert_eq!(scene.refused(&op), AA24);
    let last = scene.job.deposit(U256::MAX);
    let [_, swap, _] = scene.job.actions();
    let op = scene.batch(&[approve, swap, last], &sessions);
    assert_eq!(scene.refused(&op), aa23("ERC20STV Max Amount Exceeded"));
}

fn every_item_must_be_of_the_key_that_signed(mut scene: Scene) {
    let other = SessionData {
        sessionKeyData: key(0x77).address().to_vec().into(),
        ..scene.mock()
    };
    let [mine, other] = scene.grant([scene.mock(), other]);
    let action = scene.harmless();
    for place in 0..3 {
        let mut sessions = vec![mine.clone(); 3];
        sessions[place] = other.clone();
        let op = scene.batch(&vec![action.clone(); 3], &sessions);
        assert_eq!(scene.by_router(&op), Ok(U256::ONE));
        assert_eq!(scene.refused(&op), AA24);
    }
}

/// Gas of a module's frame.
fn gas(tree: &CallFrame, module: Address) -> u64 {
    let frames = frames(tree);
    let frame = frames
        .into_iter()
        .find(|frame| calls_to(frame, module, VALIDATE_USER_OP))
        .unwrap();
    assert!(frame.error.is_none());
    frame.gas_used.to()
}

fn same_gas(scene: &Scene, real: &UserOp, dummy: &UserOp, module: Address) {
    let real = gas(&scene.trace_account(real), module);
    let dummy = gas(&scene.trace_account(dummy), module);
    assert!(
        real.abs_diff(dummy) <= 30,
        "{real} gas, {dummy} with the dummy signature"
    );
}

fn a_dummy_signature_costs_what_the_real_one_costs(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let sessions = granted(&mut scene);
    let router = scene.job.programs.router;
    let manager = scene.job.programs.manager;
    let real = scene.batch(&scene.job.actions(), &sessions);
    let mut dummy = real.clone();
    let signature = router_signature(manager, &sessions, &DUMMY_SIGNATURE);
    dummy.signature = account_signature(&signature, router);
    same_gas(&scene, &real, &dummy, router);

    let action = &scene.job.actions()[0];
    let real = scene.single(action, &sessions[0]);
    let mut dummy = real.clone();
    let signature = manager_signature(&sessions[0], &DUMMY_SIGNATURE);
    dummy.signature = account_signature(&signature, manager);
    same_gas(&scene, &real, &dummy, manager);

    let [mock] = scene.grant([scene.mock()]);
    let action = scene.harmless();
    let real = scene.single(&action, &mock);
    let mut dummy = real.clone();
    let signature = manager_signature(&mock, &DUMMY_SIGNATURE);
    dummy.signature = account_signature(&signature, manager);
    same_gas(&scene, &real, &dummy, manager);

    let real = scene.batch(&[action.clone(), action], &[mock.clone(), mock.clone()]);
    let mut dummy = real.clone();
    let signature = router_signature(manager, &[mock.clone(), mock], &DUMMY_SIGNATURE);
    dummy.signature = account_signature(&signature, router);
    same_gas(&scene, &real, &dummy, router);
}

in_both_layouts! {
    a_later_violation_is_told_to_the_wrong_key_too,
    every_item_must_be_of_the_key_that_signed,
    a_dummy_signature_costs_what_the_real_one_costs,
}
