//! A chain behind an RPC URL. Deployer, trader and bundler have keys of their own, new in each world, and get from one
//! key what they spend.

use std::{
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use alloy::{
    consensus::TxEnvelope,
    eips::{BlockId, BlockNumberOrTag::Latest, eip2718::Encodable2718},
    network::{Ethereum, EthereumWallet, NetworkTransactionBuilder},
    primitives::{Address, B256, Bytes, U64, U256, keccak256},
    providers::{Provider, RootProvider},
    rpc::types::{
        TransactionReceipt, TransactionRequest,
        trace::geth::{
            CallConfig, CallFrame, GethDebugTracingCallOptions, GethDebugTracingOptions,
        },
    },
    signers::local::PrivateKeySigner,
    transports::TransportError,
};
use devnode::{CallError, Receipt, Revert};
use serde::Deserialize;
use tokio::runtime::Runtime;

use super::{ChainError, PRIVATE_KEY, RPC_URL};

/// Gas limit of a transaction whose need can not be estimated, as it will fail.
const GAS_OF_FAILURE: u64 = 10_000_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Who spends the key's money, or deploys what all worlds share, does so alone: tests run in parallel.
static KEY: Mutex<()> = Mutex::new(());
/// Makes this run's keys other ones than those of any run before.
static RUN: LazyLock<u128> = LazyLock::new(|| {
    let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    time.as_nanos()
});
static WORLDS: AtomicU64 = AtomicU64::new(0);

/// The connection, and the keys of one world.
#[derive(Debug)]
pub struct Remote {
    provider: RootProvider,
    runtime: Runtime,
    chain_id: u64,
    pub(super) funder: PrivateKeySigner,
    /// Of deployer, trader and bundler.
    signers: [PrivateKeySigner; 3],
}

/// What is asked of the newest block.
pub(super) struct Head {
    pub(super) timestamp: u64,
    pub(super) base_fee: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcHead {
    timestamp: U64,
    base_fee_per_gas: U64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcReceipt {
    #[serde(flatten)]
    inner: TransactionReceipt,
    #[serde(default)]
    gas_used_for_l1: U64,
    #[serde(default)]
    l1_block_number: U64,
}

impl Remote {
    /// Asks for the chain id; nothing is sent yet.
    pub(super) fn connect(url: &str, key: &str) -> Result<Self, ChainError> {
        let environment = |variable, reason: String| ChainError::Environment { variable, reason };
        let funder: PrivateKeySigner = key
            .parse()
            .map_err(|_| environment(PRIVATE_KEY, "not a key: 32 bytes in hex".into()))?;
        let url = url
            .parse()
            .map_err(|error| environment(RPC_URL, format!("{url}: {error}")))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| environment(RPC_URL, error.to_string()))?;
        let provider = RootProvider::<Ethereum>::new_http(url);
        let chain_id = runtime
            .block_on(provider.get_chain_id())
            .map_err(rpc("eth_chainId"))?;
        let world = WORLDS.fetch_add(1, Ordering::Relaxed);
        let signer = |role: u8| {
            let key = [
                &funder.to_bytes()[..],
                &RUN.to_be_bytes(),
                &world.to_be_bytes(),
                &[role],
            ];
            PrivateKeySigner::from_bytes(&keccak256(key.concat()))
                .map_err(|error| ChainError::Sign(error.to_string()))
        };
        let signers = [signer(0)?, signer(1)?, signer(2)?];
        Ok(Self {
            provider,
            runtime,
            chain_id,
            funder,
            signers,
        })
    }

    pub(super) fn accounts(&self) -> [Address; 3] {
        self.signers.each_ref().map(PrivateKeySigner::address)
    }

    pub(super) const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Until the guard is dropped, nobody else in this process spends the funder's money.
    pub(super) fn alone() -> MutexGuard<'static, ()> {
        KEY.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<T>(
        &self,
        method: &'static str,
        answer: impl IntoFuture<Output = Result<T, TransportError>>,
    ) -> Result<T, ChainError> {
        let answer = self.runtime.block_on(answer.into_future());
        answer.map_err(rpc(method))
    }

    pub(super) fn head(&self) -> Result<Head, ChainError> {
        let method = "eth_getBlockByNumber";
        let params = (Latest, false);
        let head: RpcHead = self.wait(method, self.provider.raw_request(method.into(), params))?;
        Ok(Head {
            timestamp: head.timestamp.to(),
            base_fee: head.base_fee_per_gas.to(),
        })
    }

    /// What is offered per gas: the base fee may double.
    pub(super) fn max_fee(&self) -> Result<u64, ChainError> {
        Ok(self.head()?.base_fee.saturating_mul(2))
    }

    pub(super) fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.wait("eth_getCode", self.provider.get_code_at(address))
    }

    pub(super) fn storage_at(&self, address: Address, slot: U256) -> Result<U256, ChainError> {
        let word = self.provider.get_storage_at(address, slot);
        self.wait("eth_getStorageAt", word)
    }

    pub(super) fn balance(&self, address: Address) -> Result<U256, ChainError> {
        self.wait("eth_getBalance", self.provider.get_balance(address))
    }

    pub(super) fn call(&self, request: &TransactionRequest) -> Result<Bytes, ChainError> {
        self.call_at(request, BlockId::latest())
    }

    fn call_at(&self, request: &TransactionRequest, block: BlockId) -> Result<Bytes, ChainError> {
        let call = self.provider.call(request.clone()).block(block);
        self.wait("eth_call", call)
            .map_err(|error| match revert(&error) {
                Some(data) => CallError::Revert(Revert::new(data)).into(),
                None => error,
            })
    }

    pub(super) fn trace_call(&self, request: &TransactionRequest) -> Result<CallFrame, ChainError> {
        let options = GethDebugTracingCallOptions::new(call_tracer());
        self.debug("debug_traceCall", (request, Latest, options))
    }

    pub(super) fn trace_transaction(&self, hash: B256) -> Result<CallFrame, ChainError> {
        self.debug("debug_traceTransaction", (hash, call_tracer()))
    }

    fn debug(
        &self,
        method: &'static str,
        params: impl alloy::rpc::json_rpc::RpcSend,
    ) -> Result<CallFrame, ChainError> {
        let answer = self.provider.raw_request(method.into(), params);
        self.wait(method, answer).map_err(|error| match error {
            ChainError::Rpc { source, .. } if is_missing(&source) => ChainError::NoDebug(source),
            error => error,
        })
    }

    /// Runs the transaction again as a call, on the state before its block.
    pub(super) fn why_failed(
        &self,
        receipt: &Receipt,
        request: &TransactionRequest,
    ) -> Result<(Bytes, String), ChainError> {
        let before = receipt.block_number.unwrap_or(1).saturating_sub(1);
        match self.call_at(request, before.into()) {
            Ok(_) => Ok((Bytes::new(), "it succeeds if it is run again".into())),
            Err(ChainError::Call(CallError::Revert(revert))) => Ok((revert.data, String::new())),
            Err(error) => Ok((Bytes::new(), error.to_string())),
        }
    }

    pub(super) fn execute(&self, request: TransactionRequest) -> Result<Receipt, ChainError> {
        let from = request.from.unwrap_or_default();
        let signer = self.signers.iter().find(|signer| signer.address() == from);
        let signer = signer.ok_or(ChainError::NoKey(from))?;
        let value = request.value.unwrap_or_default();
        self.fund(from, value)?;
        let gas = match request.gas {
            Some(gas) => gas,
            None => self.estimate(&request)?.unwrap_or(GAS_OF_FAILURE),
        };
        let fee = self.max_fee()?;
        self.fund(from, value + U256::from(gas) * U256::from(fee))?;
        self.transact(signer, request.gas_limit(gas), fee)
    }

    /// A transaction of the funder that must succeed.
    pub(super) fn by_funder(&self, request: TransactionRequest) -> Result<Receipt, ChainError> {
        let request = request.from(self.funder.address());
        let gas = self.estimate(&request)?.unwrap_or(GAS_OF_FAILURE);
        let fee = self.max_fee()?;
        let want = request.value.unwrap_or_default() + U256::from(gas) * U256::from(fee);
        let (funder, have) = (self.funder.address(), self.balance(self.funder.address())?);
        if have < want {
            return Err(ChainError::Funds { funder, have, want });
        }
        let receipt = self.transact(&self.funder, request.gas_limit(gas), fee)?;
        if !receipt.status() {
            return Err(devnode::ProgramError::Failed(receipt.transaction_hash).into());
        }
        Ok(receipt)
    }

    /// Gas and a quarter more, or nothing if it would fail.
    fn estimate(&self, request: &TransactionRequest) -> Result<Option<u64>, ChainError> {
        let gas = self.provider.estimate_gas(request.clone());
        match self.wait("eth_estimateGas", gas) {
            Ok(gas) => Ok(Some(gas + gas / 4)),
            Err(ChainError::Rpc { source, .. }) if source.as_error_resp().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives an account twice what it needs, if it has less than that.
    fn fund(&self, account: Address, need: U256) -> Result<(), ChainError> {
        let have = self.balance(account)?;
        if have >= need {
            return Ok(());
        }
        let _alone = Self::alone();
        let value = need * U256::from(2) - have;
        self.by_funder(TransactionRequest::default().to(account).value(value))?;
        Ok(())
    }

    fn transact(
        &self,
        signer: &PrivateKeySigner,
        request: TransactionRequest,
        fee: u64,
    ) -> Result<Receipt, ChainError> {
        let count = self
            .provider
            .get_transaction_count(signer.address())
            .pending();
        let mut request = request
            .nonce(self.wait("eth_getTransactionCount", count)?)
            .max_fee_per_gas(fee.into())
            .max_priority_fee_per_gas(0);
        request.chain_id = Some(self.chain_id);
        if request.to.is_none() {
            request = request.create();
        }
        let wallet = EthereumWallet::from(signer.clone());
        let signed = self.runtime.block_on(request.build(&wallet));
        self.publish(&signed.map_err(|error| ChainError::Sign(error.to_string()))?)
    }

    /// Sends a signed transaction and waits for its receipt.
    pub(super) fn publish(&self, signed: &TxEnvelope) -> Result<Receipt, ChainError> {
        let method = "eth_sendRawTransaction";
        let params = (Bytes::from(signed.encoded_2718()),);
        let hash: B256 = self.wait(method, self.provider.raw_request(method.into(), params))?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        while start.elapsed() < PATIENCE {
            let method = "eth_getTransactionReceipt";
            let answer = self.provider.raw_request(method.into(), (hash,));
            if let Some::<RpcReceipt>(receipt) = self.wait(method, answer)? {
                return Ok(Receipt {
                    inner: receipt.inner,
                    gas_used_for_l1: receipt.gas_used_for_l1.to(),
                    l1_block_number: receipt.l1_block_number.to(),
                });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(500));
        }
        Err(ChainError::Lost(hash))
    }
}

fn rpc(method: &'static str) -> impl Fn(TransportError) -> ChainError {
    move |source| ChainError::Rpc { method, source }
}

/// Is it that the node does not have the method, or not for us? Providers word that in their own ways.
fn is_missing(error: &TransportError) -> bool {
    error.as_error_resp().is_some_and(|error| {
        let is_worded = |word| error.message.contains(word);
        error.code == -32601 || is_worded("available") || is_worded("supported")
    })
}

/// What a call reverted with, if the error says that it reverted.
fn revert(error: &ChainError) -> Option<Bytes> {
    let ChainError::Rpc { source, .. } = error else {
        return None;
    };
    let error = source.as_error_resp()?;
    let is_revert = error.message.contains("revert");
    let data = error.as_revert_data();
    data.or_else(|| is_revert.then(Bytes::new))
}

fn call_tracer() -> GethDebugTracingOptions {
    GethDebugTracingOptions::call_tracer(CallConfig::default().with_log())
}
