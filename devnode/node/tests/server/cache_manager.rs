//! The stand-in for CacheManager, as `cargo stylus cache` calls it.

use alloy::{
    primitives::{U256, keccak256},
    sol,
    sol_types::{SolCall, SolError},
};
use devnode::{
    CACHE_MANAGER,
    arbos::{ARB_WASM, ARB_WASM_CACHE, ArbWasm, ArbWasmCache},
};

use crate::{
    common::{ALICE, LATEST, balance, run, with_data, word},
    predeploys::{ask, init_code, node, refusal},
};

sol! {
    function cacheSize() external view returns (uint64);
    function queueSize() external view returns (uint64);
    function isPaused() external view returns (bool);
    function placeBid(address program) external payable;
    function getMinBid(address program) external view returns (uint192 min);
    error AlreadyCached(bytes32 codehash);
    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
}

#[test]
fn a_bid_caches_a_program_once() {
    let mut node = node();
    let managers = ask(
        &node,
        ARB_WASM_CACHE,
        &ArbWasmCache::allCacheManagersCall {},
    )
    .unwrap();
    assert_eq!(managers, [CACHE_MANAGER]);
    assert_eq!(ask(&node, CACHE_MANAGER, &isPausedCall {}), Ok(false));
    assert_eq!(ask(&node, CACHE_MANAGER, &queueSizeCall {}), Ok(0));

    let program = node.deploy(ALICE, init_code(), None).unwrap();
    let bid = with_data(CACHE_MANAGER, placeBidCall { program }.abi_encode());
    let asked = with_data(CACHE_MANAGER, getMinBidCall { program }.abi_encode());
    for early in [&bid, &asked] {
        let inactive = ArbWasm::ProgramNotActivated {}.abi_encode();
        assert_eq!(refusal(&node, early), inactive);
    }
    node.activate(program).unwrap();
    assert_eq!(node.call(&asked, LATEST).unwrap(), word(0));
    let codehash = node.code_hash(program, LATEST).unwrap();
    assert!(!node.program_record(codehash).cached);
    let receipt = run(&mut node, bid.clone().value(U256::from(3)));
    assert!(receipt.status());
    assert!(node.program_record(codehash).cached);
    assert_eq!(balance(&node, CACHE_MANAGER, LATEST), U256::from(3));
    let size = ask(&node, CACHE_MANAGER, &queueSizeCall {}).unwrap();
    let asm = ArbWasm::codehashAsmSizeCall { codehash };
    assert_eq!(size, u64::from(ask(&node, ARB_WASM, &asm).unwrap()));
    assert_eq!(
        refusal(&node, &bid),
        AlreadyCached { codehash }.abi_encode()
    );
}

#[test]
fn a_full_cache_says_so() {
    let node = node();
    let most = ask(&node, CACHE_MANAGER, &cacheSizeCall {}).unwrap();
    let min_bid = |size: u64| {
        let size = U256::from(size).to_be_bytes::<32>();
        // getMinBid(uint64)
        let selector = &keccak256("getMinBid(uint64)")[..4];
        with_data(CACHE_MANAGER, [selector, &size].concat())
    };
    assert_eq!(node.call(&min_bid(most), LATEST).unwrap(), word(0));
    let too_large = AsmTooLarge {
        asm: U256::from(most + 1),
        queueSize: U256::ZERO,
        cacheSize: U256::from(most),
    };
    assert_eq!(refusal(&node, &min_bid(most + 1)), too_large.abi_encode());
}
