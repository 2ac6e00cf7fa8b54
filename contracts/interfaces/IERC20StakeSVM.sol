// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title Stakes or deposits of tokens in one contract, up to an amount
/// @notice The only action is the granted one of `stake(uint256)` and ERC-4626's `deposit(uint256,address)` on the
/// staking contract, without ether.
/// @dev In this order: "ERC20STV Invalid Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); "ERC20STV Malformed Session": sessionKeyData is no Grant; "ERC20STV Wrong Staking";
/// "ERC20STV Non Zero Value"; "ERC20STV Invalid Method"; "ERC20STV Malformed Call": not exactly 36 or 68 bytes, or a
/// dirty address; "ERC20STV Wrong Receiver"; "ERC20STV Max Amount Exceeded".
interface IERC20StakeSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 192 bytes.
    struct Grant {
        address sessionKey;
        /// The contract that takes the tokens.
        address staking;
        /// Zero: the staking contract fixes its token.
        address token;
        /// Who gets the credit: the receiver of a deposit. Zero for stake, where it is the caller.
        address onBehalfOf;
        /// Most that one action puts in.
        uint256 maxAmount;
        /// 0xa694fc3a for stake, 0x6e553f65 for deposit.
        bytes4 selector;
    }
}
