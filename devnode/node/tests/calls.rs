//! Calls with overrides, estimates, traces.

mod common;

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex},
    rpc::types::{
        BlockOverrides, TransactionRequest,
        state::{AccountOverride, StateOverridesBuilder},
    },
    sol_types::{Panic, PanicKind, Revert as RevertString, SolError},
};
use common::*;
use devnode::{CallContext, CallError, Devnode, TxError};
use revm::context::result::HaltReason;

fn with_state(builder: StateOverridesBuilder) -> CallContext {
    CallContext {
        state: builder.build(),
        ..CallContext::default()
    }
}

fn overriding() -> StateOverridesBuilder {
    StateOverridesBuilder::default()
}

#[test]
fn a_call_changes_nothing() {
    let mut node = node();
    let store = place(&mut node, 0x51, STORE);
    assert_eq!(
        node.call(&with_data(store, word(3)), LATEST).unwrap(),
        Bytes::new()
    );
    assert_eq!(node.call(&request(store), LATEST).unwrap(), word(0));
    assert_eq!(node.nonce(ALICE, LATEST).unwrap(), 0);
}

#[test]
fn reverts_come_with_data_and_reason() {
    let mut node = node();
    let reverter = place(&mut node, 0x51, REVERTER);
    let revert = |data: Vec<u8>| node.call(&with_data(reverter, data), LATEST).unwrap_err();

    let text = RevertString::from("not today").abi_encode();
    let error = revert(text.clone());
    assert_eq!(error.revert_data().unwrap()[..], text);
    assert!(error.to_string().contains("not today"), "{error}");
    let panic = Panic::from(PanicKind::UnderOverflow).abi_encode();
    assert!(revert(panic).to_string().contains("0x11"));
    let custom = revert(vec![1, 2, 3, 4]);
    assert_eq!(custom.to_string(), "execution reverted: 0x01020304");
    assert_eq!(revert(vec![]).to_string(), "execution reverted");
    // a selector without a decodable string is no reason to fail
    assert!(matches!(revert(text[..20].to_vec()), CallError::Revert(r) if r.reason.is_none()));

    let invalid = place(&mut node, 0x52, &[0xfe]);
    let error = node
        .call(&request(invalid).gas_limit(30_000), LATEST)
        .unwrap_err();
    assert_eq!(
        error,
        CallError::Halt {
            reason: HaltReason::InvalidFEOpcode,
            gas_used: 30_000
        }
    );
}

#[test]
fn the_caller_needs_funds_only_for_what_it_offers() {
    let node = node();
    let poor = TransactionRequest::default()
        .from(Address::repeat_byte(1))
        .to(BOB);
    assert!(node.call(&poor, LATEST).is_ok());
    let value = poor.clone().value(U256::ONE);
    assert!(matches!(
        node.call(&value, LATEST),
        Err(CallError::Refused(TxError::Funds { .. }))
    ));
    let priced = poor.gas_price(100_000_000).gas_limit(21_000);
    assert!(matches!(
        node.call(&priced, LATEST),
        Err(CallError::Refused(TxError::Funds { .. }))
    ));
    let low = request(BOB).gas_price(1);
    assert!(matches!(
        node.call(&low, LATEST),
        Err(CallError::Refused(TxError::Invalid(_)))
    ));
    let chain = TransactionRequest {
        chain_id: Some(1),
        ..request(BOB)
    };
    assert!(matches!(
        node.call(&chain, LATEST),
        Err(CallError::Refused(TxError::ChainId { have: 1, .. }))
    ));
}

#[test]
fn a_contract_may_be_the_caller_of_a_call() {
    let mut node = node();
    let store = place(&mut node, 0x51, STORE);
    assert!(node.call(&request(BOB).from(store), LATEST).is_ok());
    assert!(node.estimate_gas(&request(BOB).from(store), LATEST).is_ok());
    assert!(node.trace_call(&request(BOB).from(store), LATEST).is_ok());
}

