// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title One method of one contract, its arguments held against rules
/// @notice sessionKeyData, packed: session key (20 bytes), contract (20), selector (4), most wei of an action (16),
/// number of rules (2), the rules (35 each): offset behind the selector (2), condition (1), reference (32). A rule holds
/// if the 32 bytes at its offset, as an unsigned integer, are to the reference: 0 equal, 1 at most, 2 less, 3 at least,
/// 4 more, 5 not equal. With another condition it never holds. All must hold; what no rule looks at is free. Bytes behind
/// the last rule are ignored. These are session data and texts of Biconomy's deployed ABI module.
/// @dev In this order: "ABISV Not Execute Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); an empty revert if sessionKeyData has less than 62 bytes;
/// "ABISV Destination Forbidden"; an empty revert if the action's calldata has less than 4 bytes;
/// "ABISV Selector Forbidden"; "ABISV Permitted Value Exceeded"; then rule by rule an empty revert if the rule or its
/// 32 bytes are not all there, or "ABISV Arg Rule Violated". The action's calldata is not read strictly otherwise.
interface IABISVM is ISessionValidationModule {}
