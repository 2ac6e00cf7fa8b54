//! Gasless: a VerifyingPaymaster of `@account-abstraction/contracts` 0.6.0, and the service that signs for it.

use std::error::Error;

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol,
    sol_types::SolValue as _,
};
use session_keys::{DUMMY_SIGNATURE, UserOp, sign};
use world::{World, abi::EntryPoint};

sol! {
    interface Staked {
        function addStake(uint32 unstakeDelaySecs) external payable;
    }
}

/// `getHash(UserOperation,uint48,uint48)`
const GET_HASH: [u8; 4] = hex!("94e1fc19");
const UNSTAKE_DELAY_SECS: u32 = 86_400;

/// A paymaster that pays for what its service has signed.
pub(crate) struct Sponsor {
    pub(crate) address: Address,
    signer: PrivateKeySigner,
}

impl Sponsor {
    /// Deployed, with a deposit to pay from. It writes to its own storage in validation, so it is staked (STO-031).
    pub(crate) fn deploy(world: &mut World, wei: U256) -> Result<Self, Box<dyn Error>> {
        let signer = PrivateKeySigner::random();
        let arguments = (world.entry_point, signer.address()).abi_encode_params();
        let address = world.deploy("VerifyingPaymaster", &arguments)?;
        let (entry_point, deployer) = (world.entry_point, world.deployer);
        let deposit = EntryPoint::depositToCall { account: address };
        world.send_value(deployer, entry_point, wei, deposit)?;
        let stake = Staked::addStakeCall {
            unstakeDelaySecs: UNSTAKE_DELAY_SECS,
        };
        world.send_value(deployer, address, wei, stake)?;
        Ok(Self { address, signer })
    }

    /// `paymasterAndData` for estimates: as long as the real one, and with a signature that costs as much.
    pub(crate) fn pledge(&self, op: &mut UserOp) {
        op.paymasterAndData = self.data((0, 0), &DUMMY_SIGNATURE);
    }

    /// Pays for the userOp from `valid_after` to `valid_until`. All but its signature must be final: who signs for the
    /// account signs for this paymaster, too.
    pub(crate) fn sponsor(
        &self,
        world: &World,
        op: &mut UserOp,
        window: (u64, u64),
    ) -> Result<(), Box<dyn Error>> {
        // the contract hashes the userOp's head, in which the length of this field shows
        self.pledge(op);
        let (valid_until, valid_after) = window;
        let arguments = (op.clone(), valid_until, valid_after).abi_encode_params();
        let request = TransactionRequest::default()
            .to(self.address)
            .input(Bytes::from([&GET_HASH[..], &arguments].concat()).into());
        let hash = B256::try_from(&world.chain.call(&request)?[..])?;
        op.paymasterAndData = self.data(window, &sign(&self.signer, hash)?);
        Ok(())
    }

    /// The paymaster's address, its two words, and a signature.
    fn data(&self, window: (u64, u64), signature: &[u8]) -> Bytes {
        let parts = [self.address.as_slice(), &window.abi_encode(), signature];
        parts.concat().into()
    }
}
