//! What the node is, its fees, its pool, its keys.

use alloy::primitives::Signature;
use devnode::{Devnode, NodeConfig, rpc::Rpc};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{ALICE, BOB},
    manual, refused, rpc,
};

#[test]
fn the_node_says_what_it_is() {
    let mut rpc = rpc();
    for (method, want) in [
        ("eth_chainId", json!("0x64aba")),
        ("net_version", json!("412346")),
        ("net_listening", json!(true)),
        ("net_peerCount", json!("0x0")),
        ("eth_syncing", json!(false)),
        ("eth_blockNumber", json!("0x0")),
        ("eth_gasPrice", json!("0x5f5e100")),
        ("eth_maxPriorityFeePerGas", json!("0x0")),
        (
            "web3_clientVersion",
            json!(concat!("devnode/v", env!("CARGO_PKG_VERSION"))),
        ),
    ] {
        assert_eq!(ask(&mut rpc, method, json!([])), want, "{method}");
        assert_eq!(ask(&mut rpc, method, Value::Null), want, "{method}");
    }
    let hash = ask(&mut rpc, "web3_sha3", json!(["0x68656c6c6f20776f726c64"]));
    assert_eq!(
        hash,
        "0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad"
    );
    assert_eq!(ask(&mut rpc, "rpc_modules", json!([]))["eth"], "1.0");
    let accounts = ask(&mut rpc, "eth_accounts", json!([]));
    assert_eq!(accounts.as_array().unwrap().len(), 11);
    assert_eq!(accounts[10], json!(rpc.node().owner()));
}

#[test]
fn a_fee_history_has_one_base_fee_more_than_blocks() {
    let mut rpc = rpc();
    rpc.node_mut().mine_many(3);
    ask(&mut rpc, "anvil_setNextBlockBaseFeePerGas", json!(["0x7"]));
    let history = ask(
        &mut rpc,
        "eth_feeHistory",
        json!(["0x2", "latest", [10, 50.5]]),
    );
    let fee = "0x5f5e100";
    let want = json!({
        "oldestBlock": "0x2",
        "baseFeePerGas": [fee, fee, "0x7"],
        "gasUsedRatio": [0.0, 0.0],
        "reward": [["0x0", "0x0"], ["0x0", "0x0"]],
    });
    assert_eq!(history, want);
    let plain = ask(&mut rpc, "eth_feeHistory", json!([100, "0x1"]));
    assert_eq!(
        (&plain["oldestBlock"], plain.get("reward")),
        (&json!("0x0"), None)
    );
    assert_eq!(plain["baseFeePerGas"], json!([fee, fee, fee]));
    let most = ask(&mut rpc, "eth_feeHistory", json!([u64::MAX, "pending"]));
    assert_eq!(most["gasUsedRatio"].as_array().unwrap().len(), 4);
    let none = ask(&mut rpc, "eth_feeHistory", json!(["0x0", "latest"]));
    assert_eq!(none["gasUsedRatio"], json!([]));
    for percentiles in [
        json!([50, 10]),
        json!([-1]),
        json!([100.5]),
        json!(vec![1; 101]),
    ] {
        let error = refused(
            &mut rpc,
            "eth_feeHistory",
            json!([1, "latest", percentiles]),
        );
        assert_eq!(error.code, -32_602, "{percentiles}");
        assert!(error.message.contains("`percentiles`"), "{error}");
    }
}

#[test]
fn a_fee_history_has_1024_blocks_at_most_and_none_that_is_not_kept() {
    let config = |kept_blocks| NodeConfig {
        kept_blocks,
        ..NodeConfig::default()
    };
    for (kept, oldest) in [(None, "0x4d"), (Some(10), "0x443")] {
        let mut rpc = Rpc::new(Devnode::new(config(kept)));
        rpc.node_mut().mine_many(1_100);
        let history = ask(&mut rpc, "eth_feeHistory", json!([u64::MAX, "latest"]));
        assert_eq!(history["oldestBlock"], oldest, "{kept:?}");
        let genesis = ask(&mut rpc, "eth_feeHistory", json!([5, "earliest"]));
        assert_eq!(genesis["oldestBlock"], "0x0");
    }
}

#[test]
fn the_pool_is_shown_by_what_is_ready() {
    let mut rpc = manual();
    for nonce in ["0x0", "0x2"] {
        let tx = json!({ "from": ALICE, "to": BOB, "nonce": nonce });
        ask(&mut rpc, "eth_sendTransaction", json!([tx]));
    }
    let status = ask(&mut rpc, "txpool_status", json!([]));
    assert_eq!(status, json!({ "pending": "0x1", "queued": "0x1" }));
    let content = ask(&mut rpc, "txpool_content", json!([]));
    let alice = json!(ALICE);
    let of =
        |part: &str, nonce: &str| content[part][alice.as_str().unwrap()][nonce]["nonce"].clone();
    assert_eq!(
        (of("pending", "0"), of("queued", "2")),
        (json!("0x0"), json!("0x2"))
    );
}

#[test]
fn dev_accounts_sign_messages() {
    let mut rpc = rpc();
    let message = json!("0x68656c6c6f");
    let signed = ask(&mut rpc, "personal_sign", json!([message, ALICE, ""]));
    assert_eq!(ask(&mut rpc, "eth_sign", json!([ALICE, message])), signed);
    let signature: Signature = signed.as_str().unwrap().parse().unwrap();
    assert_eq!(signature.recover_address_from_msg("hello").unwrap(), ALICE);
    let unknown = refused(&mut rpc, "eth_sign", json!([BOB, message]));
    assert!(unknown.message.starts_with("unknown account"), "{unknown}");
}
