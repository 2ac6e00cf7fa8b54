//! Bytecode out of the sources of `@rhinestone/modulekit`.

use std::{fs, path::Path};

use alloy::primitives::{Bytes, hex};
use world::{ArtefactError, WorldError};

const FOLDER: &str = "../contracts/node_modules/@rhinestone/modulekit/src/deployment/precompiles";

/// A constant of hex in one of the package's files.
pub(super) fn bytecode(file: &str, constant: &str) -> Result<Bytes, WorldError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(file);
    let missing = |reason: String| ArtefactError::Invalid {
        name: constant.into(),
        path: format!("@rhinestone/modulekit: {file}"),
        reason,
        script: "scripts/setup",
    };
    let source = fs::read_to_string(path).map_err(|error| missing(error.to_string()))?;
    let digits = source
        .split_once(&format!(" {constant} ="))
        .and_then(|(_, rest)| rest.split_once("hex\""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .ok_or_else(|| missing("no such constant".into()))?
        .0;
    let code = hex::decode(digits).map_err(|error| missing(error.to_string()))?;
    Ok(code.into())
}
