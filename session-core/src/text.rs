//! Short texts by value.

use core::fmt;

/// The text of an error, at most 40 bytes, held by value. [`text!`](crate::text) makes one of numbers in the code of a
/// program: its code is paid for once, but its data by every call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text([[u8; 8]; 5]);

impl Text {
    /// From its bytes, eight in a number. A call of this must stay a call, or the numbers are data again.
    #[doc(hidden)]
    #[inline(never)]
    pub fn of(a: u64, b: u64, c: u64, d: u64, e: u64) -> Self {
        Self([a, b, c, d, e].map(u64::to_le_bytes))
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        let bytes = self.0.as_flattened();
        let len = bytes.iter().position(|byte| *byte == 0);
        len.and_then(|len| bytes.get(..len)).unwrap_or(bytes)
    }
}

impl From<&str> for Text {
    /// What is beyond 40 bytes is cut off.
    fn from(text: &str) -> Self {
        Self::of(
            part(text, 0),
            part(text, 1),
            part(text, 2),
            part(text, 3),
            part(text, 4),
        )
    }
}

/// Eight bytes of a text, as a number; zeros behind its end.
#[doc(hidden)]
pub const fn part(text: &str, number: usize) -> u64 {
    let mut rest = text.as_bytes();
    let mut skip = number.saturating_mul(8);
    while let (1.., [_, behind @ ..]) = (skip, rest) {
        rest = behind;
        skip = skip.saturating_sub(1);
    }
    let mut bytes = [0; 8];
    let mut place = bytes.as_mut_slice();
    while let ([byte, behind @ ..], [to, next @ ..]) = (rest, place) {
        *to = *byte;
        rest = behind;
        place = next;
    }
    u64::from_le_bytes(bytes)
}

/// A [`Text`](crate::Text): a constant of at most 40 bytes.
#[macro_export]
macro_rules! text {
    ($text:expr) => {{
        const { assert!($text.len() <= 40) };
        $crate::Text::of(
            const { $crate::part($text, 0) },
            const { $crate::part($text, 1) },
            const { $crate::part($text, 2) },
            const { $crate::part($text, 3) },
            const { $crate::part($text, 4) },
        )
    }};
}

/// A [`Reject`](crate::Reject) with this text, a literal of at most 40 bytes.
#[macro_export]
macro_rules! reject {
    ($text:literal) => {
        $crate::Reject::Text($crate::text!($text))
    };
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}
