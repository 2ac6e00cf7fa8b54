//! Does the validation of a userOp keep to ERC-7562? If not, no bundler of the public mempool
//! takes it. [`World::check_validation`] runs `simulateValidation` under an inspector that judges
//! every frame of the account's validation and of its deployment: of contracts by their opcodes,
//! of programs by the opcodes that stand for their host functions.
//!
//! | finding ([`Rule`]) | rule |
//! | --- | --- |
//! | `Opcode`: TIMESTAMP, BALANCE, CREATE, … | OP-011 |
//! | `GasWithoutCall` | OP-012 |
//! | `Unassigned` | OP-013 |
//! | `OutOfGas` | OP-020 |
//! | `Create2`, but for one in the deployment that gives the sender | OP-031 |
//! | `NoCode`: a call, EXTCODESIZE or EXTCODEHASH of it, but of the sender in the deployment | OP-041 |
//! | `EntryPoint`: a call other than `depositTo(sender)` and the sender's without data | OP-054 |
//! | `Value`: in a call, but to the EntryPoint | OP-061 |
//! | `Precompile`, but 1 to 9 and P256VERIFY | OP-062 |
//! | `Storage`: neither the account's nor associated with it | STO-021 |
//! | `FactoryStake`: associated storage while there is `initCode` | STO-022 |
//!
//! Associated is the slot with the account's address as number, and 0 to 128 after the Keccak hash
//! of the account's word and one more, if that hash is taken in the same validation.
//!
//! Not judged: paymasters, aggregators, what stake would allow (it is as if nobody had any),
//! EXTCODECOPY of an address without code, code that changes between two validations (COD-010), and
//! rules about more than one userOp (STO-040, STO-041, reputation). Any EXTCODESIZE and EXTCODEHASH
//! of the EntryPoint pass, though OP-051 has but EXTCODESIZE with ISZERO after it. A program's load
//! of a slot that its frame has already read or written is not shown, nor are its writes before
//! they are flushed; GAS is never followed by a call in a program's frame, as POP comes first.

mod inspector;
mod offender;

use std::fmt;

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, B256, Bytes, U256, hex},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{SolError, SolValue},
};
use devnode::ExecutionResult;
use revm::bytecode::opcode::OpCode;
use session_keys::UserOp;

pub use offender::{Machine, Offence};

use crate::{Chain, World, WorldError, abi::EntryPoint, describe};
use inspector::Checker;

/// More than any validation here takes.
const GAS: u64 = 30_000_000;
/// `simulateValidation(UserOperation)` of v0.6
const SIMULATE_VALIDATION: [u8; 4] = hex!("ee219423");

sol! {
    struct ReturnInfo {
        uint256 preOpGas;
        uint256 prefund;
        bool sigFailed;
        uint48 validAfter;
        uint48 validUntil;
        bytes paymasterContext;
    }

    struct StakeInfo {
        uint256 stake;
        uint256 unstakeDelaySec;
    }

    error ValidationResult(ReturnInfo returnInfo, StakeInfo senderInfo, StakeInfo factoryInfo, StakeInfo paymasterInfo);
}

/// What the checker says of a userOp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were met, each once.
    pub violations: Vec<Violation>,
    /// Why the EntryPoint would refuse the userOp, if it would.
    pub refusal: Option<String>,
    /// Frames that were judged: the account's, those below it, and those of the deployment.
    pub frames: usize,
}

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When.
    pub phase: Phase,
    /// Whose frame it is: the contract with the storage, not the code.
    pub contract: Address,
    /// What.
    pub rule: Rule,
}

/// A part of the validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// `initCode`: the factory and what it calls.
    Deployment,
    /// `validateUserOp` of the account and what it calls.
    Validation,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deployment => "deployment",
            Self::Validation => "validation",
        })
    }
}

/// What is forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the module's table says it")]
pub enum Rule {
    Opcode(u8),
    GasWithoutCall,
    Unassigned(u8),
    OutOfGas,
    Create2,
    NoCode(Address),
    EntryPoint,
    Value { to: Address },
    Precompile(Address),
    Storage { slot: B256, write: bool },
    FactoryStake { slot: B256 },
}

