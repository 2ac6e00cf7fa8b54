//! What an owner grants, checked before it becomes leaves of a tree (7.2-J, 7.2-M, §10.7).

use alloy::primitives::{Address, U256};
use session_core::rules::{Rules as _, dex_swap, erc20_stake, erc1155_mint};

use crate::{
    Session,
    session_data::{Bounds, SessionDataError},
    well_known,
};

/// Sessions for one session key of one account, as the owner sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The account.
    pub account: Address,
    /// Without bounds: [`Self::sessions`] puts them round.
    pub sessions: Vec<Session>,
    /// What the key can spend in fees, and how often it can act.
    pub fees: Fees,
    /// May swapped, minted or staked tokens go to somebody else than the account?
    pub allows_other_recipients: bool,
}

/// What a session key can spend in fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fees {
    /// So much, so often.
    Bounded {
        /// The bounds.
        bounds: Bounds,
        /// What `EntryPoint.getNonce(account, lane)` answers now: a lane that was used has fewer uses left, and is refused.
        /// Not looked at without a lane.
        lane_nonce: U256,
    },
    /// All ether that the account has, as the key can bundle its own userOps; limits are per action, however often.
    Unlimited,
}

/// Why nothing is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// 7.2-J: a leaf names no account, so its recipient is the only one that gets what is bought.
    #[error(
        "session {index}, {field}: expected the account {account}, got {recipient}. Name the account, or allow other recipients"
    )]
    OtherRecipient {
        /// Which session, from 0.
        index: usize,
        /// The field of its session key data.
        field: &'static str,
        /// Who would get it.
        recipient: Address,
        /// The account.
        account: Address,
    },
    /// The lane of the bounds is not fresh.
    #[error(transparent)]
    Lane(#[from] SessionDataError),
    /// The bounds can not be put round a session.
    #[error("session {index}: {error}")]
    Session {
        /// Which one, from 0.
        index: usize,
        /// Why.
        error: SessionDataError,
    },
}

impl Grant {
    /// The sessions for the tree.
    ///
    /// # Errors
    /// A lane that is not fresh, or the first session that is refused: see [`GrantError`].
    pub fn sessions(&self) -> Result<Vec<Session>, GrantError> {
        if let Fees::Bounded { bounds, lane_nonce } = &self.fees
            && let Some(lane) = bounds.lane
        {
            lane.check_fresh(*lane_nonce)?;
        }
        let sessions = self.sessions.iter().enumerate();
        sessions
            .map(|(index, session)| {
                self.check_recipient(index, session)?;
                match &self.fees {
                    Fees::Bounded { bounds, .. } => bounds
                        .wrap(session)
                        .map_err(|error| GrantError::Session { index, error }),
                    Fees::Unlimited => Ok(session.clone()),
                }
            })
            .collect()
    }

    fn check_recipient(&self, index: usize, session: &Session) -> Result<(), GrantError> {
        match recipient(session) {
            Some((field, recipient))
                if recipient != self.account && !self.allows_other_recipients =>
            {
                Err(GrantError::OtherRecipient {
                    index,
                    field,
                    recipient,
                    account: self.account,
                })
            }
            _ => Ok(()),
        }
    }
}

/// Who gets what an action of the session brings, and the field that says so. The recipient of `erc20-transfer` is a
/// payee, and a stake without one is its caller's.
fn recipient(session: &Session) -> Option<(&'static str, Address)> {
    let (svm, data) = (session.svm, &session.session_key_data);
    let (field, recipient) = if svm == well_known::DEX_SWAP {
        ("recipient", dex_swap::Grant::decode(data).ok()?.recipient)
    } else if svm == well_known::ERC20_STAKE {
        let grant = erc20_stake::Grant::decode(data).ok()?;
        ("on_behalf_of", grant.on_behalf_of)
    } else if svm == well_known::ERC1155_MINT {
        let grant = erc1155_mint::Grant::decode(data).ok()?;
        ("recipient", grant.recipient)
    } else {
        return None;
    };
    let is_caller = field == "on_behalf_of" && *recipient == [0; 20];
    (!is_caller).then(|| (field, recipient.into()))
}
