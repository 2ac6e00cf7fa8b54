//! Frames: storage cache, refunds, logs, inspectors, code that starts with EF, programs that are
//! not active, ArbOS versions. Expected figures come from embedded-chain.md §1.2, §1.6, §7.

mod common;

use common::{PRICE, World, at, cached_gas, execution_gas, forwarder, word};
use devnode_evm::{ArbContext, arbos::ProgramRecord};
use devnode_meter::{PREFIX, Stats, init_code, package};
use revm::{
    Inspector,
    context::result::{ExecutionResult, HaltReason},
    database::InMemoryDB,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, interpreter::EthInterpreter,
    },
    primitives::{Address, Log, TxKind, U256},
};

/// Does what the calldata says, in steps of three bytes: op, key, value. Ops: 0 load (the value goes
/// to the output), 1 cache, 2 flush (value: clear), 3 call itself with no gas limit and the rest of
/// the calldata (its output goes to the output), 4 log of no topics, 5 revert, 6 trap.
const STEPS: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "contract_address" (func $self (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $p i32) (local $out i32) (local $op i32) (local $status i32)
    (call $read_args (i32.const 0x1000))
    (local.set $p (i32.const 0x1000))
    (local.set $len (i32.add (local.get $len) (i32.const 0x1000)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $p) (local.get $len)))
      (local.set $op (i32.load8_u (local.get $p)))
      (i32.store8 (i32.const 0x301f) (i32.load8_u offset=1 (local.get $p)))
      (i32.store8 (i32.const 0x303f) (i32.load8_u offset=2 (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 3)))
      (if (i32.eqz (local.get $op)) (then
        (call $load (i32.const 0x3000) (i32.const 0x3040))
        (i32.store8 (local.get $out) (i32.load8_u (i32.const 0x305f)))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))))
      (if (i32.eq (local.get $op) (i32.const 1)) (then (call $cache (i32.const 0x3000) (i32.const 0x3020))))
      (if (i32.eq (local.get $op) (i32.const 2)) (then (call $flush (i32.load8_u (i32.const 0x303f)))))
      (if (i32.eq (local.get $op) (i32.const 3)) (then
        (call $self (i32.const 0x3100))
        (drop (call $call (i32.const 0x3100) (local.get $p) (i32.sub (local.get $len) (local.get $p)) (i32.const 0x3200) (i64.const -1) (i32.const 0x3300)))
        (local.set $out (i32.add (local.get $out) (call $read_return (local.get $out) (i32.const 0) (i32.const 64))))
        ;; what follows belongs to the callee, up to a step of op 9
        (block $found (loop $skip
          (br_if $found (i32.ge_u (local.get $p) (local.get $len)))
          (local.set $p (i32.add (local.get $p) (i32.const 3)))
          (br_if $skip (i32.ne (i32.load8_u (i32.sub (local.get $p) (i32.const 3))) (i32.const 9)))))))
      (if (i32.eq (local.get $op) (i32.const 4)) (then (call $log (i32.const 0x3020) (i32.const 32) (i32.const 0))))
      (if (i32.eq (local.get $op) (i32.const 5)) (then (local.set $status (i32.const 1)) (br $done)))
      (if (i32.eq (local.get $op) (i32.const 6)) (then unreachable))
      (br_if $done (i32.eq (local.get $op) (i32.const 9)))
      (br $next)))
    (call $write_result (i32.const 0) (local.get $out))
    (local.get $status)))"#;

const LOAD: u8 = 0;
const CACHE: u8 = 1;
const FLUSH: u8 = 2;
const CALL_SELF: u8 = 3;
const LOG: u8 = 4;
const REVERT: u8 = 5;
const TRAP: u8 = 6;
const END: u8 = 9;

fn world() -> World {
    let mut world = World::new();
    world.program(at(1), STEPS);
    world
}

fn run(world: &mut World, steps: &[[u8; 3]]) -> Vec<u8> {
    let outcome = world.call(at(1), &steps.concat(), 5_000_000);
    assert!(outcome.is_success(), "{outcome:?}");
    outcome.output().unwrap().to_vec()
}

