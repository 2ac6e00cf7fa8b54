//! Headers, receipts, logs, time.

mod common;

use alloy::{
    consensus::{
        Header,
        proofs::{calculate_receipt_root, calculate_transaction_root},
    },
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Bloom, BloomInput, U256, keccak256},
    rlp,
    rpc::types::Filter,
    sol_types::SolCall,
};
use common::*;
use devnode::{
    BlockError, Clock, ControlError, Devnode, NodeConfig,
    arbos::{ARB_SYS, ArbSys},
};

#[test]
fn hashes_are_those_of_the_encoded_headers_and_form_a_chain() {
    let mut node = node();
    for wei in 1..5 {
        run(&mut node, transfer(wei));
    }
    node.mine();
    for number in 0..=5 {
        let block = node.block(number).unwrap();
        assert_eq!(
            block.hash(),
            keccak256(rlp::encode::<&Header>(&block.header))
        );
        assert_eq!(node.block(block.hash()).unwrap().number(), number);
        if number > 0 {
            assert_eq!(
                block.header.parent_hash,
                node.block(number - 1).unwrap().hash()
            );
            assert_eq!(
                block.timestamp(),
                node.block(number - 1).unwrap().timestamp() + 1
            );
        }
    }
    assert!(node.block(6).is_none());
    assert!(node.block(B256::ZERO).is_none());
    let number = |tag: BlockNumberOrTag| node.block(tag).unwrap().number();
    assert_eq!(number(BlockNumberOrTag::Earliest), 0);
    for tag in [LATEST, BlockNumberOrTag::Safe, BlockNumberOrTag::Finalized] {
        assert_eq!(number(tag), 5);
    }
}

#[test]
fn the_same_calls_give_the_same_chain() {
    let mine = || {
        let mut node = node();
        run(&mut node, transfer(1));
        node.head().hash()
    };
    assert_eq!(mine(), mine());
    let mut other = node();
    run(&mut other, transfer(2));
    assert_ne!(mine(), other.head().hash());
}

#[test]
fn headers_have_the_roots_of_their_transactions_and_receipts() {
    let mut node = manual();
    let logger = place(&mut node, 0x51, LOGGER);
    let reverter = place(&mut node, 0x52, REVERTER);
    node.send(transfer(1)).unwrap();
    node.send(with_data(logger, word(1)).gas_price(100_000_000))
        .unwrap();
    node.send(request(reverter).gas_limit(50_000)).unwrap();
    node.mine();
    let block = node.head();
    let txs: Vec<_> = block
        .transactions
        .iter()
        .map(|tx| tx.inner().clone())
        .collect();
    let receipts: Vec<_> = block
        .receipts
        .iter()
        .map(|receipt| receipt.inner.inner.clone().into_primitives_receipt())
        .collect();
    assert_eq!(
        block.header.transactions_root,
        calculate_transaction_root(&txs)
    );
    assert_eq!(
        block.header.receipts_root,
        calculate_receipt_root(&receipts)
    );
    let mut bloom = Bloom::ZERO;
    bloom.accrue(BloomInput::Raw(logger.as_slice()));
    bloom.accrue(BloomInput::Raw(B256::with_last_byte(0xaa).as_slice()));
    assert_eq!(block.header.logs_bloom, bloom);
    assert_ne!(
        block.header.receipts_root,
        node.block(0).unwrap().header.receipts_root
    );
}

