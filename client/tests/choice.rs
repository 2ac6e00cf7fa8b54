//! How a userOp is signed: the cheapest encoding that the programs take, and what is said of it.

mod common;

use alloy::{
    primitives::{Address, Bytes},
    signers::local::PrivateKeySigner,
    sol_types::SolValue as _,
};
use common::{session, sessions};
use proptest::prelude::*;
use session_core::compact::is_compact;
use session_keys::{
    Action, Deployment, Encoding, Session, SessionKey, SignError, Tree, UserOp, calldata_gas,
    execute, execute_batch,
};

const ALL: [Encoding; 3] = [Encoding::Canonical, Encoding::Dense, Encoding::Compact];

fn key(manager: u8, router: u8) -> SessionKey {
    SessionKey {
        signer: PrivateKeySigner::from_slice(&[0x11; 32]).unwrap(),
        deployment: Deployment {
            manager: Address::repeat_byte(manager),
            router: Address::repeat_byte(router),
            entry_point: Address::repeat_byte(3),
            chain_id: 1,
        },
    }
}

fn batch(actions: usize) -> UserOp {
    UserOp {
        callData: execute_batch(&vec![Action::default(); actions]),
        ..UserOp::default()
    }
}

fn single() -> UserOp {
    UserOp {
        callData: execute(&Action::default()),
        ..UserOp::default()
    }
}

/// The signature in this encoding, if there is one.
fn signed(
    key: &SessionKey,
    encoding: Encoding,
    tree: &Tree,
    places: &[usize],
    op: &UserOp,
) -> Option<Bytes> {
    let mut op = op.clone();
    match key.sign_as(encoding, tree, places, &mut op) {
        Ok(encoded) => {
            assert_eq!(encoded.encoding, encoding);
            assert_eq!(encoded.calldata_gas, calldata_gas(&op.signature));
            Some(op.signature)
        }
        Err(SignError::Encoding { encoding: refused }) => {
            assert_eq!(refused, encoding);
            assert!(op.signature.is_empty());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The choice, after comparison with all that there is.
fn choice(key: &SessionKey, tree: &Tree, places: &[usize], op: &UserOp) -> Encoding {
    let mut chosen = op.clone();
    let encoded = key.sign(tree, places, &mut chosen).unwrap();
    let gas = |encoding| signed(key, encoding, tree, places, op).map(|bytes| calldata_gas(&bytes));
    let least = ALL.into_iter().filter_map(gas).min().unwrap();
    assert_eq!(encoded.calldata_gas, least);
    assert_eq!(
        signed(key, encoded.encoding, tree, places, op),
        Some(chosen.signature)
    );
    let canonical = gas(Encoding::Canonical).unwrap();
    assert_eq!(encoded.canonical_calldata_gas, canonical);
    assert_eq!(encoded.saved_calldata_gas(), canonical - least);
    encoded.encoding
}

#[test]
fn what_each_deployment_takes() {
    let tree = Tree::new(sessions(8)).unwrap();
    let separate = key(1, 2);
    let module = key(1, 1);
    let has = |key: &SessionKey, encoding, op: &UserOp, places: &[usize]| {
        signed(key, encoding, &tree, places, op).is_some()
    };
    for encoding in ALL {
        let is_abi = encoding != Encoding::Compact;
        assert_eq!(has(&separate, encoding, &batch(2), &[0, 1]), is_abi);
        assert!(has(&module, encoding, &batch(2), &[0, 1]));
        for key in [&separate, &module] {
            assert_eq!(has(key, encoding, &single(), &[0]), is_abi);
        }
    }
    assert!(has(&module, Encoding::Compact, &batch(255), &[0; 255]));
    assert!(!has(&module, Encoding::Compact, &batch(256), &[0; 256]));
}

#[test]
fn what_is_chosen() {
    let tree = Tree::new(sessions(8)).unwrap();
    let same = [3; 16];
    assert_eq!(
        choice(&key(1, 2), &tree, &same, &batch(16)),
        Encoding::Dense
    );
    assert_eq!(
        choice(&key(1, 1), &tree, &same, &batch(16)),
        Encoding::Compact
    );
    assert_eq!(
        choice(&key(1, 1), &tree, &[5], &batch(1)),
        Encoding::Compact
    );
    // More actions than a byte counts.
    assert_eq!(
        choice(&key(1, 1), &tree, &[3; 256], &batch(256)),
        Encoding::Dense
    );
    // Whole words and nothing empty: nothing to be saved.
    let whole = Session {
        session_key_data: vec![1; 128].into(),
        ..session(1)
    };
    let tree = Tree::new(vec![whole, session(2)]).unwrap();
    assert_eq!(
        choice(&key(1, 2), &tree, &[0], &single()),
        Encoding::Canonical
    );
}

#[test]
fn the_account_hands_over_what_was_chosen() {
    let tree = Tree::new(sessions(8)).unwrap();
    for (key, is_packed) in [(key(1, 2), false), (key(1, 1), true)] {
        let mut op = batch(3);
        key.sign(&tree, &[1, 2, 1], &mut op).unwrap();
        let (module_signature, module) =
            <(Bytes, Address)>::abi_decode_params(&op.signature).unwrap();
        assert_eq!(module, key.deployment.router);
        assert_eq!(is_compact(&module_signature), is_packed);
        let mut dummy = batch(3);
        key.sign_dummy(&tree, &[1, 2, 1], &mut dummy).unwrap();
        assert_eq!(dummy.signature.len(), op.signature.len());
    }
}

/// Copies of one session have proofs of their own: one of them does for all.
#[test]
fn copies_share_a_proof() {
    let tree = Tree::new(vec![session(1), session(2), session(3), session(1)]).unwrap();
    let bytes = |places: &[usize]| signed(&key(1, 2), Encoding::Dense, &tree, places, &batch(2));
    assert_eq!(bytes(&[0, 3]), bytes(&[0, 0]));
    assert_eq!(bytes(&[3, 0]), bytes(&[3, 3]));
    assert_ne!(bytes(&[0, 1]), bytes(&[0, 0]));
}

#[test]
fn one_program_is_called_once() {
    let tree = Tree::new(sessions(2)).unwrap();
    let svm = session(1).svm;
    let called = |key: &SessionKey, op: &UserOp, places: &[usize]| {
        key.called_programs(&tree, places, &op.callData).unwrap()
    };
    let [one, two] = [1, 2].map(Address::repeat_byte);
    assert_eq!(called(&key(1, 2), &batch(2), &[0, 1]), [two, one, svm, svm]);
    assert_eq!(called(&key(1, 1), &batch(2), &[0, 1]), [one, svm, svm]);
    assert_eq!(called(&key(1, 2), &single(), &[0]), [one, svm]);
    assert_eq!(called(&key(1, 1), &single(), &[0]), [one, svm]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_least_is_chosen(
        lens in prop::collection::vec(0usize..70, 1..12),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..9),
        is_module in any::<bool>(),
    ) {
        let sessions = lens.iter().zip(0..).map(|(len, n)| Session {
            // two bytes longer than a word is no node
            session_key_data: vec![1; len + if *len == 32 { 2 } else { 0 }].into(),
            ..session(n)
        });
        let tree = Tree::new(sessions.collect()).unwrap();
        let places: Vec<_> = picks.iter().map(|pick| pick.index(lens.len())).collect();
        let key = key(1, if is_module { 1 } else { 2 });
        choice(&key, &tree, &places, &batch(places.len()));
        choice(&key, &tree, &places[..1], &single());
    }
}
