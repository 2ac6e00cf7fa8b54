//! Client of the session-key programs: sessions, their trees, and userOps signed by a session key.
//!
//! Whatever a program computes too (leaves, nodes, digests, windows) comes from [`session_core`]. Nothing here
//! talks to a chain: everything is a function of its arguments. References such as "§2.2" are to the
//! specification of the V2 session-key family.
//!
//! The usual way: sessions (their data from [`session_data`]) make a [`Tree`], whose root the account sets with
//! [`calls::set_merkle_root`]; a [`SessionKey`] then signs each [`UserOp`] of the account, in the cheapest [`Encoding`]. Sessions that
//! are used together are proven together if they stand together: [`Tree::grouped`].
//!
//! For a wallet: [`SessionRequest`] is a session as a dApp asks for it, [`Grant`] what an owner agrees to, [`SessionStore`] what is
//! kept; [`Tree::live`] says whether a session can be used, [`max_cost_wei`] what a userOp can cost. `tests/e2e/examples/particle`
//! uses them all.
//!
//! ```
//! use alloy::{
//!     primitives::{Address, U256},
//!     signers::local::PrivateKeySigner,
//!     sol,
//!     sol_types::SolCall as _,
//! };
//! use session_keys::{
//!     Action, Deployment, Session, SessionKey, Tree, UserOp, calls, execute, execute_batch,
//!     session_data::Erc20Approval, well_known,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let [account, token, dex, module, entry_point] = [1, 2, 3, 4, 5].map(Address::repeat_byte);
//! // session-module is manager and router at one address: named twice here, set up and enabled once below.
//! let deployment = Deployment { manager: module, router: module, entry_point, chain_id: 42_161 };
//! let key = SessionKey { signer: PrivateKeySigner::random(), deployment };
//!
//! // The grant: approve at most 10 tokens to the DEX, each time. Keep the sessions: the chain has only their root.
//! let max_amount = U256::from(10_000_000_000_000_000_000_u64);
//! let limits = Erc20Approval { session_key: key.address(), token, spender: dex, max_amount };
//! let tree = Tree::new(vec![Session {
//!     valid_until_secs: 1_900_000_000,
//!     valid_after_secs: 0,
//!     svm: well_known::ERC20_APPROVAL.into(),
//!     session_key_data: limits.encode()?,
//! }])?;
//! // callData of a userOp that the owner signs, as always: the root is set, then the module enabled.
//! let grant = execute_batch(&calls::set_up(account, module, tree.root(), &[module]));
//! # assert!(!grant.is_empty());
//!
//! // The key acts: one action, under session 0 of the tree. Everything but the signature must be final.
//! sol! { function approve(address spender, uint256 amount); }
//! let data = approveCall { spender: dex, amount: max_amount }.abi_encode().into();
//! let action = Action { to: token, data, ..Action::default() };
//! let mut op = UserOp { sender: account, callData: execute(&action), ..UserOp::default() }; // and nonce, gas, fees
//! key.sign(&tree, &[0], &mut op)?;
//! assert!(!op.signature.is_empty());
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod abi_data;
mod action;
mod budget;
pub mod calls;
mod compact;
mod dense;
mod encoding;
mod grant;
mod grouped;
mod keccak;
mod live;
mod module_signature;
mod multiproof;
mod published;
mod quote;
mod request;
mod session;
pub mod session_data;
mod session_key;
mod signature;
mod store;
mod tree;
mod user_op;

pub use abi_data::{AbiDataError, abi_data};
pub use action::{Action, execute, execute_batch};
pub use budget::{InitGas, uncached_surplus};
pub use compact::compact_signature;
pub use dense::{dense_manager_signature, dense_router_signature};
pub use encoding::{Encoded, Encoding, calldata_gas};
pub use grant::{Fees, Grant, GrantError};
pub use keccak::NativeKeccak;
pub use live::NotLive;
pub use module_signature::{Item, ItemError, manager_signature, router_signature};
pub use multiproof::Step;
pub use published::PublishedError;
pub use quote::{QuoteError, TokenPrice, max_cost_wei, pre_verification_gas};
pub use request::{RequestError, SessionRequest};
pub use session::{Session, SessionError};
pub use session_key::{Deployment, SessionKey, SignError};
pub use signature::{DUMMY_SIGNATURE, account_signature, sign};
pub use store::{SessionStore, Status, StoreError, StoredSession};
pub use tree::{Tree, TreeError};
pub use user_op::UserOp;
/// Addresses of our SVMs.
pub use well_known;
