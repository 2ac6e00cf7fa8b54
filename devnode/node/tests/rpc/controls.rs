//! What only a test may do.

use alloy::primitives::{Address, B256, U256};
use serde_json::json;

use crate::{
    ask,
    common::{ALICE, BOB, STORE},
    manual, refused, rpc,
};

#[test]
fn a_snapshot_brings_everything_back_once() {
    let mut rpc = rpc();
    for (take, bring) in [
        ("evm_snapshot", "evm_revert"),
        ("anvil_snapshot", "anvil_revert"),
    ] {
        let id = ask(&mut rpc, take, json!([]));
        let transfer = json!({ "from": ALICE, "to": BOB, "value": "0x5" });
        ask(&mut rpc, "eth_sendTransaction", json!([transfer]));
        assert_eq!(ask(&mut rpc, "eth_getBalance", json!([BOB])), "0x5");
        assert_eq!(ask(&mut rpc, bring, json!([id])), true);
        assert_eq!(ask(&mut rpc, "eth_getBalance", json!([BOB])), "0x0");
        assert_eq!(ask(&mut rpc, "eth_blockNumber", json!([])), "0x0");
        assert_eq!(ask(&mut rpc, bring, json!([id])), false);
    }
    assert_eq!(ask(&mut rpc, "evm_revert", json!(["0x63"])), false);
}

#[test]
fn blocks_are_mined_when_told() {
    let mut rpc = rpc();
    let start = rpc.node().head().timestamp();
    let at = |rpc: &devnode::rpc::Rpc| {
        (
            rpc.node().block_number(),
            rpc.node().head().timestamp() - start,
        )
    };
    assert_eq!(ask(&mut rpc, "evm_mine", json!([])), "0x0");
    assert_eq!(at(&rpc), (1, 1));
    ask(&mut rpc, "evm_mine", json!([start + 10]));
    assert_eq!(at(&rpc), (2, 10));
    ask(
        &mut rpc,
        "evm_mine",
        json!([{ "timestamp": start + 20, "blocks": 2 }]),
    );
    assert_eq!(at(&rpc), (4, 21));
    ask(&mut rpc, "anvil_mine", json!(["0x3", "0x3c"]));
    assert_eq!(at(&rpc), (7, 142)); // the first as ever, two more a minute apart each
    ask(&mut rpc, "hardhat_mine", json!([]));
    assert_eq!(at(&rpc), (8, 143));
}

#[test]
fn time_is_set() {
    let mut rpc = rpc();
    let start = rpc.node().head().timestamp();
    assert_eq!(ask(&mut rpc, "evm_increaseTime", json!(["0xe10"])), 3_600);
    ask(&mut rpc, "evm_mine", json!([]));
    assert_eq!(rpc.node().head().timestamp(), start + 3_601);
    ask(
        &mut rpc,
        "evm_setNextBlockTimestamp",
        json!([start + 5_000]),
    );
    ask(&mut rpc, "evm_mine", json!([]));
    assert_eq!(rpc.node().head().timestamp(), start + 5_000);
}

#[test]
fn absurd_times_and_counts_are_refused() {
    let mut rpc = rpc();
    let last: u64 = 253_402_300_799;
    for (method, params) in [
        ("evm_increaseTime", json!([u64::MAX])),
        ("evm_increaseTime", json!([last])),
        ("evm_setNextBlockTimestamp", json!([last + 1])),
        ("evm_setNextBlockTimestamp", json!([0])),
        ("evm_mine", json!([0])),
        ("evm_mine", json!([last + 1])),
        ("evm_mine", json!([{ "blocks": 100_001 }])),
        ("anvil_mine", json!([100_001])),
        ("anvil_mine", json!([u64::MAX])),
        ("anvil_mine", json!([2, last])),
        ("anvil_mine", json!([2, u64::MAX])),
    ] {
        assert_eq!(
            refused(&mut rpc, method, params.clone()).code,
            -32_602,
            "{method} {params}"
        );
    }
    assert_eq!(rpc.node().block_number(), 0);
    ask(&mut rpc, "evm_mine", json!([last]));
    assert_eq!(
        refused(&mut rpc, "evm_increaseTime", json!([1])).code,
        -32_602
    );
}

