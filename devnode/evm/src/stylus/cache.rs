//! Programs that are ready to run.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use devnode_meter::{Rules, meter, unpack};
use revm::primitives::B256;

use super::{engine::Code, wasmi_engine::WasmiCode};
use crate::{ArbConfig, arbos::StylusParams};

/// How many programs are kept; past it the cache starts anew.
const CAPACITY: usize = 1_024;

/// Programs by code hash, translated once. It has no part in what anything costs: the chain's own
/// notion of a cached program is in ArbOS state. Clones share one cache.
#[derive(Clone, Debug, Default)]
pub struct ProgramCache(Arc<Mutex<HashMap<B256, Arc<dyn Code>>>>);

impl ProgramCache {
    /// The program of a code hash. `None` if the code is not a program that the rules allow, which
    /// activation has ruled out.
    pub(crate) fn get(
        &self,
        code_hash: B256,
        code: &[u8],
        config: &ArbConfig,
        params: &StylusParams,
    ) -> Option<Arc<dyn Code>> {
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&code_hash) {
            return Some(program.clone());
        }
        let program: Arc<dyn Code> = Arc::new(translate(code, config, params)?);
        if programs.len() >= CAPACITY {
            programs.clear();
        }
        programs.insert(code_hash, program.clone());
        Some(program)
    }

    /// How many programs are kept.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn translate(code: &[u8], config: &ArbConfig, params: &StylusParams) -> Option<WasmiCode> {
    let rules = Rules {
        debug: config.debug,
        ..Rules::new(config.arbos_version)
    };
    let wasm = unpack(code, params.max_wasm_bytes as usize).ok()?;
    let program = meter(&wasm, &rules).ok()?;
    WasmiCode::new(&program.wasm)
        .inspect_err(|why| tracing::error!(%why, "the engine refuses a metered program"))
        .ok()
}
