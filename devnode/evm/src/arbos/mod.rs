//! ArbOS: precompiles and the state that they keep.
//!
//! What programs and tools need of Nitro's ArbOS, written from its facts (embedded-chain.md). A
//! chain begins with [`Genesis::accounts`]; the Stylus frames ask [`stylus_params`] and
//! [`active_program`]; [`ArbPrecompiles`] answers beside Ethereum's precompiles.

mod call;
mod genesis;
mod params;
mod precompiles;
mod program;
mod state;
mod storage;

pub use genesis::{Genesis, GenesisAccount};
pub use params::{MIN_CACHED_GAS_UNIT, MIN_INIT_GAS_UNIT, PAGE_RAMP, SCALAR_PERCENT, StylusParams};
pub use precompiles::{
    ARB_DEBUG, ARB_GAS_INFO, ARB_INFO, ARB_OWNER, ARB_OWNER_PUBLIC, ARB_SYS, ARB_WASM,
    ARB_WASM_CACHE, ArbDebug, ArbGasInfo, ArbInfo, ArbOwner, ArbOwnerPublic, ArbSys, ArbWasm,
    ArbWasmCache, PRECOMPILES,
};
pub use program::{ARBITRUM_START_SECS, Inactive, ProgramRecord};
pub use state::{
    active_program, params_slot, program_record, program_slot, set_program_record,
    set_stylus_params, stylus_params,
};
pub use storage::ARBOS_ADDRESS;

use std::sync::OnceLock;

use revm::{
    Database,
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, InterpreterResult},
    precompile::{Precompiles, secp256r1::P256VERIFY},
    primitives::{Address, AddressSet, hardfork::SpecId},
};

use crate::{ArbConfig, ArbContext};

/// Ethereum's precompiles and ArbOS's; all of them are warm.
#[derive(Clone, Debug)]
pub struct ArbPrecompiles {
    eth: EthPrecompiles,
    warm: AddressSet,
}

impl ArbPrecompiles {
    /// The precompiles of an ArbOS version: from 50 on Osaka's (P-256 at 0x100 costs 6,900 gas as in
    /// EIP-7951), before it Cancun's and P-256 at 3,450 gas (RIP-7212).
    pub fn new(config: &ArbConfig) -> Self {
        static STYLUS: OnceLock<Precompiles> = OnceLock::new();
        let precompiles = if config.arbos_version >= 50 {
            Precompiles::osaka()
        } else {
            STYLUS.get_or_init(|| {
                let mut precompiles = Precompiles::cancun().clone();
                precompiles.extend([P256VERIFY]);
                precompiles
            })
        };
        let eth = EthPrecompiles {
            precompiles,
            spec: config.spec(),
        };
        let warm = eth
            .warm_addresses()
            .iter()
            .copied()
            .chain(PRECOMPILES)
            .collect();
        Self { eth, warm }
    }
}

impl<DB: Database> PrecompileProvider<ArbContext<DB>> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, _: SpecId) -> bool {
        false // they go by the ArbOS version, which is fixed
    }

    fn run(
        &mut self,
        ctx: &mut ArbContext<DB>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        match precompiles::run(ctx, inputs) {
            Some(result) => result.map(Some),
            None => self.eth.run(ctx, inputs),
        }
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.warm
    }

    fn contains(&self, address: &Address) -> bool {
        self.warm.contains(address)
    }
}
