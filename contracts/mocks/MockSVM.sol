// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {UserOperation} from "../interfaces/Types.sol";

/// @notice A session validation module that allows everything: the session key is the first 20 bytes of
/// sessionKeyData, and only its signature is checked. Any outer selector passes.
contract MockSVM {
    /// execute(address,uint256,bytes)
    bytes4 public constant EXECUTE_SELECTOR = 0xb61d27f6;
    /// execute_ncC(address,uint256,bytes)
    bytes4 public constant EXECUTE_OPTIMIZED_SELECTOR = 0x0000189a;

    /// @return Whether the key signed `userOpHash`, as EIP-191 says.
    function validateSessionUserOp(
        UserOperation calldata,
        bytes32 userOpHash,
        bytes calldata sessionKeyData,
        bytes calldata sessionKeySignature
    ) external pure returns (bool) {
        bytes32 digest = ECDSA.toEthSignedMessageHash(userOpHash);
        return ECDSA.recover(digest, sessionKeySignature) == address(bytes20(sessionKeyData[:20]));
    }

    /// @return The session key.
    function validateSessionParams(address, uint256, bytes calldata, bytes calldata sessionKeyData, bytes calldata)
        external
        pure
        returns (address)
    {
        return address(bytes20(sessionKeyData[:20]));
    }
}
