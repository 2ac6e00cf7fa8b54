//! Which sessions an account has approved (§2.2, 7.2-D, §10.8).

use crate::support::Sha3;
use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolValue;
use session_core::{
    Address, Keccak, Reject, Word,
    merkle::parent,
    proof::{is_node, not_approved, prove},
    reject,
    secs::{FOREVER, to_u64},
    user_op::ManagerSignature,
};

/// A session as its words, so that none has to be true.
#[derive(Clone)]
struct Plain {
    valid_until_secs: u64,
    valid_after_secs: u64,
    svm: Address,
    data: Vec<u8>,
}

fn plain(data: &[u8]) -> Plain {
    Plain {
        valid_until_secs: 2_000_000_000,
        valid_after_secs: 1_000_000_000,
        svm: [0x5e; 20],
        data: data.to_vec(),
    }
}

impl Plain {
    /// §2.2.
    fn leaf(&self) -> Word {
        let until = &self.valid_until_secs.to_be_bytes()[2..];
        let after = &self.valid_after_secs.to_be_bytes()[2..];
        Sha3.keccak(&[&[until, after, &self.svm, &self.data].concat()])
    }

    fn prove(&self, root: &Word, proof: &[Word]) -> Result<Word, Reject> {
        self.prove_by(&Sha3, root, proof)
    }

    fn prove_by(&self, keccak: &impl Keccak, root: &Word, proof: &[Word]) -> Result<Word, Reject> {
        let proof: Vec<B256> = proof.iter().map(|node| (*node).into()).collect();
        let encoded = (
            U256::from(self.valid_until_secs),
            U256::from(self.valid_after_secs),
            alloy_primitives::Address::from(self.svm),
            Bytes::from(self.data.clone()),
            proof,
            Bytes::new(),
        )
            .abi_encode_params();
        let session = ManagerSignature::decode(&encoded).unwrap().session;
        prove(keccak, root, &session)
    }

    /// As the only session of an account.
    fn alone(&self) -> Result<Word, Reject> {
        self.prove(&self.leaf(), &[])
    }
}

#[test]
fn the_refusal_is_the_references() {
    assert_eq!(not_approved(), reject!("SessionNotApproved"));
}

#[test]
fn a_session_is_proven_by_its_siblings_from_the_leaf_up() {
    let sessions = [&b"a"[..], b"b", b"c", b"d"].map(plain);
    let [a, b, c, d] = [0, 1, 2, 3].map(|index| sessions[index].leaf());
    let (left, right) = (parent(&Sha3, &a, &b), parent(&Sha3, &c, &d));
    let root = parent(&Sha3, &left, &right);
    let proofs = [[b, right], [a, right], [d, left], [c, left]];
    for (session, [first, second]) in sessions.iter().zip(proofs) {
        assert_eq!(session.prove(&root, &[first, second]), Ok(session.leaf()));
        for wrong in [
            &[][..],
            &[first],
            &[second],
            &[second, first],
            &[first, second, [0; 32]],
            &[first, second, second],
            &[[0; 32], first, second],
            &[first, [0x77; 32]],
            &[[0x77; 32], second],
        ] {
            assert_eq!(session.prove(&root, wrong), Err(not_approved()));
        }
        assert_eq!(
            session.prove(&left, &[first, second]),
            Err(not_approved()),
            "another root"
        );
        let mut neighbour = root;
        neighbour[31] ^= 1;
        assert_eq!(
            session.prove(&neighbour, &[first, second]),
            Err(not_approved())
        );
    }
}

#[test]
fn every_field_of_a_session_is_in_its_leaf() {
    let good = plain(b"limits");
    let root = good.leaf();
    assert_eq!(good.prove(&root, &[]), Ok(root));
    let mut others = vec![
        Plain {
            data: b"limit".to_vec(),
            ..good.clone()
        },
        Plain {
            data: b"limits ".to_vec(),
            ..good.clone()
        },
        Plain {
            data: b"Limits".to_vec(),
            ..good.clone()
        },
    ];
    for bit in 0..47 {
        others.push(Plain {
            valid_until_secs: good.valid_until_secs ^ 1 << bit,
            ..good.clone()
        });
        others.push(Plain {
            valid_after_secs: good.valid_after_secs ^ 1 << bit,
            ..good.clone()
        });
    }
    for byte in 0..20 {
        let mut other = good.clone();
        other.svm[byte] ^= 1;
        others.push(other);
    }
    for other in others {
        assert_eq!(other.prove(&root, &[]), Err(not_approved()));
        assert!(other.alone().is_ok());
    }
}

