//! [`ArbEvm`]: where revm's frame loop meets Stylus.

use devnode_meter::is_program;
use revm::{
    Context, Database, DatabaseCommit, ExecuteCommitEvm, ExecuteEvm, InspectCommitEvm, InspectEvm,
    Inspector, Journal,
    context::{
        BlockEnv, Cfg, CfgEnv, ContextSetters, ContextTr, Evm, FrameStack, JournalTr, TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultAndState},
    },
    handler::{
        EthFrame, EvmTr, FrameInitOrResult, FrameResult, Handler, ItemOrResult, MainnetHandler,
        evm::{ContextDbError, FrameInitResult},
        instructions::{EthInstructions, InstructionProvider},
    },
    inspector::{
        InspectorEvmTr, InspectorHandler, NoOpInspector, handler::frame_end, inspect_instructions,
    },
    interpreter::{
        CallScheme, FrameInput, InstructionResult, InterpreterAction, interpreter::EthInterpreter,
        interpreter_action::FrameInit, interpreter_types::LoopControl,
    },
    primitives::{Address, B256, U256},
    state::EvmState,
};

use crate::{
    ArbChain, ArbConfig,
    arbos::ArbPrecompiles,
    stylus::{Inspected, Programs, Untraced},
};

/// The context of an [`ArbEvm`].
pub type ArbContext<DB> = Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, ArbChain>;

/// What executing a transaction gives.
pub type ArbResult<DB> =
    Result<ExecutionResult<HaltReason>, EVMError<<DB as Database>::Error, InvalidTransaction>>;

type Inner<DB, I> = Evm<
    ArbContext<DB>,
    I,
    EthInstructions<EthInterpreter, ArbContext<DB>>,
    ArbPrecompiles,
    EthFrame,
>;

/// revm's configuration for a chain: its Ethereum rules, without EIP-7623's calldata floor and
/// without blobs, with Nitro's cap on a transaction's gas (embedded-chain.md §1.9, §3.3, §7.7).
pub fn cfg_env(config: &ArbConfig) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(config.spec()).with_chain_id(config.chain_id);
    cfg.disable_eip3541 = true; // `refuse_ef_code` does it
    cfg.disable_eip7623 = true;
    cfg.tx_gas_limit_cap = Some(if config.arbos_version >= 50 {
        32_000_000
    } else {
        u64::MAX
    });
    cfg
}

/// A block as Nitro shows it to contracts: difficulty and prevrandao are 1, the sequencer is the
/// coinbase, the gas limit is 2^50. `l1_block_number` is what NUMBER gives.
pub fn block_env(l1_block_number: u64, timestamp_secs: u64, base_fee_wei: u64) -> BlockEnv {
    BlockEnv {
        number: U256::from(l1_block_number),
        beneficiary: Address::new(
            *b"\xa4\xb0\0\0\0\0\0\0\0\0\0\x73\x65\x71\x75\x65\x6e\x63\x65\x72",
        ),
        timestamp: U256::from(timestamp_secs),
        gas_limit: 1 << 50,
        basefee: base_fee_wei,
        difficulty: U256::ONE,
        prevrandao: Some(B256::with_last_byte(1)),
        ..BlockEnv::default()
    }
}

/// An EVM that runs Stylus programs.
///
/// Use it as any revm EVM: [`ExecuteEvm`], [`ExecuteCommitEvm`], [`InspectEvm`]. Inspectors see
/// Stylus frames as calls with logs, and host functions in them as the EVM opcodes that Nitro shows
/// to tracers (table in `stylus/trace/table.rs`). An instruction's memory there is what it reads or
/// writes and nothing else, so an inspector must not take it from an earlier step: give a
/// `TracingInspector` of revm-inspectors that records memory an opcode filter.
#[derive(Debug)]
pub struct ArbEvm<DB: Database, I = NoOpInspector> {
    inner: Inner<DB, I>,
    /// Programs that wait for a call or create of theirs to return, outermost first.
    programs: Programs,
}

