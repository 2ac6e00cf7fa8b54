//! Session key data from types and values, as dApps write them in JSON: `[["address", "uint256"], ["0x…", 1]]`.

use std::fmt::Write as _;

use alloy::{
    dyn_abi::{DynSolType, DynSolValue},
    primitives::{Address, Bytes, I256, Sign, U256},
};
use serde_json::Value;

/// No SVM has a type with a longer name, and no type of that length is deep enough to exhaust the stack.
const LONGEST_TYPE: usize = 256;
/// Above it a JSON number may have been rounded by who wrote it.
const LARGEST_NUMBER: u64 = (1 << 53) - 1;
/// Characters of a wrong value that an error shows.
const SHOWN: usize = 80;

/// Why types and values are not encoded. Nothing is ever taken for zero, cut or padded (7.2-G).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbiDataError {
    /// Not as many of one as of the other.
    #[error(
        "sessionKeyDataInAbi: expected a value for each of {types} types, got {values}. Give each type one value"
    )]
    Count {
        /// Types.
        types: usize,
        /// Values.
        values: usize,
    },
    /// Not the name of a type.
    #[error(
        "sessionKeyDataInAbi[0][{index}]: expected an ABI type such as address or uint256, got {got}. Name the type alone"
    )]
    Type {
        /// Which one, from 0.
        index: usize,
        /// What stands there.
        got: String,
    },
    /// A value that is not of its type.
    #[error("sessionKeyDataInAbi[1]{path}: expected {expected}, got {got}")]
    Value {
        /// Where: `[2]`, or `[2][0]` inside of an array or a tuple.
        path: String,
        /// What would be taken.
        expected: String,
        /// What stands there.
        got: String,
    },
}

/// `abi.encode(values)`. Integers are JSON numbers up to 2^53 - 1, or decimal or 0x-hexadecimal text; bytes are
/// 0x-hexadecimal text of exactly their length; an address in upper and lower case has a right checksum.
///
/// # Errors
/// See [`AbiDataError`]: the first type or value that is wrong.
pub fn abi_data(types: &[String], values: &[Value]) -> Result<Bytes, AbiDataError> {
    if types.len() != values.len() {
        return Err(AbiDataError::Count {
            types: types.len(),
            values: values.len(),
        });
    }
    let values = types
        .iter()
        .zip(values)
        .enumerate()
        .map(|(index, (name, value))| encode(&parse(index, name)?, value, &format!("[{index}]")))
        .collect::<Result<_, _>>()?;
    Ok(DynSolValue::Tuple(values).abi_encode_params().into())
}

fn parse(index: usize, name: &str) -> Result<DynSolType, AbiDataError> {
    let parsed = (name.len() <= LONGEST_TYPE).then(|| DynSolType::parse(name));
    parsed.and_then(Result::ok).ok_or_else(|| {
        let got = shown(&Value::from(name));
        AbiDataError::Type { index, got }
    })
}

fn encode(kind: &DynSolType, value: &Value, path: &str) -> Result<DynSolValue, AbiDataError> {
    let wrong = |expected: &str| AbiDataError::Value {
        path: path.into(),
        expected: expected.into(),
        got: shown(value),
    };
    let text = value.as_str();
    match kind {
        DynSolType::Bool => (value.as_bool().map(DynSolValue::Bool)).ok_or_else(|| wrong("true or false")),
        DynSolType::Uint(bits) => {
            let number = integer(value).filter(|(sign, number)| {
                *sign == Sign::Positive && number.bit_len() <= *bits
            });
            let number = number.ok_or_else(|| wrong(&number_of(kind, "from 0")))?;
            Ok(DynSolValue::Uint(number.1, *bits))
        }
        DynSolType::Int(bits) => {
            let number = integer(value)
                .and_then(|(sign, number)| I256::checked_from_sign_and_abs(sign, number))
                .filter(|number| usize::try_from(number.bits()).is_ok_and(|n| n <= *bits));
            let number = number.ok_or_else(|| wrong(&number_of(kind, "with or without sign")))?;
            Ok(DynSolValue::Int(number, *bits))
        }
        DynSolType::Address => text
            .and_then(address)
            .map(DynSolValue::Address)
            .ok_or_else(|| wrong("an address: text of 0x and 40 hexadecimal digits, with a right checksum or in one case")),
        DynSolType::FixedBytes(_) | DynSolType::Function | DynSolType::Bytes => text
            .filter(|text| text.starts_with("0x"))
            .and_then(|text| kind.coerce_str(text).ok())
            .ok_or_else(|| wrong(&format!("{kind}: text of 0x and hexadecimal digits, neither more nor fewer bytes"))),
        DynSolType::String => (text.map(|text| DynSolValue::String(text.into()))).ok_or_else(|| wrong("text")),
        DynSolType::Array(inner) => {
            let items = value.as_array().ok_or_else(|| wrong("an array"))?;
            let kinds = items.iter().map(|_| &**inner);
            Ok(DynSolValue::Array(encode_all(kinds, items, path)?))
        }
        DynSolType::FixedArray(inner, len) => {
            let items = value.as_array().filter(|items| items.len() == *len);
            let items = items.ok_or_else(|| wrong(&format!("an array of {len}")))?;
            let kinds = items.iter().map(|_| &**inner);
            Ok(DynSolValue::FixedArray(encode_all(kinds, items, path)?))
        }
        DynSolType::Tuple(inner) => {
            let items = value.as_array().filter(|items| items.len() == inner.len());
            let items = items.ok_or_else(|| wrong(&format!("an array of {}", inner.len())))?;
            Ok(DynSolValue::Tuple(encode_all(inner.iter(), items, path)?))
        }
        #[allow(unreachable_patterns, reason = "alloy's feature eip712 has one more")]
        _ => Err(wrong("a type that has an encoding")),
    }
}

fn encode_all<'a>(
    kinds: impl Iterator<Item = &'a DynSolType>,
    items: &[Value],
    path: &str,
) -> Result<Vec<DynSolValue>, AbiDataError> {
    let items = kinds.zip(items).enumerate();
    items
        .map(|(index, (kind, item))| encode(kind, item, &format!("{path}[{index}]")))
        .collect()
}

fn number_of(kind: &DynSolType, sign: &str) -> String {
    format!("{kind}: a number {sign} that fits, above 2^53 - 1 as text")
}

/// A JSON number, or text: digits, or 0x and hexadecimal digits, behind a sign or not.
fn integer(value: &Value) -> Option<(Sign, U256)> {
    let number = match value {
        Value::Number(number) => {
            let exact = |number: &i64| number.unsigned_abs() <= LARGEST_NUMBER;
            number.as_i64().filter(exact)?.to_string()
        }
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (Sign::Negative, digits),
        None => (Sign::Positive, number.as_str()),
    };
    let (radix, digits) = match digits.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = U256::from_str_radix(digits, u64::from(radix)).ok()?;
    Some((sign, number))
}

fn address(text: &str) -> Option<Address> {
    let digits = text.strip_prefix("0x")?;
    let has_case = |is: fn(&u8) -> bool| digits.bytes().any(|digit| is(&digit));
    if has_case(u8::is_ascii_lowercase) && has_case(u8::is_ascii_uppercase) {
        return Address::parse_checksummed(text, None).ok();
    }
    text.parse().ok()
}

/// A value as it stands there, or its beginning.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        let _ = write!(shown, "… ({} bytes)", text.len());
    }
    shown
}
