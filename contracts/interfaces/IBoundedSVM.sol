// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {ISessionValidationModule} from "./ISessionValidationModule.sol";

/// @title A fee envelope, a paymaster rule and a nonce lane with a number of uses, round any other SVM
/// @notice Our session module, manager and router look into the envelope themselves. Another manager calls `validateSessionUserOp`, and
/// gets the inner SVM's answer if the userOp is within the envelope.
/// @dev sessionKeyData is packed, big-endian: u8 version (1), u8 flags (1: lane bound, 2: no paymaster, 4: exactly this
/// paymaster, 8: may serve several actions of one batch), u64 maxUses, u192 lane, u128 maxOpCost in wei, u128
/// maxFeePerGas in wei, u64 maxGas, address paymaster, address innerSvm; behind it the inner sessionKeyData. A limit of
/// zero is none.
/// In this order: "BND Malformed Session"; a leaf that an earlier action of the batch has (our router's
/// text); "BND Wrong Lane": `nonce >> 64` is another one; "BND Max Uses": `uint64(nonce)` is maxUses or more;
/// "BND Wrong Paymaster"; "BND Max Fee"; "BND Max Gas": the sum of the three gas limits; "BND Max Op Cost": (callGasLimit +
/// verificationGasLimit, three times with a paymaster, + preVerificationGas) times maxFeePerGas; then the inner SVM.
/// `validateSessionParams` gets no userOp and always reverts: "BND Needs User Operation".
interface IBoundedSVM is ISessionValidationModule {}
