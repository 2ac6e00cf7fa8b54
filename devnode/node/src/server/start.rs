//! The chain that the options ask for.

use std::{
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use devnode::{Clock, Devnode, Dump, DumpError, NodeConfig, ProgramError};

use super::{Failure, Options};

/// Loads the state, or begins a chain, and puts the asked-for contracts on it.
///
/// # Errors
/// If the state file is not one of this chain, or a contract is not deployed.
pub fn node(options: &Options) -> Result<Devnode, Failure> {
    let config = config(options);
    let mut node = match &options.state {
        Some(path) => load(path, config).map_err(|error| Failure::Load(path.clone(), error))?,
        None => Devnode::new(config),
    };
    node.place_predeploys()?;
    for predeploy in &options.predeploy {
        let (version, package) = predeploy.entry_point();
        let artefact = options
            .packages
            .join(package)
            .join("artifacts/EntryPoint.json");
        match node.deploy_entry_point(version, &artefact) {
            Ok(_) | Err(ProgramError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(node)
}

fn config(options: &Options) -> NodeConfig {
    let default = NodeConfig::default();
    let mut accounts = default.accounts;
    accounts.truncate(options.accounts.into());
    NodeConfig {
        chain_id: options.chain_id,
        arbos_version: options.arbos_version,
        accounts,
        genesis_timestamp: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        clock: Clock::Wall,
        automine: options.block_time.is_none(),
        kept_blocks: (options.keep_blocks > 0).then_some(options.keep_blocks),
        ..NodeConfig::default()
    }
}

fn load(path: &Path, config: NodeConfig) -> Result<Devnode, DumpError> {
    match Dump::read(path) {
        Err(DumpError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            // that it can not be saved must not show at the end only
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            folder.unwrap_or_else(|| Path::new(".")).read_dir()?;
            Ok(Devnode::new(config))
        }
        dump => {
            let node = Devnode::restore(config, dump?)?;
            tracing::info!(file = %path.display(), block = node.block_number(), "state loaded");
            Ok(node)
        }
    }
}
