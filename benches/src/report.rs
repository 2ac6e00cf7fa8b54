//! benches/results/gas.md and the plots.

use std::fmt::Write;

use crate::{
    By, Encoding, Gas, HEIGHTS, Job, Layout, Mode, Results, Rules, Scenario,
    plot::{Axis, Panel, Series, svg, thousands},
};

/// Of the tables of all jobs.
const HEIGHT: u32 = 10;

const INTRODUCTION: &str = "\
# Gas

Made by `cargo run --locked --profile host -p benches`, after `scripts/setup`, `scripts/build-contracts` and
`scripts/build-programs`. The tests hold the same numbers to gas.json: over 0.5 % more fails.

Each userOp is alone in its transaction on the embedded chain, without L1 fees. The numbers are of the second userOp of its kind:
balances, allowances and nonces are not zero any more. **module** is the account's call of the module that validates,
all calls of that included; **handleOps** is the whole transaction. Three numbers are: all of our programs in the chain's cache; none in it
(ArbOS 51: each call pays for a start); none in it under ArbOS 60, where the second call of a program in a block counts as cached. What has one
number has no programs. Percentages are of Solidity's number, with the same tree and the same actions.

- **owner**: Biconomy's ECDSA module, no session. The floor.
- **Solidity**: manager, router and ERC20 module of `@biconomy-devx/account-contracts-v2` 1.0.1. That package has no modules for
  swap and stake: there they are our oracles (contracts/reference), which check what our programs check.
- **separate**: `session-key-manager`, `batched-session-router`, a program for each SVM.
- **typed**: an SVM made for each action. **bounded**: the same inside `bounded`, in a lane. **generic**: `abi` with rules on arguments (none for
  a least price); the account is asked whether the target is a module.
- **Nexus, owner** and **Smart Sessions, Sudo**: an ERC-7579 account on EntryPoint v0.7, from `@rhinestone/modulekit` 0.5.9.
- Transfers, and approve, swap, stake, are of minimal contracts (contracts/mocks/Bench\\*.sol): what they cost themselves is under
  execution. The last job is the same with Uniswap V3 and an ERC-4626 vault.
";

const NOT_RUN: &str = "
## What is not measured

- Smart Sessions as released: no npm package has its bytecode. What modulekit holds is from before release 1.0 (its sessions have no paymaster
  flag, its signatures are compressed), and costs more.
- Policies of Smart Sessions (UniAction, ERC20SpendingLimit, TimeFrame, UsageLimit, ValueLimit) and its session validators: no npm package
  has their bytecode. The row is with stand-ins of ours: a policy that allows everything, and one `ecrecover` of the bare hash. Both are the
  least that there can be, so that row checks less than any other here.
- Enabling in the first userOp (ENABLE mode): our stand-ins do not sign for the account.
- The ERC-7579 reference account of modulekit: its code is above the limit of deployed code, and not optimised.
- Biconomy's SessionKeyManagerHybrid, its router that signs the bare hash, and its ABI module: in no npm package.
";

/// The Markdown file.
pub(crate) fn markdown(results: &Results) -> Result<String, std::fmt::Error> {
    let mut text = String::from(INTRODUCTION);
    jobs(&mut text, results)?;
    heights(&mut text, results)?;
    growth(&mut text, results)?;
    parts(&mut text, results)?;
    programs(&mut text, results)?;
    text += NOT_RUN;
    Ok(text)
}

/// Ours, by layout and rules, in the three modes.
fn ours(layout: Layout, rules: Rules, height: u32) -> [By; 3] {
    Mode::ALL.map(|mode| By::Ours {
        layout,
        rules,
        encoding: Encoding::Canonical,
        height,
        mode,
    })
}

const fn solidity(height: u32) -> By {
    let encoding = Encoding::Canonical;
    By::Solidity { encoding, height }
}

/// Numbers of the modes, or one if they are the same.
fn one_or_all(numbers: Vec<String>) -> String {
    match &numbers[..] {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first.clone(),
        all => all.join(" / "),
    }
}

