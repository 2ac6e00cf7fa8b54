//! Programs that are ready to run.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use devnode_meter::{Rules, code::HOST_MAX_WASM_BYTES, meter, unpack};
use revm::primitives::B256;

use super::{engine::Code, wasmi_engine::WasmiCode};

/// How many programs are kept; past it the cache starts anew.
const CAPACITY: usize = 1_024;

/// Programs by code hash, translated once; `None` for code that is no program. It has no part in
/// what a call gives or costs: the chain's own notion of a cached program is in ArbOS state. Clones
/// share one cache.
#[derive(Clone, Debug, Default)]
pub struct ProgramCache(Arc<Mutex<Translated>>);

type Translated = HashMap<B256, Option<Arc<dyn Code>>>;

impl ProgramCache {
    /// The program of a code hash. `None` if the code is not a module at all, which activation has
    /// ruled out; only a state override or a test gets here with such code.
    pub(crate) fn get(&self, code_hash: B256, code: &[u8]) -> Option<Arc<dyn Code>> {
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&code_hash) {
            return program.clone();
        }
        let program = translate(code).map(|code| Arc::new(code) as Arc<dyn Code>);
        if programs.len() >= CAPACITY {
            programs.clear();
        }
        programs.insert(code_hash, program.clone());
        program
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

/// By the widest rules: what the chain allows was decided at activation, and must not be decided
/// again by what it allows now.
fn translate(code: &[u8]) -> Option<WasmiCode> {
    const WIDEST: Rules = Rules {
        arbos_version: 30,
        max_wasm_bytes: HOST_MAX_WASM_BYTES,
        page_limit: u16::MAX,
        debug: true,
    };
    let wasm = unpack(code, WIDEST.max_wasm_bytes).ok()?;
    let program = meter(&wasm, &WIDEST).ok()?;
    WasmiCode::new(&program.wasm)
        .inspect_err(|why| tracing::error!(%why, "the engine refuses a metered program"))
        .ok()
}
