//! One running program: what it knows of its frame, and its host functions but for calls.

use revm::{
    Database,
    context::{Block, ContextTr, JournalTr, Transaction},
    handler::EthFrame,
    interpreter::{FrameInput, Gas},
    primitives::{Address, B256, Bytes, Log, LogData, U256, keccak256},
};

use super::{
    call::Pending,
    engine::{Answer, MAX_ARGS},
    hostio::Hostio,
    ink::{API_INK, Guest, HOSTIO_INK, PTR_INK, Stop},
    math,
    storage_cache::StorageCache,
    trace::Tracer,
};
use crate::{ArbContext, Spent};

/// What the host does after a host function.
pub(super) enum Effect {
    /// The program goes on with this result.
    Resume(Option<Answer>),
    /// The program waits for a call or a create.
    Call(FrameInput),
}

pub(super) type HostResult<DB> = Result<Effect, Stop<<DB as Database>::Error>>;

pub(super) const DONE: Effect = Effect::Resume(None);

pub(super) fn i32_answer(value: u32) -> Effect {
    Effect::Resume(Some(Answer::I32(value)))
}

fn i64_answer(value: u64) -> Effect {
    Effect::Resume(Some(Answer::I64(value)))
}

/// A program that runs in a frame.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) guest: Guest,
    /// Depth of its frame.
    pub(super) depth: usize,
    /// Gas that the frame began with.
    pub(super) gas_limit: u64,
    /// Whose storage it acts on.
    pub(super) address: Address,
    pub(super) caller: Address,
    pub(super) value: U256,
    pub(super) is_static: bool,
    pub(super) is_reentrant: bool,
    pub(super) args: Bytes,
    pub(super) output: Bytes,
    pub(super) return_data: Bytes,
    pub(super) storage: StorageCache,
    /// The account whose code was looked at last, and its code.
    pub(super) last_code: Option<(Address, Bytes)>,
    /// Pages that were open before this frame.
    pub(super) pages_before: u16,
    /// Ink that it began with.
    pub(super) ink: u64,
    /// Its own ink is known at its end.
    pub(super) spent: Spent,
    /// The call or create that it waits for.
    pub(super) pending: Option<Pending>,
}

impl Program {
    /// Does what a host function does. `gas` collects refunds; `tracer` sees what is written to
    /// storage.
    pub(super) fn host<DB: Database, T: Tracer<DB>>(
        &mut self,
        hostio: Hostio,
        args: [u64; MAX_ARGS],
        ctx: &mut ArbContext<DB>,
        gas: &mut Gas,
        tracer: &mut T,
    ) -> HostResult<DB> {
        let [a, b, c, d, ..] = args;
        match hostio {
            Hostio::ReadArgs => {
                self.guest.buy_ink(HOSTIO_INK)?;
                self.guest.pay_for_write(self.args.len())?;
                self.guest.write(a, &self.args)?;
                Ok(DONE)
            }
            Hostio::WriteResult => {
                self.guest.buy_ink(HOSTIO_INK)?;
                self.guest.pay_for_export(b as usize)?;
                self.output = Bytes::copy_from_slice(self.guest.read(a, b)?);
                Ok(DONE)
            }
            Hostio::ExitEarly => Err(Stop::Exit(a as u32)),
            Hostio::StorageLoad => self.storage_load(a, b, ctx),
            Hostio::StorageCache => self.storage_cache(a, b),
            Hostio::StorageFlush => self.storage_flush(a != 0, ctx, gas, tracer),
            Hostio::TransientLoad => self.transient_load(a, b, ctx),
            Hostio::TransientStore => self.transient_store(a, b, ctx),
            Hostio::CallContract | Hostio::DelegateCallContract | Hostio::StaticCallContract => {
                self.call(hostio, args, ctx)
            }
            Hostio::Create1 | Hostio::Create2 => self.create(hostio, args, ctx),
            Hostio::ReadReturnData => self.read_return_data(a, b, c),
            Hostio::ReturnDataSize => {
                self.guest.buy_ink(HOSTIO_INK)?;
                Ok(i32_answer(self.return_data.len() as u32))
            }
            Hostio::EmitLog => self.emit_log(a, b, c, ctx),
            Hostio::AccountBalance => self.account_balance(a, b, ctx),
            Hostio::AccountCode => self.account_code(a, b, c, d, ctx),
            Hostio::AccountCodeSize => self.account_code_size(a, ctx),
            Hostio::AccountCodehash => self.account_codehash(a, b, ctx),
            Hostio::EvmGasLeft => {
                self.guest.buy_ink(HOSTIO_INK)?;
                Ok(i64_answer(self.guest.gas_left()))
            }
            Hostio::EvmInkLeft => {
                self.guest.buy_ink(HOSTIO_INK)?;
                Ok(i64_answer(self.guest.machine.ink_left()))
            }
            Hostio::BlockBasefee => self.give(a, U256::from(ctx.block.basefee)),
            Hostio::BlockCoinbase => self.give_address(a, ctx.block.beneficiary),
            Hostio::BlockGasLimit => self.tell(ctx.block.gas_limit),
            Hostio::BlockNumber => self.tell(ctx.block.number.saturating_to()),
            Hostio::BlockTimestamp => self.tell(ctx.block.timestamp.saturating_to()),
            Hostio::Chainid => self.tell(ctx.cfg.chain_id),
            Hostio::ContractAddress => self.give_address(a, self.address),
            Hostio::MsgSender => self.give_address(a, self.caller),
            Hostio::MsgValue => self.give(a, self.value),
            Hostio::TxOrigin => self.give_address(a, ctx.tx.caller),
            Hostio::TxGasPrice => {
                let base_fee = u128::from(ctx.block.basefee());
                self.give(a, U256::from(ctx.tx.effective_gas_price(base_fee)))
            }
            Hostio::MsgReentrant => {
                self.guest.buy_ink(HOSTIO_INK)?;
                Ok(i32_answer(u32::from(self.is_reentrant)))
            }
            Hostio::TxInkPrice => {
                self.guest.buy_ink(HOSTIO_INK)?;
                Ok(i32_answer(self.guest.ink_price as u32))
            }
            Hostio::NativeKeccak256 => {
                self.guest.pay_for_keccak(b as usize)?;
                let hash = keccak256(self.guest.read(a, b)?);
                self.guest.write(c, hash.as_slice())?;
                Ok(DONE)
            }
            Hostio::MathDiv
            | Hostio::MathMod
            | Hostio::MathPow
            | Hostio::MathAddMod
            | Hostio::MathMulMod => {
                math::run(hostio, &mut self.guest, [a, b, c])?;
                Ok(DONE)
            }
            Hostio::PayForMemoryGrow => self.pay_for_memory_grow(a as u16, ctx),
            _ => super::console::run(
                hostio,
                [a, b],
                self.address,
                &self.guest,
                &mut ctx.chain.console_left,
            )
            .map(Effect::Resume),
        }
    }

