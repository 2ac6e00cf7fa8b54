//! Calls and creates out of programs: prices, value, stipend, static rules, depth, re-entrance.
//! Expected figures come from the formulas of embedded-chain.md §1.3 and §1.6.

mod common;

use common::{PRICE, SENDER, World, at, cached_gas, execution_gas, forwarder, word};
use devnode_meter::price::page_exp;
use revm::primitives::{Address, TxKind, U256, address};

/// kind (0 call, 1 static, 2 delegate) | address 20 | gas u64 LE | value 32 | calldata. Answers with
/// ink of the call u64 LE | status u8 | return data. All of it lies in the first page.
const CALLER: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $before i64) (local $after i64) (local $status i32)
    (call $read_args (i32.const 0x1000))
    (local.set $before (call $ink))
    (if (i32.eqz (i32.load8_u (i32.const 0x1000)))
      (then (local.set $status (call $call (i32.const 0x1001) (i32.const 0x103d) (i32.sub (local.get $len) (i32.const 61))
        (i32.const 0x101d) (i64.load (i32.const 0x1015)) (i32.const 16))))
      (else (if (i32.eq (i32.load8_u (i32.const 0x1000)) (i32.const 1))
        (then (local.set $status (call $static (i32.const 0x1001) (i32.const 0x103d) (i32.sub (local.get $len) (i32.const 61))
          (i64.load (i32.const 0x1015)) (i32.const 16))))
        (else (local.set $status (call $delegate (i32.const 0x1001) (i32.const 0x103d) (i32.sub (local.get $len) (i32.const 61))
          (i64.load (i32.const 0x1015)) (i32.const 16)))))))
    (local.set $after (call $ink))
    (i64.store (i32.const 0) (i64.sub (local.get $before) (local.get $after)))
    (i32.store8 (i32.const 8) (local.get $status))
    (call $write_result (i32.const 0) (i32.add (i32.const 9)
      (call $read_return (i32.const 9) (i32.const 0) (i32.const 0x800))))
    (i32.const 0)))"#;

/// Answers with address 32 | sender 32 | value 32.
const CONTEXT: &str = r#"(module
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32)
    (call $contract_address (i32.const 12))
    (call $msg_sender (i32.const 44))
    (call $msg_value (i32.const 64))
    (call $write_result (i32.const 0) (i32.const 96))
    (i32.const 0)))"#;

const CALL: u8 = 0;
const STATIC: u8 = 1;
const DELEGATE: u8 = 2;

const PROGRAM: u64 = 1;
const TARGET: u64 = 2;

fn request(kind: u8, to: Address, gas: u64, value: u64, data: &[u8]) -> Vec<u8> {
    let mut request = vec![kind];
    request.extend(to);
    request.extend(gas.to_le_bytes());
    request.extend(word(value));
    request.extend(data);
    request
}

struct Answer {
    ink: u64,
    status: u8,
    data: Vec<u8>,
}

fn answer(output: &[u8]) -> Answer {
    Answer {
        ink: u64::from_le_bytes(output[..8].try_into().unwrap()),
        status: output[8],
        data: output[9..].to_vec(),
    }
}

fn call(world: &mut World, request: &[u8]) -> Answer {
    let outcome = world.call(at(PROGRAM), request, 10_000_000);
    assert!(outcome.is_success(), "{outcome:?}");
    answer(outcome.output().unwrap())
}

/// A caller with 1,000 wei, and the ink that a call costs beside the gas of it: measured on a call
/// whose gas is plain, a cold EOA without value.
fn caller() -> (World, u64) {
    let mut world = World::new();
    world.program(at(PROGRAM), CALLER);
    world.set_balance(at(PROGRAM), 1_000);
    world.set_balance(at(90), 1);
    let plain = call(&mut world, &request(CALL, at(90), 0, 0, &[])).ink;
    (world, plain - 2_600 * PRICE)
}

