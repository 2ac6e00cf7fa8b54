//! `bounded`: a fee envelope, a paymaster rule and a nonce lane with a number of uses, round any other SVM (§10.7).
//!
//! It needs no storage: the EntryPoint consumes each sequence number of a lane once, also when the execution fails. An
//! envelope binds a key only if every leaf of that key is bounded, in the root of every enabled manager.

use crate::{
    Address, Malformed, Reject, Word, reject,
    user_op::{Session, UserOp},
    wide,
    words::{is_same_address, is_zero_address},
};

/// Bytes before the inner session key data.
pub const HEAD_BYTES: usize = 0x72;
/// The only version of the format.
pub const VERSION: u8 = 1;

/// The leaf is good in one nonce lane only.
pub const LANE: u8 = 1;
/// No paymaster may pay.
pub const NO_PAYMASTER: u8 = 1 << 1;
/// Exactly this paymaster must pay.
pub const THIS_PAYMASTER: u8 = 1 << 2;
/// The leaf may serve several actions of one batch.
pub const SEVERAL_ACTIONS: u8 = 1 << 3;

/// Session key data of `bounded`, packed big-endian: u8 version, u8 flags, u64 maxUses, u192 lane, u128 maxOpCost, u128
/// maxFeePerGas, u64 maxGas, address paymaster, address innerSvm; behind it the inner session key data. A limit of zero
/// is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// [`LANE`], [`NO_PAYMASTER`], [`THIS_PAYMASTER`], [`SEVERAL_ACTIONS`].
    pub flags: u8,
    /// With [`LANE`]: sequence numbers of the lane from this one on are refused.
    pub max_uses: u64,
    /// With [`LANE`]: the lane, never 0, which is the owner's.
    pub lane: &'a [u8; 24],
    /// Most wei that one userOp can cost, by the EntryPoint's own formula.
    pub max_op_cost: &'a [u8; 16],
    /// Most wei per gas.
    pub max_fee_per_gas: &'a [u8; 16],
    /// Most gas: the sum of the userOp's three limits.
    pub max_gas: &'a [u8; 8],
    /// With [`THIS_PAYMASTER`]: which one.
    pub paymaster: &'a Address,
    /// The SVM whose rules apply inside the envelope.
    pub inner_svm: &'a Address,
    /// Its session key data.
    pub inner_data: &'a [u8],
}

impl<'a> Grant<'a> {
    /// Decodes session key data of the `bounded` at address `this`.
    ///
    /// # Errors
    /// "BND Malformed Session".
    pub fn decode(session_key_data: &'a [u8], this: &Address) -> Result<Self, Reject> {
        let grant = split(session_key_data).map_err(|_| malformed())?;
        if !grant.is_sound(this) {
            return Err(malformed());
        }
        Ok(grant)
    }

