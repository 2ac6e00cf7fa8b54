//! ArbWasm: activation, keepalive, expiry, the data fee.

use alloy_sol_types::{SolCall, SolEvent};
use devnode_evm::arbos::*;
use revm::primitives::{Bytes, U256, keccak256};

use crate::chain::*;

#[test]
fn activation() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    let fee = ASM * FIRST_PRICE;
    assert_eq!(fee, 43_608_294_331_153);
    chain
        .call(ARB_WASM, ArbWasm::codehashVersionCall { codehash: hash })
        .reverts(ArbWasm::ProgramNotActivated {});

    let outcome = chain.activate(PROGRAM, ETHER);
    let returned = outcome.returns::<ArbWasm::activateProgramCall>();
    assert_eq!((returned.version, returned.dataFee), (2, U256::from(fee)));
    assert_eq!(outcome.gas, LOOK_UP + ACTIVATION + RECORD);
    assert_eq!(chain.balance(FEES), U256::from(fee));
    assert_eq!(
        chain.balance(ALICE),
        U256::from(ETHER - u128::from(fee)),
        "the rest comes back"
    );
    assert_eq!(chain.balance(ARB_WASM), U256::ZERO);

    let log = &outcome.result.logs()[0];
    let event = ArbWasm::ProgramActivated::decode_log_validate(log).unwrap();
    assert_eq!((log.address, outcome.result.logs().len()), (ARB_WASM, 1));
    assert_eq!(
        (event.codehash, event.program, event.version),
        (hash, PROGRAM, 2)
    );
    assert_eq!(event.dataFee, U256::from(fee));

    let record = ProgramRecord {
        version: 2,
        init_cost: 18,
        cached_cost: 11,
        footprint: 1,
        activated_at_hours: ((NOW - 1_421_388_000) / 3_600) as u32,
        asm_kb: 502,
        cached: false,
    };
    assert_eq!(chain.record(hash), record);

    let version = chain.call(ARB_WASM, ArbWasm::codehashVersionCall { codehash: hash });
    assert_eq!(version.returns::<ArbWasm::codehashVersionCall>(), 2);
    assert_eq!(version.gas, LOOK_UP + 3);
    let version = chain.call(ARB_WASM, ArbWasm::programVersionCall { program: PROGRAM });
    assert_eq!(version.returns::<ArbWasm::programVersionCall>(), 2);
    assert_eq!(version.gas, LOOK_UP + 2_600 + 3);
    let size = chain.call(ARB_WASM, ArbWasm::codehashAsmSizeCall { codehash: hash });
    assert_eq!(size.returns::<ArbWasm::codehashAsmSizeCall>(), 502 * 1_024);
    let costs = chain.call(ARB_WASM, ArbWasm::programInitGasCall { program: PROGRAM });
    let gas = costs.returns::<ArbWasm::programInitGasCall>();
    assert_eq!(
        (gas.gas, gas.gasWhenCached),
        (69 * 128 + 18 + 363, 11 * 32 + 11)
    );
    let pages = chain.call(
        ARB_WASM,
        ArbWasm::programMemoryFootprintCall { program: PROGRAM },
    );
    assert_eq!(pages.returns::<ArbWasm::programMemoryFootprintCall>(), 1);
    let left = chain.call(ARB_WASM, ArbWasm::programTimeLeftCall { program: PROGRAM });
    let age = (NOW - 1_421_388_000) % 3_600; // since the hour began
    assert_eq!(
        left.returns::<ArbWasm::programTimeLeftCall>(),
        365 * DAY - age
    );
}

#[test]
fn an_activated_program_runs() {
    let mut chain = Chain::new();
    chain
        .raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT)
        .burns_all(GAS_LIMIT);
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    let run = chain.raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT);
    assert!(run.result.is_success());
    assert_eq!(run.gas, 9_214, "as the golden call without cache");
    let pinned = ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    assert!(
        chain
            .send(MANAGER, ARB_WASM_CACHE, pinned, 0)
            .result
            .is_success()
    );
    assert_eq!(
        chain.raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT).gas,
        364
    );
}

