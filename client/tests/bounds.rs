//! Bounds: the bytes of §10.7, what is refused, and trees in which they would not bind.

mod common;

use alloy::primitives::{Address, U256, aliases::U192, hex};
use proptest::prelude::*;
use session_core::rules::bounded::Grant;
use session_keys::{
    Session, Tree, TreeError,
    session_data::{Bounds, Erc20Approval, Lane, PaymasterRule, SessionDataError},
    well_known,
};

const KEY: Address = Address::repeat_byte(0x5e);

fn lane(key: u64, max_uses: u64) -> Lane {
    Lane {
        key: U192::from(key),
        max_uses,
    }
}

fn bounds(key: u64) -> Bounds {
    Bounds::new(lane(key, 3), 1_000, 500)
}

/// A plain session of a key.
fn session(key: Address, token: u8) -> Session {
    let approval = Erc20Approval {
        session_key: key,
        token: Address::repeat_byte(token),
        spender: Address::repeat_byte(1),
        max_amount: U256::ONE,
    };
    Session {
        valid_until_secs: 9,
        valid_after_secs: 8,
        svm: well_known::ERC20_APPROVAL.into(),
        session_key_data: approval.encode().unwrap(),
    }
}

fn tree(sessions: &[Session]) -> Result<Tree, TreeError> {
    Tree::new(sessions.to_vec())
}

#[test]
fn the_bytes() {
    let bounds = Bounds {
        lane: Some(lane(0x0102_0304_0506_0708, 0x1112_1314_1516_1718)),
        paymaster: PaymasterRule::Only(Address::repeat_byte(0x22)),
        max_op_cost_wei: 0x3132_3334_3536_3738_393a_3b3c_3d3e_3f40,
        max_fee_per_gas_wei: 0x4142_4344_4546_4748_494a_4b4c_4d4e_4f50,
        max_gas: 0x5152_5354_5556_5758,
        serves_several_actions: true,
    };
    let inner = Session {
        svm: Address::repeat_byte(0x66),
        session_key_data: b"inner".into(),
        ..session(KEY, 2)
    };
    let wrapped = bounds.wrap(&inner).unwrap();
    let data = [
        &hex!(
            "010d11121314151617180000000000000000000000000000000001020304050607083132333435363738393a3b3c3d3e3f40"
        )[..],
        &hex!("4142434445464748494a4b4c4d4e4f505152535455565758"),
        &[0x22; 20],
        &[0x66; 20],
        b"inner",
    ];
    assert_eq!(wrapped.session_key_data, data.concat());
    let session = Session {
        svm: well_known::BOUNDED.into(),
        session_key_data: data.concat().into(),
        ..inner
    };
    assert_eq!(wrapped, session);
}

#[test]
fn what_is_refused() {
    let refused = |bounds: Bounds| bounds.wrap(&session(KEY, 2)).unwrap_err();
    let zero_lane = Bounds {
        lane: Some(lane(0, 3)),
        ..bounds(1)
    };
    assert_eq!(refused(zero_lane), SessionDataError::ZeroLane);
    let zero_paymaster = Bounds {
        paymaster: PaymasterRule::Only(Address::ZERO),
        ..bounds(1)
    };
    assert_eq!(refused(zero_paymaster), SessionDataError::ZeroPaymaster);
    let no_svm = Session {
        svm: Address::ZERO,
        ..session(KEY, 2)
    };
    assert_eq!(bounds(1).wrap(&no_svm), Err(SessionDataError::ZeroSvm));
    let wrapped = bounds(1).wrap(&session(KEY, 2)).unwrap();
    let twice = bounds(2).wrap(&wrapped);
    assert_eq!(twice, Err(SessionDataError::BoundedTwice));
}

#[test]
fn lanes_are_drawn_and_checked() {
    let drawn: Vec<_> = (0..100).map(|_| Lane::random(7)).collect();
    for lane in &drawn {
        assert!(!lane.key.is_zero() && lane.key < U192::from(1_u64 << 53));
        assert_eq!(lane.max_uses, 7);
    }
    assert!(drawn.iter().any(|lane| lane.key > U192::from(1_u64 << 50)));
    assert!(drawn.windows(2).all(|pair| pair[0] != pair[1]));
    // As EntryPoint v0.6 answers.
    let nonce = |sequence: u64| U256::from(77) << 64 | U256::from(sequence);
    let fresh = lane(77, 3);
    assert_eq!(fresh.check_fresh(nonce(0)), Ok(()));
    for uses in [1, u64::MAX] {
        let lane = fresh.key;
        let used = Err(SessionDataError::UsedLane { lane, uses });
        assert_eq!(fresh.check_fresh(nonce(uses)), used);
    }
}

