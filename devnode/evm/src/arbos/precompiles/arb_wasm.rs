//! ArbWasm: the life of programs.

use alloy_sol_types::{SolCall, sol};
use devnode_meter::{DataPricer, Program, Rules, is_program, meter, unpack};
use revm::{
    Database,
    primitives::{Address, B256, U256, keccak256},
};

use super::Precompile;
use crate::arbos::{
    call::{Call, Purity, Stop},
    params::{MIN_CACHED_GAS_UNIT, MIN_INIT_GAS_UNIT, PAGE_RAMP, SCALAR_PERCENT, StylusParams},
    program::{Inactive, ProgramRecord, hours},
    state,
    storage::Store,
};

sol! {
    /// The life of programs.
    #[sol(all_derives)]
    interface ArbWasm {
        function activateProgram(address program) external payable
            returns (uint16 version, uint256 dataFee);
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashKeepalive(bytes32 codehash) external payable;
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view
            returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view
            returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 _secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 _days);
        function keepaliveDays() external view returns (uint16 _days);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(
            bytes32 indexed codehash,
            bytes32 moduleHash,
            address program,
            uint256 dataFee,
            uint16 version
        );
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);
    }
}

use ArbWasm::{
    ArbWasmCalls as Calls, ProgramActivated, ProgramExpired, ProgramInsufficientValue,
    ProgramKeepaliveTooSoon, ProgramLifetimeExtended, ProgramNeedsUpgrade, ProgramNotActivated,
    ProgramNotWasm, ProgramUpToDate, activateProgramReturn, minInitGasReturn, programInitGasReturn,
};

/// The ArbOS version that brings a settable charge on activation, and fragments.
const ACTIVATION_GAS_VERSION: u64 = 60;
/// What every activation costs, before its program is looked at.
const ACTIVATION_BASE_GAS: u64 = 1_659_168;

impl From<Inactive> for Stop {
    fn from(reason: Inactive) -> Self {
        match reason {
            Inactive::NotActivated => Self::error(ProgramNotActivated {}),
            Inactive::NeedsUpgrade { have, want } => Self::error(ProgramNeedsUpgrade {
                version: have,
                stylusVersion: want,
            }),
            Inactive::Expired { age_secs } => Self::error(ProgramExpired {
                ageInSeconds: age_secs,
            }),
        }
    }
}

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        match self {
            Self::activateProgram(_) | Self::codehashKeepalive(_) => Purity::Payable,
            _ => Purity::View,
        }
    }

    fn exists(&self, arbos_version: u64) -> bool {
        !matches!(self, Self::activationGas(_)) || arbos_version >= ACTIVATION_GAS_VERSION
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let returns = match self {
            Self::activateProgram(method) => {
                let returns = activate(call, method.program)?;
                return Ok(ArbWasm::activateProgramCall::abi_encode_returns(&returns));
            }
            Self::codehashKeepalive(method) => {
                keepalive(call, method.codehash)?;
                return Ok(Vec::new());
            }
            Self::activationGas(_) => {
                let gas = call.get(state::activation_gas_slot())?.saturating_to();
                return Ok(ArbWasm::activationGasCall::abi_encode_returns(&gas));
            }
            Self::programVersion(method) => {
                let code_hash = call.code_hash(method.program)?;
                let (_, record) = active(call, code_hash)?;
                ArbWasm::programVersionCall::abi_encode_returns(&record.version)
            }
            Self::codehashVersion(method) => {
                let (_, record) = active(call, method.codehash)?;
                ArbWasm::codehashVersionCall::abi_encode_returns(&record.version)
            }
            Self::codehashAsmSize(method) => {
                let (_, record) = active(call, method.codehash)?;
                ArbWasm::codehashAsmSizeCall::abi_encode_returns(&record.asm_bytes())
            }
            Self::programInitGas(method) => {
                let code_hash = call.code_hash(method.program)?;
                let (params, record) = active(call, code_hash)?;
                let cached = params.cached_gas(record.cached_cost);
                let always = if params.version > 1 { cached } else { 0 };
                ArbWasm::programInitGasCall::abi_encode_returns(&programInitGasReturn {
                    gas: params.init_gas(record.init_cost) + always,
                    gasWhenCached: cached,
                })
            }
            Self::programMemoryFootprint(method) => {
                let code_hash = call.code_hash(method.program)?;
                let (_, record) = active(call, code_hash)?;
                ArbWasm::programMemoryFootprintCall::abi_encode_returns(&record.footprint)
            }
            Self::programTimeLeft(method) => {
                let code_hash = call.code_hash(method.program)?;
                let (params, record) = active(call, code_hash)?;
                let age = record.age_secs(call.now_secs());
                let left = params.expiry_secs().saturating_sub(age);
                ArbWasm::programTimeLeftCall::abi_encode_returns(&left)
            }
            getter => {
                let params = call.params()?;
                getter.parameter(&params).ok_or(Stop::Refused)?
            }
        };
        Ok(returns)
    }
}

