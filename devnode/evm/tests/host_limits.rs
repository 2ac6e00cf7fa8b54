//! What the prices of Nitro leave open to a hostile program, and this host does not: memory, output,
//! time, and answers that depend on what the process has seen.

mod common;

use common::{World, at};
use devnode_evm::{ArbChain, arbos::ProgramRecord};
use devnode_meter::PREFIX;

/// Bytes that this process has held at most.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .expect("a peak");
    let kib = line
        .split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok());
    kib.expect("a number") * 1_024
}

/// With no calldata it asks for 65,535 pages, and dies of that. With two bytes it first calls itself
/// so; after that pages have only the linear part of their price left. With one byte or two it
/// fills 128 pages and calls itself again, as many times as the first byte says.
const BOMB: &str = r#"(module
  (import "vm_hooks" "read_args" (func $args (param i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $grow (param i32)))
  (import "vm_hooks" "contract_address" (func $me (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 128)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $i i32)
    (if (i32.eqz (local.get $len)) (then (call $grow (i32.const 65535)) (return (i32.const 0))))
    (call $me (i32.const 64))
    (call $args (i32.const 0))
    (if (i32.eq (local.get $len) (i32.const 2)) (then
      (drop (call $call (i32.const 64) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 30000) (i32.const 512)))))
    (drop (memory.grow (i32.const 127)))
    (local.set $i (i32.const 65536))
    (loop $l (i32.store8 (local.get $i) (i32.const 1)) (local.set $i (i32.add (local.get $i) (i32.const 4096)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 8388608))))
    (if (i32.load8_u (i32.const 0)) (then
      (i32.store8 (i32.const 0) (i32.sub (i32.load8_u (i32.const 0)) (i32.const 1)))
      (drop (call $call (i32.const 64) (i32.const 0) (i32.const 1) (i32.const 1024) (i64.const -1) (i32.const 512)))))
    (i32.const 0)))"#;

#[test]
fn the_frames_of_a_transaction_hold_256_mib_at_most() {
    let mut world = World::new();
    world.program(at(1), BOMB);
    world.call(at(1), &[100, 0], 32_000_000);
    let mib = peak_bytes() >> 20;
    assert!(mib < 400, "{mib} MiB");
}

#[test]
fn a_transaction_prints_a_few_kib_at_most() {
    let mut world = World::new();
    let text = r#"(module
      (import "console" "log_txt" (func $log (param i32 i32)))
      (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
      (import "vm_hooks" "write_result" (func $w (param i32 i32)))
      (memory (export "memory") 2 2)
      (func (export "user_entrypoint") (param i32) (result i32) (local $n i32)
        (loop $l (call $log (i32.const 0) (i32.const 131072))
          (local.set $n (i32.add (local.get $n) (i32.const 1))) (br_if $l (i32.lt_u (local.get $n) (i32.const 10000))))
        (i32.const 0)))"#;
    world.program(at(1), text);
    let start = std::time::Instant::now();
    let outcome = world.call(at(1), &[], 5_000_000);
    assert!(outcome.is_success(), "{outcome:?}");
    // 1.2 GiB of zeros would take longer.
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());
}

#[test]
fn a_console_pointer_out_of_memory_traps_even_if_nothing_is_printed() {
    let mut world = World::new();
    let text = r#"(module
      (import "console" "log_txt" (func $log (param i32 i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $log (i32.const 0) (i32.const 65536))
        (call $log (i32.const 1) (i32.const 65536))
        (i32.const 0)))"#;
    world.program(at(1), text);
    let outcome = world.call(at(1), &[], 100_000);
    assert!(!outcome.is_success() && !outcome.is_halt(), "{outcome:?}");
}

const EMPTY: &str = r#"(module (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

#[test]
fn what_the_process_has_seen_changes_no_result() {
    let mut world = World::new();
    world.program(at(1), EMPTY);
    assert!(world.call(at(1), &[], 100_000).is_success());
    world.set_params(|params| params.max_wasm_bytes = 10); // for activations from now on
    let seen = world.call(at(1), &[], 100_000);
    world.chain = ArbChain::new(world.chain.config);
    let fresh = world.call(at(1), &[], 100_000);
    assert!(seen.is_success() && fresh.is_success());
    assert_eq!(seen.tx_gas_used(), fresh.tx_gas_used());
}

#[test]
fn junk_that_is_recorded_as_active_is_looked_at_once() {
    let zeros = vec![0; 1 << 20];
    let mut code = [PREFIX.as_slice(), &[0]].concat();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 1,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &zeros[..], &mut code, &params).expect("compresses");
    let mut world = World::new();
    world.contract(at(1), &code);
    world.set_params(|params| params.max_wasm_bytes = u32::MAX);
    let record = ProgramRecord {
        version: 2,
        init_cost: 0,
        cached_cost: 0,
        footprint: 0,
        activated_at_hours: 95_000,
        asm_kb: 1,
        cached: true,
    };
    world.set_record(&code, record);
    for _ in 0..2 {
        let outcome = world.call(at(1), &[], 30_000);
        assert!(outcome.is_halt());
        assert_eq!(world.chain.programs.len(), 1);
    }
}

#[test]
fn out_of_stack_takes_all_gas_whatever_the_limit() {
    let mut world = World::new();
    world.set_params(|params| params.max_stack_depth = u32::MAX);
    let text = r#"(module (memory (export "memory") 1 1)
      (func $f (param i32) (result i32) (call $f (local.get 0)))
      (func (export "user_entrypoint") (param i32) (result i32) (call $f (i32.const 1))))"#;
    world.program(at(1), text);
    let outcome = world.call(at(1), &[], 30_000_000);
    assert!(outcome.is_halt(), "{outcome:?}");
    assert_eq!(outcome.tx_gas_used(), 30_000_000);
}

#[test]
fn other_ink_prices_are_obeyed_to_the_ends_of_their_range() {
    let text = r#"(module
      (import "vm_hooks" "evm_gas_left" (func $gas (result i64)))
      (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
      (import "vm_hooks" "tx_ink_price" (func $price (result i32)))
      (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
      (import "vm_hooks" "write_result" (func $w (param i32 i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32) (local $ink i64)
        (i64.store (i32.const 0) (call $gas))
        (i64.store (i32.const 8) (i64.extend_i32_u (call $price)))
        (local.set $ink (call $ink))
        (call $log (i32.const 0) (i32.const 0) (i32.const 0))
        (i64.store (i32.const 16) (i64.sub (local.get $ink) (call $ink)))
        (call $w (i32.const 0) (i32.const 24))
        (i32.const 0)))"#;
    let run = |price: u32, gas: u64| {
        let mut world = World::new();
        world.set_params(|params| params.ink_price = price);
        world.program(at(1), text);
        world.cfg.tx_gas_limit_cap = Some(u64::MAX);
        world.cfg.disable_block_gas_limit = true;
        let outcome = world.call(at(1), &[], gas);
        outcome.output().map(|output| {
            let word = |at| u64::from_le_bytes(output[at..at + 8].try_into().unwrap());
            [word(0), word(8), word(16)]
        })
    };
    let [gas, price, log] = run(10_000, 1_000_000).expect("enough");
    let [more, dearer, same] = run(20_000, 1_000_000).expect("enough");
    assert_eq!((price, dearer), (10_000, 20_000));
    assert!(
        more > gas && more - gas <= 3,
        "the same ink is half the gas: {gas} {more}"
    );
    assert_eq!(
        log, same,
        "a log is priced in ink: 10,000 for each of the EVM's gas"
    );
    for price in [1, 0xff_ffff] {
        run(price, u64::MAX);
    }
}
