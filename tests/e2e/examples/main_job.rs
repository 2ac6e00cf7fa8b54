//! Writes benches/results/main-job.md and main-job.json: size of the programs, gas of the main job.
//!
//! `cargo run --profile host -p e2e --example main_job`

use std::{error::Error, fmt::Write, fs, path::Path};

use e2e::{Gas, gas};

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
    let mut text = String::from(
        "# The main job in numbers\n\n\
         The main job: one userOp that approves, swaps and deposits (README.md). Made by\n\
         `cargo run --profile host -p e2e --example main_job`, after `scripts/build-programs`. Gas of the second\n\
         userOp of an account on the embedded chain (ArbOS 51), without L1 fees.\n",
    );
    sizes(&mut text)?;
    let mut all = Vec::new();
    for (height, _) in REFERENCE {
        all.push([gas(height, true)?, gas(height, false)?]);
    }
    totals(&mut text, &all)?;
    breakdown(&mut text, &all)?;
    fs::write(Path::new(RESULTS).join("main-job.md"), &text)?;
    let json = serde_json::to_string_pretty(&all.concat())?;
    fs::write(Path::new(RESULTS).join("main-job.json"), json + "\n")?;
    print!("{text}");
    Ok(())
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

fn totals(text: &mut String, all: &[[Gas; 2]]) -> std::fmt::Result {
    *text += "\n## Validation: approve, swap, deposit in one userOp\n\n\
              module.validateUserOp: the account's call of the router, with all of its calls. Reference: Biconomy's\n\
              Solidity programs, on an EVM node, with mocks for token, DEX and stake. handleOps is of the real ones, so\n\
              those columns are not comparable.\n\n\
              | leaves | cached | uncached | reference | cached / reference | handleOps, cached | uncached | calldata, bytes |\n\
              | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for ([cached, uncached], (height, reference)) in all.iter().zip(REFERENCE) {
        let percent = (cached.module * 100 + reference / 2) / reference;
        writeln!(
            text,
            "| 2^{height} | {} | {} | {reference} | {percent} % | {} | {} | {} |",
            cached.module,
            uncached.module,
            cached.handle_ops,
            uncached.handle_ops,
            cached.calldata_bytes
        )?;
    }
    Ok(())
}

fn breakdown(text: &mut String, all: &[[Gas; 2]]) -> std::fmt::Result {
    let Some([cached, uncached]) = all.get(1) else {
        return Ok(());
    };
    *text += "\n## Where it goes, 2^10\n\n\
              A first call of a program costs its caller 2,600 gas (cold account) in addition.\n\n\
              | call of the router | cached | uncached |\n| --- | ---: | ---: |\n";
    for ((name, cached), (_, uncached)) in cached.calls.iter().zip(&uncached.calls) {
        writeln!(text, "| {name} | {cached} | {uncached} |")?;
    }
    let own = |gas: &Gas| gas.module - gas.calls.iter().map(|(_, gas)| gas).sum::<u64>();
    writeln!(
        text,
        "| itself, cold accounts included | {} | {} |",
        own(cached),
        own(uncached)
    )
}
