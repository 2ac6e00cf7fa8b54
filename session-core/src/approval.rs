//! The digest by which a manager says what it has proven, and a router knows that both read the same (§10.1).

use crate::{Address, Keccak, Word, pad, word};

/// `keccak256("SESSION_APPROVED_V1")`.
pub const APPROVAL_DOMAIN: Word = [
    0xe6, 0xfd, 0xdd, 0xf1, 0x66, 0xae, 0x8b, 0xea, 0x5c, 0xe2, 0x34, 0xf0, 0x31, 0x47, 0xb6, 0xe6,
    0x1c, 0x19, 0x0c, 0x99, 0x93, 0x45, 0x94, 0xb8, 0x4c, 0x81, 0x02, 0xd5, 0x15, 0xf0, 0x33, 0xc8,
];

/// keccak of domain, account and leaves in their order. `leaves` is all of them, one after the other.
pub fn approval(keccak: &impl Keccak, account: &Address, leaves: &[u8]) -> Word {
    keccak.keccak(&[&word!(APPROVAL_DOMAIN), &pad(account), leaves])
}