#[test]
fn value_costs_9000_and_25000_more_to_create_an_account() {
    let (mut world, ink) = caller();
    world.set_balance(at(TARGET), 1);
    let known = call(&mut world, &request(CALL, at(TARGET), 0, 1, &[]));
    assert_eq!(
        (known.status, known.ink),
        (0, ink + (2_600 + 9_000) * PRICE)
    );
    let fresh = call(&mut world, &request(CALL, at(3), 0, 1, &[]));
    assert_eq!(
        (fresh.status, fresh.ink),
        (0, ink + (2_600 + 25_000 + 9_000) * PRICE)
    );
    assert_eq!(world.info(at(TARGET)).balance, U256::from(2));
    assert_eq!(world.info(at(3)).balance, U256::from(1));
    assert_eq!(world.info(at(PROGRAM)).balance, U256::from(998));
}

#[test]
fn the_stipend_reaches_the_callee_and_is_paid_for_by_the_caller() {
    let (mut world, ink) = caller();
    world.contract(
        at(TARGET),
        &[0x5a, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3],
    ); // returns GAS
    let got = call(&mut world, &request(CALL, at(TARGET), 0, 1, &[]));
    assert_eq!(got.data, word(2_300 - 2), "the stipend, after GAS itself");
    // GAS, a push, MSTORE and a word of memory, two pushes.
    let used = 2 + 3 + 3 + 3 + 3 + 3;
    assert_eq!(got.ink, ink + (2_600 + 9_000 + used) * PRICE);
}

#[test]
fn value_that_is_not_there_fails_the_call_and_gives_the_gas_back() {
    let (mut world, ink) = caller();
    world.set_balance(at(TARGET), 1);
    let got = call(&mut world, &request(CALL, at(TARGET), 50_000, 1_001, &[]));
    assert_eq!((got.status, got.ink), (2, ink + (2_600 + 9_000) * PRICE));
    assert!(got.data.is_empty());
}

#[test]
fn value_in_a_static_context_fails_for_nothing() {
    let (mut world, ink) = caller();
    world.contract(at(9), &forwarder(0xfa));
    let data = [at(PROGRAM).to_vec(), request(CALL, at(TARGET), 0, 1, &[])].concat();
    let outcome = world.call(at(9), &data, 1_000_000);
    let output = outcome.output().unwrap();
    assert_eq!(output[0], 1);
    let got = answer(&output[1..]);
    assert_eq!((got.status, got.ink), (2, ink));
}

#[test]
fn a_call_that_costs_more_than_is_left_takes_all_and_fails() {
    let (mut world, _) = caller();
    let data = request(CALL, at(3), 0, 1, &[]);
    let outcome = world.call(at(PROGRAM), &data, 21_000 + 40_000);
    assert!(outcome.is_success(), "with gas for it: {outcome:?}");
    // Less than 2,600 + 25,000 + 9,000: the program gets status 2 and no gas, and dies of that.
    let outcome = world.call(
        at(PROGRAM),
        &request(CALL, at(4), 0, 1, &[]),
        21_000 + 36_000,
    );
    assert!(outcome.is_halt());
    assert_eq!(outcome.tx_gas_used(), 57_000);
}

#[test]
fn requested_gas_is_capped_at_63_of_64_parts() {
    let (mut world, _) = caller();
    world.contract(
        at(TARGET),
        &[0x5a, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3],
    );
    let all = call(&mut world, &request(CALL, at(TARGET), u64::MAX, 0, &[])).data;
    let few = call(&mut world, &request(CALL, at(TARGET), 1_000, 0, &[])).data;
    assert_eq!(few, word(998));
    let all = U256::from_be_slice(&all).to::<u64>();
    assert!(
        all < 10_000_000 * 63 / 64 && all > 9_900_000 * 63 / 64,
        "{all}"
    );
}

#[test]
fn delegated_calls_keep_sender_and_value() {
    let (mut world, _) = caller();
    world.program(at(TARGET), CONTEXT);
    let mut tx = world.tx(
        TxKind::Call(at(PROGRAM)),
        &request(DELEGATE, at(TARGET), u64::MAX, 0, &[]),
        1_000_000,
    );
    tx.value = U256::from(77);
    let outcome = world.send(tx);
    let got = answer(outcome.output().unwrap());
    let want = [at(PROGRAM).into_word().0, SENDER.into_word().0, word(77)].concat();
    assert_eq!((got.status, got.data), (0, want));
    assert_eq!(world.info(at(PROGRAM)).balance, U256::from(1_077));
}

