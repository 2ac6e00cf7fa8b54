//! Why a module is refused

/// Why Nitro would refuse to activate a module (§1.4, §1.5)
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum Rejection {
    /// Longer than [`Rules::max_wasm_bytes`](crate::Rules::max_wasm_bytes)
    #[error("the module has {have} bytes, more than {limit}")]
    TooLarge { have: usize, limit: usize },
    /// Not WASM, or WASM of a feature that is off
    #[error("not valid WASM (at byte {offset}): {reason}")]
    Invalid { reason: String, offset: u64 },
    /// A section that Nitro's parser does not know, such as DataCount
    #[error("unsupported section {0}")]
    Section(&'static str),
    /// A start function
    #[error("start functions are not allowed")]
    Start,
    /// More of something than is allowed
    #[error("too many {what}: {have}, more than {limit}")]
    TooMany {
        what: &'static str,
        have: u64,
        limit: u64,
    },
    /// An export or module name of more than 512 bytes
    #[error("a name has {0} bytes, more than 512")]
    LongName(usize),
    /// An import that is not a function
    #[error("import {module}.{name} is not a function")]
    ImportKind { module: String, name: String },
    /// The same import twice with different types
    #[error("import {module}.{name} is declared with two types")]
    InconsistentImport { module: String, name: String },
    /// An import that the chain does not offer
    #[error("unknown import {module}.{name}")]
    UnknownImport { module: String, name: String },
    /// A hostio with a type that is not its own
    #[error("import {module}.{name} has the wrong type")]
    ImportType { module: String, name: String },
    /// An export by the name of an import
    #[error("import {0} is exported again")]
    Reexport(String),
    /// A name that begins with `stylus`
    #[error("the name {0} is reserved")]
    Reserved(String),
    /// No memory, or it is not exported as `memory`
    #[error("there is no memory exported by the name memory")]
    NoMemory,
    /// More initial pages than are allowed
    #[error("the memory begins with {have} pages, more than {limit}")]
    MemoryTooLarge { have: u64, limit: u64 },
    /// The memory can grow, but `pay_for_memory_grow` is not imported
    #[error("the memory can grow, but vm_hooks.pay_for_memory_grow is not imported")]
    NoPayForMemoryGrow,
    /// No exported function `user_entrypoint`
    #[error("there is no function exported by the name user_entrypoint")]
    NoEntrypoint,
    /// `user_entrypoint` is not `(i32) -> i32`
    #[error("user_entrypoint is not a function from i32 to i32")]
    EntrypointType,
    /// A data segment outside of the initial memory, or an element segment outside of its table
    #[error("a segment of {0} is out of bounds")]
    OutOfBounds(&'static str),
    /// An instruction that has no place in Nitro: arithmetic on floats, most of bulk memory
    #[error("unsupported instruction {op} in function {func}")]
    Opcode { op: String, func: u32 },
    /// More than 4,096 values on the operand stack at once
    #[error("function {func} holds {have} values at once, more than {limit}")]
    Contention { func: u32, have: u32, limit: u32 },
    /// A cost that does not fit the field that the chain stores it in
    #[error("the {what} is {have}, more than {limit}")]
    CostTooHigh {
        what: &'static str,
        have: u64,
        limit: u64,
    },
}

impl From<wasmparser::Error> for Rejection {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid {
            reason: error.message().to_owned(),
            offset: error.offset(),
        }
    }
}

impl From<wasm_encoder::reencode::Error> for Rejection {
    fn from(error: wasm_encoder::reencode::Error) -> Self {
        Self::Invalid {
            reason: error.to_string(),
            offset: 0,
        }
    }
}
