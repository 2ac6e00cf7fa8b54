//! Contracts as `scripts/build-contracts` has compiled them.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::Bytes;
use serde::Deserialize;

/// A compiled contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artefact {
    /// What lies on the chain, if its constructor sets no immutable.
    pub deployed_bytecode: Bytes,
    /// Selectors (hex) by signature.
    pub method_identifiers: BTreeMap<String, String>,
}

impl Artefact {
    /// The contract of this name.
    ///
    /// # Panics
    /// If it has not been built.
    pub fn load(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = root
            .join("target/contracts")
            .join(name)
            .with_extension("json");
        let text = fs::read(path)
            .unwrap_or_else(|error| panic!("{name}: {error}; run scripts/build-contracts"));
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The selector of the function of this name, which is not overloaded.
    ///
    /// # Panics
    /// If there is none.
    pub fn selector(&self, function: &str) -> [u8; 4] {
        let selector = self
            .method_identifiers
            .iter()
            .find_map(|(signature, selector)| {
                (signature.split('(').next() == Some(function)).then_some(selector)
            })
            .unwrap_or_else(|| panic!("no function {function}"));
        let mut bytes = [0; 4];
        hex::decode_to_slice(selector, &mut bytes)
            .unwrap_or_else(|error| panic!("{function}: {error}"));
        bytes
    }
}
