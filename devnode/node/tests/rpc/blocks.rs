//! Blocks, transactions, accounts.

use alloy::{
    consensus::{TxEip1559, TxEip2930, TxEip7702, TxLegacy},
    eips::eip7702::Authorization,
    primitives::{B256, Bytes, TxKind, U256, hex},
    signers::SignerSync,
};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, BOB, place, raw, with_data},
    manual, refused, rpc,
};

#[test]
fn transactions_of_every_type_are_taken() {
    let mut rpc = rpc();
    let key = common::key(rpc.node(), 1);
    let (chain_id, fee) = (412_346, 100_000_000);
    let to = TxKind::Call(BOB);
    let legacy = TxLegacy {
        chain_id: Some(chain_id),
        gas_price: fee,
        gas_limit: 21_000,
        to,
        ..TxLegacy::default()
    };
    let listed = TxEip2930 {
        chain_id,
        nonce: 1,
        gas_price: fee,
        gas_limit: 21_000,
        to,
        ..TxEip2930::default()
    };
    let dynamic = TxEip1559 {
        chain_id,
        nonce: 2,
        max_fee_per_gas: fee,
        gas_limit: 21_000,
        to,
        ..TxEip1559::default()
    };
    let authorization = Authorization {
        chain_id: U256::from(chain_id),
        address: BOB,
        nonce: 4,
    };
    let signature = key.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let set_code = TxEip7702 {
        chain_id,
        nonce: 3,
        max_fee_per_gas: fee,
        gas_limit: 100_000,
        to: BOB,
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };
    let all = [
        raw(&key, legacy),
        raw(&key, listed),
        raw(&key, dynamic),
        raw(&key, set_code),
    ];
    for (index, (encoded, kind)) in all
        .into_iter()
        .zip(["0x0", "0x1", "0x2", "0x4"])
        .enumerate()
    {
        let encoded = Bytes::from(encoded);
        let hash = ask(&mut rpc, "eth_sendRawTransaction", json!([encoded]));
        let number = json!(format!("{:#x}", index + 1));
        let tx = ask(&mut rpc, "eth_getTransactionByHash", json!([hash]));
        assert_eq!((&tx["type"], &tx["blockNumber"]), (&json!(kind), &number));
        assert_eq!(tx["from"], json!(key.address()));
        let mut same = |method: &str, params: Value| ask(&mut rpc, method, params);
        let by_number = json!([number, "0x0"]);
        let by_hash = json!([tx["blockHash"], "0x0"]);
        assert_eq!(
            same("eth_getTransactionByBlockNumberAndIndex", by_number),
            tx
        );
        assert_eq!(same("eth_getTransactionByBlockHashAndIndex", by_hash), tx);
        assert_eq!(
            same("eth_getRawTransactionByHash", json!([hash])),
            json!(encoded)
        );
        let receipt = same("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(
            (&receipt["type"], &receipt["status"]),
            (&json!(kind), &json!("0x1"))
        );
    }
    let code = ask(&mut rpc, "eth_getCode", json!([key.address()]));
    let delegation = [&hex!("ef0100")[..], BOB.as_slice()].concat();
    assert_eq!(code, json!(Bytes::from(delegation)));
}

#[test]
fn what_is_not_there_is_null() {
    let mut rpc = rpc();
    let hash = json!(B256::ZERO);
    for (method, params) in [
        ("eth_getBlockByNumber", json!(["0x5", false])),
        ("eth_getBlockByHash", json!([hash, false])),
        ("eth_getBlockReceipts", json!(["0x5"])),
        ("eth_getBlockTransactionCountByNumber", json!(["0x5"])),
        ("eth_getBlockTransactionCountByHash", json!([hash])),
        ("eth_getUncleCountByBlockNumber", json!(["0x5"])),
        ("eth_getUncleCountByBlockHash", json!([hash])),
        ("eth_getTransactionByHash", json!([hash])),
        (
            "eth_getTransactionByBlockNumberAndIndex",
            json!(["latest", "0x0"]),
        ),
        (
            "eth_getTransactionByBlockNumberAndIndex",
            json!(["latest", "0xffffffffffffffff"]),
        ),
        (
            "eth_getTransactionByBlockHashAndIndex",
            json!([hash, "0x0"]),
        ),
        ("eth_getRawTransactionByHash", json!([hash])),
        ("eth_getTransactionReceipt", json!([hash])),
        ("anvil_dropTransaction", json!([hash])),
    ] {
        assert_eq!(ask(&mut rpc, method, params), Value::Null, "{method}");
    }
    let unknown = refused(&mut rpc, "eth_getBalance", json!([ALICE, "0x5"]));
    assert_eq!(
        (unknown.code, &*unknown.message),
        (-32_000, "header not found: 0x5")
    );
}

