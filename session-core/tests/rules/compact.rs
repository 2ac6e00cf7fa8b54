//! The compact module signature: its shape, and what it proves.

use crate::{
    multiproof::{
        Step::{self, Join, Leaf, Words},
        encode, levels, multiproof,
    },
    support::Sha3,
};
use proptest::prelude::*;
use session_core::{
    Address, Keccak, Malformed, Reject, Secs, Word,
    compact::{JOIN, Payload, TAG, is_compact},
    leaf::leaf,
    merkle::parent,
    proof::not_approved,
    user_op::Session,
};

/// A session of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    valid_until: Secs,
    valid_after: Secs,
    svm: Address,
    data: Vec<u8>,
}

impl Owned {
    fn session(&self) -> Session<'_> {
        Session {
            valid_until: &self.valid_until,
            valid_after: &self.valid_after,
            svm: &self.svm,
            session_key_data: &self.data,
            proof: &[],
        }
    }

    fn leaf(&self) -> Word {
        leaf(&Sha3, &self.session())
    }
}

fn session(n: usize) -> Owned {
    let [.., high, low] = n.to_be_bytes();
    Owned {
        valid_until: [1, 2, 3, 4, 5 + high, low],
        valid_after: [0, 0, 0, 0, 6 + high, low],
        svm: [0x50; 20],
        data: vec![0x60; 3 * n],
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    sessions: Vec<Owned>,
    actions: Vec<u8>,
    steps: Vec<Step>,
}

impl Parts {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = [&TAG[..], &[3; 65]].concat();
        bytes.push(u8::try_from(self.sessions.len()).unwrap());
        for session in &self.sessions {
            bytes.extend(session.valid_until);
            bytes.extend(session.valid_after);
            bytes.extend(session.svm);
            bytes.extend(u16::try_from(session.data.len()).unwrap().to_be_bytes());
            bytes.extend(&session.data);
        }
        bytes.push(u8::try_from(self.actions.len()).unwrap());
        bytes.extend(&self.actions);
        bytes.extend(encode(&self.steps));
        bytes
    }

    fn prove(&self, root: &Word) -> Result<(), Reject> {
        prove(&self.encode(), root)
    }
}

fn prove(payload: &[u8], root: &Word) -> Result<(), Reject> {
    let payload = Payload::decode(payload)?;
    let mut room = vec![[0; 32]; 2 * payload.sessions.len()];
    let leaves = payload.prove(&Sha3, root, &mut room)?;
    assert!(
        leaves
            .iter()
            .copied()
            .eq(payload.sessions.map(|session| leaf(&Sha3, &session)))
    );
    Ok(())
}

fn root(sessions: &[Owned]) -> Word {
    let leaves: Vec<Word> = sessions.iter().map(Owned::leaf).collect();
    levels(&leaves).last().unwrap()[0]
}

/// The sessions at these places of a tree.
fn parts(tree: &[Owned], places: &[usize], actions: &[u8]) -> Parts {
    let leaves: Vec<Word> = tree.iter().map(Owned::leaf).collect();
    Parts {
        sessions: places.iter().map(|place| tree[*place].clone()).collect(),
        actions: actions.to_vec(),
        steps: multiproof(&levels(&leaves), places),
    }
}

fn tree(size: usize) -> Vec<Owned> {
    (0..size).map(session).collect()
}

fn good() -> (Vec<u8>, Word) {
    let tree = tree(7);
    let parts = parts(&tree, &[1, 4, 6], &[2, 0, 1, 1]);
    (parts.encode(), root(&tree))
}

#[test]
fn a_payload_is_read_back() {
    let (bytes, root) = good();
    let payload = Payload::decode(&bytes).unwrap();
    assert!(is_compact(&bytes));
    assert_eq!(payload.session_key_signature, &[3; 65]);
    assert_eq!(payload.actions, [2, 0, 1, 1]);
    assert_eq!(payload.sessions.len(), 3);
    let owned = [1, 4, 6].map(session);
    assert!(payload.sessions.eq(owned.iter().map(Owned::session)));
    assert_eq!(prove(&bytes, &root), Ok(()));
}

