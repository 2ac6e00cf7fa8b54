//! The digest of approved sessions (§10.1).

use crate::support::Sha3;
use session_core::{Keccak, approval::APPROVAL_DOMAIN, approval::approval};

#[test]
fn the_domain_is_the_specified_one() {
    let domain = "e6fdddf166ae8bea5ce234f03147b6e61c190c99934594b84c8102d515f033c8";
    assert_eq!(hex::encode(APPROVAL_DOMAIN), domain);
    assert_eq!(APPROVAL_DOMAIN, Sha3.keccak(&[b"SESSION_APPROVED_V1"]));
}

#[test]
fn an_approval_is_the_hash_of_domain_account_and_leaves_in_order() {
    let account: [u8; 20] = std::array::from_fn(|index| u8::try_from(index).unwrap() + 1);
    let mut word = [0; 32];
    word[12..].copy_from_slice(&account);
    let (a, b) = ([0xa1; 32], [0xb2; 32]);
    for leaves in [
        vec![],
        vec![a],
        vec![a, b],
        vec![b, a],
        vec![a, a],
        vec![a, b, a],
    ] {
        let preimage = [&[APPROVAL_DOMAIN, word], &leaves[..]].concat().concat();
        assert_eq!(
            approval(&Sha3, &account, &leaves.concat()),
            Sha3.keccak(&[&preimage])
        );
    }
}

#[test]
fn approvals_differ_by_account_and_by_every_leaf() {
    let of = |account: u8, leaves: &[u8]| approval(&Sha3, &[account; 20], leaves);
    let approvals = [
        of(1, &[]),
        of(2, &[]),
        of(1, &[0xa1; 32]),
        of(1, &[0xa1; 64]),
        of(1, &[[0xa1; 32], [0xb2; 32]].concat()),
        of(1, &[[0xb2; 32], [0xa1; 32]].concat()),
    ];
    for (index, approval) in approvals.iter().enumerate() {
        assert!(!approvals[..index].contains(approval));
    }
}
