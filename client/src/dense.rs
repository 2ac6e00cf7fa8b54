//! Module signatures as short as the ABI allows: each value once, nothing padded.
//!
//! Every decoder takes them that reads as solc's does: offsets may meet, and need be no multiples of 32. So Biconomy's
//! contracts and all programs here do, but not a decoder that wants the canonical encoding.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, Bytes, U256};

use crate::{Item, ItemError, Session, SessionError};

const WORD: usize = 32;
/// Words of a tuple's head.
const TUPLE_WORDS: usize = 6;

/// As [`manager_signature`](crate::manager_signature), shorter.
///
/// # Errors
/// A session that [`Session::check`] refuses.
pub fn dense_manager_signature(
    session: &Session,
    proof: &[B256],
    session_key_signature: &[u8],
) -> Result<Bytes, SessionError> {
    session.check()?;
    let mut dense = Dense::default();
    dense.head(session);
    dense.tails(0, session, proof, session_key_signature);
    Ok(dense.finish())
}

/// As [`router_signature`](crate::router_signature), shorter: equal items are one, and so are equal parts of others.
///
/// # Errors
/// The first item whose session [`Session::check`] refuses.
pub fn dense_router_signature(
    manager: Address,
    items: &[Item<'_>],
    session_key_signature: &[u8],
) -> Result<Bytes, ItemError> {
    let mut distinct: Vec<&Item<'_>> = Vec::new();
    let mut numbers = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let error = |error| ItemError { index, error };
        item.session.check().map_err(error)?;
        let number = distinct.iter().position(|other| *other == item);
        numbers.push(number.unwrap_or(distinct.len()));
        if number.is_none() {
            distinct.push(item);
        }
    }

    let mut dense = Dense::default();
    dense.address(manager);
    dense.number(3 * WORD);
    let signature = dense.hole();
    dense.number(items.len());
    let array = dense.bytes.len();
    let tuple = |number: usize| WORD * (items.len() + TUPLE_WORDS * number);
    numbers
        .iter()
        .for_each(|number| dense.number(tuple(*number)));
    distinct.iter().for_each(|item| dense.head(item.session));
    for (number, item) in distinct.iter().enumerate() {
        let base = array + tuple(number);
        dense.tails(base, item.session, item.proof, item.call_specific_data);
    }
    dense.point(
        signature,
        0,
        tail(session_key_signature.len(), session_key_signature),
    );
    Ok(dense.finish())
}

/// A length, and what it counts.
fn tail(len: usize, content: &[u8]) -> Vec<u8> {
    [&U256::from(len).to_be_bytes::<WORD>()[..], content].concat()
}

/// Bytes with holes: offsets that are not known yet.
#[derive(Default)]
struct Dense {
    bytes: Vec<u8>,
    /// Where the tails are.
    tails: BTreeMap<Vec<u8>, usize>,
    /// Holes, and what they count from, whose tail is one word of zeros.
    empty: Vec<(usize, usize)>,
}

impl Dense {
    fn number(&mut self, number: usize) {
        self.bytes.extend(U256::from(number).to_be_bytes::<WORD>());
    }

    fn address(&mut self, address: Address) {
        self.bytes.extend(address.into_word());
    }

    /// No zeros stand in it, so that none are found there.
    fn hole(&mut self) -> usize {
        let hole = self.bytes.len();
        self.bytes.extend([0xff; WORD]);
        hole
    }

    /// Three words, and three holes.
    fn head(&mut self, session: &Session) {
        for secs in [session.valid_until_secs, session.valid_after_secs] {
            self.bytes.extend(U256::from(secs).to_be_bytes::<WORD>());
        }
        self.address(session.svm);
        for _ in 0..3 {
            self.hole();
        }
    }

    /// What the holes of the head at `base` lead to.
    fn tails(&mut self, base: usize, session: &Session, proof: &[B256], last: &[u8]) {
        let data = &session.session_key_data;
        let tails = [
            tail(data.len(), data),
            tail(proof.len(), proof.concat().as_slice()),
            tail(last.len(), last),
        ];
        for (hole, tail) in (base + 3 * WORD..).step_by(WORD).zip(tails) {
            self.point(hole, base, tail);
        }
    }

    fn point(&mut self, hole: usize, base: usize, tail: Vec<u8>) {
        if tail == [0; WORD] {
            self.empty.push((hole, base));
            return;
        }
        let end = self.bytes.len();
        let place = *self.tails.entry(tail).or_insert_with_key(|tail| {
            self.bytes.extend(tail);
            end
        });
        self.fill(hole, place - base);
    }

    fn fill(&mut self, hole: usize, offset: usize) {
        let offset = U256::from(offset).to_be_bytes::<WORD>();
        self.bytes.splice(hole..hole + WORD, offset);
    }

    /// What is empty begins, as its length, at any word of zeros behind its base.
    fn finish(mut self) -> Bytes {
        for (hole, base) in std::mem::take(&mut self.empty) {
            let rest = self.bytes.get(base..).unwrap_or_default();
            let zeros = rest.windows(WORD).position(|word| word == [0; WORD]);
            let offset = zeros.unwrap_or(rest.len());
            if zeros.is_none() {
                self.bytes.extend([0; WORD]);
            }
            self.fill(hole, offset);
        }
        self.bytes.into()
    }
}
