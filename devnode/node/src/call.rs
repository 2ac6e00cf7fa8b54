//! Calls that leave no trace.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, TxKind, U256},
    rpc::types::{
        BlockOverrides, TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
    sol_types::SolCall,
};
use devnode_evm::{
    ArbChain, ArbContext, ArbEvm,
    arbos::{
        ARB_WASM, ARBOS_ADDRESS, ArbWasm, Inactive, ProgramRecord, StylusParams, params_slot,
        program_slot,
    },
};
use devnode_meter::{Rejection, Rules};
use revm::{
    DatabaseRef, ExecuteEvm, InspectEvm, Inspector,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        either::Either,
        result::{ExecutionResult, HaltReason},
    },
    database::CacheDB,
    inspector::NoOpInspector,
    state::Bytecode,
};

use crate::{
    CallError, Devnode, Revert, TxError,
    env::{Env, tip_free_type},
    mine::tx_error,
    notes,
    state::View,
};

/// Gas of a call that names none, and the most that one gets (Nitro's default for RPC).
pub const CALL_GAS_CAP: u64 = 50_000_000;

/// The state that a call or trace runs on: an overlay, thrown away after it.
pub type Scratch<'a> = CacheDB<View<'a>>;

/// After which block a call runs, and what it finds changed. A block, tag or number alone converts
/// into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// The newest block by default; `pending` includes the pool's ready transactions.
    pub block: BlockId,
    /// Accounts that are changed first.
    pub state: StateOverride,
    /// Parts of the block that are changed. `number` is what `NUMBER` gives.
    pub overrides: BlockOverrides,
}

impl<T: Into<BlockId>> From<T> for CallContext {
    fn from(block: T) -> Self {
        Self {
            block: block.into(),
            ..Self::default()
        }
    }
}

/// All that is needed to run a call.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) db: Scratch<'a>,
    pub(crate) cfg: CfgEnv,
    pub(crate) block: BlockEnv,
    pub(crate) chain: ArbChain,
    pub(crate) tx: TxEnv,
}

impl<'a> Call<'a> {
    /// Runs it under an inspector.
    pub(crate) fn inspect<I: Inspector<ArbContext<Scratch<'a>>>>(
        self,
        inspector: I,
    ) -> Result<(ExecutionResult, I), CallError> {
        let mut evm = ArbEvm::new(self.db, self.cfg, self.block, self.chain, inspector);
        let result = evm.inspect_one_tx(self.tx).map_err(tx_error)?;
        Ok((result, evm.into_parts().2))
    }

    /// What its end means for the caller.
    pub(crate) fn output(&self, result: ExecutionResult) -> Result<Bytes, CallError> {
        let output = self.read(result);
        output.inspect_err(|error| notes::call(self.tx.kind.to(), error))
    }

    fn read(&self, result: ExecutionResult) -> Result<Bytes, CallError> {
        match result {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            ExecutionResult::Revert { output, .. } => Err(CallError::Revert(Revert::new(output))),
            ExecutionResult::Halt { reason, gas, .. } => {
                let gas_used = gas.tx_gas_used();
                if let Some(why) = self.refused_module(&reason) {
                    return Err(CallError::Activation { why, gas_used });
                }
                Err(match self.inactive() {
                    Some((program, why)) => CallError::Inactive {
                        program,
                        why,
                        gas_used,
                    },
                    None => CallError::Halt { reason, gas_used },
                })
            }
        }
    }

    /// The program that it calls, if that is one which does not run, and why it doesn't.
    fn inactive(&self) -> Option<(Address, Inactive)> {
        let program = *self.tx.kind.to()?;
        let Ok(account) = self.db.basic_ref(program);
        let account = account?;
        let Ok(code) = self.db.code_by_hash_ref(account.code_hash);
        if !devnode_meter::is_program(code.original_byte_slice()) {
            return None;
        }
        let record = ProgramRecord::from_word(self.arbos_word(program_slot(account.code_hash)));
        let now_secs = self.block.timestamp.saturating_to();
        let why = record.active(&self.stylus_params(), now_secs).err()?;
        Some((program, why))
    }

    /// If it asks ArbWasm to activate a module and ArbWasm failed over that: what is wrong with it.
    fn refused_module(&self, reason: &HaltReason) -> Option<Rejection> {
        if self.tx.kind.to() != Some(&ARB_WASM) || *reason != HaltReason::PrecompileError {
            return None;
        }
        let ArbWasm::activateProgramCall { program } =
            ArbWasm::activateProgramCall::abi_decode(&self.tx.data).ok()?;
        let Ok(account) = self.db.basic_ref(program);
        let Ok(code) = self.db.code_by_hash_ref(account?.code_hash);
        let params = self.stylus_params();
        let max_wasm_bytes = params.max_wasm_bytes as usize;
        let wasm = devnode_meter::unpack(code.original_byte_slice(), max_wasm_bytes).ok()?;
        let rules = Rules {
            max_wasm_bytes,
            page_limit: params.page_limit,
            debug: self.chain.config.debug,
            ..Rules::new(self.chain.config.arbos_version)
        };
        devnode_meter::meter(&wasm, &rules).err()
    }

    fn stylus_params(&self) -> StylusParams {
        StylusParams::from_word(self.arbos_word(params_slot()))
    }

    fn arbos_word(&self, slot: U256) -> U256 {
        let Ok(word) = self.db.storage_ref(ARBOS_ADDRESS, slot);
        word
    }

    /// Runs it with this gas limit.
    pub(crate) fn run(&mut self, gas_limit: u64) -> Result<ExecutionResult, TxError> {
        let tx = TxEnv {
            gas_limit,
            ..self.tx.clone()
        };
        let mut evm = ArbEvm::new(
            &mut self.db,
            self.cfg.clone(),
            self.block.clone(),
            self.chain.clone(),
            NoOpInspector,
        );
        Ok(evm.transact(tx).map_err(tx_error)?.result)
    }
}

