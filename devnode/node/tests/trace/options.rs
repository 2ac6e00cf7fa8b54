//! Options that make no sense, and limits.

use alloy::primitives::{B256, hex};
use devnode::{BlockError, CallError, DebugTraceError, TraceError};
use serde_json::json;

use super::{common::*, options};

#[test]
fn what_is_no_tracer_is_refused() {
    let node = node();
    let refused = |with| {
        node.debug_trace_call(&request(BOB), LATEST, options(with))
            .unwrap_err()
    };
    for with in [
        json!({ "tracer": "callTracer", "tracerConfig": { "withLog": "yes" } }),
        json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": 1 } }),
        json!({ "tracer": "muxTracer", "tracerConfig": { "muxTracer": {} } }),
        json!({ "timeout": "soon" }),
    ] {
        let error = refused(with.clone());
        assert!(
            matches!(error, DebugTraceError::Options(_)),
            "{with}: {error}"
        );
    }
    let error = refused(json!({ "tracer": "{ result: function() {}, fault: 1 }" }));
    if cfg!(feature = "js-tracer") {
        assert!(matches!(error, DebugTraceError::Script(_)), "{error}");
    } else {
        assert_eq!(error, DebugTraceError::NoScripts);
        assert!(error.to_string().contains("js-tracer"), "{error}");
    }
}

#[test]
fn what_can_not_begin_has_no_trace() {
    let node = node();
    let unknown = node.debug_trace_transaction(B256::ZERO, options(json!({})));
    assert_eq!(
        unknown.unwrap_err(),
        DebugTraceError::Transaction(TraceError::Unknown(B256::ZERO))
    );
    let far = node.debug_trace_call(&request(BOB), 99, options(json!({})));
    assert!(matches!(
        far.unwrap_err(),
        DebugTraceError::Call(CallError::Block(BlockError::Unknown(_)))
    ));
    let poor = request(BOB).from(BOB).value("1".parse().unwrap());
    let poor = node.debug_trace_call(&poor, LATEST, options(json!({})));
    assert!(matches!(
        poor.unwrap_err(),
        DebugTraceError::Call(CallError::Refused(_))
    ));
}

#[test]
fn a_trace_ends_at_its_timeout() {
    let mut node = node();
    let endless = place(&mut node, 0x61, &[0x5b, 0x5f, 0x56]); // JUMPDEST PUSH0 JUMP
    let late = |timeout| {
        let with = options(json!({ "timeout": timeout, "tracer": "noopTracer" }));
        node.debug_trace_call(&request(endless).gas_limit(100_000), LATEST, with)
    };
    assert!(matches!(
        late("1ns").unwrap_err(),
        DebugTraceError::Timeout(_)
    ));
    assert!(late("1h").is_ok(), "it runs out of gas");
    // in a callee, and in a program's loop of host functions
    let outer = place(&mut node, 0x62, &caller_of(endless));
    let program = r#"(module
        (import "vm_hooks" "msg_sender" (func $sender (param i32)))
        (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32)
            (loop $l (call $sender (i32.const 0)) (br $l)) (unreachable)))"#;
    let wasm = wat::parse_str(program).unwrap();
    let program = node.deploy_program(ALICE, &wasm, None).unwrap();
    node.activate(program).unwrap();
    for target in [outer, program] {
        let with = options(json!({ "timeout": "1ns", "tracer": "noopTracer" }));
        let error = node.debug_trace_call(&request(target), LATEST, with);
        assert!(matches!(error.unwrap_err(), DebugTraceError::Timeout(_)));
    }
}

#[test]
fn a_trace_ends_when_it_is_too_large() {
    let mut node = node();
    // 1,000 words on the stack, then JUMPDEST PUSH1 JUMP without end
    let mut code = vec![0x5f; 1_000];
    code.extend([0x5b, 0x61, 0x03, 0xe8, 0x56]);
    let endless = place(&mut node, 0x61, &code);
    let trace = |with| {
        let request = request(endless).gas_limit(300_000);
        node.debug_trace_call(&request, LATEST, options(with))
    };
    assert!(matches!(
        trace(json!({})).unwrap_err(),
        DebugTraceError::TooLarge(_)
    ));
    for with in [
        json!({ "disableStack": true }),
        json!({ "limit": 100 }),
        json!({ "tracer": "callTracer" }),
    ] {
        assert!(trace(with.clone()).is_ok(), "{with}");
    }
    // each SLOAD lists all slots before it: PUSH1 0, then JUMPDEST PUSH1 1 ADD DUP1 SLOAD POP PUSH1 2 JUMP
    let code = hex!("60005b600101805450600256");
    let loading = place(&mut node, 0x62, &code);
    let trace = |with| {
        node.debug_trace_call(
            &request(loading).gas_limit(10_000_000),
            LATEST,
            options(with),
        )
    };
    assert!(matches!(
        trace(json!({})).unwrap_err(),
        DebugTraceError::TooLarge(_)
    ));
    assert!(trace(json!({ "disableStorage": true })).is_ok());
}

#[test]
fn a_call_tree_ends_when_it_is_too_large() {
    let mut node = node();
    // 64 KiB are sent to nobody, or through the identity precompile, without end:
    // JUMPDEST PUSH0 PUSH0 PUSH3 PUSH0 PUSH0 PUSH1 GAS CALL POP PUSH0 JUMP
    let sending = place(&mut node, 0x61, &hex!("5b5f5f620100005f5f60995af1505f56"));
    let echoing = place(&mut node, 0x62, &hex!("5b5f5f620100005f5f60045af1505f56"));
    let trace = |to, gas| {
        let with = options(json!({ "tracer": "callTracer", "timeout": "1h" }));
        node.debug_trace_call(&request(to).gas_limit(gas), LATEST, with)
    };
    for (to, gas) in [(sending, 1_000_000), (echoing, 20_000_000)] {
        let error = trace(to, gas).err(); // a trace of this size is not to be printed
        assert!(matches!(error, Some(DebugTraceError::TooLarge(_))));
        assert!(trace(to, gas / 10).is_ok());
    }
}
