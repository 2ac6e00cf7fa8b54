// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {IArbWasm, IArbWasmCache} from "./Precompiles.sol";

/// @notice Stands in for Nitro's cache manager, as far as `cargo stylus cache` calls it. There is no auction: while
/// there is room, any bid is enough, and nothing is ever evicted. It must be registered with ArbOwner.
contract CacheManager {
    IArbWasm private constant ARB_WASM = IArbWasm(address(0x71));
    IArbWasmCache private constant ARB_WASM_CACHE = IArbWasmCache(address(0x72));

    /// Bytes that there is room for.
    uint64 public constant cacheSize = 512 << 20;
    bool public constant isPaused = false;
    /// Bytes of the programs that were cached.
    uint64 public queueSize;

    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
    error AlreadyCached(bytes32 codehash);

    /// @notice Caches a program. Reverts with ArbWasm's error if it is not active.
    function placeBid(address program) external payable {
        bytes32 codehash = program.codehash;
        if (ARB_WASM_CACHE.codehashIsCached(codehash)) revert AlreadyCached(codehash);
        uint64 size = _room(ARB_WASM.codehashAsmSize(codehash));
        queueSize += size;
        ARB_WASM_CACHE.cacheProgram(program);
    }

    /// @return The least bid for a program, in wei.
    function getMinBid(address program) external view returns (uint192) {
        _room(ARB_WASM.codehashAsmSize(program.codehash));
        return 0;
    }

    /// @return The least bid for a program of this size, in wei.
    function getMinBid(uint64 size) external view returns (uint192) {
        _room(size);
        return 0;
    }

    function _room(uint64 size) private view returns (uint64) {
        if (size > cacheSize - queueSize) revert AsmTooLarge(size, queueSize, cacheSize);
        return size;
    }
}
