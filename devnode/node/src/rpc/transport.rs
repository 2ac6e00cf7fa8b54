//! An alloy transport without sockets.

use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use alloy::{
    rpc::json_rpc::{RequestPacket, ResponsePacket},
    transports::{TransportError, TransportErrorKind, TransportFut},
};
use tower::Service;

use super::Rpc;
use crate::Devnode;

/// A client's connection to a chain in the same process. Clones are of the same chain.
///
/// ```
/// use alloy::{providers::{Provider, ProviderBuilder}, rpc::client::RpcClient};
/// use devnode::{Devnode, rpc::Connection};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let client = RpcClient::new(Connection::new(Devnode::default()), true);
/// let provider = ProviderBuilder::new().connect_client(client);
/// assert_eq!(provider.get_chain_id().await?, 412_346);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Connection {
    rpc: Arc<Mutex<Rpc>>,
}

impl Connection {
    /// Puts a chain behind it.
    pub fn new(node: Devnode) -> Self {
        Rpc::new(node).into()
    }

    /// Does something with the chain past its methods.
    pub fn with<T>(&self, act: impl FnOnce(&mut Rpc) -> T) -> T {
        // whoever panicked while it held the lock was `act`: the chain itself is whole
        act(&mut self.rpc.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let body = request.serialize().map_err(TransportError::ser_err)?;
        let answer = self
            .with(|rpc| rpc.handle(body.get().as_bytes()))
            .ok_or_else(|| TransportErrorKind::custom_str("a notification has no answer"))?;
        serde_json::from_slice(&answer)
            .map_err(|error| TransportError::deser_err(error, String::from_utf8_lossy(&answer)))
    }
}

impl From<Rpc> for Connection {
    fn from(rpc: Rpc) -> Self {
        Self {
            rpc: Arc::new(Mutex::new(rpc)),
        }
    }
}

impl Service<RequestPacket> for Connection {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { this.answer(request) })
    }
}
