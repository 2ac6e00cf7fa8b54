//! What ArbWasm refuses to activate: such a program stays inactive, and calls to it burn their gas.

mod common;

use alloy_sol_types::SolCall;
use common::{SENDER, World, at};
use devnode_evm::arbos::{ARB_WASM, ArbWasm, Genesis};
use devnode_meter::{PREFIX, init_code, package};
use proptest::prelude::*;
use revm::{
    context::result::ExecutionResult,
    primitives::{TxKind, U256},
};

const GAS: u64 = 20_000_000;

fn world() -> World {
    let mut world = World::new();
    for (address, info, storage) in Genesis::new(world.chain.config, vec![SENDER]).accounts() {
        world.db.insert_account_info(address, info);
        for (slot, value) in storage {
            world
                .db
                .insert_account_storage(address, slot, value)
                .expect("in memory");
        }
    }
    world
}

/// Asks for the activation of the code at an address, with more wei than any costs.
fn activate(world: &mut World, code: &[u8]) -> ExecutionResult {
    world.contract(at(1), code);
    let call = ArbWasm::activateProgramCall { program: at(1) };
    let mut tx = world.tx(TxKind::Call(ARB_WASM), &call.abi_encode(), GAS);
    tx.value = U256::from(10).pow(U256::from(18));
    world.send(tx)
}

/// It is not activated, and a call burns its gas and answers nothing.
fn stays_inactive(code: &[u8], why: &str) {
    let mut world = world();
    let outcome = activate(&mut world, code);
    assert!(!outcome.is_success(), "{why}: {outcome:?}");
    assert!(outcome.tx_gas_used() <= GAS);
    assert_eq!(
        world.info(ARB_WASM).balance,
        U256::ZERO,
        "{why}: the wei came back"
    );
    let call = world.call(at(1), &[], 100_000);
    assert!(call.is_halt(), "{why}");
    assert_eq!(call.tx_gas_used(), 100_000, "{why}");
}

fn module(parts: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {parts})")).expect("WAT")
}

const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))"#;
const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;

#[test]
fn a_good_program_is_activated_and_runs() {
    let mut world = world();
    let outcome = activate(
        &mut world,
        &package(&module(&[MEMORY, ENTRY].concat())).unwrap(),
    );
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(world.call(at(1), &[], 100_000).is_success());
}

#[test]
fn modules_that_nitro_refuses_are_not_activated() {
    let bad = [
        (
            "an unknown hostio",
            format!(r#"(import "vm_hooks" "selfdestruct" (func)) {MEMORY} {ENTRY}"#),
        ),
        (
            "a hostio of another type",
            format!(r#"(import "vm_hooks" "read_args" (func (param i64))) {MEMORY} {ENTRY}"#),
        ),
        (
            "an unknown module",
            format!(r#"(import "env" "read_args" (func (param i32))) {MEMORY} {ENTRY}"#),
        ),
        (
            "a start function",
            format!("(func $s) (start $s) {MEMORY} {ENTRY}"),
        ),
        ("no memory", ENTRY.into()),
        ("no entry point", MEMORY.into()),
        (
            "an entry point of another type",
            format!(r#"{MEMORY} (func (export "user_entrypoint"))"#),
        ),
        (
            "more than 128 pages",
            format!(r#"(memory (export "memory") 129 129) {ENTRY}"#),
        ),
        (
            "growth that is not announced",
            format!(r#"(memory (export "memory") 1) {ENTRY}"#),
        ),
        (
            "floats",
            format!("{MEMORY} {ENTRY} (func (drop (f64.add (f64.const 1) (f64.const 2))))"),
        ),
        (
            "vectors",
            format!("{MEMORY} {ENTRY} (func (drop (v128.const i64x2 0 0)))"),
        ),
        (
            "table instructions",
            format!("{MEMORY} {ENTRY} (table 1 funcref) (func (drop (table.size 0)))"),
        ),
        (
            "a reserved name",
            format!(r#"{MEMORY} {ENTRY} (func (export "stylus_ink_left"))"#),
        ),
        (
            "a segment outside of the memory",
            format!(r#"{MEMORY} {ENTRY} (data (i32.const 65536) "x")"#),
        ),
    ];
    for (why, parts) in bad {
        stays_inactive(&package(&module(&parts)).unwrap(), why);
    }
}

#[test]
fn a_module_of_more_than_128_kib_is_not_activated() {
    let zeros = "\\00".repeat(128 << 10);
    let large = module(&format!(
        r#"(memory (export "memory") 3 3) {ENTRY} (data (i32.const 0) "{zeros}")"#
    ));
    let code = package(&large).unwrap();
    assert!(code.len() < 1_000, "it compresses well");
    stays_inactive(&code, "a bomb");
}

#[test]
fn code_of_more_than_24576_bytes_is_not_deployed() {
    for (bytes, fits) in [(24_576, true), (24_577, false)] {
        let mut world = World::new();
        let code = [&PREFIX[..], &vec![0; bytes - 3]].concat();
        let outcome = world.send(world.tx(TxKind::Create, &init_code(&code), 20_000_000));
        assert_eq!(outcome.is_success(), fits, "{bytes} bytes: {outcome:?}");
    }
}

#[test]
fn console_functions_are_of_debug_chains() {
    let text = [
        r#"(import "console" "log_i32" (func (param i32)))"#,
        MEMORY,
        ENTRY,
    ]
    .concat();
    let code = package(&module(&text)).unwrap();
    for debug in [true, false] {
        let mut world = world();
        world.chain.config.debug = debug;
        assert_eq!(activate(&mut world, &code).is_success(), debug);
    }
}

proptest! {
    #[test]
    fn random_bytes_are_never_activated(bytes in prop::collection::vec(any::<u8>(), 0..300), form in 0..3) {
        let code = match form {
            0 => [&PREFIX[..], &[0], &bytes].concat(),       // not even compressed
            1 => bytes,
            _ => {
                let mut code = [&PREFIX[..], &[0]].concat();
                let wasm = [b"\0asm\x01\0\0\0", &bytes[..]].concat();
                brotli::BrotliCompress(&mut &*wasm, &mut code, &Default::default()).expect("compresses");
                code
            }
        };
        let mut world = world();
        prop_assert!(!activate(&mut world, &code).is_success());
    }
}
