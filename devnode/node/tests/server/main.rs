//! The binary, driven over sockets.

#[path = "../common/mod.rs"]
mod common;

mod cache_manager;
mod http;
mod log;
mod options;
mod predeploys;
mod process;
mod state;
mod state_file;
mod stylus_deployer;
mod wallet;
mod ws;