#[test]
fn a_call_shows_the_caller_and_the_value_and_a_static_one_no_value() {
    let (mut world, _) = caller();
    world.program(at(TARGET), CONTEXT);
    let got = call(&mut world, &request(CALL, at(TARGET), u64::MAX, 5, &[]));
    let want = |value| {
        [
            at(TARGET).into_word().0,
            at(PROGRAM).into_word().0,
            word(value),
        ]
        .concat()
    };
    assert_eq!((got.status, got.data), (0, want(5)));
    let got = call(&mut world, &request(STATIC, at(TARGET), u64::MAX, 0, &[]));
    assert_eq!((got.status, got.data), (0, want(0)));
}

#[test]
fn an_inner_revert_gives_its_data_and_undoes_only_itself() {
    let (mut world, _) = caller();
    // SSTORE(0, 1), then revert with 4 bytes.
    let code = [
        0x60, 0x01, 0x60, 0x00, 0x55, 0x63, 0xde, 0xad, 0xbe, 0xef, 0x60, 0xe0, 0x1b, 0x60, 0x00,
        0x52, 0x60, 0x04, 0x60, 0x00, 0xfd,
    ];
    world.contract(at(TARGET), &code);
    let got = call(&mut world, &request(CALL, at(TARGET), u64::MAX, 3, &[]));
    assert_eq!((got.status, got.data), (2, vec![0xde, 0xad, 0xbe, 0xef]));
    assert_eq!(world.storage(at(TARGET), 0), U256::ZERO);
    assert_eq!(world.info(at(PROGRAM)).balance, U256::from(1_000));
}

#[test]
fn delegated_accounts_run_the_code_of_their_delegate() {
    let (mut world, _) = caller();
    world.program(at(TARGET), CONTEXT);
    let delegation = [&[0xef, 0x01, 0x00], at(TARGET).as_slice()].concat();
    world.contract(at(5), &delegation);
    let got = call(&mut world, &request(CALL, at(5), u64::MAX, 0, &[]));
    assert_eq!(got.status, 0);
    assert_eq!(
        got.data[..64],
        [at(5).into_word().0, at(PROGRAM).into_word().0].concat()
    );
}

#[test]
fn precompiles_answer_programs() {
    let (mut world, ink) = caller();
    let identity = address!("0000000000000000000000000000000000000004");
    let got = call(&mut world, &request(CALL, identity, u64::MAX, 0, b"abc"));
    assert_eq!((got.status, got.data), (0, b"abc".to_vec()));
    assert_eq!(got.ink, ink + (100 + 15 + 3) * PRICE);
}

// --- re-entrance ---

/// With no calldata: one byte, `msg_reentrant`. Else calls the address in the calldata with the rest
/// and answers as it does; the first byte chooses: 0 call, 2 delegate.
const REENTRANT: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (if (i32.eqz (local.get $len)) (then
      (i32.store8 (i32.const 0) (call $reentrant))
      (call $write_result (i32.const 0) (i32.const 1))
      (return (i32.const 0))))
    (call $read_args (i32.const 0x1000))
    (if (i32.eqz (i32.load8_u (i32.const 0x1000)))
      (then (drop (call $call (i32.const 0x1001) (i32.const 0x1015) (i32.sub (local.get $len) (i32.const 21))
        (i32.const 0x3000) (i64.const -1) (i32.const 16))))
      (else (drop (call $delegate (i32.const 0x1001) (i32.const 0x1015) (i32.sub (local.get $len) (i32.const 21))
        (i64.const -1) (i32.const 16)))))
    (call $write_result (i32.const 0) (call $read_return (i32.const 0) (i32.const 0) (i32.const 0x800)))
    (i32.const 0)))"#;