#[test]
fn receipts_tell_where_everything_is() {
    let mut node = manual();
    let logger = place(&mut node, 0x51, LOGGER);
    let reverter = place(&mut node, 0x52, REVERTER);
    let requests = [
        with_data(logger, word(1)),
        request(reverter).gas_limit(50_000),
        with_data(logger, word(2)),
        request(BOB).create().input(init(LOGGER).into()),
    ];
    let hashes = requests.map(|request| node.send(request).unwrap());
    node.mine();
    let receipts = hashes.map(|hash| node.receipt(hash).unwrap().clone());
    let block = node.head();
    let mut cumulative = 0;
    for (index, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt.transaction_index, Some(index as u64));
        assert_eq!(receipt.block_hash, Some(block.hash()));
        assert_eq!(receipt.block_number, Some(1));
        cumulative += receipt.gas_used;
        assert_eq!(receipt.inner.inner.cumulative_gas_used(), cumulative);
        assert_eq!(receipt.gas_used_for_l1, 0);
        assert_eq!(receipt.l1_block_number, 20_000_000);
    }
    assert_eq!(
        receipts.each_ref().map(|receipt| receipt.status()),
        [true, false, true, true]
    );
    assert_eq!(receipts[3].contract_address, Some(ALICE.create(3)));
    assert_eq!(node.code(ALICE.create(3), LATEST).unwrap()[..], *LOGGER);
    assert_eq!(receipts[0].contract_address, None);

    let logs: Vec<_> = [0, 2]
        .map(|index: usize| receipts[index].inner.inner.logs()[0].clone())
        .into();
    for (index, log) in logs.iter().enumerate() {
        assert_eq!(log.address(), logger);
        assert_eq!(log.topics(), [B256::with_last_byte(0xaa)]);
        assert_eq!(log.inner.data.data, word(index as u64 + 1));
        assert_eq!(log.log_index, Some(index as u64));
        assert_eq!(log.transaction_index, Some(2 * index as u64));
        assert_eq!(log.transaction_hash, Some(hashes[2 * index]));
        assert_eq!(log.block_hash, Some(block.hash()));
        assert_eq!(log.block_timestamp, Some(block.timestamp()));
    }
    assert_eq!(receipts[1].inner.inner.logs(), []);
}

