//! Transactions that wait for a block.

use std::collections::BTreeMap;

use alloy::{
    consensus::{Transaction, TxEnvelope, transaction::Recovered},
    primitives::{Address, B256, map::B256Map},
};

use crate::TxError;

/// A transaction in the pool.
#[derive(Clone, Debug)]
pub(crate) struct Pooled {
    pub(crate) tx: Recovered<TxEnvelope>,
    /// Its sender may be a contract.
    pub(crate) impersonated: bool,
    /// Order of arrival.
    seq: u64,
}

/// Transactions by sender and nonce. Those whose nonce follows the sender's are ready, others are
/// queued behind a gap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    senders: BTreeMap<Address, BTreeMap<u64, Pooled>>,
    hashes: B256Map<(Address, u64)>,
    next_seq: u64,
}

impl Pool {
    /// Adds a transaction, in the place of one of the same nonce if it pays a tenth more.
    pub(crate) fn add(
        &mut self,
        tx: Recovered<TxEnvelope>,
        impersonated: bool,
    ) -> Result<(), TxError> {
        let hash = *tx.tx_hash();
        if self.hashes.contains_key(&hash) {
            return Err(TxError::Known(hash));
        }
        let (sender, nonce) = (tx.signer(), tx.nonce());
        let waiting = self.senders.entry(sender).or_default();
        let mut seq = self.next_seq;
        if let Some(old) = waiting.get(&nonce) {
            let fee = old.tx.max_fee_per_gas();
            let want = fee.saturating_add(fee.div_ceil(10));
            if tx.max_fee_per_gas() < want {
                return Err(TxError::Underpriced {
                    have: tx.max_fee_per_gas(),
                    want,
                });
            }
            self.hashes.remove(old.tx.tx_hash());
            seq = old.seq;
        } else {
            self.next_seq += 1;
        }
        waiting.insert(
            nonce,
            Pooled {
                tx,
                impersonated,
                seq,
            },
        );
        self.hashes.insert(hash, (sender, nonce));
        Ok(())
    }

    pub(crate) fn get(&self, hash: B256) -> Option<&Pooled> {
        let (sender, nonce) = self.hashes.get(&hash)?;
        self.senders.get(sender)?.get(nonce)
    }

    pub(crate) fn remove(&mut self, hash: B256) -> Option<Pooled> {
        let (sender, nonce) = self.hashes.remove(&hash)?;
        let waiting = self.senders.get_mut(&sender)?;
        let removed = waiting.remove(&nonce);
        if waiting.is_empty() {
            self.senders.remove(&sender);
        }
        removed
    }

    /// The ready transactions, each sender's by nonce and all by arrival, given the senders'
    /// nonces.
    pub(crate) fn ready(&self, nonce_of: impl Fn(Address) -> u64) -> Vec<Pooled> {
        let mut chains: Vec<_> = self
            .senders
            .iter()
            .map(|(sender, waiting)| {
                let mut next = nonce_of(*sender);
                let chain = waiting.range(next..).map_while(move |(nonce, pooled)| {
                    let follows = *nonce == next;
                    next = next.saturating_add(1);
                    follows.then_some(pooled)
                });
                chain.peekable()
            })
            .collect();
        let mut ready = Vec::new();
        loop {
            let first = chains
                .iter_mut()
                .filter_map(|chain| Some((chain.peek()?.seq, chain)))
                .min_by_key(|(seq, _)| *seq);
            let Some(pooled) = first.and_then(|(_, chain)| chain.next()) else {
                return ready;
            };
            ready.push(pooled.clone());
        }
    }

    /// The nonce after a sender's ready transactions, `nonce` being that of the state. What
    /// authorizations of others will add is not foreseen.
    pub(crate) fn next_nonce(&self, sender: Address, nonce: u64) -> u64 {
        let Some(waiting) = self.senders.get(&sender) else {
            return nonce;
        };
        let ready = waiting
            .range(nonce..)
            .zip(nonce..=u64::MAX)
            .take_while(|((have, _), want)| *have == want);
        nonce.saturating_add(ready.count() as u64)
    }

    /// All transactions, by sender and nonce.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Recovered<TxEnvelope>> {
        self.senders
            .values()
            .flat_map(|waiting| waiting.values().map(|pooled| &pooled.tx))
    }

    /// Removes what the chain has overtaken: nonces below the senders'.
    pub(crate) fn prune(&mut self, nonce_of: impl Fn(Address) -> u64) {
        let stale: Vec<_> = self
            .iter()
            .filter(|tx| tx.nonce() < nonce_of(tx.signer()))
            .map(|tx| *tx.tx_hash())
            .collect();
        for hash in stale {
            self.remove(hash);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }
}
