//! The inspector behind geth's tracers.

use std::time::Duration;

#[cfg(feature = "js-tracer")]
use alloy::rpc::types::trace::geth::GethDebugTracerType;
use alloy::rpc::types::trace::geth::GethDebugTracingOptions;
#[cfg(feature = "js-tracer")]
use revm::interpreter::interpreter_types::LoopControl;
use revm::{
    Inspector,
    bytecode::opcode::OpCode,
    context::{ContextError, ContextTr},
    handler::FrameResult,
    inspector::JournalExt,
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, FrameInput, Interpreter},
    primitives::{Address, Log, U256},
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, OpcodeFilter};

use super::budget::{Budget, Exhausted};

/// What is put around scripts.
#[cfg(feature = "js-tracer")]
const SHELL: &str = include_str!("shell.js");

/// A [`DebugInspector`] with a [`Budget`]. Three more things are added:
/// - `TracingInspector` takes a step's memory from the step before it unless that one writes
///   memory. In a program's frame memory is each step's own, so there it must look every time.
/// - A script's `step` is called for REVERT, and then `fault`, as geth does. `JsInspector` calls
///   `fault` alone, and ERC-4337 bundlers look for the REVERT of `simulateValidation` in `step`.
/// - A script is put in a shell (`shell.js`) for two more things that geth does.
#[derive(Debug)]
pub(super) struct Tracer {
    pub(super) inspector: DebugInspector,
    budget: Budget,
    /// Why it was broken off.
    pub(super) exhausted: Option<Exhausted>,
}

impl Tracer {
    pub(super) fn new(
        #[cfg_attr(not(feature = "js-tracer"), expect(unused_mut))]
        mut options: GethDebugTracingOptions,
        timeout: Duration,
    ) -> Result<Self, DebugInspectorError> {
        let budget = Budget::new(&options, timeout);
        #[cfg(feature = "js-tracer")]
        if let Some(GethDebugTracerType::JsTracer(script)) = &mut options.tracer
            && !script.is_empty()
        {
            // a line of its own, for it may end in a comment
            *script = format!("({SHELL})({script}\n)");
        }
        Ok(Self {
            budget,
            inspector: DebugInspector::new(options)?,
            exhausted: None,
        })
    }

    /// Makes a `TracingInspector` that records memory look at it in programs' frames. The code that
    /// is shown of these is one instruction long.
    fn look_at_memory(&mut self, interpreter: &Interpreter) {
        if let DebugInspector::Default(inspector, _) | DebugInspector::Erc7562Tracer(inspector, _) =
            &mut self.inspector
            && inspector.config().record_memory_snapshots
        {
            let is_program = interpreter.bytecode.original_byte_slice().len() == 1;
            inspector.config_mut().record_opcodes_filter = is_program.then(every_opcode);
        }
    }
}

/// With a filter, each step's memory is recorded by itself.
fn every_opcode() -> OpcodeFilter {
    let mut filter = OpcodeFilter::new();
    for op in 0..=u8::MAX {
        filter.enable(OpCode::new_or_unknown(op));
    }
    filter
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, ctx: &mut CTX) {
        self.inspector.initialize_interp(interpreter, ctx);
    }

    fn step(&mut self, interpreter: &mut Interpreter, ctx: &mut CTX) {
        if let Err(exhausted) = self.budget.step(interpreter) {
            self.exhausted = Some(exhausted);
            *ctx.error() = Err(ContextError::Custom("the trace is broken off".into()));
            interpreter.halt_fatal();
            return;
        }
        self.look_at_memory(interpreter);
        self.inspector.step(interpreter, ctx);
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, ctx: &mut CTX) {
        #[cfg(feature = "js-tracer")]
        if matches!(self.inspector, DebugInspector::Js(_))
            && let Some(revert) = take_revert(interpreter)
        {
            self.inspector.step_end(interpreter, ctx);
            // what the script does about it is of no consequence: the frame ends already
            interpreter.bytecode.action().take();
            interpreter.bytecode.reset_action();
            self.inspector.step(interpreter, ctx);
            interpreter.bytecode.set_action(revert);
        }
        self.inspector.step_end(interpreter, ctx);
    }

    fn log(&mut self, ctx: &mut CTX, log: Log) {
        self.budget.event(log.data.data.len());
        self.inspector.log(ctx, log);
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, ctx: &mut CTX, log: Log) {
        self.budget.event(log.data.data.len());
        self.inspector.log_full(interpreter, ctx, log);
    }

    fn frame_start(&mut self, ctx: &mut CTX, input: &mut FrameInput) -> Option<FrameResult> {
        self.inspector.frame_start(ctx, input)
    }

    fn frame_end(&mut self, ctx: &mut CTX, input: &FrameInput, result: &mut FrameResult) {
        self.inspector.frame_end(ctx, input, result);
    }

    fn call(&mut self, ctx: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.budget.event(inputs.input.len());
        self.inspector.call(ctx, inputs)
    }

    fn call_end(&mut self, ctx: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.budget.output(outcome.result.output.len());
        self.inspector.call_end(ctx, inputs, outcome);
    }

    fn create(&mut self, ctx: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.budget.event(inputs.init_code().len());
        self.inspector.create(ctx, inputs)
    }

    fn create_end(&mut self, ctx: &mut CTX, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.budget.output(outcome.result.output.len());
        self.inspector.create_end(ctx, inputs, outcome);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<CTX>::selfdestruct(&mut self.inspector, contract, target, value);
    }
}

/// The action that REVERT has set, taken away.
#[cfg(feature = "js-tracer")]
fn take_revert(interpreter: &mut Interpreter) -> Option<revm::interpreter::InterpreterAction> {
    use revm::interpreter::InstructionResult;

    let bytecode = &mut interpreter.bytecode;
    let result = bytecode.action().as_ref()?.instruction_result();
    if result != Some(InstructionResult::Revert) {
        return None;
    }
    bytecode.reset_action();
    bytecode.action().take()
}
