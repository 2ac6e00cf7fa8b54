//! Our router beside the older one in Biconomy's package, both with our manager. That one's session key signs another
//! digest of the userOp hash and the manager, so each gets a hash of its own; all else is the same.
//!
//! When ours is to refuse what that one accepts, and what it says first, the tests of whole batches (`batches`) know; here
//! the two may differ only in the ways that docs/specification.md lists.

use alloy::primitives::{Address, B256, U256, keccak256};
use differential::calldata::{Choices, Node, change_times, encode};

use crate::{
    chain::{Answer, CALLER, Chain},
    manager::{
        ACCOUNT, Scene,
        request::{Entry, Use},
    },
    run,
    table::{ACCEPTED, ANOTHER_KEY, ECDSA, EMPTY, shown},
    without_panic,
};

const VALIDATE_USER_OP: [u8; 4] = [0xff, 0xf3, 0x5b, 0x72];
const EXECUTE_BATCH: [[u8; 4]; 2] = [[0x47, 0xe1, 0xda, 0x2a], [0x00, 0x00, 0x46, 0x80]];
const COLUMN: &str = "validateUserOp";
/// Ours looks at more.
const STRICTER: [&str; 4] = [
    "SR Invalid SKM",
    "SR Empty Batch",
    "Lengths mismatch",
    "SR Forbidden Target",
];

#[test]
fn router() {
    let mut scene = Scene::new();
    let ours = scene.chain.program("batched-session-router");
    let theirs = scene.chain.deploy("BatchedSessionRouter", &[]);
    // Theirs can not use these: no userOp comes with an action.
    let bounded = scene.bounded;
    scene.leaves.retain(|leaf| leaf.svm != bounded);
    // The account's only module.
    let manager = scene.ours.into_word().into();
    scene
        .chain
        .node
        .set_storage_at(ACCOUNT, U256::ZERO, manager);

    let mut labels: Vec<_> = STRICTER.map(String::from).into();
    labels.extend(
        [
            "SR Invalid Selector",
            "SessionNotApproved",
            ACCEPTED,
            ANOTHER_KEY,
            EMPTY,
        ]
        .map(String::from),
    );
    labels.extend(ECDSA.map(String::from));
    run("batched-session-router", &[COLUMN], &labels, |choices| {
        let calls = Batch::any(&scene, choices).encode(&scene, choices);
        let [ours, theirs] = [(ours, &calls[0]), (theirs, &calls[1])]
            .map(|(to, call)| answer(&scene.chain, to, call));
        (COLUMN, compare(&ours, &theirs, &calls))
    });
}

fn answer(chain: &Chain, to: Address, calldata: &[u8]) -> Answer {
    let done = chain.call(CALLER, to, calldata, 0);
    assert!(done.is_clean(), "{done:?}: {}", hex::encode(calldata));
    done.answer.map_err(without_panic)
}

/// What ours says, if it is what theirs says or may differ.
fn compare(ours: &Answer, theirs: &Answer, calls: &[Vec<u8>; 2]) -> String {
    let not_signed: Answer = Ok(U256::ONE.to_be_bytes_vec().into());
    let (said, they_said) = (shown(ours), shown(theirs));
    let is_refused = |answer: &Answer| answer.is_err() || *answer == not_signed;
    let may_differ = STRICTER.contains(&&*said)
        // It proves all sessions before it asks an SVM
        || said == "SessionNotApproved" && is_refused(theirs)
        // and goes on after a wrong key.
        || *theirs == not_signed && ours.is_err();
    assert!(
        ours == theirs || may_differ || is_odd(&calls[0]) && ours.is_err(),
        "{said}, theirs says {they_said}: {}",
        hex::encode(&calls[0])
    );
    match ours {
        Ok(_) if *ours == not_signed => ANOTHER_KEY.into(),
        Ok(_) => ACCEPTED.into(),
        Err(_) => said,
    }
}

/// Is the offset of callData or signature negative, which solc follows? Is the account another one, which ours asks first
/// whether the manager is its module?
fn is_odd(calldata: &[u8]) -> bool {
    let arguments = &calldata[4..];
    let op = U256::from_be_slice(&arguments[..32]).saturating_to::<usize>();
    let word = |field: usize| {
        arguments
            .get(op.saturating_add(32 * field)..)?
            .first_chunk::<32>()
    };
    let is_negative = |field| word(field).is_some_and(|word| word[0] >= 0x80);
    is_negative(3) || is_negative(10) || word(0) != Some(&ACCOUNT.into_word())
}

