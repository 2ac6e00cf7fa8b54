//! `bounded`: envelopes round sessions of another SVM.

use alloy::primitives::{Address, U256};
use differential::calldata::Choices;

use super::typed::erc20_approval;
use crate::{
    fields::Fields,
    keys::Keys,
    request::{Entry, Envelope, Request},
};

/// Where the oracle of erc20-approval is, the inner SVM of most sessions.
pub const APPROVAL: Address = Address::repeat_byte(0xe1);
/// A contract that allows whatever the key signs.
pub const MOCK: Address = Address::repeat_byte(0xe2);
/// How many SVMs are odd, the last of which has no code.
const ODD_COUNT: usize = 6;

const LANE: u8 = 1;
const NO_PAYMASTER: u8 = 2;
const THIS_PAYMASTER: u8 = 4;
const SEVERAL_ACTIONS: u8 = 8;
const PAYMASTER: Address = Address::repeat_byte(0x9a);

/// Where an SVM is that answers otherwise.
pub const fn odd(number: u8) -> Address {
    let mut address = [0xe3; 20];
    address[19] = number;
    Address::new(address)
}

pub fn request(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let mut request = erc20_approval(keys, choices);
    if !choices.one_in(24) {
        request.entry = Entry::UserOp;
    }
    let mut flags = choices.pick(&[0, 0, SEVERAL_ACTIONS]);
    let number = |choices: &mut Choices<'_>| U256::from(choices.number() >> 4);

    let (mut lane, mut max_uses, mut nonce) = (U256::ZERO, 0, number(choices) << 50);
    if choices.one_in(2) {
        flags |= LANE;
        let some = (number(choices) + U256::ONE, u64::from(choices.number()) + 1);
        lane = choices.pick(&[some.0, U256::MAX >> 64]);
        max_uses = choices.pick(&[0, some.1, u64::MAX]);
        let last = max_uses.wrapping_sub(1);
        let sequence = choices.pick(&[last, last / 2, 0]);
        nonce = (lane << 64) | U256::from(sequence);
    }

    let (mut paymaster, mut paymaster_and_data) = (Address::ZERO, Vec::new());
    match choices.below(5) {
        0 => flags |= NO_PAYMASTER,
        1 => {
            (flags, paymaster) = (flags | THIS_PAYMASTER, PAYMASTER);
            paymaster_and_data = [PAYMASTER.as_slice(), &[7; 9]].concat();
        }
        2 => paymaster_and_data = choices.pick(&[PAYMASTER, Address::ZERO]).to_vec(),
        _ => {}
    }
    let has_paymaster = paymaster_and_data.starts_with(PAYMASTER.as_slice());

    let fee = number(choices) << choices.pick(&[0, 8]);
    let [call, verification, before] = [0; 3].map(|_| number(choices));
    let gas = call + verification + before;
    let factor = U256::from(if has_paymaster { 3 } else { 1 });
    let cost = (call + verification * factor + before) * fee;
    // No limit, just enough, or more.
    let limit = |value: U256, choices: &mut Choices<'_>| {
        let value = value.to::<u128>();
        choices.pick(&[value, 0, value + 1])
    };
    let max_gas = u64::try_from(limit(gas, choices)).unwrap();
    let (max_op_cost, max_fee) = (limit(cost, choices), limit(fee, choices));

    let inner = match choices.below(16) {
        14 => odd(u8::try_from(choices.below(ODD_COUNT)).unwrap()),
        12 | 13 => MOCK,
        _ => APPROVAL,
    };
    request.session = Fields::default()
        .with([1])
        .with([flags])
        .with(max_uses.to_be_bytes())
        .with(&lane.to_be_bytes::<32>()[8..])
        .with(max_op_cost.to_be_bytes())
        .with(max_fee.to_be_bytes())
        .with(max_gas.to_be_bytes())
        .with(paymaster)
        .with(inner)
        .followed_by(&request.session);
    request.envelope = Some(Envelope {
        numbers: Fields::default()
            .word(nonce)
            .word(call)
            .word(verification)
            .word(before)
            .word(fee),
        paymaster_and_data,
    });
    request
}
