//! Merkle multiproofs: many leaves of one tree, proven at once.
//!
//! As OpenZeppelin's `processMultiProof`, with sorted pairs: a queue of nodes, first the leaves, in the order of their
//! places. Each flag takes a node from the queue and hashes it with the next of the queue (1) or the next proof word (0);
//! the parent joins the queue. The last node is the root. Beyond OpenZeppelin's, a proof word of zero, which no node is,
//! hashes nothing: the node joins the queue again as it is. So lone nodes, which merkletreejs promotes unhashed, wait for
//! their siblings; a plain queue can't prove all leaves of a tree of five.

use crate::{Keccak, Malformed, Word, merkle::parent, words::is_zero};

/// A proof word that lets a node wait.
pub const WAIT: Word = [0; 32];

/// What proves some leaves of a tree together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiproof<'a> {
    words: &'a [Word],
    flags: &'a [u8],
}

impl<'a> Multiproof<'a> {
    /// All of `encoded`: u16 number m of proof words, the words, and flags for so many leaves and words: bit i % 8,
    /// from the low end, of byte i / 8; bits that are no flags are zero.
    ///
    /// # Errors
    /// If it is shorter or longer, or has other bits, or no leaves.
    pub fn decode(encoded: &'a [u8], leaves: usize) -> Result<Self, Malformed> {
        let (count, rest) = encoded.split_first_chunk().ok_or(Malformed)?;
        let count = usize::from(u16::from_be_bytes(*count));
        let (words, flags) = rest
            .split_at_checked(count.saturating_mul(32))
            .ok_or(Malformed)?;
        let (words, _) = words.as_chunks();
        let bits = leaves
            .checked_add(count)
            .and_then(|nodes| nodes.checked_sub(1));
        let bits = bits.filter(|_| leaves != 0).ok_or(Malformed)?;
        let unused = match (flags.last(), bits % 8) {
            (None, _) | (_, 0) => 0,
            (Some(last), used) => last >> used,
        };
        if flags.len() != bits.div_ceil(8) || unused != 0 {
            return Err(Malformed);
        }
        Ok(Self { words, flags })
    }

    /// The root that it leads to from these leaves. `nodes` is the hashes of all leaves, in order, and afterwards of no use.
    ///
    /// `None` if a flag asks for a node that is not there yet, or more words than there are, or if there is no leaf. Leaves
    /// must be hashed from their preimages, and must be different: see [`compact`](crate::compact).
    pub fn root(&self, keccak: &impl Keccak, nodes: &mut [Word]) -> Option<Word> {
        let mut flag: usize = 0;
        let mut words = self.words;
        let mut queue = Queue::new(nodes);
        while let Some(node) = queue.take() {
            if queue.is_empty() && words.is_empty() {
                return Some(node);
            }
            let byte = self.flags.get(flag / 8)?;
            let is_known = byte >> (flag % 8) & 1 == 1;
            flag = flag.checked_add(1)?;
            let next = if is_known {
                parent(keccak, &node, &queue.take()?)
            } else {
                let (word, rest) = words.split_first()?;
                words = rest;
                if is_zero(word) {
                    node
                } else {
                    parent(keccak, &node, word)
                }
            };
            queue.put(next)?;
        }
        None
    }
}

/// A ring in place: it is full at first, and takes no more than it gave.
struct Queue<'a> {
    ring: &'a mut [Word],
    first: usize,
    len: usize,
}

impl<'a> Queue<'a> {
    const fn new(ring: &'a mut [Word]) -> Self {
        let len = ring.len();
        Self {
            ring,
            first: 0,
            len,
        }
    }

    const fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn take(&mut self) -> Option<Word> {
        self.len = self.len.checked_sub(1)?;
        let node = self.ring.get(self.first).copied();
        self.first = self.place(1);
        node
    }

    fn put(&mut self, node: Word) -> Option<()> {
        let place = self.place(self.len);
        *self.ring.get_mut(place)? = node;
        self.len = self.len.checked_add(1)?;
        Some(())
    }

    /// The place of so many behind the first.
    const fn place(&self, behind: usize) -> usize {
        let place = self.first.saturating_add(behind);
        if place < self.ring.len() {
            place
        } else {
            place.saturating_sub(self.ring.len())
        }
    }
}
