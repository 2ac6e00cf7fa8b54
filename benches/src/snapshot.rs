//! The committed numbers, and how others compare with them.

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::{Gas, HEIGHTS, Results, Weight, scenarios};

/// More than this is a regression: 0.5 %.
const TOLERANCE_PER_MILLE: u64 = 5;

/// benches/results/gas.json.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// By the key of its row.
    pub rows: BTreeMap<String, Gas>,
    /// By the program's name.
    pub programs: BTreeMap<String, Weight>,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file is not there.
    #[error("benches/results/gas.json: {0}")]
    Io(#[from] io::Error),
    /// The file is not what is written here.
    #[error("benches/results/gas.json: {0}")]
    Json(#[from] serde_json::Error),
}

/// A number that is not that of the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Key and quantity.
    pub what: String,
    /// In the snapshot.
    pub then: u64,
    /// Measured.
    pub now: u64,
}

/// What differs from a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Over 0.5 % more than in the snapshot.
    pub regressions: Vec<Change>,
    /// Over 0.5 % less.
    pub improvements: Vec<Change>,
    /// Measured, but not in the snapshot.
    pub new: Vec<String>,
}

impl Snapshot {
    /// Of what was measured.
    pub fn of(results: &Results) -> Self {
        let rows = results.rows.iter();
        Self {
            rows: rows
                .map(|(key, gas)| (key.to_string(), gas.clone()))
                .collect(),
            programs: results.programs.clone(),
        }
    }

    /// What was measured, as far as something still measures it.
    pub fn results(&self) -> Results {
        let rows = scenarios(&HEIGHTS).into_iter().filter_map(|scenario| {
            let gas = self.rows.get(&scenario.to_string())?;
            Some((scenario, gas.clone()))
        });
        Results {
            rows: rows.collect(),
            programs: self.programs.clone(),
        }
    }

    /// The committed one.
    ///
    /// # Errors
    /// If the file can not be read.
    pub fn read(folder: &Path) -> Result<Self, SnapshotError> {
        let json = fs::read_to_string(folder.join("gas.json"))?;
        Ok(serde_json::from_str(&json)?)
    }

    /// Commits it: a line for each row.
    ///
    /// # Errors
    /// If the file can not be written.
    pub fn write(&self, folder: &Path) -> Result<(), SnapshotError> {
        let (rows, programs) = (lines(&self.rows)?, lines(&self.programs)?);
        let json = format!("{{\n\"rows\": {rows},\n\"programs\": {programs}\n}}\n");
        Ok(fs::write(folder.join("gas.json"), json)?)
    }

    /// How these rows, which may be some of all, differ from it.
    pub fn compare(&self, measured: &Self) -> Comparison {
        let mut comparison = Comparison::default();
        for (key, now) in &measured.rows {
            let then = self.rows.get(key).map(Gas::numbers);
            comparison.add(key, &now.numbers(), then.as_deref());
        }
        for (key, now) in &measured.programs {
            let then = self.programs.get(key).map(Weight::numbers);
            comparison.add(key, &now.numbers(), then.as_ref().map(|then| &then[..]));
        }
        comparison
    }
}

/// An object with a line for each value.
fn lines<T: Serialize>(values: &BTreeMap<String, T>) -> Result<String, serde_json::Error> {
    let lines = values.iter().map(|(key, value)| {
        let (key, value) = (serde_json::to_string(key)?, serde_json::to_string(value)?);
        Ok(format!("  {key}: {value}"))
    });
    let lines: Vec<_> = lines.collect::<Result<_, serde_json::Error>>()?;
    Ok(format!("{{\n{}\n}}", lines.join(",\n")))
}