impl<DB: Database, I> ArbEvm<DB, I> {
    /// An EVM over `db`, for one block.
    pub fn new(db: DB, cfg: CfgEnv, block: BlockEnv, chain: ArbChain, inspector: I) -> Self {
        let spec = cfg.spec;
        let mut journal = Journal::new(db);
        journal.set_spec_id(spec);
        let ctx = Context {
            block,
            tx: TxEnv::default(),
            cfg,
            journaled_state: journal,
            chain,
            local: Default::default(),
            error: Ok(()),
        };
        let precompiles = ArbPrecompiles::new(&ctx.chain.config);
        Self {
            inner: Evm::new_with_inspector(
                ctx,
                inspector,
                EthInstructions::new_mainnet_with_spec(spec),
                precompiles,
            ),
            programs: Programs::default(),
        }
    }

    /// Block, transaction, configuration, journal and chain.
    pub fn context(&mut self) -> &mut ArbContext<DB> {
        &mut self.inner.ctx
    }

    /// The chain's own part of the context.
    pub fn chain(&self) -> &ArbChain {
        &self.inner.ctx.chain
    }

    /// The database, the chain and the inspector; the journal's uncommitted state is dropped.
    pub fn into_parts(self) -> (DB, ArbChain, I) {
        (
            self.inner.ctx.journaled_state.database,
            self.inner.ctx.chain,
            self.inner.inspector,
        )
    }

    fn begin(&mut self, tx: TxEnv) {
        self.programs.clear();
        self.inner.ctx.chain.begin_transaction();
        self.inner.ctx.set_tx(tx);
    }

    /// Hands revm what the topmost frame's code has come to.
    fn proceed(
        &mut self,
        mut action: InterpreterAction,
    ) -> Result<FrameInitOrResult<EthFrame>, ContextDbError<ArbContext<DB>>> {
        let Inner {
            ctx, frame_stack, ..
        } = &mut self.inner;
        let frame = frame_stack.get();
        refuse_ef_code(frame, ctx.cfg.max_code_size(), &mut action);
        let next = frame.process_next_action::<_, ContextDbError<ArbContext<DB>>>(ctx, action)?;
        if next.is_result() {
            frame.set_finished(true);
        }
        Ok(next)
    }
}

/// EIP-3541 with Nitro's exception: a created contract's code may start with 0xEF only if it is a
/// Stylus program (embedded-chain.md §1.8).
fn refuse_ef_code(frame: &EthFrame, max_code_size: usize, action: &mut InterpreterAction) {
    if let (FrameInput::Create(_), InterpreterAction::Return(result)) = (&frame.input, action)
        && result.result.is_ok()
        && result.output.len() <= max_code_size
        && result.output.first() == Some(&0xef)
        && !is_program(&result.output)
    {
        result.result = InstructionResult::CreateContractStartingWithEF;
        result.gas.spend_all();
    }
}

/// Is the frame's code a Stylus program?
fn runs_program(frame: &EthFrame) -> bool {
    matches!(frame.input, FrameInput::Call(_))
        && is_program(frame.interpreter.bytecode.original_byte_slice())
}

