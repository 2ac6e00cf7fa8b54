//! Gas: what the snapshot of benches/ says, and within what was promised.

use std::{collections::BTreeSet, env, path::Path};

use benches::{
    By, Encoding, HEIGHTS, Job, Layout, Mode, RESULTS, Rules, Scenario, Snapshot, remote_rows,
    rows, scenarios,
};

const UPDATE: &str =
    "if that is meant: UPDATE_SNAPSHOTS=1, or cargo run --locked --profile host -p benches";
/// Trees that take long to make are left to that command.
const MAX_HEIGHT: u32 = 10;

#[test]
fn gas_is_what_the_snapshot_says() {
    e2e::embedded_only!("a chain of its own");
    let folder = Path::new(RESULTS);
    let update = env::var_os("UPDATE_SNAPSHOTS").is_some();
    let heights: Vec<_> = HEIGHTS
        .into_iter()
        .filter(|height| update || *height <= MAX_HEIGHT)
        .collect();
    let rows = rows(&heights).unwrap();
    if update {
        benches::write(&rows, folder).unwrap();
    }
    let measured = Snapshot::of(&rows);
    let committed = Snapshot::read(folder).unwrap();
    let comparison = committed.compare(&measured);
    if !comparison.improvements.is_empty() {
        println!("cheaper: {UPDATE}");
    }
    print!("{comparison}");
    assert!(comparison.regressions.is_empty(), "dearer: {UPDATE}");
    assert!(comparison.new.is_empty(), "not in the snapshot: {UPDATE}");
    let all: BTreeSet<_> = scenarios(&HEIGHTS)
        .iter()
        .map(Scenario::to_string)
        .collect();
    let stale: Vec<_> = committed
        .0
        .keys()
        .filter(|key| !all.contains(*key))
        .collect();
    assert!(stale.is_empty(), "nothing measures {stale:?}: {UPDATE}");
}

#[test]
fn gas_is_within_what_was_promised() {
    let committed = Snapshot::read(Path::new(RESULTS)).unwrap();
    let module = |job| {
        let by = By::Ours {
            layout: Layout::Separate,
            rules: Rules::Typed,
            encoding: Encoding::Canonical,
            height: 10,
            mode: Mode::Cached,
        };
        committed.0[&Scenario { by, job }.to_string()].module
    };
    for (job, most) in [
        (Job::Single, 10_500),
        (Job::Transfers(16), 32_000),
        (Job::Flow, 26_000),
        (Job::MainJob, 26_000),
    ] {
        assert!(module(job) <= most, "{job}: {} gas", module(job));
    }
}

/// The other chain must say the same: here cheaper is wrong, too.
#[test]
fn another_chain_takes_the_same_gas() {
    let chain = e2e::chain().unwrap();
    if !e2e::is_remote() {
        return; // said by the first test
    }
    e2e::traces_only!(chain);
    let measured = Snapshot::of(&remote_rows(chain, 10).unwrap());
    if measured.0.len() < 2 * Job::ALL.len() {
        e2e::skipped(
            "gas with and without cache",
            "an empty cache and a right to cache",
        );
    }
    let comparison = Snapshot::read(Path::new(RESULTS))
        .unwrap()
        .compare(&measured);
    assert_eq!(comparison, benches::Comparison::default(), "{comparison}");
}
