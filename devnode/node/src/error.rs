//! What can go wrong, one type per concern.

use alloy::primitives::{Address, B256, Bytes, U256};
use devnode_evm::arbos::{ArbWasm, Inactive};
use revm::context::result::{HaltReason, InvalidTransaction};

/// Why a transaction is refused. A transaction that runs and fails is not refused: its receipt
/// says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum TxError {
    /// Not an encoded transaction
    #[error("not a transaction: {0}")]
    Decode(String),
    /// The signature gives no address
    #[error("the signature is not valid")]
    Signature,
    /// Type 3
    #[error("Arbitrum has no blob transactions")]
    Blobs,
    /// Signed for another chain
    #[error("signed for chain {have}, this is chain {want}")]
    ChainId { have: u64, want: u64 },
    /// The sender has sent a transaction of this nonce
    #[error("nonce too low: {have}, the sender's is {want}")]
    NonceTooLow { have: u64, want: u64 },
    /// Only of a transaction that is to run now; one that can wait is queued
    #[error("nonce too high: {have}, the sender's is {want}")]
    NonceTooHigh { have: u64, want: u64 },
    /// Gas at the highest price and the value are more than the sender has
    #[error("insufficient funds: have {have} wei, want {want}")]
    Funds { have: U256, want: U256 },
    /// Above the chain's cap on one transaction
    #[error("gas limit {limit} is more than the cap of {cap}")]
    GasCap { limit: u64, cap: u64 },
    /// Less gas than the transaction costs before it runs
    #[error("gas limit {limit} is less than the intrinsic gas of {need}")]
    IntrinsicGas { limit: u64, need: u64 },
    /// The fee does not cover the base fee
    #[error("fee of {max_fee} wei per gas is less than the base fee of {base_fee}")]
    FeeTooLow { max_fee: u128, base_fee: u64 },
    /// The tip is more than the whole fee
    #[error("tip of {tip} wei per gas is more than the fee of {max_fee}")]
    TipAboveFee { tip: u128, max_fee: u128 },
    /// An unsigned transaction from an account whose key is not here
    #[error("no key of {0}, and it is not impersonated")]
    UnknownSender(Address),
    /// An unsigned transaction without sender
    #[error("the request has no sender")]
    NoSender,
    /// The pool or a block has it
    #[error("transaction {0} is known")]
    Known(B256),
    /// Less than a tenth more than the pool's transaction of the same nonce
    #[error("a replacement must pay {want} wei per gas or more, not {have}")]
    Underpriced { have: u128, want: u128 },
    /// A request that can not become a transaction
    #[error("incomplete request: {0}")]
    Incomplete(String),
    /// Input and data of a request differ
    #[error("input and data differ")]
    TwoInputs,
    /// The gas that it needs can not be estimated
    #[error("can not estimate gas: {0}")]
    Estimate(Box<CallError>),
    /// Refused by the EVM for another reason
    #[error("invalid transaction: {0}")]
    Invalid(InvalidTransaction),
    /// The EVM itself failed: a defect of the node
    #[error("the EVM failed: {0}")]
    Evm(String),
}

impl From<InvalidTransaction> for TxError {
    fn from(error: InvalidTransaction) -> Self {
        use InvalidTransaction as I;
        match error {
            I::NonceTooLow { tx, state } => Self::NonceTooLow {
                have: tx,
                want: state,
            },
            I::NonceTooHigh { tx, state } => Self::NonceTooHigh {
                have: tx,
                want: state,
            },
            I::LackOfFundForMaxFee { fee, balance } => Self::Funds {
                have: *balance,
                want: *fee,
            },
            I::TxGasLimitGreaterThanCap { gas_limit, cap } => Self::GasCap {
                limit: gas_limit,
                cap,
            },
            I::CallGasCostMoreThanGasLimit {
                initial_gas,
                gas_limit,
            } => Self::IntrinsicGas {
                limit: gas_limit,
                need: initial_gas,
            },
            other => Self::Invalid(other),
        }
    }
}

/// Why a call, an estimate or a trace gives no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The contract reverted.
    #[error("execution reverted{}", .0.suffix())]
    Revert(Revert),
    /// Execution stopped in another way: out of gas, invalid opcode, …
    #[error("execution stopped: {reason}")]
    Halt {
        /// How it stopped.
        reason: HaltReason,
        /// The gas that was lost.
        gas_used: u64,
    },
    /// The program that was called does not run: all gas is burnt.
    #[error("program {program} is not active: {why}")]
    Inactive {
        /// The program.
        program: Address,
        /// Why it does not run; [`Devnode::activate`](crate::Devnode::activate) helps.
        why: Inactive,
        /// The gas that was lost.
        gas_used: u64,
    },
    /// ArbWasm was called to activate a module that it refuses: all gas is burnt. Nitro too says why
    /// only to who asks by RPC, and only for the call itself.
    #[error("program activation failed: {why}")]
    Activation {
        /// Why.
        why: devnode_meter::Rejection,
        /// The gas that was lost.
        gas_used: u64,
    },
    /// The call could not begin.
    #[error(transparent)]
    Refused(#[from] TxError),
    /// The block or its state is not there.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// An override that makes no sense.
    #[error("override of {address}: {reason}")]
    Override {
        /// Whose.
        address: Address,
        /// Why not.
        reason: &'static str,
    },
    /// A block override of more than 64 bits where the chain has no more.
    #[error("block override {0} is too large")]
    BlockOverride(&'static str),
}

impl CallError {
    /// What the contract reverted with.
    pub const fn revert_data(&self) -> Option<&Bytes> {
        match self {
            Self::Revert(revert) => Some(&revert.data),
            _ => None,
        }
    }
}

/// The data of a revert, and the text in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// As it was returned.
    pub data: Bytes,
    /// Of `Error(string)` or `Panic(uint256)`.
    pub reason: Option<String>,
}