#[test]
fn a_callee_does_not_see_what_its_caller_has_not_flushed() {
    let mut world = world();
    world.set_storage(at(1), 1, 5);
    let inner = [[LOAD, 1, 0], [END, 0, 0]];
    let dirty = [
        &[[CACHE, 1, 7], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[LOAD, 1, 0]],
    ]
    .concat();
    assert_eq!(
        run(&mut world, &dirty),
        [5, 7],
        "the callee reads the chain's storage"
    );
    assert_eq!(
        world.storage(at(1), 1),
        U256::from(5),
        "never flushed: not written"
    );
    let flushed = [
        &[[CACHE, 1, 7], [FLUSH, 0, 0], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[LOAD, 1, 0]],
    ]
    .concat();
    assert_eq!(run(&mut world, &flushed), [7, 7]);
    assert_eq!(world.storage(at(1), 1), U256::from(7));
}

#[test]
fn a_caller_keeps_what_it_has_read_until_it_clears_its_cache() {
    let mut world = world();
    world.set_storage(at(1), 1, 5);
    let inner = [[CACHE, 1, 9], [FLUSH, 0, 0], [END, 0, 0]];
    let stale = [
        &[[LOAD, 1, 0], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[LOAD, 1, 0]],
    ]
    .concat();
    assert_eq!(run(&mut world, &stale), [5, 5]);
    world.set_storage(at(1), 1, 5);
    let cleared = [
        &[[LOAD, 1, 0], [FLUSH, 0, 1], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[LOAD, 1, 0]],
    ]
    .concat();
    assert_eq!(run(&mut world, &cleared), [5, 9]);
}

#[test]
fn a_dirty_caller_overwrites_what_its_callee_wrote() {
    let mut world = world();
    let inner = [[CACHE, 1, 9], [FLUSH, 0, 0], [END, 0, 0]];
    let steps = [
        &[[CACHE, 1, 7], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[FLUSH, 0, 0]],
    ]
    .concat();
    run(&mut world, &steps);
    assert_eq!(world.storage(at(1), 1), U256::from(7));
}

#[test]
fn a_failing_callee_is_undone_with_its_logs_and_its_caller_is_not() {
    for failure in [REVERT, TRAP] {
        let mut world = world();
        let inner = [
            [CACHE, 2, 9],
            [FLUSH, 0, 0],
            [LOG, 0, 1],
            [failure, 0, 0],
            [END, 0, 0],
        ];
        let steps = [
            &[[CACHE, 1, 7], [FLUSH, 0, 0], [LOG, 0, 2], [CALL_SELF, 0, 0]][..],
            &inner,
            &[[LOG, 0, 3]],
        ]
        .concat();
        let outcome = world.call(at(1), &steps.concat(), 5_000_000);
        let logs: Vec<u8> = outcome.logs().iter().map(|log| log.data.data[31]).collect();
        assert_eq!(logs, [2, 3]);
        assert_eq!(world.storage(at(1), 1), U256::from(7));
        assert_eq!(world.storage(at(1), 2), U256::ZERO);
    }
}

// --- refunds ---

#[test]
fn clearing_a_slot_refunds_4800_up_to_a_fifth() {
    let mut world = world();
    world.set_storage(at(1), 1, 5);
    let steps = [[CACHE, 1, 0], [FLUSH, 0, 0]].concat();
    let outcome = world.call(at(1), &steps, 1_000_000);
    let spent = outcome.gas().total_gas_spent();
    assert_eq!(outcome.gas().inner_refunded(), 4_800);
    assert_eq!(outcome.tx_gas_used(), spent - 4_800.min(spent / 5));
}

