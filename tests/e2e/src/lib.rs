//! What the end-to-end tests share: the gas of the main job.
#![cfg_attr(
    not(test),
    allow(clippy::missing_errors_doc, reason = "all errors are of the world")
)]

use alloy::{primitives::Address, rpc::types::trace::geth::CallFrame};
use session_keys::{Session, Tree};
use world::{MainJob, WorldError};

/// Gas of the main job's second userOp: balances are not zero, all programs' slots have been written.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gas {
    /// Of the whole transaction.
    pub handle_ops: u64,
    /// Of the account's call of the router, all sub-calls included.
    pub module: u64,
    /// Of its calls: who and how much.
    pub sub_calls: Vec<(String, u64)>,
    /// Bytes of the transaction's calldata.
    pub calldata_bytes: usize,
}

/// Runs the main job with the three sessions spread in a tree of `2^height` leaves.
pub fn gas(height: u32, is_cached: bool) -> Result<Gas, WorldError> {
    let mut job = MainJob::new()?;
    let (tree, sessions) = spread(job.sessions()?, height)?;
    job.grant(tree)?;
    if is_cached {
        for program in job.programs.all() {
            job.world
                .node
                .cache(program)
                .map_err(|source| WorldError::Deploy {
                    what: job.world.name(program),
                    source,
                })?;
        }
    }
    let mut gas = Gas::default();
    for _ in 0..2 {
        let op = job.signed(&job.actions(), &sessions)?;
        let bundle = job.world.handle_ops(&[op])?.succeeded()?;
        gas = measured(&job, &bundle.receipt)?;
    }
    Ok(gas)
}

fn measured(job: &MainJob, receipt: &devnode::Receipt) -> Result<Gas, WorldError> {
    let hash = receipt.transaction_hash;
    let trace = job.world.node.trace_transaction(hash);
    let trace = trace.map_err(|source| WorldError::Trace {
        what: "EntryPoint.handleOps".into(),
        source,
    })?;
    let module = frame(&trace, job.programs.router)
        .cloned()
        .unwrap_or_default();
    let sub_calls = module.calls.iter().map(|call| {
        let to = call.to.unwrap_or_default();
        (job.world.name(to), call.gas_used.to())
    });
    Ok(Gas {
        handle_ops: receipt.gas_used,
        module: module.gas_used.to(),
        sub_calls: sub_calls.collect(),
        calldata_bytes: trace.input.len(),
    })
}

/// The first call of `to`.
fn frame(tree: &CallFrame, to: Address) -> Option<&CallFrame> {
    if tree.to == Some(to) {
        return Some(tree);
    }
    tree.calls.iter().find_map(|call| frame(call, to))
}

/// A tree of `2^height` leaves with the sessions far from one another, and where they are.
fn spread(sessions: Vec<Session>, height: u32) -> Result<(Tree, Vec<usize>), WorldError> {
    let size = 1_usize << height;
    let places: Vec<_> = (1..=sessions.len()).map(|n| n * size / 4).collect();
    let mut leaves: Vec<_> = (0..size)
        .map(|index| Session {
            session_key_data: index.to_be_bytes().repeat(5).into(),
            ..sessions[0].clone()
        })
        .collect();
    for (place, session) in places.iter().zip(sessions) {
        leaves[*place] = session;
    }
    Ok((Tree::new(leaves)?, places))
}
