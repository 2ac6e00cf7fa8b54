//! The embedded chain, and what a call of a contract or program does there.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, B256, Bytes, Log, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode::{Devnode, ExecutionResult};
use revm::{
    Inspector,
    context::{ContextTr, JournalTr},
    interpreter::{CallInputs, CallOutcome},
    state::EvmState,
};

/// Of a call. When somebody who is asked burns what it gets, a 64th is left: enough to end in order.
const GAS: u64 = 30_000_000;
/// More than any of these calls costs.
pub const MAX_GAS: u64 = 1_000_000;
/// Who calls, unless somebody else is to.
pub const CALLER: Address = Address::repeat_byte(0xca);
/// Where `DecoderOracle` is.
const DECODERS: Address = Address::repeat_byte(0xc0);

/// A chain that does not change while it is asked.
pub struct Chain {
    pub node: Devnode,
}

/// What a call answers or reverts with.
pub type Answer = Result<Bytes, Bytes>;

/// What a call did.
#[derive(Debug)]
pub struct Done {
    pub answer: Answer,
    /// Storage that another word is in than before, by slot.
    pub writes: BTreeMap<U256, U256>,
    pub logs: Vec<Log>,
    pub gas: u64,
}

impl Done {
    /// Did it leave nothing behind?
    pub fn is_clean(&self) -> bool {
        self.writes.is_empty() && self.logs.is_empty()
    }
}

impl Chain {
    pub fn new() -> Self {
        let mut chain = Self {
            node: Devnode::default(),
        };
        let funds = U256::from(1_000_000_000_000_000_000_u64);
        chain.node.set_balance(CALLER, funds);
        chain.place("DecoderOracle", DECODERS);
        chain
    }

    /// Deploys a program as it is released, and activates it.
    pub fn program(&mut self, name: &str) -> Address {
        let wasm = world::program(name).unwrap();
        let deployer = self.node.accounts()[0];
        let deployed = self
            .node
            .deploy_program(deployer, &wasm, Some(B256::ZERO))
            .unwrap();
        self.node.activate(deployed).unwrap();
        deployed
    }

    /// Puts a contract at an address.
    pub fn place(&mut self, name: &str, at: Address) {
        let code = world::artefact(name).unwrap().deployed_bytecode;
        self.node.set_code(at, code).unwrap();
    }

    /// Puts a contract at an address that answers, or reverts with, the first bytes of a word with zeros behind it.
    pub fn answering(&mut self, at: Address, word: B256, len: u8, is_revert: bool) {
        let end = if is_revert { 0xfd } else { 0xf3 };
        let code = [
            &[0x7f][..],
            word.as_slice(),
            &[0x60, 0, 0x52, 0x60, len, 0x60, 0, end],
        ];
        self.node.set_code(at, code.concat().into()).unwrap();
    }

    /// Deploys a contract; `arguments` are the constructor's, encoded.
    pub fn deploy(&mut self, name: &str, arguments: &[u8]) -> Address {
        let init_code = [&world::artefact(name).unwrap().bytecode, arguments].concat();
        let request = TransactionRequest::default()
            .from(self.node.accounts()[0])
            .create()
            .input(Bytes::from(init_code).into())
            .gas_limit(GAS);
        let receipt = self.node.execute(request).unwrap();
        assert!(receipt.status(), "{name}");
        receipt.contract_address.unwrap()
    }

    /// Calls, and forgets it.
    pub fn call(&self, from: Address, to: Address, input: &[u8], wei: u64) -> Done {
        let request = TransactionRequest::default()
            .from(from)
            .to(to)
            .input(Bytes::copy_from_slice(input).into())
            .value(U256::from(wei))
            .gas_limit(GAS);
        let called = self.node.inspect_call(&request, Latest, Writes::new(to));
        let (result, writes) = called.unwrap();
        let gas = result.tx_gas_used();
        let (answer, logs) = match result {
            ExecutionResult::Success { output, logs, .. } => (Ok(output.into_data()), logs),
            ExecutionResult::Revert { output, .. } => (Err(output), Vec::new()),
            ExecutionResult::Halt { reason, .. } => panic!("{reason:?}: {}", hex::encode(input)),
        };
        let writes = if answer.is_ok() {
            writes.found
        } else {
            BTreeMap::new()
        };
        Done {
            answer,
            writes,
            logs,
            gas,
        }
    }

    /// What a contract answers; `None` if it refuses.
    pub fn ask(&self, to: Address, input: &[u8]) -> Option<Bytes> {
        let request = TransactionRequest::default()
            .to(to)
            .input(Bytes::copy_from_slice(input).into());
        self.node.call(&request, Latest).ok()
    }

    /// What solc's decoder makes of arguments; `None` if it refuses them.
    pub fn decode<C: SolCall>(&self, arguments: &[u8]) -> Option<C::Return> {
        let answer = self.ask(DECODERS, &[&C::SELECTOR, arguments].concat())?;
        Some(C::abi_decode_returns(&answer).unwrap())
    }
}

/// Sees what is in the storage of the called, at the end of a call.
struct Writes {
    of: Address,
    found: BTreeMap<U256, U256>,
}

impl Writes {
    const fn new(of: Address) -> Self {
        Self {
            of,
            found: BTreeMap::new(),
        }
    }
}

impl<C: ContextTr<Journal: JournalTr<State = EvmState>>> Inspector<C> for Writes {
    /// Of the last of the calls to end, all that is seen stays.
    fn call_end(&mut self, context: &mut C, _: &CallInputs, _: &mut CallOutcome) {
        let account = context.journal().evm_state().get(&self.of);
        let slots = account.into_iter().flat_map(|account| &account.storage);
        self.found = slots
            .filter(|(_, slot)| slot.is_changed())
            .map(|(key, slot)| (*key, slot.present_value))
            .collect();
    }
}
