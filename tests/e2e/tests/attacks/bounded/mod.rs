//! Bounds (§10.7): what a key, its bundler or another program could do if one of them did not hold.

mod batches;
mod envelope;
mod foreign;
mod greedy;
mod lanes;
mod outflow;
mod weeks;

use alloy::primitives::{Bytes, U256, aliases::U192};
use session_keys::{
    UserOp, account_signature,
    session_data::{Bounds, Lane},
};

use crate::scene::{Scene, SessionData, bound, manager_signature, router_signature};

/// The lane of most tests.
const LANE: u64 = 77;
/// The sum of the gas limits of the world's userOps.
const GAS: u64 = 4_100_000;

fn lane(key: u64, max_uses: u64) -> Lane {
    Lane {
        key: U192::from(key),
        max_uses,
    }
}

/// What the world's userOps have at most.
fn fee(scene: &Scene) -> u128 {
    2 * u128::from(scene.job.world.chain.base_fee().unwrap())
}

/// Exactly what one of the world's userOps needs, and so many of them.
fn bounds(scene: &Scene, max_uses: u64) -> Bounds {
    Bounds {
        max_fee_per_gas_wei: fee(scene),
        ..Bounds::new(lane(LANE, max_uses), fee(scene) * u128::from(GAS), GAS)
    }
}

/// The sessions of the main job, bounded.
fn typed(scene: &Scene, bounds: &Bounds) -> [SessionData; 3] {
    scene.typed().map(|session| bound(&session, bounds))
}

/// A userOp in a lane, not signed.
fn op_in(scene: &Scene, lane: u64, call_data: Bytes) -> UserOp {
    let world = &scene.job.world;
    world
        .user_op(scene.account, U192::from(lane), call_data)
        .unwrap()
}

/// Signed by the key, for the manager.
fn managed(scene: &Scene, mut op: UserOp, session: &SessionData) -> UserOp {
    let signature = manager_signature(session, &scene.sign(&op));
    op.signature = account_signature(&signature, scene.manager);
    op
}

/// Signed by the key, for the router.
fn routed(scene: &Scene, mut op: UserOp, sessions: &[SessionData]) -> UserOp {
    let signature = router_signature(scene.manager, sessions, &scene.sign(&op));
    op.signature = account_signature(&signature, scene.job.programs.router);
    op
}

fn plus_one(value: &mut U256) {
    *value += U256::ONE;
}
