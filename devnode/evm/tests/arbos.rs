//! The ArbOS precompiles.
//!
//! Expected numbers are computed by hand from embedded-chain.md (§1.6, §1.7, §6.1) and from the
//! precompiles' gas model: 3 a word of arguments and of results, 800 to open the state, 800 a read,
//! 20,000 a write, 100 for the Stylus parameters, 2,600 for a code hash, logs as in the EVM.

use std::{collections::BTreeMap, fs};

use alloy_sol_types::{SolCall, SolError, SolEvent, SolInterface};
use devnode_evm::{
    ArbChain, ArbConfig, ArbEvm,
    arbos::{self, *},
    block_env, cfg_env,
};
use revm::{
    Database, ExecuteCommitEvm, ExecuteEvm,
    bytecode::Bytecode,
    context::{
        JournalTr, TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    database::InMemoryDB,
    inspector::NoOpInspector,
    primitives::{Address, B256, Bytes, TxKind, U256, address, keccak256},
    state::AccountInfo,
};

const OWNER: Address = address!("00000000000000000000000000000000000a0001");
const MANAGER: Address = address!("00000000000000000000000000000000000a0002");
const ALICE: Address = address!("00000000000000000000000000000000000a0003");
const FEES: Address = address!("00000000000000000000000000000000000a0004");
const NOBODY: Address = address!("00000000000000000000000000000000000a0005");
const PROGRAM: Address = address!("0000000000000000000000000000000000570001");
/// Another account with the code of five pages.
const PAGES5: Address = address!("0000000000000000000000000000000000570009");
const NOW: u64 = 1_766_000_000;
const DAY: u64 = 86_400;
const ETHER: u128 = 1_000_000_000_000_000_000;
const GAS_LIMIT: u64 = 10_000_000;

/// `empty` and `pages5`: 1 function, 2 types, 66 bytes: 512000 + 996 + 22 + 413.
const ASM: u64 = 513_431;
/// 10,000 * 513,431 / 21,360,419 = 240; the series gives 10,242; 82,928,201 * 10,242 / 10,000.
const FIRST_PRICE: u64 = 84_935_063;
/// Demand 2 * 513,431: x = 480, 10,491.
const SECOND_FEE: u64 = 44_668_484_164_225;
/// Ten seconds later, which wear off 348,650: x = 317, 10,322.
const SECOND_FEE_AFTER_10_S: u64 = 43_948_917_805_759;
/// 1,659,168 + 28 * (20 for 66 bytes + 0 for a function + 2,217 a page + 16 for 31 instrumented
/// instructions: 2 of its own, 12 for ink, 12 to take stack words, 4 to give them back, 1 return).
const ACTIVATION: u64 = 1_659_168 + 28 * (20 + 2_217 + 16);
/// The data pricer: 5 reads, 2 writes.
const PRICER: u64 = 5 * 800 + 2 * 20_000;
/// Argument, state, parameters, record.
const LOOK_UP: u64 = 3 + 800 + 100 + 800;
/// Module hash, data pricer, record, network fee account, the log of 2 topics and 128 bytes, the
/// two words that are returned.
const RECORD: u64 = 20_000 + PRICER + 20_000 + 800 + (375 * 3 + 8 * 128) + 6;

#[derive(serde::Deserialize)]
struct Golden {
    evm_fixtures: BTreeMap<String, Account>,
    programs: BTreeMap<String, Account>,
}

#[derive(serde::Deserialize)]
struct Account {
    address: Address,
    code: Bytes,
}

fn golden() -> Golden {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/stylus-golden.json"
    );
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

struct Chain {
    evm: ArbEvm<InMemoryDB>,
    golden: Golden,
    now: u64,
}

struct Outcome {
    result: ExecutionResult<HaltReason>,
    /// Without what the transaction itself costs.
    gas: u64,
}

impl Outcome {
    fn output(&self) -> Bytes {
        self.result.output().cloned().unwrap_or_default()
    }

    fn returns<C: SolCall>(&self) -> C::Return {
        assert!(self.result.is_success(), "{:?}", self.result);
        C::abi_decode_returns_validate(&self.output()).unwrap()
    }

    #[track_caller]
    fn reverts(&self, error: impl SolError) {
        assert!(
            matches!(self.result, ExecutionResult::Revert { .. }),
            "{:?}",
            self.result
        );
        assert_eq!(self.output(), Bytes::from(error.abi_encode()));
    }

    /// Reverts without data and gives gas back.
    #[track_caller]
    fn reverts_plainly(&self) {
        assert!(
            matches!(self.result, ExecutionResult::Revert { .. }),
            "{:?}",
            self.result
        );
        assert!(
            self.output().is_empty() && self.gas < GAS_LIMIT / 2,
            "{}",
            self.gas
        );
    }

    /// No data, no gas left.
    #[track_caller]
    fn burns_all(&self, gas_limit: u64) {
        assert!(!self.result.is_success(), "{:?}", self.result);
        assert!(self.output().is_empty());
        assert_eq!(self.result.tx_gas_used(), gas_limit);
    }
}

fn intrinsic(input: &[u8]) -> u64 {
    21_000
        + input
            .iter()
            .map(|byte| if *byte == 0 { 4 } else { 16 })
            .sum::<u64>()
}

impl Chain {
    fn new() -> Self {
        Self::at(51)
    }

    fn at(arbos_version: u64) -> Self {
        let config = ArbConfig {
            arbos_version,
            ..ArbConfig::default()
        };
        let genesis = Genesis {
            cache_managers: vec![MANAGER],
            network_fee_account: FEES,
            ..Genesis::new(config, vec![OWNER])
        };
        let mut db = InMemoryDB::default();
        for (address, info, storage) in genesis.accounts() {
            db.insert_account_info(address, info);
            for (slot, word) in storage {
                db.insert_account_storage(address, slot, word).unwrap();
            }
        }
        for address in [OWNER, MANAGER, ALICE] {
            db.insert_account_info(address, AccountInfo::from_balance(U256::from(ETHER)));
        }
        let golden = golden();
        for account in golden.programs.values().chain(golden.evm_fixtures.values()) {
            let code = Bytecode::new_raw(account.code.clone());
            let info = AccountInfo {
                nonce: 1,
                ..AccountInfo::from_bytecode(code)
            };
            db.insert_account_info(account.address, info);
        }
        let mut cfg = cfg_env(&config);
        cfg.disable_nonce_check = true;
        cfg.disable_base_fee = true;
        let mut chain = ArbChain::new(config);
        chain.l2_block_number = 1_000;
        let block = block_env(20_000_000, NOW, 0);
        let evm = ArbEvm::new(db, cfg, block, chain, NoOpInspector);
        Self {
            evm,
            golden,
            now: NOW,
        }
    }

    fn pass(&mut self, secs: u64) {
        self.now += secs;
        self.evm.set_block(block_env(20_000_000, self.now, 0));
    }

    fn raw(&mut self, from: Address, to: Address, input: Bytes, value: u128, gas: u64) -> Outcome {
        let before = intrinsic(&input);
        let tx = TxEnv::builder()
            .caller(from)
            .kind(TxKind::Call(to))
            .data(input)
            .value(U256::from(value))
            .gas_limit(gas)
            .chain_id(None)
            .build_fill();
        let result = self.evm.transact_commit(tx).unwrap();
        let gas = result.tx_gas_used() - before;
        Outcome { result, gas }
    }

    fn send(&mut self, from: Address, to: Address, call: impl SolCall, value: u128) -> Outcome {
        self.raw(from, to, call.abi_encode().into(), value, GAS_LIMIT)
    }

    fn call(&mut self, to: Address, call: impl SolCall) -> Outcome {
        self.send(ALICE, to, call, 0)
    }

    fn activate(&mut self, program: Address, value: u128) -> Outcome {
        self.send(
            ALICE,
            ARB_WASM,
            ArbWasm::activateProgramCall { program },
            value,
        )
    }

    fn keepalive(&mut self, codehash: B256, value: u128) -> Outcome {
        self.send(
            ALICE,
            ARB_WASM,
            ArbWasm::codehashKeepaliveCall { codehash },
            value,
        )
    }

    fn owner(&mut self, call: impl SolCall) -> Outcome {
        self.send(OWNER, ARB_OWNER, call, 0)
    }

    fn balance(&mut self, address: Address) -> U256 {
        let db = &mut self.evm.context().journaled_state.database;
        db.load_account(address).unwrap().info.balance
    }

    fn set_code(&mut self, address: Address, code: Bytes) {
        let code = Bytecode::new_raw(code);
        let info = AccountInfo {
            nonce: 1,
            ..AccountInfo::from_bytecode(code)
        };
        self.set_info(address, info);
    }

    fn set_info(&mut self, address: Address, info: AccountInfo) {
        let db = &mut self.evm.context().journaled_state.database;
        db.insert_account_info(address, info);
    }

    /// A word of ArbOS.
    fn word(&mut self, slot: U256) -> U256 {
        let db = &mut self.evm.context().journaled_state.database;
        db.storage(ARBOS_ADDRESS, slot).unwrap()
    }

    fn set_word(&mut self, slot: U256, word: U256) {
        let db = &mut self.evm.context().journaled_state.database;
        db.insert_account_storage(ARBOS_ADDRESS, slot, word)
            .unwrap();
    }

    /// After a call of ArbWasm that succeeds, the account is still cold: EXTCODESIZE costs 2,600.
    #[track_caller]
    fn leaves_cold(&mut self, call: impl SolCall, value: u128, account: Address) {
        // passes calldata and value on; answers gas before EXTCODESIZE less gas after it, success
        let mut code = hex::decode("365f5f375f5f365f3473").unwrap();
        code.extend(ARB_WASM);
        code.extend(hex::decode("5af15a73").unwrap());
        code.extend(account);
        code.extend(hex::decode("3b505a90035f5260205260405ff3").unwrap());
        self.set_code(NOBODY, code.into());
        let input = call.abi_encode().into();
        let output = self.raw(ALICE, NOBODY, input, value, GAS_LIMIT).output();
        assert_eq!(output[63], 1, "the call succeeds");
        let gas = U256::from_be_slice(&output[..32]);
        assert_eq!(gas, U256::from(2_600 + 3 + 2 + 2));
    }

    /// The code hash of a golden program.
    fn hash(&self, name: &str) -> B256 {
        keccak256(&self.golden.programs[name].code)
    }

    /// Calls the precompile through a fixture contract; gives success, returndata and the gas that
    /// the transaction used.
    fn through(&mut self, fixture: &str, to: Address, call: impl SolCall) -> (bool, Bytes, u64) {
        let forwarder = self.golden.evm_fixtures[fixture].address;
        let input = [to.as_slice(), &call.abi_encode()].concat();
        let outcome = self.raw(ALICE, forwarder, input.into(), 0, GAS_LIMIT);
        let output = outcome.output();
        (
            output[31] == 1,
            output.slice(32..),
            outcome.result.tx_gas_used(),
        )
    }

    fn set_params(&mut self, change: impl FnOnce(&mut StylusParams)) {
        let journal = &mut self.evm.context().journaled_state;
        let mut params = arbos::stylus_params(journal).unwrap();
        change(&mut params);
        arbos::set_stylus_params(journal, &params).unwrap();
        let state = self.evm.finalize();
        self.evm.commit(state);
    }

    fn set_record(&mut self, code_hash: B256, record: &ProgramRecord) {
        self.set_word(program_slot(code_hash), record.to_word());
    }

    fn record(&mut self, code_hash: B256) -> ProgramRecord {
        let record = program_record(&mut self.evm.context().journaled_state, code_hash).unwrap();
        self.evm.context().journaled_state.discard_tx();
        record
    }
}

fn child(parent: &[u8], id: u8) -> B256 {
    keccak256([parent, &[id]].concat())
}

#[test]
fn storage_lies_where_nitro_keeps_it() {
    let mut chain = Chain::new();
    let programs = child(&[], 8);
    let mut slot = keccak256([child(programs.as_slice(), 0).as_slice(), &[0; 31]].concat());
    slot[31] = 0;
    assert_eq!(params_slot(), U256::from_be_bytes(slot.0));

    let hash = chain.hash("empty");
    let mut slot = keccak256([child(programs.as_slice(), 1).as_slice(), &hash[..31]].concat());
    slot[31] = hash[31];
    assert_eq!(program_slot(hash), U256::from_be_bytes(slot.0));

    // version 2, ink 10,000, stack 22,000, 2 free pages, page gas 1,000, 128 pages, 69, 11, 50, 50,
    // 365 days, 31 days, 32 programs, 131,072 bytes
    let word = "000200271000005 5f0000203e800 80450b3232016d001f002000020000".replace(' ', "");
    let mut bytes = hex::decode(word).unwrap();
    bytes.resize(32, 0);
    let journal = &mut chain.evm.context().journaled_state;
    journal.load_account(ARBOS_ADDRESS).unwrap();
    let word = journal.sload(ARBOS_ADDRESS, params_slot()).unwrap().data;
    assert_eq!(word, U256::from_be_slice(&bytes));
    assert_eq!(StylusParams::from_word(word), StylusParams::at(51));
    assert_eq!(journal.load_account(ARBOS_ADDRESS).unwrap().info.nonce, 1);
}

#[test]
fn parameters_by_version() {
    for (version, stylus, min_init, stack) in [
        (30, 1, 72 * 128, 262_144),
        (31, 2, 69 * 128, 262_144),
        (51, 2, 69 * 128, 22_000),
    ] {
        let mut chain = Chain::at(version);
        let outcome = chain.call(ARB_WASM, ArbWasm::stylusVersionCall {});
        assert_eq!(outcome.returns::<ArbWasm::stylusVersionCall>(), stylus);
        assert_eq!(outcome.gas, 800 + 100 + 3);
        let least = chain.call(ARB_WASM, ArbWasm::minInitGasCall {});
        let least = least.returns::<ArbWasm::minInitGasCall>();
        assert_eq!((least.gas, least.cached), (min_init, 11 * 32));
        let depth = chain.call(ARB_WASM, ArbWasm::maxStackDepthCall {});
        assert_eq!(depth.returns::<ArbWasm::maxStackDepthCall>(), stack);
    }
}

#[test]
fn parameters_that_owners_set() {
    macro_rules! check {
        ($chain:ident, $setter:expr, $getter:expr, $kind:ty, $want:expr) => {
            let outcome = $chain.owner($setter);
            assert!(outcome.result.is_success(), "{:?}", outcome.result);
            assert_eq!(outcome.gas, 0, "free for owners");
            assert_eq!($chain.call(ARB_WASM, $getter).returns::<$kind>(), $want);
        };
    }
    use ArbOwner::*;
    use ArbWasm::*;
    let mut chain = Chain::new();
    check!(
        chain,
        setInkPriceCall { price: 9 },
        inkPriceCall {},
        inkPriceCall,
        9
    );
    check!(
        chain,
        setWasmMaxStackDepthCall { depth: 7 },
        maxStackDepthCall {},
        maxStackDepthCall,
        7
    );
    check!(
        chain,
        setWasmFreePagesCall { pages: 3 },
        freePagesCall {},
        freePagesCall,
        3
    );
    check!(
        chain,
        setWasmPageGasCall { gas: 5 },
        pageGasCall {},
        pageGasCall,
        5
    );
    check!(
        chain,
        setWasmPageLimitCall { limit: 4 },
        pageLimitCall {},
        pageLimitCall,
        4
    );
    check!(
        chain,
        setWasmExpiryDaysCall { _days: 8 },
        expiryDaysCall {},
        expiryDaysCall,
        8
    );
    check!(
        chain,
        setWasmKeepaliveDaysCall { _days: 6 },
        keepaliveDaysCall {},
        keepaliveDaysCall,
        6
    );
    check!(
        chain,
        setWasmBlockCacheSizeCall { count: 1 },
        blockCacheSizeCall {},
        blockCacheSizeCall,
        1
    );
    check!(
        chain,
        setWasmInitCostScalarCall { percent: 151 },
        initCostScalarCall {},
        initCostScalarCall,
        152
    );
    assert!(
        chain
            .owner(setWasmMinInitGasCall {
                gas: 129,
                cached: 8_161
            })
            .result
            .is_success()
    );
    let least = chain
        .call(ARB_WASM, minInitGasCall {})
        .returns::<minInitGasCall>();
    assert_eq!(
        (least.gas, least.cached),
        (2 * 128, 255 * 32),
        "whole units, at most 255"
    );
    assert!(
        chain
            .owner(setWasmMaxSizeCall { size: 65 })
            .result
            .is_success()
    );
    chain.activate(PROGRAM, ETHER).reverts_plainly(); // has 66 bytes

    chain.owner(setInkPriceCall { price: 0 }).reverts_plainly();
    chain
        .owner(setInkPriceCall { price: 1 << 24 })
        .reverts_plainly();
    assert_eq!(
        chain
            .call(ARB_WASM, inkPriceCall {})
            .returns::<inkPriceCall>(),
        9
    );
    let ramp = chain
        .call(ARB_WASM, pageRampCall {})
        .returns::<pageRampCall>();
    assert_eq!(ramp, 620_674_314);
}

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
fn pinning() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    let pin = || ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    let evict = || ArbWasmCache::evictCodehashCall { codehash: hash };
    let is_pinned = |chain: &mut Chain| {
        let outcome = chain.call(
            ARB_WASM_CACHE,
            ArbWasmCache::codehashIsCachedCall { codehash: hash },
        );
        outcome.returns::<ArbWasmCache::codehashIsCachedCall>()
    };
    chain
        .send(MANAGER, ARB_WASM_CACHE, pin(), 0)
        .reverts(ArbWasm::ProgramNeedsUpgrade {
            version: 0,
            stylusVersion: 2,
        });
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    assert!(!is_pinned(&mut chain));
    chain.call(ARB_WASM_CACHE, pin()).burns_all(GAS_LIMIT);
    chain.call(ARB_WASM_CACHE, evict()).burns_all(GAS_LIMIT);
    assert!(!is_pinned(&mut chain));

    let outcome = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    let log_gas = 375 * 4 + 8 * 32;
    // manager?, log, the program's init cost 18, module hash, record
    let change = 800 + log_gas + 18 + 800 + 20_000;
    assert_eq!(outcome.gas, LOOK_UP + 2_600 + change);
    let event = ArbWasmCache::UpdateProgramCache::decode_log_validate(&outcome.result.logs()[0]);
    let want = ArbWasmCache::UpdateProgramCache {
        manager: MANAGER,
        codehash: hash,
        cached: true,
    };
    assert_eq!(event.unwrap().data, want);
    assert!(is_pinned(&mut chain));
    let again = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    assert!(again.result.is_success() && again.result.logs().is_empty());

    let outcome = chain.send(OWNER, ARB_WASM_CACHE, evict(), 0);
    assert!(outcome.result.is_success(), "owners may, too");
    assert_eq!(outcome.gas, LOOK_UP + 800 + change);
    assert!(!is_pinned(&mut chain));

    let by_hash = ArbWasmCache::cacheCodehashCall { codehash: hash };
    chain
        .send(MANAGER, ARB_WASM_CACHE, by_hash.clone(), 0)
        .burns_all(GAS_LIMIT);
    let mut first = Chain::at(30);
    first
        .send(MANAGER, ARB_WASM_CACHE, pin(), 0)
        .burns_all(GAS_LIMIT);
    assert!(first.activate(PROGRAM, ETHER).result.is_success());
    assert!(
        first
            .send(MANAGER, ARB_WASM_CACHE, by_hash, 0)
            .result
            .is_success()
    );
    assert!(is_pinned(&mut first));

    chain.pass(366 * DAY);
    let outcome = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    assert_eq!(outcome.output()[..4], ArbWasm::ProgramExpired::SELECTOR);
}

