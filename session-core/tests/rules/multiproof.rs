//! Multiproofs, against whole trees and a prover of their own (§10.11).

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
