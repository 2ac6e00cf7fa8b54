//! Calls that the account makes to set sessions up and to revoke them, as the `data` of an [`Action`](crate::Action).

use alloy::{
    primitives::{Address, B256, Bytes},
    sol,
    sol_types::SolCall as _,
};

sol! {
    /// Biconomy's SmartAccount V2, as far as the client calls it (§1.1).
    #[derive(Debug, PartialEq, Eq)]
    interface SmartAccount {
        function execute_ncC(address dest, uint256 value, bytes func);
        function executeBatch_y6U(address[] dest, uint256[] value, bytes[] func);
        function enableModule(address module);
    }

    /// The session key manager, as far as the client calls it (§2.1, §10.1).
    #[derive(Debug, PartialEq, Eq)]
    interface SessionKeyManager {
        event MerkleRootUpdated(address account, bytes32 root);
        event SessionsPublished(address indexed account, bytes32 root, bytes data);

        function setMerkleRoot(bytes32 root);
        function setMerkleRootIf(bytes32 expected, bytes32 next, bytes data);
        function getSessionKeys(address account) view returns (bytes32 root);
    }
}

/// To the manager: replaces the account's root, whatever it is. Root 0 revokes every session (§2.1).
pub fn set_merkle_root(root: B256) -> Bytes {
    SessionKeyManager::setMerkleRootCall { root }
        .abi_encode()
        .into()
}

/// To the manager: replaces the root `expected` by `next` and publishes `data`; reverts with "SessionsChanged" if the
/// account's root is another one by then (§10.1).
pub fn set_merkle_root_if(expected: B256, next: B256, data: Bytes) -> Bytes {
    SessionKeyManager::setMerkleRootIfCall {
        expected,
        next,
        data,
    }
    .abi_encode()
    .into()
}

/// To the account itself: lets a module validate userOps. A root set earlier takes effect at once, so set the root in
/// the same batch (7.2-L).
pub fn enable_module(module: Address) -> Bytes {
    SmartAccount::enableModuleCall { module }
        .abi_encode()
        .into()
}