#[test]
fn cache_managers_and_chain_owners() {
    use ArbOwner::*;
    use ArbWasmCache::{allCacheManagersCall, isCacheManagerCall};
    let mut chain = Chain::new();
    let managers = |chain: &mut Chain| {
        chain
            .call(ARB_WASM_CACHE, allCacheManagersCall {})
            .returns::<allCacheManagersCall>()
    };
    assert_eq!(managers(&mut chain), [MANAGER]);
    for manager in [ALICE, FEES, ALICE] {
        assert!(
            chain
                .owner(addWasmCacheManagerCall { manager })
                .result
                .is_success()
        );
    }
    assert_eq!(managers(&mut chain), [MANAGER, ALICE, FEES]);
    assert!(
        chain
            .owner(removeWasmCacheManagerCall { manager: MANAGER })
            .result
            .is_success()
    );
    assert_eq!(
        managers(&mut chain),
        [FEES, ALICE],
        "the last one takes the place"
    );
    chain
        .owner(removeWasmCacheManagerCall { manager: MANAGER })
        .reverts_plainly();
    assert!(
        chain
            .owner(removeWasmCacheManagerCall { manager: FEES })
            .result
            .is_success()
    );
    assert_eq!(managers(&mut chain), [ALICE]);
    for (manager, is) in [(ALICE, true), (FEES, false), (MANAGER, false)] {
        let outcome = chain.call(ARB_WASM_CACHE, isCacheManagerCall { manager });
        assert_eq!(outcome.returns::<isCacheManagerCall>(), is);
        assert_eq!(outcome.gas, 3 + 800 + 800 + 3);
    }

    let outcome = chain.owner(addChainOwnerCall { newOwner: ALICE });
    let log = &outcome.result.logs()[0];
    let event = OwnerActs::decode_log_validate(log).unwrap();
    assert_eq!((log.address, event.owner), (ARB_OWNER, OWNER));
    assert_eq!(event.method, addChainOwnerCall::SELECTOR);
    assert_eq!(
        event.data.data,
        Bytes::from(addChainOwnerCall { newOwner: ALICE }.abi_encode())
    );
    let public = chain.call(ARB_OWNER_PUBLIC, ArbOwnerPublic::getAllChainOwnersCall {});
    assert_eq!(
        public.returns::<ArbOwnerPublic::getAllChainOwnersCall>(),
        [OWNER, ALICE]
    );
    assert_eq!(public.gas, 800 + 800 + 2 * 800 + 4 * 3);
    let own = chain.send(ALICE, ARB_OWNER, getAllChainOwnersCall {}, 0);
    assert_eq!(own.returns::<getAllChainOwnersCall>(), [OWNER, ALICE]);
    assert!(
        chain
            .owner(removeChainOwnerCall {
                ownerToRemove: ALICE
            })
            .result
            .is_success()
    );
    chain
        .owner(removeChainOwnerCall {
            ownerToRemove: ALICE,
        })
        .reverts_plainly();
    let is = chain.call(
        ARB_OWNER_PUBLIC,
        ArbOwnerPublic::isChainOwnerCall { account: ALICE },
    );
    assert!(!is.returns::<ArbOwnerPublic::isChainOwnerCall>());

    // anyone else
    chain
        .send(ALICE, ARB_OWNER, setInkPriceCall { price: 1 }, 0)
        .burns_all(GAS_LIMIT);
    chain
        .send(ALICE, ARB_OWNER, getAllChainOwnersCall {}, 0)
        .burns_all(GAS_LIMIT);
    // owners lose nothing
    chain
        .raw(
            OWNER,
            ARB_OWNER,
            Bytes::from_static(&[1, 2, 3, 4]),
            0,
            GAS_LIMIT,
        )
        .reverts_plainly();
    chain
        .raw(OWNER, ARB_OWNER, Bytes::new(), 0, GAS_LIMIT)
        .reverts_plainly();
    chain
        .send(OWNER, ARB_OWNER, setInkPriceCall { price: 1 }, 1)
        .reverts_plainly();
    let mut first = Chain::at(31);
    first
        .owner(setWasmMaxSizeCall { size: 1 })
        .reverts_plainly(); // since ArbOS 40
}

