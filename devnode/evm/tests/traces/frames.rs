//! Calls, creates, and how frames end.

use revm::{
    bytecode::opcode,
    primitives::{TxKind, keccak256},
};

use super::{
    common::{SENDER, World, at, forwarder, word},
    *,
};

#[test]
fn a_frame_ends_once_however_it_ends() {
    let ends = [
        ("(i32.const 0)", ("STOP", vec![])),
        ("(i32.const 1)", ("REVERT", vec![number(0), number(0)])),
        ("unreachable", ("REVERT", vec![number(0), number(0)])),
        (
            "(loop $l (br $l)) (i32.const 0)",
            ("REVERT", vec![number(0), number(0)]),
        ),
        (
            "(call $exit_early (i32.const 0)) unreachable",
            ("STOP", vec![]),
        ),
        (
            "(call $write_result (i32.const 0x220) (i32.const 32)) (call $exit_early (i32.const 1)) unreachable",
            ("REVERT", vec![number(0), number(32)]),
        ),
    ];
    for (body, (op, stack)) in ends {
        let steps = record_all(
            "exit_early (param i32)
             write_result (param i32 i32)",
            body,
            |_| {},
        );
        assert_eq!(steps.len(), 1, "{body}: {steps:?}");
        assert_eq!((steps[0].op, &steps[0].stack), (op, &stack), "{body}");
    }
}
const CALLS: &str = "call_contract (param i32 i32 i32 i32 i64 i32) (result i32)
    delegate_call_contract (param i32 i32 i32 i64 i32) (result i32)
    static_call_contract (param i32 i32 i32 i64 i32) (result i32)
    read_return_data (param i32 i32 i32) (result i32)
    return_data_size (result i32)";

#[test]
fn calls_nest() {
    let body = "(drop (call $call_contract (i32.const 0x200) (i32.const 0x280) (i32.const 3) (i32.const 0x420) (i64.const 50000) (i32.const 0x500))) \
        (drop (call $return_data_size)) (drop (call $read_return_data (i32.const 0x400) (i32.const 31) (i32.const 9))) \
        (drop (call $delegate_call_contract (i32.const 0x200) (i32.const 0x280) (i32.const 3) (i64.const -1) (i32.const 0x500))) \
        (drop (call $static_call_contract (i32.const 0x200) (i32.const 0x280) (i32.const 0) (i64.const 50000) (i32.const 0x500))) (i32.const 0)";
    let steps = record(CALLS, body, |_| {});
    let zero = number(0);
    let own: Vec<Step> = steps
        .iter()
        .filter(|step| step.depth == 0)
        .cloned()
        .collect();
    let all_gas = own[4].stack[0];
    let call = |gas: U256, middle: &[U256], len: u64| {
        [
            &[gas, account(at(2))],
            middle,
            &[zero, number(len), zero, zero],
        ]
        .concat()
    };
    let answer = padded(&[42]);
    assert_eq!(
        seen(&own),
        [
            (
                "CALL",
                call(number(50_000), &[zero], 3),
                padded(b"key"),
                vec![]
            ),
            ("RETURNDATASIZE", vec![], vec![], vec![number(32)]),
            ("POP", vec![number(32)], vec![], vec![]),
            (
                "RETURNDATACOPY",
                vec![zero, number(31), number(9)],
                answer,
                vec![]
            ),
            (
                "DELEGATECALL",
                call(all_gas, &[], 3),
                padded(b"key"),
                vec![]
            ),
            ("STATICCALL", call(number(50_000), &[], 0), vec![], vec![]),
        ]
    );
    assert_eq!(own[1].return_data.len(), 32, "of the last call");
    assert!(all_gas > number(2_500_000), "63/64 of what is left");
    assert_eq!(own[4].gas_after as i64 / 40_000, 1, "a 64th stays");
    // 0: CALL, 1 to 7: the callee's, one by one, in between
    assert_eq!(
        steps[..9].iter().map(|step| step.op).collect::<Vec<_>>(),
        [
            "CALL",
            "PUSH1",
            "PUSH0",
            "MSTORE",
            "PUSH1",
            "PUSH0",
            "RETURN",
            "RETURNDATASIZE",
            "POP"
        ]
    );
    assert_eq!((steps[1].depth, steps[1].address), (1, at(2)));
    let delegated = steps
        .iter()
        .rposition(|step| step.op == "DELEGATECALL")
        .unwrap()
        + 1;
    assert_eq!(
        (
            steps[delegated].depth,
            steps[delegated].address,
            steps[delegated].caller
        ),
        (1, at(1), SENDER)
    );
}

