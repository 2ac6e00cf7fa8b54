//! What the end-to-end tests share: the chain that they run on.
//!
//! They run on the embedded chain, or on the one that `E2E_RPC_URL` names, paid by the key in `E2E_PRIVATE_KEY`.

use world::{Chain, MainJob, RPC_URL, World, WorldError};

/// A world on the chain that the suite runs on.
///
/// # Errors
/// As [`World::on`].
pub fn world() -> Result<World, WorldError> {
    World::on(chain()?)
}

/// The main job on the chain that the suite runs on, with manager and router.
///
/// # Errors
/// As [`MainJob::on`].
pub fn job() -> Result<MainJob, WorldError> {
    MainJob::on(chain()?)
}

/// The main job on the chain that the suite runs on, with the session module.
///
/// # Errors
/// As [`MainJob::with_module`].
pub fn job_with_module() -> Result<MainJob, WorldError> {
    MainJob::with_module(chain()?)
}

/// The chain that the suite runs on.
///
/// # Errors
/// As [`Chain::from_env`].
pub fn chain() -> Result<Chain, WorldError> {
    Chain::from_env().map_err(|error| WorldError::chain("the chain of the tests", error))
}

/// Does the suite run on a chain that is not ours?
pub fn is_remote() -> bool {
    std::env::var_os(RPC_URL).is_some()
}

/// Says that something is not tested here, and why.
pub fn skipped(what: &str, needs: &str) {
    eprintln!("skipped on {RPC_URL}: {what}: needs {needs}");
}

/// The test that a closure is in: what the macros below print.
pub fn test_of<T>(_: &T) -> &'static str {
    std::any::type_name::<T>().trim_end_matches("::{{closure}}")
}

/// Ends the test here, by name, on a chain that is not ours: it needs something of the embedded one, which is named.
#[macro_export]
macro_rules! embedded_only {
    ($needs:literal) => {
        if $crate::is_remote() {
            return $crate::skipped($crate::test_of(&|| ()), $needs);
        }
    };
}

/// Ends the test here, by name, on a chain without debug API: it needs call trees.
#[macro_export]
macro_rules! traces_only {
    ($chain:expr) => {
        if !$chain.has_traces() {
            return $crate::skipped($crate::test_of(&|| ()), "the debug API");
        }
    };
}
