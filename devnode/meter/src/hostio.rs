//! The hostios of the chain and their canonical WASM types (§1.2)

use wasmparser::{FuncType, ValType};

/// One letter a value: `i` i32, `l` i64, `f` f32, `d` f64
type Hostio = (&'static str, &'static str, &'static str);

/// Module `vm_hooks`
const VM_HOOKS: &[Hostio] = &[
    ("read_args", "i", ""),
    ("write_result", "ii", ""),
    ("exit_early", "i", ""),
    ("storage_load_bytes32", "ii", ""),
    ("storage_cache_bytes32", "ii", ""),
    ("storage_flush_cache", "i", ""),
    ("transient_load_bytes32", "ii", ""),
    ("transient_store_bytes32", "ii", ""),
    ("call_contract", "iiiili", "i"),
    ("delegate_call_contract", "iiili", "i"),
    ("static_call_contract", "iiili", "i"),
    ("create1", "iiiii", ""),
    ("create2", "iiiiii", ""),
    ("read_return_data", "iii", "i"),
    ("return_data_size", "", "i"),
    ("emit_log", "iii", ""),
    ("account_balance", "ii", ""),
    ("account_code", "iiii", "i"),
    ("account_code_size", "i", "i"),
    ("account_codehash", "ii", ""),
    ("evm_gas_left", "", "l"),
    ("evm_ink_left", "", "l"),
    ("block_basefee", "i", ""),
    ("block_coinbase", "i", ""),
    ("block_gas_limit", "", "l"),
    ("block_number", "", "l"),
    ("block_timestamp", "", "l"),
    ("chainid", "", "l"),
    ("contract_address", "i", ""),
    ("msg_reentrant", "", "i"),
    ("msg_sender", "i", ""),
    ("msg_value", "i", ""),
    ("native_keccak256", "iii", ""),
    ("tx_gas_price", "i", ""),
    ("tx_ink_price", "", "i"),
    ("tx_origin", "i", ""),
    ("math_div", "ii", ""),
    ("math_mod", "ii", ""),
    ("math_pow", "ii", ""),
    ("math_add_mod", "iii", ""),
    ("math_mul_mod", "iii", ""),
    (PAY_FOR_MEMORY_GROW, "i", ""),
];

/// Module `console`, on debug chains
const CONSOLE: &[Hostio] = &[
    ("log_txt", "ii", ""),
    ("log_i32", "i", ""),
    ("log_i64", "l", ""),
    ("log_f32", "f", ""),
    ("log_f64", "d", ""),
    ("tee_i32", "i", "i"),
    ("tee_i64", "l", "l"),
    ("tee_f32", "f", "f"),
    ("tee_f64", "d", "d"),
];

/// Module `debug`, on debug chains
const DEBUG: &[Hostio] = &[
    ("null_host", "", ""),
    ("start_benchmark", "", ""),
    ("end_benchmark", "", ""),
];

/// The hostio that a program calls before every `memory.grow`
pub(crate) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

/// Whether the chain offers this import with this type; `None` when it does not offer it at all
pub(crate) fn matches(module: &str, name: &str, ty: &FuncType, debug: bool) -> Option<bool> {
    let list = match module {
        crate::HOOKS => VM_HOOKS,
        "console" if debug => CONSOLE,
        "debug" if debug => DEBUG,
        _ => return None,
    };
    let &(_, params, results) = list.iter().find(|(known, ..)| *known == name)?;
    Some(is(ty.params(), params) && is(ty.results(), results))
}

fn is(have: &[ValType], want: &str) -> bool {
    have.len() == want.len()
        && have
            .iter()
            .zip(want.bytes())
            .all(|(&ty, letter)| ty == value(letter))
}

const fn value(letter: u8) -> ValType {
    match letter {
        b'i' => ValType::I32,
        b'l' => ValType::I64,
        b'f' => ValType::F32,
        _ => ValType::F64,
    }
}
