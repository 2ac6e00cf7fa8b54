//! Going back, and how little is kept for it.

mod common;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
};
use common::*;
use devnode::{BlockError, CallError, ControlError, Devnode, NodeConfig};

/// All that a revert must bring back, as far as it can be read.
fn picture(node: &Devnode, store: Address) -> impl PartialEq + std::fmt::Debug + use<> {
    let accounts: Vec<_> = [ALICE, BOB, store, ALICE.create(2)]
        .map(|address| {
            let nonce = node.nonce(address, LATEST).unwrap();
            (
                balance(node, address, LATEST),
                nonce,
                node.code(address, LATEST).unwrap(),
            )
        })
        .into();
    let pool: Vec<B256> = node.pool().map(|tx| *tx.tx_hash()).collect();
    let next = (
        node.next_timestamp(),
        node.base_fee(),
        node.pending_block().hash(),
    );
    let sizes = node.sizes();
    let held = (sizes.accounts, sizes.slots, sizes.pool);
    (
        node.head().hash(),
        accounts,
        stored(node, store, LATEST),
        pool,
        next,
        held,
    )
}

#[test]
fn revert_brings_back_state_blocks_time_and_pool() {
    let mut node = manual();
    let store = place(&mut node, 0x51, STORE);
    run(&mut node, with_data(store, word(1)));
    node.send(transfer(3)).unwrap();
    node.increase_time(50);
    let before = picture(&node, store);
    let snapshot = node.snapshot();

    let receipt = run(&mut node, with_data(store, word(2)));
    run(
        &mut node,
        request(BOB).create().input(init(LOGGER).into()).nonce(3),
    );
    run(&mut node, with_data(store, word(0)));
    node.set_balance(BOB, U256::from(1_000_000));
    node.set_storage_at(store, U256::from(7), U256::ONE);
    node.set_code(ALICE.create(9), STORE.into()).unwrap();
    node.set_base_fee(7);
    node.set_l1_block_number(7);
    node.increase_time(1_000);
    node.send(transfer(9).nonce(99)).unwrap();
    assert_ne!(
        format!("{:?}", picture(&node, store)),
        format!("{before:?}")
    );

    node.revert(snapshot).unwrap();
    assert_eq!(
        format!("{:#?}", picture(&node, store)),
        format!("{before:#?}")
    );
    assert!(node.receipt(receipt.transaction_hash).is_none());
    assert!(node.transaction(receipt.transaction_hash).is_none());
    assert!(node.block(2).is_none());
    assert_eq!(stored(&node, store, 0), U256::ZERO);
    assert_eq!(
        node.revert(snapshot),
        Err(ControlError::NoSnapshot(snapshot))
    );

    // life goes on
    node.mine();
    assert_eq!(balance(&node, BOB, LATEST), U256::from(3));
    assert_eq!(stored(&node, store, 1), U256::ONE);
}

#[test]
fn snapshots_nest_and_a_revert_forgets_the_later_ones() {
    let mut node = node();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(node.snapshot());
        run(&mut node, transfer(1));
        node.set_balance(ALICE, U256::from(10).pow(U256::from(20)));
    }
    node.revert(ids[2]).unwrap();
    assert_eq!(
        (node.block_number(), balance(&node, BOB, LATEST)),
        (2, U256::from(2))
    );
    assert_eq!(node.revert(ids[3]), Err(ControlError::NoSnapshot(ids[3])));
    run(&mut node, transfer(5));
    node.revert(ids[0]).unwrap();
    assert_eq!(
        (node.block_number(), balance(&node, BOB, LATEST)),
        (0, U256::ZERO)
    );
    assert_eq!(
        balance(&node, ALICE, LATEST),
        U256::from(10).pow(U256::from(22))
    );
    assert!(matches!(node.revert(77), Err(ControlError::NoSnapshot(77))));
}

#[test]
fn a_snapshot_outlives_the_history() {
    let mut node = Devnode::new(NodeConfig {
        history: 4,
        ..NodeConfig::default()
    });
    let store = place(&mut node, 0x51, STORE);
    run(&mut node, with_data(store, word(1)));
    let first = node.snapshot();
    for value in 2..30 {
        run(&mut node, with_data(store, word(value)));
    }
    let second = node.snapshot();
    for value in 30..60 {
        run(&mut node, with_data(store, word(value)));
    }
    node.revert(second).unwrap();
    assert_eq!(stored(&node, store, LATEST), U256::from(29));
    run(&mut node, with_data(store, word(100)));
    assert_eq!(
        stored(&node, store, node.block_number() - 1),
        U256::from(29)
    );
    node.revert(first).unwrap();
    assert_eq!(stored(&node, store, LATEST), U256::ONE);
    assert_eq!(node.nonce(ALICE, LATEST).unwrap(), 1);
}

