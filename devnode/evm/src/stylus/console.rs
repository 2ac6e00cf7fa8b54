//! The console of a debug chain: free, and printed to standard error.

use revm::primitives::Address;

use super::{
    engine::Answer,
    hostio::Hostio,
    ink::{Guest, Stop},
};

/// Prints a value; `tee` functions give it back.
pub(super) fn run<E>(
    hostio: Hostio,
    [a, b]: [u64; 2],
    address: Address,
    guest: &Guest,
) -> Result<Option<Answer>, Stop<E>> {
    let (text, answer) = match hostio {
        Hostio::LogTxt => (
            String::from_utf8_lossy(guest.read(a, b)?).into_owned(),
            None,
        ),
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
    eprintln!("stylus {address}: {text}");
    Ok(answer)
}