#[test]
fn the_format_is_these_bytes() {
    let tree = [session(1), session(3)];
    let bytes = parts(&tree, &[0], &[0, 0]).encode();
    let sibling = session(3).leaf();
    let expected = [
        &[0x53, 0x4b, 0x43, 0x01][..],
        &[3; 65],
        &[1],
        &[1, 2, 3, 4, 5, 1, 0, 0, 0, 0, 6, 1],
        &[0x50; 20],
        &[0, 3, 0x60, 0x60, 0x60],
        &[2, 0, 0],
        &[0, 1],
        &sibling,
    ];
    assert_eq!(bytes, expected.concat());
    assert_eq!(prove(&bytes, &root(&tree)), Ok(()));
}

#[test]
fn nothing_is_cut_or_added() {
    let (bytes, root) = good();
    for len in 0..bytes.len() {
        assert!(prove(&bytes[..len], &root).is_err(), "{len}");
    }
    for byte in [0, 1, 0xff] {
        assert_eq!(
            prove(&[&bytes[..], &[byte]].concat(), &root),
            Err(Reject::Malformed)
        );
    }
}

/// A changed bit of the session key's signature is the signature's matter, and of an action's index the rules'.
#[test]
fn every_bit_that_is_proven_counts() {
    let (bytes, root) = good();
    let actions = 4 + 65 + 1 + 3 * 34 + 3 + 12 + 18;
    for bit in 0..8 * bytes.len() {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let byte = bit / 8;
        if (4..69).contains(&byte) {
            assert_eq!(prove(&bad, &root), Ok(()));
        } else if (actions + 1..actions + 5).contains(&byte) {
            let is_there = bad[byte] < 3;
            assert_eq!(prove(&bad, &root).is_ok(), is_there, "bit {bit}");
        } else {
            assert!(prove(&bad, &root).is_err(), "bit {bit}");
        }
        assert_eq!(is_compact(&bad), byte >= 4);
    }
}

#[test]
fn counts_and_indices_are_in_their_range() {
    let tree = tree(3);
    let whole = parts(&tree, &[0, 2], &[0, 1]);
    assert_eq!(whole.prove(&root(&tree)), Ok(()));
    for (actions, is_good) in [
        (&[][..], false),
        (&[2], false),
        (&[0, 255], false),
        (&[1], true),
        (&[1; 255], true),
    ] {
        let actions = actions.to_vec();
        let other = Parts {
            actions,
            ..whole.clone()
        };
        assert_eq!(Payload::decode(&other.encode()).is_ok(), is_good);
    }
    let none = Parts {
        sessions: Vec::new(),
        ..whole.clone()
    };
    assert_eq!(Payload::decode(&none.encode()), Err(Malformed));
    let no_leaf_no_action = Parts {
        actions: Vec::new(),
        ..none
    };
    assert_eq!(Payload::decode(&no_leaf_no_action.encode()), Err(Malformed));
    assert_eq!(Payload::decode(&[]), Err(Malformed));
    assert_eq!(Payload::decode(&TAG), Err(Malformed));
    assert!(is_compact(&TAG) && !is_compact(&TAG[..3]));
}

#[test]
fn the_largest_payload_is_read() {
    let mut tree = tree(255);
    tree[9].data = vec![9; usize::from(u16::MAX)];
    let places: Vec<usize> = (0..255).collect();
    let actions: Vec<u8> = (0..255).collect();
    let whole = parts(&tree, &places, &actions);
    assert_eq!(whole.prove(&root(&tree)), Ok(()));
    let bytes = whole.encode();
    let payload = Payload::decode(&bytes).unwrap();
    assert_eq!(payload.sessions.len(), 255);
    assert!(payload.sessions.eq(tree.iter().map(Owned::session)));
}

