//! The SVMs whose target, method and amount are fields of the session.

use alloy::primitives::{Address, U256, U512};
use differential::calldata::Choices;

use super::limited;
use crate::{fields::Fields, keys::Keys, request::Request};

const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const MINT_TO: [u8; 4] = [0x2b, 0xaf, 0x2a, 0xcb];
const STAKE: [u8; 4] = [0xa6, 0x94, 0xfc, 0x3a];
const DEPOSIT: [u8; 4] = [0x6e, 0x55, 0x3f, 0x65];
const SUPPLY: [u8; 4] = [0x61, 0x7b, 0xa0, 0x37];
const EXACT_INPUT_SINGLE: [u8; 4] = [0x41, 0x4b, 0xf3, 0x89];
const EXACT_INPUT_SINGLE_02: [u8; 4] = [0x04, 0xe4, 0x5a, 0xaf];
const SWAP_EXACT_TOKENS: [u8; 4] = [0x38, 0xed, 0x17, 0x39];
const UNKNOWN: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];

/// Whom an action calls: a token, a DEX, a staking contract.
const TARGET: Address = Address::repeat_byte(0x70);
/// Spender, recipient or receiver.
const PARTNER: Address = Address::repeat_byte(0xac);
const TOKEN: Address = Address::repeat_byte(0x7a);
const OTHER_TOKEN: Address = Address::repeat_byte(0x7b);

fn session(keys: &Keys, target: Address) -> Fields {
    let session = Fields::default().word(keys.address.into_word());
    session.word(target.into_word())
}

/// `method(address,uint256)` of a token.
fn erc20(
    keys: &Keys,
    method: [u8; 4],
    selectors: &'static [[u8; 4]],
    choices: &mut Choices<'_>,
) -> Request {
    let (limit, amount) = limited(choices);
    let session = session(keys, TARGET).word(PARTNER.into_word()).word(limit);
    let data = Fields::default()
        .with(method)
        .word(PARTNER.into_word())
        .word(amount);
    Request::new(session, TARGET, data, selectors, choices)
}

pub fn erc20_approval(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    erc20(keys, APPROVE, &[TRANSFER, UNKNOWN], choices)
}

pub fn erc20_transfer(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let method = choices.pick(&[TRANSFER, APPROVE]);
    erc20(keys, method, &[UNKNOWN, MINT_TO], choices)
}

pub fn erc1155_mint(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let id = U256::from(choices.number()) << choices.pick(&[0, 224]);
    let session = session(keys, TARGET).word(PARTNER.into_word()).word(id);
    let data = Fields::default()
        .with(MINT_TO)
        .word(PARTNER.into_word())
        .word(id)
        .word(U256::ONE);
    Request::new(session, TARGET, data, &[TRANSFER, UNKNOWN], choices)
}

pub fn erc20_stake(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let selector = choices.pick(&[STAKE, DEPOSIT, SUPPLY]);
    let (limit, amount) = limited(choices);
    let (mut token, mut receiver) = (Address::ZERO, Address::ZERO);
    let data = Fields::default().with(selector);
    let data = match selector {
        STAKE => data.word(amount),
        DEPOSIT => {
            receiver = PARTNER;
            data.word(amount).word(receiver.into_word())
        }
        _ => {
            (token, receiver) = (TOKEN, PARTNER);
            let code = free(choices, 16);
            data.word(token.into_word())
                .word(amount)
                .word(receiver.into_word())
                .word(code)
        }
    };
    let session = session(keys, TARGET)
        .word(token.into_word())
        .word(receiver.into_word())
        .word(limit)
        .with(selector)
        .with([0; 28]);
    Request::new(
        session,
        TARGET,
        data,
        &[STAKE, DEPOSIT, SUPPLY, UNKNOWN],
        choices,
    )
}

pub fn dex_swap(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let price = price(choices);
    let shift: usize = choices.pick(&[0, 60]);
    let most: U256 = U256::from(choices.number()).max(U256::ONE) << shift;
    let half: U256 = most >> 1;
    let sold = choices.pick(&[most, most, half.max(U256::ONE)]);
    let least = least(sold, price);
    let bought = choices.pick(&[least, least, least.saturating_add(U256::ONE), U256::MAX]);
    let session = session(keys, TARGET)
        .word(TOKEN.into_word())
        .word(OTHER_TOKEN.into_word())
        .word(PARTNER.into_word())
        .word(choices.pick(&[most, most, U256::MAX]))
        .word(price.0)
        .word(price.1);
    let selector = choices.pick(&[EXACT_INPUT_SINGLE, EXACT_INPUT_SINGLE_02, SWAP_EXACT_TOKENS]);
    let data = Fields::default().with(selector);
    let data = if selector == SWAP_EXACT_TOKENS {
        data.word(sold)
            .word(bought)
            .word(U256::from(0xa0))
            .word(PARTNER.into_word())
            .word(free(choices, 256))
            .word(U256::from(2))
            .word(TOKEN.into_word())
            .word(OTHER_TOKEN.into_word())
    } else {
        let data = data
            .word(TOKEN.into_word())
            .word(OTHER_TOKEN.into_word())
            .word(free(choices, 24))
            .word(PARTNER.into_word());
        let has_deadline = selector == EXACT_INPUT_SINGLE;
        let data = if has_deadline {
            data.word(free(choices, 256))
        } else {
            data
        };
        data.word(sold).word(bought).word(free(choices, 160))
    };
    Request::new(
        session,
        TARGET,
        data,
        &[
            EXACT_INPUT_SINGLE,
            EXACT_INPUT_SINGLE_02,
            SWAP_EXACT_TOKENS,
            UNKNOWN,
            STAKE,
        ],
        choices,
    )
}

/// A number of so many bits that nobody looks at: often the largest, for which one more is dirt.
fn free(choices: &mut Choices<'_>, bits: usize) -> U256 {
    let max = U256::MAX >> (256 - bits);
    let number: U256 = U256::from(choices.number()) << choices.pick(&[0, 130]);
    choices.pick(&[number & max, max])
}

/// Numerator and denominator, of which some make products that need more than 256 bits.
fn price(choices: &mut Choices<'_>) -> (U256, U256) {
    let number = |exponent: u64| U256::from(10).pow(U256::from(exponent));
    choices.pick(&[
        (U256::from(1_980) * number(6), number(18)),
        (U256::ONE, U256::ONE),
        (U256::MAX, U256::MAX - U256::ONE),
        (U256::MAX - U256::from(3), U256::MAX >> 1),
        (number(70), U256::from(3) * number(71)),
    ])
}

/// The least amount that the price asks for; the largest number if there is none.
fn least(sold: U256, (num, den): (U256, U256)) -> U256 {
    let product = U512::from(sold) * U512::from(num);
    let least = product.div_ceil(U512::from(den));
    least.saturating_to::<U256>().max(U256::ONE)
}