#[test]
fn accounts_can_be_overridden() {
    let mut node = node();
    let store = place(&mut node, 0x51, STORE);
    node.set_storage_at(store, U256::ZERO, U256::from(1));
    node.set_storage_at(store, U256::ONE, U256::from(2));
    let read = |builder| node.call(&request(store), with_state(builder)).unwrap();
    let slot = |slot: u8, value: u8| (B256::with_last_byte(slot), B256::with_last_byte(value));

    assert_eq!(
        read(overriding().with_state_diff(store, [slot(0, 7)])),
        word(7)
    );
    assert_eq!(
        read(overriding().with_state_diff(store, [slot(5, 7)])),
        word(1)
    );
    assert_eq!(
        read(overriding().with_state(store, [slot(5, 7)])),
        word(0),
        "the rest is zero"
    );
    assert_eq!(read(overriding().with_state(store, [slot(0, 9)])), word(9));
    // code returning slot 1
    let code = hex!("6001545f5260205ff3");
    assert_eq!(read(overriding().with_code(store, code)), word(2));

    // balance, code and nonce of an account that is not there
    let ghost = Address::repeat_byte(0x99);
    let call = TransactionRequest::default()
        .from(ghost)
        .to(BOB)
        .value(U256::from(5));
    let rich = with_state(overriding().with_balance(ghost, U256::from(5)));
    assert!(node.call(&call, rich).is_ok());
    let balance_of_self = overriding().with_code(BOB, hex!("475f5260205ff3"));
    let rich = with_state(balance_of_self.with_balance(ghost, U256::from(5)));
    assert_eq!(node.call(&call, rich).unwrap(), word(5));
    let address = |nonce| {
        // CREATE of nothing, return the address
        let code = overriding().with_code(BOB, hex!("5f5f5ff05f5260205ff3"));
        let seen = node
            .call(&request(BOB), with_state(code.with_nonce(BOB, nonce)))
            .unwrap();
        Address::from_slice(&seen[12..])
    };
    assert_eq!(address(4), BOB.create(4));
    assert_eq!(address(5), BOB.create(5));
    assert_eq!(
        node.call(&request(store), LATEST).unwrap(),
        word(1),
        "nothing stays"
    );
}

#[test]
fn senseless_overrides_are_refused() {
    let node = node();
    let with = |changes: AccountOverride| {
        let context = with_state(overriding().append(BOB, changes));
        node.call(&request(BOB), context)
    };
    let both = AccountOverride {
        state: Some(Default::default()),
        state_diff: Some(Default::default()),
        ..Default::default()
    };
    assert!(matches!(with(both), Err(CallError::Override { .. })));
    let bad_code = AccountOverride::default().with_code(hex!("ef0100aa"));
    assert!(matches!(with(bad_code), Err(CallError::Override { .. })));
    let overrides = BlockOverrides {
        base_fee: Some(U256::MAX),
        ..Default::default()
    };
    let context = CallContext {
        overrides,
        ..Default::default()
    };
    assert!(matches!(
        node.call(&request(BOB), context),
        Err(CallError::BlockOverride("baseFeePerGas"))
    ));
}

#[test]
fn blocks_can_be_overridden() {
    let mut node = node();
    let witness = place(&mut node, 0x51, WITNESS);
    let overrides = BlockOverrides {
        number: Some(U256::from(77)),
        time: Some(88),
        base_fee: Some(U256::from(99)),
        coinbase: Some(BOB),
        random: Some(B256::with_last_byte(66)),
        block_hash: Some([(1, B256::with_last_byte(55))].into()),
        ..Default::default()
    };
    let context = CallContext {
        overrides,
        ..Default::default()
    };
    let seen = node.call(&request(witness), context).unwrap();
    let words: Vec<_> = seen.chunks(32).map(U256::from_be_slice).collect();
    let bob = U256::from_be_slice(BOB.as_slice());
    let [n77, n88, n99, n66, n55] = [77, 88, 99, 66, 55].map(U256::from);
    assert_eq!(
        words,
        [n77, n88, n99, bob, U256::ZERO, n66, U256::ZERO, n55]
    );
}

