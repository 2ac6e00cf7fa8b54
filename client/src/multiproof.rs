//! Proofs of several sessions together, as [`session_core::multiproof`] reads them.

use alloy::primitives::B256;
use session_core::multiproof::WAIT;

use crate::Tree;

/// What proves some leaves of a tree together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multiproof {
    /// Nodes that are neither leaves to be proven nor above any, in the order of their use; zeros where a node waits.
    pub words: Vec<B256>,
    /// For each step: is the node's sibling known, or a word?
    pub flags: Vec<bool>,
}

impl Multiproof {
    /// The end of a compact module signature: u16 number of words, words, flags. `None` if there are too many.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = u16::try_from(self.words.len()).ok()?.to_be_bytes().to_vec();
        bytes.extend(self.words.iter().flatten());
        bytes.extend(self.flags.chunks(8).map(|flags| {
            let bits = flags.iter().zip(0..);
            bits.fold(0, |byte, (flag, bit)| byte | u8::from(*flag) << bit)
        }));
        Some(bytes)
    }
}

impl Tree {
    /// The multiproof of the sessions at these places, in ascending order. `None` if they do not ascend, or there is
    /// none, or one that is not in the tree.
    pub fn multiproof(&self, places: &[usize]) -> Option<Multiproof> {
        self.leaves().get(*places.last()?)?;
        if !places.is_sorted_by(|one, next| one < next) {
            return None;
        }
        let mut proof = Multiproof::default();
        let mut known = places.to_vec();
        let (_, below_root) = self.levels().split_last()?;
        for level in below_root {
            let mut above: Vec<usize> = known.iter().map(|place| place / 2).collect();
            above.dedup();
            let mut rest = known.as_slice();
            while let [place, behind @ ..] = rest {
                let sibling = place ^ 1;
                rest = behind;
                if let [next, behind @ ..] = rest
                    && *next == sibling
                {
                    rest = behind;
                    proof.flags.push(true);
                } else if let Some(word) = level.get(sibling) {
                    proof.flags.push(false);
                    proof.words.push(*word);
                } else if !matches!(above[..], [left, right] if left ^ 1 == right) {
                    // A lone node; but if only its sibling is left, that comes next.
                    proof.flags.push(false);
                    proof.words.push(WAIT.into());
                }
            }
            known = above;
        }
        Some(proof)
    }
}
