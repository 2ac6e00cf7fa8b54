//! The world works: an owner's userOps swap, deposit, enable modules, and fail as they should.

use std::{slice::from_ref, time::Instant};

use alloy::{
    primitives::{Address, Bytes, U256, address},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use session_keys::{Action, calls, execute, execute_batch};
use world::{
    A, B, Outcome, World, WorldError,
    abi::{Account, EntryPoint, SwapRouter, Token, Vault},
    artefact, program,
};

fn owner() -> PrivateKeySigner {
    PrivateKeySigner::from_slice(&[7; 32]).unwrap()
}

fn call(to: Address, call: &impl SolCall) -> Action {
    Action {
        to,
        value: U256::ZERO,
        data: call.abi_encode().into(),
    }
}

fn approve(token: Address, spender: Address, amount: U256) -> Action {
    call(token, &Token::approveCall { spender, amount })
}

/// Approve, swap 10 A for B, approve, deposit 15,000 B.
fn invest(world: &World, account: Address, minimum_out: U256) -> Bytes {
    let amount = U256::from(10) * A;
    let assets = U256::from(15_000) * B;
    let swap = world.swap(world.token_a, amount, minimum_out, account);
    let deposit = Vault::depositCall {
        assets,
        receiver: account,
    };
    execute_batch(&[
        approve(world.token_a, world.swap_router, amount),
        call(world.swap_router, &swap),
        approve(world.token_b, world.vault, assets),
        call(world.vault, &deposit),
    ])
}

#[test]
fn everything_is_where_it_should_be() {
    let start = Instant::now();
    let world = World::new().unwrap();
    println!("World::new: {:?}", start.elapsed());
    let canonical = address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789");
    assert_eq!(world.entry_point, canonical);
    assert_eq!(world.price().unwrap(), U256::from(2_000) * B);
    let pool_a = world.balance_of(world.token_a, world.pool).unwrap();
    assert!(pool_a > U256::from(99_999) * A, "{pool_a}");
    let asset = world.view(world.vault, Vault::assetCall {}).unwrap();
    assert_eq!(asset, world.token_b);
    assert_eq!(
        SwapRouter::exactInputSingleCall::SELECTOR,
        [0x41, 0x4b, 0xf3, 0x89]
    );
}

#[test]
fn an_owner_swaps_and_deposits_in_one_user_op() {
    let mut world = World::new().unwrap();
    let account = world.create_account(&owner(), 0).unwrap();
    let call_data = invest(&world, account, U256::from(19_900) * B);
    let op = world.owner_op(&owner(), account, call_data).unwrap();
    let hash = world.hash(&op);
    let bundle = world.handle_ops(&[op]).unwrap().succeeded().unwrap();

    let balance = |token| world.balance_of(token, account).unwrap();
    assert_eq!(balance(world.token_a), U256::from(990) * A);
    let left = balance(world.token_b);
    // 10 A at 2,000 B less 0.3 %, less a little for the pool's depth, less the deposit
    assert!(
        left > U256::from(4_930) * B && left < U256::from(4_940) * B,
        "{left}"
    );
    let shares = balance(world.vault);
    let assets = world
        .view(world.vault, Vault::convertToAssetsCall { shares })
        .unwrap();
    assert_eq!(assets, U256::from(15_000) * B);

    let [result] = bundle.ops() else {
        panic!("{bundle:?}")
    };
    assert_eq!(
        (result.hash, result.sender, result.nonce),
        (hash, account, U256::ZERO)
    );
    assert!(result.revert.is_none() && result.gas_cost > U256::ZERO);
    let deposit = world
        .view(world.entry_point, EntryPoint::balanceOfCall { account })
        .unwrap();
    assert_eq!(deposit, U256::from(10) * A - result.gas_cost);
    println!(
        "handleOps {} gas, actualGasUsed {}",
        bundle.receipt.gas_used, result.gas_used
    );
}

#[test]
fn a_minimum_no_longer_holds_after_the_price_moved() {
    let mut world = World::new().unwrap();
    let account = world.create_account(&owner(), 0).unwrap();
    let call_data = invest(&world, account, U256::from(19_900) * B);
    let op = world.owner_op(&owner(), account, call_data).unwrap();

    let got = world
        .move_price(world.token_a, U256::from(100_000) * A)
        .unwrap();
    assert!(got > U256::from(99_000_000) * B, "{got}");
    let price = world.price().unwrap();
    assert!(
        price > U256::from(500) * B && price < U256::from(502) * B,
        "{price}"
    );

    let bundle = world.handle_ops(&[op]).unwrap();
    let [result] = bundle.ops() else {
        panic!("{bundle:?}")
    };
    assert!(!result.success);
    let error = bundle.succeeded().unwrap_err().to_string();
    assert!(
        error.contains("userOp 0 failed in its execution"),
        "{error}"
    );
    assert!(error.contains("Too little received"), "{error}");
    assert_eq!(
        world.balance_of(world.token_a, account).unwrap(),
        U256::from(1_000) * A
    );

    world
        .move_price(world.token_b, U256::from(200_000_000) * B)
        .unwrap();
    assert!(world.price().unwrap() > U256::from(2_000) * B);
}

#[test]
fn a_wrong_owner_is_refused() {
    let mut world = World::new().unwrap();
    let account = world.create_account(&owner(), 0).unwrap();
    let stranger = PrivateKeySigner::from_slice(&[8; 32]).unwrap();
    let approval = approve(world.token_a, stranger.address(), U256::MAX);
    let call_data = execute(&approval);
    let good = world
        .owner_op(&owner(), account, call_data.clone())
        .unwrap();
    let bad = world.owner_op(&stranger, account, call_data).unwrap();
    let bundle = world.handle_ops(from_ref(&bad)).unwrap();
    assert_eq!(bundle.refusal(), Some("AA24 signature error"));
    let error = bundle.succeeded().unwrap_err().to_string();
    assert_eq!(error, "userOp 0 is refused: AA24 signature error");

    // With a good one of another account before it, the whole bundle fails, and names it.
    let other = world.create_account(&owner(), 1).unwrap();
    assert_ne!(account, other);
    let mut first = good;
    first.sender = other;
    world.sign_as_owner(&owner(), &mut first).unwrap();
    let bundle = world.handle_ops(&[first, bad]).unwrap();
    let reason = "AA24 signature error".to_owned();
    assert_eq!(bundle.outcome, Outcome::FailedOp { index: 1, reason });
}

#[test]
fn an_owner_enables_a_module() {
    let mut world = World::new().unwrap();
    let account = world.create_account(&owner(), 0).unwrap();
    let module = world.deploy("SessionKeyManager", &[]).unwrap();
    let is_enabled = Account::isModuleEnabledCall { module };
    assert!(!world.view(account, is_enabled.clone()).unwrap());
    let call_data = execute(&Action {
        to: account,
        value: U256::ZERO,
        data: calls::enable_module(module),
    });
    let op = world
        .owner_op(&owner(), account, call_data.clone())
        .unwrap();
    world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    assert!(world.view(account, is_enabled).unwrap());

    let again = world.owner_op(&owner(), account, call_data).unwrap();
    let error = world.handle_ops(&[again]).unwrap().succeeded().unwrap_err();
    assert!(
        error.to_string().contains("ModuleAlreadyEnabled"),
        "{error}"
    );
}

#[test]
fn errors_name_the_contract_and_the_reason() {
    let mut world = World::new().unwrap();
    let (trader, to) = (world.trader, world.bundler);
    let transfer = Token::transferCall { to, amount: A };
    let error = world
        .send(trader, world.token_a, transfer)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("token A.transfer failed: "), "{error}");
    assert!(
        error.contains("ERC20: transfer amount exceeds balance"),
        "{error}"
    );

    let error = world.deploy("SmartAccount", &[0; 32]).unwrap_err();
    assert!(matches!(error, WorldError::Reverted { .. }));
    assert!(
        error
            .to_string()
            .starts_with("deployment of SmartAccount failed: "),
        "{error}"
    );

    world.create_account(&owner(), 0).unwrap();
    let error = world.create_account(&owner(), 0).unwrap_err().to_string();
    let want = "SmartAccountFactory.deployCounterFactualAccount failed: ";
    assert!(
        error.starts_with(want) && error.contains("Create2 call failed"),
        "{error}"
    );
}

