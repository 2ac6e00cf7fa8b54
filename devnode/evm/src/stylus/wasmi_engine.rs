//! The engine: wasmi, stopped at each host call by a host error and resumed after it.

use std::{fmt, sync::OnceLock};

use devnode_meter::{ENTRYPOINT, INK_LEFT, INK_STATUS, MEMORY, STACK_LEFT};
use wasmi::{
    Config, Engine, Error, Func, Global, Linker, Memory, Module, ResumableCall,
    ResumableCallHostTrap, Store, StoreLimits, StoreLimitsBuilder, TrapCode, Val,
};

use super::{
    engine::{Answer, Code, Exit, MAX_ARGS, Machine, Step},
    hostio::Hostio,
};

/// A program that wasmi has parsed; it translates a function when the function is called first.
pub(super) struct WasmiCode {
    module: Module,
    linker: Linker<StoreLimits>,
}

/// The depth counter has to run out before wasmi's own limits do: 262,144 words (below ArbOS 50)
/// hold at most 52,428 frames of the smallest size, 5 words (embedded-chain.md §1.4, §6.2).
const RECURSION_LIMIT: usize = 65_536;
/// Bytes of wasmi's value stack: every word of the depth counter, and 8 times as much for wasmi's
/// own slots.
const STACK_BYTES: usize = 262_144 * 8 * 9;
/// Bytes of memory that a program can have: 128 pages, which is where pages stop having a price
/// (embedded-chain.md §1.6). `memory.grow 65536` is paid for as 0 pages (§6.3), so the price alone
/// does not bound one instance; `HOST_MAX_PAGES` bounds all of a transaction.
const MEMORY_BYTES: usize = 128 << 16;
/// Value stacks that are kept for reuse; deeper nesting makes new ones.
const CACHED_STACKS: usize = 64;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::default();
        config.set_max_recursion_depth(RECURSION_LIMIT);
        config.set_max_stack_height(STACK_BYTES);
        config.set_max_cached_stacks(CACHED_STACKS);
        config.compilation_mode(wasmi::CompilationMode::LazyTranslation);
        Engine::new(&config)
    })
}

/// What a host function returns to stop its machine.
#[derive(Debug)]
struct Suspend {
    hostio: Hostio,
    args: [u64; MAX_ARGS],
}

impl fmt::Display for Suspend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host call {:?}", self.hostio)
    }
}

impl wasmi::errors::HostError for Suspend {}

impl WasmiCode {
    /// Parses an instrumented module.
    ///
    /// # Errors
    /// A message if wasmi refuses it, which `devnode_meter::meter` rules out.
    pub(super) fn new(wasm: &[u8]) -> Result<Self, String> {
        let module = Module::new(engine(), wasm).map_err(|error| error.to_string())?;
        let mut linker = Linker::new(engine());
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            let hostio =
                Hostio::find(from, name).ok_or_else(|| format!("unknown import {from}.{name}"))?;
            let ty = import.ty().func().ok_or("an import is not a function")?;
            let suspend =
                move |_: wasmi::Caller<'_, StoreLimits>, inputs: &[Val], _: &mut [Val]| {
                    let mut args = [0; MAX_ARGS];
                    for (arg, input) in args.iter_mut().zip(inputs) {
                        *arg = bits(input);
                    }
                    Err(Error::host(Suspend { hostio, args }))
                };
            linker
                .func_new(from, name, ty.clone(), suspend)
                .map_err(|error| error.to_string())?;
        }
        Ok(Self { module, linker })
    }
}

impl fmt::Debug for WasmiCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmiCode").finish_non_exhaustive()
    }
}

