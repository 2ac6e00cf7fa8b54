// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @notice The cheapest policy of Smart Sessions that there can be: it allows everything. No npm package has the bytecode of
/// a policy.
contract BenchPolicy {
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id != 0xffffffff;
    }

    function initializeWithMultiplexer(address, bytes32, bytes calldata) external {}

    function checkAction(bytes32, address, address, uint256, bytes calldata) external pure returns (uint256) {
        return 0;
    }
}
