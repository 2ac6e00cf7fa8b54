//! A session: what a leaf of the tree commits to (§2.2).

use alloy::primitives::{Address, B256, Bytes, aliases::U48};
use session_core::{leaf, proof, rules::bounded, secs};

use crate::{NativeKeccak, well_known};

/// One session, in the order of its leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Last second of validity, UNIX time, below 2^47; 0 and 2^48 - 1 are for ever.
    pub valid_until_secs: u64,
    /// First second of validity, UNIX time, below 2^47.
    pub valid_after_secs: u64,
    /// The session validation module.
    pub svm: Address,
    /// Session key and limits, in the SVM's encoding: [`session_data`](crate::session_data) makes it.
    pub session_key_data: Bytes,
}

/// Why a session is refused: in a tree, and when it is signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// A word of the window does not fit in a uint48.
    #[error("{secs} does not fit in the 48 bits of a validity window")]
    WindowTooWide {
        /// The word.
        secs: u64,
    },
    /// A word of the window has bit 47 set, which EntryPoint v0.9 reads as block numbers (§10.8).
    #[error(
        "the validity window {valid_after_secs}..={valid_until_secs} has bit 47 set, which newer EntryPoints read as block numbers"
    )]
    BlockNumberWindow {
        /// Its end.
        valid_until_secs: u64,
        /// Its beginning.
        valid_after_secs: u64,
    },
    /// The session key data is one word that is no address: the leaf could be an inner node of the tree (7.2-D).
    #[error("session key data of 32 bytes that are no address could be read as a node of the tree")]
    AmbiguousNode,
}

impl Session {
    /// The leaf. That of a session whose window does not fit in 48 bits is meaningless: [`Self::check`] refuses it.
    pub fn leaf(&self) -> B256 {
        leaf::leaf(
            &NativeKeccak,
            &session_core::user_op::Session {
                valid_until: &secs::from_u64(self.valid_until_secs),
                valid_after: &secs::from_u64(self.valid_after_secs),
                svm: &self.svm.0.0,
                session_key_data: &self.session_key_data,
                proof: &[],
            },
        )
        .into()
    }

    /// May the session stand in a tree? [`Tree`](crate::Tree) and the module signatures ask this.
    ///
    /// # Errors
    /// What 7.2-D and §10.8 refuse: see [`SessionError`]. A session that can never be used is refused by none of them, so
    /// that a tree that has one can be imported, and the session revoked.
    pub fn check(&self) -> Result<(), SessionError> {
        let (valid_until_secs, valid_after_secs) = (self.valid_until_secs, self.valid_after_secs);
        uint48(valid_until_secs)?;
        uint48(valid_after_secs)?;
        if !leaf::is_window_allowed(
            &secs::from_u64(valid_until_secs),
            &secs::from_u64(valid_after_secs),
        ) {
            return Err(SessionError::BlockNumberWindow {
                valid_until_secs,
                valid_after_secs,
            });
        }
        if proof::is_node(&self.session_key_data) {
            return Err(SessionError::AmbiguousNode);
        }
        Ok(())
    }
}

/// What `bounded` says of a session (§10.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Envelope<'a> {
    /// All its fields: sessions of one grant have the same.
    pub(crate) head: &'a [u8],
    /// Its nonce lane; zero for any.
    pub(crate) lane: [u8; 24],
}

impl Session {
    /// Who signs: the session key, as all known SVMs encode it, in a first word or as the first 20 bytes; of a bounded
    /// session that of the inner one. `None` if there are not as many bytes.
    pub fn session_key(&self) -> Option<Address> {
        let data = match self.bounds() {
            Some(grant) => grant.inner_data,
            None => &self.session_key_data,
        };
        if let Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, key @ ..]) = data.first_chunk::<32>() {
            return Some(key.into());
        }
        data.first_chunk::<20>().map(Address::from)
    }

    /// The SVM whose rules apply: of a bounded session the inner one.
    pub(crate) fn rules_svm(&self) -> Address {
        self.bounds()
            .map_or(self.svm, |grant| grant.inner_svm.into())
    }

    /// The bounds, if it has any.
    fn bounds(&self) -> Option<bounded::Grant<'_>> {
        if self.svm != well_known::BOUNDED {
            return None;
        }
        bounded::Grant::decode(&self.session_key_data, &well_known::BOUNDED).ok()
    }

    /// The envelope, if it is bounded.
    pub(crate) fn envelope(&self) -> Option<Envelope<'_>> {
        let lane = *self.bounds()?.lane;
        let inner_svm = bounded::HEAD_BYTES.checked_sub(20)?;
        let head = self.session_key_data.get(..inner_svm)?;
        Some(Envelope { head, lane })
    }
}

/// A word of a window, as it is encoded.
pub(crate) fn uint48(secs: u64) -> Result<U48, SessionError> {
    U48::try_from(secs).map_err(|_| SessionError::WindowTooWide { secs })
}
