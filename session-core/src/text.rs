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

/// Writes a list of texts as a function of the place.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $function:ident, [$($number:literal)+], $($text:literal)+) => {
        $(#[$doc])*
        const $name: &[&str] = &[$($text),+];

        #[inline(never)]
        fn $function(place: u8) -> [u64; [$($number),+].len()] {
            list!(@ place, $name, [$($number)+], $($text)+)
        }
    };
    (@ $place:ident, $name:ident, $numbers:tt, $($text:literal)+) => {{
        $(
            if $place == const { find($name, $text.as_bytes()) } {
                return list!(# $text, $numbers);
            }
        )+
        Default::default()
    }};
    (# $text:literal, [$($number:literal)+]) => {
        [$(const { part($text, $number) }),+]
    };
}

list!(
    /// What a text begins with: at most 16 bytes.
    PREFIXES, prefix, [0 1],
    "ABISV " "BND " "DEXSV " "ECDSA: " "ERC1155MT " "ERC20AV " "ERC20STV " "ERC20SV " "SKM " "SR "
);
list!(
    /// What comes behind a prefix, or alone: at most 16 bytes.
    SHORT, short, [0 1],
    "Empty Batch"
    "Forbidden Target"
    "Invalid Method"
    "Invalid SKM"
    "Invalid Selector"
    "Invalid Token"
    "Lengths mismatch"
    "Malformed Call"
    "Max Fee"
    "Max Gas"
    "Max Op Cost"
    "Max Uses"
    "Min Out Too Low"
    "Non Zero Value"
    "Reused Leaf"
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
);
list!(
    /// The same: at most 32 bytes.
    LONG, long, [0 1 2 3],
    "Arg Rule Violated"
    "Destination Forbidden"
    "Malformed Session"
    "Max Amount Exceeded"
    "Not Execute Selector"
    "Permitted Value Exceeded"
    "Selector Forbidden"
    "SessionNotApproved"
    "invalid signature"
    "invalid signature length"
    "invalid signature 's' value"
);

/// Where the places of the long ones begin.
const FIRST_LONG: u8 = 0x80;

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
        let message = match (find(SHORT, message), find(LONG, message)) {
            (NONE, NONE) => return None,
            (NONE, long) => long | FIRST_LONG,
            (short, _) => short,
        };
        Some(Self { prefix, message })
    }

    /// The message.
    fn rest(self) -> [u64; 4] {
        if self.message < FIRST_LONG {
            let [a, b] = short(self.message);
            [a, b, 0, 0]
        } else {
            long(self.message & !FIRST_LONG)
        }
    }
}

impl Text {
    /// Its bytes, and how many they are.
    pub fn bytes(self) -> ([u8; 40], usize) {
        let [a, b, c, d, e, f] = match self {
            Self::Known(known) => {
                let ([a, b], [c, d, e, f]) = (prefix(known.prefix), known.rest());
                [a, b, c, d, e, f]
            }
            Self::Own(parts) => {
                let [a, b, c, d, e] = parts();
                [a, b, c, d, e, 0]
            }
        };
        let (mut bytes, mut len) = ([0; 40], 0);
        for number in [a, b, c, d, e, f] {
            len = append(&mut bytes, len, number);
        }
        (bytes, len)
    }
}

/// Appends up to eight bytes, the lowest first.
#[inline(never)]
fn append(bytes: &mut [u8], mut len: usize, mut number: u64) -> usize {
    while number != 0 {
        if let (Some(place), [byte, ..]) = (bytes.get_mut(len), number.to_le_bytes()) {
            *place = byte;
        }
        len = len.saturating_add(1);
        number >>= 8;
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
