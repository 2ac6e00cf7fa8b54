// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {UserOperation} from "../../contracts/interfaces/Types.sol";
import {BoundedOracle} from "../../contracts/reference/BoundedOracle.sol";
import {OracleTest} from "./OracleTest.sol";

/// Answers what it is told to, and remembers what it was asked.
contract Inner {
    bytes private _answer = abi.encode(true);
    bool private _isRevert;
    bytes32 public asked;

    function say(bytes calldata answer, bool isRevert) external {
        (_answer, _isRevert) = (answer, isRevert);
    }

    function validateSessionUserOp(
        UserOperation calldata,
        bytes32,
        bytes calldata sessionKeyData,
        bytes calldata signature
    ) external {
        asked = keccak256(abi.encode(sessionKeyData, signature));
        bytes memory answer = _answer;
        bool isRevert = _isRevert;
        assembly ("memory-safe") {
            if isRevert { revert(add(answer, 32), mload(answer)) }
            return(add(answer, 32), mload(answer))
        }
    }
}

contract BoundedTest is OracleTest {
    address private constant PROGRAM = address(0xb0);
    address private constant PAYMASTER = address(0x9a);
    uint8 private constant LANE = 1;
    uint8 private constant NO_PAYMASTER = 2;
    uint8 private constant THIS_PAYMASTER = 4;

    /// The fields of an envelope.
    struct Envelope {
        uint8 version;
        uint8 flags;
        uint64 maxUses;
        uint192 lane;
        uint128 maxOpCost;
        uint128 maxFeePerGas;
        uint64 maxGas;
        address paymaster;
        address inner;
    }

    Inner private _inner;
    Envelope private _plain;

    function setUp() external {
        oracle = address(new BoundedOracle(PROGRAM));
        _inner = new Inner();
        _plain.version = 1;
        _plain.inner = address(_inner);
    }

    function _session(Envelope memory e) private pure returns (bytes memory) {
        return abi.encodePacked(
            e.version,
            e.flags,
            e.maxUses,
            e.lane,
            e.maxOpCost,
            e.maxFeePerGas,
            e.maxGas,
            e.paymaster,
            e.inner,
            hex"0102"
        );
    }

    function _passes(Envelope memory e, UserOperation memory op) private {
        (bool ok, bytes memory answer) = _wholeUserOp(op, _session(e), hex"07");
        require(ok, _text(answer));
        require(abi.decode(answer, (bool)), "the inner answer");
        require(_inner.asked() == keccak256(abi.encode(hex"0102", hex"07")), "the inner question");
    }

    function _fails(Envelope memory e, UserOperation memory op, string memory text) private {
        (bool ok, bytes memory answer) = _wholeUserOp(op, _session(e), hex"07");
        _isRefused(ok, answer, text);
    }

    function testInnerAnswers() external {
        UserOperation memory op;
        _passes(_plain, op);
        _inner.say(abi.encode(false), false);
        (bool ok, bytes memory answer) = _wholeUserOp(op, _session(_plain), "");
        require(ok && !abi.decode(answer, (bool)), "false");
        _inner.say(abi.encode(1, 2), false);
        _passes(_plain, op);
        _inner.say(abi.encode(2), false);
        _fails(_plain, op, NOTHING);
        _inner.say(new bytes(31), false);
        _fails(_plain, op, NOTHING);
        _inner.say(abi.encodeWithSignature("Error(string)", "Inner"), true);
        _fails(_plain, op, "Inner");
        Envelope memory nobody = _plain;
        nobody.inner = address(0x99);
        _fails(nobody, op, NOTHING);
    }

    function testParams() external {
        (bool ok, bytes memory answer) = _params(Act(PROGRAM, 0, ""), _session(_plain));
        _isRefused(ok, answer, "BND Needs User Operation");
    }

    function testSession() external {
        UserOperation memory op;
        string memory malformed = "BND Malformed Session";
        (bool ok, bytes memory answer) = _wholeUserOp(op, _cut(_cut(_cut(_session(_plain)))), "");
        _isRefused(ok, answer, malformed);
        Envelope memory e = _plain;
        e.version = 2;
        _fails(e, op, malformed);
        (e.version, e.flags) = (1, 16);
        _fails(e, op, malformed);
        (e.flags, e.paymaster) = (NO_PAYMASTER | THIS_PAYMASTER, PAYMASTER);
        _fails(e, op, malformed);
        e.flags = 0;
        _fails(e, op, malformed);
        (e.flags, e.paymaster) = (THIS_PAYMASTER, address(0));
        _fails(e, op, malformed);
        e.flags = LANE;
        _fails(e, op, malformed);
        (e.flags, e.lane) = (0, 1);
        _fails(e, op, malformed);
        (e.lane, e.maxUses) = (0, 1);
        _fails(e, op, malformed);
        (e.maxUses, e.inner) = (0, PROGRAM);
        _fails(e, op, malformed);
        e.inner = address(0);
        _fails(e, op, malformed);
    }

    function testLane(uint192 lane, uint64 uses, uint64 sequence, uint256 other) external {
        if (lane == 0) return;
        (Envelope memory e, UserOperation memory op) = (_plain, _noOp());
        (e.flags, e.lane, e.maxUses) = (LANE, lane, uses);
        op.nonce = (uint256(lane) << 64) | sequence;
        if (uses == 0 || sequence < uses) _passes(e, op);
        else _fails(e, op, "BND Max Uses");
        op.nonce = other;
        if (other >> 64 != lane) _fails(e, op, "BND Wrong Lane");
    }

    function testPaymaster() external {
        (Envelope memory e, UserOperation memory op) = (_plain, _noOp());
        string memory wrong = "BND Wrong Paymaster";
        for (uint256 length = 1; length < 20; ++length) {
            op.paymasterAndData = new bytes(length);
            _fails(e, op, wrong);
        }
        op.paymasterAndData = new bytes(20);
        _passes(e, op);
        e.flags = NO_PAYMASTER;
        _fails(e, op, wrong);
        op.paymasterAndData = "";
        _passes(e, op);
        (e.flags, e.paymaster) = (THIS_PAYMASTER, PAYMASTER);
        _fails(e, op, wrong);
        op.paymasterAndData = abi.encodePacked(PROGRAM);
        _fails(e, op, wrong);
        op.paymasterAndData = abi.encodePacked(PAYMASTER, hex"01");
        _passes(e, op);
    }

    /// The EntryPoint's formula, where nothing overflows.
    function testFees(uint48 call, uint48 verification, uint48 before, uint48 fee, uint128 most) external {
        (Envelope memory e, UserOperation memory op) = (_plain, _noOp());
        (op.callGasLimit, op.verificationGasLimit) = (call, verification);
        (op.preVerificationGas, op.maxFeePerGas) = (before, fee);
        for (uint256 factor = 1; factor < 4; factor += 2) {
            uint256 cost = (uint256(call) + factor * verification + before) * fee;
            e.maxOpCost = most;
            if (most == 0 || cost <= most) _passes(e, op);
            else _fails(e, op, "BND Max Op Cost");
            if (cost != 0) {
                e.maxOpCost = uint128(cost);
                _passes(e, op);
            }
            if (cost > 1) {
                --e.maxOpCost;
                _fails(e, op, "BND Max Op Cost");
            }
            op.paymasterAndData = abi.encodePacked(PAYMASTER);
        }
    }

    /// One after the other, and nothing wraps.
    function testOrderOfFees(uint8 shift) external {
        (Envelope memory e, UserOperation memory op) = (_plain, _noOp());
        (e.maxFeePerGas, e.maxGas, e.maxOpCost) = (9, 100, 1);
        op.maxFeePerGas = 10;
        op.callGasLimit = 101;
        _fails(e, op, "BND Max Fee");
        op.maxFeePerGas = 9;
        _fails(e, op, "BND Max Gas");
        op.callGasLimit = type(uint256).max;
        op.preVerificationGas = 1;
        _fails(e, op, "BND Max Gas");
        e.maxGas = 0;
        _fails(e, op, "BND Max Op Cost");
        (op.callGasLimit, op.verificationGasLimit) = (uint256(2) << shift, type(uint256).max);
        _fails(e, op, "BND Max Op Cost");
        op.maxFeePerGas = 0;
        _passes(e, op);
        e.maxOpCost = 0;
        op.maxFeePerGas = 9;
        _passes(e, op);
    }

    function _noOp() private pure returns (UserOperation memory op) {}
}
