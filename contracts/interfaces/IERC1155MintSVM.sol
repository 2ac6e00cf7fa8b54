// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title Mints of one token of an ERC-1155 contract, one at a time, to one recipient
/// @notice The only action is `mintTo(address to, uint256 tokenId, uint256 amount)`, 0x2baf2acb, on the contract, with an
/// amount of 1 and without ether.
/// @dev In this order: "ERC1155MT Invalid Selector": callData is not `execute` or `execute_ncC` (of
/// `validateSessionUserOp` only); "ERC1155MT Malformed Session": sessionKeyData is no Grant; "ERC1155MT Wrong Token":
/// another target, and later another tokenId; "ERC1155MT Non Zero Value"; "ERC1155MT Invalid Method";
/// "ERC1155MT Malformed Call": not exactly 100 bytes, or a dirty address; "ERC1155MT Wrong Recipient";
/// "ERC1155MT Wrong Amount": not 1.
interface IERC1155MintSVM is ISessionValidationModule {
    /// @dev sessionKeyData is `abi.encode(Grant)`: exactly 128 bytes.
    struct Grant {
        address sessionKey;
        address nft;
        address recipient;
        uint256 tokenId;
    }
}
