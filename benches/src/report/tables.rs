//! The tables.

use std::fmt::Write;

use world::thousands;

use super::{HEIGHT, at, everybody, one_or_all, ours, with_trees};
use crate::{By, Encoding, Gas, HEIGHTS, Job, Layout, MORE_RULES, Results, Rules};

pub(super) fn jobs(text: &mut String, results: &Results) -> std::fmt::Result {
    writeln!(text, "\n## Every userOp, trees of 2^{HEIGHT}")?;
    // the one with more rules is under growth
    for job in Job::ALL.into_iter().filter(|job| *job != Job::Ruled) {
        let note = if job == Job::Grant {
            String::from(
                "The owner replaces the root of any number of sessions, or enables one of Smart Sessions with three actions; signed by the owner.",
            )
        } else {
            let execution = results.cell(&[By::Owner], job, |gas| gas.execution);
            format!("Execution: {execution} gas.")
        };
        write!(
            text,
            "\n### {job}\n\n{note}\n\n\
             | who | module | % | handleOps | % | calldata, bytes | its gas | compressed, bytes |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        )?;
        for (name, all) in everybody(HEIGHT) {
            let Some(first) = all.first().and_then(|by| results.get(*by, job)) else {
                continue;
            };
            let percent = |number: fn(&Gas) -> u64| results.percent(&all, HEIGHT, job, number);
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                results.cell(&all, job, |gas| gas.module),
                percent(|gas| gas.module),
                results.cell(&all, job, |gas| gas.handle_ops),
                percent(|gas| gas.handle_ops),
                thousands(first.calldata_bytes as u64),
                thousands(first.calldata),
                compressed(first),
            )?;
        }
    }
    Ok(())
}

pub(super) fn heights(text: &mut String, results: &Results) -> std::fmt::Result {
    *text += "\n## By the size of the tree\n\nTyped rules.\n\n\
              | userOp | tree | who | module | % | handleOps | % | calldata, bytes | compressed, bytes |\n\
              | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for job in [Job::Single, Job::Transfers(16), Job::Flow] {
        for height in HEIGHTS {
            for (name, all) in with_trees(height, &[Rules::Typed]) {
                // compact is for batches
                let Some(first) = all.first().and_then(|by| results.get(*by, job)) else {
                    continue;
                };
                writeln!(
                    text,
                    "| {job} | 2^{height} | {name} | {} | {} | {} | {} | {} | {} |",
                    results.cell(&all, job, |gas| gas.module),
                    results.percent(&all, height, job, |gas| gas.module),
                    results.cell(&all, job, |gas| gas.handle_ops),
                    results.percent(&all, height, job, |gas| gas.handle_ops),
                    thousands(first.calldata_bytes as u64),
                    compressed(first),
                )?;
            }
        }
    }
    Ok(())
}

/// Not known on a chain that is not ours.
fn compressed(gas: &Gas) -> String {
    let bytes = gas.compressed_bytes.map(|bytes| thousands(bytes as u64));
    bytes.unwrap_or_default()
}

/// What one more costs: a number of two rows, and how many more the second has.
fn slope(
    results: &Results,
    rows: [(By, Job); 2],
    more: u64,
    number: fn(&Gas) -> u64,
) -> Option<String> {
    let [few, many] = rows.map(|(by, job)| results.get(by, job).map(number));
    Some(thousands(many?.saturating_sub(few?) / more))
}

const NUMBERS: [fn(&Gas) -> u64; 3] = [
    |gas| gas.module,
    |gas| gas.handle_ops,
    |gas| gas.calldata_bytes as u64,
];