/// The address whose context a frame opens, but for delegated calls.
fn own_context(frame: &EthFrame) -> Option<Address> {
    match &frame.input {
        FrameInput::Call(call) => {
            let delegated = matches!(call.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
            (!delegated).then_some(call.target_address)
        }
        FrameInput::Create(_) => Some(frame.interpreter.input.target_address),
        FrameInput::Empty => None,
    }
}

impl<DB: Database, I> EvmTr for ArbEvm<DB, I> {
    type Context = ArbContext<DB>;
    type Instructions = EthInstructions<EthInterpreter, ArbContext<DB>>;
    type Precompiles = ArbPrecompiles;
    type Frame = EthFrame;

    fn all(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<EthFrame>,
    ) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<EthFrame>,
    ) {
        self.inner.all_mut()
    }

    fn frame_init(
        &mut self,
        frame_input: FrameInit,
    ) -> Result<FrameInitResult<'_, EthFrame>, ContextDbError<Self::Context>> {
        if let ItemOrResult::Result(result) = self.inner.frame_init(frame_input)? {
            return Ok(ItemOrResult::Result(result));
        }
        let frame = self.inner.frame_stack.get();
        if let Some(address) = own_context(frame) {
            self.inner.ctx.chain.push_context(address);
        }
        Ok(ItemOrResult::Item(frame))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<EthFrame>, ContextDbError<Self::Context>> {
        let Inner {
            ctx,
            instruction,
            frame_stack,
            ..
        } = &mut self.inner;
        let frame = frame_stack.get();
        let action = if runs_program(frame) {
            self.programs.run(frame, ctx, &mut Untraced)?
        } else {
            frame.interpreter.run_plain(
                instruction.instruction_table(),
                instruction.gas_table(),
                ctx,
            )
        };
        self.proceed(action)
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Self::Context>> {
        let frame = self.inner.frame_stack.get();
        if frame.is_finished()
            && let Some(address) = own_context(frame)
        {
            self.inner.ctx.chain.pop_context(address);
        }
        self.inner.frame_return_result(result)
    }
}

impl<DB: Database, I: Inspector<ArbContext<DB>>> InspectorEvmTr for ArbEvm<DB, I> {
    type Inspector = I;

    fn all_inspector(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<EthFrame>,
        &I,
    ) {
        self.inner.all_inspector()
    }

    fn all_mut_inspector(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<EthFrame>,
        &mut I,
    ) {
        self.inner.all_mut_inspector()
    }

    fn inspect_frame_run(
        &mut self,
    ) -> Result<FrameInitOrResult<EthFrame>, ContextDbError<Self::Context>> {
        let Inner {
            ctx,
            inspector,
            instruction,
            frame_stack,
            ..
        } = &mut self.inner;
        let frame = frame_stack.get();
        let action = if runs_program(frame) {
            // an inspector may have ended it before it began
            match frame.interpreter.bytecode.action().take() {
                Some(action) => action,
                None => {
                    let mut tracer = Inspected::new(inspector, &frame.interpreter);
                    self.programs.run(frame, ctx, &mut tracer)?
                }
            }
        } else {
            inspect_instructions(
                ctx,
                &mut frame.interpreter,
                &mut *inspector,
                instruction.instruction_table(),
                instruction.gas_table(),
            )
        };
        let mut next = self.proceed(action)?;
        if let ItemOrResult::Result(result) = &mut next {
            let (ctx, inspector, frame) = self.ctx_inspector_frame();
            frame_end(ctx, inspector, &frame.input, result);
        }
        Ok(next)
    }
}

impl<DB: Database, I> ExecuteEvm for ArbEvm<DB, I> {
    type ExecutionResult = ExecutionResult<HaltReason>;
    type State = EvmState;
    type Error = EVMError<DB::Error, InvalidTransaction>;
    type Tx = TxEnv;
    type Block = BlockEnv;

    fn set_block(&mut self, block: BlockEnv) {
        self.inner.ctx.set_block(block);
    }

    fn transact_one(&mut self, tx: TxEnv) -> Result<Self::ExecutionResult, Self::Error> {
        self.begin(tx);
        MainnetHandler::default().run(self)
    }

    fn finalize(&mut self) -> EvmState {
        self.inner.ctx.journaled_state.finalize()
    }

    fn replay(&mut self) -> Result<ResultAndState<HaltReason>, Self::Error> {
        let tx = self.inner.ctx.tx.clone();
        self.transact(tx)
    }
}

impl<DB: Database + DatabaseCommit, I> ExecuteCommitEvm for ArbEvm<DB, I> {
    fn commit(&mut self, state: EvmState) {
        self.inner.ctx.db_mut().commit(state);
    }
}

impl<DB: Database, I: Inspector<ArbContext<DB>>> InspectEvm for ArbEvm<DB, I> {
    type Inspector = I;

    fn set_inspector(&mut self, inspector: I) {
        self.inner.inspector = inspector;
    }

    fn inspect_one_tx(&mut self, tx: TxEnv) -> Result<Self::ExecutionResult, Self::Error> {
        self.begin(tx);
        MainnetHandler::default().inspect_run(self)
    }
}

impl<DB: Database + DatabaseCommit, I: Inspector<ArbContext<DB>>> InspectCommitEvm
    for ArbEvm<DB, I>
{
}
