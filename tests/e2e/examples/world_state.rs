//! Writes the world of the main job for clients that are not Rust: the state of a chain with everything deployed but no
//! account, as `devnode --state` loads it, and the addresses as a JSON object.
//!
//! `cargo run -p e2e --example world_state -- STATE_FILE ADDRESSES_FILE`

use std::{
    env,
    error::Error,
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use world::World;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<_> = env::args_os().skip(1).collect();
    let [state, addresses] = &files[..] else {
        return Err("usage: world_state STATE_FILE ADDRESSES_FILE".into());
    };
    let mut world = World::new()?;
    // a program expires a year after its activation, and the server's clock is the machine's
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    world.embedded_mut()?.set_next_timestamp(now.as_secs())?;
    let programs = world.deploy_programs()?;
    let session_module = world.deploy_program("session-module")?;
    let abi = world.deploy_program("abi")?;
    let erc20_transfer = world.deploy_program("erc20-transfer")?;
    world.embedded()?.dump().write(Path::new(state))?;
    let json = json!({
        "accountFactory": world.account_factory.to_string(),
        "ecdsaModule": world.ecdsa_module.to_string(),
        "tokenA": world.token_a.to_string(),
        "tokenB": world.token_b.to_string(),
        "swapRouter": world.swap_router.to_string(),
        "vault": world.vault.to_string(),
        "sessionModule": session_module.to_string(),
        "manager": programs.manager.to_string(),
        "router": programs.router.to_string(),
        "erc20Approval": programs.erc20_approval.to_string(),
        "dexSwap": programs.dex_swap.to_string(),
        "erc20Stake": programs.erc20_stake.to_string(),
        "abi": abi.to_string(),
        "erc20Transfer": erc20_transfer.to_string(),
    });
    fs::write(addresses, json.to_string())?;
    Ok(())
}
