//! Transactions, and why one failed.

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode::Receipt;

use crate::{World, WorldError, describe};

impl World {
    /// Sends a transaction of deployer, trader or bundler that must succeed.
    ///
    /// # Errors
    /// If it does not; the text has contract, function and the decoded reason.
    pub fn send<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: C,
    ) -> Result<Receipt, WorldError> {
        self.send_value(from, to, U256::ZERO, call)
    }

    /// As [`Self::send`], with wei.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn send_value<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        call: C,
    ) -> Result<Receipt, WorldError> {
        let what = self.what::<C>(to);
        let request = TransactionRequest::default()
            .from(from)
            .to(to)
            .value(value)
            .input(Bytes::from(call.abi_encode()).into());
        self.succeed(request, &what)
    }

    /// Sends a transaction, whatever comes of it.
    pub(crate) fn execute(
        &mut self,
        request: &TransactionRequest,
        what: &str,
    ) -> Result<Receipt, WorldError> {
        let receipt = self.chain.execute(request.clone());
        receipt.map_err(|error| WorldError::chain(what, error))
    }

    pub(crate) fn succeed(
        &mut self,
        mut request: TransactionRequest,
        what: &str,
    ) -> Result<Receipt, WorldError> {
        request.gas = self.chain.any_gas();
        let receipt = self.execute(&request, what)?;
        if receipt.status() {
            return Ok(receipt);
        }
        let failure = self.failure(&receipt, &request, what)?;
        Err(failure.into_error(&receipt, what))
    }

    /// Why a transaction failed: it is run again, for receipts do not say.
    pub(crate) fn failure(
        &self,
        receipt: &Receipt,
        request: &TransactionRequest,
        what: &str,
    ) -> Result<Failure, WorldError> {
        let failure = self.chain.failure(receipt, request);
        let (data, halt) = failure.map_err(|error| WorldError::chain(what, error))?;
        Ok(Failure { data, halt })
    }
}

/// How a transaction failed.
pub(crate) struct Failure {
    pub(crate) data: Bytes,
    halt: String,
}

impl Failure {
    pub(crate) fn into_error(self, receipt: &Receipt, what: &str) -> WorldError {
        let reason = if self.data.is_empty() {
            self.halt
        } else {
            describe(&self.data)
        };
        WorldError::Reverted {
            what: what.into(),
            reason,
            hash: receipt.transaction_hash,
        }
    }
}
