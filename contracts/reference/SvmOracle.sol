// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {UserOperation} from "../interfaces/Types.sol";

/// One call of the account.
struct Action {
    address to;
    /// Wei that go with it.
    uint256 value;
    bytes data;
}

/// What the oracles of our session validation modules (SVMs) have in common. An oracle says once more, from the
/// specification, what its SVM accepts, with which texts and in which order (§5.1, §10.3). The arguments of a call and the
/// account's own call are solc's to decode; session key data and the inner call are read strictly, by Words.
abstract contract SvmOracle {
    /// execute(address,uint256,bytes)
    bytes4 public constant EXECUTE_SELECTOR = 0xb61d27f6;
    /// execute_ncC(address,uint256,bytes)
    bytes4 public constant EXECUTE_OPTIMIZED_SELECTOR = 0x0000189a;

    /// The key that may do this action of a batch.
    function validateSessionParams(
        address to,
        uint256 value,
        bytes calldata data,
        bytes calldata sessionKeyData,
        bytes calldata
    ) external view returns (address sessionKey) {
        _checkSession(sessionKeyData);
        return _checkAction(sessionKeyData, Action(to, value, data), _wrongTarget(true));
    }

    /// Has the key signed, which may do the one action of this userOp?
    function validateSessionUserOp(
        UserOperation calldata op,
        bytes32 userOpHash,
        bytes calldata sessionKeyData,
        bytes calldata signature
    ) external view returns (bool) {
        bytes4 selector = bytes4(op.callData[:4]);
        require(selector == EXECUTE_SELECTOR || selector == EXECUTE_OPTIMIZED_SELECTOR, _invalidSelector());
        _checkSession(sessionKeyData);
        (address to, uint256 value, bytes memory data) = abi.decode(op.callData[4:], (address, uint256, bytes));
        address sessionKey = _checkAction(sessionKeyData, Action(to, value, data), _wrongTarget(false));
        return ECDSA.recover(ECDSA.toEthSignedMessageHash(userOpHash), signature) == sessionKey;
    }

    /// The text for callData that is no call of `execute`.
    function _invalidSelector() internal pure virtual returns (string memory);

    /// The text for an action whose target is not the session's.
    function _wrongTarget(bool isParams) internal pure virtual returns (string memory);

    /// Reverts if the session grants nothing.
    function _checkSession(bytes calldata sessionKeyData) internal pure virtual;

    /// The key that may do the action. The session has been checked.
    function _checkAction(bytes calldata sessionKeyData, Action memory action, string memory wrongTarget)
        internal
        view
        virtual
        returns (address sessionKey);
}