#[test]
fn accounts_are_set() {
    let mut rpc = rpc();
    let at = Address::repeat_byte(0x71);
    let (slot, value) = (B256::ZERO, B256::from(U256::from(7)));
    for family in ["anvil", "hardhat"] {
        let set = |name: &str| format!("{family}_set{name}");
        ask(&mut rpc, &set("Balance"), json!([at, U256::MAX]));
        ask(&mut rpc, &set("Nonce"), json!([at, "0x5"]));
        ask(
            &mut rpc,
            &set("Code"),
            json!([at, alloy::hex::encode_prefixed(STORE)]),
        );
        ask(&mut rpc, &set("StorageAt"), json!([at, slot, value]));
        assert_eq!(
            ask(&mut rpc, "eth_getBalance", json!([at])),
            json!(U256::MAX)
        );
        assert_eq!(ask(&mut rpc, "eth_getTransactionCount", json!([at])), "0x5");
        assert_eq!(
            ask(&mut rpc, "eth_call", json!([{ "to": at }])),
            json!(value)
        );
    }
    let delegation = refused(&mut rpc, "anvil_setCode", json!([at, "0xef010012"]));
    assert_eq!(delegation.code, -32_602);
}

#[test]
fn an_impersonated_account_needs_no_key() {
    let mut rpc = rpc();
    let whale = Address::repeat_byte(0x72);
    ask(
        &mut rpc,
        "anvil_setBalance",
        json!([whale, "0xde0b6b3a7640000"]),
    );
    let transfer = json!([{ "from": whale, "to": BOB, "value": "0x5" }]);
    let refuse = |rpc: &mut devnode::rpc::Rpc| {
        let error = refused(rpc, "eth_sendTransaction", transfer.clone());
        assert!(error.message.starts_with("unknown account"), "{error}");
    };
    refuse(&mut rpc);
    ask(&mut rpc, "anvil_impersonateAccount", json!([whale]));
    let hash = ask(&mut rpc, "eth_sendTransaction", transfer.clone());
    let receipt = ask(&mut rpc, "eth_getTransactionReceipt", json!([hash]));
    assert_eq!(
        (&receipt["from"], &receipt["status"]),
        (&json!(whale), &json!("0x1"))
    );
    ask(&mut rpc, "anvil_stopImpersonatingAccount", json!([whale]));
    refuse(&mut rpc);
    ask(&mut rpc, "anvil_autoImpersonateAccount", json!([true]));
    ask(&mut rpc, "eth_sendTransaction", transfer.clone());
    ask(&mut rpc, "anvil_autoImpersonateAccount", json!([false]));
    refuse(&mut rpc);
}

#[test]
fn automining_is_switched_and_the_pool_emptied() {
    let mut rpc = manual();
    assert_eq!(ask(&mut rpc, "anvil_getAutomine", json!([])), false);
    let transfer = json!([{ "from": ALICE, "to": BOB }]);
    let hash = ask(&mut rpc, "eth_sendTransaction", transfer.clone());
    assert_eq!(ask(&mut rpc, "anvil_dropTransaction", json!([hash])), hash);
    assert_eq!(ask(&mut rpc, "txpool_status", json!([]))["pending"], "0x0");
    ask(&mut rpc, "evm_setAutomine", json!([true]));
    ask(&mut rpc, "eth_sendTransaction", transfer);
    assert_eq!(rpc.node().block_number(), 1);
}

#[test]
fn a_reset_is_not_supported() {
    assert_eq!(refused(&mut rpc(), "anvil_reset", json!([])).code, -32_004);
}