#[test]
fn msg_reentrant_counts_open_contexts_of_the_acting_address_but_for_delegated_ones() {
    let mut world = World::new();
    world.program(at(1), REENTRANT);
    world.contract(at(9), &forwarder(0xf1));
    world.contract(at(10), &forwarder(0xf4));
    let to = |kind: u8, number, rest: &[u8]| [&[kind], at(number).as_slice(), rest].concat();
    let evm = |number, rest: &[u8]| [at(number).as_slice(), rest].concat();
    // (first callee, calldata, where the byte is, expected)
    let cases: [(u64, Vec<u8>, usize, u8); 8] = [
        (1, vec![], 0, 0),
        (1, to(CALL, 1, &[]), 0, 1),
        (1, to(DELEGATE, 1, &[]), 0, 0),
        (1, to(CALL, 9, &evm(1, &[])), 1, 1),
        (9, evm(1, &[]), 1, 0),
        (10, evm(1, &[]), 1, 0),
        // EVM contract 10 delegates to the program, which calls 10, which delegates to it again.
        (10, evm(1, &to(CALL, 10, &evm(1, &[]))), 2, 1),
        // The program calls itself, which delegates to itself: two of its own contexts are open.
        (1, to(CALL, 1, &to(DELEGATE, 1, &[])), 0, 1),
    ];
    for (index, (first, data, byte, want)) in cases.into_iter().enumerate() {
        let outcome = world.call(at(first), &data, 5_000_000);
        let output = outcome.output().expect("an output");
        assert_eq!(output.get(byte), Some(&want), "case {index}: {outcome:?}");
    }
    // Two calls one after the other are not re-entrance.
    assert_eq!(
        world.call(at(1), &[], 100_000).output().unwrap().as_ref(),
        [0]
    );
}

// --- depth ---

/// Calls itself as many times as the calldata says (u32 LE); answers with the number of calls below
/// it that succeeded (u32 LE).
const NESTED: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 0))
    (if (i32.load (i32.const 0)) (then
      (i32.store (i32.const 0) (i32.sub (i32.load (i32.const 0)) (i32.const 1)))
      (call $contract_address (i32.const 32))
      (if (i32.eqz (call $call (i32.const 32) (i32.const 0) (i32.const 4) (i32.const 64) (i64.const -1) (i32.const 16)))
        (then
          (drop (call $read_return (i32.const 128) (i32.const 0) (i32.const 4)))
          (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))))))
    (call $write_result (i32.const 128) (i32.const 4))
    (i32.const 0)))"#;

#[test]
fn sixty_nested_programs_pay_for_their_pages() {
    let mut world = World::new();
    let stats = world.program(at(1), NESTED);
    let mut gas = |depth: u32| {
        let data = depth.to_le_bytes();
        let outcome = world.call(at(1), &data, 30_000_000);
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(outcome.output().unwrap().as_ref(), depth.to_le_bytes());
        execution_gas(&outcome, &data)
    };
    assert!(gas(0) >= cached_gas(&stats));
    // One more frame costs the same work each time, and a page that gets dearer.
    let page = |count: u16| 1_000 + page_exp(count) - page_exp(count - 1);
    let work: Vec<u64> = (4..60)
        .map(|depth| gas(depth + 1) - gas(depth) - page(depth as u16 + 2)) // so many frames
        .collect();
    assert!(work.iter().all(|gas| *gas == work[0]), "{work:?}");
    assert!(
        work[0] > 100 + cached_gas(&stats) && work[0] < 150 + cached_gas(&stats),
        "{work:?}"
    );
}

#[test]
fn the_frame_after_the_1024th_call_fails_and_the_native_stack_does_not_grow() {
    let mut world = World::new();
    world.program(at(1), NESTED);
    world.set_params(|params| params.free_pages = u16::MAX); // or pages would end it
    world.cfg.tx_gas_limit_cap = Some(u64::MAX);
    let outcome = world.call(at(1), &2_000_u32.to_le_bytes(), 1 << 49);
    assert_eq!(outcome.output().unwrap().as_ref(), 1_024_u32.to_le_bytes());
}

#[test]
fn more_than_128_open_pages_are_out_of_gas() {
    let mut world = World::new();
    world.program(at(1), NESTED);
    world.cfg.tx_gas_limit_cap = Some(u64::MAX);
    let outcome = world.call(at(1), &2_000_u32.to_le_bytes(), 1 << 49);
    assert_eq!(
        outcome.output().unwrap().as_ref(),
        127_u32.to_le_bytes(),
        "128 frames of a page"
    );
}

// --- creates ---