impl Revert {
    /// Decodes what can be decoded.
    pub fn new(data: Bytes) -> Self {
        let reason = match data.get(..4) {
            Some([0x08, 0xc3, 0x79, 0xa0] | [0x4e, 0x48, 0x7b, 0x71]) => {
                alloy::sol_types::decode_revert_reason(&data)
            }
            _ => None,
        };
        Self { data, reason }
    }

    fn suffix(&self) -> String {
        match &self.reason {
            Some(reason) => format!(": {reason}"),
            None if self.data.is_empty() => String::new(),
            None => format!(": {}", self.data),
        }
    }
}

/// Why a block can not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum BlockError {
    /// No block of that number, hash or tag
    #[error("no block {0}")]
    Unknown(String),
    /// [`NodeConfig::history`](crate::NodeConfig::history) does not reach that far
    #[error("the state of block {number} is gone, the oldest is that of {oldest}")]
    Pruned { number: u64, oldest: u64 },
    /// [`NodeConfig::kept_blocks`](crate::NodeConfig::kept_blocks) does not reach that far
    #[error("block {number} is not kept, the oldest is {oldest}")]
    NotKept { number: u64, oldest: u64 },
    /// A range that ends before it begins
    #[error("block range from {from} to {to}")]
    Range { from: u64, to: u64 },
}

/// Why a transaction can not be traced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// No block has it.
    #[error("no transaction {0}")]
    Unknown(B256),
    /// The state before it is not there.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// It does not run again as it ran: a defect of the node.
    #[error("the transaction does not run again: {0}")]
    Replay(#[from] TxError),
}

/// Why one of geth's tracers gives no trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DebugTraceError {
    /// The call can not begin.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The transaction can not be traced.
    #[error(transparent)]
    Transaction(#[from] TraceError),
    /// The tracer's options make no sense.
    #[error("tracer options: {0}")]
    Options(String),
    /// The tracer is a script, or has a name that this chain doesn't know.
    #[error("not a tracer of this node; scripts need devnode's cargo feature `js-tracer`")]
    NoScripts,
    /// The script is not a tracer, or throws.
    #[error("tracer script: {0}")]
    Script(String),
    /// It takes too long.
    #[error("execution timeout: the trace takes longer than {0:?}")]
    Timeout(std::time::Duration),
    /// It takes too much memory.
    #[error("the trace takes more than {0} bytes; limit it, or leave out stack, memory, storage")]
    TooLarge(usize),
}

/// Why a test control does nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum ControlError {
    /// A block can not be older than its parent
    #[error("timestamp {timestamp} is before the newest block's {parent}")]
    TimeGoesBack { timestamp: u64, parent: u64 },
    /// Neither EVM nor WASM code
    #[error("not valid code: {0}")]
    Code(String),
    /// No such snapshot, or it was reverted
    #[error("no snapshot {0}")]
    NoSnapshot(u64),
}

/// Why a program or contract is not deployed, activated or cached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// It can not be packaged.
    #[error("can not package the program: {0}")]
    Package(String),
    /// ArbWasm or ArbWasmCache refuses it.
    #[error("{0:?}")]
    ArbWasm(ArbWasm::ArbWasmErrors),
    /// It is not a module that may be activated.
    #[error("the module is refused: {0}")]
    Rejected(devnode_meter::Rejection),
    /// The transaction was refused.
    #[error(transparent)]
    Refused(#[from] TxError),
    /// The call would fail; nothing was sent.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The transaction ran and failed.
    #[error("transaction {0} failed")]
    Failed(B256),
    /// A precompile's answer can not be decoded.
    #[error("can not decode the answer: {0}")]
    Answer(String),
    /// There is code at the address already.
    #[error("{0} has code already")]
    Exists(Address),
    /// The contract went to another address than it must have.
    #[error("deployed at {have} instead of {want}")]
    Elsewhere {
        /// Where it is.
        have: Address,
        /// Where it must be.
        want: Address,
    },
    /// The artefact file can not be read.
    #[error("artefact {path}: {reason}")]
    Artefact {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
}
