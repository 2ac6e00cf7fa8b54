//! `abi`: rules that the arguments obey.

use alloy::primitives::{Address, U256};
use differential::calldata::Choices;

use crate::{fields::Fields, keys::Keys, request::Request};

const CONTRACT: Address = Address::repeat_byte(0x77);
const METHODS: &[[u8; 4]] = &[[0x65, 0xc5, 0xfb, 0x8b], [0; 4], [0xff; 4]];

pub fn request(keys: &Keys, choices: &mut Choices<'_>) -> Request {
    let selector = choices.pick(METHODS);
    let mut data = Fields::default().with(selector);
    for _ in 0..choices.below(5) {
        let argument = U256::from(choices.number()) << choices.pick(&[0, 0, 1, 224]);
        data = data.word(choices.pick(&[argument, argument, U256::ZERO, U256::MAX]));
    }
    let tail = choices.below(9);
    let data = data.with(choices.fill(tail));

    let limit = u128::from(choices.number()) << choices.pick(&[0, 96]);
    let limit = choices.pick(&[limit, 0, u128::MAX]);
    let value = choices.pick(&[limit, limit >> 1, 0]);

    let arguments = &data.bytes()[4..];
    let count = if arguments.len() < 32 {
        0
    } else {
        choices.below(4)
    };
    let mut session = Fields::default()
        .with(keys.address)
        .with(CONTRACT)
        .with(selector)
        .with(limit.to_be_bytes())
        .with(u16::try_from(count).unwrap().to_be_bytes());
    for _ in 0..count {
        let last = arguments.len() - 32;
        let at = match choices.below(3) {
            0 => last,
            1 => 32 * choices.below(last / 32 + 1),
            _ => choices.below(last + 1),
        };
        let (condition, reference) = rule(U256::from_be_slice(&arguments[at..][..32]), choices);
        session = session
            .with(u16::try_from(at).unwrap().to_be_bytes())
            .with([condition])
            .word(reference);
    }
    if choices.one_in(6) {
        session = session.with(choices.fill(20));
    }
    let mut request = Request::new(session, CONTRACT, data, METHODS, choices);
    request.value = U256::from(value);
    request
}

/// A condition, and a reference of which it holds.
fn rule(argument: U256, choices: &mut Choices<'_>) -> (u8, U256) {
    let far = U256::from(choices.number());
    let by = choices.pick(&[U256::ZERO, U256::ONE, far]);
    let (above, below) = (argument.saturating_add(by), argument.saturating_sub(by));
    let rule = choices.pick(&[
        (0, argument),
        (1, above),
        (2, above),
        (3, below),
        (4, below),
        (5, argument ^ (by | U256::ONE)),
    ]);
    match rule {
        (2 | 4, same) if same == argument => (0, same),
        rule => rule,
    }
}
