//! What the command line does.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::process::{Node, fails};

/// Nitro's development account.
const OWNER: &str = "0x3f1eae7d46d88f08fc2f8ed27fcb2ab183eb2d0e";

#[test]
fn a_second_node_on_the_same_port_says_so() {
    let first = Node::start(&[]);
    let port = first.address.port().to_string();
    let (status, text) = fails(&["--port", &port]);
    assert_eq!(status.code(), Some(1));
    assert!(
        text.contains("is in use, perhaps by another devnode"),
        "{text}"
    );
    assert!(text.contains("--port"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert_eq!(first.call("eth_chainId", json!([])), "0x64aba");
}

#[test]
fn other_machines_need_a_flag() {
    for host in ["0.0.0.0", "::"] {
        let (status, text) = fails(&["--host", host]);
        assert_eq!(status.code(), Some(1));
        assert!(text.contains("--allow-remote"), "{text}");
    }
    let node = Node::start(&["--host", "0.0.0.0", "--allow-remote"]);
    assert!(node.address.ip().is_unspecified());
    let node = Node::start(&[]);
    assert!(node.address.ip().is_loopback());
}

#[test]
fn chain_id_and_arbos_version_are_as_asked() {
    let node = Node::start(&["--chain-id", "7", "--arbos-version", "60"]);
    assert_eq!(node.call("eth_chainId", json!([])), "0x7");
    assert_eq!(node.call("net_version", json!([])), "7");
    // ArbSys.arbOSVersion() counts from 55
    let call = json!([{ "to": "0x0000000000000000000000000000000000000064", "data": "0x051038f2" }, "latest"]);
    let version = node.call("eth_call", call);
    assert_eq!(
        version
            .as_str()
            .unwrap()
            .strip_prefix("0x")
            .map(|digits| u64::from_str_radix(digits, 16)),
        Some(Ok(115))
    );
    for refused in ["29", "61"] {
        assert_eq!(fails(&["--arbos-version", refused]).0.code(), Some(2));
    }
}

#[test]
fn the_development_account_is_rich_and_unlocked() {
    let node = Node::start(&["--accounts", "2"]);
    assert!(
        node.banner
            .iter()
            .any(|line| line.contains("(chain owner)"))
    );
    let accounts = node.call("eth_accounts", json!([]));
    assert_eq!(accounts.as_array().unwrap().len(), 3);
    assert_eq!(accounts[2], OWNER);
    for account in accounts.as_array().unwrap() {
        let balance = node.call("eth_getBalance", json!([account, "earliest"]));
        assert_eq!(balance, "0x21e19e0c9bab2400000"); // 10,000 ETH
        node.send(json!({ "from": account, "to": account, "value": "0x1" }));
    }
    // ArbOwner.addChainOwner answers to owners only
    let owner = json!([{
        "from": OWNER,
        "to": "0x0000000000000000000000000000000000000070",
        "data": "0x516b4e0f", // getAllChainOwners()
    }, "latest"]);
    let owners = node.call("eth_call", owner);
    assert!(owners.as_str().unwrap().ends_with(&OWNER[2..]), "{owners}");
}

#[test]
fn entry_points_are_deployed_where_they_are_everywhere() {
    let all = "entry-point-v0.6,entry-point-v0.7,entry-point-v0.8";
    let node = Node::start(&["--predeploy", all]);
    let sizes = [
        ("0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789", 23_689),
        ("0x0000000071727De22E5E9d8BAf0edAc6f37da032", 16_035),
        ("0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108", 21_738),
    ];
    for (address, bytes) in sizes {
        let code = node.call("eth_getCode", json!([address, "latest"]));
        assert_eq!(code.as_str().unwrap().len(), 2 + 2 * bytes, "{address}");
    }
    let (status, text) = fails(&["--predeploy", all, "--packages", "/no/such/folder"]);
    assert_eq!(status.code(), Some(1));
    assert!(text.contains("/no/such/folder"), "{text}");
}

#[test]
fn with_block_time_transactions_wait_for_the_timer() {
    let node = Node::start(&["--block-time", "3600"]);
    let before = node.call("eth_blockNumber", json!([]));
    let transfer = json!([{ "from": OWNER, "to": OWNER }]);
    let hash = node.call("eth_sendTransaction", transfer);
    assert_eq!(
        node.call("eth_getTransactionReceipt", json!([hash])),
        json!(null)
    );
    assert_eq!(node.call("eth_blockNumber", json!([])), before);
    assert_eq!(fails(&["--block-time", "0"]).0.code(), Some(2));
}

#[test]
fn a_silent_node_prints_its_address() {
    let mut node = Node::start(&["--silent"]);
    assert_eq!(node.banner.len(), 1);
    assert!(node.stop("-INT").success());
    assert_eq!((node.rest(), node.stderr()), (String::new(), String::new()));
}

#[test]
fn blocks_have_the_time_of_day() {
    let node = Node::start(&[]);
    node.call("anvil_mine", json!(["0x64"])); // not a second each
    let block = node.call("eth_getBlockByNumber", json!(["latest", false]));
    let digits = block["timestamp"]
        .as_str()
        .unwrap()
        .trim_start_matches("0x");
    let timestamp = u64::from_str_radix(digits, 16).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert!(now.as_secs().abs_diff(timestamp) < 60);
}

#[test]
fn connections_that_do_not_end_do_not_keep_it_running() {
    let state = crate::process::folder().join("state");
    let mut node = Node::start(&["--state", state.to_str().unwrap()]);
    let mut idle = TcpStream::connect(node.address).unwrap();
    idle.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n[")
        .unwrap();
    let silent = node.ws(); // never answers the node's close frame
    assert_eq!(node.call("eth_chainId", json!([])), "0x64aba");
    let begin = Instant::now();
    assert!(node.stop("-INT").success());
    assert!(begin.elapsed() < Duration::from_secs(8));
    assert!(state.exists());
    drop((idle, silent));
}

#[test]
fn old_blocks_and_receipts_are_kept_if_that_is_asked_for() {
    let sent_first = |args: &[&str]| {
        let node = Node::start(args);
        let transfer = json!([{ "from": OWNER, "to": OWNER, "value": "0x1" }]);
        let hash = node.call("eth_sendTransaction", transfer);
        node.call("anvil_mine", json!(["0x400"])); // 1,024
        node.call("eth_getTransactionReceipt", json!([hash]))
    };
    assert!(sent_first(&[]).is_null());
    assert!(sent_first(&["--keep-blocks", "1024"]).is_null());
    for enough in ["1025", "0"] {
        let receipt = sent_first(&["--keep-blocks", enough]);
        assert_eq!(receipt["status"], "0x1", "{enough}");
    }
}
