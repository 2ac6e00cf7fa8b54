//! What a wallet keeps of an account's sessions, for the chain has only their root: JSON as Biconomy's SDK keeps it (§6).

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{NotLive, Session, Tree, TreeError};

/// Bytes of the leaf that are a session's name, if the wallet gives it none; the SDK's are as long, but random.
const ID_BYTES: usize = 5;

/// The sessions of one account, and their tree. It changes only as a whole, by [`Self::update`].
///
/// Unlike the SDK's, it never has keys: keep those elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStore {
    sessions: Vec<StoredSession>,
    tree: Tree,
}

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSession {
    /// Last second of validity, UNIX time; 0 is for ever.
    pub valid_until: u64,
    /// First second of validity, UNIX time.
    pub valid_after: u64,
    /// The SVM.
    pub session_validation_module: Address,
    /// Session key and limits.
    pub session_key_data: Bytes,
    /// The session key, if the data begins as that of known SVMs does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_public_key: Option<Address>,
    /// Its name for the wallet.
    #[serde(rename = "sessionID")]
    pub session_id: String,
    /// What the wallet knows of it.
    pub status: Status,
    /// What other clients keep beside it.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

/// What the wallet knows of a session. The chain does not know it: a session that is in the tree can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// To be granted.
    Pending,
    /// Granted.
    Active,
    /// Not in use.
    Inactive,
    /// To be left out of the next tree.
    Expired,
    /// To be left out of the next tree.
    Revoked,
}

/// Why there is no such store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another form.
    #[error("the stored sessions are not read: {0}. Expected JSON with merkleRoot and leafNodes")]
    Json(#[from] serde_json::Error),
    /// The file was cut, or changed by hand.
    #[error(
        "merkleRoot: expected {leaves}, that of leafNodes, got {stored}. Take the sessions from a copy, or from SessionsPublished"
    )]
    OtherRoot {
        /// As it stands there.
        stored: B256,
        /// Of the sessions.
        leaves: B256,
    },
    /// A new session could never be used.
    #[error(
        "added[{index}].validUntil: expected 0 or at least {now_secs}, now, got {valid_until_secs}. Give a UNIX time in seconds that is to come"
    )]
    Expired {
        /// Which one, from 0.
        index: usize,
        /// Its last second.
        valid_until_secs: u64,
        /// Now.
        now_secs: u64,
    },
    /// The sessions make no tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(deserialize_with = "root")]
    merkle_root: B256,
    leaf_nodes: Vec<StoredSession>,
}

/// The SDK begins with an empty text.
fn root<'de, D: Deserializer<'de>>(deserializer: D) -> Result<B256, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "" => Ok(B256::ZERO),
        text => text.parse().map_err(serde::de::Error::custom),
    }
}

impl SessionStore {
    /// Without sessions.
    ///
    /// # Errors
    /// None.
    pub fn new() -> Result<Self, StoreError> {
        Self::of(Vec::new())
    }

    /// The SDK's name for it in its storage: `0x…_sessions`, the account in lower case.
    pub fn name(account: Address) -> String {
        format!("{account:#x}_sessions")
    }

    /// What [`Self::to_json`], or the SDK, has written.
    ///
    /// # Errors
    /// [`StoreError::Json`], [`StoreError::OtherRoot`]; [`StoreError::Tree`] for a session that [`Session::check`] refuses.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let file: File = serde_json::from_str(text)?;
        let store = Self::of(file.leaf_nodes)?;
        let (stored, leaves) = (file.merkle_root, store.tree.root());
        if stored != leaves {
            return Err(StoreError::OtherRoot { stored, leaves });
        }
        Ok(store)
    }

    /// The JSON to keep.
    ///
    /// # Errors
    /// None: it has no map whose keys are not text.
    pub fn to_json(&self) -> Result<String, StoreError> {
        let file = File {
            merkle_root: self.tree.root(),
            leaf_nodes: self.sessions.clone(),
        };
        Ok(serde_json::to_string_pretty(&file)?)
    }

    /// The sessions, in the tree's order.
    pub fn sessions(&self) -> &[StoredSession] {
        &self.sessions
    }

    /// Their tree, to be granted, proven and signed with.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What to grant next: without the sessions that are expired at `now_secs` or marked so or as revoked, and with
    /// these, as [`Status::Pending`]. Every proof changes. This one stays what the account has, until the new root is in
    /// the manager.
    ///
    /// # Errors
    /// [`StoreError::Expired`], and what [`Tree::new`] refuses, of all sessions together.
    pub fn update(&self, added: Vec<Session>, now_secs: u64) -> Result<Self, StoreError> {
        if let Some(index) = added.iter().position(|added| added.is_expired(now_secs)) {
            let valid_until_secs = added.get(index).map_or(0, |added| added.valid_until_secs);
            return Err(StoreError::Expired {
                index,
                valid_until_secs,
                now_secs,
            });
        }
        let is_kept = |stored: &&StoredSession| {
            !stored.session().is_expired(now_secs)
                && !matches!(stored.status, Status::Expired | Status::Revoked)
        };
        let kept = self.sessions.iter().filter(is_kept).cloned();
        let store = Self::of(
            kept.chain(added.into_iter().map(StoredSession::new))
                .collect(),
        )?;
        store.tree.check_bounds()?;
        Ok(store)
    }

    /// After the grant: the manager has this root, so the pending sessions are active.
    ///
    /// # Errors
    /// [`NotLive::OtherRoot`], [`NotLive::NoSessions`]: it has not, and the store of before is still right.
    pub fn confirm(&mut self, on_chain: B256) -> Result<(), NotLive> {
        self.tree.check_root(on_chain)?;
        for stored in &mut self.sessions {
            if stored.status == Status::Pending {
                stored.status = Status::Active;
            }
        }
        Ok(())
    }

    fn of(sessions: Vec<StoredSession>) -> Result<Self, StoreError> {
        let tree = Tree::import(sessions.iter().map(StoredSession::session).collect())?;
        Ok(Self { sessions, tree })
    }
}

impl StoredSession {
    fn new(session: Session) -> Self {
        let leaf = session.leaf();
        let id: String = leaf
            .iter()
            .take(ID_BYTES)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            valid_until: session.valid_until_secs,
            valid_after: session.valid_after_secs,
            session_validation_module: session.svm,
            session_public_key: session.session_key(),
            session_key_data: session.session_key_data,
            session_id: id,
            status: Status::Pending,
            other: serde_json::Map::new(),
        }
    }

    /// The session itself.
    pub fn session(&self) -> Session {
        Session {
            valid_until_secs: self.valid_until,
            valid_after_secs: self.valid_after,
            svm: self.session_validation_module,
            session_key_data: self.session_key_data.clone(),
        }
    }
}
