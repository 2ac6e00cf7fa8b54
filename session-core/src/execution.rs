//! What an account is asked to do: `execute` and `executeBatch` of Biconomy's SmartAccount V2 (§1.1).

use crate::{
    Address, Malformed, Reject, Word,
    abi::{Array, Tuple},
    reject,
    words::is_zero,
};

/// `execute(address,uint256,bytes)`.
pub const EXECUTE: [u8; 4] = [0xb6, 0x1d, 0x27, 0xf6];
/// `execute_ncC(address,uint256,bytes)`.
pub const EXECUTE_OPTIMIZED: [u8; 4] = [0x00, 0x00, 0x18, 0x9a];
/// `executeBatch(address[],uint256[],bytes[])`.
pub const EXECUTE_BATCH: [u8; 4] = [0x47, 0xe1, 0xda, 0x2a];
/// `executeBatch_y6U(address[],uint256[],bytes[])`.
pub const EXECUTE_BATCH_OPTIMIZED: [u8; 4] = [0x00, 0x00, 0x46, 0x80];

/// One call that the account makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    /// Whom it calls.
    pub to: &'a Address,
    /// Wei that go with it.
    pub value: &'a Word,
    /// Calldata.
    pub data: &'a [u8],
}

impl Action<'_> {
    /// Does no ether go with it?
    pub fn has_no_value(&self) -> bool {
        is_zero(self.value)
    }
}

/// Selector and arguments.
///
/// # Errors
/// If there are fewer than 4 bytes.
pub fn split(call_data: &[u8]) -> Result<(&[u8; 4], &[u8]), Malformed> {
    call_data.split_first_chunk().ok_or(Malformed)
}

/// Is it a call of `execute`?
pub fn is_execute(selector: &[u8; 4]) -> bool {
    *selector == EXECUTE || *selector == EXECUTE_OPTIMIZED
}

/// Is it a call of `executeBatch`?
pub fn is_execute_batch(selector: &[u8; 4]) -> bool {
    *selector == EXECUTE_BATCH || *selector == EXECUTE_BATCH_OPTIMIZED
}

/// The arguments of `execute`.
///
/// # Errors
/// By solc's rule.
pub fn execute(arguments: &[u8]) -> Result<Action<'_>, Malformed> {
    let tuple = Tuple::new(arguments, 3)?;
    Ok(Action {
        to: tuple.address(0)?,
        value: tuple.word(1)?,
        data: tuple.bytes(2)?,
    })
}

/// The arguments of `executeBatch`: three arrays, not yet compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch<'a> {
    to: Array<'a>,
    values: Array<'a>,
    data: Array<'a>,
}

impl<'a> Batch<'a> {
    /// # Errors
    /// By solc's rule, for the arrays and every element.
    pub fn decode(arguments: &'a [u8]) -> Result<Self, Malformed> {
        let tuple = Tuple::new(arguments, 3)?;
        let batch = Self {
            to: tuple.array(0)?,
            values: tuple.array(1)?,
            data: tuple.array(2)?,
        };
        (0..batch.to.len()).try_for_each(|index| batch.to.address(index).map(drop))?;
        (0..batch.data.len()).try_for_each(|index| batch.data.bytes(index).map(drop))?;
        Ok(batch)
    }

    /// How many actions it has, if there is any and there is one session for each. The account refuses arrays of
    /// different lengths too (7.2-A).
    ///
    /// # Errors
    /// "SR Empty Batch", "Lengths mismatch".
    pub fn check_len(&self, sessions: usize) -> Result<usize, Reject> {
        let len = self.to.len();
        if len == 0 {
            return Err(reject!("SR Empty Batch"));
        }
        if [self.values.len(), self.data.len(), sessions] != [len; 3] {
            return Err(reject!("Lengths mismatch"));
        }
        Ok(len)
    }

    /// Action number `index`.
    ///
    /// # Errors
    /// If there is none of this index.
    pub fn action(&self, index: usize) -> Result<Action<'a>, Malformed> {
        Ok(Action {
            to: self.to.address(index)?,
            value: self.values.word(index)?,
            data: self.data.bytes(index)?,
        })
    }
}
