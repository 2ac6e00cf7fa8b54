//! An instrumented program under wasmi with the five hostios that the simple programs need

use devnode_meter::{ENTRYPOINT, INK_LEFT, INK_STATUS, MEMORY, STACK_LEFT, price};
use std::fmt;
use wasmi::{
    Caller, CompilationMode, Config, Engine, Error, Extern, Global, Instance, Linker, Memory,
    Module, Store, Val, errors::HostError,
};

/// How a call ended
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Returned(u32),
    OutOfInk,
    OutOfStack,
    Trapped,
}

/// What a call left behind
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub outcome: Outcome,
    pub ink: u64,
    pub stack: u32,
    pub result: Vec<u8>,
    pub memory: Vec<u8>,
}

#[derive(Default)]
struct Host {
    args: Vec<u8>,
    result: Vec<u8>,
    open_pages: u16,
}

#[derive(Debug)]
struct Stop;
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of ink")
    }
}
impl HostError for Stop {}

const HOSTIO: u64 = 8400;
/// Ink of one gas (§1.1)
pub(crate) const INK_PER_GAS: u64 = 10_000;

/// Runs an instrumented module once
pub(crate) fn run(wasm: &[u8], args: &[u8], ink: u64, stack: u32, mode: CompilationMode) -> Run {
    let mut config = Config::default();
    config
        .compilation_mode(mode)
        .set_max_stack_height(64 << 20)
        .set_max_recursion_depth(100_000);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).expect("an instrumented module compiles");
    let mut store = Store::new(
        &engine,
        Host {
            args: args.to_vec(),
            ..Host::default()
        },
    );
    let instance = link(&engine, &module)
        .instantiate_and_start(&mut store, &module)
        .expect("instantiates");
    let memory = instance.get_memory(&store, MEMORY).expect("memory");
    store.data_mut().open_pages = memory.size(&store) as u16;
    set(&mut store, &instance, INK_LEFT, Val::I64(ink.cast_signed()));
    set(
        &mut store,
        &instance,
        STACK_LEFT,
        Val::I32(stack.cast_signed()),
    );

    let entry = instance
        .get_typed_func::<i32, i32>(&store, ENTRYPOINT)
        .expect("entry");
    let answer = entry.call(&mut store, args.len() as i32);
    let stack = get(&store, &instance, STACK_LEFT) as u32;
    let status = get(&store, &instance, INK_STATUS);
    let outcome = match answer {
        Ok(status) => Outcome::Returned(status.cast_unsigned()),
        Err(_) if status != 0 => Outcome::OutOfInk,
        Err(_) if stack == 0 => Outcome::OutOfStack,
        Err(_) => Outcome::Trapped,
    };
    let ink = get(&store, &instance, INK_LEFT);
    Run {
        outcome,
        ink,
        stack,
        result: store.data().result.clone(),
        memory: memory.data(&store).to_vec(),
    }
}

fn global(store: &Store<Host>, instance: &Instance, name: &str) -> Global {
    instance
        .get_global(store, name)
        .expect("an exported global")
}

fn set(store: &mut Store<Host>, instance: &Instance, name: &str, value: Val) {
    global(store, instance, name)
        .set(store, value)
        .expect("mutable, of this type");
}

fn get(store: &Store<Host>, instance: &Instance, name: &str) -> u64 {
    match global(store, instance, name).get(store) {
        Val::I32(value) => value.cast_unsigned().into(),
        Val::I64(value) => value.cast_unsigned(),
        other => panic!("{other:?}"),
    }
}

/// Hostios that are not implemented here trap
fn link(engine: &Engine, module: &Module) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    let mut known = std::collections::HashSet::new();
    for import in module.imports() {
        if !known.insert((import.module().to_owned(), import.name().to_owned())) {
            continue;
        }
        let ty = import.ty().func().expect("a function").clone();
        let name = import.name().to_owned();
        let call = move |mut caller: Caller<'_, Host>, args: &[Val], results: &mut [Val]| {
            if let Some(value) = hostio(&name, &mut caller, args)? {
                results[0] = value;
            }
            Ok(())
        };
        linker
            .func_new(import.module(), import.name(), ty, call)
            .expect("defined once");
    }
    linker
}

fn hostio(name: &str, caller: &mut Caller<'_, Host>, args: &[Val]) -> Result<Option<Val>, Error> {
    let arg = |index: usize| args[index].i32().unwrap_or(0).cast_unsigned();
    let beyond = |bytes: u64| bytes.saturating_sub(32);
    match name {
        "read_args" => {
            let data = caller.data().args.clone();
            pay(caller, HOSTIO + 5040 + 30 * beyond(data.len() as u64))?;
            let memory = memory(caller);
            memory.write(caller, arg(0) as usize, &data)?;
        }
        "write_result" => {
            pay(caller, HOSTIO + 2 * (16_381 + 55 * beyond(arg(1).into())))?;
            let mut data = vec![0; arg(1) as usize];
            memory(caller).read(&*caller, arg(0) as usize, &mut data)?;
            caller.data_mut().result = data;
        }
        "evm_ink_left" => {
            pay(caller, HOSTIO)?;
            return Ok(Some(Val::I64(ink(caller).cast_signed())));
        }
        "pay_for_memory_grow" => match arg(0) as u16 {
            0 => pay(caller, HOSTIO)?,
            pages => {
                let open = caller.data().open_pages;
                caller.data_mut().open_pages = open.saturating_add(pages);
                pay(
                    caller,
                    price::page_gas(pages, open, open, 2, 1_000).saturating_mul(INK_PER_GAS),
                )?;
            }
        },
        _ => return Err(Error::new("not implemented here")),
    }
    Ok(None)
}

fn memory(caller: &Caller<'_, Host>) -> Memory {
    caller
        .get_export(MEMORY)
        .and_then(Extern::into_memory)
        .expect("memory")
}

fn ink_global(caller: &Caller<'_, Host>, name: &str) -> Global {
    caller
        .get_export(name)
        .and_then(Extern::into_global)
        .expect("an exported global")
}

fn ink(caller: &Caller<'_, Host>) -> u64 {
    ink_global(caller, INK_LEFT)
        .get(caller)
        .i64()
        .expect("i64")
        .cast_unsigned()
}

fn pay(caller: &mut Caller<'_, Host>, price: u64) -> Result<(), Error> {
    let left = ink(caller).checked_sub(price);
    let (global, status) = (ink_global(caller, INK_LEFT), ink_global(caller, INK_STATUS));
    global
        .set(&mut *caller, Val::I64(left.unwrap_or(0).cast_signed()))
        .expect("set");
    if left.is_none() {
        status.set(&mut *caller, Val::I32(1)).expect("set");
        return Err(Error::host(Stop));
    }
    Ok(())
}
