//! A paymaster that takes tokens takes what the account has once allowed it, when a session key names it.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolValue},
};
use session_keys::{
    execute,
    session_data::{Bounds, PaymasterRule},
};
use world::{
    MAX_A,
    abi::{EntryPoint, Token},
    to,
};

use super::{LANE, bounds, managed, op_in};
use crate::scene::{Scene, SessionData, aa23, bound};

/// A paymaster with a deposit, to which the account has allowed all its A.
fn paymaster(scene: &mut Scene) -> Address {
    let token = scene.job.world.token_a;
    let paymaster = scene
        .job
        .world
        .deploy("GreedyPaymaster", &token.abi_encode())
        .unwrap();
    let world = &mut scene.job.world;
    let (deployer, entry_point) = (world.deployer, world.entry_point);
    let deposit = EntryPoint::depositToCall { account: paymaster };
    let wei = U256::from(10).pow(U256::from(17));
    world
        .send_value(deployer, entry_point, wei, deposit)
        .unwrap();
    let allow = Token::approveCall {
        spender: paymaster,
        amount: U256::MAX,
    };
    scene
        .job
        .as_owner(&[to(token, allow.abi_encode())])
        .unwrap();
    paymaster
}

fn paid_by(scene: &Scene, paymaster: Address, session: &SessionData) -> session_keys::UserOp {
    let mut op = op_in(scene, LANE, execute(&scene.job.approve(MAX_A)));
    op.paymasterAndData = paymaster.to_vec().into();
    managed(scene, op, session)
}

fn a_token_paymaster_is_refused_unless_it_is_the_one_granted(mut scene: Scene) {
    e2e::embedded_only!("a deployer with ether");
    let paymaster = paymaster(&mut scene);
    let nobody = bounds(&scene, 0);
    let only = Bounds {
        paymaster: PaymasterRule::Only(Address::repeat_byte(9)),
        max_op_cost_wei: 0,
        ..nobody
    };
    let approval = scene.typed()[0].clone();
    let account = scene.account;
    let held = |scene: &Scene| {
        let world = &scene.job.world;
        world.balance_of(world.token_a, account).unwrap()
    };
    let before = held(&scene);
    for bounds in [nobody, only] {
        let [session] = scene.grant([bound(&approval, &bounds)]);
        let op = paid_by(&scene, paymaster, &session);
        assert_eq!(scene.refused(&op), aa23("BND Wrong Paymaster"));
        assert_eq!(held(&scene), before);
    }
    // Without bounds it costs all the account's tokens, whatever the userOp does.
    let [session] = scene.grant([approval]);
    let op = paid_by(&scene, paymaster, &session);
    scene.executed(&op);
    assert_eq!(held(&scene), U256::ZERO);
}

in_both_layouts! {
    a_token_paymaster_is_refused_unless_it_is_the_one_granted,
}
