//! Filters and logs.

use alloy::primitives::{Address, B256, U256};
use devnode::rpc::Rpc;
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, BOB, LOGGER, place},
    manual, refused, rpc,
};

fn log(rpc: &mut Rpc, logger: Address, value: u64) -> Value {
    let tx = json!({ "from": ALICE, "to": logger, "data": B256::from(U256::from(value)) });
    ask(rpc, "eth_sendTransaction", json!([tx]))
}

fn changes(rpc: &mut Rpc, id: &Value) -> Vec<Value> {
    let answer = ask(rpc, "eth_getFilterChanges", json!([id]));
    answer.as_array().expect("a list").clone()
}

#[test]
fn logs_are_found_by_address_topic_and_block() {
    let mut rpc = rpc();
    let [one, other] = [0x51, 0x52].map(|at| place(rpc.node_mut(), at, LOGGER));
    log(&mut rpc, one, 1);
    log(&mut rpc, other, 2);
    log(&mut rpc, one, 3);
    let topic = B256::from(U256::from(0xaa));
    let hash = rpc.node().head().hash();
    for (filter, want) in [
        (json!({ "fromBlock": "earliest" }), vec![1, 2, 3]),
        (json!({}), vec![3]),
        (json!({ "fromBlock": "0x0", "address": one }), vec![1, 3]),
        (
            json!({ "fromBlock": "0x0", "address": [one, other] }),
            vec![1, 2, 3],
        ),
        (json!({ "fromBlock": "0x1", "toBlock": "0x2" }), vec![1, 2]),
        (
            json!({ "fromBlock": "0x0", "topics": [topic] }),
            vec![1, 2, 3],
        ),
        (
            json!({ "fromBlock": "0x0", "topics": [null, topic] }),
            vec![],
        ),
        (
            json!({ "fromBlock": "0x0", "topics": [[B256::ZERO, topic]] }),
            vec![1, 2, 3],
        ),
        (
            json!({ "fromBlock": "0x0", "topics": [B256::ZERO] }),
            vec![],
        ),
        (json!({ "blockHash": hash }), vec![3]),
        (json!({ "fromBlock": "0x4" }), vec![]),
        (json!({ "fromBlock": "0x4", "toBlock": "0x9" }), vec![]),
        (json!({ "fromBlock": "0x4", "toBlock": "latest" }), vec![]),
    ] {
        let logs = ask(&mut rpc, "eth_getLogs", json!([filter]));
        let data: Vec<Value> = logs
            .as_array()
            .unwrap()
            .iter()
            .map(|log| log["data"].clone())
            .collect();
        let want: Vec<Value> = want
            .into_iter()
            .map(|value| json!(common::word(value)))
            .collect();
        assert_eq!(data, want, "{filter}");
    }
    for (filter, code) in [
        (json!({ "fromBlock": "0x2", "toBlock": "0x1" }), -32_602),
        (json!({ "fromBlock": "0x9", "toBlock": "0x8" }), -32_602),
        (json!({ "blockHash": B256::ZERO }), -32_000),
        (json!({ "blockHash": hash, "fromBlock": "0x0" }), -32_602),
    ] {
        assert_eq!(
            refused(&mut rpc, "eth_getLogs", json!([filter])).code,
            code,
            "{filter}"
        );
    }
}

#[test]
fn a_filter_tells_everything_once() {
    let mut rpc = rpc();
    let [one, other] = [0x51, 0x52].map(|at| place(rpc.node_mut(), at, LOGGER));
    log(&mut rpc, one, 1); // before the filters: not news
    let logs = ask(&mut rpc, "eth_newFilter", json!([{ "address": one }]));
    let blocks = ask(&mut rpc, "eth_newBlockFilter", json!([]));
    let transactions = ask(&mut rpc, "eth_newPendingTransactionFilter", json!([]));
    assert_eq!([&logs, &blocks, &transactions], ["0x1", "0x2", "0x3"]);
    let sent = [log(&mut rpc, one, 2), log(&mut rpc, other, 3)];
    let heard = changes(&mut rpc, &logs);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["data"], json!(common::word(2)));
    let hash = |number: u64| json!(rpc.node().block(number).unwrap().hash());
    let hashes = [hash(2), hash(3)];
    assert_eq!(changes(&mut rpc, &blocks), hashes);
    assert_eq!(changes(&mut rpc, &transactions), sent);
    for id in [&logs, &blocks, &transactions] {
        assert!(changes(&mut rpc, id).is_empty());
    }
    let all = ask(&mut rpc, "eth_newFilter", json!([{ "fromBlock": "0x0" }]));
    assert_eq!(
        ask(&mut rpc, "eth_getFilterLogs", json!([all]))
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        refused(&mut rpc, "eth_getFilterLogs", json!([blocks])).code,
        -32_000
    );
    assert_eq!(ask(&mut rpc, "eth_uninstallFilter", json!([logs])), true);
    assert_eq!(ask(&mut rpc, "eth_uninstallFilter", json!([logs])), false);
    let gone = refused(&mut rpc, "eth_getFilterChanges", json!([logs]));
    assert_eq!((gone.code, &*gone.message), (-32_000, "filter not found"));
}

