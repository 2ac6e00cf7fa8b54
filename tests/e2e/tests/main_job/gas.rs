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
    // Whatever there is to measure was measured, and is in the snapshot, and nothing else is.
    let all = |heights: &[u32]| -> BTreeSet<_> {
        let scenarios = scenarios(heights);
        scenarios.iter().map(Scenario::to_string).collect()
    };
    assert!(measured.rows.keys().eq(&all(&heights)), "not measured");
    assert!(committed.rows.keys().eq(&all(&HEIGHTS)), "rows: {UPDATE}");
    let programs = measured.programs.keys();
    assert!(committed.programs.keys().eq(programs), "programs: {UPDATE}");
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
        // what is not measured has no row
        assert!(!content.contains("|  "), "{name}: an empty cell");
    }
}

/// Most gas, cached and not (ArbOS 51), with 2^10 leaves.
type Gate = (Layout, Rules, Encoding, Job, [u64; 2]);

/// Of module.validateUserOp.
const MODULE: [Gate; 7] = {
    use {Encoding::*, Job::*, Layout::*, Rules::*};
    [
        (Module, Typed, Canonical, Single, [7_200, 20_000]),
        (Module, Typed, Canonical, Flow, [9_000, 22_000]),
        (Module, Typed, Canonical, Transfers(16), [13_000, 26_000]),
        (Module, Bounded, Canonical, Flow, [10_500, 24_000]),
        (Module, Generic, Canonical, Flow, [19_500, 33_000]),
        (Separate, Typed, Canonical, Flow, [15_500, 38_000]),
        (Separate, Typed, Canonical, Single, [7_200, 20_000]),
    ]
};

/// Of handleOps.
const HANDLE_OPS: [Gate; 2] = {
    use {Encoding::*, Job::*, Layout::*, Rules::*};
    [
        (Module, Typed, Dense, Transfers(16), [213_000, 226_000]),
        (Module, Typed, Compact, Flow, [185_000, 197_000]),
    ]
};

/// Of one more transfer, cached: canonical, dense.
const SLOPES: [(Encoding, u64); 2] = [(Encoding::Canonical, 350), (Encoding::Dense, 80)];

#[test]
fn gas_is_within_what_was_promised() {
    let committed = Snapshot::read(Path::new(RESULTS)).unwrap();
    let row = |layout, rules, encoding, job, mode| {
        let by = By::Ours {
            layout,
            rules,
            encoding,
            height: 10,
            mode,
        };
        &committed.rows[&Scenario { by, job }.to_string()]
    };
    let modes = [Mode::Cached, Mode::Uncached];
    for (layout, rules, encoding, job, gates) in MODULE {
        for (mode, most) in modes.into_iter().zip(gates) {
            let gas = row(layout, rules, encoding, job, mode).module;
            assert!(
                gas <= most,
                "{layout:?} {rules:?} {job} {mode:?}: {gas} gas"
            );
        }
    }
    for (layout, rules, encoding, job, gates) in HANDLE_OPS {
        for (mode, most) in modes.into_iter().zip(gates) {
            let gas = row(layout, rules, encoding, job, mode).handle_ops;
            assert!(gas <= most, "{encoding:?} {job} {mode:?}: {gas} gas");
        }
    }
    for (encoding, most) in SLOPES {
        let module = |transfers| {
            let job = Job::Transfers(transfers);
            row(Layout::Module, Rules::Typed, encoding, job, Mode::Cached).module
        };
        let slope = (module(16) - module(4)).div_ceil(12);
        assert!(slope <= most, "{encoding:?}: {slope} gas a transfer");
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
