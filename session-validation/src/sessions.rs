//! The sessions of a batch.

use alloc::vec::Vec;

use session_core::{
    Malformed, Reject, Word,
    abi::Array,
    user_op::{BatchedSession, Session},
    words::is_same,
};
use session_shell::buffer::{push, with_capacity};

/// The session of an action.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Session and data for its SVM.
    pub batched: BatchedSession<'a>,
    /// Where its tuple is, in an array of them.
    offset: usize,
    /// The first action that has this tuple: what is one tuple in the payload is decoded, and proven, once. The rules are
    /// held against every action.
    first: usize,
}

impl<'a> Item<'a> {
    /// Of action number `action`, whose session comes with no tuple.
    pub const fn of(action: usize, session: Session<'a>) -> Self {
        Self {
            batched: BatchedSession {
                session,
                call_specific_data: &[],
            },
            offset: 0,
            first: action,
        }
    }
}

/// The sessions of a batch, one for each action.
///
/// # Errors
/// By solc's rule, for every session.
pub fn decode<'a>(array: &Array<'a>) -> Result<Vec<Item<'a>>, Malformed> {
    let mut items: Vec<Item<'a>> = with_capacity(array.len());
    for index in 0..array.len() {
        let offset = array.offset(index)?;
        let earlier = items.iter().rev().find(|earlier| earlier.offset == offset);
        let item = match earlier {
            Some(earlier) => *earlier,
            None => Item {
                batched: BatchedSession::at(array, index)?,
                offset,
                first: index,
            },
        };
        push(&mut items, item);
    }
    Ok(items)
}

/// The leaf of each action's session: `leaf` is called once for each tuple.
///
/// # Errors
/// Those of `leaf`.
pub fn leaves(
    items: &[Item<'_>],
    leaf: impl Fn(&Session<'_>) -> Result<Word, Reject>,
) -> Result<Vec<Word>, Reject> {
    let mut leaves: Vec<Word> = with_capacity(items.len());
    for item in items {
        let leaf = match leaves.get(item.first) {
            Some(leaf) => *leaf,
            None => leaf(&item.batched.session)?,
        };
        push(&mut leaves, leaf);
    }
    Ok(leaves)
}

/// Has an earlier action this one's leaf too?
pub fn is_reused(leaves: &[Word], action: usize) -> bool {
    let mut leaves = leaves.iter().take(action.saturating_add(1)).rev();
    leaves
        .next()
        .is_some_and(|leaf| leaves.any(|earlier| is_same(earlier, leaf)))
}
