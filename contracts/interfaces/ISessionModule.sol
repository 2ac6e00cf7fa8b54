// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {SessionData, UserOperation} from "./Types.sol";

/// @title Session Module: manager, router and the rules of our SVMs at one address
/// @notice A module of Biconomy's SmartAccount V2: one merkle root of sessions per account, and the validation of userOps
/// of one action and of several. The same sessions, leaves and answers as those of ISessionKeyManager and
/// IBatchedSessionRouter, and both of their functions; a client names this address as manager and as router.
/// @dev A revert is either `Error(string)` with a text that is named here, what a called SVM or account reverted with,
/// or empty: ether sent, an unknown selector, calldata that does not decode, a re-entrant call of a function that is
/// neither a getter nor `isValidSignature*`. Nothing but the two setters writes.
interface ISessionModule {
    /// @notice The account's root has been set.
    /// @param root 0: no sessions.
    event MerkleRootUpdated(address account, bytes32 root);

    /// @notice The account has published data with its new root. Follows MerkleRootUpdated.
    /// @param data Whatever the account sent, such as its sessions; the module does not look at it.
    event SessionsPublished(address indexed account, bytes32 root, bytes data);

    /// @notice Replaces the caller's root, whatever it is. 0 revokes every session.
    /// @dev Anyone may call: the account for which it is done is the caller. A root is in force also while this is no
    /// enabled module of the account, and again as soon as it is one.
    function setMerkleRoot(bytes32 root) external;

    /// @notice Replaces the caller's root if it is `expected`, and publishes `data` in a log.
    /// @dev Anyone may call: the account for which it is done is the caller.
    /// "SessionsChanged": the root is another one by now.
    function setMerkleRootIf(bytes32 expected, bytes32 next, bytes calldata data) external;

    /// @return merkleRoot The account's root, 0 if it has no sessions.
    function getSessionKeys(address account) external view returns (bytes32 merkleRoot);

    /// @notice Has the account approved this session? For routers of others.
    /// @dev Anyone may call. Compares no time. "SessionNotApproved": the leaf is not in the account's tree, or is one
    /// that is never accepted (see SessionData).
    /// @return approval As of `validateSessionKeys`, for this one leaf.
    function validateSessionKey(
        address smartAccount,
        uint48 validUntil,
        uint48 validAfter,
        address sessionValidationModule,
        bytes calldata sessionKeyData,
        bytes32[] calldata merkleProof
    ) external returns (bytes32 approval);

    /// @notice Has the account approved all these sessions? For routers of others.
    /// @dev Anyone may call. Compares no time and ignores `callSpecificData`. "SessionNotApproved": one of them is not
    /// (see `validateSessionKey`), or there is none.
    /// @return approval keccak256 of: 0xe6fdddf166ae8bea5ce234f03147b6e61c190c99934594b84c8102d515f033c8 (the keccak256 of
    /// SESSION_APPROVED_V1 in ASCII), the account as a word, the leaves in their order.
    function validateSessionKeys(address smartAccount, SessionData[] calldata sessions)
        external
        returns (bytes32 approval);

    /// @notice Validates a userOp of one action or of several.
    /// @dev The account calls it; so may anyone. The first four bytes of callData, which is signed, say how
    /// moduleSignature is read: for `executeBatch` and `executeBatch_y6U` as by IBatchedSessionRouter, for everything
    /// else, callData of less than four bytes included, as by ISessionKeyManager. What is encoded for the other is an
    /// empty revert.
    /// For a batch moduleSignature is `abi.encode(address sessionKeyManager, SessionData[] sessions, bytes
    /// sessionKeySignature)`, where the manager is this module, or the compact form of docs/specification.md, which begins
    /// with 0x534b4301. In this order: "SR Invalid SKM": it is another, or is no
    /// enabled module of the account; "ECDSA: invalid signature length" (not 65 bytes: r, s, v), "ECDSA: invalid
    /// signature 's' value", "ECDSA: invalid signature"; "SR Empty Batch"; "Lengths mismatch": of targets, values,
    /// calldata and sessions; "SessionNotApproved". Then action by action: for a session of our `bounded` SVM what
    /// IBoundedSVM says ("BND Malformed Session", "BND Reused Leaf", "BND Wrong Lane", "BND Max Uses", "BND Wrong
    /// Paymaster", "BND Max Fee", "BND Max Gas", "BND Max Op Cost"), and the SVM inside is the SVM; what the SVM says: the
    /// rules of ours are evaluated here, any other is asked by `validateSessionParams`, empty if it does not answer an
    /// address; "SR Forbidden Target": the action calls the account, this module or an EntryPoint, or, if the SVM is our
    /// `abi` or none of ours, a module of the account.
    /// For one action moduleSignature is `abi.encode(uint48 validUntil, uint48 validAfter, address
    /// sessionValidationModule, bytes sessionKeyData, bytes32[] merkleProof, bytes sessionKeySignature)`. In this order:
    /// "SessionNotApproved"; the envelope of `bounded` as above; what the SVM says, by its rules or by
    /// `validateSessionUserOp`, empty if it does not answer a bool; "SKM Invalid Selector": callData is neither
    /// `execute` nor `execute_ncC`; "SKM Forbidden Target", as above.
    /// A session whose SVM, inside an envelope or not, is this module is an empty revert before any call of it.
    /// @param userOpHash As the EntryPoint computes it. The session key signs it as EIP-191 says (0x45, 32 bytes).
    /// @return validationData Of one action, from the lowest bit: 160 bits that are 0, or 1 if another key has signed;
    /// 48 bits validUntil; 48 bits validAfter. Of a batch: exactly 1 if a session is of another key than the one that
    /// has signed; otherwise 160 bits that are 0, the earliest validUntil of the sessions (2^48 - 1 if all are for ever),
    /// the latest validAfter.
    function validateUserOp(UserOperation calldata userOp, bytes32 userOpHash)
        external
        returns (uint256 validationData);

    /// @notice ERC-1271: a session key never signs for the account.
    /// @return Always 0xffffffff. The arguments are not looked at.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);

    /// @return Always 0xffffffff. The arguments are not looked at.
    function isValidSignatureUnsafe(bytes32 hash, bytes calldata signature) external view returns (bytes4);

    /// @return 0x47e1da2a: executeBatch(address[],uint256[],bytes[])
    function EXECUTE_BATCH_SELECTOR() external view returns (bytes4);

    /// @return 0x00004680: executeBatch_y6U(address[],uint256[],bytes[])
    function EXECUTE_BATCH_OPTIMIZED_SELECTOR() external view returns (bytes4);

    /// @return Session Key Manager Module
    function NAME() external view returns (string memory);

    /// @return The version of the package, such as 0.1.0
    function VERSION() external view returns (string memory);
}
