//! Times in seconds, as a session and validationData carry them.

/// Seconds: a `uint48`, big-endian.
pub type Secs = [u8; 6];

/// 2^48 - 1, the latest time.
pub const FOREVER: Secs = [0xff; 6];

/// The low 48 bits of a number.
pub const fn from_u64(secs: u64) -> Secs {
    let [_, _, low @ ..] = secs.to_be_bytes();
    low
}

/// The number.
#[inline(never)]
pub fn to_u64([a, b, low @ ..]: &Secs) -> u64 {
    u64::from(u16::from_be_bytes([*a, *b])) << 32 | u64::from(u32::from_be_bytes(*low))
}
