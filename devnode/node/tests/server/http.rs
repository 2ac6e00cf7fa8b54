//! Requests over HTTP.

use serde_json::{Value, json};

use crate::process::{Node, request};

const MIB: usize = 1 << 20;

#[test]
fn a_request_a_batch_and_a_notification_are_answered() {
    let node = Node::start(&[]);
    let answer = node.post(request("eth_chainId", json!([])));
    assert_eq!(
        answer,
        json!({ "jsonrpc": "2.0", "id": 1, "result": "0x64aba" })
    );

    let batch = [
        request("eth_chainId", json!([])),
        request("no_such", json!([])),
    ];
    let answers = node.post(format!("[{}]", batch.join(",")));
    assert_eq!(answers[0]["result"], "0x64aba");
    assert_eq!(answers[1]["error"]["code"], -32_601);
    assert_eq!(answers.as_array().unwrap().len(), 2);

    let notification = json!({ "jsonrpc": "2.0", "method": "eth_chainId" }).to_string();
    let (status, _, body) = node.http("POST / HTTP/1.1", notification.as_bytes());
    assert_eq!((status, body.as_str()), (204, ""));
}

#[test]
fn bad_bodies_get_errors_and_the_node_goes_on() {
    let node = Node::start(&["--silent"]);
    let code = |body: &[u8]| node.post(body)["error"]["code"].clone();
    for malformed in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"{\"jsonrpc\":\"2.0\",",
        &[b'['; 100_000],
    ] {
        assert_eq!(code(malformed), -32_700, "{} bytes", malformed.len());
    }
    for not_a_request in [&b"[]"[..], b"1", b"null", b"{}"] {
        assert_eq!(code(not_a_request), -32_600);
    }
    assert_eq!(node.call("eth_chainId", json!([])), "0x64aba");
}

#[test]
fn a_body_may_have_16_mib() {
    let node = Node::start(&[]);
    let (status, head, body) = node.http("POST / HTTP/1.1", &vec![b' '; 16 * MIB + 1]);
    assert_eq!(status, 413);
    assert!(head.contains("content-type: application/json"), "{head}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["error"]["code"], -32_600);
    assert_eq!(
        (&answer["jsonrpc"], &answer["id"]),
        (&json!("2.0"), &Value::Null)
    );

    let mut most = request("eth_chainId", json!([])).into_bytes();
    most.resize(16 * MIB, b' ');
    assert_eq!(node.post(most)["result"], "0x64aba");
}

#[test]
fn a_get_says_what_this_is() {
    let node = Node::start(&[]);
    let (status, _, body) = node.http("GET / HTTP/1.1", b"");
    assert_eq!(status, 200);
    assert!(body.contains("POST JSON-RPC"), "{body}");
    assert_eq!(node.http("PUT / HTTP/1.1", b"").0, 405);
    assert_eq!(node.http("POST /other HTTP/1.1", b"").0, 404);
}

#[test]
fn pages_of_any_origin_may_ask() {
    let node = Node::start(&[]);
    let preflight = "OPTIONS / HTTP/1.1\r\nOrigin: http://app.test\r\n\
        Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type";
    let (status, head, _) = node.http(preflight, b"");
    assert_eq!(status, 200);
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    assert!(head.contains("access-control-allow-headers: *"), "{head}");
    let body = request("eth_chainId", json!([]));
    let (_, head, _) = node.http(
        "POST / HTTP/1.1\r\nOrigin: http://app.test",
        body.as_bytes(),
    );
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
}

#[test]
fn requests_of_many_connections_are_answered() {
    let node = Node::start(&[]);
    let transfer =
        json!([{ "from": crate::common::ALICE, "to": crate::common::BOB, "value": "0x1" }]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    node.call("eth_sendTransaction", transfer.clone());
                }
            });
        }
    });
    let params = json!([crate::common::BOB, "latest"]);
    assert_eq!(node.call("eth_getBalance", params), "0x28");
}
