//! Bad input: mutated batches and single actions, sent to the compiled programs on the embedded chain, beside an oracle
//! that knows what is due. Nothing is accepted that solc's decoder or the rules refuse, a refusal is the one that the
//! order of checks makes due, and none burns its gas.
//!
//! `PROPTEST_CASES=100000 cargo test --profile host -p differential --test batches` is the long run; the default is
//! 3,000 mutated cases.

mod module;
mod oracle;
mod request;
mod rules;
mod scene;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write as _, stderr},
};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{Revert, SolError},
};
use devnode::ExecutionResult;
use differential::{cases, traps::Traps};

use crate::{
    oracle::{Answer, Oracle},
    request::{Entry, Input, input},
    rules::Svm,
    scene::Scene,
};

const CASES: u32 = 3_000;
/// A request is made of fewer numbers than this; zeros follow.
const NUMBERS: usize = 400;
/// More than any of these calls costs, and a tenth of what it is given. Where the calldata names an account, manager or
/// SVM that burns what gas it gets, more is used.
const MAX_GAS: u64 = 1_000_000;

/// What is to be seen, beside the texts of the SVMs.
const ANSWERS: [&str; 14] = [
    ACCEPTED,
    NOT_SIGNED,
    EMPTY,
    "SessionNotApproved",
    "ECDSA: invalid signature length",
    "ECDSA: invalid signature 's' value",
    "ECDSA: invalid signature",
    "SR Invalid Selector",
    "SR Invalid SKM",
    "SR Empty Batch",
    "Lengths mismatch",
    "SR Forbidden Target",
    "SKM Invalid Selector",
    "SKM Forbidden Target",
];

const ACCEPTED: &str = "accepted";
const NOT_SIGNED: &str = "SIG_VALIDATION_FAILED";
const EMPTY: &str = "(empty)";

#[test]
fn nothing_is_accepted_that_is_not_due() {
    let scene = Scene::new();
    // One request in four is left as it was; the number asked for is that of the others.
    let mutated = cases::asked().unwrap_or(CASES);
    let cases = mutated.saturating_add(mutated / 3);
    let table = RefCell::new(Table::default());
    let traps = Traps::watch();
    cases::run("batches", cases, NUMBERS, |numbers| {
        let input = input(&scene, numbers);
        let trapped = traps.count();
        let to = input.entry.program(&scene);
        let (answer, gas) = answer(&scene, to, &input.calldata, input.value);
        assert_eq!(traps.count(), trapped, "a trap: {}", describe(&input));
        let oracle = Oracle::new(&scene);
        check(&oracle, &input, &answer);
        let gas = Some(gas).filter(|_| !oracle.has_burnt());
        assert!(gas <= Some(MAX_GAS), "{gas:?} gas: {}", describe(&input));
        table.borrow_mut().count(&input, &answer, gas);
    });
    let table = table.into_inner();
    stderr()
        .write_all(table.to_string(cases).as_bytes())
        .unwrap();
    if cases >= CASES {
        table.check(cases);
    }
}

/// What a program answers, and the gas that it takes.
fn answer(scene: &Scene, to: Address, calldata: &[u8], value: u64) -> (Answer, u64) {
    let (result, gas) = scene.call(to, calldata, value);
    let calldata = || hex::encode(calldata);
    let answer = match result {
        ExecutionResult::Success { output, .. } => {
            let output = output.into_data();
            let word = B256::try_from(&output[..]);
            Ok(word.unwrap_or_else(|_| panic!("a word, not {output}: {}", calldata())))
        }
        ExecutionResult::Revert { output, .. } => Err(output),
        ExecutionResult::Halt { reason, .. } => panic!("{reason:?}: {}", calldata()),
    };
    (answer, gas)
}

