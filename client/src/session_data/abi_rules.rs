use alloy::primitives::{Address, B256, Bytes, FixedBytes, I256, U256};
use session_core::rules::abi::condition;

use super::SessionDataError;

/// abi: one method of one contract, its arguments held against rules, with the session key data of Biconomy's deployed
/// ABI module (§5.3).
///
/// **What no rule looks at is free**, the recipient of a transfer as well; without rules every argument is. A call needs a
/// method: ether alone can't be sent.
///
/// ```
/// # fn main() -> Result<(), session_keys::session_data::SessionDataError> {
/// use alloy::primitives::{Address, U256, fixed_bytes};
/// use session_keys::session_data::{AbiRule, AbiRules, Condition};
///
/// # let [session_key, token, recipient] = [1, 2, 3].map(Address::repeat_byte);
/// // transfer(address,uint256): to one recipient, at most 10 million raw units
/// let limits = AbiRules {
///     session_key,
///     contract: token,
///     selector: fixed_bytes!("a9059cbb"),
///     max_value: U256::ZERO,
///     rules: vec![
///         AbiRule::argument(0, Condition::Equal, recipient)?,
///         AbiRule::argument(1, Condition::AtMost, 10_000_000)?,
///     ],
/// };
/// assert_eq!(limits.encode()?.len(), 62 + 2 * 35);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbiRules {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called.
    pub contract: Address,
    /// Its only method.
    pub selector: FixedBytes<4>,
    /// Most wei that go with one action; below 2^128.
    pub max_value: U256,
    /// All of them must hold; at most 65,535.
    pub rules: Vec<AbiRule>,
}

/// What 32 bytes of a call's arguments must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbiRule {
    /// Where they begin, in bytes behind the selector. [`Self::argument`] counts in arguments.
    pub offset: u16,
    /// How they compare with `reference`.
    pub condition: Condition,
    /// What they are compared with.
    pub reference: Value,
}

/// How an argument compares with a rule's reference: both are unsigned integers to the SVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Condition {
    /// The same.
    Equal = condition::EQUAL,
    /// At most it.
    AtMost = condition::AT_MOST,
    /// Less.
    Less = condition::LESS,
    /// At least it.
    AtLeast = condition::AT_LEAST,
    /// More.
    More = condition::MORE,
    /// Anything else.
    NotEqual = condition::NOT_EQUAL,
}

/// A value of an argument that takes one word: what solc would encode it as (7.2-G).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `bool`.
    Bool(bool),
    /// `uint8` to `uint256`; also the offset or length of a dynamic argument.
    Number(U256),
    /// `int8` to `int256`: can only be the same or not.
    Signed(I256),
    /// `address`.
    Address(Address),
    /// `bytes32`, or shorter ones with zeros behind them.
    Word(B256),
}

impl AbiRules {
    /// The packed fields.
    ///
    /// # Errors
    /// [`SessionDataError::MaxValue`], [`SessionDataError::TooManyRules`] and [`SessionDataError::SignedOrder`].
    pub fn encode(&self) -> Result<Bytes, SessionDataError> {
        let max_value = u128::try_from(self.max_value).map_err(|_| SessionDataError::MaxValue {
            max_value: self.max_value,
        })?;
        let count = self.rules.len();
        let rule_count =
            u16::try_from(count).map_err(|_| SessionDataError::TooManyRules { rules: count })?;
        let mut data = Vec::with_capacity(62 + 35 * count);
        data.extend(self.session_key);
        data.extend(self.contract);
        data.extend(self.selector);
        data.extend(max_value.to_be_bytes());
        data.extend(rule_count.to_be_bytes());
        for (rule, item) in self.rules.iter().enumerate() {
            let condition = item.condition;
            let is_order = !matches!(condition, Condition::Equal | Condition::NotEqual);
            if is_order && matches!(item.reference, Value::Signed(_)) {
                return Err(SessionDataError::SignedOrder { rule, condition });
            }
            data.extend(item.offset.to_be_bytes());
            data.push(condition as u8);
            data.extend(item.reference.word());
        }
        Ok(data.into())
    }
}

impl AbiRule {
    /// A rule for argument number `argument`, from 0, if the ones before it take a word each: not structs or arrays of
    /// fixed length. Of a dynamic argument this is its offset.
    ///
    /// # Errors
    /// [`SessionDataError::FarArgument`].
    pub fn argument(
        argument: usize,
        condition: Condition,
        reference: impl Into<Value>,
    ) -> Result<Self, SessionDataError> {
        let offset = argument.checked_mul(32).map(u16::try_from);
        let Some(Ok(offset)) = offset else {
            return Err(SessionDataError::FarArgument { argument });
        };
        Ok(Self {
            offset,
            condition,
            reference: reference.into(),
        })
    }
}

impl Value {
    /// The word.
    pub fn word(self) -> B256 {
        match self {
            Self::Bool(value) => U256::from(value).into(),
            Self::Number(value) => value.into(),
            Self::Signed(value) => value.into_raw().into(),
            Self::Address(value) => value.into_word(),
            Self::Word(value) => value,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Number(U256::from(value))
    }
}

impl From<U256> for Value {
    fn from(value: U256) -> Self {
        Self::Number(value)
    }
}

impl From<I256> for Value {
    fn from(value: I256) -> Self {
        Self::Signed(value)
    }
}

impl From<Address> for Value {
    fn from(value: Address) -> Self {
        Self::Address(value)
    }
}

impl From<B256> for Value {
    fn from(value: B256) -> Self {
        Self::Word(value)
    }
}
