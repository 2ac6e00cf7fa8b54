// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {UserOperation} from "../interfaces/Types.sol";
import {ISessionValidationModule} from "../interfaces/ISessionValidationModule.sol";

/// @title Template of a session validation module: ether to one recipient, up to an amount in each action
/// @notice The same rules as the crate in templates/svm.
contract EtherTransferSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 96 bytes.
    struct Grant {
        address sessionKey;
        address recipient;
        /// Of one action.
        uint256 maxWei;
    }

    /// execute(address,uint256,bytes)
    bytes4 public constant EXECUTE_SELECTOR = 0xb61d27f6;
    /// execute_ncC(address,uint256,bytes)
    bytes4 public constant EXECUTE_OPTIMIZED_SELECTOR = 0x0000189a;

    function validateSessionParams(
        address destinationContract,
        uint256 callValue,
        bytes calldata funcCallData,
        bytes calldata sessionKeyData,
        bytes calldata
    ) external pure returns (address) {
        return _check(destinationContract, callValue, funcCallData, _decode(sessionKeyData));
    }

    function validateSessionUserOp(
        UserOperation calldata userOp,
        bytes32 userOpHash,
        bytes calldata sessionKeyData,
        bytes calldata sessionKeySignature
    ) external pure returns (bool) {
        bytes4 selector = bytes4(userOp.callData[:4]);
        require(
            selector == EXECUTE_SELECTOR || selector == EXECUTE_OPTIMIZED_SELECTOR, "ETHSV Invalid Selector"
        );
        Grant memory grant = _decode(sessionKeyData);
        (address to, uint256 value, bytes memory data) = abi.decode(userOp.callData[4:], (address, uint256, bytes));
        address sessionKey = _check(to, value, data, grant);
        return ECDSA.recover(ECDSA.toEthSignedMessageHash(userOpHash), sessionKeySignature) == sessionKey;
    }

    function _decode(bytes calldata sessionKeyData) private pure returns (Grant memory) {
        require(
            sessionKeyData.length == 96 && uint256(bytes32(sessionKeyData[:32])) <= type(uint160).max
                && uint256(bytes32(sessionKeyData[32:64])) <= type(uint160).max,
            "ETHSV Malformed Session"
        );
        return abi.decode(sessionKeyData, (Grant));
    }

    /// The action is the key's word: everything in it that matters must be held against the grant.
    function _check(address to, uint256 value, bytes memory data, Grant memory grant) private pure returns (address) {
        require(to == grant.recipient, "ETHSV Wrong Recipient");
        require(data.length == 0, "ETHSV Call Data");
        require(value <= grant.maxWei, "ETHSV Max Amount Exceeded");
        return grant.sessionKey;
    }
}
