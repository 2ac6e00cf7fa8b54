//! What an owner must get right (7.2-L), and what the client's calls do about it.

use alloy::{
    primitives::{Address, B256, U256, aliases::U192},
    sol_types::SolEvent,
};
use devnode::Receipt;
use session_keys::{
    Tree, UserOp,
    calls::{self, SessionKeyManager},
    execute, execute_batch,
    session_data::Lane,
};
use world::{MAX_A, to};

use crate::scene::{Layout, Scene, aa23};

const SENTINEL: Address = Address::with_last_byte(1);

/// An approval by the session key, in lane 0.
fn approval(scene: &Scene, manager: Address) -> UserOp {
    let mut op = scene.user_op(execute(&scene.job.approve(MAX_A)));
    let mut key = scene.job.key.clone();
    key.deployment.manager = manager;
    key.sign(&scene.job.tree, &[0], &mut op).unwrap();
    op
}

fn own(scene: &Scene) -> UserOp {
    approval(scene, scene.manager)
}

fn a_root_outlives_its_manager_unless_it_is_revoked(mut scene: Scene) {
    let (account, manager) = (scene.account, scene.manager);
    let disable = |scene: &Scene| {
        // The router was enabled after the manager, if it is another module.
        let router = scene.job.programs.router;
        let previous = if router == manager { SENTINEL } else { router };
        to(account, calls::disable_module(previous, manager))
    };
    let off = disable(&scene);
    scene.job.as_owner(&[off]).unwrap();
    let refusal = scene.refused(&own(&scene));
    assert!(refusal.starts_with("AA23"), "{refusal}");
    // Enabled again without a word about the root, the old sessions are back.
    scene.enable(manager);
    scene.executed(&own(&scene));

    // As the client does it: nothing to come back.
    let off = to(account, calls::disable_module(SENTINEL, manager));
    let mut batch = calls::revoke(&[manager]);
    batch.push(off);
    scene.job.as_owner(&batch).unwrap();
    scene.enable(manager);
    assert_eq!(scene.refused(&own(&scene)), aa23("SessionNotApproved"));

    // And whatever the root was: the new one is there when the module is.
    let old = scene.job.tree.root();
    scene.set_root(old);
    let off = to(account, calls::disable_module(SENTINEL, manager));
    scene.job.as_owner(&[off]).unwrap();
    let new = Tree::new(scene.job.tree.sessions()[1..].to_vec()).unwrap();
    let set_up = calls::set_up(account, manager, new.root(), &[manager]);
    scene.job.as_owner(&set_up).unwrap();
    assert_eq!(scene.refused(&own(&scene)), aa23("SessionNotApproved"));
}

/// Whoever sees the owner's revocation can put a userOp of the session key before it, with the same nonce.
fn a_revocation_in_a_lane_of_its_own_can_not_be_pushed_aside(mut scene: Scene) {
    let revoke = execute_batch(&calls::revoke(&[scene.manager]));
    let world = &scene.job.world;
    let owner = &scene.job.owner;
    let in_lane_0 = world
        .owner_op(owner, scene.account, revoke.clone())
        .unwrap();
    let lane: U192 = Lane::random(0).key;
    let mut in_its_own = world.user_op(scene.account, lane, revoke).unwrap();
    world.sign_as_owner(owner, &mut in_its_own).unwrap();

    let griefing = own(&scene);
    assert_eq!(griefing.nonce, in_lane_0.nonce);
    scene.executed(&griefing);
    assert_eq!(scene.refused(&in_lane_0), "AA25 invalid account nonce");
    assert_ne!(scene.root(scene.account), B256::ZERO);

    let again = own(&scene);
    scene.executed(&again);
    scene.executed(&in_its_own);
    assert_eq!(scene.root(scene.account), B256::ZERO);
    assert_eq!(scene.refused(&own(&scene)), aa23("SessionNotApproved"));
}