/// Up to four sessions, each with an action.
struct Batch {
    items: Vec<Use>,
    manager: B256,
    outer: [u8; 4],
    /// Does the session key sign? Else the signature is the first item's.
    signs: bool,
    hash: B256,
    /// Of targets, values, calls and sessions, how many are left out at the end.
    short: [usize; 4],
    /// Changes in callData, module signature and the rest.
    broken: [usize; 3],
}

impl Batch {
    /// Of ten, five are valid, three have changes that the rules see, two have changes in their encoding.
    fn any(scene: &Scene, choices: &mut Choices<'_>) -> Self {
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
        let len = 1 + choices.below(4);
        let items: Vec<_> = (0..len)
            .map(|_| Use::new(scene, Entry::UserOp, choices))
            .collect();
        let mut batch = Self {
            manager: scene.ours.into_word(),
            outer: choices.pick(&EXECUTE_BATCH),
            signs: true,
            hash: items[0].hash,
            items,
            short: [0; 4],
            broken: [0; 3],
        };
        for _ in 0..changes {
            batch.change(scene, choices);
        }
        for _ in 0..broken {
            batch.broken[choices.below(3)] += 1;
        }
        batch
    }

    fn change(&mut self, scene: &Scene, choices: &mut Choices<'_>) {
        let len = self.items.len();
        match choices.below(10) {
            0 => self.outer = choices.pick(&[[0xb6, 0x1d, 0x27, 0xf6], [0xde, 0xad, 0xbe, 0xef]]),
            1 => self.manager = choices.pick(&[CALLER, scene.theirs, ACCOUNT]).into_word(),
            2 => self.short[choices.below(4)] = 1,
            3 => self.short = [len; 4],
            4 => {
                self.signs = false;
                let mut other = Use::new(scene, Entry::UserOp, choices);
                other.change_signature(scene, choices);
                self.items[0].signature = other.signature;
            }
            _ => {
                let at = choices.below(len);
                self.items[at].change(scene, choices);
            }
        }
    }

    /// For ours and for theirs. What the key signs is the hash of ours, and a hash of theirs.
    fn encode(&self, scene: &Scene, choices: &mut Choices<'_>) -> [Vec<u8>; 2] {
        let signed = keccak256([self.hash.as_slice(), &self.manager[12..]].concat());
        let signature = if self.signs {
            scene.keys.sign(signed)
        } else {
            self.items[0].signature.clone()
        };
        let ours = self.encode_with(signature, signed, choices);
        let mut theirs = ours.clone();
        let at = ours.windows(32).position(|word| word == signed);
        if let Some(at) = at {
            theirs[at..at + 32].copy_from_slice(self.hash.as_slice());
        }
        [ours, theirs]
    }

    fn encode_with(&self, signature: Vec<u8>, hash: B256, choices: &mut Choices<'_>) -> Vec<u8> {
        let list = |array: usize, of: fn(&Use) -> Node| {
            let len = self.items.len() - self.short[array];
            Node::Array(self.items[..len].iter().map(of).collect())
        };
        let call = [
            list(0, |item| Node::Word(item.to.0)),
            list(1, |_| Node::Word([0; 32])),
            list(2, |item| Node::Bytes(item.approval())),
        ];
        let call = change_times(encode(&call, choices), self.broken[0], choices);
        let sessions = list(3, |item| {
            let mut fields = item.session();
            fields.push(Node::Bytes(vec![7; 5]));
            Node::Tuple(fields)
        });
        let module = [Node::Word(self.manager.0), sessions, Node::Bytes(signature)];
        let module = change_times(encode(&module, choices), self.broken[1], choices);
        let word = |number: u64| Node::Word(U256::from(number).to_be_bytes());
        let op = vec![
            Node::Word(self.items[0].account.0),
            word(0),
            Node::Bytes(Vec::new()),
            Node::Bytes([&self.outer[..], &call].concat()),
            word(100_000),
            word(100_000),
            word(50_000),
            word(1),
            word(1),
            Node::Bytes(Vec::new()),
            Node::Encoded(
                Vec::new(),
                vec![Node::Bytes(module), Node::Word(CALLER.into_word().0)],
            ),
        ];
        let fields = [Node::Tuple(op), Node::Word(hash.0)];
        let arguments = change_times(encode(&fields, choices), self.broken[2], choices);
        [&VALIDATE_USER_OP[..], &arguments].concat()
    }
}
