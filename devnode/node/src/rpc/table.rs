//! The methods: their names, what they are given, and where they are.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U64, U256},
    rpc::types::{
        BlockOverrides, Filter, TransactionRequest,
        pubsub::SubscriptionKind,
        state::StateOverride,
        trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions},
    },
};
use serde_json::Value;

use super::{
    ErrorObject, Rpc, blocks, calls,
    controls::{self, Mine},
    debug, fees, filters, logs, node,
    params::Params,
    send, sign, state, subscriptions, transactions,
};

/// Declares methods: names, parameters by position, function. An `Option` may be null or left out.
macro_rules! methods {
    ($($($name:literal)|+ ($($param:ident: $type:ty),*) => $function:path,)*) => {
        /// The names of all methods.
        pub const METHODS: &[&str] = &[$($($name),+),*];

        /// Calls a method.
        pub(super) fn dispatch(
            rpc: &mut Rpc,
            method: &str,
            params: Value,
        ) -> Result<Value, ErrorObject> {
            match method {
                $($($name)|+ => {
                    #[allow(unused_mut, reason = "a method may have no parameters")]
                    let mut params = Params::new(params)?;
                    $(let $param: $type = params.next(stringify!($param))?;)*
                    params.end()?;
                    answer($function(rpc $(, $param)*)?)
                })*
                _ => Err(ErrorObject::unknown_method(method)),
            }
        }
    };
}

fn answer(result: impl serde::Serialize) -> Result<Value, ErrorObject> {
    serde_json::to_value(result).map_err(|error| ErrorObject::internal(error.to_string()))
}

