//! Proofs of several sessions together, as [`session_core::compact`] reads them.

use alloy::primitives::B256;
use session_core::compact::{JOIN, LEAF};

use crate::Tree;

/// A step of a stack machine whose result is the tree's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Pushes the next of the leaves to be proven.
    Leaf,
    /// Hashes the top with these, one after the other.
    Words(Vec<B256>),
    /// Takes the two upper nodes, and pushes their parent.
    Join,
}

/// The end of a compact module signature.
pub(crate) fn encode(steps: &[Step]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for step in steps {
        match step {
            Step::Leaf => bytes.push(LEAF),
            Step::Join => bytes.push(JOIN),
            Step::Words(words) => {
                for words in words.chunks(usize::from(JOIN - 1)) {
                    bytes.extend(u8::try_from(words.len()));
                    bytes.extend(words.iter().flatten());
                }
            }
        }
    }
    bytes
}

impl Tree {
    /// What proves the sessions at these places, in ascending order. `None` if they do not ascend, or there is none, or one
    /// that is not in the tree.
    pub fn multiproof(&self, places: &[usize]) -> Option<Vec<Step>> {
        self.leaves().get(*places.last()?)?;
        if !places.is_sorted_by(|one, next| one < next) {
            return None;
        }
        let (_, below_root) = self.levels().split_last()?;
        let mut steps = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let (before, after) = (places.get(..index)?, places.get(index + 1));
            steps.push(Step::Leaf);
            for (height, level) in below_root.iter().enumerate() {
                let sibling = place >> height ^ 1;
                let is_below = |other: &usize| other >> height == sibling;
                if after.is_some_and(is_below) {
                    break;
                }
                if before.iter().any(is_below) {
                    steps.push(Step::Join);
                } else if let Some(word) = level.get(sibling) {
                    match steps.last_mut() {
                        Some(Step::Words(words)) => words.push(*word),
                        _ => steps.push(Step::Words(vec![*word])),
                    }
                }
            }
        }
        Some(steps)
    }
}
