//! Who watches a frame: nobody, or an inspector.

use revm::{
    Database, Inspector,
    interpreter::{
        Gas, Interpreter, InterpreterAction, InterpreterResult, SharedMemory,
        interpreter::ExtBytecode,
        interpreter_types::{LoopControl, ReturnData, RuntimeFlag, StackTr},
    },
    primitives::{Bytes, Log, U256},
    state::Bytecode,
};

use super::{super::ink::Stop, opcode::Opcode};
use crate::ArbContext;

/// A tracer has ended the frame.
pub(crate) struct Ended(Box<InterpreterResult>);

impl<E> From<Ended> for Stop<E> {
    fn from(Ended(result): Ended) -> Self {
        Self::Ended(result)
    }
}

/// Who watches a frame.
pub(crate) trait Tracer<DB: Database> {
    /// Whether anybody does. If not, nothing is worked out for it.
    const ON: bool;

    /// An instruction is about to be done.
    fn step(&mut self, ctx: &mut ArbContext<DB>, opcode: &Opcode, gas: Gas) -> Result<(), Ended>;

    /// It is done, and has left this on the stack.
    fn step_end(
        &mut self,
        ctx: &mut ArbContext<DB>,
        gas: Gas,
        result: Option<U256>,
    ) -> Result<(), Ended>;

    /// The instruction under way has emitted a log.
    fn log(&mut self, ctx: &mut ArbContext<DB>, log: Log);

    /// What the program's last call returned.
    fn returned(&mut self, data: &Bytes);

    /// The frame's last instruction; gives what the frame comes to.
    fn end(
        &mut self,
        ctx: &mut ArbContext<DB>,
        gas: Gas,
        result: InterpreterResult,
    ) -> InterpreterResult;

    /// An instruction that changes nothing, from before to after.
    fn show(
        &mut self,
        ctx: &mut ArbContext<DB>,
        opcode: &Opcode,
        [before, after]: [Gas; 2],
    ) -> Result<(), Ended> {
        self.step(ctx, opcode, before)?;
        self.step_end(ctx, after, None)
    }
}

/// Nobody watches.
pub(crate) struct Untraced;

impl<DB: Database> Tracer<DB> for Untraced {
    const ON: bool = false;

    fn step(&mut self, _: &mut ArbContext<DB>, _: &Opcode, _: Gas) -> Result<(), Ended> {
        Ok(())
    }

    fn step_end(&mut self, _: &mut ArbContext<DB>, _: Gas, _: Option<U256>) -> Result<(), Ended> {
        Ok(())
    }

    fn log(&mut self, _: &mut ArbContext<DB>, _: Log) {}

    fn returned(&mut self, _: &Bytes) {}

    fn end(
        &mut self,
        _: &mut ArbContext<DB>,
        _: Gas,
        result: InterpreterResult,
    ) -> InterpreterResult {
        result
    }
}

/// An inspector, and the interpreter that it is shown: the frame's input and flags, the code one
/// instruction long.
pub(crate) struct Inspected<'a, I> {
    inspector: &'a mut I,
    interpreter: Interpreter,
}

impl<'a, I> Inspected<'a, I> {
    pub(crate) fn new(inspector: &'a mut I, frame: &Interpreter) -> Self {
        Self {
            inspector,
            interpreter: Interpreter::new(
                SharedMemory::new(),
                ExtBytecode::default(),
                frame.input.clone(),
                frame.runtime_flag.is_static(),
                frame.runtime_flag.spec_id(),
                frame.gas.limit(),
            ),
        }
    }

    /// Puts an instruction before the inspector.
    fn set(&mut self, opcode: &Opcode, gas: Gas) {
        let interpreter = &mut self.interpreter;
        let code = Bytecode::new_legacy(Bytes::copy_from_slice(&[opcode.op]));
        interpreter.bytecode = ExtBytecode::new(code);
        interpreter.gas = gas;
        interpreter.stack.clear();
        for word in &opcode.stack {
            _ = interpreter.stack.push(*word); // 7 at the most
        }
        // whole words, as the EVM has them
        interpreter.memory.resize(0);
        interpreter
            .memory
            .resize(opcode.memory.len().next_multiple_of(32));
        interpreter.memory.set(0, &opcode.memory);
    }

    /// Has the inspector ended the frame?
    fn check(&mut self) -> Result<(), Ended> {
        match self.interpreter.bytecode.action().take() {
            Some(InterpreterAction::Return(result)) => Err(Ended(Box::new(result))),
            _ => Ok(()),
        }
    }
}

impl<DB: Database, I: Inspector<ArbContext<DB>>> Tracer<DB> for Inspected<'_, I> {
    const ON: bool = true;

    fn step(&mut self, ctx: &mut ArbContext<DB>, opcode: &Opcode, gas: Gas) -> Result<(), Ended> {
        self.set(opcode, gas);
        self.inspector.step(&mut self.interpreter, ctx);
        self.check()
    }

    fn step_end(
        &mut self,
        ctx: &mut ArbContext<DB>,
        gas: Gas,
        result: Option<U256>,
    ) -> Result<(), Ended> {
        self.interpreter.gas = gas;
        self.interpreter.stack.clear();
        if let Some(word) = result {
            _ = self.interpreter.stack.push(word);
        }
        self.inspector.step_end(&mut self.interpreter, ctx);
        self.check()
    }

    fn log(&mut self, ctx: &mut ArbContext<DB>, log: Log) {
        self.inspector.log_full(&mut self.interpreter, ctx, log);
    }

    fn returned(&mut self, data: &Bytes) {
        self.interpreter.return_data.set_buffer(data.clone());
    }

    fn end(
        &mut self,
        ctx: &mut ArbContext<DB>,
        gas: Gas,
        result: InterpreterResult,
    ) -> InterpreterResult {
        self.set(&Opcode::last(&result), gas);
        self.inspector.step(&mut self.interpreter, ctx);
        if let Err(Ended(result)) = self.check() {
            return *result;
        }
        let interpreter = &mut self.interpreter;
        interpreter.gas = result.gas;
        interpreter.stack.clear();
        let action = InterpreterAction::Return(result.clone());
        interpreter.bytecode.set_action(action);
        self.inspector.step_end(interpreter, ctx);
        match self.check() {
            Err(Ended(result)) => *result,
            Ok(()) => result,
        }
    }
}
