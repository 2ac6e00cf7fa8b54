//! Programs that the input writes: the chain goes on, gas is bounded, wei is neither made nor lost, and being watched
//! changes nothing. The first bytes choose gas and how the programs are called.
#![no_main]

#[path = "../../../devnode/evm/tests/common/mod.rs"]
mod common;
#[path = "../../../devnode/evm/tests/common/random.rs"]
mod random;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((head, data)) = data.split_first_chunk::<3>() else { return };
    let gas = 30_000 + 3_000 * u64::from(head[0]);
    let forward = [0xf1, 0xf4, 0xfa][usize::from(head[1]) % 3];
    random::run(random::Dice::of(data), &data[..data.len().min(head[2].into())], gas, forward);
});
