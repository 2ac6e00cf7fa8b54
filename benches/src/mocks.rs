//! Contracts without anything to spare, as the peers were measured with.

use alloy::{
    primitives::{Address, U256},
    sol,
    sol_types::{SolCall, SolValue},
};
use session_keys::Action;
use world::{A, B, World, WorldError, abi::Token, to};

use crate::scenario::Job;

sol! {
    function stake(uint256 amount);
}

/// Sold, staked, and moved by a transfer: the same in all rows.
const SOLD: U256 = A;
const STAKED: U256 = B;
const MOVED: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// A DEX with a reserve, and a contract to stake in what it gives.
#[derive(Clone, Copy, Debug)]
pub struct Mocks {
    /// Sold.
    pub token_in: Address,
    /// Bought and staked.
    pub token_out: Address,
    /// BenchDex.
    pub dex: Address,
    /// BenchStake.
    pub stake: Address,
}

impl Mocks {
    pub(crate) fn deploy(world: &mut World) -> Result<Self, WorldError> {
        let token_out = world.deploy("BenchToken", &[])?;
        Ok(Self {
            token_in: world.deploy("BenchToken", &[])?,
            token_out,
            dex: world.deploy("BenchDex", &[])?,
            stake: world.deploy("BenchStake", &token_out.abi_encode())?,
        })
    }

    /// Tokens for an account. What it still must do itself is given back.
    pub(crate) fn fund(&self, world: &mut World, account: Address) -> Result<Action, WorldError> {
        let plenty = U256::from(1_000_000) * A;
        for (token, owner) in [
            (self.token_in, account),
            (self.token_out, account),
            (self.token_out, self.dex),
        ] {
            world.mint(token, owner, plenty)?;
        }
        let approve = Token::approveCall {
            spender: self.stake,
            amount: U256::MAX,
        };
        Ok(to(self.token_out, approve.abi_encode()))
    }

    /// What an account does for a job; nothing for those that have no business with these contracts.
    pub(crate) fn actions(&self, world: &World, account: Address, job: Job) -> Vec<Action> {
        let transfer = Token::transferCall {
            to: world.trader,
            amount: MOVED,
        };
        let transfer = to(self.token_in, transfer.abi_encode());
        match job {
            Job::Single | Job::Ruled => vec![transfer],
            Job::Transfers(many) => vec![transfer; many],
            Job::Flow => {
                let approve = Token::approveCall {
                    spender: self.dex,
                    amount: SOLD,
                };
                let mut swap = world.swap(self.token_in, SOLD, STAKED, account);
                swap.params.tokenOut = self.token_out;
                let stake = stakeCall { amount: STAKED };
                vec![
                    to(self.token_in, approve.abi_encode()),
                    to(self.dex, swap.abi_encode()),
                    to(self.stake, stake.abi_encode()),
                ]
            }
            Job::MainJob | Job::Grant => Vec::new(),
        }
    }
}
