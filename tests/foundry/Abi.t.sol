// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {AbiOracle} from "../../contracts/reference/AbiOracle.sol";
import {OracleTest} from "./OracleTest.sol";

contract AbiTest is OracleTest {
    address private constant TARGET = address(0x70);
    bytes4 private constant METHOD = 0x65c5fb8b;

    function setUp() external {
        oracle = address(new AbiOracle());
    }

    function _session(uint16 count, bytes memory rules) private view returns (bytes memory) {
        return abi.encodePacked(KEY, TARGET, METHOD, uint128(10), count, rules);
    }

    function _rule(uint16 offset, uint8 condition, uint256 ref) private pure returns (bytes memory) {
        return abi.encodePacked(offset, condition, ref);
    }

    function _holds(uint256 value, uint8 condition, uint256 ref, bool isDue) private {
        Act memory act = Act(TARGET, 0, abi.encodeWithSelector(METHOD, ~value, value));
        bytes memory session = _session(1, _rule(32, condition, ref));
        if (isDue) _accepts(act, session);
        else _refuses(act, session, "ABISV Arg Rule Violated");
    }

    function testConditions(uint256 value, uint256 ref, uint8 other) external {
        for (uint256 i; i < 2; ++i) {
            _holds(value, 0, ref, value == ref);
            _holds(value, 1, ref, value <= ref);
            _holds(value, 2, ref, value < ref);
            _holds(value, 3, ref, value >= ref);
            _holds(value, 4, ref, value > ref);
            _holds(value, 5, ref, value != ref);
            if (other > 5) _holds(value, other, ref, false);
            value = ref;
        }
    }

    function testTexts() external {
        bytes memory session = _session(0, "");
        _accepts(Act(TARGET, 10, abi.encodePacked(METHOD)), session);
        _refuses(Act(address(0x71), 11, ""), session, "ABISV Destination Forbidden");
        _refuses(Act(TARGET, 11, hex"65c5fb"), session, NOTHING);
        _refuses(Act(TARGET, 11, hex"65c5fb8c"), session, "ABISV Selector Forbidden");
        _refuses(Act(TARGET, 11, hex"65c5fb8b"), session, "ABISV Permitted Value Exceeded");
        _refuses(Act(TARGET, 1 << 128, hex"65c5fb8b"), session, "ABISV Permitted Value Exceeded");
        _refuses(Act(TARGET, 0, hex"65c5fb8b"), _cut(session), NOTHING);
        _checksUserOp(Act(TARGET, 0, abi.encodePacked(METHOD)), session, "ABISV Not Execute Selector");
    }

    /// Rules are read one by one: those that count, and no others.
    function testRules() external {
        Act memory act = Act(TARGET, 0, abi.encodeWithSelector(METHOD, 1, 2));
        bytes memory holds = _rule(0, 0, 1);
        bytes memory fails = _rule(32, 0, 1);
        _accepts(act, _session(1, bytes.concat(holds, fails)));
        _refuses(act, _session(2, bytes.concat(holds, fails)), "ABISV Arg Rule Violated");
        _refuses(act, _session(2, holds), NOTHING);
        _refuses(act, _session(1, _cut(holds)), NOTHING);
        _refuses(act, _session(3, bytes.concat(fails, holds)), "ABISV Arg Rule Violated");
        // offsets need no alignment, but all 32 bytes
        _accepts(act, _session(1, _rule(1, 0, 1 << 8)));
        _accepts(act, _session(1, _rule(32, 0, 2)));
        _refuses(act, _session(1, _rule(33, 0, 2 << 8)), NOTHING);
        _refuses(act, _session(1, _rule(type(uint16).max, 5, 0)), NOTHING);
    }

    /// solc's rule for the outer call: the offset may be any, the target must be clean.
    function testOuterCall() external {
        bytes memory session = _session(1, _rule(0, 0, 7));
        bytes memory head = abi.encodePacked(EXECUTE, abi.encode(TARGET, 0, 0xa0));
        bytes memory tail = abi.encodePacked(new bytes(64), uint256(36), METHOD, uint256(7));
        (bool ok, bytes memory answer) = _userOp(bytes.concat(head, tail), session, _sign(PRIVATE_KEY));
        require(ok && abi.decode(answer, (bool)), "another offset");
        (ok, answer) = _userOp(_dirty(bytes.concat(head, tail), 4), session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, NOTHING);
        (ok, answer) = _userOp(_cut(bytes.concat(head, tail)), session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, NOTHING);
    }
}
