//! Trees in which the sessions that are used together stand together, so that few words prove them.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use crate::{Session, Tree, TreeError};

impl Tree {
    /// The tree of these flows: each holds sessions that one batch uses together. They stand next to one another, in
    /// their order, if possible in a subtree of their own; and each flow's places, in the order of `flows`.
    ///
    /// It is an ordinary tree: what is published, stored or imported is its sessions, in the tree's order.
    ///
    /// # Errors
    /// What [`Self::new`] refuses; places are those of the tree.
    pub fn grouped(flows: Vec<Vec<Session>>) -> Result<(Self, Vec<Range<usize>>), TreeError> {
        let places = places(&flows.iter().map(Vec::len).collect::<Vec<_>>());
        let mut placed: Vec<_> = places.iter().map(|range| range.start).zip(flows).collect();
        placed.sort_by_key(|(first, _)| *first);
        let sessions = placed.into_iter().flat_map(|(_, flow)| flow).collect();
        Ok((Self::new(sessions)?, places))
    }
}

/// Where runs of these lengths stand: without gaps, the longest first, but behind each the longest of those that do not
/// cross the border of a block, which is as long as the next power of two. Then runs are blocks, or parts of one.
fn places(lens: &[usize]) -> Vec<Range<usize>> {
    let mut waiting: BTreeMap<usize, VecDeque<usize>> = BTreeMap::new();
    for (flow, len) in lens.iter().enumerate() {
        waiting.entry(*len).or_default().push_back(flow);
    }
    let mut places = vec![0..0; lens.len()];
    let mut end: usize = 0;
    while let Some(longest) = waiting.keys().next_back().copied() {
        let is_inside =
            |len: &usize| end % len.next_power_of_two() + len <= len.next_power_of_two();
        let inside = waiting.keys().rev().find(|len| is_inside(len)).copied();
        let len = inside.unwrap_or(longest);
        let Some(flows) = waiting.get_mut(&len) else {
            break;
        };
        if let Some(place) = flows.pop_front().and_then(|flow| places.get_mut(flow)) {
            *place = end..end + len;
        }
        if flows.is_empty() {
            waiting.remove(&len);
        }
        end += len;
    }
    places
}
