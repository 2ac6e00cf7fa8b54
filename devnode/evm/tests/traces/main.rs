//! What inspectors see inside programs: each host function as the EVM opcode that Nitro shows.

#[path = "../common/mod.rs"]
mod common;
mod frames;
mod hostios;

use common::{World, at};
use devnode_evm::ArbContext;
use revm::{
    Inspector,
    bytecode::opcode::OpCode,
    context::{JournalTr, TxEnv},
    database::InMemoryDB,
    interpreter::{
        Interpreter, InterpreterAction,
        interpreter_types::{Jumps, LoopControl, ReturnData},
    },
    primitives::{Address, Bytes, Log, TxKind, U256},
};

/// An instruction as an inspector saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    op: &'static str,
    /// Topmost first.
    stack: Vec<U256>,
    memory: Vec<u8>,
    address: Address,
    caller: Address,
    value: U256,
    depth: usize,
    gas: u64,
    /// The gas after it, and the stack that it left, topmost first.
    gas_after: u64,
    results: Vec<U256>,
    return_data: Bytes,
    /// Logs between begin and end.
    logs: usize,
}

#[derive(Default)]
struct Recorder {
    steps: Vec<Step>,
    open: Vec<usize>,
    /// A frame is to end before it begins, or before an opcode (once), or after one.
    stop_at_once: bool,
    stop_before: Option<u8>,
    stop_after: Option<u8>,
}

type Ctx = ArbContext<InMemoryDB>;

fn top_first(interpreter: &Interpreter) -> Vec<U256> {
    interpreter.stack.data().iter().rev().copied().collect()
}

fn stop(interpreter: &mut Interpreter) {
    let action = InterpreterAction::new_return(
        revm::interpreter::InstructionResult::Revert,
        Bytes::from_static(b"stopped"),
        interpreter.gas,
    );
    interpreter.bytecode.set_action(action);
}

impl Inspector<Ctx> for Recorder {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, _: &mut Ctx) {
        if self.stop_at_once {
            stop(interpreter);
        }
    }

    fn step(&mut self, interpreter: &mut Interpreter, ctx: &mut Ctx) {
        let op = interpreter.bytecode.opcode();
        assert_eq!(ctx.journaled_state.depth(), interpreter.input.depth + 1);
        self.open.push(self.steps.len());
        self.steps.push(Step {
            op: OpCode::new(op).unwrap().as_str(),
            stack: top_first(interpreter),
            memory: interpreter.memory.context_memory().to_vec(),
            address: interpreter.input.target_address,
            caller: interpreter.input.caller_address,
            value: interpreter.input.call_value,
            depth: interpreter.input.depth,
            gas: interpreter.gas.remaining(),
            gas_after: 0,
            results: Vec::new(),
            return_data: interpreter.return_data.buffer().clone(),
            logs: 0,
        });
        if self.stop_before.take_if(|stop| *stop == op).is_some() {
            self.open.pop();
            stop(interpreter);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _: &mut Ctx) {
        let index = self.open.pop().expect("a step that began");
        let step = &mut self.steps[index];
        step.gas_after = interpreter.gas.remaining();
        step.results = top_first(interpreter);
        if self.stop_after == Some(interpreter.bytecode.opcode()) {
            stop(interpreter);
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, _: &mut Ctx, log: Log) {
        assert_eq!(log.address, interpreter.input.target_address);
        let index = *self.open.last().expect("within a step");
        self.steps[index].logs += 1;
    }
}

/// Runs a program twice, with and without an inspector; checks that both come to the same, and
/// gives the steps but the last, RETURN or STOP.
fn record(imports: &str, body: &str, prepare: impl Fn(&mut World)) -> Vec<Step> {
    let mut steps = record_all(imports, body, prepare);
    let last = steps.pop().expect("an end");
    assert_eq!((last.op, last.depth), ("STOP", 0));
    steps
}

/// Memory of the programs: 20 bytes of an address at 0x200, the word 7 at 0x220, 9 at 0x240, 10 at
/// 0x260, 32 bytes of "key" at 0x280; results go to 0x400 and 0x420.
fn module(imports: &str, body: &str) -> String {
    let hooks: String = imports
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (name, signature) = line.split_once(' ').unwrap_or((line, ""));
            format!(r#"(import "vm_hooks" "{name}" (func ${name} {signature}))"#)
        })
        .collect();
    let target: String = at(2).iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        r#"(module {hooks}
        (memory (export "memory") 1 1)
        (data (i32.const 0x200) "{target}") (data (i32.const 0x23f) "\07")
        (data (i32.const 0x25f) "\09") (data (i32.const 0x27f) "\0a")
        (data (i32.const 0x280) "key")
        (func (export "user_entrypoint") (param $len i32) (result i32) {body}))"#
    )
}

fn record_all(imports: &str, body: &str, prepare: impl Fn(&mut World)) -> Vec<Step> {
    let run = |inspected: bool| {
        let mut world = World::new();
        world.program(at(1), &module(imports, body));
        world.contract(at(2), &[0x60, 0x2a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]); // gives 42
        world.block.basefee = 7;
        prepare(&mut world);
        let tx = call();
        if inspected {
            let (outcome, recorder) = world.inspect(tx, Recorder::default());
            (outcome, recorder.steps)
        } else {
            (world.send(tx), Vec::new())
        }
    };
    let ((plain, _), (inspected, steps)) = (run(false), run(true));
    assert_eq!(plain, inspected);
    steps
}

fn call() -> TxEnv {
    TxEnv {
        value: U256::from(5),
        gas_price: 9,
        ..World::new().tx(TxKind::Call(at(1)), b"calldata", 3_000_000)
    }
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

fn key() -> U256 {
    let mut bytes = [0; 32];
    bytes[..3].copy_from_slice(b"key");
    U256::from_be_bytes(bytes)
}

fn account(address: Address) -> U256 {
    address.into_word().into()
}

/// Whole words of memory.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut memory = bytes.to_vec();
    memory.resize(bytes.len().next_multiple_of(32), 0);
    memory
}

/// Name, stack, memory and results of each step.
type Seen = (&'static str, Vec<U256>, Vec<u8>, Vec<U256>);

fn seen(steps: &[Step]) -> Vec<Seen> {
    for step in steps {
        assert!(step.gas >= step.gas_after, "{step:?}");
    }
    steps
        .iter()
        .map(|step| {
            (
                step.op,
                step.stack.clone(),
                step.memory.clone(),
                step.results.clone(),
            )
        })
        .collect()
}

/// Host functions of storage.
const STORAGE: &str = "storage_load_bytes32 (param i32 i32)
    storage_cache_bytes32 (param i32 i32)
    storage_flush_cache (param i32)
    transient_load_bytes32 (param i32 i32)
    transient_store_bytes32 (param i32 i32)";
