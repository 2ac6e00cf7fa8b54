//! Every instruction that Nitro executes: its ink and what it does to the operand stack (§1.4)

use wasmparser::{FuncType, Operator};

/// What an instruction costs and does
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Its price in ink
    pub ink: u64,
    /// How many values it leaves less how many it takes. Calls and blocks depend on their type and are
    /// counted by the depth pass; theirs is 0 here, but for the operands that every one of them takes
    pub net: i32,
}

/// The price of what validates but must never run: what floats there are
const NEVER: u64 = u64::MAX;

/// What the instruction costs and does, or `None` when Nitro refuses it.
///
/// Refused are arithmetic, comparison and conversion of floats (Nitro has no implementation for them; moving them
/// around is only priced out of reach), the part of bulk memory other than `memory.copy` and
/// `memory.fill`, and every later proposal.
pub(crate) fn effect(op: &Operator<'_>, types: &[FuncType]) -> Option<Effect> {
    use Operator::*;
    let (ink, net) =
        match op {
            Unreachable | Return | Nop | Block { .. } | Loop { .. } | Else | End => (1, 0),
            I32Const { .. } | I64Const { .. } => (1, 1),
            Drop => (9, -1),
            Br { .. } => (765, 0),
            BrIf { .. } | If { .. } => (765, -1),
            BrTable { targets } => (2400 + 325 * u64::from(targets.len()), -1),
            Select => (1250, -2),
            Call { .. } => (3800, 0),
            CallIndirect { type_index, .. } => {
                let params = types.get(*type_index as usize)?.params().len();
                (13_610 + 650 * params as u64, -1)
            }

            LocalGet { .. } => (75, 1),
            LocalTee { .. } => (75, 0),
            LocalSet { .. } => (210, -1),
            GlobalGet { .. } => (225, 1),
            GlobalSet { .. } => (575, -1),

            I32Load { .. }
            | I32Load8S { .. }
            | I32Load8U { .. }
            | I32Load16S { .. }
            | I32Load16U { .. } => (670, 0),
            I64Load { .. }
            | I64Load8S { .. }
            | I64Load8U { .. }
            | I64Load16S { .. }
            | I64Load16U { .. }
            | I64Load32S { .. }
            | I64Load32U { .. } => (680, 0),
            I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => (825, -2),
            I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => (950, -2),
            MemorySize { .. } => (3000, 1),
            MemoryGrow { .. } => (8050, 0),
            MemoryCopy { .. } | MemoryFill { .. } => (950, -3),

            I32Eqz => (170, 0),
            I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS
            | I32GeU => (170, -1),
            I64Eqz => (225, 0),
            I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS
            | I64GeU => (225, -1),

            I32Clz | I32Ctz | I64Clz | I64Ctz => (210, 0),
            I32Popcnt => (2650, 0),
            I64Popcnt => (6000, 0),
            I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl
            | I32Rotr => (70, -1),
            I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl
            | I64Rotr => (100, -1),
            I32Mul | I64Mul => (160, -1),
            I32DivS | I32DivU | I32RemS | I32RemU => (1120, -1),
            I64DivS | I64DivU | I64RemS | I64RemU => (1270, -1),
            I32WrapI64 | I64ExtendI32S | I64ExtendI32U | I32Extend8S | I32Extend16S
            | I64Extend8S | I64Extend16S | I64Extend32S => (100, 0),

            F32Const { .. } | F64Const { .. } => (NEVER, 1),
            F32Load { .. }
            | F64Load { .. }
            | I32ReinterpretF32
            | I64ReinterpretF64
            | F32ReinterpretI32
            | F64ReinterpretI64 => (NEVER, 0),
            F32Store { .. } | F64Store { .. } => (NEVER, -2),

            _ => return None,
        };
    Some(Effect { ink, net })
}

/// Whether the instruction ends a basic block: the ink of the block is charged up to and with it
pub(crate) const fn ends_block(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrTable { .. }
            | BrIf { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}
