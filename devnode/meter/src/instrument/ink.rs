//! Ink: each basic block is paid for before its first instruction (§1.4)

use super::{Globals, Ops};
use crate::{
    Rejection,
    opcodes::{effect, ends_block},
    validate::Module,
};
use wasmparser::{BlockType, Operator};

/// What the check itself costs, in ink
const HEADER: u64 = 2450;

/// Puts a check before every basic block. What the check consists of is not charged beyond [`HEADER`]
pub(super) fn pass<'a>(ops: Ops<'a>, module: &Module<'_>, func: u32) -> Result<Ops<'a>, Rejection> {
    let mut out = Vec::with_capacity(ops.len() * 3);
    let mut block = vec![];
    let mut cost = 0_u64;
    for op in ops {
        let price = effect(&op, &module.types)
            .ok_or_else(|| Rejection::Opcode {
                op: name(&op),
                func,
            })?
            .ink;
        cost = cost.saturating_add(price);
        let end = ends_block(&op);
        block.push(op);
        if end {
            out.extend(check(module.added, cost.saturating_add(HEADER)));
            out.append(&mut block);
            cost = 0;
        }
    }
    Ok(out)
}

/// `if ink < cost { status = 1; trap }  ink -= cost`
fn check(globals: Globals, cost: u64) -> [Operator<'static>; 12] {
    use Operator::*;
    let cost = I64Const {
        value: cost.cast_signed(),
    };
    let ink = GlobalGet {
        global_index: globals.ink,
    };
    [
        ink.clone(),
        cost.clone(),
        I64LtU,
        If {
            blockty: BlockType::Empty,
        },
        I32Const { value: 1 },
        GlobalSet {
            global_index: globals.status,
        },
        Unreachable,
        End,
        ink,
        cost,
        I64Sub,
        GlobalSet {
            global_index: globals.ink,
        },
    ]
}

/// The name of an instruction without its immediates
fn name(op: &Operator<'_>) -> String {
    let text = format!("{op:?}");
    text.split(' ').next().unwrap_or_default().to_owned()
}
