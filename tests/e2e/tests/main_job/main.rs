//! The main job: one session-signed userOp approves, swaps and deposits, through the real EntryPoint, account and DEX.

use alloy::primitives::U256;
use world::{A, B, MainJob};

#[test]
fn one_user_op_approves_swaps_and_deposits() {
    let mut job = MainJob::new().unwrap();
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
    let bundle = job.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    println!("gas {}", bundle.receipt.gas_used);
    let balance = |token| job.world.balance_of(token, job.account).unwrap();
    assert_eq!(balance(job.world.token_a), U256::from(990) * A);
    assert_eq!(balance(job.world.vault), U256::from(19_900) * B);
}
