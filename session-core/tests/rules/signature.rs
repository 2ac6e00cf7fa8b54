//! Recovering a signer: OpenZeppelin's texts, and what the precompile is asked (§5.1).

use crate::support::{MAX, Sha3, ZERO, minus_one, plus_one};
use alloy_primitives::{U256, eip191_hash_message, uint};
use session_core::{
    Address, Keccak, Reject, Word, reject,
    signature::{MAX_S, Recover, recover},
};
use std::cell::RefCell;

/// The order of secp256k1 (SEC 2).
const N: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// What ecrecover is asked.
type Question = (Word, u8, [u8; 64]);

/// A host whose ecrecover has one answer.
struct Host {
    answer: Option<Address>,
    questions: RefCell<Vec<Question>>,
}

impl Keccak for Host {
    fn keccak(&self, parts: &[&[u8]]) -> Word {
        Sha3.keccak(parts)
    }
}

impl Recover for Host {
    fn ecrecover(&self, digest: &Word, v: u8, rs: &[u8; 64]) -> Option<Address> {
        self.questions.borrow_mut().push((*digest, v, *rs));
        self.answer
    }
}

const HASH: Word = [7; 32];

/// The answer to a signature of [`HASH`], and what was asked for it.
fn ask(answer: Option<Address>, signature: &[u8]) -> (Result<Address, Reject>, Vec<Question>) {
    let host = Host {
        answer,
        questions: RefCell::default(),
    };
    let recovered = recover(&host, &HASH, signature);
    (recovered, host.questions.into_inner())
}

fn rs(r: Word, s: Word) -> [u8; 64] {
    [r, s].concat().try_into().unwrap()
}

fn signature(r: Word, s: Word, v: u8) -> Vec<u8> {
    [&r[..], &s, &[v]].concat()
}

#[test]
fn a_signature_has_65_bytes() {
    for len in 0..=200 {
        let (answer, questions) = ask(Some([1; 20]), &vec![1; len]);
        if len == 65 {
            assert_eq!((answer, questions.len()), (Ok([1; 20]), 1));
        } else {
            assert_eq!(
                answer,
                Err(reject!("ECDSA: invalid signature length")),
                "{len}"
            );
            assert!(questions.is_empty());
        }
    }
}

/// Of a signature that is wrong in every way, the length is told.
#[test]
fn the_length_is_checked_before_s_and_s_before_the_signer() {
    let (answer, _) = ask(None, &[0xff; 64]);
    assert_eq!(answer, Err(reject!("ECDSA: invalid signature length")));
    let (answer, questions) = ask(None, &[0xff; 65]);
    assert_eq!(answer, Err(reject!("ECDSA: invalid signature 's' value")));
    assert!(questions.is_empty());
}

#[test]
fn s_is_at_most_half_of_the_order() {
    let half: Word = (N >> 1_usize).to_be_bytes();
    assert_eq!(MAX_S, half);
    for s in [ZERO, minus_one(half), half] {
        let (answer, questions) = ask(Some([1; 20]), &signature([3; 32], s, 27));
        assert_eq!((answer, questions.len()), (Ok([1; 20]), 1), "{s:?}");
    }
    let order: Word = N.to_be_bytes();
    for s in [
        plus_one(half),
        minus_one(order),
        order,
        plus_one(order),
        MAX,
    ] {
        let (answer, questions) = ask(Some([1; 20]), &signature([3; 32], s, 27));
        assert_eq!(
            answer,
            Err(reject!("ECDSA: invalid signature 's' value")),
            "{s:?}"
        );
        assert!(questions.is_empty());
    }
}

/// Whatever r and v are: it is the precompile that refuses them.
#[test]
fn the_precompile_is_asked_once_with_the_parts_and_the_eip_191_digest() {
    let digest = eip191_hash_message(HASH).0;
    for v in 0..=255 {
        for r in [ZERO, [3; 32], MAX] {
            let (answer, questions) = ask(Some([9; 20]), &signature(r, [4; 32], v));
            assert_eq!(answer, Ok([9; 20]));
            assert_eq!(questions, [(digest, v, rs(r, [4; 32]))]);
        }
    }
}

#[test]
fn no_signer_and_the_signer_zero_are_invalid() {
    for v in [0, 1, 26, 27, 28, 29, 255] {
        for answer in [None, Some([0; 20])] {
            let (answer, _) = ask(answer, &signature([3; 32], [4; 32], v));
            assert_eq!(answer, Err(reject!("ECDSA: invalid signature")), "v {v}");
        }
    }
    for byte in 0..20 {
        let mut signer = [0; 20];
        signer[byte] = 1;
        let (answer, _) = ask(Some(signer), &signature([3; 32], [4; 32], 27));
        assert_eq!(answer, Ok(signer), "one bit in byte {byte}");
    }
}

/// Signed by k256 and recovered by alloy's `recover_address_from_msg`: private key keccak("session key"), a hash of 32
/// equal bytes, either v.
#[test]
fn wallets_signatures_are_recovered() {
    struct Precompile(Question, Address);
    impl Keccak for Precompile {
        fn keccak(&self, parts: &[&[u8]]) -> Word {
            Sha3.keccak(parts)
        }
    }
    impl Recover for Precompile {
        fn ecrecover(&self, digest: &Word, v: u8, rs: &[u8; 64]) -> Option<Address> {
            ((*digest, v, *rs) == self.0).then_some(self.1)
        }
    }
    let word = |text: &str| -> Word { hex::decode(text).unwrap().try_into().unwrap() };
    let signer = hex::decode("5cd07ba154d859b6f4ae41359bf7b40380cdc173").unwrap();
    let signer: Address = signer.try_into().unwrap();
    for (hash, digest, r, s, v) in [
        (
            [0; 32],
            "5e4106618209740b9f773a94c5667b9659a7a4e2691c7c8a78336e9889a6be07",
            "d63282ff74ebb823cbf11d4b28271d5dcc4b3e8a832dd2a41eaf974ff81a4df8",
            "7abf04c31b1b95814c367248556089da8ac7cdc3a434d3f5f6352ba64d24fa33",
            27,
        ),
        (
            [1; 32],
            "e25a5f1c47bcaecf506355e8536bc56a1cf4acb60b28defe1a24dcde73c389d1",
            "c61d343f3439986c64d0a21236e557bd76afaaf4205bdfd882585af46b3a0495",
            "19056c7acacad0aeb2fde965b0a0b1434efc91c420c2aa89bf8b4f7ae68bd4d6",
            28,
        ),
    ] {
        let [digest, r, s] = [digest, r, s].map(word);
        let host = Precompile((digest, v, rs(r, s)), signer);
        assert_eq!(recover(&host, &hash, &signature(r, s, v)), Ok(signer));
        let mut other = hash;
        other[31] ^= 1;
        assert_eq!(
            recover(&host, &other, &signature(r, s, v)),
            Err(reject!("ECDSA: invalid signature"))
        );
    }
}
