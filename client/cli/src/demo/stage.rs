//! Everything before the first userOp of the session key: world, programs, account, sessions.

use alloy::{
    eips::BlockId,
    primitives::{Address, U256},
};
use devnode::Devnode;
use session_keys::Tree;
use well_known::{DEX_SWAP, ERC20_APPROVAL, ERC20_STAKE};
use world::{B, LEAST_PRICE, MAX_A, MainJob, Programs, World, WorldError, thousands};

use super::{DemoError, GasLine, Report, report::amount};

/// Builds it, and shows each step.
pub(super) fn build(report: &mut Report<'_>, gas: &mut Vec<GasLine>) -> Result<MainJob, DemoError> {
    report.doing("deploying the contracts that are there already");
    report.heading("Stylus session keys: one key, one userOp, three actions")?;
    let mut world = World::new()?;
    report.heading("The world: a chain in this process, with contracts from npm")?;
    report.line(&format!(
        "Arbitrum (ArbOS 51), chain id {}; EntryPoint v0.6; Biconomy Smart Account V2",
        world.chain.chain_id()
    ))?;
    report.line(&format!(
        "Uniswap V3, a pool at {} for 1 A; an ERC-4626 vault of B",
        amount(world.price()?, 6, "B")
    ))?;

    report.heading("Our programs: deployed with CREATE2, activated")?;
    let programs = deploy(&mut world, report, gas)?;

    report.heading("The account")?;
    report.doing("creating the account");
    let start = world.embedded()?.block_number();
    let mut job = MainJob::before_grant(world, programs)?;
    let steps = gas_since(job.world.embedded()?, start);
    // The account, its deposit and its tokens; last the owner's userOp.
    if let [create, .., enable] = steps[..] {
        gas.push(GasLine::new("create the account", create));
        gas.push(GasLine::new("enable 2 modules, approve B once", enable));
    }
    report.line(&format!(
        "{}, owner {}",
        job.account,
        short(job.owner.address())
    ))?;
    report.line("One userOp of the owner enables manager and router as modules, and approves B to the vault.")?;

    report.heading("The grant: three sessions for one key")?;
    report.doing("granting three sessions");
    let tree = Tree::new(job.sessions()?).map_err(WorldError::from)?;
    let bundle = job.grant(tree)?;
    gas.push(GasLine::new("grant 3 sessions", bundle.receipt.gas_used));
    sessions(&job, report)?;
    Ok(job)
}

fn deploy(
    world: &mut World,
    report: &mut Report<'_>,
    gas: &mut Vec<GasLine>,
) -> Result<Programs, DemoError> {
    let mut rows = Vec::new();
    let mut deploy = |world: &mut World, name: &'static str, known: Option<[u8; 20]>| {
        report.doing(&format!("deploying and activating {name}"));
        let start = world.embedded()?.block_number();
        let address = world.deploy_program(name)?;
        if let Some(known) = known.map(Address::from)
            && known != address
        {
            let address = known;
            return Err(DemoError::Address { name, address });
        }
        let size = world.embedded()?.code(address, BlockId::latest())?.len();
        let steps = gas_since(world.embedded()?, start);
        rows.push((name, address, size, steps));
        Ok(address)
    };
    let programs = Programs {
        erc20_approval: deploy(world, "erc20-approval", Some(ERC20_APPROVAL))?,
        dex_swap: deploy(world, "dex-swap", Some(DEX_SWAP))?,
        erc20_stake: deploy(world, "erc20-stake", Some(ERC20_STAKE))?,
        manager: deploy(world, "session-key-manager", None)?,
        router: deploy(world, "batched-session-router", None)?,
    };
    let mut sum = (0, 0);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(name, address, size, steps)| {
            let (deploy, activate) = match steps[..] {
                [deploy, activate] => (deploy, activate),
                _ => (steps.iter().sum(), 0),
            };
            sum = (sum.0 + deploy, sum.1 + activate);
            [
                name.to_owned(),
                short(address),
                format!("{} bytes", thousands(size as u64)),
                format!("{} gas", thousands(deploy)),
                format!("{} gas", thousands(activate)),
            ]
        })
        .collect();
    report.table(
        ["program", "address", "compressed", "deploy", "activate"],
        rows,
    )?;
    gas.push(GasLine::new("deploy 5 programs", sum.0));
    gas.push(GasLine::new("activate 5 programs", sum.1));
    Ok(programs)
}

/// What the key may do.
fn sessions(job: &MainJob, report: &mut Report<'_>) -> Result<(), DemoError> {
    let least = amount(U256::from(LEAST_PRICE) * B, 6, "B");
    let (max_a, max_b) = (amount(MAX_A, 18, "A"), amount(MainJob::MAX_B, 6, "B"));
    report.line(&format!("The key {} may", short(job.key.address())))?;
    report.line(&format!("- approve up to {max_a} to the DEX"))?;
    report.line(&format!(
        "- swap up to {max_a} for B, for at least {least} per A, paid to the account"
    ))?;
    report.line(&format!(
        "- deposit up to {max_b} in the vault, shares to the account"
    ))?;
    report.line("and call nothing else. The limits are per action: until its sessions are revoked the key may")?;
    report.line("do each of these again and again. Fees are not limited yet: who holds the key can set them as")?;
    report.line("high as the account's ether and deposit go, and bundle the userOps too.")?;
    Ok(())
}

/// Gas of each transaction after block `start`, one a block.
fn gas_since(node: &Devnode, start: u64) -> Vec<u64> {
    (start + 1..=node.block_number())
        .filter_map(|number| node.block(number))
        .flat_map(|block| block.receipts.iter().map(|receipt| receipt.gas_used))
        .collect()
}

/// The ends of an address.
fn short(address: Address) -> String {
    let digits = address.to_string();
    match (digits.get(..6), digits.get(38..)) {
        (Some(start), Some(end)) => format!("{start}…{end}"),
        _ => digits,
    }
}
