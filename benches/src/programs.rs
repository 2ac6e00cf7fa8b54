//! What a program weighs, and what its owner pays once.

use std::collections::BTreeMap;

use devnode::Devnode;
use devnode_meter::{Rules, meter, package, unpack};
use serde::{Deserialize, Serialize};
use world::WorldError;

/// All programs, as their crates are called.
pub const PROGRAMS: [&str; 10] = [
    "session-module",
    "session-key-manager",
    "batched-session-router",
    "erc20-approval",
    "erc20-transfer",
    "dex-swap",
    "erc20-stake",
    "abi",
    "bounded",
    "erc1155-mint",
];

/// Sizes in bytes; gas under ArbOS 51.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// As deployed: compressed, with prefix.
    pub code_bytes: u64,
    /// Of the module, as the chain unpacks it.
    pub wasm_bytes: u64,
    /// Of the data segments, without headers. Every call pays for them.
    pub data_bytes: u64,
    /// Of the module itself.
    pub functions: u64,
    /// Gas of a start, from the cache.
    pub start_cached: u64,
    /// Gas of a start, not from the cache.
    pub start_uncached: u64,
    /// Gas of the activation, the whole transaction.
    pub activation: u64,
    /// Wei of the activation, on a chain that has activated nothing before.
    pub data_fee_wei: u64,
}

impl Weight {
    /// What is compared with a snapshot.
    pub(crate) fn numbers(&self) -> [(&'static str, u64); 8] {
        [
            ("compressed bytes", self.code_bytes),
            ("WASM bytes", self.wasm_bytes),
            ("data bytes", self.data_bytes),
            ("functions", self.functions),
            ("start, cached", self.start_cached),
            ("start, uncached", self.start_uncached),
            ("activation", self.activation),
            ("data fee", self.data_fee_wei),
        ]
    }
}

/// Weighs all programs, each on a new chain.
///
/// # Errors
/// If one has not been built, or is refused.
pub fn weights() -> Result<BTreeMap<String, Weight>, WorldError> {
    let weigh = |name: &str| Ok((name.into(), weight(name)?));
    PROGRAMS.into_iter().map(weigh).collect()
}

fn weight(name: &str) -> Result<Weight, WorldError> {
    let answer = |reason: &dyn ToString| WorldError::Answer {
        what: name.into(),
        reason: reason.to_string(),
    };
    let wasm = world::program(name)?;
    let code = package(&wasm).map_err(|error| answer(&error))?;
    let rules = Rules::new(51);
    let deployed = unpack(&code, rules.max_wasm_bytes).map_err(|error| answer(&error))?;
    let stats = meter(&deployed, &rules)
        .map_err(|error| answer(&error))?
        .stats;
    let mut node = Devnode::default();
    let owner = node.owner();
    let program = node.deploy_program(owner, &wasm, None);
    let program = program.map_err(|error| answer(&error))?;
    let activation = node.activate(program).map_err(|error| answer(&error))?;
    let params = node.stylus_params();
    let cached = params.cached_gas(stats.cached_cost());
    Ok(Weight {
        code_bytes: code.len() as u64,
        wasm_bytes: stats.wasm_bytes.into(),
        data_bytes: stats.data_payload.into(),
        functions: stats.funcs.into(),
        start_cached: cached,
        start_uncached: cached + params.init_gas(stats.init_cost()),
        activation: activation.gas,
        data_fee_wei: activation.data_fee.saturating_to(),
    })
}
