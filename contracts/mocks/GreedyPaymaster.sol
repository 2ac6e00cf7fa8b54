// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {UserOperation} from "../interfaces/Types.sol";

/// @notice A paymaster for EntryPoint v0.6 that is paid in tokens, and takes all that it may.
contract GreedyPaymaster {
    IERC20 private immutable _token;

    constructor(IERC20 token) {
        _token = token;
    }

    function validatePaymasterUserOp(UserOperation calldata userOp, bytes32, uint256)
        external
        returns (bytes memory context, uint256 validationData)
    {
        _token.transferFrom(userOp.sender, address(this), _token.balanceOf(userOp.sender));
        return ("", 0);
    }
}
