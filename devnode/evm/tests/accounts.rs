//! Host functions that look at accounts: prices from embedded-chain.md §1.2.

mod common;

use common::{PRICE, World, at};
use revm::primitives::{Address, keccak256};

/// For each 21 bytes of calldata, an op and an address: 0 balance, 1 code hash, 2 code size, 3 the
/// first 8 bytes of the code. Answers with ink u64 LE and the first 8 bytes of the answer for each.
const LOOK: &str = r#"(module
  (import "vm_hooks" "read_args" (func $args (param i32)))
  (import "vm_hooks" "write_result" (func $w (param i32 i32)))
  (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
  (import "vm_hooks" "account_balance" (func $balance (param i32 i32)))
  (import "vm_hooks" "account_codehash" (func $hash (param i32 i32)))
  (import "vm_hooks" "account_code_size" (func $size (param i32) (result i32)))
  (import "vm_hooks" "account_code" (func $code (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $p i32) (local $o i32) (local $before i64) (local $op i32)
    (call $args (i32.const 0x1000))
    (local.set $p (i32.const 0x1000))
    (loop $next
      (local.set $op (i32.load8_u (local.get $p)))
      (i64.store (i32.const 0x3000) (i64.const 0)) (i64.store (i32.const 0x3018) (i64.const 0))
      (local.set $before (call $ink))
      (block $done (block $three (block $two (block $one (block $zero
        (br_table $zero $one $two $three (local.get $op)))
        (call $balance (i32.add (local.get $p) (i32.const 1)) (i32.const 0x3000)) (br $done))
        (call $hash (i32.add (local.get $p) (i32.const 1)) (i32.const 0x3000)) (br $done))
        (i32.store (i32.const 0x3000) (call $size (i32.add (local.get $p) (i32.const 1)))) (br $done))
        (drop (call $code (i32.add (local.get $p) (i32.const 1)) (i32.const 0) (i32.const 8) (i32.const 0x3000))))
      (i64.store (local.get $o) (i64.sub (local.get $before) (call $ink)))
      (i64.store (i32.add (local.get $o) (i32.const 8)) (i64.load (i32.const 0x3000)))
      (i64.store (i32.add (local.get $o) (i32.const 16)) (i64.load (i32.const 0x3018)))
      (local.set $o (i32.add (local.get $o) (i32.const 24)))
      (local.set $p (i32.add (local.get $p) (i32.const 21)))
      (br_if $next (i32.lt_u (local.get $p) (i32.add (local.get $len) (i32.const 0x1000)))))
    (call $w (i32.const 0) (local.get $o))
    (i32.const 0)))"#;

const BALANCE: u8 = 0;
const HASH: u8 = 1;
const SIZE: u8 = 2;
const CODE: u8 = 3;

/// Ink, the first 8 and the last 8 bytes of each answer.
fn look(world: &mut World, looks: &[(u8, Address)]) -> Vec<(u64, [u8; 8], [u8; 8])> {
    let data: Vec<u8> = looks
        .iter()
        .flat_map(|(op, address)| [&[*op], address.as_slice()].concat())
        .collect();
    let outcome = world.call(at(1), &data, 5_000_000);
    let output = outcome.output().expect("an answer");
    output
        .chunks_exact(24)
        .map(|chunk| {
            let ink = u64::from_le_bytes(chunk[..8].try_into().unwrap());
            (
                ink,
                chunk[8..16].try_into().unwrap(),
                chunk[16..].try_into().unwrap(),
            )
        })
        .collect()
}

fn world() -> World {
    let mut world = World::new();
    world.program(at(1), LOOK);
    for number in 2..8 {
        world.contract(at(number), &[number as u8; 100]);
        world.set_balance(at(number), 7);
    }
    world
}

fn gas(ink: u64, other: u64) -> u64 {
    assert_eq!((ink - other) % PRICE, 0);
    (ink - other) / PRICE
}

#[test]
fn a_cold_account_costs_2500_gas_more_than_a_warm_one() {
    for op in [BALANCE, HASH] {
        let seen = look(
            &mut world(),
            &[(op, at(2)), (op, at(2)), (op, at(3)), (op, at(9))],
        );
        assert_eq!(gas(seen[0].0, seen[1].0), 2_500, "op {op}");
        assert_eq!(seen[2].0, seen[0].0, "another account is cold");
        assert_eq!(seen[3].0, seen[0].0, "one that is not there too");
    }
    let seen = look(
        &mut world(),
        &[(BALANCE, at(2)), (HASH, at(2)), (HASH, at(9))],
    );
    assert_eq!(seen[0].2, 7_u64.to_be_bytes());
    assert_eq!(seen[1].1, keccak256([2; 100])[..8]);
    assert_eq!(seen[2].1, [0; 8], "no account, no hash");
}

#[test]
fn a_balance_or_hash_after_the_other_is_warm() {
    let seen = look(
        &mut world(),
        &[
            (BALANCE, at(2)),
            (HASH, at(2)),
            (HASH, at(3)),
            (BALANCE, at(3)),
        ],
    );
    assert_eq!(gas(seen[2].0, seen[1].0), 2_500);
    assert_eq!(gas(seen[0].0, seen[3].0), 2_500);
}

#[test]
fn code_costs_700_gas_more_and_a_second_look_nothing() {
    let looks = [(SIZE, at(2)), (SIZE, at(2)), (SIZE, at(3)), (SIZE, at(2))];
    let seen = look(&mut world(), &looks);
    assert_eq!(gas(seen[0].0, seen[1].0), 700 + 2_600);
    assert_eq!(seen[2].0, seen[0].0, "another account");
    assert_eq!(
        gas(seen[3].0, seen[1].0),
        700 + 100,
        "warm, but no longer the last"
    );
    assert_eq!(u64::from_le_bytes(seen[0].1), 100);
    let seen = look(&mut world(), &[(CODE, at(2)), (CODE, at(2))]);
    assert_eq!(gas(seen[0].0, seen[1].0), 700 + 2_600);
    assert_eq!(seen[0].1, [2; 8]);
}

#[test]
fn code_is_charged_whole_whatever_part_is_asked_for() {
    let mut world = world();
    world.contract(at(20), &[1; 1_100]);
    let seen = look(&mut world, &[(CODE, at(2)), (CODE, at(20))]);
    assert_eq!(seen[1].0 - seen[0].0, 30 * 1_000, "8 bytes are asked for");
}

#[test]
fn the_price_of_code_goes_with_the_chains_code_limit() {
    let mut world = world();
    let before = look(&mut world, &[(SIZE, at(2))])[0].0;
    world.cfg.limit_contract_code_size = Some(2 * 24_576);
    assert_eq!(gas(look(&mut world, &[(SIZE, at(2))])[0].0, before), 700);
}

#[test]
fn an_empty_code_was_remembered_before_arbos_40() {
    for (version, again) in [(32, 0), (40, 700 + 100)] {
        let mut world = World::with_version(version);
        world.program(at(1), LOOK);
        let seen = look(
            &mut world,
            &[(SIZE, at(9)), (SIZE, at(9)), (SIZE, at(2)), (SIZE, at(2))],
        );
        let free = if version < 40 {
            seen[1].0
        } else {
            seen[1].0 - 800 * PRICE
        };
        assert_eq!(gas(seen[1].0, free), again);
        assert_eq!(gas(seen[0].0, free), 700 + 2_600, "ArbOS {version}");
    }
}

#[test]
fn the_delegate_of_an_account_is_not_warmed_by_a_call_of_the_account() {
    let text = r#"(module
      (import "vm_hooks" "read_args" (func $args (param i32)))
      (import "vm_hooks" "write_result" (func $w (param i32 i32)))
      (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
      (import "vm_hooks" "account_balance" (func $bal (param i32 i32)))
      (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32) (local $before i64)
        (call $args (i32.const 0))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 100000) (i32.const 512)))
        (local.set $before (call $ink))
        (call $bal (i32.const 20) (i32.const 600))
        (i64.store (i32.const 2000) (i64.sub (local.get $before) (call $ink)))
        (call $w (i32.const 2000) (i32.const 8)) (i32.const 0)))"#;
    let mut world = world();
    world.program(at(1), text);
    world.contract(at(5), &[&[0xef, 0x01, 0x00], at(7).as_slice()].concat());
    let mut ink = |called: Address| {
        let outcome = world.call(
            at(1),
            &[called.as_slice(), at(7).as_slice()].concat(),
            1_000_000,
        );
        u64::from_le_bytes(outcome.output().unwrap()[..].try_into().unwrap())
    };
    assert_eq!(gas(ink(at(5)), ink(at(7))), 2_500);
}
