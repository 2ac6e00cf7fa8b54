//! A bundler that is also the session key: it signs userOps and sends them to a chain in this process.

use std::{
    fmt,
    time::{Duration, Instant},
};

use alloy::{
    primitives::{B256, Bytes, U256},
    rpc::{
        client::RpcClient,
        types::{TransactionReceipt, TransactionRequest},
    },
};
use devnode::{Devnode, NodeConfig, rpc::Connection};
use session_keys::{UserOp, execute, execute_batch};
use tokio::runtime::{Builder, Runtime};
use world::{A, B, MainJob, abi::EntryPoint};

use crate::Failure;

/// Height of the tree of sessions, which has 2^10 leaves.
const HEIGHT: u32 = 10;

/// What every userOp does. All programs are cached.
#[derive(Clone, Copy)]
pub enum Flow {
    /// `execute` of an approval.
    ApproveByManager,
    /// `executeBatch` of an approval.
    ApproveByRouter,
    /// Approval, swap of 0.01 A and deposit: little enough for the pool's price to stay above the least.
    MainJob,
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApproveByManager => "approve through the manager",
            Self::ApproveByRouter => "approve through the router",
            Self::MainJob => "approve, swap, deposit",
        })
    }
}

impl Flow {
    /// callData, and how many of the sessions it is under.
    fn call_data(self, job: &MainJob) -> (Bytes, usize) {
        let hundredth = |whole: U256| whole / U256::from(100);
        let approve = job.approve(hundredth(A));
        let least = hundredth(U256::from(1_985) * B);
        match self {
            Self::ApproveByManager => (execute(&approve), 1),
            Self::ApproveByRouter => (execute_batch(&[approve]), 1),
            Self::MainJob => {
                let swap = job.swap(hundredth(A), least);
                (execute_batch(&[approve, swap, job.deposit(least)]), 3)
            }
        }
    }
}

/// A client of one chain.
pub struct Client {
    /// The scene. Its chain is behind `rpc`.
    job: MainJob,
    rpc: RpcClient,
    runtime: Runtime,
    sessions: Vec<usize>,
    /// The next userOp, not signed.
    op: UserOp,
}

impl Client {
    /// A chain of its own with everything deployed, granted and cached.
    pub fn new(flow: Flow) -> Result<Self, Failure> {
        Self::keeping(flow, NodeConfig::default().kept_blocks)
    }

    /// As [`Self::new`], with another number of blocks that are kept.
    pub fn keeping(flow: Flow, kept_blocks: Option<u64>) -> Result<Self, Failure> {
        let mut job = MainJob::new()?;
        let (tree, mut sessions) = benches::spread(job.sessions()?, HEIGHT)?;
        job.grant(tree)?;
        for program in job.programs.all() {
            job.world.embedded_mut()?.cache(program)?;
        }
        let (call_data, actions) = flow.call_data(&job);
        sessions.truncate(actions);
        let mut op = job.user_op(&[])?;
        op.callData = call_data;
        let config = NodeConfig {
            kept_blocks,
            ..NodeConfig::default()
        };
        let node = Devnode::restore(config, std::mem::take(job.world.embedded_mut()?).dump())?;
        Ok(Self {
            job,
            rpc: RpcClient::new(Connection::new(node), true),
            runtime: Builder::new_current_thread().build()?,
            sessions,
            op,
        })
    }

    /// Signs `count` userOps and sends each in a transaction of its own, one after the other.
    pub fn sign_and_send(&mut self, count: u32) -> Result<Duration, Failure> {
        let begin = Instant::now();
        for _ in 0..count {
            let bundle = self.bundle()?;
            self.run(bundle)?;
        }
        Ok(begin.elapsed())
    }

    /// The next `count` userOps, each signed and in a transaction.
    pub fn bundles(&mut self, count: u32) -> Result<Vec<TransactionRequest>, Failure> {
        (0..count).map(|_| self.bundle()).collect()
    }

    /// Sends them, one after the other.
    pub fn send(&mut self, bundles: Vec<TransactionRequest>) -> Result<(), Failure> {
        bundles.into_iter().try_for_each(|bundle| self.run(bundle))
    }

    fn bundle(&mut self) -> Result<TransactionRequest, Failure> {
        let mut op = self.op.clone();
        self.job.key.sign(&self.job.tree, &self.sessions, &mut op)?;
        self.op.nonce += U256::ONE;
        Ok(self.job.world.bundle_request(&[op]))
    }

    /// Sends a transaction, which is mined at once, and looks at its receipt: the userOp succeeded.
    fn run(&self, bundle: TransactionRequest) -> Result<(), Failure> {
        let receipt: Option<TransactionReceipt> = self.runtime.block_on(async {
            let hash: B256 = self.rpc.request("eth_sendTransaction", (bundle,)).await?;
            let receipt = self.rpc.request("eth_getTransactionReceipt", (hash,));
            receipt.await
        })?;
        let receipt = receipt.ok_or("no receipt")?;
        let event = receipt.decoded_log::<EntryPoint::UserOperationEvent>();
        match event {
            Some(event) if receipt.status() && event.success => Ok(()),
            _ => Err(format!("the userOp failed: {receipt:?}").into()),
        }
    }
}
