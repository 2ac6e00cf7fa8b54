//! What the client does not put into a tree and does not sign for.

mod common;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::local::PrivateKeySigner,
};
use common::{session, sessions};
use session_core::secs::{FOREVER, to_u64};
use session_keys::{
    Action, DUMMY_SIGNATURE, Deployment, Item, ItemError, Session, SessionError, SessionKey,
    SignError, Tree, TreeError, UserOp, calls, execute, execute_batch, manager_signature,
    router_signature,
};

const BIT_47: u64 = 1 << 47;

fn window(valid_until_secs: u64, valid_after_secs: u64) -> Session {
    Session {
        valid_until_secs,
        valid_after_secs,
        ..session(1)
    }
}

fn data(session_key_data: impl Into<Bytes>) -> Session {
    Session {
        session_key_data: session_key_data.into(),
        ..session(1)
    }
}

/// One word: an address, with `byte` set before it.
fn word(byte: usize) -> Session {
    let mut word = B256::left_padding_from(&[0xff; 20]);
    word[byte] |= 1;
    data(word)
}

fn refused() -> Vec<(Session, SessionError)> {
    let block_number = |valid_until_secs, valid_after_secs| {
        let error = SessionError::BlockNumberWindow {
            valid_until_secs,
            valid_after_secs,
        };
        (window(valid_until_secs, valid_after_secs), error)
    };
    let too_wide = |valid_until_secs, valid_after_secs, secs| {
        (
            window(valid_until_secs, valid_after_secs),
            SessionError::WindowTooWide { secs },
        )
    };
    vec![
        too_wide(1 << 48, 0, 1 << 48),
        too_wide(u64::MAX, 0, u64::MAX),
        too_wide(0, 1 << 48, 1 << 48),
        block_number(BIT_47, 0),
        block_number(to_u64(&FOREVER) - 1, 0),
        block_number(0, BIT_47),
        block_number(to_u64(&FOREVER), to_u64(&FOREVER)),
        (data([0xff; 32]), SessionError::AmbiguousNode),
        (word(0), SessionError::AmbiguousNode),
        (word(11), SessionError::AmbiguousNode),
    ]
}

fn allowed() -> Vec<Session> {
    vec![
        window(0, 0),
        window(0, BIT_47 - 1),
        window(2, 2),
        // Never valid; in a tree of somebody else's it must not stand in the way.
        window(1, 2),
        Session {
            svm: Address::ZERO,
            ..session(1)
        },
        window(BIT_47 - 1, 0),
        window(to_u64(&FOREVER), BIT_47 - 1),
        word(12),
        data([0; 32]),
        data([0xff; 31]),
        data([0xff; 33]),
        data([]),
    ]
}

#[test]
fn sessions_that_are_refused() {
    for (bad, error) in refused() {
        assert_eq!(bad.check(), Err(error));
        let tree = Tree::new(vec![session(1), session(2), bad.clone(), bad.clone()]);
        assert_eq!(tree, Err(TreeError::Session { index: 2, error }));
        assert_eq!(manager_signature(&bad, &[], &DUMMY_SIGNATURE), Err(error));
        let good = session(1);
        let items = [&good, &bad].map(|session| Item {
            session,
            proof: &[],
            call_specific_data: &[],
        });
        let signature = router_signature(Address::ZERO, &items, &DUMMY_SIGNATURE);
        assert_eq!(signature, Err(ItemError { index: 1, error }));
    }
}

#[test]
fn sessions_that_are_allowed() {
    for good in allowed() {
        assert_eq!(good.check(), Ok(()), "{good:?}");
        assert!(Tree::new(vec![good.clone()]).is_ok());
        assert!(manager_signature(&good, &[], &DUMMY_SIGNATURE).is_ok());
    }
}

#[test]
fn user_ops_that_are_not_signed() {
    let key = SessionKey {
        signer: PrivateKeySigner::from_slice(&[0x11; 32]).unwrap(),
        deployment: Deployment {
            manager: Address::repeat_byte(1),
            router: Address::repeat_byte(2),
            entry_point: Address::repeat_byte(3),
            chain_id: 1,
        },
    };
    let tree = Tree::new(sessions(3)).unwrap();
    let action = Action {
        to: Address::repeat_byte(4),
        value: U256::ZERO,
        data: Bytes::new(),
    };
    let one = execute(&action);
    let two = execute_batch(&[action.clone(), action]);
    let refused = |call_data: &[u8], sessions: &[usize]| {
        let mut op = UserOp {
            callData: Bytes::copy_from_slice(call_data),
            signature: Bytes::from_static(b"before"),
            ..UserOp::default()
        };
        let before = op.clone();
        let dummy = key
            .sign_dummy(&tree, sessions, &mut op)
            .map_err(|error| error.to_string());
        let error = key.sign(&tree, sessions, &mut op).unwrap_err();
        assert_eq!(dummy, Err(error.to_string()));
        assert_eq!(op, before);
        error
    };
    let enable = calls::enable_module(Address::repeat_byte(5));
    for call_data in [&[][..], &one[..3], &one[..40], &two[..70], &enable] {
        assert!(matches!(refused(call_data, &[0]), SignError::CallData));
        assert!(matches!(refused(call_data, &[]), SignError::CallData));
    }
    let none = execute_batch(&[]);
    for (call_data, sessions) in [
        (&one, &[][..]),
        (&one, &[0, 1]),
        (&two, &[0]),
        (&two, &[0, 1, 2]),
        (&none, &[]),
        (&none, &[0]),
    ] {
        let error = refused(call_data, sessions);
        assert!(
            matches!(error, SignError::Count { sessions: given } if given == sessions.len()),
            "{error}"
        );
    }
    assert!(matches!(
        refused(&one, &[3]),
        SignError::NoSession { index: 3 }
    ));
    assert!(matches!(
        refused(&two, &[2, 9]),
        SignError::NoSession { index: 9 }
    ));
}

#[test]
fn the_key_is_not_in_debug_output() {
    let signer = PrivateKeySigner::from_slice(&[0x11; 32]).unwrap();
    let deployment = Deployment {
        manager: Address::ZERO,
        router: Address::ZERO,
        entry_point: Address::ZERO,
        chain_id: 1,
    };
    let shown = format!("{:?}", SessionKey { signer, deployment });
    assert!(
        !shown.contains("1111") && !shown.contains("17, 17"),
        "{shown}"
    );
}
