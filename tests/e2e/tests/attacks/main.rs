//! Attacks on the compiled programs. Each test is one that would succeed if a check were missing.

#[macro_use]
mod scene;

mod answers;
mod approvals;
mod bad_input;
mod bounded;
mod bundles;
mod calls_out;
mod empty_batch;
mod foreign;
mod in_process;
mod node_leaf;
mod own_svm;
mod owner;
mod reentrancy;
mod revocation;
mod rollback;
mod roots;
mod session_module;
mod signature;
mod swapped;
mod targets;
mod two_keys;
mod whole_batch;
mod windows;
