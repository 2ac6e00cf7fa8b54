//! A right request for every method.

use std::sync::LazyLock;

use alloy::{
    consensus::TxLegacy,
    primitives::{Address, B256, Bytes, TxKind},
};
use devnode::rpc::{METHODS, Rpc, Subscriptions};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, BOB, HUNGRY, LOGGER, REVERTER, STORE, WITNESS, place, raw, with_data},
};

const LOGS_AT: Address = Address::repeat_byte(0x51);
const STORE_AT: Address = Address::repeat_byte(0x53);

/// A chain with contracts, a transaction, a snapshot and a filter.
pub fn chain() -> Rpc {
    let mut rpc = crate::rpc();
    let node = rpc.node_mut();
    place(node, 0x51, LOGGER);
    place(node, 0x52, REVERTER);
    place(node, 0x53, STORE);
    place(node, 0x54, WITNESS);
    place(node, 0x55, HUNGRY);
    let log = with_data(LOGS_AT, common::word(1)).gas_limit(100_000);
    node.execute(log).expect("valid");
    node.mine_many(2);
    ask(&mut rpc, "evm_snapshot", json!([]));
    ask(&mut rpc, "eth_newFilter", json!([{}]));
    rpc
}

/// A right request for each method.
pub static REQUESTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let rpc = chain();
    let request = |method: &&str| {
        let params = params(&rpc, method);
        json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
    };
    METHODS.iter().map(request).collect()
});

fn params(rpc: &Rpc, method: &str) -> Value {
    let block = rpc.node().block(1).expect("a block");
    let (block, transaction) = (block.hash(), block.transactions[0].tx_hash());
    let slot = B256::ZERO.to_string();
    let tx = json!({ "from": ALICE, "to": STORE_AT, "data": B256::repeat_byte(1), "gas": "0x186a0", "value": "0x0" });
    let state = json!({ STORE_AT.to_string(): { "balance": "0x1", "nonce": "0x2", "code": "0x5f5f", "stateDiff": { slot.as_str(): B256::ZERO } } });
    let header = json!({ "number": "0x5", "time": "0x6", "baseFeePerGas": "0x7" });
    let filter = json!({ "fromBlock": "0x0", "toBlock": "latest", "address": [LOGS_AT], "topics": [[B256::ZERO], null] });
    let (family, name) = method.split_once('_').expect("a family and a name");
    match (family, name) {
        ("eth", "call" | "estimateGas") => json!([tx, "latest", state, header]),
        ("eth", "createAccessList") => json!([tx, "latest", state]),
        ("eth", "sendTransaction") => json!([tx]),
        ("eth", "sendRawTransaction") => json!([signed(rpc)]),
        ("eth", "feeHistory") => json!(["0x3", "latest", [1, 2]]),
        ("eth", "getLogs" | "newFilter") => json!([filter]),
        ("eth", "newPendingTransactionFilter") => json!([false]),
        ("eth", "getFilterChanges" | "getFilterLogs" | "uninstallFilter") => json!(["0x1"]),
        ("eth", "subscribe") => json!(["logs", filter]),
        ("eth", "unsubscribe") => json!(["0x1"]),
        ("eth", "getBalance" | "getCode" | "getTransactionCount") => json!([ALICE, "pending"]),
        ("eth", "getStorageAt") => json!([STORE_AT, "0x0", { "blockNumber": "0x1" }]),
        ("eth", "getProof") => json!([STORE_AT, ["0x0"], "latest"]),
        ("eth", "getBlockByNumber") => json!(["pending", true]),
        ("eth", "getBlockByHash") => json!([block, true]),
        ("eth", "getBlockReceipts") => json!([{ "blockHash": block }]),
        ("eth", "getTransactionByBlockNumberAndIndex") => json!(["0x1", "0x0"]),
        ("eth", "getTransactionByBlockHashAndIndex") => json!([block, "0x0"]),
        ("eth", name) if name.ends_with("ByBlockNumber") || name.ends_with("CountByNumber") => {
            json!(["latest"])
        }
        ("eth", name) if name.ends_with("ByBlockHash") || name.ends_with("CountByHash") => {
            json!([block])
        }
        ("eth", "getTransactionReceipt") => json!([transaction]),
        ("eth", name) if name.ends_with("TransactionByHash") => json!([transaction]),
        ("eth", "sign") => json!([ALICE, "0x1234"]),
        ("personal", "sign") => json!(["0x1234", ALICE, ""]),
        ("web3", "sha3") => json!(["0x1234"]),
        ("debug", "traceCall") => {
            json!([tx, "latest", { "tracer": "callTracer", "stateOverrides": state, "blockOverrides": header }])
        }
        ("debug", "traceTransaction") => {
            json!([transaction, { "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }])
        }
        (_, "revert") => json!(["0x1"]),
        ("evm", "mine") => json!([{ "timestamp": 1_750_001_000, "blocks": 2 }]),
        (_, "mine") => json!(["0x2", "0x3c"]),
        (_, "setAutomine" | "autoImpersonateAccount") => json!([true]),
        (_, "increaseTime") => json!([60]),
        (_, "setNextBlockTimestamp") => json!([1_750_001_000]),
        (_, "setNextBlockBaseFeePerGas") => json!(["0x5f5e101"]),
        (_, "setBalance" | "setNonce") => json!([BOB, "0x5"]),
        (_, "setCode") => json!([BOB, "0x5f5ffd"]),
        (_, "setStorageAt") => json!([BOB, "0x0", B256::repeat_byte(1)]),
        (_, "impersonateAccount" | "stopImpersonatingAccount") => json!([BOB]),
        (_, "dropTransaction") => json!([transaction]),
        _ => json!([]),
    }
}

fn signed(rpc: &Rpc) -> Bytes {
    let tx = TxLegacy {
        chain_id: Some(rpc.node().chain_id()),
        gas_price: 100_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(BOB),
        ..TxLegacy::default()
    };
    raw(&common::key(rpc.node(), 1), tx).into()
}

#[test]
fn every_method_takes_its_example() {
    let unsupported = ["eth_getProof", "anvil_reset", "hardhat_reset"];
    for request in &*REQUESTS {
        let method = request["method"].as_str().expect("a name");
        let mut rpc = chain();
        let mut subscriptions = Subscriptions::default();
        let heads = br#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;
        rpc.handle_on(&mut subscriptions, heads);
        let answer = rpc.handle_on(&mut subscriptions, request.to_string().as_bytes());
        let answer: Value = serde_json::from_slice(&answer.expect("an answer")).expect("JSON");
        if unsupported.contains(&method) {
            assert_eq!(answer["error"]["code"], -32_004, "{method}");
        } else {
            assert!(answer.get("result").is_some(), "{method}: {answer}");
        }
    }
}