impl Rule {
    /// The rule's number in ERC-7562.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Opcode(_) => "OP-011",
            Self::GasWithoutCall => "OP-012",
            Self::Unassigned(_) => "OP-013",
            Self::OutOfGas => "OP-020",
            Self::Create2 => "OP-031",
            Self::NoCode(_) => "OP-041",
            Self::EntryPoint => "OP-054",
            Self::Value { .. } => "OP-061",
            Self::Precompile(_) => "OP-062",
            Self::Storage { .. } => "STO-021",
            Self::FactoryStake { .. } => "STO-022",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opcode = |code: &u8| OpCode::new(*code).map_or("unknown", OpCode::as_str);
        match self {
            Self::Opcode(code) => f.write_str(opcode(code)),
            Self::GasWithoutCall => f.write_str("GAS without a call after it"),
            Self::Unassigned(code) => write!(f, "unassigned opcode {code:#04x}"),
            Self::OutOfGas => f.write_str("out of gas"),
            Self::Create2 => f.write_str("CREATE2"),
            Self::NoCode(address) => write!(f, "use of {address}, which has no code,"),
            Self::EntryPoint => f.write_str("call of the EntryPoint"),
            Self::Value { to } => write!(f, "ether for {to}"),
            Self::Precompile(address) => write!(f, "call of precompile {address}"),
            Self::Storage { slot, write } => {
                let what = if *write { "write of" } else { "read of" };
                write!(f, "{what} foreign slot {slot}")
            }
            Self::FactoryStake { slot } => write!(f, "associated slot {slot} beside initCode"),
        }
    }
}

impl World {
    /// Checks a userOp that is about to be sent, if it is to be checked: also one that will be refused, as far as its
    /// validation runs.
    pub(crate) fn keeps_rules(&self, index: usize, op: &UserOp) -> Result<(), WorldError> {
        if self.unchecked.is_some() || matches!(self.chain, Chain::Remote(_)) {
            return Ok(());
        }
        let findings: Vec<_> = self
            .check_validation(op)?
            .violations
            .into_iter()
            .filter(|found| !self.excused.contains_key(&found.contract))
            .map(
                |Violation {
                     phase,
                     contract,
                     rule,
                 }| {
                    let (id, name) = (rule.id(), self.name(contract));
                    format!("{id} {rule} by {name} ({contract}) in the {phase}")
                },
            )
            .collect();
        if findings.is_empty() {
            return Ok(());
        }
        let findings = findings.join("; ");
        Err(WorldError::Rules { index, findings })
    }

    /// Checks the validation of a userOp at the newest block. Nothing is changed by it.
    ///
    /// # Errors
    /// If it is not the embedded chain: what a node tells does not suffice. If `simulateValidation` ends otherwise than with its result or with `FailedOp`.
    pub fn check_validation(&self, op: &UserOp) -> Result<Report, WorldError> {
        let what = "EntryPoint.simulateValidation";
        let input = [&SIMULATE_VALIDATION[..], &(op.clone(),).abi_encode_params()].concat();
        let request = TransactionRequest::default()
            .from(self.bundler)
            .to(self.entry_point)
            .input(Bytes::from(input).into())
            .gas_limit(GAS);
        let checker = Checker::new(self.entry_point, op);
        let run = self.embedded()?.inspect_call(&request, Latest, checker);
        let (result, checker) = run.map_err(|error| WorldError::chain(what, error))?;
        let refusal = match &result {
            ExecutionResult::Revert { output, .. } => refusal(output),
            _ => Err(format!("{result:?}")),
        };
        let what = what.into();
        let refusal = refusal.map_err(|reason| WorldError::Answer { what, reason })?;
        Ok(checker.report(refusal))
    }
}

fn refusal(output: &[u8]) -> Result<Option<String>, String> {
    if let Ok(result) = ValidationResult::abi_decode(output) {
        let is_refused = result.returnInfo.sigFailed;
        return Ok(is_refused.then(|| "AA24 signature error".into()));
    }
    let failed = EntryPoint::FailedOp::abi_decode(output).map_err(|_| describe(output))?;
    Ok(Some(failed.reason))
}

/// The address as a word: what associated storage is told by.
fn word(address: Address) -> U256 {
    address.into_word().into()
}
