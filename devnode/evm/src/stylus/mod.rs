//! Stylus programs as frames of revm.
//!
//! `Programs::run` is the whole of it: it starts or resumes the WASM of a frame and runs it up to
//! the next call, create or end, doing host functions on the way. Calls and creates go back to
//! revm's loop as frames of their own, so there is no native recursion, and journal, depth, 63/64
//! bookkeeping and call tree stay revm's.

mod account;
mod cache;
mod call;
mod console;
pub mod engine;
mod hostio;
mod ink;
mod math;
mod program;
mod storage;
mod storage_cache;
mod trace;
mod wasmi_engine;

use devnode_meter::price::page_gas;
use revm::{
    Database,
    context::ContextError,
    handler::{EthFrame, evm::ContextDbError},
    interpreter::{InstructionResult, InterpreterAction, InterpreterResult},
    primitives::Bytes,
};

pub use self::{cache::ProgramCache, hostio::Hostio};
pub(crate) use self::{
    console::MOST_BYTES,
    trace::{Inspected, Tracer, Untraced},
};
use self::{
    engine::{Answer, Exit, Step},
    ink::{Guest, Stop},
    program::{Effect, Program},
};
use crate::{
    ArbContext, Spent,
    arbos::{active_program, stylus_params},
};

/// Programs that run or wait, outermost first.
#[derive(Debug, Default)]
pub(crate) struct Programs(Vec<Program>);

/// Why a frame's program could not start.
enum Refused<E> {
    /// The frame ends so, all gas spent.
    Halt(InstructionResult),
    Fatal(E),
}

impl<E> From<E> for Refused<E> {
    fn from(error: E) -> Self {
        Self::Fatal(error)
    }
}

impl Programs {
    /// Forgets programs of a transaction that broke off.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Runs the program of a frame.
    pub(crate) fn run<DB: Database, T: Tracer<DB>>(
        &mut self,
        frame: &mut EthFrame,
        ctx: &mut ArbContext<DB>,
        tracer: &mut T,
    ) -> Result<InterpreterAction, ContextDbError<ArbContext<DB>>> {
        let waiting = self.0.pop_if(|program| program.is_parked_at(frame));
        let (mut program, mut effect) = match waiting {
            Some(mut program) => {
                let ink = program.guest.machine.ink_left();
                let effect = program.returned_traced(frame, ctx, tracer);
                program.spent.calls_ink += ink.saturating_sub(program.guest.machine.ink_left());
                (program, effect)
            }
            None => match start(frame, ctx) {
                Ok(program) => (program, Ok(Effect::Resume(None))),
                Err(Refused::Halt(result)) => return Ok(halt(frame, result)),
                Err(Refused::Fatal(error)) => return Err(ContextError::Db(error)),
            },
        };
        let exit = loop {
            let answer: Option<Answer> = match effect {
                Ok(Effect::Resume(answer)) => answer,
                Ok(Effect::Call(input)) => {
                    // What the callee returns is put on top of nothing.
                    frame.interpreter.gas.set_remaining(0);
                    self.0.push(program);
                    return Ok(InterpreterAction::NewFrame(input));
                }
                Err(Stop::OutOfInk) => break Exit::OutOfInk,
                Err(Stop::Exit(status)) => break Exit::Status(status),
                Err(Stop::Fail(why)) => break Exit::Trap(why),
                Err(Stop::Ended(result)) => {
                    ctx.chain.pages.open = program.pages_before;
                    return Ok(InterpreterAction::Return(*result));
                }
                Err(Stop::Fatal(error)) => return Err(ContextError::Db(error)),
            };
            effect = match program.guest.machine.resume(answer) {
                Step::Done(exit) => break exit,
                Step::Hostio(hostio, args) => {
                    let gas = &mut frame.interpreter.gas;
                    let ink = program.guest.machine.ink_left();
                    let effect = if T::ON {
                        program.host_traced(hostio, args, ctx, gas, tracer)
                    } else {
                        program.host(hostio, args, ctx, gas, tracer)
                    };
                    program.spent.hostios_ink +=
                        ink.saturating_sub(program.guest.machine.ink_left());
                    effect
                }
            };
        };
        ctx.chain.spent.push(program.spent());
        let gas = program.gas_now(&frame.interpreter.gas);
        let result = finish(program, exit, frame, ctx);
        Ok(InterpreterAction::Return(tracer.end(ctx, gas, result)))
    }
}

/// The most pages that a transaction's frames hold together on this host: 256 MiB. The price alone
/// does not bound them: once a frame has asked for more than 128 and died of that, only the linear
/// part of the price is left for the rest of the transaction.
const HOST_MAX_PAGES: u16 = 4_096;

/// Gas of `new` more pages in this transaction (embedded-chain.md §1.6).
fn new_pages_gas<DB: Database>(ctx: &mut ArbContext<DB>, new: u16) -> Result<u64, DB::Error> {
    let params = stylus_params(&mut ctx.journaled_state)?;
    let pages = ctx.chain.pages;
    if pages.open.saturating_add(new) > HOST_MAX_PAGES {
        return Ok(u64::MAX);
    }
    Ok(page_gas(
        new,
        pages.open,
        pages.ever,
        params.free_pages,
        params.page_gas,
    ))
}

