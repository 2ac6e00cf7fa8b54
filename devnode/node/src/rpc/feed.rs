//! What is new since one looked last: behind filters and subscriptions.

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{B256, map::B256Set},
    rpc::types::{self as rpc, Filter, FilterBlockOption, Log},
};

use crate::{Block, Devnode};

/// What to look for.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Blocks,
    Logs(Box<Filter>),
    /// Transactions as they enter the pool, or a block if they never were in the pool.
    Transactions,
}

/// What is new.
#[derive(Clone, Debug)]
pub(super) enum News {
    Blocks(Vec<rpc::Header>),
    Logs(Vec<Log>),
    Transactions(Vec<B256>),
}

/// A place in the chain up to which news were told.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) source: Source,
    /// The first block that was not looked at.
    next: u64,
    /// Transactions of the pool that were told.
    told: B256Set,
    /// Reverts of the chain that were taken into account.
    reverts: u64,
}

impl Feed {
    /// Only what comes from now on is new.
    pub(super) fn new(source: Source, node: &Devnode, reverts: &Reverts) -> Self {
        Self {
            source,
            next: node.block_number() + 1,
            told: pool(node).collect(),
            reverts: reverts.count,
        }
    }

    /// What is new, oldest first. After a revert, the blocks that came in the place of those that
    /// went are new. Blocks that are not kept any more are passed over.
    pub(super) fn poll(&mut self, node: &Devnode, reverts: &Reverts) -> News {
        let oldest_new = reverts.lowest_since(self.reverts).map(|head| head + 1);
        let head = node.block_number();
        let from = self.next.min(oldest_new.unwrap_or(u64::MAX)).min(head + 1);
        self.reverts = reverts.count;
        self.next = head + 1;
        let blocks =
            (from.max(node.blocks.oldest())..=head).filter_map(|number| node.block(number));
        match &self.source {
            Source::Blocks => News::Blocks(blocks.map(|block| block.rpc(false).header).collect()),
            Source::Logs(filter) => {
                let blocks = blocks.filter(|block| in_range(filter, block));
                let logs = blocks.flat_map(Block::logs);
                News::Logs(
                    logs.filter(|log| {
                        filter.matches_address(log.address()) && filter.matches_topics(log.topics())
                    })
                    .cloned()
                    .collect(),
                )
            }
            Source::Transactions => {
                let mined = blocks.flat_map(|block| &block.transactions);
                let all = mined.map(|tx| *tx.tx_hash()).chain(pool(node));
                let new = all.filter(|hash| !self.told.contains(hash)).collect();
                self.told = pool(node).collect();
                News::Transactions(new)
            }
        }
    }
}

fn pool(node: &Devnode) -> impl Iterator<Item = B256> {
    node.pool().map(|tx| *tx.tx_hash())
}

fn in_range(filter: &Filter, block: &Block) -> bool {
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => hash == block.hash(),
        FilterBlockOption::Range {
            from_block,
            to_block,
        } => {
            let number = |tag: Option<BlockNumberOrTag>| tag.and_then(|tag| tag.as_number());
            number(from_block).is_none_or(|from| from <= block.number())
                && number(to_block).is_none_or(|to| block.number() <= to)
        }
    }
}

/// To which blocks the chain was reverted, as far as a feed can still need to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Reverts {
    count: u64,
    /// Number of a revert, and the newest block after it; both rise.
    heads: Vec<(u64, u64)>,
}

impl Reverts {
    pub(super) fn push(&mut self, head: u64) {
        self.count += 1;
        while self.heads.pop_if(|(_, other)| *other >= head).is_some() {}
        self.heads.push((self.count, head));
    }

    /// The lowest newest block after the reverts that came after the first `count`.
    fn lowest_since(&self, count: u64) -> Option<u64> {
        let later = self.heads.partition_point(|(number, _)| *number <= count);
        self.heads.get(later).map(|(_, head)| *head)
    }
}
