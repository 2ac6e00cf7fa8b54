//! Stand-ins for two contracts that cargo-stylus needs. Their sources: contracts/predeploys.

use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, address, hex},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode_evm::arbos::{ARB_OWNER, ArbOwner};

use crate::{Devnode, ProgramError};

/// Where `cargo stylus deploy` finds the contract that deploys, activates and initialises a
/// program with a constructor.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Where Nitro's dev node has the contract that `cargo stylus cache` bids at.
pub const CACHE_MANAGER: Address = address!("2F8Bd4EaB69764c105aDd7dE7CB0402557a44E6f");

const STYLUS_DEPLOYER_CODE: [u8; 1758] = decode(include_bytes!("predeploys/stylus_deployer.hex"));
const CACHE_MANAGER_CODE: [u8; 1071] = decode(include_bytes!("predeploys/cache_manager.hex"));

const fn decode<const N: usize>(digits: &[u8]) -> [u8; N] {
    match hex::const_decode_to_array(digits) {
        Ok(code) => code,
        Err(_) => panic!("not hex, or of another length"), // when it is compiled
    }
}

impl Devnode {
    /// Puts contracts of ours, with the calls that cargo-stylus makes, at [`STYLUS_DEPLOYER`] and
    /// [`CACHE_MANAGER`], and has the chain owner register the latter, which mines a block. What
    /// is there already stays.
    ///
    /// The cache manager takes any bid while there is room and evicts nothing. It needs ArbOS 31.
    ///
    /// # Errors
    /// If the configured owner is not (any longer) the chain's.
    pub fn place_predeploys(&mut self) -> Result<(), ProgramError> {
        self.place(STYLUS_DEPLOYER, &STYLUS_DEPLOYER_CODE)?;
        if !self.place(CACHE_MANAGER, &CACHE_MANAGER_CODE)? {
            return Ok(());
        }
        let input = ArbOwner::addWasmCacheManagerCall {
            manager: CACHE_MANAGER,
        };
        let request = TransactionRequest::default()
            .from(self.owner())
            .to(ARB_OWNER)
            .input(Bytes::from(input.abi_encode()).into());
        let receipt = self.execute(request)?;
        match receipt.status() {
            true => Ok(()),
            false => Err(ProgramError::Failed(receipt.transaction_hash)),
        }
    }

    /// Sets code where there is none; says whether it did.
    fn place(&mut self, at: Address, code: &'static [u8]) -> Result<bool, ProgramError> {
        if !self.code(at, BlockId::latest())?.is_empty() {
            return Ok(false);
        }
        let code = self.set_code(at, Bytes::from_static(code));
        code.map_err(|error| ProgramError::Package(error.to_string()))?;
        self.set_nonce(at, 1); // as a created contract's
        Ok(true)
    }
}