impl Calls {
    /// The answer of a getter of parameters.
    fn parameter(&self, params: &StylusParams) -> Option<Vec<u8>> {
        Some(match self {
            Self::stylusVersion(_) => {
                ArbWasm::stylusVersionCall::abi_encode_returns(&params.version)
            }
            Self::inkPrice(_) => ArbWasm::inkPriceCall::abi_encode_returns(&params.ink_price),
            Self::maxStackDepth(_) => {
                ArbWasm::maxStackDepthCall::abi_encode_returns(&params.max_stack_depth)
            }
            Self::freePages(_) => ArbWasm::freePagesCall::abi_encode_returns(&params.free_pages),
            Self::pageGas(_) => ArbWasm::pageGasCall::abi_encode_returns(&params.page_gas),
            Self::pageRamp(_) => ArbWasm::pageRampCall::abi_encode_returns(&PAGE_RAMP),
            Self::pageLimit(_) => ArbWasm::pageLimitCall::abi_encode_returns(&params.page_limit),
            Self::minInitGas(_) => ArbWasm::minInitGasCall::abi_encode_returns(&minInitGasReturn {
                gas: u64::from(params.min_init_gas) * MIN_INIT_GAS_UNIT,
                cached: u64::from(params.min_cached_init_gas) * MIN_CACHED_GAS_UNIT,
            }),
            Self::initCostScalar(_) => {
                let percent = u64::from(params.init_cost_scalar) * SCALAR_PERCENT;
                ArbWasm::initCostScalarCall::abi_encode_returns(&percent)
            }
            Self::expiryDays(_) => ArbWasm::expiryDaysCall::abi_encode_returns(&params.expiry_days),
            Self::keepaliveDays(_) => {
                ArbWasm::keepaliveDaysCall::abi_encode_returns(&params.keepalive_days)
            }
            Self::blockCacheSize(_) => {
                ArbWasm::blockCacheSizeCall::abi_encode_returns(&params.block_cache_size)
            }
            _ => return None,
        })
    }
}

/// The record of a program that runs, or the error that says why it does not.
fn active<DB: Database>(
    call: &mut Call<'_, DB>,
    code_hash: B256,
) -> Result<(StylusParams, ProgramRecord), Stop> {
    let params = call.params()?;
    let record = ProgramRecord::from_word(call.get(state::program_slot(code_hash))?);
    Ok((params, record.active(&params, call.now_secs())?))
}

/// Activates the program at `address`; open to anyone who pays.
///
/// What fails, in this order: [`ProgramUpToDate`]; [`ProgramNotWasm`] if there is no code; below
/// ArbOS 60 a revert without data if the code is not a program's, from then on [`ProgramNotWasm`];
/// a revert without data if the code does not unpack; all gas is lost if the module is refused;
/// [`ProgramInsufficientValue`]. A program that was pinned stays pinned.
///
/// The module hash is the instrumented module's keccak. Nitro's is that of its prover's module,
/// which nothing here could compute or would need.
fn activate<DB: Database>(
    call: &mut Call<'_, DB>,
    address: Address,
) -> Result<activateProgramReturn, Stop> {
    if call.arbos_version() >= ACTIVATION_GAS_VERSION {
        let gas = call.get(state::activation_gas_slot())?.saturating_to();
        call.burn(gas)?;
    }
    call.burn(ACTIVATION_BASE_GAS)?;
    let now = call.now_secs();
    let (code, code_hash, destroyed) = call.peek(address, |account| {
        let code = account.code().cloned().unwrap_or_default();
        (
            code,
            *account.code_hash(),
            account.account().is_selfdestructed(),
        )
    })?;
    if destroyed {
        return Err(Stop::plain());
    }
    let params = call.params()?;
    let slot = state::program_slot(code_hash);
    let old = ProgramRecord::from_word(call.get(slot)?);
    let expired = old.activated_at_hours == 0 || old.is_expired(&params, now);
    if old.version == params.version && !expired {
        return Err(Stop::error(ProgramUpToDate {}));
    }

    let program = translate(call, &code.original_bytes(), &params)?;
    if old.cached {
        call.get(state::module_hash_slot(code_hash))?;
    }
    let module_hash = keccak256(&program.wasm);
    call.set(state::module_hash_slot(code_hash), module_hash.into())?;
    let data_fee = charge(call, program.stats.asm_estimate())?;
    let record = ProgramRecord {
        version: params.version,
        init_cost: program.stats.init_cost(),
        cached_cost: program.stats.cached_cost(),
        footprint: program.stats.pages,
        activated_at_hours: hours(now),
        asm_kb: program.stats.asm_kb(),
        cached: old.cached,
    };
    call.set(slot, record.to_word())?;
    pay_fee(call, data_fee)?;
    call.emit(&ProgramActivated {
        codehash: code_hash,
        moduleHash: module_hash,
        program: address,
        dataFee: data_fee,
        version: params.version,
    })?;
    Ok(activateProgramReturn {
        version: params.version,
        dataFee: data_fee,
    })
}