#[test]
fn older_states_are_read_until_they_are_gone() {
    let mut node = Devnode::new(NodeConfig {
        history: 4,
        ..NodeConfig::default()
    });
    let store = place(&mut node, 0x51, STORE);
    for value in 1..=10 {
        run(&mut node, with_data(store, word(value)));
    }
    for number in 6..=10 {
        assert_eq!(stored(&node, store, number), U256::from(number));
        let hash = node.block(number).unwrap().hash();
        assert_eq!(
            node.call(&request(store), BlockId::from(hash)).unwrap(),
            word(number)
        );
        assert_eq!(node.nonce(ALICE, number).unwrap(), number);
    }
    let gone = CallError::Block(BlockError::Pruned {
        number: 5,
        oldest: 6,
    });
    assert_eq!(node.call(&request(store), 5), Err(gone.clone()));
    assert_eq!(node.balance(BOB, 5), Err(gone));
    let unknown = node.balance(BOB, 11);
    assert!(matches!(
        unknown,
        Err(CallError::Block(BlockError::Unknown(_)))
    ));
}

#[test]
fn a_controls_change_is_the_newest_blocks() {
    let mut node = node();
    node.mine();
    node.set_balance(BOB, U256::from(5));
    node.mine();
    node.set_balance(BOB, U256::from(6));
    node.mine();
    let seen = [0, 1, 2, 3].map(|number| balance(&node, BOB, number));
    assert_eq!(seen, [0, 5, 6, 6].map(U256::from));
}

#[test]
fn a_refused_transaction_begins_no_block() {
    let mut node = node();
    run(&mut node, transfer(1));
    node.set_code(ALICE, STORE.into()).unwrap(); // a contract does not send
    assert!(node.send(transfer(1)).is_err());
    node.set_balance(BOB, U256::from(5));
    node.mine();
    node.set_balance(BOB, U256::from(6));
    let seen = [0, 1, 2].map(|number| balance(&node, BOB, number));
    assert_eq!(seen, [0, 5, 6].map(U256::from));
    assert_eq!(node.block_number(), 2);
}

#[test]
fn an_account_that_a_slot_made_is_gone_again() {
    let mut node = node();
    let accounts = node.sizes().accounts;
    let snapshot = node.snapshot();
    node.set_storage_at(BOB, U256::ZERO, U256::from(5));
    assert_eq!(node.sizes().accounts, accounts + 1);
    assert_eq!(stored(&node, BOB, LATEST), U256::from(5));
    node.revert(snapshot).unwrap();
    assert_eq!(node.sizes().accounts, accounts);
    assert_eq!(stored(&node, BOB, LATEST), U256::ZERO);
}

/// EIP-161, but for what test controls make
#[test]
fn an_empty_account_is_none_unless_it_has_storage() {
    let mut node = node();
    let accounts = node.sizes().accounts;
    run(&mut node, transfer(0));
    assert_eq!(node.sizes().accounts, accounts);
    node.set_storage_at(BOB, U256::ZERO, U256::from(5));
    run(&mut node, transfer(0));
    assert_eq!(node.sizes().accounts, accounts + 1);
    assert_eq!(stored(&node, BOB, LATEST), U256::from(5));
}

#[test]
fn what_is_destroyed_is_there_again_before() {
    let mut node = node();
    // init code that stores 1 and destroys itself for BOB
    let init = [&[0x60, 1, 0x5f, 0x55, 0x73][..], BOB.as_slice(), &[0xff]].concat();
    let create = TransactionRequest::default()
        .from(ALICE)
        .create()
        .gas_limit(200_000);
    let create = create.input(Bytes::from(init).into());
    let target = ALICE.create(0);
    node.set_balance(target, U256::from(9));
    let snapshot = node.snapshot();
    let accounts = node.sizes().accounts;
    assert!(run(&mut node, create).status());
    assert_eq!(balance(&node, BOB, LATEST), U256::from(9));
    assert_eq!(balance(&node, target, LATEST), U256::ZERO);
    assert_eq!(stored(&node, target, LATEST), U256::ZERO);
    assert_eq!(node.sizes().accounts, accounts, "BOB came, the target went");
    assert_eq!(balance(&node, target, 0), U256::from(9));
    node.revert(snapshot).unwrap();
    assert_eq!(balance(&node, target, LATEST), U256::from(9));
    assert_eq!(balance(&node, BOB, LATEST), U256::ZERO);
}

