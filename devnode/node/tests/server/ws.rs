//! WebSocket: the same requests, and subscriptions.

use serde_json::{Value, json};
use tungstenite::{Message, protocol::frame::coding::CloseCode};

use crate::{
    common::{ALICE, BOB, LOGGER, init},
    process::{Node, request},
};

/// The result of a notification of this subscription.
fn told(message: &Value, subscription: &Value) -> Value {
    assert_eq!(message["method"], "eth_subscription", "{message}");
    assert_eq!(message["params"]["subscription"], *subscription);
    message["params"]["result"].clone()
}

#[test]
fn requests_and_batches_are_answered() {
    let node = Node::start(&[]);
    let mut ws = node.ws();
    assert_eq!(ws.call("eth_chainId", json!([])), "0x64aba");
    let one = request("eth_blockNumber", json!([]));
    ws.send(format!("[{one},{one}]"));
    assert_eq!(ws.next().as_array().unwrap().len(), 2);
    ws.0.send(Message::binary(one)).unwrap();
    assert_eq!(ws.next()["id"], 1);
    ws.send("{");
    assert_eq!(ws.next()["error"]["code"], -32_700);
    ws.0.send(Message::Ping(b"x".to_vec().into())).unwrap();
    assert_eq!(ws.0.read().unwrap(), Message::Pong(b"x".to_vec().into()));
}

#[test]
fn a_subscriber_is_told_of_heads_and_logs_of_other_connections() {
    let node = Node::start(&[]);
    let created = node.send(json!({ "from": ALICE, "data": init(LOGGER) }));
    let logger = &created["contractAddress"];
    let mut heads = node.ws();
    let mut logs = node.ws();
    let to_heads = heads.call("eth_subscribe", json!(["newHeads"]));
    let to_logs = logs.call("eth_subscribe", json!(["logs", { "address": logger }]));

    let receipt = node.send(json!({ "from": ALICE, "to": logger, "data": "0xabcd" }));
    let head = told(&heads.next(), &to_heads);
    assert_eq!(head["hash"], receipt["blockHash"]);
    let log = told(&logs.next(), &to_logs);
    assert_eq!(log["data"], "0xabcd");
    assert_eq!(log["transactionHash"], receipt["transactionHash"]);

    node.send(json!({ "from": ALICE, "to": BOB }));
    assert_eq!(told(&heads.next(), &to_heads)["number"], json!("0x4"));
    assert!(logs.is_quiet());

    assert_eq!(heads.call("eth_unsubscribe", json!([to_heads])), true);
    node.send(json!({ "from": ALICE, "to": BOB }));
    assert!(heads.is_quiet());
}

#[test]
fn who_does_not_read_misses_nothing_and_stops_nobody() {
    let node = Node::start(&[]);
    let mut ws = node.ws();
    let subscribe = request("eth_subscribe", json!(["newHeads"]));
    ws.send(format!("[{}]", [subscribe.as_str(); 20].join(",")));
    assert_eq!(ws.next().as_array().unwrap().len(), 20);
    // more than the sockets take
    node.call("anvil_mine", json!(["0x1f4"]));
    assert_eq!(node.call("eth_blockNumber", json!([])), "0x1f5");
    let mut told = [0_u64; 20];
    while told.iter().any(|heads| *heads < 500) {
        let params = &ws.next()["params"];
        let number = |value: &Value| u64::from_str_radix(&value.as_str().unwrap()[2..], 16);
        let id = number(&params["subscription"]).unwrap() as usize;
        told[id - 1] += 1;
        assert_eq!(number(&params["result"]["number"]), Ok(told[id - 1] + 1));
    }
    assert!(ws.is_quiet());
}

#[test]
fn blocks_of_the_timer_are_told_of() {
    let node = Node::start(&["--block-time", "1"]);
    let mut ws = node.ws();
    let pending = ws.call("eth_subscribe", json!(["newPendingTransactions"]));
    let hash = node.call("eth_sendTransaction", json!([{ "from": ALICE, "to": BOB }]));
    assert_eq!(told(&ws.next(), &pending), hash);

    let heads = ws.call("eth_subscribe", json!(["newHeads"]));
    let first = told(&ws.next(), &heads);
    let second = told(&ws.next(), &heads);
    assert_eq!(second["parentHash"], first["hash"]);
    let receipt = node.call("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1");
}

#[test]
fn subscriptions_end_with_their_connection() {
    let node = Node::start(&[]);
    let mut first = node.ws();
    let id = first.call("eth_subscribe", json!(["newHeads"]));
    drop(first);
    let mut second = node.ws();
    second.send(request("eth_unsubscribe", json!([id])));
    assert_ne!(second.next()["error"], Value::Null);
}

#[test]
fn a_message_that_is_too_large_ends_the_connection_only() {
    let node = Node::start(&[]);
    let mut ws = node.ws();
    let mut most = request("eth_chainId", json!([]));
    most.extend(std::iter::repeat_n(' ', (16 << 20) - most.len()));
    ws.send(most.clone());
    assert_eq!(ws.next()["result"], "0x64aba");
    _ = ws.0.send(Message::text(format!("{most} "))); // it may be closed before the end
    let closed = match ws.0.read() {
        Ok(Message::Close(Some(frame))) => frame.code == CloseCode::Size,
        Ok(_) => false,
        Err(_) => true,
    };
    assert!(closed);
    assert_eq!(node.call("eth_chainId", json!([])), "0x64aba");
}

#[test]
fn the_end_of_the_node_is_told() {
    let mut node = Node::start(&[]);
    let mut ws = node.ws();
    ws.call("eth_subscribe", json!(["newHeads"]));
    let reader = std::thread::spawn(move || match ws.0.read() {
        Ok(Message::Close(Some(frame))) => frame.code,
        other => panic!("{other:?}"),
    });
    assert!(node.stop("-TERM").success());
    assert_eq!(reader.join().unwrap(), CloseCode::Away);
}
