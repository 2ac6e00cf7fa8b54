//! Gas of the main job: within its gate, and what the committed table says.

use e2e::{Gas, gas};

const COMMITTED: &str = include_str!("../../../../benches/results/main-job.json");
/// module.validateUserOp with 2^10 leaves, cached.
const GATE: u64 = 26_000;

#[test]
fn the_main_job_costs_what_the_table_says() {
    let mut committed: Vec<Gas> = serde_json::from_str(COMMITTED).unwrap();
    // all without the cache first: a chain that is not ours forgets no program
    committed.sort_by_key(|gas| gas.is_cached);
    let module = |gas: &Gas| gas.steps.as_ref().map(|steps| steps.module);
    for expected in committed.iter().filter(|gas| gas.height <= 10) {
        let Some(measured) = gas(expected.height, expected.is_cached).unwrap() else {
            continue;
        };
        println!("measured {measured:?}\nexpected {expected:?}");
        let expected_module = module(expected).unwrap();
        let pairs = [
            // not known without a debug API
            (
                "module.validateUserOp",
                module(&measured).unwrap_or(expected_module),
                expected_module,
            ),
            ("handleOps", measured.handle_ops, expected.handle_ops),
        ];
        for (what, measured, expected) in pairs {
            // A cheaper one must be committed too: otherwise the next regression hides behind it.
            assert!(
                measured.abs_diff(expected) * 1_000 <= expected * 5,
                "{what}: {measured} gas, {expected} in benches/results/main-job.json; if that is meant: \
                 cargo run --profile host -p e2e --example main_job"
            );
        }
    }
    let [gated] = &committed
        .iter()
        .filter(|gas| gas.height == 10 && gas.is_cached)
        .collect::<Vec<_>>()[..]
    else {
        panic!("no row for 2^10, cached");
    };
    let gated = module(gated).unwrap();
    assert!(gated <= GATE, "{gated} gas");
}