#[test]
fn the_stipend_is_no_operand() {
    let steps = record(
        CALLS,
        "(drop (call $call_contract (i32.const 0x200) (i32.const 0) (i32.const 0) (i32.const 0x220) (i64.const 1000) (i32.const 0x500))) (i32.const 0)",
        |world| world.set_balance(at(1), 100),
    );
    assert_eq!(steps[0].stack[0], number(1_000));
    assert_eq!(steps[0].stack[2], number(7), "the value");
    assert_eq!(steps[1].gas, 3_300);
}

#[test]
fn a_call_that_makes_no_frame_is_not_shown() {
    // the base cost of a call of an empty account with value is more than there is
    let mut world = World::new();
    let body = "(drop (call $call_contract (i32.const 0x280) (i32.const 0) (i32.const 0) (i32.const 0x220) (i64.const -1) (i32.const 0x500))) (i32.const 0)";
    world.program(at(1), &module(CALLS, body));
    let tx = world.tx(TxKind::Call(at(1)), &[], 25_000);
    let (outcome, recorder) = world.inspect(tx, Recorder::default());
    let ops: Vec<_> = recorder.steps.iter().map(|step| step.op).collect();
    assert_eq!(ops, ["STOP"], "{outcome:?}");
    assert_eq!(recorder.steps[0].gas, 0, "it took all there was");
}

#[test]
fn creates() {
    let imports = "create1 (param i32 i32 i32 i32 i32)
        create2 (param i32 i32 i32 i32 i32 i32)";
    // init code: one STOP at 0x430, no value
    let body = "(call $create1 (i32.const 0x430) (i32.const 1) (i32.const 0x440) (i32.const 0x480) (i32.const 0x500)) \
        (call $create2 (i32.const 0x430) (i32.const 1) (i32.const 0x440) (i32.const 0x220) (i32.const 0x4a0) (i32.const 0x500)) (i32.const 0)";
    let steps = record(imports, body, |_| {});
    let (zero, one) = (number(0), number(1));
    let first = account(at(1).create(1));
    let second = account(at(1).create2(word(7), keccak256([0])));
    assert_eq!(
        seen(&steps),
        [
            ("CREATE", vec![zero, zero, one], padded(&[0]), vec![]),
            ("STOP", vec![], vec![], vec![]),
            ("POP", vec![first], vec![], vec![]),
            (
                "CREATE2",
                vec![zero, zero, one, number(7)],
                padded(&[0]),
                vec![]
            ),
            ("STOP", vec![], vec![], vec![]),
            ("POP", vec![second], vec![], vec![]),
        ]
    );
}

#[test]
fn evm_calls_wasm_calls_wasm() {
    let mut world = World::new();
    let sender = "msg_sender (param i32)\n";
    let inner = "(call $msg_sender (i32.const 0x400)) (i32.const 0)";
    world.program(at(2), &module(sender, inner));
    let outer = format!(
        "(drop (call $call_contract (i32.const 0x200) (i32.const 0) (i32.const 0) (i32.const 0x420) (i64.const -1) (i32.const 0x500))) {inner}"
    );
    world.program(at(1), &module(&format!("{sender}{CALLS}"), &outer));
    world.contract(at(3), &forwarder(0xf1));
    let tx = world.tx(TxKind::Call(at(3)), at(1).as_slice(), 3_000_000);
    let (outcome, recorder) = world.inspect(tx, Recorder::default());
    assert!(outcome.is_success());
    let programs: Vec<_> = recorder
        .steps
        .iter()
        .filter(|step| step.address != at(3))
        .map(|step| (step.op, step.address, step.caller, step.depth))
        .collect();
    let (one, two) = ((at(1), at(3), 1), (at(2), at(1), 2));
    let step = |op, (address, caller, depth)| (op, address, caller, depth);
    assert_eq!(
        programs,
        [
            step("CALL", one),
            step("CALLER", two),
            step("POP", two),
            step("STOP", two),
            step("CALLER", one),
            step("POP", one),
            step("STOP", one),
        ]
    );
}

