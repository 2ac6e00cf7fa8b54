//! Tracers in JavaScript, in the style of the ones that ERC-4337 bundlers send.

use alloy::{primitives::Bytes, sol_types::SolValue};
use devnode::DebugTraceError;
use serde_json::{Value, json};

use super::{common::*, *};

/// Collects what a bundler does of each contract: its opcodes, the slots that it reads (with the
/// value before) and writes; and hashes' preimages, calls, faults, and how the top frame ends.
const COLLECTOR: &str = r#"{
    contracts: {}, keccak: [], calls: [], faults: [], end: null, last: "",
    at(log) {
        const address = toHex(log.contract.getAddress());
        return this.contracts[address] = this.contracts[address] ||
            { opcodes: {}, reads: {}, writes: {}, gas: 0 };
    },
    step(log, db) {
        const op = log.op.toString(), at = this.at(log);
        at.opcodes[op] = (at.opcodes[op] || 0) + 1;
        if (this.last === "GAS" && !op.includes("CALL")) at.gas++;
        this.last = op;
        if (op === "SLOAD" || op === "SSTORE") {
            const slot = toWord(log.stack.peek(0).toString(16)), key = toHex(slot);
            if (op === "SSTORE") at.writes[key] = (at.writes[key] || 0) + 1;
            else at.reads[key] = toHex(db.getState(log.contract.getAddress(), slot));
        }
        if (op === "KECCAK256") {
            const from = Number(log.stack.peek(0)), len = Number(log.stack.peek(1));
            this.keccak.push(toHex(log.memory.slice(from, from + len)));
        }
        if (op.match(/^(CALL|STATICCALL|DELEGATECALL)$/)) {
            const to = toAddress(log.stack.peek(1).toString(16));
            this.calls.push([op, toHex(to), db.getCode(to).length]);
        }
        if ((op === "REVERT" || op === "RETURN") && log.getDepth() === 1) {
            const from = Number(log.stack.peek(0)), len = Number(log.stack.peek(1));
            this.end = [op, toHex(log.memory.slice(from, from + len))];
        }
        if (log.getGas() < log.getCost()) this.faults.push("out of gas");
    },
    fault(log, db) { this.faults.push(log.op.toString() + " at " + log.getDepth()); },
    result(ctx, db) {
        return { contracts: this.contracts, keccak: this.keccak, calls: this.calls,
            faults: this.faults, end: this.end, type: ctx.type };
    }
}"#;

fn collect(node: &Devnode, to: Address, data: &[u8]) -> Value {
    trace_call(node, to, data, json!({ "tracer": COLLECTOR }))
}

#[test]
fn a_script_sees_what_programs_do() {
    let (mut node, program) = chain();
    let (preimage, slot) = preimage_and_slot(ALICE);
    run(&mut node, with_data(program, Bytes::from_static(&[0])));
    let trace = collect(&node, program, &[0]);
    let own = &trace["contracts"][hex(program)];
    assert_eq!(
        own["opcodes"],
        json!({ "CALLDATACOPY": 1, "CALLER": 1, "TIMESTAMP": 1, "KECCAK256": 1, "SLOAD": 1,
            "SSTORE": 1, "LOG1": 1, "RETURN": 1, "POP": 4 })
    );
    assert_eq!(own["reads"], json!({ hex(slot): hex(word(1)) }));
    assert_eq!(own["writes"], json!({ hex(slot): 1 }));
    assert_eq!(trace["keccak"], json!([hex(Bytes::from(preimage))]));
    assert_eq!(trace["end"], json!(["RETURN", hex(word(2))]));
    assert_eq!(trace["faults"], json!([]));
    assert_eq!(trace["type"], "CALL");

    let sent = trace_sent(&mut node, program, &[0], json!({ "tracer": COLLECTOR }));
    let own = &sent["contracts"][hex(program)];
    assert_eq!(
        own["reads"],
        json!({ hex(slot): hex(word(1)) }),
        "the value before"
    );
}

/// Calls the address that its calldata gives and hands its revert on; uses GAS on its own.
const CALLER: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "evm_gas_left" (func $gas (result i64)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 0))
    (call $call (i32.const 12) (i32.const 32) (i32.sub (local.get $len) (i32.const 32))
      (i32.const 0x400) (call $gas) (i32.const 0x500))))"#;

#[test]
fn a_script_sees_calls_between_programs() {
    let (mut node, program) = chain();
    let wasm = wat::parse_str(CALLER).unwrap();
    let caller = node.deploy_program(ALICE, &wasm, None).unwrap();
    node.activate(caller).unwrap();
    let data = |last: u8| [program.abi_encode(), vec![last]].concat();
    let trace = collect(&node, caller, &data(0));
    let size = node.code(program, LATEST).unwrap().len();
    assert_eq!(trace["calls"], json!([["CALL", hex(program), size]]));
    let (_, slot) = preimage_and_slot(caller);
    let inner = &trace["contracts"][hex(program)];
    assert_eq!(inner["writes"], json!({ hex(slot): 1 }));
    assert_eq!(inner["opcodes"]["TIMESTAMP"], 1);
    let outer = &trace["contracts"][hex(caller)];
    assert_eq!(outer["opcodes"]["GAS"], 1);
    assert_eq!(
        outer["gas"], 1,
        "POP follows evm_gas_left, not CALL: as Nitro shows it"
    );
    assert_eq!(trace["end"], Value::Null, "STOP");

    let failing = collect(&node, caller, &data(1));
    assert_eq!(failing["end"], json!(["REVERT", "0x"]));
    assert_eq!(failing["faults"], json!(["REVERT at 2", "REVERT at 1"]));
}

