//! Writes benches/results/main-job.md and main-job.json: size of the programs, gas of the main job.
//!
//! `cargo run --profile host -p e2e --example main_job`
//!
//! On another chain (`E2E_RPC_URL`, `E2E_PRIVATE_KEY`) it writes no file: it prints the same tables, to be compared with
//! the committed ones line by line.

use std::{error::Error, fmt::Write, fs, path::Path};

use alloy::{primitives::U256, rpc::types::TransactionRequest, sol_types::SolCall};
use devnode::arbos::{ARB_SYS, ArbSys};
use e2e::{Gas, Steps, gas, is_remote};
use world::Chain;

const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/results");

const PROGRAMS: [&str; 5] = [
    "session-key-manager",
    "batched-session-router",
    "erc20-approval",
    "dex-swap",
    "erc20-stake",
];

/// Biconomy's Solidity manager and router (deployed generation) with Solidity SVMs: module.validateUserOp of approve,
/// swap, stake, by tree height. Measured once on an EVM node, with mocks for token, DEX and stake.
const REFERENCE: [(u32, u64); 3] = [(4, 65_317), (10, 74_003), (16, 82_721)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = format!(
        "# The main job in numbers\n\n\
         The main job: one userOp that approves, swaps and deposits (README.md). Made by\n\
         `cargo run --profile host -p e2e --example main_job`, after `scripts/build-programs`. Gas of the second\n\
         userOp of an account on {}, without L1 fees.\n",
        chain()?
    );
    sizes(&mut text)?;
    // all without the cache first: a chain that is not ours forgets no program
    let mut uncached = Vec::new();
    for (height, _) in REFERENCE {
        uncached.push(gas(height, false)?);
    }
    let mut all = Vec::new();
    for ((height, _), uncached) in REFERENCE.into_iter().zip(uncached) {
        all.push([gas(height, true)?, uncached]);
    }
    totals(&mut text, &all)?;
    breakdown(&mut text, &all)?;
    if !is_remote() {
        fs::write(Path::new(RESULTS).join("main-job.md"), &text)?;
        let json = serde_json::to_string_pretty(&all.concat())?;
        fs::write(Path::new(RESULTS).join("main-job.json"), json + "\n")?;
    }
    print!("{text}");
    Ok(())
}

/// Which one it is.
fn chain() -> Result<String, Box<dyn Error>> {
    let chain = Chain::from_env()?;
    let request = TransactionRequest::default()
        .to(ARB_SYS)
        .input(ArbSys::arbOSVersionCall {}.abi_encode().into());
    // it answers 55 more than the version
    let version = U256::try_from_be_slice(&chain.call(&request)?).unwrap_or_default();
    let version = version.saturating_sub(U256::from(55));
    Ok(match &chain {
        Chain::Embedded(_) => format!("the embedded chain (ArbOS {version})"),
        Chain::Remote(_) => format!("chain {} (ArbOS {version})", chain.chain_id()),
    })
}

fn sizes(text: &mut String) -> Result<(), Box<dyn Error>> {
    *text += "\n## Size\n\nAt most 8,192 bytes compressed and 1,024 bytes of data section. Data (without the section's headers) is paid for by every call.\n\n\
              | program | compressed, bytes | WASM, bytes | data, bytes |\n| --- | ---: | ---: | ---: |\n";
    for name in PROGRAMS {
        let wasm = world::program(name)?;
        let compressed = devnode_meter::package(&wasm)?.len();
        let data = data_bytes(&wasm)?;
        writeln!(text, "| {name} | {compressed} | {} | {data} |", wasm.len())?;
    }
    Ok(())
}

/// What the data section writes into memory.
fn data_bytes(wasm: &[u8]) -> Result<usize, Box<dyn Error>> {
    let mut bytes = 0;
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::DataSection(section) = payload? {
            for segment in section {
                bytes += segment?.data.len();
            }
        }
    }
    Ok(bytes)
}

/// Cached and uncached, if both were measured.
type Row = [Option<Gas>; 2];

/// A number, or a dash for one that is not known here.
fn cell(number: Option<u64>) -> String {
    number.map_or_else(|| "-".into(), |number| number.to_string())
}

fn module(gas: &Option<Gas>) -> Option<u64> {
    Some(steps(gas)?.module)
}

fn steps(gas: &Option<Gas>) -> Option<&Steps> {
    gas.as_ref()?.steps.as_ref()
}

fn totals(text: &mut String, all: &[Row]) -> std::fmt::Result {
    *text += "\n## Validation: approve, swap, deposit in one userOp\n\n\
              module.validateUserOp: the account's call of the router, with all of its calls. Reference: Biconomy's\n\
              Solidity programs, on an EVM node, with mocks for token, DEX and stake. handleOps is of the real ones, so\n\
              those columns are not comparable.\n\n\
              | leaves | cached | uncached | reference | cached / reference | handleOps, cached | uncached | calldata, bytes |\n\
              | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for ([cached, uncached], (height, reference)) in all.iter().zip(REFERENCE) {
        let percent = module(cached).map(|gas| (gas * 100 + reference / 2) / reference);
        let handle_ops = |gas: &Option<Gas>| cell(gas.as_ref().map(|gas| gas.handle_ops));
        let either = cached.as_ref().or(uncached.as_ref());
        writeln!(
            text,
            "| 2^{height} | {} | {} | {reference} | {} % | {} | {} | {} |",
            cell(module(cached)),
            cell(module(uncached)),
            cell(percent),
            handle_ops(cached),
            handle_ops(uncached),
            cell(either.map(|gas| gas.calldata_bytes as u64)),
        )?;
    }
    Ok(())
}

fn breakdown(text: &mut String, all: &[Row]) -> std::fmt::Result {
    let [cached, uncached] = all
        .get(1)
        .map_or([None, None], |row| row.each_ref().map(steps));
    let Some(either) = cached.or(uncached) else {
        return Ok(());
    };
    *text += "\n## Where it goes, 2^10\n\n\
              A first call of a program costs its caller 2,600 gas (cold account) in addition.\n\n\
              | call of the router | cached | uncached |\n| --- | ---: | ---: |\n";
    for (index, (name, _)) in either.calls.iter().enumerate() {
        let gas = |steps: Option<&Steps>| cell(steps.and_then(|s| Some(s.calls.get(index)?.1)));
        writeln!(text, "| {name} | {} | {} |", gas(cached), gas(uncached))?;
    }
    let own = |steps: Option<&Steps>| cell(steps.map(Steps::own));
    writeln!(
        text,
        "| itself, cold accounts included | {} | {} |",
        own(cached),
        own(uncached)
    )
}
