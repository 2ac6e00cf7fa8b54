//! Watches the validation, and judges it when it is over: a hash that makes a slot the account's
//! may be taken after the slot is used.

use std::collections::BTreeSet;

use alloy::primitives::{Address, B256, KECCAK256_EMPTY, U256, hex, keccak256};
use revm::{
    Inspector,
    bytecode::opcode::{self as op, OpCode},
    context::{ContextTr, CreateScheme},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult as Result,
        Interpreter, interpreter_types::Jumps,
    },
};
use session_keys::UserOp;

use super::{Phase, Report, Rule, Violation, word};

/// `createSender(bytes)`, by which the EntryPoint has its helper call the factory.
const CREATE_SENDER: [u8; 4] = hex!("570e1a36");
/// `validateUserOp(UserOperation,bytes32,uint256)` of the account.
const VALIDATE_USER_OP: [u8; 4] = hex!("3a871cdd");
/// `depositTo(address)`
const DEPOSIT_TO: [u8; 4] = hex!("b760faf9");
/// Addresses up to here are precompiles, also ArbOS's.
const LAST_PRECOMPILE: U256 = U256::from_limbs([0xffff, 0, 0, 0]);
const P256_VERIFY: u64 = 0x100;
/// How far after a hash a slot is associated.
const REACH: U256 = U256::from_limbs([128, 0, 0, 0]);

const FORBIDDEN: [u8; 16] = [
    op::BALANCE,
    op::ORIGIN,
    op::GASPRICE,
    op::BLOCKHASH,
    op::COINBASE,
    op::TIMESTAMP,
    op::NUMBER,
    op::DIFFICULTY,
    op::GASLIMIT,
    op::SELFBALANCE,
    op::BASEFEE,
    op::BLOBHASH,
    op::BLOBBASEFEE,
    op::CREATE,
    op::INVALID,
    op::SELFDESTRUCT,
];

#[derive(Clone, Copy)]
struct Frame {
    /// None outside of the validation.
    phase: Option<Phase>,
    contract: Address,
}

pub(super) struct Checker {
    entry_point: Address,
    sender: Address,
    /// The first 20 bytes of `initCode`, if there is any.
    factory: Option<Address>,
    frames: Vec<Frame>,
    judged: usize,
    /// A storage access is a [`Rule::Storage`] until the end.
    seen: Vec<Violation>,
    /// Of the account's word and one more.
    hashes: BTreeSet<U256>,
    /// Whose last instruction was GAS.
    gas: Option<Frame>,
    /// Whose code an instruction asks for.
    code_of: Option<Address>,
    has_created: bool,
}

impl Checker {
    pub(super) fn new(entry_point: Address, user_op: &UserOp) -> Self {
        Self {
            entry_point,
            sender: user_op.sender,
            factory: user_op.initCode.get(..20).map(Address::from_slice),
            frames: Vec::new(),
            judged: 0,
            seen: Vec::new(),
            hashes: BTreeSet::new(),
            gas: None,
            code_of: None,
            has_created: false,
        }
    }

    pub(super) fn report(mut self, refusal: Option<String>) -> Report {
        self.end_of_gas(None);
        let mut violations = Vec::new();
        for mut seen in std::mem::take(&mut self.seen) {
            if let Rule::Storage { slot, .. } = seen.rule {
                match (self.is_associated(slot.into()), self.factory) {
                    (true, None) => continue,
                    (true, Some(_)) => seen.rule = Rule::FactoryStake { slot },
                    (false, _) => {}
                }
            }
            if !violations.contains(&seen) {
                violations.push(seen);
            }
        }
        Report {
            violations,
            refusal,
            frames: self.judged,
        }
    }

    fn is_associated(&self, slot: U256) -> bool {
        let mut hashes = self.hashes.iter();
        slot == word(self.sender) || hashes.any(|hash| slot.wrapping_sub(*hash) <= REACH)
    }

    fn found(&mut self, frame: Frame, rule: Rule) {
        if let Some(phase) = frame.phase {
            let contract = frame.contract;
            self.seen.push(Violation {
                phase,
                contract,
                rule,
            });
        }
    }

    /// GAS is over: was a call next?
    fn end_of_gas(&mut self, next: Option<u8>) {
        let is_call = matches!(
            next,
            Some(op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL)
        );
        if let Some(frame) = self.gas.take()
            && !is_call
        {
            self.found(frame, Rule::GasWithoutCall);
        }
    }

    /// A frame begins; gives its caller's.
    fn enter(&mut self, contract: Address, first: Option<Phase>) -> Option<Frame> {
        let parent = self.frames.last().copied();
        let phase = parent.and_then(|parent| parent.phase).or(first);
        self.judged += usize::from(phase.is_some());
        self.frames.push(Frame { phase, contract });
        parent
    }

