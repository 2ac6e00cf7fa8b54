// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {IArbWasm} from "./Precompiles.sol";

/// @notice Stands in for the contract of the same name that `cargo stylus deploy` uses for programs with a
/// constructor: deploys, activates and initialises in one transaction. Same calls, event, errors and addresses.
contract StylusDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(address(0x71));

    event ContractDeployed(address deployedContract);

    error ContractDeploymentError(bytes bytecode);
    error ContractInitializationError(address newContract, bytes data);
    error RefundExcessValueError(uint256 excessValue);
    error EmptyBytecode();
    error InitValueButNotInitData();

    /// @param bytecode Init code.
    /// @param initData Calldata of the first call; none: there is no such call.
    /// @param initValue Wei that go with it. What else comes with this call pays the activation; the rest goes back.
    /// @param salt Zero: CREATE. Otherwise CREATE2 with `initSalt(salt, initData)`.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address at)
    {
        if (bytecode.length == 0) revert EmptyBytecode();
        if (initData.length == 0 && initValue != 0) revert InitValueButNotInitData();

        at = _create(bytecode, initData, salt);
        if (requiresActivation(at)) ARB_WASM.activateProgram{value: msg.value - initValue}(at);
        if (initData.length != 0) {
            (bool initialised, bytes memory data) = at.call{value: initValue}(initData);
            if (!initialised) revert ContractInitializationError(at, data);
        }
        uint256 rest = address(this).balance;
        if (rest != 0) {
            (bool refunded,) = msg.sender.call{value: rest}("");
            if (!refunded) revert RefundExcessValueError(rest);
        }
        emit ContractDeployed(at);
    }

    /// @return The salt that CREATE2 gets: the address depends on what the program is initialised with.
    function initSalt(bytes32 salt, bytes calldata initData) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, initData));
    }

    /// @return Whether this is a program that is not active, or of an older Stylus version.
    function requiresActivation(address program) public view returns (bool) {
        if (bytes4(program.code) & 0xffffff00 != 0xeff00000) return false;
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16 version) {
            return version != ARB_WASM.stylusVersion();
        } catch {
            return true;
        }
    }

    function _create(bytes memory code, bytes calldata initData, bytes32 salt) private returns (address at) {
        if (salt == 0) {
            assembly {
                at := create(0, add(code, 32), mload(code))
            }
        } else {
            salt = initSalt(salt, initData);
            assembly {
                at := create2(0, add(code, 32), mload(code), salt)
            }
        }
        if (at == address(0)) revert ContractDeploymentError(code);
    }
}
