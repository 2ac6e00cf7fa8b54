//! userOps, and what becomes of them.

use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U192, hex},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolError, SolEvent, SolValue},
};
use devnode::Receipt;
use session_keys::{UserOp, account_signature, sign};

use crate::{World, WorldError, abi::EntryPoint, error::describe};

/// `handleOps(UserOperation[],address)` of v0.6
const HANDLE_OPS: [u8; 4] = hex!("1fad948c");
/// The chain's cap on one transaction.
const TX_GAS_CAP: u64 = 32_000_000;

const CALL_GAS: u64 = 2_000_000;
const VERIFICATION_GAS: u64 = 2_000_000;
const PRE_VERIFICATION_GAS: u64 = 100_000;

/// What became of a `handleOps` transaction.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Of the transaction: gas, logs.
    pub receipt: Receipt,
    /// Of the transaction's calldata.
    pub calldata_bytes: usize,
    /// What the EntryPoint said.
    pub outcome: Outcome,
}

/// What the EntryPoint said to a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every userOp was validated and is paid; one result for each, in their order.
    Included(Vec<OpResult>),
    /// `FailedOp`: the transaction reverted because of this userOp.
    FailedOp {
        /// Which one.
        index: usize,
        /// As the EntryPoint gives it: "AA24 signature error", …
        reason: String,
    },
}

/// `UserOperationEvent` and `UserOperationRevertReason` of one userOp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpResult {
    /// The userOp's hash.
    pub hash: B256,
    /// The account.
    pub sender: Address,
    /// The nonce that it used up.
    pub nonce: U256,
    /// Whether the account's call succeeded.
    pub success: bool,
    /// Wei that the account paid.
    pub gas_cost: U256,
    /// Gas that it paid for.
    pub gas_used: U256,
    /// What the account's call reverted with, if it reverted with data.
    pub revert: Option<Bytes>,
}

impl Bundle {
    /// The results, none if the bundle was refused.
    pub fn ops(&self) -> &[OpResult] {
        match &self.outcome {
            Outcome::Included(ops) => ops,
            Outcome::FailedOp { .. } => &[],
        }
    }

    /// The reason of `FailedOp`, if it was refused.
    pub fn refusal(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Included(_) => None,
            Outcome::FailedOp { reason, .. } => Some(reason),
        }
    }

    /// The bundle, if each of its userOps succeeded.
    ///
    /// # Errors
    /// The first userOp that did not, and why.
    pub fn succeeded(self) -> Result<Self, WorldError> {
        if let Outcome::FailedOp { index, reason } = self.outcome {
            let reason = format!("is refused: {reason}");
            return Err(WorldError::UserOp { index, reason });
        }
        if let Some(index) = self.ops().iter().position(|op| !op.success) {
            let data = self.ops()[index].revert.clone().unwrap_or_default();
            let reason = format!("failed in its execution: {}", describe(&data));
            return Err(WorldError::UserOp { index, reason });
        }
        Ok(self)
    }
}

impl World {
    /// A userOp without signature: the lane's next nonce, generous gas limits (2,000,000 to
    /// execute and to verify, 100,000 before), twice the base fee at most, no tip.
    ///
    /// # Errors
    /// If the EntryPoint does not answer.
    pub fn user_op(
        &self,
        account: Address,
        lane: U192,
        call_data: Bytes,
    ) -> Result<UserOp, WorldError> {
        let call = EntryPoint::getNonceCall {
            sender: account,
            key: lane,
        };
        let base_fee = self.chain.base_fee();
        let base_fee = base_fee.map_err(|error| WorldError::chain("base fee", error))?;
        Ok(UserOp {
            sender: account,
            nonce: self.view(self.entry_point, call)?,
            initCode: Bytes::new(),
            callData: call_data,
            callGasLimit: U256::from(CALL_GAS),
            verificationGasLimit: U256::from(VERIFICATION_GAS),
            preVerificationGas: U256::from(PRE_VERIFICATION_GAS),
            maxFeePerGas: U256::from(base_fee) * U256::from(2),
            maxPriorityFeePerGas: U256::ZERO,
            paymasterAndData: Bytes::new(),
            signature: Bytes::new(),
        })
    }