#[test]
fn every_tag_names_a_block() {
    let mut rpc = manual();
    rpc.node_mut().mine();
    let hash = ask(
        &mut rpc,
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": BOB, "value": "0x5" }]),
    );
    for (tag, number) in [
        ("earliest", "0x0"),
        ("latest", "0x1"),
        ("safe", "0x1"),
        ("finalized", "0x1"),
        ("pending", "0x2"),
    ] {
        let block = ask(&mut rpc, "eth_getBlockByNumber", json!([tag, false]));
        assert_eq!(block["number"], number, "{tag}");
        let count = ask(
            &mut rpc,
            "eth_getBlockTransactionCountByNumber",
            json!([tag]),
        );
        let pending = tag == "pending";
        assert_eq!(count, if pending { "0x1" } else { "0x0" }, "{tag}");
        let balance = ask(&mut rpc, "eth_getBalance", json!([BOB, tag]));
        assert_eq!(balance, if pending { "0x5" } else { "0x0" }, "{tag}");
        let nonce = ask(&mut rpc, "eth_getTransactionCount", json!([ALICE, tag]));
        assert_eq!(nonce, if pending { "0x1" } else { "0x0" }, "{tag}");
    }
    let pending = ask(&mut rpc, "eth_getBlockByNumber", json!(["pending", true]));
    assert_eq!(pending["transactions"][0]["hash"], hash);
    assert_eq!(
        ask(&mut rpc, "eth_getTransactionByHash", json!([hash]))["blockHash"],
        Value::Null
    );
    assert_eq!(
        ask(&mut rpc, "eth_getTransactionReceipt", json!([hash])),
        Value::Null
    );
}

#[test]
fn blocks_have_nitros_fields() {
    let mut rpc = rpc();
    rpc.node_mut().mine();
    let block = ask(&mut rpc, "eth_getBlockByNumber", json!(["latest"]));
    assert_eq!(block["l1BlockNumber"], "0x1312d00");
    assert_eq!(block["sendCount"], "0x0");
    assert_eq!(block["sendRoot"], block["extraData"]);
    assert_eq!(block["baseFeePerGas"], "0x5f5e100");
    let same = ask(&mut rpc, "eth_getBlockByHash", json!([block["hash"], true]));
    assert_eq!(same["number"], "0x1");
    assert_eq!(
        ask(
            &mut rpc,
            "eth_getBlockReceipts",
            json!([{ "blockHash": block["hash"] }])
        ),
        json!([])
    );
    assert_eq!(
        ask(
            &mut rpc,
            "eth_getUncleCountByBlockHash",
            json!([block["hash"]])
        ),
        "0x0"
    );
}

#[test]
fn accounts_are_read_at_older_blocks() {
    let mut rpc = rpc();
    let store = place(rpc.node_mut(), 0x61, common::STORE);
    rpc.node_mut().mine();
    rpc.node_mut()
        .execute(with_data(store, common::word(7)))
        .unwrap();
    let word = |value: u64| json!(B256::from(U256::from(value)));
    for slot in [json!("0x0"), word(0), json!(0)] {
        let at = |block: &str| json!([store, slot, block]);
        assert_eq!(ask(&mut rpc, "eth_getStorageAt", at("latest")), word(7));
        assert_eq!(ask(&mut rpc, "eth_getStorageAt", at("0x1")), word(0));
    }
    let code = ask(&mut rpc, "eth_getCode", json!([store]));
    assert_eq!(code, json!(hex::encode_prefixed(common::STORE)));
    let proof = refused(&mut rpc, "eth_getProof", json!([store, ["0x0"], "latest"]));
    assert_eq!(proof.code, -32_004);
}
