//! The chain below a world: the embedded one, or one behind an RPC URL.

mod deploy;
mod remote;

use std::path::Path;

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::{TransactionRequest, trace::geth::CallFrame},
    transports::TransportError,
};
use devnode::{CallError, Devnode, EntryPointVersion, ProgramError, Receipt, TraceError, TxError};

pub use remote::Remote;

/// Where the suite runs, if not on the embedded chain: an http URL.
pub const RPC_URL: &str = "E2E_RPC_URL";
/// The key there that pays for everything: 32 bytes in hex.
pub const PRIVATE_KEY: &str = "E2E_PRIVATE_KEY";

/// Below the chain's cap on one transaction, and enough for any contract here.
const GAS: u64 = 30_000_000;
/// Wei at the embedded EntryPoint for each account: 10 ether.
const DEPOSIT: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);
/// Gas that an account elsewhere can pay for: what a userOp must be able to pay is 4,100,000 at once.
const DEPOSIT_GAS: u64 = 60_000_000;

/// Two kinds of chain that can do the same, but for the embedded one's controls.
#[derive(Debug)]
pub enum Chain {
    /// In this process.
    Embedded(Box<Devnode>),
    /// A node of somebody else.
    Remote(Box<Remote>),
}

/// Why a chain does not do or tell something.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum ChainError {
    /// A call that is no transaction failed
    #[error(transparent)]
    Call(#[from] CallError),
    /// The chain takes no such transaction
    #[error(transparent)]
    Refused(#[from] TxError),
    /// The transaction can not be traced
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// A program or the EntryPoint can not be deployed, activated or cached
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A control, or an inspector, of a node that is not ours
    #[error("only the embedded chain can do this")]
    NotEmbedded,
    /// The environment does not say which chain
    #[error("{variable}: {reason}")]
    Environment {
        variable: &'static str,
        reason: String,
    },
    /// The node answers with an error, or not at all
    #[error("{method}: {source}")]
    Rpc {
        method: &'static str,
        source: TransportError,
    },
    /// The node has no debug API, or does not let us use it
    #[error("no debug API: {0}")]
    NoDebug(TransportError),
    /// Neither the deployer, the bundler nor the trader
    #[error("no key of {0}")]
    NoKey(Address),
    /// A transaction can not be signed
    #[error("signing: {0}")]
    Sign(String),
    /// No receipt in a minute
    #[error("transaction {0} is in no block after 60 s")]
    Lost(B256),
    /// The key in the environment can not pay
    #[error("{funder} has {have} wei, {want} are needed")]
    Funds {
        funder: Address,
        have: U256,
        want: U256,
    },
    /// The chain has no CREATE2 factory and does not take the transaction that makes it
    #[error("no CREATE2 factory at {factory}, and its transaction is refused: {reason}")]
    Factory { factory: Address, reason: String },
}

impl Chain {
    /// A new embedded chain, with the default configuration.
    pub fn embedded() -> Self {
        Self::Embedded(Box::default())
    }

    /// The chain at [`RPC_URL`] with the key in [`PRIVATE_KEY`], or an embedded one if there is no such variable.
    ///
    /// # Errors
    /// If the variables are not understood, or the node does not answer.
    pub fn from_env() -> Result<Self, ChainError> {
        let Ok(url) = std::env::var(RPC_URL) else {
            return Ok(Self::embedded());
        };
        let key = std::env::var(PRIVATE_KEY).map_err(|error| ChainError::Environment {
            variable: PRIVATE_KEY,
            reason: error.to_string(),
        })?;
        Ok(Self::Remote(Box::new(Remote::connect(&url, &key)?)))
    }

    /// Deployer, trader and bundler.
    pub(crate) fn accounts(&self) -> Option<[Address; 3]> {
        match self {
            Self::Embedded(node) => match node.accounts()[..] {
                [deployer, .., trader, bundler] => Some([deployer, trader, bundler]),
                _ => None,
            },
            Self::Remote(remote) => Some(remote.accounts()),
        }
    }

    /// The EIP-155 chain id.
    pub fn chain_id(&self) -> u64 {
        match self {
            Self::Embedded(node) => node.chain_id(),
            Self::Remote(remote) => remote.chain_id(),
        }
    }

    /// Wei per gas.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn base_fee(&self) -> Result<u64, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.base_fee()),
            Self::Remote(remote) => Ok(remote.head()?.base_fee),
        }
    }

    /// Time of the newest block, in seconds.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn timestamp(&self) -> Result<u64, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.head().timestamp()),
            Self::Remote(remote) => Ok(remote.head()?.timestamp),
        }
    }

    /// An account's code.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.code(address, Latest)?),
            Self::Remote(remote) => remote.code(address),
        }
    }

    /// A word of storage.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn storage_at(&self, address: Address, slot: U256) -> Result<U256, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.storage_at(address, slot, Latest)?),
            Self::Remote(remote) => remote.storage_at(address, slot),
        }
    }

    /// Calls a contract at the newest block, without a transaction.
    ///
    /// # Errors
    /// [`CallError::Revert`] with the data, if it reverts; others if it stops otherwise.
    pub fn call(&self, request: &TransactionRequest) -> Result<Bytes, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.call(request, Latest)?),
            Self::Remote(remote) => remote.call(request),
        }
    }

    /// The call tree of a call at the newest block; of a failed one too.
    ///
    /// # Errors
    /// If the call can not begin, or the node has no debug API.
    pub fn trace_call(&self, request: &TransactionRequest) -> Result<CallFrame, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.trace_call(request, Latest)?),
            Self::Remote(remote) => remote.trace_call(request),
        }
    }

    /// Are there call trees?
    pub fn has_traces(&self) -> bool {
        let nothing = TransactionRequest::default().to(Address::ZERO);
        !matches!(self.trace_call(&nothing), Err(ChainError::NoDebug(_)))
    }

    /// The call tree of a mined transaction.
    ///
    /// # Errors
    /// If there is no such transaction, or the node has no debug API.
    pub fn trace_transaction(&self, hash: B256) -> Result<CallFrame, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.trace_transaction(hash)?),
            Self::Remote(remote) => remote.trace_transaction(hash),
        }
    }

    /// Sends a transaction of deployer, trader or bundler and waits for its block, whatever comes of it. Without a
    /// gas limit it gets what it needs.
    ///
    /// # Errors
    /// If the chain takes no such transaction.
    pub fn execute(&mut self, request: TransactionRequest) -> Result<Receipt, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.execute(request)?),
            Self::Remote(remote) => remote.execute(request),
        }
    }

    /// The gas limit of a transaction that may be anything; none where unused gas must be affordable.
    pub(crate) const fn any_gas(&self) -> Option<u64> {
        match self {
            Self::Embedded(_) => Some(GAS),
            Self::Remote(_) => None,
        }
    }

    /// Wei that an account should have at the EntryPoint for some userOps.
    pub(crate) fn deposit(&self) -> Result<U256, ChainError> {
        match self {
            Self::Embedded(_) => Ok(DEPOSIT),
            Self::Remote(remote) => Ok(U256::from(remote.max_fee()?) * U256::from(DEPOSIT_GAS)),
        }
    }

    /// Why a transaction failed, for receipts do not say: revert data, or how it stopped.
    pub(crate) fn failure(
        &self,
        receipt: &Receipt,
        request: &TransactionRequest,
    ) -> Result<(Bytes, String), ChainError> {
        match self.trace_transaction(receipt.transaction_hash) {
            Ok(tree) => Ok((
                tree.output.unwrap_or_default(),
                tree.error.unwrap_or_default(),
            )),
            Err(error @ ChainError::NoDebug(_)) => match self {
                Self::Embedded(_) => Err(error),
                Self::Remote(remote) => remote.why_failed(receipt, request),
            },
            Err(error) => Err(error),
        }
    }

    /// EntryPoint v0.6 at its canonical address: deployed, if it is not there. Its artefact is given by name and code.
    pub(crate) fn entry_point(&mut self, file: &Path, code: &[u8]) -> Result<Address, ChainError> {
        match self {
            Self::Embedded(node) => Ok(node.deploy_entry_point(EntryPointVersion::V06, file)?),
            Self::Remote(remote) => remote.entry_point(code),
        }
    }

    /// Deploys a program through the CREATE2 factory with a salt, or without one by `CREATE`, and activates it. A chain
    /// that is not ours may have it already, if there is a salt.
    pub(crate) fn program(
        &mut self,
        deployer: Address,
        wasm: &[u8],
        salt: Option<B256>,
    ) -> Result<Address, ChainError> {
        match self {
            Self::Embedded(node) => {
                let address = node.deploy_program(deployer, wasm, salt)?;
                node.activate(address)?;
                Ok(address)
            }
            Self::Remote(remote) => remote.program(deployer, wasm, salt),
        }
    }

    /// Is the program in the chain's cache?
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn is_cached(&self, program: Address) -> Result<bool, ChainError> {
        deploy::is_cached(self, program)
    }

    /// Puts a program into the chain's cache; false if the chain does not let us.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn cache(&mut self, program: Address) -> Result<bool, ChainError> {
        match self {
            Self::Embedded(node) => {
                node.cache(program)?;
                Ok(true)
            }
            Self::Remote(remote) => remote.cache(program),
        }
    }
}
