// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title Transfers and approvals of one ERC-20 token to one recipient, up to an amount
/// @notice The only actions are `transfer(address,uint256)` and `approve(address,uint256)` on the token, without ether.
/// Session data and texts are those of Biconomy's deployed ERC20 module, which lets any method pass.
/// @dev In this order: "ERC20SV Invalid Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); "ERC20SV Malformed Session": sessionKeyData is no Grant; another target:
/// "ERC20SV Wrong Token" in `validateSessionUserOp`, "ERC20SV Invalid Token" in `validateSessionParams`;
/// "ERC20SV Non Zero Value"; "ERC20SV Invalid Method"; "ERC20SV Malformed Call": not exactly 68 bytes, or a dirty
/// address; "ERC20SV Wrong Recipient"; "ERC20SV Max Amount Exceeded".
interface IERC20TransferSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 128 bytes. The newer form with a cap on uses is refused.
    struct Grant {
        address sessionKey;
        address token;
        /// Who may get tokens, or be approved to take them.
        address recipient;
        /// Most of one transfer or approval.
        uint256 maxAmount;
    }
}
