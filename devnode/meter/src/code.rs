//! The deployed form of a program (§1.8): `EF F0 00 <dict> brotli(wasm)`

use crate::Rejection;
use brotli::{
    BrotliDecompressStream, BrotliResult, BrotliState,
    enc::{BrotliEncoderParams, StandardAlloc},
};
use std::io::Cursor;
use wasm_encoder::reencode::{self, Reencode};

/// What the code of every program begins with; a byte follows that names the dictionary of the compression
pub const PREFIX: [u8; 3] = [0xef, 0xf0, 0x00];
/// The longest code of a contract in bytes, prefix included (§1.8)
pub const MAX_CODE_BYTES: usize = 24_576;

/// The longest module in bytes that this host unpacks, whatever the chain allows: 32 times what Arbitrum does
pub const HOST_MAX_WASM_BYTES: usize = 4 << 20;

/// The dictionary of `cargo stylus`: none
const NO_DICTIONARY: u8 = 0;
const WINDOW: i32 = 22;
const QUALITY: i32 = 11;

/// Why code cannot be unpacked or a module not be packaged
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The code does not begin as a program's
    #[error("not the code of a program")]
    NotAProgram,
    /// Compressed with a dictionary: 1 is Nitro's own, which is not implemented, the others do not exist
    #[error("the compression dictionary {0} is not supported")]
    Dictionary(u8),
    /// What follows the prefix is not exactly one brotli stream
    #[error("not a brotli stream")]
    Compression,
    /// Longer than allowed when unpacked
    #[error("the unpacked module has more than {0} bytes")]
    TooLarge(usize),
    /// What to package does not begin as a module does
    #[error("not a WASM module (is it text?)")]
    NotWasm,
    /// The module to package does not parse
    #[error("{0}")]
    Module(#[from] Rejection),
    /// The packaged code is longer than a contract may be
    #[error("the code has {0} bytes, more than {MAX_CODE_BYTES}")]
    CodeTooLarge(usize),
}

/// Whether the code of a contract is a program's: the prefix and a dictionary byte are there
#[must_use]
pub fn is_program(code: &[u8]) -> bool {
    code.len() > PREFIX.len() && code.starts_with(&PREFIX)
}

/// The module in the code of a contract. Never uses more memory than `max_wasm_bytes` (at most
/// [`HOST_MAX_WASM_BYTES`]) and the decoder's window
///
/// # Errors
/// When the code is no program's, is damaged, uses a dictionary, or unpacks to more than `max_wasm_bytes`
pub fn unpack(code: &[u8], max_wasm_bytes: usize) -> Result<Vec<u8>, CodeError> {
    if !is_program(code) {
        return Err(CodeError::NotAProgram);
    }
    let input = match code.get(PREFIX.len()..) {
        Some([NO_DICTIONARY, input @ ..]) => input,
        Some([dictionary, ..]) => return Err(CodeError::Dictionary(*dictionary)),
        _ => return Err(CodeError::NotAProgram),
    };
    let max_wasm_bytes = max_wasm_bytes.min(HOST_MAX_WASM_BYTES);
    let mut out = vec![0; max_wasm_bytes];
    let (mut input_left, mut input_at) = (input.len(), 0);
    let (mut out_left, mut out_at, mut total) = (out.len(), 0, 0);
    let mut state = BrotliState::new_strict(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    );
    let result = BrotliDecompressStream(
        &mut input_left,
        &mut input_at,
        input,
        &mut out_left,
        &mut out_at,
        &mut out,
        &mut total,
        &mut state,
    );
    match result {
        BrotliResult::ResultSuccess if input_left == 0 => {
            out.truncate(out_at);
            Ok(out)
        }
        BrotliResult::NeedsMoreOutput => Err(CodeError::TooLarge(max_wasm_bytes)),
        _ => Err(CodeError::Compression),
    }
}

/// The code to deploy for a module: encoded canonically without custom sections, then compressed. What is
/// measured, tested and deployed is this. The module is not checked here, see [`meter`](crate::meter())
///
/// # Errors
/// When the module does not parse, or the code is longer than a contract may be
pub fn package(wasm: &[u8]) -> Result<Vec<u8>, CodeError> {
    if !wasm.starts_with(b"\0asm") {
        return Err(CodeError::NotWasm);
    }
    let wasm = canonical(wasm)?;
    let params = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        ..Default::default()
    };
    let mut code = PREFIX.to_vec();
    code.push(NO_DICTIONARY);
    brotli::BrotliCompress(&mut Cursor::new(wasm), &mut code, &params)
        .map_err(|_| CodeError::Compression)?;
    if code.len() > MAX_CODE_BYTES {
        return Err(CodeError::CodeTooLarge(code.len()));
    }
    Ok(code)
}

/// The creation code that deploys `code`: 43 bytes that return what follows them
#[must_use]
pub fn init_code(code: &[u8]) -> Vec<u8> {
    let mut init = vec![0x7f]; // PUSH32 length
    init.extend([0; 24]);
    init.extend((code.len() as u64).to_be_bytes());
    init.extend([0x80, 0x60, 0x2b, 0x60, 0x00, 0x39]); // DUP1 PUSH1 43 PUSH1 0 CODECOPY
    init.extend([0x60, 0x00, 0xf3, 0x00]); // PUSH1 0 RETURN; the last byte is a version
    init.extend(code);
    init
}

/// The module with every number in its shortest form and no custom sections
fn canonical(wasm: &[u8]) -> Result<Vec<u8>, Rejection> {
    struct Canonical;
    impl Reencode for Canonical {
        type Error = std::convert::Infallible;

        fn parse_custom_section(
            &mut self,
            _: &mut wasm_encoder::Module,
            _: wasmparser::CustomSectionReader<'_>,
        ) -> Result<(), reencode::Error> {
            Ok(())
        }
    }
    let mut module = wasm_encoder::Module::new();
    Canonical.parse_core_module(&mut module, wasmparser::Parser::new(0), wasm)?;
    Ok(module.finish())
}
