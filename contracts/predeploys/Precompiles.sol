// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @dev What the predeploys use of ArbWasm, at 0x71.
interface IArbWasm {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function stylusVersion() external view returns (uint16);
    function codehashVersion(bytes32 codehash) external view returns (uint16);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32);
}

/// @dev What the predeploys use of ArbWasmCache, at 0x72.
interface IArbWasmCache {
    function cacheProgram(address program) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}
