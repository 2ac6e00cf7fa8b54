//! Gas and size of the programs beside their peers, all on one embedded chain.
//!
//! `cargo run --locked --profile host -p benches` writes benches/results/gas.md, gas.json and the plots. Gas does not depend on the
//! profile, nor on the machine.
#![forbid(unsafe_code)]

mod gas;
mod l1;
mod mocks;
mod plot;
mod programs;
mod report;
mod scenario;
mod scene;
mod sessions;
mod smart_sessions;
mod snapshot;
mod user_op;

use std::{collections::BTreeMap, error::Error, fmt, fs, path::Path};

pub use gas::{Gas, Program};
pub use mocks::Mocks;
pub use programs::{PROGRAMS, Weight, weights};
pub use scenario::{By, Encoding, Job, Layout, MORE_RULES, Mode, Rules, Scenario};
pub use scene::{Peers, Scene, Svms};
pub use sessions::spread;
pub use snapshot::{Change, Comparison, Snapshot, SnapshotError};

use world::{Chain, WorldError};

/// Gas of what was run.
pub type Rows = BTreeMap<Scenario, Gas>;

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// Gas of userOps.
    pub rows: Rows,
    /// By name.
    pub programs: BTreeMap<String, Weight>,
}

/// Heights of the trees in the tables.
pub const HEIGHTS: [u32; 3] = [4, 10, 16];

/// Where the results are committed.
pub const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results");

impl Results {
    /// Measures everything, with trees of these heights.
    ///
    /// # Errors
    /// If something has not been built or fetched, or a userOp is refused.
    pub fn measure(heights: &[u32]) -> Result<Self, WorldError> {
        Ok(Self {
            programs: weights()?,
            rows: rows(heights)?,
        })
    }

    /// The files, but for gas.json, and what is in them.
    ///
    /// # Errors
    /// None.
    pub fn files(&self) -> Result<Vec<(&'static str, String)>, fmt::Error> {
        let mut files = vec![("gas.md", report::markdown(self)?)];
        files.extend(report::plots(self)?);
        Ok(files)
    }

    /// Writes all files.
    ///
    /// # Errors
    /// If a file can not be written.
    pub fn write(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        Snapshot::of(self).write(folder)?;
        for (name, content) in self.files()? {
            fs::write(folder.join(name), content)?;
        }
        Ok(())
    }
}

/// Who allows what is measured with trees of these heights.
fn plan(heights: &[u32]) -> Vec<By> {
    let mut plan = vec![By::Owner];
    for &height in heights {
        plan.extend(Encoding::ABI.map(|encoding| By::Solidity { encoding, height }));
        for layout in Layout::ALL {
            let canonical = Rules::ALL.map(|rules| (rules, Encoding::Canonical));
            // what another encoding saves is the same for all rules
            let others = layout
                .encodings()
                .iter()
                .filter(|other| **other != Encoding::Canonical);
            let others = others.map(|encoding| (Rules::Typed, *encoding));
            for (rules, encoding) in canonical.into_iter().chain(others) {
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
    let jobs = |by: By| by.jobs().map(move |job| Scenario { by, job });
    let plan = plan(heights).into_iter();
    let others = [By::NexusOwner, By::SmartSessions];
    plan.chain(others).flat_map(jobs).collect()
}

/// Runs every scenario on embedded chains, with trees of these heights.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
fn rows(heights: &[u32]) -> Result<Rows, WorldError> {
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
pub fn remote(chain: Chain, height: u32) -> Result<Results, WorldError> {
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
    Ok(Results {
        rows,
        ..Results::default()
    })
}

fn run(scene: &mut Scene, by: By, rows: &mut Rows) -> Result<(), WorldError> {
    scene.and_back(|scene| {
        scene.grant(by)?;
        for job in by.jobs() {
            let scenario = Scenario { by, job };
            rows.insert(scenario, scene.measure(scenario)?);
        }
        Ok(())
    })
}
