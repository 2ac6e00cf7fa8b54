//! 7.2-D: leaves and nodes that could be taken for each other.

use alloy::primitives::{Address, B256, Bytes, aliases::U48};
use session_keys::{Session, SessionError, Tree, TreeError};

use crate::scene::{
    Scene, SessionData, VALIDATE_SESSION_PARAMS, VALIDATE_SESSION_USER_OP, aa23, leaf, parent,
    text, word,
};

fn not_approved<T>() -> Result<T, Bytes> {
    Err(text("SessionNotApproved"))
}

/// The leaf whose preimage is that of the two nodes' parent.
fn shown_as_leaf(a: B256, b: B256) -> SessionData {
    let (low, high) = (a.min(b), a.max(b));
    let window = |bytes: &[u8]| U48::try_from_be_slice(bytes).unwrap();
    SessionData {
        validUntil: window(&low[..6]),
        validAfter: window(&low[6..12]),
        sessionValidationModule: Address::from_slice(&low[12..]),
        sessionKeyData: high.to_vec().into(),
        ..SessionData::default()
    }
}

/// Four leaves, and an inner node of theirs as a leaf. Its window is one that nobody would refuse, begins in the past
/// and ends in the future.
fn inner_node(scene: &Scene) -> ([SessionData; 4], SessionData) {
    let now = scene.job.world.chain.timestamp().unwrap();
    for salt in 0u32.. {
        let sessions = [0, 1, 2, 3].map(|index: u32| {
            let mut session = scene.mock();
            let data = [
                &session.sessionKeyData[..],
                &salt.to_be_bytes(),
                &index.to_be_bytes(),
            ];
            session.sessionKeyData = data.concat().into();
            session
        });
        let [a, b, c, d] = [0, 1, 2, 3].map(|index: usize| leaf(&sessions[index]));
        let mut shown = shown_as_leaf(a, b);
        shown.merkleProof = vec![c, d];
        let (until, after): (u64, u64) = (shown.validUntil.to(), shown.validAfter.to());
        if until >> 47 == 0 && until > now && after >> 47 == 0 {
            return (sessions, shown);
        }
    }
    unreachable!()
}

fn a_node_shown_as_a_leaf_is_refused_by_every_entry(mut scene: Scene) {
    e2e::embedded_only!("code at an address that a hash gives");
    let (sessions, node) = inner_node(&scene);
    let granted = scene.grant(sessions);
    assert!(scene.approved(&granted[3]).iter().all(Result::is_ok));
    // It is in the tree, and there is an SVM at the address that it names, which allows everything to the attacker.
    let root = parent(
        parent(leaf(&node), node.merkleProof[0]),
        node.merkleProof[1],
    );
    assert_eq!(scene.root(scene.account), root);
    let scripted = scene.scripted([0; 4], word(0));
    let world = &mut scene.job.world;
    let code = world.chain.code(scripted).unwrap();
    let svm = node.sessionValidationModule;
    world.embedded_mut().unwrap().set_code(svm, code).unwrap();
    let (key, yes) = (scene.key_word(), word(1));
    scene.script(svm, VALIDATE_SESSION_PARAMS, key);
    scene.script(svm, VALIDATE_SESSION_USER_OP, yes);

    assert_eq!(scene.approved(&node), [not_approved(), not_approved()]);
    let op = scene.single(&scene.harmless(), &node);
    assert_eq!(scene.by_manager(&op), not_approved());
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    let action = scene.harmless();
    let op = scene.batch(&[action.clone(), action], &[granted[0].clone(), node]);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
}

fn a_leaf_of_one_word_that_is_no_address_is_refused_by_every_entry(mut scene: Scene) {
    for zeros in [0, 1, 11] {
        let mut session = scene.hostile(scene.key_word(), word(1));
        let data = [vec![0; zeros], vec![0xff; 32 - zeros]].concat();
        session.sessionKeyData = data.into();
        let [session] = scene.grant([session]);
        assert_eq!(scene.approved(&session), [not_approved(), not_approved()]);
        let op = scene.single(&scene.harmless(), &session);
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
        let op = scene.batch(&[scene.harmless()], &[session]);
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    }
}

fn a_leaf_of_one_address_word_and_leaves_of_other_lengths_are_allowed(mut scene: Scene) {
    let address = [vec![0; 12], vec![0xff; 20]].concat();
    for data in [address, vec![0; 32], vec![0xff; 31], vec![0xff; 33], vec![]] {
        let mut session = scene.hostile(scene.key_word(), word(1));
        session.sessionKeyData = data.into();
        let [session] = scene.grant([session]);
        assert!(scene.approved(&session).iter().all(Result::is_ok));
        scene.executed(&scene.single(&scene.harmless(), &session));
        scene.executed(&scene.batch(&[scene.harmless()], &[session]));
    }
}

/// The other direction: the owner signs a leaf whose 64 bytes are two children, of which one is the attacker's leaf. On
/// chain it can't be seen, so the client must refuse it.
fn a_leaf_that_could_be_shown_as_a_node_is_not_granted_by_the_client(mut scene: Scene) {
    let mut evil = scene.mock();
    let svm = scene.job.world.mock_svm;
    // As the upper child it is what the owner is told to be opaque session key data.
    let asked_for = (0u64..)
        .map(|valid_until_secs| Session {
            valid_until_secs,
            valid_after_secs: 0,
            svm,
            session_key_data: leaf(&evil).to_vec().into(),
        })
        .find(|session| session.check() == Err(SessionError::AmbiguousNode))
        .unwrap();
    let tree = Tree::new(vec![asked_for.clone()]);
    let error = SessionError::AmbiguousNode;
    assert_eq!(tree, Err(TreeError::Session { index: 0, error }));

    // Whoever signs it all the same has granted the attacker's leaf.
    let low = [&[0; 12], svm.as_slice()].concat();
    evil.merkleProof = vec![B256::from_slice(&low)];
    let root = parent(leaf(&evil), evil.merkleProof[0]);
    assert_eq!(
        root,
        Session {
            valid_until_secs: 0,
            ..asked_for
        }
        .leaf()
    );
    scene.set_root(root);
    assert!(scene.approved(&evil).iter().all(Result::is_ok));
}

in_both_layouts! {
    a_node_shown_as_a_leaf_is_refused_by_every_entry,
    a_leaf_of_one_word_that_is_no_address_is_refused_by_every_entry,
    a_leaf_of_one_address_word_and_leaves_of_other_lengths_are_allowed,
    a_leaf_that_could_be_shown_as_a_node_is_not_granted_by_the_client,
}