/// kind 0 create1, 1 create2 | value 32 | salt 32 | init code. Answers with ink u64 LE | address 20 |
/// return data.
const CREATOR: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2 2)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $before i64)
    (call $read_args (i32.const 0x1000))
    (local.set $before (call $ink))
    (if (i32.load8_u (i32.const 0x1000))
      (then (call $create2 (i32.const 0x1041) (i32.sub (local.get $len) (i32.const 65)) (i32.const 0x1001) (i32.const 0x1021) (i32.const 8) (i32.const 64)))
      (else (call $create1 (i32.const 0x1041) (i32.sub (local.get $len) (i32.const 65)) (i32.const 0x1001) (i32.const 8) (i32.const 64))))
    (i64.store (i32.const 0) (i64.sub (local.get $before) (call $ink)))
    (call $write_result (i32.const 0) (i32.add (i32.const 28)
      (call $read_return (i32.const 28) (i32.const 0) (i32.const 0x800))))
    (i32.const 0)))"#;

/// Init code of a contract whose code is a STOP: RETURN(0, 1).
const INIT: [u8; 5] = [0x60, 0x01, 0x60, 0x00, 0xf3];

fn create(world: &mut World, kind: u8, value: u64, init: &[u8]) -> (u64, Address, Vec<u8>) {
    let data = [&[kind][..], &word(value), &word(7), init].concat();
    let outcome = world.call(at(PROGRAM), &data, 10_000_000);
    assert!(outcome.is_success(), "{outcome:?}");
    let output = outcome.output().unwrap();
    let ink = u64::from_le_bytes(output[..8].try_into().unwrap());
    (
        ink,
        Address::from_slice(&output[8..28]),
        output[28..].to_vec(),
    )
}

fn creator() -> World {
    let mut world = World::new();
    world.program(at(PROGRAM), CREATOR);
    world.set_balance(at(PROGRAM), 1_000);
    world
}

#[test]
fn create_costs_32000_its_init_code_and_200_a_byte() {
    let mut world = creator();
    // Empty init code costs nothing but the create itself: what is left is ink of the host call.
    let (empty, ..) = create(&mut world, 0, 0, &[]);
    let (one, address, data) = create(&mut world, 0, 0, &INIT);
    // Two pushes 3 each, a word of memory 3, 200 for a byte of code.
    assert_eq!(one - empty, (3 + 3 + 3 + 200) * PRICE);
    assert!(data.is_empty(), "return data is that of a revert only");
    assert_eq!(address, at(PROGRAM).create(2));
    let (salted, address, _) = create(&mut world, 1, 0, &INIT);
    // One more pointer, 6 gas for the only word, and the other branch of the `if`.
    assert_eq!(address, at(PROGRAM).create2_from_code(word(7), INIT));
    let ink_of_pointer = 5_040;
    let arguments = 75 + 1; // at most another constant
    let difference = salted - one - 6 * PRICE - ink_of_pointer;
    assert!(difference <= arguments + 765, "{difference}");
}

#[test]
fn create_sends_value_and_fails_without_it() {
    let mut world = creator();
    let (_, address, _) = create(&mut world, 0, 400, &INIT);
    assert_eq!(world.info(address).balance, U256::from(400));
    let (_, address, data) = create(&mut world, 0, 601, &INIT);
    assert_eq!((address, data.len()), (Address::ZERO, 0));
    assert_eq!(world.info(at(PROGRAM)).balance, U256::from(600));
}

#[test]
fn a_create_that_reverts_gives_its_data() {
    let mut world = creator();
    let init = [0x60, 0xab, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xfd];
    let (_, address, data) = create(&mut world, 1, 0, &init);
    assert_eq!((address, data), (Address::ZERO, vec![0xab]));
}

#[test]
fn a_create_in_a_static_context_fails_the_frame() {
    let mut world = creator();
    world.contract(at(9), &forwarder(0xfa));
    let data = [at(PROGRAM).as_slice(), &[0], &word(0), &word(7), &INIT].concat();
    let outcome = world.call(at(9), &data, 1_000_000);
    assert_eq!(
        outcome.output().unwrap().as_ref(),
        [0],
        "reverts with empty data"
    );
    assert!(outcome.tx_gas_used() < 100_000, "and keeps its gas");
}

#[test]
fn a_create_without_32000_gas_fails_the_frame_with_all_of_it() {
    let mut world = creator();
    let data = [&[0][..], &word(0), &word(7), &INIT].concat();
    let outcome = world.call(at(PROGRAM), &data, 50_000);
    assert!(!outcome.is_success());
    assert!(outcome.tx_gas_used() >= 49_999, "{outcome:?}");
}

