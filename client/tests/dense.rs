//! Dense module signatures: what the canonical ones say, to the programs' decoder and to another one, in fewer bytes.

mod common;

use alloy::{
    primitives::{Address, B256, Bytes, aliases::U48},
    sol,
    sol_types::SolValue as _,
};
use common::session;
use proptest::prelude::*;
use session_core::{
    abi::Tuple,
    user_op::{BatchedSession, ManagerSignature},
};
use session_keys::{
    DUMMY_SIGNATURE, Item, ItemError, Session, SessionError, dense_manager_signature,
    dense_router_signature, manager_signature, router_signature,
};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct SessionData {
        uint48 validUntil;
        uint48 validAfter;
        address sessionValidationModule;
        bytes sessionKeyData;
        bytes32[] merkleProof;
        bytes callSpecificData;
    }
}

type Router = (Address, Vec<SessionData>, Bytes);
type Manager = (U48, U48, Address, Bytes, Vec<B256>, Bytes);

const MANAGER: Address = Address::repeat_byte(0xaa);

/// Session, proof, callSpecificData.
#[derive(Clone, Debug)]
struct Plain(Session, Vec<B256>, Vec<u8>);

impl Plain {
    fn item(&self) -> Item<'_> {
        Item {
            session: &self.0,
            proof: &self.1,
            call_specific_data: &self.2,
        }
    }
}

/// Everything may be empty, zero, equal to another, or look like a hole.
fn plain() -> impl Strategy<Value = Plain> {
    let secs = || prop_oneof![Just(0u64), Just(0xffff_ffff_ffff >> 1), 0u64..1 << 47];
    let bytes = |len| prop::collection::vec(prop_oneof![Just(0u8), Just(0xff), any::<u8>()], len);
    let same = prop::collection::vec(prop_oneof![Just(0xffu8), Just(0)], 1)
        .prop_flat_map(|byte| (0usize..200).prop_map(move |len| vec![byte[0]; len]));
    let word = prop_oneof![
        Just(B256::ZERO),
        Just(B256::repeat_byte(0xff)),
        any::<[u8; 32]>().prop_map(B256::from)
    ];
    let data = prop_oneof![Just(Vec::new()), same.clone(), bytes(0..200)];
    let last = prop_oneof![4 => Just(Vec::new()), 1 => same, 1 => bytes(0..70)];
    (
        secs(),
        secs(),
        any::<[u8; 20]>(),
        data,
        prop::collection::vec(word, 0..5),
        last,
    )
        .prop_map(
            |(valid_until_secs, valid_after_secs, svm, data, proof, last)| {
                let session = Session {
                    valid_until_secs,
                    valid_after_secs,
                    svm: svm.into(),
                    session_key_data: data.into(),
                };
                Plain(session, proof, last)
            },
        )
        .prop_filter("a session of no tree", |plain| plain.0.check().is_ok())
}

/// Some plain items, and which of them each action has.
fn batch() -> impl Strategy<Value = Vec<Plain>> {
    let picks = prop::collection::vec(any::<prop::sample::Index>(), 0..9);
    (prop::collection::vec(plain(), 1..5), picks)
        .prop_map(|(all, picks)| picks.iter().map(|pick| pick.get(&all).clone()).collect())
}

fn items(batch: &[Plain]) -> Vec<Item<'_>> {
    batch.iter().map(Plain::item).collect()
}

