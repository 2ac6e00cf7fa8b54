//! An Arbitrum chain in this process, for tests and development: Stylus programs beside EVM
//! contracts, blocks, receipts, snapshots, traces. No network, no threads, no clock unless asked
//! for: the same calls give the same chain.
//!
//! ```
//! use alloy::{primitives::Bytes, rpc::types::TransactionRequest};
//! use devnode::Devnode;
//!
//! // A Stylus program that emits its calldata as a log. Yours: std::fs::read("target/programs/x.wasm")
//! let wasm = wat::parse_str(r#"(module
//!     (import "vm_hooks" "read_args" (func $read_args (param i32)))
//!     (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
//!     (memory (export "memory") 1 1)
//!     (func (export "user_entrypoint") (param $len i32) (result i32)
//!         (call $read_args (i32.const 0))
//!         (call $emit_log (i32.const 0) (local.get $len) (i32.const 0))
//!         (i32.const 0)))"#)?;
//!
//! let mut node = Devnode::default(); // ArbOS 51, chain id 412346, ten rich accounts
//! let alice = node.accounts()[0];
//! let program = node.deploy_program(alice, &wasm, None)?;
//! node.activate(program)?; // before this, a call burns all its gas
//!
//! let call = TransactionRequest::default().from(alice).to(program).input(Bytes::from("hello").into());
//! let snapshot = node.snapshot();
//! let receipt = node.execute(call.clone())?;
//! assert_eq!(receipt.logs()[0].data().data.as_ref(), b"hello");
//! let tree = node.trace_transaction(receipt.transaction_hash)?;
//! assert_eq!(tree.logs.len(), 1);
//! node.revert(snapshot)?; // block, receipt and trace are gone
//!
//! node.cache(program)?; // pinned by the chain's cache manager: calls start for less
//! assert!(node.execute(call)?.gas_used < receipt.gas_used);
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
mod dump;
mod entry_point;
mod env;
mod error;
mod estimate;
mod genesis;
mod history;
mod mine;
mod node;
mod notes;
mod pool;
mod predeploys;
mod programs;
mod read;
pub mod rpc;
mod send;
mod state;
mod trace;

pub use block::{Block, Receipt};
pub use call::{CALL_GAS_CAP, CallContext, Scratch};
pub use config::{Clock, NodeConfig};
/// Precompiles, their interfaces, and what [`Devnode::stylus_params`] and its like deal in.
pub use devnode_evm::arbos;
pub use dump::{Dump, DumpError};
pub use entry_point::EntryPointVersion;
pub use error::{
    BlockError, CallError, ControlError, DebugTraceError, ProgramError, Revert, TraceError, TxError,
};
pub use genesis::CREATE2_FACTORY;
pub use mine::Mined;
pub use node::Devnode;
pub use predeploys::{CACHE_MANAGER, STYLUS_DEPLOYER};
pub use programs::Activation;
pub use read::Sizes;
pub use revm::context::result::{ExecutionResult, HaltReason};
pub use state::View;
