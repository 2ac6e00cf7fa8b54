//! What 7.2-H can not see. It is judged when a userOp is validated, and the EntryPoint validates all userOps of a bundle
//! before it executes any; and only modules that are enabled at that moment are forbidden. So a session of an SVM that
//! allows any call, as MockSVM does, can prepare a module that the owner enables later. These tests hold that limit, so
//! that nobody takes the check for more than it is; typed sessions, as ours, are not affected.

use alloy::{
    primitives::{Address, aliases::U192},
    sol,
    sol_types::SolCall as _,
};
use session_keys::{account_signature, calls, execute, execute_batch, sign};
use world::to;

use crate::scene::{Scene, key, manager_signature};

sol! {
    /// Biconomy's EcdsaOwnershipRegistryModule.
    interface EcdsaModule {
        function initForSmartAccount(address eoaOwner) external returns (address);
        function transferOwnership(address owner) external;
    }
}

/// Does the account do what the thief signs for this module?
fn is_owned_by_thief(scene: &mut Scene, module: Address) -> bool {
    let action = to(scene.account, calls::enable_module(scene.job.world.trader));
    let mut op = scene.user_op(execute_batch(&[action]));
    let signature = sign(&thief(), scene.job.world.hash(&op)).unwrap();
    op.signature = account_signature(&signature, module);
    let bundle = scene.job.world.handle_ops(&[op]).unwrap();
    bundle.succeeded().is_ok()
}

fn thief() -> alloy::signers::local::PrivateKeySigner {
    key(0x66)
}

fn deploy_module(scene: &mut Scene) -> Address {
    let name = "EcdsaOwnershipRegistryModule";
    scene.job.world.deploy(name, &[]).unwrap()
}

fn a_permissive_session_can_prepare_a_module_that_is_enabled_later(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let module = deploy_module(&mut scene);
    let call = EcdsaModule::initForSmartAccountCall {
        eoaOwner: thief().address(),
    };
    scene.executed(&scene.single(&to(module, call.abi_encode()), &mock));
    scene.enable(module);
    assert!(is_owned_by_thief(&mut scene, module));
}

fn a_permissive_session_in_the_bundle_that_enables_a_module_can_take_it_over(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let module = deploy_module(&mut scene);
    let owner = scene.job.owner.clone();
    let init = EcdsaModule::initForSmartAccountCall {
        eoaOwner: owner.address(),
    };
    let actions = [
        to(module, init.abi_encode()),
        to(scene.account, calls::enable_module(module)),
    ];
    let world = &scene.job.world;
    let enable = world.owner_op(&owner, scene.account, execute_batch(&actions));
    let steal = EcdsaModule::transferOwnershipCall {
        owner: thief().address(),
    };
    let steal = execute(&to(module, steal.abi_encode()));
    let mut steal = world.user_op(scene.account, U192::from(1), steal).unwrap();
    let signature = manager_signature(&mock, &scene.sign(&steal));
    steal.signature = account_signature(&signature, scene.job.programs.manager);
    let bundle = scene.job.world.handle_ops(&[enable.unwrap(), steal]);
    bundle.unwrap().succeeded().unwrap();
    assert!(is_owned_by_thief(&mut scene, module));
}

fn a_session_validated_beside_its_revocation_is_still_executed(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let owner = scene.job.owner.clone();
    let root = calls::set_merkle_root(alloy::primitives::B256::ZERO);
    let world = &scene.job.world;
    let revoke = execute(&to(scene.job.programs.manager, root));
    let revoke = world.owner_op(&owner, scene.account, revoke).unwrap();
    let action = execute(&scene.job.approve(world::MAX_A));
    let mut late = world.user_op(scene.account, U192::from(1), action).unwrap();
    let signature = manager_signature(&mock, &scene.sign(&late));
    late.signature = account_signature(&signature, scene.job.programs.manager);
    let bundle = scene.job.world.handle_ops(&[revoke, late]).unwrap();
    bundle.succeeded().unwrap();
}

in_both_layouts! {
    a_permissive_session_can_prepare_a_module_that_is_enabled_later,
    a_permissive_session_in_the_bundle_that_enables_a_module_can_take_it_over,
    a_session_validated_beside_its_revocation_is_still_executed,
}
