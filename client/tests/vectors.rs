//! Byte for byte what the released SDK made for the reference contracts (tests/vectors/session-keys-v2.json).

mod common;

use alloy::{
    primitives::{Address, B256, Bytes},
    signers::local::PrivateKeySigner,
    sol,
    sol_types::SolValue as _,
};
use common::{address, bytes, vectors, word, words};
use serde_json::Value;
use session_keys::{
    Deployment, Encoding, Item, Session, SessionKey, Tree, UserOp, account_signature,
    manager_signature, router_signature, sign,
};

sol! {
    struct Proven {
        uint48 validUntil;
        uint48 validAfter;
        address sessionValidationModule;
        bytes sessionKeyData;
        bytes32[] merkleProof;
        bytes last;
    }
}

/// Signatures that are not what any key of the file signs.
const TAMPERED: [&str; 3] = ["bsr.sig.high_s", "skm.sig.high_s", "skm.sig.v0"];

/// Signed by another key than the session's.
const ATTACKED: [&str; 4] = [
    "bsr.early_return_before_2nd_bad_proof",
    "bsr.wrong_signer",
    "skm.erc20.wrong_signer",
    "skm.mock.timed.wrong_signer",
];

/// Cases that [`SessionKey::sign`] makes, given the key: with sessions and proofs of the tree, for the program that is
/// called, one session for each action.
const HONEST: [&str; 17] = [
    "bsr.intersection",
    "bsr.ok2",
    "bsr.single_item.all_zero_validity",
    "bsr.svm_violation_2nd",
    "bsr.wrong_signer",
    "skm.abi.mint.ok",
    "skm.abi.norules.inner3bytes",
    "skm.abi.selector",
    "skm.abi.transfer.ok",
    "skm.abi.transfer.rule",
    "skm.erc20.execute_selector.ok",
    "skm.erc20.over",
    "skm.erc20.token",
    "skm.erc20.value",
    "skm.erc20.wrong_signer",
    "skm.mock.timed.ok",
    "skm.mock.timed.wrong_signer",
];

struct File {
    json: Value,
    tree: Tree,
}

/// One validateUserOp of the file, decoded.
struct Case<'a> {
    id: &'a str,
    json: &'a Value,
    op: UserOp,
    signer: PrivateKeySigner,
    /// The manager's address and the items, for the router; one item for the manager.
    manager: Option<Address>,
    proven: Vec<Proven>,
}

impl File {
    fn read() -> Self {
        let json = vectors("session-keys-v2.json");
        let order = json["tree"]["order"].as_array().unwrap();
        let sessions = order
            .iter()
            .map(|name| session(&json["sessions"][name.as_str().unwrap()]))
            .collect();
        let tree = Tree::new(sessions).unwrap();
        Self { json, tree }
    }

    fn address(&self, name: &str) -> Address {
        address(&self.json["addresses"][name])
    }

    fn cases(&self) -> Vec<Case<'_>> {
        let cases = self.json["cases"].as_array().unwrap().iter();
        let cases: Vec<_> = cases
            .filter(|json| json.get("userOpHash").is_some())
            .map(|json| self.case(json))
            .collect();
        assert_eq!(cases.len(), 30);
        cases
    }

    fn case<'a>(&self, json: &'a Value) -> Case<'a> {
        let id = json["id"].as_str().unwrap();
        let (op, hash) =
            <(UserOp, B256)>::abi_decode_params(&bytes(&json["calldata"])[4..]).unwrap();
        assert_eq!(hash, word(&json["userOpHash"]), "{id}");
        assert_eq!(op.signature, bytes(&json["signature"]), "{id}");
        assert_eq!(op.callData, bytes(&json["callData"]), "{id}");
        let (module_signature, _) = <(Bytes, Address)>::abi_decode_params(&op.signature).unwrap();
        let (manager, proven) = if json["to"] == "SKM" {
            let item = Proven::abi_decode_params(&module_signature).unwrap();
            (None, vec![item])
        } else {
            type Router = (Address, Vec<Proven>, Bytes);
            let (manager, items, _) = Router::abi_decode_params(&module_signature).unwrap();
            (Some(manager), items)
        };
        let key = if ATTACKED.contains(&id) {
            "attacker"
        } else {
            "session"
        };
        let key = self.json["keys"][key]["pk"].as_str().unwrap();
        let signer = key.parse().unwrap();
        Case {
            id,
            json,
            op,
            signer,
            manager,
            proven,
        }
    }

    /// Where in the tree the session of an item is.
    fn index(&self, item: &Proven) -> usize {
        let leaf = decoded(item).leaf();
        self.tree
            .leaves()
            .iter()
            .position(|other| *other == leaf)
            .unwrap()
    }
}

