//! Sessions as a wallet keeps them, and whether one is live.

mod common;

use alloy::primitives::{Address, B256, U256, aliases::U192};
use common::{session, sessions};
use serde_json::{Value, json};
use session_keys::{
    NotLive, Session, SessionStore, Status, StoreError, Tree, TreeError,
    session_data::{Bounds, Erc20Transfer, Lane},
    well_known,
};

const NOW: u64 = 1_000;

/// Session `n`, valid in this window.
fn within(n: u64, valid_after_secs: u64, valid_until_secs: u64) -> Session {
    Session {
        valid_after_secs,
        valid_until_secs,
        ..session(n)
    }
}

fn stored(sessions: Vec<Session>) -> SessionStore {
    SessionStore::new().unwrap().update(sessions, NOW).unwrap()
}

fn sessions_of(store: &SessionStore) -> Vec<Session> {
    let sessions = store.sessions().iter().map(|stored| stored.session());
    sessions.collect()
}

#[test]
fn an_update_leaves_the_expired_out() {
    let [ended, ends_now, ends_later, endless] =
        [NOW - 1, NOW, NOW + 1, 0].map(|end| within(end, 0, end));
    let all = [&ended, &ends_now, &ends_later, &endless].map(Clone::clone);
    let early = SessionStore::new()
        .unwrap()
        .update(all.to_vec(), 0)
        .unwrap();
    assert_eq!(sessions_of(&early), all);
    let added = within(7, 0, NOW);
    let store = early.update(vec![added.clone()], NOW).unwrap();
    assert_eq!(sessions_of(&store), [ends_now, ends_later, endless, added]);
    assert_eq!(store.tree(), &Tree::new(sessions_of(&store)).unwrap());

    // the tree of before is still there, for it is the account's until the grant
    assert_eq!(early.tree().root(), Tree::new(all.to_vec()).unwrap().root());
    let error = store.update(vec![endless_of(8), ended], NOW).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("added[1].validUntil: expected 0 or at least 1000, now, got 999"),
        "{text}"
    );
}

fn endless_of(n: u64) -> Session {
    within(n, 0, 0)
}

#[test]
fn what_was_granted_is_active() {
    let mut store = stored(vec![endless_of(1), endless_of(2)]);
    let statuses =
        |store: &SessionStore| -> Vec<_> { store.sessions().iter().map(|s| s.status).collect() };
    assert_eq!(statuses(&store), [Status::Pending; 2]);
    let other = B256::repeat_byte(1);
    let root = store.tree().root();
    assert_eq!(
        store.confirm(other),
        Err(NotLive::OtherRoot {
            stored: root,
            on_chain: other
        })
    );
    assert_eq!(statuses(&store), [Status::Pending; 2]);
    store.confirm(root).unwrap();
    assert_eq!(statuses(&store), [Status::Active; 2]);
    let store = store.update(vec![endless_of(3)], NOW).unwrap();
    assert_eq!(
        statuses(&store),
        [Status::Active, Status::Active, Status::Pending]
    );
}

#[test]
fn the_file_is_the_sdks() {
    let account = Address::repeat_byte(0xAC);
    assert_eq!(
        SessionStore::name(account),
        format!("0x{}_sessions", "ac".repeat(20))
    );
    let key = Address::repeat_byte(0xEE);
    let transfer = Erc20Transfer {
        session_key: key,
        token: Address::repeat_byte(0xDD),
        recipient: Address::repeat_byte(0xCC),
        max_amount: U256::from(10),
    };
    let session = Session {
        valid_until_secs: 2_000,
        valid_after_secs: 3,
        svm: Address::repeat_byte(0xBB),
        session_key_data: transfer.encode(),
    };
    let store = stored(vec![session.clone()]);
    let written: Value = serde_json::from_str(&store.to_json().unwrap()).unwrap();
    let leaf = session.leaf();
    let expected = json!({
        "merkleRoot": leaf,
        "leafNodes": [{
            "validUntil": 2_000,
            "validAfter": 3,
            "sessionValidationModule": format!("0x{}", "bb".repeat(20)),
            "sessionKeyData": format!("0x{}", alloy::hex::encode(transfer.encode())),
            "sessionPublicKey": format!("0x{}", "ee".repeat(20)),
            "sessionID": &leaf.to_string()[2..12],
            "status": "PENDING",
        }],
    });
    assert_eq!(written, expected);
    assert_eq!(
        SessionStore::from_json(&expected.to_string()).unwrap(),
        store
    );
}

