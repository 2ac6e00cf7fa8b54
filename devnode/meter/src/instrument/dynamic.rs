//! Dynamic ink: `memory.copy` and `memory.fill` also pay by the byte (§1.4)

use super::{Globals, Ops};
use wasmparser::{BlockType, Operator};

/// Ink for each byte copied or filled
const BYTE: i64 = 100;

/// Puts the payment before each `memory.copy` and `memory.fill`
pub(super) fn pass(ops: Ops<'_>, globals: Globals) -> Ops<'_> {
    let mut out = Vec::with_capacity(ops.len());
    for op in ops {
        if matches!(
            op,
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }
        ) {
            out.extend(payment(globals));
        }
        out.push(op);
    }
    out
}

/// With the length on top of the stack, and there again afterwards:
/// `old = ink; ink = old - len * BYTE; if old < ink { status = 1; trap }`.
/// The product of a 32-bit length cannot overflow, so the difference wraps exactly when it is not paid for.
fn payment(globals: Globals) -> [Operator<'static>; 17] {
    use Operator::*;
    let ink = GlobalGet {
        global_index: globals.ink,
    };
    let length = GlobalGet {
        global_index: globals.scratch,
    };
    [
        GlobalSet {
            global_index: globals.scratch,
        },
        ink.clone(),
        ink.clone(),
        length.clone(),
        I64ExtendI32U,
        I64Const { value: BYTE },
        I64Mul,
        I64Sub,
        GlobalSet {
            global_index: globals.ink,
        },
        ink,
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
        length,
    ]
}
