//! A chain with an owner, a cache manager and two golden programs, and what calls to it give.

use std::{collections::BTreeMap, fs};

use alloy_sol_types::{SolCall, SolError};
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

pub(crate) const OWNER: Address = address!("00000000000000000000000000000000000a0001");
pub(crate) const MANAGER: Address = address!("00000000000000000000000000000000000a0002");
pub(crate) const ALICE: Address = address!("00000000000000000000000000000000000a0003");
pub(crate) const FEES: Address = address!("00000000000000000000000000000000000a0004");
pub(crate) const NOBODY: Address = address!("00000000000000000000000000000000000a0005");
pub(crate) const PROGRAM: Address = address!("0000000000000000000000000000000000570001");
/// Another account with the code of five pages.
pub(crate) const PAGES5: Address = address!("0000000000000000000000000000000000570009");
pub(crate) const NOW: u64 = 1_766_000_000;
pub(crate) const DAY: u64 = 86_400;
pub(crate) const ETHER: u128 = 1_000_000_000_000_000_000;
pub(crate) const GAS_LIMIT: u64 = 10_000_000;

/// `empty` and `pages5`: 1 function, 2 types, 66 bytes: 512000 + 996 + 22 + 413.
pub(crate) const ASM: u64 = 513_431;
/// 10,000 * 513,431 / 21,360,419 = 240; the series gives 10,242; 82,928,201 * 10,242 / 10,000.
pub(crate) const FIRST_PRICE: u64 = 84_935_063;
/// Demand 2 * 513,431: x = 480, 10,491.
pub(crate) const SECOND_FEE: u64 = 44_668_484_164_225;
/// Ten seconds later, which wear off 348,650: x = 317, 10,322.
pub(crate) const SECOND_FEE_AFTER_10_S: u64 = 43_948_917_805_759;
/// 1,659,168 + 28 * (20 for 66 bytes + 0 for a function + 2,217 a page + 16 for 31 instrumented
/// instructions: 2 of its own, 12 for ink, 12 to take stack words, 4 to give them back, 1 return).
pub(crate) const ACTIVATION: u64 = 1_659_168 + 28 * (20 + 2_217 + 16);
/// The data pricer: 5 reads, 2 writes.
pub(crate) const PRICER: u64 = 5 * 800 + 2 * 20_000;
/// Argument, state, parameters, record.
pub(crate) const LOOK_UP: u64 = 3 + 800 + 100 + 800;
/// Module hash, data pricer, record, network fee account, the log of 2 topics and 128 bytes, the
/// two words that are returned.
pub(crate) const RECORD: u64 = 20_000 + PRICER + 20_000 + 800 + (375 * 3 + 8 * 128) + 6;

#[derive(serde::Deserialize)]
pub(crate) struct Golden {
    pub(crate) evm_fixtures: BTreeMap<String, Account>,
    pub(crate) programs: BTreeMap<String, Account>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Account {
    pub(crate) address: Address,
    pub(crate) code: Bytes,
}

pub(crate) fn golden() -> Golden {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/stylus-golden.json"
    );
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) struct Chain {
    pub(crate) evm: ArbEvm<InMemoryDB>,
    pub(crate) golden: Golden,
    pub(crate) now: u64,
}

pub(crate) struct Outcome {
    pub(crate) result: ExecutionResult<HaltReason>,
    /// Without what the transaction itself costs.
    pub(crate) gas: u64,
}

impl Outcome {
    pub(crate) fn output(&self) -> Bytes {
        self.result.output().cloned().unwrap_or_default()
    }

    pub(crate) fn returns<C: SolCall>(&self) -> C::Return {
        assert!(self.result.is_success(), "{:?}", self.result);
        C::abi_decode_returns_validate(&self.output()).unwrap()
    }

    #[track_caller]
    pub(crate) fn reverts(&self, error: impl SolError) {
        assert!(
            matches!(self.result, ExecutionResult::Revert { .. }),
            "{:?}",
            self.result
        );
        assert_eq!(self.output(), Bytes::from(error.abi_encode()));
    }

    /// Reverts without data and gives gas back.
    #[track_caller]
    pub(crate) fn reverts_plainly(&self) {
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
    pub(crate) fn burns_all(&self, gas_limit: u64) {
        assert!(!self.result.is_success(), "{:?}", self.result);
        assert!(self.output().is_empty());
        assert_eq!(self.result.tx_gas_used(), gas_limit);
    }
}

pub(crate) fn intrinsic(input: &[u8]) -> u64 {
    21_000
        + input
            .iter()
            .map(|byte| if *byte == 0 { 4 } else { 16 })
            .sum::<u64>()
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self::at(51)
    }