#[test]
fn refunds_of_a_callee_count_and_those_of_a_failing_one_do_not() {
    let refunded = |end: u8| {
        let mut world = world();
        world.set_storage(at(1), 1, 5);
        world.contract(at(9), &forwarder(0xf1));
        let inner = [[CACHE, 1, 0], [FLUSH, 0, 0], [end, 0, 0]];
        let steps = [&[[CALL_SELF, 0, 0]][..], &inner].concat().concat();
        let data = [at(1).as_slice(), &steps].concat();
        let outcome = world.call(at(9), &data, 1_000_000);
        assert!(outcome.is_success());
        outcome.gas().inner_refunded()
    };
    assert_eq!(refunded(END), 4_800);
    assert_eq!(refunded(REVERT), 0);
    assert_eq!(refunded(TRAP), 0);
}

#[test]
fn setting_back_a_slot_in_one_transaction_refunds_as_eip_3529_says() {
    let mut world = world();
    // 0 -> 1 -> 0: 20,000 - 100 back.
    let steps = [[CACHE, 1, 1], [FLUSH, 0, 0], [CACHE, 1, 0], [FLUSH, 0, 0]].concat();
    let outcome = world.call(at(1), &steps, 1_000_000);
    let fifth = outcome.gas().total_gas_spent() / 5;
    assert_eq!(outcome.gas().inner_refunded(), fifth.min(19_900));
}

// --- what inspectors see ---

#[derive(Default)]
struct Recorder {
    open: Vec<Address>,
    /// Depth and callee of each call, in order.
    calls: Vec<(usize, Address)>,
    ends: Vec<(Address, bool)>,
    /// Callee that was open and the last byte of the log's data.
    logs: Vec<(Address, u8)>,
    creates: usize,
}

impl Inspector<ArbContext<InMemoryDB>, EthInterpreter> for Recorder {
    fn call(
        &mut self,
        _: &mut ArbContext<InMemoryDB>,
        inputs: &mut CallInputs,
    ) -> Option<CallOutcome> {
        self.calls.push((self.open.len(), inputs.target_address));
        self.open.push(inputs.target_address);
        None
    }

    fn call_end(
        &mut self,
        _: &mut ArbContext<InMemoryDB>,
        _: &CallInputs,
        outcome: &mut CallOutcome,
    ) {
        let callee = self.open.pop().expect("an open call");
        self.ends
            .push((callee, outcome.instruction_result().is_ok()));
    }

    fn create(
        &mut self,
        _: &mut ArbContext<InMemoryDB>,
        _: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        self.creates += 1;
        None
    }

    fn log(&mut self, _: &mut ArbContext<InMemoryDB>, log: Log) {
        self.logs
            .push((*self.open.last().expect("an open call"), log.data.data[31]));
    }
}

#[test]
fn inspectors_see_programs_as_calls_with_their_logs() {
    let mut world = world();
    world.contract(at(9), &forwarder(0xf1));
    let inner = [[LOG, 0, 2], [REVERT, 0, 0], [END, 0, 0]];
    let steps = [
        &[[LOG, 0, 1], [CALL_SELF, 0, 0]][..],
        &inner,
        &[[LOG, 0, 3]],
    ]
    .concat()
    .concat();
    let data = [at(1).as_slice(), &steps].concat();
    let plain = world.call(at(9), &data, 1_000_000);
    let tx = world.tx(TxKind::Call(at(9)), &data, 1_000_000);
    let (outcome, seen) = world.inspect(tx, Recorder::default());
    assert_eq!(
        outcome.tx_gas_used(),
        plain.tx_gas_used(),
        "inspection changes nothing"
    );
    assert_eq!(outcome.output(), plain.output());
    assert_eq!(seen.calls, [(0, at(9)), (1, at(1)), (2, at(1))]);
    assert_eq!(seen.ends, [(at(1), false), (at(1), true), (at(9), true)]);
    assert_eq!(seen.logs, [(at(1), 1), (at(1), 2), (at(1), 3)]);
}

// --- code that starts with EF ---

/// Init code that returns `code`.
fn deploy(code: &[u8]) -> Vec<u8> {
    init_code(code)
}

