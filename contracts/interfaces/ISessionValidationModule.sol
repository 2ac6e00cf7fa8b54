// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {UserOperation} from "./Types.sol";

/// @title What every session validation module (SVM) answers
/// @notice An SVM says what a session may do: its rules are applied to the session's `sessionKeyData`, which the
/// account has approved.
/// @dev Managers and routers call it, and so may anyone, for nothing is stored. Ours have the rules of our SVMs, and call
/// only those of others. A revert is either `Error(string)` with a text that is named here or in the SVM's own interface,
/// or empty: ether sent, an unknown selector, calldata or callData that does not decode. Typed SVMs (all but IABISVM) read
/// the action's own calldata strictly: exact length, canonical offsets, clean words.
/// Amounts are raw units of the token. Limits are per action: nothing counts how often a session is used.
interface ISessionValidationModule {
    /// @notice May the session do this one action of a batch? Who has signed is the caller's to check.
    /// @param destinationContract Whom the account calls.
    /// @param callValue Wei that go with it.
    /// @param funcCallData Its calldata.
    /// @param callSpecificData Not used by our SVMs, and neither proven nor signed.
    /// @return sessionKey The key that must have signed.
    function validateSessionParams(
        address destinationContract,
        uint256 callValue,
        bytes calldata funcCallData,
        bytes calldata sessionKeyData,
        bytes calldata callSpecificData
    ) external returns (address sessionKey);

    /// @notice May the session do the one action of this userOp, and has its key signed?
    /// @dev callData is `execute` or `execute_ncC` of the account. The signature is looked at last:
    /// "ECDSA: invalid signature length" (not 65 bytes: r, s, v), "ECDSA: invalid signature 's' value",
    /// "ECDSA: invalid signature".
    /// @param userOpHash What the session key has signed, as EIP-191 says (0x45, 32 bytes).
    /// @return False if another key has signed.
    function validateSessionUserOp(
        UserOperation calldata userOp,
        bytes32 userOpHash,
        bytes calldata sessionKeyData,
        bytes calldata sessionKeySignature
    ) external returns (bool);

    /// @return 0xb61d27f6: execute(address,uint256,bytes)
    function EXECUTE_SELECTOR() external view returns (bytes4);

    /// @return 0x0000189a: execute_ncC(address,uint256,bytes)
    function EXECUTE_OPTIMIZED_SELECTOR() external view returns (bytes4);
}