    /// Has the session what its flags need, and nothing that they have no use for?
    fn is_sound(&self, this: &Address) -> bool {
        let has_lane = self.lane != &[0; 24];
        let is_lane_sound = if self.has(LANE) {
            has_lane
        } else {
            !has_lane && self.max_uses == 0
        };
        self.flags < 1 << 4
            && !(self.has(NO_PAYMASTER) && self.has(THIS_PAYMASTER))
            && self.has(THIS_PAYMASTER) != is_zero_address(self.paymaster)
            && is_lane_sound
            && !is_zero_address(self.inner_svm)
            && !is_same_address(self.inner_svm, this)
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Is the userOp within the envelope? `is_reused`: an earlier action of its batch has the same leaf.
    ///
    /// # Errors
    /// The text of the first check that fails; [`Reject::Malformed`] if the userOp can't be decoded.
    pub fn check(&self, user_op: &UserOp<'_>, is_reused: bool) -> Result<(), Reject> {
        if is_reused && !self.has(SEVERAL_ACTIONS) {
            return Err(reject!("BND Reused Leaf"));
        }
        self.check_lane(user_op.nonce()?)?;
        let has_paymaster = self.check_paymaster(user_op.paymaster_and_data()?)?;
        self.check_fees(user_op, has_paymaster)
    }

    fn check_lane(&self, nonce: &Word) -> Result<(), Reject> {
        if !self.has(LANE) {
            return Ok(());
        }
        let (lane, sequence) = nonce.split_first_chunk().ok_or(Malformed)?;
        if lane != self.lane {
            return Err(reject!("BND Wrong Lane"));
        }
        let sequence = u64::from_be_bytes(*sequence.first_chunk().ok_or(Malformed)?);
        if self.max_uses != 0 && sequence >= self.max_uses {
            return Err(reject!("BND Max Uses"));
        }
        Ok(())
    }

    /// Does a paymaster pay, as the EntryPoint sees it?
    fn check_paymaster(&self, paymaster_and_data: &[u8]) -> Result<bool, Reject> {
        let paymaster: Option<&Address> = paymaster_and_data.first_chunk();
        let is_allowed = match paymaster {
            Some(_) if self.has(NO_PAYMASTER) => false,
            Some(paymaster) => {
                !self.has(THIS_PAYMASTER) || is_same_address(paymaster, self.paymaster)
            }
            None => paymaster_and_data.is_empty() && !self.has(THIS_PAYMASTER),
        };
        if !is_allowed {
            return Err(reject!("BND Wrong Paymaster"));
        }
        Ok(paymaster.is_some_and(|paymaster| !is_zero_address(paymaster)))
    }

    fn check_fees(&self, user_op: &UserOp<'_>, has_paymaster: bool) -> Result<(), Reject> {
        let mut fee = [0; 4];
        wide::read(&mut fee, user_op.max_fee_per_gas()?);
        if exceeds(&fee, self.max_fee_per_gas) {
            return Err(reject!("BND Max Fee"));
        }
        let mut gas = [0; 5];
        let verification = user_op.verification_gas_limit()?;
        add(&mut gas, user_op.call_gas_limit()?, 1);
        add(&mut gas, user_op.pre_verification_gas()?, 1);
        add(&mut gas, verification, 1);
        if exceeds(&gas, self.max_gas) {
            return Err(reject!("BND Max Gas"));
        }
        // With a paymaster the EntryPoint lets validation and both postOps have as much each.
        if has_paymaster {
            add(&mut gas, verification, 2);
        }
        let mut cost = [0; 9];
        wide::add_product(&mut cost, &gas, &fee);
        if exceeds(&cost, self.max_op_cost) {
            return Err(reject!("BND Max Op Cost"));
        }
        Ok(())
    }
}

/// What is inside the envelope of a session of `bounded`, if the userOp is within it. `is_reused` as for [`Grant::check`].
///
/// # Errors
/// Those of [`Grant::decode`] and [`Grant::check`].
#[inline(never)]
pub fn open<'a>(
    session: &Session<'a>,
    user_op: &UserOp<'_>,
    is_reused: bool,
) -> Result<Session<'a>, Reject> {
    let grant = Grant::decode(session.session_key_data, session.svm)?;
    grant.check(user_op, is_reused)?;
    Ok(Session {
        svm: grant.inner_svm,
        session_key_data: grant.inner_data,
        ..*session
    })
}

fn malformed() -> Reject {
    reject!("BND Malformed Session")
}

fn split(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let (head, inner_data) = data.split_first_chunk::<HEAD_BYTES>().ok_or(Malformed)?;
    let (&[VERSION, flags], rest) = head.split_first_chunk().ok_or(Malformed)? else {
        return Err(Malformed);
    };
    let (max_uses, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (lane, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (max_op_cost, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (max_fee_per_gas, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (max_gas, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (paymaster, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (inner_svm, _) = rest.split_first_chunk().ok_or(Malformed)?;
    Ok(Grant {
        flags,
        max_uses: u64::from_be_bytes(*max_uses),
        lane,
        max_op_cost,
        max_fee_per_gas,
        max_gas,
        paymaster,
        inner_svm,
        inner_data,
    })
}

#[inline(never)]
fn add(sum: &mut [u64], word: &Word, times: u64) {
    let mut number = [0; 4];
    wide::read(&mut number, word);
    wide::add_product(sum, &number, &[times]);
}

/// A limit of zero is none.
#[inline(never)]
fn exceeds(value: &[u64], limit: &[u8]) -> bool {
    let mut limbs = [0; 9];
    wide::read(&mut limbs, limit);
    let limit = limbs.get(..value.len()).unwrap_or_default();
    wide::is_less(limit, value) && limit.iter().any(|limb| *limb != 0)
}