#[test]
fn demand_raises_the_fee_and_wears_off() {
    for (pause, fee) in [
        (0, SECOND_FEE),
        (10, SECOND_FEE_AFTER_10_S),
        (15, ASM * FIRST_PRICE),
        (DAY, ASM * FIRST_PRICE),
    ] {
        let mut chain = Chain::new();
        assert!(chain.activate(PROGRAM, ETHER).result.is_success());
        chain.pass(pause);
        let second = chain
            .activate(PAGES5, ETHER / 2)
            .returns::<ArbWasm::activateProgramCall>();
        assert_eq!(second.dataFee, U256::from(fee), "after {pause} s");
        assert_eq!(chain.balance(FEES), U256::from(ASM * FIRST_PRICE + fee));
    }
}

#[test]
fn activation_that_fails() {
    let mut chain = Chain::new();
    let fee = U256::from(ASM * FIRST_PRICE);
    let have = fee - U256::ONE;
    let poor = chain.activate(PROGRAM, have.to());
    poor.reverts(ArbWasm::ProgramInsufficientValue { have, want: fee });
    assert_eq!(
        poor.gas,
        LOOK_UP + ACTIVATION + 20_000 + PRICER + 20_000 + 9
    );
    assert_eq!(
        (chain.balance(ALICE), chain.balance(FEES)),
        (U256::from(ETHER), U256::ZERO)
    );
    assert_eq!(chain.record(chain.hash("empty")), ProgramRecord::default());

    assert!(
        chain.activate(PROGRAM, fee.to()).result.is_success(),
        "exactly enough; no demand was left"
    );
    let again = chain.activate(PROGRAM, ETHER / 2);
    again.reverts(ArbWasm::ProgramUpToDate {});
    assert_eq!(again.gas, LOOK_UP + 1_659_168 + 3);

    let nothing = chain.activate(NOBODY, 0);
    nothing.reverts(ArbWasm::ProgramNotWasm {});
    assert_eq!(nothing.gas, LOOK_UP + 1_659_168 + 3);
    let contract = chain.golden.evm_fixtures["one"].address;
    let other = chain.activate(contract, 0);
    other.reverts_plainly();
    assert_eq!(other.gas, LOOK_UP + 1_659_168);

    let bad: [&[u8]; 3] = [
        &[0xef, 0xf0, 0, 0, 0xff, 0xff],
        &[0xef, 0xf0, 0, 1, 0x06],
        &[0xef, 0xf0, 0, 7],
    ];
    for code in bad {
        chain.set_code(NOBODY, Bytes::copy_from_slice(code)); // does not unpack
        chain.activate(NOBODY, 0).reverts_plainly();
    }
    // unpacks, but has no memory and no entry point
    let empty_module = devnode_meter::package(b"\0asm\x01\0\0\0").unwrap();
    chain.set_code(NOBODY, empty_module.into());
    chain.activate(NOBODY, 0).burns_all(GAS_LIMIT);

    let mut next = Chain::at(60);
    next.activate(contract, 0)
        .reverts(ArbWasm::ProgramNotWasm {});
    let gas = next.call(ARB_WASM, ArbWasm::activationGasCall {});
    assert_eq!(gas.returns::<ArbWasm::activationGasCall>(), 0);
    assert_eq!(
        next.activate(PROGRAM, ETHER).gas,
        LOOK_UP + ACTIVATION + RECORD + 800
    );
    chain
        .call(ARB_WASM, ArbWasm::activationGasCall {})
        .burns_all(GAS_LIMIT);
}

#[test]
fn activation_with_too_little_gas() {
    let call = ArbWasm::activateProgramCall { program: PROGRAM }.abi_encode();
    let need = intrinsic(&call) + LOOK_UP + ACTIVATION + RECORD;
    let mut chain = Chain::new();
    for gas in [
        1_000,
        50_000,
        500_000,
        need - 1_700_000 - 1,
        need - RECORD - 1,
        need - 1,
    ] {
        let gas = gas.max(intrinsic(&call));
        chain
            .raw(ALICE, ARB_WASM, call.clone().into(), ETHER, gas)
            .burns_all(gas);
    }
    assert!(
        chain
            .raw(ALICE, ARB_WASM, call.into(), ETHER, need)
            .result
            .is_success()
    );
}

