//! What is printed to stdout when the node is up.

use std::{
    fmt::{self, Write as _},
    io::{Write as _, stdout},
    net::SocketAddr,
};

use devnode::{CACHE_MANAGER, CREATE2_FACTORY, Devnode, STYLUS_DEPLOYER};

use super::Options;

/// Where the node listens and, unless it is to be silent, what is on the chain.
pub fn text(options: &Options, node: &Devnode, address: SocketAddr) -> String {
    let mut text = String::new();
    if !options.silent {
        _ = about(&mut text, options, node);
    }
    _ = writeln!(text, "listening on http://{address} and ws://{address}");
    text
}

/// Prints it; nobody may be reading.
pub fn print(text: &str) {
    let mut out = stdout();
    _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn about(text: &mut String, options: &Options, node: &Devnode) -> fmt::Result {
    let config = node.config();
    let version = env!("CARGO_PKG_VERSION");
    let (chain, arbos) = (config.chain_id, config.arbos_version);
    writeln!(text, "devnode {version}: chain {chain}, ArbOS {arbos}")?;
    writeln!(text, "accounts with their keys, which everybody knows:")?;
    for signer in config.accounts.iter().chain([&config.owner]) {
        let address = signer.address();
        let role = match address == node.owner() {
            true => " (chain owner)",
            false => "",
        };
        writeln!(text, "  {address} {}{role}", signer.to_bytes())?;
    }
    writeln!(text, "contracts:")?;
    writeln!(text, "  {CREATE2_FACTORY} CREATE2 factory")?;
    writeln!(text, "  {STYLUS_DEPLOYER} StylusDeployer")?;
    writeln!(text, "  {CACHE_MANAGER} CacheManager")?;
    for predeploy in &options.predeploy {
        let (version, _) = predeploy.entry_point();
        writeln!(text, "  {} EntryPoint {version:?}", version.address())?;
    }
    Ok(())
}
