//! Every type of transaction, and every reason to refuse one.

mod common;

use alloy::{
    consensus::{Transaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxEnvelope, TxLegacy},
    eips::eip2930::{AccessList, AccessListItem},
    primitives::{Address, B256, TxKind, U256, hex},
    rpc::types::{Authorization, TransactionRequest},
    signers::SignerSync,
};
use common::*;
use devnode::{CallError, Devnode, TxError};
use revm::context::result::InvalidTransaction;

const FEE: u128 = 200_000_000;

fn legacy(node: &Devnode, nonce: u64) -> TxLegacy {
    TxLegacy {
        chain_id: Some(node.chain_id()),
        nonce,
        gas_price: FEE,
        gas_limit: 21_000,
        to: TxKind::Call(BOB),
        value: U256::from(5),
        input: Default::default(),
    }
}

fn dynamic(node: &Devnode, nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: node.chain_id(),
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: FEE,
        max_priority_fee_per_gas: 0,
        to: TxKind::Call(BOB),
        value: U256::from(5),
        ..Default::default()
    }
}

#[test]
fn a_transfer_moves_the_value_and_costs_the_base_fee() {
    let mut node = node();
    let before = balance(&node, ALICE, LATEST);
    let receipt = run(&mut node, transfer(7));
    assert!(receipt.status());
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(receipt.effective_gas_price, 100_000_000);
    assert_eq!(balance(&node, BOB, LATEST), U256::from(7));
    let spent = before - balance(&node, ALICE, LATEST);
    assert_eq!(spent, U256::from(7 + 21_000 * 100_000_000u64));
    assert_eq!(node.nonce(ALICE, LATEST).unwrap(), 1);
}

#[test]
fn types_0_1_2_are_taken_as_signed() {
    let mut node = node();
    let signer = key(&node, 1);
    let list = AccessList(vec![AccessListItem {
        address: BOB,
        storage_keys: vec![B256::ZERO],
    }]);
    let type_1 = TxEip2930 {
        chain_id: node.chain_id(),
        nonce: 1,
        gas_price: FEE,
        gas_limit: 30_000,
        to: TxKind::Call(BOB),
        value: U256::from(5),
        access_list: list,
        ..Default::default()
    };
    let encoded = [
        raw(&signer, legacy(&node, 0)),
        raw(&signer, type_1),
        raw(&signer, dynamic(&node, 2)),
    ];
    for (ty, encoded) in encoded.iter().enumerate() {
        let hash = node.send_raw(encoded).unwrap();
        let receipt = node.receipt(hash).unwrap();
        assert!(receipt.status());
        assert_eq!(receipt.from, signer.address());
        assert_eq!(receipt.inner.inner.tx_type() as usize, ty);
        let list_gas = if ty == 1 { 2_400 + 1_900 } else { 0 };
        assert_eq!(receipt.gas_used, 21_000 + list_gas, "type {ty}");
        assert_eq!(node.transaction(hash).unwrap().inner.tx_hash(), &hash);
    }
    assert_eq!(balance(&node, BOB, LATEST), U256::from(15));
}

#[test]
fn a_legacy_transaction_without_chain_id_is_taken() {
    let mut node = node();
    let unprotected = TxLegacy {
        chain_id: None,
        ..legacy(&node, 0)
    };
    let hash = node.send_raw(&raw(&key(&node, 1), unprotected)).unwrap();
    assert!(node.receipt(hash).unwrap().status());
}

#[test]
fn type_4_delegates() {
    let mut node = node();
    let store = place(&mut node, 0x51, STORE);
    let (payer, authority) = (key(&node, 1), key(&node, 2));
    let authorization = Authorization {
        chain_id: U256::from(node.chain_id()),
        address: store,
        nonce: 0,
    };
    let signature = authority
        .sign_hash_sync(&authorization.signature_hash())
        .unwrap();
    let tx = TxEip7702 {
        chain_id: node.chain_id(),
        nonce: 0,
        gas_limit: 200_000,
        max_fee_per_gas: FEE,
        max_priority_fee_per_gas: 0,
        to: authority.address(),
        input: word(99),
        authorization_list: vec![authorization.into_signed(signature)],
        ..Default::default()
    };
    let hash = node.send_raw(&raw(&payer, tx)).unwrap();
    assert!(node.receipt(hash).unwrap().status());
    let code = node.code(authority.address(), LATEST).unwrap();
    assert_eq!(code[..], [&hex!("ef0100"), store.as_slice()].concat());
    assert_eq!(stored(&node, authority.address(), LATEST), U256::from(99));
    assert_eq!(stored(&node, store, LATEST), U256::ZERO);
    assert_eq!(node.nonce(authority.address(), LATEST).unwrap(), 1);
    // a delegated account still sends
    let from = authority.address();
    assert!(run(&mut node, TransactionRequest::default().from(from).to(BOB)).status());
}

