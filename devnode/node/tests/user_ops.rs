//! userOps of a Stylus account through the EntryPoints of npm, v0.6 and v0.7.

#[path = "common/user_op.rs"]
mod user_op;

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, Bytes, U256, hex, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolError, SolEvent},
};
use devnode::{CallError, EntryPointVersion, Receipt};
use user_op::{Counter, EntryPoint, VERSIONS, World};

/// Reverts with 0xdeadbeef and 28 zero bytes.
const REVERTER: &[u8] = &hex!("63deadbeef60e01b60005260206000fd");

fn outcome(receipt: &Receipt) -> EntryPoint::UserOperationEvent {
    let logs = receipt.logs();
    let mut events = logs
        .iter()
        .filter_map(|log| EntryPoint::UserOperationEvent::decode_log(&log.inner).ok());
    let event = events.next().expect("a UserOperationEvent").data;
    assert!(events.next().is_none(), "of one userOp");
    event
}

fn revert_data(error: CallError) -> Bytes {
    match error {
        CallError::Revert(revert) => revert.data,
        other => panic!("not a revert: {other:?}"),
    }
}

/// The reason of a FailedOp of either version.
fn failed_op(data: &[u8]) -> String {
    EntryPoint::FailedOp::abi_decode(data)
        .map(|error| error.reason)
        .or_else(|_| EntryPoint::FailedOpWithRevert::abi_decode(data).map(|error| error.reason))
        .unwrap_or_else(|_| panic!("not a FailedOp: {}", hex::encode(data)))
}

/// What a refused userOp must leave as it is.
fn state(world: &World) -> (U256, U256, U256, Bytes) {
    let slot = |slot: u64| {
        world
            .node
            .storage_at(world.account, U256::from(slot), Latest)
            .unwrap()
    };
    let deposit = EntryPoint::balanceOfCall {
        account: world.account,
    };
    (
        world.nonce(),
        world.node.balance(world.account, Latest).unwrap(),
        world.view(world.version.address(), &deposit),
        [slot(0).to_be_bytes::<32>(), slot(1).to_be_bytes::<32>()]
            .concat()
            .into(),
    )
}

#[test]
fn a_signed_user_op_runs() {
    for version in VERSIONS {
        let mut world = World::new(version);
        let counter = world.deploy("fixture_counter");
        let call = Counter::incrementCall {}.abi_encode();
        let data = world.handle_ops(U256::ZERO, counter, call.into(), &world.owner);
        let before = world.node.balance(world.account, Latest).unwrap();
        let receipt = world.bundle(data);
        assert!(receipt.status(), "{version:?}");
        let event = outcome(&receipt);
        assert!(event.success);
        assert_eq!((event.sender, event.nonce), (world.account, U256::ZERO));
        assert_eq!(world.view(counter, &Counter::numberCall {}), U256::ONE);
        assert_eq!(world.nonce(), U256::ONE);
        // The program's own log, with the account as the one who asked for it.
        let changed: Vec<_> = receipt
            .logs()
            .iter()
            .filter_map(|log| Counter::Changed::decode_log(&log.inner).ok())
            .collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(
            (changed[0].address, changed[0].by),
            (counter, world.account)
        );
        // The account paid the EntryPoint, the EntryPoint the beneficiary.
        assert!(world.node.balance(world.account, Latest).unwrap() < before);
        let fee = world
            .node
            .balance(Address::repeat_byte(0xbe), Latest)
            .unwrap();
        assert_eq!(fee, event.actualGasCost);
        println!(
            "{version:?}: handleOps {} gas, actualGasUsed {}",
            receipt.gas_used, event.actualGasUsed
        );
    }
}

#[test]
fn programs_call_programs_in_a_user_op() {
    for version in VERSIONS {
        let mut world = World::new(version);
        let (first, second) = (
            world.deploy("fixture_counter"),
            world.deploy("fixture_counter"),
        );
        let call = Counter::bumpOtherCall { other: second }.abi_encode();
        let data = world.handle_ops(U256::ZERO, first, call.into(), &world.owner);
        assert!(outcome(&world.bundle(data)).success, "{version:?}");
        assert_eq!(world.view(second, &Counter::numberCall {}), U256::ONE);
        assert_eq!(world.view(first, &Counter::numberCall {}), U256::ZERO);
    }
}

