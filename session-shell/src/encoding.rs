//! ABI encoding: a selector perhaps, a head of words, and behind it what its offsets name.

use alloc::vec::Vec;

use session_core::{Address, Text, Word, pad};

use crate::buffer::{append, append_zeros, with_capacity};

/// Calldata, an answer, revert data or a log's data in the making. Head words are named by their index; the tail grows
/// in the order of calls.
#[derive(Debug)]
pub struct Encoding {
    buffer: Vec<u8>,
    /// Where the head begins: offsets count from here.
    head: usize,
}

const WORD: usize = 32;

impl Encoding {
    /// What a text takes in the tail, at most.
    pub const TEXT_BYTES: usize = 96;

    /// A tuple behind a selector. `tail_bytes` is what the tail will take, about: a good guess saves copying.
    pub fn call(selector: [u8; 4], head_words: usize, tail_bytes: usize) -> Self {
        Self::behind(&selector, head_words, tail_bytes)
    }

    /// A tuple alone.
    pub fn tuple(head_words: usize, tail_bytes: usize) -> Self {
        Self::behind(&[], head_words, tail_bytes)
    }

    #[inline(never)]
    fn behind(selector: &[u8], head_words: usize, tail_bytes: usize) -> Self {
        let head_bytes = head_words.wrapping_mul(WORD);
        let bytes = selector
            .len()
            .wrapping_add(head_bytes)
            .wrapping_add(tail_bytes);
        let mut buffer = with_capacity(bytes);
        append(&mut buffer, selector);
        append_zeros(&mut buffer, head_bytes);
        Self {
            buffer,
            head: selector.len(),
        }
    }

    /// A word of the head.
    #[inline(never)]
    pub fn word(&mut self, index: usize, word: &Word) {
        let start = index.wrapping_mul(WORD).wrapping_add(self.head);
        if let Some(place) = self
            .buffer
            .get_mut(start..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            *place = *word;
        }
    }

    /// An address, as a word of the head.
    #[inline(never)]
    pub fn address(&mut self, index: usize, address: &Address) {
        self.word(index, &pad(address));
    }

    /// A `bytes`: its offset in the head, its length and content in the tail.
    #[inline(never)]
    pub fn bytes(&mut self, index: usize, bytes: &[u8]) {
        self.encoded(index, &size_word(bytes.len()));
        append(&mut self.buffer, bytes);
        append_zeros(&mut self.buffer, bytes.len().wrapping_neg() % WORD);
    }

    /// A text, as a `string`.
    pub fn text(&mut self, index: usize, text: Text) {
        let (bytes, len) = text.bytes();
        let bytes = bytes.get(..len).unwrap_or_default();
        self.bytes(index, bytes);
    }

    /// What is encoded already: its offset in the head, the rest in the tail as it stands.
    #[inline(never)]
    pub fn encoded(&mut self, index: usize, encoded: &[u8]) {
        self.word(index, &size_word(self.buffer.len().wrapping_sub(self.head)));
        append(&mut self.buffer, encoded);
    }

    /// The encoding.
    pub fn finish(self) -> Vec<u8> {
        self.buffer
    }
}

fn size_word(size: usize) -> Word {
    let mut word = [0; WORD];
    if let Some(low) = word.last_chunk_mut() {
        *low = size.to_be_bytes();
    }
    word
}
