//! Automining off: the pool, its order, and the pending block.

mod common;

use alloy::{
    consensus::{Transaction, TxEip7702},
    primitives::{B256, U256},
    rpc::types::Authorization,
    signers::SignerSync,
};
use common::*;
use devnode::{Devnode, TxError};

fn mined(node: &Devnode) -> Vec<B256> {
    let transactions = node.head().transactions.iter();
    transactions.map(|tx| *tx.tx_hash()).collect()
}

/// Sends, of account 2, authorizations of account 1 for these nonces.
fn authorize(node: &mut Devnode, nonces: &[u64]) -> B256 {
    let (authority, payer) = (key(node, 1), key(node, 2));
    let authorizations = nonces.iter().map(|nonce| {
        let authorization = Authorization {
            chain_id: U256::from(node.chain_id()),
            address: BOB,
            nonce: *nonce,
        };
        let signature = authority.sign_hash_sync(&authorization.signature_hash());
        authorization.into_signed(signature.expect("signed"))
    });
    let tx = TxEip7702 {
        chain_id: node.chain_id(),
        gas_limit: 200_000,
        max_fee_per_gas: 200_000_000,
        to: BOB,
        authorization_list: authorizations.collect(),
        ..Default::default()
    };
    node.send_raw(&raw(&payer, tx)).expect("valid")
}

#[test]
fn nothing_is_mined_until_told() {
    let mut node = manual();
    let hash = node.send(transfer(7)).unwrap();
    assert_eq!(node.block_number(), 0);
    assert!(node.receipt(hash).is_none());
    assert_eq!(balance(&node, BOB, LATEST), U256::ZERO);
    let mined = node.mine();
    assert_eq!((mined.number, mined.hash), (1, node.head().hash()));
    assert!(node.receipt(hash).unwrap().status());
    assert_eq!(balance(&node, BOB, LATEST), U256::from(7));
    assert_eq!(node.pool().count(), 0);
}

#[test]
fn the_pending_view_includes_the_pool() {
    let mut node = manual();
    let store = place(&mut node, 0x51, STORE);
    node.send(transfer(7)).unwrap();
    node.send(with_data(store, word(5))).unwrap();
    assert_eq!(balance(&node, BOB, PENDING), U256::from(7));
    assert_eq!(stored(&node, store, PENDING), U256::from(5));
    assert_eq!(node.nonce(ALICE, PENDING).unwrap(), 2);
    assert_eq!(node.call(&request(store), PENDING).unwrap(), word(5));
    let pending = node.pending_block();
    assert_eq!((pending.number(), pending.transactions.len()), (1, 2));

    assert_eq!(node.nonce(ALICE, LATEST).unwrap(), 0);
    assert_eq!(stored(&node, store, LATEST), U256::ZERO);
    assert_eq!(node.call(&request(store), LATEST).unwrap(), word(0));

    // the pending block is the one that is mined
    node.mine();
    assert_eq!(node.head().hash(), pending.hash());
    assert_eq!(node.nonce(ALICE, PENDING).unwrap(), 2);
}

#[test]
fn a_block_takes_each_senders_transactions_by_nonce() {
    let mut node = manual();
    let other = node.accounts()[1];
    let of = |nonce: u64| transfer(1).nonce(nonce);
    let requests = [of(1), of(0).from(other), of(3), of(0)];
    let [a1, b0, a3, a0] = requests.map(|request| node.send(request).unwrap());
    node.mine();
    let mined: Vec<_> = node
        .head()
        .transactions
        .iter()
        .map(|tx| *tx.tx_hash())
        .collect();
    assert_eq!(
        mined,
        [b0, a0, a1],
        "b0 came first of those that were ready"
    );
    let left: Vec<_> = node.pool().map(|tx| *tx.tx_hash()).collect();
    assert_eq!(left, [a3]);
    let receipts = &node.head().receipts;
    let cumulative: Vec<_> = receipts
        .iter()
        .map(|receipt| receipt.inner.inner.cumulative_gas_used())
        .collect();
    assert_eq!(cumulative, [21_000, 42_000, 63_000]);
    assert_eq!(node.head().header.gas_used, 63_000);
}

#[test]
fn a_replacement_must_pay_a_tenth_more() {
    let mut node = manual();
    let fee = 1_000_000_000;
    let at = |fee, wei| transfer(wei).nonce(0).max_fee_per_gas(fee);
    let requests = [at(fee, 1), at(fee + fee / 10 - 1, 2), at(fee + fee / 10, 3)];
    let [first, cheap, dear] = requests.map(|request| node.send(request));
    let want = fee + fee / 10;
    assert_eq!(
        cheap,
        Err(TxError::Underpriced {
            have: want - 1,
            want
        })
    );
    node.mine();
    assert!(node.receipt(first.unwrap()).is_none());
    assert!(node.receipt(dear.unwrap()).unwrap().status());
    assert_eq!(balance(&node, BOB, LATEST), U256::from(3));
    assert_eq!(node.pool().count(), 0);
}

#[test]
fn what_is_no_longer_valid_is_dropped() {
    let mut node = manual();
    let first = node.send(transfer(1)).unwrap();
    let second = node.send(transfer(1)).unwrap();
    node.set_balance(ALICE, U256::from(21_000 * 200_000_000u64 + 1));
    let mined = node.mine();
    assert!(node.receipt(first).unwrap().status());
    assert!(matches!(&mined.dropped[..], [(hash, TxError::Funds { .. })] if *hash == second));
    assert_eq!(node.pool().count(), 0);

    let third = node.send(transfer(0).max_fee_per_gas(100_000_000));
    assert!(third.is_ok());
    node.set_nonce(ALICE, 9);
    assert_eq!(node.pool().count(), 0, "its nonce is taken");
}