#[test]
fn becoming_an_owner() {
    let become_owner = || ArbDebug::becomeChainOwnerCall {};
    let mut chain = Chain::new();
    let outcome = chain.call(ARB_DEBUG, become_owner());
    assert!(outcome.result.is_success());
    // state; member?, size, place, member, size again and written
    assert_eq!(
        outcome.gas,
        800 + 800 + 800 + 20_000 + 20_000 + 800 + 20_000
    );
    let set = ArbOwner::setInkPriceCall { price: 5 };
    assert!(chain.send(ALICE, ARB_OWNER, set, 0).result.is_success());

    chain.evm.context().chain.config.debug = false;
    chain
        .send(MANAGER, ARB_DEBUG, become_owner(), 0)
        .burns_all(GAS_LIMIT);
}

#[test]
fn what_is_refused() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    for to in PRECOMPILES.into_iter().filter(|to| *to != ARB_OWNER) {
        for input in [&[][..], &[1, 2, 3], &[0xde, 0xad, 0xbe, 0xef], &[0; 100]] {
            let input = Bytes::copy_from_slice(input);
            let outcome = chain.raw(ALICE, to, input, 0, 100_000);
            outcome.burns_all(100_000);
            assert!(matches!(outcome.result, ExecutionResult::Revert { .. }));
        }
        let has_code = chain
            .evm
            .context()
            .journaled_state
            .load_account(to)
            .unwrap();
        assert_eq!(has_code.info.code_hash, keccak256([0xfe]));
        chain.evm.context().journaled_state.discard_tx();
    }
    // value
    chain
        .send(ALICE, ARB_WASM, ArbWasm::stylusVersionCall {}, 1)
        .burns_all(GAS_LIMIT);
    let pin = ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    chain
        .send(MANAGER, ARB_WASM_CACHE, pin.clone(), 1)
        .burns_all(GAS_LIMIT);
    // short calldata
    let keepalive = ArbWasm::codehashKeepaliveCall { codehash: hash };
    let input = Bytes::from(keepalive.abi_encode());
    chain
        .raw(ALICE, ARB_WASM, input.slice(..35), 0, 100_000)
        .burns_all(100_000);
    // a number that does not fit: free for owners, but refused
    let mut input = ArbOwner::setWasmPageLimitCall { limit: 9 }.abi_encode();
    input[4] = 1;
    chain
        .raw(OWNER, ARB_OWNER, input.into(), 0, GAS_LIMIT)
        .reverts_plainly();

    // static calls: views answer, what writes takes all the gas it is given
    let view = || ArbWasm::stylusVersionCall {};
    let (success, output, _) = chain.through("fwd_static", ARB_WASM, view());
    assert!(success && output[31] == 2);
    let writes = GAS_LIMIT / 64 * 63;
    for used in [
        chain.through("fwd_static", ARB_WASM, keepalive),
        chain.through("fwd_static", ARB_WASM_CACHE, pin),
        chain.through("fwd_static", ARB_DEBUG, ArbDebug::becomeChainOwnerCall {}),
        chain.through(
            "fwd_static",
            ARB_OWNER,
            ArbOwner::setInkPriceCall { price: 1 },
        ),
        // not as itself
        chain.through("fwd_delegate", ARB_WASM, view()),
        chain.through("fwd_delegate", ARB_SYS, ArbSys::arbBlockNumberCall {}),
    ] {
        assert!(
            !used.0 && used.1.is_empty() && used.2 > writes - 100_000,
            "{used:?}"
        );
    }
    let (success, output, _) = chain.through("fwd_call", ARB_WASM, view());
    assert!(success && output[31] == 2);
}

