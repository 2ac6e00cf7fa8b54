//! The five offences that a module may be tempted by, in the EVM, in WASM, and in a call of it.

use alloy::primitives::{Address, B256, U256};
use world::erc7562::{
    Machine::{self, Evm, Wasm},
    Offence, Phase, Report, Rule, Violation,
};

use crate::Scene;

const MACHINES: [Machine; 2] = [Evm, Wasm];

const TIMESTAMP: u8 = 0x42;
const BALANCE: u8 = 0x31;

const P256_VERIFY: u64 = 0x100;

/// What is found of an offence.
fn offences() -> [(Offence, Rule, &'static str); 5] {
    let slot = B256::from(U256::from(7));
    let storage = |write| Rule::Storage { slot, write };
    [
        (Offence::Timestamp, Rule::Opcode(TIMESTAMP), "OP-011"),
        (Offence::Balance, Rule::Opcode(BALANCE), "OP-011"),
        (Offence::Gas, Rule::GasWithoutCall, "OP-012"),
        (Offence::Read, storage(false), "STO-021"),
        (Offence::Write, storage(true), "STO-021"),
    ]
}

impl Scene {
    pub(crate) fn deploy(&mut self, machine: Machine, offence: Offence) -> Address {
        let key = self.job.key.address();
        let world = &mut self.job.world;
        world.deploy_offender(machine, offence, key).unwrap()
    }
}

/// It is all that is found, and the EntryPoint minds nothing.
fn assert_only(report: Report, contract: Address, rule: Rule, context: &str) {
    let expected = Violation {
        phase: Phase::Validation,
        contract,
        rule,
    };
    assert_eq!(report.violations, [expected], "{context}");
    assert_eq!(report.refusal, None, "{context}");
}

#[test]
fn a_module_that_does_nothing_is_clean() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    for machine in MACHINES {
        let svm = scene.deploy(machine, Offence::None);
        let report = scene.check(svm);
        assert_eq!(report.violations, [], "{machine:?}");
        assert_eq!(report.refusal, None, "{machine:?}");
    }
}

#[test]
fn a_module_that_offends_is_found() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    for machine in MACHINES {
        for (offence, rule, id) in offences() {
            let svm = scene.deploy(machine, offence);
            assert_only(
                scene.check(svm),
                svm,
                rule,
                &format!("{machine:?} {offence:?}"),
            );
            assert_eq!(rule.id(), id);
        }
    }
}

#[test]
fn a_contract_that_a_module_calls_is_found() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    for inner in MACHINES {
        for (offence, rule, _) in offences() {
            let called = scene.deploy(inner, offence);
            for outer in MACHINES {
                let svm = scene.deploy(outer, Offence::Call(called));
                let context = format!("{outer:?} calls {inner:?} {offence:?}");
                assert_only(scene.check(svm), called, rule, &context);
            }
        }
    }
}

#[test]
fn forbidden_calls_are_found() {
    e2e::embedded_only!("an inspector in the chain\'s process");
    let mut scene = Scene::new();
    let nobody = Address::repeat_byte(0xee);
    let arb_info = Address::with_last_byte(0x65);
    let entry_point = scene.job.world.entry_point;
    for machine in MACHINES {
        for (to, rule, id) in [
            (nobody, Rule::NoCode(nobody), "OP-041"),
            (entry_point, Rule::EntryPoint, "OP-054"),
            (arb_info, Rule::Precompile(arb_info), "OP-062"),
        ] {
            let svm = scene.deploy(machine, Offence::Call(to));
            let report = scene.check(svm); // what a precompile makes of no data does not matter
            let [found] = &report.violations[..] else {
                panic!("{machine:?} {to}: {report:#?}");
            };
            assert_eq!((found.contract, found.rule), (svm, rule), "{machine:?}");
            assert_eq!(rule.id(), id);
        }
        for number in [4, P256_VERIFY] {
            let precompile = U256::from(number).into();
            let to = Address::from_word(precompile);
            let svm = scene.deploy(machine, Offence::Call(to));
            assert_eq!(scene.check(svm).violations, [], "{machine:?} {to}");
        }
    }
}
