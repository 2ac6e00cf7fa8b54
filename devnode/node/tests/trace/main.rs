//! geth's tracers on programs, contracts, failures and creations.

#[path = "../common/mod.rs"]
mod common;

mod options;
#[cfg(feature = "js-tracer")]
mod scripts;
mod tracers;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::trace::geth::{GethDebugTracingOptions, GethTrace},
};
use common::{ALICE, run, with_data};
use devnode::Devnode;
use serde_json::{Value, json};

/// With calldata: adds 1 to slot keccak(sender || 1), keeps its first word transiently and logs it;
/// fails if the calldata begins with a byte that isn't 0. Without: reads slot 1.
const PROGRAM: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "block_timestamp" (func $timestamp (result i64)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 0))
    (i32.store8 (i32.const 0x13f) (i32.const 1))
    (if (result i32) (local.get $len)
      (then
        (call $msg_sender (i32.const 0x10c))
        (drop (call $timestamp))
        (call $keccak (i32.const 0x100) (i32.const 64) (i32.const 0x200))
        (call $load (i32.const 0x200) (i32.const 0x220))
        (i32.store8 (i32.const 0x23f) (i32.add (i32.load8_u (i32.const 0x23f)) (i32.const 1)))
        (call $cache (i32.const 0x200) (i32.const 0x220))
        (call $flush (i32.const 0))
        (call $log (i32.const 0x200) (i32.const 64) (i32.const 1))
        (call $write_result (i32.const 0x220) (i32.const 32))
        (i32.load8_u (i32.const 0)))
      (else
        (call $load (i32.const 0x120) (i32.const 0x220))
        (call $write_result (i32.const 0x220) (i32.const 32))
        (i32.const 0)))))"#;

/// A chain with [`PROGRAM`], activated.
fn chain() -> (Devnode, Address) {
    let mut node = common::node();
    let wasm = wat::parse_str(PROGRAM).expect("WAT");
    let program = node.deploy_program(ALICE, &wasm, None).expect("deployed");
    node.activate(program).expect("activated");
    (node, program)
}

/// What [`PROGRAM`] hashes for a sender, and the slot that it gets.
fn preimage_and_slot(sender: Address) -> (Vec<u8>, B256) {
    let preimage = [sender.into_word().0, U256::from(1).to_be_bytes()].concat();
    let slot = keccak256(&preimage);
    (preimage, slot)
}

fn options(options: Value) -> GethDebugTracingOptions {
    serde_json::from_value(options).expect("tracing options")
}

/// A trace as a client reads it.
fn as_json(trace: &GethTrace) -> Value {
    serde_json::to_value(trace).expect("JSON")
}

fn trace_call(node: &Devnode, to: Address, data: &[u8], with: Value) -> Value {
    let request = with_data(to, Bytes::copy_from_slice(data));
    as_json(
        &node
            .debug_trace_call(&request, common::LATEST, options(with))
            .expect("a trace"),
    )
}

fn trace_sent(node: &mut Devnode, to: Address, data: &[u8], with: Value) -> Value {
    let receipt = run(node, with_data(to, Bytes::copy_from_slice(data)));
    as_json(
        &node
            .debug_trace_transaction(receipt.transaction_hash, options(with))
            .expect("a trace"),
    )
}

/// An address or word as JSON has it.
fn hex(value: impl serde::Serialize) -> String {
    match json!(value) {
        Value::String(text) => text,
        other => panic!("{other}"),
    }
}
