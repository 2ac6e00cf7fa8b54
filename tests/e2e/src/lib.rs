//! What the end-to-end tests and their table share: the gas of the main job.

use alloy::{primitives::Address, rpc::types::trace::geth::CallFrame};
use devnode::Receipt;
use session_keys::{Session, Tree};
use world::{MainJob, WorldError};

/// Gas of the main job's second userOp: balances and allowances are not zero any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gas {
    /// Height of the tree, which has `2^height` leaves.
    pub height: u32,
    /// Are our programs in the chain's cache?
    pub is_cached: bool,
    /// Of the account's call of the router, all its calls included.
    pub module: u64,
    /// Of the router's calls: whom, and how much.
    pub calls: Vec<(String, u64)>,
    /// Of the whole transaction.
    pub handle_ops: u64,
    /// Of the transaction.
    pub calldata_bytes: usize,
}

/// Runs the main job with the three sessions spread in a tree of `2^height` leaves.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn gas(height: u32, is_cached: bool) -> Result<Gas, WorldError> {
    let mut job = MainJob::new()?;
    let (tree, sessions) = spread(job.sessions()?, height)?;
    job.grant(tree)?;
    for program in job.programs.all() {
        if is_cached {
            let cached = job.world.node.cache(program);
            cached.map_err(|source| WorldError::Deploy {
                what: job.world.name(program),
                source: Box::new(source),
            })?;
        }
    }
    let mut gas = Gas::default();
    for _ in 0..2 {
        let op = job.signed(&job.actions(), &sessions)?;
        let bundle = job.world.handle_ops(&[op])?.succeeded()?;
        gas = measure(&job, &bundle.receipt)?;
    }
    Ok(Gas {
        height,
        is_cached,
        ..gas
    })
}

fn measure(job: &MainJob, receipt: &Receipt) -> Result<Gas, WorldError> {
    let trace = job.world.node.trace_transaction(receipt.transaction_hash);
    let trace = trace.map_err(|source| WorldError::Trace {
        what: "EntryPoint.handleOps".into(),
        source: Box::new(source),
    })?;
    let module = first_call(&trace, job.programs.router);
    let module = module.cloned().unwrap_or_default();
    let calls = module.calls.iter().map(|call| {
        let to = call.to.unwrap_or_default();
        let is_ecrecover = to == Address::with_last_byte(1);
        let name = if is_ecrecover {
            "ecrecover".into()
        } else {
            job.world.name(to)
        };
        (name, call.gas_used.to())
    });
    Ok(Gas {
        module: module.gas_used.to(),
        calls: calls.collect(),
        handle_ops: receipt.gas_used,
        calldata_bytes: trace.input.len(),
        ..Gas::default()
    })
}

/// The first call of `to` in a call tree.
pub fn first_call(tree: &CallFrame, to: Address) -> Option<&CallFrame> {
    if tree.to == Some(to) {
        return Some(tree);
    }
    tree.calls.iter().find_map(|call| first_call(call, to))
}

/// A tree of `2^height` leaves with the sessions far from one another, and where they are.
///
/// # Errors
/// If a session is none that a program could accept.
pub fn spread(sessions: Vec<Session>, height: u32) -> Result<(Tree, Vec<usize>), WorldError> {
    let size = 1_usize << height;
    let filler = |index: usize| Session {
        session_key_data: index.to_be_bytes().repeat(5).into(),
        ..sessions[0].clone()
    };
    let mut leaves: Vec<_> = (0..size).map(filler).collect();
    let places: Vec<_> = (1..=sessions.len()).map(|n| n * size / 4).collect();
    for (place, session) in places.iter().zip(&sessions) {
        leaves[*place] = session.clone();
    }
    Ok((Tree::new(leaves)?, places))
}
