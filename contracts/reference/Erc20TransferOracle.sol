// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §5.2, §10.3: transfers and approvals of one token to one recipient, with the data and texts of Biconomy's deployed SVM.
contract Erc20TransferOracle is SvmOracle {
    using Words for *;

    struct Grant {
        address sessionKey;
        address token;
        address recipient;
        uint256 maxAmount;
    }

    /// transfer(address,uint256)
    bytes4 private constant TRANSFER = 0xa9059cbb;
    /// approve(address,uint256)
    bytes4 private constant APPROVE = 0x095ea7b3;

    function _invalidSelector() internal pure override returns (string memory) {
        return "ERC20SV Invalid Selector";
    }

    /// The deployed SVM has two texts for it.
    function _wrongTarget(bool isParams) internal pure override returns (string memory) {
        return isParams ? "ERC20SV Invalid Token" : "ERC20SV Wrong Token";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        require(sessionKeyData.areWords(4, 3), "ERC20SV Malformed Session");
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        bytes memory call = action.data;
        bytes4 selector = call.selector();
        require(action.to == grant.token, wrongTarget);
        require(action.value == 0, "ERC20SV Non Zero Value");
        require(
            call.length >= 4 && (selector == TRANSFER || selector == APPROVE), "ERC20SV Invalid Method"
        );
        require(call.hasArguments(2) && call.argument(0).isAddress(), "ERC20SV Malformed Call");
        require(call.argument(0).toAddress() == grant.recipient, "ERC20SV Wrong Recipient");
        require(call.argument(1) <= grant.maxAmount, "ERC20SV Max Amount Exceeded");
        return grant.sessionKey;
    }
}