/// Each manager has a root of its own.
fn a_revocation_in_one_manager_leaves_the_other(mut scene: Scene) {
    e2e::embedded_only!("another salt");
    let wasm = world::program(match scene.layout {
        Layout::Separate => "session-key-manager",
        Layout::Module => "session-module",
    });
    let wasm = wasm.unwrap();
    let deployer = scene.job.world.deployer;
    let salt = Some(B256::repeat_byte(1));
    let node = scene.job.world.embedded_mut().unwrap();
    let second = node.deploy_program(deployer, &wasm, salt).unwrap();
    let root = scene.job.tree.root();
    let set_up = calls::set_up(scene.account, second, root, &[second]);
    scene.job.as_owner(&set_up).unwrap();
    for manager in [scene.manager, second] {
        scene.executed(&approval(&scene, manager));
    }
    scene
        .job
        .as_owner(&calls::revoke(&[scene.manager]))
        .unwrap();
    assert_eq!(scene.refused(&own(&scene)), aa23("SessionNotApproved"));
    scene.executed(&approval(&scene, second));
    scene
        .job
        .as_owner(&calls::revoke(&[scene.manager, second]))
        .unwrap();
    for manager in [scene.manager, second] {
        let op = approval(&scene, manager);
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    }
}

/// The account's sessions as the chain tells them: root, and data of the last event.
fn from_logs(scene: &Scene, receipts: &[Receipt]) -> Tree {
    let published = receipts
        .iter()
        .flat_map(|receipt| receipt.logs())
        .filter(|log| log.address() == scene.manager)
        .filter_map(|log| SessionKeyManager::SessionsPublished::decode_log(&log.inner).ok())
        .filter(|event| event.account == scene.account)
        .last()
        .unwrap();
    Tree::published(&published.data.data, scene.root(scene.account)).unwrap()
}

/// Two dApps that add a session each, knowing nothing of one another, lose none.
fn the_tree_is_rebuilt_from_logs_alone(mut scene: Scene) {
    let manager = scene.manager;
    let sessions = scene.job.tree.sessions().to_vec();
    let change = |expected: B256, tree: &Tree| {
        let data = tree.publish().unwrap();
        to(
            manager,
            calls::set_merkle_root_if(expected, tree.root(), data),
        )
    };
    let mut receipts = Vec::new();
    let base = Tree::new(sessions[..1].to_vec()).unwrap();
    let action = change(scene.root(scene.account), &base);
    receipts.push(scene.job.as_owner(&[action]).unwrap().receipt);

    // Both have read the same tree.
    let seen = from_logs(&scene, &receipts);
    assert_eq!(seen, base);
    let [first, second] = [1, 2].map(|index: usize| {
        let mut all = seen.sessions().to_vec();
        all.push(sessions[index].clone());
        Tree::new(all).unwrap()
    });
    let action = change(seen.root(), &first);
    receipts.push(scene.job.as_owner(&[action]).unwrap().receipt);
    let action = change(seen.root(), &second);
    let error = scene.job.as_owner(&[action]).unwrap_err();
    assert!(error.to_string().contains("SessionsChanged"), "{error}");

    // The second reads again.
    let seen = from_logs(&scene, &receipts);
    assert_eq!(seen, first);
    let mut all = seen.sessions().to_vec();
    all.push(sessions[2].clone());
    let both = Tree::new(all).unwrap();
    let action = change(seen.root(), &both);
    receipts.push(scene.job.as_owner(&[action]).unwrap().receipt);
    assert_eq!(from_logs(&scene, &receipts).sessions(), sessions);

    // And uses what it has read.
    scene.job.tree = from_logs(&scene, &receipts);
    let op = scene.job.signed(&scene.job.actions(), &[0, 1, 2]).unwrap();
    assert!(op.nonce > U256::ZERO);
    scene.executed(&op);
}

in_both_layouts! {
    a_root_outlives_its_manager_unless_it_is_revoked,
    a_revocation_in_a_lane_of_its_own_can_not_be_pushed_aside,
    a_revocation_in_one_manager_leaves_the_other,
    the_tree_is_rebuilt_from_logs_alone,
}
