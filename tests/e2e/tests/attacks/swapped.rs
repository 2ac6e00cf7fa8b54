//! 7.2-I: what no signature covers. A bundler changes the module signature of a signed userOp.

use alloy::primitives::{Address, B256, U256, aliases::U48};
use session_keys::{Action, UserOp, account_signature};
use world::MAX_A;

use crate::scene::{
    AA24, Scene, SessionData, aa23, key, manager_signature, plant, router_signature, text,
};

/// The same userOps, with other sessions in them: through the router and the manager.
fn swapped(
    scene: &Scene,
    action: &Action,
    signed: &SessionData,
    other: &SessionData,
) -> [UserOp; 2] {
    let mut batch = scene.batch(std::slice::from_ref(action), std::slice::from_ref(signed));
    let signature = router_signature(
        scene.manager,
        std::slice::from_ref(other),
        &scene.sign(&batch),
    );
    batch.signature = account_signature(&signature, scene.job.programs.router);
    let mut single = scene.single(action, signed);
    let signature = manager_signature(other, &scene.sign(&single));
    single.signature = account_signature(&signature, scene.manager);
    [batch, single]
}

fn a_leaf_of_another_key_does_not_fit_the_signature(mut scene: Scene) {
    let other = SessionData {
        sessionKeyData: key(0x77).address().to_vec().into(),
        ..scene.mock()
    };
    let [mine, other] = scene.grant([scene.mock(), other]);
    for op in swapped(&scene, &scene.harmless(), &mine, &other) {
        assert_eq!(scene.refused(&op), AA24);
    }
}

fn a_leaf_of_the_same_key_fits_as_the_tree_allows_it(mut scene: Scene) {
    let typed = scene.typed();
    let [tight, mock] = scene.grant([typed[0].clone(), scene.mock()]);
    let action = scene.job.approve(MAX_A);
    let [batch, single] = swapped(&scene, &action, &tight, &mock);
    assert!(
        scene
            .by_manager(&single)
            .is_ok_and(|answer| answer.is_zero())
    );
    scene.executed(&batch);
    // The limit is that of the leaf that is shown, whatever was signed for.
    let action = scene.job.approve(MAX_A + U256::ONE);
    for op in swapped(&scene, &action, &mock, &tight) {
        assert_eq!(scene.refused(&op), aa23("ERC20AV Max Amount Exceeded"));
    }
}

fn a_leaf_that_is_not_in_the_tree_is_refused(mut scene: Scene) {
    let [mine, other] = scene.grant([scene.mock(), scene.typed()[0].clone()]);
    let changed = |change: fn(&mut SessionData)| {
        let mut session = mine.clone();
        change(&mut session);
        session
    };
    let forged = [
        changed(|session| session.sessionKeyData = key(0x77).address().to_vec().into()),
        changed(|session| session.sessionValidationModule = Address::repeat_byte(1)),
        changed(|session| session.validUntil = U48::ONE),
        changed(|session| session.validAfter = U48::ONE),
        changed(|session| session.merkleProof.clear()),
        changed(|session| session.merkleProof[0] = B256::ZERO),
        changed(|session| session.merkleProof.push(B256::ZERO)),
        SessionData {
            merkleProof: other.merkleProof,
            ..mine.clone()
        },
    ];
    for forged in forged {
        for op in swapped(&scene, &scene.harmless(), &mine, &forged) {
            assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
        }
    }
}

fn call_specific_data_changes_nothing(mut scene: Scene) {
    let sessions = scene.grant(scene.typed());
    let actions = scene.job.actions();
    let answer = scene.by_router(&scene.batch(&actions, &sessions)).unwrap();
    let mut filled = sessions.clone();
    for length in [1, 31, 32, 64, 1_000] {
        for session in &mut filled {
            session.callSpecificData = vec![0xff; length].into();
        }
        let op = scene.batch(&actions, &filled);
        assert_eq!(scene.by_router(&op), Ok(answer));
    }
    let mut op = scene.batch(&actions, &sessions);
    let signature = router_signature(scene.manager, &filled, &scene.sign(&op));
    op.signature = account_signature(&signature, scene.job.programs.router);
    let too_much = scene.batch(&[scene.job.approve(U256::MAX)], &filled[..1]);
    assert_eq!(
        scene.refused(&too_much),
        aa23("ERC20AV Max Amount Exceeded")
    );
    scene.executed(&op);
}

fn what_the_account_is_to_do_is_signed(mut scene: Scene) {
    let [mine] = scene.grant([scene.mock()]);
    let other = scene.job.deposit(U256::ONE);
    let mut batch = scene.batch(&[scene.harmless()], std::slice::from_ref(&mine));
    batch.callData = session_keys::execute_batch(std::slice::from_ref(&other));
    let mut single = scene.single(&scene.harmless(), &mine);
    single.callData = session_keys::execute(&other);
    let mut fee = scene.single(&scene.harmless(), &mine);
    fee.maxFeePerGas += U256::ONE;
    for op in [batch, single, fee] {
        assert_eq!(scene.refused(&op), AA24);
    }
}

fn sessions_of_one_account_are_nothing_to_another(mut scene: Scene) {
    let [mine] = scene.grant([scene.mock()]);
    let other = scene.job.world.create_account(&key(0xa2), 0).unwrap();
    scene.account = other;
    let op = scene.single(&scene.harmless(), &mine);
    assert_eq!(scene.by_manager(&op), Err(text("SessionNotApproved")));
    // Even if that account asks on behalf of the first one's manager: the sender counts, not the caller.
    scene.account = scene.job.account;
    let op = scene.single(&scene.harmless(), &mine);
    scene.account = other;
    assert_eq!(scene.by_manager(&op), Ok(U256::ZERO));
    let mut root_of_other = [mine];
    let root = plant(&mut root_of_other);
    assert_eq!(scene.root(other), B256::ZERO);
    assert_eq!(scene.root(scene.job.account), root);
}

in_both_layouts! {
    a_leaf_of_another_key_does_not_fit_the_signature,
    a_leaf_of_the_same_key_fits_as_the_tree_allows_it,
    a_leaf_that_is_not_in_the_tree_is_refused,
    call_specific_data_changes_nothing,
    what_the_account_is_to_do_is_signed,
    sessions_of_one_account_are_nothing_to_another,
}
