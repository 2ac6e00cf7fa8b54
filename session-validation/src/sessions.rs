//! The sessions of a batch.

use alloc::vec::Vec;

use session_core::{
    Malformed, Word, abi::Array, leaf::leaf, user_op::BatchedSession, words::is_same,
};
use session_shell::{
    Host,
    buffer::{push, with_capacity},
};

/// The sessions of a batch, those that are one tuple in the payload once: a tuple that serves several actions is decoded
/// and proven once. Its rules are held against every one of them.
#[derive(Debug)]
pub struct Sessions<'a> {
    /// Each that there is.
    pub list: Vec<BatchedSession<'a>>,
    /// By action.
    pub uses: Vec<Use>,
}

/// Which session serves an action.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Where its tuple is.
    offset: usize,
    /// Its place in the list of sessions.
    pub place: usize,
}

impl Use {
    /// By the place of the session alone.
    pub const fn of(place: usize) -> Self {
        Self { offset: 0, place }
    }
}

impl<'a> Sessions<'a> {
    /// # Errors
    /// By solc's rule, for every session.
    pub fn decode(array: &Array<'a>) -> Result<Self, Malformed> {
        let len = array.len();
        let (mut list, mut uses) = (with_capacity(len), with_capacity(len));
        for index in 0..len {
            let offset = array.offset(index)?;
            let is_same = |earlier: &&Use| earlier.offset == offset;
            let earlier: Option<&Use> = uses.iter().rev().find(is_same);
            let place = earlier.map_or(list.len(), |earlier| earlier.place);
            if earlier.is_none() {
                push(&mut list, BatchedSession::at(array, index)?);
            }
            push(&mut uses, Use { offset, place });
        }
        Ok(Self { list, uses })
    }

    /// The leaves of the list, not proven.
    pub fn leaves(&self) -> Vec<Word> {
        let mut leaves = with_capacity(self.list.len());
        for item in &self.list {
            push(&mut leaves, leaf(&Host, &item.session));
        }
        leaves
    }

    /// The session of an action.
    ///
    /// # Errors
    /// If there is none.
    pub fn of_action(&self, action: usize) -> Result<&BatchedSession<'a>, Malformed> {
        let session = self.uses.get(action).ok_or(Malformed)?;
        self.list.get(session.place).ok_or(Malformed)
    }

    /// Has an earlier action this one's leaf too, be it of another tuple? `leaves` is those of the list, or empty if no two
    /// are the same.
    pub fn is_reused(&self, leaves: &[Word], action: usize) -> bool {
        let mut uses = self.uses.iter().take(action.saturating_add(1)).rev();
        let Some(this) = uses.next() else {
            return false;
        };
        let leaf = leaves.get(this.place);
        uses.any(|earlier| {
            earlier.place == this.place
                || matches!((leaf, leaves.get(earlier.place)), (Some(a), Some(b)) if is_same(a, b))
        })
    }
}