impl Results {
    fn get(&self, by: By, job: Job) -> Option<&Gas> {
        self.rows.get(&Scenario { by, job })
    }

    /// A number of some rows, as one cell.
    fn cell(&self, all: &[By], job: Job, number: impl Fn(&Gas) -> u64) -> String {
        let numbers = all.iter().filter_map(|by| self.get(*by, job));
        one_or_all(numbers.map(|gas| thousands(number(gas))).collect())
    }

    /// The same in percent of Solidity's.
    fn percent(&self, all: &[By], height: u32, job: Job, number: impl Fn(&Gas) -> u64) -> String {
        let Some(whole) = self.get(solidity(height), job).map(&number) else {
            return String::new();
        };
        let numbers = all.iter().filter_map(|by| self.get(*by, job));
        let numbers = numbers.map(|gas| ((number(gas) * 100 + whole / 2) / whole).to_string());
        one_or_all(numbers.collect()) + " %"
    }
}

/// Who is compared, at a height.
fn everybody(height: u32) -> Vec<(String, Vec<By>)> {
    let mut all = vec![
        (String::from("owner"), vec![By::Owner]),
        (String::from("Solidity"), vec![solidity(height)]),
    ];
    for layout in Layout::ALL {
        for rules in Rules::ALL {
            all.push((
                format!("{layout}, {rules}"),
                ours(layout, rules, height).to_vec(),
            ));
        }
    }
    all.extend([By::NexusOwner, By::SmartSessions].map(|by| (by.to_string(), vec![by])));
    all
}

fn jobs(text: &mut String, results: &Results) -> std::fmt::Result {
    writeln!(text, "\n## Every userOp, trees of 2^{HEIGHT}")?;
    for job in Job::ALL {
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
             | who | module | % | handleOps | % | calldata, bytes | its gas |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        )?;
        for (name, all) in everybody(HEIGHT) {
            let Some(first) = all.first().and_then(|by| results.get(*by, job)) else {
                continue;
            };
            let percent = |number: fn(&Gas) -> u64| results.percent(&all, HEIGHT, job, number);
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} |",
                results.cell(&all, job, |gas| gas.module),
                percent(|gas| gas.module),
                results.cell(&all, job, |gas| gas.handle_ops),
                percent(|gas| gas.handle_ops),
                thousands(first.calldata_bytes as u64),
                thousands(first.calldata),
            )?;
        }
    }
    Ok(())
}

