//! 7.2-A: lengths.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use session_keys::calls::SmartAccount;

use crate::scene::{Manager, Scene, SessionData, aa23, text};

/// executeBatch with arrays of these lengths.
fn call_data(scene: &Scene, [to, values, data]: [usize; 3]) -> Bytes {
    let action = scene.harmless();
    SmartAccount::executeBatch_y6UCall {
        dest: vec![action.to; to],
        value: vec![U256::ZERO; values],
        func: vec![action.data; data],
    }
    .abi_encode()
    .into()
}

fn a_batch_without_targets_is_refused_as_empty_whatever_else_it_has(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    for sessions in [0, 1, 3] {
        for (values, data) in [(0, 0), (1, 0), (0, 1), (1, 1), (3, 3)] {
            let call_data = call_data(&scene, [0, values, data]);
            let op = scene.routed(call_data.clone(), &vec![mock.clone(); sessions]);
            assert_eq!(scene.by_router(&op), Err(text("SR Empty Batch")));
            let unproven = vec![SessionData::default(); sessions];
            let op = scene.routed(call_data, &unproven);
            assert_eq!(scene.by_router(&op), Err(text("SR Empty Batch")));
        }
        let op = scene.routed(call_data(&scene, [0; 3]), &vec![mock.clone(); sessions]);
        assert_eq!(scene.refused(&op), aa23("SR Empty Batch"));
    }
}

fn values_data_and_sessions_are_as_many_as_the_targets(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let op = |scene: &Scene, [values, data, sessions]: [usize; 3]| {
        let call_data = call_data(scene, [2, values, data]);
        scene.routed(call_data, &vec![mock.clone(); sessions])
    };
    assert!(scene.by_router(&op(&scene, [2; 3])).is_ok());
    for other in [0, 1, 3] {
        for lengths in [[other, 2, 2], [2, other, 2], [2, 2, other], [other; 3]] {
            let op = op(&scene, lengths);
            assert_eq!(scene.by_router(&op), Err(text("Lengths mismatch")));
            assert_eq!(scene.refused(&op), aa23("Lengths mismatch"));
        }
    }
}

fn lengths_come_before_the_proof(scene: Scene) {
    let op = scene.routed(call_data(&scene, [2; 3]), &[SessionData::default()]);
    assert_eq!(scene.by_router(&op), Err(text("Lengths mismatch")));
}

fn a_manager_approves_no_empty_array(scene: Scene) {
    for account in [scene.account, Address::ZERO] {
        let sessions = vec![];
        let call = Manager::validateSessionKeysCall { account, sessions };
        let answer = scene.call(scene.manager, call.abi_encode());
        assert_eq!(answer, Err(text("SessionNotApproved")));
    }
}

in_both_layouts! {
    a_batch_without_targets_is_refused_as_empty_whatever_else_it_has,
    values_data_and_sessions_are_as_many_as_the_targets,
    lengths_come_before_the_proof,
    a_manager_approves_no_empty_array,
}
