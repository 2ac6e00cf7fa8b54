//! The least gas that a call needs.

use alloy::rpc::types::TransactionRequest;
use revm::context::result::ExecutionResult;

use crate::{CALL_GAS_CAP, CallContext, CallError, Devnode, TxError};

impl Devnode {
    /// The smallest gas limit with which the call succeeds, found by halving.
    ///
    /// Gas used is not enough to go by: a call passes on 63/64 of what is left at most, some
    /// operations want more gas than they take, and a refund comes when all is done. For a
    /// contract that succeeds with some limit and fails with a higher one, the answer is one of the
    /// limits at which success begins.
    ///
    /// # Errors
    /// As [`Self::call`], if it fails even with the most gas that the request, the chain and the
    /// sender's funds allow.
    pub fn estimate_gas(
        &self,
        request: &TransactionRequest,
        context: impl Into<CallContext>,
    ) -> Result<u64, CallError> {
        let mut call = self.prepare(request, &context.into())?;
        let cap = self.cfg.tx_gas_limit_cap.unwrap_or(CALL_GAS_CAP);
        let most = call.tx.gas_limit.min(cap);
        let result = call.run(most)?;
        let used = result.tx_gas_used();
        call.output(result)?;

        let (mut fails, mut succeeds) = (0, most);
        // Most calls need little more than they use: begin there.
        let mut guess = used.saturating_add(used / 63).saturating_add(2_300);
        while succeeds - fails > 1 {
            let limit = guess.clamp(fails + 1, succeeds - 1);
            let enough = match call.run(limit) {
                Ok(ExecutionResult::Success { .. }) => true,
                Ok(_) | Err(TxError::IntrinsicGas { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            if enough {
                succeeds = limit;
            } else {
                fails = limit;
            }
            guess = fails.midpoint(succeeds);
        }
        Ok(succeeds)
    }
}
