//! What a wallet does with alloy, over HTTP and WebSocket: keys, fees and nonces are the client's.

use std::{fs, future::Future, time::Duration};

use alloy::{
    consensus::Transaction,
    network::TransactionBuilder,
    primitives::{Address, B256, U256, address, uint},
    providers::{Provider, ProviderBuilder, WalletProvider},
    rpc::{
        client::{BatchRequest, PollChannel},
        json_rpc::RpcRecv,
        types::{
            BlockOverrides, Filter, TransactionRequest,
            state::{AccountOverride, StateOverridesBuilder},
        },
    },
    sol,
    sol_types::SolEvent,
    transports::TransportError,
};
use devnode::Devnode;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    common::{self, ALICE, BOB, WITNESS},
    process::Node,
};

sol! {
    #[sol(rpc, all_derives)]
    interface Counter {
        event Changed(address indexed by, uint256 previous, uint256 current);
        error Overflow(uint256 number, uint256 amount);
        function number() external view returns (uint256);
        function setNumber(uint256 number) external;
        function increment() external;
    }

    #[sol(rpc, all_derives)]
    interface ArbWasm {
        error ProgramNotActivated();
        error ProgramUpToDate();
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function programVersion(address program) external view returns (uint16 version);
    }
}

const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

const ETHER: U256 = uint!(1_000_000_000_000_000_000_U256);

/// A provider that signs with the first dev key, at `scheme`.
async fn connect(node: &Node, scheme: &str) -> impl Provider + WalletProvider + Clone {
    let wallet = common::key(&Devnode::default(), 0);
    let url = format!("{scheme}://{}", node.address);
    let provider = ProviderBuilder::new().wallet(wallet).connect(&url).await;
    provider.expect("connected")
}

/// What comes, if it comes soon.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(30);
    timeout(patience, what).await.expect("in time")
}

/// Deploys the counter; it is not active.
async fn deployed(provider: &impl Provider) -> Address {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/programs/fixture_counter.wasm"
    );
    let wasm = fs::read(path).expect("scripts/build-programs builds it");
    let code = devnode_meter::package(&wasm).expect("a program");
    let tx = TransactionRequest::default().with_deploy_code(devnode_meter::init_code(&code));
    let sent = provider.send_transaction(tx).await.expect("sent");
    let receipt = soon(sent.get_receipt()).await.expect("mined");
    let program = receipt.contract_address.expect("a contract");
    assert_eq!(provider.get_code_at(program).await.unwrap()[..], code[..]);
    program
}

async fn active<P: Provider + Clone>(provider: &P) -> Counter::CounterInstance<P> {
    let program = deployed(provider).await;
    let arb_wasm = ArbWasm::new(ARB_WASM, provider);
    let activate = arb_wasm.activateProgram(program).value(ETHER);
    let sent = activate.send().await.expect("sent");
    assert!(soon(sent.get_receipt()).await.expect("mined").status());
    Counter::new(program, provider.clone())
}

#[tokio::test]
async fn a_program_is_deployed_activated_and_used() {
    let node = Node::start(&[]);
    let provider = connect(&node, "http").await;
    let program = deployed(&provider).await;
    let arb_wasm = ArbWasm::new(ARB_WASM, &provider);
    let early = arb_wasm.programVersion(program).call().await.unwrap_err();
    assert!(
        early
            .as_decoded_error::<ArbWasm::ProgramNotActivated>()
            .is_some(),
        "{early}"
    );

    // what is too much comes back
    let activate = arb_wasm.activateProgram(program).value(ETHER);
    let fee = activate.call().await.unwrap().dataFee;
    let before = provider.get_balance(ALICE).await.unwrap();
    let receipt = soon(activate.send().await.unwrap().get_receipt()).await;
    let receipt = receipt.unwrap();
    let gas = U256::from(u128::from(receipt.gas_used) * receipt.effective_gas_price);
    let after = provider.get_balance(ALICE).await.unwrap();
    assert!(fee > U256::ZERO && receipt.status());
    assert_eq!(before - after, fee + gas);
    let again = arb_wasm.activateProgram(program).value(ETHER);
    let again = again.call().await.unwrap_err();
    assert!(
        again
            .as_decoded_error::<ArbWasm::ProgramUpToDate>()
            .is_some(),
        "{again}"
    );

    let counter = Counter::new(program, &provider);
    let number = U256::from(41);
    let set = counter.setNumber(number).send().await.unwrap();
    let first = soon(set.get_receipt()).await.unwrap();
    let increment = counter.increment();
    let limit = increment.estimate_gas().await.unwrap();
    let second = soon(increment.send().await.unwrap().get_receipt()).await;
    let second = second.unwrap();
    assert!(second.gas_used <= limit, "{} of {limit}", second.gas_used);
    assert_eq!(counter.number().call().await.unwrap(), U256::from(42));
    let block = first.block_number.unwrap();
    let then = counter.number().block(block.into()).call().await;
    assert_eq!(then.unwrap(), number);

    let filter = Filter::new()
        .address(program)
        .event_signature(Counter::Changed::SIGNATURE_HASH)
        .topic1(ALICE)
        .from_block(block);
    let logs = provider.get_logs(&filter).await.unwrap();
    let events = logs.iter().map(|log| {
        Counter::Changed::decode_log_data(log.data())
            .unwrap()
            .current
    });
    assert_eq!(events.collect::<Vec<_>>(), [41, 42].map(U256::from));
    assert_eq!(logs[1].transaction_hash, Some(second.transaction_hash));
}

