//! Random programs: whatever they do, the chain goes on, gas is bounded, wei is neither made nor
//! lost, and being watched changes nothing. (Random modules as such: devnode-meter's properties.)

mod common;
#[path = "common/random.rs"]
mod random;

use proptest::prelude::*;
use random::{Dice, run};

proptest! {
    #[test]
    fn the_chain_survives_any_programs(
        seed: u64,
        calldata in prop::collection::vec(any::<u8>(), 0..100),
        gas in 30_000..1_000_000_u64,
        forward in prop::sample::select(vec![0xf1_u8, 0xf4, 0xfa]),
    ) {
        run(Dice::of(&seed.to_le_bytes()), &calldata, gas, forward);
    }
}

#[test]
fn the_random_programs_call_one_another_and_end_in_every_way() {
    let (mut calls, mut creates, mut logs, mut ends) = (0, 0, 0, [0; 2]);
    for number in 1..=200_u64 {
        let seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (outcome, seen) = run(Dice::of(&seed.to_le_bytes()), &[1, 2, 3], 500_000, 0xf1);
        assert!(
            outcome.is_success(),
            "the contract before it succeeds: {outcome:?}"
        );
        ends[usize::from(outcome.output().unwrap()[0])] += 1;
        calls += seen.call_count();
        creates += seen.create_count();
        logs += outcome.logs().len();
    }
    println!("{ends:?} ended, {calls} calls, {creates} creates, {logs} logs");
    assert!(ends[0] > 20 && ends[1] > 20, "{ends:?}");
    assert!(
        calls > 500 && creates > 50 && logs > 10,
        "{calls} {creates} {logs}"
    );
}
