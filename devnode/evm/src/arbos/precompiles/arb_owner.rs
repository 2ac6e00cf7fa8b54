//! ArbOwner: what chain owners may do. Who calls is checked before: `as_owner`.
//!
//! Upgrades of ArbOS cannot be scheduled; what one does to programs, a test control does with
//! [`set_stylus_params`](crate::arbos::set_stylus_params).

use alloy_sol_types::{SolCall, SolEvent, sol};
use revm::{
    Database,
    primitives::{Address, Bytes, LogData},
};

use super::Precompile;
use crate::arbos::{
    call::{Call, Purity, Stop},
    params::{MIN_CACHED_GAS_UNIT, MIN_INIT_GAS_UNIT, SCALAR_PERCENT, StylusParams},
    state,
    storage::Store,
};

sol! {
    /// What chain owners may do.
    #[sol(all_derives)]
    interface ArbOwner {
        function addChainOwner(address newOwner) external;
        function removeChainOwner(address ownerToRemove) external;
        function isChainOwner(address account) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;
        function setInkPrice(uint32 price) external;
        function setWasmMaxStackDepth(uint32 depth) external;
        function setWasmFreePages(uint16 pages) external;
        function setWasmPageGas(uint16 gas) external;
        function setWasmPageLimit(uint16 limit) external;
        function setWasmMaxSize(uint32 size) external;
        function setWasmMinInitGas(uint8 gas, uint16 cached) external;
        function setWasmInitCostScalar(uint64 percent) external;
        function setWasmExpiryDays(uint16 _days) external;
        function setWasmKeepaliveDays(uint16 _days) external;
        function setWasmBlockCacheSize(uint16 count) external;

        event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
    }
}

use ArbOwner::{ArbOwnerCalls as Calls, OwnerActs};

/// The event of a successful call.
pub(super) fn acts(owner: Address, input: &Bytes) -> Option<LogData> {
    let method = input.first_chunk::<4>()?.into();
    Some(
        OwnerActs {
            method,
            owner,
            data: input.clone(),
        }
        .encode_log_data(),
    )
}

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        match self {
            Self::isChainOwner(_) | Self::getAllChainOwners(_) => Purity::View,
            _ => Purity::Write,
        }
    }

    fn exists(&self, arbos_version: u64) -> bool {
        !matches!(self, Self::setWasmMaxSize(_)) || arbos_version >= 40
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let (owners, managers) = (state::chain_owners(), state::cache_managers());
        match self {
            Self::isChainOwner(method) => {
                let is_owner = owners.contains(call, method.account)?;
                return Ok(ArbOwner::isChainOwnerCall::abi_encode_returns(&is_owner));
            }
            Self::getAllChainOwners(_) => {
                let owners = owners.members(call)?;
                return Ok(ArbOwner::getAllChainOwnersCall::abi_encode_returns(&owners));
            }
            Self::addChainOwner(method) => owners.insert(call, method.newOwner)?,
            Self::removeChainOwner(method) => {
                if !owners.contains(call, method.ownerToRemove)? {
                    return Err(Stop::plain());
                }
                owners.remove(call, method.ownerToRemove)?;
            }
            Self::addWasmCacheManager(method) => managers.insert(call, method.manager)?,
            Self::removeWasmCacheManager(method) => {
                if !managers.contains(call, method.manager)? {
                    return Err(Stop::plain());
                }
                managers.remove(call, method.manager)?;
            }
            setter => {
                let mut params = call.params()?;
                setter.apply(&mut params)?;
                call.set(state::params_slot(), params.to_word())?;
            }
        }
        Ok(Vec::new())
    }
}

impl Calls {
    /// Does what a setter of parameters says.
    fn apply(self, params: &mut StylusParams) -> Result<(), Stop> {
        match self {
            Self::setInkPrice(method) => {
                if !(1..1 << 24).contains(&method.price) {
                    return Err(Stop::plain());
                }
                params.ink_price = method.price;
            }
            Self::setWasmMaxStackDepth(method) => params.max_stack_depth = method.depth,
            Self::setWasmFreePages(method) => params.free_pages = method.pages,
            Self::setWasmPageGas(method) => params.page_gas = method.gas,
            Self::setWasmPageLimit(method) => params.page_limit = method.limit,
            Self::setWasmMaxSize(method) => params.max_wasm_bytes = method.size,
            // in gas, whatever the interface's comment says; so an uint8 sets 256 at most
            Self::setWasmMinInitGas(method) => {
                params.min_init_gas = units(method.gas.into(), MIN_INIT_GAS_UNIT);
                params.min_cached_init_gas = units(method.cached.into(), MIN_CACHED_GAS_UNIT);
            }
            Self::setWasmInitCostScalar(method) => {
                params.init_cost_scalar = units(method.percent, SCALAR_PERCENT);
            }
            Self::setWasmExpiryDays(method) => params.expiry_days = method._days,
            Self::setWasmKeepaliveDays(method) => params.keepalive_days = method._days,
            Self::setWasmBlockCacheSize(method) => params.block_cache_size = method.count,
            _ => return Err(Stop::Refused),
        }
        Ok(())
    }
}

/// As many whole units as cover the amount, at most 255.
fn units(amount: u64, unit: u64) -> u8 {
    amount.div_ceil(unit).try_into().unwrap_or(u8::MAX)
}
