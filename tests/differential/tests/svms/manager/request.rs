//! Calls of a manager.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolValue,
};
use differential::calldata::{Choices, Node, change_times, encode};

use super::{
    ACCOUNT, BIT_47, ENTRY_POINTS, EXECUTE, FOREVER_SECS, MAX, MODULE, SPENDER, Scene, TOKEN,
};
use crate::grants::MOCK;

const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    UserOp,
    Key,
    SetRoot,
    GetRoot,
    IsValidSignature,
}

impl Entry {
    pub const ALL: [Self; 5] = [
        Self::UserOp,
        Self::Key,
        Self::SetRoot,
        Self::GetRoot,
        Self::IsValidSignature,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::UserOp => "validateUserOp",
            Self::Key => "validateSessionKey",
            Self::SetRoot => "setMerkleRoot",
            Self::GetRoot => "getSessionKeys",
            Self::IsValidSignature => "isValidSignature",
        }
    }

    const fn selector(self) -> [u8; 4] {
        match self {
            Self::UserOp => [0xff, 0xf3, 0x5b, 0x72],
            Self::Key => [0xb1, 0x31, 0x52, 0xee],
            Self::SetRoot => [0x7c, 0xb6, 0x47, 0x59],
            Self::GetRoot => [0xfd, 0xe5, 0x35, 0x4d],
            Self::IsValidSignature => [0x16, 0x26, 0xba, 0x7e],
        }
    }
}

/// What is sent.
pub struct Call {
    pub entry: Entry,
    pub calldata: Vec<u8>,
    pub wei: u64,
}

impl Call {
    /// The arguments, if it is a call that takes any.
    pub fn arguments(&self) -> Option<&[u8]> {
        let arguments = self.calldata.strip_prefix(&self.entry.selector());
        arguments.filter(|_| self.wei == 0)
    }
}

/// A session, what it is used for, and by whom.
pub struct Use {
    pub entry: Entry,
    pub account: B256,
    until: U256,
    after: U256,
    svm: B256,
    data: Vec<u8>,
    proof: Vec<B256>,
    pub to: B256,
    /// The approval's.
    amount: U256,
    fee: U256,
    outer: [u8; 4],
    pub signature: Vec<u8>,
    pub hash: B256,
    wei: u64,
}