fn decoded(bytes: &[u8]) -> (&Address, Vec<BatchedSession<'_>>, &[u8]) {
    let signature = Tuple::new(bytes, 3).unwrap();
    let array = signature.array(1).unwrap();
    let item = |index| BatchedSession::at(&array, index).unwrap();
    let manager = signature.address(0).unwrap().into();
    let items = (0..array.len()).map(item).collect();
    (manager, items, signature.bytes(2).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn batches_decode_to_the_same(batch in batch(), key in prop_oneof![Just(vec![3; 65]), Just(Vec::new())]) {
        let items = items(&batch);
        let canonical = router_signature(MANAGER, &items, &key).unwrap();
        let dense = dense_router_signature(MANAGER, &items, &key).unwrap();
        prop_assert_eq!(decoded(&dense), decoded(&canonical));
        let expected = Router::abi_decode_params(&canonical).unwrap();
        prop_assert_eq!(Router::abi_decode_params(&dense).unwrap(), expected);
        prop_assert!(dense.len() <= canonical.len());
    }

    #[test]
    fn single_actions_decode_to_the_same(plain in plain(), key in prop_oneof![Just(vec![3; 65]), Just(Vec::new())]) {
        let Plain(session, proof, _) = &plain;
        let canonical = manager_signature(session, proof, &key).unwrap();
        let dense = dense_manager_signature(session, proof, &key).unwrap();
        prop_assert_eq!(ManagerSignature::decode(&dense), ManagerSignature::decode(&canonical));
        let expected = Manager::abi_decode_params(&canonical).unwrap();
        prop_assert_eq!(Manager::abi_decode_params(&dense).unwrap(), expected);
        prop_assert!(dense.len() <= canonical.len());
    }
}

/// Words of a batch: of each action one, of each distinct item its head, its data and its proof.
#[test]
fn equal_items_are_one() {
    let one = Plain(session(1), vec![B256::repeat_byte(1); 10], Vec::new());
    let two = Plain(session(2), vec![B256::repeat_byte(2); 10], Vec::new());
    let head = 32 * 3 + 32;
    let key = 32 + 65;
    let distinct = 32 * 6 + (32 + 20) + (32 + 320);
    for (actions, items_apart) in [(1, 1), (16, 1), (16, 2)] {
        let both = [&one, &two];
        let batch: Vec<_> = (0..actions)
            .map(|at| both[at % items_apart].item())
            .collect();
        let dense = dense_router_signature(MANAGER, &batch, &DUMMY_SIGNATURE).unwrap();
        let expected = head + key + 32 * actions + distinct * items_apart;
        assert_eq!(dense.len(), expected, "{actions} actions");
    }
}

/// Not the same item, but the same data or proof: those are there once.
#[test]
fn equal_parts_are_one() {
    let one = Plain(session(1), vec![B256::repeat_byte(1); 10], Vec::new());
    let len = |other: &Plain| {
        let batch = [one.item(), other.item()];
        dense_router_signature(MANAGER, &batch, &DUMMY_SIGNATURE)
            .unwrap()
            .len()
    };
    let whole = 32 * 4 + 32 + 65 + 2 * 32 + 32 * 6 + 52 + 352;
    assert_eq!(len(&one), whole);
    let mut other = one.clone();
    other.0.valid_until_secs = 9;
    assert_eq!(len(&other), whole + 32 * 6);
    other.0.session_key_data = Bytes::from_static(b"other");
    assert_eq!(len(&other), whole + 32 * 6 + 32 + 5);
    other.1.pop();
    assert_eq!(len(&other), whole + 32 * 6 + 32 + 5 + 32 + 32 * 9);
    other.2.push(1);
    assert_eq!(len(&other), whole + 32 * 6 + 32 + 5 + 32 + 32 * 9 + 32 + 1);
}

/// A word of zeros for what is empty is added only if there is none.
#[test]
fn what_is_empty_points_at_zeros() {
    let mut plain = Plain(session(1), vec![B256::repeat_byte(1)], Vec::new());
    let len = |plain: &Plain| {
        dense_router_signature(MANAGER, &[plain.item()], &DUMMY_SIGNATURE)
            .unwrap()
            .len()
    };
    let whole = len(&plain);
    // validAfter was those zeros.
    plain.0.valid_after_secs = 1;
    plain.0.valid_until_secs = 1;
    assert_eq!(len(&plain), whole + 32);
    plain.0.valid_until_secs = 0;
    assert_eq!(len(&plain), whole);
    plain.1.clear();
    assert_eq!(len(&plain), whole - 64);
}

#[test]
fn the_first_session_that_is_refused_is_named() {
    let good = Plain(session(1), Vec::new(), Vec::new());
    let mut bad = good.clone();
    bad.0.session_key_data = vec![1; 32].into();
    let error = SessionError::AmbiguousNode;
    let batch = [good.item(), bad.item(), bad.item()];
    assert_eq!(
        dense_router_signature(MANAGER, &batch, &DUMMY_SIGNATURE),
        Err(ItemError { index: 1, error })
    );
    let Plain(session, proof, _) = &bad;
    assert_eq!(
        dense_manager_signature(session, proof, &DUMMY_SIGNATURE),
        Err(error)
    );
}
