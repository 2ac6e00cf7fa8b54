// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title Stakes or deposits of tokens in one contract, up to an amount
/// @notice The only action is the granted one of `stake(uint256)`, ERC-4626's `deposit(uint256,address)` and Aave V3's
/// `supply(address,uint256,address,uint16)` on the staking contract, without ether.
/// @dev In this order: "ERC20STV Invalid Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); "ERC20STV Malformed Session": sessionKeyData is no Grant; "ERC20STV Wrong Staking";
/// "ERC20STV Non Zero Value"; "ERC20STV Invalid Method"; "ERC20STV Malformed Call": not exactly 36, 68 or 132 bytes,
/// or a dirty word; "ERC20STV Wrong Token"; "ERC20STV Wrong Receiver"; "ERC20STV Max Amount Exceeded".
interface IERC20StakeSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 192 bytes.
    struct Grant {
        address sessionKey;
        /// The contract that takes the tokens.
        address staking;
        /// What is supplied. Zero for stake and deposit: the staking contract fixes its token.
        address token;
        /// Who gets the credit of a deposit or supply. Zero for stake, where it is the caller.
        address onBehalfOf;
        /// Most that one action puts in.
        uint256 maxAmount;
        /// 0xa694fc3a for stake, 0x6e553f65 for deposit, 0x617ba037 for supply.
        bytes4 selector;
    }
}
