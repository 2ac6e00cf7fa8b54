//! `eth_newFilter` and its like.

use std::collections::BTreeMap;

use alloy::{
    primitives::U64,
    rpc::types::{Filter, FilterChanges, Log},
};

use super::{
    ErrorObject, Rpc,
    feed::{Feed, News, Source},
    logs,
};

/// Most filters at a time; the one that was not asked for longest makes room.
const LIMIT: usize = 1_024;

/// The filters of all clients.
#[derive(Debug, Default)]
pub(super) struct Filters {
    list: BTreeMap<u64, Entry>,
    last_id: u64,
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    feed: Feed,
    used: u64,
}

impl Filters {
    fn add(&mut self, feed: Feed) -> U64 {
        if self.list.len() >= LIMIT {
            let idle = self.list.iter().min_by_key(|(_, entry)| entry.used);
            if let Some(id) = idle.map(|(id, _)| *id) {
                self.list.remove(&id);
            }
        }
        self.uses += 1;
        self.last_id += 1;
        let used = self.uses;
        self.list.insert(self.last_id, Entry { feed, used });
        U64::from(self.last_id)
    }

    fn get(&mut self, id: U64) -> Result<&mut Feed, ErrorObject> {
        self.uses += 1;
        let entry = self.list.get_mut(&id.to::<u64>());
        let entry = entry.ok_or_else(|| ErrorObject::server("filter not found"))?;
        entry.used = self.uses;
        Ok(&mut entry.feed)
    }
}

pub(super) fn new_logs(rpc: &mut Rpc, filter: Filter) -> Result<U64, ErrorObject> {
    logs::check(&filter)?;
    Ok(new(rpc, Source::Logs(Box::new(filter))))
}

pub(super) fn new_blocks(rpc: &mut Rpc) -> Result<U64, ErrorObject> {
    Ok(new(rpc, Source::Blocks))
}

pub(super) fn new_transactions(rpc: &mut Rpc, full: Option<bool>) -> Result<U64, ErrorObject> {
    if full == Some(true) {
        let why = "param `full`: only hashes of transactions are told";
        return Err(ErrorObject::unsupported(why));
    }
    Ok(new(rpc, Source::Transactions))
}

fn new(rpc: &mut Rpc, source: Source) -> U64 {
    rpc.filters.add(Feed::new(source, &rpc.node, &rpc.reverts))
}

pub(super) fn changes(rpc: &mut Rpc, id: U64) -> Result<FilterChanges, ErrorObject> {
    let feed = rpc.filters.get(id)?;
    Ok(match feed.poll(&rpc.node, &rpc.reverts, usize::MAX) {
        News::Blocks(headers) => {
            FilterChanges::Hashes(headers.iter().map(|header| header.hash).collect())
        }
        News::Logs(logs) => FilterChanges::Logs(logs),
        News::Transactions(hashes) => FilterChanges::Hashes(hashes),
    })
}

pub(super) fn all_logs(rpc: &mut Rpc, id: U64) -> Result<Vec<Log>, ErrorObject> {
    match &rpc.filters.get(id)?.source {
        Source::Logs(filter) => logs::matching(&rpc.node, filter),
        Source::Blocks | Source::Transactions => Err(ErrorObject::server("filter not found")),
    }
}

pub(super) fn uninstall(rpc: &mut Rpc, id: U64) -> Result<bool, ErrorObject> {
    Ok(rpc.filters.list.remove(&id.to::<u64>()).is_some())
}
