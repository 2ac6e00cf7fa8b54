//! ArbDebug, on debug chains only.

use alloy_sol_types::sol;
use revm::Database;

use super::Precompile;
use crate::arbos::{
    call::{Call, Purity, Stop},
    state,
};

sol! {
    /// Methods for testing.
    #[sol(all_derives)]
    interface ArbDebug {
        function becomeChainOwner() external;
    }
}

use ArbDebug::ArbDebugCalls as Calls;

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        Purity::Write
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let Self::becomeChainOwner(_) = self;
        let caller = call.caller;
        state::chain_owners().insert(call, caller)?;
        Ok(Vec::new())
    }
}
