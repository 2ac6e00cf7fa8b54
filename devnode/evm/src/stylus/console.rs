//! The console of a debug chain: free, and printed to standard error, up to a limit for each
//! transaction.

use revm::primitives::Address;

use super::{
    engine::Answer,
    hostio::Hostio,
    ink::{Guest, Stop},
};

/// The most bytes that a transaction prints. What it costs doesn't bound it: nothing.
pub(crate) const MOST_BYTES: usize = 16 << 10;

/// Prints a value; `tee` functions give it back. `left` is what may still be printed.
pub(super) fn run<E>(
    hostio: Hostio,
    [a, b]: [u64; 2],
    address: Address,
    guest: &Guest,
    left: &mut usize,
) -> Result<Option<Answer>, Stop<E>> {
    let (text, answer) = match hostio {
        Hostio::LogTxt => {
            let text = guest.read(a, b)?;
            let text = &text[..text.len().min(*left)];
            (String::from_utf8_lossy(text).into_owned(), None)
        }
        Hostio::LogI32 => ((a as u32).cast_signed().to_string(), None),
        Hostio::TeeI32 => (
            (a as u32).cast_signed().to_string(),
            Some(Answer::I32(a as u32)),
        ),
        Hostio::LogI64 => (a.cast_signed().to_string(), None),
        Hostio::TeeI64 => (a.cast_signed().to_string(), Some(Answer::I64(a))),
        Hostio::LogF32 => (f32::from_bits(a as u32).to_string(), None),
        Hostio::TeeF32 => (
            f32::from_bits(a as u32).to_string(),
            Some(Answer::F32(a as u32)),
        ),
        Hostio::LogF64 => (f64::from_bits(a).to_string(), None),
        Hostio::TeeF64 => (f64::from_bits(a).to_string(), Some(Answer::F64(a))),
        _ => return Ok(None),
    };
    if *left > 0 {
        eprintln!("stylus {address}: {text}");
        *left = left.saturating_sub(text.len() + 1);
        if *left == 0 {
            eprintln!("stylus {address}: (the rest of this transaction's output is not shown)");
        }
    }
    Ok(answer)
}
