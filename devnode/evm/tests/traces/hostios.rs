//! What each host function is seen as.

use revm::primitives::{U256, keccak256};

use super::{
    common::{SENDER, World, at, word},
    *,
};

/// Checks a host function that gives a value: the opcode, and POP of the value.
fn check_value(imports: &str, body: &str, op: &'static str, operands: &[U256], value: U256) {
    let steps = record(imports, body, |world| {
        world.set_balance(SENDER, 1 << 40);
        world.set_balance(at(2), 12_345);
    });
    assert_eq!(
        seen(&steps),
        [
            (op, operands.to_vec(), vec![], vec![value]),
            ("POP", vec![value], vec![], vec![])
        ],
        "{imports}"
    );
    assert_eq!(steps[0].gas_after, steps[1].gas);
    assert_eq!(steps[1].gas, steps[1].gas_after, "POP costs nothing");
    for step in steps {
        assert_eq!(
            (step.address, step.caller, step.value),
            (at(1), SENDER, number(5))
        );
    }
}

#[test]
fn the_environment() {
    let block = World::new().block;
    let pointer: [(&str, &str, U256); 7] = [
        ("block_basefee", "BASEFEE", number(7)),
        ("block_coinbase", "COINBASE", account(block.beneficiary)),
        ("contract_address", "ADDRESS", account(at(1))),
        ("msg_sender", "CALLER", account(SENDER)),
        ("msg_value", "CALLVALUE", number(5)),
        ("tx_gas_price", "GASPRICE", number(9)),
        ("tx_origin", "ORIGIN", account(SENDER)),
    ];
    for (name, op, value) in pointer {
        let body = format!("(call ${name} (i32.const 0x400)) (i32.const 0)");
        check_value(&format!("{name} (param i32)"), &body, op, &[], value);
    }
    let answer: [(&str, &str, &str, U256); 5] = [
        ("block_gas_limit", "i64", "GASLIMIT", number(1 << 50)),
        ("block_number", "i64", "NUMBER", number(1)),
        ("block_timestamp", "i64", "TIMESTAMP", block.timestamp),
        ("chainid", "i64", "CHAINID", number(412_346)),
        ("tx_ink_price", "i32", "GASPRICE", number(10_000)),
    ];
    for (name, kind, op, value) in answer {
        let body = format!("(drop (call ${name})) (i32.const 0)");
        check_value(&format!("{name} (result {kind})"), &body, op, &[], value);
    }
}

#[test]
fn gas_and_ink() {
    for name in ["evm_gas_left", "evm_ink_left"] {
        let body = format!("(drop (call ${name})) (i32.const 0)");
        let steps = record(&format!("{name} (result i64)"), &body, |_| {});
        assert_eq!((steps[0].op, steps[1].op, steps.len()), ("GAS", "POP", 2));
        assert_eq!(steps[0].results, steps[1].stack);
        let unit = if name == "evm_gas_left" { 1 } else { 10_000 };
        assert_eq!(steps[1].stack[0] / number(unit), number(steps[0].gas_after));
    }
}

#[test]
fn accounts() {
    let target = account(at(2));
    check_value(
        "account_balance (param i32 i32)",
        "(call $account_balance (i32.const 0x200) (i32.const 0x400)) (i32.const 0)",
        "BALANCE",
        &[target],
        number(12_345),
    );
    let code = [0x60, 0x2a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3];
    check_value(
        "account_codehash (param i32 i32)",
        "(call $account_codehash (i32.const 0x200) (i32.const 0x400)) (i32.const 0)",
        "EXTCODEHASH",
        &[target],
        keccak256(code).into(),
    );
    check_value(
        "account_code_size (param i32) (result i32)",
        "(drop (call $account_code_size (i32.const 0x200))) (i32.const 0)",
        "EXTCODESIZE",
        &[target],
        number(8),
    );
    let steps = record(
        "account_code (param i32 i32 i32 i32) (result i32)",
        "(drop (call $account_code (i32.const 0x200) (i32.const 2) (i32.const 100) (i32.const 0x400))) (i32.const 0)",
        |_| {},
    );
    let operands = vec![target, number(0), number(2), number(100)];
    assert_eq!(
        seen(&steps),
        [("EXTCODECOPY", operands, vec![], vec![])],
        "no result, no POP"
    );
}

#[test]
fn arithmetic() {
    for (name, op, value) in [
        ("math_div", "DIV", 0),
        ("math_mod", "MOD", 7),
        ("math_pow", "EXP", 40_353_607),
    ] {
        let body = format!("(call ${name} (i32.const 0x220) (i32.const 0x240)) (i32.const 0)");
        let imports = format!("{name} (param i32 i32)");
        check_value(&imports, &body, op, &[number(7), number(9)], number(value));
    }
    for (name, op, value) in [("math_add_mod", "ADDMOD", 6), ("math_mul_mod", "MULMOD", 3)] {
        let body = format!(
            "(call ${name} (i32.const 0x220) (i32.const 0x240) (i32.const 0x260)) (i32.const 0)"
        );
        let operands = [number(7), number(9), number(10)];
        let imports = format!("{name} (param i32 i32 i32)");
        check_value(&imports, &body, op, &operands, number(value));
    }
}

