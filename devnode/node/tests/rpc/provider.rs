//! A client's life through alloy's provider, with no socket.

use std::fs;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, hex},
    providers::{Provider, ProviderBuilder},
    rpc::{
        client::{BatchRequest, RpcClient, Waiter},
        types::{
            BlockOverrides, Filter, TransactionReceipt, TransactionRequest, state::AccountOverride,
        },
    },
    sol,
    sol_types::{SolCall, SolEvent},
};
use devnode::{
    Devnode,
    arbos::{ARB_WASM, ArbWasm},
    rpc::{Connection, Rpc},
};

use crate::common::{self, ALICE, BOB, LOGGER, REVERTER, WITNESS};

sol! {
    interface Counter {
        event Changed(address indexed by, uint256 previous, uint256 current);
        error Overflow(uint256 number, uint256 amount);
        function number() external view returns (uint256);
        function setNumber(uint256 number) external;
        function increment() external;
    }
}

/// A provider that signs with the first dev key.
fn provider() -> (Connection, impl Provider) {
    let node = Devnode::default();
    let wallet = common::key(&node, 0);
    let connection = Connection::new(node);
    let client = RpcClient::new(connection.clone(), true);
    let provider = ProviderBuilder::new().wallet(wallet).connect_client(client);
    (connection, provider)
}

async fn mined(provider: &impl Provider, tx: TransactionRequest) -> TransactionReceipt {
    let sent = provider.send_transaction(tx).await.unwrap();
    let receipt = provider.get_transaction_receipt(*sent.tx_hash()).await;
    receipt.unwrap().unwrap()
}

async fn deployed(provider: &impl Provider, init_code: impl Into<Bytes>) -> Address {
    let tx = TransactionRequest::default().with_deploy_code(init_code.into());
    mined(provider, tx).await.contract_address.unwrap()
}

fn to(address: Address) -> TransactionRequest {
    TransactionRequest::default().from(ALICE).to(address)
}

fn calling(address: Address, call: &impl SolCall) -> TransactionRequest {
    to(address).with_input(call.abi_encode())
}

/// Deploys and activates the counter.
async fn counter(provider: &impl Provider) -> Address {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/programs/fixture_counter.wasm"
    );
    let wasm = fs::read(path).expect("scripts/build-programs builds it");
    let code = devnode_meter::package(&wasm).unwrap();
    let program = deployed(provider, devnode_meter::init_code(&code)).await;
    let activate = ArbWasm::activateProgramCall { program };
    let tx = calling(ARB_WASM, &activate).value(U256::from(10).pow(U256::from(18)));
    assert!(mined(provider, tx).await.status());
    program
}

#[tokio::test]
async fn a_program_is_deployed_activated_called_and_heard() {
    let (_, provider) = provider();
    let program = counter(&provider).await;
    let increment = calling(program, &Counter::incrementCall {});
    let gas = provider.estimate_gas(increment.clone()).await.unwrap();
    let receipt = mined(&provider, increment).await;
    assert!(receipt.status() && receipt.gas_used <= gas, "{gas}");
    assert_eq!(receipt.to, Some(program));

    let filter = Filter::new()
        .address(program)
        .event_signature(Counter::Changed::SIGNATURE_HASH)
        .topic1(ALICE)
        .from_block(0);
    let logs = provider.get_logs(&filter).await.unwrap();
    assert_eq!(logs, receipt.logs());
    let event = Counter::Changed::decode_log_data(logs[0].data()).unwrap();
    assert_eq!((event.by, event.current), (ALICE, U256::ONE));

    let number = calling(program, &Counter::numberCall {});
    let answer = provider.call(number).await.unwrap();
    assert_eq!(
        Counter::numberCall::abi_decode_returns(&answer).unwrap(),
        U256::ONE
    );
}

#[tokio::test]
async fn an_error_of_a_program_is_decoded() {
    let (_, provider) = provider();
    let program = counter(&provider).await;
    let most = Counter::setNumberCall { number: U256::MAX };
    mined(&provider, calling(program, &most)).await;
    let increment = calling(program, &Counter::incrementCall {});
    for error in [
        provider.call(increment.clone()).await.unwrap_err(),
        provider.estimate_gas(increment.clone()).await.unwrap_err(),
    ] {
        let payload = error.as_error_resp().unwrap();
        assert_eq!((payload.code, &*payload.message), (3, "execution reverted"));
        let decoded = payload.as_decoded_error::<Counter::Overflow>().unwrap();
        assert_eq!((decoded.number, decoded.amount), (U256::MAX, U256::ONE));
    }
}

#[tokio::test]
async fn the_reason_of_a_revert_is_in_the_message() {
    let (_, provider) = provider();
    let reverter = deployed(&provider, common::init(REVERTER)).await;
    // Error("no")
    let reason = hex!(
        "08c379a00000000000000000000000000000000000000000000000000000000000000020"
        "0000000000000000000000000000000000000000000000000000000000000002"
        "6e6f000000000000000000000000000000000000000000000000000000000000"
    );
    let error = provider
        .call(to(reverter).with_input(reason))
        .await
        .unwrap_err();
    let payload = error.as_error_resp().unwrap();
    assert_eq!(
        (payload.code, &*payload.message),
        (3, "execution reverted: no")
    );
    assert_eq!(payload.as_revert_data().unwrap()[..], reason);
}

