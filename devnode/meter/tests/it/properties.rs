//! What holds for any bytes and any module. The long run is `PROPTEST_CASES=100000 cargo test -p devnode-meter
//! properties`; `fuzz/` has the same as a cargo-fuzz target

use crate::{
    golden::golden,
    machine::{Outcome, run},
};
use devnode_meter::{Program, Rules, is_program, meter, unpack};
use proptest::prelude::*;
use std::sync::LazyLock;
use wasm_smith::{Config, Module};
use wasmi::CompilationMode;

const INK: u64 = 20_000_000;
const STACK: u32 = 2_000;

/// The golden programs but the three large ones
static SEEDS: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let small = golden()
        .programs
        .into_values()
        .filter(|program| program.wasm.len() < 4000);
    small.map(|program| (program.wasm, program.code)).collect()
});

/// The ArbOS versions at which something changes
fn rules() -> impl Strategy<Value = Rules> {
    prop::sample::select(vec![30, 31, 32, 50, 51, 60]).prop_map(Rules::new)
}

/// Meters, and checks what must hold when the module is accepted
fn metered(wasm: &[u8], rules: &Rules) -> Option<Program> {
    let program = meter(wasm, rules).ok()?;
    wasmparser::validate(wasm).expect("what is accepted is WASM");
    wasmparser::validate(&program.wasm).expect("what comes out is WASM");
    assert_eq!(meter(wasm, rules).as_ref(), Ok(&program), "twice the same");
    Some(program)
}

/// A module that a compiler could have written, with the entry and the memory that Nitro wants
fn smith(bytes: &[u8], growing: bool, bulk: bool) -> Option<Vec<u8>> {
    let imports = r#"(module
        (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
        (import "vm_hooks" "read_args" (func (param i32)))
        (import "vm_hooks" "write_result" (func (param i32 i32)))
        (import "vm_hooks" "evm_ink_left" (func (result i64))))"#;
    let most = if growing { 4 } else { 1 };
    let exports = format!(
        r#"(module (memory (export "memory") 1 {most})
            (func (export "user_entrypoint") (param i32) (result i32) unreachable))"#
    );
    let config = Config {
        available_imports: Some(wat::parse_str(imports).expect("WAT")),
        exports: Some(wat::parse_str(exports).expect("WAT")),
        min_imports: if growing { 12 } else { 0 },
        min_funcs: 1,
        max_funcs: 12,
        max_instructions: 300,
        max_table_elements: 64,
        max_memory32_bytes: 4 << 16,
        max_type_size: 400,
        max_memories: 0,                             // besides the exported one
        max_data_segments: if bulk { 0 } else { 4 }, // with bulk memory there would be a DataCount section
        max_element_segments: if bulk { 0 } else { 4 },
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: bulk,
        exceptions_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        memory64_enabled: false,
        extended_const_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        saturating_float_to_int_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let module = Module::new(config, &mut arbitrary::Unstructured::new(bytes)).ok()?;
    Some(module.to_bytes())
}

fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// The same program, ink and stack words on both compilers of the engine
fn runs_alike(program: &Program) -> Outcome {
    let eager = run(
        &program.wasm,
        b"some arguments",
        INK,
        STACK,
        CompilationMode::Eager,
    );
    let lazy = run(
        &program.wasm,
        b"some arguments",
        INK,
        STACK,
        CompilationMode::LazyTranslation,
    );
    assert_eq!(eager, lazy);
    eager.outcome
}

proptest! {
    #[test]
    fn bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), header: bool, rules in rules()) {
        let wasm = if header { [b"\0asm\x01\0\0\0", &bytes[..]].concat() } else { bytes };
        prop_assert!(metered(&wasm, &rules).is_none(), "an entry point by chance");
    }

    #[test]
    fn bytes_unpack_or_not(bytes in prop::collection::vec(any::<u8>(), 0..400), limit in 0..2000_usize) {
        let code = [&[0xef, 0xf0, 0, 0], &bytes[..]].concat();
        if let Ok(wasm) = unpack(&code, limit) {
            prop_assert!(wasm.len() <= limit);
        }
        let _ = unpack(&bytes, limit);
        let _ = is_program(&bytes);
    }

    #[test]
    fn damaged_programs_do_no_harm(
        seed in 0..1000_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        rules in rules(),
    ) {
        let (mut wasm, mut code) = SEEDS[seed % SEEDS.len()].clone();
        for (at, byte) in changes {
            let (in_wasm, in_code) = (at.index(wasm.len()), at.index(code.len()));
            wasm[in_wasm] = byte;
            code[in_code] = byte;
        }
        if let Some(program) = metered(&wasm, &rules) {
            runs_alike(&program);
        }
        if let Ok(wasm) = unpack(&code, rules.max_wasm_bytes) {
            metered(&wasm, &rules);
        }
    }

    #[test]
    fn modules_are_metered_alike_everywhere(seed: u64, size in 1..8000_usize, growing: bool, bulk: bool, rules in rules()) {
        if let Some(program) = smith(&noise(size, seed), growing, bulk).and_then(|wasm| metered(&wasm, &rules)) {
            runs_alike(&program);
        }
    }
}

/// The property above is worth something only when modules are accepted and run
#[test]
fn the_smith_makes_programs_of_every_kind() {
    let mut outcomes = [0; 4];
    let mut refusals = std::collections::BTreeMap::new();
    for seed in 0..300 {
        let Some(wasm) = smith(&noise(4000, seed), seed % 2 == 0, seed % 3 == 0) else {
            continue;
        };
        match meter(&wasm, &Rules::new(51)) {
            Ok(program) => match runs_alike(&program) {
                Outcome::Returned(_) => outcomes[0] += 1,
                Outcome::OutOfInk => outcomes[1] += 1,
                Outcome::OutOfStack => outcomes[2] += 1,
                Outcome::Trapped => outcomes[3] += 1,
            },
            Err(error) => *refusals.entry(error.to_string()).or_insert(0) += 1,
        }
    }
    assert!(
        outcomes.iter().sum::<u32>() > 200 && outcomes.iter().all(|&count| count > 5),
        "{outcomes:?} {refusals:#?}"
    );
}