#[test]
fn older_blocks_are_seen_as_they_were() {
    let mut node = node();
    let (store, witness) = (
        place(&mut node, 0x51, STORE),
        place(&mut node, 0x52, WITNESS),
    );
    run(&mut node, with_data(store, word(1)));
    node.set_base_fee(500_000_000);
    node.increase_time(1_000);
    run(&mut node, with_data(store, word(2)));
    assert_eq!(node.call(&request(store), 1).unwrap(), word(1));
    assert_eq!(node.call(&request(store), 0).unwrap(), word(0));
    assert_eq!(node.call(&request(store), LATEST).unwrap(), word(2));
    let seen = |number: u64| node.call(&request(witness), number).unwrap();
    let time = |number: u64| U256::from_be_slice(&seen(number)[32..64]);
    assert_eq!(time(2) - time(1), U256::from(1_001));
    assert_eq!(
        U256::from_be_slice(&seen(1)[64..96]),
        U256::from(100_000_000)
    );
    assert_eq!(
        U256::from_be_slice(&seen(2)[64..96]),
        U256::from(500_000_000)
    );
}

/// The estimate is enough, and one less is not: for a call and for a transaction.
fn assert_minimal(node: &mut Devnode, request: &TransactionRequest) -> u64 {
    let limit = node.estimate_gas(request, LATEST).unwrap();
    assert!(node.call(&request.clone().gas_limit(limit), LATEST).is_ok());
    assert!(
        node.call(&request.clone().gas_limit(limit - 1), LATEST)
            .is_err()
    );
    let snapshot = node.snapshot();
    assert!(run(node, request.clone().gas_limit(limit)).status());
    node.revert(snapshot).unwrap();
    let short = node.execute(request.clone().gas_limit(limit - 1));
    assert!(!short.is_ok_and(|receipt| receipt.status()));
    limit
}

#[test]
fn estimates_are_minimal() {
    let mut node = node();
    assert_eq!(assert_minimal(&mut node, &request(BOB)), 21_000);
    let store = place(&mut node, 0x51, STORE);
    assert_minimal(&mut node, &with_data(store, word(1)));
    let create = TransactionRequest::default()
        .from(ALICE)
        .create()
        .input(init(LOGGER).into());
    assert_minimal(&mut node, &create);
}

#[test]
fn estimates_see_63_64() {
    let mut node = node();
    let hungry = place(&mut node, 0x51, HUNGRY);
    let outer = place(&mut node, 0x52, &caller_of(hungry));
    let outermost = place(&mut node, 0x53, &caller_of(outer));
    let used = |node: &mut Devnode| {
        let snapshot = node.snapshot();
        let receipt = run(node, request(outermost).gas_limit(1_000_000));
        node.revert(snapshot).unwrap();
        receipt.gas_used
    };
    let used = used(&mut node);
    let limit = assert_minimal(&mut node, &request(outermost));
    assert!(used < 30_000, "little is used: {used}");
    // two calls deep: 100,000 * (64/63)^2 and what is spent on the way
    assert!(
        (124_000..130_000).contains(&limit),
        "much is needed: {limit}"
    );
}

#[test]
fn estimates_allow_for_refunds() {
    let mut node = node();
    let store = place(&mut node, 0x51, STORE);
    node.set_storage_at(store, U256::ZERO, U256::ONE);
    let clear = with_data(store, word(0));
    let limit = assert_minimal(&mut node, &clear);
    let receipt = run(&mut node, clear.gas_limit(limit));
    assert!(receipt.status() && receipt.gas_used + 4_000 < limit);
}

