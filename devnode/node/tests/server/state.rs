//! The state file: what comes back.

use std::path::Path;

use alloy::primitives::U256;
use devnode::{Clock, Devnode, Dump, DumpError, NodeConfig, Receipt, arbos::ARB_WASM};
use serde_json::json;

use crate::{
    common::{ALICE, BOB, LATEST, balance, place, run, stored, transfer, with_data, word},
    process::{Node, folder},
};

/// Stores the first word of its calldata in slot 0 and answers what was there.
const SWAP: &str = r#"
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 64))
    (call $load (i32.const 0) (i32.const 32))
    (call $store (i32.const 0) (i32.const 64))
    (call $flush (i32.const 1))
    (call $write_result (i32.const 32) (i32.const 32))
    (i32.const 0)))
"#;

pub fn config() -> NodeConfig {
    NodeConfig::default()
}

/// A chain with an active, cached program that has stored 5, and more of everything.
pub fn chain() -> (Devnode, alloy::primitives::Address, Receipt) {
    let mut node = Devnode::default();
    let wasm = wat::parse_str(SWAP).unwrap();
    let program = node.deploy_program(ALICE, &wasm, None).unwrap();
    node.activate(program).unwrap();
    node.cache(program).unwrap();
    run(&mut node, with_data(program, word(5)));
    run(&mut node, transfer(7));
    place(&mut node, 0xc0, &[0x5f]);
    node.set_base_fee(123_456_789);
    node.set_l1_block_number(77);
    let last = run(&mut node, transfer(1));
    (node, program, last)
}

pub fn saved(node: &Devnode) -> std::path::PathBuf {
    let path = folder().join("state");
    node.dump().write(&path).unwrap();
    path
}

pub fn reload(path: &Path) -> Result<Devnode, DumpError> {
    Devnode::restore(config(), Dump::read(path)?)
}

#[test]
fn a_chain_goes_on_where_it_was() {
    let (node, program, last) = chain();
    let path = saved(&node);
    let mut again = reload(&path).unwrap();
    assert_eq!(again.dump(), node.dump());
    assert_eq!(again.head().hash(), node.head().hash());
    assert_eq!(again.head().timestamp(), node.head().timestamp());
    assert_eq!(again.base_fee(), 123_456_789);
    assert_eq!(balance(&again, BOB, LATEST), U256::from(8));
    assert_eq!(again.nonce(ALICE, LATEST), node.nonce(ALICE, LATEST));
    assert_eq!(stored(&again, program, LATEST), U256::from(5));
    let hash = again.code_hash(program, LATEST).unwrap();
    assert_eq!(again.program_record(hash), node.program_record(hash));
    assert!(again.program_record(hash).cached);

    // the program runs, for the same gas, and the next block is the same block
    let mut node = node;
    let there = run(&mut again, with_data(program, word(6)));
    let here = run(&mut node, with_data(program, word(6)));
    assert_eq!(there, here);
    assert_eq!(again.head().header, node.head().header);
    assert_eq!(again.head().header.parent_hash, last.block_hash.unwrap());
    assert_eq!(
        again.block(0).unwrap().hash(),
        node.block(0).unwrap().hash()
    );
}

#[test]
fn older_blocks_are_gone_and_say_so() {
    let (node, program, last) = chain();
    let again = reload(&saved(&node)).unwrap();
    assert!(again.receipt(last.transaction_hash).is_none());
    for older in [0, 1, again.block_number() - 1] {
        let read = again.storage_at(program, U256::ZERO, older);
        assert!(read.is_err(), "block {older}: {read:?}");
    }
    let number = again.block_number();
    let read = again.storage_at(program, U256::ZERO, number).unwrap();
    assert_eq!(read, U256::from(5));
}

#[test]
fn a_snapshot_does_not_reach_below_the_load() {
    let (node, program, _) = chain();
    let mut again = reload(&saved(&node)).unwrap();
    let snapshot = again.snapshot();
    run(&mut again, with_data(program, word(9)));
    again.revert(snapshot).unwrap();
    assert_eq!(again.dump(), node.dump());
    assert!(again.revert(snapshot).is_err());
}

#[test]
fn a_clock_that_was_moved_stays_moved() {
    let wall = || NodeConfig {
        clock: Clock::Wall,
        ..config()
    };
    let mut node = Devnode::new(wall());
    node.increase_time(1_000_000);
    let again = Devnode::restore(wall(), node.dump()).unwrap();
    assert!(again.next_timestamp().abs_diff(node.next_timestamp()) <= 2);
}

#[test]
fn new_accounts_of_the_configuration_are_funded_and_old_ones_are_not() {
    let mut node = Devnode::new(NodeConfig {
        accounts: config().accounts[..1].to_vec(),
        ..config()
    });
    node.set_balance(ALICE, U256::from(3));
    let again = Devnode::restore(config(), node.dump()).unwrap();
    assert_eq!(balance(&again, ALICE, LATEST), U256::from(3));
    assert_eq!(
        balance(&again, again.accounts()[1], LATEST),
        config().balance
    );
}

#[test]
fn the_binary_saves_at_the_end_and_loads_at_the_start() {
    let path = folder().join("state");
    let state = path.to_str().unwrap();
    let args = ["--state", state, "--predeploy", "entry-point-v0.7"];
    let mut node = Node::start(&args);
    assert!(!path.exists());
    let code = devnode_meter::package(&wat::parse_str(SWAP).unwrap()).unwrap();
    let init_code = alloy::primitives::Bytes::from(devnode_meter::init_code(&code));
    let created = node.send(json!({ "from": ALICE, "data": init_code }));
    let program = &created["contractAddress"];
    let address = program.as_str().unwrap().trim_start_matches("0x");
    let activate = format!("0x58c780c2{address:0>64}");
    node.send(
        json!({ "from": ALICE, "to": ARB_WASM, "data": activate, "value": "0xde0b6b3a7640000" }),
    );
    node.send(json!({ "from": ALICE, "to": program, "data": word(5) }));
    let head = node.call("eth_getBlockByNumber", json!(["latest", false]));
    assert!(node.stop("-INT").success());

    let mut node = Node::start(&args);
    let again = node.call("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(again["hash"], head["hash"]);
    let call = json!([{ "to": program, "data": word(6) }, "latest"]);
    assert_eq!(node.call("eth_call", call.clone()), json!(word(5)));
    node.send(json!({ "from": ALICE, "to": program, "data": word(6) }));
    assert!(node.stop("-TERM").success());

    let node = Node::start(&args);
    assert_eq!(node.call("eth_call", call), json!(word(6)));
}
