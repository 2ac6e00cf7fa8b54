//! Stylus programs from module to call.

mod common;

use alloy::primitives::{Address, B256, U256, keccak256};
use common::*;
use devnode::{
    CREATE2_FACTORY, CallError, Devnode, NodeConfig, ProgramError,
    arbos::{ARB_WASM, ArbWasm, Inactive},
};

/// Answers with its calldata, stores the first word of it in slot 0, and emits it as a log's data.
const ECHO: &str = r#"
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 64))
    (call $store (i32.const 0) (i32.const 64))
    (call $flush (i32.const 1))
    (call $log (i32.const 64) (local.get $len) (i32.const 0))
    (call $write_result (i32.const 64) (local.get $len))
    (i32.const 0)))
"#;

fn wasm() -> Vec<u8> {
    wat::parse_str(ECHO).expect("valid")
}

fn program(node: &mut Devnode) -> Address {
    let program = node.deploy_program(ALICE, &wasm(), None).unwrap();
    node.activate(program).unwrap();
    program
}

#[test]
fn a_program_is_deployed_as_packed() {
    let mut node = node();
    let plain = node.deploy_program(ALICE, &wasm(), None).unwrap();
    let salt = B256::repeat_byte(7);
    let salted = node.deploy_program(ALICE, &wasm(), Some(salt)).unwrap();
    let code = devnode_meter::package(&wasm()).unwrap();
    assert_eq!(plain, ALICE.create(0));
    let init_code = devnode_meter::init_code(&code);
    assert_eq!(salted, CREATE2_FACTORY.create2(salt, keccak256(init_code)));
    for address in [plain, salted] {
        assert_eq!(node.code(address, LATEST).unwrap()[..], code);
    }
    let garbage = node.deploy_program(ALICE, b"not wasm", None);
    assert!(matches!(garbage, Err(ProgramError::Package(_))));
}

#[test]
fn activation_costs_a_data_fee_and_refunds_the_rest() {
    let mut node = node();
    let program = node.deploy_program(ALICE, &wasm(), None).unwrap();
    let early = node.call(&with_data(program, word(1)), LATEST).unwrap_err();
    let why = "is not active: it was never activated";
    assert_eq!(early.to_string(), format!("program {program} {why}"));
    let before = balance(&node, node.owner(), LATEST);
    let activation = node.activate(program).unwrap();
    assert_eq!(activation.version, 2);
    // the owner pays the fee, and it is he whom it goes to
    let spent = before - balance(&node, node.owner(), LATEST);
    assert_eq!(spent, U256::from(activation.gas) * U256::from(100_000_000));
    assert!(activation.gas > 1_659_168, "{activation:?}");
    assert!(!activation.data_fee.is_zero());
    let code_hash = node.code_hash(program, LATEST).unwrap();
    assert_eq!(code_hash, keccak256(node.code(program, LATEST).unwrap()));
    assert_eq!(node.program_record(code_hash).version, 2);

    let again = node.activate(program).unwrap_err();
    let up_to_date = ArbWasm::ArbWasmErrors::ProgramUpToDate(ArbWasm::ProgramUpToDate {});
    assert_eq!(again, ProgramError::ArbWasm(up_to_date));
    let not_wasm = place(&mut node, 0x51, STORE);
    assert!(matches!(
        node.activate(not_wasm),
        Err(ProgramError::Call(_))
    ));
    assert_eq!(balance(&node, ARB_WASM, LATEST), U256::ZERO);
}

#[test]
fn an_active_program_runs() {
    let mut node = node();
    let program = program(&mut node);
    assert_eq!(
        node.call(&with_data(program, word(42)), LATEST).unwrap(),
        word(42)
    );
    let receipt = run(&mut node, with_data(program, word(42)));
    assert!(receipt.status());
    assert_eq!(stored(&node, program, LATEST), U256::from(42));
    let log = &receipt.inner.inner.logs()[0];
    assert_eq!((log.address(), &log.inner.data.data), (program, &word(42)));
}

#[test]
fn a_stylus_frame_is_a_call_with_its_log() {
    let mut node = node();
    let program = program(&mut node);
    let outer = place(&mut node, 0x51, &caller_of(program));
    let receipt = run(&mut node, request(outer));
    assert!(receipt.status());
    let root = node.trace_transaction(receipt.transaction_hash).unwrap();
    assert_eq!(root.calls.len(), 1);
    assert_eq!(
        (root.calls[0].from, root.calls[0].to),
        (outer, Some(program))
    );
    assert_eq!(root.calls[0].logs.len(), 1);
    assert!(root.calls[0].gas_used > U256::ZERO);
}

#[test]
fn estimates_of_programs_are_minimal() {
    let mut node = node();
    let program = program(&mut node);
    let outer = place(&mut node, 0x51, &caller_of(program));
    for request in [with_data(program, word(1)), request(outer)] {
        let limit = node.estimate_gas(&request, LATEST).unwrap();
        assert!(node.call(&request.clone().gas_limit(limit), LATEST).is_ok());
        assert!(
            node.call(&request.clone().gas_limit(limit - 1), LATEST)
                .is_err()
        );
    }
}

