//! The execution is real.

use alloy::{primitives::U256, sol_types::decode_revert_reason};
use world::{A, B, MAX_A};

#[test]
fn one_user_op_approves_swaps_and_deposits() {
    let mut job = e2e::job().unwrap();
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    job.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    let balance = |token| job.world.balance_of(token, job.account).unwrap();
    assert_eq!(balance(job.world.token_a), U256::from(990) * A);
    assert_eq!(balance(job.world.vault), U256::from(19_900) * B);
    // The pool gives about 19,938 B: what the minimum leaves stays in the account.
    let rest = balance(job.world.token_b);
    assert!(rest > U256::ZERO && rest < U256::from(100) * B, "{rest}");
}

#[test]
fn the_swap_pays_at_least_its_minimum_and_not_more_than_the_market() {
    let mut job = e2e::job().unwrap();
    let least = U256::from(19_900) * B;
    let actions = [job.approve(MAX_A), job.swap(MAX_A, least)];
    let op = job.signed(&actions, &[0, 1]).unwrap();
    job.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    let bought = job
        .world
        .balance_of(job.world.token_b, job.account)
        .unwrap();
    assert!(
        (least..U256::from(20_000) * B).contains(&bought),
        "{bought}"
    );
}

#[test]
fn after_the_price_moved_the_user_op_validates_and_its_execution_reverts_whole() {
    let mut job = e2e::job().unwrap();
    let sold = U256::from(1_000) * A;
    job.world.move_price(job.world.token_a, sold).unwrap();
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    let bundle = job.world.handle_ops(&[op]).unwrap();
    let [result] = bundle.ops() else {
        panic!("refused: {:?}", bundle.refusal());
    };
    assert!(!result.success);
    let reason = decode_revert_reason(result.revert.as_ref().unwrap()).unwrap();
    assert!(reason.contains("Too little received"), "{reason}");
    let balance = |token| job.world.balance_of(token, job.account).unwrap();
    assert_eq!(balance(job.world.token_a), U256::from(1_000) * A);
    assert_eq!(balance(job.world.vault), U256::ZERO);
}

#[test]
fn a_single_action_goes_through_the_manager() {
    let mut job = e2e::job().unwrap();
    let mut op = job.user_op(&[]).unwrap();
    op.callData = session_keys::execute(&job.approve(MAX_A));
    job.key.sign(&job.tree, &[0], &mut op).unwrap();
    job.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    let call = world::abi::Token::allowanceCall {
        owner: job.account,
        spender: job.world.swap_router,
    };
    assert_eq!(job.world.view(job.world.token_a, call).unwrap(), MAX_A);
}
