//! The precompiles, and what they have in common.

mod arb_debug;
mod arb_gas_info;
mod arb_info;
mod arb_owner;
mod arb_owner_public;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;

pub use arb_debug::ArbDebug;
pub use arb_gas_info::ArbGasInfo;
pub use arb_info::ArbInfo;
pub use arb_owner::ArbOwner;
pub use arb_owner_public::ArbOwnerPublic;
pub use arb_sys::ArbSys;
pub use arb_wasm::ArbWasm;
pub use arb_wasm_cache::ArbWasmCache;

use alloy_sol_types::{SolInterface, abi::AbiDecoderConfig};
use revm::{
    Database,
    context::JournalTr,
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{Address, Bytes, Log},
};

use super::{
    call::{Call, Purity, Stop},
    state,
};
use crate::ArbContext;

const fn low(last: u8) -> Address {
    let mut bytes = [0; 20];
    bytes[19] = last;
    Address::new(bytes)
}

/// Address of [`ArbSys`].
pub const ARB_SYS: Address = low(0x64);
/// Address of [`ArbInfo`].
pub const ARB_INFO: Address = low(0x65);
/// Address of [`ArbOwnerPublic`].
pub const ARB_OWNER_PUBLIC: Address = low(0x6b);
/// Address of [`ArbGasInfo`].
pub const ARB_GAS_INFO: Address = low(0x6c);
/// Address of [`ArbOwner`].
pub const ARB_OWNER: Address = low(0x70);
/// Address of [`ArbWasm`].
pub const ARB_WASM: Address = low(0x71);
/// Address of [`ArbWasmCache`].
pub const ARB_WASM_CACHE: Address = low(0x72);
/// Address of [`ArbDebug`].
pub const ARB_DEBUG: Address = low(0xff);

/// All of them.
pub const PRECOMPILES: [Address; 8] = [
    ARB_SYS,
    ARB_INFO,
    ARB_OWNER_PUBLIC,
    ARB_GAS_INFO,
    ARB_OWNER,
    ARB_WASM,
    ARB_WASM_CACHE,
    ARB_DEBUG,
];

/// What an interface's methods do.
pub(crate) trait Precompile: SolInterface {
    /// What the method may do.
    fn purity(&self) -> Purity;

    /// Does the method exist at this ArbOS version?
    fn exists(&self, arbos_version: u64) -> bool {
        let _ = arbos_version;
        true
    }

    /// Runs the method; gives its results, encoded.
    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop>;
}

/// Runs the precompile that `inputs` names, if it is one of [`PRECOMPILES`].
pub(crate) fn run<DB: Database>(
    ctx: &mut ArbContext<DB>,
    inputs: &CallInputs,
) -> Option<Result<InterpreterResult, String>> {
    let input = inputs.input.bytes(ctx);
    let (result, gas_left) = match inputs.bytecode_address {
        ARB_SYS => dispatch::<ArbSys::ArbSysCalls, _>(ctx, inputs, &input),
        ARB_INFO => dispatch::<ArbInfo::ArbInfoCalls, _>(ctx, inputs, &input),
        ARB_OWNER_PUBLIC => dispatch::<ArbOwnerPublic::ArbOwnerPublicCalls, _>(ctx, inputs, &input),
        ARB_GAS_INFO => dispatch::<ArbGasInfo::ArbGasInfoCalls, _>(ctx, inputs, &input),
        ARB_OWNER => as_owner(ctx, inputs, &input),
        ARB_WASM => dispatch::<ArbWasm::ArbWasmCalls, _>(ctx, inputs, &input),
        ARB_WASM_CACHE => dispatch::<ArbWasmCache::ArbWasmCacheCalls, _>(ctx, inputs, &input),
        ARB_DEBUG if !ctx.chain.config.debug => (Err(Stop::Failed), 0),
        ARB_DEBUG => dispatch::<ArbDebug::ArbDebugCalls, _>(ctx, inputs, &input),
        _ => return None,
    };
    Some(finish(result, inputs, gas_left))
}

