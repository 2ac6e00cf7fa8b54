// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title ERC-20 approvals of one token to one spender, up to an amount
/// @notice The only action is `approve(address,uint256)` on the token, without ether. Every use sets the allowance anew.
/// @dev In this order: "ERC20AV Invalid Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); "ERC20AV Malformed Session": sessionKeyData is no Grant; "ERC20AV Wrong Token";
/// "ERC20AV Non Zero Value"; "ERC20AV Invalid Method"; "ERC20AV Malformed Call": not exactly 68 bytes, or a dirty
/// address; "ERC20AV Wrong Spender"; "ERC20AV Max Amount Exceeded".
interface IERC20ApprovalSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 128 bytes.
    struct Grant {
        address sessionKey;
        address token;
        /// Not zero.
        address spender;
        /// Most that the allowance is set to at a time. Setting it to 0 is always allowed.
        uint256 maxAmount;
    }
}
