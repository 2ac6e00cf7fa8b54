//! Who sets which root, and what is told about it (§2.1, §10.1).

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use devnode::Receipt;
use session_keys::calls::SessionKeyManager as Roots;

use crate::scene::{Scene, text};

const ONE: B256 = B256::repeat_byte(0x11);
const TWO: B256 = B256::repeat_byte(0x22);

fn set(scene: &mut Scene, from: Address, root: B256) -> Receipt {
    let call = Roots::setMerkleRootCall { root };
    scene.job.world.send(from, scene.manager, call).unwrap()
}

fn logs(receipt: &Receipt) -> Vec<(Address, Vec<B256>, Bytes)> {
    let logs = receipt.logs().iter();
    logs.map(|log| {
        (
            log.address(),
            log.topics().to_vec(),
            log.data().data.clone(),
        )
    })
    .collect()
}

/// `MerkleRootUpdated(address,bytes32)`, nothing indexed.
fn updated(scene: &Scene, account: Address, root: B256) -> (Address, Vec<B256>, Bytes) {
    let topic = "0x2d3b238aa223af835b06f5ddeb56c45951f7cf4a29ab728434765ef33cb7598f";
    let data = (account, root).abi_encode();
    (scene.manager, vec![topic.parse().unwrap()], data.into())
}

/// `SessionsPublished(address indexed,bytes32,bytes)`.
fn published(
    scene: &Scene,
    account: Address,
    root: B256,
    data: &[u8],
) -> (Address, Vec<B256>, Bytes) {
    let topic = "0xadc922d5934587ab4252ac855b87177c18c746f7bea5c8ada693fa238ba7a3c0";
    let topics = vec![topic.parse().unwrap(), account.into_word()];
    let data = (root, Bytes::copy_from_slice(data)).abi_encode_params();
    (scene.manager, topics, data.into())
}

fn a_root_is_that_of_its_caller_and_of_nobody_else(mut scene: Scene) {
    let (account, world) = (scene.account, &scene.job.world);
    let (trader, bundler) = (world.trader, world.bundler);
    let granted = scene.root(account);
    assert_ne!(granted, B256::ZERO);
    for (from, root) in [
        (trader, ONE),
        (bundler, TWO),
        (trader, TWO),
        (trader, B256::ZERO),
    ] {
        let receipt = set(&mut scene, from, root);
        assert_eq!(logs(&receipt), [updated(&scene, from, root)]);
        assert_eq!(scene.root(from), root);
        assert_eq!(scene.root(account), granted);
    }
    assert_eq!(scene.root(bundler), TWO);
    assert_eq!(scene.root(trader), B256::ZERO);
}

fn the_owners_grant_is_told_as_the_account_s(mut scene: Scene) {
    let action = world::to(scene.manager, session_keys::calls::set_merkle_root(ONE));
    let bundle = scene.job.as_owner(&[action]).unwrap();
    let ours: Vec<_> = logs(&bundle.receipt)
        .into_iter()
        .filter(|(address, ..)| *address == scene.manager)
        .collect();
    assert_eq!(ours, [updated(&scene, scene.account, ONE)]);
    assert_eq!(scene.root(scene.account), ONE);
}

fn a_root_stands_where_the_reference_has_it(mut scene: Scene) {
    let trader = scene.job.world.trader;
    set(&mut scene, trader, ONE);
    let slot = keccak256((trader, U256::ZERO).abi_encode());
    let chain = &scene.job.world.chain;
    let word = chain.storage_at(scene.manager, slot.into()).unwrap();
    assert_eq!(word, U256::from_be_bytes(ONE.0));
}

fn set_if(scene: &mut Scene, expected: B256, next: B256, data: &[u8]) -> Result<Receipt, Bytes> {
    let data = Bytes::copy_from_slice(data);
    let call = Roots::setMerkleRootIfCall {
        expected,
        next,
        data,
    };
    let trader = scene.job.world.trader;
    let request = alloy::rpc::types::TransactionRequest::default()
        .from(trader)
        .to(scene.manager)
        .input(Bytes::from(call.abi_encode()).into());
    scene.request(&request)?;
    Ok(scene.job.world.send(trader, scene.manager, call).unwrap())
}

fn a_root_is_replaced_only_if_it_is_the_one_expected(mut scene: Scene) {
    let trader = scene.job.world.trader;
    let mut now = B256::ZERO;
    let long = vec![0xaa; 1_000];
    for (next, data) in [
        (ONE, &[][..]),
        (TWO, &[1]),
        (TWO, &[2; 32]),
        (ONE, &[3; 33]),
        (B256::ZERO, &long),
    ] {
        for wrong in [B256::repeat_byte(0x33), if now == ONE { TWO } else { ONE }] {
            let refused = set_if(&mut scene, wrong, next, data).map(drop);
            assert_eq!(refused, Err(text("SessionsChanged")));
            assert_eq!(scene.root(trader), now);
        }
        let receipt = set_if(&mut scene, now, next, data).unwrap();
        let told = [
            updated(&scene, trader, next),
            published(&scene, trader, next, data),
        ];
        assert_eq!(logs(&receipt), told);
        assert_eq!(scene.root(trader), next);
        now = next;
    }
}

fn a_lost_update_is_refused_through_the_account(mut scene: Scene) {
    let granted = scene.root(scene.account);
    let first = session_keys::calls::set_merkle_root_if(granted, ONE, Bytes::new());
    let second = session_keys::calls::set_merkle_root_if(granted, TWO, Bytes::new());
    let manager = scene.manager;
    scene.job.as_owner(&[world::to(manager, first)]).unwrap();
    let error = scene
        .job
        .as_owner(&[world::to(manager, second)])
        .unwrap_err();
    assert!(error.to_string().contains("SessionsChanged"), "{error}");
    assert_eq!(scene.root(scene.account), ONE);
}

fn short_or_dirty_arguments_are_empty_reverts(scene: Scene) {
    let call = |data: Vec<u8>| scene.call(scene.manager, data);
    let empty = Err(Bytes::new());
    let set = Roots::setMerkleRootCall { root: ONE }.abi_encode();
    assert_eq!(call(set[..35].to_vec()), empty);
    let get = Roots::getSessionKeysCall {
        account: scene.account,
    }
    .abi_encode();
    assert!(call(get.clone()).is_ok());
    assert_eq!(call(get[..35].to_vec()), empty);
    for dirty in 4..16 {
        let mut get = get.clone();
        get[dirty] = 1;
        assert_eq!(call(get), empty);
    }
    let set_if = Roots::setMerkleRootIfCall {
        expected: B256::ZERO,
        next: ONE,
        data: vec![1; 33].into(),
    };
    let set_if = set_if.abi_encode();
    // Without the last byte of `data`; the padding may be missing.
    assert_eq!(call(set_if[..4 + 4 * 32 + 32].to_vec()), empty);
    for far in [
        U256::from(set_if.len()),
        U256::MAX,
        U256::from(u64::MAX),
        U256::from(u32::MAX),
    ] {
        let mut set_if = set_if.clone();
        set_if[68..100].copy_from_slice(&far.to_be_bytes::<32>());
        assert_eq!(call(set_if), empty);
    }
}

in_both_layouts! {
    a_root_is_that_of_its_caller_and_of_nobody_else,
    the_owners_grant_is_told_as_the_account_s,
    a_root_stands_where_the_reference_has_it,
    a_root_is_replaced_only_if_it_is_the_one_expected,
    a_lost_update_is_refused_through_the_account,
    short_or_dirty_arguments_are_empty_reverts,
}
