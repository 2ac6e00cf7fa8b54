// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Erc1155MintOracle} from "../../contracts/reference/Erc1155MintOracle.sol";
import {Erc20StakeOracle} from "../../contracts/reference/Erc20StakeOracle.sol";
import {OracleTest} from "./OracleTest.sol";

contract Erc20StakeTest is OracleTest {
    address private constant STAKING = address(0x57);
    address private constant TOKEN = address(0x70);
    address private constant FOR = address(0xac);

    bytes4 private constant STAKE = 0xa694fc3a;
    bytes4 private constant DEPOSIT = 0x6e553f65;
    bytes4 private constant SUPPLY = 0x617ba037;

    function setUp() external {
        oracle = address(new Erc20StakeOracle());
    }

    function _session(address token, address receiver, uint256 max, bytes4 selector)
        private
        view
        returns (bytes memory)
    {
        return abi.encode(KEY, STAKING, token, receiver, max, selector);
    }

    /// Session and call of each of the three methods.
    function _methods(uint256 max, uint256 amount)
        private
        view
        returns (bytes[3] memory sessions, bytes[3] memory calls)
    {
        sessions[0] = _session(address(0), address(0), max, STAKE);
        sessions[1] = _session(address(0), FOR, max, DEPOSIT);
        sessions[2] = _session(TOKEN, FOR, max, SUPPLY);
        calls[0] = abi.encodeWithSelector(STAKE, amount);
        calls[1] = abi.encodeWithSelector(DEPOSIT, amount, FOR);
        calls[2] = abi.encodeWithSelector(SUPPLY, TOKEN, amount, FOR, type(uint16).max);
    }

    function testLimit(uint256 max, uint256 amount) external {
        (bytes[3] memory sessions, bytes[3] memory calls) = _methods(max, amount);
        for (uint256 i; i < 3; ++i) {
            if (amount <= max) _accepts(Act(STAKING, 0, calls[i]), sessions[i]);
            else _refuses(Act(STAKING, 0, calls[i]), sessions[i], "ERC20STV Max Amount Exceeded");
        }
    }

    function testTexts() external {
        (bytes[3] memory sessions, bytes[3] memory calls) = _methods(5, 5);
        for (uint256 i; i < 3; ++i) {
            _refuses(Act(TOKEN, 1, calls[i]), sessions[i], "ERC20STV Wrong Staking");
            _refuses(Act(STAKING, 1, calls[i]), sessions[i], "ERC20STV Non Zero Value");
            _refuses(Act(STAKING, 0, calls[(i + 1) % 3]), sessions[i], "ERC20STV Invalid Method");
            _refuses(Act(STAKING, 0, hex"a694fc"), sessions[i], "ERC20STV Invalid Method");
            _refuses(Act(STAKING, 0, _cut(calls[i])), sessions[i], "ERC20STV Malformed Call");
            _refuses(Act(STAKING, 0, bytes.concat(calls[i], hex"00")), sessions[i], "ERC20STV Malformed Call");
            _checksUserOp(Act(STAKING, 0, calls[i]), sessions[i], "ERC20STV Invalid Selector");
            _checksShape(Act(STAKING, 0, calls[i]), sessions[i], 4, "ERC20STV Malformed Session");
        }
        _refuses(Act(STAKING, 0, _dirty(calls[1], 36)), sessions[1], "ERC20STV Malformed Call");
        // asset, receiver, referral code
        uint8[3] memory dirty = [4, 68, 129];
        for (uint256 i; i < 3; ++i) {
            _refuses(Act(STAKING, 0, _dirty(calls[2], dirty[i])), sessions[2], "ERC20STV Malformed Call");
        }
        bytes memory other = abi.encodeWithSelector(DEPOSIT, 6, TOKEN);
        _refuses(Act(STAKING, 0, other), sessions[1], "ERC20STV Wrong Receiver");
        other = abi.encodeWithSelector(SUPPLY, TOKEN, 6, TOKEN, 0);
        _refuses(Act(STAKING, 0, other), sessions[2], "ERC20STV Wrong Receiver");
        other = abi.encodeWithSelector(SUPPLY, FOR, 6, TOKEN, 0);
        _refuses(Act(STAKING, 0, other), sessions[2], "ERC20STV Wrong Token");
    }

    function testSession() external {
        Act memory act = Act(STAKING, 0, abi.encodeWithSelector(STAKE, 1));
        string memory malformed = "ERC20STV Malformed Session";
        _refuses(act, _session(TOKEN, address(0), 5, STAKE), malformed);
        _refuses(act, _session(address(0), FOR, 5, STAKE), malformed);
        _refuses(act, _session(TOKEN, FOR, 5, DEPOSIT), malformed);
        _refuses(act, _session(address(0), address(0), 5, 0xdeadbeef), malformed);
        _refuses(act, _session(address(0), address(0), 5, 0), malformed);
        // behind the selector
        _refuses(act, _dirty(_session(address(0), address(0), 5, STAKE), 164), malformed);
        _refuses(act, _dirty(_session(address(0), address(0), 5, STAKE), 191), malformed);
    }
}

contract Erc1155MintTest is OracleTest {
    address private constant NFT = address(0x70);
    address private constant TO = address(0xac);
    bytes4 private constant MINT_TO = 0x2baf2acb;

    function setUp() external {
        oracle = address(new Erc1155MintOracle());
    }

    function testToken(uint256 id, uint256 other, uint256 amount) external {
        bytes memory session = abi.encode(KEY, NFT, TO, id);
        _accepts(Act(NFT, 0, abi.encodeWithSelector(MINT_TO, TO, id, 1)), session);
        if (other != id) {
            _refuses(Act(NFT, 0, abi.encodeWithSelector(MINT_TO, TO, other, amount)), session, "ERC1155MT Wrong Token");
        }
        if (amount != 1) {
            _refuses(Act(NFT, 0, abi.encodeWithSelector(MINT_TO, TO, id, amount)), session, "ERC1155MT Wrong Amount");
        }
    }

    function testTexts() external {
        bytes memory session = abi.encode(KEY, NFT, TO, 7);
        bytes memory good = abi.encodeWithSelector(MINT_TO, TO, 7, 1);
        _refuses(Act(TO, 1, ""), session, "ERC1155MT Wrong Token");
        _refuses(Act(NFT, 1, ""), session, "ERC1155MT Non Zero Value");
        _refuses(Act(NFT, 0, hex"2baf2a"), session, "ERC1155MT Invalid Method");
        _refuses(Act(NFT, 0, abi.encodeWithSelector(0xdeadbeef, TO, 7, 1)), session, "ERC1155MT Invalid Method");
        _refuses(Act(NFT, 0, _cut(good)), session, "ERC1155MT Malformed Call");
        _refuses(Act(NFT, 0, bytes.concat(good, hex"00")), session, "ERC1155MT Malformed Call");
        _refuses(Act(NFT, 0, _dirty(good, 15)), session, "ERC1155MT Malformed Call");
        _refuses(Act(NFT, 0, abi.encodeWithSelector(MINT_TO, NFT, 8, 2)), session, "ERC1155MT Wrong Recipient");
        _checksUserOp(Act(NFT, 0, good), session, "ERC1155MT Invalid Selector");
        _checksShape(Act(NFT, 0, good), session, 3, "ERC1155MT Malformed Session");
    }
}
