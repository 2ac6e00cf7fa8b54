//! An Arbitrum chain in this process, for tests and development: Stylus programs beside EVM
//! contracts, blocks, receipts, snapshots, traces. No network, no threads, no clock unless asked
//! for: the same calls give the same chain.
//!
//! ```
//! use alloy::{primitives::{Address, U256}, rpc::types::TransactionRequest};
//! use devnode::Devnode;
//!
//! let mut node = Devnode::default();
//! let (alice, bob) = (node.accounts()[0], Address::repeat_byte(0xb0));
//! let transfer = TransactionRequest::default().from(alice).to(bob).value(U256::from(7));
//! let receipt = node.execute(transfer)?;
//! assert!(receipt.status());
//! # Ok::<(), devnode::TxError>(())
//! ```
//!
//! # What is not modelled
//! Posting to L1 (its fee is 0, so is `gas_used_for_l1`), retryables, fee accounts (the base fee
//! is burnt), a base fee that follows demand, a block's gas limit, the state root (zero), system
//! calls at a block's start (EIP-2935's history contract stays empty), and L1 block hashes
//! (`BLOCKHASH` of an L1 number is made up).
#![forbid(unsafe_code)]

mod block;
mod call;
mod clock;
mod config;
mod controls;
mod entry_point;
mod env;
mod error;
mod estimate;
mod genesis;
mod history;
mod mine;
mod node;
mod pool;
mod programs;
mod read;
mod send;
mod state;
mod trace;

pub use block::{Block, Receipt};
pub use call::{CALL_GAS_CAP, CallContext, Scratch};
pub use config::{Clock, NodeConfig};
/// Precompiles, their interfaces, and what [`Devnode::stylus_params`] and its like deal in.
pub use devnode_evm::arbos;
pub use entry_point::EntryPointVersion;
pub use error::{BlockError, CallError, ControlError, ProgramError, Revert, TraceError, TxError};
pub use genesis::CREATE2_FACTORY;
pub use mine::Mined;
pub use node::Devnode;
pub use programs::Activation;
pub use read::Sizes;
pub use revm::context::result::{ExecutionResult, HaltReason};
pub use state::View;