impl Devnode {
    /// Runs a call and returns what the contract returns (of a creation: the new code). Without a
    /// gas price nothing is paid for gas, and `GASPRICE` is 0; the base fee stays visible.
    ///
    /// # Errors
    /// If the contract fails, or the call can not begin.
    pub fn call(
        &self,
        request: &TransactionRequest,
        context: impl Into<CallContext>,
    ) -> Result<Bytes, CallError> {
        let mut call = self.prepare(request, &context.into())?;
        let result = call.run(call.tx.gas_limit)?;
        call.output(result)
    }

    /// The chain's part of an EVM for a block.
    pub(crate) fn block_chain(&self, env: &Env) -> ArbChain {
        let mut chain = self.chain.clone();
        chain.l2_block_number = env.number;
        chain
    }

    /// The state after a block, and the block itself.
    pub(crate) fn view(&self, id: BlockId) -> Result<(View<'_>, Env), CallError> {
        if id == BlockId::Number(BlockNumberOrTag::Pending) {
            let (state, executed) = self.run_pending();
            return Ok((View::pending(state), executed.env));
        }
        let block = self.blocks.resolve(id)?;
        Ok((self.view_after(block.number())?, block.env()))
    }

    pub(crate) fn prepare(
        &self,
        request: &TransactionRequest,
        context: &CallContext,
    ) -> Result<Call<'_>, CallError> {
        let (view, env) = self.view(context.block)?;
        let mut db = CacheDB::new(view);
        for (address, changes) in &context.state {
            override_account(&mut db, *address, changes)?;
        }
        let mut block = env.block_env();
        override_block(&mut db, &mut block, &context.overrides)?;
        let tx = self.call_env(request, &db)?;
        let mut cfg = self.cfg.clone();
        cfg.disable_nonce_check = true;
        cfg.disable_eip3607 = true;
        cfg.disable_block_gas_limit = true;
        cfg.disable_base_fee = tx.gas_price == 0;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        Ok(Call {
            db,
            cfg,
            block,
            chain: self.block_chain(&env),
            tx,
        })
    }

    fn call_env(&self, request: &TransactionRequest, db: &Scratch<'_>) -> Result<TxEnv, TxError> {
        if request.has_eip4844_blob_data() || request.max_fee_per_blob_gas.is_some() {
            return Err(TxError::Blobs);
        }
        let want = self.chain_id();
        if let Some(have) = request.chain_id.filter(|have| *have != want) {
            return Err(TxError::ChainId { have, want });
        }
        let data = request
            .input
            .unique_input()
            .map_err(|_| TxError::TwoInputs)?;
        let caller = request.from.unwrap_or_default();
        let Ok(sender) = db.basic_ref(caller);
        let sender = sender.unwrap_or_default();
        let gas_price = request.fee_cap().unwrap_or(0);
        let value = request.value.unwrap_or_default();
        let affordable = sender
            .balance
            .saturating_sub(value)
            .checked_div(U256::from(gas_price))
            .map_or(u64::MAX, |gas| gas.saturating_to());
        Ok(TxEnv {
            tx_type: tip_free_type(request.authorization_list.is_some()),
            caller,
            gas_limit: request.gas.unwrap_or(affordable).min(CALL_GAS_CAP),
            gas_price,
            gas_priority_fee: Some(0),
            kind: request.to.unwrap_or(TxKind::Create),
            value,
            data: data.cloned().unwrap_or_default(),
            nonce: sender.nonce,
            chain_id: Some(want),
            access_list: request.access_list.clone().unwrap_or_default(),
            authorization_list: request
                .authorization_list
                .iter()
                .flatten()
                .cloned()
                .map(Either::Left)
                .collect(),
            ..TxEnv::default()
        })
    }
}

