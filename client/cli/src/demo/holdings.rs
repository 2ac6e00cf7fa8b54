//! What an account has.

use alloy::primitives::{B256, U256};
use session_keys::calls::SessionKeyManager;
use world::{
    MainJob, WorldError,
    abi::{EntryPoint, Token},
};

use super::report::amount;

/// What an account has, and what its sessions could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Token A, raw units of 18 decimals.
    pub a: U256,
    /// Token B, raw units of 6 decimals.
    pub b: U256,
    /// Shares of the vault, raw units of 6 decimals.
    pub shares: U256,
    /// A that the DEX may take.
    pub dex_allowance: U256,
    /// B that the vault may take.
    pub vault_allowance: U256,
    /// Wei at the EntryPoint.
    pub deposit: U256,
    /// The root of its sessions.
    pub root: B256,
}

impl Holdings {
    /// Those of the job's account now.
    ///
    /// # Errors
    /// If a contract does not answer.
    pub fn of(job: &MainJob) -> Result<Self, WorldError> {
        let (world, account) = (&job.world, job.account);
        let allowance = |token, spender| {
            let owner = account;
            world.view(token, Token::allowanceCall { owner, spender })
        };
        let deposit = EntryPoint::balanceOfCall { account };
        let root = SessionKeyManager::getSessionKeysCall { account };
        Ok(Self {
            a: world.balance_of(world.token_a, account)?,
            b: world.balance_of(world.token_b, account)?,
            shares: world.balance_of(world.vault, account)?,
            dex_allowance: allowance(world.token_a, world.swap_router)?,
            vault_allowance: allowance(world.token_b, world.vault)?,
            deposit: world.view(world.entry_point, deposit)?,
            root: world.view(job.programs.manager, root)?,
        })
    }

    /// Rows of a table: what, before, after.
    pub(super) fn rows(&self, after: &Self) -> [[String; 3]; 4] {
        let row = |what: &str, decimals, unit, of: fn(&Self) -> U256| {
            let text = |holdings| amount(of(holdings), decimals, unit);
            [what.to_owned(), text(self), text(after)]
        };
        [
            row("token A", 18, "A", |h| h.a),
            row("token B", 6, "B", |h| h.b),
            row("shares of the vault", 6, "vB", |h| h.shares),
            row("for fees, at the EntryPoint", 18, "ETH", |h| h.deposit),
        ]
    }
}
