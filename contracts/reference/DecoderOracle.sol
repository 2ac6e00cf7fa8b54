// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {SessionData, UserOperation} from "../interfaces/Types.sol";

/// What solc's decoder makes of calldata that session-core's cursor reads too. One function for each
/// decoding of the reference contracts, with the same types in the same data locations, since the
/// location decides the rule:
///
/// - arguments of a call: bounds are those of the calldata; a dynamic field of a calldata struct or
///   array is checked when it is read, and its offset is *signed*;
/// - `abi.decode`, of calldata or of memory: bounds are those of the bytes that it is given, all is
///   checked at once, and offsets are unsigned.
///
/// Each function answers with what it has decoded, encoded anew.
contract DecoderOracle {
    // validateUserOp(UserOperation calldata, bytes32) of account, manager and router

    function userOpWords(UserOperation calldata op, bytes32 hash)
        external
        pure
        returns (address, uint256, uint256, uint256, uint256, uint256, bytes32)
    {
        return (
            op.sender, op.nonce, op.callGasLimit, op.verificationGasLimit, op.preVerificationGas, op.maxFeePerGas, hash
        );
    }

    function userOpCallData(UserOperation calldata op, bytes32) external pure returns (bytes calldata) {
        return op.callData;
    }

    function userOpPaymasterAndData(UserOperation calldata op, bytes32) external pure returns (bytes calldata) {
        return op.paymasterAndData;
    }

    function userOpSignature(UserOperation calldata op, bytes32) external pure returns (bytes calldata) {
        return op.signature;
    }

    /// What the manager hands to an SVM.
    function userOpForwarded(UserOperation calldata op, bytes32 hash)
        external
        pure
        returns (UserOperation calldata, bytes32)
    {
        return (op, hash);
    }

    /// The first step of manager and router.
    function moduleSignature(UserOperation calldata op, bytes32) external pure returns (bytes memory, address) {
        return abi.decode(op.signature, (bytes, address));
    }

    /// All that the manager decodes.
    function managerUserOp(UserOperation calldata op, bytes32)
        external
        pure
        returns (address, uint48, uint48, address, bytes memory, bytes32[] memory, bytes memory)
    {
        (bytes memory signature,) = abi.decode(op.signature, (bytes, address));
        (
            uint48 validUntil,
            uint48 validAfter,
            address svm,
            bytes memory sessionKeyData,
            bytes32[] memory proof,
            bytes memory sessionKeySignature
        ) = abi.decode(signature, (uint48, uint48, address, bytes, bytes32[], bytes));
        return (op.sender, validUntil, validAfter, svm, sessionKeyData, proof, sessionKeySignature);
    }

    /// All that the router decodes.
    function routerUserOp(UserOperation calldata op, bytes32)
        external
        pure
        returns (
            bytes4 selector,
            address manager,
            SessionData[] memory sessions,
            bytes memory sessionKeySignature,
            address[] memory to,
            uint256[] memory values,
            bytes[] memory data
        )
    {
        selector = bytes4(op.callData[0:4]);
        (bytes memory signature,) = abi.decode(op.signature, (bytes, address));
        (manager, sessions, sessionKeySignature) = abi.decode(signature, (address, SessionData[], bytes));
        (to, values, data) = abi.decode(op.callData[4:], (address[], uint256[], bytes[]));
    }

    // abi.decode of bytes: `raw` itself is always well encoded

    function managerSignature(bytes memory raw)
        external
        pure
        returns (uint48, uint48, address, bytes memory, bytes32[] memory, bytes memory)
    {
        return abi.decode(raw, (uint48, uint48, address, bytes, bytes32[], bytes));
    }

    function routerSignature(bytes memory raw)
        external
        pure
        returns (address, SessionData[] memory, bytes memory)
    {
        return abi.decode(raw, (address, SessionData[], bytes));
    }

    function decodedExecute(bytes calldata raw) external pure returns (address, uint256, bytes memory) {
        return abi.decode(raw, (address, uint256, bytes));
    }

    function decodedBatch(bytes calldata raw)
        external
        pure
        returns (address[] memory, uint256[] memory, bytes[] memory)
    {
        return abi.decode(raw, (address[], uint256[], bytes[]));
    }

    // Arguments of calls

    /// execute of the account.
    function execute(address to, uint256 value, bytes calldata data)
        external
        pure
        returns (address, uint256, bytes calldata)
    {
        return (to, value, data);
    }

    /// executeBatch of the account, which reads its elements one by one, as many as there are in `to`.
    function executeBatch(address[] calldata to, uint256[] calldata values, bytes[] calldata data)
        external
        pure
        returns (address[] memory targets, uint256[] memory amounts, bytes[] memory calls)
    {
        require(to.length != 0 && to.length == values.length && values.length == data.length);
        targets = new address[](to.length);
        amounts = new uint256[](to.length);
        calls = new bytes[](to.length);
        for (uint256 i; i < to.length; ++i) {
            targets[i] = to[i];
            amounts[i] = values[i];
            calls[i] = data[i];
        }
    }

    /// validateSessionKey, as the deployed manager has it: a public function with memory arguments.
    function sessionKey(
        address account,
        uint48 validUntil,
        uint48 validAfter,
        address svm,
        bytes memory sessionKeyData,
        bytes32[] memory proof
    ) external pure returns (address, uint48, uint48, address, bytes memory, bytes32[] memory) {
        return (account, validUntil, validAfter, svm, sessionKeyData, proof);
    }

    /// validateSessionKey, as its interface has it.
    function sessionKeyCalldata(
        address account,
        uint48 validUntil,
        uint48 validAfter,
        address svm,
        bytes calldata sessionKeyData,
        bytes32[] calldata proof
    ) external pure returns (address, uint48, uint48, address, bytes calldata, bytes32[] calldata) {
        return (account, validUntil, validAfter, svm, sessionKeyData, proof);
    }

    /// validateSessionKeys, as a manager written in Solidity would have it.
    function sessionKeys(address account, SessionData[] memory sessions)
        external
        pure
        returns (address, SessionData[] memory)
    {
        return (account, sessions);
    }

    /// The same, read where it lies.
    function sessionKeysCalldata(address account, SessionData[] calldata sessions)
        external
        pure
        returns (address, SessionData[] memory copies)
    {
        copies = new SessionData[](sessions.length);
        for (uint256 i; i < sessions.length; ++i) {
            SessionData calldata session = sessions[i];
            copies[i].validUntil = session.validUntil;
            copies[i].validAfter = session.validAfter;
            copies[i].sessionValidationModule = session.sessionValidationModule;
            copies[i].sessionKeyData = session.sessionKeyData;
            copies[i].merkleProof = session.merkleProof;
            copies[i].callSpecificData = session.callSpecificData;
        }
        return (account, copies);
    }

    /// validateSessionUserOp of an SVM, with the fields of the userOp that one reads.
    function svmUserOp(
        UserOperation calldata op,
        bytes32 hash,
        bytes calldata sessionKeyData,
        bytes calldata sessionKeySignature
    ) external pure returns (bytes calldata, bytes32, bytes calldata, bytes calldata) {
        return (op.callData, hash, sessionKeyData, sessionKeySignature);
    }

    /// validateSessionParams of an SVM.
    function svmParams(
        address to,
        uint256 value,
        bytes calldata data,
        bytes calldata sessionKeyData,
        bytes calldata callSpecificData
    ) external pure returns (address, uint256, bytes calldata, bytes calldata, bytes calldata) {
        return (to, value, data, sessionKeyData, callSpecificData);
    }
}
