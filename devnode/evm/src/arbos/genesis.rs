//! The state that a chain begins with.

use std::{collections::BTreeMap, convert::Infallible};

use devnode_meter::DataPricer;
use revm::{
    bytecode::Bytecode,
    primitives::{Address, U256},
    state::AccountInfo,
};

use super::{
    params::StylusParams,
    precompiles::PRECOMPILES,
    program::ARBITRUM_START_SECS,
    state,
    storage::{ARBOS_ADDRESS, Store},
};
use crate::ArbConfig;

/// An account that a chain begins with, and the words of its storage by slot.
pub type GenesisAccount = (Address, AccountInfo, Vec<(U256, U256)>);

/// What the beginning of a chain depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Chain id and ArbOS version.
    pub config: ArbConfig,
    /// Who may use ArbOwner.
    pub chain_owners: Vec<Address>,
    /// Who may use ArbWasmCache, beside the owners.
    pub cache_managers: Vec<Address>,
    /// Where data fees go.
    pub network_fee_account: Address,
    /// What ArbGasInfo calls the least gas price, in wei.
    pub min_base_fee_wei: u64,
}

impl Genesis {
    /// Nitro's defaults: fees go to the first owner, gas costs at least 0.1 gwei. Cache managers
    /// are none.
    pub fn new(config: ArbConfig, chain_owners: Vec<Address>) -> Self {
        Self {
            config,
            network_fee_account: chain_owners.first().copied().unwrap_or_default(),
            chain_owners,
            cache_managers: Vec::new(),
            min_base_fee_wei: 100_000_000,
        }
    }

    /// The accounts with their storage: ArbOS's own, and each precompile with code 0xFE, because
    /// Solidity does not call what has no code.
    pub fn accounts(&self) -> Vec<GenesisAccount> {
        let arbos = AccountInfo {
            nonce: 1,
            ..AccountInfo::default()
        };
        let invalid = AccountInfo::from_bytecode(Bytecode::new_legacy([0xfe].into()));
        let mut accounts = vec![(ARBOS_ADDRESS, arbos, self.words())];
        accounts.extend(PRECOMPILES.map(|address| (address, invalid.clone(), Vec::new())));
        accounts
    }

    fn words(&self) -> Vec<(U256, U256)> {
        let mut words = Words::default();
        let Ok(()) = self.write(&mut words);
        words.0.into_iter().collect()
    }

    fn write<S: Store>(&self, store: &mut S) -> Result<(), S::Error> {
        let ArbConfig {
            chain_id,
            arbos_version,
            ..
        } = self.config;
        store.set(state::version_slot(), U256::from(arbos_version))?;
        store.set(state::chain_id_slot(), U256::from(chain_id))?;
        let account = self.network_fee_account.into_word().into();
        store.set(state::network_fee_account_slot(), account)?;
        store.set(state::speed_limit_slot(), U256::from(7_000_000))?;
        store.set(state::block_gas_limit_slot(), U256::from(32_000_000))?;
        store.set(
            state::min_base_fee_slot(),
            U256::from(self.min_base_fee_wei),
        )?;
        store.set(
            state::params_slot(),
            StylusParams::at(arbos_version).to_word(),
        )?;
        let pricer = DataPricer::new(ARBITRUM_START_SECS);
        store.set(state::pricer_slot(0), U256::from(pricer.demand))?;
        store.set(state::pricer_slot(1), U256::from(pricer.bytes_per_second))?;
        store.set(state::pricer_slot(2), U256::from(pricer.last_update_secs))?;
        store.set(state::pricer_slot(3), U256::from(pricer.min_price_wei))?;
        store.set(state::pricer_slot(4), U256::from(pricer.inertia))?;
        for owner in &self.chain_owners {
            state::chain_owners().insert(store, *owner)?;
        }
        for manager in &self.cache_managers {
            state::cache_managers().insert(store, *manager)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Words(BTreeMap<U256, U256>);

impl Store for Words {
    type Error = Infallible;

    fn get(&mut self, slot: U256) -> Result<U256, Infallible> {
        Ok(self.0.get(&slot).copied().unwrap_or_default())
    }

    fn set(&mut self, slot: U256, word: U256) -> Result<(), Infallible> {
        self.0.insert(slot, word);
        Ok(())
    }
}