#[tokio::test]
async fn the_wallet_fills_in_fees_nonces_and_chain() {
    let node = Node::start(&[]);
    let provider = connect(&node, "http").await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        let tx = TransactionRequest::default().to(BOB).value(U256::ONE);
        sent.push(provider.send_transaction(tx).await.unwrap());
    }
    for (nonce, sent) in sent.into_iter().enumerate() {
        let hash = *sent.tx_hash();
        let receipt = soon(sent.get_receipt()).await.unwrap();
        assert_eq!((receipt.from, receipt.gas_used), (ALICE, 21_000));
        let tx = provider.get_transaction_by_hash(hash).await;
        let tx = tx.unwrap().unwrap();
        assert_eq!(tx.nonce(), nonce as u64);
        assert_eq!(tx.chain_id(), Some(412_346));
        assert!(tx.is_dynamic_fee() && tx.gas_limit() == 21_000);
        assert!(tx.max_fee_per_gas() >= receipt.effective_gas_price);
    }
    assert_eq!(provider.get_balance(BOB).await.unwrap(), U256::from(5));
}

/// What an overflow of the counter looks like, whoever asks.
fn is_overflow(error: &TransportError) {
    let payload = error.as_error_resp().expect("the node's");
    assert_eq!((payload.code, &*payload.message), (3, "execution reverted"));
    let overflow = payload.as_decoded_error::<Counter::Overflow>().expect("it");
    assert_eq!((overflow.number, overflow.amount), (U256::MAX, U256::ONE));
}

#[tokio::test]
async fn reverts_are_decoded_over_both() {
    let node = Node::start(&[]);
    let counter = active(&connect(&node, "http").await).await;
    let set = counter.setNumber(U256::MAX).send().await.unwrap();
    soon(set.get_receipt()).await.unwrap();
    for scheme in ["http", "ws"] {
        let provider = connect(&node, scheme).await;
        let counter = Counter::new(*counter.address(), &provider);
        let called = counter.increment().call().await.err().unwrap();
        let overflow = called.as_decoded_error::<Counter::Overflow>().unwrap();
        assert_eq!(overflow.number, U256::MAX);
        let increment = counter.increment().into_transaction_request();
        is_overflow(&provider.estimate_gas(increment.clone()).await.unwrap_err());
        // not sent: its gas can not be estimated
        is_overflow(&provider.send_transaction(increment).await.unwrap_err());
    }
    // with a gas limit it is sent, and fails
    let forced = counter.increment().gas(100_000).send().await.unwrap();
    assert!(!soon(forced.get_receipt()).await.unwrap().status());
    assert_eq!(counter.number().call().await.unwrap(), U256::MAX);
}

