//! Random programs that call random host functions, one another and contracts.

use std::fmt::Write as _;

use revm::{
    context::result::ExecutionResult,
    inspector::CountInspector,
    primitives::{TxKind, U256},
};

use super::common::{SENDER, World, at, forwarder};

/// Name, parameters, results. Parameters: p pointer, n length, a pointer to an address, v pointer to
/// a value, g gas (i64), s small number.
const HOSTIOS: &[(&str, &str, &str)] = &[
    ("read_args", "p", ""),
    ("write_result", "pn", ""),
    ("exit_early", "s", ""),
    ("storage_load_bytes32", "pp", ""),
    ("storage_cache_bytes32", "pp", ""),
    ("storage_flush_cache", "s", ""),
    ("transient_load_bytes32", "pp", ""),
    ("transient_store_bytes32", "pp", ""),
    ("call_contract", "apnvgp", "i32"),
    ("delegate_call_contract", "apngp", "i32"),
    ("static_call_contract", "apngp", "i32"),
    ("create1", "pnvpp", ""),
    ("create2", "pnvppp", ""),
    ("read_return_data", "pss", "i32"),
    ("return_data_size", "", "i32"),
    ("emit_log", "pns", ""),
    ("account_balance", "ap", ""),
    ("account_code", "asnp", "i32"),
    ("account_code_size", "a", "i32"),
    ("account_codehash", "ap", ""),
    ("evm_gas_left", "", "i64"),
    ("evm_ink_left", "", "i64"),
    ("msg_reentrant", "", "i32"),
    ("msg_value", "p", ""),
    ("native_keccak256", "pnp", ""),
    ("math_div", "pp", ""),
    ("math_pow", "pp", ""),
    ("math_mul_mod", "ppp", ""),
    ("pay_for_memory_grow", "s", ""),
];
/// Three programs, a contract that forwards calls, one that returns, one that reverts, an account
/// that is not there, and a precompile.
const CALLEES: [u64; 8] = [0, 1, 2, 9, 10, 11, 12, 13];

/// Where the choices come from: bytes, and after them a generator that they have seeded.
pub struct Dice<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl<'a> Dice<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        let state = bytes
            .iter()
            .fold(0, |state, byte| 31 * (state % (1 << 56)) + u64::from(*byte));
        Self { bytes, state }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        if let Some((byte, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            return u64::from(*byte) % sides;
        }
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % sides
    }
}

fn argument(kind: char, dice: &mut Dice<'_>) -> String {
    let value = match kind {
        // Mostly inside of the page and apart from the addresses, now and then at its end.
        'p' if dice.roll(200) == 0 => 65_530,
        'p' => 0x400 + 8 * dice.roll(128),
        'a' => 0x40 + 32 * dice.roll(CALLEES.len() as u64) + 12,
        'v' => [0x10, 0x10, 0x20][dice.roll(3) as usize], // 0 or the 1 that stands at 0x3f
        'n' if dice.roll(50) == 0 => 3_000,
        'n' => dice.roll(100),
        's' => dice.roll(6),
        _ => {
            return format!(
                "(i64.const {})",
                [0, 3_000, 100_000, -1][dice.roll(4) as usize]
            );
        }
    };
    format!("(i32.const {value})")
}

