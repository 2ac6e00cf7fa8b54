// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Erc20ApprovalOracle} from "../../contracts/reference/Erc20ApprovalOracle.sol";
import {Erc20TransferOracle} from "../../contracts/reference/Erc20TransferOracle.sol";
import {OracleTest} from "./OracleTest.sol";

contract Erc20ApprovalTest is OracleTest {
    address private constant TOKEN = address(0x70);
    address private constant SPENDER = address(0x71);

    function setUp() external {
        oracle = address(new Erc20ApprovalOracle());
    }

    function _session(uint256 max) private view returns (bytes memory) {
        return abi.encode(KEY, TOKEN, SPENDER, max);
    }

    function _approve(address spender, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeWithSelector(0x095ea7b3, spender, amount);
    }

    function testLimit(uint256 max, uint256 amount) external {
        Act memory act = Act(TOKEN, 0, _approve(SPENDER, amount));
        if (amount <= max) _accepts(act, _session(max));
        else _refuses(act, _session(max), "ERC20AV Max Amount Exceeded");
        _accepts(Act(TOKEN, 0, _approve(SPENDER, max)), _session(max));
        _accepts(Act(TOKEN, 0, _approve(SPENDER, 0)), _session(max));
    }

    function testTexts() external {
        bytes memory good = _approve(SPENDER, 5);
        bytes memory session = _session(5);
        _refuses(Act(SPENDER, 1, ""), session, "ERC20AV Wrong Token");
        _refuses(Act(TOKEN, 1, ""), session, "ERC20AV Non Zero Value");
        _refuses(Act(TOKEN, 0, ""), session, "ERC20AV Invalid Method");
        _refuses(Act(TOKEN, 0, hex"095ea7"), session, "ERC20AV Invalid Method");
        _refuses(Act(TOKEN, 0, abi.encodeWithSelector(0xa9059cbb, SPENDER, 5)), session, "ERC20AV Invalid Method");
        _refuses(Act(TOKEN, 0, hex"095ea7b3"), session, "ERC20AV Malformed Call");
        _refuses(Act(TOKEN, 0, _cut(good)), session, "ERC20AV Malformed Call");
        _refuses(Act(TOKEN, 0, bytes.concat(good, hex"00")), session, "ERC20AV Malformed Call");
        _refuses(Act(TOKEN, 0, _dirty(good, 15)), session, "ERC20AV Malformed Call");
        _refuses(Act(TOKEN, 0, _approve(TOKEN, 6)), session, "ERC20AV Wrong Spender");
        _checksUserOp(Act(TOKEN, 0, good), session, "ERC20AV Invalid Selector");
    }

    function testSession() external {
        Act memory act = Act(TOKEN, 0, _approve(SPENDER, 5));
        _checksShape(act, _session(5), 3, "ERC20AV Malformed Session");
        _refuses(act, abi.encode(KEY, TOKEN, 0, 5), "ERC20AV Malformed Session");
    }
}

contract Erc20TransferTest is OracleTest {
    address private constant TOKEN = address(0x70);
    address private constant RECIPIENT = address(0x71);

    function setUp() external {
        oracle = address(new Erc20TransferOracle());
    }

    function _session(uint256 max) private view returns (bytes memory) {
        return abi.encode(KEY, TOKEN, RECIPIENT, max);
    }

    function _transfer(address to, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeWithSelector(0xa9059cbb, to, amount);
    }

    function testLimit(uint256 max, uint256 amount) external {
        Act memory act = Act(TOKEN, 0, _transfer(RECIPIENT, amount));
        if (amount <= max) _accepts(act, _session(max));
        else _refuses(act, _session(max), "ERC20SV Max Amount Exceeded");
        _accepts(Act(TOKEN, 0, abi.encodeWithSelector(0x095ea7b3, RECIPIENT, max)), _session(max));
    }

    function testTexts() external {
        bytes memory good = _transfer(RECIPIENT, 5);
        bytes memory session = _session(5);
        _refuses(Act(RECIPIENT, 1, ""), session, "ERC20SV Invalid Token", "ERC20SV Wrong Token");
        _refuses(Act(TOKEN, 1, ""), session, "ERC20SV Non Zero Value");
        _refuses(Act(TOKEN, 0, abi.encodeWithSelector(0xdeadbeef, RECIPIENT, 5)), session, "ERC20SV Invalid Method");
        _refuses(Act(TOKEN, 0, hex"a9059c"), session, "ERC20SV Invalid Method");
        _refuses(Act(TOKEN, 0, bytes.concat(good, hex"00")), session, "ERC20SV Malformed Call");
        _refuses(Act(TOKEN, 0, _cut(good)), session, "ERC20SV Malformed Call");
        _refuses(Act(TOKEN, 0, _dirty(good, 4)), session, "ERC20SV Malformed Call");
        _refuses(Act(TOKEN, 0, _transfer(TOKEN, 6)), session, "ERC20SV Wrong Recipient");
        _checksUserOp(Act(TOKEN, 0, good), session, "ERC20SV Invalid Selector");
    }

    function testSession() external {
        Act memory act = Act(TOKEN, 0, _transfer(RECIPIENT, 5));
        _checksShape(act, _session(5), 3, "ERC20SV Malformed Session");
    }
}