    fn judge_call(&mut self, caller: Frame, call: &CallInputs, input: &[u8]) {
        let code = call.bytecode_address;
        if code == self.entry_point {
            let is_deposit = input.starts_with(&DEPOSIT_TO)
                && input.get(4..36) == Some(self.sender.into_word().as_slice())
                && (call.caller == self.sender || Some(call.caller) == self.factory);
            let is_plain = input.is_empty() && call.caller == self.sender;
            if call.target_address != code || !(is_deposit || is_plain) {
                self.found(caller, Rule::EntryPoint);
            }
            return;
        }
        if call.transfers_value() {
            self.found(caller, Rule::Value { to: code });
        }
        let number = word(code);
        if !number.is_zero() && number <= LAST_PRECOMPILE {
            let number = number.to::<u64>();
            if !matches!(number, 1..=9 | P256_VERIFY) {
                self.found(caller, Rule::Precompile(code));
            }
        } else if call.known_bytecode.1.is_empty() {
            self.no_code(caller, code);
        }
    }

    fn no_code(&mut self, frame: Frame, address: Address) {
        if address != self.sender || frame.phase != Some(Phase::Deployment) {
            self.found(frame, Rule::NoCode(address));
        }
    }

    fn leave(&mut self, result: Result) {
        let is_out_of_gas = matches!(
            result,
            Result::OutOfGas
                | Result::MemoryOOG
                | Result::MemoryLimitOOG
                | Result::PrecompileOOG
                | Result::InvalidOperandOOG
                | Result::ReentrancySentryOOG
        );
        if let Some(frame) = self.frames.pop()
            && is_out_of_gas
        {
            self.found(frame, Rule::OutOfGas);
        }
    }
}

impl<C: ContextTr> Inspector<C> for Checker {
    fn step(&mut self, interpreter: &mut Interpreter, _: &mut C) {
        let opcode = interpreter.bytecode.opcode();
        self.end_of_gas(Some(opcode));
        self.code_of = None;
        let Some(&frame) = self.frames.last() else {
            return;
        };
        let Some(phase) = frame.phase else { return };
        let stack = &interpreter.stack;
        match opcode {
            op::GAS => self.gas = Some(frame),
            op::SLOAD | op::SSTORE | op::TLOAD | op::TSTORE => {
                // what the EntryPoint does with its storage is judged by the call of it
                let is_own = [self.sender, self.entry_point].contains(&frame.contract);
                if !is_own && let Ok(slot) = stack.peek(0) {
                    let (slot, write) = (slot.into(), matches!(opcode, op::SSTORE | op::TSTORE));
                    self.found(frame, Rule::Storage { slot, write });
                }
            }
            op::KECCAK256 => {
                let (Ok(offset), Ok(len)) = (stack.peek(0), stack.peek(1)) else {
                    return;
                };
                let offset = offset.saturating_to::<usize>();
                let memory = &interpreter.memory;
                // what lies beyond is zero, and no address
                if len == U256::from(64) && offset.saturating_add(64) <= memory.len() {
                    let preimage = memory.slice_len(offset, 64);
                    if preimage[..32] == self.sender.into_word()[..] {
                        self.hashes.insert(keccak256(&*preimage).into());
                    }
                }
            }
            op::EXTCODESIZE | op::EXTCODEHASH => {
                let address = stack.peek(0).ok().map(|word| B256::from(word).0);
                self.code_of = address.map(|word| Address::from_slice(&word[12..]));
            }
            op::CREATE2 if phase == Phase::Validation || self.has_created => {
                self.found(frame, Rule::Create2);
            }
            op::CREATE2 => self.has_created = true,
            _ if FORBIDDEN.contains(&opcode) => self.found(frame, Rule::Opcode(opcode)),
            _ if OpCode::new(opcode).is_none() => self.found(frame, Rule::Unassigned(opcode)),
            _ => {}
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _: &mut C) {
        let frame = self.frames.last().copied();
        if let (Some(address), Some(frame)) = (self.code_of.take(), frame)
            && let Ok(answer) = interpreter.stack.peek(0)
            && (answer.is_zero() || answer == U256::from_be_bytes(KECCAK256_EMPTY.0))
        {
            self.no_code(frame, address);
        }
    }

    fn call(&mut self, context: &mut C, call: &mut CallInputs) -> Option<CallOutcome> {
        let input = call.input.bytes(context);
        let first = if call.caller != self.entry_point {
            None
        } else if input.starts_with(&CREATE_SENDER) {
            Some(Phase::Deployment)
        } else {
            let is_account = call.target_address == self.sender;
            (is_account && input.starts_with(&VALIDATE_USER_OP)).then_some(Phase::Validation)
        };
        let caller = self.enter(call.target_address, first);
        if let Some(caller) = caller.filter(|caller| caller.phase.is_some()) {
            self.judge_call(caller, call, &input);
        }
        None
    }

    fn call_end(&mut self, _: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        self.leave(outcome.result.result);
    }

    fn create(&mut self, _: &mut C, create: &mut CreateInputs) -> Option<CreateOutcome> {
        // CREATE is judged by its opcode; only then does the address hang on the nonce
        let mut contract = Address::ZERO;
        if let CreateScheme::Create2 { .. } = create.scheme() {
            contract = create.created_address(0);
            if let Some(&frame) = self.frames.last()
                && contract != self.sender
            {
                self.found(frame, Rule::Create2);
            }
        }
        self.enter(contract, None);
        None
    }

    fn create_end(&mut self, _: &mut C, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.leave(outcome.result.result);
    }
}
