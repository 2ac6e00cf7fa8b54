//! Host functions of storage and transient storage.

use revm::{
    Database,
    context::{ContextTr, JournalTr},
    interpreter::{Gas, SStoreResult},
};

use super::{
    ink::{API_INK, HOSTIO_INK, PTR_INK, Stop},
    program::{DONE, Effect, HostResult, Program},
    trace::{Opcode, Tracer},
};
use crate::ArbContext;

/// Gas of an SLOAD of a cold and of a warm slot (EIP-2929).
const SLOAD_GAS: [u64; 2] = [2_100, 100];
/// Gas that a frame must have for a write to storage (EIP-2200).
const SSTORE_SENTRY_GAS: u64 = 2_300;
/// The dearest step of the storage cache, in gas.
const CACHE_STEP_GAS: u64 = 10;
/// Gas of TLOAD and TSTORE (EIP-1153).
const TRANSIENT_GAS: u64 = 100;

impl Program {
    pub(super) fn storage_load<DB: Database>(
        &mut self,
        key: u64,
        dest: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        // Below ArbOS 32 the ink of a request was charged as gas.
        let api_gas = if ctx.chain.config.arbos_version >= 32 {
            API_INK / self.guest.ink_price
        } else {
            API_INK
        };
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK)?;
        self.guest
            .require_gas(SLOAD_GAS[0] + CACHE_STEP_GAS + api_gas)?;
        let key = self.guest.read_b256(key)?;
        let mut cost = self.storage.read_gas();
        let value = match self.storage.get(&key) {
            Some(value) => value,
            None => {
                let slot = ctx
                    .journal_mut()
                    .sload(self.address, key.into())
                    .map_err(Stop::Fatal)?;
                cost += SLOAD_GAS[usize::from(!slot.is_cold)] + api_gas;
                self.storage.insert_known(key, slot.data);
                slot.data
            }
        };
        self.guest.buy_gas(cost)?;
        self.guest.write_u256(dest, value)?;
        Ok(DONE)
    }

    pub(super) fn storage_cache<E>(&mut self, key: u64, value: u64) -> Result<Effect, Stop<E>> {
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK)?;
        self.guest.require_gas(SSTORE_SENTRY_GAS + CACHE_STEP_GAS)?;
        let (key, value) = (self.guest.read_b256(key)?, self.guest.read_u256(value)?);
        let cost = self.storage.write_gas();
        self.storage.set(key, value);
        self.guest.buy_gas(cost)?;
        Ok(DONE)
    }

    pub(super) fn storage_flush<DB: Database, T: Tracer<DB>>(
        &mut self,
        clear: bool,
        ctx: &mut ArbContext<DB>,
        gas: &mut Gas,
        tracer: &mut T,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + API_INK)?;
        self.guest.require_gas(SSTORE_SENTRY_GAS)?;
        let version = ctx.chain.config.arbos_version;
        let budget = self.guest.gas_left() + 1;
        let dirty = self.storage.take_dirty();
        if clear {
            self.storage.clear();
        }
        let mut cost = 0;
        for (key, value) in dirty {
            if self.is_static {
                return Err(Stop::fail("storage write in a static call"));
            }
            if T::ON {
                let opcode = Opcode::sstore(key.into(), value);
                tracer.step(ctx, &opcode, self.gas_after(gas, cost, version))?;
            }
            let slot = ctx
                .journal_mut()
                .sstore(self.address, key.into(), value)
                .map_err(Stop::Fatal)?;
            cost += self.sstore_gas(ctx, &slot.data, slot.is_cold);
            gas.record_refund(ctx.cfg.gas_params.sstore_refund(true, &slot.data));
            if T::ON {
                tracer.step_end(ctx, self.gas_after(gas, cost, version), None)?;
            }
            if cost > budget {
                if version >= 50 {
                    self.guest.machine.set_ink_left(0);
                    return Err(Stop::OutOfInk);
                }
                return Err(Stop::fail("out of gas in a flush"));
            }
        }
        if version >= 32 {
            self.guest.buy_gas(cost)?;
        }
        Ok(DONE)
    }

    /// The frame's gas when a flush has come to this cost; below ArbOS 32 it is not charged.
    fn gas_after(&self, gas: &Gas, cost: u64, version: u64) -> Gas {
        let mut after = self.gas_now(gas);
        if version >= 32 {
            after.set_remaining(after.remaining().saturating_sub(cost));
        }
        after
    }

    /// EIP-2929's price of an SSTORE.
    fn sstore_gas<DB: Database>(
        &self,
        ctx: &ArbContext<DB>,
        slot: &SStoreResult,
        is_cold: bool,
    ) -> u64 {
        let params = &ctx.cfg.gas_params;
        params.sstore_static_gas() + params.sstore_dynamic_gas(true, slot, is_cold)
    }

    pub(super) fn transient_load<DB: Database>(
        &mut self,
        key: u64,
        dest: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK + API_INK)?;
        self.guest.buy_gas(TRANSIENT_GAS)?;
        let key = self.guest.read_u256(key)?;
        let value = ctx.journal_mut().tload(self.address, key);
        self.guest.write_u256(dest, value)?;
        Ok(DONE)
    }

    pub(super) fn transient_store<DB: Database>(
        &mut self,
        key: u64,
        value: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK + API_INK)?;
        self.guest.buy_gas(TRANSIENT_GAS)?;
        let (key, value) = (self.guest.read_u256(key)?, self.guest.read_u256(value)?);
        if self.is_static {
            return Err(Stop::fail("transient store in a static call"));
        }
        ctx.journal_mut().tstore(self.address, key, value);
        Ok(DONE)
    }
}
