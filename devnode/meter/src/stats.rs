//! What the chain charges for a program, from its shape (§1.6, §1.7)

use crate::{Rejection, Rules, instrument::Globals, rules::CHARGING_FIXES, validate::Module};

/// The shape of a program, and what follows from it
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Functions of the module itself
    pub funcs: u32,
    /// Parameters and results of these functions
    pub types: u32,
    /// Bytes of the module before instrumentation
    pub wasm_bytes: u32,
    /// Globals with the 4 added ones
    pub globals: u32,
    /// Bytes of data and element segments with their headers: the `data` of the cost formulas
    pub data_bytes: u32,
    /// Bytes of the data segments without their headers: the `data` of activation gas
    pub data_payload: u32,
    /// Bytes of the element segments with their headers
    pub elem_bytes: u32,
    /// Pages (64 KiB) that the memory begins with
    pub pages: u16,
    /// Instructions after instrumentation
    pub ops: u32,
    init_cost: u16,
    cached_cost: u16,
    asm_estimate: u32,
}

impl Stats {
    /// The stored init cost: gas of a call to a program that is not cached, beside the chain's minimum (69 * 128)
    #[must_use]
    pub const fn init_cost(&self) -> u16 {
        self.init_cost
    }

    /// The stored init cost when cached: gas of any call, beside the chain's minimum (11 * 32)
    #[must_use]
    pub const fn cached_cost(&self) -> u16 {
        self.cached_cost
    }

    /// The estimate of the native code's length in bytes, which the data fee is charged for
    #[must_use]
    pub const fn asm_estimate(&self) -> u32 {
        self.asm_estimate
    }

    /// The length as the chain stores it
    #[must_use]
    pub const fn asm_kb(&self) -> u32 {
        asm_kb(self.asm_estimate)
    }

    /// L2 gas that activation burns for this program (§1.7): the fixed 1,659,168 and the measured part. Not in it: the
    /// `ActivationGas` parameter of ArbOS 60 (0 by default), and what the precompile pays for storage
    #[must_use]
    pub const fn activation_gas(&self, arbos_version: u64) -> u64 {
        /// 2 (margin) * 7,000,000 (gas a second) / 500,000 (half of a second's microseconds)
        const GAS_PER_MICROSECOND: u64 = 28;
        let wasm = if arbos_version < CHARGING_FIXES {
            0
        } else {
            part(self.wasm_bytes, 31_733, 100_000)
        };
        let microseconds = wasm
            + part(self.funcs, 17_263, 100_000)
            + part(self.data_payload, 17_376, 100_000)
            + part(self.elem_bytes, 17_376, 100_000)
            + part(self.pages as u32, 2217, 1)
            + part(self.ops, 535, 1000);
        1_659_168 + GAS_PER_MICROSECOND * microseconds
    }
}

/// An asm estimate in KiB, rounded up: what the chain stores (24 bits)
#[must_use]
pub const fn asm_kb(asm: u32) -> u32 {
    asm.div_ceil(1024)
}

const fn part(count: u32, numerator: u64, denominator: u64) -> u64 {
    count as u64 * numerator / denominator
}

/// Counts, and checks that the costs fit what they are stored in
pub(crate) fn measure(module: &Module<'_>, ops: u32, rules: &Rules) -> Result<Stats, Rejection> {
    let mut types = 0;
    for &index in module.functions.iter().skip(module.imported) {
        let ty = module.types.get(index as usize);
        types += ty.map_or(0, |ty| ty.params().len() + ty.results().len()) as u64;
    }
    let mut stats = Stats {
        funcs: fit("number of functions", module.bodies.len() as u64)?,
        types: fit("number of parameters", types)?,
        wasm_bytes: fit("length of the module", module.len as u64)?,
        globals: module.globals + Globals::COUNT,
        data_bytes: fit("length of data", module.data_ranges + module.elem_ranges)?,
        data_payload: fit("length of data", module.data_bytes)?,
        elem_bytes: fit("length of elements", module.elem_ranges)?,
        pages: module.pages,
        ops,
        init_cost: 0,
        cached_cost: 0,
        asm_estimate: 0,
    };
    let Stats {
        funcs,
        types,
        wasm_bytes: wasm,
        globals,
        data_bytes: data,
        pages,
        ..
    } = stats;

    let asm = 512_000
        + part(funcs, 996_829, 1000)
        + part(types, 11_416, 1000)
        + part(wasm, 62_628, 10_000);
    let cached = part(funcs, 13_420, 100_000)
        + part(types, 89, 100_000)
        + part(wasm, 122, 100_000)
        + part(globals, 1628, 1000)
        + part(data, 75_244, 100_000)
        + 5 * u64::from(pages);
    let mut init = part(funcs, 8252, 1000) + part(types, 1059, 1000) + part(wasm, 1286, 10_000);
    if rules.stylus_version() == 1 {
        init += cached;
    }
    stats.asm_estimate = fit("asm estimate", asm)?;
    stats.cached_cost = fit16("cached cost", cached)?;
    stats.init_cost = fit16("init cost", init)?;
    Ok(stats)
}

fn fit(what: &'static str, have: u64) -> Result<u32, Rejection> {
    u32::try_from(have).map_err(|_| Rejection::CostTooHigh {
        what,
        have,
        limit: u32::MAX.into(),
    })
}

fn fit16(what: &'static str, have: u64) -> Result<u16, Rejection> {
    u16::try_from(have).map_err(|_| Rejection::CostTooHigh {
        what,
        have,
        limit: u16::MAX.into(),
    })
}