#[test]
fn logs_are_found_by_address_topic_and_range() {
    let mut node = node();
    let (one, two) = (
        place(&mut node, 0x51, LOGGER),
        place(&mut node, 0x52, LOGGER),
    );
    for (logger, value) in [(one, 1), (two, 2), (one, 3)] {
        run(&mut node, with_data(logger, word(value)));
    }
    node.set_automine(false); // one block with logs of both
    node.send(with_data(one, word(4))).unwrap();
    node.send(with_data(two, word(5))).unwrap();
    node.mine();
    let found = |filter: Filter| -> Vec<u64> {
        let logs = node.logs(&filter.of_all_blocks()).unwrap();
        logs.iter()
            .map(|log| U256::from_be_slice(&log.inner.data.data).to())
            .collect()
    };
    assert_eq!(found(Filter::new()), [1, 2, 3, 4, 5]);
    assert_eq!(found(Filter::new().address(one)), [1, 3, 4]);
    assert_eq!(
        found(Filter::new().address(vec![one, two])),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(found(Filter::new().address(BOB)), [0; 0]);
    assert_eq!(
        found(Filter::new().event_signature(B256::with_last_byte(0xaa))),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(
        found(Filter::new().event_signature(B256::with_last_byte(0xab))),
        [0; 0]
    );
    assert_eq!(found(Filter::new().from_block(2).to_block(2)), [2]);
    assert_eq!(
        found(Filter::new().from_block(2).to_block(u64::MAX)),
        [2, 3, 4, 5]
    );
    assert_eq!(
        found(Filter::new().at_block_hash(node.block(3).unwrap().hash())),
        [3]
    );
    let unknown = node.logs(&Filter::new().at_block_hash(B256::ZERO));
    assert!(matches!(unknown, Err(BlockError::Unknown(_))));
    let reversed = node.logs(&Filter::new().from_block(3).to_block(1));
    assert_eq!(reversed, Err(BlockError::Range { from: 3, to: 1 }));
}

trait OfAllBlocks {
    fn of_all_blocks(self) -> Self;
}

impl OfAllBlocks for Filter {
    /// A filter without a range looks at the newest block only.
    fn of_all_blocks(self) -> Self {
        match self.block_option.as_range() {
            (None, None) if self.block_option.is_range() => self.from_block(0),
            _ => self,
        }
    }
}

#[test]
fn contracts_see_nitros_block() {
    let mut node = node();
    let witness = place(&mut node, 0x51, WITNESS);
    node.mine_many(5);
    let seen = node.call(&request(witness), LATEST).unwrap();
    let word = |index: usize| U256::from_be_slice(&seen[32 * index..32 * index + 32]);
    assert_eq!(word(0), U256::from(20_000_000));
    assert_eq!(word(1), U256::from(node.head().timestamp()));
    assert_eq!(word(2), U256::from(100_000_000));
    assert_eq!(
        Address::from_word(word(3).into()),
        node.head().header.beneficiary
    );
    assert_eq!(word(5), U256::ONE);
    assert_eq!(node.head().header.difficulty, U256::ONE);
    assert_eq!(node.head().header.gas_limit, 1 << 50);
}

#[test]
fn arb_sys_knows_the_l2_blocks() {
    let mut node = node();
    let ask = |node: &Devnode, call: Vec<u8>| {
        let answer = node.call(&with_data(ARB_SYS, call), LATEST);
        answer.map(|word| B256::from_slice(&word))
    };
    let hash_of = |number: u64| {
        let number = U256::from(number);
        ArbSys::arbBlockHashCall {
            arbBlockNum: number,
        }
        .abi_encode()
    };
    node.mine_many(3);
    let snapshot = node.snapshot();
    run(&mut node, transfer(1));
    node.mine();
    let number = ask(&node, ArbSys::arbBlockNumberCall {}.abi_encode()).unwrap();
    assert_eq!(number, B256::from(U256::from(5)));
    for number in 1..5 {
        assert_eq!(
            ask(&node, hash_of(number)),
            Ok(node.block(number).unwrap().hash())
        );
    }
    let before = ask(&node, hash_of(4));
    node.revert(snapshot).unwrap();
    node.mine_many(2);
    assert_ne!(ask(&node, hash_of(4)), before);
    assert_eq!(ask(&node, hash_of(4)), Ok(node.block(4).unwrap().hash()));
}

#[test]
fn touching_nothing_leaves_nothing() {
    let mut node = node();
    let before = node.sizes().accounts;
    run(&mut node, transfer(0)); // EIP-161
    assert_eq!(node.sizes().accounts, before);
    run(&mut node, transfer(1));
    assert_eq!(node.sizes().accounts, before + 1);
}

#[test]
fn l1_blocks_come_every_12_seconds_from_what_was_set() {
    let mut node = node();
    let l1 = |node: &Devnode| node.head().l1_block_number;
    node.mine_many(11);
    assert_eq!(l1(&node), 20_000_000);
    node.mine();
    assert_eq!(l1(&node), 20_000_001);
    node.set_l1_block_number(500);
    node.mine_many(12);
    assert_eq!(l1(&node), 500);
    node.mine();
    assert_eq!(l1(&node), 501);
    let mix = node.head().header.mix_hash;
    assert_eq!(mix[8..16], 501u64.to_be_bytes());
    assert_eq!(mix[16..24], 51u64.to_be_bytes());
}

#[test]
fn the_base_fee_is_what_was_set() {
    let mut node = node();
    node.set_base_fee(3_000_000_000);
    let receipt = run(&mut node, transfer(1));
    assert_eq!(receipt.effective_gas_price, 3_000_000_000);
    assert_eq!(node.head().base_fee(), 3_000_000_000);
    assert_eq!(node.block(0).unwrap().base_fee(), 100_000_000);
}

#[test]
fn time_goes_where_it_is_told() {
    let mut node = node();
    let start = node.head().timestamp();
    let mine = |node: &mut Devnode| {
        node.mine();
        node.head().timestamp() - start
    };
    assert_eq!(mine(&mut node), 1);
    node.increase_time(100);
    assert_eq!(node.next_timestamp(), start + 102);
    assert_eq!(mine(&mut node), 102);
    assert_eq!(mine(&mut node), 103, "once");
    node.set_next_timestamp(start + 103).unwrap(); // two blocks of one time are allowed
    assert_eq!(mine(&mut node), 103);
    node.set_time(start + 500).unwrap();
    node.increase_time(5);
    assert_eq!(mine(&mut node), 505);
    let back = node.set_next_timestamp(start + 504);
    let parent = start + 505;
    assert_eq!(
        back,
        Err(ControlError::TimeGoesBack {
            timestamp: start + 504,
            parent
        })
    );
    assert_eq!(mine(&mut node), 506);
}

#[test]
fn the_wall_clock_runs_with_an_offset() {
    let mut node = Devnode::new(NodeConfig {
        clock: Clock::Wall,
        ..NodeConfig::default()
    });
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.unwrap().as_secs()
    };
    node.mine();
    assert!(now().abs_diff(node.head().timestamp()) < 60);
    node.increase_time(10_000);
    node.mine_many(2);
    assert!(
        (now() + 10_000).abs_diff(node.head().timestamp()) < 60,
        "it stays"
    );
    let later = node.head().timestamp() + 50_000;
    node.set_time(later).unwrap();
    node.mine_many(2);
    assert!(later.abs_diff(node.head().timestamp()) < 60);
}

#[test]
fn blocks_and_receipts_become_json() {
    let mut node = node();
    let receipt = run(&mut node, transfer(1));
    let json = serde_json::to_value(&receipt).unwrap();
    assert_eq!(json["gasUsedForL1"], "0x0");
    assert_eq!(json["l1BlockNumber"], "0x1312d00");
    assert_eq!(json["status"], "0x1");
    assert_eq!(json["type"], "0x2");
    let json = serde_json::to_value(node.head().rpc(true)).unwrap();
    assert_eq!(json["transactions"][0]["from"], format!("{ALICE:#x}"));
    assert_eq!(json["hash"], format!("{:#x}", node.head().hash()));
    let json = serde_json::to_value(node.head().rpc(false)).unwrap();
    assert_eq!(
        json["transactions"][0],
        format!("{:#x}", receipt.transaction_hash)
    );
}

#[test]
fn a_block_holds_memory_for_what_is_in_it() {
    let mut node = node();
    for wei in 1..=3 {
        node.execute(transfer(wei)).unwrap();
        let block = node.head();
        let held = (block.transactions.capacity(), block.receipts.capacity());
        assert_eq!(held, (1, 1));
    }
}

#[test]
fn old_blocks_go_when_only_a_few_are_kept_and_no_snapshot_needs_them() {
    let mut node = Devnode::new(NodeConfig {
        kept_blocks: Some(10),
        ..NodeConfig::default()
    });
    let logger = place(&mut node, 0x10, LOGGER);
    let first = run(&mut node, with_data(logger, word(1)));
    let early = node.snapshot();
    let hashes: Vec<_> = (0..30)
        .map(|value| run(&mut node, with_data(logger, word(value))).transaction_hash)
        .collect();
    // The snapshot was made at block 1.
    assert!(node.receipt(first.transaction_hash).is_some());
    assert_eq!(node.logs(&Filter::new().from_block(1)).unwrap().len(), 31);
    node.revert(early).unwrap();
    assert_eq!(node.block_number(), 1);
    assert!(node.receipt(hashes[0]).is_none());

    let hashes: Vec<_> = (0..30)
        .map(|value| run(&mut node, with_data(logger, word(value))).transaction_hash)
        .collect();
    let head = node.block_number();
    assert!(node.receipt(hashes[19]).is_none() && node.receipt(hashes[20]).is_some());
    assert!(node.block(head - 10).is_none() && node.block(head - 9).is_some());
    assert!(node.block(0).is_some(), "genesis");
    let from_oldest = Filter::new().from_block(head - 9);
    assert_eq!(node.logs(&from_oldest).unwrap().len(), 10);
    for from in [0, 1, head - 10] {
        let error = node.logs(&Filter::new().from_block(from)).unwrap_err();
        assert!(
            matches!(error, BlockError::NotKept { oldest, .. } if oldest + 9 == head),
            "{error}"
        );
    }
}