#[test]
fn the_session_key_is_found() {
    assert_eq!(session(KEY, 2).session_key(), Some(KEY));
    let wrapped = bounds(1).wrap(&session(KEY, 2)).unwrap();
    assert_eq!(wrapped.session_key(), Some(KEY));
    let packed = |data: Vec<u8>| Session {
        session_key_data: data.into(),
        ..session(KEY, 2)
    };
    let key = [KEY.as_slice(), &[1; 30]].concat();
    assert_eq!(packed(key.clone()).session_key(), Some(KEY));
    assert_eq!(packed(key[..20].to_vec()).session_key(), Some(KEY));
    assert_eq!(packed(key[..19].to_vec()).session_key(), None);
}

#[test]
fn a_key_is_bounded_everywhere_or_nowhere() {
    let plain = session(KEY, 2);
    let bounded = bounds(1).wrap(&session(KEY, 3)).unwrap();
    let mixed = TreeError::Unbounded { key: KEY };
    assert_eq!(tree(&[plain.clone(), bounded.clone()]).unwrap_err(), mixed);
    assert_eq!(tree(&[bounded.clone(), plain.clone()]).unwrap_err(), mixed);
    // It can be imported, so that it can be mended.
    let foreign = Tree::import(vec![plain.clone(), bounded.clone()]).unwrap();
    assert_eq!(foreign.check_bounds(), Err(mixed));
    let mended = foreign.without(&[plain.leaf()]).unwrap();
    assert_eq!(mended.check_bounds(), Ok(()));
    // Another key's sessions are its own affair.
    let other = session(Address::repeat_byte(0x77), 2);
    assert!(tree(&[other, bounded]).is_ok());
}

#[test]
fn a_lane_is_of_one_grant() {
    let one = bounds(1).wrap(&session(KEY, 2)).unwrap();
    let same = bounds(1).wrap(&session(KEY, 3)).unwrap();
    assert!(tree(&[one.clone(), same]).is_ok());
    let shared = TreeError::SharedLane {
        lane: U192::from(1),
    };
    let other_key = bounds(1)
        .wrap(&session(Address::repeat_byte(0x77), 2))
        .unwrap();
    assert_eq!(tree(&[one.clone(), other_key]).unwrap_err(), shared);
    for other in [
        Bounds {
            lane: Some(lane(1, 4)),
            ..bounds(1)
        },
        Bounds {
            max_gas: 501,
            ..bounds(1)
        },
        Bounds {
            serves_several_actions: true,
            ..bounds(1)
        },
    ] {
        let other = other.wrap(&session(KEY, 2)).unwrap();
        assert_eq!(tree(&[one.clone(), other]).unwrap_err(), shared);
    }
    let another_lane = bounds(2).wrap(&session(KEY, 2)).unwrap();
    assert!(tree(&[one, another_lane]).is_ok());
    // Without a lane there is none to share.
    let [free, other] = [1, 2].map(|gas| {
        let bounds = Bounds {
            lane: None,
            max_gas: gas,
            ..bounds(1)
        };
        bounds.wrap(&session(KEY, 2)).unwrap()
    });
    assert!(tree(&[free, other]).is_ok());
}

proptest! {
    /// Whatever is wrapped, the program reads back.
    #[test]
    fn the_program_reads_what_is_written(
        lane in proptest::option::of((1u64.., any::<u64>())),
        rule in 0..3,
        cost in any::<u128>(),
        fee in any::<u128>(),
        gas in any::<u64>(),
        serves_several_actions in any::<bool>(),
    ) {
        let paymaster = match rule {
            0 => PaymasterRule::Any,
            1 => PaymasterRule::Nobody,
            _ => PaymasterRule::Only(Address::repeat_byte(9)),
        };
        let bounds = Bounds {
            lane: lane.map(|(key, uses)| self::lane(key, uses)),
            paymaster,
            max_op_cost_wei: cost,
            max_fee_per_gas_wei: fee,
            max_gas: gas,
            serves_several_actions,
        };
        let inner = session(KEY, 2);
        let wrapped = bounds.wrap(&inner).unwrap();
        let grant = Grant::decode(&wrapped.session_key_data, &well_known::BOUNDED).unwrap();
        let (key, uses) = lane.unwrap_or_default();
        prop_assert_eq!(grant.max_uses, uses);
        prop_assert_eq!(U192::from_be_bytes(*grant.lane), U192::from(key));
        prop_assert_eq!(u128::from_be_bytes(*grant.max_op_cost), cost);
        prop_assert_eq!(u128::from_be_bytes(*grant.max_fee_per_gas), fee);
        prop_assert_eq!(u64::from_be_bytes(*grant.max_gas), gas);
        prop_assert_eq!(grant.inner_svm, &inner.svm.0.0);
        prop_assert_eq!(grant.inner_data, &inner.session_key_data[..]);
    }
}
