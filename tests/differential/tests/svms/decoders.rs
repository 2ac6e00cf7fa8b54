//! Functions of `DecoderOracle`: what solc makes of arguments.

use alloy::sol;

sol! {
    struct UserOperation {
        address sender; uint256 nonce; bytes initCode; bytes callData; uint256 callGasLimit;
        uint256 verificationGasLimit; uint256 preVerificationGas; uint256 maxFeePerGas;
        uint256 maxPriorityFeePerGas; bytes paymasterAndData; bytes signature;
    }

    /// All fields of a userOp are read, as by one who hands it on.
    function userOpForwarded(UserOperation op, bytes32 hash) returns (UserOperation, bytes32);
    function managerUserOp(UserOperation op, bytes32 hash)
        returns (address, uint48, uint48, address, bytes, bytes32[], bytes);
    function decodedExecute(bytes raw) returns (address, uint256, bytes);
    function sessionKey(address account, uint48 validUntil, uint48 validAfter, address svm, bytes data, bytes32[] proof)
        returns (address, uint48, uint48, address, bytes, bytes32[]);
}
