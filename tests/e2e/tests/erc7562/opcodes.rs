//! The rest of the table, in EVM code written by hand.

use alloy::primitives::{Address, Bytes, U256, address, hex, keccak256};
use world::erc7562::{Phase, Report, Rule, Violation};

use crate::{Scene, word};

const SVM: Address = address!("00000000000000000000000000000000c0de7562");
const NOBODY: Address = address!("00000000000000000000000000000000000bad00");

impl Scene {
    /// A module of this code; then it answers with the session key. Instructions that the code
    /// ends with are not reached by the rest.
    fn check_code(&mut self, code: &[u8]) -> Report {
        let key = self.job.key.address();
        let answer = [&hex!("73")[..], &key[..], &hex!("5f5260205ff3")].concat();
        let code: Bytes = [code, &answer].concat().into();
        self.job
            .world
            .embedded_mut()
            .unwrap()
            .set_code(SVM, code)
            .unwrap();
        self.check(SVM)
    }

    fn finds(&mut self, code: &[u8], rule: Rule) {
        let report = self.check_code(code);
        let found = Violation {
            phase: Phase::Validation,
            contract: SVM,
            rule,
        };
        assert!(report.violations.contains(&found), "{rule:?}: {report:#?}");
        if report.refusal.is_none() {
            assert_eq!(report.violations, [found]);
        }
    }

    fn is_clean(&mut self, code: &[u8]) {
        let report = self.check_code(code);
        assert_eq!(report.violations, [], "{}", hex::encode(code));
        assert_eq!(report.refusal, None, "{}", hex::encode(code));
    }
}

#[test]
fn forbidden_opcodes() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    scene.is_clean(&[]);
    // BLOCKHASH, BALANCE and BLOBHASH take an operand, CREATE three
    let plain = [0x32, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x47, 0x48, 0x4a];
    for opcode in plain {
        scene.finds(&[opcode, 0x50], Rule::Opcode(opcode));
    }
    for opcode in [0x31, 0x40, 0x49] {
        scene.finds(&[0x5f, opcode, 0x50], Rule::Opcode(opcode));
    }
    scene.finds(&hex!("5f5f5ff050"), Rule::Opcode(0xf0));
    scene.finds(&hex!("5fff"), Rule::Opcode(0xff));
    scene.finds(&hex!("fe"), Rule::Opcode(0xfe));
    scene.finds(&hex!("0c"), Rule::Unassigned(0x0c));
    scene.finds(&hex!("5f5f5f5ff550"), Rule::Create2);
    // a jump to itself
    scene.finds(&hex!("5b5f56"), Rule::OutOfGas);
}

#[test]
fn gas() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    scene.finds(&hex!("5a50"), Rule::GasWithoutCall);
    // a call of precompile 4, with CALL, STATICCALL, DELEGATECALL
    scene.is_clean(&hex!("5f5f5f5f5f60045af150"));
    scene.is_clean(&hex!("5f5f5f5f60045afa50"));
    scene.is_clean(&hex!("5f5f5f5f60045af450"));
    // one instruction between them
    scene.finds(&hex!("5f5f5f5f60045a5bfa50"), Rule::GasWithoutCall);
}

#[test]
fn calls() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    let node = scene.job.world.embedded_mut().unwrap();
    node.set_balance(SVM, U256::ONE);
    // a wei to the token, which refuses it
    let token = scene.job.world.token_a;
    let call = [&hex!("5f5f5f5f600173")[..], &token[..], &hex!("5af150")].concat();
    scene.finds(&call, Rule::Value { to: token });
    for opcode in [0x3b, 0x3f] {
        let code = [&[0x73][..], &NOBODY[..], &[opcode, 0x50]].concat();
        scene.finds(&code, Rule::NoCode(NOBODY));
        let code = [&[0x73][..], &token[..], &[opcode, 0x50]].concat();
        scene.is_clean(&code);
    }
}

#[test]
fn storage() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    let account = scene.job.account;
    let push_account = [&[0x73][..], &account[..]].concat();
    // each of SLOAD, SSTORE, TLOAD, TSTORE at the slot on the stack
    let accesses = [
        (&hex!("5450")[..], false),
        (&hex!("60019055")[..], true),
        (&hex!("5c50")[..], false),
        (&hex!("6001905d")[..], true),
    ];
    // keccak256(the account's word ++ 9) + n
    let hash = |n: u8| {
        let hashed = hex!("5f52600960205260405f2060");
        [&push_account[..], &hashed, &[n, 0x01]].concat()
    };
    let preimage = [word(account), U256::from(9)].map(|word| word.to_be_bytes::<32>());
    let base: U256 = keccak256(preimage.concat()).into();
    for (access, write) in accesses {
        scene.is_clean(&[&push_account[..], access].concat());
        scene.is_clean(&[&hash(0), access].concat());
        scene.is_clean(&[&hash(128), access].concat());
        let slot = (base + U256::from(129)).into();
        let code = [&hash(129), access].concat();
        scene.finds(&code, Rule::Storage { slot, write });
        // the same slot as with a hash, but without taking it
        let slot = base.into();
        let code = [&[0x7f][..], &base.to_be_bytes::<32>(), access].concat();
        scene.finds(&code, Rule::Storage { slot, write });
    }
}
