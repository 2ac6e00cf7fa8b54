//! Whose manager it is.

use alloy::{primitives::Address, rpc::types::trace::geth::CallFrame, sol_types::SolCall};
use session_keys::calls;
use world::{abi::Account, to};

use super::{empty, module, scene};
use crate::scene::{AA24, VALIDATE_SESSION_KEYS, aa23, calls_to, frames, key, plant, text};

/// Though it is enabled, and has approved the very sessions: it is not even asked.
#[test]
fn a_payload_that_names_another_manager_is_refused() {
    let mut scene = scene();
    let manager = scene
        .job
        .world
        .deploy_program("session-key-manager")
        .unwrap();
    scene.enable(manager);
    let mut sessions = [scene.mock()];
    let root = plant(&mut sessions);
    let grant = to(manager, calls::set_merkle_root(root));
    scene.job.as_owner(&[grant]).unwrap();
    let sessions = scene.grant(sessions);
    let ours = scene.manager;
    let near = |bit: usize| {
        let mut near = ours;
        near[bit / 8] ^= 0x80 >> (bit % 8);
        near
    };
    let others = [manager, Address::ZERO, scene.account, near(0), near(159)];
    for other in others {
        scene.manager = other;
        let op = scene.batch(&[scene.harmless()], &sessions);
        assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
        if scene.job.world.chain.has_traces() {
            let trace = scene.trace(ours, &op);
            assert!(trace.calls.is_empty());
        }
    }
    scene.manager = ours;
    scene.executed(&scene.batch(&[scene.harmless()], &sessions));
}

/// What is wrong with the sessions is said before who is to prove them.
#[test]
fn every_session_is_decoded_before_the_manager_is_looked_at() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    scene.manager = scene.account;
    let mut op = scene.batch(&[scene.harmless()], &[mock]);
    assert_eq!(scene.by_router(&op), Err(text("SR Invalid SKM")));
    // validUntil of the session: behind signature's head and length, the payload's head, the array's length and offset.
    let mut signature = op.signature.to_vec();
    let until = 3 * 32 + 3 * 32 + 2 * 32;
    assert_eq!(signature[until..until + 32], [0; 32]);
    signature[until] = 1;
    op.signature = signature.into();
    assert_eq!(scene.by_router(&op), empty());
}

#[test]
fn it_must_be_enabled_for_a_batch() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    let op = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
    let disable = Account::disableModuleCall {
        prevModule: Address::with_last_byte(1),
        module: scene.manager,
    };
    let disable = to(scene.account, disable.abi_encode());
    assert!(scene.by_router(&op).is_ok());
    scene.job.as_owner(&[disable]).unwrap();
    assert_eq!(scene.by_router(&op), Err(text("SR Invalid SKM")));
    // The account does not ask a module that it has not enabled.
    let refusal = scene.refused(&scene.batch(&[scene.harmless()], &[mock]));
    assert!(refusal.starts_with("AA23"), "{refusal}");
}

/// `validateSessionKeys` is for routers of others: the module's own batches don't call it, nor anybody's.
#[test]
fn it_proves_its_sessions_itself() {
    let mut scene = scene();
    e2e::traces_only!(scene.job.world.chain);
    let module = module(&scene);
    let sessions = scene.grant(scene.typed());
    let op = scene.batch(&scene.job.actions(), &sessions);
    let trace = scene.trace(module, &op);
    let asked = |frame: &&CallFrame| {
        frame.input.starts_with(&VALIDATE_SESSION_KEYS) || frame.to == Some(module)
    };
    assert!(!frames(&trace)[1..].iter().any(asked));
}

/// A router of its own address, which names the module as the manager.
#[test]
fn our_router_takes_it_as_a_manager() {
    let mut scene = scene();
    let module = module(&scene);
    let router = scene
        .job
        .world
        .deploy_program("batched-session-router")
        .unwrap();
    scene.enable(router);
    scene.job.programs.router = router;
    let mut sessions = scene.grant(scene.typed());
    let op = scene.batch(&scene.job.actions(), &sessions);
    if scene.job.world.chain.has_traces() {
        let trace = scene.trace(router, &op);
        let asked = |frame: &&&CallFrame| calls_to(frame, module, VALIDATE_SESSION_KEYS);
        assert_eq!(frames(&trace).iter().filter(asked).count(), 1);
    }
    let signer = std::mem::replace(&mut scene.signer, key(0x77));
    let of_other = scene.batch(&scene.job.actions(), &sessions);
    assert_eq!(scene.refused(&of_other), AA24);
    scene.signer = signer;
    scene.executed(&op);
    sessions[2].merkleProof.pop();
    let op = scene.batch(&scene.job.actions(), &sessions);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    // Neither is a target.
    let [mock] = scene.grant([scene.mock()]);
    for target in [module, router] {
        let op = scene.batch(&[to(target, [])], std::slice::from_ref(&mock));
        assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
    }
}
