//! The compact module signature: its shape, and what it proves.

use crate::{
    multiproof::{Plain, levels, multiproof},
    support::Sha3,
};
use proptest::prelude::*;
use session_core::{
    Address, Keccak, Malformed, Reject, Word,
    compact::{Payload, TAG, is_compact},
    leaf::leaf,
    merkle::parent,
    proof::not_approved,
    user_op::Session,
};

/// A session of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    valid_until_secs: u64,
    valid_after_secs: u64,
    svm: Address,
    data: Vec<u8>,
}

impl Owned {
    fn session(&self) -> Session<'_> {
        Session {
            valid_until_secs: self.valid_until_secs,
            valid_after_secs: self.valid_after_secs,
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
    Owned {
        valid_until_secs: 0x0102_0304_0500 + n as u64,
        valid_after_secs: 0x0600 + n as u64,
        svm: [0x50; 20],
        data: vec![0x60; 3 * n],
    }
}

#[derive(Clone, Debug)]
struct Parts {
    sessions: Vec<Owned>,
    actions: Vec<u8>,
    proof: Plain,
}

impl Parts {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = [&TAG[..], &[3; 65]].concat();
        bytes.push(u8::try_from(self.sessions.len()).unwrap());
        for session in &self.sessions {
            bytes.extend(&session.valid_until_secs.to_be_bytes()[2..]);
            bytes.extend(&session.valid_after_secs.to_be_bytes()[2..]);
            bytes.extend(session.svm);
            bytes.extend(u16::try_from(session.data.len()).unwrap().to_be_bytes());
            bytes.extend(&session.data);
        }
        bytes.push(u8::try_from(self.actions.len()).unwrap());
        bytes.extend(&self.actions);
        bytes.extend(self.proof.encode());
        bytes
    }

    fn prove(&self, root: &Word) -> Result<(), Reject> {
        prove(&self.encode(), root)
    }
}

fn prove(payload: &[u8], root: &Word) -> Result<(), Reject> {
    let payload = Payload::decode(payload)?;
    payload.prove(&Sha3, root, &mut vec![[0; 32]; payload.leaf_count()])
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
        proof: multiproof(&levels(&leaves), places),
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
    assert_eq!(payload.leaf_count(), 3);
    let owned = [1, 4, 6].map(session);
    assert!(payload.sessions().eq(owned.iter().map(Owned::session)));
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
        &[0],
    ];
    assert_eq!(bytes, expected.concat());
    assert_eq!(prove(&bytes, &root(&tree)), Ok(()));
}

#[test]
fn nothing_is_cut_or_added() {
    let (bytes, _) = good();
    for len in 0..bytes.len() {
        assert_eq!(Payload::decode(&bytes[..len]), Err(Malformed), "{len}");
    }
    for byte in [0, 1, 0xff] {
        let longer = [&bytes[..], &[byte]].concat();
        assert_eq!(Payload::decode(&longer), Err(Malformed));
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
    assert_eq!(payload.leaf_count(), 255);
    assert!(payload.sessions().eq(tree.iter().map(Owned::session)));
    let short = &mut [[0; 32]; 254];
    assert_eq!(
        payload.prove(&Sha3, &root(&tree), short),
        Err(Reject::Malformed)
    );
}

#[test]
fn room_for_more_leaves_is_left_alone() {
    let (bytes, root) = good();
    let payload = Payload::decode(&bytes).unwrap();
    let nodes = &mut [[7; 32]; 5];
    assert_eq!(payload.prove(&Sha3, &root, nodes), Ok(()));
    assert_eq!(nodes[3..], [[7; 32]; 2]);
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

#[test]
fn no_leaf_is_there_twice() {
    let copies = [session(1), session(2), session(1), session(1)];
    let root = root(&copies);
    for places in [&[0][..], &[1], &[2], &[3], &[0, 1], &[1, 2], &[1, 3]] {
        let parts = parts(&copies, places, &[0]);
        assert_eq!(parts.prove(&root), Ok(()), "{places:?}");
    }
    for places in [&[0, 2][..], &[0, 3], &[2, 3], &[0, 1, 2], &[0, 1, 2, 3]] {
        let parts = parts(&copies, places, &[0]);
        assert_eq!(parts.prove(&root), Err(not_approved()), "{places:?}");
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
            valid_until_secs: 1 << 47,
            ..session(0)
        },
        Owned {
            valid_after_secs: 1 << 47,
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
    let secs = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |secs, byte| secs << 8 | u64::from(*byte))
    };
    let forged = Owned {
        valid_until_secs: secs(&low[..6]),
        valid_after_secs: secs(&low[6..12]),
        svm: low[12..].try_into().unwrap(),
        data: high.to_vec(),
    };
    assert_eq!(forged.leaf(), node);
    for (sessions, words, flags) in [
        (vec![forged.clone(), other.clone()], vec![], vec![true]),
        (vec![forged], vec![other.leaf()], vec![false]),
    ] {
        let parts = Parts {
            sessions,
            actions: vec![0],
            proof: Plain { words, flags },
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
    let answer = payload.prove(&Broken, &[0; 32], &mut [[1; 32]]);
    assert_eq!(answer, Err(not_approved()));
}

proptest! {
    /// Whatever the bytes: an answer, and what is decoded is what was encoded.
    #[test]
    fn any_bytes_are_decoded_or_not(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>()) {
        let _ = prove(&bytes, &[1; 32]);
        let tagged = [&TAG[..], &bytes].concat();
        let _ = prove(&tagged, &[1; 32]);
        let (mut spliced, root) = good();
        let at = cut.index(spliced.len());
        let end = spliced.len().min(at + bytes.len());
        let is_same = spliced[at..end] == bytes[..end - at] || at >= 4 && end <= 69;
        spliced[at..end].copy_from_slice(&bytes[..end - at]);
        let actions = 4 + 65 + 1 + 3 * 34 + 33 + 1;
        let is_action = at >= actions && end <= actions + 4;
        prop_assert!(prove(&spliced, &root).is_err() || is_same || is_action || bytes.is_empty());
    }
}
