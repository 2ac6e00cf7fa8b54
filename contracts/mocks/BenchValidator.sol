// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice The least ERC-7579 validator: one key, which signs the bare hash. For the owner's userOps (module type 1), and
/// without state for session keys (type 7). No npm package has the bytecode of one.
contract BenchValidator {
    struct PackedUserOperation {
        address sender;
        uint256 nonce;
        bytes initCode;
        bytes callData;
        bytes32 accountGasLimits;
        uint256 preVerificationGas;
        bytes32 gasFees;
        bytes paymasterAndData;
        bytes signature;
    }

    mapping(address => address) public ownerOf;

    function onInstall(bytes calldata owner) external {
        ownerOf[msg.sender] = address(bytes20(owner));
    }

    function onUninstall(bytes calldata) external {
        delete ownerOf[msg.sender];
    }

    function isInitialized(address account) external view returns (bool) {
        return ownerOf[account] != address(0);
    }

    function isModuleType(uint256 moduleType) external pure returns (bool) {
        return moduleType == 1 || moduleType == 7;
    }

    function validateUserOp(PackedUserOperation calldata op, bytes32 hash) external view returns (uint256) {
        return ECDSA.recover(hash, op.signature) == ownerOf[op.sender] ? 0 : 1;
    }

    /// `data`: the session key, 20 bytes.
    function validateSignatureWithData(bytes32 hash, bytes calldata signature, bytes calldata data)
        external
        pure
        returns (bool)
    {
        return ECDSA.recover(hash, signature) == address(bytes20(data));
    }
}
