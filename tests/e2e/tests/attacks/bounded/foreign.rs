//! `bounded` under managers and routers that do not know it.

use alloy::primitives::{B256, keccak256};
use session_keys::{UserOp, account_signature, calls, execute, execute_batch, sign};
use world::{MAX_A, to};

use super::{LANE, bounds, op_in, plus_one, typed};
use crate::scene::{
    Layout, Scene, SessionData, VALIDATE_SESSION_PARAMS, aa23, manager_signature, plant,
    router_signature, text,
};

/// The npm package's manager, enabled, with these sessions.
fn with_foreign_manager(sessions: fn(&Scene) -> [SessionData; 3]) -> (Scene, [SessionData; 3]) {
    let mut scene = Scene::new(Layout::Separate);
    let bounded = scene.job.world.deploy_program("bounded").unwrap();
    assert_eq!(bounded, well_known::BOUNDED);
    let manager = scene.job.world.deploy("SessionKeyManager", &[]).unwrap();
    scene.enable(manager);
    let mut sessions = sessions(&scene);
    let root: B256 = plant(&mut sessions);
    let set_root = to(manager, calls::set_merkle_root(root));
    scene.job.as_owner(&[set_root]).unwrap();
    scene.manager = manager;
    (scene, sessions)
}

fn three_uses(scene: &Scene) -> [SessionData; 3] {
    typed(scene, &bounds(scene, 3))
}

#[test]
fn the_references_manager_gets_the_right_answer() {
    let (mut scene, [approval, ..]) = with_foreign_manager(three_uses);
    let single = |scene: &Scene, lane: u64, change: fn(&mut UserOp)| {
        let mut op = op_in(scene, lane, execute(&scene.job.approve(MAX_A)));
        change(&mut op);
        let signature = manager_signature(&approval, &scene.sign(&op));
        op.signature = account_signature(&signature, scene.manager);
        op
    };
    let op = single(&scene, LANE + 1, |_| ());
    assert_eq!(scene.refused(&op), aa23("BND Wrong Lane"));
    let op = single(&scene, LANE, |op| plus_one(&mut op.maxFeePerGas));
    assert_eq!(scene.refused(&op), aa23("BND Max Fee"));
    let op = single(&scene, LANE, |op| {
        op.paymasterAndData = vec![0x99; 20].into();
    });
    assert_eq!(scene.refused(&op), aa23("BND Wrong Paymaster"));
    for _ in 0..3 {
        scene.executed(&single(&scene, LANE, |_| ()));
    }
    let op = single(&scene, LANE, |_| ());
    assert_eq!(scene.refused(&op), aa23("BND Max Uses"));
}

#[test]
fn the_inner_rules_and_the_signature_hold_there_too() {
    let (mut scene, [approval, ..]) = with_foreign_manager(three_uses);
    let mut op = op_in(&scene, LANE, execute(&scene.job.deposit(MAX_A)));
    let signature = manager_signature(&approval, &scene.sign(&op));
    op.signature = account_signature(&signature, scene.manager);
    assert_eq!(scene.refused(&op), aa23("ERC20AV Wrong Token"));
    let mut op = op_in(&scene, LANE, execute(&scene.job.approve(MAX_A)));
    let strangers = sign(&crate::scene::key(0x77), scene.job.world.hash(&op)).unwrap();
    let signature = manager_signature(&approval, &strangers);
    op.signature = account_signature(&signature, scene.manager);
    assert_eq!(scene.refused(&op), crate::scene::AA24);
}

/// A router that passes no userOp can not look at the envelope, so it gets a refusal.
#[test]
fn the_references_router_is_refused() {
    let (mut scene, sessions) = with_foreign_manager(three_uses);
    let router = scene.job.world.deploy("BatchedSessionRouter", &[]).unwrap();
    scene.enable(router);
    let mut op = op_in(&scene, LANE, execute_batch(&scene.job.actions()));
    let hash = scene.job.world.hash(&op);
    let hash = keccak256([hash.as_slice(), scene.manager.as_slice()].concat());
    let signature = sign(&scene.signer, hash).unwrap();
    let signature = router_signature(scene.manager, &sessions, &signature);
    op.signature = account_signature(&signature, router);
    assert_eq!(scene.refused(&op), aa23("BND Needs User Operation"));
    // Whatever it is asked.
    let bounded = well_known::BOUNDED.into();
    let answer = scene.call(bounded, VALIDATE_SESSION_PARAMS);
    assert_eq!(answer, Err(text("BND Needs User Operation")));
}