type Numbers<'a> = &'a [(&'static str, u64)];

impl Comparison {
    fn add(&mut self, key: &str, now: Numbers<'_>, then: Option<Numbers<'_>>) {
        let Some(then) = then else {
            self.new.push(key.into());
            return;
        };
        for (&(name, now), &(_, then)) in now.iter().zip(then) {
            let change = Change {
                what: format!("{key}: {name}"),
                then,
                now,
            };
            if now * 1_000 > then * (1_000 + TOLERANCE_PER_MILLE) {
                self.regressions.push(change);
            } else if now * 1_000 < then * (1_000 - TOLERANCE_PER_MILLE) {
                self.improvements.push(change);
            }
        }
    }
}

impl Gas {
    /// What is compared. What may not be known stands last.
    fn numbers(&self) -> Vec<(&'static str, u64)> {
        let mut numbers = vec![
            ("handleOps", self.handle_ops),
            ("account.validateUserOp", self.account),
            ("module.validateUserOp", self.module),
            ("the module itself", self.own()),
            ("calldata bytes", self.calldata_bytes as u64),
        ];
        if self.programs.is_some() {
            let programs = self.all_programs();
            numbers.extend([
                ("starts of programs", programs.start),
                ("ink of the programs themselves", programs.own_ink),
            ]);
        }
        let compressed = self.compressed_bytes.map(|bytes| bytes as u64);
        numbers.extend(compressed.map(|bytes| ("compressed bytes", bytes)));
        numbers
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.regressions {
            writeln!(f, "worse  {change}")?;
        }
        for change in &self.improvements {
            writeln!(f, "better {change}")?;
        }
        for key in &self.new {
            writeln!(f, "new    {key}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, then, now } = self;
        #[allow(clippy::cast_precision_loss, reason = "for people to read")]
        let percent = (*now as f64 / *then as f64 - 1.0) * 100.0;
        write!(f, "{what}: {now}, {then} in the snapshot ({percent:+.2} %)")
    }
}

#[cfg(test)]
mod tests {
    use crate::Program;

    use super::*;

    fn snapshot(gas: Gas) -> Snapshot {
        Snapshot {
            rows: BTreeMap::from([("row".into(), gas)]),
            programs: BTreeMap::from([("abi".into(), Weight::default())]),
        }
    }

    fn program(start: u64, own_ink: u64) -> Option<BTreeMap<String, Program>> {
        let program = Program {
            start,
            own_ink,
            ..Program::default()
        };
        Some(BTreeMap::from([("abi".into(), program)]))
    }

    fn gas() -> Gas {
        Gas {
            handle_ops: 200_000,
            account: 100_000,
            module: 50_000,
            calls: BTreeMap::from([("ecrecover".into(), vec![3_000])]),
            programs: program(8_000, 400_000),
            calldata_bytes: 10_000,
            compressed_bytes: Some(2_000),
            ..Gas::default()
        }
    }

    #[test]
    fn six_per_mille_more_is_a_regression_four_are_not() {
        let then = snapshot(gas());
        assert_eq!(then.compare(&then), Comparison::default());
        for number in 0..8 {
            let changed = |per_mille: i64| {
                let mut gas = gas();
                let add = |n: u64| n.saturating_add_signed(n as i64 * per_mille / 1_000);
                match number {
                    0 => gas.handle_ops = add(gas.handle_ops),
                    1 => gas.account = add(gas.account),
                    2 => gas.module = add(gas.module),
                    3 => {
                        gas.calls = BTreeMap::from([(
                            "ecrecover".into(),
                            vec![3_000_u64.saturating_add_signed(-47 * per_mille)],
                        )])
                    }
                    4 => gas.programs = program(add(8_000), 400_000),
                    5 => gas.programs = program(8_000, add(400_000)),
                    6 => gas.calldata_bytes = add(gas.calldata_bytes as u64) as usize,
                    _ => gas.compressed_bytes = Some(add(2_000) as usize),
                }
                then.compare(&snapshot(gas))
            };
            let regressions = changed(6).regressions;
            assert_eq!(
                regressions.len(),
                1 + usize::from(number == 2),
                "{regressions:?}"
            );
            assert!(changed(6).improvements.is_empty());
            assert_eq!(changed(4), Comparison::default(), "{number}");
            assert_eq!(changed(-4), Comparison::default(), "{number}");
            assert!(changed(-6).regressions.is_empty());
            assert!(!changed(-6).improvements.is_empty(), "{number}");
        }
    }

    #[test]
    fn a_row_without_a_snapshot_is_named() {
        let comparison = Snapshot::default().compare(&snapshot(gas()));
        assert_eq!(comparison.new, ["row", "abi"]);
    }

    #[test]
    fn what_programs_weigh_is_compared_too() {
        let weight = |data_bytes| Snapshot {
            programs: BTreeMap::from([(
                "abi".into(),
                Weight {
                    data_bytes,
                    ..Weight::default()
                },
            )]),
            ..Snapshot::default()
        };
        let then = weight(1_000);
        assert_eq!(then.compare(&weight(1_006)).regressions.len(), 1);
        assert_eq!(then.compare(&weight(1_004)), Comparison::default());
    }

    #[test]
    fn the_file_gives_what_was_written() {
        let folder = std::env::temp_dir().join(format!("benches-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let written = snapshot(gas());
        written.write(&folder).unwrap();
        let read = Snapshot::read(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read.unwrap(), written);
    }
}
