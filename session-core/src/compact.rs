//! The compact module signature of a batch: each session once, all proven together, nothing padded.
//!
//! Packed, big-endian: [`TAG`]; 65 bytes r, s, v; u8 n, at least 1; n leaves: u48 validUntil, u48 validAfter, address SVM,
//! u16 length, session key data; u8 k, at least 1; for each of k actions a u8, the number of its leaf; and to the end the
//! steps of a stack machine whose result is the account's root, a byte each:
//! - 0 pushes the next leaf;
//! - 1 to 254 hashes the top with so many words, one after the other, which follow: siblings from the node up;
//! - 255 takes the two upper nodes, and pushes their parent.
//!
//! The callSpecificData of every action is empty.

use crate::{
    Keccak, Malformed, Reject, Word, leaf, merkle,
    proof::{is_allowed, not_approved},
    user_op::Session,
    words::{is_same, is_zero},
};

/// "SKC", version 1. An ABI-encoded module signature begins with zeros, so no program takes one for the other.
pub const TAG: [u8; 4] = *b"SKC\x01";

/// The step that pushes the next leaf.
pub const LEAF: u8 = 0;

/// The step that pushes the parent of two nodes. What is between it and [`LEAF`] is a number of words.
pub const JOIN: u8 = 255;

/// Is it meant to be a compact module signature?
pub fn is_compact(module_signature: &[u8]) -> bool {
    module_signature.starts_with(&TAG)
}

/// A compact module signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The session key's signature of the userOp: r, s, v.
    pub session_key_signature: &'a [u8; 65],
    /// The leaves' sessions, in order; each with an empty proof, since they are proven together.
    pub sessions: Sessions<'a>,
    /// For each action the number of its leaf: there is one.
    pub actions: &'a [u8],
    steps: &'a [u8],
}

impl<'a> Payload<'a> {
    /// All of a module signature. What a leaf says is not looked at, nor what the steps come to.
    ///
    /// # Errors
    /// If it has not the shape.
    pub fn decode(module_signature: &'a [u8]) -> Result<Self, Malformed> {
        let (_, rest) = split::<4>(module_signature)
            .ok()
            .filter(|(tag, _)| **tag == TAG)
            .ok_or(Malformed)?;
        let (session_key_signature, rest) = split(rest)?;
        let (count, rest) = rest.split_first().ok_or(Malformed)?;
        let sessions = Sessions {
            count: *count,
            rest,
        };
        let mut behind = rest;
        for _ in 0..*count {
            (_, behind) = split_session(behind)?;
        }
        let Some((actions @ 1.., rest)) = behind.split_first() else {
            return Err(Malformed);
        };
        let (actions, steps) = rest
            .split_at_checked(usize::from(*actions))
            .ok_or(Malformed)?;
        if actions.iter().any(|number| number >= count) {
            return Err(Malformed);
        }
        Ok(Self {
            session_key_signature,
            sessions,
            actions,
            steps,
        })
    }

    /// The leaves of the sessions, if all are in the tree of this root: as [`prove`](crate::proof::prove) for each of them.
    /// `room` is for two words a session.
    ///
    /// # Errors
    /// [`not_approved`]; [`Malformed`] if a step lacks a leaf, a node or a word, or there is other room.
    pub fn prove<'r>(
        &self,
        keccak: &impl Keccak,
        root: &Word,
        room: &'r mut [Word],
    ) -> Result<&'r [Word], Reject> {
        let (leaves, stack) = room
            .split_at_mut_checked(self.sessions.len())
            .ok_or(Malformed)?;
        for (leaf, session) in leaves.iter_mut().zip(self.sessions) {
            if !is_allowed(&session) {
                return Err(not_approved());
            }
            *leaf = leaf::leaf(keccak, &session);
        }
        let mut unused = leaves.iter();
        let mut depth: usize = 0;
        let mut rest = self.steps;
        while let Some((step, behind)) = rest.split_first() {
            rest = behind;
            match (*step, stack.get_mut(..depth)) {
                (LEAF, _) => {
                    *stack.get_mut(depth).ok_or(Malformed)? = *unused.next().ok_or(Malformed)?;
                    depth = depth.saturating_add(1);
                }
                (JOIN, Some([.., left, right])) => {
                    *left = merkle::parent(keccak, left, right);
                    depth = depth.saturating_sub(1);
                }
                (words @ 1..JOIN, Some([.., node])) => {
                    let len = usize::from(words).saturating_mul(32);
                    let (words, behind) = rest.split_at_checked(len).ok_or(Malformed)?;
                    *node = merkle::root(keccak, *node, words.as_chunks().0);
                    rest = behind;
                }
                _ => return Err(Malformed.into()),
            }
        }
        match stack.get(..depth) {
            Some([node]) if unused.len() == 0 && is_same(node, root) && !is_zero(root) => {
                Ok(leaves)
            }
            _ => Err(not_approved()),
        }
    }
}

/// Sessions, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions<'a> {
    count: u8,
    rest: &'a [u8],
}

impl<'a> Iterator for Sessions<'a> {
    type Item = Session<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let (session, rest) = split_session(self.rest).ok()?;
        self.rest = rest;
        Some(session)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl ExactSizeIterator for Sessions<'_> {
    fn len(&self) -> usize {
        self.count.into()
    }
}

#[inline(never)]
fn split_session(bytes: &[u8]) -> Result<(Session<'_>, &[u8]), Malformed> {
    let (valid_until, rest) = split(bytes)?;
    let (valid_after, rest) = split(rest)?;
    let (svm, rest) = split(rest)?;
    let (len, rest) = split(rest)?;
    let len = usize::from(u16::from_be_bytes(*len));
    let (session_key_data, rest) = rest.split_at_checked(len).ok_or(Malformed)?;
    let session = Session {
        valid_until,
        valid_after,
        svm,
        session_key_data,
        proof: &[],
    };
    Ok((session, rest))
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), Malformed> {
    bytes.split_first_chunk().ok_or(Malformed)
}