#[test]
fn too_little_room_is_no_proof() {
    let (bytes, root) = good();
    let payload = Payload::decode(&bytes).unwrap();
    for room in 0..=6 {
        let mut room = vec![[0; 32]; room];
        let is_enough = room.len() == 6;
        let answer = payload.prove(&Sha3, &root, &mut room);
        assert_eq!(answer.is_ok(), is_enough);
        assert!(is_enough || answer == Err(Reject::Malformed));
    }
}

/// The tree has every session but the first, whose place another takes.
#[test]
fn all_sessions_are_in_the_tree_or_none_is_proven() {
    let whole = tree(7);
    for missing in 0..7 {
        let mut other = whole.clone();
        other[missing] = session(100);
        for size in [1, 2, 3] {
            let places: Vec<usize> = (0..size).map(|at| (missing + 2 * at) % 7).collect();
            let mut places = places;
            places.sort_unstable();
            let parts = parts(&whole, &places, &[0]);
            assert_eq!(parts.prove(&root(&whole)), Ok(()));
            assert_eq!(parts.prove(&root(&other)), Err(not_approved()));
        }
    }
}

/// Each of them is proven, by its own place.
#[test]
fn a_leaf_may_be_there_twice() {
    let copies = [session(1), session(2), session(1), session(1)];
    let root = root(&copies);
    for places in [&[0][..], &[1], &[3], &[1, 3], &[0, 2], &[0, 1, 2, 3]] {
        let parts = parts(&copies, places, &[0]);
        assert_eq!(parts.prove(&root), Ok(()), "{places:?}");
    }
}

/// 7.2-D and §10.8, for each of the leaves.
#[test]
fn a_session_that_no_tree_may_have_is_refused() {
    let refused = [
        Owned {
            data: vec![1; 32],
            ..session(0)
        },
        Owned {
            valid_until: [0x80, 0, 0, 0, 0, 0],
            ..session(0)
        },
        Owned {
            valid_after: [0x80, 0, 0, 0, 0, 0],
            ..session(0)
        },
    ];
    for session in refused {
        for place in 0..3 {
            let mut tree = tree(3);
            tree[place] = session.clone();
            let root = root(&tree);
            for places in [vec![place], vec![0, 1, 2]] {
                let parts = parts(&tree, &places, &[0]);
                assert_eq!(parts.prove(&root), Err(not_approved()));
            }
        }
    }
    let address = Owned {
        data: [[0; 16], [9; 16]].concat(),
        ..session(0)
    };
    let root = address.leaf();
    assert_eq!(parts(&[address], &[0], &[0]).prove(&root), Ok(()));
}

/// The attack of 7.2-D: what is hashed to an inner node, handed over as a session.
#[test]
fn an_inner_node_is_no_session() {
    let is_plain = |node: &Word| node[0] < 0x80 && node[6] < 0x80;
    let mut leaves = (0..).map(|n| session(n).leaf()).filter(is_plain);
    let mut pair = [leaves.next().unwrap(), leaves.next().unwrap()];
    let other = session(1_000);
    let node = parent(&Sha3, &pair[0], &pair[1]);
    let root = parent(&Sha3, &node, &other.leaf());
    pair.sort_unstable();
    let [low, high] = pair;
    let forged = Owned {
        valid_until: low[..6].try_into().unwrap(),
        valid_after: low[6..12].try_into().unwrap(),
        svm: low[12..].try_into().unwrap(),
        data: high.to_vec(),
    };
    assert_eq!(forged.leaf(), node);
    for (sessions, steps) in [
        (vec![forged.clone(), other.clone()], vec![Leaf, Leaf, Join]),
        (vec![forged], vec![Leaf, Words(vec![other.leaf()])]),
    ] {
        let parts = Parts {
            sessions,
            actions: vec![0],
            steps,
        };
        assert_eq!(parts.prove(&root), Err(not_approved()));
    }
}