fn finish(
    result: Result<Vec<u8>, Stop>,
    inputs: &CallInputs,
    gas_left: u64,
) -> Result<InterpreterResult, String> {
    let (result, output, gas_left) = match result {
        Ok(output) => (InstructionResult::Return, output, gas_left),
        Err(Stop::Revert(data)) => (InstructionResult::Revert, data, gas_left),
        Err(Stop::Refused) => (InstructionResult::Revert, Vec::new(), 0),
        Err(Stop::Failed) => (InstructionResult::PrecompileError, Vec::new(), 0),
        Err(Stop::OutOfGas) => (InstructionResult::PrecompileOOG, Vec::new(), 0),
        Err(Stop::Fatal(message)) => return Err(message),
    };
    let mut gas = Gas::new_with_regular_gas_and_reservoir(inputs.gas_limit, inputs.reservoir);
    gas.spend_all();
    gas.erase_cost(gas_left);
    Ok(InterpreterResult::new(result, output.into(), gas))
}

/// Decodes, checks and runs a call; the gas model is Nitro's: arguments and results 3 a word, the
/// state 800 to open, then what the method itself spends.
fn dispatch<P: Precompile, DB: Database>(
    ctx: &mut ArbContext<DB>,
    inputs: &CallInputs,
    input: &Bytes,
) -> (Result<Vec<u8>, Stop>, u64) {
    let mut call = Call::new(ctx, inputs);
    let mut result = method::<P, _>(&mut call, inputs, input);
    if let Ok(bytes) | Err(Stop::Revert(bytes)) = &result
        && call.burn_copy(bytes.len()).is_err()
    {
        result = Err(Stop::OutOfGas);
    }
    (result, call.gas_left())
}

fn method<P: Precompile, DB: Database>(
    call: &mut Call<'_, DB>,
    inputs: &CallInputs,
    input: &Bytes,
) -> Result<Vec<u8>, Stop> {
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or(Stop::Refused)?;
    let config = AbiDecoderConfig::new().validate(true);
    let decoded =
        P::abi_decode_raw_with_config(*selector, arguments, config).map_err(|_| Stop::Refused)?;
    let purity = decoded.purity();
    let allowed = decoded.exists(call.arbos_version())
        && inputs.target_address == inputs.bytecode_address
        && (purity < Purity::Write || !inputs.is_static)
        && (purity == Purity::Payable || call.value.is_zero());
    if !allowed {
        return Err(Stop::Refused);
    }
    call.burn_copy(arguments.len())?;
    call.open_state()?;
    decoded.run(call)
}

/// [`ArbOwner`]: anyone but a chain owner loses all gas; for an owner everything is free, failures
/// too, but there must be enough gas. What succeeds outside of a static call is logged.
fn as_owner<DB: Database>(
    ctx: &mut ArbContext<DB>,
    inputs: &CallInputs,
    input: &Bytes,
) -> (Result<Vec<u8>, Stop>, u64) {
    let mut call = Call::new(ctx, inputs);
    let is_owner = call
        .open_state()
        .and_then(|()| call.caller_is_in(state::chain_owners()));
    match is_owner {
        Ok(true) => {}
        Ok(false) => return (Err(Stop::Failed), 0),
        Err(stop) => return (Err(stop), 0),
    }
    let result = match dispatch::<ArbOwner::ArbOwnerCalls, _>(ctx, inputs, input).0 {
        Err(Stop::Refused | Stop::Failed | Stop::OutOfGas) => Err(Stop::plain()),
        result => result,
    };
    if result.is_ok()
        && !inputs.is_static
        && let Some(data) = arb_owner::acts(inputs.caller, input)
    {
        ctx.journaled_state.log(Log {
            address: ARB_OWNER,
            data,
        });
    }
    (result, inputs.gas_limit)
}
