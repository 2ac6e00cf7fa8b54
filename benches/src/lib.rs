//! Gas and size of the programs beside their peers, all on one embedded chain.
//!
//! `cargo run --locked --profile host -p benches` writes benches/results/gas.md and gas.json. Gas does not depend on the
//! profile, nor on the machine.
#![forbid(unsafe_code)]

mod gas;
mod mocks;
mod scenario;
mod scene;
mod sessions;
mod smart_sessions;
mod snapshot;

use std::{collections::BTreeMap, path::Path};

pub use gas::{Gas, Program};
pub use mocks::Mocks;
pub use scenario::{By, Encoding, Job, Layout, Mode, Rules, Scenario};
pub use scene::{Peers, Scene, Svms};
pub use sessions::spread;
pub use snapshot::{Change, Comparison, Snapshot, SnapshotError};

use world::{Chain, WorldError};

/// What was measured.
pub type Rows = BTreeMap<Scenario, Gas>;

/// Heights of the trees in the tables.
pub const HEIGHTS: [u32; 3] = [4, 10, 16];

/// Where the results are committed.
pub const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results");

/// Writes all results.
///
/// # Errors
/// If a file can not be written.
pub fn write(rows: &Rows, folder: &Path) -> Result<(), SnapshotError> {
    Snapshot::of(rows).write(folder)
}

/// Who allows what is measured with trees of these heights.
fn plan(heights: &[u32]) -> Vec<By> {
    let mut plan = vec![By::Owner];
    let encoding = Encoding::Canonical;
    for &height in heights {
        plan.push(By::Solidity { encoding, height });
        for layout in Layout::ALL {
            for rules in Rules::ALL {
                plan.extend(Mode::ALL.map(|mode| By::Ours {
                    layout,
                    rules,
                    encoding,
                    height,
                    mode,
                }));
            }
        }
    }
    plan
}

/// Every scenario with trees of these heights.
pub fn scenarios(heights: &[u32]) -> Vec<Scenario> {
    let jobs = |by: By| by.jobs().iter().map(move |&job| Scenario { by, job });
    let plan = plan(heights).into_iter();
    let others = [By::NexusOwner, By::SmartSessions];
    plan.chain(others).flat_map(jobs).collect()
}

/// Runs every scenario on embedded chains, with trees of these heights.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn rows(heights: &[u32]) -> Result<Rows, WorldError> {
    let mut rows = Rows::new();
    let plan = plan(heights);
    let mut scene = Scene::new(51)?;
    for mode in [Mode::Uncached, Mode::Cached, Mode::Uncached60] {
        match mode {
            Mode::Uncached => {}
            Mode::Cached => scene.cache().map(drop)?,
            Mode::Uncached60 => scene = Scene::new(60)?,
        }
        for by in plan.iter().filter(|by| by.mode() == mode) {
            run(&mut scene, *by, &mut rows)?;
        }
    }
    smart_sessions::rows(&mut rows)?;
    Ok(rows)
}

/// Typed rules with trees of `2^height` leaves on a chain that is not ours, with ArbOS before 60: without the cache unless one
/// of our programs is in it, and with it if the chain lets us.
///
/// # Errors
/// If a userOp is refused, or there is no debug API.
pub fn remote_rows(chain: Chain, height: u32) -> Result<Rows, WorldError> {
    let mut rows = Rows::new();
    let mut scene = Scene::on(chain)?;
    let by = |mode| By::Ours {
        layout: Layout::Separate,
        rules: Rules::Typed,
        encoding: Encoding::Canonical,
        height,
        mode,
    };
    if !scene.is_cached()? {
        run(&mut scene, by(Mode::Uncached), &mut rows)?;
    }
    if scene.cache()? {
        run(&mut scene, by(Mode::Cached), &mut rows)?;
    }
    Ok(rows)
}

fn run(scene: &mut Scene, by: By, rows: &mut Rows) -> Result<(), WorldError> {
    scene.and_back(|scene| {
        scene.grant(by)?;
        for &job in by.jobs() {
            let scenario = Scenario { by, job };
            rows.insert(scenario, scene.measure(scenario)?);
        }
        Ok(())
    })
}