#[test]
fn type_3_is_refused() {
    let mut node = node();
    let blob = TxEip4844 {
        chain_id: node.chain_id(),
        ..Default::default()
    };
    let signer = key(&node, 1);
    let signature = signer.sign_hash_sync(&B256::ZERO).unwrap();
    let envelope: TxEnvelope = alloy::consensus::Signed::new_unhashed(blob, signature).into();
    assert_eq!(node.send_signed(envelope), Err(TxError::Blobs));
    assert_eq!(node.send_raw(&[3, 0xc0]), Err(TxError::Blobs));
    let request = TransactionRequest {
        max_fee_per_blob_gas: Some(1),
        ..transfer(1)
    };
    assert_eq!(node.send(request.clone()), Err(TxError::Blobs));
    assert_eq!(
        node.call(&request, LATEST),
        Err(CallError::Refused(TxError::Blobs))
    );
    assert_eq!(node.block_number(), 0);
}

#[test]
fn garbage_is_refused() {
    let mut node = node();
    assert!(matches!(node.send_raw(&[]), Err(TxError::Decode(_))));
    assert!(matches!(
        node.send_raw(&[0x02, 0xc0]),
        Err(TxError::Decode(_))
    ));
    let mut long = raw(&key(&node, 1), dynamic(&node, 0));
    long.push(0);
    assert!(matches!(node.send_raw(&long), Err(TxError::Decode(_))));
}

#[test]
fn invalid_transactions_are_refused_with_a_reason() {
    let mut node = node();
    let signer = key(&node, 1);
    let tx = dynamic(&node, 0);
    let mut refused = |tx: TxEip1559| node.send_raw(&raw(&signer, tx)).unwrap_err();

    let other_chain = TxEip1559 {
        chain_id: 1,
        ..tx.clone()
    };
    assert_eq!(
        refused(other_chain),
        TxError::ChainId {
            have: 1,
            want: 412_346
        }
    );
    let cap = TxEip1559 {
        gas_limit: 32_000_001,
        ..tx.clone()
    };
    assert_eq!(
        refused(cap),
        TxError::GasCap {
            limit: 32_000_001,
            cap: 32_000_000
        }
    );
    let little = TxEip1559 {
        gas_limit: 20_999,
        ..tx.clone()
    };
    assert_eq!(
        refused(little),
        TxError::IntrinsicGas {
            limit: 20_999,
            need: 21_000
        }
    );
    let cheap = TxEip1559 {
        max_fee_per_gas: 99_999_999,
        ..tx.clone()
    };
    let base_fee = 100_000_000;
    assert_eq!(
        refused(cheap),
        TxError::FeeTooLow {
            max_fee: 99_999_999,
            base_fee
        }
    );
    let tip = TxEip1559 {
        max_priority_fee_per_gas: FEE + 1,
        ..tx.clone()
    };
    assert_eq!(
        refused(tip),
        TxError::TipAboveFee {
            tip: FEE + 1,
            max_fee: FEE
        }
    );
    let rich = TxEip1559 {
        value: U256::MAX,
        ..tx.clone()
    };
    assert!(matches!(
        refused(rich),
        TxError::Funds {
            want: U256::MAX,
            ..
        }
    ));

    // exactly what the sender has, at the highest price: enough; a wei less: not
    let all = U256::from(10).pow(U256::from(22)) - U256::from(21_000 * FEE);
    let too_much = TxEip1559 {
        value: all + U256::ONE,
        ..tx.clone()
    };
    assert!(matches!(refused(too_much), TxError::Funds { .. }));
    assert_eq!(node.block_number(), 0);
    let hash = node
        .send_raw(&raw(
            &signer,
            TxEip1559 {
                value: all,
                ..tx.clone()
            },
        ))
        .unwrap();
    assert!(node.receipt(hash).unwrap().status());

    node.set_balance(signer.address(), U256::from(10).pow(U256::from(20)));
    let again = raw(
        &signer,
        TxEip1559 {
            value: all,
            ..tx.clone()
        },
    );
    assert_eq!(node.send_raw(&again), Err(TxError::Known(hash)));
    let low = raw(&signer, tx);
    assert_eq!(
        node.send_raw(&low),
        Err(TxError::NonceTooLow { have: 0, want: 1 })
    );
}

#[test]
fn the_gas_cap_itself_is_allowed() {
    let mut node = node();
    let tx = TxEip1559 {
        gas_limit: 32_000_000,
        ..dynamic(&node, 0)
    };
    let hash = node.send_raw(&raw(&key(&node, 1), tx)).unwrap();
    assert_eq!(node.receipt(hash).unwrap().gas_used, 21_000);
}

#[test]
fn a_nonce_gap_waits_until_it_is_filled() {
    let mut node = node();
    let signer = key(&node, 1);
    let second = node.send_raw(&raw(&signer, dynamic(&node, 1))).unwrap();
    let third = node.send_raw(&raw(&signer, dynamic(&node, 2))).unwrap();
    assert_eq!(node.block_number(), 0);
    assert!(node.receipt(second).is_none());
    assert_eq!(node.transaction(second).unwrap().block_number, None);
    let first = node.send_raw(&raw(&signer, dynamic(&node, 0))).unwrap();
    let blocks = [first, second, third].map(|hash| node.receipt(hash).unwrap().block_number);
    assert_eq!(blocks, [Some(1), Some(2), Some(3)]);
    assert_eq!(node.pool().count(), 0);
}

