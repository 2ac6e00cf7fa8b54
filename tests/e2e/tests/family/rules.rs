//! `abi`: its rules are generic, so what no session may call is closed to them too (7.2-H).

use alloy::primitives::{Address, U256};
use session_keys::{
    Action, calls,
    session_data::{AbiRules, Erc20Transfer},
};
use world::abi::Token;

use crate::scene::{Scene, call, ten_a};

/// Any arguments of one method of `contract`, and, to stand before it in a batch, a harmless transfer.
fn scene(mut scene: Scene, action: &Action) -> (Scene, Action) {
    let session_key = scene.key.address();
    let selector = action.data[..4].try_into().unwrap();
    let anything = AbiRules {
        session_key,
        contract: action.to,
        selector,
        max_value: U256::from(u128::MAX),
        rules: Vec::new(),
    };
    let harmless = Erc20Transfer {
        session_key,
        token: scene.world.token_a,
        recipient: scene.stranger,
        max_amount: ten_a(),
    };
    let anything = anything.encode().unwrap();
    scene.grant(&[("abi", anything), ("erc20-transfer", harmless.encode())]);
    let transfer = Token::transferCall {
        to: scene.stranger,
        amount: U256::ONE,
    };
    let harmless = call(scene.world.token_a, &transfer);
    (scene, harmless)
}

fn is_forbidden(of_target: impl Fn(&Scene) -> (Address, alloy::primitives::Bytes)) {
    let fresh = Scene::new();
    let (to, data) = of_target(&fresh);
    let action = Action {
        to,
        value: U256::ZERO,
        data,
    };
    let (mut scene, harmless) = scene(fresh, &action);
    let texts = ["SKM Forbidden Target", "SR Forbidden Target"];
    scene.refused(&action, 0, (&harmless, 1), texts);
    // Nor is it the batch as such that is refused.
    scene.act(&[harmless.clone(), harmless], &[1, 1]);
}

#[test]
fn rules_do_not_reach_the_account() {
    is_forbidden(|scene| (scene.account, calls::enable_module(scene.stranger)));
}

#[test]
fn rules_do_not_reach_the_entry_point() {
    is_forbidden(|scene| {
        (
            scene.world.entry_point,
            calls::enable_module(scene.stranger),
        )
    });
}

#[test]
fn rules_do_not_reach_an_enabled_module() {
    is_forbidden(|scene| {
        let module = scene.world.ecdsa_module;
        (module, calls::enable_module(scene.stranger))
    });
}

#[test]
fn rules_do_not_reach_manager_and_router() {
    let root = calls::set_merkle_root(alloy::primitives::B256::repeat_byte(1));
    let again = root.clone();
    is_forbidden(move |scene| (scene.key.deployment.manager, root.clone()));
    is_forbidden(move |scene| (scene.key.deployment.router, again.clone()));
}

/// Ether goes with a call that has a method, up to the limit.
#[test]
fn ether_goes_with_a_call_up_to_the_limit() {
    e2e::embedded_only!("an account with ether");
    let fresh = Scene::new();
    let deposit = Action {
        to: fresh.stranger,
        value: U256::from(5),
        data: [1, 2, 3, 4].into(),
    };
    let (mut scene, harmless) = scene(fresh, &deposit);
    let (account, stranger) = (scene.account, scene.stranger);
    let latest = alloy::eips::BlockNumberOrTag::Latest;
    let node = scene.world.embedded_mut().unwrap();
    node.set_balance(account, U256::from(100));
    let balance = |scene: &Scene| {
        let node = scene.world.embedded().unwrap();
        node.balance(stranger, latest).unwrap()
    };
    let before = balance(&scene);
    scene.act(&[deposit.clone(), deposit.clone()], &[0, 0]);
    scene.act(std::slice::from_ref(&deposit), &[0]);
    assert_eq!(balance(&scene), before + U256::from(15));
    let too_much = Action {
        value: U256::from(u128::MAX) + U256::ONE,
        ..deposit.clone()
    };
    let text = "ABISV Permitted Value Exceeded";
    scene.refused_with(&too_much, 0, (&harmless, 1), text);
    let no_method = Action {
        data: [1, 2, 3].into(),
        ..deposit
    };
    scene.refused_with(&no_method, 0, (&harmless, 1), "");
}