/// A program of a few dozen steps.
fn program(dice: &mut Dice<'_>) -> String {
    let mut text = String::from("(module");
    for (name, params, result) in HOSTIOS {
        let params: Vec<&str> = params
            .chars()
            .map(|kind| if kind == 'g' { "i64" } else { "i32" })
            .collect();
        write!(
            text,
            r#"(import "vm_hooks" "{name}" (func ${name} (param {}) (result {result})))"#,
            params.join(" ")
        )
        .expect("a string");
    }
    text.push_str(r#"(memory (export "memory") 1) (data (i32.const 0x3f) "\01")"#);
    for (index, callee) in CALLEES.iter().enumerate() {
        let bytes: String = address(*callee)
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        write!(
            text,
            r#"(data (i32.const {}) "{bytes}")"#,
            0x40 + 32 * index + 12
        )
        .expect("a string");
    }
    // Init code of a contract that is a STOP.
    text.push_str(r#"(data (i32.const 0x400) "\60\01\60\00\f3")"#);
    text.push_str(r#"(func (export "user_entrypoint") (param i32) (result i32) (local $n i32)"#);
    for _ in 0..dice.roll(30) + 3 {
        match dice.roll(40) {
            0 => text.push_str("(drop (memory.grow (i32.const 1)))"),
            1 => text.push_str("(loop $l (local.set $n (i32.add (local.get $n) (i32.const 1))) (br_if $l (i32.lt_u (local.get $n) (i32.const 300))))"),
            2 if dice.roll(4) == 0 => text.push_str("(unreachable)"),
            3 if dice.roll(4) == 0 => text.push_str("(return (i32.const 1))"),
            4 => text.push_str("(memory.fill (i32.const 0x500) (i32.const 7) (local.get 0))"),
            _ => {
                let (name, params, result) = HOSTIOS[dice.roll(HOSTIOS.len() as u64) as usize];
                if name == "exit_early" && dice.roll(5) > 0 {
                    continue;
                }
                let arguments: String = params.chars().map(|kind| argument(kind, dice)).collect();
                let call = format!("(call ${name} {arguments})");
                let call = if result.is_empty() { call } else { format!("(drop {call})") };
                text.push_str(&call);
            }
        }
    }
    text.push_str("(i32.const 0)))");
    text
}

fn address(callee: u64) -> revm::primitives::Address {
    if callee == 13 {
        revm::primitives::Address::with_last_byte(4)
    } else {
        at(callee)
    }
}

fn wei(world: &World) -> U256 {
    world
        .db
        .cache
        .accounts
        .values()
        .map(|account| account.info.balance)
        .sum()
}

/// The programs of a throw in a transaction, watched and not. Panics where the chain misbehaves.
pub fn run(
    mut dice: Dice<'_>,
    calldata: &[u8],
    gas: u64,
    forward: u8,
) -> (ExecutionResult, CountInspector) {
    let texts: Vec<String> = (0..3).map(|_| program(&mut dice)).collect();
    let mut outcomes = Vec::new();
    let mut seen = CountInspector::default();
    for watched in [false, true] {
        let mut world = World::new();
        for (number, text) in texts.iter().enumerate() {
            world.program(at(number as u64), text);
            world.set_balance(at(number as u64), 50);
        }
        world.contract(at(9), &forwarder(forward));
        world.contract(at(10), &[0x60, 0x40, 0x60, 0x00, 0xf3]);
        world.contract(at(11), &[0x60, 0x40, 0x60, 0x00, 0xfd]);
        let before = wei(&world);
        let data = [at(0).as_slice(), calldata].concat();
        let tx = world.tx(TxKind::Call(at(9)), &data, gas);
        let outcome = if watched {
            let (outcome, inspector) = world.inspect(tx, CountInspector::default());
            seen = inspector;
            outcome
        } else {
            world.send(tx)
        };
        assert!(outcome.tx_gas_used() <= gas);
        assert_eq!(wei(&world), before, "wei is neither made nor lost");
        let next = world.call(SENDER, &[], 100_000);
        assert!(next.is_success(), "the chain goes on");
        outcomes.push((outcome, world.db.cache.accounts));
    }
    let (watched, plain) = (outcomes.pop().expect("two"), outcomes.pop().expect("two"));
    assert_eq!(watched.0, plain.0, "being watched changes no outcome");
    for (address, account) in &plain.1 {
        let other = &watched.1[address];
        assert_eq!(
            (&account.info, &account.storage),
            (&other.info, &other.storage)
        );
    }
    (plain.0, seen)
}
