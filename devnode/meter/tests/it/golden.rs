//! The programs of the golden vectors: static costs, execution ink, how deep they can recurse

use crate::machine::{INK_PER_GAS, Outcome, Run, run};
use devnode_meter::{Program, Rules, meter, price, unpack};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};
use wasmi::CompilationMode;

#[derive(Deserialize)]
pub(crate) struct Vectors {
    pub programs: BTreeMap<String, Vector>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Vector {
    address: String,
    #[serde(deserialize_with = "bytes")]
    pub wasm: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub code: Vec<u8>,
    #[serde(rename = "static")]
    statics: Statics,
}

#[derive(Deserialize)]
struct Statics {
    footprint_pages: u16,
    stored_init_cost: u16,
    stored_cached_cost: u16,
    stored_asm_kb: u32,
    init_gas_predicted: u64,
    cached_gas_predicted: u64,
    data_fee_wei_observed: u64,
    predicted: Predicted,
}

#[derive(Deserialize)]
struct Predicted {
    init_cost: u16,
    cached_cost: u16,
    asm: u32,
    funcs: u32,
    types: u32,
    globals: u32,
    data: u32,
    asm_kb: u32,
    pages: u16,
    data_fee_wei_at_zero_demand: u64,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    program: String,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    to: String,
    #[serde(deserialize_with = "bytes")]
    calldata: Vec<u8>,
    gas_limit: u64,
    cached: bool,
    status: u64,
    #[serde(deserialize_with = "bytes")]
    returndata: Vec<u8>,
    intrinsic: u64,
    l2_execution_gas: u64,
    agreed: bool,
    #[serde(default)]
    ink_deltas: BTreeMap<String, u64>,
}

fn bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    hex::decode(text.trim_start_matches("0x")).map_err(serde::de::Error::custom)
}

pub(crate) fn golden() -> Vectors {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/stylus-golden.json");
    let text = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).expect("the vectors parse")
}

