//! benches/results/gas.md and the plots.

mod plots;
mod tables;

use world::thousands;

use crate::{By, Encoding, Gas, Job, Layout, Mode, Results, Rules, Scenario};

pub(crate) use plots::plots;

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
number has no programs. Percentages are of Solidity's number in the canonical encoding, with a tree of the same height and the same actions.

- **owner**: Biconomy's ECDSA module, no session. The floor.
- **Solidity**: manager, router and ERC20 module of `@biconomy-devx/account-contracts-v2` 1.0.1. That package has no modules for
  swap and stake: there they are our oracles (contracts/reference), which check what our programs check.
- **separate**: `session-key-manager` and `batched-session-router`, each with the rules of our SVMs in process. **module**: `session-module`, which is
  manager, router and rules at one address.
- **typed**: an SVM made for each action. **bounded**: the same inside `bounded`, in a lane. **generic**: `abi` with rules on arguments (none for
  a least price); the account is asked whether the target is a module.
- The module signature is encoded as the reference's clients do, or **dense**: an ABI decoder reads the same from it, but equal values are there
  once and nothing is padded. Or **compact**, which only the module takes: each session once, all proven together; there the sessions of a flow
  stand next to one another in the tree. Our client signs in the cheapest encoding that the programs take.
- **Nexus, owner** and **Smart Sessions, Sudo**: an ERC-7579 account on EntryPoint v0.7, from `@rhinestone/modulekit` 0.5.9.
- **compressed**: the whole transaction of the bundler, signed, under ArbOS' brotli (level 1): what a chain with L1 fees charges 16 units a byte for.
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
    tables::jobs(&mut text, results)?;
    tables::heights(&mut text, results)?;
    tables::growth(&mut text, results)?;
    tables::parts(&mut text, results)?;
    tables::programs(&mut text, results)?;
    text += NOT_RUN;
    Ok(text)
}

/// Ours, by layout and rules, in the three modes.
fn ours(layout: Layout, rules: Rules, encoding: Encoding, height: u32) -> [By; 3] {
    Mode::ALL.map(|mode| By::Ours {
        layout,
        rules,
        encoding,
        height,
        mode,
    })
}

/// What percentages are of.
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
    let mut all = vec![(String::from("owner"), vec![By::Owner])];
    all.extend(with_trees(height, &Rules::ALL));
    all.extend([By::NexusOwner, By::SmartSessions].map(|by| (by.to_string(), vec![by])));
    all
}

/// Who proves sessions, at a height, in each encoding.
fn with_trees(height: u32, rules: &[Rules]) -> Vec<(String, Vec<By>)> {
    let name = |name: String, encoding| match encoding {
        Encoding::Canonical => name,
        other => format!("{name}, {other}"),
    };
    let mut all: Vec<_> = Encoding::ABI
        .map(|encoding| {
            let by = By::Solidity { encoding, height };
            (name("Solidity".into(), encoding), vec![by])
        })
        .into();
    for layout in Layout::ALL {
        for &rules in rules {
            for &encoding in layout.encodings() {
                if rules == Rules::Typed || encoding == Encoding::Canonical {
                    let name = name(format!("{layout}, {rules}"), encoding);
                    all.push((name, ours(layout, rules, encoding, height).to_vec()));
                }
            }
        }
    }
    all
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
