//! The tree of an account's sessions, byte for byte as merkletreejs builds it with
//! `{sortPairs: true, hashLeaves: false}` (§2.2, §6).

use alloy::primitives::B256;
use session_core::merkle;

use crate::{NativeKeccak, Session, SessionError};

/// The sessions of an account in the order in which they were added, and their Merkle tree.
///
/// The order is part of the root. A session may stand in it more than once: trees of other clients have that, and
/// every copy has its proof. The tree without sessions has root 0, which revokes everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    sessions: Vec<Session>,
    /// From the leaves up; the last level is the root alone. No level without sessions.
    levels: Vec<Vec<B256>>,
}

/// Why there is no such tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A session that is refused.
    #[error("session {index}: {error}")]
    Session {
        /// Its place, from 0.
        index: usize,
        /// Why.
        error: SessionError,
    },
    /// A leaf to revoke that is not there.
    #[error("no session has the leaf {leaf}")]
    UnknownLeaf {
        /// The leaf.
        leaf: B256,
    },
}

impl Tree {
    /// The tree of these sessions, in this order.
    ///
    /// # Errors
    /// The first session that [`Session::check`] refuses.
    pub fn new(sessions: Vec<Session>) -> Result<Self, TreeError> {
        for (index, session) in sessions.iter().enumerate() {
            session
                .check()
                .map_err(|error| TreeError::Session { index, error })?;
        }
        let leaves = sessions.iter().map(Session::leaf).collect();
        Ok(Self {
            sessions,
            levels: levels(leaves),
        })
    }

    /// What the manager keeps of the tree: 0 without sessions.
    pub fn root(&self) -> B256 {
        self.levels
            .last()
            .and_then(|top| top.first())
            .copied()
            .unwrap_or_default()
    }

    /// The siblings of session `index` from the leaf up, or `None` if there is no such session. That of the only
    /// session is empty.
    pub fn proof(&self, index: usize) -> Option<Vec<B256>> {
        self.sessions.get(index)?;
        let proof = self
            .levels
            .iter()
            .enumerate()
            .filter_map(|(height, level)| level.get((index >> height) ^ 1).copied())
            .collect();
        Some(proof)
    }

    /// The sessions, in order.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The leaves, in order.
    pub fn leaves(&self) -> &[B256] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// The tree without the sessions of these leaves, every copy of them: its root revokes them (7.2-F). The others
    /// keep their order.
    ///
    /// # Errors
    /// A leaf that is not there: what was to be revoked is somewhere else.
    pub fn without(&self, revoked: &[B256]) -> Result<Self, TreeError> {
        if let Some(&leaf) = revoked.iter().find(|leaf| !self.leaves().contains(leaf)) {
            return Err(TreeError::UnknownLeaf { leaf });
        }
        let (sessions, leaves) = self
            .sessions
            .iter()
            .zip(self.leaves())
            .filter(|(_, leaf)| !revoked.contains(leaf))
            .map(|(session, leaf)| (session.clone(), *leaf))
            .unzip();
        Ok(Self {
            sessions,
            levels: levels(leaves),
        })
    }
}

/// All levels over these leaves: nodes in pairs, a lone last one promoted as it is.
fn levels(leaves: Vec<B256>) -> Vec<Vec<B256>> {
    let mut levels = Vec::new();
    let mut level = leaves;
    while level.len() > 1 {
        let parents = level.chunks(2).map(parent).collect();
        levels.push(core::mem::replace(&mut level, parents));
    }
    if !level.is_empty() {
        levels.push(level);
    }
    levels
}

fn parent(children: &[B256]) -> B256 {
    match children {
        [left, right] => merkle::parent(&NativeKeccak, left, right).into(),
        [lone] => *lone,
        _ => B256::ZERO,
    }
}
