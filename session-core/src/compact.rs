//! The compact module signature of a batch: each session once, all proven together, nothing padded.
//!
//! Packed, big-endian: [`TAG`]; 65 bytes r, s, v; u8 n, at least 1; n leaves: u48 validUntil, u48 validAfter, address SVM,
//! u16 length, session key data; u8 k, at least 1; for each of k actions a u8, the index of its leaf; the
//! [`Multiproof`] of the leaves. The callSpecificData of every action is empty.

use crate::{
    Keccak, Malformed, Reject, Word,
    leaf::leaf,
    multiproof::Multiproof,
    proof::{is_allowed, not_approved},
    user_op::Session,
    words::{is_same, is_zero},
};

/// "SKC", version 1. An ABI-encoded module signature begins with zeros, so no program takes one for the other.
pub const TAG: [u8; 4] = *b"SKC\x01";

/// Is it meant to be a compact module signature?
pub fn is_compact(module_signature: &[u8]) -> bool {
    module_signature.starts_with(&TAG)
}

/// A compact module signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The session key's signature of the userOp: r, s, v.
    pub session_key_signature: &'a [u8; 65],
    /// For each action the index of its leaf: there is one.
    pub actions: &'a [u8],
    /// Proves the leaves.
    pub proof: Multiproof<'a>,
    count: usize,
    leaves: &'a [u8],
}

impl<'a> Payload<'a> {
    /// All of a module signature. What a leaf says is not looked at.
    ///
    /// # Errors
    /// If it has not exactly the shape.
    pub fn decode(module_signature: &'a [u8]) -> Result<Self, Malformed> {
        let (_, rest) = split::<4>(module_signature)
            .ok()
            .filter(|(tag, _)| **tag == TAG)
            .ok_or(Malformed)?;
        let (session_key_signature, rest) = split(rest)?;
        let (count, rest) = rest.split_first().ok_or(Malformed)?;
        let mut behind = rest;
        for _ in 0..*count {
            (_, behind) = split_session(behind)?;
        }
        let leaves = rest
            .len()
            .checked_sub(behind.len())
            .and_then(|len| rest.get(..len))
            .ok_or(Malformed)?;
        let Some((actions @ 1.., rest)) = behind.split_first() else {
            return Err(Malformed);
        };
        let (actions, rest) = rest
            .split_at_checked(usize::from(*actions))
            .ok_or(Malformed)?;
        if actions.iter().any(|leaf| leaf >= count) {
            return Err(Malformed);
        }
        let count = usize::from(*count);
        Ok(Self {
            session_key_signature,
            actions,
            proof: Multiproof::decode(rest, count)?,
            count,
            leaves,
        })
    }

    /// How many leaves there are, from 1 to 255.
    pub const fn leaf_count(&self) -> usize {
        self.count
    }

    /// The leaves' sessions, in order; each with an empty proof, since they are proven together.
    pub const fn sessions(&self) -> Sessions<'a> {
        Sessions { rest: self.leaves }
    }

    /// Are all sessions in the tree of this root? As [`prove`](crate::proof::prove) for each of them, and no leaf is there
    /// twice. `nodes` is room for [`Self::leaf_count`] words.
    ///
    /// # Errors
    /// [`not_approved`]; [`Malformed`] if `nodes` is too short.
    pub fn prove(
        &self,
        keccak: &impl Keccak,
        root: &Word,
        nodes: &mut [Word],
    ) -> Result<(), Reject> {
        let nodes = nodes.get_mut(..self.count).ok_or(Malformed)?;
        for (node, session) in nodes.iter_mut().zip(self.sessions()) {
            if !is_allowed(&session) {
                return Err(not_approved());
            }
            *node = leaf(keccak, &session);
        }
        let is_proven = |nodes: &mut [Word]| {
            let proven = self.proof.root(keccak, nodes);
            proven.is_some_and(|proven| is_same(&proven, root))
        };
        if is_zero(root) || has_twice(nodes) || !is_proven(nodes) {
            return Err(not_approved());
        }
        Ok(())
    }
}

/// The sessions of a payload.
#[derive(Clone, Debug)]
pub struct Sessions<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Sessions<'a> {
    type Item = Session<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (session, rest) = split_session(self.rest).ok()?;
        self.rest = rest;
        Some(session)
    }
}

#[inline(never)]
fn split_session(bytes: &[u8]) -> Result<(Session<'_>, &[u8]), Malformed> {
    let (valid_until_secs, rest) = split_secs(bytes)?;
    let (valid_after_secs, rest) = split_secs(rest)?;
    let (svm, rest) = split(rest)?;
    let (len, rest) = split(rest)?;
    let len = usize::from(u16::from_be_bytes(*len));
    let (session_key_data, rest) = rest.split_at_checked(len).ok_or(Malformed)?;
    let session = Session {
        valid_until_secs,
        valid_after_secs,
        svm,
        session_key_data,
        proof: &[],
    };
    Ok((session, rest))
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), Malformed> {
    bytes.split_first_chunk().ok_or(Malformed)
}

fn split_secs(bytes: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let (high, rest) = split(bytes)?;
    let (low, rest) = split(rest)?;
    let high = u64::from(u16::from_be_bytes(*high)) << 32;
    Ok((high | u64::from(u32::from_be_bytes(*low)), rest))
}

fn has_twice(mut nodes: &[Word]) -> bool {
    while let [first, others @ ..] = nodes {
        if others.iter().any(|other| is_same(other, first)) {
            return true;
        }
        nodes = others;
    }
    false
}
