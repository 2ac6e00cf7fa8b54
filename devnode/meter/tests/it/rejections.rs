//! Every reason to refuse a module, and what is next to it and accepted

use devnode_meter::{Rejection, Rules, meter};
use wasm_encoder::{DataCountSection, Module, RawSection};

const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;

fn module(parts: &str) -> Vec<u8> {
    let wat = format!("(module {parts})");
    wat::parse_str(&wat)
        .unwrap_or_else(|e| panic!("{e}\n{}", wat.chars().take(500).collect::<String>()))
}

/// A good module with more in it; imports come first in WAT
fn good(parts: &str) -> Vec<u8> {
    module(&format!("{parts} {MEMORY} {ENTRY}"))
}

fn refused(wasm: &[u8], rules: &Rules) -> Rejection {
    meter(wasm, rules).expect_err("refused")
}

fn at(version: u64) -> Rules {
    Rules::new(version)
}

#[track_caller]
fn refuses(wasm: &[u8], want: &Rejection) {
    assert_eq!(&refused(wasm, &at(51)), want);
}

#[track_caller]
fn accepts(wasm: &[u8], rules: &Rules) {
    if let Err(error) = meter(wasm, rules) {
        panic!("{error}");
    }
}

fn named(module: &str, name: &str) -> (String, String) {
    (module.to_owned(), name.to_owned())
}

#[track_caller]
fn too_many(wasm: &[u8], rules: &Rules, what: &str, have: u64, limit: u64) {
    match refused(wasm, rules) {
        Rejection::TooMany {
            what: w,
            have: h,
            limit: l,
        } => assert_eq!((w, h, l), (what, have, limit)),
        other => panic!("{other}"),
    }
}

#[test]
fn the_module_that_the_others_vary_is_accepted() {
    for version in [30, 31, 32, 40, 50, 51, 60] {
        accepts(&good(""), &at(version));
    }
}

#[test]
fn size() {
    let wasm = good("");
    let mut rules = at(51);
    rules.max_wasm_bytes = wasm.len();
    accepts(&wasm, &rules);
    rules.max_wasm_bytes -= 1;
    assert_eq!(
        refused(&wasm, &rules),
        Rejection::TooLarge {
            have: wasm.len(),
            limit: wasm.len() - 1
        }
    );
}

#[test]
fn what_is_not_wasm() {
    let component = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
    let wasm = good("");
    for bytes in [
        &[][..],
        b"\0asm",
        b"not wasm at all",
        &component,
        &wasm[..wasm.len() - 1],
        &[&wasm[..], &[0]].concat(),
    ] {
        assert!(
            matches!(refused(bytes, &at(51)), Rejection::Invalid { .. }),
            "{bytes:?}"
        );
    }
}

#[test]
fn proposals_that_are_on() {
    for parts in [
        r#"(global (export "g") (mut i32) (i32.const 0))"#,
        "(func (drop (i64.extend32_s (i64.const 1))))",
        "(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
    ] {
        accepts(&good(parts), &at(51));
        accepts(&good(parts), &at(60));
    }
}

