//! The tracers that need no script.

use alloy::primitives::{Bytes, U256};
use serde_json::{Value, json};

use super::{common::*, *};

/// Opcodes of the steps of a struct log, at a depth.
fn ops(trace: &Value, depth: u64) -> Vec<&str> {
    steps(trace)
        .iter()
        .filter(|step| step["depth"] == depth)
        .map(|step| step["op"].as_str().unwrap())
        .collect()
}

fn steps(trace: &Value) -> &[Value] {
    trace["structLogs"].as_array().expect("structLogs")
}

fn step<'a>(trace: &'a Value, op: &str) -> &'a Value {
    steps(trace)
        .iter()
        .find(|step| step["op"] == op)
        .unwrap_or_else(|| panic!("no {op}: {trace}"))
}

const WRITING: [&str; 13] = [
    "CALLDATACOPY",
    "CALLER",
    "POP",
    "TIMESTAMP",
    "POP",
    "KECCAK256",
    "POP",
    "SLOAD",
    "POP",
    "SSTORE",
    "LOG1",
    "RETURN",
    "",
];

#[test]
fn the_opcode_logger_sees_host_functions() {
    let (mut node, program) = chain();
    let trace = trace_sent(&mut node, program, &[0], json!({}));
    assert_eq!(ops(&trace, 1), WRITING[..12]);
    assert_eq!(trace["failed"], false);
    assert_eq!(trace["returnValue"], hex(word(1)));
    let (_, slot) = preimage_and_slot(ALICE);
    let store = step(&trace, "SSTORE");
    let stack = store["stack"].as_array().unwrap();
    assert_eq!(stack.last().unwrap(), &json!(U256::from_be_bytes(slot.0)));
    assert_eq!(store["gasCost"], 20_000);
    assert_eq!(store["storage"], json!({ hex(slot): hex(word(1)) }));
    assert_eq!(store["memory"], Value::Null, "only if asked for");

    let call = trace_call(
        &node,
        program,
        &[0],
        json!({ "disableStack": true, "disableStorage": true, "limit": 3 }),
    );
    assert_eq!(ops(&call, 1), WRITING[..3]);
    assert_eq!(steps(&call)[0]["stack"], Value::Null);
    assert_eq!(steps(&call)[0]["storage"], Value::Null);
}

#[test]
fn memory_is_that_of_each_host_function() {
    let (node, program) = chain();
    let trace = trace_call(&node, program, b"\0abc", json!({ "enableMemory": true }));
    let memory = |op| {
        let words = step(&trace, op)["memory"].as_array().unwrap().iter();
        words
            .map(|word| word.as_str().unwrap().trim_start_matches("0x"))
            .collect::<String>()
    };
    let (preimage, _) = preimage_and_slot(ALICE);
    assert_eq!(memory("KECCAK256"), alloy::hex::encode(preimage));
    assert_eq!(memory("CALLDATACOPY"), format!("{:0<64}", "00616263"));
    assert_eq!(memory("LOG1"), alloy::hex::encode(word(1)));
    assert_eq!(memory("RETURN"), alloy::hex::encode(word(1)));
    assert_eq!(memory("SLOAD"), "");
}

#[test]
fn a_contract_that_calls_a_program_is_one_trace() {
    let (mut node, program) = chain();
    let caller = place(&mut node, 0x71, &caller_of(program));
    let trace = trace_call(&node, caller, &[], json!({}));
    assert_eq!(ops(&trace, 2), ["CALLDATACOPY", "SLOAD", "POP", "RETURN"]);
    let inner = steps(&trace)
        .iter()
        .position(|step| step["depth"] == 2)
        .unwrap();
    assert_eq!(steps(&trace)[inner - 1]["op"], "CALL");
    assert_eq!(ops(&trace, 1).last(), Some(&"STOP"));
}

#[test]
fn the_call_tracer_has_logs_and_can_stay_at_the_top() {
    let (mut node, program) = chain();
    let mut calling = caller_of(program);
    calling[0..2].copy_from_slice(&[0x5f, 0x5f]);
    let caller = place(&mut node, 0x71, &calling);
    let with = |config: Value| json!({ "tracer": "callTracer", "tracerConfig": config });
    let trace = trace_sent(&mut node, program, &[0], with(json!({ "withLog": true })));
    let (_, slot) = preimage_and_slot(ALICE);
    assert_eq!(trace["type"], "CALL");
    assert_eq!(trace["from"], hex(ALICE));
    assert_eq!(trace["to"], hex(program));
    assert_eq!(trace["output"], hex(word(1)));
    assert_eq!(trace["logs"][0]["topics"], json!([slot]));
    assert_eq!(trace["logs"][0]["data"], hex(word(1)));
    let plain = trace_call(&node, program, &[0], json!({ "tracer": "callTracer" }));
    assert_eq!(plain["logs"], Value::Null);
    let nested = trace_call(&node, caller, &[], with(json!({})));
    assert_eq!(nested["calls"][0]["to"], hex(program));
    let top = trace_call(&node, caller, &[], with(json!({ "onlyTopCall": true })));
    assert_eq!(top["calls"], Value::Null);
    assert_eq!(top["to"], hex(caller));
}

