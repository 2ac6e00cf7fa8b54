//! Calls, estimates, access lists: what the provider's tests leave.

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex},
    sol,
    sol_types::SolCall,
};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, BOB, place},
    refused, rpc,
};

fn word(value: u64) -> Value {
    json!(B256::from(U256::from(value)))
}

#[test]
fn a_call_runs_after_the_block_that_is_named() {
    let mut rpc = rpc();
    let store = place(rpc.node_mut(), 0x61, common::STORE);
    rpc.node_mut().mine();
    let hash = rpc.node().head().hash();
    rpc.node_mut()
        .execute(common::with_data(store, common::word(7)))
        .unwrap();
    let call = json!({ "to": store });
    for (block, want) in [
        (json!("latest"), 7),
        (json!(null), 7),
        (json!("0x1"), 0),
        (json!(hash), 0),
        (json!({ "blockHash": hash }), 0),
        (json!({ "blockNumber": "0x2" }), 7),
    ] {
        assert_eq!(
            ask(&mut rpc, "eth_call", json!([call, block])),
            word(want),
            "{block}"
        );
    }
    let data = json!({ "to": store, "data": word(9) });
    ask(&mut rpc, "eth_call", json!([data, "latest"]));
    assert_eq!(ask(&mut rpc, "eth_call", json!([call])), word(7));
}

#[test]
fn reverts_have_code_3_and_their_data() {
    let mut rpc = rpc();
    let reverter = place(rpc.node_mut(), 0x62, common::REVERTER);
    for data in ["0x", "0x12345678", "0xdeadbeef00"] {
        let tx = json!({ "from": ALICE, "to": reverter, "data": data });
        for method in ["eth_call", "eth_estimateGas", "eth_sendTransaction"] {
            let error = refused(&mut rpc, method, json!([tx]));
            let got = (error.code, &*error.message, error.data);
            assert_eq!(
                got,
                (3, "execution reverted", Some(json!(data))),
                "{method}"
            );
        }
    }
    // Panic(0x11)
    let panic = format!("0x4e487b71{:064x}", 0x11);
    let error = refused(
        &mut rpc,
        "eth_call",
        json!([{ "to": reverter, "data": panic }]),
    );
    assert!(error.message.contains("overflow"), "{error}");
}

#[test]
fn other_failures_say_how_execution_stopped() {
    let mut rpc = rpc();
    let spin = place(rpc.node_mut(), 0x63, &hex!("5b5f56")); // jump to 0
    let invalid = place(rpc.node_mut(), 0x64, &hex!("fe"));
    let call = refused(
        &mut rpc,
        "eth_call",
        json!([{ "to": spin, "gas": "0xffffffffffffffff" }]),
    );
    assert_eq!((call.code, &*call.message), (-32_000, "out of gas"));
    let estimate = refused(&mut rpc, "eth_estimateGas", json!([{ "to": spin }]));
    assert_eq!(
        &*estimate.message,
        "gas required exceeds allowance (32000000)"
    );
    let fe = refused(&mut rpc, "eth_call", json!([{ "to": invalid }]));
    assert_eq!((fe.code, &*fe.message), (-32_000, "invalid opcode"));
}

#[test]
fn overrides_that_make_no_sense_are_refused() {
    let mut rpc = rpc();
    let both = json!({ BOB.to_string(): { "state": {}, "stateDiff": {} } });
    let moved = json!({ BOB.to_string(): { "movePrecompileToAddress": ALICE } });
    let unknown = json!({ BOB.to_string(): { "color": 1 } });
    for state in [both, moved, unknown] {
        for method in ["eth_call", "eth_estimateGas"] {
            let error = refused(&mut rpc, method, json!([{}, "latest", state]));
            assert_eq!(error.code, -32_602, "{method} {state}");
        }
    }
    let fee = json!({ "baseFeePerGas": U256::MAX });
    let error = refused(&mut rpc, "eth_call", json!([{}, "latest", {}, fee]));
    assert_eq!(error.code, -32_602);
}

