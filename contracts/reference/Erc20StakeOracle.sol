// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §10.6: stakes, deposits or supplies in one contract, up to an amount.
contract Erc20StakeOracle is SvmOracle {
    using Words for *;

    struct Grant {
        address sessionKey;
        address staking;
        address token;
        address onBehalfOf;
        uint256 maxAmount;
        bytes4 selector;
    }

    /// stake(uint256 amount)
    bytes4 private constant STAKE = 0xa694fc3a;
    /// ERC-4626: deposit(uint256 assets, address receiver)
    bytes4 private constant DEPOSIT = 0x6e553f65;
    /// Aave V3: supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)
    bytes4 private constant SUPPLY = 0x617ba037;

    function _invalidSelector() internal pure override returns (string memory) {
        return "ERC20STV Invalid Selector";
    }

    function _wrongTarget(bool) internal pure override returns (string memory) {
        return "ERC20STV Wrong Staking";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        require(sessionKeyData.areWords(6, 4), "ERC20STV Malformed Session");
        require(bytes32(sessionKeyData[160:]) << 32 == 0, "ERC20STV Malformed Session");
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        bool hasToken = grant.token != address(0);
        bool hasReceiver = grant.onBehalfOf != address(0);
        if (grant.selector == STAKE) {
            require(!hasToken && !hasReceiver, "ERC20STV Malformed Session");
        } else if (grant.selector == DEPOSIT) {
            require(!hasToken, "ERC20STV Malformed Session");
        } else {
            require(grant.selector == SUPPLY, "ERC20STV Malformed Session");
        }
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        bytes memory call = action.data;
        require(action.to == grant.staking, wrongTarget);
        require(action.value == 0, "ERC20STV Non Zero Value");
        require(call.length >= 4 && call.selector() == grant.selector, "ERC20STV Invalid Method");
        uint256 amount;
        if (grant.selector == STAKE) {
            require(call.hasArguments(1), "ERC20STV Malformed Call");
            amount = call.argument(0);
        } else if (grant.selector == DEPOSIT) {
            require(call.hasArguments(2) && call.argument(1).isAddress(), "ERC20STV Malformed Call");
            require(call.argument(1).toAddress() == grant.onBehalfOf, "ERC20STV Wrong Receiver");
            amount = call.argument(0);
        } else {
            require(
                call.hasArguments(4) && call.argument(0).isAddress() && call.argument(2).isAddress()
                    && call.argument(3).fits(16),
                "ERC20STV Malformed Call"
            );
            require(call.argument(0).toAddress() == grant.token, "ERC20STV Wrong Token");
            require(call.argument(2).toAddress() == grant.onBehalfOf, "ERC20STV Wrong Receiver");
            amount = call.argument(1);
        }
        require(amount <= grant.maxAmount, "ERC20STV Max Amount Exceeded");
        return grant.sessionKey;
    }
}
