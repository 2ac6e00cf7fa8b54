//! Compact module signatures and multiproofs, as the session-module's own code reads them; grouped trees.

mod common;

use alloy::primitives::{Address, B256, Bytes};
use common::{session, sessions};
use proptest::prelude::*;
use session_core::{compact::Payload, secs::to_u64};
use session_keys::{
    DUMMY_SIGNATURE, NativeKeccak, Session, Step, Tree, TreeError, compact_signature,
};

/// The words of a proof.
fn words(steps: &[Step]) -> Vec<B256> {
    let words = steps.iter().filter_map(|step| match step {
        Step::Words(words) => Some(words),
        _ => None,
    });
    words.flatten().copied().collect()
}

/// Do these steps lead from the leaves to the root?
fn proves(tree: &Tree, places: &[usize], steps: &[Step]) -> bool {
    let parent = |a: B256, b: B256| session_core::merkle::parent(&NativeKeccak, &a, &b).into();
    let mut leaves = places.iter().map(|place| tree.leaves()[*place]);
    let mut stack: Vec<B256> = Vec::new();
    for step in steps {
        let node = match step {
            Step::Leaf => leaves.next().unwrap(),
            Step::Words(words) => words
                .iter()
                .fold(stack.pop().unwrap(), |node, word| parent(node, *word)),
            Step::Join => parent(stack.pop().unwrap(), stack.pop().unwrap()),
        };
        stack.push(node);
    }
    leaves.next().is_none() && stack == [tree.root()]
}

fn pick(size: usize, mask: u32) -> Vec<usize> {
    (0..size).filter(|place| mask >> place & 1 == 1).collect()
}

/// The siblings on the ways up that are neither proven nor above anything proven: fewer words do not do.
fn siblings(tree: &Tree, places: &[usize]) -> Vec<B256> {
    let mut words: Vec<B256> = Vec::new();
    let proofs: Vec<_> = places
        .iter()
        .map(|place| tree.proof(*place).unwrap())
        .collect();
    // Every node that is known: leaves, and what is above them.
    let known: Vec<B256> = places
        .iter()
        .zip(&proofs)
        .flat_map(|(place, proof)| {
            let mut node = tree.leaves()[*place];
            let mut nodes = vec![node];
            for sibling in proof {
                node = session_core::merkle::parent(&NativeKeccak, &node, sibling).into();
                nodes.push(node);
            }
            nodes
        })
        .collect();
    for word in proofs.into_iter().flatten() {
        if !known.contains(&word) && !words.contains(&word) {
            words.push(word);
        }
    }
    words.sort_unstable();
    words
}

#[test]
fn all_sessions_of_all_small_trees() {
    for size in 1..=9 {
        let tree = Tree::new(sessions(size as u64)).unwrap();
        for mask in 1..1 << size {
            let places = pick(size, mask);
            let proof = tree.multiproof(&places).unwrap();
            assert!(proves(&tree, &places, &proof), "{places:?} of {size}");
            let mut words = words(&proof);
            words.sort_unstable();
            assert_eq!(words, siblings(&tree, &places), "{places:?} of {size}");
        }
    }
}

/// The words between two other steps are one.
#[test]
fn the_steps_are_these() {
    use Step::{Join, Leaf, Words};
    let tree = Tree::new(sessions(5)).unwrap();
    let [a, b, c, _, e] = tree.leaves() else {
        panic!("five leaves");
    };
    let parent = |a, b| B256::from(session_core::merkle::parent(&NativeKeccak, a, b));
    let right = parent(&tree.leaves()[2], &tree.leaves()[3]);
    for (places, steps) in [
        (&[0][..], vec![Leaf, Words(vec![*b, right, *e])]),
        (&[4], vec![Leaf, Words(vec![parent(&parent(a, b), &right)])]),
        (&[0, 1], vec![Leaf, Leaf, Join, Words(vec![right, *e])]),
        (
            &[1, 3, 4],
            vec![
                Leaf,
                Words(vec![*a]),
                Leaf,
                Words(vec![*c]),
                Join,
                Leaf,
                Join,
            ],
        ),
        (
            &[0, 1, 2, 3, 4],
            vec![Leaf, Leaf, Join, Leaf, Leaf, Join, Join, Leaf, Join],
        ),
    ] {
        assert_eq!(tree.multiproof(places), Some(steps), "{places:?}");
    }
}

