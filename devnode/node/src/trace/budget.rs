//! What one trace may take: time, and memory for the steps, calls and logs that are recorded.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use alloy::rpc::types::trace::geth::{
    GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions,
};
use revm::{
    bytecode::opcode,
    interpreter::{Interpreter, interpreter_types::Jumps},
    primitives::{Address, U256},
};

/// Steps between two looks at the clock.
const STEPS_PER_LOOK: u64 = 256;
/// The most bytes that are recorded. As JSON they are several times as many.
pub(super) const MOST_BYTES: usize = 256 << 20;
/// A step without stack and memory, roughly.
const STEP_BYTES: usize = 256;
/// A call or a log without its data, roughly.
const EVENT_BYTES: usize = 1_024;
/// A slot and its value in the storage that is listed with a step.
const SLOT_BYTES: usize = 64;

/// Why a trace is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exhausted {
    Time,
    Memory,
}

#[derive(Debug)]
pub(super) struct Budget {
    deadline: Instant,
    steps: u64,
    /// Steps that are recorded; more only run.
    recorded_steps: u64,
    with_stack: bool,
    with_memory: bool,
    with_storage: bool,
    bytes: usize,
    slots: HashMap<Address, HashSet<U256>>,
}

impl Budget {
    pub(super) fn new(options: &GethDebugTracingOptions, timeout: Duration) -> Self {
        let now = Instant::now();
        let config = &options.config;
        let is_logger = match &options.tracer {
            None => true,
            Some(tracer) => tracer.as_str().is_empty(),
        };
        let is_erc7562 = matches!(
            options.tracer,
            Some(GethDebugTracerType::BuiltInTracer(
                GethDebugBuiltInTracerType::Erc7562Tracer
            ))
        );
        let limit = config.limit.filter(|limit| *limit > 0);
        Self {
            deadline: now.checked_add(timeout).unwrap_or(now),
            steps: 0,
            recorded_steps: match (is_logger, is_erc7562) {
                (true, _) => limit.unwrap_or(u64::MAX),
                (_, true) => u64::MAX,
                _ => 0,
            },
            with_stack: is_erc7562 || !config.disable_stack.unwrap_or_default(),
            with_memory: is_erc7562 || config.is_memory_enabled(),
            with_storage: is_logger && config.is_storage_enabled(),
            bytes: 0,
            slots: HashMap::new(),
        }
    }

    /// Counts a call or a log, with so many bytes of data. If it is one too many, the next step says so.
    pub(super) fn event(&mut self, data: usize) {
        self.bytes += EVENT_BYTES + data;
    }

    /// Counts the data that a call returns.
    pub(super) fn output(&mut self, data: usize) {
        self.bytes += data;
    }

    /// Counts a step that is about to be done.
    pub(super) fn step(&mut self, interpreter: &Interpreter) -> Result<(), Exhausted> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_PER_LOOK) && Instant::now() >= self.deadline {
            return Err(Exhausted::Time);
        }
        if self.steps <= self.recorded_steps {
            self.record(interpreter);
        }
        if self.bytes > MOST_BYTES {
            return Err(Exhausted::Memory);
        }
        Ok(())
    }

    /// Counts what is recorded of a step.
    fn record(&mut self, interpreter: &Interpreter) {
        let stack = interpreter.stack.data();
        self.bytes += STEP_BYTES;
        if self.with_stack {
            self.bytes += 32 * stack.len();
        }
        if self.with_memory {
            self.bytes += interpreter.memory.len();
        }
        if self.with_storage
            && matches!(
                interpreter.bytecode.opcode(),
                opcode::SLOAD | opcode::SSTORE
            )
            && let Some(slot) = stack.last()
        {
            let slots = self
                .slots
                .entry(interpreter.input.target_address)
                .or_default();
            slots.insert(*slot);
            self.bytes += SLOT_BYTES * slots.len();
        }
    }
}
