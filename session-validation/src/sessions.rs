//! The sessions of a batch.

use alloc::vec::Vec;

use session_core::{Malformed, Word, abi::Array, user_op::BatchedSession};
use session_shell::buffer::{push, with_capacity};

/// The sessions of a batch, those that are one tuple in the payload once: a tuple that serves several actions is decoded
/// and proven once. Its rules are held against every one of them.
#[derive(Debug)]
pub struct Sessions<'a> {
    /// Each that there is.
    pub list: Vec<BatchedSession<'a>>,
    /// By action: which one it is, below the length of `list`.
    pub of_action: Vec<usize>,
}

impl<'a> Sessions<'a> {
    /// # Errors
    /// By solc's rule, for every session.
    pub fn decode(array: &Array<'a>) -> Result<Self, Malformed> {
        let len = array.len();
        let (mut list, mut of_action) = (with_capacity(len), with_capacity(len));
        let mut places: Vec<usize> = with_capacity(len);
        for index in 0..len {
            let place = array.offset(index)?;
            let earlier = places.iter().rposition(|earlier| *earlier == place);
            push(&mut of_action, earlier.unwrap_or(list.len()));
            if earlier.is_none() {
                push(&mut list, BatchedSession::at(array, index)?);
                push(&mut places, place);
            }
        }
        Ok(Self { list, of_action })
    }

    /// The session of each action.
    pub fn of_actions(&self) -> impl Iterator<Item = &BatchedSession<'a>> {
        let places = self.of_action.iter();
        places.filter_map(|place| self.list.get(*place))
    }

    /// Has an earlier action this one's leaf too, be it of another tuple?
    pub fn is_reused(&self, leaves: &[Word], action: usize) -> bool {
        let mut places = self.of_action.iter().take(action.saturating_add(1)).rev();
        let leaf = |place: &usize| leaves.get(*place);
        let this = places.next().and_then(leaf);
        places.any(|place| leaf(place) == this)
    }
}
