//! The gas of the main job.

use std::time::Duration;

use alloy::{primitives::Address, rpc::types::trace::geth::CallFrame};
use session_keys::{Session, Tree};
use world::{Bundle, ChainError, MainJob, WorldError};

use crate::{is_remote, job, skipped};

/// Gas of the main job's second userOp: balances and allowances are not zero any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gas {
    /// Height of the tree, which has `2^height` leaves.
    pub height: u32,
    /// Are our programs in the chain's cache?
    pub is_cached: bool,
    /// What only a trace tells.
    #[serde(flatten)]
    pub steps: Option<Steps>,
    /// Of the whole transaction, less what it pays for L1.
    pub handle_ops: u64,
    /// Of the transaction.
    pub calldata_bytes: usize,
}

/// Gas of the validation.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Steps {
    /// Of the account's call of the router, all its calls included.
    pub module: u64,
    /// Of the router's calls: whom, and how much.
    pub calls: Vec<(String, u64)>,
}

impl Steps {
    /// Of the router itself, without its calls.
    pub fn own(&self) -> u64 {
        self.module - self.calls.iter().map(|(_, gas)| gas).sum::<u64>()
    }
}

/// Runs the main job with the three sessions spread in a tree of `2^height` leaves. None, with a word on stderr, if our
/// programs are in the cache of a chain that is not ours and should not be, or can not be put there. Without steps if
/// the chain has no debug API.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn gas(height: u32, is_cached: bool) -> Result<Option<Gas>, WorldError> {
    let mut job = job()?;
    let name = format!(
        "2^{height}, {}",
        if is_cached { "cached" } else { "uncached" }
    );
    for program in job.programs.all() {
        let chain = &mut job.world.chain;
        let cached = chain
            .is_cached(program)
            .and_then(|is| Ok(is || (is_cached && chain.cache(program)?)));
        let cached = cached.map_err(|error| WorldError::chain(job.world.name(program), error))?;
        if cached != is_cached {
            skipped(
                &name,
                if is_cached {
                    "a right to cache"
                } else {
                    "an empty cache"
                },
            );
            return Ok(None);
        }
    }
    let (tree, sessions) = spread(job.sessions()?, height)?;
    job.grant(tree)?;
    let mut gas = Gas::default();
    for number in 0..2 {
        if number > 0 && is_remote() {
            // a swap in the second of the last one is cheaper: the pool notes its price once a second
            std::thread::sleep(Duration::from_millis(1_100));
        }
        let op = job.signed(&job.actions(), &sessions)?;
        let bundle = job.world.handle_ops(&[op])?.succeeded()?;
        gas = Gas {
            height,
            is_cached,
            steps: steps(&job, &bundle)?,
            handle_ops: bundle.receipt.gas_used - bundle.receipt.gas_used_for_l1,
            calldata_bytes: bundle.calldata_bytes,
        };
    }
    Ok(Some(gas))
}

fn steps(job: &MainJob, bundle: &Bundle) -> Result<Option<Steps>, WorldError> {
    let trace = match job
        .world
        .chain
        .trace_transaction(bundle.receipt.transaction_hash)
    {
        Ok(trace) => trace,
        Err(ChainError::NoDebug(_)) => {
            skipped("gas per step", "the debug API");
            return Ok(None);
        }
        Err(error) => return Err(WorldError::chain("EntryPoint.handleOps", error)),
    };
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
    Ok(Some(Steps {
        module: module.gas_used.to(),
        calls: calls.collect(),
    }))
}

/// The first call of `to` in a call tree.
pub(crate) fn first_call(tree: &CallFrame, to: Address) -> Option<&CallFrame> {
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
    let places: Vec<_> = (1..=sessions.len())
        .map(|n| n * size / (sessions.len() + 1))
        .collect();
    for (place, session) in places.iter().zip(&sessions) {
        leaves[*place] = session.clone();
    }
    Ok((Tree::import(leaves)?, places))
}
