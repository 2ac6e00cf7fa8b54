//! Calls of an SVM: valid ones come from `grants`; here they are changed, signed and encoded.

use alloy::primitives::{Address, B256, U256};
use differential::calldata::{Choices, Node, change_times, encode};

use crate::{fields::Fields, keys::Keys};

const VALIDATE_SESSION_PARAMS: [u8; 4] = [0xc2, 0x0b, 0xcc, 0xb9];
const VALIDATE_SESSION_USER_OP: [u8; 4] = [0x84, 0xf1, 0x6a, 0x4d];
const EXECUTE: [[u8; 4]; 2] = [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]];

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    Params,
    UserOp,
}

impl Entry {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Params => "validateSessionParams",
            Self::UserOp => "validateSessionUserOp",
        }
    }
}

/// What is sent.
#[derive(Debug)]
pub struct Input {
    pub entry: Entry,
    pub calldata: Vec<u8>,
    pub wei: u64,
}

impl Input {
    /// The arguments, if it is a call that takes any.
    pub fn arguments(&self) -> Option<&[u8]> {
        let selector = match self.entry {
            Entry::Params => VALIDATE_SESSION_PARAMS,
            Entry::UserOp => VALIDATE_SESSION_USER_OP,
        };
        self.calldata.strip_prefix(&selector)
    }
}

/// How a userOp is signed.
#[derive(Clone, Copy, Debug)]
enum Signing {
    Key,
    OtherKey,
    Length(usize),
    V(u8),
    HighS,
    /// r, s or both.
    Zero(usize, usize),
}

/// What a userOp has that only `bounded` looks at.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// nonce, callGasLimit, verificationGasLimit, preVerificationGas, maxFeePerGas: five words.
    pub numbers: Fields,
    pub paymaster_and_data: Vec<u8>,
}

/// A call of an SVM, not yet encoded.
#[derive(Clone, Debug)]
pub struct Request {
    pub entry: Entry,
    pub session: Fields,
    pub to: B256,
    pub value: U256,
    /// The inner call: selector and arguments.
    pub data: Fields,
    pub envelope: Option<Envelope>,
    /// What may stand in the place of the inner selector.
    pub selectors: &'static [[u8; 4]],
    outer: [u8; 4],
    signing: Signing,
    /// callData, or in a batch the action's call, is cut to so many bytes.
    call_data_len: Option<usize>,
    wei: u64,
}

impl Request {
    /// A valid one.
    pub fn new(
        session: Fields,
        to: Address,
        data: Fields,
        selectors: &'static [[u8; 4]],
        choices: &mut Choices<'_>,
    ) -> Self {
        Self {
            entry: choices.pick(&[Entry::Params, Entry::UserOp]),
            session,
            to: to.into_word(),
            value: U256::ZERO,
            data,
            envelope: None,
            selectors,
            outer: choices.pick(&EXECUTE),
            signing: Signing::Key,
            call_data_len: None,
            wei: 0,
        }
    }

    /// Changes something that the rules may look at.
    pub fn change(&mut self, choices: &mut Choices<'_>) {
        if let Some(envelope) = self.envelope.as_mut().filter(|_| choices.one_in(2)) {
            envelope.change(choices);
            return;
        }
        match choices.below(16) {
            0..=3 => self.data.change(choices),
            4..=6 => self.session.change(choices),
            7 => self.data.resize(choices),
            8 => self.session.resize(choices),
            9 => self.to = self.other_target(choices),
            10 => self.value = choices.pick(&[U256::ONE, U256::MAX, self.value + U256::ONE]),
            11 => {
                let selector = choices.pick(self.selectors);
                self.data.begin_with(&selector);
            }
            12 => self.outer = choices.pick(&[[0x00, 0x00, 0x46, 0x80], [0xde, 0xad, 0xbe, 0xef]]),
            13 if choices.one_in(2) => self.call_data_len = Some(choices.below(5)),
            14 if choices.one_in(4) => self.wei = 1,
            _ => {
                self.entry = Entry::UserOp;
                let (len, v) = (
                    choices.pick(&[64, 66, 0, 1, 97]),
                    choices.pick(&[0, 1, 26, 29, 255]),
                );
                self.signing = choices.pick(&[
                    Signing::OtherKey,
                    Signing::Length(len),
                    Signing::V(v),
                    Signing::HighS,
                    Signing::Zero(0, 32),
                    Signing::Zero(32, 64),
                    Signing::Zero(0, 64),
                ]);
            }
        }
    }