impl Code for WasmiCode {
    fn instantiate(
        &self,
        args_len: u32,
        ink: u64,
        stack_words: u32,
    ) -> Result<Box<dyn Machine>, String> {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY_BYTES).build();
        let mut store = Store::new(engine(), limits);
        store.limiter(|limits| limits);
        let instance = self
            .linker
            .instantiate_and_start(&mut store, &self.module)
            .map_err(|error| error.to_string())?;
        let global = |name| {
            instance
                .get_global(&store, name)
                .ok_or("a global is missing")
        };
        let (ink_left, ink_status) = (global(INK_LEFT)?, global(INK_STATUS)?);
        let stack_left = global(STACK_LEFT)?;
        let entry = instance
            .get_func(&store, ENTRYPOINT)
            .ok_or("no entry point")?;
        let memory = instance.get_memory(&store, MEMORY).ok_or("no memory")?;
        stack_left
            .set(&mut store, Val::I32(stack_words.cast_signed()))
            .map_err(|error| error.to_string())?;
        let state = State::New { entry, args_len };
        let mut machine = WasmiMachine {
            store,
            memory,
            ink_left,
            ink_status,
            stack_left,
            state,
        };
        machine.set_ink_left(ink);
        Ok(Box::new(machine))
    }
}

#[derive(Debug)]
struct WasmiMachine {
    store: Store<StoreLimits>,
    memory: Memory,
    ink_left: Global,
    ink_status: Global,
    stack_left: Global,
    state: State,
}

#[derive(Debug)]
enum State {
    New { entry: Func, args_len: u32 },
    Waiting(ResumableCallHostTrap),
    Ended,
}

impl WasmiMachine {
    /// Why a call ended with an error.
    fn failure(&self, error: &Error) -> Exit {
        let overflown = error.as_trap_code() == Some(TrapCode::StackOverflow);
        let is =
            |global: Global, value| matches!(global.get(&self.store), Val::I32(v) if v == value);
        if is(self.ink_status, 1) {
            Exit::OutOfInk
        } else if is(self.stack_left, 0) || overflown {
            Exit::OutOfStack
        } else {
            Exit::Trap(error.to_string())
        }
    }
}

impl Machine for WasmiMachine {
    fn resume(&mut self, answer: Option<Answer>) -> Step {
        let mut output = [Val::I32(0)];
        let result = match std::mem::replace(&mut self.state, State::Ended) {
            State::New { entry, args_len } => {
                let args = [Val::I32(args_len.cast_signed())];
                entry.call_resumable(&mut self.store, &args, &mut output)
            }
            State::Waiting(call) => match answer {
                Some(answer) => call.resume(&mut self.store, &[value(answer)], &mut output),
                None => call.resume(&mut self.store, &[], &mut output),
            },
            State::Ended => return Step::Done(Exit::Trap("the program has ended".into())),
        };
        match result {
            Ok(ResumableCall::Finished) => Step::Done(Exit::Status(
                u32::try_from(bits(&output[0])).unwrap_or(u32::MAX),
            )),
            Ok(ResumableCall::HostTrap(call)) => {
                let Some(Suspend { hostio, args }) = call.host_error().downcast_ref() else {
                    return Step::Done(self.failure(call.host_error()));
                };
                let step = Step::Hostio(*hostio, *args);
                self.state = State::Waiting(call);
                step
            }
            Ok(ResumableCall::OutOfFuel(_)) => Step::Done(Exit::Trap("out of fuel".into())),
            Err(error) => Step::Done(self.failure(&error)),
        }
    }

    fn ink_left(&self) -> u64 {
        bits(&self.ink_left.get(&self.store))
    }

    fn set_ink_left(&mut self, ink: u64) {
        // The global is a mutable i64: the meter made it.
        let _ = self
            .ink_left
            .set(&mut self.store, Val::I64(ink.cast_signed()));
    }

    fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        _ => 0,
    }
}

fn value(answer: Answer) -> Val {
    match answer {
        Answer::I32(value) => Val::I32(value.cast_signed()),
        Answer::I64(value) => Val::I64(value.cast_signed()),
        Answer::F32(value) => Val::F32(wasmi::F32::from_bits(value)),
        Answer::F64(value) => Val::F64(wasmi::F64::from_bits(value)),
    }
}
