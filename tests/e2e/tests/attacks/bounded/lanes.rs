//! Nonce lanes: uses are counted by the EntryPoint.

use alloy::primitives::{U256, aliases::U192};
use session_keys::{Tree, TreeError, UserOp, execute, session_data::Bounds};
use world::{MAX_A, MainJob};

use super::{LANE, bounds, lane, managed, op_in, typed};
use crate::scene::{Scene, SessionData, aa23, bound, client};

fn approve(scene: &Scene, lane: u64, session: &SessionData) -> UserOp {
    let op = op_in(scene, lane, execute(&scene.job.approve(MAX_A)));
    managed(scene, op, session)
}

fn uses_are_used_up(mut scene: Scene) {
    let sessions = typed(&scene, &bounds(&scene, 3));
    let [approval, _, deposit] = scene.grant(sessions);
    let first = approve(&scene, LANE, &approval);
    scene.executed(&first);
    assert_eq!(scene.refused(&first), "AA25 invalid account nonce");
    // An execution that fails is a use: the account has no B to deposit.
    let action = scene.job.deposit(MainJob::MAX_B);
    let op = managed(&scene, op_in(&scene, LANE, execute(&action)), &deposit);
    let bundle = scene.job.world.handle_ops(&[op]).unwrap();
    assert!(!bundle.ops()[0].success);
    scene.executed(&approve(&scene, LANE, &approval));
    let op = approve(&scene, LANE, &approval);
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
    // The other leaf of the lane has none left either.
    let op = managed(&scene, op_in(&scene, LANE, execute(&action)), &deposit);
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
}

fn userops_can_not_be_reordered_or_moved_to_another_lane(mut scene: Scene) {
    let sessions = typed(&scene, &bounds(&scene, 3));
    let [approval, ..] = scene.grant(sessions);
    for other in [0, 1, LANE - 1, LANE + 1] {
        let op = approve(&scene, other, &approval);
        assert_eq!(scene.refused(&op), aa23("BND Wrong Lane"), "{other}");
    }
    let call_data = execute(&scene.job.approve(MAX_A));
    let mut early = op_in(&scene, LANE, call_data);
    early.nonce += U256::ONE;
    let early = managed(&scene, early, &approval);
    assert_eq!(scene.refused(&early), "AA25 invalid account nonce");
    // Its sequence counts, not its turn.
    let mut beyond = early;
    beyond.nonce += U256::from(2);
    let beyond = managed(&scene, beyond, &approval);
    assert_eq!(scene.refused(&beyond), aa23("BND Max Uses"));
}

/// Nothing signs the choice of the leaf, but the nonce is signed.
fn a_bundler_can_not_swap_leaves_of_other_lanes_in(mut scene: Scene) {
    let narrow = bounds(&scene, 1);
    let wide = Bounds {
        lane: Some(lane(LANE + 1, 100)),
        ..narrow
    };
    let approval = scene.typed()[0].clone();
    let [narrow, wide] = scene.grant([bound(&approval, &narrow), bound(&approval, &wide)]);
    scene.executed(&approve(&scene, LANE, &narrow));
    let spent = approve(&scene, LANE, &narrow);
    assert_eq!(scene.refused(&spent), aa23("BND Max Uses"));
    let swapped = managed(&scene, spent, &wide);
    assert_eq!(scene.refused(&swapped), aa23("BND Wrong Lane"));
    scene.executed(&approve(&scene, LANE + 1, &wide));
}

/// Why the client refuses such a tree.
fn a_plain_leaf_of_the_same_key_is_a_way_out_of_the_envelope(mut scene: Scene) {
    let plain = scene.typed()[0].clone();
    let bounded = bound(&plain, &bounds(&scene, 1));
    let key = scene.job.key.address();
    let sessions = [&plain, &bounded].map(client).to_vec();
    assert_eq!(
        Tree::new(sessions).unwrap_err(),
        TreeError::Unbounded { key }
    );

    let [plain, bounded] = scene.grant([plain, bounded]);
    scene.executed(&approve(&scene, LANE, &bounded));
    let op = approve(&scene, LANE, &bounded);
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
    // The bundler needs no signature for this.
    scene.executed(&managed(&scene, op, &plain));
}

/// Why the client refuses a lane that is not fresh, or shared.
fn a_lane_that_was_used_has_fewer_uses(mut scene: Scene) {
    let approve = scene.job.approve(MAX_A);
    let world = &scene.job.world;
    let mut op = op_in(&scene, LANE, execute(&approve));
    world.sign_as_owner(&scene.job.owner, &mut op).unwrap();
    scene.executed(&op);
    let bounds = bounds(&scene, 1);
    let sessions = typed(&scene, &bounds);
    let [approval, ..] = scene.grant(sessions);
    let op = self::approve(&scene, LANE, &approval);
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
    assert_eq!(op.nonce, U256::from(LANE) << 64 | U256::ONE);
    let refusal = bounds.lane.unwrap().check_fresh(op.nonce).unwrap_err();
    assert!(
        refusal.to_string().contains("has had 1 userOps"),
        "{refusal}"
    );
    assert_eq!(lane(LANE, 1).key, U192::from(LANE));
}

in_both_layouts! {
    uses_are_used_up,
    userops_can_not_be_reordered_or_moved_to_another_lane,
    a_bundler_can_not_swap_leaves_of_other_lanes_in,
    a_plain_leaf_of_the_same_key_is_a_way_out_of_the_envelope,
    a_lane_that_was_used_has_fewer_uses,
}
