//! Why transactions are refused, in the words that clients look for.

use alloy::{
    consensus::{SignableTransaction, TxLegacy},
    eips::Encodable2718,
    primitives::{Address, Bytes, Signature, TxKind, U256},
    sol_types::SolCall,
};
use devnode::{
    arbos::{ARB_WASM, ArbWasm},
    rpc::Rpc,
};
use serde_json::{Value, json};

use crate::{
    ask,
    common::{self, ALICE, BOB, raw},
    manual, refused, rpc,
};

fn tx() -> TxLegacy {
    TxLegacy {
        chain_id: Some(412_346),
        nonce: 0,
        gas_price: 100_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(BOB),
        value: U256::ONE,
        input: Bytes::new(),
    }
}

fn encoded(rpc: &Rpc, tx: TxLegacy) -> Value {
    let key = common::key(rpc.node(), 1);
    json!([Bytes::from(raw(&key, tx))])
}

#[test]
fn a_transaction_is_refused_in_geths_words() {
    let mut rpc = rpc();
    let first = encoded(&rpc, tx());
    ask(&mut rpc, "eth_sendRawTransaction", first);
    let next = || TxLegacy { nonce: 1, ..tx() };
    let cases = [
        (
            TxLegacy {
                value: U256::from(2),
                ..tx()
            },
            "nonce too low: next nonce 1, tx nonce 0",
        ),
        (
            TxLegacy {
                value: U256::MAX,
                ..next()
            },
            "insufficient funds for gas * price + value: ",
        ),
        (
            TxLegacy {
                gas_limit: 20_999,
                ..next()
            },
            "intrinsic gas too low: gas 20999, minimum needed 21000",
        ),
        (
            TxLegacy {
                gas_limit: 32_000_001,
                ..next()
            },
            "transaction gas limit too high (cap: 32000000, ",
        ),
        (
            TxLegacy {
                gas_limit: u64::MAX,
                ..next()
            },
            "transaction gas limit too high (cap: 32000000, ",
        ),
        (
            TxLegacy {
                gas_price: 99_999_999,
                ..next()
            },
            "max fee per gas less than block base fee: ",
        ),
        (
            TxLegacy {
                chain_id: Some(1),
                ..next()
            },
            "invalid chain id for signer: have 1 want 412346",
        ),
        (tx(), "already known"),
    ];
    for (tx, want) in cases {
        let params = encoded(&rpc, tx);
        let error = refused(&mut rpc, "eth_sendRawTransaction", params);
        assert!(error.message.starts_with(want), "{error}, not {want}");
        assert_eq!(error.code, -32_000, "{want}");
    }
    assert_eq!(ask(&mut rpc, "eth_blockNumber", json!([])), "0x1");
}

#[test]
fn a_replacement_must_pay_a_tenth_more() {
    let mut rpc = manual();
    let first = encoded(&rpc, tx());
    ask(&mut rpc, "eth_sendRawTransaction", first.clone());
    let again = refused(&mut rpc, "eth_sendRawTransaction", first);
    assert_eq!(&*again.message, "already known");
    let dearer = |gas_price| TxLegacy { gas_price, ..tx() };
    let params = encoded(&rpc, dearer(109_999_999));
    let error = refused(&mut rpc, "eth_sendRawTransaction", params);
    assert!(
        error
            .message
            .starts_with("replacement transaction underpriced"),
        "{error}"
    );
    let params = encoded(&rpc, dearer(110_000_000));
    ask(&mut rpc, "eth_sendRawTransaction", params);
}

#[test]
fn bytes_that_are_no_transaction_are_refused() {
    let mut rpc = rpc();
    let mut long = raw(&common::key(rpc.node(), 1), tx());
    long.push(0);
    let unsigned = tx().into_signed(Signature::new(U256::ZERO, U256::ZERO, false));
    for (bytes, want) in [
        (vec![], "not a transaction"),
        (vec![0xc0], "not a transaction"),
        (vec![3, 0xc0], "transaction type not supported"),
        (vec![0x7f; 40], "not a transaction"),
        (long, "not a transaction: bytes after"),
        (unsigned.encoded_2718(), "invalid sender"),
    ] {
        let error = refused(
            &mut rpc,
            "eth_sendRawTransaction",
            json!([Bytes::from(bytes)]),
        );
        assert!(error.message.starts_with(want), "{error}, not {want}");
        assert_eq!(error.code, -32_000, "{want}");
    }
}

#[test]
fn requests_that_make_no_transaction_are_refused() {
    let mut rpc = rpc();
    let nobody = Address::repeat_byte(0x99);
    for (request, code, want) in [
        (
            json!({ "to": BOB }),
            -32_602,
            "param `transaction`: the request has no sender",
        ),
        (
            json!({ "from": nobody, "to": BOB }),
            -32_000,
            "unknown account",
        ),
        (
            json!({ "from": ALICE, "data": "0x01", "input": "0x02" }),
            -32_602,
            "param `transaction`: input and data differ",
        ),
        (
            json!({ "from": ALICE, "gas": "0xffffffffffffffff", "to": BOB }),
            -32_000,
            "transaction gas limit too high",
        ),
        (
            json!({ "from": ALICE, "value": U256::MAX, "to": BOB, "gas": "0x5208" }),
            -32_000,
            "insufficient funds",
        ),
        (
            json!({ "from": ALICE, "to": BOB, "maxFeePerGas": "0x5f5e100", "maxPriorityFeePerGas": "0x5f5e101" }),
            -32_000,
            "max priority fee per gas higher than max fee per gas",
        ),
        (
            json!({ "from": ALICE, "to": BOB, "maxFeePerBlobGas": "0x1" }),
            -32_000,
            "transaction type not supported",
        ),
    ] {
        let error = refused(&mut rpc, "eth_sendTransaction", json!([request]));
        assert!(error.message.starts_with(want), "{error}, not {want}");
        assert_eq!(error.code, code, "{want}");
    }
}

/// As `cargo stylus check` asks, and as Nitro answers.
#[test]
fn a_module_that_is_refused_is_told_why() {
    let mut rpc = rpc();
    let program = Address::repeat_byte(0x77);
    let mut check = |module: &str, gas: &str| {
        let wasm = wat::parse_str(format!("(module {module})")).unwrap();
        let code = Bytes::from(devnode_meter::package(&wasm).unwrap());
        let data = Bytes::from(ArbWasm::activateProgramCall { program }.abi_encode());
        let call = json!({ "to": ARB_WASM, "from": BOB, "value": "0xde0b6b3a7640000", "gas": gas, "data": data });
        let state = json!({ BOB.to_string(): { "balance": U256::MAX }, program.to_string(): { "code": code } });
        refused(&mut rpc, "eth_call", json!([call, "latest", state]))
    };
    let import = r#"(import "vm_hooks" "read_arg" (func (param i32)))"#;
    let unpaid = r#"(memory (export "memory") 1)
        (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))"#;
    for (module, want) in [
        (import, "vm_hooks.read_arg"),
        // what cargo-stylus looks for to say that the entry point is missing
        (unpaid, "pay_for_memory_grow"),
    ] {
        let error = check(module, "0x2faf080");
        assert_eq!((error.code, error.data), (-32_000, None));
        let text = error.message;
        assert!(text.starts_with("program activation failed: "), "{text}");
        assert!(text.contains(want), "{text}");
    }
    assert_eq!(check(import, "0x100000").message, "out of gas");
}
