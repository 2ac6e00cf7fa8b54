//! What a person sees: at most 100 columns, and colour and a moving line on terminals only.

use std::{
    io::{self, Write},
    time::Duration,
};

use alloy::primitives::{U256, utils::format_units};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use indicatif::{ProgressBar, ProgressStyle};
use world::thousands;

/// Prints the demo.
pub struct Report<'a> {
    out: &'a mut dyn Write,
    headings: usize,
    has_colour: bool,
    progress: ProgressBar,
}

/// Gas of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GasLine {
    /// The step.
    pub step: String,
    /// Its gas.
    pub gas: u64,
}

impl GasLine {
    /// A step and its gas.
    pub fn new(step: impl Into<String>, gas: u64) -> Self {
        let step = step.into();
        Self { step, gas }
    }
}

impl<'a> Report<'a> {
    /// Prints to `out`; `is_terminal` says that it and standard error are one.
    pub fn new(out: &'a mut dyn Write, is_terminal: bool) -> Self {
        let progress = if is_terminal {
            moving_line()
        } else {
            ProgressBar::hidden()
        };
        Self {
            out,
            headings: 0,
            has_colour: is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
            progress,
        }
    }

    /// Shows what is being done, until the next line.
    pub fn doing(&self, what: &str) {
        self.progress.set_message(what.to_owned());
    }

    /// Begins a part.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = match self.headings {
            0 => self.coloured(BOLD, text),
            n => format!("\n{}", self.coloured(BOLD, &format!("{n}. {text}"))),
        };
        self.headings += 1;
        self.print(&text)
    }

    /// A line of the part.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        self.print(&format!("   {text}"))
    }

    /// Something tried, whether it came out as expected, and what came of it.
    pub(super) fn tried(&mut self, is_right: bool, what: &str, outcome: &str) -> io::Result<()> {
        let mark = if is_right {
            self.coloured(GREEN, "✓")
        } else {
            self.coloured(RED, "✗")
        };
        self.print(&format!(" {mark} {what:<53} {outcome}"))
    }

    /// A table with a header; all columns but the first are numbers.
    pub(super) fn table<const N: usize>(
        &mut self,
        header: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(header).add_rows(rows);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let lines: Vec<_> = table.lines().collect();
        lines
            .iter()
            .try_for_each(|line| self.print(&format!("  {}", line.trim_end())))
    }

    /// The table of gas.
    pub(super) fn gas(&mut self, lines: &[GasLine]) -> io::Result<()> {
        let rows = lines
            .iter()
            .map(|line| [line.step.clone(), thousands(line.gas)]);
        self.table(["step", "gas"], rows)
    }

    fn coloured(&self, code: &str, text: &str) -> String {
        if self.has_colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.into()
        }
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        let Self { out, progress, .. } = self;
        progress.suspend(|| writeln!(out, "{text}"))
    }
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}

const BOLD: &str = "1";
const GREEN: &str = "32";
const RED: &str = "31";

fn moving_line() -> ProgressBar {
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("   {spinner} {msg} ({elapsed})") {
        line.set_style(style);
    }
    line.enable_steady_tick(Duration::from_millis(100));
    line
}

/// An amount of raw units, with its unit: "19,938.021593 B".
pub(super) fn amount(raw: U256, decimals: u8, unit: &str) -> String {
    let text = format_units(raw, decimals).unwrap_or_else(|_| raw.to_string());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (whole, fraction) = (thousands(whole), fraction.trim_end_matches('0'));
    if fraction.is_empty() {
        format!("{whole} {unit}")
    } else {
        format!("{whole}.{fraction} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_for_a_person() {
        assert_eq!(amount(U256::from(19_900_000_000_u64), 6, "B"), "19,900 B");
        assert_eq!(amount(U256::from(38_021_590), 6, "B"), "38.02159 B");
    }

    #[test]
    fn colour_on_terminals_only() {
        let mut out = Vec::new();
        Report::new(&mut out, false)
            .tried(true, "this", "that")
            .unwrap();
        assert!(!out.contains(&0x1b));
        assert!(out.starts_with(" ✓ this ".as_bytes()));
    }
}
