//! What a tracer sees inside a program's frame: its host functions as EVM opcodes
//! (`table.rs`), each with the gas before and after it.
//!
//! An inspector's `step` comes before a host function's effect on the state, `step_end` after it, a
//! log between them, as with an EVM contract. Where a host function fails, no POP follows. Each
//! frame that has begun ends with STOP, RETURN or REVERT, also one that traps or runs out of ink.
//! The program counter is always 0, the return data that of the program's last call. An inspector
//! that ends an EVM frame by setting an action ends a program's frame too.

mod opcode;
mod table;
mod tracer;

use revm::{
    Database,
    context::{ContextTr, JournalTr},
    handler::EthFrame,
    interpreter::Gas,
    primitives::Bytes,
};

pub(super) use self::opcode::Opcode;
pub(crate) use self::tracer::{Inspected, Tracer, Untraced};
use super::{
    call::Pending,
    engine::MAX_ARGS,
    hostio::Hostio,
    program::{Effect, HostResult, Program},
};
use crate::ArbContext;

impl Program {
    /// The frame's gas as it is now; `gas` knows limit and refunds.
    pub(super) fn gas_now(&self, gas: &Gas) -> Gas {
        let mut now = *gas;
        now.set_remaining(self.guest.gas_left());
        now
    }

    /// Does a host function, and shows it.
    pub(super) fn host_traced<DB: Database, T: Tracer<DB>>(
        &mut self,
        hostio: Hostio,
        args: [u64; MAX_ARGS],
        ctx: &mut ArbContext<DB>,
        gas: &mut Gas,
        tracer: &mut T,
    ) -> HostResult<DB> {
        tracer.returned(&self.return_data);
        let before = self.gas_now(gas);
        let opcode = self.opcode(hostio, args);
        if let Some(opcode) = &opcode {
            tracer.step(ctx, opcode, before)?;
        }
        let logs = ctx.journal().logs().len();
        let effect = self.host(hostio, args, ctx, gas, tracer);
        let new_logs = ctx.journal().logs()[logs..].to_vec();
        for log in new_logs {
            tracer.log(ctx, log);
        }
        let after = self.gas_now(gas);
        match (&effect, opcode) {
            (Ok(Effect::Call(input)), _) => {
                if let Some(opcode) = Opcode::frame(input) {
                    let mut after = after;
                    let spent = self.pending.as_ref().map_or(0, |call| call.most());
                    after.set_remaining(after.remaining().saturating_sub(spent));
                    tracer.show(ctx, &opcode, [before, after])?;
                }
            }
            (Ok(Effect::Resume(answer)), Some(opcode)) => {
                let result = self.result(hostio, args, *answer);
                tracer.step_end(ctx, after, result)?;
                if let Some(result) = result {
                    tracer.show(ctx, &Opcode::pop(result, opcode.memory), [after; 2])?;
                }
            }
            (Err(_), Some(_)) => tracer.step_end(ctx, after, None)?,
            (_, None) => {}
        }
        effect
    }

    /// Goes on after a call or create, and shows what a create has come to. A call's status is not
    /// shown: Nitro doesn't either.
    pub(super) fn returned_traced<DB: Database, T: Tracer<DB>>(
        &mut self,
        frame: &mut EthFrame,
        ctx: &mut ArbContext<DB>,
        tracer: &mut T,
    ) -> HostResult<DB> {
        let created = matches!(self.pending, Some(Pending::Create { .. }));
        let address = frame.interpreter.stack.peek(0);
        let effect = self.returned::<DB>(frame);
        if T::ON
            && created
            && effect.is_ok()
            && let Ok(address) = address
        {
            tracer.returned(&self.return_data);
            let gas = self.gas_now(&frame.interpreter.gas);
            tracer.show(ctx, &Opcode::pop(address, Bytes::new()), [gas; 2])?;
        }
        effect
    }
}