fn metered(name: &str, wasm: &[u8]) -> Program {
    meter(wasm, &Rules::new(51)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn static_costs_are_the_oracles() {
    let vectors = golden();
    assert_eq!(vectors.programs.len(), 31);
    for (name, program) in &vectors.programs {
        let stats = metered(name, &program.wasm).stats;
        let (statics, want) = (&program.statics, &program.statics.predicted);
        assert_eq!(stats.funcs, want.funcs, "{name}: functions");
        assert_eq!(stats.types, want.types, "{name}: types");
        assert_eq!(
            stats.wasm_bytes as usize,
            program.wasm.len(),
            "{name}: length"
        );
        assert_eq!(stats.globals, want.globals, "{name}: globals");
        assert_eq!(stats.data_bytes, want.data, "{name}: data");
        assert_eq!(stats.pages, want.pages, "{name}: pages");
        assert_eq!(stats.init_cost(), want.init_cost, "{name}: init");
        assert_eq!(stats.cached_cost(), want.cached_cost, "{name}: cached");
        assert_eq!(stats.asm_estimate(), want.asm, "{name}: asm");
        assert_eq!(stats.asm_kb(), want.asm_kb, "{name}: asm in KiB");

        let stored = (
            stats.init_cost(),
            stats.cached_cost(),
            stats.asm_kb(),
            stats.pages,
        );
        let want_stored = (
            statics.stored_init_cost,
            statics.stored_cached_cost,
            statics.stored_asm_kb,
            statics.footprint_pages,
        );
        assert_eq!(stored, want_stored, "{name}: stored by the oracle");
        assert_eq!(
            69 * 128 + u64::from(stats.init_cost()),
            statics.init_gas_predicted,
            "{name}: init gas"
        );
        assert_eq!(
            11 * 32 + u64::from(stats.cached_cost()),
            statics.cached_gas_predicted,
            "{name}: cached gas"
        );
        let fee = u64::from(stats.asm_estimate()) * 82_928_201;
        assert_eq!(
            fee, want.data_fee_wei_at_zero_demand,
            "{name}: data fee without demand"
        );
    }
}

/// The oracle charged the fee of the demand that includes the program, with a real exponential: what
/// Nitro's integer series gives is within a hundredth of a percent of it
#[test]
fn the_oracles_first_data_fee_had_its_own_demand_in_it() {
    let empty = &golden().programs["empty"].statics;
    let fee = devnode_meter::DataPricer::new(0).charge(empty.predicted.asm, 0);
    let observed = u128::from(empty.data_fee_wei_observed);
    assert_eq!(observed, 43_613_734_132_598);
    assert_eq!(fee, 43_608_294_331_153);
    assert!(observed.abs_diff(fee) * 5000 < observed);
}

/// What was measured of the counter when the facts were collected
#[test]
fn the_counter_of_the_fact_sheet() {
    let counter = &golden().programs["counter_rust"];
    let program = metered("counter", &counter.wasm);
    assert_eq!((counter.wasm.len(), counter.code.len()), (18_707, 7013));
    assert_eq!(program.stats.ops, 22_031);
    assert_eq!(program.wasm.len(), 44_479);
    assert_eq!(program.stats.activation_gas(51), 2_225_132);
}

/// The programs whose hostios the test machine has, call by call: return data (with what the
/// program itself measured in ink) and gas
#[test]
fn calls_cost_what_the_oracle_says() {
    const SIMPLE: [&str; 15] = [
        "empty", "ops_i32", "ops_i64", "control", "memory", "loop", "grow", "pay_grow", "pages5",
        "pages17", "rec_thin", "rec_fat", "io", "sort", "bulk",
    ];
    let vectors = golden();
    let (mut compared, mut deltas) = (0, 0);
    for case in vectors
        .cases
        .iter()
        .filter(|case| SIMPLE.contains(&case.program.as_str()))
    {
        let vector = &vectors.programs[&case.program];
        let program = metered(&case.program, &vector.wasm);
        for (index, call) in case
            .calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.to == vector.address)
        {
            let what = format!("{} call {index}", case.id);
            let Some((run, gas)) = execute(&program, call) else {
                continue;
            };
            let success = run.outcome == Outcome::Returned(0);
            assert_eq!(success, call.status == 1, "{what}: {:?}", run.outcome);
            if success {
                assert_eq!(
                    hex::encode(&run.result),
                    hex::encode(&call.returndata),
                    "{what}"
                );
            }
            deltas += call.ink_deltas.len();
            if call.agreed {
                assert_eq!(gas, call.l2_execution_gas, "{what}: gas");
                compared += 1;
            }
        }
    }
    assert_eq!((compared, deltas), (57, 284));
}

/// Runs a call as the chain does; also returns the gas used, or nothing when the call itself is not paid for
fn execute(program: &Program, call: &Call) -> Option<(Run, u64)> {
    let stats = program.stats;
    let before = price::page_gas(stats.pages, 0, 0, 2, 1_000)
        + 11 * 32
        + u64::from(stats.cached_cost())
        + if call.cached {
            0
        } else {
            69 * 128 + u64::from(stats.init_cost())
        };
    let all = call.gas_limit - call.intrinsic;
    let gas = all.checked_sub(before)?;
    let run = run(
        &program.wasm,
        &call.calldata,
        gas * INK_PER_GAS,
        22_000,
        CompilationMode::Eager,
    );
    let left = match run.outcome {
        Outcome::OutOfInk | Outcome::OutOfStack => 0,
        _ => run.ink / INK_PER_GAS,
    };
    let words = (run.result.len() as u64).div_ceil(32);
    let floor = 3 * words + words * words / 512;
    Some((run, (all - left).max(floor)))
}

#[test]
fn recursion_ends_where_the_oracles_does() {
    for (name, most) in [("rec_thin", 2747_u32), ("rec_fat", 70)] {
        let program = metered(name, &golden().programs[name].wasm);
        let ink = 10_000_000_000_000;
        let go = |levels: u32| {
            run(
                &program.wasm,
                &levels.to_le_bytes(),
                ink,
                22_000,
                CompilationMode::Eager,
            )
        };
        let deepest = go(most);
        assert_eq!(deepest.outcome, Outcome::Returned(0), "{name}");
        assert_eq!(deepest.result, most.to_le_bytes(), "{name}");
        assert_eq!(
            deepest.stack, 22_000,
            "{name}: every frame gave its words back"
        );
        let deeper = go(most + 1);
        assert_eq!(
            (deeper.outcome, deeper.stack),
            (Outcome::OutOfStack, 0),
            "{name}"
        );
        assert!(deeper.ink > 0, "{name}: ink was not the limit");
    }
}

#[test]
fn the_code_unpacks_to_the_module() {
    for (name, program) in &golden().programs {
        assert!(devnode_meter::is_program(&program.code), "{name}");
        assert_eq!(
            unpack(&program.code, 128 * 1024).as_ref(),
            Ok(&program.wasm),
            "{name}"
        );
    }
}