#[test]
fn static_calls_of_owners() {
    let mut chain = Chain::new();
    let forwarder = chain.golden.evm_fixtures["fwd_static"].address;
    assert!(
        chain
            .owner(ArbOwner::addChainOwnerCall {
                newOwner: forwarder
            })
            .result
            .is_success()
    );
    let all = ArbOwner::getAllChainOwnersCall {};
    let input = [ARB_OWNER.as_slice(), &all.abi_encode()].concat();
    let outcome = chain.raw(ALICE, forwarder, input.into(), 0, GAS_LIMIT);
    assert_eq!(outcome.output()[31], 1);
    assert!(
        outcome.result.logs().is_empty(),
        "no OwnerActs in a static call"
    );
    let write = ArbOwner::setInkPriceCall { price: 1 };
    let (success, output, _) = chain.through("fwd_static", ARB_OWNER, write);
    assert!(!success && output.is_empty());
}

#[test]
fn precompiles_are_warm_and_readers_warm_nothing() {
    let mut chain = Chain::new();
    let (_, _, wasm) = chain.through("fwd_static", ARB_WASM, ArbWasm::inkPriceCall {});
    // by hand: 903 of the precompile, 100 for a warm call
    let (_, _, nobody) = chain.through("fwd_static", NOBODY, ArbWasm::inkPriceCall {});
    assert!(
        nobody > wasm,
        "a cold account costs 2,600: {nobody}, {wasm}"
    );

    // a version, whose look-up reads the account; an activation, which reads its code as well
    assert!(chain.activate(PROGRAM, ETHER / 4).result.is_success());
    let version = ArbWasm::programVersionCall { program: PROGRAM };
    chain.leaves_cold(version, 0, PROGRAM);
    let activate = ArbWasm::activateProgramCall { program: PAGES5 };
    chain.leaves_cold(activate, ETHER / 4, PAGES5);
}

