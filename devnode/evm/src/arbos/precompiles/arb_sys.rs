//! ArbSys: the chain and the call stack. Messages to L1 are not there.

use alloy_sol_types::{SolCall, sol};
use revm::{
    Database,
    context::JournalTr,
    primitives::{B256, U256},
};

use super::Precompile;
use crate::arbos::call::{Call, Purity, Stop};

sol! {
    /// The chain and the call stack.
    #[sol(all_derives)]
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function getStorageGasAvailable() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function wasMyCallersAddressAliased() external view returns (bool);

        error InvalidBlockNumber(uint256 requested, uint256 current);
    }
}

use ArbSys::{ArbSysCalls as Calls, InvalidBlockNumber};

/// What `arbOSVersion` adds to the version.
const NITRO_FIRST_VERSION: u64 = 55;

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        Purity::View
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let config = call.ctx.chain.config;
        Ok(match self {
            Self::arbBlockNumber(_) => {
                let number = U256::from(call.ctx.chain.l2_block_number);
                ArbSys::arbBlockNumberCall::abi_encode_returns(&number)
            }
            Self::arbBlockHash(method) => {
                let hash = block_hash(call, method.arbBlockNum)?;
                ArbSys::arbBlockHashCall::abi_encode_returns(&hash)
            }
            Self::arbChainID(_) => {
                ArbSys::arbChainIDCall::abi_encode_returns(&U256::from(config.chain_id))
            }
            Self::arbOSVersion(_) => {
                let version = U256::from(NITRO_FIRST_VERSION + config.arbos_version);
                ArbSys::arbOSVersionCall::abi_encode_returns(&version)
            }
            Self::getStorageGasAvailable(_) => {
                ArbSys::getStorageGasAvailableCall::abi_encode_returns(&U256::ZERO)
            }
            Self::isTopLevelCall(_) => {
                // this call itself counts as one
                let top = call.ctx.journaled_state.depth() <= 2;
                ArbSys::isTopLevelCallCall::abi_encode_returns(&top)
            }
            // only what an L1 contract sends is aliased, and there is no L1
            Self::wasMyCallersAddressAliased(_) => {
                ArbSys::wasMyCallersAddressAliasedCall::abi_encode_returns(&false)
            }
        })
    }
}

/// The database's hash of one of the 256 L2 blocks before this one.
fn block_hash<DB: Database>(call: &mut Call<'_, DB>, requested: U256) -> Result<B256, Stop> {
    let current = call.ctx.chain.l2_block_number;
    match u64::try_from(requested) {
        Ok(number) if number < current && current - number <= 256 => call
            .ctx
            .journaled_state
            .database
            .block_hash(number)
            .map_err(Stop::fatal),
        _ => Err(Stop::error(InvalidBlockNumber {
            requested,
            current: U256::from(current),
        })),
    }
}