#[test]
fn nothing_is_proven_against_the_root_zero() {
    let session = plain(b"limits");
    assert_eq!(session.prove(&[0; 32], &[]), Err(not_approved()));
    assert_eq!(session.prove(&[0; 32], &[[0; 32]]), Err(not_approved()));

    /// Even if a leaf of hash zero were found.
    struct Broken;
    impl Keccak for Broken {
        fn keccak(&self, _: &[&[u8]]) -> Word {
            [0; 32]
        }
    }
    for proof in [&[][..], &[[0; 32]]] {
        let answer = session.prove_by(&Broken, &[0; 32], proof);
        assert_eq!(answer, Err(not_approved()));
    }
}

/// The attack of 7.2-D: of a tree of two leaves, the bytes under the root are read as one session.
#[test]
fn an_inner_node_is_no_session() {
    // Leaves whose bytes have no bit 47 where a session has its window: nothing else would refuse them.
    let leaf = |n: u16| Sha3.keccak(&[&n.to_be_bytes()]);
    let is_plain = |node: &Word| node[0] < 0x80 && node[6] < 0x80;
    let mut pair = (0..).map(leaf).filter(is_plain).take(2);
    let mut pair = [pair.next().unwrap(), pair.next().unwrap()];
    pair.sort_unstable();
    let [low, high] = pair;
    let root = parent(&Sha3, &low, &high);

    let secs = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |secs, byte| secs << 8 | u64::from(*byte))
    };
    let forged = Plain {
        valid_until_secs: secs(&low[..6]),
        valid_after_secs: secs(&low[6..12]),
        svm: low[12..].try_into().unwrap(),
        data: high.to_vec(),
    };
    assert_eq!(forged.leaf(), root, "the preimage is the node's");
    assert_eq!(forged.prove(&root, &[]), Err(not_approved()));
}

#[test]
fn data_of_32_bytes_is_one_address_or_refused() {
    let mut address = [0xff; 32];
    address[..12].fill(0);
    for data in [[0; 32], address] {
        assert!(!is_node(&data));
        assert!(plain(&data).alone().is_ok());
    }
    for bit in 0..256 {
        let mut data = [0; 32];
        data[bit / 8] = 1 << (bit % 8);
        let is_refused = bit < 96;
        assert_eq!(is_node(&data), is_refused, "bit {bit}");
        let session = plain(&data);
        let expected = if is_refused {
            Err(not_approved())
        } else {
            Ok(session.leaf())
        };
        assert_eq!(session.alone(), expected, "bit {bit}");
    }
}

#[test]
fn data_of_any_other_length_may_have_any_bytes() {
    for len in (0..32).chain(33..=128) {
        for byte in [0, 0xff] {
            let data = vec![byte; len];
            assert!(!is_node(&data), "{len} bytes");
            assert!(plain(&data).alone().is_ok(), "{len} bytes");
        }
    }
}

#[test]
fn bit_47_is_refused_in_a_session_but_in_for_ever() {
    let (bit, forever) = (1 << 47, to_u64(&FOREVER));
    for (until, after, is_allowed) in [
        (0, 0, true),
        (bit - 1, bit - 1, true),
        (forever, 0, true),
        (forever, bit - 1, true),
        (bit, 0, false),
        (bit + 1, 0, false),
        (forever - 1, 0, false),
        (forever - bit / 2, 0, false),
        (0, bit, false),
        (0, forever, false),
        (forever, bit, false),
        (forever, forever, false),
        (bit, bit, false),
    ] {
        let session = Plain {
            valid_until_secs: until,
            valid_after_secs: after,
            ..plain(b"limits")
        };
        let expected = if is_allowed {
            Ok(session.leaf())
        } else {
            Err(not_approved())
        };
        assert_eq!(session.alone(), expected, "{until:x} {after:x}");
    }
    assert_eq!(forever, 0xffff_ffff_ffff);
}
