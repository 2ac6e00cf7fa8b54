//! solc's rule for what lies in calldata, where offsets are signed.

use std::cell::Cell;

use alloy::primitives::{I256, U256};
use differential::calldata::Node;
use session_core::abi::Tuple;

use crate::{WORD, compare::plain};

const SELECTOR: usize = 4;

/// Fields that mean the same without negative offsets; `None` if solc refuses the calldata.
pub type Positive = fn(&Lazy) -> Option<Vec<Node>>;

/// Arguments that mean the same to solc and have no negative offset, if the calldata has one that solc follows.
pub fn without_negatives(positive: Positive, calldata: Vec<u8>) -> Option<Vec<u8>> {
    let lazy = Lazy {
        calldata,
        negative: Cell::new(false),
    };
    let fields = positive(&lazy)?;
    lazy.negative.get().then(|| plain(&fields))
}

/// solc's access to calldata structs and arrays (`access_calldata_tail` in its Yul). Positions are those of the whole
/// calldata; they may lie far out of it, where zeros are.
pub struct Lazy {
    calldata: Vec<u8>,
    /// Was an offset negative?
    negative: Cell<bool>,
}

impl Lazy {
    fn arguments(&self, words: usize) -> Option<Tuple<'_>> {
        Tuple::new(&self.calldata[SELECTOR..], words).ok()
    }

    /// Where an argument begins: its offset is unsigned.
    fn argument(&self, index: usize) -> Option<U256> {
        let offset = U256::from_be_bytes(*self.arguments(index + 1)?.word(index).ok()?);
        offset.checked_add(U256::from(SELECTOR))
    }

    fn load(&self, at: U256) -> U256 {
        let rest = usize::try_from(at)
            .ok()
            .and_then(|at| self.calldata.get(at..))
            .unwrap_or(&[]);
        let mut word = [0; WORD];
        let len = rest.len().min(WORD);
        word[..len].copy_from_slice(&rest[..len]);
        U256::from_be_bytes(word)
    }

    fn word(&self, base: U256, index: usize) -> Node {
        Node::Word(
            self.load(base.wrapping_add(U256::from(index * WORD)))
                .to_be_bytes(),
        )
    }

    /// What the offset in a word points to, of which so many bytes have to be there.
    fn tail(&self, base: U256, index: usize, needed: usize) -> Option<U256> {
        let offset = self.load(base.wrapping_add(U256::from(index * WORD)));
        let size = U256::from(self.calldata.len());
        let end = size.wrapping_sub(base).wrapping_sub(U256::from(needed - 1));
        if I256::from_raw(offset) >= I256::from_raw(end) {
            return None;
        }
        if offset.bit(255) {
            self.negative.set(true);
        }
        Some(base.wrapping_add(offset))
    }

    /// Beginning and length of a `bytes` or an array.
    fn counted(&self, base: U256, index: usize, stride: usize) -> Option<(U256, usize)> {
        let at = self.tail(base, index, WORD)?;
        let len = u64::try_from(self.load(at)).ok()?;
        let start = at.wrapping_add(U256::from(WORD));
        let last =
            U256::from(self.calldata.len()).wrapping_sub(U256::from(len) * U256::from(stride));
        if I256::from_raw(start) > I256::from_raw(last) {
            return None;
        }
        Some((start, usize::try_from(len).ok()?))
    }

    fn bytes(&self, base: U256, index: usize) -> Option<Node> {
        let (start, len) = self.counted(base, index, 1)?;
        let position = usize::try_from(start).ok();
        let bytes = position.and_then(|start| self.calldata.get(start..start + len));
        // Out of the calldata there are only zeros, so nothing but a length of zero.
        Some(Node::Bytes(bytes.unwrap_or(&[]).to_vec()))
    }

    fn words(&self, base: U256, index: usize) -> Option<Node> {
        let (start, len) = self.counted(base, index, WORD)?;
        Some(Node::Array(
            (0..len).map(|index| self.word(start, index)).collect(),
        ))
    }

    /// The userOp that is argument 0. What is out of bounds in it is left empty: it does not matter, or solc refuses.
    fn user_op(&self) -> Option<Node> {
        let base = self.argument(0)?;
        let field = |index| match index {
            2 | 3 | 9 | 10 => self.bytes(base, index).unwrap_or(Node::Bytes(Vec::new())),
            _ => self.word(base, index),
        };
        Some(Node::Tuple((0..11).map(field).collect()))
    }
}

/// `(UserOperation, bytes32)`.
pub fn positive_user_op(lazy: &Lazy) -> Option<Vec<Node>> {
    let hash = lazy.arguments(2)?.word(1).ok()?;
    Some(vec![lazy.user_op()?, Node::Word(*hash)])
}

/// `(UserOperation, bytes32, bytes, bytes)`.
pub fn positive_svm_user_op(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(4)?;
    let bytes = |index| {
        arguments
            .bytes(index)
            .ok()
            .map(|bytes| Node::Bytes(bytes.to_vec()))
    };
    Some(vec![
        lazy.user_op()?,
        Node::Word(*arguments.word(1).ok()?),
        bytes(2)?,
        bytes(3)?,
    ])
}

/// `(address[], uint256[], bytes[])`.
pub fn positive_batch(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(3)?;
    let words = |index| {
        let array = arguments.array(index).ok()?;
        let words = (0..array.len()).map(|index| array.word(index).ok().copied().map(Node::Word));
        words.collect::<Option<_>>().map(Node::Array)
    };
    let base = lazy.argument(2)?.checked_add(U256::from(WORD))?;
    let data = (0..arguments.array(2).ok()?.len()).map(|index| lazy.bytes(base, index));
    Some(vec![
        words(0)?,
        words(1)?,
        Node::Array(data.collect::<Option<_>>()?),
    ])
}

/// `(address, SessionData[])`.
pub fn positive_sessions(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(2)?;
    let base = lazy.argument(1)?.checked_add(U256::from(WORD))?;
    let session = |index| {
        let base = lazy.tail(base, index, 6 * WORD)?;
        let word = |index| lazy.word(base, index);
        Some(Node::Tuple(vec![
            word(0),
            word(1),
            word(2),
            lazy.bytes(base, 3)?,
            lazy.words(base, 4)?,
            lazy.bytes(base, 5)?,
        ]))
    };
    let sessions = (0..arguments.array(1).ok()?.len()).map(session);
    Some(vec![
        Node::Word(*arguments.word(0).ok()?),
        Node::Array(sessions.collect::<Option<_>>()?),
    ])
}
