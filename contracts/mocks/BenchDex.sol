// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {BenchToken} from "./BenchToken.sol";

/// @notice A DEX without a price: what comes out is what the caller asks for, from the DEX's own reserve.
contract BenchDex {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    event Swap(address indexed sender, address indexed recipient, uint256 amountIn, uint256 amountOut);

    /// Uniswap V3's first router: 0x414bf389.
    function exactInputSingle(ExactInputSingleParams calldata params) external payable returns (uint256 amountOut) {
        require(block.timestamp <= params.deadline, "Transaction too old");
        amountOut = params.amountOutMinimum;
        require(BenchToken(params.tokenIn).transferFrom(msg.sender, address(this), params.amountIn), "STF");
        require(BenchToken(params.tokenOut).transfer(params.recipient, amountOut), "ST");
        emit Swap(msg.sender, params.recipient, params.amountIn, amountOut);
    }
}
