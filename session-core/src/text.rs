//! Short texts by value.
//!
//! A text is paid for by every call if it is data, and by every call of an uncached program if it is code. So those of
//! our programs are made of a prefix and a message, each of which is in the code once.

use core::fmt;

/// A text of at most 40 bytes, none of them zero. [`text!`](crate::text) makes one.
#[derive(Clone, Copy)]
pub enum Text {
    /// One of our programs: see [`Known`].
    Known(Known),
    /// Any other, eight bytes in a number.
    Own(fn() -> [u64; 5]),
}

/// A prefix and a message, by their places in the lists of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    prefix: u8,
    message: u8,
}

/// A text of at most 32 bytes, eight in a number.
macro_rules! numbers {
    ($text:literal) => {
        [
            const { part($text, 0) },
            const { part($text, 1) },
            const { part($text, 2) },
            const { part($text, 3) },
        ]
    };
}

/// Writes a list of texts as a function of the place.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $function:ident, $($text:literal)+) => {
        $(#[$doc])*
        const $name: &[&str] = &[$($text),+];

        #[inline(never)]
        fn $function(place: u8) -> [u64; 4] {
            $(
                // Whatever the compiler can see through, it makes a table of, which is data.
                if place == const { find($name, $text.as_bytes()) } {
                    return numbers!($text);
                }
            )+
            [0; 4]
        }
    };
}

list!(
    /// What a text begins with.
    PREFIXES, prefix,
    "ABISV " "BND " "DEXSV " "ECDSA: " "ERC1155MT " "ERC20AV " "ERC20STV " "ERC20SV " "SKM " "SR "
);
list!(
    /// What comes behind a prefix, or alone.
    MESSAGES, message,
    "Arg Rule Violated"
    "Destination Forbidden"
    "Empty Batch"
    "Forbidden Target"
    "Invalid Method"
    "Invalid SKM"
    "Invalid Selector"
    "Invalid Token"
    "Lengths mismatch"
    "Malformed Call"
    "Malformed Session"
    "Max Amount Exceeded"
    "Max Fee"
    "Max Gas"
    "Max Op Cost"
    "Max Uses"
    "Min Out Too Low"
    "Needs User Operation"
    "Non Zero Value"
    "Not Execute Selector"
    "Permitted Value Exceeded"
    "Reused Leaf"
    "Selector Forbidden"
    "SessionNotApproved"
    "SessionsChanged"
    "Wrong Amount"
    "Wrong Dex"
    "Wrong Lane"
    "Wrong Paymaster"
    "Wrong Receiver"
    "Wrong Recipient"
    "Wrong Spender"
    "Wrong Staking"
    "Wrong Token"
    "invalid signature"
    "invalid signature length"
    "invalid signature 's' value"
);

/// No place: no prefix, or not in the list.
const NONE: u8 = u8::MAX;

impl Known {
    /// A text of our programs.
    #[doc(hidden)]
    pub const fn of(text: &str) -> Option<Self> {
        let mut texts = PREFIXES;
        while let [prefix, rest @ ..] = texts {
            if let Some(message) = behind(text.as_bytes(), prefix.as_bytes()) {
                let prefix = find(PREFIXES, prefix.as_bytes());
                return Self::with(prefix, message);
            }
            texts = rest;
        }
        Self::with(NONE, text.as_bytes())
    }

    const fn with(prefix: u8, message: &[u8]) -> Option<Self> {
        match find(MESSAGES, message) {
            NONE => None,
            message => Some(Self { prefix, message }),
        }
    }
}

impl Text {
    /// Its bytes, with zeros between and behind them.
    fn parts(self) -> ([u64; 4], [u64; 5]) {
        match self {
            Self::Known(Known {
                prefix: start,
                message: rest,
            }) => {
                let [a, b, c, d] = message(rest);
                (prefix(start), [a, b, c, d, 0])
            }
            Self::Own(parts) => ([0; 4], parts()),
        }
    }

    /// Its bytes, and how many they are.
    pub fn bytes(self) -> ([u8; 40], usize) {
        let (start, rest) = self.parts();
        let (start, rest) = (start.map(u64::to_le_bytes), rest.map(u64::to_le_bytes));
        let mut bytes = [0; 40];
        let len = append(&mut bytes, 0, start.as_flattened());
        let len = append(&mut bytes, len, rest.as_flattened());
        (bytes, len)
    }
}

/// Appends what is not zero.
#[inline(never)]
fn append(bytes: &mut [u8], mut len: usize, text: &[u8]) -> usize {
    for byte in text.iter().filter(|byte| **byte != 0) {
        if let Some(place) = bytes.get_mut(len) {
            *place = *byte;
            len = len.saturating_add(1);
        }
    }
    len
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

/// The place of a text in a list.
const fn find(mut list: &[&str], text: &[u8]) -> u8 {
    let mut place = 0;
    while let [first, rest @ ..] = list {
        if let Some([]) = behind(text, first.as_bytes()) {
            return place;
        }
        place = place.saturating_add(1);
        list = rest;
    }
    NONE
}

/// What comes behind the start of a text.
const fn behind<'a>(mut text: &'a [u8], mut start: &[u8]) -> Option<&'a [u8]> {
    while let [byte, rest @ ..] = start {
        match text {
            [first, behind @ ..] if *first == *byte => text = behind,
            _ => return None,
        }
        start = rest;
    }
    Some(text)
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
        match const { $crate::Known::of($text) } {
            Some(known) => $crate::Text::Known(known),
            None => $crate::Text::Own(|| {
                [
                    const { $crate::part($text, 0) },
                    const { $crate::part($text, 1) },
                    const { $crate::part($text, 2) },
                    const { $crate::part($text, 3) },
                    const { $crate::part($text, 4) },
                ]
            }),
        }
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
        let text = bytes.get(..len).unwrap_or_default();
        write!(f, "{}", text.escape_ascii())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