#[test]
fn only_programs_may_start_with_ef() {
    let program = package(&wat::parse_str(STEPS).unwrap()).unwrap();
    let cases: [(&[u8], bool); 8] = [
        (&program, true),
        (&[0xef, 0xf0, 0x00, 0x00], true), // the prefix is enough: it can't be activated
        (&[0xef, 0xf0, 0x00], false),
        (&[0xef], false),
        (&[0xef, 0x00, 0x01], false),
        (&[0xef, 0x01, 0x00, 0x00], false),
        (&[0xef, 0xf0, 0x01, 0x00], false), // fragments are of ArbOS 60
        (&[0xfe], true),
    ];
    for (code, allowed) in cases {
        for inspected in [false, true] {
            let mut world = World::new();
            let tx = world.tx(TxKind::Create, &deploy(code), 10_000_000);
            let outcome = if inspected {
                world.inspect(tx, Recorder::default()).0
            } else {
                world.send(tx)
            };
            assert_eq!(
                outcome.is_success(),
                allowed,
                "{code:02x?} inspected: {inspected}"
            );
            if !allowed {
                assert_eq!(outcome.tx_gas_used(), 10_000_000, "all gas is burnt");
                assert!(matches!(
                    outcome,
                    ExecutionResult::Halt {
                        reason: HaltReason::CreateContractStartingWithEF,
                        ..
                    }
                ));
            }
        }
    }
}

#[test]
fn creates_out_of_contracts_obey_the_same_rule() {
    // CREATE of the calldata, answers with the address.
    let code = [
        0x36, 0x60, 0x00, 0x60, 0x00, 0x37, 0x36, 0x60, 0x00, 0x60, 0x00, 0xf0, 0x60, 0x00, 0x52,
        0x60, 0x20, 0x60, 0x00, 0xf3,
    ];
    let mut world = World::new();
    world.contract(at(9), &code);
    let refused = world.call(at(9), &deploy(&[0xef, 0x00, 0x00, 0x00]), 1_000_000);
    assert_eq!(refused.output().unwrap().as_ref(), [0; 32]);
    let allowed = world.call(
        at(9),
        &deploy(&[PREFIX.as_slice(), &[0]].concat()),
        1_000_000,
    );
    assert_ne!(allowed.output().unwrap().as_ref(), [0; 32]);
}

// --- programs that can't run ---

fn record(version: u16, activated_at_hours: u32) -> ProgramRecord {
    ProgramRecord {
        version,
        init_cost: 0,
        cached_cost: 0,
        footprint: 1,
        activated_at_hours,
        asm_kb: 502,
        cached: true,
    }
}

#[test]
fn a_program_that_is_not_active_burns_the_forwarded_gas_and_says_nothing() {
    const HOURS: u32 = ((common::NOW_SECS - 1_421_388_000) / 3_600) as u32;
    let program = package(&wat::parse_str(STEPS).unwrap()).unwrap();
    let cases = [
        ("active", Some(record(2, HOURS)), true),
        (
            "not a year old",
            Some(record(2, HOURS - 365 * 24 + 1)),
            true,
        ),
        ("a year old", Some(record(2, HOURS - 365 * 24)), false), // and 2,000 seconds
        ("of an older version", Some(record(1, HOURS)), false),
        ("of a newer version", Some(record(3, HOURS)), false),
        ("not activated", None, false),
    ];
    for (name, record, runs) in cases {
        let mut world = World::new();
        world.contract(at(1), &program);
        if let Some(record) = record {
            world.set_record(&program, record);
        }
        let outcome = world.call(at(1), &[], 1_000_000);
        assert_eq!(outcome.is_success(), runs, "{name}: {outcome:?}");
        if !runs {
            assert_eq!(outcome.tx_gas_used(), 1_000_000, "{name}");
        }
        // Called by a contract: it keeps 1/64 and goes on, with no return data.
        world.contract(at(9), &forwarder(0xf1));
        let outcome = world.call(at(9), at(1).as_slice(), 1_000_000);
        assert_eq!(
            outcome.output().unwrap().as_ref(),
            [u8::from(runs)],
            "{name}"
        );
        assert_eq!(
            outcome.tx_gas_used() > 900_000,
            !runs,
            "{name}: {}",
            outcome.tx_gas_used()
        );
    }
}