    pub(crate) fn at(arbos_version: u64) -> Self {
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

    pub(crate) fn pass(&mut self, secs: u64) {
        self.now += secs;
        self.evm.set_block(block_env(20_000_000, self.now, 0));
    }

    pub(crate) fn raw(
        &mut self,
        from: Address,
        to: Address,
        input: Bytes,
        value: u128,
        gas: u64,
    ) -> Outcome {
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

    pub(crate) fn send(
        &mut self,
        from: Address,
        to: Address,
        call: impl SolCall,
        value: u128,
    ) -> Outcome {
        self.raw(from, to, call.abi_encode().into(), value, GAS_LIMIT)
    }

    pub(crate) fn call(&mut self, to: Address, call: impl SolCall) -> Outcome {
        self.send(ALICE, to, call, 0)
    }

    pub(crate) fn activate(&mut self, program: Address, value: u128) -> Outcome {
        self.send(
            ALICE,
            ARB_WASM,
            ArbWasm::activateProgramCall { program },
            value,
        )
    }

    pub(crate) fn keepalive(&mut self, codehash: B256, value: u128) -> Outcome {
        self.send(
            ALICE,
            ARB_WASM,
            ArbWasm::codehashKeepaliveCall { codehash },
            value,
        )
    }

    pub(crate) fn owner(&mut self, call: impl SolCall) -> Outcome {
        self.send(OWNER, ARB_OWNER, call, 0)
    }

    pub(crate) fn balance(&mut self, address: Address) -> U256 {
        let db = &mut self.evm.context().journaled_state.database;
        db.load_account(address).unwrap().info.balance
    }

    pub(crate) fn set_code(&mut self, address: Address, code: Bytes) {
        let code = Bytecode::new_raw(code);
        let info = AccountInfo {
            nonce: 1,
            ..AccountInfo::from_bytecode(code)
        };
        self.set_info(address, info);
    }

    pub(crate) fn set_info(&mut self, address: Address, info: AccountInfo) {
        let db = &mut self.evm.context().journaled_state.database;
        db.insert_account_info(address, info);
    }

    /// A word of ArbOS.
    pub(crate) fn word(&mut self, slot: U256) -> U256 {
        let db = &mut self.evm.context().journaled_state.database;
        db.storage(ARBOS_ADDRESS, slot).unwrap()
    }

    pub(crate) fn set_word(&mut self, slot: U256, word: U256) {
        let db = &mut self.evm.context().journaled_state.database;
        db.insert_account_storage(ARBOS_ADDRESS, slot, word)
            .unwrap();
    }

    /// After a call of ArbWasm that succeeds, the account is still cold: EXTCODESIZE costs 2,600.
    #[track_caller]
    pub(crate) fn leaves_cold(&mut self, call: impl SolCall, value: u128, account: Address) {
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
    pub(crate) fn hash(&self, name: &str) -> B256 {
        keccak256(&self.golden.programs[name].code)
    }

    /// Calls the precompile through a fixture contract; gives success, returndata and the gas that
    /// the transaction used.
    pub(crate) fn through(
        &mut self,
        fixture: &str,
        to: Address,
        call: impl SolCall,
    ) -> (bool, Bytes, u64) {
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

    pub(crate) fn set_params(&mut self, change: impl FnOnce(&mut StylusParams)) {
        let journal = &mut self.evm.context().journaled_state;
        let mut params = arbos::stylus_params(journal).unwrap();
        change(&mut params);
        arbos::set_stylus_params(journal, &params).unwrap();
        let state = self.evm.finalize();
        self.evm.commit(state);
    }

    pub(crate) fn set_record(&mut self, code_hash: B256, record: &ProgramRecord) {
        self.set_word(program_slot(code_hash), record.to_word());
    }

    pub(crate) fn record(&mut self, code_hash: B256) -> ProgramRecord {
        let record = program_record(&mut self.evm.context().journaled_state, code_hash).unwrap();
        self.evm.context().journaled_state.discard_tx();
        record
    }
}

pub(crate) fn child(parent: &[u8], id: u8) -> B256 {
    keccak256([parent, &[id]].concat())
}

impl Chain {
    /// Executes without keeping what it did.
    pub(crate) fn try_call(
        &mut self,
        from: Address,
        to: Address,
        input: Vec<u8>,
        extra: u64,
        value: u128,
    ) {
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
