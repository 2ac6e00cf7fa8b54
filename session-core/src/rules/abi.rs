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
    words::is_less,
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

    fn target(&self) -> &'a Address {
        self.contract
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("ABISV Destination Forbidden")
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
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
        let mut max_value = [0; 32];
        if let Some(low) = max_value.last_chunk_mut() {
            *low = *self.max_value;
        }
        !is_less(&max_value, value)
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
    let (is_less, is_more) = (is_less(argument, reference), is_less(reference, argument));
    Ok(match *condition {
        condition::EQUAL => !is_less && !is_more,
        condition::AT_MOST => !is_more,
        condition::LESS => is_less,
        condition::AT_LEAST => !is_less,
        condition::MORE => is_more,
        condition::NOT_EQUAL => is_less || is_more,
        _ => false,
    })
}