fn heights(text: &mut String, results: &Results) -> std::fmt::Result {
    *text += "\n## By the size of the tree\n\nTyped rules.\n\n\
              | userOp | tree | who | module | % | handleOps | % | calldata, bytes |\n\
              | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
    for job in [Job::Single, Job::Transfers(16), Job::Flow] {
        for height in HEIGHTS {
            let mut who = vec![(String::from("Solidity"), vec![solidity(height)])];
            for layout in Layout::ALL {
                who.push((
                    layout.to_string(),
                    ours(layout, Rules::Typed, height).to_vec(),
                ));
            }
            for (name, all) in who {
                writeln!(
                    text,
                    "| {job} | 2^{height} | {name} | {} | {} | {} | {} | {} |",
                    results.cell(&all, job, |gas| gas.module),
                    results.percent(&all, height, job, |gas| gas.module),
                    results.cell(&all, job, |gas| gas.handle_ops),
                    results.percent(&all, height, job, |gas| gas.handle_ops),
                    results.cell(&all[..1], job, |gas| gas.calldata_bytes as u64),
                )?;
            }
        }
    }
    Ok(())
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

fn growth(text: &mut String, results: &Results) -> std::fmt::Result {
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

/// The same with a tree of another height.
const fn at(by: By, height: u32) -> By {
    match by {
        By::Ours {
            layout,
            rules,
            encoding,
            mode,
            ..
        } => By::Ours {
            layout,
            rules,
            encoding,
            height,
            mode,
        },
        By::Solidity { encoding, .. } => By::Solidity { encoding, height },
        By::Owner | By::NexusOwner | By::SmartSessions => by,
    }
}

fn parts(text: &mut String, results: &Results) -> std::fmt::Result {
    write!(
        text,
        "\n## Where it goes: approve, swap, stake, trees of 2^{HEIGHT}, typed rules\n\n\
         Gas of each program without what it calls: for its starts; of its own WASM instructions (10,000 ink are one gas); of host functions,\n\
         which load storage and hash, but for calls. The first call of each address costs its caller 2,600 in addition. The module\n\
         also calls `ecrecover` (3,000)"
    )?;
    for layout in Layout::ALL {
        let all = ours(layout, Rules::Typed, HEIGHT);
        let Some(first) = results.get(all[0], Job::Flow) else {
            continue;
        };
        let account: u64 = first.calls.get("account").into_iter().flatten().sum();
        write!(
            text,
            " and the account ({}).\n\n### {layout}\n\n\
             | program | calls | starts | own ink | ink of host functions |\n| --- | ---: | ---: | ---: | ---: |\n",
            thousands(account)
        )?;
        for (name, program) in first.programs.iter().flatten() {
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
    }
    Ok(())
}

fn programs(text: &mut String, results: &Results) -> std::fmt::Result {
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

/// The name of a file, and the plot in it.
pub(crate) fn plots(results: &Results) -> Result<[(&'static str, String); 2], std::fmt::Error> {
    let trees = Axis {
        title: "leaves of the tree",
        places: HEIGHTS.map(f64::from).to_vec(),
        names: HEIGHTS.map(|height| format!("2^{height}")).to_vec(),
    };
    let at_heights = |by: By| HEIGHTS.map(|height| (at(by, height), Job::Flow)).to_vec();
    let many = [1, 2, 4, 8, 16];
    let actions = Axis {
        title: "transfers in one userOp",
        places: many.iter().map(|many| *many as f64).collect(),
        names: many.iter().map(usize::to_string).collect(),
    };
    let of_actions = |by: By| {
        many.iter()
            .map(|many| (by, Job::Transfers(*many)))
            .collect::<Vec<_>>()
    };
    let panels = |rows: &dyn Fn(By) -> Vec<(By, Job)>| {
        [
            Panel {
                title: "module.validateUserOp, gas",
                series: series(results, rows, |gas| gas.module),
            },
            Panel {
                title: "handleOps, gas",
                series: series(results, rows, |gas| gas.handle_ops),
            },
        ]
    };
    Ok([
        (
            "tree-size.svg",
            svg(
                "Approve, swap, stake in one userOp, by the size of the tree",
                &trees,
                &panels(&at_heights),
            )?,
        ),
        (
            "actions.svg",
            svg(
                "Transfers in one userOp, trees of 2^10",
                &actions,
                &panels(&of_actions),
            )?,
        ),
    ])
}

fn series(
    results: &Results,
    rows: &dyn Fn(By) -> Vec<(By, Job)>,
    number: fn(&Gas) -> u64,
) -> Vec<Series> {
    let line = |name: &str, colour, is_dashed, by| Series {
        name: name.into(),
        colour,
        is_dashed,
        values: rows(by)
            .into_iter()
            .filter_map(|(by, job)| results.get(by, job).map(number))
            .collect(),
    };
    let mut all = vec![
        line("owner, no session", 0, true, By::Owner),
        line("Solidity (Biconomy)", 1, false, solidity(HEIGHT)),
        line(
            "Smart Sessions, stand-in policy",
            6,
            false,
            By::SmartSessions,
        ),
    ];
    for (colour, layout) in Layout::ALL.into_iter().enumerate() {
        let [cached, uncached, _] = ours(layout, Rules::Typed, HEIGHT);
        all.push(line(
            &format!("ours, {layout}, cached"),
            colour + 2,
            false,
            cached,
        ));
        all.push(line(
            &format!("ours, {layout}, uncached"),
            colour + 2,
            true,
            uncached,
        ));
    }
    all
}