#[test]
fn a_filter_of_a_range_tells_no_more() {
    let mut rpc = rpc();
    let one = place(rpc.node_mut(), 0x51, LOGGER);
    let range = json!({ "fromBlock": "0x2", "toBlock": "0x3" });
    let id = ask(&mut rpc, "eth_newFilter", json!([range]));
    (1..=4).for_each(|value| drop(log(&mut rpc, one, value)));
    let heard = changes(&mut rpc, &id);
    let numbers: Vec<&Value> = heard.iter().map(|log| &log["blockNumber"]).collect();
    assert_eq!(numbers, ["0x2", "0x3"]);
}

#[test]
fn a_waiting_transaction_is_told_once() {
    let mut rpc = manual();
    let send = |rpc: &mut Rpc| {
        ask(
            rpc,
            "eth_sendTransaction",
            json!([{ "from": ALICE, "to": BOB }]),
        )
    };
    send(&mut rpc); // before the filter
    let id = ask(&mut rpc, "eth_newPendingTransactionFilter", json!([false]));
    let second = send(&mut rpc);
    assert_eq!(changes(&mut rpc, &id), [second]);
    let third = send(&mut rpc);
    rpc.node_mut().mine();
    assert_eq!(changes(&mut rpc, &id), [third]);
    assert!(changes(&mut rpc, &id).is_empty());
    let full = refused(&mut rpc, "eth_newPendingTransactionFilter", json!([true]));
    assert_eq!(full.code, -32_004);
}

#[test]
fn after_a_revert_the_new_blocks_are_news() {
    let mut rpc = rpc();
    let id = ask(&mut rpc, "eth_newBlockFilter", json!([]));
    let late = ask(&mut rpc, "eth_newBlockFilter", json!([]));
    rpc.node_mut().mine();
    let snapshot = ask(&mut rpc, "evm_snapshot", json!([]));
    rpc.node_mut().mine_many(3);
    assert_eq!(changes(&mut rpc, &id).len(), 4);
    ask(&mut rpc, "evm_revert", json!([snapshot]));
    assert!(changes(&mut rpc, &id).is_empty());
    rpc.node_mut().mine_many(2);
    assert_eq!(changes(&mut rpc, &id).len(), 2);
    assert_eq!(changes(&mut rpc, &late).len(), 3); // 1, and the new 2 and 3
    // reverted below and mined above where it was before it is asked
    let snapshot = ask(&mut rpc, "evm_snapshot", json!([]));
    rpc.node_mut().mine_many(1);
    assert_eq!(changes(&mut rpc, &id).len(), 1);
    ask(&mut rpc, "evm_revert", json!([snapshot]));
    rpc.node_mut().mine_many(5);
    assert_eq!(changes(&mut rpc, &id).len(), 5);
}

#[test]
fn of_two_reverts_the_deeper_one_counts() {
    let mut rpc = rpc();
    let ids = [(); 2].map(|()| ask(&mut rpc, "eth_newBlockFilter", json!([])));
    rpc.node_mut().mine();
    let low = ask(&mut rpc, "evm_snapshot", json!([]));
    rpc.node_mut().mine_many(2);
    let high = ask(&mut rpc, "evm_snapshot", json!([]));
    rpc.node_mut().mine_many(2);
    assert_eq!(changes(&mut rpc, &ids[0]).len(), 5);
    ask(&mut rpc, "evm_revert", json!([high]));
    rpc.node_mut().mine();
    ask(&mut rpc, "evm_revert", json!([low]));
    rpc.node_mut().mine_many(5);
    assert_eq!(changes(&mut rpc, &ids[0]).len(), 5); // 2 to 6
    assert_eq!(changes(&mut rpc, &ids[1]).len(), 6); // 1 to 6: it was not asked before
    assert!(changes(&mut rpc, &ids[0]).is_empty());
}

#[test]
fn the_filter_that_is_idle_longest_makes_room() {
    let mut rpc = rpc();
    let first = ask(&mut rpc, "eth_newBlockFilter", json!([]));
    let second = ask(&mut rpc, "eth_newBlockFilter", json!([]));
    for _ in 2..1_024 {
        ask(&mut rpc, "eth_newBlockFilter", json!([]));
    }
    assert!(changes(&mut rpc, &first).is_empty());
    ask(&mut rpc, "eth_newBlockFilter", json!([]));
    assert!(changes(&mut rpc, &first).is_empty());
    assert_eq!(
        refused(&mut rpc, "eth_getFilterChanges", json!([second])).code,
        -32_000
    );
}
