//! Multiproofs, against whole trees and a prover of their own.

use crate::support::Sha3;
use proptest::prelude::*;
use session_core::{
    Keccak, Malformed, Word,
    merkle::parent,
    multiproof::{Multiproof, WAIT},
};

/// Levels from the leaves up, as merkletreejs builds them: a lone last node goes up as it is.
pub fn levels(leaves: &[Word]) -> Vec<Vec<Word>> {
    let mut levels = vec![leaves.to_vec()];
    while levels.last().unwrap().len() > 1 {
        let parents = levels.last().unwrap().chunks(2).map(|pair| match pair {
            [a, b] => parent(&Sha3, a, b),
            _ => pair[0],
        });
        let parents = parents.collect();
        levels.push(parents);
    }
    levels
}

pub fn leaf(n: usize) -> Word {
    Sha3.keccak(&[&n.to_be_bytes()])
}

pub fn leaves(size: usize) -> Vec<Word> {
    (0..size).map(leaf).collect()
}

/// Words and flags.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    pub words: Vec<Word>,
    pub flags: Vec<bool>,
}

impl Plain {
    pub fn encode(&self) -> Vec<u8> {
        let mut flags = vec![0; self.flags.len().div_ceil(8)];
        for (at, flag) in self.flags.iter().enumerate() {
            flags[at / 8] |= u8::from(*flag) << (at % 8);
        }
        let count = u16::try_from(self.words.len()).unwrap();
        [&count.to_be_bytes(), self.words.as_flattened(), &flags].concat()
    }

    fn root(&self, leaves: &[Word]) -> Result<Option<Word>, Malformed> {
        let encoded = self.encode();
        let proof = Multiproof::decode(&encoded, leaves.len())?;
        Ok(proof.root(&Sha3, &mut leaves.to_vec()))
    }
}

/// Level by level: with its sibling if that is known, else with a word; a lone node waits for the next level.
pub fn multiproof(levels: &[Vec<Word>], places: &[usize]) -> Plain {
    let mut plain = Plain::default();
    let mut known = places.to_vec();
    for level in &levels[..levels.len() - 1] {
        for place in &known {
            if known.contains(&(place ^ 1)) {
                if place % 2 == 0 {
                    plain.flags.push(true);
                }
            } else {
                plain.flags.push(false);
                plain.words.push(*level.get(place ^ 1).unwrap_or(&WAIT));
            }
        }
        known.iter_mut().for_each(|place| *place /= 2);
        known.dedup();
    }
    plain
}

fn pick(size: usize, mask: u64) -> Vec<usize> {
    (0..size).filter(|place| mask >> place & 1 == 1).collect()
}

fn assert_proves(size: usize, mask: u64) {
    let levels = levels(&leaves(size));
    let places = pick(size, mask);
    let picked: Vec<Word> = places.iter().map(|place| leaf(*place)).collect();
    let root = levels.last().unwrap()[0];
    let plain = multiproof(&levels, &places);
    assert_eq!(plain.root(&picked), Ok(Some(root)), "{places:?} of {size}");
}

#[test]
fn all_leaves_of_all_small_trees() {
    for size in 1..=11 {
        (1..1 << size).for_each(|mask| assert_proves(size, mask));
    }
}

#[test]
fn whole_trees() {
    for size in 1..=255 {
        let levels = levels(&leaves(size));
        let plain = multiproof(&levels, &(0..size).collect::<Vec<_>>());
        let root = levels.last().unwrap()[0];
        assert_eq!(plain.root(&leaves(size)), Ok(Some(root)), "{size}");
        assert!(plain.words.iter().all(|word| *word == WAIT));
    }
}

proptest! {
    #[test]
    fn any_leaves_of_any_tree(size in 1usize..=40, bits in 1u64..) {
        let mask = bits & ((1 << size) - 1);
        prop_assume!(mask != 0);
        assert_proves(size, mask);
    }
}

