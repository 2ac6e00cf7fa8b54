//! Depth: each call takes the words of its frame from a counter and gives them back (§1.4)

use super::{Globals, Ops};
use crate::{Rejection, opcodes::effect, validate::Module};
use wasmparser::{BlockType, FuncType, Operator};

/// The most values on the operand stack at once. With the limit on locals it keeps every frame below 4,449 words,
/// so that Nitro's other limit, frames of 10,240 words, is never met
const CONTENTION: u32 = 4096;
/// Words that every frame takes beside its locals and operands
const BASE: u32 = 4;

/// Puts the check at the entry of the function and the credit before every `return`, and adds a
/// `return` at the end. A branch to the outermost label leaves without the credit, as in Nitro
pub(super) fn pass<'a>(
    mut ops: Ops<'a>,
    module: &Module<'_>,
    func: u32,
    locals: u32,
) -> Result<Ops<'a>, Rejection> {
    let worst = worst(&ops, module)?;
    if worst > CONTENTION {
        return Err(Rejection::Contention {
            func,
            have: worst,
            limit: CONTENTION,
        });
    }
    let size = worst + locals + BASE;

    let mut out = Vec::with_capacity(ops.len() + 32);
    out.extend(debit(module.added, size));
    let end = ops.pop();
    for op in ops.into_iter().chain([Operator::Return]).chain(end) {
        if matches!(op, Operator::Return) {
            out.extend(credit(module.added, size));
        }
        out.push(op);
    }
    Ok(out)
}

/// `if stack <= size { stack = 0; trap }  stack -= size`
fn debit(globals: Globals, size: u32) -> [Operator<'static>; 12] {
    use Operator::*;
    let (get, set) = stack(globals);
    let size = I32Const {
        value: size.cast_signed(),
    };
    [
        get.clone(),
        size.clone(),
        I32LeU,
        If {
            blockty: BlockType::Empty,
        },
        I32Const { value: 0 },
        set.clone(),
        Unreachable,
        End,
        get,
        size,
        I32Sub,
        set,
    ]
}

/// `stack += size`
fn credit(globals: Globals, size: u32) -> [Operator<'static>; 4] {
    let (get, set) = stack(globals);
    [
        get,
        Operator::I32Const {
            value: size.cast_signed(),
        },
        Operator::I32Add,
        set,
    ]
}

const fn stack(globals: Globals) -> (Operator<'static>, Operator<'static>) {
    let global_index = globals.stack;
    (
        Operator::GlobalGet { global_index },
        Operator::GlobalSet { global_index },
    )
}

/// The most values that the (already metered) code holds at once, by Nitro's count: it knows nothing of
/// unreachable code, a block has room for its results from its beginning, and a call
/// has its results before its arguments are gone.
fn worst(ops: &[Operator<'_>], module: &Module<'_>) -> Result<u32, Rejection> {
    let missing = || Rejection::Invalid {
        reason: "a type is missing".to_owned(),
        offset: 0,
    };
    let mut count = Count::default();
    let mut scopes = vec![0];
    for op in ops {
        let ty = match op {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                match *blockty {
                    BlockType::FuncType(index) => {
                        Some(module.types.get(index as usize).ok_or_else(missing)?)
                    }
                    _ => None,
                }
            }
            Operator::Call { function_index } => {
                Some(module.function_type(*function_index).ok_or_else(missing)?)
            }
            Operator::CallIndirect { type_index, .. } => {
                Some(module.types.get(*type_index as usize).ok_or_else(missing)?)
            }
            _ => None,
        };
        let net = effect(op, &module.types).map_or(0, |effect| effect.net);
        match op {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                count.add(net);
                count.call(ty);
                if matches!(blockty, BlockType::Type(_)) {
                    count.add(1);
                }
                scopes.push(count.now);
            }
            Operator::Else => count.now = scopes.last().copied().unwrap_or(0),
            Operator::End => count.now = scopes.pop().unwrap_or(0),
            _ => {
                count.call(ty);
                count.add(net);
            }
        }
    }
    Ok(count.worst)
}

/// A count of values and its maximum
#[derive(Default)]
struct Count {
    now: u32,
    worst: u32,
}

impl Count {
    fn add(&mut self, net: i32) {
        self.now = self.now.saturating_add_signed(net);
        self.worst = self.worst.max(self.now);
    }

    /// Results first, then the arguments go
    fn call(&mut self, ty: Option<&FuncType>) {
        let Some(ty) = ty else { return };
        self.now = self.now.saturating_add(ty.results().len() as u32);
        self.worst = self.worst.max(self.now);
        self.now = self.now.saturating_sub(ty.params().len() as u32);
    }
}
