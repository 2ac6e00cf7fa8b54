//! One instruction of the EVM program that a tracer is shown.

use revm::{
    bytecode::opcode,
    context::CreateScheme,
    interpreter::{CallInput, CallScheme, CallValue, FrameInput, InterpreterResult},
    primitives::{Address, Bytes, U256},
};

use super::super::call::STIPEND_GAS;

/// One instruction of a made-up EVM program.
#[derive(Clone, Debug)]
pub(crate) struct Opcode {
    pub(super) op: u8,
    /// Topmost last.
    pub(super) stack: Vec<U256>,
    pub(super) memory: Bytes,
}

impl Opcode {
    /// `operands`: topmost first.
    pub(super) fn new(op: u8, operands: &[U256], memory: Bytes) -> Self {
        Self {
            op,
            stack: operands.iter().rev().copied().collect(),
            memory,
        }
    }

    /// What takes a result from the stack; the memory is that of the instruction that gave it.
    pub(super) fn pop(result: U256, memory: Bytes) -> Self {
        Self::new(opcode::POP, &[result], memory)
    }

    pub(in crate::stylus) fn sstore(key: U256, value: U256) -> Self {
        Self::new(opcode::SSTORE, &[key, value], Bytes::new())
    }

    /// A call or create that begins. The stipend is not among a call's operands.
    pub(super) fn frame(input: &FrameInput) -> Option<Self> {
        match input {
            FrameInput::Call(call) => {
                let op = match call.scheme {
                    CallScheme::Call => opcode::CALL,
                    CallScheme::CallCode => opcode::CALLCODE,
                    CallScheme::DelegateCall => opcode::DELEGATECALL,
                    CallScheme::StaticCall => opcode::STATICCALL,
                };
                let input = match &call.input {
                    CallInput::Bytes(bytes) => bytes.clone(),
                    CallInput::SharedBuffer(_) => Bytes::new(),
                };
                let value = match call.value {
                    CallValue::Transfer(value) => value,
                    CallValue::Apparent(_) => U256::ZERO,
                };
                let stipend = if value.is_zero() { 0 } else { STIPEND_GAS };
                let gas = U256::from(call.gas_limit.saturating_sub(stipend));
                let (to, len) = (word(call.bytecode_address), U256::from(input.len()));
                let zero = U256::ZERO;
                let operands: &[U256] = if op == opcode::CALL {
                    &[gas, to, value, zero, len, zero, zero]
                } else {
                    &[gas, to, zero, len, zero, zero]
                };
                Some(Self::new(op, operands, input))
            }
            FrameInput::Create(create) => {
                let code = create.init_code().clone();
                let (value, len) = (create.value(), U256::from(code.len()));
                Some(match create.scheme() {
                    CreateScheme::Create2 { salt } => {
                        Self::new(opcode::CREATE2, &[value, U256::ZERO, len, salt], code)
                    }
                    _ => Self::new(opcode::CREATE, &[value, U256::ZERO, len], code),
                })
            }
            FrameInput::Empty => None,
        }
    }

    /// The last instruction of a frame.
    pub(super) fn last(result: &InterpreterResult) -> Self {
        let op = match result.result.is_ok() {
            true if result.output.is_empty() => return Self::new(opcode::STOP, &[], Bytes::new()),
            true => opcode::RETURN,
            false => opcode::REVERT,
        };
        let len = U256::from(result.output.len());
        Self::new(op, &[U256::ZERO, len], result.output.clone())
    }
}

pub(super) fn word(address: Address) -> U256 {
    address.into_word().into()
}
