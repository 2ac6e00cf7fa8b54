//! Writes benches/results/gas.md and gas.json.
//!
//! `cargo run --locked --profile host -p benches`

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use benches::{HEIGHTS, rows};

const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results");

fn main() -> Result<(), Box<dyn Error>> {
    let rows = rows(&HEIGHTS)?;
    let snapshot: BTreeMap<_, _> = rows
        .iter()
        .map(|(key, gas)| (key.to_string(), gas))
        .collect();
    let json = serde_json::to_string_pretty(&snapshot)?;
    fs::write(Path::new(RESULTS).join("gas.json"), json + "\n")?;
    for (key, gas) in &rows {
        println!("{key}: {gas:?}");
    }
    Ok(())
}