#[test]
fn storage_from_before_a_creation_comes_back() {
    let mut node = node();
    let slot = U256::from(3);
    for code in [&[0xff][..], &[0]] {
        let init = [&[0x60, 1, 0x5f, 0x55, 0x5f][..], code].concat();
        let create = TransactionRequest::default()
            .from(ALICE)
            .create()
            .gas_limit(200_000);
        let target = ALICE.create(0);
        node.set_storage_at(target, slot, U256::from(4));
        let snapshot = node.snapshot();
        let created = run(&mut node, create.input(Bytes::from(init).into()));
        assert!(created.status());
        let kept = node.storage_at(target, slot, LATEST);
        assert_eq!(
            kept,
            Ok(U256::ZERO),
            "a new contract has storage of its own"
        );
        node.revert(snapshot).unwrap();
        assert_eq!(
            node.storage_at(target, slot, LATEST).unwrap(),
            U256::from(4)
        );
        assert_eq!(stored(&node, target, LATEST), U256::ZERO);
    }
}

/// Blocks, controls, snapshots and reverts in any order, against whole copies of the state.
#[test]
fn any_order_of_changes_and_reverts_reads_as_copies_would() {
    const HISTORY: u64 = 3;
    const SLOTS: usize = 5;
    type Slots = [u64; SLOTS];
    let mut node = Devnode::new(NodeConfig {
        history: HISTORY,
        ..NodeConfig::default()
    });
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    // what each block's state is; the last one is the newest's
    let mut blocks: Vec<Slots> = vec![[0; SLOTS]];
    let mut snapshots: Vec<(u64, Vec<Slots>)> = Vec::new();
    // no block below this is certain to be read: the chain was longer once
    let mut floor = 0;
    let mut read = 0;
    for _ in 0..4_000 {
        match random(12) {
            0..5 => {
                let (slot, value) = (random(SLOTS as u64), random(4));
                node.set_storage_at(BOB, U256::from(slot), U256::from(value));
                blocks.last_mut().unwrap()[slot as usize] = value;
            }
            5..9 => {
                node.mine();
                blocks.push(*blocks.last().unwrap());
                floor = floor.max((blocks.len() as u64 - 1).saturating_sub(HISTORY));
            }
            9..11 => snapshots.push((node.snapshot(), blocks.clone())),
            _ if random(3) == 0 && !snapshots.is_empty() => {
                let index = random(snapshots.len() as u64) as usize;
                let (id, copy) = snapshots.swap_remove(index);
                snapshots.retain(|(other, _)| *other < id);
                node.revert(id).unwrap();
                blocks = copy;
                floor = floor.min(blocks.len() as u64 - 1);
            }
            _ => {}
        }
        assert_eq!(node.block_number(), blocks.len() as u64 - 1);
        // below, a state may be gone, but it is never a wrong one
        for number in 0..floor {
            let want = U256::from(blocks[number as usize][0]);
            let have = node.storage_at(BOB, U256::ZERO, number);
            assert!(have.is_err() || have == Ok(want), "{number}");
        }
        for number in floor..blocks.len() as u64 {
            for (slot, want) in blocks[number as usize].into_iter().enumerate() {
                let have = node.storage_at(BOB, U256::from(slot), number).unwrap();
                assert_eq!(have, U256::from(want), "{number} {slot}");
                read += 1;
            }
        }
    }
    assert!(read > 20_000, "{read}");
    assert!(
        node.sizes().undo < 6 * (snapshots.len() + HISTORY as usize + 2),
        "{:?}",
        node.sizes()
    );
}

#[test]
fn memory_stays_flat() {
    let mut node = Devnode::new(NodeConfig {
        history: 16,
        ..NodeConfig::default()
    });
    let store = place(&mut node, 0x51, STORE);
    let snapshot = node.snapshot();
    let send = |node: &mut Devnode, count: u64| {
        for value in 0..count {
            let request = with_data(store, word(value + 1)).gas_limit(50_000);
            node.send(request).unwrap();
            assert!(node.send(transfer(1).gas_limit(1)).is_err());
        }
        node.sizes()
    };
    let early = send(&mut node, 100);
    let late = send(&mut node, 2_000);
    assert_eq!(
        early, late,
        "2,000 transactions left nothing but their blocks"
    );
    assert!(late.undo < 200, "{late:?}");
    assert_eq!(late.pool, 0);
    assert_eq!(node.block_number(), 2_100);
    node.revert(snapshot).unwrap();
    assert_eq!(stored(&node, store, LATEST), U256::ZERO);
}
