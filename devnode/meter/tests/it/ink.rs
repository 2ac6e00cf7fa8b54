//! Ink, stack words and pages of small programs, each figure worked out by hand from embedded-chain.md §1.4

use crate::machine::{Outcome, Run, run};
use devnode_meter::{Program, Rules, meter};
use wasmi::CompilationMode;

/// The check at the head of a block
const HEADER: u64 = 2450;
const PLENTY: u64 = 1 << 40;
const STACK: u32 = 22_000;

fn program(wat: &str) -> Program {
    let wasm = wat::parse_str(wat).expect("WAT");
    meter(&wasm, &Rules::new(51)).unwrap_or_else(|e| panic!("{e}\n{wat}"))
}

/// A program whose entry has this body; `rest` are further parts of the module
fn with(body: &str, rest: &str) -> Program {
    program(&format!(
        r#"(module
            (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
            (memory (export "memory") 1)
            (func $entry (export "user_entrypoint") (param $n i32) (result i32) {body})
            {rest})"#
    ))
}

fn go(program: &Program, ink: u64) -> Run {
    run(&program.wasm, &[], ink, STACK, CompilationMode::Eager)
}

/// What the program costs, which is also exactly what it needs
fn costs(what: &str, program: &Program, ink: u64) {
    let done = go(program, PLENTY);
    assert_eq!(done.outcome, Outcome::Returned(0), "{what}");
    assert_eq!(PLENTY - done.ink, ink, "{what}");
    let exact = go(program, ink);
    assert_eq!(
        (exact.outcome, exact.ink),
        (Outcome::Returned(0), 0),
        "{what}: with exactly as much"
    );
    assert_eq!(
        go(program, ink - 1).outcome,
        Outcome::OutOfInk,
        "{what}: with one less"
    );
}

#[test]
fn a_block_costs_its_instructions_and_a_header() {
    costs("nothing", &with("i32.const 0", ""), 1 + 1 + HEADER);
    costs(
        "add, drop",
        &with(
            "(drop (i32.add (i32.const 1) (i32.const 2))) i32.const 0",
            "",
        ),
        1 + 1 + 70 + 9 + 1 + 1 + HEADER,
    );
    costs(
        "what follows a return is not paid for",
        &with("i32.const 0 return unreachable", ""),
        1 + 1 + HEADER,
    );
}

#[test]
fn every_block_ender_begins_a_new_block() {
    // get 75, if 765 | const 1, else 1 | end of entry: the const of the arm taken, end, end
    let branch = "local.get $n (if (result i32) (then i32.const 7) (else i32.const 0))";
    costs(
        "if, else arm",
        &with(branch, ""),
        (75 + 765 + HEADER) + (1 + 1 + HEADER) + (1 + HEADER),
    );
    // block 1, get 75, br_if 765 (not taken) | end 1 | const 1, end 1
    let block = "(block local.get $n br_if 0) i32.const 0";
    costs(
        "br_if",
        &with(block, ""),
        (1 + 75 + 765 + HEADER) + (1 + HEADER) + (2 + HEADER),
    );
    // block 1, br 765 | (end is skipped) | const 1, end 1
    costs(
        "br",
        &with("(block br 0) i32.const 0", ""),
        (1 + 765 + HEADER) + (2 + HEADER),
    );
    // loop 1 | end 1 | const 1, end 1
    costs(
        "loop",
        &with("(loop) i32.const 0", ""),
        (1 + HEADER) + (1 + HEADER) + (2 + HEADER),
    );
    // block 1, get 75, br_table 2400 + 2 targets | const 1, end 1
    let table = "(block local.get $n br_table 0 0 0) i32.const 0";
    costs(
        "br_table",
        &with(table, ""),
        (1 + 75 + 2400 + 2 * 325 + HEADER) + (2 + HEADER),
    );
    // call 3800 | end 1 | const 1, end 1
    costs(
        "call",
        &with("call $f i32.const 0", "(func $f)"),
        (3800 + HEADER) + (1 + HEADER) + (2 + HEADER),
    );
    // const 1, const 1, call_indirect 13610 + 1 parameter | end 1 | const 1, end 1
    let indirect = "(call_indirect (param i32) (i32.const 1) (i32.const 0)) i32.const 0";
    let rest = "(table 1 1 funcref) (elem (i32.const 0) func $f) (func $f (param i32))";
    costs(
        "call_indirect",
        &with(indirect, rest),
        (2 + 13_610 + 650 + HEADER) + (1 + HEADER) + (2 + HEADER),
    );
}

#[test]
fn bulk_memory_pays_by_the_byte() {
    for (op, bytes) in [
        ("fill", 0_u64),
        ("fill", 1),
        ("fill", 4096),
        ("copy", 1),
        ("copy", 4096),
    ] {
        let body =
            format!("(memory.{op} (i32.const 0) (i32.const 0) (i32.const {bytes})) i32.const 0");
        costs(op, &with(&body, ""), 3 + 950 + 100 * bytes + 2 + HEADER);
    }
    let huge = with(
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1)) i32.const 0",
        "",
    );
    assert_eq!(
        go(&huge, PLENTY).outcome,
        Outcome::Trapped,
        "4 GiB are paid for, but not there"
    );
    assert_eq!(
        go(&huge, 100 * u64::from(u32::MAX)).outcome,
        Outcome::OutOfInk,
        "4 GiB are not paid for"
    );
}