#[test]
fn keepalive() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    chain
        .keepalive(hash, ETHER / 2)
        .reverts(ArbWasm::ProgramNotActivated {});
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    let age = (NOW - 1_421_388_000) % 3_600;
    chain.pass(31 * DAY - age - 1);
    chain
        .keepalive(hash, ETHER / 2)
        .reverts(ArbWasm::ProgramKeepaliveTooSoon {
            ageInSeconds: 31 * DAY - 1,
        });
    chain.pass(1);
    // 502 KiB are 514,048 bytes: x = 240 again
    let fee = U256::from(514_048 * FIRST_PRICE);
    let none = chain.keepalive(hash, 0);
    none.reverts(ArbWasm::ProgramInsufficientValue {
        have: U256::ZERO,
        want: fee,
    });
    let outcome = chain.keepalive(hash, ETHER / 2);
    assert!(outcome.result.is_success() && outcome.output().is_empty());
    let log_gas = 375 * 3 + 8 * 32;
    assert_eq!(outcome.gas, LOOK_UP + PRICER + 20_000 + 800 + log_gas);
    let event = ArbWasm::ProgramLifetimeExtended::decode_log_validate(&outcome.result.logs()[0]);
    assert_eq!(
        event.unwrap().data,
        ArbWasm::ProgramLifetimeExtended {
            codehash: hash,
            dataFee: fee
        }
    );
    assert_eq!(chain.balance(FEES), fee + U256::from(ASM * FIRST_PRICE));
    assert_eq!(
        chain.record(hash).activated_at_hours as u64 * 3_600 + 1_421_388_000,
        chain.now
    );

    chain.pass(365 * DAY);
    let left = chain.call(ARB_WASM, ArbWasm::programTimeLeftCall { program: PROGRAM });
    assert_eq!(
        left.returns::<ArbWasm::programTimeLeftCall>(),
        0,
        "the last second"
    );
    assert!(
        chain
            .raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT)
            .result
            .is_success()
    );
    chain.pass(1);
    let expired = || ArbWasm::ProgramExpired {
        ageInSeconds: 365 * DAY + 1,
    };
    chain.keepalive(hash, ETHER / 2).reverts(expired());
    chain
        .call(ARB_WASM, ArbWasm::programVersionCall { program: PROGRAM })
        .reverts(expired());
    chain
        .call(ARB_WASM, ArbWasm::codehashVersionCall { codehash: hash })
        .reverts(expired());
    chain
        .raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT)
        .burns_all(GAS_LIMIT);
    assert!(
        chain.activate(PROGRAM, ETHER / 2).result.is_success(),
        "anyone may activate it again"
    );
    assert!(
        chain
            .raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT)
            .result
            .is_success()
    );
}

#[test]
fn a_new_stylus_version_outdates_programs() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    let pin = ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    assert!(
        chain
            .send(MANAGER, ARB_WASM_CACHE, pin.clone(), 0)
            .result
            .is_success()
    );
    chain.pass(40 * DAY);
    chain.set_params(|params| params.version = 3);

    let outdated = || ArbWasm::ProgramNeedsUpgrade {
        version: 2,
        stylusVersion: 3,
    };
    chain
        .call(ARB_WASM, ArbWasm::codehashVersionCall { codehash: hash })
        .reverts(outdated());
    chain.keepalive(hash, ETHER / 2).reverts(outdated());
    chain
        .send(MANAGER, ARB_WASM_CACHE, pin, 0)
        .reverts(outdated());
    chain
        .raw(ALICE, PROGRAM, Bytes::new(), 0, GAS_LIMIT)
        .burns_all(GAS_LIMIT);

    let outcome = chain.activate(PROGRAM, ETHER / 2);
    assert_eq!(outcome.returns::<ArbWasm::activateProgramCall>().version, 3);
    assert_eq!(
        outcome.gas,
        LOOK_UP + ACTIVATION + RECORD + 800,
        "the old module is evicted"
    );
    assert!(chain.record(hash).cached, "stays pinned");
}

#[test]
fn before_arbos_31_init_gas_has_one_minimum() {
    let mut chain = Chain::at(30);
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    let costs = chain.call(ARB_WASM, ArbWasm::programInitGasCall { program: PROGRAM });
    let gas = costs.returns::<ArbWasm::programInitGasCall>();
    // §1.6: of version 1 a record's init cost has the cached one in it; no other minimum is added
    let want = (72 * 128 + 18 + 11, 11 * 32 + 11);
    assert_eq!((gas.gas, gas.gasWhenCached), want);
}

#[test]
fn from_arbos_60_on_activation_costs_what_is_set() {
    let mut chain = Chain::at(60);
    let space = child(child(&[], 8).as_slice(), 5);
    let mut slot = keccak256([space.as_slice(), &[0; 31]].concat());
    slot[31] = 0;
    chain.set_word(slot.into(), U256::from(12_345));
    let gas = chain.call(ARB_WASM, ArbWasm::activationGasCall {});
    assert_eq!(gas.returns::<ArbWasm::activationGasCall>(), 12_345);
    let outcome = chain.activate(PROGRAM, ETHER);
    assert!(outcome.result.is_success());
    assert_eq!(outcome.gas, LOOK_UP + 800 + 12_345 + ACTIVATION + RECORD);
}

