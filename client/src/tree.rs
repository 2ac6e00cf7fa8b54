//! The tree of an account's sessions, byte for byte as merkletreejs builds it with
//! `{sortPairs: true, hashLeaves: false}` (§2.2, §6).

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, aliases::U192};
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
    /// One key has bounded sessions and others: it would leave its bounds by using those (§10.7).
    #[error(
        "session key {key} has sessions with bounds and without: bound all, or use another key"
    )]
    Unbounded {
        /// The session key.
        key: Address,
    },
    /// Sessions of different grants count their uses in one nonce lane (§10.7).
    #[error(
        "lane {lane} is named by sessions with different keys or bounds: each grant needs a lane of its own"
    )]
    SharedLane {
        /// The lane.
        lane: U192,
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
    /// What [`Self::import`] and [`Self::check_bounds`] refuse.
    pub fn new(sessions: Vec<Session>) -> Result<Self, TreeError> {
        let tree = Self::import(sessions)?;
        tree.check_bounds()?;
        Ok(tree)
    }

    /// A tree that somebody else has built, so that it can be looked at, and its sessions revoked.
    ///
    /// # Errors
    /// The first session that [`Session::check`] refuses.
    pub fn import(sessions: Vec<Session>) -> Result<Self, TreeError> {
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

    /// Does every bound bind (§10.7)? A key has bounds in all its sessions or in none, and a lane counts the uses of one
    /// grant: its sessions have the same key and the same bounds.
    ///
    /// # Errors
    /// [`TreeError::Unbounded`], [`TreeError::SharedLane`].
    pub fn check_bounds(&self) -> Result<(), TreeError> {
        let mut is_bounded = BTreeMap::new();
        let mut grants = BTreeMap::new();
        for session in &self.sessions {
            let key = session.session_key().unwrap_or_default();
            let envelope = session.envelope();
            if *is_bounded.entry(key).or_insert(envelope.is_some()) != envelope.is_some() {
                return Err(TreeError::Unbounded { key });
            }
            let Some(envelope) = envelope.filter(|envelope| envelope.lane != [0; 24]) else {
                continue;
            };
            let grant = (key, envelope.head);
            if *grants.entry(envelope.lane).or_insert(grant) != grant {
                let lane = U192::from_be_bytes(envelope.lane);
                return Err(TreeError::SharedLane { lane });
            }
        }
        Ok(())
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

    /// From the leaves up; the last level is the root alone. No level without sessions.
    pub(crate) fn levels(&self) -> &[Vec<B256>] {
        &self.levels
    }

    /// For each place the first of these that has the same leaf; one that is not in the tree stands for itself.
    pub(crate) fn firsts(&self, places: &[usize]) -> Vec<usize> {
        let mut firsts = BTreeMap::new();
        let first = |place: &usize| {
            let leaf = self.leaves().get(*place);
            leaf.map_or(*place, |leaf| *firsts.entry(leaf).or_insert(*place))
        };
        places.iter().map(first).collect()
    }

    /// The tree with more sessions, behind those that it has. Their proofs change, the sessions' leaves do not.
    ///
    /// # Errors
    /// Those of [`Self::new`]; places count from the first of the tree.
    pub fn with(&self, added: Vec<Session>) -> Result<Self, TreeError> {
        let first = self.sessions.len();
        let more = Self::import(added).map_err(|error| match error {
            TreeError::Session { index, error } => TreeError::Session {
                index: first + index,
                error,
            },
            other => other,
        })?;
        let leaves = [self.leaves(), more.leaves()].concat();
        let tree = Self {
            sessions: [self.sessions(), more.sessions()].concat(),
            levels: levels(leaves),
        };
        tree.check_bounds()?;
        Ok(tree)
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
