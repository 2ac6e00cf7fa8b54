//! Automining off: the pool, its order, and the pending block.

mod common;

use alloy::{consensus::Transaction, primitives::U256};
use common::*;
use devnode::TxError;

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