#[test]
fn places_ascend_and_are_in_the_tree() {
    let tree = Tree::new(sessions(3)).unwrap();
    for places in [
        &[][..],
        &[3],
        &[0, 3],
        &[1, 0],
        &[1, 1],
        &[0, 2, 2],
        &[usize::MAX],
    ] {
        assert_eq!(tree.multiproof(places), None, "{places:?}");
    }
    let empty = Tree::new(Vec::new()).unwrap();
    assert_eq!(empty.multiproof(&[]), None);
    assert_eq!(empty.multiproof(&[0]), None);
}

/// What the payload says for each action, once it is proven.
fn allowed(tree: &Tree, payload: &[u8]) -> Vec<Session> {
    let payload = Payload::decode(payload).unwrap();
    assert_eq!(payload.session_key_signature, &DUMMY_SIGNATURE);
    let room = &mut vec![[0; 32]; 2 * payload.sessions.len()];
    let leaves = payload.prove(&NativeKeccak, &tree.root(), room).unwrap();
    assert_eq!(leaves.len(), payload.sessions.len());
    let sessions: Vec<_> = payload
        .sessions
        .map(|session| Session {
            valid_until_secs: to_u64(session.valid_until),
            valid_after_secs: to_u64(session.valid_after),
            svm: session.svm.into(),
            session_key_data: Bytes::copy_from_slice(session.session_key_data),
        })
        .collect();
    let of = |leaf: &u8| sessions[usize::from(*leaf)].clone();
    payload.actions.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn payloads_say_what_was_picked(
        ids in prop::collection::vec(0u64..60, 1..70),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let tree = Tree::new(ids.iter().map(|id| session(*id)).collect()).unwrap();
        let places: Vec<_> = picks.iter().map(|pick| pick.index(ids.len())).collect();
        let payload = compact_signature(&tree, &places, &DUMMY_SIGNATURE).unwrap();
        let picked: Vec<_> = places.iter().map(|place| session(ids[*place])).collect();
        prop_assert_eq!(allowed(&tree, &payload), picked);
    }

    #[test]
    fn multiproofs_of_larger_trees(size in 1u64..300, picks in prop::collection::vec(any::<prop::sample::Index>(), 1..30)) {
        let tree = Tree::new(sessions(size)).unwrap();
        let mut places: Vec<_> = picks.iter().map(|pick| pick.index(size as usize)).collect();
        places.sort_unstable();
        places.dedup();
        let proof = tree.multiproof(&places).unwrap();
        prop_assert!(proves(&tree, &places, &proof));
    }

    /// Every session once, each flow in one piece and in order; read back from the log.
    #[test]
    fn flows_stay_together(lens in prop::collection::vec(0usize..9, 0..12)) {
        let (flows, _) = flows(&lens);
        let (tree, places) = Tree::grouped(flows.clone()).unwrap();
        prop_assert_eq!(tree.sessions().len(), lens.iter().sum::<usize>());
        for (flow, places) in flows.iter().zip(&places) {
            prop_assert_eq!(&tree.sessions()[places.clone()], &flow[..]);
        }
        let published = Tree::published(&tree.publish().unwrap(), tree.root());
        prop_assert_eq!(published, Ok(tree));
    }

    /// Lengths that are powers of two: every flow is a subtree.
    #[test]
    fn flows_of_powers_of_two_are_subtrees(logs in prop::collection::vec(0u32..5, 1..20)) {
        let lens: Vec<_> = logs.iter().map(|log| 1 << log).collect();
        let (tree, places) = Tree::grouped(flows(&lens).0).unwrap();
        for (len, places) in lens.iter().zip(places) {
            prop_assert_eq!(places.start % len, 0);
            let places: Vec<_> = places.collect();
            let words = words(&tree.multiproof(&places).unwrap());
            let alone = tree.proof(places[0]).unwrap().len();
            prop_assert!(words.len() <= alone);
        }
    }
}

