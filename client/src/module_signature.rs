//! What the manager and the router decode: session, proof and the session key's signature (§2.3, §4).

use alloy::{
    primitives::{Address, B256, Bytes},
    sol,
    sol_types::SolValue as _,
};

use crate::{Session, SessionError, session::uint48};

sol! {
    /// One item of the router's array, and the struct of the manager's `validateSessionKeys` (§4, §10.1).
    struct SessionData {
        uint48 validUntil;
        uint48 validAfter;
        address sessionValidationModule;
        bytes sessionKeyData;
        bytes32[] merkleProof;
        bytes callSpecificData;
    }
}

/// What allows one action of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its siblings from the leaf up: [`Tree::proof`](crate::Tree::proof).
    pub proof: &'a [B256],
    /// Handed to the SVM as it is; no signature covers it. Our SVMs have no use for it.
    pub call_specific_data: &'a [u8],
}

/// An item of a batch whose session is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("item {index}: {error}")]
pub struct ItemError {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub error: SessionError,
}

/// The manager's module signature, for one action (§2.3). Not yet wrapped for the account.
///
/// # Errors
/// A session that [`Session::check`] refuses.
pub fn manager_signature(
    session: &Session,
    proof: &[B256],
    session_key_signature: &[u8],
) -> Result<Bytes, SessionError> {
    // The six words are those of an item: only the last field differs.
    let encoded = session_data(session, proof, session_key_signature)?;
    Ok(encoded.abi_encode_params().into())
}

/// The router's module signature, for a batch: item n allows action n (§4). Not yet wrapped for the account.
///
/// # Errors
/// The first item whose session [`Session::check`] refuses.
pub fn router_signature(
    manager: Address,
    items: &[Item<'_>],
    session_key_signature: &[u8],
) -> Result<Bytes, ItemError> {
    let items = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            session_data(item.session, item.proof, item.call_specific_data)
                .map_err(|error| ItemError { index, error })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok((
        manager,
        items,
        Bytes::copy_from_slice(session_key_signature),
    )
        .abi_encode_params()
        .into())
}

fn session_data(
    session: &Session,
    proof: &[B256],
    last: &[u8],
) -> Result<SessionData, SessionError> {
    session.check()?;
    Ok(SessionData {
        validUntil: uint48(session.valid_until_secs)?,
        validAfter: uint48(session.valid_after_secs)?,
        sessionValidationModule: session.svm,
        sessionKeyData: session.session_key_data.clone(),
        merkleProof: proof.to_vec(),
        callSpecificData: Bytes::copy_from_slice(last),
    })
}
