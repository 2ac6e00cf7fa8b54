// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @notice A session validation module for the negative controls of the ERC-7562 checker: it answers everything with
/// one word, and before that calls another contract or does what validation must not do.
contract Forbidden {
    uint256 private immutable _answer;
    uint256 private immutable _offence;
    address private immutable _next;

    /// @param offence 0: none, 1: TIMESTAMP, 2: SLOAD, 3: SSTORE, 4: GAS, 5: BALANCE
    /// @param next Called before the answer, unless zero.
    constructor(uint256 answer, uint256 offence, address next) {
        (_answer, _offence, _next) = (answer, offence, next);
    }

    fallback() external {
        (uint256 answer, uint256 offence) = (_answer, _offence);
        if (_next != address(0)) {
            (bool ok,) = _next.call("");
            require(ok, "next");
        }
        assembly ("memory-safe") {
            let seen
            switch offence
            case 1 { seen := timestamp() }
            case 2 { seen := sload(7) }
            case 3 { sstore(7, 1) }
            case 4 { seen := gas() }
            case 5 { seen := balance(caller()) }
            // so that the optimiser leaves it there
            if eq(seen, not(0)) { invalid() }
            mstore(0, answer)
            return(0, 32)
        }
    }
}
