//! ArbOwnerPublic: who owns the chain.

use alloy_sol_types::{SolCall, sol};
use revm::{Database, primitives::Address};

use super::Precompile;
use crate::arbos::{
    call::{Call, Purity, Stop},
    state,
    storage::Store,
};

sol! {
    /// Who owns the chain.
    #[sol(all_derives)]
    interface ArbOwnerPublic {
        function isChainOwner(address account) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function getScheduledUpgrade() external view
            returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
        function getMaxStylusContractFragments() external view returns (uint8);
    }
}

use ArbOwnerPublic::{ArbOwnerPublicCalls as Calls, getScheduledUpgradeReturn};

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        Purity::View
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        Ok(match self {
            Self::isChainOwner(method) => {
                let is_owner = state::chain_owners().contains(call, method.account)?;
                ArbOwnerPublic::isChainOwnerCall::abi_encode_returns(&is_owner)
            }
            Self::getAllChainOwners(_) => {
                let owners = state::chain_owners().members(call)?;
                ArbOwnerPublic::getAllChainOwnersCall::abi_encode_returns(&owners)
            }
            Self::getNetworkFeeAccount(_) => {
                let account = call.get(state::network_fee_account_slot())?;
                let account = Address::from_word(account.into());
                ArbOwnerPublic::getNetworkFeeAccountCall::abi_encode_returns(&account)
            }
            // upgrades are not scheduled here: see `set_stylus_params`
            Self::getScheduledUpgrade(_) => {
                call.get(state::upgrade_version_slot())?;
                call.get(state::upgrade_time_slot())?;
                ArbOwnerPublic::getScheduledUpgradeCall::abi_encode_returns(
                    &getScheduledUpgradeReturn {
                        arbosVersion: 0,
                        scheduledForTimestamp: 0,
                    },
                )
            }
            // a program is one contract here, whatever the version. (Nitro refuses this call
            // below ArbOS 60, which cargo-stylus takes for the same.)
            Self::getMaxStylusContractFragments(_) => {
                call.params()?;
                ArbOwnerPublic::getMaxStylusContractFragmentsCall::abi_encode_returns(&0)
            }
        })
    }
}
