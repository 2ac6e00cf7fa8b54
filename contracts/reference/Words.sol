// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

/// Words of bytes that are read strictly. Whether they are there is the caller's to know, but for `wordAt`.
library Words {
    /// The selector; zero if there are fewer than four bytes.
    function selector(bytes memory data) internal pure returns (bytes4) {
        return data.length < 4 ? bytes4(0) : bytes4(data);
    }

    /// Is it a call with so many words of arguments, and nothing behind them?
    function hasArguments(bytes memory data, uint256 words) internal pure returns (bool) {
        return data.length == 4 + 32 * words;
    }

    /// Argument number `index` of a call.
    function argument(bytes memory data, uint256 index) internal pure returns (uint256) {
        return wordAt(data, 4 + 32 * index);
    }

    /// The word that begins at a byte. Reverts with nothing if it is not all there.
    function wordAt(bytes memory data, uint256 at) internal pure returns (uint256 word) {
        if (at + 32 > data.length) revert();
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), at))
        }
    }

    /// Does the word fit in so many bits?
    function fits(uint256 word, uint256 bits) internal pure returns (bool) {
        return word >> bits == 0;
    }

    /// Is it an address?
    function isAddress(uint256 word) internal pure returns (bool) {
        return fits(word, 160);
    }

    function toAddress(uint256 word) internal pure returns (address) {
        return address(uint160(word));
    }

    /// Is the data so many words, of which the first ones are addresses?
    function areWords(bytes calldata data, uint256 words, uint256 addresses) internal pure returns (bool) {
        if (data.length != 32 * words) return false;
        for (uint256 i; i < addresses; ++i) {
            if (!isAddress(uint256(bytes32(data[32 * i:])))) return false;
        }
        return true;
    }
}
