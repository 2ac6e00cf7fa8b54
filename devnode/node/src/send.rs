//! Transactions on their way into the pool.

use alloy::{
    consensus::{
        SignableTransaction, Transaction, TxEnvelope, TypedTransaction,
        transaction::{Recovered, SignerRecoverable},
    },
    eips::{BlockId, Decodable2718},
    primitives::{Address, B256, Signature, U256},
    rpc::types::TransactionRequest,
    signers::SignerSync,
};
use revm::context_interface::cfg::gas::calculate_initial_tx_gas_for_tx;

use crate::{Devnode, Receipt, TxError, env::tx_env};

impl Devnode {
    /// Takes an encoded and signed transaction of type 0, 1, 2 or 4.
    ///
    /// With automining on, it is in a block when this returns, unless its nonce leaves a gap:
    /// then it is queued.
    ///
    /// # Errors
    /// If it is not valid. A transaction that runs and fails is valid.
    pub fn send_raw(&mut self, encoded: &[u8]) -> Result<B256, TxError> {
        if encoded.first() == Some(&3) {
            return Err(TxError::Blobs);
        }
        let mut rest = encoded;
        let tx = TxEnvelope::decode_2718(&mut rest)
            .map_err(|error| TxError::Decode(error.to_string()))?;
        if !rest.is_empty() {
            return Err(TxError::Decode("bytes after the transaction".into()));
        }
        self.send_signed(tx)
    }

    /// Takes a signed transaction, as [`Self::send_raw`] does.
    ///
    /// # Errors
    /// If it is not valid.
    pub fn send_signed(&mut self, tx: TxEnvelope) -> Result<B256, TxError> {
        let tx = tx.try_into_recovered().map_err(|_| TxError::Signature)?;
        self.submit(tx, false)
    }

    /// Fills in what a request leaves open, signs it with the sender's key if it is here, and
    /// takes it as [`Self::send_raw`] does. An impersonated sender needs no key.
    ///
    /// # Errors
    /// If the sender is unknown, the request makes no valid transaction, or no gas limit is given
    /// and the estimate fails (as it does if the transaction would revert).
    pub fn send(&mut self, request: TransactionRequest) -> Result<B256, TxError> {
        let from = request.from.ok_or(TxError::NoSender)?;
        let impersonated = self.impersonate_all || self.impersonated.contains(&from);
        if !impersonated && !self.signers.contains_key(&from) {
            return Err(TxError::UnknownSender(from));
        }
        let tx = self.fill(request)?;
        let signed = match self.signers.get(&from) {
            Some(signer) => {
                let signature = signer
                    .sign_hash_sync(&tx.signature_hash())
                    .map_err(|error| TxError::Incomplete(error.to_string()))?;
                tx.into_envelope(signature)
            }
            None => tx.into_envelope(stand_in_signature(from)),
        };
        self.submit(Recovered::new_unchecked(signed, from), impersonated)
    }

    /// Sends a request and returns its receipt; mines a block if automining is off.
    ///
    /// # Errors
    /// As [`Self::send`]; and [`TxError::NonceTooHigh`] if it waits behind a gap.
    pub fn execute(&mut self, request: TransactionRequest) -> Result<Receipt, TxError> {
        let hash = self.send(request)?;
        let mut dropped = Vec::new();
        if self.blocks.find(hash).is_none() {
            dropped = self.mine().dropped;
        }
        if let Some(receipt) = self.receipt(hash) {
            return Ok(receipt.clone());
        }
        let dropped = dropped.into_iter().find(|(dropped, _)| *dropped == hash);
        Err(match (dropped, self.pool.get(hash)) {
            (Some((_, error)), _) => error,
            (None, Some(pooled)) => TxError::NonceTooHigh {
                have: pooled.tx.nonce(),
                want: self.state.account(pooled.tx.signer()).nonce,
            },
            (None, None) => TxError::Evm("the transaction is lost".into()),
        })
    }

