//! An account that is deployed by its first userOp.

use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U192, keccak256},
    signers::local::PrivateKeySigner,
};
use session_keys::{UserOp, execute};
use world::{
    World,
    abi::EntryPoint,
    erc7562::{Phase, Rule},
    to,
};

use crate::word;

fn owner() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(0xa2)).unwrap()
}

/// The owner's first userOp of an account that is not there yet; its deposit is.
fn first_op(world: &mut World) -> UserOp {
    let owner = owner();
    let first = world.counterfactual(owner.address(), 0).unwrap();
    let account = first.account;
    let (entry_point, deployer) = (world.entry_point, world.deployer);
    let deposit = EntryPoint::depositToCall { account };
    let wei = U256::from(10).pow(U256::from(18));
    world
        .send_value(deployer, entry_point, wei, deposit)
        .unwrap();
    let nothing = execute(&to(world.trader, Bytes::new()));
    let mut op = world.user_op(account, U192::ZERO, nothing).unwrap();
    op.initCode = world.init_code(&first);
    world.sign_as_owner(&owner, &mut op).unwrap();
    op
}

#[test]
fn biconomys_factory_needs_stake() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut world = e2e::world().unwrap();
    let op = first_op(&mut world);
    let report = world.check_validation(&op).unwrap();
    assert_eq!(report.refusal, None);
    // the owner's address, in the mapping at slot 0 of the module
    let preimage = [word(op.sender), U256::ZERO].map(|word| word.to_be_bytes::<32>());
    let owner = keccak256(preimage.concat());
    let rule = Rule::FactoryStake { slot: owner };
    let [deployment, validation] = &report.violations[..] else {
        panic!("{report:#?}");
    };
    for (violation, phase) in [
        (deployment, Phase::Deployment),
        (validation, Phase::Validation),
    ] {
        assert_eq!(violation.phase, phase);
        assert_eq!(violation.contract, world.ecdsa_module);
        assert_eq!(violation.rule, rule);
    }
    assert_eq!(rule.id(), "STO-022");
    world.unchecked = Some("Biconomy's factory needs stake: STO-022");
    world.handle_ops(&[op]).unwrap().succeeded().unwrap();
}

#[test]
fn an_account_may_pay_the_entry_point() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut world = e2e::world().unwrap();
    let mut op = first_op(&mut world);
    let with_deposit = world.check_validation(&op).unwrap();
    // so dear that the deposit of 1 ether is not enough: the account pays the rest
    op.maxFeePerGas = U256::from(10).pow(U256::from(12));
    world.sign_as_owner(&owner(), &mut op).unwrap();
    world
        .embedded_mut()
        .unwrap()
        .set_balance(op.sender, U256::from(10).pow(U256::from(20)));
    let report = world.check_validation(&op).unwrap();
    assert_eq!(report.violations, with_deposit.violations);
    assert_eq!(report.frames, with_deposit.frames + 1);
    assert_eq!(report.refusal, None);
}

#[test]
fn a_factory_that_deploys_something_else_is_found() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut world = e2e::world().unwrap();
    let mut op = first_op(&mut world);
    op.sender = world.trader; // AA14: initCode must return sender
    let report = world.check_validation(&op).unwrap();
    assert!(report.refusal.unwrap().starts_with("AA14"));
    let has = |rule| report.violations.iter().any(|found| found.rule == rule);
    assert!(has(Rule::Create2), "{:#?}", report.violations);
}

#[test]
fn only_the_sender_may_be_without_code() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut world = e2e::world().unwrap();
    let mut op = first_op(&mut world);
    let factory = Address::repeat_byte(0xfa);
    let nobody = Address::repeat_byte(0xee);
    for (address, rule) in [(op.sender, None), (nobody, Some(Rule::NoCode(nobody)))] {
        // EXTCODESIZE, then no answer
        let code = [&[0x73][..], &address[..], &[0x3b, 0x00]].concat();
        world
            .embedded_mut()
            .unwrap()
            .set_code(factory, code.into())
            .unwrap();
        op.initCode = factory.to_vec().into();
        let report = world.check_validation(&op).unwrap();
        let rules: Vec<_> = report.violations.iter().map(|found| found.rule).collect();
        assert_eq!(rules, Vec::from_iter(rule));
        assert!(report.refusal.unwrap().starts_with("AA13"));
    }
}
