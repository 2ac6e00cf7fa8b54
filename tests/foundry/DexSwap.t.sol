// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DexSwapOracle} from "../../contracts/reference/DexSwapOracle.sol";
import {OracleTest} from "./OracleTest.sol";

contract DexSwapTest is OracleTest {
    address private constant DEX = address(0xde);
    address private constant IN = address(0x70);
    address private constant OUT = address(0x71);
    address private constant TO = address(0xac);

    function setUp() external {
        oracle = address(new DexSwapOracle());
    }

    function _session(uint256 max, uint256 num, uint256 den) private view returns (bytes memory) {
        return abi.encode(KEY, DEX, IN, OUT, TO, max, num, den);
    }

    function _v3(uint256 sold, uint256 bought) private pure returns (bytes memory) {
        return abi.encodeWithSelector(0x414bf389, IN, OUT, uint24(3000), TO, uint256(9), sold, bought, uint160(7));
    }

    function _v3NoDeadline(uint256 sold, uint256 bought) private pure returns (bytes memory) {
        return abi.encodeWithSelector(0x04e45aaf, IN, OUT, uint24(3000), TO, sold, bought, uint160(7));
    }

    function _v2(uint256 sold, uint256 bought) private pure returns (bytes memory) {
        address[] memory path = new address[](2);
        (path[0], path[1]) = (IN, OUT);
        return abi.encodeWithSelector(0x38ed1739, sold, bought, path, TO, uint256(9));
    }

    /// The least price, beside OpenZeppelin's division of a product of 512 bits.
    function testPrice(uint256 sold, uint256 bought, uint256 num, uint256 den) external {
        if (sold == 0 || num == 0 || den == 0) return;
        bytes memory session = _session(type(uint256).max, num, den);
        (, uint256 high) = _product(sold, num);
        // what the least amount is, if it is one
        bool isOne = high < den;
        uint256 least = isOne ? Math.mulDiv(sold, num, den, Math.Rounding.Up) : 0;
        if (bought != 0 && isOne && bought >= least) _accepts(Act(DEX, 0, _v3(sold, bought)), session);
        else _refuses(Act(DEX, 0, _v3(sold, bought)), session, "DEXSV Min Out Too Low");
        if (!isOne) return;
        _accepts(Act(DEX, 0, _v2(sold, least)), session);
        _refuses(Act(DEX, 0, _v2(sold, least - 1)), session, "DEXSV Min Out Too Low");
    }

    /// The same with numbers of a common size.
    function testPlainPrice(uint64 sold, uint64 bought, uint64 num, uint64 den) external {
        if (sold == 0 || num == 0 || den == 0 || bought == 0) return;
        Act memory act = Act(DEX, 0, _v3NoDeadline(sold, bought));
        bytes memory session = _session(sold, num, den);
        if (uint256(bought) * den >= uint256(sold) * num) _accepts(act, session);
        else _refuses(act, session, "DEXSV Min Out Too Low");
    }

    function _product(uint256 a, uint256 b) private pure returns (uint256 low, uint256 high) {
        unchecked {
            (uint256 a1, uint256 a0, uint256 b1, uint256 b0) = (a >> 128, a & _MASK, b >> 128, b & _MASK);
            uint256 middle = a1 * b0 + ((a0 * b0) >> 128);
            uint256 other = a0 * b1 + (middle & _MASK);
            high = a1 * b1 + (middle >> 128) + (other >> 128);
            low = a * b;
        }
    }

    uint256 private constant _MASK = type(uint128).max;

    function testForms() external {
        bytes memory session = _session(100, 2, 1);
        _accepts(Act(DEX, 0, _v3(100, 200)), session);
        _accepts(Act(DEX, 0, _v3NoDeadline(100, 200)), session);
        _accepts(Act(DEX, 0, _v2(100, 200)), session);
        _checksUserOp(Act(DEX, 0, _v2(100, 200)), session, "DEXSV Invalid Selector");
    }

    function testTexts() external {
        bytes memory session = _session(100, 2, 1);
        bytes[3] memory calls = [_v3(1, 2), _v3NoDeadline(1, 2), _v2(1, 2)];
        bytes[3] memory zero = [_v3(0, 2), _v3NoDeadline(0, 2), _v2(0, 2)];
        bytes[3] memory much = [_v3(101, 2), _v3NoDeadline(101, 2), _v2(101, 2)];
        bytes[3] memory free = [_v3(1, 0), _v3NoDeadline(1, 0), _v2(1, 0)];
        for (uint256 i; i < 3; ++i) {
            _refuses(Act(IN, 1, calls[i]), session, "DEXSV Wrong Dex");
            _refuses(Act(DEX, 1, calls[i]), session, "DEXSV Non Zero Value");
            _refuses(Act(DEX, 0, bytes.concat(calls[i], hex"00")), session, "DEXSV Malformed Call");
            _refuses(Act(DEX, 0, _cut(calls[i])), session, "DEXSV Malformed Call");
            _refuses(Act(DEX, 0, zero[i]), session, "DEXSV Malformed Call");
            _refuses(Act(DEX, 0, much[i]), session, "DEXSV Max Amount Exceeded");
            _refuses(Act(DEX, 0, free[i]), session, "DEXSV Min Out Too Low");
            _refuses(Act(DEX, 0, calls[i]), abi.encode(KEY, DEX, OUT, OUT, TO, 9, 2, 1), "DEXSV Wrong Token");
            _refuses(Act(DEX, 0, calls[i]), abi.encode(KEY, DEX, IN, IN, TO, 9, 2, 1), "DEXSV Wrong Token");
            _refuses(Act(DEX, 0, calls[i]), abi.encode(KEY, DEX, IN, OUT, IN, 9, 2, 1), "DEXSV Wrong Recipient");
        }
        _refuses(Act(DEX, 0, hex"414bf3"), session, "DEXSV Invalid Method");
        _refuses(Act(DEX, 0, hex"deadbeef"), session, "DEXSV Invalid Method");
    }

    /// Words narrower than 32 bytes, by their first dirty byte; and the path of V2.
    function testStrictness() external {
        bytes memory session = _session(100, 2, 1);
        uint8[6] memory v3 = [15, 47, 96, 100, 111, 239];
        for (uint256 i; i < 6; ++i) {
            _refuses(Act(DEX, 0, _dirty(_v3(1, 2), v3[i])), session, "DEXSV Malformed Call");
        }
        uint8[5] memory v3NoDeadline = [4, 36, 68, 100, 207];
        for (uint256 i; i < 5; ++i) {
            _refuses(Act(DEX, 0, _dirty(_v3NoDeadline(1, 2), v3NoDeadline[i])), session, "DEXSV Malformed Call");
        }
        // offset, recipient, length, both tokens
        uint8[5] memory v2 = [68, 100, 164, 196, 239];
        for (uint256 i; i < 5; ++i) {
            _refuses(Act(DEX, 0, _dirty(_v2(1, 2), v2[i])), session, "DEXSV Malformed Call");
        }
        address[] memory path = new address[](3);
        (path[0], path[1], path[2]) = (IN, IN, OUT);
        bytes memory longer = abi.encodeWithSelector(0x38ed1739, 1, 2, path, TO, uint256(9));
        _refuses(Act(DEX, 0, longer), session, "DEXSV Malformed Call");
    }

    function testSession() external {
        Act memory act = Act(DEX, 0, _v3(1, 2));
        _checksShape(act, _session(100, 2, 1), 5, "DEXSV Malformed Session");
        _refuses(act, _session(100, 0, 1), "DEXSV Malformed Session");
        _refuses(act, _session(100, 2, 0), "DEXSV Malformed Session");
        for (uint160 i; i < 3; ++i) {
            _refuses(act, abi.encode(KEY, DEX, IN, OUT, address(i), 9, 2, 1), "DEXSV Malformed Session");
        }
        _refuses(act, abi.encode(KEY, DEX, IN, OUT, DEX, 9, 2, 1), "DEXSV Malformed Session");
    }
}
