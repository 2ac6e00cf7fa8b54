//! How often which answer came.

use std::{collections::BTreeMap, fmt::Write as _};

use alloy::sol_types::{Revert, SolError};

use crate::chain::Answer;

pub const ACCEPTED: &str = "accepted";
/// The userOp is allowed, but another key has signed it.
pub const ANOTHER_KEY: &str = "signed by another key";
/// Reverted with nothing.
pub const EMPTY: &str = "(empty)";
/// A difference that docs/specification.md has.
pub const LISTED: &str = "a listed difference";
pub const ECDSA: [&str; 3] = [
    "ECDSA: invalid signature length",
    "ECDSA: invalid signature 's' value",
    "ECDSA: invalid signature",
];

/// Counts, by label and column.
#[derive(Default)]
pub struct Table(BTreeMap<String, BTreeMap<&'static str, u32>>);

impl Table {
    pub fn count(&mut self, column: &'static str, label: String) {
        *self.0.entry(label).or_default().entry(column).or_default() += 1;
    }

    fn of(&self, label: &str) -> u32 {
        let row = self.0.get(label).into_iter();
        row.flat_map(BTreeMap::values).sum()
    }

    /// As benches/results/long.md has it.
    pub fn to_markdown(&self, name: &str, columns: &[&'static str]) -> String {
        let mut text = format!("\n| {name} |");
        let mut rule = String::from("| --- |");
        for column in columns {
            write!(text, " {column} |").unwrap();
            rule.push_str(" ---: |");
        }
        writeln!(text, "\n{rule}").unwrap();
        for (label, row) in &self.0 {
            write!(text, "| {label} |").unwrap();
            for column in columns {
                let count = row.get(column).copied().unwrap_or_default();
                write!(text, " {count} |").unwrap();
            }
            text.push('\n');
        }
        text
    }

    /// Were there enough of each?
    pub fn check(&self, calls: u32, labels: &[String]) {
        let accepted = self.of(ACCEPTED);
        assert!(accepted >= calls / 10 * 3, "{accepted} of {calls} accepted");
        let least = (calls / 2_000).max(1);
        let rare = labels.iter().filter(|label| self.of(label) < least);
        let rare: Vec<_> = rare.collect();
        assert!(rare.is_empty(), "seen less than {least} times: {rare:?}");
        let listed = self.of(LISTED);
        assert!(listed <= calls / 50, "{listed} of {calls} are not compared");
    }
}

/// The text that it reverted with, or its bytes.
pub fn shown(answer: &Answer) -> String {
    match answer {
        Ok(data) => data.to_string(),
        Err(data) if data.is_empty() => EMPTY.into(),
        Err(data) => {
            Revert::abi_decode(data).map_or_else(|_| data.to_string(), |revert| revert.reason)
        }
    }
}
