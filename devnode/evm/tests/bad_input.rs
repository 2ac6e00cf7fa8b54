//! What a hostile program or caller can do: nothing but fail as Nitro does.

mod common;

use common::{World, at};
use revm::{
    context::result::ExecutionResult,
    primitives::{TxKind, U256},
};

/// Every host function that charges, once, but for calls and creates.
const EVERYTHING: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $storage_load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $storage_cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $storage_flush (param i32)))
  (import "vm_hooks" "transient_load_bytes32" (func $transient_load (param i32 i32)))
  (import "vm_hooks" "transient_store_bytes32" (func $transient_store (param i32 i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "return_data_size" (func $return_size (result i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (import "vm_hooks" "account_balance" (func $balance (param i32 i32)))
  (import "vm_hooks" "account_code" (func $code (param i32 i32 i32 i32) (result i32)))
  (import "vm_hooks" "account_code_size" (func $code_size (param i32) (result i32)))
  (import "vm_hooks" "account_codehash" (func $codehash (param i32 i32)))
  (import "vm_hooks" "evm_gas_left" (func $gas_left (result i64)))
  (import "vm_hooks" "evm_ink_left" (func $ink_left (result i64)))
  (import "vm_hooks" "block_basefee" (func $basefee (param i32)))
  (import "vm_hooks" "block_coinbase" (func $coinbase (param i32)))
  (import "vm_hooks" "block_gas_limit" (func $gas_limit (result i64)))
  (import "vm_hooks" "block_number" (func $number (result i64)))
  (import "vm_hooks" "block_timestamp" (func $timestamp (result i64)))
  (import "vm_hooks" "chainid" (func $chainid (result i64)))
  (import "vm_hooks" "contract_address" (func $address (param i32)))
  (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
  (import "vm_hooks" "msg_sender" (func $sender (param i32)))
  (import "vm_hooks" "msg_value" (func $value (param i32)))
  (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
  (import "vm_hooks" "tx_gas_price" (func $gas_price (param i32)))
  (import "vm_hooks" "tx_ink_price" (func $ink_price (result i32)))
  (import "vm_hooks" "tx_origin" (func $origin (param i32)))
  (import "vm_hooks" "math_div" (func $div (param i32 i32)))
  (import "vm_hooks" "math_mod" (func $mod (param i32 i32)))
  (import "vm_hooks" "math_pow" (func $pow (param i32 i32)))
  (import "vm_hooks" "math_add_mod" (func $add_mod (param i32 i32 i32)))
  (import "vm_hooks" "math_mul_mod" (func $mul_mod (param i32 i32 i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
  (memory (export "memory") 1)
  (func (export "user_entrypoint") (param i32) (result i32)
    (call $read_args (i32.const 0))
    (call $storage_load (i32.const 0) (i32.const 64))
    (call $storage_cache (i32.const 32) (i32.const 96))
    (call $transient_store (i32.const 0) (i32.const 96))
    (call $transient_load (i32.const 0) (i32.const 96))
    (drop (call $read_return (i32.const 0) (i32.const 0) (i32.const 32)))
    (drop (call $return_size))
    (call $log (i32.const 0) (i32.const 100) (i32.const 2))
    (call $balance (i32.const 0) (i32.const 64))
    (drop (call $code (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 64)))
    (drop (call $code_size (i32.const 32)))
    (call $codehash (i32.const 0) (i32.const 64))
    (drop (call $gas_left)) (drop (call $ink_left))
    (call $basefee (i32.const 64)) (call $coinbase (i32.const 64))
    (drop (call $gas_limit)) (drop (call $number)) (drop (call $timestamp)) (drop (call $chainid))
    (call $address (i32.const 64)) (drop (call $reentrant)) (call $sender (i32.const 64)) (call $value (i32.const 64))
    (call $keccak (i32.const 0) (i32.const 100) (i32.const 64))
    (call $gas_price (i32.const 64)) (drop (call $ink_price)) (call $origin (i32.const 64))
    (call $div (i32.const 64) (i32.const 96)) (call $mod (i32.const 64) (i32.const 96)) (call $pow (i32.const 64) (i32.const 96))
    (call $add_mod (i32.const 64) (i32.const 96) (i32.const 64)) (call $mul_mod (i32.const 64) (i32.const 96) (i32.const 0))
    (memory.fill (i32.const 200) (i32.const 1) (i32.const 1000))
    (drop (memory.grow (i32.const 3)))
    (call $write_result (i32.const 0) (i32.const 100))
    (call $storage_flush (i32.const 1))
    (i32.const 0)))"#;

#[test]
fn out_of_ink_at_any_point_takes_all_gas_and_gives_nothing() {
    let mut world = World::new();
    world.program(at(1), EVERYTHING);
    let fresh = world.db.clone();
    let data = [1; 64];
    let needed = |world: &mut World, limit| {
        world.db = fresh.clone();
        let mut tx = world.tx(TxKind::Call(at(1)), &data, limit);
        tx.nonce = 0;
        world.send(tx)
    };
    let all = needed(&mut world, 1_000_000);
    assert!(all.is_success(), "{all:?}");
    let spent = all.gas().total_gas_spent();
    let intrinsic = 21_000 + 64 * 16;
    // Just enough: the flush wants 2,300 more than it may spend, so the limit is not `spent` itself.
    let enough = (spent..spent + 3_000)
        .find(|limit| needed(&mut world, *limit).is_success())
        .expect("enough gas");
    assert!(enough > spent - 2_300);
    for limit in intrinsic..enough {
        let outcome = needed(&mut world, limit);
        assert!(outcome.is_halt(), "at {limit}: {outcome:?}");
        assert_eq!(outcome.tx_gas_used(), limit);
        assert!(outcome.logs().is_empty());
    }
    let just = needed(&mut world, enough);
    assert_eq!(just.gas().total_gas_spent(), spent);
}

#[test]
fn out_of_ink_in_calls_and_creates_takes_all_gas_too() {
    // Calls an account that is not there, with the calldata's word as value, then creates nothing.
    let text = r#"(module
      (import "vm_hooks" "read_args" (func $args (param i32)))
      (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
      (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
      (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
      (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
      (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $args (i32.const 0))
        (drop (call $call (i32.const 64) (i32.const 0) (i32.const 40) (i32.const 0) (i64.const -1) (i32.const 512)))
        (drop (call $delegate (i32.const 65) (i32.const 0) (i32.const 40) (i64.const -1) (i32.const 512)))
        (drop (call $static (i32.const 66) (i32.const 0) (i32.const 40) (i64.const -1) (i32.const 512)))
        (call $create1 (i32.const 128) (i32.const 0) (i32.const 128) (i32.const 600) (i32.const 512))
        (call $create2 (i32.const 128) (i32.const 0) (i32.const 128) (i32.const 128) (i32.const 600) (i32.const 512))
        (i32.const 0)))"#;
    let mut world = World::new();
    world.program(at(1), text);
    world.set_balance(at(1), 1);
    let fresh = world.db.clone();
    let data = U256::ONE.to_be_bytes::<32>();
    let mut run = |limit| {
        world.db = fresh.clone();
        let mut tx = world.tx(TxKind::Call(at(1)), &data, limit);
        tx.nonce = 0;
        world.send(tx)
    };
    let all = run(1_000_000);
    assert!(all.is_success(), "{all:?}");
    let spent = all.gas().total_gas_spent();
    assert!(
        spent > 21_000 + 36_600 + 2 * 32_000,
        "every one of them was done: {spent}"
    );
    assert!(run(spent).is_success());
    for limit in 21_000 + 32 * 4 + 12..spent {
        let outcome = run(limit);
        assert!(!outcome.is_success(), "at {limit}");
        assert_eq!(
            outcome.tx_gas_used(),
            limit,
            "a create that can't be paid reverts, with nothing left"
        );
        assert!(outcome.output().is_none_or(|data| data.is_empty()));
    }
}

fn entry(body: &str) -> String {
    format!(
        r#"(module
          (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
          (memory (export "memory") 1)
          (table 1 funcref)
          (func $deep (param i32) (result i32) (call $deep (local.get 0)))
          (func (export "user_entrypoint") (param i32) (result i32) {body}))"#
    )
}

fn end(body: &str, gas: u64) -> (ExecutionResult, u64) {
    let mut world = World::new();
    world.program(at(1), &entry(body));
    let outcome = world.call(at(1), &[], gas);
    let used = outcome.tx_gas_used();
    (outcome, used)
}

#[test]
fn endless_work_ends_when_the_gas_does() {
    for body in [
        "(loop (br 0)) (i32.const 0)",
        "(loop (drop (memory.grow (i32.const 0))) (br 0)) (i32.const 0)",
    ] {
        let (outcome, used) = end(body, 3_000_000);
        assert!(outcome.is_halt());
        assert_eq!(used, 3_000_000);
    }
}

#[test]
fn deep_recursion_runs_out_of_stack_and_takes_all_gas() {
    let (outcome, used) = end("(call $deep (i32.const 0))", 30_000_000);
    assert!(outcome.is_halt(), "{outcome:?}");
    assert_eq!(used, 30_000_000);
}

#[test]
fn deep_recursion_of_the_old_limit_is_no_danger_to_the_host() {
    // 262,144 words below ArbOS 50.
    let mut world = World::with_version(40);
    world.program(at(1), &entry("(call $deep (i32.const 0))"));
    let outcome = world.call(at(1), &[], 30_000_000);
    assert!(outcome.is_halt(), "{outcome:?}");
}

#[test]
fn memory_bombs_are_out_of_gas() {
    // 128 pages are about 32 million gas, more are priced at all the gas there is.
    for pages in [128, 1_000, 65_535] {
        let (outcome, used) = end(
            &format!("(drop (memory.grow (i32.const {pages}))) (i32.const 0)"),
            30_000_000,
        );
        assert!(outcome.is_halt(), "{pages} pages: {outcome:?}");
        assert_eq!(used, 30_000_000);
    }
}

#[test]
fn growing_by_what_is_paid_for_as_nothing_fails() {
    // 65,536 pages are paid for as 0 (the low 16 bits), and would be 4 GiB.
    let text = r#"(module
      (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
      (memory (export "memory") 0)
      (func (export "user_entrypoint") (param i32) (result i32)
        (i32.ne (memory.grow (i32.const 65536)) (i32.const -1))))"#;
    let mut world = World::new();
    world.program(at(1), text);
    let outcome = world.call(at(1), &[], 100_000);
    assert!(outcome.is_success(), "{outcome:?}");
}

#[test]
fn traps_revert_with_no_data_and_keep_the_gas() {
    let traps = [
        "unreachable",
        "(i32.div_u (i32.const 1) (local.get 0))",
        "(i32.load (i32.const -4))",
        "(i32.store (i32.const 65536) (i32.const 1)) (i32.const 0)",
        "(call_indirect (param i32) (result i32) (i32.const 0) (i32.const 0))",
        "(call_indirect (param i32) (result i32) (i32.const 0) (i32.const 7))",
        "(memory.fill (i32.const 65530) (i32.const 0) (i32.const 100)) (i32.const 0)",
        "(memory.copy (i32.const 0) (i32.const 65530) (i32.const 100)) (i32.const 0)",
    ];
    for body in traps {
        let (outcome, used) = end(body, 1_000_000);
        assert!(
            matches!(&outcome, ExecutionResult::Revert { output, .. } if output.is_empty()),
            "{body}: {outcome:?}"
        );
        assert!(used < 25_000, "{body} used {used}");
    }
}

#[test]
fn pointers_out_of_memory_revert() {
    // Name, parameters, results; called with every argument -1, then with pointers at the last byte.
    let hostios = [
        ("read_args", "i", ""),
        ("write_result", "ii", ""),
        ("storage_load_bytes32", "ii", ""),
        ("storage_cache_bytes32", "ii", ""),
        ("transient_load_bytes32", "ii", ""),
        ("transient_store_bytes32", "ii", ""),
        ("call_contract", "iiiili", "i"),
        ("delegate_call_contract", "iiili", "i"),
        ("static_call_contract", "iiili", "i"),
        ("create1", "iiiii", ""),
        ("create2", "iiiiii", ""),
        ("emit_log", "iii", ""),
        ("account_balance", "ii", ""),
        ("account_code", "iiii", "i"),
        ("account_code_size", "i", "i"),
        ("account_codehash", "ii", ""),
        ("block_basefee", "i", ""),
        ("block_coinbase", "i", ""),
        ("contract_address", "i", ""),
        ("msg_sender", "i", ""),
        ("msg_value", "i", ""),
        ("native_keccak256", "iii", ""),
        ("tx_gas_price", "i", ""),
        ("tx_origin", "i", ""),
        ("math_div", "ii", ""),
        ("math_mod", "ii", ""),
        ("math_pow", "ii", ""),
        ("math_add_mod", "iii", ""),
        ("math_mul_mod", "iii", ""),
    ];
    let names = |letters: &str| {
        letters
            .chars()
            .map(|l| if l == 'i' { "i32 " } else { "i64 " })
            .collect::<String>()
    };
    for (name, params, results) in hostios {
        for pointer in [-1, 65_535] {
            let args: String = params
                .chars()
                .map(|l| {
                    if l == 'i' {
                        format!("(i32.const {pointer})")
                    } else {
                        "(i64.const -1)".into()
                    }
                })
                .collect();
            let call = format!("(call $host {args})");
            let body = if results.is_empty() {
                call
            } else {
                format!("(drop {call})")
            };
            let text = format!(
                r#"(module (import "vm_hooks" "{name}" (func $host (param {}) (result {})))
                  (memory (export "memory") 1 1)
                  (func (export "user_entrypoint") (param i32) (result i32) {body} (i32.const 0)))"#,
                names(params),
                names(results),
            );
            let mut world = World::new();
            world.program(at(1), &text);
            let outcome = world.call(at(1), &[1, 2], 5_000_000);
            // A length of -1 is paid for first: 4 GiB are out of ink. Else it is a host error.
            assert!(!outcome.is_success(), "{name} {pointer}: {outcome:?}");
            assert!(
                outcome.output().is_none_or(|data| data.is_empty()),
                "{name}"
            );
        }
    }
}

#[test]
fn console_prints_on_debug_chains_and_gives_values_back() {
    let text = r#"(module
      (import "console" "tee_i32" (func $tee (param i32) (result i32)))
      (import "console" "log_txt" (func $txt (param i32 i32)))
      (import "console" "log_i64" (func $i64 (param i64)))
      (import "console" "tee_f64" (func $f64 (param f64) (result f64)))
      (import "debug" "null_host" (func $null))
      (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
      (memory (export "memory") 1 1)
      (data (i32.const 8) "hello")
      (func (export "user_entrypoint") (param i32) (result i32)
        (i32.store (i32.const 0) (call $tee (i32.const 42)))
        (call $txt (i32.const 8) (i32.const 5))
        (call $i64 (i64.const -1))
        (call $null)
        (call $write_result (i32.const 0) (i32.const 4))
        (i32.const 0)))"#;
    let mut world = World::new();
    world.program(at(1), text);
    let outcome = world.call(at(1), &[], 100_000);
    assert_eq!(outcome.output().unwrap().as_ref(), [42, 0, 0, 0]);
}