/// Whatever the words and flags say: a leaf that is not in the tree is not proven, alone or among others.
fn forged() -> impl Strategy<Value = (usize, Vec<usize>, Plain)> {
    (1usize..=9, 1usize..=5).prop_flat_map(|(size, picked)| {
        let nodes: Vec<Word> = levels(&leaves(size)).concat();
        let word = prop_oneof![3 => prop::sample::select(nodes), 1 => Just(WAIT)];
        let words = prop::collection::vec(word, 0..6);
        let flags = prop::collection::vec(any::<bool>(), 16);
        (
            Just(size),
            prop::collection::vec(0..size, picked),
            words,
            flags,
        )
            .prop_map(|(size, places, words, mut flags)| {
                flags.truncate(places.len() + words.len() - 1);
                (size, places, Plain { words, flags })
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn nothing_foreign_is_proven((size, places, plain) in forged(), foreign in any::<prop::sample::Index>()) {
        let root = levels(&leaves(size)).last().unwrap()[0];
        let mut picked: Vec<Word> = places.iter().map(|place| leaf(*place)).collect();
        *foreign.get_mut(&mut picked) = leaf(1_000);
        prop_assert_ne!(plain.root(&picked), Ok(Some(root)));
    }
}

#[test]
fn every_bit_of_words_flags_and_leaves_counts() {
    for (size, mask) in [
        (5, 0b10110),
        (6, 0b100001),
        (8, 0b1011),
        (11, 0b100_0001_0100),
    ] {
        let levels = levels(&leaves(size));
        let root = levels.last().unwrap()[0];
        let places = pick(size, mask);
        let picked: Vec<Word> = places.iter().map(|place| leaf(*place)).collect();
        let plain = multiproof(&levels, &places);
        let encoded = plain.encode();
        for bit in 16..8 * encoded.len() {
            let mut bad = encoded.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let answer = Multiproof::decode(&bad, picked.len())
                .map(|proof| proof.root(&Sha3, &mut picked.clone()));
            assert_ne!(answer, Ok(Some(root)), "bit {bit} of {places:?} of {size}");
        }
        for bit in 0..256 * picked.len() {
            let mut bad = picked.clone();
            bad[bit / 256][bit / 8 % 32] ^= 1 << (bit % 8);
            assert_ne!(plain.root(&bad), Ok(Some(root)));
        }
        for at in 0..picked.len() {
            let mut fewer = picked.clone();
            fewer.remove(at);
            assert_ne!(plain.root(&fewer), Ok(Some(root)));
        }
        for at in 0..plain.words.len() {
            let mut fewer = plain.clone();
            fewer.words.remove(at);
            assert_ne!(fewer.root(&picked), Ok(Some(root)));
            fewer.flags.pop();
            assert_ne!(fewer.root(&picked), Ok(Some(root)));
        }
        let mut swapped = picked.clone();
        swapped.swap(0, picked.len() - 1);
        assert_ne!(plain.root(&swapped), Ok(Some(root)));
    }
}

/// The shapes of CVE-2023-34459: a prover that reads what it has not computed sees zeros, or proves without a leaf.
#[test]
fn what_is_not_there_is_not_read() {
    let [a, b, c] = [0, 1, 2].map(leaf);
    let plain = |words: &[Word], flags: &[bool]| Plain {
        words: words.to_vec(),
        flags: flags.to_vec(),
    };
    assert_eq!(plain(&[], &[]).root(&[]), Err(Malformed), "no leaf");
    assert_eq!(plain(&[a], &[]).root(&[]), Err(Malformed), "a word alone");
    assert_eq!(plain(&[a, b], &[false]).root(&[]), Err(Malformed));
    // Of a proof for one leaf, and no leaf handed over.
    let encoded = plain(&[a], &[false]).encode();
    let proof = Multiproof::decode(&encoded, 1).unwrap();
    assert_eq!(proof.root(&Sha3, &mut []), None);
    // The only node with a second one: in time it would be zero, or itself.
    assert_eq!(plain(&[b], &[true]).root(&[a]), Ok(None));
    assert_eq!(plain(&[b, c], &[false, true]).root(&[a]), Ok(None));
    assert_eq!(plain(&[c], &[true, true]).root(&[a, b]), Ok(None));
    // More words asked for than there are.
    assert_eq!(plain(&[], &[false]).root(&[a, b]), Ok(None));
    assert_eq!(plain(&[c], &[false, false]).root(&[a, b]), Ok(None));
    // More leaves, or fewer, than it was decoded for.
    let encoded = plain(&[c], &[true, false]).encode();
    let proof = Multiproof::decode(&encoded, 2).unwrap();
    let root = parent(&Sha3, &parent(&Sha3, &a, &b), &c);
    assert_eq!(proof.root(&Sha3, &mut [a, b]), Some(root));
    assert_eq!(proof.root(&Sha3, &mut [a]), None);
    assert_ne!(proof.root(&Sha3, &mut [a, b, c]), Some(root));
}

#[test]
fn one_leaf_has_its_ordinary_proof() {
    for size in 1..=9 {
        let levels = levels(&leaves(size));
        let root = levels.last().unwrap()[0];
        for place in 0..size {
            let mut plain = multiproof(&levels, &[place]);
            plain.words.retain(|word| *word != WAIT);
            plain.flags = vec![false; plain.words.len()];
            assert_eq!(plain.root(&[leaf(place)]), Ok(Some(root)));
        }
    }
}

/// Not OpenZeppelin's, and without it these leaves have no proof: the fifth comes up before its sibling is there.
#[test]
fn a_lone_node_waits() {
    let levels = levels(&leaves(5));
    let root = Ok(Some(levels.last().unwrap()[0]));
    let plain = multiproof(&levels, &[0, 1, 2, 3, 4]);
    assert_eq!(plain.words, [WAIT, WAIT]);
    assert_eq!(plain.root(&leaves(5)), root);
    let impatient = Plain {
        words: Vec::new(),
        flags: vec![true; 4],
    };
    assert_ne!(impatient.root(&leaves(5)), root);
    // In a tree of three its sibling comes at once.
    let impatient = Plain {
        words: Vec::new(),
        flags: vec![true; 2],
    };
    let [ab, c] = [parent(&Sha3, &leaf(0), &leaf(1)), leaf(2)];
    assert_eq!(impatient.root(&leaves(3)), Ok(Some(parent(&Sha3, &ab, &c))));
}

#[test]
fn only_the_exact_shape_is_decoded() {
    for leaves in 1usize..=20 {
        for words in 0..=20 {
            let plain = Plain {
                words: vec![[7; 32]; words],
                flags: vec![true; leaves + words - 1],
            };
            let encoded = plain.encode();
            assert!(Multiproof::decode(&encoded, leaves).is_ok());
            for len in 0..encoded.len() {
                let cut = Multiproof::decode(&encoded[..len], leaves);
                assert_eq!(cut, Err(Malformed), "{len} bytes");
            }
            for byte in [0, 0xff] {
                let longer = [&encoded[..], &[byte]].concat();
                assert_eq!(Multiproof::decode(&longer, leaves), Err(Malformed));
            }
            for unused in (leaves + words - 1)..8 * (leaves + words - 1).div_ceil(8) {
                let mut bad = encoded.clone();
                *bad.last_mut().unwrap() |= 1 << (unused % 8);
                assert_eq!(Multiproof::decode(&bad, leaves), Err(Malformed));
            }
        }
    }
    for huge in [usize::MAX, usize::MAX - 1] {
        assert_eq!(Multiproof::decode(&[0, 1], huge), Err(Malformed));
        let one = [&[0, 1][..], &[7; 32], &[0]].concat();
        assert_eq!(Multiproof::decode(&one, huge), Err(Malformed));
    }
}
