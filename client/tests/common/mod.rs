//! Shared by the tests: committed vectors, and proofs as the programs read them.
#![allow(dead_code, missing_docs)]

use std::{fs, path::Path};

use alloy::primitives::{Address, B256, Bytes};
use serde_json::Value;
use session_core::merkle;
use session_keys::{NativeKeccak, Session};

/// A JSON file in tests/vectors of the workspace.
pub fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let text = fs::read_to_string(path.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A JSON string of hex.
pub fn bytes(value: &Value) -> Bytes {
    value.as_str().unwrap().parse().unwrap()
}

/// A JSON string of 32 bytes of hex.
pub fn word(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}

/// JSON strings of 32 bytes of hex.
pub fn words(value: &Value) -> Vec<B256> {
    value.as_array().unwrap().iter().map(word).collect()
}

/// A JSON string with an address.
pub fn address(value: &Value) -> Address {
    value.as_str().unwrap().parse().unwrap()
}

/// Does the program's own code find the leaf in the tree of this root?
pub fn proves(root: B256, leaf: B256, proof: &[B256]) -> bool {
    let proof: Vec<_> = proof.iter().map(|node| node.0).collect();
    merkle::is_in(&NativeKeccak, &root, leaf.0, &proof)
}

/// Session `n` of tests/vectors/merkletreejs.json.
pub fn session(n: u64) -> Session {
    Session {
        valid_until_secs: n,
        valid_after_secs: 0,
        svm: Address::repeat_byte(0x11),
        session_key_data: Address::left_padding_from(&n.to_be_bytes())
            .into_array()
            .into(),
    }
}

/// Sessions 1 to `n`.
pub fn sessions(n: u64) -> Vec<Session> {
    (1..=n).map(session).collect()
}
