//! `eth_subscribe`, for connections that can be sent notifications.

use alloy::{
    primitives::U64,
    rpc::types::{Filter, pubsub::SubscriptionKind},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    ErrorObject, Rpc,
    feed::{Feed, News, Source},
    logs,
};

/// Most subscriptions of a connection.
const LIMIT: usize = 128;
/// Once the messages of a portion have this many bytes, the rest waits.
const PORTION_BYTES: usize = 1 << 20;
/// After so many news of a subscription in a portion, no more blocks are looked at for it.
const PORTION_NEWS: usize = 16;

/// The subscriptions of one connection; they end when it is dropped.
///
/// ```
/// use devnode::{Devnode, rpc::{Rpc, Subscriptions}};
///
/// let mut rpc = Rpc::new(Devnode::default());
/// let mut subscriptions = Subscriptions::default();
/// let request = br#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;
/// rpc.handle_on(&mut subscriptions, request);
/// assert!(rpc.notifications(&mut subscriptions).is_empty());
/// rpc.node_mut().mine();
/// let messages = rpc.notifications(&mut subscriptions);
/// assert!(messages[0].starts_with(br#"{"jsonrpc":"2.0","method":"eth_subscription""#));
/// ```
#[derive(Debug, Default)]
pub struct Subscriptions {
    list: Vec<(U64, Option<Feed>)>,
}

impl Subscriptions {
    /// Is there none?
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl Rpc {
    /// `eth_subscription` messages that are due to a connection, oldest first for each of its
    /// subscriptions: a portion of them, so that a client that does not read costs little. Ask
    /// until there are none, after every request, of whatever connection, and whenever a block was
    /// mined without one.
    pub fn notifications(&self, subscriptions: &mut Subscriptions) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        let mut bytes = 0;
        for (id, feed) in &mut subscriptions.list {
            let Some(feed) = feed else { continue };
            if bytes > PORTION_BYTES {
                break;
            }
            let mut tell = |result: Value| {
                let message = json!({
                    "jsonrpc": "2.0",
                    "method": "eth_subscription",
                    "params": { "subscription": id, "result": result },
                });
                let message = message.to_string().into_bytes();
                bytes += message.len();
                messages.push(message);
            };
            match feed.poll(&self.node, &self.reverts, PORTION_NEWS) {
                News::Blocks(headers) => values(headers).for_each(&mut tell),
                News::Logs(logs) => values(logs).for_each(&mut tell),
                News::Transactions(hashes) => values(hashes).for_each(&mut tell),
            }
        }
        messages
    }
}

fn values<T: Serialize>(items: Vec<T>) -> impl Iterator<Item = Value> {
    items
        .into_iter()
        .filter_map(|item| serde_json::to_value(item).ok())
}

pub(super) fn subscribe(
    rpc: &mut Rpc,
    kind: SubscriptionKind,
    options: Option<Value>,
) -> Result<U64, ErrorObject> {
    let bad = |why| ErrorObject::params(format!("param `options`: {why}"));
    let source = match kind {
        SubscriptionKind::NewHeads => Some(Source::Blocks),
        SubscriptionKind::Logs => {
            let filter = options.map_or_else(|| Ok(Filter::default()), Filter::deserialize);
            let filter = filter.map_err(|error| bad(error.to_string()))?;
            logs::check(&filter)?;
            Some(Source::Logs(Box::new(filter)))
        }
        SubscriptionKind::NewPendingTransactions => {
            if options.is_some_and(|full| full != false) {
                return Err(bad("only hashes of transactions are told".into()));
            }
            Some(Source::Transactions)
        }
        SubscriptionKind::Syncing => None, // it is never syncing: nothing is ever told
        SubscriptionKind::TransactionReceipts => {
            return Err(ErrorObject::params("param `kind`: no such subscription"));
        }
    };
    let feed = source.map(|source| Feed::new(source, &rpc.node, &rpc.reverts));
    let list = &mut connection(rpc)?.list;
    if list.len() >= LIMIT {
        return Err(ErrorObject::server("too many subscriptions"));
    }
    let last = list.last().map_or(0, |(id, _)| id.to::<u64>());
    let id = U64::from(last + 1);
    list.push((id, feed));
    Ok(id)
}

pub(super) fn unsubscribe(rpc: &mut Rpc, id: U64) -> Result<bool, ErrorObject> {
    let list = &mut connection(rpc)?.list;
    let before = list.len();
    list.retain(|(other, _)| *other != id);
    match list.len() < before {
        true => Ok(true),
        false => Err(ErrorObject::server("subscription not found")),
    }
}

fn connection(rpc: &mut Rpc) -> Result<&mut Subscriptions, ErrorObject> {
    rpc.subscriptions
        .as_mut()
        .ok_or_else(|| ErrorObject::unsupported("notifications not supported"))
}