#[test]
fn proposals_that_are_off() {
    let off = [
        ("(func (param v128))", "SIMD"),
        ("(func (param externref))", "reference types"),
        ("(func ref.null func drop)", "reference types"),
        ("(table 1 funcref) (table 1 funcref)", "several tables"),
        ("(func $f return_call $f)", "tail calls"),
        ("(memory 1)", "several memories"),
        (
            "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
            "extended constants",
        ),
        ("(tag)", "exceptions"),
        (
            "(func (drop (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0))) drop)",
            "wide arithmetic",
        ),
        ("(type (struct))", "GC"),
    ];
    for (parts, what) in off {
        assert!(
            matches!(refused(&good(parts), &at(51)), Rejection::Invalid { .. }),
            "{what}"
        );
    }
    let shared = module(&format!(r#"(memory (export "memory") 1 1 shared) {ENTRY}"#));
    assert!(
        matches!(refused(&shared, &at(51)), Rejection::Invalid { .. }),
        "threads"
    );
    let wide = module(&format!(r#"(memory (export "memory") i64 1 1) {ENTRY}"#));
    assert!(
        matches!(refused(&wide, &at(51)), Rejection::Invalid { .. }),
        "64-bit memory"
    );
}

#[test]
fn several_results_only_before_arbos_60() {
    for parts in [
        "(func (result i32 i32) i32.const 1 i32.const 2)",
        "(func i32.const 1 (block (param i32) drop))",
    ] {
        accepts(&good(parts), &at(51));
        assert!(
            matches!(refused(&good(parts), &at(60)), Rejection::Invalid { .. }),
            "{parts}"
        );
    }
}

/// A module of the sections of another one, and one more in its place
fn with_section(wasm: &[u8], before: u8, section: &impl wasm_encoder::Section) -> Vec<u8> {
    let mut out = Module::new();
    let mut done = false;
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let Some((id, range)) = payload.expect("parses").as_section() else {
            continue;
        };
        if id == before && !done {
            out.section(section);
            done = true;
        }
        out.section(&RawSection {
            id,
            data: &wasm[range.start as usize..range.end as usize],
        });
    }
    assert!(done);
    out.finish()
}

#[test]
fn sections_that_nitro_does_not_know() {
    let wasm = good("");
    accepts(
        &with_section(
            &wasm,
            10,
            &wasm_encoder::CustomSection {
                name: "x".into(),
                data: (&[1][..]).into(),
            },
        ),
        &at(51),
    );
    refuses(
        &with_section(&wasm, 10, &DataCountSection { count: 0 }),
        &Rejection::Section("DataCount"),
    );
    let unknown = with_section(&wasm, 10, &RawSection { id: 77, data: &[] });
    assert!(matches!(
        refused(&unknown, &at(51)),
        Rejection::Invalid { .. }
    ));
}

#[test]
fn start_functions() {
    refuses(&good("(func $f) (start $f)"), &Rejection::Start);
}

#[test]
fn counts() {
    let rules = at(51);
    let many = |part: &str, count: usize| part.repeat(count);

    accepts(&good(&many("(data (i32.const 0))", 128)), &rules);
    too_many(
        &good(&many("(data (i32.const 0))", 129)),
        &rules,
        "data segments",
        129,
        128,
    );

    let elements = |count| {
        format!(
            "(table 1 1 funcref) {}",
            many("(elem (i32.const 0) func)", count)
        )
    };
    accepts(&good(&elements(128)), &rules);
    too_many(&good(&elements(129)), &rules, "element segments", 129, 128);

    let exports = |count| {
        (0..count)
            .map(|i| format!(r#"(export "e{i}" (memory 0))"#))
            .collect::<String>()
    };
    accepts(&good(&exports(1022)), &rules);
    too_many(&good(&exports(1023)), &rules, "exports", 1025, 1024);

    accepts(&good(&many("(func)", 4095)), &rules);
    too_many(
        &good(&many("(func)", 4096)),
        &rules,
        "functions",
        4097,
        4096,
    );

    let mut large = rules;
    large.max_wasm_bytes = 1 << 20;
    accepts(&good(&many("(global i32 (i32.const 0))", 32_764)), &large);
    too_many(
        &good(&many("(global i32 (i32.const 0))", 32_765)),
        &large,
        "globals",
        32_769,
        32_768,
    );

    let locals = |count| format!("(func (param i32 i32) (local {}))", many("i64 ", count));
    accepts(&good(&locals(348)), &rules);
    too_many(&good(&locals(349)), &rules, "locals", 349, 348);

    let imports = |count| {
        many(
            r#"(import "vm_hooks" "msg_sender" (func (param i32)))"#,
            count,
        )
    };
    accepts(&good(&imports(513)), &rules);
    accepts(&good(&imports(514)), &at(31));
    too_many(&good(&imports(514)), &rules, "imports", 514, 513);

    accepts(&good("(table 4096 funcref)"), &rules);
    too_many(
        &good("(table 4097 funcref)"),
        &rules,
        "table entries",
        4097,
        4096,
    );

    // a segment's flag, offset (3) and count (2) are bytes of it too
    let entries = |count| {
        format!(
            "(table 4096 funcref) (func $f) (elem (i32.const 0) func {})",
            many("$f ", count)
        )
    };
    accepts(&good(&entries(4090)), &rules);
    too_many(
        &good(&entries(4091)),
        &rules,
        "bytes of element segments",
        4097,
        4096,
    );

    // an empty function has 12 (ink) + 12 (depth) + 4 + return + end = 30
    accepts(
        &good(&format!("(func {})", many("nop ", 65_536 - 30))),
        &rules,
    );
    let ops = good(&format!("(func {})", many("nop ", 65_536 - 29)));
    too_many(&ops, &rules, "instructions in a function", 65_537, 65_536);
}

#[test]
fn contention() {
    // the check of the block's ink comes before its first operand
    let push = |count| {
        good(&format!(
            "(func {} {})",
            "i32.const 0 ".repeat(count),
            "drop ".repeat(count)
        ))
    };
    accepts(&push(4096), &at(51));
    refuses(
        &push(4097),
        &Rejection::Contention {
            func: 0,
            have: 4097,
            limit: 4096,
        },
    );
}

#[test]
fn long_names() {
    let export = |len: usize| good(&format!(r#"(export "{}" (memory 0))"#, "a".repeat(len)));
    accepts(&export(512), &at(51));
    refuses(&export(513), &Rejection::LongName(513));
    let module_name = |len: usize| module(&format!("${} {MEMORY} {ENTRY}", "a".repeat(len)));
    accepts(&module_name(512), &at(51));
    refuses(&module_name(513), &Rejection::LongName(513));
    let broken = wasm_encoder::CustomSection {
        name: "name".into(),
        data: (&[0, 1][..]).into(),
    };
    assert!(matches!(
        refused(&with_section(&good(""), 1, &broken), &at(51)),
        Rejection::Invalid { .. }
    ));
}

#[test]
fn imports() {
    let sender = r#"(import "vm_hooks" "msg_sender" (func (param i32)))"#;
    accepts(&good(&format!("{sender} {sender}")), &at(51));

    let (module, name) = named("vm_hooks", "m");
    for kind in ["memory 1", "global i32", "table 1 funcref"] {
        let wasm = self::module(&format!(r#"(import "vm_hooks" "m" ({kind})) {ENTRY}"#));
        refuses(
            &wasm,
            &Rejection::ImportKind {
                module: module.clone(),
                name: name.clone(),
            },
        );
    }

    let twice = r#"(type $a (func (param i32))) (type $b (func (param i32)))
        (import "vm_hooks" "msg_sender" (func (type $a))) (import "vm_hooks" "msg_sender" (func (type $b)))"#;
    let (module, name) = named("vm_hooks", "msg_sender");
    refuses(
        &good(twice),
        &Rejection::InconsistentImport {
            module: module.clone(),
            name: name.clone(),
        },
    );

    for ty in [
        "",
        "(param i64)",
        "(param i32 i32)",
        "(param i32) (result i32)",
    ] {
        let wasm = good(&format!(r#"(import "vm_hooks" "msg_sender" (func {ty}))"#));
        refuses(
            &wasm,
            &Rejection::ImportType {
                module: module.clone(),
                name: name.clone(),
            },
        );
    }
    for (module, name) in [
        named("vm_hooks", "nope"),
        named("env", "msg_sender"),
        named("", ""),
    ] {
        let wasm = good(&format!(
            r#"(import "{module}" "{name}" (func (param i32)))"#
        ));
        refuses(&wasm, &Rejection::UnknownImport { module, name });
    }
}

/// The canonical list of embedded-chain.md §1.2, written down a second time
#[test]
fn hostios() {
    let hooks = "
        read_args(i32) write_result(i32,i32) exit_early(i32) storage_load_bytes32(i32,i32) storage_cache_bytes32(i32,i32)
        storage_flush_cache(i32) transient_load_bytes32(i32,i32) transient_store_bytes32(i32,i32)
        call_contract(i32,i32,i32,i32,i64,i32)i32 delegate_call_contract(i32,i32,i32,i64,i32)i32
        static_call_contract(i32,i32,i32,i64,i32)i32 create1(i32,i32,i32,i32,i32) create2(i32,i32,i32,i32,i32,i32)
        read_return_data(i32,i32,i32)i32 return_data_size()i32 emit_log(i32,i32,i32) account_balance(i32,i32)
        account_code(i32,i32,i32,i32)i32 account_code_size(i32)i32 account_codehash(i32,i32) evm_gas_left()i64
        evm_ink_left()i64 block_basefee(i32) block_coinbase(i32) block_gas_limit()i64 block_number()i64
        block_timestamp()i64 chainid()i64 contract_address(i32) msg_sender(i32) msg_value(i32) tx_gas_price(i32)
        tx_origin(i32) msg_reentrant()i32 tx_ink_price()i32 native_keccak256(i32,i32,i32) math_div(i32,i32)
        math_mod(i32,i32) math_pow(i32,i32) math_add_mod(i32,i32,i32) math_mul_mod(i32,i32,i32) pay_for_memory_grow(i32)";
    let console = "log_txt(i32,i32) log_i32(i32) log_i64(i64) log_f32(f32) log_f64(f64) tee_i32(i32)i32 tee_i64(i64)i64
        tee_f32(f32)f32 tee_f64(f64)f64";
    let debug = "null_host() start_benchmark() end_benchmark()";
    let mut all = String::new();
    for (module, list) in [("vm_hooks", hooks), ("console", console), ("debug", debug)] {
        for hostio in list.split_whitespace() {
            let (name, ty) = hostio.split_once('(').expect("(");
            let (params, result) = ty.split_once(')').expect(")");
            let params = params.replace(',', " ");
            let import = format!(
                r#"(import "{module}" "{name}" (func (param {params}) (result {result})))"#
            );
            let mut rules = at(51);
            let wasm = good(&import);
            if module != "vm_hooks" {
                let (module, name) = named(module, name);
                assert_eq!(
                    refused(&wasm, &rules),
                    Rejection::UnknownImport { module, name }
                );
                rules.debug = true;
            }
            accepts(&wasm, &rules);
            all.push_str(&import);
        }
    }
    let mut rules = at(51);
    rules.debug = true;
    accepts(&good(&all), &rules);
}

#[test]
fn symbols() {
    let import = r#"(import "vm_hooks" "msg_sender" (func (param i32)))"#;
    accepts(
        &good(&format!(r#"{import} (export "msg_sender_" (func 0))"#)),
        &at(51),
    );
    for name in ["msg_sender", "anything__msg_sender"] {
        let wasm = good(&format!(r#"{import} (export "{name}" (func 0))"#));
        refuses(&wasm, &Rejection::Reexport("msg_sender".to_owned()));
    }
    for (name, tail) in [
        ("stylus", "stylus"),
        ("stylus_ink_left", "stylus_ink_left"),
        ("a__stylus", "stylus"),
    ] {
        let wasm = good(&format!(r#"(export "{name}" (memory 0))"#));
        refuses(&wasm, &Rejection::Reserved(tail.to_owned()));
    }
    accepts(
        &good(r#"(export "a_stylus" (memory 0)) (export "stylus__a" (memory 0))"#),
        &at(51),
    );
    let wasm = good(r#"(import "vm_hooks" "stylus_x" (func))"#);
    refuses(&wasm, &Rejection::Reserved("stylus_x".to_owned()));
}

#[test]
fn memory() {
    for parts in [
        "",
        "(memory 1 1)",
        r#"(memory (export "m") 1 1)"#,
        r#"(func (export "memory"))"#,
    ] {
        refuses(&module(&format!("{parts} {ENTRY}")), &Rejection::NoMemory);
    }
    let pages = |pages: u32| {
        module(&format!(
            r#"(memory (export "memory") {pages} {pages}) {ENTRY}"#
        ))
    };
    accepts(&pages(128), &at(51));
    accepts(&pages(0), &at(51));
    refuses(
        &pages(129),
        &Rejection::MemoryTooLarge {
            have: 129,
            limit: 128,
        },
    );
    let mut rules = at(51);
    rules.page_limit = 3;
    accepts(&pages(3), &rules);
    assert_eq!(
        refused(&pages(4), &rules),
        Rejection::MemoryTooLarge { have: 4, limit: 3 }
    );
    rules.page_limit = u16::MAX;
    assert_eq!(
        refused(&pages(129), &rules),
        Rejection::MemoryTooLarge {
            have: 129,
            limit: 128
        }
    );

    let pay = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;
    for limits in ["1", "1 2"] {
        let growing = format!(r#"(memory (export "memory") {limits}) {ENTRY}"#);
        refuses(&module(&growing), &Rejection::NoPayForMemoryGrow);
        accepts(&module(&format!("{pay} {growing}")), &at(51));
    }
}

#[test]
fn entrypoint() {
    refuses(&module(MEMORY), &Rejection::NoEntrypoint);
    refuses(
        &module(&format!(
            r#"{MEMORY} (global (export "user_entrypoint") i32 (i32.const 0))"#
        )),
        &Rejection::NoEntrypoint,
    );
    for ty in [
        "",
        "(param i32)",
        "(param i64) (result i32)",
        "(param i32) (result i64)",
        "(param i32 i32) (result i32)",
    ] {
        let wasm = module(&format!(
            r#"{MEMORY} (func (export "user_entrypoint") {ty} unreachable)"#
        ));
        refuses(&wasm, &Rejection::EntrypointType);
    }
}

#[test]
fn segments() {
    let data = |offset: i64, len: usize| {
        good(&format!(
            r#"(data (i32.const {offset}) "{}")"#,
            "a".repeat(len)
        ))
    };
    accepts(&data(65_535, 1), &at(51));
    accepts(&data(65_536, 0), &at(51));
    for (offset, len) in [(65_536, 1), (65_535, 2), (-1, 1)] {
        refuses(&data(offset, len), &Rejection::OutOfBounds("data"));
    }
    accepts(
        &good(r#"(data "passive and larger than the memory is no matter")"#),
        &at(51),
    );

    let element = |offset: i64| {
        good(&format!(
            "(table 2 funcref) (func $f) (elem (i32.const {offset}) func $f)"
        ))
    };
    accepts(&element(1), &at(51));
    for offset in [2, -1] {
        refuses(&element(offset), &Rejection::OutOfBounds("elements"));
    }
    accepts(&good("(func $f) (elem func $f)"), &at(51));
    let expressions =
        good("(table 2 funcref) (func $f) (elem (i32.const 0) funcref (ref.func $f))");
    assert!(matches!(
        refused(&expressions, &at(51)),
        Rejection::Invalid { .. }
    ));
}

#[test]
fn instructions() {
    let refused_ops = [
        ("(drop (f32.add (f32.const 1) (f32.const 2)))", "F32Add"),
        ("(drop (f64.lt (f64.const 1) (f64.const 2)))", "F64Lt"),
        ("(drop (f64.convert_i64_u (i64.const 1)))", "F64ConvertI64U"),
        (
            "(drop (i32.trunc_sat_f32_s (f32.const 1)))",
            "I32TruncSatF32S",
        ),
        ("(drop (f64.promote_f32 (f32.const 1)))", "F64PromoteF32"),
        (
            "(table.copy (i32.const 0) (i32.const 0) (i32.const 0))",
            "TableCopy",
        ),
        (
            "(table.init $e (i32.const 0) (i32.const 0) (i32.const 0))",
            "TableInit",
        ),
        ("(elem.drop $e)", "ElemDrop"),
    ];
    for (body, op) in refused_ops {
        let wasm = good(&format!(
            "(table 1 funcref) (elem $e func) (func nop) (func {body})"
        ));
        refuses(
            &wasm,
            &Rejection::Opcode {
                op: op.to_owned(),
                func: 1,
            },
        );
    }
    for body in [
        "memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)",
        "data.drop $d",
    ] {
        refuses(
            &good(&format!(r#"(data $d "") (func ({body}))"#)),
            &Rejection::Section("DataCount"),
        );
    }
    accepts(
        &good(
            "(func (drop (f32.reinterpret_i32 (i32.const 1))) (f64.store (i32.const 0) (f64.load (i32.const 0))))",
        ),
        &at(51),
    );
}

#[test]
fn costs_that_do_not_fit() {
    let data = |bytes: usize| {
        module(&format!(
            r#"(memory (export "memory") 2 2) {ENTRY} (data (i32.const 0) "{}")"#,
            "a".repeat(bytes)
        ))
    };
    accepts(&data(86_000), &at(51));
    match refused(&data(87_000), &at(51)) {
        Rejection::CostTooHigh {
            what: "cached cost",
            have,
            limit: 65_535,
        } => assert_eq!(have, 106 + 6 + 65_467 + 10), // module, globals, data, page
        other => panic!("{other}"),
    }
    let params = |funcs: usize| {
        good(&format!(
            "(type $t (func (param {}))) {}",
            "i32 ".repeat(1000),
            "(func (type $t))".repeat(funcs)
        ))
    };
    accepts(&params(61), &at(51));
    let wasm = params(62);
    match refused(&wasm, &at(51)) {
        Rejection::CostTooHigh {
            what: "init cost",
            have,
            limit: 65_535,
        } => assert_eq!(have, 519 + 65_660 + wasm.len() as u64 * 1286 / 10_000),
        other => panic!("{other}"),
    }
}

#[test]
fn stylus_version_1_adds_the_cached_cost() {
    let stats = |version| {
        meter(&good(r#"(data (i32.const 0) "0123456789")"#), &at(version))
            .expect("good")
            .stats
    };
    let (v1, v2) = (stats(30), stats(31));
    assert_eq!(v1.cached_cost(), v2.cached_cost());
    assert_eq!(v1.init_cost(), v2.init_cost() + v2.cached_cost());
    let wasm_part = u64::from(v2.wasm_bytes) * 31_733 / 100_000 * 28;
    assert_eq!(
        v2.activation_gas(32) - v2.activation_gas(31),
        wasm_part,
        "the module's length counts from 32"
    );
}

/// Each term by hand: the module is known byte by byte
#[test]
fn activation_gas_counts_every_part() {
    let data = "a".repeat(10_000);
    let elements = "$f ".repeat(1000);
    let wasm = good(&format!(
        r#"(table 1000 funcref) (func $f) (elem (i32.const 0) func {elements}) (data (i32.const 0) "{data}")"#
    ));
    let stats = meter(&wasm, &at(51)).expect("good").stats;
    // segments: flag, offset (i32.const, number, end), count (2 bytes), then the content
    assert_eq!(
        (stats.data_payload, stats.elem_bytes, stats.data_bytes),
        (10_000, 1006, 11_012)
    );
    // two functions: 12 (ink) + 12 (depth) + 4 (credit) + return + end, and a constant in one
    assert_eq!((stats.funcs, stats.pages, stats.ops), (2, 1, 30 + 31));
    let wasm_us = u64::from(stats.wasm_bytes) * 31_733 / 100_000;
    let microseconds = wasm_us + 1737 + 174 + 2217 + 32; // data, elements, page, instructions; 2 functions are not 1 us
    assert_eq!(stats.activation_gas(51), 1_659_168 + 28 * microseconds);
}