#[test]
fn a_cached_program_starts_for_less() {
    let mut node = node();
    let program = program(&mut node);
    let used = |node: &mut Devnode| {
        let snapshot = node.snapshot();
        let receipt = run(node, with_data(program, word(1)));
        node.revert(snapshot).unwrap();
        receipt.gas_used
    };
    let cold = used(&mut node);
    assert!(node.cache(program).unwrap().status());
    let cached = used(&mut node);
    assert!(cached + 5_000 < cold, "{cached} of {cold}");
}

#[test]
fn a_program_of_an_older_version_or_expired_stops() {
    let mut node = node();
    let program = program(&mut node);
    let call = with_data(program, word(1)).gas_limit(1_000_000);
    let snapshot = node.snapshot();
    let mut params = node.stylus_params();
    params.version += 1;
    node.set_stylus_params(&params);
    let stopped = node.call(&call, LATEST).unwrap_err();
    assert!(
        matches!(
            stopped,
            CallError::Inactive {
                why: Inactive::NeedsUpgrade { have: 2, want: 3 },
                gas_used: 1_000_000,
                ..
            }
        ),
        "{stopped:?}"
    );
    node.revert(snapshot).unwrap();
    assert!(node.call(&call, LATEST).is_ok());

    node.increase_time(366 * 24 * 3_600);
    node.mine();
    let expired = node.call(&call, LATEST).unwrap_err();
    assert!(
        matches!(
            expired,
            CallError::Inactive {
                why: Inactive::Expired { .. },
                gas_used: 1_000_000,
                ..
            }
        ),
        "{expired:?}"
    );
    node.activate(program).unwrap();
    assert!(node.call(&call, LATEST).is_ok());
}

#[test]
fn at_arbos_60_a_block_remembers_its_programs() {
    let mut node = Devnode::new(NodeConfig {
        arbos_version: 60,
        automine: false,
        ..NodeConfig::default()
    });
    let program = program(&mut node);
    let send = |node: &mut Devnode| {
        let call = with_data(program, word(1)).gas_limit(200_000);
        node.send(call).unwrap()
    };
    send(&mut node);
    node.mine(); // the slot is set now
    let hashes = [(); 2].map(|()| send(&mut node));
    node.mine();
    let later = send(&mut node);
    node.mine();
    let used = |hash: B256| node.receipt(hash).unwrap().gas_used;
    let [first, second] = hashes.map(used);
    assert!(second + 5_000 < first, "{second} of {first}");
    assert_eq!(used(later), first, "the next block has forgotten");
    // and so it is when they run again
    let traced = node.trace_transaction(hashes[1]).unwrap();
    assert_eq!(traced.gas_used, U256::from(second));
}

#[test]
fn a_refused_activation_says_why() {
    let mut node = node();
    let mut refused = |parts: &str| {
        let wasm = wat::parse_str(format!("(module {parts})")).unwrap();
        let program = node.deploy_program(ALICE, &wasm, None).unwrap();
        node.activate(program).unwrap_err()
    };
    let no_memory =
        refused(r#"(func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))"#);
    assert!(matches!(no_memory, ProgramError::Rejected(_)));
    assert!(no_memory.to_string().contains("no memory"), "{no_memory}");
    let typo = refused(
        r#"(import "vm_hooks" "read_arg" (func (param i32))) (memory (export "memory") 1 1)"#,
    );
    assert!(typo.to_string().contains("vm_hooks.read_arg"), "{typo}");

    let nobody = node.activate(BOB).unwrap_err();
    assert!(matches!(
        nobody,
        ProgramError::ArbWasm(ArbWasm::ArbWasmErrors::ProgramNotWasm(_))
    ));
    let program = node.deploy_program(ALICE, &wasm(), None).unwrap();
    let early = node.cache(program).unwrap_err();
    let why = ArbWasm::ProgramNeedsUpgrade {
        version: 0,
        stylusVersion: 2,
    };
    assert_eq!(
        early,
        ProgramError::ArbWasm(ArbWasm::ArbWasmErrors::ProgramNeedsUpgrade(why))
    );
}

#[test]
fn the_root_of_a_call_tree_has_the_gas_of_the_transaction() {
    let mut node = node();
    let program = program(&mut node);
    let request = with_data(program, word(42)).gas_limit(321_000);
    let simulated = node.trace_call(&request, LATEST).unwrap();
    let receipt = run(&mut node, request);
    let traced = node.trace_transaction(receipt.transaction_hash).unwrap();
    let gas = (U256::from(321_000), U256::from(receipt.gas_used));
    assert_eq!((simulated.gas, simulated.gas_used), gas);
    assert_eq!((traced.gas, traced.gas_used), gas);
}
