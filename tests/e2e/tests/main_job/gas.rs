//! Gas: what the snapshot of benches/ says, and within what was promised.

use std::{collections::BTreeSet, env, fs, path::Path};

use benches::{
    By, Encoding, HEIGHTS, Job, Layout, Mode, RESULTS, Results, Rules, Scenario, Snapshot, remote,
    scenarios,
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
    let results = Results::measure(&heights).unwrap();
    if update {
        results.write(folder).unwrap();
    }
    let measured = Snapshot::of(&results);
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
    let programs = committed.programs.keys();
    let stale: Vec<_> = committed
        .rows
        .keys()
        .filter(|key| !all.contains(*key))
        .chain(programs.filter(|name| !measured.programs.contains_key(*name)))
        .collect();
    assert!(stale.is_empty(), "nothing measures {stale:?}: {UPDATE}");
}

#[test]
fn tables_and_plots_are_those_of_the_snapshot() {
    let folder = Path::new(RESULTS);
    let results = Snapshot::read(folder).unwrap().results();
    for (name, content) in results.files().unwrap() {
        let committed = fs::read_to_string(folder.join(name)).unwrap();
        assert!(
            committed == content,
            "benches/results/{name} is stale: {UPDATE}"
        );
    }
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
        committed.rows[&Scenario { by, job }.to_string()].module
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
    let measured = Snapshot::of(&remote(chain, 10).unwrap());
    if measured.rows.len() < 2 * Job::ALL.len() {
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
