//! A call of a precompile: its gas, its view of the state, its logs.

use alloy_sol_types::{SolError, SolEvent};
use revm::{
    Database,
    bytecode::Bytecode,
    context::JournalTr,
    context_interface::journaled_state::account::JournaledAccountTr,
    interpreter::CallInputs,
    primitives::{Address, B256, Log, U256},
};

use super::{
    params::StylusParams,
    state,
    storage::{AddressSet, Store},
};
use crate::ArbContext;

/// Gas for a word of arguments or results.
pub(crate) const COPY_WORD_GAS: u64 = 3;
const READ_GAS: u64 = 800;
const WRITE_GAS: u64 = 20_000;
const WRITE_ZERO_GAS: u64 = 5_000;
const CODE_HASH_GAS: u64 = 2_600;
const PARAMS_GAS: u64 = 100;
const LOG_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;

/// What a method may do, as its Solidity interface says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purity {
    /// Reads.
    View,
    /// Writes.
    Write,
    /// Writes, and takes value.
    Payable,
}

/// How a call ends other than by returning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Reverts with this data; unused gas is given back.
    Revert(Vec<u8>),
    /// Reverts without data; all gas is spent. The answer to what makes no call at all: an unknown
    /// selector, short calldata, value or a write where it has no place.
    Refused,
    /// Fails without data; all gas is spent.
    Failed,
    /// As [`Failed`](Self::Failed). (Nitro calls it a revert; a caller sees no difference.)
    OutOfGas,
    /// The database failed: nothing that a caller is told.
    Fatal(String),
}

impl Stop {
    /// A custom error.
    pub(crate) fn error(error: impl SolError) -> Self {
        Self::Revert(error.abi_encode())
    }

    /// A revert without data.
    pub(crate) const fn plain() -> Self {
        Self::Revert(Vec::new())
    }

    pub(crate) fn fatal(error: impl core::error::Error) -> Self {
        Self::Fatal(error.to_string())
    }
}

/// A call of a precompile that runs.
pub(crate) struct Call<'a, DB: Database> {
    /// The EVM's context.
    pub(crate) ctx: &'a mut ArbContext<DB>,
    /// The precompile.
    pub(crate) address: Address,
    /// Who calls.
    pub(crate) caller: Address,
    /// Wei that came with it; the precompile has them already.
    pub(crate) value: U256,
    gas_left: u64,
}

impl<'a, DB: Database> Call<'a, DB> {
    pub(crate) fn new(ctx: &'a mut ArbContext<DB>, inputs: &CallInputs) -> Self {
        Self {
            ctx,
            address: inputs.bytecode_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            gas_left: inputs.gas_limit,
        }
    }

    /// Gas that is not spent yet.
    pub(crate) const fn gas_left(&self) -> u64 {
        self.gas_left
    }

    /// Spends gas.
    pub(crate) fn burn(&mut self, gas: u64) -> Result<(), Stop> {
        match self.gas_left.checked_sub(gas) {
            Some(left) => {
                self.gas_left = left;
                Ok(())
            }
            None => Err(Stop::OutOfGas),
        }
    }

    /// Spends gas for words of arguments or results.
    pub(crate) fn burn_copy(&mut self, bytes: usize) -> Result<(), Stop> {
        self.burn(COPY_WORD_GAS * bytes.div_ceil(32) as u64)
    }

    /// Pays for opening the state of ArbOS, which reads its version.
    pub(crate) fn open_state(&mut self) -> Result<(), Stop> {
        self.burn(READ_GAS)
    }

    /// The ArbOS version, for nothing.
    pub(crate) const fn arbos_version(&self) -> u64 {
        self.ctx.chain.config.arbos_version
    }

    /// The block's time in seconds.
    pub(crate) fn now_secs(&self) -> u64 {
        self.ctx.block.timestamp.saturating_to()
    }

    /// The Stylus parameters, at the price of a warm read.
    pub(crate) fn params(&mut self) -> Result<StylusParams, Stop> {
        self.burn(PARAMS_GAS)?;
        state::stylus_params(&mut self.ctx.journaled_state).map_err(Stop::fatal)
    }

    /// Is the caller in this set?
    pub(crate) fn caller_is_in(&mut self, set: AddressSet) -> Result<bool, Stop> {
        let caller = self.caller;
        set.contains(self, caller)
    }

    /// An account's code hash, for gas; 0 if there is no such account. It does not get warm.
    pub(crate) fn code_hash(&mut self, address: Address) -> Result<B256, Stop> {
        self.burn(CODE_HASH_GAS)?;
        self.peek(address, |account| {
            let absent = account.nonce() == 0
                && account.balance().is_zero()
                && account.account().info.is_empty_code_hash();
            if absent {
                B256::ZERO
            } else {
                *account.code_hash()
            }
        })
    }

    /// An account's code, for nothing. It does not get warm.
    pub(crate) fn code(&mut self, address: Address) -> Result<Bytecode, Stop> {
        self.peek(address, |account| {
            account.code().cloned().unwrap_or_default()
        })
    }

    /// Looks at an account, which stays as cold as it was: Nitro reads past the access list.
    pub(crate) fn peek<T>(
        &mut self,
        address: Address,
        look: impl FnOnce(&dyn JournaledAccountTr) -> T,
    ) -> Result<T, Stop> {
        let journal = &mut self.ctx.journaled_state;
        let mut load = journal
            .load_account_mut_optional_code(address, true)
            .map_err(Stop::fatal)?;
        let seen = look(&load.data);
        if load.is_cold {
            load.data.unsafe_mark_cold();
        }
        Ok(seen)
    }

    /// Moves wei from the precompile, for nothing.
    pub(crate) fn pay(&mut self, to: Address, wei: U256) -> Result<(), Stop> {
        let was_cold = self
            .ctx
            .journaled_state
            .load_account(to)
            .map_err(Stop::fatal)?
            .is_cold;
        let journal = &mut self.ctx.journaled_state;
        let failure = journal
            .transfer(self.address, to, wei)
            .map_err(Stop::fatal)?;
        if was_cold {
            let mut load = journal
                .load_account_mut_optional_code(to, false)
                .map_err(Stop::fatal)?;
            load.data.unsafe_mark_cold();
        }
        if failure.is_some() {
            Err(Stop::plain())
        } else {
            Ok(())
        }
    }

    /// Emits an event, for gas.
    pub(crate) fn emit(&mut self, event: &impl SolEvent) -> Result<(), Stop> {
        let data = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(LOG_GAS * (1 + topics) + LOG_BYTE_GAS * data.data.len() as u64)?;
        self.ctx.journaled_state.log(Log {
            address: self.address,
            data,
        });
        Ok(())
    }
}

/// With gas.
impl<DB: Database> Store for Call<'_, DB> {
    type Error = Stop;

    fn get(&mut self, slot: U256) -> Result<U256, Stop> {
        self.burn(READ_GAS)?;
        Store::get(&mut self.ctx.journaled_state, slot).map_err(Stop::fatal)
    }

    fn set(&mut self, slot: U256, word: U256) -> Result<(), Stop> {
        self.burn(if word.is_zero() {
            WRITE_ZERO_GAS
        } else {
            WRITE_GAS
        })?;
        Store::set(&mut self.ctx.journaled_state, slot, word).map_err(Stop::fatal)
    }
}
