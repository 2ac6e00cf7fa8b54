//! ABI encoding: a selector, a head of words, and behind it what its offsets name.

use alloc::vec::Vec;

use session_core::{Address, Word};

/// Calldata, or revert data, in the making. Head words are named by their index; the tail grows in the order of calls.
#[derive(Debug)]
pub struct Calldata(Vec<u8>);

const WORD: usize = 32;
const SELECTOR: usize = 4;

impl Calldata {
    /// `tail_bytes` is what the tail will take, about: a better guess saves copying.
    pub fn new(selector: [u8; SELECTOR], head_words: usize, tail_bytes: usize) -> Self {
        let head = head_words.wrapping_mul(WORD).wrapping_add(SELECTOR);
        let mut buffer = Vec::with_capacity(head.wrapping_add(tail_bytes));
        buffer.extend(selector);
        buffer.resize(head, 0);
        Self(buffer)
    }

    /// A word of the head.
    pub fn word(&mut self, index: usize, word: &Word) {
        let start = index.wrapping_mul(WORD).wrapping_add(SELECTOR);
        if let Some(place) = self.0.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
            *place = *word;
        }
    }

    /// An address, as a word of the head.
    pub fn address(&mut self, index: usize, address: &Address) {
        self.word(index, &session_core::pad(address));
    }

    /// A `bytes`: its offset in the head, its length and content in the tail.
    pub fn bytes(&mut self, index: usize, bytes: &[u8]) {
        self.encoded(index, &size_word(bytes.len()));
        self.0.extend_from_slice(bytes);
        let padding = bytes.len().wrapping_neg() % WORD;
        self.0.resize(self.0.len().wrapping_add(padding), 0);
    }

    /// What is encoded already: its offset in the head, the rest in the tail as it stands.
    pub fn encoded(&mut self, index: usize, encoded: &[u8]) {
        self.word(index, &size_word(self.0.len().wrapping_sub(SELECTOR)));
        self.0.extend_from_slice(encoded);
    }

    /// The calldata.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

fn size_word(size: usize) -> Word {
    let mut word = [0; WORD];
    if let Some(low) = word.last_chunk_mut() {
        *low = size.to_be_bytes();
    }
    word
}
