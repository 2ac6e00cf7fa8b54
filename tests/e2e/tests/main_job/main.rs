//! The main job: one session-signed userOp approves, swaps and deposits, through the real EntryPoint, account and DEX.

mod budget;
mod execution;
mod gas;
