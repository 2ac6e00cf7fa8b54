// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §10.5: swaps of one pair of tokens on one DEX, to one recipient, at a minimum price.
contract DexSwapOracle is SvmOracle {
    using Words for *;

    struct Grant {
        address sessionKey;
        address dex;
        address tokenIn;
        address tokenOut;
        address recipient;
        uint256 maxAmountIn;
        uint256 minOutNum;
        uint256 minOutDen;
    }

    /// What the rules look at.
    struct Swap {
        address tokenIn;
        address tokenOut;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    /// Uniswap V3: exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline,
    /// uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96))
    bytes4 private constant EXACT_INPUT_SINGLE = 0x414bf389;
    /// The same without a deadline.
    bytes4 private constant EXACT_INPUT_SINGLE_NO_DEADLINE = 0x04e45aaf;
    /// Uniswap V2: swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to,
    /// uint256 deadline)
    bytes4 private constant SWAP_EXACT_TOKENS = 0x38ed1739;

    function _invalidSelector() internal pure override returns (string memory) {
        return "DEXSV Invalid Selector";
    }

    function _wrongTarget(bool) internal pure override returns (string memory) {
        return "DEXSV Wrong Dex";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        require(sessionKeyData.areWords(8, 5), "DEXSV Malformed Session");
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        // Routers give these other meanings: nobody, the caller, the router.
        require(uint160(grant.recipient) > 2 && grant.recipient != grant.dex, "DEXSV Malformed Session");
        require(grant.minOutNum != 0 && grant.minOutDen != 0, "DEXSV Malformed Session");
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        require(action.to == grant.dex, wrongTarget);
        require(action.value == 0, "DEXSV Non Zero Value");
        Swap memory swap = _swap(action.data);
        require(swap.tokenIn == grant.tokenIn && swap.tokenOut == grant.tokenOut, "DEXSV Wrong Token");
        require(swap.recipient == grant.recipient, "DEXSV Wrong Recipient");
        require(swap.amountIn != 0, "DEXSV Malformed Call");
        require(swap.amountIn <= grant.maxAmountIn, "DEXSV Max Amount Exceeded");
        require(
            swap.amountOutMinimum != 0
                && _isProductAtLeast(swap.amountOutMinimum, grant.minOutDen, swap.amountIn, grant.minOutNum),
            "DEXSV Min Out Too Low"
        );
        return grant.sessionKey;
    }

    function _swap(bytes memory call) private pure returns (Swap memory) {
        bytes4 selector = call.selector();
        if (selector == EXACT_INPUT_SINGLE) return _exactInputSingle(call, 5);
        if (selector == EXACT_INPUT_SINGLE_NO_DEADLINE) return _exactInputSingle(call, 4);
        require(selector == SWAP_EXACT_TOKENS, "DEXSV Invalid Method");
        return _swapExactTokens(call);
    }

    /// `amounts`: the number of words before amountIn, amountOutMinimum and sqrtPriceLimitX96, the last three.
    function _exactInputSingle(bytes memory call, uint256 amounts) private pure returns (Swap memory) {
        require(
            call.hasArguments(amounts + 3) && call.argument(0).isAddress() && call.argument(1).isAddress()
                && call.argument(2).fits(24) && call.argument(3).isAddress() && call.argument(amounts + 2).fits(160),
            "DEXSV Malformed Call"
        );
        return Swap({
            tokenIn: call.argument(0).toAddress(),
            tokenOut: call.argument(1).toAddress(),
            recipient: call.argument(3).toAddress(),
            amountIn: call.argument(amounts),
            amountOutMinimum: call.argument(amounts + 1)
        });
    }

    /// The path has two tokens, and stands right behind the five words of the head.
    function _swapExactTokens(bytes memory call) private pure returns (Swap memory) {
        require(
            call.hasArguments(8) && call.argument(2) == 0xa0 && call.argument(3).isAddress()
                && call.argument(5) == 2 && call.argument(6).isAddress() && call.argument(7).isAddress(),
            "DEXSV Malformed Call"
        );
        return Swap({
            tokenIn: call.argument(6).toAddress(),
            tokenOut: call.argument(7).toAddress(),
            recipient: call.argument(3).toAddress(),
            amountIn: call.argument(0),
            amountOutMinimum: call.argument(1)
        });
    }

    /// a * b >= c * d, in 512 bits.
    function _isProductAtLeast(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (bool) {
        (uint256 high, uint256 low) = _product(a, b);
        (uint256 otherHigh, uint256 otherLow) = _product(c, d);
        return high == otherHigh ? low >= otherLow : high > otherHigh;
    }

    /// a * b = high * 2^256 + low. Modulo 2^256 - 1 it is high + low, which with low gives high.
    function _product(uint256 a, uint256 b) private pure returns (uint256 high, uint256 low) {
        unchecked {
            uint256 sum = mulmod(a, b, type(uint256).max);
            low = a * b;
            high = sum - low;
            if (sum < low) --high;
        }
    }
}
