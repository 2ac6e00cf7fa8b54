use alloy::{
    primitives::{Address, Bytes, U256, aliases::U192},
    signers::k256::elliptic_curve::rand_core::{OsRng, RngCore as _},
};
use session_core::rules::bounded::{LANE, NO_PAYMASTER, SEVERAL_ACTIONS, THIS_PAYMASTER, VERSION};

use super::SessionDataError;
use crate::{Session, well_known};

/// What `bounded` adds to another session: a nonce lane with a number of uses, a paymaster rule, a fee envelope (§10.7).
/// Limits of zero are none. They bind a session key only if every session of that key is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Where its userOps' nonces are taken from, and how often.
    pub lane: Option<Lane>,
    /// Who may pay instead of the account.
    pub paymaster: PaymasterRule,
    /// Most wei that one userOp can cost the account, by the EntryPoint's own formula.
    pub max_op_cost_wei: u128,
    /// Most wei per gas.
    pub max_fee_per_gas_wei: u128,
    /// Most gas of one userOp: the sum of its three limits.
    pub max_gas: u64,
    /// May the session serve several actions of one batch? Then uses count userOps, not actions.
    pub serves_several_actions: bool,
}

/// A nonce lane: `userOp.nonce` is `key << 64 | sequence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The key, not 0: that lane is the owner's.
    pub key: U192,
    /// How many userOps the lane can have, failed ones included. 0 is no limit.
    pub max_uses: u64,
}

/// Who may pay instead of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymasterRule {
    /// Anyone. A paymaster that takes tokens can charge what the account has allowed it.
    Any,
    /// Nobody: the account pays.
    Nobody,
    /// This paymaster pays, always. It is trusted for what it charges.
    Only(Address),
}

impl Lane {
    /// A lane drawn at random, from 1 to 2^53 - 1: the released SDK passes the key as a JavaScript number.
    pub fn random(max_uses: u64) -> Self {
        let key = OsRng.next_u64() >> 11;
        Self {
            key: U192::from(key.max(1)),
            max_uses,
        }
    }

    /// Is the lane unused? `nonce` is what `EntryPoint.getNonce(account, key)` answers.
    ///
    /// # Errors
    /// [`SessionDataError::UsedLane`]: its userOps would count as uses.
    pub fn check_fresh(&self, nonce: U256) -> Result<(), SessionDataError> {
        let uses = nonce.as_limbs()[0];
        if uses != 0 {
            let lane = self.key;
            return Err(SessionDataError::UsedLane { lane, uses });
        }
        Ok(())
    }
}

impl Bounds {
    /// The default of a grant: so many userOps, none of which costs the account more, and no paymaster. The session may
    /// serve one action of a batch.
    pub const fn new(lane: Lane, max_op_cost_wei: u128, max_gas: u64) -> Self {
        Self {
            lane: Some(lane),
            paymaster: PaymasterRule::Nobody,
            max_op_cost_wei,
            max_fee_per_gas_wei: 0,
            max_gas,
            serves_several_actions: false,
        }
    }

    /// The session with these bounds: the same window, `bounded` round its SVM.
    ///
    /// # Errors
    /// [`SessionDataError::ZeroLane`], [`SessionDataError::ZeroPaymaster`], [`SessionDataError::ZeroSvm`],
    /// [`SessionDataError::BoundedTwice`].
    pub fn wrap(&self, session: &Session) -> Result<Session, SessionDataError> {
        if session.svm.is_zero() {
            return Err(SessionDataError::ZeroSvm);
        }
        if session.svm == well_known::BOUNDED {
            return Err(SessionDataError::BoundedTwice);
        }
        let data = [
            &self.head()?,
            session.svm.as_slice(),
            &session.session_key_data,
        ];
        Ok(Session {
            svm: well_known::BOUNDED.into(),
            session_key_data: Bytes::from(data.concat()),
            ..*session
        })
    }

    /// All fields before the inner SVM.
    fn head(&self) -> Result<Vec<u8>, SessionDataError> {
        let (lane_flag, lane) = match self.lane {
            Some(Lane { key, .. }) if key.is_zero() => return Err(SessionDataError::ZeroLane),
            Some(lane) => (LANE, lane),
            None => (
                0,
                Lane {
                    key: U192::ZERO,
                    max_uses: 0,
                },
            ),
        };
        let (paymaster_flag, paymaster) = match self.paymaster {
            PaymasterRule::Any => (0, Address::ZERO),
            PaymasterRule::Nobody => (NO_PAYMASTER, Address::ZERO),
            PaymasterRule::Only(Address::ZERO) => return Err(SessionDataError::ZeroPaymaster),
            PaymasterRule::Only(paymaster) => (THIS_PAYMASTER, paymaster),
        };
        let several_flag = if self.serves_several_actions {
            SEVERAL_ACTIONS
        } else {
            0
        };
        Ok([
            &[VERSION, lane_flag | paymaster_flag | several_flag][..],
            &lane.max_uses.to_be_bytes(),
            &lane.key.to_be_bytes::<24>(),
            &self.max_op_cost_wei.to_be_bytes(),
            &self.max_fee_per_gas_wei.to_be_bytes(),
            &self.max_gas.to_be_bytes(),
            paymaster.as_slice(),
        ]
        .concat())
    }
}