#[test]
fn what_the_sdk_keeps_beside_is_not_lost() {
    let begun = r#"{ "merkleRoot": "", "leafNodes": [] }"#;
    let store = SessionStore::from_json(begun).unwrap();
    assert_eq!(store, SessionStore::new().unwrap());
    let store = store.update(
        sessions(3)
            .into_iter()
            .map(|s| Session {
                valid_until_secs: 0,
                ..s
            })
            .collect(),
        NOW,
    );
    let store = store.unwrap();
    let mut file: Value = serde_json::from_str(&store.to_json().unwrap()).unwrap();
    let module = json!({ "mpcKeyId": "7" });
    file["leafNodes"][0]["danModuleInfo"] = module.clone();
    file["leafNodes"][1]["status"] = json!("REVOKED");
    file["leafNodes"][2]["status"] = json!("INACTIVE");
    let store = SessionStore::from_json(&file.to_string()).unwrap();
    let again: Value = serde_json::from_str(&store.to_json().unwrap()).unwrap();
    assert_eq!(again, file);
    // the SDK would put a revoked session back into its next tree
    let next = store.update(vec![endless_of(9)], NOW).unwrap();
    let all = sessions_of(&store);
    assert_eq!(
        sessions_of(&next),
        [all[0].clone(), all[2].clone(), endless_of(9)]
    );
    assert_eq!(next.sessions()[0].other["danModuleInfo"], module);
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let store = stored(vec![endless_of(1), endless_of(2)]);
    let file: Value = serde_json::from_str(&store.to_json().unwrap()).unwrap();
    let read = |file: &Value| SessionStore::from_json(&file.to_string());
    let mut longer = file.clone();
    longer["leafNodes"][0]["validUntil"] = json!(9);
    let mut cut = file.clone();
    cut["leafNodes"].as_array_mut().unwrap().pop();
    let mut swapped = file.clone();
    swapped["merkleRoot"] = json!(B256::ZERO);
    for changed in [longer, cut, swapped] {
        let error = read(&changed).unwrap_err();
        assert!(matches!(error, StoreError::OtherRoot { .. }), "{error}");
    }
    let mut unknown = file.clone();
    unknown["leafNodes"][0]["status"] = json!("GRANTED");
    let mut unnamed = file;
    unnamed["leafNodes"][0]
        .as_object_mut()
        .unwrap()
        .remove("sessionID");
    for changed in [unknown, unnamed, json!([]), json!({})] {
        assert!(matches!(read(&changed), Err(StoreError::Json(_))));
    }
}

#[test]
fn bounds_must_bind_all_sessions_that_are_kept() {
    let transfer = |max_amount| Session {
        svm: well_known::ERC20_TRANSFER.into(),
        session_key_data: Erc20Transfer {
            session_key: Address::repeat_byte(0x5e),
            token: Address::repeat_byte(1),
            recipient: Address::repeat_byte(2),
            max_amount: U256::from(max_amount),
        }
        .encode(),
        ..Session::default()
    };
    let lane = Lane {
        key: U192::from(7),
        max_uses: 1,
    };
    let bounded = Bounds::new(lane, 1, 1).wrap(&transfer(1)).unwrap();
    let error = stored(vec![bounded])
        .update(vec![transfer(2)], NOW)
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Tree(TreeError::Unbounded { .. })),
        "{error}"
    );
}

#[test]
fn a_session_is_live_in_its_window_under_the_accounts_root() {
    let windows = [(0, 0), (NOW, 0), (0, NOW), (NOW + 1, 0), (0, NOW - 1)];
    let all: Vec<_> = (1..)
        .zip(windows)
        .map(|(n, (begin, end))| within(n, begin, end))
        .collect();
    let tree = Tree::new(all.clone()).unwrap();
    let root = tree.root();
    for (index, session) in all.iter().enumerate().take(3) {
        assert_eq!(tree.live(session, root, NOW), Ok(index));
    }
    let (valid_after_secs, valid_until_secs, now_secs) = (NOW + 1, NOW - 1, NOW);
    assert_eq!(
        tree.live(&all[3], root, NOW),
        Err(NotLive::NotYet {
            valid_after_secs,
            now_secs
        })
    );
    assert_eq!(tree.live(&all[3], root, NOW + 1), Ok(3));
    assert_eq!(
        tree.live(&all[4], root, NOW),
        Err(NotLive::Expired {
            valid_until_secs,
            now_secs
        })
    );
    assert_eq!(tree.live(&all[4], root, NOW - 1), Ok(4));

    let longer = Session {
        valid_until_secs: NOW + 5,
        ..all[4].clone()
    };
    let leaf = longer.leaf();
    assert_eq!(
        tree.live(&longer, root, NOW),
        Err(NotLive::Unknown { leaf, sessions: 5 })
    );

    let (stored, on_chain) = (root, B256::repeat_byte(9));
    assert_eq!(
        tree.live(&all[0], on_chain, NOW),
        Err(NotLive::OtherRoot { stored, on_chain })
    );
    assert_eq!(
        tree.live(&all[0], B256::ZERO, NOW),
        Err(NotLive::NoSessions { stored })
    );
    // without sessions root 0 is right, and nothing is live
    let none = Tree::new(Vec::new()).unwrap();
    none.check_root(B256::ZERO).unwrap();
    let unknown = NotLive::Unknown {
        leaf: all[0].leaf(),
        sessions: 0,
    };
    assert_eq!(none.live(&all[0], B256::ZERO, NOW), Err(unknown));
}