#[test]
fn an_access_list_has_what_the_call_touches() {
    let mut rpc = rpc();
    let store = place(rpc.node_mut(), 0x61, common::STORE);
    let caller = place(rpc.node_mut(), 0x65, &common::caller_of(store));
    let params = json!([{ "from": ALICE, "to": caller }]);
    let answer = ask(&mut rpc, "eth_createAccessList", params);
    let slots = json!([{ "address": store, "storageKeys": [B256::ZERO] }]);
    assert_eq!(answer["accessList"], slots);
    assert!(answer.get("error").is_none_or(Value::is_null), "{answer}");
    let with = json!({ "from": ALICE, "to": caller, "accessList": slots });
    let gas = ask(&mut rpc, "eth_estimateGas", json!([with]));
    let used: U256 = serde_json::from_value(answer["gasUsed"].clone()).unwrap();
    assert!(used <= serde_json::from_value::<U256>(gas).unwrap());

    let reverter = place(rpc.node_mut(), 0x62, common::REVERTER);
    let failed = ask(
        &mut rpc,
        "eth_createAccessList",
        json!([{ "to": reverter }]),
    );
    assert_eq!(failed["error"], "execution reverted");
    let nobody = Address::repeat_byte(0x99);
    let poor = refused(
        &mut rpc,
        "eth_createAccessList",
        json!([{ "from": nobody, "value": "0x1" }]),
    );
    assert!(poor.message.starts_with("insufficient funds"), "{poor}");
}

#[test]
fn an_access_list_that_depends_on_its_cost_is_given_up() {
    let mut rpc = rpc();
    let restless = place(rpc.node_mut(), 0x66, &hex!("5a54")); // loads the slot of the gas left
    let caller = place(rpc.node_mut(), 0x67, &common::caller_of(restless));
    let answer = ask(&mut rpc, "eth_createAccessList", json!([{ "to": caller }]));
    let slots = &answer["accessList"][0]["storageKeys"];
    assert_eq!(slots.as_array().unwrap().len(), 8);
}

sol! {
    function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable returns (uint64 gasForL1, uint256 baseFee, uint256 l1BaseFee);
    function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable returns (uint64 gas, uint64 gasForL1, uint256 baseFee, uint256 l1BaseFee);
}

#[test]
fn the_node_interface_tells_what_a_transaction_costs() {
    let mut rpc = rpc();
    let base_fee = U256::from(100_000_000);
    let at = Address::with_last_byte(0xc8);
    let mut ask = |data: Vec<u8>| {
        let call = json!({ "from": ALICE, "to": at, "data": Bytes::from(data) });
        let answer = rpc.call("eth_call", json!([call, "latest"]))?;
        Ok::<Bytes, devnode::rpc::ErrorObject>(serde_json::from_value(answer).unwrap())
    };
    let part = gasEstimateL1ComponentCall {
        to: BOB,
        contractCreation: false,
        data: Bytes::new(),
    };
    let answer = ask(part.abi_encode()).unwrap();
    let answer = gasEstimateL1ComponentCall::abi_decode_returns(&answer).unwrap();
    assert_eq!(
        (answer.gasForL1, answer.baseFee, answer.l1BaseFee),
        (0, base_fee, U256::ZERO)
    );
    for (creation, gas) in [(false, 21_000), (true, 53_000)] {
        let all = gasEstimateComponentsCall {
            to: BOB,
            contractCreation: creation,
            data: Bytes::new(),
        };
        let answer = ask(all.abi_encode()).unwrap();
        let answer = gasEstimateComponentsCall::abi_decode_returns(&answer).unwrap();
        assert_eq!(
            (answer.gas, answer.gasForL1, answer.baseFee),
            (gas, 0, base_fee)
        );
    }
    assert_eq!(ask(vec![1, 2, 3, 4]).unwrap_err().code, 3);
    assert_eq!(ask(vec![]).unwrap_err().code, 3);
}