/// Unpacks and meters a program, and burns what that costs beyond [`ACTIVATION_BASE_GAS`].
fn translate<DB: Database>(
    call: &mut Call<'_, DB>,
    code: &[u8],
    params: &StylusParams,
) -> Result<Program, Stop> {
    let arbos_version = call.arbos_version();
    if !is_program(code) {
        let tells = code.is_empty() || arbos_version >= 60;
        return Err(if tells {
            Stop::error(ProgramNotWasm {})
        } else {
            Stop::plain()
        });
    }
    let max_wasm_bytes = params.max_wasm_bytes as usize;
    let wasm = unpack(code, max_wasm_bytes).map_err(|error| {
        tracing::warn!(%error, "activation: the code does not unpack");
        Stop::plain()
    })?;
    let rules = Rules {
        max_wasm_bytes,
        page_limit: params.page_limit.saturating_sub(call.ctx.chain.pages.open),
        debug: call.ctx.chain.config.debug,
        ..Rules::new(arbos_version)
    };
    let program = meter(&wasm, &rules).map_err(|error| {
        tracing::warn!(%error, "activation: the module is refused");
        Stop::Failed
    })?;
    let gas = program.stats.activation_gas(arbos_version);
    call.burn(gas.saturating_sub(ACTIVATION_BASE_GAS))?;
    Ok(program)
}

/// Extends the life of a program that runs and is old enough.
fn keepalive<DB: Database>(call: &mut Call<'_, DB>, code_hash: B256) -> Result<(), Stop> {
    let (params, mut record) = active(call, code_hash)?;
    let now = call.now_secs();
    let age = record.age_secs(now);
    if age < params.keepalive_secs() {
        return Err(Stop::error(ProgramKeepaliveTooSoon { ageInSeconds: age }));
    }
    let data_fee = charge(call, record.asm_bytes())?;
    record.activated_at_hours = hours(now);
    call.set(state::program_slot(code_hash), record.to_word())?;
    pay_fee(call, data_fee)?;
    call.emit(&ProgramLifetimeExtended {
        codehash: code_hash,
        dataFee: data_fee,
    })
}

/// Adds to the demand for machine code; gives the fee in wei.
fn charge<DB: Database>(call: &mut Call<'_, DB>, asm_bytes: u32) -> Result<U256, Stop> {
    let mut word = |index| call.get(state::pricer_slot(index));
    let mut pricer = DataPricer {
        demand: word(0)?.saturating_to(),
        bytes_per_second: word(1)?.saturating_to(),
        last_update_secs: word(2)?.saturating_to(),
        min_price_wei: word(3)?.saturating_to(),
        inertia: word(4)?.saturating_to(),
    };
    let now = call.now_secs();
    let fee = pricer.charge(asm_bytes, now);
    call.set(state::pricer_slot(0), U256::from(pricer.demand))?;
    call.set(state::pricer_slot(2), U256::from(pricer.last_update_secs))?;
    Ok(U256::from(fee))
}

/// Pays the fee to the network fee account out of the call's value, the rest back to the caller.
fn pay_fee<DB: Database>(call: &mut Call<'_, DB>, fee: U256) -> Result<(), Stop> {
    let rest = call.value.checked_sub(fee).ok_or_else(|| {
        Stop::error(ProgramInsufficientValue {
            have: call.value,
            want: fee,
        })
    })?;
    let network = Address::from_word(call.get(state::network_fee_account_slot())?.into());
    call.pay(network, fee)?;
    call.pay(call.caller, rest)
}
