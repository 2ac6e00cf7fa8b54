//! Compiled contracts, from `target/contracts` and from npm packages that hold them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy::primitives::Bytes;
use serde::Deserialize;

/// Contracts whose npm package holds bytecode: name, and file in `contracts/node_modules`.
const PACKAGED: [(&str, &str); 7] = [
    (
        "EntryPoint",
        "account-abstraction-v06/artifacts/EntryPoint.json",
    ),
    (
        "EntryPointV07",
        "account-abstraction-v07/artifacts/EntryPoint.json",
    ),
    (
        "VerifyingPaymaster",
        "account-abstraction-v06/artifacts/VerifyingPaymaster.json",
    ),
    (
        "UniswapV3Factory",
        "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
    ),
    (
        "UniswapV3Pool",
        "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json",
    ),
    (
        "SwapRouter",
        "@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json",
    ),
    (
        "NonfungiblePositionManager",
        "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json",
    ),
];

/// A compiled contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artefact {
    /// The contract's name.
    pub contract_name: String,
    /// As solc gives it.
    pub abi: serde_json::Value,
    /// Creation code, without the constructor's arguments; empty of an interface.
    pub bytecode: Bytes,
    /// Runtime code, with zeros for immutables.
    pub deployed_bytecode: Bytes,
    /// Selector in hex by signature; empty of a packaged contract.
    #[serde(default)]
    pub method_identifiers: BTreeMap<String, String>,
}

/// Why a compiled contract or program can not be loaded.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum ArtefactError {
    /// Nothing has been built or installed under that name
    #[error("no {name}: {path} is missing, run {script}")]
    Missing {
        name: String,
        path: String,
        script: &'static str,
    },
    /// Not what the script writes
    #[error("{name}: {path} can not be read ({reason}), run {script}")]
    Invalid {
        name: String,
        path: String,
        reason: String,
        script: &'static str,
    },
}

/// Loads a contract by name: one that `scripts/build-contracts` compiled, or `EntryPoint` (v0.6), `EntryPointV07`,
/// `UniswapV3Factory`, `UniswapV3Pool`, `SwapRouter` or `NonfungiblePositionManager`.
///
/// # Errors
/// If it is not there or not readable; the text says which script to run.
pub fn artefact(name: &str) -> Result<Artefact, ArtefactError> {
    let (path, script) = file(name);
    let json = read(name, &path, script)?;
    serde_json::from_slice(&json).map_err(|reason| ArtefactError::Invalid {
        name: name.into(),
        path: shown(&path),
        reason: reason.to_string(),
        script,
    })
}

/// Loads a program by its crate's name, as `scripts/build-programs` made it.
///
/// # Errors
/// If it is not there.
pub fn program(name: &str) -> Result<Vec<u8>, ArtefactError> {
    let file = format!("{}.wasm", name.replace('-', "_"));
    let path = root().join("target/programs").join(file);
    read(name, &path, "scripts/build-programs")
}

/// The file of a contract, and the script that makes it.
pub(crate) fn file(name: &str) -> (PathBuf, &'static str) {
    match PACKAGED.iter().find(|(packaged, _)| *packaged == name) {
        Some((_, file)) => (
            root().join("contracts/node_modules").join(file),
            "scripts/setup",
        ),
        None => (
            root().join("target/contracts").join(format!("{name}.json")),
            "scripts/build-contracts",
        ),
    }
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string()
}

fn read(name: &str, path: &Path, script: &'static str) -> Result<Vec<u8>, ArtefactError> {
    std::fs::read(path).map_err(|error| {
        let (name, path) = (name.into(), shown(path));
        if error.kind() == std::io::ErrorKind::NotFound {
            return ArtefactError::Missing { name, path, script };
        }
        ArtefactError::Invalid {
            name,
            path,
            reason: error.to_string(),
            script,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_contract_names_the_script() {
        let error = artefact("Nothing").unwrap_err().to_string();
        assert_eq!(
            error,
            "no Nothing: target/contracts/Nothing.json is missing, run scripts/build-contracts"
        );
        let error = program("no-thing").unwrap_err().to_string();
        assert_eq!(
            error,
            "no no-thing: target/programs/no_thing.wasm is missing, run scripts/build-programs"
        );
    }
}
