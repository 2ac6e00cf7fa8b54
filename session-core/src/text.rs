//! Short texts by value.
//!
//! A text is paid for by every call if it is data, and by every call of an uncached program if it is code. So those of
//! our programs are a prefix and a message each, which are in the code once, in one list. Numbers in WASM are groups of seven
//! bits, and so are these texts: then a character is a byte of the code, and compresses as in a text.

use core::fmt;

use crate::{Word, words::of_limbs};

/// A text of at most 36 bytes of ASCII, none of them zero. [`text!`](crate::text) makes one.
#[derive(Clone, Copy)]
pub enum Text {
    /// One of our programs: see [`Known`].
    Known(Known),
    /// Any other, packed.
    Own(fn() -> Own),
}

/// A prefix and a message, by their places in the list of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    prefix: u8,
    message: u16,
}

/// A packed text: nine characters in each limb of 64 bits, zeros behind the end.
type Own = Word;

/// Characters in a limb.
const LIMB_LEN: usize = 9;

/// Bytes of the longest text.
#[doc(hidden)]
pub const MAX_LEN: usize = 36;

/// What the texts are made of: a zero behind each, the prefixes first.
const PARTS: &str = concat!(
    "\0ABISV \0BND \0DEXSV \0ECDSA: \0ERC1155MT \0ERC20AV \0ERC20STV \0ERC20SV \0SKM \0SR \0",
    "Arg Rule Violated\0Destination Forbidden\0Empty Batch\0Forbidden Target\0Invalid Method\0Invalid SKM\0",
    "Invalid Selector\0Invalid Token\0Lengths mismatch\0Malformed Call\0Malformed Session\0Max Amount Exceeded\0",
    "Max Fee\0Max Gas\0Max Op Cost\0Max Uses\0Min Out Too Low\0Non Zero Value\0Not Execute Selector\0",
    "Permitted Value Exceeded\0Reused Leaf\0Selector Forbidden\0SessionNotApproved\0SessionsChanged\0Wrong Amount\0",
    "Wrong Dex\0Wrong Lane\0Wrong Paymaster\0Wrong Receiver\0Wrong Recipient\0Wrong Spender\0Wrong Staking\0",
    "Wrong Token\0invalid signature\0invalid signature length\0invalid signature 's' value\0",
);

/// [`PARTS`], packed.
#[inline(never)]
fn parts() -> [Word; 18] {
    const { assert!(PARTS.len() <= 18 * 4 * LIMB_LEN) };
    macro_rules! words {
        ($($number:literal)+) => {
            [$(
                of_limbs(
                    const { limb(PARTS, 4 * $number) },
                    const { limb(PARTS, 4 * $number + 1) },
                    const { limb(PARTS, 4 * $number + 2) },
                    const { limb(PARTS, 4 * $number + 3) },
                )
            ),+]
        };
    }
    words!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)
}

impl Known {
    /// The place of a prefix of ours.
    pub(crate) const fn prefix(text: &str) -> u8 {
        match find(text.as_bytes()) {
            Some(place @ 0..256) => place.to_le_bytes()[0],
            _ => 0,
        }
    }

    /// The same message behind another prefix.
    pub(crate) const fn behind(self, prefix: u8) -> Self {
        Self { prefix, ..self }
    }

    /// A text of our programs.
    #[doc(hidden)]
    pub const fn of(text: &str) -> Option<Self> {
        let mut prefix_len = 0;
        while let Some((prefix, message)) = text.as_bytes().split_at_checked(prefix_len) {
            if let (Some(prefix @ 0..256), Some(message)) = (find(prefix), find(message)) {
                let [prefix, _] = prefix.to_le_bytes();
                return Some(Self { prefix, message });
            }
            prefix_len = prefix_len.saturating_add(1);
        }
        None
    }
}

impl Text {
    /// Its bytes, and how many they are.
    pub fn bytes(self) -> ([u8; MAX_LEN], usize) {
        let mut bytes = [0; MAX_LEN];
        let len = match self {
            Self::Known(Known { prefix, message }) => {
                let parts = parts();
                let len = append(&mut bytes, 0, &parts, prefix.into());
                append(&mut bytes, len, &parts, message.into())
            }
            Self::Own(packed) => append(&mut bytes, 0, &[packed()], 0),
        };
        (bytes, len)
    }
}

/// Appends what is in a packed text from a place on, to its next zero.
#[inline(never)]
fn append(bytes: &mut [u8], mut len: usize, packed: &[Word], mut place: usize) -> usize {
    let (limbs, _) = packed.as_flattened().as_chunks();
    while let (Some(limb), Some(next)) = (limbs.get(place / LIMB_LEN), bytes.get_mut(len)) {
        let shift = place % LIMB_LEN * 7;
        let [byte, ..] = (u64::from_le_bytes(*limb) >> shift).to_le_bytes();
        *next = byte & 0x7f;
        if *next == 0 {
            break;
        }
        len = len.saturating_add(1);
        place = place.saturating_add(1);
    }
    len
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

/// The place of a text that a zero follows, in the list of parts.
const fn find(text: &[u8]) -> Option<u16> {
    let mut parts = PARTS.as_bytes();
    let mut place: u16 = 0;
    while let [_, rest @ ..] = parts {
        if let Some([0, ..]) = behind(parts, text) {
            return Some(place);
        }
        place = place.saturating_add(1);
        parts = rest;
    }
    None
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

/// Is it what a [`Text`] can be?
#[doc(hidden)]
pub const fn can_be(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [1..=127, behind @ ..] = rest {
        rest = behind;
    }
    rest.is_empty() && text.len() <= MAX_LEN
}

/// A limb of a text that is packed.
#[doc(hidden)]
pub const fn limb(text: &str, number: usize) -> u64 {
    let mut rest = text.as_bytes();
    let mut skip = number.saturating_mul(LIMB_LEN);
    while let (1.., [_, behind @ ..]) = (skip, rest) {
        rest = behind;
        skip = skip.saturating_sub(1);
    }
    let (mut limb, mut shift) = (0, 0);
    while let (0..63, [byte, behind @ ..]) = (shift, rest) {
        limb |= u64::from_le_bytes([*byte, 0, 0, 0, 0, 0, 0, 0]) << shift;
        shift += 7;
        rest = behind;
    }
    limb
}

/// A [`Text`](crate::Text): a constant of at most 36 bytes of ASCII.
#[macro_export]
macro_rules! text {
    ($text:expr) => {{
        const { assert!($crate::text::can_be($text)) };
        match const { $crate::Known::of($text) } {
            Some(known) => $crate::Text::Known(known),
            None => $crate::Text::Own(|| {
                $crate::words::of_limbs(
                    const { $crate::text::limb($text, 0) },
                    const { $crate::text::limb($text, 1) },
                    const { $crate::text::limb($text, 2) },
                    const { $crate::text::limb($text, 3) },
                )
            }),
        }
    }};
}

/// A [`Reject`](crate::Reject) with this text, a literal of at most 36 bytes of ASCII.
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
