//! One leaf, several actions; and what is inside the envelope.

use alloy::primitives::{Address, Bytes};
use session_keys::{Action, execute, execute_batch, session_data::Bounds};
use world::{MAX_A, to};

use super::{LANE, bounds, managed, op_in, routed};
use crate::scene::{AA23, IS_MODULE_ENABLED, Scene, SessionData, aa23, bound, calls_to, frames};

fn batch(scene: &Scene, actions: &[Action], sessions: &[SessionData]) -> session_keys::UserOp {
    routed(scene, op_in(scene, LANE, execute_batch(actions)), sessions)
}

fn a_leaf_serves_one_action_of_a_batch_whatever_is_wrapped_round_it(mut scene: Scene) {
    let one = bound(&scene.typed()[0], &bounds(&scene, 0));
    let other = bound(&scene.typed()[1], &bounds(&scene, 0));
    // Twice in the tree: two proofs.
    let [first, other, second] = scene.grant([one.clone(), other, one]);
    assert_ne!(first.merkleProof, second.merkleProof);
    let mut dressed = first.clone();
    dressed.callSpecificData = Bytes::from_static(b"dressed");
    let [approve, swap] = [scene.job.approve(MAX_A), scene.job.actions()[1].clone()];
    for twin in [&first, &second, &dressed] {
        let op = batch(
            &scene,
            &[approve.clone(), approve.clone()],
            &[first.clone(), twin.clone()],
        );
        assert_eq!(scene.refused(&op), aa23("BND Reused Leaf"));
        let op = batch(
            &scene,
            &[approve.clone(), swap.clone(), approve.clone()],
            &[first.clone(), other.clone(), twin.clone()],
        );
        assert_eq!(scene.refused(&op), aa23("BND Reused Leaf"));
    }
    let op = batch(&scene, &[approve, swap], &[first, other]);
    scene.executed(&op);
}

fn a_leaf_that_may_serves_several_actions(mut scene: Scene) {
    let bounds = Bounds {
        serves_several_actions: true,
        ..bounds(&scene, 1)
    };
    let [session] = scene.grant([bound(&scene.typed()[0], &bounds)]);
    let actions = vec![scene.job.approve(MAX_A); 5];
    let op = batch(&scene, &actions, &vec![session.clone(); 5]);
    scene.executed(&op);
    // That was one use.
    let op = batch(&scene, &actions[..1], &[session]);
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
}

/// 7.2-H looks at the inner SVM: what is not typed may not call a module.
fn generic_rules_stay_generic_inside(mut scene: Scene) {
    let session = bound(&scene.mock(), &bounds(&scene, 0));
    let [session] = scene.grant([session]);
    for target in [
        scene.account,
        scene.manager,
        scene.job.programs.router,
        scene.job.world.ecdsa_module,
        scene.job.world.entry_point,
    ] {
        let action = to(target, vec![1, 2, 3, 4]);
        let op = op_in(&scene, LANE, execute(&action));
        let op = managed(&scene, op, &session);
        assert_eq!(scene.refused(&op), aa23("SKM Forbidden Target"));
        let op = batch(&scene, &[action], std::slice::from_ref(&session));
        assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
    }
    let harmless = scene.harmless();
    scene.executed(&batch(
        &scene,
        std::slice::from_ref(&harmless),
        std::slice::from_ref(&session),
    ));
    let op = op_in(&scene, LANE, execute(&harmless));
    scene.executed(&managed(&scene, op, &session));
}

/// Nor is the account asked about the target of typed rules, which would cost gas.
fn typed_rules_stay_typed_inside(mut scene: Scene) {
    let session = bound(&scene.typed()[0], &bounds(&scene, 0));
    let [session] = scene.grant([session]);
    let op = batch(&scene, &[scene.job.approve(MAX_A)], &[session]);
    let trace = scene.trace(scene.job.programs.router, &op);
    let account = scene.account;
    let asked = frames(&trace)
        .into_iter()
        .filter(|frame| calls_to(frame, account, IS_MODULE_ENABLED))
        .count();
    // For the manager alone.
    assert_eq!(asked, 1);
}

/// Managers and routers are no SVMs, inside an envelope or not.
fn programs_that_are_no_svms_are_refused_inside(mut scene: Scene) {
    let bounds = bounds(&scene, 0);
    scene.job.world.unchecked = Some("one of them has no code: OP-041");
    for program in [
        scene.manager,
        scene.job.programs.router,
        scene.account,
        Address::repeat_byte(0x99),
    ] {
        let mut session = scene.typed()[0].clone();
        session.sessionValidationModule = program;
        let [session] = scene.grant([bound(&session, &bounds)]);
        let approve = scene.job.approve(MAX_A);
        let op = batch(
            &scene,
            std::slice::from_ref(&approve),
            std::slice::from_ref(&session),
        );
        assert_eq!(scene.refused(&op), AA23);
        let op = op_in(&scene, LANE, execute(&approve));
        assert_eq!(scene.refused(&managed(&scene, op, &session)), AA23);
    }
}

in_both_layouts! {
    a_leaf_serves_one_action_of_a_batch_whatever_is_wrapped_round_it,
    a_leaf_that_may_serves_several_actions,
    generic_rules_stay_generic_inside,
    typed_rules_stay_typed_inside,
    programs_that_are_no_svms_are_refused_inside,
}