/// Of ten calls, five are valid, three have changes that the rules see, two have changes in their encoding.
pub fn any(scene: &Scene, choices: &mut Choices<'_>) -> Call {
    let entry = match choices.below(20) {
        0..14 => Entry::UserOp,
        14..17 => Entry::Key,
        17 => Entry::SetRoot,
        18 => Entry::GetRoot,
        _ => Entry::IsValidSignature,
    };
    let (changes, broken) = choices.pick(&[
        (0, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (1, 0),
        (1, 0),
        (2, 0),
        (0, 1),
        (0, 2),
    ]);
    let mut call = Use::new(scene, entry, choices);
    for _ in 0..changes {
        call.change(scene, choices);
    }
    call.encode(broken, choices)
}

impl Use {
    /// A valid one.
    pub fn new(scene: &Scene, entry: Entry, choices: &mut Choices<'_>) -> Self {
        let signed = scene.keys.any(choices);
        let good: Vec<_> = (0..scene.leaves.len())
            .filter(|index| scene.leaves[*index].is_good)
            .collect();
        let mut call = Self {
            entry,
            account: ACCOUNT.into_word(),
            until: U256::ZERO,
            after: U256::ZERO,
            svm: B256::ZERO,
            data: Vec::new(),
            proof: Vec::new(),
            to: TOKEN.into_word(),
            amount: choices.pick(&[MAX, U256::ZERO, MAX >> 1]),
            fee: U256::from(choices.below(101)),
            outer: choices.pick(&EXECUTE),
            signature: signed.key.clone(),
            hash: signed.hash,
            wei: 0,
        };
        call.take(scene, choices.pick(&good));
        call
    }

    fn take(&mut self, scene: &Scene, leaf: usize) {
        let leaf = &scene.leaves[leaf];
        self.until = U256::from(leaf.until_secs);
        self.after = U256::from(leaf.after_secs);
        self.svm = leaf.svm.into_word();
        self.data.clone_from(&leaf.data);
        self.proof.clone_from(&leaf.proof);
    }

    /// Changes something that the rules look at.
    pub fn change(&mut self, scene: &Scene, choices: &mut Choices<'_>) {
        let other = choices.below(scene.leaves.len());
        let is_odd = |index: &usize| !scene.leaves[*index].is_good;
        match choices.below(16) {
            0 => self.change_proof(scene, other, choices),
            1 => {
                let secs = choices.pick(&[0, 1, FOREVER_SECS, BIT_47, BIT_47 - 1, 1 << 48]);
                let window = if choices.one_in(2) {
                    &mut self.after
                } else {
                    &mut self.until
                };
                *window = U256::from(secs);
            }
            2 => self.svm = scene.leaves[other].svm.into_word(),
            3 => self.change_data(choices),
            4 | 5 => {
                let odd: Vec<_> = (0..scene.leaves.len()).filter(is_odd).collect();
                self.take(scene, choices.pick(&odd));
            }
            6 => {
                self.account = choices
                    .pick(&[MODULE, scene.ours, scene.theirs])
                    .into_word()
            }
            7 => {
                // Of a session for approvals, bounded or not.
                self.take(scene, choices.pick(&[0, 1]));
                self.amount = MAX + U256::ONE;
            }
            8 => self.fee = choices.pick(&[U256::from(101), U256::MAX]),
            9 => self.wei = 1,
            10..=12 => {
                self.take_mock(scene, choices);
                if choices.one_in(3) {
                    self.outer =
                        choices.pick(&[[0x00, 0x00, 0x46, 0x80], [0xde, 0xad, 0xbe, 0xef]]);
                } else {
                    self.to = self.target(scene, choices);
                }
            }
            _ => self.change_signature(scene, choices),
        }
    }

    /// A session that allows everything, bounded or not.
    fn take_mock(&mut self, scene: &Scene, choices: &mut Choices<'_>) {
        let holds_mock = |index: &usize| {
            let leaf = &scene.leaves[*index];
            leaf.is_good && (leaf.svm == MOCK || leaf.data.get(0x5e..0x72) == Some(MOCK.as_slice()))
        };
        let all: Vec<_> = (0..scene.leaves.len()).filter(holds_mock).collect();
        self.take(scene, choices.pick(&all));
    }

    fn target(&self, scene: &Scene, choices: &mut Choices<'_>) -> B256 {
        let entry_point = choices.pick(&ENTRY_POINTS);
        let targets = [
            Address::from_word(self.account),
            scene.ours,
            scene.theirs,
            MODULE,
            entry_point,
            SPENDER,
            Address::ZERO,
        ];
        let dirt = U256::from(u8::from(choices.one_in(8))) << 160_usize;
        choices.pick(&targets).into_word() | B256::from(dirt)
    }

    fn change_proof(&mut self, scene: &Scene, other: usize, choices: &mut Choices<'_>) {
        match choices.below(4) {
            0 => drop(self.proof.pop()),
            1 => self.proof.push(self.hash),
            2 => self.proof.clone_from(&scene.leaves[other].proof),
            _ => {
                if let Some(first) = self.proof.first_mut() {
                    *first ^= B256::from(U256::ONE << choices.below(256));
                }
            }
        }
    }

    fn change_data(&mut self, choices: &mut Choices<'_>) {
        match choices.below(4) {
            0 => drop(self.data.pop()),
            1 => self.data.push(0),
            2 => self.data.resize(32, choices.pick(&[0, 1])),
            _ => {
                let at = choices.below(self.data.len().max(1));
                if let Some(byte) = self.data.get_mut(at) {
                    *byte ^= 1;
                }
            }
        }
    }

    /// Another one, of the same or another hash.
    pub fn change_signature(&mut self, scene: &Scene, choices: &mut Choices<'_>) {
        let signed = scene.keys.any(choices);
        self.hash = signed.hash;
        self.signature.clone_from(&signed.key);
        match choices.below(6) {
            0 => self.signature.clone_from(&signed.other_key),
            1 => self.hash ^= B256::repeat_byte(0x80),
            2 => self.signature.clone_from(&signed.high_s),
            3 => self.signature.resize(choices.pick(&[64, 66, 0]), 0),
            4 => self.signature[64] = choices.pick(&[0, 1, 26, 29]),
            _ => self.signature[..32].fill(0),
        }
    }

    /// The session's five fields.
    pub fn session(&self) -> Vec<Node> {
        let proof = self.proof.iter().map(|word| Node::Word(word.0)).collect();
        vec![
            Node::Word(self.until.to_be_bytes()),
            Node::Word(self.after.to_be_bytes()),
            Node::Word(self.svm.0),
            Node::Bytes(self.data.clone()),
            Node::Array(proof),
        ]
    }

    fn encode(&self, broken: usize, choices: &mut Choices<'_>) -> Call {
        let inner = choices.below(broken + 1);
        let (fields, broken) = match self.entry {
            Entry::UserOp => (self.user_op(inner, choices), broken - inner),
            Entry::Key => {
                let mut fields = self.session();
                fields.insert(0, Node::Word(self.account.0));
                (fields, broken)
            }
            Entry::SetRoot => (vec![Node::Word(self.hash.0)], broken),
            Entry::GetRoot => (vec![Node::Word(self.account.0)], broken),
            Entry::IsValidSignature => {
                let fields = [Node::Word(self.hash.0), Node::Bytes(self.signature.clone())];
                (fields.into(), broken)
            }
        };
        let arguments = change_times(encode(&fields, choices), broken, choices);
        Call {
            entry: self.entry,
            calldata: [&self.entry.selector()[..], &arguments].concat(),
            wei: self.wei,
        }
    }

    /// The action's call.
    pub fn approval(&self) -> Vec<u8> {
        let arguments = (SPENDER, self.amount).abi_encode();
        [&APPROVE[..], &arguments].concat()
    }

    /// The arguments of validateUserOp, with so many changes in callData and module signature.
    fn user_op(&self, broken: usize, choices: &mut Choices<'_>) -> Vec<Node> {
        let execute = [
            Node::Word(self.to.0),
            Node::Word([0; 32]),
            Node::Bytes(self.approval()),
        ];
        let in_call = choices.below(broken + 1);
        let execute = change_times(encode(&execute, choices), in_call, choices);
        let mut signature = self.session();
        signature.push(Node::Bytes(self.signature.clone()));
        let signature = change_times(encode(&signature, choices), broken - in_call, choices);
        let number = |number: U256| Node::Word(number.to_be_bytes());
        let op = vec![
            Node::Word(self.account.0),
            number(U256::from(choices.number())),
            Node::Bytes(Vec::new()),
            Node::Bytes([&self.outer[..], &execute].concat()),
            number(U256::from(100_000)),
            number(U256::from(100_000)),
            number(U256::from(50_000)),
            number(self.fee),
            number(U256::ZERO),
            Node::Bytes(Vec::new()),
            Node::Encoded(
                Vec::new(),
                vec![Node::Bytes(signature), Node::Word(MODULE.into_word().0)],
            ),
        ];
        vec![Node::Tuple(op), Node::Word(self.hash.0)]
    }
}
