//! Calls that the account makes to set sessions up and to revoke them, as the `data` of an [`Action`].

use alloy::{
    primitives::{Address, B256, Bytes},
    sol,
    sol_types::SolCall as _,
};

use crate::Action;

sol! {
    /// Biconomy's SmartAccount V2, as far as the client calls it (§1.1).
    #[derive(Debug, PartialEq, Eq)]
    interface SmartAccount {
        function execute_ncC(address dest, uint256 value, bytes func);
        function executeBatch_y6U(address[] dest, uint256[] value, bytes[] func);
        function enableModule(address module);
        function disableModule(address prev, address module);
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

/// To the account itself: lets a module validate no longer. `previous` is the module that was enabled next after it, or
/// 0x…01 if there is none. Its root stays: [`revoke`] first, in the same batch (7.2-L).
pub fn disable_module(previous: Address, module: Address) -> Bytes {
    SmartAccount::disableModuleCall {
        prev: previous,
        module,
    }
    .abi_encode()
    .into()
}

/// What the owner does to set sessions up: the root first, then the modules that are not enabled yet, so that no root
/// set earlier comes into force (7.2-L).
pub fn set_up(account: Address, manager: Address, root: B256, modules: &[Address]) -> Vec<Action> {
    let set_root = to(manager, set_merkle_root(root));
    let enable = modules
        .iter()
        .map(|module| to(account, enable_module(*module)));
    std::iter::once(set_root).chain(enable).collect()
}

/// What the owner does to revoke every session, in every manager that is enabled (7.2-L). Its userOp should have a nonce of a
/// lane drawn at random, which no session key can use up beforehand: [`Lane::random`](crate::session_data::Lane::random).
pub fn revoke(managers: &[Address]) -> Vec<Action> {
    let revoke = |manager: &Address| to(*manager, set_merkle_root(B256::ZERO));
    managers.iter().map(revoke).collect()
}

fn to(to: Address, data: Bytes) -> Action {
    Action {
        to,
        data,
        ..Action::default()
    }
}