fn due(oracle: &Oracle<'_>, input: &Input) -> Answer {
    let selector = input.entry.selector();
    let arguments = input.calldata.strip_prefix(&selector[..]);
    let arguments = arguments.filter(|_| input.value == 0);
    arguments.map_or(Err(Bytes::new()), |arguments| match input.entry {
        Entry::Router => oracle.router(arguments),
        Entry::Manager => oracle.manager(arguments),
        Entry::Keys => oracle.keys(arguments),
        Entry::Key => oracle.key(arguments),
    })
}

fn check(oracle: &Oracle<'_>, input: &Input, answer: &Answer) {
    let due = due(oracle, input);
    assert!(
        *answer == due,
        "{}, but due is {}: {}",
        shown(answer),
        shown(&due),
        describe(input)
    );
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(word) => word.to_string(),
        Err(data) if data.is_empty() => EMPTY.into(),
        Err(data) => {
            Revert::abi_decode(data).map_or_else(|_| data.to_string(), |revert| revert.reason)
        }
    }
}

fn describe(input: &Input) -> String {
    let (name, value) = (input.entry.name(), input.value);
    format!("{name}, {value} wei, {}", hex::encode(&input.calldata))
}

/// What an answer is counted as.
fn label(entry: Entry, answer: &Answer) -> String {
    match answer {
        Ok(word) if is_signed(entry, *word) => ACCEPTED.into(),
        Ok(_) => NOT_SIGNED.into(),
        Err(_) => shown(answer),
    }
}

/// How often which answer came.
#[derive(Default)]
struct Answers(BTreeMap<(&'static str, String), u32>);

impl Answers {
    fn count(&mut self, name: &'static str, label: String) {
        *self.0.entry((name, label)).or_default() += 1;
    }

    fn of(&self, label: &str) -> u32 {
        let answers = self.0.iter();
        let of_label = answers.filter(|((_, other), _)| other == label);
        of_label.map(|(_, count)| count).sum()
    }
}

/// What is known of the answers.
#[derive(Default)]
struct Table {
    answers: Answers,
    /// Of those accepted, how many are not as solc encodes?
    unusual: u32,
    /// Of calls in which no other contract has burnt its gas.
    most_gas: u64,
    /// Calls in which one has.
    burnt: u32,
}

impl Table {
    fn count(&mut self, input: &Input, answer: &Answer, gas: Option<u64>) {
        let entry = input.entry;
        let label = label(entry, answer);
        self.unusual += u32::from(label == ACCEPTED && !input.is_canonical);
        self.answers.count(entry.name(), label);
        self.most_gas = self.most_gas.max(gas.unwrap_or_default());
        self.burnt += u32::from(gas.is_none());
    }

    fn to_string(&self, cases: u32) -> String {
        let mut text = String::new();
        for ((name, label), count) in &self.answers.0 {
            writeln!(text, "{count:>7}  {name}  {label}").unwrap();
        }
        let percent = |count: u32| 100 * u64::from(count) / u64::from(cases.max(1));
        let (accepted, unusual) = (percent(self.answers.of(ACCEPTED)), percent(self.unusual));
        let (gas, burnt) = (self.most_gas, self.burnt);
        writeln!(
            text,
            "{cases} cases, {accepted} % accepted ({unusual} % not as solc encodes), at most {gas} gas, but for {burnt} calls in which another contract burns its gas"
        )
        .unwrap();
        text
    }

    /// Were there enough of each?
    fn check(&self, cases: u32) {
        assert!(
            self.answers.of(ACCEPTED) >= cases / 4,
            "too few are accepted"
        );
        let svms = Svm::ALL.into_iter().flat_map(Svm::texts);
        let all = ANSWERS.map(String::from).into_iter().chain(svms);
        let missing: Vec<_> = all.filter(|answer| self.answers.of(answer) == 0).collect();
        assert!(missing.is_empty(), "never seen: {missing:?}");
    }
}

/// Is validationData's authorizer 0? The other functions answer only what they approve.
fn is_signed(entry: Entry, word: B256) -> bool {
    let authorizer = U256::from_be_bytes(word.0) << 96usize;
    matches!(entry, Entry::Keys | Entry::Key) || authorizer.is_zero()
}
