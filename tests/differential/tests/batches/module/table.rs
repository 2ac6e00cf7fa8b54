//! How often which answer came.

use std::{collections::BTreeMap, fmt::Write as _};

use super::CALLS;
use crate::{ACCEPTED, ANSWERS, Answers, EMPTY, label, oracle::Answer, request::Entry, rules::Svm};

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

/// How the module may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// It is no router for another manager, whatever that one says.
    OtherManager,
    /// A typed session may call the router: on the module's chain that is a contract like any other.
    RouterAsTarget,
}

impl Listed {
    const fn name(self) -> &'static str {
        match self {
            Self::OtherManager => "another manager is named: SR Invalid SKM",
            Self::RouterAsTarget => {
                "a typed session calls the router, which is none of the module's"
            }
        }
    }
}

/// Counts, of a batch or not.
#[derive(Default)]
pub struct Table {
    answers: Answers,
    listed: BTreeMap<Listed, u32>,
    /// Calls with what is encoded for one program, and a selector of the other.
    pub other_decoder: u32,
}

impl Table {
    pub fn count(&mut self, program: Entry, answer: &Answer, listed: Option<Listed>) {
        if let Some(listed) = listed {
            *self.listed.entry(listed).or_default() += 1;
        }
        self.answers.count(program.name(), label(program, answer));
    }

    pub fn to_string(&self, calls: u32) -> String {
        let mut text = String::from("\n| as | answer | calls |\n| --- | --- | ---: |\n");
        for ((name, label), count) in &self.answers.0 {
            writeln!(text, "| {name} | {label} | {count} |").unwrap();
        }
        for (listed, count) in &self.listed {
            writeln!(text, "| listed | {} | {count} |", listed.name()).unwrap();
        }
        let percent = 100 * u64::from(self.answers.of(ACCEPTED)) / u64::from(calls.max(1));
        let other = self.other_decoder;
        writeln!(
            text,
            "{calls} calls, {percent} % accepted, {other} read by the other decoder"
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
        let manager = self.listed.get(&Listed::OtherManager).copied();
        assert!((1..calls / 20).contains(&manager.unwrap_or_default()));
        let router = self.listed.get(&Listed::RouterAsTarget).copied();
        assert!(router.unwrap_or_default() <= calls / 50);
    }
}
