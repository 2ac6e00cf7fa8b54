//! The seam between frames and the WASM engine: [`Code`] is a translated program, [`Machine`] one
//! running instance of it. Only `wasmi_engine` uses wasmi.

use std::fmt::Debug;

use super::hostio::Hostio;

/// A translated program.
pub trait Code: Debug + Send + Sync {
    /// An instance that is about to run `user_entrypoint(args_len)` with this much ink and stack.
    ///
    /// # Errors
    /// A message if the engine can't instantiate the module.
    fn instantiate(
        &self,
        args_len: u32,
        ink: u64,
        stack_words: u32,
    ) -> Result<Box<dyn Machine>, String>;
}

/// An instance of a program. It stops at each hostio and waits to be resumed.
pub trait Machine: Debug {
    /// Runs up to the next hostio or the end. `answer` is the result of the hostio that it waits
    /// for: `None` at first and for hostios without a result.
    fn resume(&mut self, answer: Option<Answer>) -> Step;
    /// What the ink meter has left.
    fn ink_left(&self) -> u64;
    /// Sets the ink meter.
    fn set_ink_left(&mut self, ink: u64);
    /// The linear memory.
    fn memory(&self) -> &[u8];
    /// The linear memory.
    fn memory_mut(&mut self) -> &mut [u8];
}

/// The result of a hostio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An i32.
    I32(u32),
    /// An i64.
    I64(u64),
    /// The bits of an f32 (`console.tee_f32`).
    F32(u32),
    /// The bits of an f64 (`console.tee_f64`).
    F64(u64),
}

/// Why a machine stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It calls a hostio: its arguments, i32 extended by zeros, floats as bits.
    Hostio(Hostio, [u64; MAX_ARGS]),
    /// It is done.
    Done(Exit),
}

/// The most arguments of a hostio.
pub const MAX_ARGS: usize = 6;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It returned this status: 0 is success.
    Status(u32),
    /// The ink meter ran out.
    OutOfInk,
    /// The depth counter ran out.
    OutOfStack,
    /// It trapped.
    Trap(String),
}
