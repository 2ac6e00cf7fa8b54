// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {UserOperation} from "./Types.sol";

/// @title Batched Session Router: validates userOps of several actions
/// @notice A module of Biconomy's SmartAccount V2. Each action of the batch needs a session that the account's manager
/// has approved; all sessions must be of the one key that has signed. The router stores nothing.
/// @dev A revert is either `Error(string)` with a text that is named here, what a called manager, SVM or account
/// reverted with, or empty: ether sent, an unknown selector, calldata that does not decode, a re-entrant call of
/// `validateUserOp`.
interface IBatchedSessionRouter {
    /// @notice Validates a userOp whose callData is `executeBatch` or `executeBatch_y6U` of the account.
    /// @dev The account calls it; so may anyone. moduleSignature is `abi.encode(address sessionKeyManager,
    /// SessionData[] sessions, bytes sessionKeySignature)`, one session for each action.
    /// In this order: "SR Invalid Selector": callData is another function of the account; "SR Invalid SKM": the manager
    /// is no enabled module of the account; "ECDSA: invalid signature length" (not 65 bytes: r, s, v),
    /// "ECDSA: invalid signature 's' value", "ECDSA: invalid signature"; "SR Empty Batch"; "Lengths mismatch": of
    /// targets, values, calldata and sessions; whatever the manager's `validateSessionKeys` reverts with;
    /// "SR Invalid SKM": it does not answer the digest of the same leaves. Then action by action: for a session of our
    /// `bounded` SVM what IBoundedSVM says ("BND Malformed Session", "BND Reused Leaf", "BND Wrong Lane", "BND Max Uses",
    /// "BND Wrong Paymaster", "BND Max Fee", "BND Max Gas", "BND Max Op Cost"), and the SVM inside is the SVM; what the SVM
    /// says: the rules of ours are evaluated here, any other is asked by `validateSessionParams`, empty if it does not
    /// answer an address; "SR Forbidden Target": the action calls the account, this router, the manager or an EntryPoint,
    /// or, if the SVM is our `abi` or none of ours, a module of the account.
    /// @param userOpHash As the EntryPoint computes it. The session key signs it as EIP-191 says (0x45, 32 bytes).
    /// @return validationData Exactly 1 if a session is of another key than the one that has signed. Otherwise, from the
    /// lowest bit: 160 bits that are 0; 48 bits validUntil, the earliest of the sessions' (2^48 - 1 if all are for
    /// ever); 48 bits validAfter, the latest.
    function validateUserOp(UserOperation calldata userOp, bytes32 userOpHash)
        external
        returns (uint256 validationData);

    /// @notice ERC-1271: a session key never signs for the account.
    /// @return Always 0xffffffff. The arguments are not looked at.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);

    /// @return 0x47e1da2a: executeBatch(address[],uint256[],bytes[])
    function EXECUTE_BATCH_SELECTOR() external view returns (bytes4);

    /// @return 0x00004680: executeBatch_y6U(address[],uint256[],bytes[])
    function EXECUTE_BATCH_OPTIMIZED_SELECTOR() external view returns (bytes4);
}
