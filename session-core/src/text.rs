//! Short texts by value.

use core::fmt;

/// A text of at most 40 bytes, as the function that writes it: its code is paid for once, but data would be by every
/// call. [`text!`](crate::text) makes one.
#[derive(Clone, Copy)]
pub struct Text(fn() -> [u64; 5]);

impl Text {
    /// From a function that gives its bytes, eight in a number.
    #[doc(hidden)]
    pub const fn of(parts: fn() -> [u64; 5]) -> Self {
        Self(parts)
    }

    /// Its bytes, and how many they are.
    pub fn bytes(self) -> ([[u8; 8]; 5], usize) {
        let bytes = (self.0)().map(u64::to_le_bytes);
        let flat = bytes.as_flattened();
        let len = flat.iter().position(|byte| *byte == 0);
        (bytes, len.unwrap_or(flat.len()))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        (self.0)() == (other.0)()
    }
}

impl Eq for Text {}

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
        $crate::Text::of(|| {
            [
                const { $crate::part($text, 0) },
                const { $crate::part($text, 1) },
                const { $crate::part($text, 2) },
                const { $crate::part($text, 3) },
                const { $crate::part($text, 4) },
            ]
        })
    }};
}

/// A [`Reject`](crate::Reject) with this text, a literal of at most 40 bytes.
#[macro_export]
macro_rules! reject {
    ($text:literal) => {
        $crate::Reject::Text($crate::text!($text))
    };
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, len) = self.bytes();
        let text = bytes.as_flattened().get(..len).unwrap_or_default();
        write!(f, "{}", text.escape_ascii())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
