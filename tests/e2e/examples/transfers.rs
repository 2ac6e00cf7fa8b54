//! Writes benches/results/transfers.md and transfers.json: the gas of transfers by session, ours and Biconomy's.
//!
//! `cargo run --profile host -p e2e --example transfers`

use std::{error::Error, fmt::Write, fs, path::Path};

use e2e::transfers::{Job, Row, Rules, rows};

const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/results");
const HEIGHTS: [u32; 3] = [4, 10, 16];

fn main() -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    for height in HEIGHTS {
        for is_cached in [true, false] {
            all.extend(rows(height, is_cached)?);
        }
    }
    let mut text = String::from(
        "# Session keys beside Biconomy's\n\n\
         Gas of ERC-20 transfers of an account, all under one session, and of approve, swap and deposit (Uniswap V3, ERC-4626)\n\
         under three, on the embedded chain (ArbOS 51), without L1 fees. Made by\n\
         `cargo run --profile host -p e2e --example transfers`, after `scripts/build-programs`. The second userOp of its\n\
         kind: balances are not zero any more. module: the account's call of manager or router, with all of its calls.\n\n\
         Typed: an SVM of ours for each. Bounded: the same inside `bounded`. Generic: `abi` with two rules, four for the swap\n\
         (which then has no least price); for it the account is asked whether the target is a module. Solidity: the npm package's\n\
         manager, router and ERC20 module on the same chain; its router is older than the deployed one, which costs up to 2 %\n\
         more. That package has no modules for swap and deposit: there they are our Solidity oracles (contracts/reference).\n",
    );
    for height in HEIGHTS {
        table(&mut text, &all, height)?;
    }
    let folder = Path::new(RESULTS);
    fs::write(folder.join("transfers.md"), &text)?;
    let json = serde_json::to_string_pretty(&all)?;
    fs::write(folder.join("transfers.json"), json + "\n")?;
    print!("{text}");
    Ok(())
}

fn table(text: &mut String, all: &[Row], height: u32) -> Result<(), Box<dyn Error>> {
    writeln!(
        text,
        "\n## 2^{height} leaves\n\n\
         | userOp | rules | module, cached | of Solidity's | module, uncached | of Solidity's | handleOps, cached | of Solidity's | uncached | of Solidity's | calldata, bytes |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for job in Job::ALL {
        let row = |rules, is_cached| {
            all.iter().find(|row| {
                (row.height, row.job, row.rules, row.is_cached) == (height, job, rules, is_cached)
            })
        };
        let peer = row(Rules::Solidity, true).ok_or("no row of Solidity's")?;
        let name = match job {
            Job::Single => String::from("1 transfer, manager"),
            Job::Transfers(many) => format!("{many} transfers, router"),
            Job::Flow => String::from("approve, swap, deposit, router"),
        };
        for rules in [Rules::Typed, Rules::Bounded, Rules::Generic] {
            let cached = row(rules, true).ok_or("no cached row")?;
            let uncached = row(rules, false).ok_or("no uncached row")?;
            let pair = |ours: u64, theirs: u64| {
                let percent = (ours * 100 + theirs / 2) / theirs;
                format!("{ours} | {percent} %")
            };
            writeln!(
                text,
                "| {name} | {rules:?} | {} | {} | {} | {} | {} |",
                pair(cached.module, peer.module),
                pair(uncached.module, peer.module),
                pair(cached.handle_ops, peer.handle_ops),
                pair(uncached.handle_ops, peer.handle_ops),
                cached.calldata_bytes,
            )?;
        }
        writeln!(
            text,
            "| {name} | Solidity | {} | | | | {} | | | | {} |",
            peer.module, peer.handle_ops, peer.calldata_bytes
        )?;
    }
    Ok(())
}
