//! Host functions that look at accounts.

use revm::{
    Database,
    context::{Cfg, ContextTr, JournalTr},
    primitives::{Address, Bytes},
};

use super::{
    ink::{API_INK, HOSTIO_INK, PTR_INK, Stop},
    program::{DONE, HostResult, Program, i32_answer},
};
use crate::ArbContext;

/// Gas of looking at a cold and at a warm account (EIP-2929).
pub(super) const ACCOUNT_GAS: [u64; 2] = [2_600, 100];
/// Gas of loading the code of an account whose chain allows 24,576 bytes.
const CODE_GAS: u64 = 700;

impl Program {
    pub(super) fn account_balance<DB: Database>(
        &mut self,
        address: u64,
        dest: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK + API_INK)?;
        let address = self.guest.read_address(address)?;
        let account = ctx
            .journal_mut()
            .load_account(address)
            .map_err(Stop::Fatal)?;
        let (cost, balance) = (
            ACCOUNT_GAS[usize::from(!account.is_cold)],
            account.info.balance,
        );
        self.guest.buy_gas(cost)?;
        self.guest.write_u256(dest, balance)?;
        Ok(DONE)
    }

    pub(super) fn account_codehash<DB: Database>(
        &mut self,
        address: u64,
        dest: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + 2 * PTR_INK + API_INK)?;
        let address = self.guest.read_address(address)?;
        let hash = ctx.journal_mut().code_hash(address).map_err(Stop::Fatal)?;
        self.guest
            .buy_gas(ACCOUNT_GAS[usize::from(!hash.is_cold)])?;
        self.guest.write(dest, hash.as_slice())?;
        Ok(DONE)
    }

    /// The code of an account; a second look at the same account is free.
    fn code<DB: Database>(
        &mut self,
        address: Address,
        ctx: &mut ArbContext<DB>,
    ) -> Result<Bytes, Stop<DB::Error>> {
        if let Some((last, code)) = &self.last_code
            && *last == address
        {
            return Ok(code.clone());
        }
        let limit = ctx.cfg.max_code_size() as u64;
        let code = ctx.journal_mut().code(address).map_err(Stop::Fatal)?;
        self.guest
            .buy_gas(CODE_GAS * (limit / 24_576) + ACCOUNT_GAS[usize::from(!code.is_cold)])?;
        // Since ArbOS 40 an empty code is not remembered.
        if !code.data.is_empty() || ctx.chain.config.arbos_version < 40 {
            self.last_code = Some((address, code.data.clone()));
        }
        Ok(code.data)
    }

    pub(super) fn account_code<DB: Database>(
        &mut self,
        address: u64,
        offset: u64,
        size: u64,
        dest: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + API_INK)?;
        let address = self.guest.read_address(address)?;
        let code = self.code(address, ctx)?;
        self.guest.pay_for_write(code.len())?;
        let start = code.len().min(offset as usize);
        let slice = &code[start..code.len().min(start + size as usize)];
        self.guest.write(dest, slice)?;
        Ok(i32_answer(slice.len() as u32))
    }

    pub(super) fn account_code_size<DB: Database>(
        &mut self,
        address: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + API_INK)?;
        let address = self.guest.read_address(address)?;
        let size = self.code(address, ctx)?.len();
        Ok(i32_answer(size as u32))
    }
}
