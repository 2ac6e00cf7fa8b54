//! ArbOS: precompiles and the state that they keep.

mod params;
mod program;
mod state;
mod storage;

pub use params::{
    MIN_CACHED_GAS_UNIT, MIN_INIT_GAS_UNIT, PAGE_RAMP, SCALAR_PERCENT, StylusParams,
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

/// Ethereum's precompiles and ArbOS's.
#[derive(Clone, Debug)]
pub struct ArbPrecompiles {
    eth: EthPrecompiles,
}

impl ArbPrecompiles {
    /// The precompiles of `spec` and ArbOS's.
    pub fn new(spec: SpecId) -> Self {
        Self { eth: EthPrecompiles::new(spec) }
    }
}

impl<DB: Database> PrecompileProvider<ArbContext<DB>> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        PrecompileProvider::<ArbContext<DB>>::set_spec(&mut self.eth, spec)
    }

    fn run(&mut self, ctx: &mut ArbContext<DB>, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        self.eth.run(ctx, inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.eth.warm_addresses()
    }

    fn contains(&self, address: &Address) -> bool {
        self.eth.contains(address)
    }
}
