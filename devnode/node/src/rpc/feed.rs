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
        let told = match source {
            Source::Transactions => pool(node).collect(),
            Source::Blocks | Source::Logs(_) => B256Set::default(),
        };
        Self {
            source,
            next: node.block_number() + 1,
            told,
            reverts: reverts.count,
        }
    }

    /// What is new, oldest first; blocks are looked at until there are `most` news, the rest comes
    /// with the next call. After a revert, the blocks that came in the place of those that went are
    /// new. Blocks that are not kept any more are passed over.
    pub(super) fn poll(&mut self, node: &Devnode, reverts: &Reverts, most: usize) -> News {
        let oldest_new = reverts.lowest_since(self.reverts).map(|head| head + 1);
        let end = node.block_number() + 1;
        let from = self.next.min(oldest_new.unwrap_or(u64::MAX)).min(end);
        self.reverts = reverts.count;
        self.next = from.max(node.blocks.oldest()).min(end);
        let next = &mut self.next;
        let block = || {
            let block = node.block(*next)?;
            *next += 1;
            Some(block)
        };
        match &self.source {
            Source::Blocks => {
                let blocks = std::iter::from_fn(block).take(most);
                News::Blocks(blocks.map(|block| block.rpc(false).header).collect())
            }
            Source::Logs(filter) => News::Logs(until(most, block, |block, logs| {
                if in_range(filter, block) {
                    let matching = block.logs().filter(|log| {
                        filter.matches_address(log.address()) && filter.matches_topics(log.topics())
                    });
                    logs.extend(matching.cloned());
                }
            })),
            Source::Transactions => {
                let told = &self.told;
                let mut hashes = until(most, block, |block, hashes| {
                    let mined = block.transactions.iter().map(|tx| *tx.tx_hash());
                    hashes.extend(mined.filter(|hash| !told.contains(hash)));
                });
                if self.next == end {
                    hashes.extend(pool(node).filter(|hash| !self.told.contains(hash)));
                    self.told = pool(node).collect();
                }
                News::Transactions(hashes)
            }
        }
    }
}

/// What `look` finds in blocks, which are looked at until that is `most` or there are no more.
fn until<'a, T>(
    most: usize,
    mut block: impl FnMut() -> Option<&'a Block>,
    look: impl Fn(&Block, &mut Vec<T>),
) -> Vec<T> {
    let mut found = Vec::new();
    while found.len() < most
        && let Some(block) = block()
    {
        look(block, &mut found);
    }
    found
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
