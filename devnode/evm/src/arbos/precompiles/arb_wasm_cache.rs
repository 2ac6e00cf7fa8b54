//! ArbWasmCache: which programs are pinned.

use alloy_sol_types::{SolCall, sol};
use revm::{Database, primitives::B256};

use super::{
    Precompile,
    arb_wasm::ArbWasm::{ProgramExpired, ProgramNeedsUpgrade},
};
use crate::arbos::{
    call::{Call, Purity, Stop},
    program::ProgramRecord,
    state,
    storage::Store,
};

sol! {
    /// Which programs are pinned.
    #[sol(all_derives)]
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] memory managers);
        function cacheCodehash(bytes32 codehash) external;
        function cacheProgram(address addr) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}

use ArbWasmCache::{ArbWasmCacheCalls as Calls, UpdateProgramCache};

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        match self {
            Self::isCacheManager(_) | Self::allCacheManagers(_) | Self::codehashIsCached(_) => {
                Purity::View
            }
            _ => Purity::Write,
        }
    }

    fn exists(&self, arbos_version: u64) -> bool {
        match self {
            Self::cacheCodehash(_) => arbos_version <= 30,
            Self::cacheProgram(_) => arbos_version >= 31,
            _ => true,
        }
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let managers = state::cache_managers();
        match self {
            Self::isCacheManager(method) => {
                let is_manager = managers.contains(call, method.manager)?;
                Ok(ArbWasmCache::isCacheManagerCall::abi_encode_returns(
                    &is_manager,
                ))
            }
            Self::allCacheManagers(_) => {
                let managers = managers.members(call)?;
                Ok(ArbWasmCache::allCacheManagersCall::abi_encode_returns(
                    &managers,
                ))
            }
            Self::codehashIsCached(method) => {
                let word = call.get(state::program_slot(method.codehash))?;
                let cached = ProgramRecord::from_word(word).cached;
                Ok(ArbWasmCache::codehashIsCachedCall::abi_encode_returns(
                    &cached,
                ))
            }
            Self::cacheCodehash(method) => set_cached(call, method.codehash, true),
            Self::evictCodehash(method) => set_cached(call, method.codehash, false),
            Self::cacheProgram(method) => {
                let code_hash = call.code_hash(method.addr)?;
                set_cached(call, code_hash, true)
            }
        }
    }
}

/// Pins or unpins; anyone but a cache manager or chain owner loses all gas. Either way costs the
/// program's stored init cost in gas.
fn set_cached<DB: Database>(
    call: &mut Call<'_, DB>,
    code_hash: B256,
    cached: bool,
) -> Result<Vec<u8>, Stop> {
    let allowed =
        call.caller_is_in(state::cache_managers())? || call.caller_is_in(state::chain_owners())?;
    if !allowed {
        return Err(Stop::Refused);
    }
    let params = call.params()?;
    let slot = state::program_slot(code_hash);
    let mut record = ProgramRecord::from_word(call.get(slot)?);
    if cached && record.version != params.version {
        return Err(Stop::error(ProgramNeedsUpgrade {
            version: record.version,
            stylusVersion: params.version,
        }));
    }
    let now = call.now_secs();
    if cached && record.is_expired(&params, now) {
        return Err(Stop::error(ProgramExpired {
            ageInSeconds: record.age_secs(now),
        }));
    }
    if record.cached == cached {
        return Ok(Vec::new());
    }
    call.emit(&UpdateProgramCache {
        manager: call.caller,
        codehash: code_hash,
        cached,
    })?;
    call.burn(record.init_cost.into())?;
    call.get(state::module_hash_slot(code_hash))?;
    record.cached = cached;
    call.set(slot, record.to_word())?;
    Ok(Vec::new())
}
