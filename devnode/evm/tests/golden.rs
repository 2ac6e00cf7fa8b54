//! The golden calls: what Stylus programs cost and answer, made with Nitro's own crates.
//!
//! Every call is executed and compared to the unit: status, gas, returndata, logs, ink deltas; under an
//! inspector it gives the same. Where
//! the file says that its oracle departs from Nitro (`agreed: false`), its `fact_sheet` counts.
//! `GOLDEN_VECTORS` names another file of the same schema.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    path::PathBuf,
};

use devnode_evm::{
    ArbChain, ArbConfig, ArbContext, ArbEvm,
    arbos::{ARBOS_ADDRESS, ProgramRecord, StylusParams, params_slot, program_slot},
    block_env, cfg_env,
};
use devnode_meter::{Rules, asm_kb, meter};
use revm::{
    DatabaseCommit, ExecuteEvm, InspectEvm, Inspector,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    inspector::NoOpInspector,
    interpreter::Interpreter,
    primitives::{Address, B256, Bytes, TxKind, U256, address, keccak256},
    state::{AccountInfo, Bytecode},
};
use serde::Deserialize;

const ARBOS_VERSION: u64 = 51;
const NOW_SECS: u64 = 1_766_000_000;
/// Holds 12,345 wei in every call (`rules` of the file).
const HOLDER: Address = address!("00000000000000000000000000000000000000b0");

#[derive(Deserialize)]
struct Golden {
    meta: Meta,
    evm_fixtures: BTreeMap<String, Fixture>,
    programs: BTreeMap<String, Program>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Meta {
    sender: Address,
}

#[derive(Deserialize)]
struct Fixture {
    address: Address,
    code: Bytes,
}

#[derive(Deserialize)]
struct Program {
    address: Address,
    wasm: Bytes,
    code: Bytes,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    to: Address,
    calldata: Bytes,
    value: u64,
    gas_limit: u64,
    #[serde(default)]
    cached_programs: Vec<String>,
    #[serde(default)]
    state_after_previous_call: bool,
    agreed: bool,
    status: u8,
    gas_used: u64,
    returndata: Bytes,
    logs: Vec<LogVector>,
    fact_sheet: Option<FactSheet>,
    ink_deltas: Option<BTreeMap<String, u64>>,
}

#[derive(Deserialize)]
struct LogVector {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

#[derive(Deserialize)]
struct FactSheet {
    status: u8,
    gas_used: u64,
    returndata: Bytes,
    log_count: usize,
}

impl Golden {
    fn load() -> Self {
        let path = env::var_os("GOLDEN_VECTORS").map_or_else(
            || {
                PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                    .join("../../tests/vectors/stylus-golden.json")
            },
            PathBuf::from,
        );
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// What the chain stores of each program, by name.
    fn records(&self) -> BTreeMap<&str, ProgramRecord> {
        let record = |program: &Program| {
            let stats = meter(&program.wasm, &Rules::new(ARBOS_VERSION))
                .expect("valid")
                .stats;
            ProgramRecord {
                version: StylusParams::at(ARBOS_VERSION).version,
                init_cost: stats.init_cost(),
                cached_cost: stats.cached_cost(),
                footprint: stats.pages,
                activated_at_hours: ((NOW_SECS - 1_421_388_000) / 3_600) as u32,
                asm_kb: asm_kb(stats.asm_estimate()),
                cached: false,
            }
        };
        self.programs
            .iter()
            .map(|(name, program)| (name.as_str(), record(program)))
            .collect()
    }

    /// The state that each call starts from.
    fn state(&self, records: &BTreeMap<&str, ProgramRecord>, cached: &[String]) -> InMemoryDB {
        let mut db = InMemoryDB::default();
        let account = |code: &Bytes| {
            let code = Bytecode::new_raw(code.clone());
            AccountInfo {
                nonce: 1,
                ..AccountInfo::default()
            }
            .with_code(code)
        };
        for fixture in self.evm_fixtures.values() {
            db.insert_account_info(fixture.address, account(&fixture.code));
        }
        let params = StylusParams::at(ARBOS_VERSION);
        let arbos = AccountInfo {
            nonce: 1,
            ..AccountInfo::default()
        };
        db.insert_account_info(ARBOS_ADDRESS, arbos);
        let mut set = |slot, word| db.insert_account_storage(ARBOS_ADDRESS, slot, word);
        set(params_slot(), params.to_word()).expect("in memory");
        for (name, program) in &self.programs {
            let record = ProgramRecord {
                cached: cached.contains(name),
                ..records[name.as_str()]
            };
            set(program_slot(keccak256(&program.code)), record.to_word()).expect("in memory");
        }
        for program in self.programs.values() {
            db.insert_account_info(program.address, account(&program.code));
        }
        db.insert_account_info(HOLDER, AccountInfo::from_balance(U256::from(12_345)));
        let rich = AccountInfo::from_balance(U256::from(10).pow(U256::from(24)));
        db.insert_account_info(self.meta.sender, rich);
        db
    }
}

/// What a call gave, in words that can be compared and printed.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    status: u8,
    gas_used: u64,
    returndata: Bytes,
    logs: Logs,
}

#[derive(Debug)]
enum Logs {
    Count(usize),
    All(Vec<(Address, Vec<B256>, Bytes)>),
}

impl PartialEq for Logs {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All(a), Self::All(b)) => a == b,
            (a, b) => a.len() == b.len(),
        }
    }
}