#[test]
fn a_failing_execution_is_included_and_its_error_data_reaches_the_caller() {
    for version in VERSIONS {
        let mut world = World::new(version);
        let reverter = Address::repeat_byte(0x77);
        world.node.set_code(reverter, REVERTER.into()).unwrap();
        let counter = world.deploy("fixture_counter");
        world.send(counter, &Counter::setNumberCall { number: U256::MAX });
        let overflow = Counter::Overflow {
            number: U256::MAX,
            amount: U256::ONE,
        };
        let mut word = vec![0; 32];
        word[..4].copy_from_slice(&hex!("deadbeef"));
        let cases = [
            (reverter, Bytes::from_static(&[1]), word),
            // an error out of a program, through a program
            (
                counter,
                Counter::incrementCall {}.abi_encode().into(),
                overflow.abi_encode(),
            ),
        ];
        for (nonce, (target, call, reason)) in cases.into_iter().enumerate() {
            let data = world.handle_ops(U256::from(nonce), target, call, &world.owner);
            let receipt = world.bundle(data);
            assert!(receipt.status());
            assert!(!outcome(&receipt).success);
            let told: Vec<_> = receipt
                .logs()
                .iter()
                .filter_map(|log| {
                    EntryPoint::UserOperationRevertReason::decode_log(&log.inner).ok()
                })
                .map(|event| event.data.revertReason)
                .collect();
            assert_eq!(told, [Bytes::from(reason)], "{version:?}");
            assert_eq!(world.nonce(), U256::from(nonce + 1));
            assert_eq!(
                world.view(counter, &Counter::numberCall {}),
                U256::MAX,
                "untouched"
            );
        }
    }
}

#[test]
fn refused_user_ops_leave_no_trace() {
    let stranger = PrivateKeySigner::from_bytes(&keccak256("stranger")).unwrap();
    for version in VERSIONS {
        let mut world = World::new(version);
        let counter = world.deploy("fixture_counter");
        let call: Bytes = Counter::incrementCall {}.abi_encode().into();
        let op = |world: &World, nonce: u64, signer: &PrivateKeySigner| {
            world.handle_ops(U256::from(nonce), counter, call.clone(), signer)
        };
        let cases = [
            (op(&world, 0, &stranger), "AA24 signature error"),
            (op(&world, 1, &world.owner), "AA25 invalid account nonce"),
        ];
        for (data, want) in cases {
            let before = state(&world);
            let error = world.simulate(data.clone()).expect_err("refused");
            assert_eq!(failed_op(&revert_data(error)), want, "{version:?}");
            assert!(!world.bundle(data).status());
            assert_eq!(state(&world), before);
            assert_eq!(world.view(counter, &Counter::numberCall {}), U256::ZERO);
        }
        // And the same userOp by the owner passes.
        let data = op(&world, 0, &world.owner);
        assert!(outcome(&world.bundle(data)).success);
    }
}

#[test]
fn an_account_that_has_expired_is_refused_until_somebody_activates_it_again() {
    const YEAR_SECS: u64 = 365 * 24 * 3_600;
    for version in VERSIONS {
        let mut world = World::new(version);
        let counter = world.deploy("fixture_counter");
        world.node.increase_time(YEAR_SECS + 3_600);
        world.node.mine();
        world.node.activate(counter).unwrap();
        let call: Bytes = Counter::incrementCall {}.abi_encode().into();
        let data = world.handle_ops(U256::ZERO, counter, call, &world.owner);
        let before = state(&world);
        let error = world.simulate(data.clone()).expect_err("refused");
        let want = match version {
            EntryPointVersion::V06 => "AA23 reverted (or OOG)",
            _ => "AA23 reverted",
        };
        assert_eq!(failed_op(&revert_data(error)), want);
        assert!(!world.bundle(data.clone()).status());
        assert_eq!(state(&world), before);
        world.node.activate(world.account).unwrap();
        assert!(outcome(&world.bundle(data)).success);
    }
}

#[test]
fn the_call_tree_of_a_user_op_shows_the_programs() {
    let mut world = World::new(EntryPointVersion::V07);
    let counter = world.deploy("fixture_counter");
    let call: Bytes = Counter::incrementCall {}.abi_encode().into();
    let data = world.handle_ops(U256::ZERO, counter, call, &world.owner);
    let receipt = world.bundle(data);
    let tree = world
        .node
        .trace_transaction(receipt.transaction_hash)
        .unwrap();
    assert_eq!(tree.to, Some(world.version.address()));
    let validate = &tree.calls[0];
    assert_eq!(validate.to, Some(world.account));
    assert_eq!(
        validate.calls[0].to,
        Some(Address::with_last_byte(1)),
        "ecrecover"
    );
    let execute = tree
        .calls
        .iter()
        .flat_map(|call| &call.calls)
        .find(|call| call.to == Some(world.account));
    let execute = execute.expect("the account's execution");
    assert_eq!(execute.calls[0].to, Some(counter));
    assert_eq!(
        execute.calls[0].logs.len(),
        1,
        "the program's log stands at its frame"
    );
}