#[test]
fn the_prestate_tracer_lists_slots_that_a_program_touches() {
    let (mut node, program) = chain();
    let (_, slot) = preimage_and_slot(ALICE);
    run(&mut node, with_data(program, Bytes::from_static(&[0])));
    let pre = trace_call(&node, program, &[0], json!({ "tracer": "prestateTracer" }));
    let account = &pre[hex(program)];
    assert_eq!(account["storage"], json!({ hex(slot): hex(word(1)) }));
    assert!(account["code"].as_str().unwrap().starts_with("0xeff000"));
    let read = trace_call(&node, program, &[], json!({ "tracer": "prestateTracer" }));
    assert_eq!(
        read[hex(program)]["storage"],
        json!({ hex(word(1)): hex(word(0)) }),
        "read, not written"
    );
    let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = trace_sent(&mut node, program, &[0], diff);
    assert_eq!(
        diff["pre"][hex(program)]["storage"],
        json!({ hex(slot): hex(word(1)) })
    );
    assert_eq!(
        diff["post"][hex(program)]["storage"],
        json!({ hex(slot): hex(word(2)) })
    );
    assert!(diff["post"][hex(ALICE)]["nonce"].is_number());
}

#[test]
fn a_failed_call_has_traces() {
    let (mut node, program) = chain();
    let call = trace_call(
        &node,
        program,
        &[1],
        json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } }),
    );
    assert_eq!(call["error"], "execution reverted");
    assert_eq!(call["output"], hex(word(1)));
    let steps = trace_call(&node, program, &[1], json!({}));
    assert_eq!(steps["failed"], true);
    assert_eq!(ops(&steps, 1).last(), Some(&"REVERT"));
    let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = trace_call(&node, program, &[1], diff);
    assert_eq!(diff["post"].get(hex(program)), None, "nothing is written");
    // of an EVM contract, by transaction
    let reverter = place(&mut node, 0x72, REVERTER);
    let sent = node
        .execute(with_data(reverter, b"why".as_slice().to_vec()).gas_limit(100_000))
        .unwrap();
    let trace = node
        .debug_trace_transaction(
            sent.transaction_hash,
            options(json!({ "tracer": "callTracer" })),
        )
        .unwrap();
    assert_eq!(as_json(&trace)["output"], hex(Bytes::from_static(b"why")));
}

#[test]
fn a_creation_has_traces() {
    let (mut node, _) = chain();
    let request = alloy::rpc::types::TransactionRequest::default()
        .from(ALICE)
        .input(init(STORE).into());
    let mut create = request;
    create.to = Some(alloy::primitives::TxKind::Create);
    let receipt = run(&mut node, create);
    let created = receipt.contract_address.unwrap();
    let trace = |with| {
        let trace = node.debug_trace_transaction(receipt.transaction_hash, options(with));
        as_json(&trace.unwrap())
    };
    let call = trace(json!({ "tracer": "callTracer" }));
    assert_eq!(call["type"], "CREATE");
    assert_eq!(call["to"], hex(created));
    assert_eq!(call["output"], hex(Bytes::from_static(STORE)));
    let diff = trace(json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }));
    assert_eq!(
        diff["post"][hex(created)]["code"],
        hex(Bytes::from_static(STORE))
    );
    assert_eq!(diff["pre"].get(hex(created)), None);
    let steps = trace(json!({}));
    assert_eq!(ops(&steps, 1).last(), Some(&"RETURN"));
}

#[test]
fn the_smaller_tracers_answer() {
    let (node, program) = chain();
    let trace = |with| trace_call(&node, program, b"\0\0\0\0word", with);
    assert_eq!(
        trace(json!({ "tracer": "4byteTracer" })),
        json!({ "0x00000000-4": 1 })
    );
    assert_eq!(trace(json!({ "tracer": "noopTracer" })), json!({}));
    let mux = trace(json!({ "tracer": "muxTracer", "tracerConfig": {
        "callTracer": {}, "prestateTracer": { "diffMode": true }, "4byteTracer": null } }));
    assert_eq!(mux["callTracer"]["to"], hex(program));
    assert!(mux["prestateTracer"]["post"].is_object());
    let flat = trace(json!({ "tracer": "flatCallTracer" }));
    assert_eq!(flat[0]["action"]["to"], hex(program));
}

#[test]
fn the_erc7562_tracer_sees_what_a_program_uses() {
    let (mut node, program) = chain();
    let (preimage, slot) = preimage_and_slot(ALICE);
    let with = json!({ "tracer": "erc7562Tracer", "tracerConfig": { "withLog": true } });
    let trace = trace_sent(&mut node, program, &[0], with);
    assert_eq!(
        trace["accessedSlots"]["reads"],
        json!({ hex(slot): [hex(word(0))] })
    );
    assert_eq!(trace["accessedSlots"]["writes"], json!({ hex(slot): 1 }));
    assert_eq!(trace["keccak"], json!([hex(Bytes::from(preimage))]));
    let used = trace["usedOpcodes"].to_string();
    assert!(
        used.contains("0x42") || used.contains("66"),
        "TIMESTAMP: {used}"
    );
}
