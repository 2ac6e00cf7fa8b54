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
const SVMS: [(&str, &str); 2] = [("ABISVM", "abi"), ("ERC20SVM", "erc20-transfer")];
const SEPARATE: [(&str, &str); 2] = [
    ("SKM", "session-key-manager"),
    ("BSR", "batched-session-router"),
];
const MODULE: [(&str, &str); 1] = [("SKM", "session-module")];
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

    /// The chain before each case, with these programs that validate: calls leave nothing behind.
    fn chain(&self, validators: &[(&str, &str)]) -> Devnode {
        let mut node = Devnode::default();
        for (name, package) in validators.iter().chain(&SVMS) {
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

    fn run(&self, node: &Devnode, case: &Case, to: &str) -> Answer {
        let request = TransactionRequest::default()
            .from(self.address(&case.caller))
            .to(self.address(to))
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
    let node = vectors.chain(&SEPARATE);
    let mut differing = Vec::new();
    for case in &vectors.cases {
        let (answer, expected) = (vectors.run(&node, case, &case.to), case.expected());
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

/// What is encoded for one action, and comes with a batch, or the other way round: the session module reads it by the
/// decoder of the other, where manager and router decode it and refuse the selector.
const OF_THE_OTHER_DECODER: [&str; 2] = ["bsr.selector", "skm.erc20.selector"];

#[test]
fn the_session_module_answers_for_manager_and_router() {
    e2e::embedded_only!("code at given addresses");
    let vectors = Vectors::read();
    let (separate, module) = (vectors.chain(&SEPARATE), vectors.chain(&MODULE));
    let mut differing = Vec::new();
    for case in &vectors.cases {
        let to = if case.to == "BSR" { "SKM" } else { &case.to };
        let answer = vectors.run(&module, case, to);
        if answer != vectors.run(&separate, case, &case.to) {
            let refusal = Answer {
                is_ok: false,
                data: Bytes::new(),
            };
            assert_eq!(answer, refusal, "{}", case.id);
            differing.push(case.id.as_str());
        }
    }
    differing.sort_unstable();
    let is_there = |id: &&str| vectors.cases.iter().any(|case| case.id == *id);
    let expected: Vec<_> = OF_THE_OTHER_DECODER.into_iter().filter(is_there).collect();
    assert_eq!(differing, expected);
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
    for validators in [&SEPARATE[..], &MODULE] {
        let root = vectors.chain(validators).call(&request, Latest).unwrap();
        assert_eq!(root[..], preset.value.to_be_bytes::<32>());
    }
}