#[test]
fn a_payee_stays_cold() {
    let mut chain = Chain::new();
    let activate = ArbWasm::activateProgramCall { program: PROGRAM };
    chain.leaves_cold(activate, ETHER / 2, FEES);
    assert_eq!(chain.balance(FEES), U256::from(ASM * FIRST_PRICE));
}

#[test]
fn accounts_that_are_absent_have_the_code_hash_0() {
    let mut chain = Chain::new();
    let current = ProgramRecord {
        version: 2,
        activated_at_hours: ((NOW - 1_421_388_000) / 3_600) as u32,
        ..ProgramRecord::default()
    };
    chain.set_record(B256::ZERO, &current);
    let version = |chain: &mut Chain, program| {
        let outcome = chain.call(ARB_WASM, ArbWasm::programVersionCall { program });
        outcome.result.is_success()
    };
    assert!(version(&mut chain, NOBODY));
    // with a wei, with a nonce, with code: the hash of the code
    chain.set_info(NOBODY, AccountInfo::from_balance(U256::ONE));
    assert!(!version(&mut chain, NOBODY));
    chain.set_info(NOBODY, AccountInfo::default().with_nonce(1));
    assert!(!version(&mut chain, NOBODY));
    let code = Bytecode::new_raw(Bytes::from_static(&[0]));
    chain.set_info(NOBODY, AccountInfo::from_bytecode(code).with_nonce(0));
    assert!(!version(&mut chain, NOBODY));
    chain.set_record(keccak256([0]), &current);
    assert!(version(&mut chain, NOBODY));
}

