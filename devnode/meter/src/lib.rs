//! What Nitro does to a Stylus program before the first instruction of it runs.
//!
//! * [`meter`] validates a WASM module and instruments it: ink, stack depth, heap growth ([`Program`]).
//! * [`Stats`] holds what the chain charges for: init and cached costs, asm estimate, activation gas.
//! * [`code`](mod@code) is the deployed form: `EF F0 00 <dict> brotli(wasm)`.
//! * [`price`] and [`data_fee`] are the formulas around a program: calls, pages, activation data.
//!
//! Everything here is pure: bytes in, bytes or a typed error out. No function panics on any input.
//! The numbers are facts of the Arbitrum protocol, collected in `embedded-chain.md`; paragraph
//! signs in the documentation refer to that file.

mod emit;
mod error;
mod hostio;
mod instrument;
mod opcodes;
mod rules;
mod stats;
mod validate;

pub mod code;
pub mod data_fee;
pub mod price;

pub use code::{CodeError, PREFIX, init_code, is_program, package, unpack};
pub use data_fee::DataPricer;
pub use error::Rejection;
pub use rules::Rules;
pub use stats::{Stats, asm_kb};

/// The exported global (i64, mutable) with the ink that is left; the host sets it before a call (§1.4).
pub const INK_LEFT: &str = "stylus_ink_left";
/// The exported global (i32, mutable) that is 1 after the program ran out of ink; the host sets it to 0 before a call (§1.4).
pub const INK_STATUS: &str = "stylus_ink_status";
/// The exported global (i32, mutable) with the stack words that are left, 0 after they ran out;
/// the host sets it before a call, by a parameter of the chain (22,000 since ArbOS 50; §1.4).
pub const STACK_LEFT: &str = "stylus_stack_left";
/// The exported function `(args_len: i32) -> (status: i32)` that the host calls (§1.4).
pub const ENTRYPOINT: &str = "user_entrypoint";
/// The exported memory (§1.4).
pub const MEMORY: &str = "memory";
/// The module that every hostio is imported from, except the debug ones (§1.2).
pub const HOOKS: &str = "vm_hooks";

/// A validated and instrumented program
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The instrumented module, ready for an engine. It exports [`ENTRYPOINT`], [`MEMORY`],
    /// [`INK_LEFT`], [`INK_STATUS`] and [`STACK_LEFT`], and nothing else.
    pub wasm: Vec<u8>,
    /// What the chain charges for
    pub stats: Stats,
}

/// Validates and instruments a program as Nitro does at activation (§1.4, §1.5).
///
/// # Errors
/// A [`Rejection`] where Nitro would refuse to activate the program.
pub fn meter(wasm: &[u8], rules: &Rules) -> Result<Program, Rejection> {
    let module = validate::parse(wasm, rules)?;
    let (code, ops) = instrument::functions(&module)?;
    let stats = stats::measure(&module, ops, rules)?;
    Ok(Program {
        wasm: emit::module(&module, code)?,
        stats,
    })
}
