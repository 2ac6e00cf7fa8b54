//! A world of a few accounts for tests of the EVM: programs are placed as activated and cached.
#![allow(dead_code, reason = "each test file uses a part")]

use devnode_evm::{
    ArbChain, ArbConfig, ArbContext, ArbEvm,
    arbos::{
        ARBITRUM_START_SECS, ARBOS_ADDRESS, ProgramRecord, StylusParams, params_slot, program_slot,
    },
    block_env, cfg_env,
};
use devnode_meter::{PREFIX, Rules, Stats, asm_kb, meter};
use revm::{
    ExecuteCommitEvm, InspectCommitEvm, Inspector,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    database::InMemoryDB,
    inspector::NoOpInspector,
    primitives::{Address, Bytes, TxKind, U256, keccak256},
    state::{AccountInfo, Bytecode},
};

pub type Outcome = ExecutionResult<HaltReason>;

/// Who sends every transaction.
pub const SENDER: Address = Address::repeat_byte(0xaa);
/// Gas of a transaction that calls with no calldata.
pub const INTRINSIC: u64 = 21_000;
/// Ink of 1 gas.
pub const PRICE: u64 = 10_000;
/// The time of every block until a test moves it.
pub const NOW_SECS: u64 = 1_766_000_000;

pub struct World {
    pub db: InMemoryDB,
    pub chain: ArbChain,
    pub cfg: CfgEnv,
    pub block: BlockEnv,
    pub params: StylusParams,
    nonce: u64,
}

/// An address that says its number.
pub fn at(number: u64) -> Address {
    Address::from_word(U256::from(0xc0de_0000_u64 + number).into())
}

/// The deployed form of a program, less well compressed than `devnode_meter::package` does it, and
/// in far less time.
fn pack_fast(wasm: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 0,
        ..Default::default()
    };
    let mut code = [PREFIX.as_slice(), &[0]].concat();
    brotli::BrotliCompress(&mut &*wasm, &mut code, &params).expect("compresses");
    code
}

impl World {
    pub fn new() -> Self {
        Self::with_version(51)
    }

    pub fn with_version(arbos_version: u64) -> Self {
        let config = ArbConfig {
            arbos_version,
            ..ArbConfig::default()
        };
        let mut db = InMemoryDB::default();
        db.insert_account_info(
            SENDER,
            AccountInfo::from_balance(U256::from(10).pow(U256::from(24))),
        );
        db.insert_account_info(
            ARBOS_ADDRESS,
            AccountInfo {
                nonce: 1,
                ..AccountInfo::default()
            },
        );
        let mut world = Self {
            db,
            chain: ArbChain::new(config),
            cfg: cfg_env(&config),
            block: block_env(1, NOW_SECS, 0),
            params: StylusParams::at(arbos_version),
            nonce: 0,
        };
        world.set_params(|_| {});
        world
    }

    /// Changes the chain's Stylus parameters.
    pub fn set_params(&mut self, change: impl FnOnce(&mut StylusParams)) {
        change(&mut self.params);
        let word = self.params.to_word();
        self.db
            .insert_account_storage(ARBOS_ADDRESS, params_slot(), word)
            .expect("in memory");
    }

    /// Places EVM code.
    pub fn contract(&mut self, address: Address, code: &[u8]) {
        let code = Bytecode::new_raw(Bytes::copy_from_slice(code));
        let info = AccountInfo {
            nonce: 1,
            ..AccountInfo::default()
        }
        .with_code(code);
        self.db.insert_account_info(address, info);
    }

    fn rules(&self) -> Rules {
        let ArbConfig {
            arbos_version,
            debug,
            ..
        } = self.chain.config;
        Rules {
            debug,
            ..Rules::new(arbos_version)
        }
    }

    /// Places a program from its text; activated and cached.
    pub fn program(&mut self, address: Address, wat: &str) -> Stats {
        self.program_from_wasm(address, &wat::parse_str(wat).expect("WAT"))
    }

    /// Places a program; activated and cached.
    pub fn program_from_wasm(&mut self, address: Address, wasm: &[u8]) -> Stats {
        let code = pack_fast(wasm);
        let stats = meter(wasm, &self.rules()).expect("valid").stats;
        self.contract(address, &code);
        self.set_record(
            &code,
            ProgramRecord {
                version: self.params.version,
                init_cost: stats.init_cost(),
                cached_cost: stats.cached_cost(),
                footprint: stats.pages,
                activated_at_hours: ((NOW_SECS - ARBITRUM_START_SECS) / 3_600) as u32,
                asm_kb: asm_kb(stats.asm_estimate()),
                cached: true,
            },
        );
        stats
    }

