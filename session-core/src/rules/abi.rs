//! `abi`: any method of any contract, its arguments held against rules; byte for byte Biconomy's deployed ABI module
//! (§5.3).
//!
//! Its rules are generic: they are read as the reference reads them, not strictly. A rule looks at 32 bytes at an offset,
//! whatever they mean to the callee, and session key data may have bytes that nothing looks at.

use super::Rules;
use crate::{
    Address, Malformed, Reject, Word,
    execution::{Action, split},
    reject,
};

/// What an argument must be to a rule's reference, both as unsigned integers. With any other number a rule never holds.
pub mod condition {
    /// The same.
    pub const EQUAL: u8 = 0;
    /// At most it.
    pub const AT_MOST: u8 = 1;
    /// Less.
    pub const LESS: u8 = 2;
    /// At least it.
    pub const AT_LEAST: u8 = 3;
    /// More.
    pub const MORE: u8 = 4;
    /// Anything else.
    pub const NOT_EQUAL: u8 = 5;
}

/// Packed: session key (20 bytes), contract (20), selector (4), most wei (16), number of rules (2), the rules (35 each),
/// anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The contract.
    pub contract: &'a Address,
    /// The method.
    pub selector: &'a [u8; 4],
    /// Most wei that go with one action.
    pub max_value: &'a [u8; 16],
    /// How many rules count.
    pub rule_count: u16,
    /// Theirs are the first bytes of these: offset behind the selector (2 bytes), condition (1), reference (32).
    pub rules: &'a [u8],
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ABISV Not Execute Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        Ok(decode(session_key_data)?)
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if action.to != self.contract {
            return Err(reject!("ABISV Destination Forbidden"));
        }
        let (selector, arguments) = split(action.data)?;
        if selector != self.selector {
            return Err(reject!("ABISV Selector Forbidden"));
        }
        if !self.covers(action.value) {
            return Err(reject!("ABISV Permitted Value Exceeded"));
        }
        let mut rest = self.rules;
        for _ in 0..self.rule_count {
            let (rule, behind) = rest.split_first_chunk().ok_or(Malformed)?;
            if !holds(rule, arguments)? {
                return Err(reject!("ABISV Arg Rule Violated"));
            }
            rest = behind;
        }
        Ok(self.session_key)
    }
}

impl Grant<'_> {
    fn covers(&self, value: &Word) -> bool {
        let ([high, low], []) = value.as_chunks() else {
            return false;
        };
        u128::from_be_bytes(*high) == 0
            && u128::from_be_bytes(*low) <= u128::from_be_bytes(*self.max_value)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let (session_key, rest) = data.split_first_chunk().ok_or(Malformed)?;
    let (contract, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (selector, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (max_value, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (rule_count, rules) = rest.split_first_chunk().ok_or(Malformed)?;
    Ok(Grant {
        session_key,
        contract,
        selector,
        max_value,
        rule_count: u16::from_be_bytes(*rule_count),
        rules,
    })
}

fn holds(rule: &[u8; 35], arguments: &[u8]) -> Result<bool, Malformed> {
    let [high, low, condition, reference @ ..] = rule;
    let offset = usize::from(u16::from_be_bytes([*high, *low]));
    let argument: &Word = arguments
        .get(offset..)
        .and_then(<[u8]>::first_chunk)
        .ok_or(Malformed)?;
    let order = argument.cmp(reference);
    Ok(match *condition {
        condition::EQUAL => order.is_eq(),
        condition::AT_MOST => order.is_le(),
        condition::LESS => order.is_lt(),
        condition::AT_LEAST => order.is_ge(),
        condition::MORE => order.is_gt(),
        condition::NOT_EQUAL => order.is_ne(),
        _ => false,
    })
}