pub(super) fn growth(text: &mut String, results: &Results) -> std::fmt::Result {
    write!(
        text,
        "\n## Growth\n\n\
         ### For each further action\n\nBetween batches of 4 and of 16 transfers, trees of 2^{HEIGHT}; a bounded or generic row less the typed one is what its rules cost more.\n\n\
         | who | module | handleOps | calldata, bytes |\n| --- | ---: | ---: | ---: |\n"
    )?;
    let row = |name: &str, all: &[By], rows: &dyn Fn(By) -> [(By, Job); 2], more| {
        let cells = NUMBERS.map(|number| {
            let slopes = all
                .iter()
                .filter_map(|by| slope(results, rows(*by), more, number));
            one_or_all(slopes.collect())
        });
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    for (name, all) in everybody(HEIGHT) {
        let batches = |by| [(by, Job::Transfers(4)), (by, Job::Transfers(16))];
        *text += &row(&name, &all, &batches, 12);
    }
    write!(
        text,
        "\n### For each further rule\n\nOf `abi`, or policy (a stand-in) of Smart Sessions: between one transfer and the same with {MORE_RULES} more.\n\n\
         | who | module | handleOps | calldata, bytes |\n| --- | ---: | ---: | ---: |\n"
    )?;
    for (name, all) in everybody(HEIGHT) {
        if all.iter().any(|by| results.get(*by, Job::Ruled).is_some()) {
            let rules = |by| [(by, Job::Single), (by, Job::Ruled)];
            *text += &row(&name, &all, &rules, MORE_RULES.into());
        }
    }
    let [low, .., high] = HEIGHTS;
    write!(
        text,
        "\n### For each level of the tree\n\nBetween trees of 2^{low} and 2^{high}, approve, swap, stake: three proofs.\n\n\
         | who | module | handleOps | calldata, bytes |\n| --- | ---: | ---: | ---: |\n"
    )?;
    for (name, all) in everybody(low) {
        let trees = |by| [(by, Job::Flow), (at(by, high), Job::Flow)];
        if all.iter().any(|by| at(*by, high) != *by) {
            *text += &row(&name, &all, &trees, u64::from(high - low));
        }
    }
    Ok(())
}

pub(super) fn parts(text: &mut String, results: &Results) -> std::fmt::Result {
    write!(
        text,
        "\n## Where it goes: approve, swap, stake, trees of 2^{HEIGHT}, typed rules\n\n\
         Gas of each program without what it calls: for its starts; of its own WASM instructions (10,000 ink are one gas); of host functions,\n\
         which load storage and hash, but for calls. The first call of each address costs its caller 2,600 in addition.\n"
    )?;
    for layout in Layout::ALL {
        let all = ours(layout, Rules::Typed, Encoding::Canonical, HEIGHT);
        let Some(first) = results.get(all[0], Job::Flow) else {
            continue;
        };
        write!(
            text,
            "\n### {layout}\n\n\
             | | calls | starts | own ink | ink of host functions |\n| --- | ---: | ---: | ---: | ---: |\n"
        )?;
        let programs = || first.programs.iter().flatten();
        for (name, program) in programs() {
            let starts = results.cell(&all, Job::Flow, |gas| {
                let program = gas.programs.as_ref().and_then(|all| all.get(name));
                program.map_or(0, |program| program.start)
            });
            writeln!(
                text,
                "| {name} | {} | {starts} | {} | {} |",
                program.frames,
                thousands(program.own_ink),
                thousands(program.hostios_ink),
            )?;
        }
        let others = first.calls.iter().filter(|(name, _)| {
            let mut programs = programs();
            programs.all(|(program, _)| program != *name)
        });
        let others: Vec<_> = others
            .map(|(name, gas)| format!("{name} ({} gas)", thousands(gas.iter().sum::<u64>())))
            .collect();
        writeln!(text, "\nThe module also calls {}.", others.join(", "))?;
    }
    Ok(())
}

pub(super) fn programs(text: &mut String, results: &Results) -> std::fmt::Result {
    *text += "\n## Programs\n\n\
              Compressed: as deployed. Data: of the segments, which every call pays for. A start is what a call of the program pays before its first\n\
              instruction. The activation is paid once a year, with the data fee, here of a chain that has activated nothing before.\n\n\
              | program | compressed, bytes | WASM, bytes | data, bytes | functions | start, cached | uncached | activation, gas | data fee, gwei |\n\
              | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for (name, weight) in &results.programs {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |",
            thousands(weight.code_bytes),
            thousands(weight.wasm_bytes),
            weight.data_bytes,
            weight.functions,
            weight.start_cached,
            thousands(weight.start_uncached),
            thousands(weight.activation),
            thousands(weight.data_fee_wei / 1_000_000_000),
        )?;
    }
    Ok(())
}
