//! Messages that are not requests, and requests that do not fit.

use devnode::rpc::{METHODS, Subscriptions};
use serde_json::{Value, json};

use crate::{ask, common::ALICE, refused, rpc, send};

#[test]
fn what_is_no_request_gets_the_codes_of_json_rpc() {
    let mut rpc = rpc();
    let deep = "[".repeat(100_000);
    let deep_params = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let large = format!("[{}1]", "1,".repeat(1_000));
    for (body, code, id) in [
        ("", -32_700, json!(null)),
        ("{", -32_700, json!(null)),
        ("nonsense", -32_700, json!(null)),
        ("\u{0}", -32_700, json!(null)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"} x"#,
            -32_700,
            json!(null),
        ),
        (&deep, -32_700, json!(null)),
        (&deep_params, -32_700, json!(null)),
        ("[]", -32_600, json!(null)),
        (&large, -32_600, json!(null)),
        ("{}", -32_600, json!(null)),
        ("1", -32_600, json!(null)),
        ("null", -32_600, json!(null)),
        (r#""eth_chainId""#, -32_600, json!(null)),
        (r#"{"id":7,"method":"eth_chainId"}"#, -32_600, json!(7)),
        (
            r#"{"jsonrpc":"1.0","id":7,"method":"eth_chainId"}"#,
            -32_600,
            json!(7),
        ),
        (
            r#"{"jsonrpc":2.0,"id":7,"method":"eth_chainId"}"#,
            -32_600,
            json!(7),
        ),
        (r#"{"jsonrpc":"2.0","id":7}"#, -32_600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, -32_600, json!(7)),
        (
            r#"{"jsonrpc":"2.0","id":[],"method":"eth_chainId"}"#,
            -32_600,
            json!(null),
        ),
        (
            r#"{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}"#,
            -32_600,
            json!(null),
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":5}"#,
            -32_600,
            json!(7),
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":{"a":1}}"#,
            -32_602,
            json!(7),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"x","method":"eth_nothing"}"#,
            -32_601,
            json!("x"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":""}"#,
            -32_601,
            json!(null),
        ),
    ] {
        let shown = &body[..body.len().min(80)];
        let answer = send(&mut rpc, body.as_bytes()).unwrap();
        assert_eq!(answer["error"]["code"], code, "{shown}");
        assert_eq!(answer["id"], id, "{shown}");
        assert_eq!(answer["jsonrpc"], "2.0", "{shown}");
        assert!(answer.get("result").is_none(), "{shown}");
    }
    let answer = rpc.handle(&[0xff, 0xfe]).unwrap();
    assert!(answer.starts_with(br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700"#));
}

#[test]
fn a_batch_is_answered_request_by_request() {
    let mut rpc = rpc();
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_chainId" },
        { "jsonrpc": "2.0", "method": "evm_mine" },
        5,
        { "jsonrpc": "2.0", "id": "two", "method": "eth_blockNumber", "params": [] },
        { "jsonrpc": "2.0", "id": 3, "method": "eth_nothing" },
    ]);
    let answer = send(&mut rpc, batch.to_string().as_bytes()).unwrap();
    assert_eq!(
        answer[0],
        json!({ "jsonrpc": "2.0", "id": 1, "result": "0x64aba" })
    );
    assert_eq!(
        (&answer[1]["id"], &answer[1]["error"]["code"]),
        (&Value::Null, &json!(-32_600))
    );
    assert_eq!(
        answer[2],
        json!({ "jsonrpc": "2.0", "id": "two", "result": "0x1" })
    );
    assert_eq!(answer[3]["error"]["code"], -32_601);
    assert_eq!(answer.as_array().unwrap().len(), 4);
    let one = send(
        &mut rpc,
        br#"[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}]"#,
    );
    assert!(one.unwrap().is_array());
}

#[test]
fn the_answers_of_a_batch_have_a_limit() {
    let mut rpc = rpc();
    let code = format!("0x{}", "00".repeat(24_000));
    ask(&mut rpc, "anvil_setCode", json!([ALICE, code]));
    let asking = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getCode", "params": [ALICE] });
    let mining = json!({ "jsonrpc": "2.0", "id": 2, "method": "evm_mine" });
    let mut last = |count| {
        let mut batch = vec![asking.clone(); count];
        batch.push(mining.clone());
        let answers = send(&mut rpc, Value::Array(batch).to_string().as_bytes()).unwrap();
        assert_eq!(answers.as_array().unwrap().len(), count + 1);
        assert_eq!(answers[0]["result"], code);
        answers[count].clone()
    };
    assert_eq!(last(500)["result"], "0x0");
    let refused = last(600);
    assert_eq!(refused["id"], 2);
    assert_eq!(refused["error"]["code"], -32_003);
    assert_eq!(rpc.node().block_number(), 1, "it is not done either");
}

#[test]
fn notifications_are_obeyed_and_not_answered() {
    let mut rpc = rpc();
    assert_eq!(
        send(&mut rpc, br#"{"jsonrpc":"2.0","method":"evm_mine"}"#),
        None
    );
    assert_eq!(
        send(&mut rpc, br#"[{"jsonrpc":"2.0","method":"evm_mine"}]"#),
        None
    );
    assert_eq!(
        send(&mut rpc, br#"{"jsonrpc":"2.0","method":"eth_nothing"}"#),
        None
    );
    assert_eq!(rpc.node().block_number(), 2);
    let id = br#"{"jsonrpc":"2.0","id":null,"method":"eth_blockNumber"}"#;
    assert_eq!(send(&mut rpc, id).unwrap()["result"], "0x2");
}

#[test]
fn params_that_do_not_fit_are_named() {
    let mut rpc = rpc();
    for (method, params, name) in [
        ("eth_getBalance", json!([]), "missing param `address`"),
        ("eth_getBalance", json!([null]), "param `address`"),
        ("eth_getBalance", json!(["0x12"]), "param `address`"),
        ("eth_getBalance", json!([5]), "param `address`"),
        ("eth_getBalance", json!([ALICE, "lately"]), "param `block`"),
        (
            "eth_getBalance",
            json!([ALICE, "0x10000000000000000"]),
            "param `block`",
        ),
        ("eth_getBalance", json!([ALICE, 5.5]), "param `block`"),
        (
            "eth_getBalance",
            json!([ALICE, "latest", 1]),
            "3 params, want 2 at most",
        ),
        ("eth_getStorageAt", json!([ALICE, "0xzz"]), "param `slot`"),
        (
            "eth_getStorageAt",
            json!([ALICE, format!("0x1{:064x}", 0)]),
            "param `slot`",
        ),
        (
            "eth_getBlockByNumber",
            json!(["latest", "yes"]),
            "param `full`",
        ),
        ("eth_getBlockByHash", json!(["0x1234"]), "param `hash`"),
        ("eth_call", json!([]), "missing param `transaction`"),
        ("eth_call", json!([[]]), "param `transaction`"),
        ("eth_call", json!([{ "to": "me" }]), "param `transaction`"),
        (
            "eth_call",
            json!([{ "gas": "0x10000000000000000" }]),
            "param `transaction`",
        ),
        ("eth_call", json!([{ "gas": -1 }]), "param `transaction`"),
        (
            "eth_call",
            json!([{ "value": "1 ether" }]),
            "param `transaction`",
        ),
        (
            "eth_call",
            json!([{ "data": "0x123" }]),
            "param `transaction`",
        ),
        ("eth_call", json!([{}, "latest", []]), "param `state`"),
        (
            "eth_call",
            json!([{}, "latest", {}, { "time": "noon" }]),
            "param `overrides`",
        ),
        (
            "eth_sendRawTransaction",
            json!(["0xabc"]),
            "param `transaction`",
        ),
        ("eth_getLogs", json!([{ "address": 5 }]), "param `filter`"),
        ("eth_getLogs", json!([]), "missing param `filter`"),
        (
            "eth_feeHistory",
            json!(["0x1", "latest", "50"]),
            "param `percentiles`",
        ),
        ("evm_revert", json!([]), "missing param `snapshot`"),
        ("evm_mine", json!([[]]), "param `options`"),
        ("evm_mine", json!([{ "time": 1 }]), "param `options`"),
        (
            "anvil_setBalance",
            json!([ALICE, format!("0x1{:064x}", 0)]),
            "param `balance`",
        ),
        (
            "anvil_setNonce",
            json!([ALICE, "0x10000000000000000"]),
            "param `nonce`",
        ),
        ("evm_setAutomine", json!([1]), "param `on`"),
    ] {
        let error = refused(&mut rpc, method, params.clone());
        assert_eq!(error.code, -32_602, "{method} {params}");
        assert!(
            error.message.starts_with(name),
            "{method} {params}: {error}"
        );
    }
}

#[test]
fn a_filter_has_a_thousand_alternatives_at_most() {
    let mut rpc = rpc();
    let words = |count: u64, bytes: usize| -> Vec<String> {
        let hex = |word| format!("0x{word:0digits$x}", digits = 2 * bytes);
        (0..count).map(hex).collect()
    };
    for method in ["eth_getLogs", "eth_newFilter"] {
        let most = json!([{ "address": words(1_000, 20), "topics": [null, words(1_000, 32)] }]);
        ask(&mut rpc, method, most);
        for large in [
            json!({ "address": words(1_001, 20) }),
            json!({ "topics": [null, words(1_001, 32)] }),
        ] {
            let error = refused(&mut rpc, method, json!([large]));
            assert_eq!(error.code, -32_602, "{error}");
            assert!(error.message.starts_with("exceed max addresses"), "{error}");
        }
    }
    let subscribing = json!({
        "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe",
        "params": ["logs", { "address": words(1_001, 20) }],
    });
    let mut subscriptions = Subscriptions::default();
    let answer = rpc.handle_on(&mut subscriptions, subscribing.to_string().as_bytes());
    assert!(answer.unwrap().windows(6).any(|part| part == b"-32602"));
    assert!(subscriptions.is_empty());
}

#[test]
fn a_refused_method_is_shown_in_short() {
    let error = refused(&mut rpc(), &"x".repeat(10_000), json!([]));
    assert!(error.message.len() < 200);
}

#[test]
fn no_method_is_named_twice() {
    let mut names = METHODS.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
}