methods! {
    "web3_clientVersion"() => node::client_version,
    "web3_sha3"(data: Bytes) => node::sha3,
    "net_version"() => node::net_version,
    "net_listening"() => node::listening,
    "net_peerCount"() => node::peer_count,
    "rpc_modules"() => node::modules,
    "eth_chainId"() => node::chain_id,
    "eth_syncing"() => node::syncing,
    "eth_accounts"() => node::accounts,
    "eth_blockNumber"() => node::block_number,
    "txpool_status"() => node::pool_status,
    "txpool_content"() => node::pool_content,

    "eth_gasPrice"() => fees::gas_price,
    "eth_maxPriorityFeePerGas"() => fees::tip,
    "eth_feeHistory"(count: U64, newest: BlockNumberOrTag, percentiles: Option<Vec<f64>>) => fees::history,

    "eth_getBalance"(address: Address, block: Option<BlockId>) => state::balance,
    "eth_getCode"(address: Address, block: Option<BlockId>) => state::code,
    "eth_getStorageAt"(address: Address, slot: U256, block: Option<BlockId>) => state::storage,
    "eth_getTransactionCount"(address: Address, block: Option<BlockId>) => state::nonce,
    "eth_getProof"(address: Address, slots: Vec<U256>, block: Option<BlockId>) => state::proof,

    "eth_getBlockByNumber"(block: BlockNumberOrTag, full: Option<bool>) => blocks::by_number,
    "eth_getBlockByHash"(hash: B256, full: Option<bool>) => blocks::by_hash,
    "eth_getBlockReceipts"(block: BlockId) => blocks::receipts,
    "eth_getBlockTransactionCountByNumber"(block: BlockNumberOrTag) => blocks::count_by_number,
    "eth_getBlockTransactionCountByHash"(hash: B256) => blocks::count_by_hash,
    "eth_getUncleCountByBlockNumber"(block: BlockNumberOrTag) => blocks::uncles_by_number,
    "eth_getUncleCountByBlockHash"(hash: B256) => blocks::uncles_by_hash,

    "eth_getTransactionByHash"(hash: B256) => transactions::by_hash,
    "eth_getTransactionByBlockNumberAndIndex"(block: BlockNumberOrTag, index: U64) => transactions::by_number,
    "eth_getTransactionByBlockHashAndIndex"(hash: B256, index: U64) => transactions::by_block_hash,
    "eth_getRawTransactionByHash"(hash: B256) => transactions::raw,
    "eth_getTransactionReceipt"(hash: B256) => transactions::receipt,

    "eth_call"(transaction: TransactionRequest, block: Option<BlockId>, state: Option<StateOverride>, overrides: Option<BlockOverrides>) => calls::call,
    "eth_estimateGas"(transaction: TransactionRequest, block: Option<BlockId>, state: Option<StateOverride>, overrides: Option<BlockOverrides>) => calls::estimate,
    "eth_createAccessList"(transaction: TransactionRequest, block: Option<BlockId>, state: Option<StateOverride>) => calls::access_list,

    "eth_sendRawTransaction"(transaction: Bytes) => send::raw,
    "eth_sendTransaction"(transaction: TransactionRequest) => send::unsigned,
    "eth_sign"(address: Address, message: Bytes) => sign::message,
    "personal_sign"(message: Bytes, address: Address, password: Option<String>) => sign::personal,

    "eth_getLogs"(filter: Filter) => logs::get,
    "eth_newFilter"(filter: Filter) => filters::new_logs,
    "eth_newBlockFilter"() => filters::new_blocks,
    "eth_newPendingTransactionFilter"(full: Option<bool>) => filters::new_transactions,
    "eth_getFilterChanges"(id: U64) => filters::changes,
    "eth_getFilterLogs"(id: U64) => filters::all_logs,
    "eth_uninstallFilter"(id: U64) => filters::uninstall,
    "eth_subscribe"(kind: SubscriptionKind, options: Option<Value>) => subscriptions::subscribe,
    "eth_unsubscribe"(id: U64) => subscriptions::unsubscribe,

    "debug_traceCall"(transaction: TransactionRequest, block: Option<BlockId>, options: Option<GethDebugTracingCallOptions>) => debug::trace_call,
    "debug_traceTransaction"(hash: B256, options: Option<GethDebugTracingOptions>) => debug::trace_transaction,

    "evm_snapshot" | "anvil_snapshot"() => controls::snapshot,
    "evm_revert" | "anvil_revert"(snapshot: U64) => controls::revert,
    "evm_mine"(options: Option<Mine>) => controls::mine_one,
    "anvil_mine" | "hardhat_mine"(count: Option<U64>, interval: Option<U64>) => controls::mine,
    "evm_setAutomine" | "anvil_setAutomine"(on: bool) => controls::set_automine,
    "anvil_getAutomine" | "hardhat_getAutomine"() => controls::automine,
    "evm_increaseTime" | "anvil_increaseTime"(seconds: U64) => controls::increase_time,
    "evm_setNextBlockTimestamp" | "anvil_setNextBlockTimestamp"(timestamp: U64) => controls::set_next_timestamp,
    "anvil_setNextBlockBaseFeePerGas" | "hardhat_setNextBlockBaseFeePerGas"(fee: U64) => controls::set_base_fee,
    "anvil_setBalance" | "hardhat_setBalance"(address: Address, balance: U256) => controls::set_balance,
    "anvil_setCode" | "hardhat_setCode"(address: Address, code: Bytes) => controls::set_code,
    "anvil_setNonce" | "hardhat_setNonce"(address: Address, nonce: U64) => controls::set_nonce,
    "anvil_setStorageAt" | "hardhat_setStorageAt"(address: Address, slot: U256, value: B256) => controls::set_storage,
    "anvil_impersonateAccount" | "hardhat_impersonateAccount"(address: Address) => controls::impersonate,
    "anvil_stopImpersonatingAccount" | "hardhat_stopImpersonatingAccount"(address: Address) => controls::stop_impersonating,
    "anvil_autoImpersonateAccount"(on: bool) => controls::impersonate_all,
    "anvil_dropTransaction" | "hardhat_dropTransaction"(hash: B256) => controls::drop_transaction,
    "anvil_reset" | "hardhat_reset"(options: Option<Value>) => controls::reset,
}