#[test]
fn the_tip_is_dropped() {
    let mut node = node();
    let witness = place(&mut node, 0x51, WITNESS);
    let signer = key(&node, 1);
    let before = balance(&node, signer.address(), LATEST);
    let tipped = TxEip1559 {
        max_fee_per_gas: 50 * FEE,
        max_priority_fee_per_gas: 49 * FEE,
        gas_limit: 100_000,
        value: U256::ZERO,
        to: TxKind::Call(witness),
        ..dynamic(&node, 0)
    };
    let legacy = TxLegacy {
        gas_price: 50 * FEE,
        value: U256::ZERO,
        ..legacy(&node, 1)
    };
    let hashes = [raw(&signer, tipped), raw(&signer, legacy)].map(|tx| node.send_raw(&tx).unwrap());
    let mut spent = U256::ZERO;
    for hash in hashes {
        let receipt = node.receipt(hash).unwrap();
        assert_eq!(receipt.effective_gas_price, 100_000_000);
        assert_eq!(
            node.transaction(hash).unwrap().effective_gas_price,
            Some(100_000_000)
        );
        spent += U256::from(receipt.gas_used) * U256::from(100_000_000);
    }
    assert_eq!(before - balance(&node, signer.address(), LATEST), spent);
    let coinbase = node.head().header.beneficiary;
    assert_eq!(coinbase[..1], [0xa4]);
    assert_eq!(balance(&node, coinbase, LATEST), U256::ZERO);
    // what the contract saw: GASPRICE is the base fee
    let seen = node.trace_transaction(hashes[0]).unwrap().output.unwrap();
    assert_eq!(
        U256::from_be_slice(&seen[0x80..0xa0]),
        U256::from(100_000_000)
    );
}

#[test]
fn unsigned_transactions_need_a_key_or_impersonation() {
    let mut node = node();
    let from = Address::repeat_byte(0xc0);
    let request = TransactionRequest::default()
        .from(from)
        .to(BOB)
        .value(U256::ONE);
    assert_eq!(
        node.send(request.clone()),
        Err(TxError::UnknownSender(from))
    );
    assert_eq!(
        node.send(request.clone().without_sender()),
        Err(TxError::NoSender)
    );

    node.set_balance(from, U256::from(10).pow(U256::from(18)));
    node.set_code(from, REVERTER.into()).unwrap(); // a contract may be impersonated
    node.impersonate(from);
    let first = run(&mut node, request.clone());
    assert_eq!(first.from, from);
    // the same transaction of another sender is another transaction
    let other = Address::repeat_byte(0xc1);
    node.set_balance(other, U256::from(10).pow(U256::from(18)));
    node.impersonate_all(true);
    let second = run(&mut node, request.clone().from(other));
    assert_ne!(first.transaction_hash, second.transaction_hash);
    assert_eq!(balance(&node, BOB, LATEST), U256::from(2));
    node.impersonate_all(false);
    node.stop_impersonating(from);
    assert_eq!(node.send(request), Err(TxError::UnknownSender(from)));
}

/// EIP-3607
#[test]
fn a_contract_does_not_send_even_if_its_key_is_here() {
    let mut node = node();
    node.set_code(ALICE, REVERTER.into()).unwrap();
    let refused = node.send(transfer(1));
    let reason = InvalidTransaction::RejectCallerWithCode;
    assert_eq!(refused, Err(TxError::Invalid(reason)));
    assert_eq!((node.block_number(), node.sizes().pool), (0, 0));
    node.impersonate(ALICE);
    assert!(run(&mut node, transfer(1)).status());
    node.stop_impersonating(ALICE);
    assert!(node.send(transfer(1)).is_err());
}

trait WithoutSender {
    fn without_sender(self) -> Self;
}

impl WithoutSender for TransactionRequest {
    fn without_sender(mut self) -> Self {
        self.from = None;
        self
    }
}

#[test]
fn requests_are_filled() {
    let mut node = node();
    let hash = node.send(request(BOB)).unwrap();
    let tx = node.transaction(hash).unwrap();
    assert!(tx.inner.is_eip1559());
    assert_eq!((tx.nonce(), tx.gas_limit()), (0, 21_000));
    assert_eq!(tx.max_fee_per_gas(), 200_000_000);
    let legacy = request(BOB).gas_price(FEE);
    let hash = node.send(legacy).unwrap();
    assert!(node.transaction(hash).unwrap().inner.is_legacy());
}

#[test]
fn a_request_that_would_revert_is_not_sent_without_a_gas_limit() {
    let mut node = node();
    let reverter = place(&mut node, 0x51, REVERTER);
    let request = request(reverter);
    let error = node.send(request.clone()).unwrap_err();
    assert!(matches!(error, TxError::Estimate(inner) if matches!(*inner, CallError::Revert(_))));
    assert_eq!(node.block_number(), 0);
    let receipt = run(&mut node, request.gas_limit(50_000));
    assert!(!receipt.status());
    assert!(receipt.gas_used < 22_000);
    assert_eq!(node.nonce(ALICE, LATEST).unwrap(), 1);
}
