//! Ink: what host functions charge, and access to the program's memory.
//!
//! Prices are embedded-chain.md §1.2; 1 gas is `ink_price` ink (§1.1).

use revm::{
    interpreter::InterpreterResult,
    primitives::{Address, B256, U256},
};

use super::engine::Machine;

/// Every host function.
pub(super) const HOSTIO_INK: u64 = 8_400;
/// Every pointer that it follows.
pub(super) const PTR_INK: u64 = 13_440 - HOSTIO_INK;
/// A request to the EVM.
pub(super) const API_INK: u64 = 59_673;
/// Ink of 1 gas wherever a price is written in gas.
const INK_PER_GAS: u64 = 10_000;

/// Why a program can't go on.
#[derive(Debug)]
pub(super) enum Stop<E> {
    /// The ink ran out.
    OutOfInk,
    /// A host function failed; the frame reverts with empty data.
    Fail(String),
    /// The program asked to end with this status.
    Exit(u32),
    /// The tracer ended the frame.
    Ended(Box<InterpreterResult>),
    /// The database failed.
    Fatal(E),
}

impl<E> Stop<E> {
    pub(super) fn fail(why: &str) -> Self {
        Self::Fail(why.into())
    }
}

/// The ink price of a program's memory being written: `len` bytes.
fn write_ink(len: usize) -> u64 {
    5_040 + 30 * (len as u64).saturating_sub(32)
}

/// The ink price of a program's memory being read: `len` bytes.
fn read_ink(len: usize) -> u64 {
    16_381 + 55 * (len as u64).saturating_sub(32)
}

/// A machine whose ink and memory the host uses.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) machine: Box<dyn Machine>,
    /// Ink of 1 gas on this chain.
    pub(super) ink_price: u64,
}

impl Guest {
    /// Whole gas that is left.
    pub(super) fn gas_left(&self) -> u64 {
        self.machine.ink_left() / self.ink_price
    }

    pub(super) fn buy_ink<E>(&mut self, ink: u64) -> Result<(), Stop<E>> {
        let left = self.machine.ink_left().checked_sub(ink);
        self.machine.set_ink_left(left.unwrap_or(0));
        left.map(drop).ok_or(Stop::OutOfInk)
    }

    pub(super) fn buy_gas<E>(&mut self, gas: u64) -> Result<(), Stop<E>> {
        self.buy_ink(gas.saturating_mul(self.ink_price))
    }

    /// Fails as if the gas were spent, and spends none if it is there.
    pub(super) fn require_gas<E>(&mut self, gas: u64) -> Result<(), Stop<E>> {
        if self.machine.ink_left() < gas.saturating_mul(self.ink_price) {
            self.machine.set_ink_left(0);
            return Err(Stop::OutOfInk);
        }
        Ok(())
    }

    pub(super) fn pay_for_write<E>(&mut self, len: usize) -> Result<(), Stop<E>> {
        self.buy_ink(write_ink(len))
    }

    pub(super) fn pay_for_read<E>(&mut self, len: usize) -> Result<(), Stop<E>> {
        self.buy_ink(read_ink(len))
    }

    /// Reading, and copying to the EVM.
    pub(super) fn pay_for_export<E>(&mut self, len: usize) -> Result<(), Stop<E>> {
        self.pay_for_read(len)?;
        self.pay_for_read(len)
    }

    pub(super) fn pay_for_keccak<E>(&mut self, len: usize) -> Result<(), Stop<E>> {
        let words = (len as u64).div_ceil(32);
        self.buy_ink(121_800 + 21_000 * words.saturating_sub(2))
    }

    /// 375 gas for the log and each topic, 8 for each byte of data.
    pub(super) fn pay_for_log<E>(&mut self, topics: usize, data: usize) -> Result<(), Stop<E>> {
        let gas = 375 * (1 + topics as u64) + 8 * data as u64;
        self.buy_ink(gas * INK_PER_GAS)
    }

    /// By the bytes of the exponent without its leading zeros, and one more.
    pub(super) fn pay_for_pow<E>(&mut self, exponent: &B256) -> Result<(), Stop<E>> {
        let zeros = exponent.iter().take_while(|byte| **byte == 0).count() as u64;
        self.buy_ink(3_000 + 17_500 * (33 - zeros))
    }

    /// `len` bytes of memory at `ptr`.
    pub(super) fn read<E>(&self, ptr: u64, len: u64) -> Result<&[u8], Stop<E>> {
        let range = range(ptr, len);
        self.machine
            .memory()
            .get(range)
            .ok_or_else(|| Stop::fail("memory access out of bounds"))
    }

    pub(super) fn write<E>(&mut self, ptr: u64, bytes: &[u8]) -> Result<(), Stop<E>> {
        self.machine
            .memory_mut()
            .get_mut(range(ptr, bytes.len() as u64))
            .ok_or_else(|| Stop::fail("memory access out of bounds"))?
            .copy_from_slice(bytes);
        Ok(())
    }

    pub(super) fn read_b256<E>(&self, ptr: u64) -> Result<B256, Stop<E>> {
        self.read(ptr, 32).map(B256::from_slice)
    }

    pub(super) fn read_u256<E>(&self, ptr: u64) -> Result<U256, Stop<E>> {
        self.read_b256(ptr).map(Into::into)
    }

    pub(super) fn read_address<E>(&self, ptr: u64) -> Result<Address, Stop<E>> {
        self.read(ptr, 20).map(Address::from_slice)
    }

    pub(super) fn write_u256<E>(&mut self, ptr: u64, value: U256) -> Result<(), Stop<E>> {
        self.write(ptr, &value.to_be_bytes::<32>())
    }

    pub(super) fn write_u32<E>(&mut self, ptr: u64, value: u32) -> Result<(), Stop<E>> {
        self.write(ptr, &value.to_le_bytes())
    }
}

/// Arguments are i32: their sum can't overflow.
fn range(ptr: u64, len: u64) -> std::ops::Range<usize> {
    ptr as usize..(ptr + len) as usize
}