#[test]
fn keccak_shows_its_preimage() {
    let steps = record(
        "native_keccak256 (param i32 i32 i32)",
        "(call $native_keccak256 (i32.const 0x200) (i32.const 64) (i32.const 0x400)) (i32.const 0)",
        |_| {},
    );
    let preimage = [at(2).as_slice(), &[0; 12], &word(7)].concat();
    let hash: U256 = keccak256(&preimage).into();
    assert_eq!(
        seen(&steps),
        [
            (
                "KECCAK256",
                vec![number(0), number(64)],
                preimage.clone(),
                vec![hash]
            ),
            ("POP", vec![hash], preimage, vec![])
        ]
    );
}

#[test]
fn arguments_and_results() {
    let steps = record_all(
        "read_args (param i32)
         write_result (param i32 i32)",
        "(call $read_args (i32.const 0)) (call $write_result (i32.const 0x220) (i32.const 1)) \
         (call $write_result (i32.const 0x220) (i32.const 33)) (i32.const 0)",
        |_| {},
    );
    let copied = vec![number(0), number(0), number(8)];
    let result = [word(7).as_slice(), &[0]].concat();
    assert_eq!(
        seen(&steps),
        [
            ("CALLDATACOPY", copied, padded(b"calldata"), vec![]),
            (
                "RETURN",
                vec![number(0), number(33)],
                padded(&result),
                vec![]
            )
        ]
    );
}
#[test]
fn what_has_no_counterpart_is_not_shown() {
    let steps = record(
        "msg_reentrant (result i32)
         pay_for_memory_grow (param i32)
         storage_cache_bytes32 (param i32 i32)
         storage_flush_cache (param i32)",
        "(drop (call $msg_reentrant)) (call $pay_for_memory_grow (i32.const 1)) \
         (call $storage_flush_cache (i32.const 0)) \
         (call $storage_cache_bytes32 (i32.const 0x280) (i32.const 0x220)) (i32.const 0)",
        |_| {},
    );
    assert_eq!(seen(&steps), []);
}

#[test]
fn storage_is_seen_where_it_is_read_and_written() {
    let load = "(call $storage_load_bytes32 (i32.const 0x240) (i32.const 0x400))";
    let body = format!(
        "{load} {load} \
         (call $storage_cache_bytes32 (i32.const 0x240) (i32.const 0x220)) \
         (call $storage_cache_bytes32 (i32.const 0x280) (i32.const 0x220)) \
         {load} (call $storage_flush_cache (i32.const 0)) (call $storage_flush_cache (i32.const 1)) \
         {load} (i32.const 0)"
    );
    let steps = record(STORAGE, &body, |world| world.set_storage(at(1), 9, 3));
    let step =
        |op, stack: &[U256], results: &[U256]| (op, stack.to_vec(), vec![], results.to_vec());
    assert_eq!(
        seen(&steps),
        [
            step("SLOAD", &[number(9)], &[number(3)]),
            step("POP", &[number(3)], &[]),
            // from the cache: nothing. Slots are written in the order of their keys
            step("SSTORE", &[number(9), number(7)], &[]),
            step("SSTORE", &[key(), number(7)], &[]),
            // flushed and clean, then cleared
            step("SLOAD", &[number(9)], &[number(7)]),
            step("POP", &[number(7)], &[]),
        ]
    );
    let costs: Vec<u64> = steps.iter().map(|step| step.gas - step.gas_after).collect();
    assert!((2_100..2_120).contains(&costs[0]), "cold: {costs:?}");
    assert_eq!(costs[2..4], [2_900, 22_100], "warm and set, cold and new");
    assert!((100..120).contains(&costs[4]), "warm: {costs:?}");
}

#[test]
fn transient_storage() {
    let steps = record(
        STORAGE,
        "(call $transient_store_bytes32 (i32.const 0x280) (i32.const 0x220)) \
         (call $transient_load_bytes32 (i32.const 0x280) (i32.const 0x400)) (i32.const 0)",
        |_| {},
    );
    assert_eq!(
        seen(&steps),
        [
            ("TSTORE", vec![key(), number(7)], vec![], vec![]),
            ("TLOAD", vec![key()], vec![], vec![number(7)]),
            ("POP", vec![number(7)], vec![], vec![]),
        ]
    );
}

#[test]
fn logs_come_within_their_step() {
    for topics in 0..=4_u64 {
        let len = 32 * topics + 3;
        let body = format!(
            "(call $emit_log (i32.const 0x220) (i32.const {len}) (i32.const {topics})) (i32.const 0)"
        );
        let steps = record("emit_log (param i32 i32 i32)", &body, |_| {});
        let words = [number(7), number(9), number(10), key()];
        let mut operands = vec![number(0), number(3)];
        operands.extend(&words[..topics as usize]);
        let data: &[u8] = if topics == 3 { b"key" } else { &[0; 3] };
        let op = ["LOG0", "LOG1", "LOG2", "LOG3", "LOG4"][topics as usize];
        assert_eq!(seen(&steps), [(op, operands, padded(data), vec![])]);
        assert_eq!(steps[0].logs, 1);
    }
}
