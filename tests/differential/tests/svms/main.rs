//! The compiled SVMs beside oracles of ours that solc compiled (contracts/reference); `erc20-transfer`, manager and router
//! beside Biconomy's own: the same calls, the same answers, byte for byte, and the same in storage and log.
//!
//! A panic of theirs counts as an empty revert, which is what it is to the EntryPoint (§9.3). What else differs is in the
//! table of docs/specification.md: the tests let those cases pass and no others, and count them.
//!
//! Each program gets 5,000 calls, about half of them valid. `PROPTEST_CASES` counts the others:
//! `PROPTEST_CASES=100000 cargo test --profile host -p differential --test svms` is the long run, 200,000 calls each.

mod chain;
mod decoders;
mod fields;
mod grants;
mod keys;
mod manager;
mod request;
mod router;
mod table;

use std::{
    cell::RefCell,
    io::{Write as _, stderr},
};

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{Panic, SolError, SolValue},
};
use differential::{
    calldata::Choices,
    cases::{self, CALLS},
    traps::Traps,
};

use crate::{
    chain::{Answer, CALLER, Chain, MAX_GAS},
    decoders::userOpForwardedCall,
    grants::Svm,
    keys::Keys,
    request::{Entry, Input},
    table::{ACCEPTED, ANOTHER_KEY, ECDSA, EMPTY, LISTED, Table, shown},
};

#[test]
fn abi() {
    Scene::new(&grants::ABI).test();
}

#[test]
fn bounded() {
    Scene::new(&grants::BOUNDED).test();
}

#[test]
fn dex_swap() {
    Scene::new(&grants::DEX_SWAP).test();
}

#[test]
fn erc1155_mint() {
    Scene::new(&grants::ERC1155_MINT).test();
}

#[test]
fn erc20_approval() {
    Scene::new(&grants::ERC20_APPROVAL).test();
}

#[test]
fn erc20_stake() {
    Scene::new(&grants::ERC20_STAKE).test();
}

#[test]
fn erc20_transfer() {
    let mut scene = Scene::new(&grants::ERC20_TRANSFER);
    let peer = scene.chain.deploy("ERC20SessionValidationModule", &[]);
    scene.peer = Some(peer);
    scene.test();
}

