//! userOps of EntryPoint v0.6.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol,
    sol_types::SolValue as _,
};

sol! {
    /// `UserOperation` of EntryPoint v0.6. Gas in units, fees in wei per gas.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct UserOp {
        address sender;
        uint256 nonce;
        bytes initCode;
        bytes callData;
        uint256 callGasLimit;
        uint256 verificationGasLimit;
        uint256 preVerificationGas;
        uint256 maxFeePerGas;
        uint256 maxPriorityFeePerGas;
        bytes paymasterAndData;
        bytes signature;
    }
}

impl UserOp {
    /// `userOpHash`, as `getUserOpHash` of EntryPoint v0.6 answers. The signature is not in it.
    pub fn hash(&self, entry_point: Address, chain_id: u64) -> B256 {
        let fields = (
            self.sender,
            self.nonce,
            keccak256(&self.initCode),
            keccak256(&self.callData),
            self.callGasLimit,
            self.verificationGasLimit,
            self.preVerificationGas,
            self.maxFeePerGas,
            self.maxPriorityFeePerGas,
            keccak256(&self.paymasterAndData),
        );
        let packed = (
            keccak256(fields.abi_encode()),
            entry_point,
            U256::from(chain_id),
        );
        keccak256(packed.abi_encode())
    }
}
