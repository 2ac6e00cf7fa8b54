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

    report.heading(
        "Our program: manager, router and rules in one, deployed with CREATE2, activated",
    )?;
    let module = deploy(&mut world, report, gas)?;
    let programs = Programs {
        manager: module,
        router: module,
        erc20_approval: ERC20_APPROVAL.into(),
        dex_swap: DEX_SWAP.into(),
        erc20_stake: ERC20_STAKE.into(),
    };

    report.heading("The account")?;
    report.doing("creating the account");
    let start = world.embedded()?.block_number();
    let mut job = MainJob::before_grant(world, programs)?;
    let steps = gas_since(job.world.embedded()?, start);
    // The account, its deposit and its tokens; last the owner's userOp.
    if let [create, .., enable] = steps[..] {
        gas.push(GasLine::new("create the account", create));
        gas.push(GasLine::new("enable the module, approve B once", enable));
    }
    report.line(&format!(
        "{}, owner {}",
        job.account,
        short(job.owner.address())
    ))?;
    report.line("One userOp of the owner enables the module, and approves B to the vault.")?;

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
) -> Result<Address, DemoError> {
    let name = "session-module";
    report.doing(&format!("deploying and activating {name}"));
    let start = world.embedded()?.block_number();
    let module = world.deploy_program(name)?;
    let size = world.embedded()?.code(module, BlockId::latest())?.len();
    report.line(&format!(
        "{name}, {}: {} bytes, compressed",
        short(module),
        thousands(size)
    ))?;
    if let [deploy, activate] = gas_since(world.embedded()?, start)[..] {
        gas.push(GasLine::new("deploy the module", deploy));
        gas.push(GasLine::new("activate it", activate));
    }
    Ok(module)
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
    report.line("do each of these again and again. Fees are not limited, as no session is bounded: who holds the")?;
    report.line("key can set them as high as the account's ether and deposit go, and bundle the userOps too.")?;
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
