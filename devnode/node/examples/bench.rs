//! How fast the chain is, as a table:
//!
//! ```text
//! cargo run --profile host -p devnode --example bench -- --clean-build > benches/results/devnode.md
//! ```
//!
//! Needs what `scripts/setup` and `scripts/build-programs` make. Without `--clean-build` the line of
//! the clean build is left out.

#[path = "../tests/common/user_op.rs"]
mod user_op;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, Bytes, TxKind, U256, hex},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode::{Devnode, NodeConfig};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    context::TxEnv,
    database::InMemoryDB,
    state::{AccountInfo, Bytecode},
};
use user_op::{Counter, VERSIONS, World, fixture};

/// Returns slot 0: what the fixture's `number()` does.
const EVM_COUNTER: &[u8] = &hex!("5f545f5260205ff3");

/// Calls the address of the first 20 bytes with the rest and answers as it does.
const RELAY: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "static_call_contract" (func $call (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32) (local $status i32)
    (call $read_args (i32.const 64))
    (local.set $status (call $call (i32.const 64) (i32.const 84) (i32.sub (local.get $len) (i32.const 20)) (i64.const -1) (i32.const 0)))
    (call $write_result (i32.const 64) (call $read_return (i32.const 64) (i32.const 0) (i32.const 1024)))
    (local.get $status)))"#;

/// The median of how long something takes.
fn median(rounds: usize, mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[rounds / 2]
}

fn row(what: &str, value: impl std::fmt::Display) {
    println!("| {what} | {value} |");
}

fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Bytes of memory that this process has in RAM.
fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = pages
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("the second number") * 4_096
}

fn call(node: &Devnode, to: Address, data: Bytes) -> Bytes {
    let request = TransactionRequest::default().to(to).input(data.into());
    node.call(&request, Latest).expect("answers")
}

fn revm_alone() -> Duration {
    let contract = Address::repeat_byte(0xcc);
    let mut db = InMemoryDB::default();
    let code = Bytecode::new_raw(Bytes::from_static(EVM_COUNTER));
    db.insert_account_info(contract, AccountInfo::default().with_code(code));
    let mut evm = Context::mainnet().with_db(db).build_mainnet();
    let tx = TxEnv {
        kind: TxKind::Call(contract),
        gas_limit: 1_000_000,
        ..TxEnv::default()
    };
    median(20_000, || drop(evm.transact(tx.clone()).expect("valid")))
}

fn handle_ops_per_second(version: devnode::EntryPointVersion) -> f64 {
    const OPS: u64 = 1_000;
    let mut world = World::new(version);
    let counter = world.deploy("fixture_counter");
    world.node.cache(counter).expect("cached");
    world.node.cache(world.account).expect("cached");
    let call: Bytes = Counter::incrementCall {}.abi_encode().into();
    let bundles: Vec<Bytes> = (0..OPS)
        .map(|nonce| world.handle_ops(U256::from(nonce), counter, call.clone(), &world.owner))
        .collect();
    let start = Instant::now();
    for bundle in bundles {
        assert!(world.bundle(bundle).status());
    }
    let per_second = OPS as f64 / start.elapsed().as_secs_f64();
    assert_eq!(
        world.view(counter, &Counter::numberCall {}),
        U256::from(OPS)
    );
    per_second
}

/// Resident bytes after 1,000 and after 10,000 calls of a program.
fn memory(kept_blocks: Option<u64>) -> [u64; 2] {
    let config = NodeConfig {
        kept_blocks,
        ..NodeConfig::default()
    };
    let mut world = World::with_config(VERSIONS[1], config);
    let counter = world.deploy("fixture_counter");
    let data: Bytes = Counter::incrementCall {}.abi_encode().into();
    let mut go = |count: u64| {
        for _ in 0..count {
            let request = TransactionRequest::default()
                .from(world.bundler)
                .to(counter);
            let request = request.input(data.clone().into()).gas_limit(200_000);
            assert!(world.node.execute(request).expect("valid").status());
        }
        resident_bytes()
    };
    [go(1_000), go(9_000)]
}

fn clean_build() -> Duration {
    let target = std::env::temp_dir().join(format!("devnode-bench-{}", std::process::id()));
    let start = Instant::now();
    let status = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status()
        .expect("cargo");
    let time = start.elapsed();
    // Best effort: it is in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&target);
    assert!(status.success());
    time
}

fn main() {
    println!("# The embedded chain in numbers\n");
    println!(
        "Made by `cargo run --profile host -p devnode --example bench -- --clean-build`; one thread;"
    );
    println!("medians unless it says otherwise.\n");
    println!("| what | measured |\n| --- | --- |");

    row(
        "boot of a chain",
        millis(median(50, || drop(Devnode::default()))),
    );
    let counter_wasm = fixture("fixture_counter");
    let deploy = median(20, || {
        let mut node = Devnode::default();
        let owner = node.owner();
        let program = node
            .deploy_program(owner, &counter_wasm, None)
            .expect("deployed");
        node.activate(program).expect("activated");
    });
    row(
        "boot, deploy and activate the fixture counter",
        millis(deploy),
    );

    let mut node = Devnode::default();
    let owner = node.owner();
    let counter = node
        .deploy_program(owner, &counter_wasm, None)
        .expect("deployed");
    let relay = wat::parse_str(RELAY).expect("WAT");
    let relays: Vec<Address> = (0..2)
        .map(|_| node.deploy_program(owner, &relay, None).expect("deployed"))
        .collect();
    for program in [counter, relays[0]] {
        node.activate(program).expect("activated");
        node.cache(program).expect("cached");
    }
    let evm_counter = Address::repeat_byte(0xcc);
    node.set_code(evm_counter, EVM_COUNTER.into())
        .expect("code");
    let number: Bytes = Counter::numberCall {}.abi_encode().into();

    let view = median(5_000, || drop(call(&node, counter, number.clone())));
    row("cached view call of a program (`number()`)", micros(view));
    let nested: Bytes = [relays[1].as_slice(), counter.as_slice(), &number]
        .concat()
        .into();
    let three = median(5_000, || drop(call(&node, relays[0], nested.clone())));
    row("the same through two more programs", micros(three));
    let evm_view = median(5_000, || drop(call(&node, evm_counter, Bytes::new())));
    row(
        "view call of an EVM contract that does the same",
        micros(evm_view),
    );
    let alone = revm_alone();
    row(
        "that contract in revm alone (no node around it)",
        micros(alone),
    );
    let ratio = |a: Duration, b: Duration| format!("{:.1}", a.as_secs_f64() / b.as_secs_f64());
    row(
        "program / EVM contract, both in the node",
        ratio(view, evm_view),
    );
    row(
        "program in the node / EVM contract in revm alone",
        ratio(view, alone),
    );

    for version in VERSIONS {
        let what = format!("handleOps of one userOp, {version:?}, a second (mean of 1,000)");
        row(&what, format!("{:.0}", handle_ops_per_second(version)));
    }
    for (what, kept_blocks) in [("the last 1,024 blocks", Some(1_024)), ("all blocks", None)] {
        let [few, many] = memory(kept_blocks);
        let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
        let what = format!("resident memory after 1,000 / 10,000 transactions, {what} kept");
        row(&what, format!("{} / {}", mib(few), mib(many)));
    }

    if std::env::args().any(|arg| arg == "--clean-build") {
        row(
            "clean build of the workspace, dev profile, 2 cores",
            format!("{:.0} s", clean_build().as_secs_f64()),
        );
    }
}