#[test]
fn an_estimate_of_what_always_fails_is_the_failure() {
    let mut node = node();
    let reverter = place(&mut node, 0x51, REVERTER);
    let text = RevertString::from("never").abi_encode();
    let error = node
        .estimate_gas(&with_data(reverter, text), LATEST)
        .unwrap_err();
    assert!(error.to_string().contains("never"));
    let hungry = place(&mut node, 0x52, HUNGRY);
    let capped = node.estimate_gas(&request(hungry).gas_limit(110_000), LATEST);
    assert!(
        matches!(capped, Err(CallError::Revert(_))),
        "the request's own limit counts"
    );
    // no more than the sender can pay for
    let poor = Address::repeat_byte(0x77);
    node.set_balance(poor, U256::from(100_000u64 * 100_000_000));
    let call = TransactionRequest::default()
        .from(poor)
        .to(hungry)
        .gas_price(100_000_000);
    assert!(matches!(
        node.estimate_gas(&call, LATEST),
        Err(CallError::Revert(_))
    ));
    node.set_balance(poor, U256::from(200_000u64 * 100_000_000));
    assert!(node.estimate_gas(&call, LATEST).is_ok());
}

#[test]
fn call_trees_have_the_shape_of_the_calls() {
    let mut node = node();
    let logger = place(&mut node, 0x51, LOGGER);
    let middle = place(&mut node, 0x52, &caller_of(logger));
    let outer = place(&mut node, 0x53, &caller_of(middle));
    let receipt = run(&mut node, request(outer));
    let root = node.trace_transaction(receipt.transaction_hash).unwrap();
    assert_eq!(
        (root.from, root.to, root.typ.as_str()),
        (ALICE, Some(outer), "CALL")
    );
    assert_eq!(root.gas_used, U256::from(receipt.gas_used));
    assert_eq!(root.calls.len(), 1);
    let inner = &root.calls[0];
    assert_eq!((inner.from, inner.to), (outer, Some(middle)));
    let leaf = &inner.calls[0];
    assert_eq!(
        (leaf.from, leaf.to, leaf.calls.len()),
        (middle, Some(logger), 0)
    );
    assert_eq!(leaf.logs[0].address, Some(logger));
    assert!(root.logs.is_empty() && inner.logs.is_empty());
    assert_eq!(
        node.trace_call(&request(outer), LATEST)
            .unwrap()
            .calls
            .len(),
        1
    );
}

#[test]
fn failures_have_call_trees_too() {
    let mut node = node();
    let reverter = place(&mut node, 0x51, REVERTER);
    let outer = place(&mut node, 0x52, &caller_of(reverter));
    let receipt = run(&mut node, request(outer).gas_limit(100_000));
    let root = node.trace_transaction(receipt.transaction_hash).unwrap();
    assert_eq!(root.error.as_deref(), Some("execution reverted"));
    assert_eq!(root.calls[0].error.as_deref(), Some("execution reverted"));
    assert_eq!(root.calls[0].to, Some(reverter));
    let text = RevertString::from("because").abi_encode();
    let direct = node.trace_call(&with_data(reverter, text), LATEST).unwrap();
    assert_eq!(direct.revert_reason.as_deref(), Some("because"));
}

#[test]
fn a_transaction_is_traced_as_it_ran_in_its_block() {
    let mut node = manual();
    let store = place(&mut node, 0x51, STORE);
    let reader = node.accounts()[1];
    node.send(with_data(store, word(8))).unwrap();
    let read = node
        .send(request(store).from(reader).gas_limit(50_000))
        .unwrap();
    node.send(with_data(store, word(9))).unwrap();
    node.mine();
    node.set_storage_at(store, U256::ZERO, U256::from(10));
    run(&mut node, with_data(store, word(11)));
    let root = node.trace_transaction(read).unwrap();
    assert_eq!(root.output, Some(word(8)));
    assert!(node.trace_transaction(B256::ZERO).is_err());
}
