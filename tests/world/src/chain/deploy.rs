//! What all worlds on a chain share: the CREATE2 factory, the EntryPoint, our programs. Each is deployed once.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TxLegacy},
    primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, hex, keccak256},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{SolCall, SolError},
};
use devnode::{
    CREATE2_FACTORY, CallError, EntryPointVersion, ProgramError,
    arbos::{ARB_DEBUG, ARB_WASM, ARB_WASM_CACHE, ArbDebug, ArbWasm, ArbWasmCache},
};

use super::{Chain, ChainError, Remote};

/// Nobody has its key: its only transaction was made from a signature, so that the factory is at the same address on
/// every chain.
const FACTORY_DEPLOYER: Address = address!("3fAB184622Dc19b6109349B94811493BF2a45362");
/// What that transaction pays at most: 100,000 gas at 100 gwei.
const FACTORY_WEI: U256 = U256::from_limbs([10_000_000_000_000_000, 0, 0, 0]);
const FACTORY_INIT_CODE: [u8; 83] = hex!(
    "604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
/// Wei that go with an activation at most; what the data fee leaves comes back.
const ACTIVATION_VALUE: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

sol! {
    interface CacheManager {
        function placeBid(address program) external payable;
        function getMinBid(address program) external view returns (uint192 min);
    }
}

impl Remote {
    pub(super) fn entry_point(&self, init_code: &[u8]) -> Result<Address, ChainError> {
        let _alone = Self::alone();
        let version = EntryPointVersion::V06;
        let want = version.address();
        if !self.code(want)?.is_empty() {
            return Ok(want);
        }
        let have = CREATE2_FACTORY.create2_from_code(version.salt(), init_code);
        if have != want {
            return Err(ProgramError::Elsewhere { have, want }.into());
        }
        self.create2(version.salt(), init_code)
    }

    pub(super) fn program(
        &self,
        deployer: Address,
        wasm: &[u8],
        salt: Option<B256>,
    ) -> Result<Address, ChainError> {
        let code = devnode_meter::package(wasm)
            .map_err(|error| ProgramError::Package(error.to_string()))?;
        let init_code = Bytes::from(devnode_meter::init_code(&code));
        let address = if let Some(salt) = salt {
            let _alone = Self::alone();
            self.create2(salt, &init_code)?
        } else {
            let create = TransactionRequest::default().from(deployer).create();
            let receipt = self.execute(create.input(init_code.into()))?;
            let failed = ProgramError::Failed(receipt.transaction_hash);
            receipt.contract_address.ok_or(failed)?
        };
        let _alone = Self::alone();
        self.activate(address)?;
        Ok(address)
    }

    /// Deploys through the factory, unless that is done. Alone.
    fn create2(&self, salt: B256, init_code: &[u8]) -> Result<Address, ChainError> {
        let address = CREATE2_FACTORY.create2(salt, keccak256(init_code));
        if !self.code(address)?.is_empty() {
            return Ok(address);
        }
        self.factory()?;
        let input = Bytes::from([salt.as_slice(), init_code].concat());
        let request = TransactionRequest::default().to(CREATE2_FACTORY);
        let receipt = self.by_funder(request.input(input.into()))?;
        if self.code(address)?.is_empty() {
            return Err(ProgramError::Failed(receipt.transaction_hash).into());
        }
        Ok(address)
    }

    /// Sees to it that there is a CREATE2 factory.
    fn factory(&self) -> Result<(), ChainError> {
        if !self.code(CREATE2_FACTORY)?.is_empty() {
            return Ok(());
        }
        let refused = |reason| ChainError::Factory {
            factory: CREATE2_FACTORY,
            reason,
        };
        let have = self.balance(FACTORY_DEPLOYER)?;
        if have < FACTORY_WEI {
            let fund = TransactionRequest::default().to(FACTORY_DEPLOYER);
            self.by_funder(fund.value(FACTORY_WEI - have))?;
        }
        let receipt = self.publish(&factory_transaction());
        let receipt = receipt.map_err(|error| refused(error.to_string()))?;
        if self.code(CREATE2_FACTORY)?.is_empty() {
            let hash = receipt.transaction_hash;
            return Err(refused(format!("transaction {hash} failed")));
        }
        Ok(())
    }

    /// Activates a program, unless it is active.
    fn activate(&self, program: Address) -> Result<(), ChainError> {
        let call = ArbWasm::activateProgramCall { program };
        let value = ACTIVATION_VALUE.min(self.balance(self.funder.address())? / U256::from(2));
        let request = TransactionRequest::default()
            .from(self.funder.address())
            .to(ARB_WASM)
            .value(value)
            .input(Bytes::from(call.abi_encode()).into());
        match self.call(&request) {
            Ok(_) => self.by_funder(request).map(drop),
            Err(ChainError::Call(CallError::Revert(revert)))
                if ArbWasm::ProgramUpToDate::abi_decode(&revert.data).is_ok() =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// As the chain's owner, who anyone may be on a development chain; elsewhere by a bid at a cache manager.
    pub(super) fn cache(&self, program: Address) -> Result<bool, ChainError> {
        let _alone = Self::alone();
        let request = |to, call: Vec<u8>| {
            TransactionRequest::default()
                .from(self.funder.address())
                .to(to)
                .input(Bytes::from(call).into())
        };
        let cache = ArbWasmCache::cacheProgramCall { addr: program }.abi_encode();
        let own = ArbDebug::becomeChainOwnerCall {}.abi_encode();
        for first in [None, Some(request(ARB_DEBUG, own))] {
            if let Some(first) = first.filter(|first| self.call(first).is_ok()) {
                self.by_funder(first)?;
            }
            let cache = request(ARB_WASM_CACHE, cache.clone());
            if self.call(&cache).is_ok() {
                self.by_funder(cache)?;
                return Ok(true);
            }
        }
        let managers = ArbWasmCache::allCacheManagersCall {}.abi_encode();
        let managers = self.call(&request(ARB_WASM_CACHE, managers))?;
        let managers = ArbWasmCache::allCacheManagersCall::abi_decode_returns(&managers);
        for manager in managers.unwrap_or_default() {
            let least = CacheManager::getMinBidCall { program }.abi_encode();
            let Ok(answer) = self.call(&request(manager, least)) else {
                continue;
            };
            let bid = CacheManager::placeBidCall { program }.abi_encode();
            let least = U256::try_from_be_slice(&answer).unwrap_or_default();
            let bid = request(manager, bid).value(least);
            if self.call(&bid).is_ok() {
                self.by_funder(bid)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(super) fn is_cached(chain: &Chain, program: Address) -> Result<bool, ChainError> {
    let codehash = keccak256(chain.code(program)?);
    let call = ArbWasmCache::codehashIsCachedCall { codehash };
    let request = TransactionRequest::default()
        .to(ARB_WASM_CACHE)
        .input(Bytes::from(call.abi_encode()).into());
    let answer = chain.call(&request)?;
    Ok(answer.last() == Some(&1))
}

/// The transaction that makes the factory: its signature is made up, so it can not be bound to a chain.
fn factory_transaction() -> TxEnvelope {
    let made_up = U256::from_be_bytes([0x22; 32]);
    TxLegacy {
        chain_id: None,
        nonce: 0,
        gas_price: 100_000_000_000,
        gas_limit: 100_000,
        to: TxKind::Create,
        value: U256::ZERO,
        input: Bytes::from_static(&FACTORY_INIT_CODE),
    }
    .into_signed(Signature::new(made_up, made_up, false))
    .into()
}

#[cfg(test)]
mod tests {
    use alloy::consensus::transaction::SignerRecoverable;

    use super::*;

    #[test]
    fn the_factory_s_transaction_makes_the_factory() {
        let signer = factory_transaction().recover_signer().unwrap();
        assert_eq!(signer, FACTORY_DEPLOYER);
        assert_eq!(signer.create(0), CREATE2_FACTORY);
    }
}
