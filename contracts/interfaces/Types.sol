// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @dev The userOp of EntryPoint v0.6. Gas in units, fees in wei per gas.
/// `signature` is `abi.encode(bytes moduleSignature, address module)`: the account calls `module`, which reads
/// `moduleSignature`. The userOpHash does not cover it.
struct UserOperation {
    address sender;
    uint256 nonce;
    bytes initCode;
    bytes callData;
    uint256 callGasLimit;
    uint256 verificationGasLimit;
    uint256 preVerificationGas;
    uint256 maxFeePerGas;
    uint256 maxPriorityFeePerGas;
    bytes paymasterAndData;
    bytes signature;
}

/// @dev A session for one action of a batch, with its proof. The first four fields are the leaf:
/// `keccak256(abi.encodePacked(validUntil, validAfter, sessionValidationModule, sessionKeyData))`.
/// No leaf is accepted whose `sessionKeyData` is 32 bytes long, unless the first 12 of them are zero: it could be an
/// inner node. No leaf is accepted with bit 47 set in `validAfter`, nor in `validUntil` unless that is 2^48 - 1.
struct SessionData {
    /// Last second of validity, UNIX time. 0 is for ever.
    uint48 validUntil;
    /// First second of validity, UNIX time.
    uint48 validAfter;
    /// The session validation module (SVM).
    address sessionValidationModule;
    /// Session key and limits, in the SVM's encoding.
    bytes sessionKeyData;
    /// Siblings from the leaf up; a node is the keccak256 of its children, the smaller one first.
    bytes32[] merkleProof;
    /// Handed to the SVM as it is. Neither proven nor signed: whoever sends the userOp chooses it.
    bytes callSpecificData;
}
