// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §5.3, §10.3: one method of one contract, its arguments held against rules. Session key data is packed: session key (20
/// bytes), contract (20), selector (4), most wei (16), number of rules (2), rules (35 each). A rule is offset behind the
/// selector (2 bytes), condition (1), reference (32). Whatever is not there is an empty revert, once it is looked at.
contract AbiOracle is SvmOracle {
    using Words for *;

    function _invalidSelector() internal pure override returns (string memory) {
        return "ABISV Not Execute Selector";
    }

    function _wrongTarget(bool) internal pure override returns (string memory) {
        return "ABISV Destination Forbidden";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        if (sessionKeyData.length < 62) revert();
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        bytes memory call = action.data;
        require(action.to == address(bytes20(sessionKeyData[20:40])), wrongTarget);
        if (call.length < 4) revert();
        require(call.selector() == bytes4(sessionKeyData[40:44]), "ABISV Selector Forbidden");
        require(action.value <= uint128(bytes16(sessionKeyData[44:60])), "ABISV Permitted Value Exceeded");
        uint256 rules = uint16(bytes2(sessionKeyData[60:62]));
        for (uint256 i; i < rules; ++i) {
            bytes calldata rule = sessionKeyData[62 + 35 * i:97 + 35 * i];
            uint256 offset = uint16(bytes2(rule[:2]));
            uint256 value = call.wordAt(4 + offset);
            require(_holds(value, uint8(rule[2]), uint256(bytes32(rule[3:]))), "ABISV Arg Rule Violated");
        }
        return address(bytes20(sessionKeyData[:20]));
    }

    function _holds(uint256 value, uint8 condition, uint256 ref) private pure returns (bool) {
        if (condition == 0) return value == ref;
        if (condition == 1) return value <= ref;
        if (condition == 2) return value < ref;
        if (condition == 3) return value >= ref;
        if (condition == 4) return value > ref;
        if (condition == 5) return value != ref;
        return false;
    }
}