fn override_account(
    db: &mut Scratch<'_>,
    address: Address,
    changes: &AccountOverride,
) -> Result<(), CallError> {
    let refuse = |reason| Err(CallError::Override { address, reason });
    if changes.state.is_some() && changes.state_diff.is_some() {
        return refuse("both state and stateDiff");
    }
    if changes.move_precompile_to.is_some() {
        return refuse("precompiles can not be moved");
    }
    let Ok(info) = db.basic_ref(address);
    let mut info = info.unwrap_or_default();
    if let Some(balance) = changes.balance {
        info.balance = balance;
    }
    if let Some(nonce) = changes.nonce {
        info.nonce = nonce;
    }
    if let Some(code) = &changes.code {
        match Bytecode::new_raw_checked(code.clone()) {
            Ok(code) => _ = info.set_code(code),
            Err(_) => return refuse("not valid code"),
        }
    }
    db.insert_account_info(address, info);
    let slot = |word: &B256| U256::from_be_bytes(word.0);
    if let Some(state) = &changes.state {
        let slots = state
            .iter()
            .map(|(key, value)| (slot(key), slot(value)))
            .collect();
        let Ok(()) = db.replace_account_storage(address, slots);
    }
    for (key, value) in changes.state_diff.iter().flatten() {
        let Ok(()) = db.insert_account_storage(address, slot(key), slot(value));
    }
    Ok(())
}

fn override_block(
    db: &mut Scratch<'_>,
    block: &mut BlockEnv,
    changes: &BlockOverrides,
) -> Result<(), CallError> {
    if let Some(number) = changes.number {
        block.number = number;
    }
    if let Some(difficulty) = changes.difficulty {
        block.difficulty = difficulty;
    }
    if let Some(time) = changes.time {
        block.timestamp = U256::from(time);
    }
    if let Some(gas_limit) = changes.gas_limit {
        block.gas_limit = gas_limit;
    }
    if let Some(coinbase) = changes.coinbase {
        block.beneficiary = coinbase;
    }
    if let Some(random) = changes.random {
        block.prevrandao = Some(random);
    }
    if let Some(base_fee) = changes.base_fee {
        let base_fee = u64::try_from(base_fee);
        block.basefee = base_fee.map_err(|_| CallError::BlockOverride("baseFeePerGas"))?;
    }
    for (number, hash) in changes.block_hash.iter().flatten() {
        db.cache.block_hashes.insert(U256::from(*number), *hash);
    }
    Ok(())
}
