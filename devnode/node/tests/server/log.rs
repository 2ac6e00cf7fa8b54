//! What is printed of the chain's events.

use alloy::{primitives::hex, sol_types::SolError};
use serde_json::json;

use crate::{
    common::{ALICE, REVERTER, init},
    process::{Node, request},
};

alloy::sol! {
    error Error(string reason);
}

/// A program whose entry traps.
const TRAP: &str = r#"
(module
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32) unreachable))
"#;

/// Deploys and activates a program over JSON-RPC.
fn program(node: &Node, wat: &str) -> String {
    let code = devnode_meter::package(&wat::parse_str(wat).unwrap()).unwrap();
    let init_code = hex::encode_prefixed(devnode_meter::init_code(&code));
    let created = node.send(json!({ "from": ALICE, "data": init_code }));
    let program = created["contractAddress"].as_str().unwrap().to_owned();
    let activate = format!("0x58c780c2{:0>64}", program.trim_start_matches("0x"));
    node.send(json!({
        "from": ALICE,
        "to": devnode::arbos::ARB_WASM,
        "data": activate,
        "value": "0xde0b6b3a7640000",
    }));
    program
}

#[test]
fn deployments_activations_traps_and_reverts_are_printed() {
    let mut node = Node::start(&[]);
    let trap = program(&node, TRAP);
    let call = request("eth_call", json!([{ "to": trap }, "latest"]));
    assert_eq!(node.post(call)["error"]["code"], 3);
    let reverter = node.send(json!({ "from": ALICE, "data": init(REVERTER) }));
    let why = hex::encode_prefixed(
        Error {
            reason: "too late".into(),
        }
        .abi_encode(),
    );
    let to_reverter = json!({
        "from": ALICE, "to": reverter["contractAddress"], "data": why, "gas": "0x186a0",
    });
    node.post(request("eth_call", json!([to_reverter, "latest"])));
    node.post(request("eth_sendTransaction", json!([to_reverter])));
    node.stop("-INT");

    let log = node.stderr().to_lowercase();
    let line = |parts: &[&str]| {
        let found = log
            .lines()
            .any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "{parts:?} in\n{log}");
    };
    line(&["contract created", &trap]);
    line(&["program activated", &trap, "version=2", "data_fee="]);
    line(&["program trapped", &trap, "unreachable"]);
    line(&["call reverted", "too late", &why]);
    line(&["transaction reverted", "too late", &why]);
    assert!(!log.contains("debug"), "{log}");
}

#[test]
fn verbose_prints_a_line_for_each_request() {
    let mut node = Node::start(&["--verbose"]);
    let one = request("eth_chainId", json!([]));
    node.post(format!("[{one},{}]", request("eth_blockNumber", json!([]))));
    node.post("{");
    node.stop("-INT");
    let log = node.stderr();
    let count = |part: &str| log.lines().filter(|line| line.contains(part)).count();
    assert_eq!(
        count("request method=\"eth_chainId\" batch=2 micros="),
        1,
        "{log}"
    );
    assert_eq!(
        count("request method=\"eth_blockNumber\" batch=2 micros="),
        1,
        "{log}"
    );
    assert_eq!(count("not a request"), 1, "{log}");
}

#[test]
fn a_pending_view_prints_no_transaction() {
    let mut node = Node::start(&["--block-time", "3600"]);
    let transfer = json!([{ "from": ALICE, "data": init(REVERTER) }]);
    node.call("eth_sendTransaction", transfer);
    for _ in 0..3 {
        node.call("eth_getBlockByNumber", json!(["pending", true]));
    }
    node.stop("-INT");
    assert!(!node.stderr().contains("contract created"));
}
