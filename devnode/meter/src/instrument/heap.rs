//! Heap: every `memory.grow` is announced to the host, which charges for the pages (§1.4)

use super::{Globals, Ops};
use wasmparser::Operator;

/// Puts `pay_for_memory_grow(pages)` before each `memory.grow(pages)`. `pay` is the hostio's function
/// index, or none when the memory cannot grow: then nothing is called
pub(super) fn pass(ops: Ops<'_>, globals: Globals, pay: Option<u32>) -> Ops<'_> {
    let Some(function_index) = pay else {
        return ops;
    };
    let global_index = globals.scratch;
    let mut out = Vec::with_capacity(ops.len() + 4);
    for op in ops {
        if matches!(op, Operator::MemoryGrow { .. }) {
            out.extend([
                Operator::GlobalSet { global_index },
                Operator::GlobalGet { global_index },
                Operator::GlobalGet { global_index },
                Operator::Call { function_index },
            ]);
        }
        out.push(op);
    }
    out
}
