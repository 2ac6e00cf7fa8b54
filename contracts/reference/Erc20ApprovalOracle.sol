// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §10.4: approvals of one token for one spender.
contract Erc20ApprovalOracle is SvmOracle {
    using Words for *;

    struct Grant {
        address sessionKey;
        address token;
        address spender;
        uint256 maxAmount;
    }

    /// approve(address,uint256)
    bytes4 private constant APPROVE = 0x095ea7b3;

    function _invalidSelector() internal pure override returns (string memory) {
        return "ERC20AV Invalid Selector";
    }

    function _wrongTarget(bool) internal pure override returns (string memory) {
        return "ERC20AV Wrong Token";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        require(sessionKeyData.areWords(4, 3), "ERC20AV Malformed Session");
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        require(grant.spender != address(0), "ERC20AV Malformed Session");
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        bytes memory call = action.data;
        require(action.to == grant.token, wrongTarget);
        require(action.value == 0, "ERC20AV Non Zero Value");
        require(call.length >= 4 && call.selector() == APPROVE, "ERC20AV Invalid Method");
        require(call.hasArguments(2) && call.argument(0).isAddress(), "ERC20AV Malformed Call");
        require(call.argument(0).toAddress() == grant.spender, "ERC20AV Wrong Spender");
        require(call.argument(1) <= grant.maxAmount, "ERC20AV Max Amount Exceeded");
        return grant.sessionKey;
    }
}