    /// The hash that is signed, for this chain and EntryPoint.
    pub fn hash(&self, op: &UserOp) -> B256 {
        op.hash(self.entry_point, self.chain.chain_id())
    }

    /// Signs a userOp for the account's ECDSA module.
    ///
    /// # Errors
    /// If the key does not sign.
    pub fn sign_as_owner(
        &self,
        owner: &PrivateKeySigner,
        op: &mut UserOp,
    ) -> Result<(), WorldError> {
        let signature = sign(owner, self.hash(op)).map_err(|e| WorldError::Sign(e.to_string()))?;
        op.signature = account_signature(&signature, self.ecdsa_module);
        Ok(())
    }

    /// A userOp in lane 0, signed by the owner for the ECDSA module.
    ///
    /// # Errors
    /// If the EntryPoint does not answer or the key does not sign.
    pub fn owner_op(
        &self,
        owner: &PrivateKeySigner,
        account: Address,
        call_data: Bytes,
    ) -> Result<UserOp, WorldError> {
        let mut op = self.user_op(account, U192::ZERO, call_data)?;
        self.sign_as_owner(owner, &mut op)?;
        Ok(op)
    }

    /// The bundler's transaction that gives the userOps to the EntryPoint; with enough gas for all of them.
    pub fn bundle_request(&self, ops: &[UserOp]) -> TransactionRequest {
        let arguments = (ops.to_vec(), self.beneficiary).abi_encode_params();
        let input: Bytes = [&HANDLE_OPS[..], &arguments].concat().into();
        let limits = ops.iter().fold(U256::from(1_000_000), |sum, op| {
            sum.saturating_add(op.callGasLimit)
                .saturating_add(op.verificationGasLimit)
                .saturating_add(op.preVerificationGas)
        });
        TransactionRequest::default()
            .from(self.bundler)
            .to(self.entry_point)
            .input(input.into())
            .gas_limit(limits.saturating_to::<u64>().min(TX_GAS_CAP))
    }

    /// Sends the userOps to the EntryPoint in one transaction of the bundler. On the embedded chain the validation of
    /// each is checked against ERC-7562 first, as it would be alone, unless [`Self::unchecked`] says why not; what
    /// [`Self::excused`] contracts do is let pass.
    ///
    /// # Errors
    /// If a validation breaks a rule; if the transaction is refused, or fails otherwise than with `FailedOp`.
    pub fn handle_ops(&mut self, ops: &[UserOp]) -> Result<Bundle, WorldError> {
        for (index, op) in ops.iter().enumerate() {
            self.keeps_rules(index, op)?;
        }
        let what = "EntryPoint.handleOps";
        let request = self.bundle_request(ops);
        let calldata_bytes = request.input.input().map_or(0, |input| input.len());
        let receipt = self.execute(&request, what)?;
        let outcome = if receipt.status() {
            Outcome::Included(results(&receipt, self.entry_point))
        } else {
            let failure = self.failure(&receipt, &request, what)?;
            let Ok(failed) = EntryPoint::FailedOp::abi_decode(&failure.data) else {
                return Err(failure.into_error(&receipt, what));
            };
            Outcome::FailedOp {
                index: failed.opIndex.saturating_to(),
                reason: failed.reason,
            }
        };
        Ok(Bundle {
            receipt,
            calldata_bytes,
            outcome,
        })
    }
}

fn results(receipt: &Receipt, entry_point: Address) -> Vec<OpResult> {
    let logs = || {
        receipt
            .logs()
            .iter()
            .filter(|log| log.address() == entry_point)
    };
    let revert_of = |hash: B256| {
        logs()
            .filter_map(|log| EntryPoint::UserOperationRevertReason::decode_log(&log.inner).ok())
            .find(|event| event.userOpHash == hash)
            .map(|event| event.data.revertReason)
    };
    logs()
        .filter_map(|log| EntryPoint::UserOperationEvent::decode_log(&log.inner).ok())
        .map(|event| OpResult {
            hash: event.userOpHash,
            sender: event.sender,
            nonce: event.nonce,
            success: event.success,
            gas_cost: event.actualGasCost,
            gas_used: event.actualGasUsed,
            revert: revert_of(event.userOpHash),
        })
        .collect()
}