    fn other_target(&self, choices: &mut Choices<'_>) -> B256 {
        let bit = U256::ONE << choices.pick(&[0, 160, 255, 8]);
        let near = self.to ^ B256::from(bit);
        choices.pick(&[near, B256::ZERO])
    }

    /// Its calldata, with so many bytes, lengths or offsets changed.
    pub fn encode(&self, keys: &Keys, changes: usize, choices: &mut Choices<'_>) -> Input {
        let (selector, fields, changes) = match self.entry {
            Entry::Params => {
                let mut fields = self.call();
                fields.extend([self.session(), Node::Bytes(choices.fill(7))]);
                (VALIDATE_SESSION_PARAMS, fields, changes)
            }
            Entry::UserOp => {
                let inner = choices.below(changes + 1);
                let call = change_times(encode(&self.call(), choices), inner, choices);
                let mut call_data = [&self.outer[..], &call].concat();
                call_data.truncate(self.call_data_len.unwrap_or(call_data.len()));
                let fields = self.user_op(call_data, keys, choices);
                (VALIDATE_SESSION_USER_OP, fields, changes - inner)
            }
        };
        let arguments = change_times(encode(&fields, choices), changes, choices);
        Input {
            entry: self.entry,
            calldata: [&selector[..], &arguments].concat(),
            wei: self.wei,
        }
    }

    fn session(&self) -> Node {
        Node::Bytes(self.session.bytes().to_vec())
    }

    /// The arguments of `execute`, which also are the first ones of validateSessionParams.
    fn call(&self) -> Vec<Node> {
        let mut data = self.data.bytes().to_vec();
        if self.entry == Entry::Params {
            data.truncate(self.call_data_len.unwrap_or(data.len()));
        }
        vec![
            Node::Word(self.to.0),
            Node::Word(self.value.to_be_bytes()),
            Node::Bytes(data),
        ]
    }

    /// The arguments of validateSessionUserOp.
    fn user_op(&self, call_data: Vec<u8>, keys: &Keys, choices: &mut Choices<'_>) -> Vec<Node> {
        let envelope = self.envelope.clone().unwrap_or_default();
        let mut numbers = envelope.numbers.bytes().to_vec();
        numbers.resize(5 * 32, 0);
        let number = |index: usize| Node::Word(numbers[32 * index..][..32].try_into().unwrap());
        let (hash, signature) = self.sign(keys, choices);
        let op = vec![
            Node::Word(Address::repeat_byte(0xac).into_word().0),
            number(0),
            Node::Bytes(Vec::new()),
            Node::Bytes(call_data),
            number(1),
            number(2),
            number(3),
            number(4),
            Node::Word([0; 32]),
            Node::Bytes(envelope.paymaster_and_data),
            Node::Bytes(vec![1; 3]),
        ];
        vec![
            Node::Tuple(op),
            Node::Word(hash.0),
            self.session(),
            Node::Bytes(signature),
        ]
    }

    fn sign(&self, keys: &Keys, choices: &mut Choices<'_>) -> (B256, Vec<u8>) {
        let signed = keys.any(choices);
        let mut signature = match self.signing {
            Signing::OtherKey => signed.other_key.clone(),
            _ => signed.key.clone(),
        };
        match self.signing {
            Signing::Key | Signing::OtherKey => {}
            Signing::Length(len) => signature.resize(len, 0),
            Signing::V(v) => signature[64] = v,
            Signing::HighS => signature.clone_from(&signed.high_s),
            Signing::Zero(start, end) => signature[start..end].fill(0),
        }
        (signed.hash, signature)
    }
}

impl Envelope {
    fn change(&mut self, choices: &mut Choices<'_>) {
        match choices.below(6) {
            0..=2 => self.numbers.change(choices),
            // One use too many.
            3 => self.numbers.increase(0),
            _ => {
                let len = choices.pick(&[0, 1, 19, 20, 21, 52]);
                self.paymaster_and_data.resize(len, 0x0a);
                if choices.one_in(2) {
                    self.paymaster_and_data.fill(choices.pick(&[0, 0x0b]));
                }
            }
        }
    }
}
