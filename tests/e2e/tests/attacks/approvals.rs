//! What a manager says of sessions is exactly the digest of §10.1, and of nothing that it has not proven.

use alloy::primitives::{B256, Bytes, keccak256};
use session_keys::{Item, dense_router_signature};

use crate::scene::{Scene, SessionData, VALIDATE_SESSION_KEYS, client, leaf, text};

/// keccak of domain, account and leaves, without our own code.
fn digest(scene: &Scene, leaves: &[B256]) -> Bytes {
    let domain = keccak256("SESSION_APPROVED_V1");
    let account = scene.account.into_word();
    let preimage = [&[domain, account], leaves].concat().concat();
    keccak256(preimage).0.into()
}

fn leaves(sessions: &[SessionData]) -> Vec<B256> {
    sessions.iter().map(leaf).collect()
}

fn it_is_of_the_account_and_every_leaf_in_its_order(mut scene: Scene) {
    let [a, b, c] = scene.grant(scene.typed());
    let dressed = SessionData {
        callSpecificData: vec![1; 33].into(),
        ..a.clone()
    };
    for sessions in [
        vec![a.clone()],
        vec![b.clone(), a.clone()],
        vec![a.clone(), b.clone(), c.clone()],
        vec![a.clone(), a.clone(), c, dressed, b],
    ] {
        let leaves = leaves(&sessions);
        let [one, all] = scene.approvals(&sessions);
        assert_eq!(
            scene.call(scene.manager, one),
            Ok(digest(&scene, &leaves[..1]))
        );
        assert_eq!(scene.call(scene.manager, all), Ok(digest(&scene, &leaves)));
    }
    // The tree is one account's.
    let trader = scene.job.world.trader;
    let account = std::mem::replace(&mut scene.account, trader);
    for refused in scene.approved(&a) {
        assert_eq!(refused, Err(text("SessionNotApproved")));
    }
    scene.account = account;
}

/// A leaf for each action: also for those that share a tuple, which is proven once.
fn sessions_in_one_tuple_count_each_time(mut scene: Scene) {
    let sessions = scene.grant(scene.typed());
    let call = |scene: &Scene, sessions: &[SessionData]| {
        let shown: Vec<_> = sessions.iter().map(client).collect();
        let item = |(session, data): (_, &SessionData)| (session, data.merkleProof.clone());
        let proven: Vec<_> = shown.iter().zip(sessions).map(item).collect();
        let items: Vec<_> = proven
            .iter()
            .map(|(session, proof)| Item {
                session,
                proof,
                call_specific_data: &[],
            })
            .collect();
        // From the array's length word on: behind manager and two offsets.
        let signature = dense_router_signature(scene.manager, &items, &[]).unwrap();
        let account = scene.account.into_word();
        let offset = B256::with_last_byte(0x40);
        let call = [
            &VALIDATE_SESSION_KEYS[..],
            account.as_slice(),
            offset.as_slice(),
            &signature[96..],
        ];
        scene.call(scene.manager, call.concat())
    };
    let [a, b, _] = &sessions;
    for order in [
        vec![a, a],
        vec![a, b, a],
        vec![b, b, b, a],
        vec![a, b, b, a, a],
    ] {
        let sessions: Vec<_> = order.into_iter().cloned().collect();
        let due = digest(&scene, &leaves(&sessions));
        assert_eq!(call(&scene, &sessions), Ok(due));
    }
    let mut forged = a.clone();
    forged.merkleProof[0] = B256::ZERO;
    let refused = call(&scene, &[b.clone(), forged.clone(), forged]);
    assert_eq!(refused, Err(text("SessionNotApproved")));
}

in_both_layouts! {
    it_is_of_the_account_and_every_leaf_in_its_order,
    sessions_in_one_tuple_count_each_time,
}