#[test]
fn a_host_function_that_fails_gives_no_result() {
    let (store, far) = ("transient_store_bytes32", "0x1fff0");
    let body = format!("(call ${store} (i32.const 0x280) (i32.const {far})) (i32.const 0)");
    let steps = record_all(STORAGE, &body, |_| {});
    assert_eq!(steps.len(), 1, "no pointer, no operands: {steps:?}");
    assert_eq!(steps[0].op, "REVERT");
    let load =
        format!("(call $storage_load_bytes32 (i32.const 0x280) (i32.const {far})) (i32.const 0)");
    let steps = record_all(STORAGE, &load, |_| {});
    let ops: Vec<_> = steps.iter().map(|step| step.op).collect();
    assert_eq!(ops, ["SLOAD", "REVERT"], "read, but not delivered");
}

#[test]
fn an_inspector_can_end_a_frame() {
    let body = "(call $storage_cache_bytes32 (i32.const 0x240) (i32.const 0x220)) (call $storage_flush_cache (i32.const 0)) \
        (call $storage_load_bytes32 (i32.const 0x280) (i32.const 0x400)) (i32.const 0)";
    let end = |recorder: Recorder| {
        let mut world = World::new();
        world.program(at(1), &module(STORAGE, body));
        let (outcome, recorder) = world.inspect(call(), recorder);
        assert_eq!(outcome.output().unwrap().as_ref(), b"stopped");
        assert!(!outcome.is_success());
        let ops: Vec<_> = recorder.steps.iter().map(|step| step.op).collect();
        ops.join(" ")
    };
    let before = |op| Recorder {
        stop_before: Some(op),
        ..Recorder::default()
    };
    let after = |op| Recorder {
        stop_after: Some(op),
        ..Recorder::default()
    };
    let at_once = Recorder {
        stop_at_once: true,
        ..Recorder::default()
    };
    assert_eq!(end(at_once), "");
    assert_eq!(end(before(opcode::SSTORE)), "SSTORE");
    assert_eq!(end(after(opcode::SSTORE)), "SSTORE");
    assert_eq!(end(before(opcode::SLOAD)), "SSTORE SLOAD");
    assert_eq!(end(after(opcode::POP)), "SSTORE SLOAD POP");
    assert_eq!(end(before(opcode::STOP)), "SSTORE SLOAD POP STOP");
}

#[test]
fn a_frame_that_an_inspector_ends_closes_its_pages() {
    let wasm = r#"(module (import "vm_hooks" "msg_sender" (func $sender (param i32)))
        (memory (export "memory") 9 9)
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $sender (i32.const 0)) (i32.const 0)))"#;
    // calls it twice with 1,000,000 gas
    let call = [
        &[0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73][..],
        at(2).as_slice(),
        &[0x62, 0x0f, 0x42, 0x40, 0xf1, 0x50],
    ]
    .concat();
    let second_call_begins_with = |stop_before| {
        let mut world = World::new();
        world.program(at(2), wasm);
        world.contract(at(1), &call.repeat(2));
        let tx = world.tx(TxKind::Call(at(1)), &[], 5_000_000);
        let recorder = Recorder {
            stop_before,
            ..Recorder::default()
        };
        let steps = world.inspect(tx, recorder).1.steps;
        let gas: Vec<u64> = steps
            .iter()
            .filter(|step| step.op == "CALLER")
            .map(|step| step.gas)
            .collect();
        assert_eq!(gas.len(), 2);
        gas[1]
    };
    assert_eq!(
        second_call_begins_with(Some(opcode::CALLER)),
        second_call_begins_with(None)
    );
}
