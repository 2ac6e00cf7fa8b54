// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @notice What the vectors need of an account: one module is enabled.
contract AccountStub {
    /// The enabled module, in slot 0.
    address private _module;

    function isModuleEnabled(address module) external view returns (bool) {
        return module == _module;
    }
}