#[test]
fn nothing_is_proven_against_the_root_zero() {
    /// Even if everything were hashed to zero.
    struct Broken;
    impl Keccak for Broken {
        fn keccak(&self, _: &[&[u8]]) -> Word {
            [0; 32]
        }
    }
    let bytes = parts(&[session(1)], &[0], &[0]).encode();
    let payload = Payload::decode(&bytes).unwrap();
    let answer = payload
        .prove(&Broken, &[0; 32], &mut [[1; 32]; 2])
        .map(drop);
    assert_eq!(answer, Err(not_approved()));
}

fn assert_proves(size: usize, mask: u64) {
    let tree = tree(size);
    let places: Vec<usize> = (0..size).filter(|place| mask >> place & 1 == 1).collect();
    let parts = parts(&tree, &places, &[0]);
    assert_eq!(parts.prove(&root(&tree)), Ok(()), "{places:?} of {size}");
}

#[test]
fn all_leaves_of_all_small_trees() {
    for size in 1..=9 {
        (1..1 << size).for_each(|mask| assert_proves(size, mask));
    }
}

#[test]
fn every_leaf_and_step_counts() {
    for (size, places) in [
        (5, &[1, 2, 4][..]),
        (6, &[0, 5]),
        (8, &[0, 1, 3]),
        (11, &[2, 4, 10]),
    ] {
        let (tree, tops) = (tree(size), [Leaf, Join, Words(vec![[7; 32]])]);
        let (whole, root) = (parts(&tree, places, &[0]), root(&tree));
        assert_eq!(whole.prove(&root), Ok(()));
        for at in 0..places.len() {
            let mut fewer = whole.clone();
            fewer.sessions.remove(at);
            assert!(fewer.prove(&root).is_err());
            let mut other = whole.clone();
            other.sessions[at] = session(100);
            assert_eq!(other.prove(&root), Err(not_approved()));
        }
        let mut swapped = whole.clone();
        swapped.sessions.swap(0, places.len() - 1);
        assert_eq!(swapped.prove(&root), Err(not_approved()));
        for at in 0..whole.steps.len() {
            let mut fewer = whole.clone();
            fewer.steps.remove(at);
            assert!(fewer.prove(&root).is_err(), "without step {at}");
            for step in &tops {
                let mut more = whole.clone();
                more.steps.insert(at, step.clone());
                assert!(more.prove(&root).is_err(), "{step:?} at {at}");
                let mut other = whole.clone();
                other.steps[at] = step.clone();
                assert!(
                    other == whole || other.prove(&root).is_err(),
                    "{step:?} at {at}"
                );
            }
        }
    }
}

/// The shapes of CVE-2023-34459: a prover that reads what it has not computed, or proves without a leaf.
#[test]
fn what_is_not_there_is_not_read() {
    let tree = tree(3);
    let [a, b, c] = [0, 1, 2].map(|place: usize| tree[place].leaf());
    let root = root(&tree);
    let node = parent(&Sha3, &a, &b);
    let answer = |sessions: &[usize], steps: &[Step]| {
        let parts = Parts {
            sessions: sessions.iter().map(|place| tree[*place].clone()).collect(),
            actions: vec![0],
            steps: steps.to_vec(),
        };
        parts.prove(&root)
    };
    let words = |words: &[Word]| Words(words.to_vec());
    assert_eq!(answer(&[0], &[Leaf, words(&[b, c])]), Ok(()));
    assert_eq!(answer(&[0, 1], &[Leaf, Leaf, Join, words(&[c])]), Ok(()));
    let malformed = Err(Reject::Malformed);
    for steps in [
        // Nothing to hash, nothing to join, one node to join, one leaf too many.
        vec![words(&[c])],
        vec![words(&[node, c]), Leaf],
        vec![Join],
        vec![Leaf, Join],
        vec![Leaf, words(&[b, c]), Join],
        vec![Leaf, Leaf],
    ] {
        assert_eq!(answer(&[0], &steps), malformed, "{steps:?}");
    }
    for (sessions, steps) in [
        // Nothing at all, a leaf alone, a leaf that is not proven beside one that is, two nodes left.
        (&[0][..], vec![]),
        (&[0], vec![Leaf]),
        (&[0, 1], vec![Leaf, words(&[b, c])]),
        (&[1, 0], vec![Leaf, words(&[a, c])]),
        (&[0, 1], vec![Leaf, Leaf, words(&[a, c])]),
        (&[0, 1], vec![Leaf, words(&[b, c]), Leaf, words(&[a, c])]),
    ] {
        assert_eq!(answer(sessions, &steps), Err(not_approved()), "{steps:?}");
    }
    // The root itself is no leaf, and no word leads to it.
    assert_eq!(answer(&[], &[words(&[root])]), malformed);
    assert_eq!(answer(&[0], &[Leaf, words(&[root])]), Err(not_approved()));
}

