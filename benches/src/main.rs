//! Writes benches/results/gas.md, gas.json and the plots.
//!
//! `cargo run --locked --profile host -p benches`
//!
//! On another chain (`E2E_RPC_URL`, `E2E_PRIVATE_KEY`) it writes no file: it prints what differs from the committed ones.

use std::{error::Error, path::Path};

use benches::{HEIGHTS, RESULTS, Results, Snapshot, remote};
use world::Chain;

/// Of the tree on a chain that is not ours.
const HEIGHT: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(RESULTS);
    match Chain::from_env()? {
        Chain::Embedded(_) => {
            let results = Results::measure(&HEIGHTS)?;
            results.write(folder)?;
            println!("{} rows in benches/results", results.rows.len());
        }
        chain @ Chain::Remote(_) => {
            let measured = Snapshot::of(&remote(chain, HEIGHT)?);
            let comparison = Snapshot::read(folder)?.compare(&measured);
            for (key, gas) in &measured.rows {
                println!("{key}: {gas:?}");
            }
            print!("{comparison}");
        }
    }
    Ok(())
}
