//! Traces are handed through; `trace` has the tracers' own tests.

use alloy::primitives::{B256, hex};
use serde_json::json;

use crate::{
    ask,
    common::{self, ALICE, STORE, place},
    refused, rpc,
};

#[test]
fn a_call_is_traced_with_overrides() {
    let mut rpc = rpc();
    let store = place(rpc.node_mut(), 0x61, STORE);
    let call = json!({ "from": ALICE, "to": store });
    let state = json!({ store.to_string(): { "stateDiff": { B256::ZERO.to_string(): B256::repeat_byte(7) } } });
    let options = json!({ "tracer": "callTracer", "stateOverrides": state });
    let trace = ask(
        &mut rpc,
        "debug_traceCall",
        json!([call, "latest", options]),
    );
    assert_eq!(
        (&trace["type"], &trace["to"]),
        (&json!("CALL"), &json!(store))
    );
    assert_eq!(trace["output"], json!(B256::repeat_byte(7)));
    let steps = ask(&mut rpc, "debug_traceCall", json!([call]));
    assert_eq!(steps["structLogs"][0]["op"], "CALLDATASIZE");
    let index = refused(
        &mut rpc,
        "debug_traceCall",
        json!([call, "latest", { "txIndex": "0x0" }]),
    );
    assert_eq!(index.code, -32_004);
}

#[test]
fn a_transaction_is_traced() {
    let mut rpc = rpc();
    let store = place(rpc.node_mut(), 0x61, STORE);
    let tx = json!({ "from": ALICE, "to": store, "data": common::word(7) });
    let hash = ask(&mut rpc, "eth_sendTransaction", json!([tx]));
    let options = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let trace = ask(&mut rpc, "debug_traceTransaction", json!([hash, options]));
    let slot = B256::ZERO.to_string();
    let key = json!(store);
    assert_eq!(
        trace["post"][key.as_str().unwrap()]["storage"][slot],
        json!(common::word(7))
    );
    let unknown = refused(&mut rpc, "debug_traceTransaction", json!([B256::ZERO]));
    assert_eq!(unknown.code, -32_000);
    let options = json!({ "timeout": "soon" });
    assert_eq!(
        refused(&mut rpc, "debug_traceTransaction", json!([hash, options])).code,
        -32_602
    );
}

#[test]
fn the_deepest_call_tree_is_shown() {
    let mut rpc = rpc();
    let itself = place(rpc.node_mut(), 0x66, &hex!("5f5f5f5f5f305af1")); // calls itself with all gas
    let request = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "debug_traceCall",
        "params": [{ "to": itself }, "latest", { "tracer": "callTracer" }],
    });
    let answer = rpc.handle(request.to_string().as_bytes()).unwrap();
    let depth = String::from_utf8(answer)
        .unwrap()
        .matches("\"calls\"")
        .count();
    assert!(depth > 500, "{depth}");
}