#[test]
fn init_code_over_twice_the_code_limit_is_refused() {
    let mut world = creator();
    world.cfg.limit_contract_code_size = Some(64);
    world.cfg.limit_contract_initcode_size = Some(128);
    let (_, address, _) = create(&mut world, 0, 0, &[&INIT[..], &[0; 123]].concat());
    assert_ne!(address, Address::ZERO);
    let (ink, address, _) = create(&mut world, 0, 0, &[&INIT[..], &[0; 124]].concat());
    assert_eq!(address, Address::ZERO);
    assert!(ink > 32_000 * PRICE, "the create is paid for");
}

// --- what must not leak from one frame into another ---

/// With no calldata: one byte, `msg_reentrant`. Else calls the addresses of calldata 0..20 (with the
/// value of calldata 40..72) and 20..40 (with none), and answers with the first byte of what the
/// second returned and the length of what the first did.
const TWICE: &str = r#"(module
  (import "vm_hooks" "read_args" (func $args (param i32)))
  (import "vm_hooks" "write_result" (func $w (param i32 i32)))
  (import "vm_hooks" "msg_reentrant" (func $r (result i32)))
  (import "vm_hooks" "return_data_size" (func $size (result i32)))
  (import "vm_hooks" "read_return_data" (func $rr (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (if (i32.eqz (local.get $len)) (then (i32.store8 (i32.const 0) (call $r)) (call $w (i32.const 0) (i32.const 1)) (return (i32.const 0))))
    (call $args (i32.const 0))
    (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 40) (i64.const 100000) (i32.const 512)))
    (i32.store8 (i32.const 2001) (call $size))
    (drop (call $call (i32.const 20) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 100000) (i32.const 512)))
    (drop (call $rr (i32.const 2000) (i32.const 0) (i32.const 1)))
    (call $w (i32.const 2000) (i32.const 2)) (i32.const 0)))"#;

fn twice(first: Address, second: Address, value: [u8; 32]) -> Vec<u8> {
    [first.as_slice(), second.as_slice(), &value].concat()
}

#[test]
fn a_call_that_never_became_a_frame_ends_no_context() {
    let mut world = World::new();
    world.program(at(1), TWICE);
    let identity = Address::with_last_byte(4);
    let too_much = [1; 32];
    for data in [
        twice(identity, at(1), word(0)),
        twice(at(77), at(1), too_much),
    ] {
        let outcome = world.call(at(1), &data, 1_000_000);
        assert_eq!(outcome.output().unwrap()[0], 1, "re-entered all the same");
    }
}

#[test]
fn callees_of_a_static_frame_are_static() {
    let mut world = World::new();
    world.program(at(1), TWICE);
    world.contract(at(7), &[0x60, 0x01, 0x60, 0x00, 0x55, 0x00]); // SSTORE(0, 1)
    world.contract(at(9), &forwarder(0xfa));
    let data = [at(1).as_slice(), &twice(at(7), at(7), word(0))].concat();
    assert!(world.call(at(9), &data, 1_000_000).is_success());
    assert_eq!(world.storage(at(7), 0), U256::ZERO);
    world.call(at(1), &twice(at(7), at(7), word(0)), 1_000_000);
    assert_eq!(world.storage(at(7), 0), U256::ONE, "it would have written");
}

#[test]
fn a_log_in_a_static_frame_fails_it() {
    let mut world = World::new();
    let text = r#"(module
      (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $log (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)))"#;
    world.program(at(1), text);
    for (opcode, logs) in [(0xf1, 1), (0xfa, 0)] {
        world.contract(at(9), &forwarder(opcode));
        let outcome = world.call(at(9), at(1).as_slice(), 1_000_000);
        assert_eq!(outcome.logs().len(), logs);
        assert_eq!(outcome.output().unwrap().as_ref(), [logs as u8], "success");
    }
}