#[tokio::test]
async fn calls_run_on_overridden_state_and_block() {
    let node = Node::start(&[]);
    let provider = connect(&node, "http").await;
    let counter = active(&provider).await;
    let slot = |value: u64| [(B256::ZERO, B256::from(U256::from(value)))];
    let state = StateOverridesBuilder::default().with_state_diff(*counter.address(), slot(7));
    let number = counter.number().state(state.build());
    assert_eq!(number.call().await.unwrap(), U256::from(7));
    assert_eq!(counter.number().call().await.unwrap(), U256::ZERO);

    let at = Address::repeat_byte(0x77);
    let account = AccountOverride::default().with_code(WITNESS.to_vec());
    let overrides = BlockOverrides {
        time: Some(12),
        ..BlockOverrides::default()
    };
    let answer = provider
        .call(common::request(at))
        .account_override(at, account)
        .with_block_overrides(overrides);
    let answer = answer.await.unwrap();
    assert_eq!(U256::from_be_slice(&answer[32..64]), U256::from(12));
}

#[tokio::test]
async fn a_batch_is_one_request() {
    let node = Node::start(&["--verbose"]);
    let provider = connect(&node, "http").await;
    let mut batch = BatchRequest::new(provider.client());
    let params = (ALICE, "latest");
    let chain = batch.add_call::<_, U256>("eth_chainId", &()).unwrap();
    let none = batch.add_call::<_, U256>("eth_nothing", &()).unwrap();
    let balance = batch.add_call::<_, U256>("eth_getBalance", &params);
    soon(batch.send()).await.unwrap();
    assert_eq!(chain.await.unwrap(), U256::from(412_346));
    let error = none.await.unwrap_err();
    assert_eq!(error.as_error_resp().unwrap().code, -32_601);
    let rich = U256::from(10_000) * ETHER;
    assert_eq!(balance.unwrap().await.unwrap(), rich);
    let log = node.stderr();
    let line = log.lines().find(|line| line.contains("eth_nothing"));
    assert!(line.is_some_and(|line| line.contains("batch=3")), "{log}");
}

/// The first news.
async fn polled<T: RpcRecv + Clone>(poller: &mut PollChannel<Vec<T>>) -> Vec<T> {
    loop {
        let news = poller.recv().await.expect("it polls");
        if !news.is_empty() {
            return news;
        }
    }
}

#[tokio::test]
async fn blocks_and_logs_are_polled_over_http() {
    let node = Node::start(&[]);
    let provider = connect(&node, "http").await;
    let counter = active(&provider).await;
    let filter = Filter::new().address(*counter.address());
    let mut blocks = provider.watch_blocks().await.unwrap().spawn();
    let mut logs = provider.watch_logs(&filter).await.unwrap().spawn();
    let sent = counter.increment().send().await.unwrap();
    let receipt = soon(sent.get_receipt()).await.unwrap();
    let hash = soon(polled(&mut blocks)).await[0];
    assert_eq!(Some(hash), receipt.block_hash);
    assert_eq!(soon(polled(&mut logs)).await, receipt.logs());
}

#[tokio::test]
async fn a_subscriber_sees_its_own_transactions_and_others() {
    let node = Node::start(&[]);
    let provider = connect(&node, "ws").await;
    let counter = active(&provider).await;
    let filter = Filter::new().address(*counter.address());
    let mut heads = provider.subscribe_blocks().await.unwrap();
    let mut logs = provider.subscribe_logs(&filter).await.unwrap();
    let mut hashes = provider.subscribe_pending_transactions().await.unwrap();

    let sent = counter.increment().send().await.unwrap();
    let receipt = soon(sent.get_receipt()).await.unwrap();
    let head = soon(heads.recv()).await.unwrap();
    assert_eq!(Some(head.hash), receipt.block_hash);
    let log = soon(logs.recv()).await.unwrap();
    assert_eq!([log], receipt.logs());
    let hash = soon(hashes.recv()).await.unwrap();
    assert_eq!(hash, receipt.transaction_hash);

    let other = node.send(json!({ "from": ALICE, "to": BOB }));
    let head = soon(heads.recv()).await.unwrap();
    assert_eq!(json!(head.hash), other["blockHash"]);
    let hash = soon(hashes.recv()).await.unwrap();
    assert_eq!(json!(hash), other["transactionHash"]);

    let id = *heads.local_id();
    provider.unsubscribe(id).await.unwrap();
    node.send(json!({ "from": ALICE, "to": BOB }));
    assert_eq!(provider.get_block_number().await.unwrap(), head.number + 1);
    assert!(heads.try_recv().is_err());
}
