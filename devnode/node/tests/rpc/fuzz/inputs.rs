//! Messages: random ones, plausible ones, right ones, and mutations.

use alloy::primitives::{Address, B256, U256};
use devnode::rpc::METHODS;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    common::{ALICE, BOB},
    examples::REQUESTS,
};

pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "0x[0-9a-f]{0,70}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    let known = vec![
        "from",
        "to",
        "gas",
        "gasPrice",
        "maxFeePerGas",
        "maxPriorityFeePerGas",
        "value",
        "data",
        "input",
        "nonce",
        "chainId",
        "type",
        "accessList",
        "authorizationList",
        "address",
        "topics",
        "fromBlock",
        "toBlock",
        "blockHash",
        "balance",
        "code",
        "state",
        "stateDiff",
        "tracer",
        "tracerConfig",
        "stateOverrides",
        "blockOverrides",
        "timestamp",
        "blocks",
        "jsonrpc",
        "id",
        "method",
        "params",
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    ];
    prop_oneof![4 => prop::sample::select(known).prop_map(str::to_string), 1 => "[ -~]{0,8}"]
}

/// Something that fits somewhere.
pub fn plausible() -> impl Strategy<Value = Value> {
    let contract = (0x50_u8..0x57).prop_map(Address::repeat_byte);
    let address = prop_oneof![
        Just(ALICE),
        Just(BOB),
        contract,
        (0_u8..0xff).prop_map(Address::with_last_byte)
    ];
    let number = prop_oneof![
        0_u64..6,
        Just(21_000),
        Just(100_000_000),
        Just(u64::MAX),
        Just(u64::MAX - 1),
        Just(1 << 32),
        Just(1_750_000_100),
    ];
    let hex = number
        .clone()
        .prop_map(|number| json!(format!("{number:#x}")));
    let block = prop::sample::select(vec!["latest", "pending", "earliest", "safe", "finalized"]);
    let word = any::<u64>().prop_map(|value| json!(B256::from(U256::from(value))));
    let leaf = prop_oneof![
        address.clone().prop_map(|address| json!(address)),
        number.prop_map(Value::from),
        hex,
        block.prop_map(Value::from),
        word,
        Just(json!(U256::MAX)),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!("0xdeadbeef")),
        prop::sample::select(vec!["newHeads", "logs", "callTracer", "prestateTracer"])
            .prop_map(Value::from),
    ];
    let inner = leaf.clone();
    prop_oneof![
        3 => leaf,
        2 => prop::collection::vec((key(), inner.clone()), 0..7).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
    ]
}

pub fn request() -> impl Strategy<Value = Value> {
    let method = prop_oneof![
        20 => prop::sample::select(METHODS).prop_map(Value::from),
        1 => any_json(),
    ];
    let param = prop_oneof![6 => plausible(), 1 => any_json()];
    let params = prop::collection::vec(param, 0..5).prop_map(Value::from);
    let random = (method, prop_oneof![12 => params, 1 => any_json()]).prop_map(
        |(method, params)| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }),
    );
    prop_oneof![2 => random, 1 => right()]
}

/// A request that is right, so that mutations of it come far.
pub fn right() -> impl Strategy<Value = Value> {
    prop::sample::select(REQUESTS.as_slice())
}

/// Puts `with` in the place of the `at`-th value in it, counted over everything.
pub fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, at, with)),
        Value::Object(entries) => entries
            .values_mut()
            .for_each(|item| replace(item, at, with)),
        _ => {}
    }
}