#[test]
fn revert_is_a_step_and_a_fault() {
    let mut node = node();
    let reverter = place(&mut node, 0x72, REVERTER);
    let trace = collect(&node, reverter, b"the simulation's result");
    let why = Bytes::from_static(b"the simulation's result");
    assert_eq!(trace["end"], json!(["REVERT", hex(why)]));
    assert_eq!(trace["faults"], json!(["REVERT at 1"]));
    let (node, program) = chain();
    let trace = collect(&node, program, &[1]);
    assert_eq!(
        trace["end"],
        json!(["REVERT", hex(word(1))]),
        "of a program"
    );
    assert_eq!(trace["faults"], json!(["REVERT at 1"]));
}

#[test]
fn frames_but_the_first_are_entered_and_left_in_order() {
    const ORDER: &str = r#"{ seen: [],
        step(log) {
            const op = log.op.toString();
            if (op.match(/^(CALL|STOP|RETURN|REVERT)$/)) this.seen.push(op + " " + log.getDepth());
        },
        fault(log) { this.seen.push("fault " + log.getDepth()); },
        enter(frame) { this.seen.push("enter " + frame.getType()); },
        exit(result) { this.seen.push("exit " + (result.getError() === undefined ? "well" : "badly")); },
        result() { return this.seen; } }"#;
    let mut node = node();
    for (code, seen) in [
        (
            STORE,
            json!(["CALL 1", "enter CALL", "RETURN 2", "exit well", "STOP 1"]),
        ),
        (
            REVERTER,
            json!([
                "CALL 1",
                "enter CALL",
                "REVERT 2",
                "fault 2",
                "exit badly",
                "REVERT 1",
                "fault 1"
            ]),
        ),
    ] {
        let callee = place(&mut node, 0x73, code);
        let caller = place(&mut node, 0x74, &caller_of(callee));
        let trace = trace_call(&node, caller, &[], json!({ "tracer": ORDER }));
        assert_eq!(trace, seen);
    }
}

#[test]
fn memory_behind_its_end_is_zeros() {
    const READ: &str = r#"{ read: [],
        step(log) {
            if (log.op.toString() !== "LOG0") return;
            for (const [from, to] of [[31, 33], [32, 64], [128, 160], [4096, 4096]])
                this.read.push(toHex(log.memory.slice(from, to)));
        },
        fault() { this.read.push("fault"); },
        result() { return this.read; } } // that is all"#;
    let mut node = node();
    // PUSH1 7 PUSH0 MSTORE, PUSH1 32 PUSH1 128 LOG0, STOP: memory has 32 bytes at the LOG0
    let code = alloy::primitives::hex!("60075f5260206080a000");
    let logger = place(&mut node, 0x75, &code);
    let trace = trace_call(&node, logger, &[], json!({ "tracer": READ }));
    let zeros = hex(B256::ZERO);
    assert_eq!(trace, json!(["0x0700", zeros, zeros, "0x"]));
}

#[test]
fn a_callback_that_fails_is_an_error() {
    let mut node = node();
    let reverter = place(&mut node, 0x73, REVERTER);
    let caller = place(&mut node, 0x74, &caller_of(reverter));
    let far = "log.memory.slice(0, log.memory.length() + (1 << 20) + 1)";
    for (callback, says) in [
        ("step() { throw 'no' }", "step() threw no"),
        ("fault() { throw 'no' }", "fault() threw no"),
        ("enter() { throw 'no' }", "enter() threw no"),
        ("exit() { throw 'no' }", "exit() threw no"),
        ("step() { while (true) {} }", "step() was broken off"),
        (&format!("step(log) {{ {far} }}"), "step() threw TypeError"),
    ] {
        let script = format!(
            "{{ step() {{}}, fault() {{}}, enter() {{}}, exit() {{}}, result() {{ return 'well' }}, {callback} }}"
        );
        let request = with_data(caller, Bytes::new());
        let error = node
            .debug_trace_call(&request, LATEST, options(json!({ "tracer": script })))
            .unwrap_err();
        assert!(
            matches!(&error, DebugTraceError::Script(text) if text.contains(says)),
            "{callback}: {error}"
        );
    }
}

#[test]
fn a_script_gets_its_configuration_and_the_place_of_the_transaction() {
    let (mut node, program) = chain();
    let script = "{ setup(config) { this.config = config; }, fault() {},
        result(ctx) { return { config: this.config, hash: toHex(ctx.txHash), index: ctx.txIndex }; } }";
    let receipt = run(&mut node, with_data(program, Bytes::from_static(&[0])));
    let trace = node
        .debug_trace_transaction(
            receipt.transaction_hash,
            options(json!({ "tracer": script, "tracerConfig": { "a": [1] } })),
        )
        .unwrap();
    let trace = as_json(&trace);
    assert_eq!(trace["hash"], hex(receipt.transaction_hash));
    assert_eq!(trace["index"], 0);
    assert!(trace["config"].to_string().contains('a'), "{trace}");
}

#[test]
fn scripts_that_fail_are_errors() {
    let (node, program) = chain();
    let refused = |script: &str| {
        let request = with_data(program, Bytes::from_static(&[0]));
        node.debug_trace_call(&request, LATEST, options(json!({ "tracer": script })))
    };
    for script in [
        "{",
        "1",
        "stylusTracer",
        "{ result() {} }",
        "{ fault() {}, result() { throw 'no' } }",
        "{ fault() {}, result() { while (true) {} } }",
    ] {
        let error = refused(script).unwrap_err();
        assert!(
            matches!(error, DebugTraceError::Script(_)),
            "{script}: {error}"
        );
    }
    let value = refused("{ fault() {}, result() { return '0x' + (255).toString(16) } }").unwrap();
    assert_eq!(as_json(&value), json!("0xff"));
}