#[test]
fn removing_an_owner_needs_gas_and_leaves_no_words() {
    let mut chain = Chain::new();
    for owner in [ALICE, MANAGER] {
        let add = ArbOwner::addChainOwnerCall { newOwner: owner };
        assert!(chain.owner(add).result.is_success());
    }
    let words = |chain: &mut Chain| {
        let owners = child(&[], 4);
        [0, 1, 2, 3].map(|index| {
            let mut slot = keccak256([owners.as_slice(), &[0; 31]].concat());
            slot[31] = index;
            chain.word(slot.into())
        })
    };
    let member = |owner: Address| U256::from_be_bytes(owner.into_word().0);
    let of = |size: u64, owners: [U256; 3]| [U256::from(size), owners[0], owners[1], owners[2]];
    let all = of(3, [member(OWNER), member(ALICE), member(MANAGER)]);
    assert_eq!(words(&mut chain), all);

    let remove = |chain: &mut Chain, owner, extra| {
        let call = ArbOwner::removeChainOwnerCall {
            ownerToRemove: owner,
        };
        let input = Bytes::from(call.abi_encode());
        let gas = intrinsic(&input) + extra;
        chain.raw(OWNER, ARB_OWNER, input, 0, gas)
    };
    // argument, state, member?, its place, which is zeroed, the size
    let begin = 3 + 800 + 800 + 800 + 5_000 + 800;
    // the last member is read, written here, and its place there
    let swap = 800 + 20_000 + 20_000;
    // the last word is zeroed, the size written
    let end = 5_000 + 20_000;
    remove(&mut chain, ALICE, begin + swap + end - 1).reverts_plainly();
    assert_eq!(words(&mut chain), all);
    let outcome = remove(&mut chain, ALICE, begin + swap + end);
    assert!(outcome.result.is_success());
    assert_eq!(outcome.gas, 0, "free for owners");
    let two = of(2, [member(OWNER), member(MANAGER), U256::ZERO]);
    assert_eq!(words(&mut chain), two);

    remove(&mut chain, MANAGER, begin + end - 1).reverts_plainly();
    let outcome = remove(&mut chain, MANAGER, begin + end);
    assert!(outcome.result.is_success());
    let one = of(1, [member(OWNER), U256::ZERO, U256::ZERO]);
    assert_eq!(words(&mut chain), one);
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

#[test]
fn arb_sys() {
    use ArbSys::*;
    let mut chain = Chain::new();
    let number = chain.call(ARB_SYS, arbBlockNumberCall {});
    assert_eq!(number.returns::<arbBlockNumberCall>(), U256::from(1_000));
    assert_eq!(number.gas, 803);
    let id = chain
        .call(ARB_SYS, arbChainIDCall {})
        .returns::<arbChainIDCall>();
    assert_eq!(id, U256::from(412_346));
    let version = chain
        .call(ARB_SYS, arbOSVersionCall {})
        .returns::<arbOSVersionCall>();
    assert_eq!(version, U256::from(55 + 51));
    let gas = chain.call(ARB_SYS, getStorageGasAvailableCall {});
    assert_eq!(gas.returns::<getStorageGasAvailableCall>(), U256::ZERO);
    let aliased = chain.call(ARB_SYS, wasMyCallersAddressAliasedCall {});
    assert!(!aliased.returns::<wasMyCallersAddressAliasedCall>());

    let hash = |chain: &mut Chain, number: U256| {
        chain.call(
            ARB_SYS,
            arbBlockHashCall {
                arbBlockNum: number,
            },
        )
    };
    let db = &mut chain.evm.context().journaled_state.database;
    db.cache
        .block_hashes
        .insert(U256::from(744), B256::repeat_byte(7));
    let found = hash(&mut chain, U256::from(744)).returns::<arbBlockHashCall>();
    assert_eq!(found, B256::repeat_byte(7));
    for requested in [U256::from(743), U256::from(1_000), U256::MAX] {
        let current = U256::from(1_000);
        hash(&mut chain, requested).reverts(InvalidBlockNumber { requested, current });
    }

    assert!(
        chain
            .call(ARB_SYS, isTopLevelCallCall {})
            .returns::<isTopLevelCallCall>()
    );
    assert_eq!(
        chain.through("fwd_call", ARB_SYS, isTopLevelCallCall {}).1[31],
        1
    );
    let forwarder = chain.golden.evm_fixtures["fwd_call"].address;
    let inner = [ARB_SYS.as_slice(), &isTopLevelCallCall {}.abi_encode()].concat();
    let input = [forwarder.as_slice(), &inner].concat();
    let deep = chain
        .raw(ALICE, forwarder, input.into(), 0, GAS_LIMIT)
        .output();
    assert_eq!(
        (deep[31], deep[63], deep[95]),
        (1, 1, 0),
        "a contract called by a contract"
    );
}

#[test]
fn arb_info_and_gas_info() {
    let mut chain = Chain::new();
    let balance = chain.call(ARB_INFO, ArbInfo::getBalanceCall { account: OWNER });
    assert_eq!(
        balance.returns::<ArbInfo::getBalanceCall>(),
        U256::from(ETHER)
    );
    assert_eq!(balance.gas, 3 + 800 + 700 + 3);
    let code = chain.call(ARB_INFO, ArbInfo::getCodeCall { account: PROGRAM });
    assert_eq!(
        code.returns::<ArbInfo::getCodeCall>(),
        chain.golden.programs["empty"].code
    );
    // 67 bytes: 3 words; returned as 5
    assert_eq!(code.gas, 3 + 800 + 2_100 + 9 + 15);

    use ArbGasInfo::*;
    chain.evm.set_block(block_env(1, NOW, 150_000_000));
    let prices = chain.call(ARB_GAS_INFO, getPricesInWeiCall {});
    let wei = prices.returns::<getPricesInWeiCall>();
    assert_eq!(
        (wei.perL2Tx, wei.perL1CalldataByte),
        (U256::ZERO, U256::ZERO)
    );
    assert_eq!(wei.perStorage, U256::from(150_000_000_u64 * 20_000));
    assert_eq!(wei.perArbGasBase, U256::from(100_000_000));
    assert_eq!(wei.perArbGasCongestion, U256::from(50_000_000));
    assert_eq!(wei.perArbGasTotal, U256::from(150_000_000));
    assert_eq!(prices.gas, 800 + 1_600 + 6 * 3);
    let least = chain.call(ARB_GAS_INFO, getMinimumGasPriceCall {});
    assert_eq!(
        least.returns::<getMinimumGasPriceCall>(),
        U256::from(100_000_000)
    );
    let limits = chain.call(ARB_GAS_INFO, getGasAccountingParamsCall {});
    let limits = limits.returns::<getGasAccountingParamsCall>();
    assert_eq!(limits.speedLimitPerSecond, U256::from(7_000_000));
    assert_eq!(limits.maxTxGasLimit, U256::from(32_000_000));
    let fee = chain.call(ARB_GAS_INFO, getL1BaseFeeEstimateCall {});
    assert_eq!(fee.returns::<getL1BaseFeeEstimateCall>(), U256::ZERO);
    let fee = chain.call(ARB_GAS_INFO, getCurrentTxL1GasFeesCall {});
    assert_eq!(fee.returns::<getCurrentTxL1GasFeesCall>(), U256::ZERO);

    use ArbOwnerPublic::*;
    let fragments = chain.call(ARB_OWNER_PUBLIC, getMaxStylusContractFragmentsCall {});
    assert_eq!(fragments.returns::<getMaxStylusContractFragmentsCall>(), 0);
    let account = chain.call(ARB_OWNER_PUBLIC, getNetworkFeeAccountCall {});
    assert_eq!(account.returns::<getNetworkFeeAccountCall>(), FEES);
}

#[test]
fn records_survive_their_words() {
    for record in [
        ProgramRecord::default(),
        ProgramRecord {
            version: 0x0102,
            init_cost: 0x0304,
            cached_cost: 0x0506,
            footprint: 0x0708,
            activated_at_hours: 0x09_0a0b,
            asm_kb: 0x0c_0d0e,
            cached: true,
        },
    ] {
        assert_eq!(ProgramRecord::from_word(record.to_word()), record);
    }
    let word = hex::decode("0102030405060708090a0b0c0d0e01").unwrap();
    let record = ProgramRecord::from_word(U256::from_be_slice(&word) << 136);
    assert_eq!(
        (record.activated_at_hours, record.asm_kb),
        (0x09_0a0b, 0x0c_0d0e)
    );
    for version in [30, 31, 40, 50, 60] {
        let params = StylusParams::at(version);
        assert_eq!(StylusParams::from_word(params.to_word()), params);
    }
    let params = StylusParams {
        init_cost_scalar: 51,
        ..StylusParams::at(51)
    };
    assert_eq!(params.init_gas(18), 69 * 128 + 19, "18.36, rounded up");
    assert_eq!(StylusParams::at(51).cached_gas(1_518 - 352), 1_518);
}

/// Every selector, whole and truncated, at many gas limits, by an owner and by anyone, statically,
/// delegated and with value: nothing panics, and no error but of the call itself comes out.
#[test]
fn nothing_panics() {
    fn selectors<C: SolInterface>(to: Address) -> impl Iterator<Item = (Address, [u8; 4])> {
        C::selectors().map(move |selector| (to, selector))
    }
    let calls: Vec<_> = selectors::<ArbSys::ArbSysCalls>(ARB_SYS)
        .chain(selectors::<ArbInfo::ArbInfoCalls>(ARB_INFO))
        .chain(selectors::<ArbOwnerPublic::ArbOwnerPublicCalls>(
            ARB_OWNER_PUBLIC,
        ))
        .chain(selectors::<ArbGasInfo::ArbGasInfoCalls>(ARB_GAS_INFO))
        .chain(selectors::<ArbOwner::ArbOwnerCalls>(ARB_OWNER))
        .chain(selectors::<ArbWasm::ArbWasmCalls>(ARB_WASM))
        .chain(selectors::<ArbWasmCache::ArbWasmCacheCalls>(ARB_WASM_CACHE))
        .chain(selectors::<ArbDebug::ArbDebugCalls>(ARB_DEBUG))
        .collect();
    assert!(calls.len() > 60);
    for version in [30, 51, 60] {
        let mut chain = Chain::at(version);
        assert!(chain.activate(PAGES5, ETHER / 2).result.is_success());
        let forwarders = ["fwd_static", "fwd_delegate", "fwd_call"];
        let forwarders = forwarders.map(|name| chain.golden.evm_fixtures[name].address);
        for owner in [forwarders[0], forwarders[2]] {
            assert!(
                chain
                    .owner(ArbOwner::addChainOwnerCall { newOwner: owner })
                    .result
                    .is_success()
            );
        }
        let arguments = [
            PROGRAM.into_word(),
            PAGES5.into_word(),
            B256::repeat_byte(0xff),
        ];
        for &(to, selector) in &calls {
            for first in arguments {
                let whole = [&selector[..], &first[..], &B256::with_last_byte(1)[..]].concat();
                for len in (0..=whole.len()).step_by(9).chain([4, 35, 36, whole.len()]) {
                    let input = whole[..len].to_vec();
                    let gas = [0, 799, 1_700, 4_000, 25_000, 100_000];
                    for (index, extra) in gas.into_iter().enumerate() {
                        let from = [ALICE, OWNER, MANAGER][index % 3];
                        chain.try_call(from, to, input.clone(), extra, u128::from(index == 4));
                    }
                    if len == whole.len() {
                        chain.try_call(OWNER, to, input.clone(), 3_000_000, 0);
                        for forwarder in forwarders {
                            let input = [to.as_slice(), &input].concat();
                            chain.try_call(ALICE, forwarder, input, 60_000, 0);
                        }
                    }
                }
            }
        }
        // every amount of gas is either too little or enough
        let activate = ArbWasm::activateProgramCall { program: PROGRAM }.abi_encode();
        for extra in (0..2_000_000).step_by(17_389) {
            chain.try_call(ALICE, ARB_WASM, activate.clone(), extra, ETHER / 4);
        }
    }
}

impl Chain {
    /// Executes without keeping what it did.
    fn try_call(&mut self, from: Address, to: Address, input: Vec<u8>, extra: u64, value: u128) {
        let gas_limit = intrinsic(&input) + extra;
        let tx = TxEnv::builder()
            .caller(from)
            .kind(TxKind::Call(to))
            .data(input.into())
            .value(U256::from(value))
            .gas_limit(gas_limit)
            .chain_id(None)
            .build_fill();
        let result = self
            .evm
            .transact(tx)
            .expect("no error of the machine")
            .result;
        assert!(result.tx_gas_used() <= gas_limit);
    }
}
