//! Bytes with the places of what they are made of, so that one of those can be changed.

use std::ops::Range;

use alloy::primitives::{B256, U256};
use differential::calldata::Choices;

/// Fields of up to 32 bytes, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    bytes: Vec<u8>,
    spans: Vec<Range<usize>>,
}

impl Fields {
    /// These and one more.
    pub fn with(mut self, field: impl AsRef<[u8]>) -> Self {
        let start = self.bytes.len();
        self.bytes.extend(field.as_ref());
        self.spans.push(start..self.bytes.len());
        self
    }

    /// These and a word.
    pub fn word(self, word: impl Into<B256>) -> Self {
        self.with(word.into())
    }

    /// These and those.
    pub fn followed_by(mut self, others: &Self) -> Self {
        for span in &others.spans {
            self = self.with(&others.bytes[span.clone()]);
        }
        self
    }

    /// All of them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A field as a number.
    pub fn number(&self, field: usize) -> U256 {
        U256::from_be_slice(&self.bytes[self.spans[field].clone()])
    }

    /// Changes one field, to something near or far, or to what another one is.
    pub fn change(&mut self, choices: &mut Choices<'_>) {
        if self.spans.is_empty() {
            return;
        }
        let field = choices.below(self.spans.len());
        let old = self.number(field);
        let bits = 8 * self.spans[field].len();
        let bit = |bit: usize| U256::ONE << bit;
        let new = match choices.below(12) {
            0 | 1 => old.wrapping_add(U256::ONE),
            2 | 3 => old.wrapping_sub(U256::ONE),
            4 => U256::ZERO,
            5 => U256::from(choices.below(4)),
            6 => U256::MAX,
            7 | 8 => old ^ bit(choices.below(bits.max(1))),
            // Dirt, in a word that is narrower than 32 bytes.
            9 => old | bit(choices.pick(&[160, 24, 16, 255, 200])),
            _ => self.number(choices.below(self.spans.len())),
        };
        self.set(field, new);
    }

    /// Adds one to a field.
    pub fn increase(&mut self, field: usize) {
        self.set(field, self.number(field).wrapping_add(U256::ONE));
    }

    fn set(&mut self, field: usize, number: U256) {
        let span = self.spans[field].clone();
        let word: [u8; 32] = number.to_be_bytes();
        let unused = word.len() - span.len();
        self.bytes[span].copy_from_slice(&word[unused..]);
    }

    /// Takes some bytes off the end, or puts some there.
    pub fn resize(&mut self, choices: &mut Choices<'_>) {
        let len = self.bytes.len();
        let few = choices.pick(&[1, 31, 32, 4, 35, 100]);
        if choices.one_in(2) {
            self.bytes.extend(choices.fill(few));
        } else {
            let most = if choices.one_in(2) { len } else { few.min(len) };
            self.bytes.truncate(len - choices.below(most + 1));
        }
        self.spans.retain(|span| span.end <= self.bytes.len());
    }

    /// Overwrites the first bytes.
    pub fn begin_with(&mut self, bytes: &[u8]) {
        for (old, new) in self.bytes.iter_mut().zip(bytes) {
            *old = *new;
        }
    }
}