#[test]
fn a_program_that_is_destroyed_is_not_activated() {
    // makes a contract of the calldata, activates it with the value, and answers success and data
    let mut maker = hex::decode("365f5f37365f5ff0").unwrap();
    maker.push(0x63);
    maker.extend(ArbWasm::activateProgramCall::SELECTOR);
    maker.extend(hex::decode("60e01b5f526004525f5f60245f3473").unwrap());
    maker.extend(ARB_WASM);
    maker.extend(hex::decode("5af15f523d5f60203e3d6020015ff3").unwrap());
    // delegates to PAGES5, which may destroy the contract, and returns the code of a program
    for destroyed in [false, true] {
        let mut chain = Chain::new();
        let helper: &[u8] = if destroyed { &[0x5f, 0xff] } else { &[0] };
        chain.set_code(PAGES5, Bytes::copy_from_slice(helper));
        chain.set_code(NOBODY, maker.clone().into());
        let program = &chain.golden.programs["empty"].code;
        let mut init = hex::decode("5f5f5f5f73").unwrap();
        init.extend(PAGES5);
        init.extend(hex::decode("5af450").unwrap());
        let (len, at) = (program.len() as u8, init.len() as u8 + 10);
        init.extend([0x60, len, 0x60, at, 0x5f, 0x39, 0x60, len, 0x5f, 0xf3]);
        init.extend(program);
        let outcome = chain.raw(ALICE, NOBODY, init.into(), ETHER / 2, GAS_LIMIT);
        let output = outcome.output();
        assert_eq!(output[31] == 1, !destroyed, "{:?}", outcome.result);
        assert_eq!(output.len(), if destroyed { 32 } else { 96 });
        let record = chain.record(chain.hash("empty"));
        assert_eq!(record.version, if destroyed { 0 } else { 2 });
    }
}

#[test]
fn a_program_without_an_hour_of_activation_has_expired() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    let days = ArbOwner::setWasmExpiryDaysCall { _days: u16::MAX };
    assert!(chain.owner(days).result.is_success());
    for hour in [1, 0] {
        let record = ProgramRecord {
            version: 2,
            activated_at_hours: hour,
            ..ProgramRecord::default()
        };
        chain.set_record(hash, &record);
        let outcome = chain.activate(PROGRAM, ETHER / 2);
        if hour == 0 {
            assert!(outcome.result.is_success());
        } else {
            outcome.reverts(ArbWasm::ProgramUpToDate {});
        }
    }
}

#[test]
fn a_program_that_activates_another_leaves_it_the_pages_it_does_not_hold() {
    // 20 bytes of an address, then calldata for it; the value goes along
    let holder = wat::parse_str(
        r#"(module
        (import "vm_hooks" "read_args" (func $read_args (param i32)))
        (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
        (import "vm_hooks" "call_contract"
          (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 3 3)
        (func (export "user_entrypoint") (param $len i32) (result i32)
          (call $read_args (i32.const 64))
          (call $msg_value (i32.const 0))
          (call $call (i32.const 64) (i32.const 84) (i32.sub (local.get $len) (i32.const 20))
            (i32.const 0) (i64.const -1) (i32.const 32))))"#,
    );
    let code = Bytes::from(devnode_meter::package(&holder.unwrap()).unwrap());
    let activate = ArbWasm::activateProgramCall { program: PAGES5 };
    let input = Bytes::from([ARB_WASM.as_slice(), &activate.abi_encode()].concat());
    // 3 pages are open, 5 are wanted
    for (limit, fits) in [(8, true), (7, false)] {
        let mut chain = Chain::new();
        chain.set_code(NOBODY, code.clone());
        assert!(chain.activate(NOBODY, ETHER / 4).result.is_success());
        let limit = ArbOwner::setWasmPageLimitCall { limit };
        assert!(chain.owner(limit).result.is_success());
        let outcome = chain.raw(ALICE, NOBODY, input.clone(), ETHER / 4, GAS_LIMIT);
        assert_eq!(outcome.result.is_success(), fits, "{:?}", outcome.result);
        if !fits {
            assert!(chain.activate(PAGES5, ETHER / 4).result.is_success());
        }
    }
}