#[test]
fn artefacts_have_what_tests_compare() {
    let svm = artefact("MockSVM").unwrap();
    let selector = |signature: &str| svm.method_identifiers[signature].as_str();
    assert_eq!(selector("EXECUTE_SELECTOR()"), "85d63353");
    assert_eq!(selector("EXECUTE_OPTIMIZED_SELECTOR()"), "18e9a8e7");
    assert_eq!(
        selector("validateSessionParams(address,uint256,bytes,bytes,bytes)"),
        "c20bccb9"
    );
    let op = "(address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)";
    assert_eq!(
        selector(&format!("validateSessionUserOp({op},bytes32,bytes,bytes)")),
        "84f16a4d"
    );
    assert!(svm.abi.is_array() && !svm.deployed_bytecode.is_empty());
}

#[test]
fn a_program_is_deployed_where_its_code_says() {
    let mut world = World::new().unwrap();
    let address = world.deploy_program("fixture-counter").unwrap();
    assert_eq!(world.name(address), "fixture-counter");
    let init_code = devnode_meter::init_code(
        &devnode_meter::package(&program("fixture-counter").unwrap()).unwrap(),
    );
    let want =
        devnode::CREATE2_FACTORY.create2_from_code(U256::ZERO.to_be_bytes::<32>(), init_code);
    assert_eq!(address, want);
    let error = world.deploy_program("fixture-counter").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("fixture-counter: {address} has code already")
    );
}
