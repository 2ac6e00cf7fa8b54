//! JSON-RPC: one request or batch in, one answer out. No sockets and no threads; a server or
//! [`Connection`] brings the bytes.

mod blocks;
mod calls;
mod controls;
mod debug;
mod envelope;
mod error;
mod feed;
mod fees;
mod filters;
mod logs;
mod node;
mod node_interface;
mod params;
mod send;
mod sign;
mod state;
mod subscriptions;
mod table;
mod transactions;
mod transport;

use serde_json::Value;

use crate::Devnode;

pub use error::ErrorObject;
pub use subscriptions::Subscriptions;
pub use table::METHODS;
pub use transport::Connection;

use feed::Reverts;
use filters::Filters;

/// A chain behind its JSON-RPC methods ([`METHODS`]).
///
/// ```
/// use devnode::{Devnode, rpc::Rpc};
///
/// let mut rpc = Rpc::new(Devnode::default());
/// let answer = rpc.handle(br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#);
/// assert_eq!(answer.as_deref(), Some(br#"{"jsonrpc":"2.0","id":1,"result":"0x64aba"}"#.as_slice()));
/// assert_eq!(rpc.call("eth_blockNumber", serde_json::json!([])).unwrap(), "0x0");
/// ```
#[derive(Debug)]
pub struct Rpc {
    node: Devnode,
    filters: Filters,
    reverts: Reverts,
    /// Those of the connection whose message is being handled; `None` where there can be none.
    subscriptions: Option<Subscriptions>,
}

impl Rpc {
    /// Puts a chain behind JSON-RPC.
    pub fn new(node: Devnode) -> Self {
        Self {
            node,
            filters: Filters::default(),
            reverts: Reverts::default(),
            subscriptions: None,
        }
    }

    /// The chain.
    pub const fn node(&self) -> &Devnode {
        &self.node
    }

    /// The chain, to change it past the methods. Filters and subscriptions notice blocks that were
    /// mined so; of a revert, only what `evm_revert` does.
    pub const fn node_mut(&mut self) -> &mut Devnode {
        &mut self.node
    }

    /// The chain, for good.
    pub fn into_node(self) -> Devnode {
        self.node
    }

    /// Answers a request or a batch; `None` if nothing is to be answered. Every answer is
    /// well-formed JSON-RPC 2.0, whatever the body is. The body's length is the caller's to limit.
    pub fn handle(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        self.subscriptions = None; // those of a connection whose message panicked
        envelope::answer(self, body)
    }

    /// As [`Self::handle`], on a connection that can be sent notifications: `eth_subscribe` works.
    /// See [`Self::notifications`].
    pub fn handle_on(&mut self, subscriptions: &mut Subscriptions, body: &[u8]) -> Option<Vec<u8>> {
        self.subscriptions = Some(std::mem::take(subscriptions));
        let answer = envelope::answer(self, body);
        *subscriptions = self.subscriptions.take().unwrap_or_default();
        answer
    }

    /// Calls one method. `params` is the array of its parameters, or null for none.
    ///
    /// # Errors
    /// As a client gets them: -32601 for an unknown method, -32602 for parameters that do not fit,
    /// 3 with the returned data for a revert, -32000 and others for what the chain refuses.
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, ErrorObject> {
        table::dispatch(self, method, params)
    }
}
