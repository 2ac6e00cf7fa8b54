// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {ISessionValidationModule} from "../interfaces/ISessionValidationModule.sol";
import {UserOperation} from "../interfaces/Types.sol";

/// §10.7: a fee envelope, a paymaster rule and a nonce lane with a number of uses, round any other SVM. sessionKeyData is
/// packed: version (1 byte), flags (1), maxUses (8), lane (24), maxOpCost (16), maxFeePerGas (16), maxGas (8), paymaster
/// (20), innerSvm (20), inner data.
contract BoundedOracle is ISessionValidationModule {
    struct Grant {
        uint8 flags;
        uint64 maxUses;
        uint192 lane;
        uint128 maxOpCost;
        uint128 maxFeePerGas;
        uint64 maxGas;
        address paymaster;
        address innerSvm;
    }

    bytes4 public constant EXECUTE_SELECTOR = 0xb61d27f6;
    bytes4 public constant EXECUTE_OPTIMIZED_SELECTOR = 0x0000189a;

    uint256 private constant HEAD = 0x72;
    uint8 private constant LANE = 1;
    uint8 private constant NO_PAYMASTER = 2;
    uint8 private constant THIS_PAYMASTER = 4;
    uint8 private constant ALL_FLAGS = 15;

    /// The program that this one speaks for: it must not be its own inner SVM.
    address private immutable _program;

    constructor(address program) {
        _program = program;
    }

    function validateSessionParams(address, uint256, bytes calldata, bytes calldata, bytes calldata)
        external
        pure
        override
        returns (address)
    {
        revert("BND Needs User Operation");
    }

    function validateSessionUserOp(
        UserOperation calldata op,
        bytes32 userOpHash,
        bytes calldata sessionKeyData,
        bytes calldata signature
    ) external override returns (bool) {
        require(sessionKeyData.length >= HEAD && sessionKeyData[0] == 0x01, "BND Malformed Session");
        Grant memory grant = _grant(sessionKeyData[:HEAD]);
        _checkGrant(grant);
        _checkLane(grant, op.nonce);
        bool hasPaymaster = _checkPaymaster(grant, op.paymasterAndData);
        _checkFees(grant, op, hasPaymaster);
        return ISessionValidationModule(grant.innerSvm).validateSessionUserOp(
            op, userOpHash, sessionKeyData[HEAD:], signature
        );
    }

    function _grant(bytes calldata head) private pure returns (Grant memory grant) {
        grant.flags = uint8(head[1]);
        grant.maxUses = uint64(bytes8(head[0x02:0x0a]));
        grant.lane = uint192(bytes24(head[0x0a:0x22]));
        grant.maxOpCost = uint128(bytes16(head[0x22:0x32]));
        grant.maxFeePerGas = uint128(bytes16(head[0x32:0x42]));
        grant.maxGas = uint64(bytes8(head[0x42:0x4a]));
        grant.paymaster = address(bytes20(head[0x4a:0x5e]));
        grant.innerSvm = address(bytes20(head[0x5e:0x72]));
    }

    function _checkGrant(Grant memory grant) private view {
        bool hasLane = grant.flags & LANE != 0;
        bool hasNoPaymaster = grant.flags & NO_PAYMASTER != 0;
        bool hasThisPaymaster = grant.flags & THIS_PAYMASTER != 0;
        require(grant.flags <= ALL_FLAGS, "BND Malformed Session");
        require(!(hasNoPaymaster && hasThisPaymaster), "BND Malformed Session");
        require(hasThisPaymaster == (grant.paymaster != address(0)), "BND Malformed Session");
        require(hasLane == (grant.lane != 0), "BND Malformed Session");
        require(hasLane || grant.maxUses == 0, "BND Malformed Session");
        require(grant.innerSvm != address(0) && grant.innerSvm != _program, "BND Malformed Session");
    }

    function _checkLane(Grant memory grant, uint256 nonce) private pure {
        if (grant.flags & LANE == 0) return;
        require(nonce >> 64 == grant.lane, "BND Wrong Lane");
        require(grant.maxUses == 0 || uint64(nonce) < grant.maxUses, "BND Max Uses");
    }

    /// Does a paymaster pay, as the EntryPoint sees it? One at address zero is none.
    function _checkPaymaster(Grant memory grant, bytes calldata paymasterAndData) private pure returns (bool) {
        bool isEmpty = paymasterAndData.length == 0;
        require(isEmpty || paymasterAndData.length >= 20, "BND Wrong Paymaster");
        address paymaster = isEmpty ? address(0) : address(bytes20(paymasterAndData[:20]));
        if (grant.flags & NO_PAYMASTER != 0) require(isEmpty, "BND Wrong Paymaster");
        if (grant.flags & THIS_PAYMASTER != 0) require(paymaster == grant.paymaster, "BND Wrong Paymaster");
        return paymaster != address(0);
    }

    function _checkFees(Grant memory grant, UserOperation calldata op, bool hasPaymaster) private pure {
        require(_isWithin(op.maxFeePerGas, grant.maxFeePerGas), "BND Max Fee");
        uint256 rest = _add(op.callGasLimit, op.preVerificationGas);
        require(_isWithin(_add(rest, op.verificationGasLimit), grant.maxGas), "BND Max Gas");
        uint256 gas = _add(rest, _multiply(op.verificationGasLimit, hasPaymaster ? 3 : 1));
        require(_isWithin(_multiply(gas, op.maxFeePerGas), grant.maxOpCost), "BND Max Op Cost");
    }

    /// A limit of zero is none.
    function _isWithin(uint256 value, uint256 limit) private pure returns (bool) {
        return limit == 0 || value <= limit;
    }

    /// What overflows is the largest number.
    function _add(uint256 a, uint256 b) private pure returns (uint256) {
        return b > type(uint256).max - a ? type(uint256).max : a + b;
    }

    function _multiply(uint256 a, uint256 b) private pure returns (uint256) {
        return a != 0 && b > type(uint256).max / a ? type(uint256).max : a * b;
    }
}
