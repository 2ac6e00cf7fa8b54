//! Trees: the bytes of merkletreejs, proofs that the programs accept, revocation.

mod common;

use alloy::primitives::B256;
use common::{proves, session, sessions, vectors, word, words};
use proptest::prelude::*;
use session_keys::{Tree, TreeError};

#[test]
fn as_merkletreejs() {
    let file = vectors("merkletreejs.json");
    let trees = file["trees"].as_array().unwrap();
    assert_eq!(trees.len(), 23);
    for expected in trees {
        let ids = expected["sessions"].as_array().unwrap();
        let sessions = ids.iter().map(|id| session(id.as_u64().unwrap())).collect();
        let tree = Tree::new(sessions).unwrap();
        assert_eq!(tree.root(), word(&expected["root"]), "{ids:?}");
        for (index, proof) in expected["proofs"].as_array().unwrap().iter().enumerate() {
            assert_eq!(tree.proof(index).unwrap(), words(proof), "{ids:?}, {index}");
        }
    }
}

#[test]
fn every_proof_of_every_size_is_accepted() {
    for size in 1..=33 {
        let tree = Tree::new(sessions(size)).unwrap();
        for (index, leaf) in tree.leaves().iter().enumerate() {
            let proof = tree.proof(index).unwrap();
            assert!(proves(tree.root(), *leaf, &proof), "{index} of {size}");
            assert!(proof.len() <= size.next_power_of_two().ilog2() as usize);
        }
        assert_eq!(tree.proof(tree.sessions().len()), None);
        assert_eq!(tree.proof(usize::MAX), None);
    }
}

#[test]
fn the_only_session_is_the_root() {
    let tree = Tree::new(sessions(1)).unwrap();
    assert_eq!(tree.root(), session(1).leaf());
    assert_eq!(tree.proof(0), Some(Vec::new()));
}

#[test]
fn without_sessions_the_root_is_zero() {
    let tree = Tree::new(Vec::new()).unwrap();
    assert_eq!(tree.root(), B256::ZERO);
    assert_eq!(tree.proof(0), None);
    assert!(tree.sessions().is_empty() && tree.leaves().is_empty());
    let last = Tree::new(sessions(1)).unwrap();
    assert_eq!(last.without(last.leaves()).unwrap(), tree);
}

#[test]
fn order_is_part_of_the_root() {
    let swapped = vec![session(1), session(3), session(2)];
    let tree = Tree::new(sessions(3)).unwrap();
    assert_ne!(Tree::new(swapped).unwrap().root(), tree.root());
}

#[test]
fn revocation_keeps_the_survivors_in_order() {
    let tree = Tree::new(sessions(5)).unwrap();
    let left = tree.without(&[tree.leaves()[3], tree.leaves()[0]]).unwrap();
    assert_eq!(left.sessions(), [session(2), session(3), session(5)]);
    assert_eq!(left, Tree::new(left.sessions().to_vec()).unwrap());
    assert_eq!(tree.without(&[]).unwrap(), tree);
}

#[test]
fn revocation_ends_every_copy_of_a_session() {
    let tree = Tree::new(vec![session(1), session(2), session(1)]).unwrap();
    let leaf = session(1).leaf();
    for index in [0, 2] {
        assert!(proves(tree.root(), leaf, &tree.proof(index).unwrap()));
    }
    let left = tree.without(&[leaf, leaf]).unwrap();
    assert_eq!(left.sessions(), [session(2)]);
    for index in [0, 2] {
        assert!(!proves(left.root(), leaf, &tree.proof(index).unwrap()));
    }
}

#[test]
fn revoking_what_is_not_there_is_an_error() {
    let tree = Tree::new(sessions(3)).unwrap();
    let leaf = session(4).leaf();
    let unknown = TreeError::UnknownLeaf { leaf };
    assert_eq!(tree.without(&[tree.leaves()[0], leaf]), Err(unknown));
    assert_eq!(
        tree.without(&[tree.root()]),
        Err(TreeError::UnknownLeaf { leaf: tree.root() })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Of any sessions, copies included, and any of them revoked.
    #[test]
    fn proofs_hold_until_revocation(
        ids in prop::collection::vec(0u64..40, 1..70),
        pick in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
    ) {
        let tree = Tree::new(ids.iter().map(|id| session(*id)).collect()).unwrap();
        for (index, leaf) in tree.leaves().iter().enumerate() {
            prop_assert!(proves(tree.root(), *leaf, &tree.proof(index).unwrap()));
        }
        let revoked: Vec<_> = pick.iter().map(|at| *at.get(tree.leaves())).collect();
        let left = tree.without(&revoked).unwrap();
        for (index, leaf) in tree.leaves().iter().enumerate() {
            let old = tree.proof(index).unwrap();
            prop_assert!(!(revoked.contains(leaf) && proves(left.root(), *leaf, &old)));
            prop_assert_eq!(left.leaves().contains(leaf), !revoked.contains(leaf));
        }
        for (index, leaf) in left.leaves().iter().enumerate() {
            prop_assert!(proves(left.root(), *leaf, &left.proof(index).unwrap()));
        }
    }
}

#[test]
fn sessions_are_added_at_the_end() {
    let all = sessions(9);
    for at in 0..=9 {
        let (first, added) = all.split_at(at);
        let tree = Tree::new(first.to_vec()).unwrap();
        let tree = tree.with(added.to_vec()).unwrap();
        assert_eq!(tree, Tree::new(all.clone()).unwrap());
    }
}

#[test]
fn an_added_session_that_is_refused_is_named_by_its_place() {
    let tree = Tree::new(sessions(3)).unwrap();
    let mut added = sessions(2);
    added[1].valid_until_secs = 1 << 48;
    let error = tree.with(added).unwrap_err();
    assert!(
        matches!(error, TreeError::Session { index: 4, .. }),
        "{error}"
    );
}
