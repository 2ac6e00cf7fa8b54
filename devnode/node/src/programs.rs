//! Deploying contracts and programs, and what programs need besides.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolInterface},
};
use devnode_evm::arbos::{ARB_WASM, ARB_WASM_CACHE, ArbWasm, ArbWasmCache};

use crate::{CREATE2_FACTORY, CallError, Devnode, ProgramError, Receipt};

/// Wei that go with an activation; what the data fee leaves comes back.
const ACTIVATION_VALUE: u64 = 1_000_000_000_000_000_000;

/// What an activation cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Gas of the whole transaction.
    pub gas: u64,
    /// Wei for the program's data.
    pub data_fee: U256,
    /// The Stylus version that the program has now.
    pub version: u16,
}

/// These methods mine a block, with automining off too.
impl Devnode {
    /// Deploys a Stylus program: packs the module and creates the contract, by `CREATE`, or with a
    /// salt through the [`CREATE2_FACTORY`]. It is not activated.
    ///
    /// # Errors
    /// If the module can not be packed or the creation fails.
    pub fn deploy_program(
        &mut self,
        from: Address,
        wasm: &[u8],
        salt: Option<B256>,
    ) -> Result<Address, ProgramError> {
        let code = devnode_meter::package(wasm)
            .map_err(|error| ProgramError::Package(error.to_string()))?;
        self.deploy(from, devnode_meter::init_code(&code).into(), salt)
    }

    /// Runs init code as a contract's creation, by `CREATE`, or with a salt through the
    /// [`CREATE2_FACTORY`].
    ///
    /// # Errors
    /// If the creation fails, or its address is taken.
    pub fn deploy(
        &mut self,
        from: Address,
        init_code: Bytes,
        salt: Option<B256>,
    ) -> Result<Address, ProgramError> {
        let request = TransactionRequest::default().from(from);
        let Some(salt) = salt else {
            let receipt = self.must_execute(request.create().input(init_code.into()))?;
            let hash = receipt.transaction_hash;
            return receipt.contract_address.ok_or(ProgramError::Failed(hash));
        };
        let address = CREATE2_FACTORY.create2(salt, keccak256(&init_code));
        if !self.code(address, BlockId::pending())?.is_empty() {
            return Err(ProgramError::Exists(address));
        }
        let input: Bytes = [salt.as_slice(), &init_code].concat().into();
        let receipt = self.must_execute(request.to(CREATE2_FACTORY).input(input.into()))?;
        if self.code(address, BlockId::latest())?.is_empty() {
            return Err(ProgramError::Failed(receipt.transaction_hash));
        }
        Ok(address)
    }

    /// Activates a deployed program; the chain owner pays.
    ///
    /// # Errors
    /// If ArbWasm refuses it: [`ProgramError::ArbWasm`] or [`ProgramError::Rejected`].
    pub fn activate(&mut self, program: Address) -> Result<Activation, ProgramError> {
        let call = ArbWasm::activateProgramCall { program };
        let mut request = TransactionRequest::default()
            .from(self.owner())
            .to(ARB_WASM)
            .value(U256::from(ACTIVATION_VALUE))
            .input(Bytes::from(call.abi_encode()).into());
        // Estimating would translate the program many times over.
        request.gas = self
            .cfg
            .tx_gas_limit_cap
            .map(|cap| cap.min(crate::CALL_GAS_CAP));
        let answer = match self.call(&request, BlockId::pending()) {
            Ok(answer) => answer,
            Err(CallError::Activation { why, .. }) => return Err(ProgramError::Rejected(why)),
            Err(error) => return Err(arb_wasm_error(error)),
        };
        let answer = ArbWasm::activateProgramCall::abi_decode_returns(&answer)
            .map_err(|error| ProgramError::Answer(error.to_string()))?;
        let receipt = self.must_execute(request)?;
        Ok(Activation {
            gas: receipt.gas_used,
            data_fee: answer.dataFee,
            version: answer.version,
        })
    }

    /// Pins a program in the chain's cache, so that a call does not pay for its start; the chain
    /// owner does it.
    ///
    /// # Errors
    /// If ArbWasmCache refuses it.
    pub fn cache(&mut self, program: Address) -> Result<Receipt, ProgramError> {
        let input: Bytes = if self.config.arbos_version > 30 {
            ArbWasmCache::cacheProgramCall { addr: program }
                .abi_encode()
                .into()
        } else {
            let codehash = self.code_hash(program, BlockId::pending())?;
            ArbWasmCache::cacheCodehashCall { codehash }
                .abi_encode()
                .into()
        };
        let request = TransactionRequest::default()
            .from(self.owner())
            .to(ARB_WASM_CACHE);
        self.must_execute(request.input(input.into()))
    }

    /// Executes a transaction that must succeed; with no gas limit given, a failure shows before
    /// anything is sent.
    fn must_execute(&mut self, request: TransactionRequest) -> Result<Receipt, ProgramError> {
        let receipt = self.execute(request).map_err(|error| match error {
            crate::TxError::Estimate(error) => arb_wasm_error(*error),
            error => ProgramError::Refused(error),
        })?;
        if receipt.status() {
            Ok(receipt)
        } else {
            Err(ProgramError::Failed(receipt.transaction_hash))
        }
    }
}

/// Names the precompiles' own errors.
fn arb_wasm_error(error: CallError) -> ProgramError {
    let named = error
        .revert_data()
        .and_then(|data| ArbWasm::ArbWasmErrors::abi_decode(data).ok());
    named.map_or(ProgramError::Call(error), ProgramError::ArbWasm)
}

impl From<crate::BlockError> for ProgramError {
    fn from(error: crate::BlockError) -> Self {
        Self::Call(CallError::Block(error))
    }
}
