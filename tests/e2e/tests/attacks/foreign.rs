//! Routers and managers of the reference beside ours.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use session_keys::{UserOp, account_signature, calls, execute, execute_batch, sign};
use world::{MAX_A, to};

use crate::scene::{
    AA23, AA24, Layout, Scene, SessionData, aa23, manager_signature, plant, router_signature,
};

/// A userOp for the npm package's router: its key signs the hash together with the manager.
fn for_foreign_router(
    scene: &Scene,
    router: Address,
    actions: &[session_keys::Action],
    sessions: &[SessionData],
) -> UserOp {
    let mut op = scene.user_op(execute_batch(actions));
    let hash = scene.job.world.hash(&op);
    let hash = keccak256([hash.as_slice(), scene.manager.as_slice()].concat());
    let signature = sign(&scene.signer, hash).unwrap();
    let signature = router_signature(scene.manager, sessions, &signature);
    op.signature = account_signature(&signature, router);
    op
}

fn granted(scene: &mut Scene) -> [SessionData; 3] {
    scene.grant(scene.typed())
}

fn the_references_router_works_with_our_manager_and_svms(mut scene: Scene) {
    let router = scene.job.world.deploy("BatchedSessionRouter", &[]).unwrap();
    scene.enable(router);
    let sessions = granted(&mut scene);
    let mut actions = scene.job.actions();

    let mut forged = sessions.clone();
    forged[2].merkleProof[0] = B256::ZERO;
    let op = for_foreign_router(&scene, router, &actions, &forged);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    actions[1] = scene.job.swap(MAX_A + U256::ONE, MAX_A);
    let op = for_foreign_router(&scene, router, &actions, &sessions);
    assert_eq!(scene.refused(&op), aa23("DEXSV Max Amount Exceeded"));

    let actions = scene.job.actions();
    let op = for_foreign_router(&scene, router, &actions, &sessions);
    scene.executed(&op);

    scene.set_root(B256::ZERO);
    let op = for_foreign_router(&scene, router, &actions, &sessions);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
}

/// Each router has its own digest.
fn a_signature_for_the_references_router_is_none_for_ours(mut scene: Scene) {
    let foreign = scene.job.world.deploy("BatchedSessionRouter", &[]).unwrap();
    scene.enable(foreign);
    let sessions = granted(&mut scene);
    let actions = scene.job.actions();
    let ours = scene.job.programs.router;
    let op = for_foreign_router(&scene, ours, &actions, &sessions);
    assert_eq!(scene.refused(&op), AA24);
    let mut op = scene.batch(&actions, &sessions);
    let signature = router_signature(scene.manager, &sessions, &scene.sign(&op));
    op.signature = account_signature(&signature, foreign);
    assert_eq!(scene.refused(&op), AA24);
}

#[test]
fn the_references_manager_is_refused_by_our_router() {
    let mut scene = Scene::new(Layout::Separate);
    let manager = scene.job.world.deploy("SessionKeyManager", &[]).unwrap();
    scene.enable(manager);
    let mut sessions = scene.typed();
    let root = plant(&mut sessions);
    scene
        .job
        .as_owner(&[to(manager, calls::set_merkle_root(root))])
        .unwrap();
    scene.manager = manager;
    let op = scene.batch(&scene.job.actions(), &sessions);
    assert_eq!(scene.by_router(&op), Err(Bytes::new()));
    assert_eq!(scene.refused(&op), AA23);

    // One action at a time, it works with our SVMs.
    let action = scene.job.actions()[0].clone();
    let mut op = scene.user_op(execute(&action));
    let signature = manager_signature(&sessions[0], &scene.sign(&op));
    op.signature = account_signature(&signature, manager);
    scene.executed(&op);
}

/// The reference's SVM checks its own rules, but not the target: that is ours to do.
fn the_references_svm_works_with_our_programs(mut scene: Scene) {
    use alloy::sol_types::SolValue;
    let svm = scene
        .job
        .world
        .deploy("ERC20SessionValidationModule", &[])
        .unwrap();
    let world = &scene.job.world;
    let (key, token, trader) = (scene.job.key.address(), world.token_a, world.trader);
    let session = |token: Address| SessionData {
        sessionValidationModule: svm,
        sessionKeyData: (key, token, trader, U256::ONE).abi_encode().into(),
        ..SessionData::default()
    };
    let [good, evil] = scene.grant([session(token), session(scene.account)]);
    let transfer = |amount| world::abi::Token::transferCall { to: trader, amount }.abi_encode();
    scene.executed(&scene.single(&to(token, transfer(U256::ONE)), &good));
    scene.executed(&scene.batch(
        &[to(token, transfer(U256::ONE))],
        std::slice::from_ref(&good),
    ));
    let too_much = to(token, transfer(U256::from(2)));
    let op = scene.batch(std::slice::from_ref(&too_much), std::slice::from_ref(&good));
    assert_eq!(scene.refused(&op), aa23("ERC20SV Max Amount Exceeded"));
    let action = to(scene.account, transfer(U256::ONE));
    let op = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(&evil));
    assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
    let op = scene.single(&action, &evil);
    assert_eq!(scene.refused(&op), aa23("SKM Forbidden Target"));
}

in_both_layouts! {
    the_references_svm_works_with_our_programs,
    the_references_router_works_with_our_manager_and_svms,
    a_signature_for_the_references_router_is_none_for_ours,
}
