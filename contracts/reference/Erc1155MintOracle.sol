// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Action, SvmOracle} from "./SvmOracle.sol";
import {Words} from "./Words.sol";

/// §5.6, §10.6: mints of one token of one id to one recipient.
contract Erc1155MintOracle is SvmOracle {
    using Words for *;

    struct Grant {
        address sessionKey;
        address nft;
        address recipient;
        uint256 tokenId;
    }

    /// mintTo(address,uint256 tokenId,uint256 amount)
    bytes4 private constant MINT_TO = 0x2baf2acb;

    function _invalidSelector() internal pure override returns (string memory) {
        return "ERC1155MT Invalid Selector";
    }

    function _wrongTarget(bool) internal pure override returns (string memory) {
        return "ERC1155MT Wrong Token";
    }

    function _checkSession(bytes calldata sessionKeyData) internal pure override {
        require(sessionKeyData.areWords(4, 3), "ERC1155MT Malformed Session");
    }

    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        pure
        override
        returns (address)
    {
        Grant memory grant = abi.decode(sessionKeyData, (Grant));
        bytes memory call = action.data;
        require(action.to == grant.nft, wrongTarget);
        require(action.value == 0, "ERC1155MT Non Zero Value");
        require(call.length >= 4 && call.selector() == MINT_TO, "ERC1155MT Invalid Method");
        require(call.hasArguments(3) && call.argument(0).isAddress(), "ERC1155MT Malformed Call");
        require(call.argument(0).toAddress() == grant.recipient, "ERC1155MT Wrong Recipient");
        require(call.argument(1) == grant.tokenId, "ERC1155MT Wrong Token");
        require(call.argument(2) == 1, "ERC1155MT Wrong Amount");
        return grant.sessionKey;
    }
}