#[test]
fn code_that_is_no_module_burns_the_gas_even_if_it_is_recorded_as_active() {
    let mut world = World::new();
    let code = [PREFIX.as_slice(), &[0, 1, 2, 3]].concat();
    world.contract(at(1), &code);
    world.set_record(
        &code,
        record(2, ((common::NOW_SECS - 1_421_388_000) / 3_600) as u32),
    );
    let outcome = world.call(at(1), &[], 100_000);
    assert!(outcome.is_halt());
    assert_eq!(outcome.tx_gas_used(), 100_000);
}

// --- return data floor, init gas, versions ---

/// Answers with as many zero bytes as the calldata says (u32 LE).
const ECHO: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32)
    (call $read_args (i32.const 0))
    (call $write_result (i32.const 0) (i32.load (i32.const 0)))
    (i32.const 0)))"#;

#[test]
fn a_frame_costs_at_least_what_memory_of_its_output_costs_in_the_evm() {
    let gas = |version, len: u32| {
        let mut world = World::with_version(version);
        world.program(at(1), ECHO);
        let data = len.to_le_bytes();
        let outcome = world.call(at(1), &data, 1_000_000);
        assert!(outcome.is_success(), "{outcome:?}");
        execution_gas(&outcome, &data)
    };
    // 60,000 bytes are 1,875 words: 3 * 1,875 + 1,875^2 / 512 = 12,491; in ink far less.
    assert_eq!(gas(51, 60_000), 12_491);
    assert!(gas(30, 60_000) < 12_491, "the floor is of ArbOS 31");
    assert!(
        gas(51, 320) > 30,
        "a small answer costs what the program does"
    );
}

#[test]
fn without_gas_for_its_output_a_frame_runs_out() {
    let mut world = World::new();
    world.program(at(1), ECHO);
    let outcome = world.call(at(1), &60_000_u32.to_le_bytes(), 21_000 + 40 + 12_490);
    assert!(outcome.is_halt(), "{outcome:?}");
}

/// Program 1 is active and no longer cached.
fn evict(world: &mut World, stats: &Stats) {
    let code = world.info(at(1)).code.unwrap().original_bytes();
    let hours = (common::NOW_SECS - 1_421_388_000) / 3_600;
    let record = ProgramRecord {
        init_cost: stats.init_cost(),
        cached_cost: stats.cached_cost(),
        cached: false,
        ..record(world.params.version, hours as u32)
    };
    world.set_record(&code, record);
}

const EMPTY: &str = r#"(module (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

#[test]
fn init_gas_is_paid_by_every_call_before_arbos_60_and_by_the_first_of_a_block_after() {
    let spent = |version: u64, world: &mut World| {
        let outcome = world.call(at(1), &[], 100_000);
        assert_eq!(world.chain.config.arbos_version, version);
        execution_gas(&outcome, &[])
    };
    for version in [51, 60] {
        let mut world = World::with_version(version);
        let stats = world.program(at(1), EMPTY);
        evict(&mut world, &stats);
        let init = 69 * 128 + u64::from(stats.init_cost());
        let (first, second) = (spent(version, &mut world), spent(version, &mut world));
        assert_eq!(first, cached_gas(&stats) + init + 1); // and less than 1 gas of work
        assert_eq!(second, if version >= 60 { first - init } else { first });
        world.next_block();
        assert_eq!(spent(version, &mut world), first);
    }
}

#[test]
fn a_storage_load_cost_59673_gas_more_before_arbos_32() {
    let gas = |version| {
        let mut world = World::with_version(version);
        world.program(at(1), STEPS);
        let steps = [LOAD, 1, 0];
        let outcome = world.call(at(1), &steps, 1_000_000);
        assert!(outcome.is_success(), "{outcome:?}");
        execution_gas(&outcome, &steps)
    };
    assert_eq!(gas(31) - gas(32), 59_673 - 5);
}

