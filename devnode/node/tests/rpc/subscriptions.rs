//! `eth_subscribe` on a connection.

use alloy::primitives::U64;
use devnode::rpc::{Rpc, Subscriptions};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, LOGGER, place},
    refused, rpc, send,
};

/// What a method answers on a connection.
fn on(rpc: &mut Rpc, subscriptions: &mut Subscriptions, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = rpc.handle_on(subscriptions, request.to_string().as_bytes());
    serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
}

fn notifications(rpc: &Rpc, subscriptions: &mut Subscriptions) -> Vec<Value> {
    let messages = rpc.notifications(subscriptions);
    let parse = |message: &Vec<u8>| serde_json::from_slice(message).expect("JSON");
    messages.iter().map(parse).collect()
}

#[test]
fn each_subscription_tells_its_news() {
    let mut rpc = rpc();
    let logger = place(rpc.node_mut(), 0x51, LOGGER);
    let mut subscriptions = Subscriptions::default();
    assert!(subscriptions.is_empty());
    for (index, params) in [
        json!(["newHeads"]),
        json!(["logs", { "address": logger }]),
        json!(["logs"]),
        json!(["newPendingTransactions", false]),
        json!(["syncing"]),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = on(&mut rpc, &mut subscriptions, "eth_subscribe", params);
        assert_eq!(answer["result"], format!("{:#x}", index + 1), "{answer}");
    }
    let tx = json!({ "from": ALICE, "to": logger, "data": common::word(1) });
    let hash = ask(&mut rpc, "eth_sendTransaction", json!([tx])); // by whatever connection
    let told = notifications(&rpc, &mut subscriptions);
    let ids: Vec<&Value> = told
        .iter()
        .map(|message| &message["params"]["subscription"])
        .collect();
    assert_eq!(ids, ["0x1", "0x2", "0x3", "0x4"]);
    assert_eq!(told[0]["jsonrpc"], "2.0");
    assert_eq!(told[0]["method"], "eth_subscription");
    assert_eq!(told[0]["params"]["result"]["number"], "0x1");
    assert_eq!(told[1]["params"]["result"]["transactionHash"], hash);
    assert_eq!(told[2]["params"]["result"], told[1]["params"]["result"]);
    assert_eq!(told[3]["params"]["result"], hash);
    assert!(notifications(&rpc, &mut subscriptions).is_empty());

    let gone = on(
        &mut rpc,
        &mut subscriptions,
        "eth_unsubscribe",
        json!(["0x1"]),
    );
    assert_eq!(gone["result"], true);
    let again = on(
        &mut rpc,
        &mut subscriptions,
        "eth_unsubscribe",
        json!(["0x1"]),
    );
    assert_eq!(again["error"]["message"], "subscription not found");
    rpc.node_mut().mine();
    assert!(notifications(&rpc, &mut subscriptions).is_empty());
}

#[test]
fn connections_do_not_share_subscriptions() {
    let mut rpc = rpc();
    let [mut one, mut other] = [Subscriptions::default(), Subscriptions::default()];
    on(&mut rpc, &mut one, "eth_subscribe", json!(["newHeads"]));
    let not_its = on(&mut rpc, &mut other, "eth_unsubscribe", json!(["0x1"]));
    assert_eq!(not_its["error"]["code"], -32_000);
    rpc.node_mut().mine();
    assert_eq!(notifications(&rpc, &mut one).len(), 1);
    assert!(notifications(&rpc, &mut other).is_empty());
}

#[test]
fn without_a_connection_there_are_none() {
    let mut rpc = rpc();
    let mut subscriptions = Subscriptions::default();
    on(
        &mut rpc,
        &mut subscriptions,
        "eth_subscribe",
        json!(["newHeads"]),
    );
    assert_eq!(
        refused(&mut rpc, "eth_subscribe", json!(["newHeads"])).code,
        -32_004
    );
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;
    assert_eq!(send(&mut rpc, body).unwrap()["error"]["code"], -32_004);
}

#[test]
fn bad_subscriptions_are_refused() {
    let mut rpc = rpc();
    let mut subscriptions = Subscriptions::default();
    for params in [
        json!([]),
        json!(["oldHeads"]),
        json!(["transactionReceipts"]),
        json!(["logs", 5]),
        json!(["newPendingTransactions", true]),
    ] {
        let answer = on(
            &mut rpc,
            &mut subscriptions,
            "eth_subscribe",
            params.clone(),
        );
        assert_eq!(answer["error"]["code"], -32_602, "{params}");
    }
    assert!(subscriptions.is_empty());
    for _ in 0..128 {
        on(
            &mut rpc,
            &mut subscriptions,
            "eth_subscribe",
            json!(["newHeads"]),
        );
    }
    let more = on(
        &mut rpc,
        &mut subscriptions,
        "eth_subscribe",
        json!(["newHeads"]),
    );
    assert_eq!(more["error"]["message"], "too many subscriptions");
}

#[test]
fn much_news_comes_in_portions() {
    let mut rpc = rpc();
    let mut subscriptions = Subscriptions::default();
    for _ in 0..100 {
        on(
            &mut rpc,
            &mut subscriptions,
            "eth_subscribe",
            json!(["newHeads"]),
        );
    }
    let pending = json!(["newPendingTransactions"]);
    on(&mut rpc, &mut subscriptions, "eth_subscribe", pending);
    let hashes: Vec<Value> = (0..40)
        .map(|_| {
            ask(
                &mut rpc,
                "eth_sendTransaction",
                json!([{ "from": ALICE, "to": ALICE }]),
            )
        })
        .collect();

    let mut heads = vec![Vec::new(); 100];
    let mut sent = Vec::new();
    loop {
        let portion = rpc.notifications(&mut subscriptions);
        let bytes: usize = portion.iter().map(Vec::len).sum();
        assert!(bytes < 1_100_000, "{bytes}");
        if portion.is_empty() {
            break;
        }
        for message in portion {
            let message: Value = serde_json::from_slice(&message).unwrap();
            let params = &message["params"];
            let id: U64 = serde_json::from_value(params["subscription"].clone()).unwrap();
            match heads.get_mut(id.to::<usize>() - 1) {
                Some(heads) => heads.push(params["result"]["number"].clone()),
                None => sent.push(params["result"].clone()),
            }
        }
    }
    let numbers: Vec<Value> = (1..=40)
        .map(|number| json!(format!("{number:#x}")))
        .collect();
    assert!(heads.iter().all(|heads| *heads == numbers));
    assert_eq!(sent, hashes);
}
