//! What an account is asked to do: `execute` and `executeBatch` of Biconomy's SmartAccount V2 (§1.1).

use crate::{
    Address, Malformed, Word,
    abi::{Array, Tuple},
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
    /// By solc's rule, for the arrays. The elements are checked when they are read.
    pub fn decode(arguments: &'a [u8]) -> Result<Self, Malformed> {
        let tuple = Tuple::new(arguments, 3)?;
        Ok(Self {
            to: tuple.array(0)?,
            values: tuple.array(1)?,
            data: tuple.array(2)?,
        })
    }

    /// How many actions it has: `None` if the arrays differ in length or are empty, which the account
    /// refuses too (7.2-A).
    pub fn len(&self) -> Option<usize> {
        let len = self.to.len();
        (len > 0 && len == self.values.len() && len == self.data.len()).then_some(len)
    }

    /// Is it no batch that the account would execute?
    pub fn is_empty(&self) -> bool {
        self.len().is_none()
    }

    /// Action number `index`.
    ///
    /// # Errors
    /// By solc's rule, or if there is none of this index.
    pub fn action(&self, index: usize) -> Result<Action<'a>, Malformed> {
        Ok(Action {
            to: self.to.address(index)?,
            value: self.values.word(index)?,
            data: self.data.bytes(index)?,
        })
    }
}
