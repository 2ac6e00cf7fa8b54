//! ArbGasInfo: prices. L1 costs nothing here.

use alloy_sol_types::{SolCall, sol};
use revm::{Database, primitives::U256};

use super::Precompile;
use crate::arbos::{
    call::{Call, Purity, Stop},
    state,
    storage::Store,
};

sol! {
    /// Prices.
    #[sol(all_derives)]
    interface ArbGasInfo {
        function getPricesInWei() external view returns (
            uint256 perL2Tx,
            uint256 perL1CalldataByte,
            uint256 perStorage,
            uint256 perArbGasBase,
            uint256 perArbGasCongestion,
            uint256 perArbGasTotal
        );
        function getPricesInArbGas() external view returns (
            uint256 perL2Tx,
            uint256 perL1CalldataByte,
            uint256 perStorage
        );
        function getGasAccountingParams() external view returns (
            uint256 speedLimitPerSecond,
            uint256 gasPoolMax,
            uint256 maxTxGasLimit
        );
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
    }
}

use ArbGasInfo::{
    ArbGasInfoCalls as Calls, getGasAccountingParamsReturn, getPricesInArbGasReturn,
    getPricesInWeiReturn,
};

/// What the price per storage allocation is reckoned with.
const STORAGE_GAS: u64 = 20_000;

impl Precompile for Calls {
    fn purity(&self) -> Purity {
        Purity::View
    }

    fn run<DB: Database>(self, call: &mut Call<'_, DB>) -> Result<Vec<u8>, Stop> {
        let base_fee = U256::from(call.ctx.block.basefee);
        let storage = U256::from(STORAGE_GAS);
        Ok(match self {
            Self::getPricesInWei(_) => {
                call.get(state::l1_price_slot())?;
                let least = call.get(state::min_base_fee_slot())?;
                ArbGasInfo::getPricesInWeiCall::abi_encode_returns(&getPricesInWeiReturn {
                    perL2Tx: U256::ZERO,
                    perL1CalldataByte: U256::ZERO,
                    perStorage: base_fee.saturating_mul(storage),
                    perArbGasBase: least,
                    perArbGasCongestion: base_fee.saturating_sub(least),
                    perArbGasTotal: base_fee,
                })
            }
            Self::getPricesInArbGas(_) => {
                call.get(state::l1_price_slot())?;
                ArbGasInfo::getPricesInArbGasCall::abi_encode_returns(&getPricesInArbGasReturn {
                    perL2Tx: U256::ZERO,
                    perL1CalldataByte: U256::ZERO,
                    perStorage: storage,
                })
            }
            Self::getGasAccountingParams(_) => {
                let speed = call.get(state::speed_limit_slot())?;
                let block = call.get(state::block_gas_limit_slot())?;
                ArbGasInfo::getGasAccountingParamsCall::abi_encode_returns(
                    &getGasAccountingParamsReturn {
                        speedLimitPerSecond: speed,
                        gasPoolMax: block,
                        maxTxGasLimit: block,
                    },
                )
            }
            Self::getMinimumGasPrice(_) => {
                let least = call.get(state::min_base_fee_slot())?;
                ArbGasInfo::getMinimumGasPriceCall::abi_encode_returns(&least)
            }
            Self::getL1BaseFeeEstimate(_) => {
                let price = call.get(state::l1_price_slot())?;
                ArbGasInfo::getL1BaseFeeEstimateCall::abi_encode_returns(&price)
            }
            Self::getL1GasPriceEstimate(_) => {
                let price = call.get(state::l1_price_slot())?;
                ArbGasInfo::getL1GasPriceEstimateCall::abi_encode_returns(&price)
            }
            Self::getCurrentTxL1GasFees(_) => {
                ArbGasInfo::getCurrentTxL1GasFeesCall::abi_encode_returns(&U256::ZERO)
            }
        })
    }
}
