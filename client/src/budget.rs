//! What a validation costs more when programs are not in the chain's cache.

/// What `ArbWasm.programInitGas` (0x71) answers of a program. A contract that is none has neither: leave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitGas {
    /// Gas of a call before it begins, not cached.
    pub gas: u64,
    /// The same, cached.
    pub gas_when_cached: u64,
}

/// Gas that these calls cost more uncached than cached: what to add to the verificationGasLimit of an estimate, as
/// programs that were cached then can be evicted before inclusion. One entry for each call, as
/// [`SessionKey::called_programs`](crate::SessionKey::called_programs) gives them: before ArbOS 60 every call pays.
pub fn uncached_surplus(calls: impl IntoIterator<Item = InitGas>) -> u64 {
    calls.into_iter().fold(0, |sum: u64, init| {
        sum.saturating_add(init.gas.saturating_sub(init.gas_when_cached))
    })
}
