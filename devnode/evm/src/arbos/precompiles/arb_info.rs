//! ArbInfo: accounts.

use alloy_sol_types::{SolCall, sol};
use revm::Database;

use super::Precompile;
use crate::arbos::call::{Call, Purity, Stop};

sol! {
    /// Lookups of accounts.
    #[sol(all_derives)]
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes memory);
    }
}

use ArbInfo::{ArbInfoCalls as Calls, getBalanceCall, getCodeCall};

const BALANCE_GAS: u64 = 700;
const CODE_GAS: u64 = 2_100;

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        Purity::View
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        Ok(match self {
            Self::getBalance(getBalanceCall { account }) => {
                call.burn(BALANCE_GAS)?;
                let balance = call.peek(account, |account| *account.balance())?;
                getBalanceCall::abi_encode_returns(&balance)
            }
            Self::getCode(getCodeCall { account }) => {
                call.burn(CODE_GAS)?;
                let code = call.code(account)?.original_bytes();
                call.burn_copy(code.len())?;
                getCodeCall::abi_encode_returns(&code)
            }
        })
    }
}