#[test]
fn floats_run_nowhere_but_may_lie_about() {
    let dead = with(
        "local.get $n (if (then (drop (f32.const 1)))) i32.const 0",
        "",
    );
    // get 75, if 765 | end of the if is skipped when not taken | const 1, end 1
    costs("not taken", &dead, (75 + 765 + HEADER) + (2 + HEADER));
    for op in [
        "f32.const 1",
        "f64.load (i32.const 0)",
        "i32.reinterpret_f32 (f32.const 1)",
    ] {
        let live = with(&format!("(drop ({op})) i32.const 0"), "");
        assert_eq!(go(&live, u64::MAX - 1).outcome, Outcome::OutOfInk, "{op}");
    }
}

#[test]
fn what_is_out_of_ink_has_changed_nothing() {
    let store = with("(i32.store (i32.const 8) (i32.const 255)) i32.const 0", "");
    let cost = 1 + 1 + 825 + 1 + 1 + HEADER;
    let stopped = go(&store, cost - 1);
    assert_eq!(
        (stopped.outcome, stopped.ink, stopped.memory[8]),
        (Outcome::OutOfInk, cost - 1, 0)
    );
    assert_eq!(go(&store, cost).memory[8], 255);
}

fn stack(program: &Program, words: u32) -> (Outcome, u32) {
    let run = run(&program.wasm, &[], PLENTY, words, CompilationMode::Eager);
    (run.outcome, run.stack)
}

#[test]
fn a_frame_is_operands_locals_and_four() {
    // the check of the ink holds 2 values at once, the program itself fewer
    let frames = [
        ("i32.const 0", 2 + 4),
        ("(local i32 i64) i32.const 0", 2 + 2 + 4),
        (
            "(drop (i32.add (i32.const 1) (i32.add (i32.const 1) (i32.const 1)))) i32.const 0",
            3 + 4,
        ),
        // one operand lies below the check of the block that `if` begins, and the result has its place from the start
        (
            "(i32.const 0) (if (result i32) (i32.const 1) (then (i32.const 0)) (else (i32.const 0))) i32.add",
            1 + 1 + 2 + 4,
        ),
        // the result of the call is counted before its three arguments are gone
        (
            "(call $three (i32.const 0) (i32.const 0) (i32.const 0))",
            3 + 1 + 4,
        ),
        // what follows is never reached, but counted: the value returned lies below the check of the last block
        ("(return (i32.const 0))", 1 + 2 + 4),
    ];
    for (body, size) in frames {
        let program = with(
            body,
            "(func $three (param i32 i32 i32) (result i32) i32.const 0)",
        );
        let callee = if body.contains("$three") { 6 } else { 0 };
        let need = size + callee;
        assert_eq!(stack(&program, need), (Outcome::OutOfStack, 0), "{body}");
        assert_eq!(
            stack(&program, need + 1),
            (Outcome::Returned(0), need + 1),
            "{body}"
        );
    }
}

#[test]
fn every_way_out_gives_the_frame_back_but_one() {
    for body in [
        "i32.const 0",
        "i32.const 0 return",
        "(if (local.get $n) (then unreachable)) (return (i32.const 0))",
    ] {
        assert_eq!(
            stack(&with(body, ""), 100),
            (Outcome::Returned(0), 100),
            "{body}"
        );
    }
    // a branch to the function's own label leaves without the credit: Nitro's quirk
    let quirk = with("i32.const 0 br 0", "");
    assert_eq!(stack(&quirk, 100), (Outcome::Returned(0), 100 - 7));
}

#[test]
fn growing_is_announced_and_paid_for() {
    // const 1, grow 8050, drop 9, const 1, end 1; the second page is free but costs its exponential of 0 gas
    let one = with("(drop (memory.grow (i32.const 1))) i32.const 0", "");
    let ink = 1 + 8050 + 9 + 2 + HEADER;
    costs("a free page", &one, ink);
    let none = with("(drop (memory.grow (i32.const 0))) i32.const 0", "");
    costs("no page", &none, ink + 8400);
    let two = with("(drop (memory.grow (i32.const 2))) i32.const 0", "");
    costs("a page beyond the free ones", &two, ink + 1000 * 10_000);
    let many = with("(drop (memory.grow (i32.const 128))) i32.const 0", "");
    assert_eq!(
        go(&many, u64::MAX - 1).outcome,
        Outcome::OutOfInk,
        "129 pages"
    );
}

#[test]
fn memory_that_cannot_grow_needs_no_announcement() {
    let fixed = program(
        r#"(module (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32)
                (i32.add (i32.const 1) (memory.grow (i32.const 1)))))"#,
    );
    costs("grow answers -1", &fixed, 1 + 1 + 8050 + 70 + 1 + HEADER);
}

#[test]
fn only_what_the_host_needs_is_exported() {
    let program = with(
        "i32.const 0",
        r#"(global (export "g") i32 (i32.const 1)) (func (export "f")) (export "h" (memory 0))"#,
    );
    let module = wasmi::Module::new(&wasmi::Engine::default(), &program.wasm).expect("compiles");
    let mut names: Vec<_> = module
        .exports()
        .map(|export| export.name().to_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "memory",
            "stylus_ink_left",
            "stylus_ink_status",
            "stylus_stack_left",
            "user_entrypoint"
        ]
    );
    assert_eq!(program.stats.globals, 1 + 4);
}
