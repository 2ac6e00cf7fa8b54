//! Client of the session-key programs: sessions, their trees, and userOps signed by a session key.
//!
//! Whatever a program computes too (leaves, nodes, digests, windows) comes from [`session_core`]. Nothing here
//! talks to a chain: everything is a function of its arguments. References such as "§2.2" are to the
//! specification of the V2 session-key family.
//!
//! The usual way: sessions (their data from [`session_data`]) make a [`Tree`], whose root the account sets with
//! [`calls::set_merkle_root`]; a [`SessionKey`] then signs each [`UserOp`] of the account.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod action;
pub mod calls;
mod keccak;
mod module_signature;
mod session;
pub mod session_data;
mod session_key;
mod signature;
mod tree;
mod user_op;

pub use action::{Action, execute, execute_batch};
pub use keccak::NativeKeccak;
pub use module_signature::{Item, ItemError, manager_signature, router_signature};
pub use session::{Session, SessionError};
pub use session_key::{Deployment, SessionKey, SignError};
pub use signature::{DUMMY_SIGNATURE, account_signature, sign};
pub use tree::{Tree, TreeError};
pub use user_op::UserOp;
