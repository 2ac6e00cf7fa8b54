//! Whatever the message is, the answer is well-formed and nothing panics.

mod inputs;

use std::sync::LazyLock;

use alloy::primitives::{Address, B256, Bytes, U256};
use devnode::{
    Devnode,
    arbos::{ARBOS_ADDRESS, params_slot, program_slot},
    rpc::{Connection, Rpc, Subscriptions},
};
use inputs::{any_json, plausible, replace, request, right};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    common::{self, ALICE},
    examples::chain,
};

const ECHO: &str = r#"
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 8)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 64))
    (call $store (i32.const 0) (i32.const 64))
    (call $flush (i32.const 1))
    (drop (memory.grow (i32.const 2)))
    (call $log (i32.const 64) (local.get $len) (i32.const 0))
    (call $write_result (i32.const 64) (local.get $len))
    (i32.const 0)))
"#;

/// 2,000 cases, or `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES");
    let cases = cases
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(2_000);
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A chain with an active program that stores, logs and answers its calldata.
static PROGRAM: LazyLock<(Connection, Address)> = LazyLock::new(|| {
    let wasm = wat::parse_str(ECHO).expect("valid");
    let mut node = Devnode::default();
    let program = node.deploy_program(ALICE, &wasm, None).expect("deployed");
    node.activate(program).expect("active");
    (Connection::new(node), program)
});

/// Mining many blocks is allowed and slow.
fn is_slow(request: &Value) -> bool {
    let mines = request["method"]
        .as_str()
        .is_some_and(|method| method.ends_with("ine"));
    mines
        && serde_json::from_value::<U256>(request["params"][0].clone())
            .is_ok_and(|count| count > U256::from(99))
}

fn check_response(answer: &Value) {
    assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
    let id = answer.get("id").expect("an id");
    assert!(id.is_null() || id.is_number() || id.is_string(), "{answer}");
    match answer.get("error") {
        None => assert!(answer.get("result").is_some(), "{answer}"),
        Some(error) => {
            assert!(answer.get("result").is_none(), "{answer}");
            assert!(error["message"].is_string(), "{answer}");
            let code = error["code"].as_i64().expect("a code");
            assert!(code == 3 || code < 0, "{answer}");
            assert_ne!(code, -32_603, "{answer}");
            assert_eq!(code == 3, error["data"].is_string(), "{answer}");
        }
    }
}

fn check(rpc: &mut Rpc, body: &[u8]) {
    let mut subscriptions = Subscriptions::default();
    if let Some(answer) = rpc.handle_on(&mut subscriptions, body) {
        match serde_json::from_slice(&answer).expect("JSON") {
            Value::Array(all) => {
                assert!(!all.is_empty());
                all.iter().for_each(check_response);
            }
            one => check_response(&one),
        }
    }
    drop(rpc.notifications(&mut subscriptions));
    let alive = rpc.handle(br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#);
    assert!(alive.is_some_and(|answer| answer.ends_with(br#""0x64aba"}"#)));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&mut crate::rpc(), &body);
    }

    #[test]
    fn any_json_is_answered(body in any_json()) {
        check(&mut crate::rpc(), body.to_string().as_bytes());
    }

    #[test]
    fn any_requests_are_answered(requests in prop::collection::vec(request(), 1..8)) {
        let mut rpc = chain();
        for request in requests.iter().filter(|request| !is_slow(request)) {
            check(&mut rpc, request.to_string().as_bytes());
        }
    }

    #[test]
    fn mutated_requests_are_answered(
        mutated in prop::collection::vec((right(), 0_usize..25, prop_oneof![plausible(), any_json()]), 1..4),
    ) {
        let mut rpc = chain();
        for (mut request, mut at, with) in mutated {
            replace(&mut request, &mut at, &with);
            if !is_slow(&request) {
                check(&mut rpc, request.to_string().as_bytes());
            }
        }
    }

    #[test]
    fn damaged_text_is_answered(request in right(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = request.to_string().into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        check(&mut chain(), &body);
    }

    /// ArbOS state that no chain has, times that no block has.
    #[test]
    fn programs_and_precompiles_run_in_any_state(
        params in any::<[u8; 32]>(),
        record in any::<[u8; 32]>(),
        which in 0_u8..4,
        precompile in prop::sample::select(vec![0x64_u8, 0x65, 0x6b, 0x6c, 0x70, 0x71, 0x72, 0xc8, 0xff, 0x01, 0x05, 0x0b]),
        data in prop::collection::vec(any::<u8>(), 0..100),
        time in prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)],
        number in prop_oneof![any::<u64>().prop_map(U256::from), Just(U256::MAX)],
        gas in prop_oneof![any::<u64>(), 0_u64..3_000_000],
    ) {
        let (connection, program) = &*PROGRAM;
        let hash = connection.with(|rpc| rpc.node().code_hash(*program, common::LATEST));
        let hash = hash.unwrap_or_default();
        let (params, record) = (B256::from(params), B256::from(record));
        let mut slots = serde_json::Map::new();
        if which & 1 != 0 {
            slots.insert(B256::from(params_slot()).to_string(), json!(params));
        }
        if which & 2 != 0 {
            slots.insert(B256::from(program_slot(hash)).to_string(), json!(record));
        }
        let state = json!({ ARBOS_ADDRESS.to_string(): { "stateDiff": slots } });
        let block = json!({ "time": format!("{time:#x}"), "number": number });
        for to in [*program, Address::with_last_byte(precompile)] {
            let tx = json!({ "from": ALICE, "to": to, "gas": format!("{gas:#x}"), "data": Bytes::from(data.clone()) });
            for method in ["eth_call", "eth_createAccessList"] {
                let params = if method == "eth_call" { json!([tx, "latest", state, block]) } else { json!([tx, "latest", state]) };
                let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
                connection.with(|rpc| check(rpc, request.to_string().as_bytes()));
            }
        }
    }
}