    /// Sets what ArbOS stores of a program.
    pub fn set_record(&mut self, code: &[u8], record: ProgramRecord) {
        let slot = program_slot(keccak256(code));
        self.db
            .insert_account_storage(ARBOS_ADDRESS, slot, record.to_word())
            .expect("in memory");
    }

    pub fn set_balance(&mut self, address: Address, wei: u64) {
        let mut info = self.info(address);
        info.balance = U256::from(wei);
        self.db.insert_account_info(address, info);
    }

    pub fn set_storage(&mut self, address: Address, slot: u64, value: u64) {
        self.db
            .insert_account_storage(address, U256::from(slot), U256::from(value))
            .expect("in memory");
    }

    pub fn storage(&self, address: Address, slot: u64) -> U256 {
        let account = self.db.cache.accounts.get(&address);
        account
            .and_then(|account| account.storage.get(&U256::from(slot)))
            .copied()
            .unwrap_or_default()
    }

    pub fn info(&self, address: Address) -> AccountInfo {
        self.db
            .cache
            .accounts
            .get(&address)
            .map(|a| a.info.clone())
            .unwrap_or_default()
    }

    pub fn tx(&self, kind: TxKind, data: &[u8], gas_limit: u64) -> TxEnv {
        TxEnv {
            caller: SENDER,
            nonce: self.nonce,
            kind,
            data: Bytes::copy_from_slice(data),
            gas_limit,
            chain_id: Some(self.chain.config.chain_id),
            ..TxEnv::default()
        }
    }

    /// Sends a transaction that calls `to`.
    pub fn call(&mut self, to: Address, data: &[u8], gas_limit: u64) -> Outcome {
        self.send(self.tx(TxKind::Call(to), data, gas_limit))
    }

    pub fn send(&mut self, tx: TxEnv) -> Outcome {
        self.with_evm(NoOpInspector, |evm| {
            evm.transact_commit(tx).expect("a valid transaction")
        })
        .0
    }

    /// Sends a transaction under an inspector.
    pub fn inspect<I: Inspector<ArbContext<InMemoryDB>>>(
        &mut self,
        tx: TxEnv,
        inspector: I,
    ) -> (Outcome, I) {
        self.with_evm(inspector, |evm| {
            evm.inspect_tx_commit(tx).expect("a valid transaction")
        })
    }

    fn with_evm<I>(
        &mut self,
        inspector: I,
        run: impl FnOnce(&mut ArbEvm<InMemoryDB, I>) -> Outcome,
    ) -> (Outcome, I) {
        let db = std::mem::take(&mut self.db);
        let mut evm = ArbEvm::new(
            db,
            self.cfg.clone(),
            self.block.clone(),
            self.chain.clone(),
            inspector,
        );
        let outcome = run(&mut evm);
        let (db, chain, inspector) = evm.into_parts();
        (self.db, self.chain) = (db, chain);
        self.nonce += 1;
        (outcome, inspector)
    }

    /// Each transaction begins its own block.
    pub fn next_block(&mut self) {
        self.chain.recent = Default::default();
    }
}

/// Gas of a transaction without what the calldata and the transaction itself cost.
pub fn execution_gas(outcome: &Outcome, data: &[u8]) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    outcome.gas().total_gas_spent() - INTRINSIC - 4 * zeros - 16 * (data.len() as u64 - zeros)
}

/// Gas of entering a cached program of this size within the free pages (embedded-chain.md §1.6).
pub fn cached_gas(stats: &Stats) -> u64 {
    11 * 32 + u64::from(stats.cached_cost())
}

pub fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

/// EVM code that calls the address of the calldata's first 20 bytes with the rest, and answers with
/// the success byte and what came back. `opcode` is CALL (f1), DELEGATECALL (f4) or STATICCALL (fa).
pub fn forwarder(opcode: u8) -> Vec<u8> {
    let mut code = vec![
        0x60, 0x14, 0x36, 0x03, 0x80, 0x60, 0x14, 0x60, 0x00, 0x37, // copy the rest to 0
        0x60, 0x00, 0x60, 0x00, 0x82, 0x60, 0x00, // out 0 0, in len 0
    ];
    if opcode == 0xf1 {
        code.push(0x34); // forwards the value
    }
    code.extend([0x60, 0x00, 0x35, 0x60, 0x60, 0x1c, 0x5a, opcode]); // to, gas
    code.extend([0x60, 0x00, 0x53, 0x3d, 0x60, 0x00, 0x60, 0x01, 0x3e]); // success, data
    code.extend([0x3d, 0x60, 0x01, 0x01, 0x60, 0x00, 0xf3]);
    code
}
