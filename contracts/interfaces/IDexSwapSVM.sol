// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title Swaps of one token for another on one DEX, at a least price, to one recipient
/// @notice The only actions, all on the DEX and without ether:
/// Uniswap V3's `exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline,
/// uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96))`, 0x414bf389; the same without `deadline`
/// (SwapRouter02), 0x04e45aaf; Uniswap V2's `swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin,
/// address[] path, address to, uint256 deadline)`, 0x38ed1739, with a path of exactly the two tokens.
/// Fee, deadline and price limit are free.
/// Whoever holds the key can take the difference between the market's price and the least one, on every call.
/// @dev In this order: "DEXSV Invalid Selector": callData is not `execute` or `execute_ncC` (of `validateSessionUserOp`
/// only); "DEXSV Malformed Session": sessionKeyData is no Grant; "DEXSV Wrong Dex"; "DEXSV Non Zero Value";
/// "DEXSV Invalid Method"; "DEXSV Malformed Call": not exactly 260 bytes (228 without deadline), a dirty word, a path of
/// another length or elsewhere than right behind the head, or amountIn 0 (looked at after the recipient); "DEXSV Wrong Token"; "DEXSV Wrong Recipient"; "DEXSV Max Amount Exceeded"; "DEXSV Min Out Too Low":
/// amountOutMinimum is 0, or amountOutMinimum * minOutDen is less than amountIn * minOutNum.
interface IDexSwapSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 256 bytes.
    struct Grant {
        address sessionKey;
        address dex;
        address tokenIn;
        address tokenOut;
        /// Not 0, 1, 2 or the DEX: routers give these other meanings.
        address recipient;
        /// Most of tokenIn that one swap sells.
        uint256 maxAmountIn;
        /// The least price is minOutNum / minOutDen raw units of tokenOut for one of tokenIn. Not zero.
        uint256 minOutNum;
        /// Not zero.
        uint256 minOutDen;
    }
}
