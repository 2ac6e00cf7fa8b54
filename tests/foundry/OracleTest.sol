// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.17;

import {UserOperation} from "../../contracts/interfaces/Types.sol";

/// What forge does for a test.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

/// Puts one action to both functions of an oracle, and holds its answers against what the specification says.
abstract contract OracleTest {
    Vm internal constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    uint256 internal constant PRIVATE_KEY = 0x5e;
    bytes32 internal constant HASH = keccak256("a userOp");
    bytes4 internal constant EXECUTE = 0xb61d27f6;
    bytes4 internal constant EXECUTE_NCC = 0x0000189a;
    string internal constant NOTHING = "";

    /// The session key.
    address internal immutable KEY = VM.addr(PRIVATE_KEY);
    address internal oracle;

    /// One call of the account.
    struct Act {
        address to;
        uint256 value;
        bytes data;
    }

    function _params(Act memory act, bytes memory session) internal returns (bool, bytes memory) {
        return oracle.call(
            abi.encodeWithSignature(
                "validateSessionParams(address,uint256,bytes,bytes,bytes)", act.to, act.value, act.data, session, hex"07"
            )
        );
    }

    function _userOp(bytes memory callData, bytes memory session, bytes memory signature)
        internal
        returns (bool, bytes memory)
    {
        UserOperation memory op;
        op.callData = callData;
        return _wholeUserOp(op, session, signature);
    }

    function _wholeUserOp(UserOperation memory op, bytes memory session, bytes memory signature)
        internal
        returns (bool, bytes memory)
    {
        return oracle.call(
            abi.encodeWithSignature(
                "validateSessionUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32,bytes,bytes)",
                op,
                HASH,
                session,
                signature
            )
        );
    }

    function _execute(bytes4 selector, Act memory act) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, act.to, act.value, act.data);
    }

    function _sign(uint256 privateKey) internal pure returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", HASH));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /// Both functions allow it.
    function _accepts(Act memory act, bytes memory session) internal {
        (bool ok, bytes memory answer) = _params(act, session);
        require(ok, _text(answer));
        require(abi.decode(answer, (address)) == KEY, "another key");
        (ok, answer) = _userOp(_execute(EXECUTE, act), session, _sign(PRIVATE_KEY));
        require(ok, _text(answer));
        require(abi.decode(answer, (bool)), "not signed");
        (ok, answer) = _userOp(_execute(EXECUTE_NCC, act), session, _sign(PRIVATE_KEY));
        require(ok && abi.decode(answer, (bool)), "not signed, optimised");
    }

    /// Both functions refuse it, with this text.
    function _refuses(Act memory act, bytes memory session, string memory text) internal {
        _refuses(act, session, text, text);
    }

    /// Each function refuses it with its own text.
    function _refuses(Act memory act, bytes memory session, string memory params, string memory userOp) internal {
        (bool ok, bytes memory answer) = _params(act, session);
        _isRefused(ok, answer, params);
        (ok, answer) = _userOp(_execute(EXECUTE, act), session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, userOp);
    }

    /// What all oracles say of outer call and signature; the action and session are valid.
    function _checksUserOp(Act memory act, bytes memory session, string memory invalidSelector) internal {
        bytes memory good = _execute(EXECUTE, act);
        (bool ok, bytes memory answer) = _userOp(_execute(0x00004680, act), session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, invalidSelector);
        // the outer selector comes before the session
        (ok, answer) = _userOp(_execute(0x00004680, act), hex"01", _sign(PRIVATE_KEY));
        _isRefused(ok, answer, invalidSelector);
        (ok, answer) = _userOp(hex"b61d27", session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, NOTHING);
        (ok, answer) = _userOp(abi.encodePacked(EXECUTE), session, _sign(PRIVATE_KEY));
        _isRefused(ok, answer, NOTHING);
        (ok, answer) = _userOp(good, session, _sign(0x07));
        require(ok && !abi.decode(answer, (bool)), "another key");
        (ok, answer) = _userOp(good, session, new bytes(64));
        _isRefused(ok, answer, "ECDSA: invalid signature length");
        (ok, answer) = _userOp(good, session, abi.encodePacked(bytes32(uint256(1)), ~bytes32(0), uint8(27)));
        _isRefused(ok, answer, "ECDSA: invalid signature 's' value");
        (ok, answer) = _userOp(good, session, new bytes(65));
        _isRefused(ok, answer, "ECDSA: invalid signature");
    }

    function _isRefused(bool ok, bytes memory answer, string memory text) internal pure {
        bytes memory due = bytes(text).length == 0 ? bytes("") : abi.encodeWithSignature("Error(string)", text);
        require(!ok, string.concat("accepted, due is: ", text));
        require(keccak256(answer) == keccak256(due), string.concat(_text(answer), ", due is: ", text));
    }

    /// The text of revert data.
    function _text(bytes memory answer) internal pure returns (string memory) {
        if (answer.length < 68) return "(no text)";
        bytes memory encoded = new bytes(answer.length - 4);
        for (uint256 i; i < encoded.length; ++i) {
            encoded[i] = answer[i + 4];
        }
        return abi.decode(encoded, (string));
    }

    /// The data with the upper 12 bytes of a word dirty.
    function _dirty(bytes memory data, uint256 at) internal pure returns (bytes memory copy) {
        copy = bytes.concat(data);
        copy[at] = 0x01;
    }

    function _cut(bytes memory data) internal pure returns (bytes memory copy) {
        copy = bytes.concat(data);
        assembly ("memory-safe") {
            mstore(copy, sub(mload(copy), 1))
        }
    }

    /// No session of another length, or with a dirty address, grants anything. `addresses` of its first words are such.
    function _checksShape(Act memory act, bytes memory session, uint256 addresses, string memory malformed) internal {
        _refuses(act, bytes.concat(session, new bytes(32)), malformed);
        _refuses(act, _cut(session), malformed);
        _refuses(act, "", malformed);
        for (uint256 i; i < addresses; ++i) {
            _refuses(act, _dirty(session, 32 * i + 11), malformed);
            _refuses(act, _dirty(session, 32 * i), malformed);
        }
    }
}
