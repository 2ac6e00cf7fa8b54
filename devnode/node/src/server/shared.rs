//! The chain as connections share it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::body::Bytes;
use devnode::rpc::{Rpc, Subscriptions};
use serde::Deserialize;
use tokio::{sync::watch, task::spawn_blocking};

/// One chain behind a lock. It is only used on blocking threads: its calls are plain computation.
#[derive(Clone, Debug)]
pub struct Shared {
    rpc: Arc<Mutex<Rpc>>,
    changes: watch::Sender<()>,
}

/// A call of the chain panicked: a defect.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("internal error: the node panicked")]
pub struct Panicked;

impl Shared {
    pub fn new(rpc: Rpc) -> Self {
        Self {
            rpc: Arc::new(Mutex::new(rpc)),
            changes: watch::Sender::new(()),
        }
    }

    /// The chain, for this thread only. One that a panic left behind is still served.
    pub fn lock(&self) -> MutexGuard<'_, Rpc> {
        self.rpc.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whenever there may be something to notify of.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Answers a request over HTTP.
    pub async fn handle(&self, body: Bytes) -> Result<Option<Vec<u8>>, Panicked> {
        self.change(move |rpc| note(&body, || rpc.handle(&body)))
            .await
    }

    /// Answers a request of a connection that can be sent notifications.
    pub async fn handle_on(
        &self,
        mut subscriptions: Subscriptions,
        body: Bytes,
    ) -> Result<(Option<Vec<u8>>, Subscriptions), Panicked> {
        self.change(move |rpc| {
            let answer = note(&body, || rpc.handle_on(&mut subscriptions, &body));
            (answer, subscriptions)
        })
        .await
    }

    /// What is due to a connection.
    pub async fn notifications(
        &self,
        mut subscriptions: Subscriptions,
    ) -> Result<(Vec<Vec<u8>>, Subscriptions), Panicked> {
        self.with(move |rpc| (rpc.notifications(&mut subscriptions), subscriptions))
            .await
    }

    /// Mines a block.
    pub async fn mine(&self) -> Result<(), Panicked> {
        let mined = self.change(|rpc| rpc.node_mut().mine()).await?;
        tracing::debug!(number = mined.number, hash = %mined.hash, "block mined");
        Ok(())
    }

    /// Wakes who is to be notified, whether or not anyone waits for the result any longer.
    async fn change<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Rpc) -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let changes = self.changes.clone();
        self.with(move |rpc| {
            let done = act(rpc);
            changes.send_replace(());
            done
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Rpc) -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let this = self.clone();
        let task = spawn_blocking(move || act(&mut this.lock()));
        task.await.map_err(|error| {
            tracing::error!(%error, "a request made the node panic");
            Panicked
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Methods {
    One { method: String },
    Batch(Vec<Self>),
    Other(serde::de::IgnoredAny),
}

impl Methods {
    fn note(&self, batch: usize, micros: u128) {
        match self {
            Self::One { method } => tracing::debug!(method, batch, micros, "request"),
            Self::Batch(all) => all.iter().for_each(|one| one.note(all.len(), micros)),
            Self::Other(_) => tracing::debug!(batch, micros, "not a request"),
        }
    }
}

/// Answers, and at debug level says what was asked and how long all of it took.
fn note<T>(body: &[u8], answer: impl FnOnce() -> T) -> T {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return answer();
    }
    let begin = Instant::now();
    let answer = answer();
    let micros = begin.elapsed().as_micros();
    let methods = serde_json::from_slice(body).unwrap_or(Methods::Other(serde::de::IgnoredAny));
    methods.note(1, micros);
    answer
}

#[cfg(test)]
mod tests {
    use devnode::{Devnode, rpc::Rpc};

    use super::Shared;

    #[test]
    fn a_panic_is_an_error_and_the_node_goes_on() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let shared = Shared::new(Rpc::new(Devnode::default()));
            shared.with(|_| panic!("on purpose")).await.unwrap_err();
            let request = br#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#;
            let answer = shared.handle(request.as_slice().into()).await.unwrap();
            assert!(answer.unwrap().ends_with(br#""result":"0x0"}"#));
        });
    }
}
