//! No bytes make the meter panic, and what it lets through is valid WASM. The first byte chooses the chain's version
#![no_main]

use devnode_meter::{Rules, meter, unpack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((version, wasm)) = data.split_first() else { return };
    let rules = Rules::new([30, 31, 32, 50, 51, 60][usize::from(*version) % 6]);
    if let Ok(program) = meter(wasm, &rules) {
        wasmparser::validate(&program.wasm).expect("what comes out is WASM");
    }
    if let Ok(module) = unpack(wasm, rules.max_wasm_bytes) {
        assert!(module.len() <= rules.max_wasm_bytes);
    }
});