    /// Writes a word of the environment.
    fn give<E>(&mut self, ptr: u64, value: U256) -> Result<Effect, Stop<E>> {
        self.guest.buy_ink(HOSTIO_INK + PTR_INK)?;
        self.guest.write_u256(ptr, value)?;
        Ok(DONE)
    }

    /// Writes an address of the environment.
    fn give_address<E>(&mut self, ptr: u64, address: Address) -> Result<Effect, Stop<E>> {
        self.guest.buy_ink(HOSTIO_INK + PTR_INK)?;
        self.guest.write(ptr, address.as_slice())?;
        Ok(DONE)
    }

    /// Answers with a number of the environment.
    fn tell<E>(&mut self, value: u64) -> Result<Effect, Stop<E>> {
        self.guest.buy_ink(HOSTIO_INK)?;
        Ok(i64_answer(value))
    }

    fn read_return_data<E>(
        &mut self,
        dest: u64,
        offset: u64,
        size: u64,
    ) -> Result<Effect, Stop<E>> {
        self.guest.buy_ink(HOSTIO_INK + API_INK)?;
        let slice = self.return_data_slice(offset, size);
        self.guest.pay_for_write(slice.len())?;
        self.guest.write(dest, &slice)?;
        Ok(i32_answer(slice.len() as u32))
    }

    /// As much of this range as there is.
    pub(super) fn return_data_slice(&self, offset: u64, size: u64) -> Bytes {
        let data = &self.return_data;
        let start = data.len().min(offset as usize);
        data.slice(start..data.len().min(start + size as usize))
    }

    fn emit_log<DB: Database>(
        &mut self,
        data: u64,
        len: u64,
        topics: u64,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        self.guest.buy_ink(HOSTIO_INK + API_INK)?;
        let topic_bytes = 32 * topics;
        if topics > 4 || len < topic_bytes {
            return Err(Stop::fail("bad topic data"));
        }
        self.guest.pay_for_read(len as usize)?;
        self.guest
            .pay_for_log(topics as usize, (len - topic_bytes) as usize)?;
        let (topics, data) = self.guest.read(data, len)?.split_at(topic_bytes as usize);
        if self.is_static {
            return Err(Stop::fail("log in a static call"));
        }
        let topics = topics.chunks_exact(32).map(B256::from_slice).collect();
        let data = LogData::new_unchecked(topics, Bytes::copy_from_slice(data));
        ctx.journal_mut().log(Log {
            address: self.address,
            data,
        });
        Ok(DONE)
    }

    fn pay_for_memory_grow<DB: Database>(
        &mut self,
        pages: u16,
        ctx: &mut ArbContext<DB>,
    ) -> HostResult<DB> {
        if pages == 0 {
            self.guest.buy_ink(HOSTIO_INK)?;
            return Ok(DONE);
        }
        let cost = super::new_pages_gas(ctx, pages).map_err(Stop::Fatal)?;
        ctx.chain.pages.open(pages); // before it is paid for, as in Nitro
        self.guest.buy_gas(cost)?;
        Ok(DONE)
    }

    /// What it has spent up to now.
    pub(super) fn spent(&self) -> Spent {
        let spent = self.ink.saturating_sub(self.guest.machine.ink_left());
        let others = self.spent.hostios_ink + self.spent.calls_ink;
        Spent {
            own_ink: spent.saturating_sub(others),
            ..self.spent
        }
    }

    /// Is this the program that waits at the frame's depth?
    pub(super) fn is_parked_at(&self, frame: &EthFrame) -> bool {
        self.depth == frame.depth
    }
}
