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

use revm::{
    Database,
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, InterpreterResult},
    primitives::{Address, AddressSet, hardfork::SpecId},
};

use crate::ArbContext;

/// Ethereum's precompiles and ArbOS's; all of them are warm.
#[derive(Clone, Debug)]
pub struct ArbPrecompiles {
    eth: EthPrecompiles,
    warm: AddressSet,
}

impl ArbPrecompiles {
    /// The precompiles of `spec` and ArbOS's.
    pub fn new(spec: SpecId) -> Self {
        let eth = EthPrecompiles::new(spec);
        let warm = with_arbos(&eth);
        Self { eth, warm }
    }
}

fn with_arbos(eth: &EthPrecompiles) -> AddressSet {
    eth.warm_addresses()
        .iter()
        .copied()
        .chain(PRECOMPILES)
        .collect()
}

impl<DB: Database> PrecompileProvider<ArbContext<DB>> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        let changed = PrecompileProvider::<ArbContext<DB>>::set_spec(&mut self.eth, spec);
        if changed {
            self.warm = with_arbos(&self.eth);
        }
        changed
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