/// 255 is the step that joins, also where there is one node and so many words.
#[test]
fn a_step_has_up_to_254_words() {
    for count in [1, 253, 254, JOIN] {
        let words: Vec<Word> = (0..count).map(|n| [n; 32]).collect();
        let hash = |node: Word, word: &Word| parent(&Sha3, &node, word);
        let root = words.iter().fold(session(0).leaf(), hash);
        let parts = Parts {
            sessions: vec![session(0)],
            actions: vec![0],
            steps: vec![Leaf, Words(words)],
        };
        let expected = if count == JOIN {
            Err(Reject::Malformed)
        } else {
            Ok(())
        };
        assert_eq!(parts.prove(&root), expected, "{count}");
    }
}

/// Whatever the steps say: a session that is not in the tree is not proven, alone or among others.
fn forged() -> impl Strategy<Value = (usize, Vec<usize>, Vec<Step>)> {
    (1usize..=9, 1usize..=5).prop_flat_map(|(size, picked)| {
        let leaves: Vec<Word> = tree(size).iter().map(Owned::leaf).collect();
        let nodes = prop::sample::select(levels(&leaves).concat());
        let step = prop_oneof![
            3 => Just(Leaf),
            3 => Just(Join),
            2 => prop::collection::vec(nodes, 1..4).prop_map(Words),
        ];
        let places = prop::collection::vec(0..size, picked);
        (Just(size), places, prop::collection::vec(step, 1..12))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn nothing_foreign_is_proven((size, places, steps) in forged(), foreign in any::<prop::sample::Index>()) {
        let tree = tree(size);
        let mut sessions: Vec<Owned> = places.iter().map(|place| tree[*place].clone()).collect();
        *foreign.get_mut(&mut sessions) = session(100);
        let parts = Parts { sessions, actions: vec![0], steps };
        prop_assert!(parts.prove(&root(&tree)).is_err());
    }
}

proptest! {
    #[test]
    fn any_leaves_of_any_tree(size in 1usize..=40, bits in any::<u64>()) {
        let mask = bits & ((1 << size) - 1);
        assert_proves(size, mask.max(1));
    }

    /// Whatever the bytes: an answer, and what is decoded is what was encoded.
    #[test]
    fn any_bytes_are_decoded_or_not(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>()) {
        let _ = prove(&bytes, &[1; 32]);
        let tagged = [&TAG[..], &bytes].concat();
        let _ = prove(&tagged, &[1; 32]);
        let (mut spliced, root) = good();
        let at = cut.index(spliced.len());
        let end = spliced.len().min(at + bytes.len());
        spliced[at..end].copy_from_slice(&bytes[..end - at]);
        // The session key's signature and the actions' numbers are not the proof's matter.
        let actions = 4 + 65 + 1 + 3 * 34 + 33 + 1;
        let proven = |bytes: &[u8]| [&bytes[..4], &bytes[69..actions], &bytes[actions + 4..]].concat();
        let is_same = proven(&spliced) == proven(&good().0);
        prop_assert!(is_same || prove(&spliced, &root).is_err());
    }
}
