//! Gas and size of the programs beside their peers, all on one embedded chain.
//!
//! `cargo run --locked --profile host -p benches` writes benches/results/gas.md and gas.json. Gas does not depend on the
//! profile, nor on the machine.
#![forbid(unsafe_code)]

mod gas;
mod scenario;
mod scene;
mod sessions;

use std::collections::BTreeMap;

pub use gas::Gas;
pub use scenario::{By, Encoding, Job, Layout, Mode, Rules, Scenario, Work};
pub use scene::{Mocks, Peers, Scene, Svms};
pub use sessions::spread;

use world::WorldError;

/// What was measured.
pub type Rows = BTreeMap<Scenario, Gas>;

/// Heights of the trees in the tables.
pub const HEIGHTS: [u32; 3] = [4, 10, 16];

/// Runs every scenario with trees of these heights.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn rows(heights: &[u32]) -> Result<Rows, WorldError> {
    let mut rows = Rows::new();
    let mut scene = Scene::new(51)?;
    run(&mut scene, By::Owner, &mut rows)?;
    for &height in heights {
        let encoding = Encoding::Canonical;
        run(&mut scene, By::Solidity { encoding, height }, &mut rows)?;
    }
    ours(&mut scene, heights, Mode::Uncached, &mut rows)?;
    scene.cache()?;
    ours(&mut scene, heights, Mode::Cached, &mut rows)?;
    let mut scene = Scene::new(60)?;
    ours(&mut scene, heights, Mode::Uncached60, &mut rows)?;
    Ok(rows)
}

fn ours(scene: &mut Scene, heights: &[u32], mode: Mode, rows: &mut Rows) -> Result<(), WorldError> {
    for layout in Layout::ALL {
        for &height in heights {
            for rules in Rules::ALL {
                let by = By::Ours {
                    layout,
                    rules,
                    encoding: Encoding::Canonical,
                    height,
                    mode,
                };
                run(scene, by, rows)?;
            }
        }
    }
    Ok(())
}

fn run(scene: &mut Scene, by: By, rows: &mut Rows) -> Result<(), WorldError> {
    scene.grant(by)?;
    for job in Job::ALL {
        let scenario = Scenario { by, job };
        rows.insert(scenario, scene.measure(scenario)?);
    }
    Ok(())
}
