//! Accounts before their first userOp.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall as _,
};

use crate::{
    World, WorldError,
    abi::{AccountFactory, EcdsaModule},
};

/// A day: what bundlers ask for.
const UNSTAKE_DELAY_SECS: u32 = 86_400;

/// An account whose address is known before it is there.
#[derive(Clone, Debug)]
pub struct Counterfactual {
    /// Its address.
    pub account: Address,
    /// The factory's call that deploys it.
    pub deploy: AccountFactory::deployCounterFactualAccountCall,
}

impl World {
    /// The account of this owner and index, with the ECDSA module.
    ///
    /// # Errors
    /// If the factory does not answer.
    pub fn counterfactual(&self, owner: Address, index: u64) -> Result<Counterfactual, WorldError> {
        let init = EcdsaModule::initForSmartAccountCall { eoaOwner: owner };
        let (module, data) = (self.ecdsa_module, Bytes::from(init.abi_encode()));
        let index = U256::from(index);
        let address = AccountFactory::getAddressForCounterFactualAccountCall {
            moduleSetupContract: module,
            moduleSetupData: data.clone(),
            index,
        };
        let account = self.view(self.account_factory, address)?;
        let deploy = AccountFactory::deployCounterFactualAccountCall {
            moduleSetupContract: module,
            moduleSetupData: data,
            index,
        };
        Ok(Counterfactual { account, deploy })
    }

    /// `initCode` of the first userOp of an account.
    pub fn init_code(&self, first: &Counterfactual) -> Bytes {
        let parts = [&self.account_factory[..], &first.deploy.abi_encode()];
        parts.concat().into()
    }

    /// Stakes the factory at the EntryPoint, as Biconomy's is: so may what it deploys have its owner in the storage of the
    /// ECDSA module (STO-022).
    ///
    /// # Errors
    /// If the factory refuses.
    pub fn stake_factory(&mut self, wei: U256) -> Result<(), WorldError> {
        let stake = AccountFactory::addStakeCall {
            entryPoint: self.entry_point,
            unstakeDelaySecs: UNSTAKE_DELAY_SECS,
        };
        self.send_value(self.deployer, self.account_factory, wei, stake)?;
        Ok(())
    }
}
