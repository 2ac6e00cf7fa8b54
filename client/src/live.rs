//! Is a session live: in the tree that the account has on chain, at its time?

use alloy::primitives::B256;

use crate::{Session, Tree};

/// Why a session can not be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLive {
    /// The account has no sessions in the manager: none was granted, or all are revoked.
    #[error(
        "root: expected {stored}, that of the sessions kept here, got 0: the account has no sessions. Let the owner grant them"
    )]
    NoSessions {
        /// Of the sessions kept here.
        stored: B256,
    },
    /// The account has other sessions than those kept here, so no proof would hold.
    #[error(
        "root: expected {stored}, that of the sessions kept here, got {on_chain}. Take the sessions that were granted last: from the wallet that did, or from SessionsPublished"
    )]
    OtherRoot {
        /// Of the sessions kept here.
        stored: B256,
        /// Of the account, as the manager has it.
        on_chain: B256,
    },
    /// The session is none of the tree's.
    #[error(
        "session: expected one of the {sessions} that are granted, got one with the leaf {leaf}. Let the owner grant it, or compare all four fields"
    )]
    Unknown {
        /// Its leaf.
        leaf: B256,
        /// How many there are.
        sessions: usize,
    },
    /// Its time has not come.
    #[error("validAfter: expected at most {now_secs}, now, got {valid_after_secs}. Wait")]
    NotYet {
        /// The first second.
        valid_after_secs: u64,
        /// Now.
        now_secs: u64,
    },
    /// Its time is over.
    #[error(
        "validUntil: expected 0 or at least {now_secs}, now, got {valid_until_secs}. Let the owner grant a new session"
    )]
    Expired {
        /// The last second.
        valid_until_secs: u64,
        /// Now.
        now_secs: u64,
    },
}

impl Session {
    /// Is its time over? Both ends of a window belong to it.
    pub const fn is_expired(&self, now_secs: u64) -> bool {
        self.valid_until_secs != 0 && self.valid_until_secs < now_secs
    }

    /// Is it within its window?
    ///
    /// # Errors
    /// [`NotLive::NotYet`], [`NotLive::Expired`].
    pub const fn check_time(&self, now_secs: u64) -> Result<(), NotLive> {
        let (valid_until_secs, valid_after_secs) = (self.valid_until_secs, self.valid_after_secs);
        if self.is_expired(now_secs) {
            return Err(NotLive::Expired {
                valid_until_secs,
                now_secs,
            });
        }
        if now_secs < valid_after_secs {
            return Err(NotLive::NotYet {
                valid_after_secs,
                now_secs,
            });
        }
        Ok(())
    }
}

impl Tree {
    /// The place of a session that can be used now, for [`SessionKey::sign`](crate::SessionKey::sign). `on_chain` is what
    /// the manager's `getSessionKeys(account)` answers, `now_secs` the time of the newest block. Whether the account has
    /// the manager enabled, and how often a bounded session was used, is not looked at.
    ///
    /// # Errors
    /// See [`NotLive`].
    pub fn live(&self, session: &Session, on_chain: B256, now_secs: u64) -> Result<usize, NotLive> {
        self.check_root(on_chain)?;
        let index = self.sessions().iter().position(|known| known == session);
        let index = index.ok_or_else(|| NotLive::Unknown {
            leaf: session.leaf(),
            sessions: self.sessions().len(),
        })?;
        session.check_time(now_secs)?;
        Ok(index)
    }

    /// Is it the account's tree, by what the manager has?
    ///
    /// # Errors
    /// [`NotLive::NoSessions`], [`NotLive::OtherRoot`].
    pub fn check_root(&self, on_chain: B256) -> Result<(), NotLive> {
        let stored = self.root();
        if stored == on_chain {
            return Ok(());
        }
        Err(match on_chain {
            B256::ZERO => NotLive::NoSessions { stored },
            on_chain => NotLive::OtherRoot { stored, on_chain },
        })
    }
}