impl Eq for Logs {}

impl Logs {
    const fn len(&self) -> usize {
        match self {
            Self::Count(count) => *count,
            Self::All(logs) => logs.len(),
        }
    }
}

fn execute(
    call: &Call,
    sender: Address,
    nonce: u64,
    chain: &ArbChain,
    db: InMemoryDB,
) -> (Outcome, InMemoryDB) {
    let tx = TxEnv {
        caller: sender,
        nonce,
        kind: TxKind::Call(call.to),
        data: call.calldata.clone(),
        value: U256::from(call.value),
        gas_limit: call.gas_limit,
        chain_id: Some(chain.config.chain_id),
        ..TxEnv::default()
    };
    let block = block_env(0, NOW_SECS, 0);
    let cfg = cfg_env(&chain.config);
    let mut watched = ArbEvm::new(
        db.clone(),
        cfg.clone(),
        block.clone(),
        chain.clone(),
        Steps::default(),
    );
    let under_inspector = watched.inspect_tx(tx.clone()).expect("a valid transaction");
    let mut evm = ArbEvm::new(db, cfg, block, chain.clone(), NoOpInspector);
    let done = evm.transact(tx).expect("a valid transaction");
    assert_eq!(under_inspector, done, "under an inspector");
    let (.., steps) = watched.into_parts();
    assert_eq!(steps.open, 0, "every step ends");
    let (mut db, ..) = evm.into_parts();
    db.commit(done.state);
    let result = done.result;
    let logs = match &result {
        ExecutionResult::Success { logs, .. } => logs.clone(),
        _ => Vec::new(),
    };
    let logs = logs
        .iter()
        .map(|log| (log.address, log.topics().to_vec(), log.data.data.clone()));
    let outcome = Outcome {
        status: u8::from(result.is_success()),
        gas_used: result.tx_gas_used(),
        returndata: result.output().cloned().unwrap_or_default(),
        logs: Logs::All(logs.collect()),
    };
    (outcome, db)
}

/// Counts what an inspector is told.
#[derive(Default)]
struct Steps {
    open: i32,
}

impl Inspector<ArbContext<InMemoryDB>> for Steps {
    fn step(&mut self, _: &mut Interpreter, _: &mut ArbContext<InMemoryDB>) {
        self.open += 1;
    }

    fn step_end(&mut self, _: &mut Interpreter, _: &mut ArbContext<InMemoryDB>) {
        self.open -= 1;
    }
}

fn expected(call: &Call) -> Outcome {
    match &call.fact_sheet {
        Some(sheet) if !call.agreed => Outcome {
            status: sheet.status,
            gas_used: sheet.gas_used,
            returndata: sheet.returndata.clone(),
            logs: Logs::Count(sheet.log_count),
        },
        _ => Outcome {
            status: call.status,
            gas_used: call.gas_used,
            returndata: call.returndata.clone(),
            logs: Logs::All(
                call.logs
                    .iter()
                    .map(|log| (log.address, log.topics.clone(), log.data.clone()))
                    .collect(),
            ),
        },
    }
}

/// The deltas that a probing program returns: u64, little endian.
fn deltas(returndata: &[u8]) -> Vec<u64> {
    let mut deltas: Vec<u64> = returndata
        .chunks_exact(8)
        .map(|chunk| u64::from_le_bytes(chunk.try_into().expect("8 bytes")))
        .collect();
    deltas.sort_unstable();
    deltas
}

#[test]
fn golden_calls_are_equal_to_the_unit() {
    let golden = Golden::load();
    let chain = ArbChain::new(ArbConfig {
        arbos_version: ARBOS_VERSION,
        ..ArbConfig::default()
    });
    let records = golden.records();
    let (mut calls, mut differ) = (0, 0);
    for case in &golden.cases {
        let mut previous = None;
        for (index, call) in case.calls.iter().enumerate() {
            let (nonce, db) = match previous.take() {
                Some(state) if call.state_after_previous_call => state,
                _ => (0, golden.state(&records, &call.cached_programs)),
            };
            let (got, db) = execute(call, golden.meta.sender, nonce, &chain, db);
            previous = Some((nonce + 1, db));
            let want = expected(call);
            let ink_differs = call.ink_deltas.as_ref().is_some_and(|probes| {
                let mut want: Vec<u64> = probes.values().copied().collect();
                want.sort_unstable();
                want != deltas(&got.returndata)
            });
            calls += 1;
            if got != want || ink_differs {
                differ += 1;
                println!("{}#{index}\n  want {want:?}\n  got  {got:?}", case.id);
            }
        }
    }
    // Past the test runner's capture, so that a passing run shows it too.
    writeln!(io::stdout(), "golden: {calls} calls, {differ} differ").expect("stdout");
    assert!(calls > 0, "the file holds no calls");
    assert_eq!(differ, 0, "golden calls differ");
}