#[tokio::test]
async fn receipts_have_arbitrums_fields() {
    let (_, provider) = provider();
    let receipt = mined(&provider, to(BOB).value(U256::ONE)).await;
    let raw: serde_json::Value = provider
        .raw_request(
            "eth_getTransactionReceipt".into(),
            [receipt.transaction_hash],
        )
        .await
        .unwrap();
    assert_eq!(raw["gasUsedForL1"], "0x0");
    assert_eq!(raw["l1BlockNumber"], "0x1312d00");
    assert_eq!(raw["status"], "0x1");
    assert_eq!(raw["effectiveGasPrice"], "0x5f5e100");
    assert_eq!(raw["type"], "0x2");
    let block = provider
        .get_block_by_number(1.into())
        .full()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(block.transactions.as_transactions().unwrap().len(), 1);
    let same = provider
        .get_block_receipts(1.into())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(same, [receipt]);
}

#[tokio::test]
async fn calls_take_overrides_of_state_and_block() {
    let (_, provider) = provider();
    let at = Address::repeat_byte(0x77);
    let account = AccountOverride::default()
        .with_code(WITNESS.to_vec())
        .with_balance(U256::from(5));
    let overrides = BlockOverrides {
        number: Some(U256::from(11)),
        time: Some(12),
        ..BlockOverrides::default()
    };
    let answer = provider
        .call(to(at))
        .account_override(at, account)
        .with_block_overrides(overrides)
        .await
        .unwrap();
    let word = |index: usize| U256::from_be_slice(&answer[32 * index..][..32]);
    assert_eq!([word(0), word(1), word(6)], [11, 12, 5].map(U256::from));
    assert!(provider.get_code_at(at).await.unwrap().is_empty());
}

#[tokio::test]
async fn storage_overrides_replace_or_change() {
    let (_, provider) = provider();
    let store = deployed(&provider, common::init(common::STORE)).await;
    mined(&provider, to(store).with_input(common::word(7))).await;
    let value = |word: u64| B256::from(U256::from(word));
    let changed = AccountOverride::default().with_state_diff([(B256::ZERO, value(8))]);
    let emptied = AccountOverride::default().with_state([(value(1), value(9))]);
    for (account, want) in [(changed, 8), (emptied, 0)] {
        let answer = provider
            .call(to(store))
            .account_override(store, account)
            .await;
        assert_eq!(answer.unwrap(), common::word(want));
    }
    assert_eq!(provider.call(to(store)).await.unwrap(), common::word(7));
}

#[tokio::test]
async fn batches_are_answered_by_id() {
    let (_, provider) = provider();
    let client = provider.client();
    let mut batch = BatchRequest::new(client);
    let chain: Waiter<U256> = batch.add_call("eth_chainId", &()).unwrap();
    let none: Waiter<U256> = batch.add_call("eth_nothing", &()).unwrap();
    let number: Waiter<U256> = batch.add_call("eth_blockNumber", &()).unwrap();
    batch.send().await.unwrap();
    assert_eq!(chain.await.unwrap(), U256::from(412_346));
    assert_eq!(
        none.await.unwrap_err().as_error_resp().unwrap().code,
        -32_601
    );
    assert_eq!(number.await.unwrap(), U256::ZERO);
}

#[tokio::test]
async fn a_poller_sees_new_blocks_and_logs() {
    let (connection, provider) = provider();
    let logger = deployed(&provider, common::init(LOGGER)).await;
    let blocks = provider.new_block_filter().await.unwrap();
    let logs = provider
        .new_filter(&Filter::new().address(logger))
        .await
        .unwrap();
    mined(&provider, to(logger).with_input(common::word(1))).await;
    connection.with(|rpc: &mut Rpc| rpc.node_mut().mine());
    let hashes: Vec<B256> = provider.get_filter_changes(blocks).await.unwrap();
    assert_eq!(hashes.len(), 2);
    let heard = provider.get_filter_changes_dyn(logs).await.unwrap();
    assert_eq!(heard.as_logs().unwrap()[0].address(), logger);
    assert!(
        provider
            .get_filter_changes_dyn(logs)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(provider.uninstall_filter(logs).await.unwrap());
}

#[tokio::test]
async fn the_fees_that_wallets_ask_for_are_enough() {
    let (_, provider) = provider();
    assert_eq!(provider.get_gas_price().await.unwrap(), 100_000_000);
    let fees = provider.estimate_eip1559_fees().await.unwrap();
    assert!(fees.max_fee_per_gas >= 100_000_000, "{fees:?}");
    let tx = to(BOB)
        .max_fee_per_gas(fees.max_fee_per_gas)
        .max_priority_fee_per_gas(fees.max_priority_fee_per_gas);
    let pending = provider.send_transaction(tx).await.unwrap();
    assert!(pending.get_receipt().await.unwrap().status());
}
