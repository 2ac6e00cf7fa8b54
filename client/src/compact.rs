//! The shortest module signature of a batch, which only a session-module takes: [`session_core::compact`].

use alloy::primitives::Bytes;
use session_core::{compact::TAG, secs};

use crate::{Tree, multiproof::encode};

/// The compact module signature of a batch whose action n is allowed by the session at `places[n]` of the tree. Not yet
/// wrapped for the account. Copies of one session are taken for the first of them.
///
/// `None` if it has no such form: without actions, with more than 255 of them, with session key data of more than 65,535
/// bytes, with a place that is not in the tree, or with a signature that does not have 65 bytes.
pub fn compact_signature(
    tree: &Tree,
    places: &[usize],
    session_key_signature: &[u8],
) -> Option<Bytes> {
    let key_signature: &[u8; 65] = session_key_signature.try_into().ok()?;
    let places = tree.firsts(places);
    let mut distinct = places.clone();
    distinct.sort_unstable();
    distinct.dedup();

    let mut bytes = [&TAG[..], key_signature].concat();
    bytes.push(u8::try_from(distinct.len()).ok()?);
    for place in &distinct {
        let session = tree.sessions().get(*place)?;
        let until = secs::from_u64(session.valid_until_secs);
        let after = secs::from_u64(session.valid_after_secs);
        let len = u16::try_from(session.session_key_data.len()).ok()?;
        bytes.extend(until.iter().chain(&after).chain(&session.svm));
        bytes.extend(len.to_be_bytes());
        bytes.extend(&session.session_key_data);
    }
    bytes.push(u8::try_from(places.len()).ok()?);
    for place in &places {
        let leaf = distinct.binary_search(place).ok()?;
        bytes.push(u8::try_from(leaf).ok()?);
    }
    bytes.extend(encode(&tree.multiproof(&distinct)?));
    Some(bytes.into())
}
