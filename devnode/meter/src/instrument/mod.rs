//! The passes over each function, in Nitro's order: ink, dynamic ink, depth, heap (§1.4).
//! (Nitro's first pass, for start functions, only refuses them: see `validate`.)

mod depth;
mod dynamic;
mod heap;
mod ink;

use crate::{Rejection, validate::Module};
use wasm_encoder::{
    CodeSection,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::Operator;

/// The most instructions in a function after instrumentation (§1.5)
const OPS: usize = 65_536;

/// The code of a function while it is rewritten
type Ops<'a> = Vec<Operator<'a>>;

/// The indices of the globals that instrumentation adds, in Nitro's order
#[derive(Clone, Copy, Debug)]
pub(crate) struct Globals {
    pub ink: u32,
    pub status: u32,
    pub scratch: u32,
    pub stack: u32,
}

impl Globals {
    /// How many there are
    pub(crate) const COUNT: u32 = 4;

    /// The four after the module's own
    pub(crate) const fn after(own: u32) -> Self {
        Self {
            ink: own,
            status: own + 1,
            scratch: own + 2,
            stack: own + 3,
        }
    }
}

/// Instruments every function; also returns how many instructions the whole then has
pub(crate) fn functions(module: &Module<'_>) -> Result<(CodeSection, u32), Rejection> {
    let mut code = CodeSection::new();
    let mut total = 0;
    for (index, body) in module.bodies.iter().enumerate() {
        let ops = body
            .get_operators_reader()?
            .into_iter()
            .collect::<Result<Ops<'_>, _>>()?;
        let locals = locals(body)?;
        let func = u32::try_from(index).unwrap_or(u32::MAX);

        let ops = ink::pass(ops, module, func)?;
        let ops = dynamic::pass(ops, module.added);
        let ops = depth::pass(ops, module, func, locals)?;
        let ops = heap::pass(ops, module.added, module.pay);

        if ops.len() > OPS {
            return Err(Rejection::TooMany {
                what: "instructions in a function",
                have: ops.len() as u64,
                limit: OPS as u64,
            });
        }
        total += ops.len() as u32;
        let mut function = RoundtripReencoder.new_function_with_parsed_locals(body)?;
        for op in ops {
            function.instruction(&RoundtripReencoder.instruction(op)?);
        }
        code.function(&function);
    }
    Ok((code, total))
}

/// How many locals a function declares, without its parameters
fn locals(body: &wasmparser::FunctionBody<'_>) -> Result<u32, Rejection> {
    const LIMIT: u32 = 348;
    let mut sum = 0_u32;
    for group in body.get_locals_reader()? {
        sum = sum.saturating_add(group?.0);
    }
    if sum > LIMIT {
        return Err(Rejection::TooMany {
            what: "locals",
            have: sum.into(),
            limit: LIMIT.into(),
        });
    }
    Ok(sum)
}
