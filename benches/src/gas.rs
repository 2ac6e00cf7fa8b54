//! What a userOp costs, part by part.

use std::collections::BTreeMap;

use alloy::{
    eips::eip2718::Encodable2718 as _, primitives::Address, rpc::types::trace::geth::CallFrame,
};
use devnode::Receipt;
use devnode_evm::{ArbContext, Spent};
use revm::{
    Database, Inspector,
    interpreter::{CallInputs, CallOutcome},
};
use serde::{Deserialize, Serialize};
use world::{Chain, World, WorldError};

use crate::l1::compress;

/// A userOp that was alone in a bundle.
pub(crate) struct Sent<'a> {
    /// Its sender.
    pub(crate) account: Address,
    /// Whom the account asks.
    pub(crate) module: Address,
    /// The selector by which the EntryPoint asks the account.
    pub(crate) validate_user_op: [u8; 4],
    /// What the EntryPoint calls the account with.
    pub(crate) call_data: &'a [u8],
    /// Of its signature.
    pub(crate) signature_bytes: usize,
}

/// Gas of one userOp in its own transaction, and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gas {
    /// Of the whole transaction. There is no L1 fee.
    pub handle_ops: u64,
    /// Of the EntryPoint's call `account.validateUserOp`, all its calls included.
    pub account: u64,
    /// Of the account's call `module.validateUserOp`, all its calls included.
    pub module: u64,
    /// Of the module's calls: whom, and how much each time.
    pub calls: BTreeMap<String, Vec<u64>>,
    /// Our programs in it, by name; not known on a chain that is not ours.
    pub programs: Option<BTreeMap<String, Program>>,
    /// Of the EntryPoint's call of the account's `execute` or `executeBatch`.
    pub execution: u64,
    /// Of the transaction's calldata: 4 for a zero byte, 16 for another.
    pub calldata: u64,
    /// Of the transaction's calldata.
    pub calldata_bytes: usize,
    /// Of the userOp's signature.
    pub signature_bytes: usize,
    /// Of the signed transaction, as ArbOS compresses it; not known on a chain that is not ours.
    pub compressed_bytes: Option<usize>,
}

/// What a program spent in one userOp, all its frames together, without what it called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// How often it was called.
    pub frames: u64,
    /// Gas for its starts.
    pub start: u64,
    /// Ink of its own WASM instructions; 10,000 are one gas.
    pub own_ink: u64,
    /// Ink of host functions, but for calls.
    pub hostios_ink: u64,
}

impl Gas {
    /// Of a bundle of this one userOp.
    pub(crate) fn of(
        world: &World,
        receipt: &Receipt,
        sent: &Sent<'_>,
    ) -> Result<Self, WorldError> {
        let what = "EntryPoint.handleOps";
        let tree = world.chain.trace_transaction(receipt.transaction_hash);
        let tree = tree.map_err(|error| WorldError::chain(what, error))?;
        let missing = |frame: &str| WorldError::Answer {
            what: what.into(),
            reason: format!("no call of {frame}"),
        };
        let account = first(&tree, &|call| {
            call.to == Some(sent.account) && call.input.starts_with(&sent.validate_user_op)
        });
        let account = account.ok_or_else(|| missing("account.validateUserOp"))?;
        let validation = first(account, &|call| call.to == Some(sent.module));
        let validation = validation.ok_or_else(|| missing("module.validateUserOp"))?;
        let execution = first(&tree, &|call| {
            call.to == Some(sent.account) && *call.input == *sent.call_data
        });
        let execution = execution.ok_or_else(|| missing("the account's callData"))?;
        let mut calls = BTreeMap::<_, Vec<_>>::new();
        for call in &validation.calls {
            let to = call.to.unwrap_or_default();
            let is_ecrecover = to == Address::with_last_byte(1);
            let name = if is_ecrecover {
                "ecrecover".into()
            } else {
                world.name(to)
            };
            calls.entry(name).or_default().push(call.gas_used.to());
        }
        let byte_gas = |byte: &u8| if *byte == 0 { 4 } else { 16 };
        Ok(Self {
            handle_ops: receipt.gas_used - receipt.gas_used_for_l1,
            account: account.gas_used.to(),
            module: validation.gas_used.to(),
            calls,
            programs: programs(world, receipt)?,
            execution: execution.gas_used.to(),
            calldata: tree.input.iter().map(byte_gas).sum(),
            calldata_bytes: tree.input.len(),
            signature_bytes: sent.signature_bytes,
            compressed_bytes: compressed(world, receipt)?,
        })
    }

    /// What all programs spent together.
    pub fn all_programs(&self) -> Program {
        let add = |sum: Program, program: &Program| Program {
            frames: sum.frames + program.frames,
            start: sum.start + program.start,
            own_ink: sum.own_ink + program.own_ink,
            hostios_ink: sum.hostios_ink + program.hostios_ink,
        };
        let programs = self.programs.iter().flat_map(BTreeMap::values);
        programs.fold(Program::default(), add)
    }

    /// Of the module itself, without its calls.
    pub fn own(&self) -> u64 {
        let calls: u64 = self.calls.values().flatten().sum();
        self.module.saturating_sub(calls)
    }
}

fn compressed(world: &World, receipt: &Receipt) -> Result<Option<usize>, WorldError> {
    let Chain::Embedded(node) = &world.chain else {
        return Ok(None);
    };
    let transaction = node.transaction(receipt.transaction_hash);
    let compressed = transaction.and_then(|sent| compress(&sent.inner.encoded_2718()));
    let compressed = compressed.ok_or_else(|| WorldError::Answer {
        what: "EntryPoint.handleOps".into(),
        reason: "the transaction is not there, or not compressed".into(),
    })?;
    Ok(Some(compressed.len()))
}

fn programs(
    world: &World,
    receipt: &Receipt,
) -> Result<Option<BTreeMap<String, Program>>, WorldError> {
    let Chain::Embedded(node) = &world.chain else {
        return Ok(None);
    };
    let traced = node.inspect_transaction(receipt.transaction_hash, Watch::default());
    let (_, Watch(spent)) = traced.map_err(|error| WorldError::chain("programs", error))?;
    let mut programs = BTreeMap::<_, Program>::new();
    for frame in spent {
        let program = programs.entry(world.name(frame.address)).or_default();
        program.frames += 1;
        program.start += frame.start_gas;
        program.own_ink += frame.own_ink;
        program.hostios_ink += frame.hostios_ink;
    }
    Ok(Some(programs))
}

/// Takes what the chain says of its programs.
#[derive(Default)]
struct Watch(Vec<Spent>);

impl<DB: Database> Inspector<ArbContext<DB>> for Watch {
    fn call_end(&mut self, context: &mut ArbContext<DB>, _: &CallInputs, _: &mut CallOutcome) {
        self.0.clone_from(&context.chain.spent);
    }
}

/// The first call of a tree, in the order of execution, that is so.
fn first<'a>(tree: &'a CallFrame, is: &dyn Fn(&CallFrame) -> bool) -> Option<&'a CallFrame> {
    if is(tree) {
        return Some(tree);
    }
    tree.calls.iter().find_map(|call| first(call, is))
}