fn session(json: &Value) -> Session {
    Session {
        valid_until_secs: json["validUntil"].as_u64().unwrap(),
        valid_after_secs: json["validAfter"].as_u64().unwrap(),
        svm: address(&json["sessionValidationModule"]),
        session_key_data: bytes(&json["sessionKeyData"]),
    }
}

fn decoded(item: &Proven) -> Session {
    Session {
        valid_until_secs: item.validUntil.to(),
        valid_after_secs: item.validAfter.to(),
        svm: item.sessionValidationModule,
        session_key_data: item.sessionKeyData.clone(),
    }
}

#[test]
fn tree() {
    let File { json, tree } = File::read();
    assert_eq!(tree.root(), word(&json["tree"]["root"]));
    let order = json["tree"]["order"].as_array().unwrap();
    assert_eq!(order.len(), json["sessions"].as_object().unwrap().len());
    for (index, name) in order.iter().enumerate() {
        let expected = &json["sessions"][name.as_str().unwrap()];
        assert_eq!(tree.leaves()[index], word(&expected["leaf"]), "{name}");
        assert_eq!(
            tree.sessions()[index].leaf(),
            word(&expected["leaf"]),
            "{name}"
        );
        assert_eq!(
            tree.proof(index).unwrap(),
            words(&expected["proof"]),
            "{name}"
        );
    }
}

#[test]
fn user_op_hashes() {
    let file = File::read();
    let chain_id = file.json["chainId"].as_u64().unwrap();
    for case in file.cases() {
        let hash = case.op.hash(file.address("EP"), chain_id);
        assert_eq!(hash, word(&case.json["userOpHash"]), "{}", case.id);
    }
}

#[test]
fn session_key_signatures() {
    let file = File::read();
    for case in file.cases() {
        let signature = sign(&case.signer, word(&case.json["userOpHash"])).unwrap();
        let same = signature == bytes(&case.json["sessionSig"]);
        assert_eq!(same, !TAMPERED.contains(&case.id), "{}", case.id);
    }
}

#[test]
fn module_and_account_signatures() {
    let file = File::read();
    for case in file.cases() {
        let session_sig = bytes(&case.json["sessionSig"]);
        let sessions: Vec<_> = case.proven.iter().map(decoded).collect();
        let signature = match case.manager {
            None => {
                let proof = &case.proven[0].merkleProof;
                let signature = manager_signature(&sessions[0], proof, &session_sig).unwrap();
                assert_eq!(
                    signature,
                    bytes(&case.json["moduleSignature"]),
                    "{}",
                    case.id
                );
                account_signature(&signature, file.address("SKM"))
            }
            Some(manager) => {
                let items: Vec<_> = sessions
                    .iter()
                    .zip(&case.proven)
                    .map(|(session, item)| Item {
                        session,
                        proof: &item.merkleProof,
                        call_specific_data: &item.last,
                    })
                    .collect();
                let signature = router_signature(manager, &items, &session_sig).unwrap();
                account_signature(&signature, file.address("BSR"))
            }
        };
        assert_eq!(signature, bytes(&case.json["signature"]), "{}", case.id);
    }
}

#[test]
fn whole_user_ops() {
    let file = File::read();
    let mut same = Vec::new();
    for case in file.cases() {
        let key = SessionKey {
            signer: case.signer.clone(),
            deployment: Deployment {
                manager: file.address("SKM"),
                router: file.address("BSR"),
                entry_point: file.address("EP"),
                chain_id: file.json["chainId"].as_u64().unwrap(),
            },
        };
        let indices: Vec<_> = case.proven.iter().map(|item| file.index(item)).collect();
        let mut op = UserOp {
            signature: Bytes::new(),
            ..case.op.clone()
        };
        let signed = key.sign_as(Encoding::Canonical, &file.tree, &indices, &mut op);
        if signed.is_ok() && op == case.op {
            same.push(case.id);
        }
    }
    same.sort_unstable();
    assert_eq!(same, HONEST);
}

#[test]
fn keys_have_the_addresses_of_the_file() {
    let file = File::read();
    for key in file.json["keys"].as_object().unwrap().values() {
        let signer: PrivateKeySigner = key["pk"].as_str().unwrap().parse().unwrap();
        assert_eq!(signer.address(), address(&key["address"]));
    }
}