/// Different sessions in flows of these lengths, and how many.
fn flows(lens: &[usize]) -> (Vec<Vec<Session>>, u64) {
    let mut n = 0;
    let flows = lens.iter().map(|len| {
        let flow = (n..n + *len as u64).map(session).collect();
        n += *len as u64;
        flow
    });
    (flows.collect(), n)
}

#[test]
fn shorter_flows_fill_the_blocks_of_longer_ones() {
    for (lens, expected) in [
        (&[1, 3, 1, 3, 2][..], &[3..4, 0..3, 7..8, 4..7, 8..10][..]),
        (&[2, 5, 1], &[6..8, 0..5, 5..6]),
        (&[3, 5], &[5..8, 0..5]),
        (&[3, 3], &[0..3, 3..6]),
        (&[0, 1], &[1..1, 0..1]),
    ] {
        let (_, places) = Tree::grouped(flows(lens).0).unwrap();
        assert_eq!(places, expected, "{lens:?}");
    }
    // approve, swap, deposit among 1,021 others
    let lens: Vec<_> = [vec![1; 500], vec![3], vec![1; 521]].concat();
    let (tree, places) = Tree::grouped(flows(&lens).0).unwrap();
    let grouped: Vec<_> = places[500].clone().collect();
    assert_eq!(words(&tree.multiproof(&grouped).unwrap()).len(), 9);
    let apart = tree.multiproof(&[0, 400, 1_000]).unwrap();
    assert!(words(&apart).len() > 24);
}

#[test]
fn a_session_that_is_refused_is_named_by_its_place() {
    let (mut flows, _) = flows(&[1, 3]);
    flows[0][0].valid_until_secs = 1 << 48;
    let error = Tree::grouped(flows).unwrap_err();
    assert!(
        matches!(error, TreeError::Session { index: 3, .. }),
        "{error}"
    );
}

#[test]
fn copies_of_a_session_are_one_leaf() {
    let tree = Tree::new(vec![session(1), session(2), session(1)]).unwrap();
    let payload = compact_signature(&tree, &[2, 0, 1, 0], &DUMMY_SIGNATURE).unwrap();
    assert_eq!(Payload::decode(&payload).unwrap().sessions.len(), 2);
    let expected = [1, 1, 2, 1].map(session);
    assert_eq!(allowed(&tree, &payload), expected);
}

#[test]
fn what_has_no_compact_form() {
    let tree = Tree::new(sessions(256)).unwrap();
    let compact = |places: &[usize]| compact_signature(&tree, places, &DUMMY_SIGNATURE);
    let all: Vec<_> = (0..256).collect();
    assert!(compact(&all[..255]).is_some());
    assert!(compact(&[7; 255]).is_some());
    for places in [&[][..], &all, &[7; 256], &[0, 256]] {
        assert_eq!(compact(places), None);
    }
    assert_eq!(compact_signature(&tree, &[0], &[3; 64]), None);
    assert_eq!(compact_signature(&tree, &[0], &[3; 66]), None);
    let large = |len| {
        let tree = Tree::new(vec![Session {
            svm: Address::repeat_byte(1),
            session_key_data: vec![1; len].into(),
            ..Session::default()
        }]);
        compact_signature(&tree.unwrap(), &[0], &DUMMY_SIGNATURE)
    };
    assert!(large(65_535).is_some());
    assert_eq!(large(65_536), None);
}