    /// The transaction of a request: nonce, gas, fees and chain id are filled in.
    ///
    /// # Errors
    /// If that can not be done.
    pub fn fill(&self, mut request: TransactionRequest) -> Result<TypedTransaction, TxError> {
        let from = request.from.ok_or(TxError::NoSender)?;
        if request.has_eip4844_blob_data() || request.max_fee_per_blob_gas.is_some() {
            return Err(TxError::Blobs);
        }
        let input = request
            .input
            .unique_input()
            .map_err(|_| TxError::TwoInputs)?
            .cloned();
        request.input = input.unwrap_or_default().into();
        request.chain_id.get_or_insert(self.chain_id());
        request.to.get_or_insert(alloy::primitives::TxKind::Create);
        if request.nonce.is_none() {
            let nonce = self.state.account(from).nonce;
            request.nonce = Some(self.pool.next_nonce(from, nonce));
        }
        if request.gas.is_none() {
            let gas = self.estimate_gas(&request, BlockId::pending());
            request.gas = Some(gas.map_err(|error| TxError::Estimate(Box::new(error)))?);
        }
        if request.gas_price.is_none() {
            let fee = u128::from(self.base_fee) * 2;
            let tip = *request.max_priority_fee_per_gas.get_or_insert(0);
            request
                .max_fee_per_gas
                .get_or_insert(fee.saturating_add(tip));
        }
        request
            .build_consensus_tx()
            .map_err(|error| TxError::Incomplete(error.error))
    }

    fn submit(&mut self, tx: Recovered<TxEnvelope>, impersonated: bool) -> Result<B256, TxError> {
        let hash = *tx.tx_hash();
        self.check(&tx)?;
        let (sender, nonce) = (tx.signer(), tx.nonce());
        self.pool.add(tx, impersonated)?;
        if !self.automine {
            return Ok(hash);
        }
        let is_next = nonce == self.state.account(sender).nonce;
        if is_next && let Some(pooled) = self.pool.get(hash).cloned() {
            self.mine_one(pooled)?;
            while let Some(next) = self
                .ready()
                .into_iter()
                .find(|next| next.tx.signer() == sender)
            {
                let hash = *next.tx.tx_hash();
                if let Err(error) = self.mine_one(next) {
                    tracing::warn!(%hash, %error, "queued transaction dropped");
                }
            }
        }
        Ok(hash)
    }

    /// What can be said of a transaction before it runs.
    fn check(&self, tx: &Recovered<TxEnvelope>) -> Result<(), TxError> {
        if tx.is_eip4844() {
            return Err(TxError::Blobs);
        }
        if self.blocks.find(*tx.tx_hash()).is_some() {
            return Err(TxError::Known(*tx.tx_hash()));
        }
        let want = self.chain_id();
        if let Some(have) = tx.chain_id().filter(|have| *have != want) {
            return Err(TxError::ChainId { have, want });
        }
        let max_fee = tx.max_fee_per_gas();
        if let Some(tip) = tx.max_priority_fee_per_gas().filter(|tip| *tip > max_fee) {
            return Err(TxError::TipAboveFee { tip, max_fee });
        }
        if max_fee < self.base_fee.into() {
            return Err(TxError::FeeTooLow {
                max_fee,
                base_fee: self.base_fee,
            });
        }
        let limit = tx.gas_limit();
        if let Some(cap) = self.cfg.tx_gas_limit_cap.filter(|cap| limit > *cap) {
            return Err(TxError::GasCap { limit, cap });
        }
        let env = tx_env(tx, want);
        let need = calculate_initial_tx_gas_for_tx(&env, self.cfg.spec, None).initial_total_gas();
        if limit < need {
            return Err(TxError::IntrinsicGas { limit, need });
        }
        let sender = self.state.account(tx.signer());
        if tx.nonce() < sender.nonce {
            return Err(TxError::NonceTooLow {
                have: tx.nonce(),
                want: sender.nonce,
            });
        }
        let gas = U256::from(limit).saturating_mul(U256::from(max_fee));
        let funds = gas.saturating_add(tx.value());
        if sender.balance < funds {
            return Err(TxError::Funds {
                have: sender.balance,
                want: funds,
            });
        }
        Ok(())
    }
}

/// What stands where an impersonated sender's signature would: it makes hashes of two senders'
/// transactions differ, and recovers to nobody in particular.
fn stand_in_signature(from: Address) -> Signature {
    Signature::new(U256::from_be_slice(from.as_slice()), U256::ONE, false)
}