/// Charges for the program and makes an instance of it.
fn start<DB: Database>(
    frame: &EthFrame,
    ctx: &mut ArbContext<DB>,
) -> Result<Program, Refused<DB::Error>> {
    // Not activated, expired, too old, or not a module after all: all gas is burnt (§7.1).
    const INACTIVE: InstructionResult = InstructionResult::OpcodeNotFound;

    let interpreter = &frame.interpreter;
    let gas_limit = interpreter.gas.remaining();
    let code_hash = interpreter
        .bytecode
        .hash()
        .unwrap_or_else(|| interpreter.bytecode.hash_slow());
    let params = stylus_params(&mut ctx.journaled_state)?;
    let now_secs = ctx.block.timestamp.saturating_to();
    let record = active_program(&mut ctx.journaled_state, code_hash, &params, now_secs)?
        .map_err(|why| {
            tracing::warn!(address = %interpreter.input.target_address, ?why, "program is not active");
            Refused::Halt(INACTIVE)
        })?;
    let recent = usize::from(params.block_cache_size);
    let cached = record.cached
        || (ctx.chain.config.arbos_version >= 60 && ctx.chain.recent.insert(code_hash, recent));

    let mut cost = new_pages_gas(ctx, record.footprint)?;
    // In version 1 the cached cost was part of the init cost.
    if cached || record.version > 1 {
        cost = cost.saturating_add(params.cached_gas(record.cached_cost));
    }
    if !cached {
        cost = cost.saturating_add(params.init_gas(record.init_cost));
    }
    let gas = gas_limit
        .checked_sub(cost)
        .ok_or(Refused::Halt(InstructionResult::OutOfGas))?;

    let code = ctx
        .chain
        .programs
        .get(code_hash, interpreter.bytecode.original_byte_slice())
        .ok_or(Refused::Halt(INACTIVE))?;
    let input = &interpreter.input;
    let args = input.input.bytes(ctx);
    let ink_price = u64::from(params.ink_price).max(1); // 0 only by a test's or override's hand
    let ink = gas.saturating_mul(ink_price);
    let machine = code
        .instantiate(args.len() as u32, ink, params.max_stack_depth)
        .map_err(|why| {
            tracing::error!(%why, "a program that was activated can't be instantiated");
            Refused::Halt(INACTIVE)
        })?;
    Ok(Program {
        guest: Guest { machine, ink_price },
        depth: frame.depth,
        gas_limit,
        address: input.target_address,
        caller: input.caller_address,
        value: input.call_value,
        is_static: interpreter.runtime_flag.is_static,
        is_reentrant: ctx.chain.is_reentrant(input.target_address),
        args,
        output: Bytes::new(),
        return_data: Bytes::new(),
        storage: Default::default(),
        last_code: None,
        ink,
        spent: Spent {
            address: input.target_address,
            start_gas: cost,
            ..Spent::default()
        },
        pages_before: ctx.chain.pages.open(record.footprint),
        pending: None,
    })
}

/// Ends a frame that never ran.
fn halt(frame: &EthFrame, result: InstructionResult) -> InterpreterAction {
    let mut gas = frame.interpreter.gas;
    gas.spend_all();
    InterpreterAction::Return(InterpreterResult::new(result, Bytes::new(), gas))
}

/// Ends a frame (embedded-chain.md §1.3, outcomes and return-data floor).
fn finish<DB: Database>(
    program: Program,
    exit: Exit,
    frame: &EthFrame,
    ctx: &mut ArbContext<DB>,
) -> InterpreterResult {
    ctx.chain.pages.open = program.pages_before;
    let (mut result, output) = match exit {
        Exit::Status(0) => (InstructionResult::Return, program.output),
        Exit::Status(_) => (InstructionResult::Revert, program.output),
        Exit::OutOfInk => (InstructionResult::OutOfGas, Bytes::new()),
        Exit::OutOfStack => (InstructionResult::StackOverflow, Bytes::new()),
        Exit::Trap(why) => {
            tracing::warn!(address = %program.address, %why, "program trapped");
            (InstructionResult::Revert, Bytes::new())
        }
    };
    let mut left = program.guest.gas_left();
    if !output.is_empty() && ctx.chain.config.arbos_version >= 31 {
        match program.gas_limit.checked_sub(evm_memory_gas(output.len())) {
            Some(most) => left = left.min(most),
            None => result = InstructionResult::OutOfGas,
        }
    }
    let mut gas = frame.interpreter.gas;
    gas.set_remaining(left);
    if result.is_halt() {
        gas.spend_all();
        return InterpreterResult::new(result, Bytes::new(), gas);
    }
    InterpreterResult::new(result, output, gas)
}

/// What the EVM charges for memory of this many bytes.
fn evm_memory_gas(bytes: usize) -> u64 {
    let words = (bytes as u64).div_ceil(32);
    3 * words + words * words / 512
}
