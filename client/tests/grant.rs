//! Grants: bounded by default, and for the account.

use alloy::primitives::{Address, U256, aliases::U192};
use session_keys::{
    Fees, Grant, GrantError, Session,
    session_data::{
        Bounds, DexSwap, Erc20Approval, Erc20Stake, Erc1155Mint, Lane, SessionDataError,
    },
    well_known,
};

const ACCOUNT: Address = Address::repeat_byte(0xac);
const THIEF: Address = Address::repeat_byte(0x7f);
const KEY: Address = Address::repeat_byte(0x5e);

fn session(svm: [u8; 20], session_key_data: impl Into<alloy::primitives::Bytes>) -> Session {
    Session {
        svm: svm.into(),
        session_key_data: session_key_data.into(),
        ..Session::default()
    }
}

fn swap(recipient: Address) -> Session {
    let swap = DexSwap {
        session_key: KEY,
        dex: Address::repeat_byte(1),
        token_in: Address::repeat_byte(2),
        token_out: Address::repeat_byte(3),
        recipient,
        max_amount_in: U256::ONE,
        min_out_num: U256::ONE,
        min_out_den: U256::ONE,
    };
    session(well_known::DEX_SWAP, swap.encode().unwrap())
}

fn mint(recipient: Address) -> Session {
    let mint = Erc1155Mint {
        session_key: KEY,
        nft: Address::repeat_byte(1),
        recipient,
        token_id: U256::ONE,
    };
    session(well_known::ERC1155_MINT, mint.encode())
}

fn deposit(receiver: Address) -> Session {
    let deposit = Erc20Stake::deposit(KEY, Address::repeat_byte(1), receiver, U256::ONE);
    session(well_known::ERC20_STAKE, deposit.encode().unwrap())
}

fn stake() -> Session {
    let stake = Erc20Stake::stake(KEY, Address::repeat_byte(1), U256::ONE);
    session(well_known::ERC20_STAKE, stake.encode().unwrap())
}

fn approval() -> Session {
    let approval = Erc20Approval {
        session_key: KEY,
        token: Address::repeat_byte(1),
        spender: THIEF,
        max_amount: U256::ONE,
    };
    session(well_known::ERC20_APPROVAL, approval.encode().unwrap())
}

fn bounds(lane: u64) -> Bounds {
    let lane = Lane {
        key: U192::from(lane),
        max_uses: 2,
    };
    Bounds::new(lane, 1_000, 500)
}

/// Lane 7, of which so many uses are gone.
fn fees(uses: u64) -> Fees {
    Fees::Bounded {
        bounds: bounds(7),
        lane_nonce: U256::from(7) << 64 | U256::from(uses),
    }
}

fn grant(sessions: Vec<Session>) -> Grant {
    Grant {
        account: ACCOUNT,
        sessions,
        fees: fees(0),
        allows_other_recipients: false,
    }
}

#[test]
fn every_session_gets_the_bounds() {
    let plain = vec![
        approval(),
        swap(ACCOUNT),
        deposit(ACCOUNT),
        stake(),
        mint(ACCOUNT),
    ];
    let expected: Vec<_> = plain
        .iter()
        .map(|session| bounds(7).wrap(session).unwrap())
        .collect();
    assert_eq!(grant(plain.clone()).sessions(), Ok(expected));
    let unlimited = Grant {
        fees: Fees::Unlimited,
        ..grant(plain.clone())
    };
    assert_eq!(unlimited.sessions(), Ok(plain));
}

#[test]
fn other_recipients_are_refused_unless_allowed() {
    for (session, field) in [
        (swap(THIEF), "recipient"),
        (mint(THIEF), "recipient"),
        (mint(Address::ZERO), "recipient"),
        (deposit(THIEF), "on_behalf_of"),
    ] {
        let grant = grant(vec![approval(), session.clone()]);
        let error = grant.sessions().unwrap_err();
        let GrantError::OtherRecipient {
            index: 1,
            field: named,
            account: ACCOUNT,
            ..
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(named, field);
        assert!(error.to_string().contains("allow other recipients"));
        let allowed = Grant {
            allows_other_recipients: true,
            ..grant
        };
        assert!(allowed.sessions().is_ok());
    }
}

#[test]
fn sessions_that_have_bounds_are_refused() {
    let bounded = bounds(3).wrap(&approval()).unwrap();
    let error = grant(vec![stake(), bounded]).sessions();
    let twice = SessionDataError::BoundedTwice;
    let expected = GrantError::Session {
        index: 1,
        error: twice,
    };
    assert_eq!(error, Err(expected));
}

#[test]
fn a_lane_that_was_used_is_refused() {
    let used = Grant {
        fees: fees(1),
        ..grant(vec![approval()])
    };
    let lane = U192::from(7);
    let error = SessionDataError::UsedLane { lane, uses: 1 };
    assert_eq!(used.sessions(), Err(GrantError::Lane(error)));
    let Fees::Bounded { bounds, lane_nonce } = used.fees else {
        panic!("they are bounded");
    };
    // Without a lane there is none to be used.
    let bounds = Bounds {
        lane: None,
        ..bounds
    };
    let free = Grant {
        fees: Fees::Bounded { bounds, lane_nonce },
        ..used
    };
    assert!(free.sessions().is_ok());
}
