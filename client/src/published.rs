//! Sessions in the log: what `setMerkleRootIf` publishes, so that nobody has to keep the tree (§10.1).

use alloy::{
    primitives::{B256, Bytes},
    sol,
    sol_types::{SolType as _, SolValue as _},
};

use crate::{Session, SessionError, Tree, TreeError, session::uint48};

sol! {
    /// A session as it is published; the fields of a leaf.
    struct PublishedSession {
        uint48 validUntil;
        uint48 validAfter;
        address sessionValidationModule;
        bytes sessionKeyData;
    }
}

/// Why published data is not the tree of a root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// It has another form: this client did not publish it, or the owner chose to publish something else.
    #[error("the data of SessionsPublished is no list of sessions: {0}")]
    Form(String),
    /// A session is refused.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The sessions are not those of the root: the event is not the account's last one, or does not tell the truth.
    #[error("the published sessions have the root {published}, the account has {root}")]
    OtherRoot {
        /// Of the published sessions.
        published: B256,
        /// Of the account.
        root: B256,
    },
}

impl Tree {
    /// The sessions, in order, for the `data` of [`set_merkle_root_if`](crate::calls::set_merkle_root_if):
    /// `abi.encode((uint48 validUntil, uint48 validAfter, address svm, bytes sessionKeyData)[])`. Whoever reads the chain
    /// can read them.
    ///
    /// # Errors
    /// None for a tree that was built by this client: its windows fit.
    pub fn publish(&self) -> Result<Bytes, SessionError> {
        let sessions = self
            .sessions()
            .iter()
            .map(|session| {
                Ok(PublishedSession {
                    validUntil: uint48(session.valid_until_secs)?,
                    validAfter: uint48(session.valid_after_secs)?,
                    sessionValidationModule: session.svm,
                    sessionKeyData: session.session_key_data.clone(),
                })
            })
            .collect::<Result<Vec<_>, SessionError>>()?;
        Ok(sessions.abi_encode().into())
    }

    /// The tree whose sessions were published, by the data of the account's last `SessionsPublished` event and the root
    /// that the manager has. As with [`Self::import`], its bounds are not looked at.
    ///
    /// # Errors
    /// See [`PublishedError`].
    pub fn published(data: &[u8], root: B256) -> Result<Self, PublishedError> {
        let sessions = <sol! { PublishedSession[] }>::abi_decode_validate(data)
            .map_err(|error| PublishedError::Form(error.to_string()))?;
        let sessions = sessions.into_iter().map(|session| Session {
            valid_until_secs: session.validUntil.to(),
            valid_after_secs: session.validAfter.to(),
            svm: session.sessionValidationModule,
            session_key_data: session.sessionKeyData,
        });
        let tree = Self::import(sessions.collect())?;
        let published = tree.root();
        if published != root {
            return Err(PublishedError::OtherRoot { published, root });
        }
        Ok(tree)
    }
}