#[test]
fn a_flush_was_free_before_arbos_32() {
    let gas = |version| {
        let mut world = World::with_version(version);
        world.program(at(1), STEPS);
        let steps = [[CACHE, 1, 1], [FLUSH, 0, 0]].concat();
        let outcome = world.call(at(1), &steps, 1_000_000);
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(world.storage(at(1), 1), U256::from(1));
        execution_gas(&outcome, &steps)
    };
    assert_eq!(gas(32) - gas(31), 22_100);
}

#[test]
fn a_flush_without_gas_burns_all_since_arbos_50_and_reverted_before() {
    let end = |version| {
        let mut world = World::with_version(version);
        world.program(at(1), STEPS);
        let steps = [[CACHE, 1, 1], [FLUSH, 0, 0]].concat();
        world.call(at(1), &steps, 21_000 + 10_000)
    };
    assert!(end(51).is_halt());
    let before = end(40);
    assert!(!before.is_halt() && !before.is_success(), "{before:?}");
    assert!(before.tx_gas_used() < 31_000);
}

#[test]
fn programs_see_the_block_of_layer_one_and_nitros_constants() {
    let text = r#"(module
      (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
      (import "vm_hooks" "block_number" (func $number (result i64)))
      (import "vm_hooks" "block_timestamp" (func $time (result i64)))
      (import "vm_hooks" "block_gas_limit" (func $limit (result i64)))
      (import "vm_hooks" "block_basefee" (func $basefee (param i32)))
      (import "vm_hooks" "block_coinbase" (func $coinbase (param i32)))
      (import "vm_hooks" "tx_gas_price" (func $price (param i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (i64.store (i32.const 0) (call $number))
        (i64.store (i32.const 8) (call $time))
        (i64.store (i32.const 16) (call $limit))
        (call $basefee (i32.const 24))
        (call $price (i32.const 56))
        (call $coinbase (i32.const 88))
        (call $write_result (i32.const 0) (i32.const 108))
        (i32.const 0)))"#;
    let mut world = World::new();
    world.program(at(1), text);
    world.block = devnode_evm::block_env(19, 1_766_000_123, 7);
    let mut tx = world.tx(TxKind::Call(at(1)), &[], 100_000);
    tx.gas_price = 9;
    tx.tx_type = 2;
    tx.gas_priority_fee = Some(0);
    let outcome = world.send(tx);
    let mut legacy = world.tx(TxKind::Call(at(1)), &[], 100_000);
    legacy.gas_price = 9;
    let paid = world.send(legacy);
    assert_eq!(
        paid.output().unwrap()[56..88],
        word(9),
        "the price that is paid"
    );
    let want = [
        &19_u64.to_le_bytes()[..],
        &1_766_000_123_u64.to_le_bytes(),
        &(1_u64 << 50).to_le_bytes(),
        &word(7),
        &word(7),
        b"\xa4\xb0\0\0\0\0\0\0\0\0\0sequencer",
    ]
    .concat();
    assert_eq!(outcome.output().unwrap().as_ref(), want);
}

#[test]
fn p256_costs_6900_gas_since_arbos_50_and_3450_before() {
    let gas = |version| {
        let mut world = World::with_version(version);
        let precompile = Address::from_word(U256::from(0x100).into());
        execution_gas(&world.call(precompile, &[], 100_000), &[])
    };
    assert_eq!(gas(51), 6_900);
    assert_eq!(gas(40), 3_450);
}

#[test]
fn running_a_program_does_not_warm_the_account_of_arbos() {
    // Calls the program of the first word, then answers with the gas of a BALANCE of the second.
    let code = [
        0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x35, 0x5a, 0xf1,
        0x50, // CALL
        0x5a, 0x60, 0x20, 0x35, 0x31, 0x50, 0x5a, 0x90, 0x03, // gas of BALANCE
        0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3,
    ];
    let mut world = world();
    world.contract(at(8), &code);
    let arbos = devnode_evm::arbos::ARBOS_ADDRESS.into_word();
    let outcome = world.call(at(8), &[at(1).into_word(), arbos].concat(), 100_000);
    let around = 3 + 3 + 2 + 2; // PUSH1, CALLDATALOAD, POP, GAS
    assert_eq!(outcome.output().unwrap().as_ref(), word(2_600 + around));
}

#[test]
fn an_uncached_call_before_stylus_2_pays_for_the_start_and_not_for_the_cached_start_too() {
    let mut world = World::with_version(30);
    let stats = world.program(at(1), EMPTY);
    evict(&mut world, &stats);
    let outcome = world.call(at(1), &[], 100_000);
    let init = 72 * 128 + u64::from(stats.init_cost());
    assert_eq!(execution_gas(&outcome, &[]), init + 1);
}

#[test]
fn the_floor_holds_for_what_a_frame_reverts_with() {
    let text = ECHO.strip_suffix("(i32.const 0)))").expect("its end");
    let text = format!("{text}(i32.const 1)))");
    let mut world = World::new();
    world.program(at(1), &text);
    let data = 60_000_u32.to_le_bytes();
    let outcome = world.call(at(1), &data, 1_000_000);
    assert!(!outcome.is_success() && !outcome.is_halt());
    assert_eq!(execution_gas(&outcome, &data), 12_491);
}

#[test]
fn the_chain_sets_how_deep_programs_recurse() {
    let text = r#"(module (memory (export "memory") 1 1)
      (func $f (param i32) (result i32) (if (result i32) (local.get 0)
        (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
      (func (export "user_entrypoint") (param i32) (result i32) (call $f (i32.const 100))))"#;
    for (words, runs) in [(22_000, true), (300, false)] {
        let mut world = World::new();
        world.set_params(|params| params.max_stack_depth = words);
        world.program(at(1), text);
        assert_eq!(
            world.call(at(1), &[], 1_000_000).is_success(),
            runs,
            "{words} words"
        );
    }
}

#[test]
fn what_a_frame_spent_is_told_apart() {
    let caller = r#"(module
      (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
      (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
      (import "vm_hooks" "read_args" (func $read_args (param i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $read_args (i32.const 0))
        (drop (call $reentrant))
        (drop (call $reentrant))
        (call $call (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96))))"#;
    let mut world = World::new();
    let callee_stats = world.program(at(2), EMPTY);
    let stats = world.program(at(1), caller);
    let data = at(2).into_word();
    let gas = execution_gas(&world.call(at(1), &data[..], 1_000_000), &data[..]);
    let [callee, caller] = world.chain.spent[..] else {
        panic!("{:?}", world.chain.spent);
    };
    assert_eq!((callee.address, caller.address), (at(2), at(1)));
    assert_eq!(callee.start_gas, cached_gas(&callee_stats));
    assert_eq!(caller.start_gas, cached_gas(&stats));
    assert_eq!((callee.hostios_ink, callee.calls_ink), (0, 0));
    assert!(callee.own_ink > 0 && callee.own_ink < PRICE, "{callee:?}");
    // read_args of one word, msg_reentrant twice; the call has three pointers and no data, which is read and copied
    let read_args = 8_400 + 5_040;
    let call = 8_400 + 3 * 5_040 + 59_673 + 2 * 16_381;
    assert_eq!(caller.hostios_ink, read_args + 2 * 8_400 + call);
    assert_eq!(caller.calls_ink, (2_600 + callee.start_gas + 1) * PRICE);
    let ink = caller.own_ink + caller.hostios_ink + caller.calls_ink;
    assert_eq!(gas, caller.start_gas + ink.div_ceil(PRICE));
    world.next_block();
    world.call(at(2), &[], 1_000_000);
    assert_eq!(world.chain.spent, [callee], "of the last transaction alone");
}
