//! How often which answer came.

use std::{collections::BTreeMap, fmt::Write as _};

use super::CALLS;
use crate::{
    ACCEPTED, ANSWERS, Answers, EMPTY, label,
    oracle::Answer,
    request::{
        Entry,
        compact::{Change, Compact, NoForm},
    },
    rules::Svm,
};

/// Texts that only these sessions bring about.
const TEXTS: [&str; 14] = [
    "ABISV Arg Rule Violated",
    "ABISV Destination Forbidden",
    "ABISV Selector Forbidden",
    "ERC20SV Wrong Recipient",
    "ERC20SV Max Amount Exceeded",
    "ERC20SV Invalid Method",
    "ERC1155MT Wrong Recipient",
    "ERC1155MT Invalid Method",
    "BND Reused Leaf",
    "BND Wrong Lane",
    "BND Max Uses",
    "BND Wrong Paymaster",
    "BND Max Fee",
    "BND Max Gas",
];

/// What nobody says to a compact form, which is a batch's and has a signature of 65 bytes.
const NEVER_TO_COMPACT: [&str; 4] = [
    "ECDSA: invalid signature length",
    "SR Invalid Selector",
    "SKM Invalid Selector",
    "SKM Forbidden Target",
];
pub const NOT_APPROVED: &str = "SessionNotApproved";
const MISMATCH: &str = "Lengths mismatch";

/// What a change of a compact form brings about.
const fn of_change(change: Change) -> &'static [&'static str] {
    match change {
        Change::Unused => &[ACCEPTED, NOT_APPROVED],
        Change::Twice => &[ACCEPTED],
        Change::Steps => &[ACCEPTED, NOT_APPROVED, EMPTY],
        Change::Again
        | Change::OtherTree
        | Change::OtherSteps
        | Change::OtherLeaf
        | Change::Order
        | Change::Window
        | Change::NoRoot => &[NOT_APPROVED],
        Change::Missing | Change::Index | Change::Bytes => &[EMPTY],
        Change::Actions => &[EMPTY, MISMATCH],
    }
}

/// How the module may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// It is no router for another manager, whatever that one says.
    OtherManager,
    /// A typed session may call the router: on the module's chain that is a contract like any other.
    RouterAsTarget,
    /// The leaves of a compact form are proven together, those that no action uses too: what each of the others proves alone
    /// is refused.
    NotTogether,
    /// The compact form has no place for it: it is sent without.
    CallSpecificData,
}

impl Listed {
    const fn name(self) -> &'static str {
        match self {
            Self::OtherManager => "another manager is named: SR Invalid SKM",
            Self::RouterAsTarget => {
                "a typed session calls the router, which is none of the module's"
            }
            Self::NotTogether => {
                "compact, the sessions are approved, but not all leaves proven together"
            }
            Self::CallSpecificData => "compact, sent without callSpecificData",
        }
    }
}

/// Counts, of a batch or not.
#[derive(Default)]
pub struct Table {
    answers: Answers,
    /// To compact forms, by what was changed in them.
    compact: Answers,
    listed: BTreeMap<Listed, u32>,
    no_form: BTreeMap<NoForm, u32>,
    /// Calls with what is encoded for one program, and a selector of the other.
    pub other_decoder: u32,
}

impl Table {
    pub fn count(&mut self, program: Entry, answer: &Answer, listed: Option<Listed>) {
        self.count_listed(listed);
        self.answers.count(program.name(), label(program, answer));
    }

    pub fn count_compact(&mut self, compact: &Compact, answer: &Answer, listed: Option<Listed>) {
        self.count_listed(listed);
        self.count_listed(compact.had_specific.then_some(Listed::CallSpecificData));
        let name = compact.only_change.map_or("compact", Change::name);
        self.compact.count(name, label(Entry::Router, answer));
    }

    pub fn count_no_form(&mut self, no_form: NoForm) {
        *self.no_form.entry(no_form).or_default() += 1;
    }

    fn count_listed(&mut self, listed: Option<Listed>) {
        if let Some(listed) = listed {
            *self.listed.entry(listed).or_default() += 1;
        }
    }

    pub fn to_string(&self, calls: u32) -> String {
        let mut text = String::from("\n| as | answer | calls |\n| --- | --- | ---: |\n");
        for ((name, label), count) in self.answers.0.iter().chain(&self.compact.0) {
            writeln!(text, "| {name} | {label} | {count} |").unwrap();
        }
        for (no_form, count) in &self.no_form {
            let name = no_form.name();
            writeln!(text, "| no compact form | {name} | {count} |").unwrap();
        }
        for (listed, count) in &self.listed {
            writeln!(text, "| listed | {} | {count} |", listed.name()).unwrap();
        }
        let percent = |answers: &Answers| {
            let all: u32 = answers.0.values().sum();
            100 * u64::from(answers.of(ACCEPTED)) / u64::from(all.max(1))
        };
        let (accepted, of_compact) = (percent(&self.answers), percent(&self.compact));
        let compact: u32 = self.compact.0.values().sum();
        let other = self.other_decoder;
        writeln!(
            text,
            "{calls} calls, {accepted} % accepted, {other} read by the other decoder; {compact} compact forms, {of_compact} % accepted"
        )
        .unwrap();
        text
    }

    /// Were there enough of each?
    pub fn check(&self, calls: u32) {
        let accepted = self.answers.of(ACCEPTED);
        assert!(accepted >= calls / 4, "{accepted} of {calls} accepted");
        let texts = ANSWERS.into_iter().chain(TEXTS).map(String::from);
        // Some of these are rare.
        let svms = Svm::ALL.into_iter().flat_map(Svm::texts);
        let svms = svms.filter(|_| calls > 4 * CALLS);
        // The module reads a userOp of another selector as the manager does.
        let all = texts
            .chain(svms)
            .filter(|text| text != "SR Invalid Selector");
        let missing: Vec<_> = all.filter(|answer| self.answers.of(answer) == 0).collect();
        assert!(missing.is_empty(), "never seen: {missing:?}");
        assert_eq!(self.answers.of("SR Invalid Selector"), 0);
        assert!(self.answers.of(EMPTY) <= calls / 3);
        assert!(self.other_decoder > 0);
        let listed = |listed| self.listed.get(&listed).copied().unwrap_or_default();
        assert!((1..calls / 20).contains(&listed(Listed::OtherManager)));
        assert!(listed(Listed::RouterAsTarget) <= calls / 50);

        let accepted = self.compact.of(ACCEPTED);
        assert!(accepted >= calls / 20, "{accepted} compact forms accepted");
        for answer in ANSWERS {
            let is_never_due = NEVER_TO_COMPACT.contains(&answer);
            let count = self.compact.of(answer);
            assert_eq!(count == 0, is_never_due, "{answer}: {count}, compact");
        }
        for bound in ["BND Max Gas", "BND Reused Leaf", "BND Wrong Lane"] {
            assert!(self.compact.of(bound) > 0, "{bound}: never seen, compact");
        }
        for change in Change::ALL {
            let is_seen = |label: &&str| {
                let row = (change.name(), String::from(*label));
                self.compact.0.contains_key(&row)
            };
            let mut labels = of_change(change).iter();
            let missing = labels.find(|label| !is_seen(label));
            assert_eq!(missing, None, "never seen: {}", change.name());
        }
        assert!(listed(Listed::NotTogether) > 0);
    }
}
