//! `erc20-transfer` and `abi`, on a token.

use alloy::{primitives::U256, sol_types::SolCall};
use session_keys::{
    Action,
    session_data::{AbiRule, AbiRules, Condition, Erc20Transfer},
};
use world::{A, abi::Token};

use crate::scene::{Scene, call, ten_a, with_argument};

const TRANSFER: usize = 0;
const BY_RULES: usize = 1;

/// Two sessions: at most 10 A for the stranger, by each of the SVMs. With the transfer of so much.
fn scene() -> (Scene, Action) {
    let mut scene = Scene::new();
    let (session_key, token, recipient) =
        (scene.key.address(), scene.world.token_a, scene.stranger);
    let transfer = Erc20Transfer {
        session_key,
        token,
        recipient,
        max_amount: ten_a(),
    };
    let by_rules = AbiRules {
        session_key,
        contract: token,
        selector: Token::transferCall::SELECTOR.into(),
        max_value: U256::ZERO,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, recipient).unwrap(),
            AbiRule::argument(1, Condition::AtMost, ten_a()).unwrap(),
        ],
    };
    let by_rules = by_rules.encode().unwrap();
    scene.grant(&[("erc20-transfer", transfer.encode()), ("abi", by_rules)]);
    let amount = ten_a();
    let action = call(
        token,
        &Token::transferCall {
            to: recipient,
            amount,
        },
    );
    (scene, action)
}

#[test]
fn tokens_go_to_the_recipient_alone_and_in_a_batch() {
    let (mut scene, transfer) = scene();
    let (token, stranger) = (scene.world.token_a, scene.stranger);
    let received = |scene: &Scene| scene.world.balance_of(token, stranger).unwrap();
    let (before, had) = (received(&scene), scene.balance(token));
    for session in [TRANSFER, BY_RULES] {
        scene.act(std::slice::from_ref(&transfer), &[session]);
    }
    let both = [transfer.clone(), transfer];
    scene.act(&both, &[TRANSFER, BY_RULES]);
    scene.act(&both, &[BY_RULES, BY_RULES]);
    assert_eq!(received(&scene), before + U256::from(60) * A);
    assert_eq!(scene.balance(token), had - U256::from(60) * A);
}

#[test]
fn the_recipient_may_be_approved() {
    let (mut scene, transfer) = scene();
    let (token, account, spender) = (scene.world.token_a, scene.account, scene.stranger);
    let amount = ten_a();
    let approve = call(token, &Token::approveCall { spender, amount });
    scene.act(std::slice::from_ref(&approve), &[TRANSFER]);
    let allowance = Token::allowanceCall {
        owner: account,
        spender,
    };
    assert_eq!(scene.world.view(token, allowance).unwrap(), ten_a());
    // Not by rules: one method is granted.
    let text = "ABISV Selector Forbidden";
    scene.refused_with(&approve, BY_RULES, (&transfer, TRANSFER), text);
}

#[test]
fn nothing_else_is_done() {
    let (mut scene, good) = scene();
    let token_b = scene.world.token_b;
    let allowed = (&good, TRANSFER);
    let more = with_argument(&good, 1, ten_a() + U256::ONE);
    let other = with_argument(&good, 0, scene.account);
    let elsewhere = Action {
        to: token_b,
        ..good.clone()
    };
    let paid = Action {
        value: U256::ONE,
        ..good.clone()
    };
    let mut longer = good.clone();
    longer.data = [&good.data[..], &[0]].concat().into();
    let burn = Action {
        data: [&[0x42, 0x96, 0x6c, 0x68], &good.data[4..]].concat().into(),
        ..good.clone()
    };
    for (action, text) in [
        (&more, "ERC20SV Max Amount Exceeded"),
        (&other, "ERC20SV Wrong Recipient"),
        (&paid, "ERC20SV Non Zero Value"),
        (&longer, "ERC20SV Malformed Call"),
        (&burn, "ERC20SV Invalid Method"),
    ] {
        scene.refused_with(action, TRANSFER, allowed, text);
    }
    let texts = ["ERC20SV Wrong Token", "ERC20SV Invalid Token"];
    scene.refused(&elsewhere, TRANSFER, allowed, texts);
    for (action, text) in [
        (&more, "ABISV Arg Rule Violated"),
        (&other, "ABISV Arg Rule Violated"),
        (&elsewhere, "ABISV Destination Forbidden"),
        (&paid, "ABISV Permitted Value Exceeded"),
        (&burn, "ABISV Selector Forbidden"),
    ] {
        scene.refused_with(action, BY_RULES, allowed, text);
    }
}