#[test]
fn execute_mines_and_reports_a_gap() {
    let mut node = manual();
    assert!(run(&mut node, transfer(1)).status());
    let gap = node.execute(transfer(1).nonce(5));
    assert_eq!(gap, Err(TxError::NonceTooHigh { have: 5, want: 1 }));
    assert_eq!(node.pool().next().unwrap().nonce(), 5);
}

#[test]
fn automining_can_be_switched() {
    let mut node = manual();
    node.set_automine(true);
    let hash = node.send(transfer(1)).unwrap();
    assert!(node.receipt(hash).is_some());
    node.set_automine(false);
    node.send(transfer(1)).unwrap();
    assert_eq!(node.block_number(), 1);
    let mined = node.mine_many(3);
    assert_eq!(mined.len(), 3);
    assert_eq!(node.block_number(), 4);
    let counts = [1, 2, 3, 4].map(|number| node.block(number).unwrap().transactions.len());
    assert_eq!(counts, [1, 1, 0, 0]);
}

#[test]
fn a_known_transaction_is_refused() {
    let mut node = manual();
    let hash = node.send(transfer(1).nonce(0)).unwrap();
    let again = node.send(transfer(1).nonce(0));
    assert_eq!(again, Err(TxError::Known(hash)));
    assert_eq!(node.sizes().pool, 1);
}

#[test]
fn the_tenth_of_a_replacement_rounds_up_and_the_replaced_one_is_gone() {
    let mut node = manual();
    let fee = 1_000_000_001;
    let want = 1_100_000_002; // and not 1,100,000,001.1
    let first = node.send(transfer(1).nonce(0).max_fee_per_gas(fee));
    let cheap = node.send(transfer(2).nonce(0).max_fee_per_gas(want - 1));
    let have = want - 1;
    assert_eq!(cheap, Err(TxError::Underpriced { have, want }));
    let dear = node.send(transfer(3).nonce(0).max_fee_per_gas(want));
    assert!(node.transaction(first.unwrap()).is_none());
    assert_eq!(node.transaction(dear.unwrap()).unwrap().nonce(), 0);
    assert_eq!(node.sizes().pool, 1);
}

#[test]
fn a_replacement_keeps_its_place() {
    let mut node = manual();
    let other = node.accounts()[1];
    let of = |wei, fee| transfer(wei).nonce(0).max_fee_per_gas(fee);
    node.send(of(1, 1_000_000_000)).unwrap();
    let behind = node.send(of(2, 1_000_000_000).from(other)).unwrap();
    let dear = node.send(of(3, 2_000_000_000)).unwrap();
    node.mine();
    assert_eq!(mined(&node), [dear, behind]);
}

#[test]
fn the_next_nonce_fills_the_gap() {
    let mut node = manual();
    node.send(transfer(1).nonce(0)).unwrap();
    node.send(transfer(1).nonce(2)).unwrap();
    let nonces = [1, 3].map(|_| {
        let hash = node.send(transfer(2)).unwrap();
        node.transaction(hash).unwrap().nonce()
    });
    assert_eq!(nonces, [1, 3]);
}

#[test]
fn what_waits_behind_a_gap_is_not_tried() {
    let mut node = manual();
    let authorized = authorize(&mut node, &[0]);
    let from = node.accounts()[1];
    // the block would let it through: it makes the sender's nonce 1
    let behind = node.send(transfer(1).nonce(1).from(from)).unwrap();
    node.mine();
    assert_eq!(mined(&node), [authorized]);
    assert_eq!(node.nonce(from, LATEST).unwrap(), 1);
    node.mine();
    assert_eq!(mined(&node), [behind]);
}

#[test]
fn what_a_block_overtakes_leaves_the_pool() {
    let mut node = manual();
    let from = node.accounts()[1];
    let requests = [1, 2].map(|nonce| transfer(1).nonce(nonce).from(from));
    let [overtaken, next] = requests.map(|request| node.send(request).unwrap());
    authorize(&mut node, &[0, 1]);
    node.mine();
    assert_eq!(node.nonce(from, LATEST).unwrap(), 2);
    assert!(node.transaction(overtaken).is_none());
    assert_eq!(node.sizes().pool, 1);
    node.mine();
    assert_eq!(mined(&node), [next]);
}

#[test]
fn what_comes_after_a_dropped_transaction_stays() {
    let mut node = manual();
    let ether = 10_u64.pow(18);
    let dropped = node.send(transfer(2 * ether)).unwrap();
    let behind = node.send(transfer(1)).unwrap();
    node.set_balance(ALICE, U256::from(ether));
    let block = node.mine();
    assert!(matches!(&block.dropped[..], [(hash, TxError::Funds { .. })] if *hash == dropped));
    assert!(mined(&node).is_empty());
    let left: Vec<_> = node.pool().map(|tx| *tx.tx_hash()).collect();
    assert_eq!(left, [behind]);
    let first = node.send(transfer(2)).unwrap();
    node.mine();
    assert_eq!(mined(&node), [first, behind]);
}
