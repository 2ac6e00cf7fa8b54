// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

/// @notice Answers as it was told to: a hostile account, manager or session validation module. Calls that it was told
/// nothing about succeed and return nothing.
contract Scripted {
    enum Kind {
        None,
        Return,
        Revert,
        /// its calldata
        Echo,
        /// what the call before the answer returned or reverted with
        Relay
    }

    struct Answer {
        Kind kind;
        /// called with `call` before the answer, unless zero
        address to;
        bytes call;
        bytes data;
    }

    mapping(bytes32 => Answer) private _answers;

    /// @param question A whole calldata, or a selector for every calldata that begins with it and has no own answer.
    function script(bytes calldata question, Answer calldata answer) external {
        _answers[keccak256(question)] = answer;
    }

    fallback() external {
        Answer storage answer = _answers[keccak256(msg.data)];
        if (answer.kind == Kind.None) answer = _answers[keccak256(abi.encodePacked(msg.sig))];
        if (answer.to != address(0)) {
            (bool ok, bytes memory returned) = answer.to.call(answer.call);
            if (answer.kind == Kind.Relay) _finish(ok, returned);
        }
        if (answer.kind == Kind.Echo) _finish(true, msg.data);
        _finish(answer.kind != Kind.Revert, answer.data);
    }

    function _finish(bool ok, bytes memory data) private pure {
        assembly ("memory-safe") {
            if ok { return(add(data, 32), mload(data)) }
            revert(add(data, 32), mload(data))
        }
    }
}
