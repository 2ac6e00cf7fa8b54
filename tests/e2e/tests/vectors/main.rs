//! Calls whose answers were executed on the reference (tests/vectors/session-keys-v2.json), on our programs at the
//! addresses that leaves and signatures name. `V2_VECTORS` names another file of the same form.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, Bytes, U256, hex},
    rpc::types::TransactionRequest,
    sol_types::{Revert, SolError, SolValue},
};
use devnode::{CallError, Devnode};
use serde::Deserialize;
use world::{artefact, program};

/// What stands at which address: our programs, and two contracts of contracts/mocks.
const PROGRAMS: [(&str, &str); 4] = [
    ("SKM", "session-key-manager"),
    ("BSR", "batched-session-router"),
    ("ABISVM", "abi"),
    ("ERC20SVM", "erc20-transfer"),
];
const CONTRACTS: [(&str, &str); 2] = [("SA", "AccountStub"), ("MOCKSVM", "MockSVM")];

#[derive(Deserialize)]
struct Vectors {
    addresses: BTreeMap<String, Address>,
    storage: BTreeMap<String, Slot>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Slot {
    contract: String,
    slot: U256,
    value: U256,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    to: String,
    caller: String,
    calldata: Bytes,
    /// By generation of the reference.
    expect: BTreeMap<String, Expected>,
    /// Where ours answers otherwise (7.2).
    ours: Option<Ours>,
}

#[derive(Clone, Deserialize)]
struct Expected {
    ok: bool,
    ret: Option<Bytes>,
    revert: Option<Bytes>,
}

#[derive(Deserialize)]
struct Ours {
    ok: bool,
    /// Of `Error(string)`.
    text: String,
}

/// Whether a call succeeds, and what it gives back.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    is_ok: bool,
    data: Bytes,
}

impl Case {
    fn expected(&self) -> Answer {
        if let Some(ours) = &self.ours {
            assert!(!ours.ok, "{}: only refusals have no data", self.id);
            return Answer {
                is_ok: false,
                data: Revert::from(ours.text.as_str()).abi_encode().into(),
            };
        }
        let expected = ["deployed", "all", "dev"]
            .iter()
            .find_map(|generation| self.expect.get(*generation));
        let Expected { ok, ret, revert } = expected.unwrap().clone();
        let data = if ok { ret } else { revert };
        Answer {
            is_ok: ok,
            data: data.unwrap(),
        }
    }
}

impl Vectors {
    fn read() -> Self {
        let default =
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/session-keys-v2.json");
        let path = env::var_os("V2_VECTORS").map_or_else(default, PathBuf::from);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    fn address(&self, name: &str) -> Address {
        self.addresses[name]
    }

    /// The chain before each case: calls leave nothing behind.
    fn chain(&self) -> Devnode {
        let mut node = Devnode::default();
        for (name, package) in PROGRAMS {
            let code = devnode_meter::package(&program(package).unwrap()).unwrap();
            let address = self.address(name);
            node.set_code(address, code.into()).unwrap();
            node.activate(address).unwrap();
        }
        for (name, contract) in CONTRACTS {
            let code = artefact(contract).unwrap().deployed_bytecode.clone();
            node.set_code(self.address(name), code).unwrap();
        }
        let manager = U256::from_be_bytes(self.address("SKM").into_word().0);
        node.set_storage_at(self.address("SA"), U256::ZERO, manager);
        for Slot {
            contract,
            slot,
            value,
        } in self.storage.values()
        {
            node.set_storage_at(self.address(contract), *slot, *value);
        }
        node
    }

    fn run(&self, node: &Devnode, case: &Case) -> Answer {
        let request = TransactionRequest::default()
            .from(self.address(&case.caller))
            .to(self.address(&case.to))
            .input(case.calldata.clone().into());
        match node.call(&request, Latest) {
            Ok(data) => Answer { is_ok: true, data },
            Err(CallError::Revert(revert)) => Answer {
                is_ok: false,
                data: revert.data,
            },
            Err(error) => panic!("{}: {error}", case.id),
        }
    }
}

#[test]
fn every_case_answers_as_the_vectors_say() {
    e2e::embedded_only!("code at given addresses");
    let vectors = Vectors::read();
    let node = vectors.chain();
    let mut differing = Vec::new();
    for case in &vectors.cases {
        let (answer, expected) = (vectors.run(&node, case), case.expected());
        if answer != expected {
            differing.push(format!("{}: {answer:?} instead of {expected:?}", case.id));
        }
    }
    println!(
        "v2 vectors: {} cases, {} differ",
        vectors.cases.len(),
        differing.len()
    );
    assert!(!vectors.cases.is_empty());
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The manager keeps a root where a Solidity mapping has it.
#[test]
fn the_preset_slot_is_the_accounts_root() {
    e2e::embedded_only!("code at given addresses");
    let vectors = Vectors::read();
    let preset = &vectors.storage["skm_userSessions_SA"];
    let get_session_keys = [&hex!("fde5354d")[..], &vectors.address("SA").abi_encode()].concat();
    let request = TransactionRequest::default()
        .to(vectors.address(&preset.contract))
        .input(Bytes::from(get_session_keys).into());
    let root = vectors.chain().call(&request, Latest).unwrap();
    assert_eq!(root[..], preset.value.to_be_bytes::<32>());
}
