//! 7.2-F: what is revoked stays revoked.

use alloy::primitives::B256;
use session_keys::execute;

use crate::scene::{Scene, aa23};

fn the_old_proof_of_a_revoked_leaf_fails_and_the_others_have_new_ones(mut scene: Scene) {
    let job = &mut scene.job;
    let old = job.tree.clone();
    let revoked = old.leaves()[1];
    let actions = job.actions();
    job.grant(old.without(&[revoked]).unwrap()).unwrap();
    let survivors = job
        .signed(&[actions[0].clone(), actions[0].clone()], &[0, 0])
        .unwrap();

    let new = std::mem::replace(&mut job.tree, old);
    let batch = job.signed(&actions, &[0, 1, 2]).unwrap();
    let mut single = job.user_op(&actions).unwrap();
    single.callData = execute(&actions[1]);
    job.key.sign(&job.tree, &[1], &mut single).unwrap();
    job.tree = new;
    for op in [batch, single] {
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    }
    scene.executed(&survivors);
}

fn nothing_is_approved_under_root_zero(mut scene: Scene) {
    scene.set_root(B256::ZERO);
    let batch = scene.job.signed(&scene.job.actions(), &[0, 1, 2]).unwrap();
    assert_eq!(scene.refused(&batch), aa23("SessionNotApproved"));
    let mut mock = scene.mock();
    mock.merkleProof = vec![B256::ZERO];
    let op = scene.single(&scene.harmless(), &mock);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
}

in_both_layouts! {
    the_old_proof_of_a_revoked_leaf_fails_and_the_others_have_new_ones,
    nothing_is_approved_under_root_zero,
}