/// Calls some function with lists of numbers, and counts its answers: column and label.
fn run(
    name: &str,
    columns: &[&'static str],
    labels: &[String],
    call: impl Fn(&mut Choices<'_>) -> (&'static str, String),
) {
    let calls = cases::calls();
    let table = RefCell::new(Table::default());
    let traps = Traps::watch();
    cases::run(name, calls, 120, |numbers| {
        let (column, label) = call(&mut Choices::new(numbers));
        assert_eq!(traps.count(), 0, "a trap");
        table.borrow_mut().count(column, label);
    });
    let table = table.into_inner();
    let text = table.to_markdown(name, columns);
    stderr().write_all(text.as_bytes()).unwrap();
    if calls >= CALLS {
        table.check(calls, labels);
    }
}

/// An SVM and its oracle on a chain.
struct Scene {
    svm: &'static Svm,
    chain: Chain,
    keys: Keys,
    program: Address,
    oracle: Address,
    /// Biconomy's, if there is one.
    peer: Option<Address>,
}

impl Scene {
    fn new(svm: &'static Svm) -> Self {
        let mut chain = Chain::new();
        grants::place_inner_svms(&mut chain);
        let program = chain.program(svm.program);
        // Only the oracle of `bounded` takes an argument: the program that it speaks for.
        let oracle = chain.deploy(svm.oracle, &program.abi_encode());
        Self {
            svm,
            chain,
            keys: Keys::new(),
            program,
            oracle,
            peer: None,
        }
    }

    fn test(&self) {
        let text = |text: &&str| format!("{} {text}", self.svm.prefix);
        let mut labels: Vec<_> = self.svm.texts.iter().map(text).collect();
        labels.extend([ACCEPTED, ANOTHER_KEY, EMPTY].map(String::from));
        labels.extend(ECDSA.map(String::from));
        let columns = [Entry::Params.name(), Entry::UserOp.name()];
        run(self.svm.program, &columns, &labels, |choices| {
            let input = self.input(choices);
            (input.entry.name(), self.compare(&input))
        });
    }

    /// Of ten calls, five are valid, three have changes that the rules see, two have changes in their encoding.
    fn input(&self, choices: &mut Choices<'_>) -> Input {
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
        let mut request = (self.svm.request)(&self.keys, choices);
        for _ in 0..changes {
            request.change(choices);
        }
        request.encode(&self.keys, broken, choices)
    }

    /// Sends it to all of them; what came of it.
    fn compare(&self, input: &Input) -> String {
        let (ours, gas) = self.answer(self.program, input);
        let (due, gas_of_oracle) = self.answer(self.oracle, input);
        let described = || {
            let (entry, wei, calldata) = (input.entry.name(), input.wei, &input.calldata);
            let (ours, due) = (shown(&ours), shown(&due));
            format!(
                "{ours}, due is {due}: {entry}, {wei} wei, {}",
                hex::encode(calldata)
            )
        };
        // An inner SVM of `bounded` may burn what gas it gets, as some precompiles do.
        let is_cheap = gas < MAX_GAS || gas_of_oracle > MAX_GAS;
        assert!(is_cheap, "{gas} gas: {}", described());
        if ours != due {
            assert!(self.is_listed(input, &ours, &due), "{}", described());
            return LISTED.into();
        }
        if let Some(peer) = self.peer {
            let (theirs, _) = self.answer(peer, input);
            // When these three are due, the oracle has said.
            let is_stricter = ["Malformed Session", "Invalid Method", "Malformed Call"]
                .map(|text| format!("{} {text}", self.svm.prefix))
                .contains(&shown(&ours));
            assert!(
                ours == theirs || is_stricter,
                "Biconomy's: {}. {}",
                shown(&theirs),
                described()
            );
        }
        match (&ours, input.entry) {
            (Ok(answer), Entry::UserOp) if answer[..] == [0; 32] => ANOTHER_KEY.into(),
            (Ok(_), _) => ACCEPTED.into(),
            (Err(_), _) => shown(&ours),
        }
    }

    /// What it answers, and the gas that it takes.
    fn answer(&self, to: Address, input: &Input) -> (Answer, u64) {
        let done = self.chain.call(CALLER, to, &input.calldata, input.wei);
        assert!(
            done.is_clean(),
            "{done:?}: {}",
            hex::encode(&input.calldata)
        );
        (done.answer.map_err(without_panic), done.gas)
    }

    /// Is it one of the differences that only a direct caller can bring about (docs/specification.md)?
    fn is_listed(&self, input: &Input, ours: &Answer, due: &Answer) -> bool {
        let is_bounded = self.svm.program == "bounded";
        let Some(arguments) = input.arguments() else {
            return false;
        };
        if input.entry == Entry::Params {
            // It always reverts with this, whatever the arguments.
            return is_bounded && shown(ours) == "BND Needs User Operation";
        }
        let op = U256::from_be_slice(&arguments[..32]).to::<usize>();
        // solc follows the offset of a userOp's field as a signed number.
        let is_negative = |field: usize| arguments[op + 32 * field] >= 0x80;
        let [init_code, call_data, paymaster_and_data, signature] = [2, 3, 9, 10].map(is_negative);
        if !is_bounded {
            return call_data && ours.is_err();
        }
        // solc reads all of a userOp that is handed on; ours hands it on as it stands.
        let forwarded = self.chain.decode::<userOpForwardedCall>(arguments);
        paymaster_and_data && ours.is_err()
            || init_code
            || call_data
            || signature
            || forwarded.is_none() && *due == Err(Bytes::new())
    }
}

/// Revert data, but nothing in the place of a panic.
fn without_panic(data: Bytes) -> Bytes {
    if data.starts_with(&Panic::SELECTOR) {
        return Bytes::new();
    }
    data
}