#[test]
fn a_call_that_fails_before_it_begins_leaves_no_return_data() {
    // Calls the address in the calldata twice, the second time with the value that follows it, and
    // answers with the sizes of what came back.
    let text = r#"(module
      (import "vm_hooks" "read_args" (func $args (param i32)))
      (import "vm_hooks" "write_result" (func $w (param i32 i32)))
      (import "vm_hooks" "return_data_size" (func $size (result i32)))
      (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $args (i32.const 0))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 100000) (i32.const 512)))
        (i32.store8 (i32.const 2000) (call $size))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 20) (i64.const 100000) (i32.const 512)))
        (i32.store8 (i32.const 2001) (call $size))
        (call $w (i32.const 2000) (i32.const 2)) (i32.const 0)))"#;
    let mut world = World::new();
    world.program(at(1), text);
    world.contract(at(7), &[0x60, 0x20, 0x60, 0x00, 0xf3]); // returns a word
    world.contract(at(9), &forwarder(0xfa));
    for (value, sizes) in [(0, [32, 32]), (1, [32, 0])] {
        let data = [at(1).as_slice(), at(7).as_slice(), &word(value)].concat();
        let outcome = world.call(at(9), &data, 1_000_000);
        assert_eq!(
            outcome.output().unwrap()[1..],
            sizes,
            "value {value} in a static call"
        );
    }
}

#[test]
fn callcode_runs_a_program_in_the_callers_context_and_opens_none_of_its_own() {
    let mut world = World::new();
    world.program(at(1), TWICE);
    world.program(at(2), CONTEXT);
    let callcode = |target: Address| {
        let mut code = vec![0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x73];
        code.extend(target);
        code.extend([
            0x5a, 0xf2, 0x3d, 0x60, 0, 0x60, 0, 0x3e, 0x3d, 0x60, 0, 0xf3,
        ]);
        code
    };
    world.contract(at(9), &callcode(at(1)));
    assert_eq!(
        world.call(at(9), &[], 1_000_000).output().unwrap().as_ref(),
        [0]
    );
    world.contract(at(9), &callcode(at(2)));
    let context = world.call(at(9), &[], 1_000_000);
    assert_eq!(context.output().unwrap()[..32], at(9).into_word().0);
}

#[test]
fn the_pages_of_an_earlier_transaction_are_forgotten() {
    let mut world = World::new();
    let text = r#"(module
      (import "vm_hooks" "pay_for_memory_grow" (func $grow (param i32)))
      (memory (export "memory") 1 100)
      (func (export "user_entrypoint") (param i32) (result i32)
        (drop (memory.grow (i32.const 80))) (i32.const 0)))"#;
    world.program(at(1), text);
    let first = world.call(at(1), &[], 1_000_000).tx_gas_used();
    assert_eq!(world.call(at(1), &[], 1_000_000).tx_gas_used(), first);
}

#[test]
fn pages_that_a_frame_asked_for_and_could_not_pay_count_as_held() {
    // With calldata it first calls itself with none and little gas; that asks for 60 pages and dies.
    let text = r#"(module
      (import "vm_hooks" "pay_for_memory_grow" (func $grow (param i32)))
      (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
      (import "vm_hooks" "contract_address" (func $me (param i32)))
      (import "vm_hooks" "write_result" (func $w (param i32 i32)))
      (import "vm_hooks" "read_args" (func $args (param i32)))
      (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "user_entrypoint") (param $len i32) (result i32) (local $before i64)
        (if (i32.eqz (local.get $len)) (then (call $grow (i32.const 60)) (return (i32.const 0))))
        (call $me (i32.const 64))
        (call $args (i32.const 0))
        (if (i32.load8_u (i32.const 0)) (then
          (drop (call $call (i32.const 64) (i32.const 0) (i32.const 0) (i32.const 1024) (i64.const 5000) (i32.const 512)))))
        (local.set $before (call $ink))
        (call $grow (i32.const 50))
        (i64.store (i32.const 128) (i64.sub (local.get $before) (call $ink)))
        (call $w (i32.const 128) (i32.const 8))
        (i32.const 0)))"#;
    let mut world = World::new();
    world.program(at(1), text);
    let mut ink = |data: u8| {
        let outcome = world.call(at(1), &[data], 1_000_000);
        u64::from_le_bytes(outcome.output().unwrap()[..].try_into().unwrap())
    };
    let (alone, after) = (ink(0), ink(1));
    assert_eq!(
        alone - after,
        (page_exp(51) - page_exp(1)) * PRICE,
        "the exponential part is paid for"
    );
}
