//! Requests, and what they are made of.

use alloy_primitives::U256;
use session_core::{
    Address, Keccak, Reject, Word,
    execution::{Action, EXECUTE, EXECUTE_OPTIMIZED},
    rules::{Request as Asked, Rules, check},
};
use sha3::Digest;

/// keccak-256 of another crate.
pub struct Sha3;

impl Keccak for Sha3 {
    fn keccak(&self, parts: &[&[u8]]) -> Word {
        let mut hasher = sha3::Keccak256::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }
}

pub const MAX: Word = [0xff; 32];
pub const ZERO: Word = [0; 32];

pub fn number(value: u64) -> Word {
    U256::from(value).to_be_bytes()
}

/// The word of the address 0xNN…NN.
pub fn account(byte: u8) -> Word {
    let mut word = [byte; 32];
    word[..12].fill(0);
    word
}

pub fn plus_one(word: Word) -> Word {
    U256::from_be_bytes(word)
        .wrapping_add(U256::ONE)
        .to_be_bytes()
}

pub fn minus_one(word: Word) -> Word {
    U256::from_be_bytes(word)
        .wrapping_sub(U256::ONE)
        .to_be_bytes()
}

pub fn flip_bit(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 0x80 >> (bit % 8);
}

/// A call of the account, and the session key data that is to cover it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Selector of the account's method.
    pub outer: [u8; 4],
    pub session: Vec<u8>,
    /// The word of the target: it can be dirty.
    pub to: Word,
    pub value: Word,
    pub inner: Vec<u8>,
}

impl Request {
    pub fn new(session: &[Word], to: Word, selector: [u8; 4], arguments: &[Word]) -> Self {
        Self {
            outer: EXECUTE,
            session: session.concat(),
            to,
            value: ZERO,
            inner: [&selector[..], &arguments.concat()].concat(),
        }
    }

    /// With another word of session key data.
    pub fn session_word(&self, index: usize, word: Word) -> Self {
        let mut request = self.clone();
        request.session[32 * index..][..32].copy_from_slice(&word);
        request
    }

    /// With another argument of the inner call.
    pub fn argument(&self, index: usize, word: Word) -> Self {
        let mut request = self.clone();
        request.set_argument(index, word);
        request
    }

    pub fn set_argument(&mut self, index: usize, word: Word) {
        self.inner[4 + 32 * index..][..32].copy_from_slice(&word);
    }

    pub fn call_data(&self) -> Vec<u8> {
        let len = number(u64::try_from(self.inner.len()).unwrap());
        let head = [self.to, self.value, number(0x60), len].concat();
        [&self.outer[..], &head, &self.inner].concat()
    }

    /// The answer of `validateSessionUserOp`'s rule.
    pub fn by_call_data<'a, R: Rules<'a>>(&'a self) -> Result<Address, Reject> {
        check::<R>(Asked::CallData(&self.call_data()), &self.session).copied()
    }

    /// The answer of `validateSessionParams`'s rule.
    pub fn by_action<'a, R: Rules<'a>>(&'a self) -> Result<Address, Reject> {
        let action = Action {
            to: self.to.last_chunk().unwrap(),
            value: &self.value,
            data: &self.inner,
        };
        check::<R>(Asked::Params(action), &self.session).copied()
    }

    /// The answer of both, which must be one, whichever `execute` is called.
    pub fn answer<'a, R: Rules<'a>>(&'a self) -> Result<Address, Reject> {
        self.assert_by_call_data::<R>(self.by_action::<R>())
    }

    /// That answer of `validateSessionUserOp`'s rule, whichever `execute` is called.
    pub fn assert_by_call_data<'a, R: Rules<'a>>(
        &'a self,
        answer: Result<Address, Reject>,
    ) -> Result<Address, Reject> {
        for outer in [EXECUTE, EXECUTE_OPTIMIZED] {
            let other = Self {
                outer,
                ..self.clone()
            };
            let by_call_data =
                check::<R>(Asked::CallData(&other.call_data()), &self.session).copied();
            assert_eq!(by_call_data, answer, "{self:?}");
        }
        answer
    }
}
