//! Chain owners, cache managers, pinned programs.

use alloy_sol_types::{SolCall, SolError, SolEvent};
use devnode_evm::arbos::*;
use revm::primitives::Bytes;

use crate::chain::*;

#[test]
fn pinning() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    let pin = || ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    let evict = || ArbWasmCache::evictCodehashCall { codehash: hash };
    let is_pinned = |chain: &mut Chain| {
        let outcome = chain.call(
            ARB_WASM_CACHE,
            ArbWasmCache::codehashIsCachedCall { codehash: hash },
        );
        outcome.returns::<ArbWasmCache::codehashIsCachedCall>()
    };
    chain
        .send(MANAGER, ARB_WASM_CACHE, pin(), 0)
        .reverts(ArbWasm::ProgramNeedsUpgrade {
            version: 0,
            stylusVersion: 2,
        });
    assert!(chain.activate(PROGRAM, ETHER).result.is_success());
    assert!(!is_pinned(&mut chain));
    chain.call(ARB_WASM_CACHE, pin()).burns_all(GAS_LIMIT);
    chain.call(ARB_WASM_CACHE, evict()).burns_all(GAS_LIMIT);
    assert!(!is_pinned(&mut chain));

    let outcome = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    let log_gas = 375 * 4 + 8 * 32;
    // manager?, log, the program's init cost 18, module hash, record
    let change = 800 + log_gas + 18 + 800 + 20_000;
    assert_eq!(outcome.gas, LOOK_UP + 2_600 + change);
    let event = ArbWasmCache::UpdateProgramCache::decode_log_validate(&outcome.result.logs()[0]);
    let want = ArbWasmCache::UpdateProgramCache {
        manager: MANAGER,
        codehash: hash,
        cached: true,
    };
    assert_eq!(event.unwrap().data, want);
    assert!(is_pinned(&mut chain));
    let again = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    assert!(again.result.is_success() && again.result.logs().is_empty());

    let outcome = chain.send(OWNER, ARB_WASM_CACHE, evict(), 0);
    assert!(outcome.result.is_success(), "owners may, too");
    assert_eq!(outcome.gas, LOOK_UP + 800 + change);
    assert!(!is_pinned(&mut chain));

    let by_hash = ArbWasmCache::cacheCodehashCall { codehash: hash };
    chain
        .send(MANAGER, ARB_WASM_CACHE, by_hash.clone(), 0)
        .burns_all(GAS_LIMIT);
    let mut first = Chain::at(30);
    first
        .send(MANAGER, ARB_WASM_CACHE, pin(), 0)
        .burns_all(GAS_LIMIT);
    assert!(first.activate(PROGRAM, ETHER).result.is_success());
    assert!(
        first
            .send(MANAGER, ARB_WASM_CACHE, by_hash, 0)
            .result
            .is_success()
    );
    assert!(is_pinned(&mut first));

    chain.pass(366 * DAY);
    let outcome = chain.send(MANAGER, ARB_WASM_CACHE, pin(), 0);
    assert_eq!(outcome.output()[..4], ArbWasm::ProgramExpired::SELECTOR);
}

#[test]
fn cache_managers_and_chain_owners() {
    use ArbOwner::*;
    use ArbWasmCache::{allCacheManagersCall, isCacheManagerCall};
    let mut chain = Chain::new();
    let managers = |chain: &mut Chain| {
        chain
            .call(ARB_WASM_CACHE, allCacheManagersCall {})
            .returns::<allCacheManagersCall>()
    };
    assert_eq!(managers(&mut chain), [MANAGER]);
    for manager in [ALICE, FEES, ALICE] {
        assert!(
            chain
                .owner(addWasmCacheManagerCall { manager })
                .result
                .is_success()
        );
    }
    assert_eq!(managers(&mut chain), [MANAGER, ALICE, FEES]);
    assert!(
        chain
            .owner(removeWasmCacheManagerCall { manager: MANAGER })
            .result
            .is_success()
    );
    assert_eq!(
        managers(&mut chain),
        [FEES, ALICE],
        "the last one takes the place"
    );
    chain
        .owner(removeWasmCacheManagerCall { manager: MANAGER })
        .reverts_plainly();
    assert!(
        chain
            .owner(removeWasmCacheManagerCall { manager: FEES })
            .result
            .is_success()
    );
    assert_eq!(managers(&mut chain), [ALICE]);
    for (manager, is) in [(ALICE, true), (FEES, false), (MANAGER, false)] {
        let outcome = chain.call(ARB_WASM_CACHE, isCacheManagerCall { manager });
        assert_eq!(outcome.returns::<isCacheManagerCall>(), is);
        assert_eq!(outcome.gas, 3 + 800 + 800 + 3);
    }

    let outcome = chain.owner(addChainOwnerCall { newOwner: ALICE });
    let log = &outcome.result.logs()[0];
    let event = OwnerActs::decode_log_validate(log).unwrap();
    assert_eq!((log.address, event.owner), (ARB_OWNER, OWNER));
    assert_eq!(event.method, addChainOwnerCall::SELECTOR);
    assert_eq!(
        event.data.data,
        Bytes::from(addChainOwnerCall { newOwner: ALICE }.abi_encode())
    );
    let public = chain.call(ARB_OWNER_PUBLIC, ArbOwnerPublic::getAllChainOwnersCall {});
    assert_eq!(
        public.returns::<ArbOwnerPublic::getAllChainOwnersCall>(),
        [OWNER, ALICE]
    );
    assert_eq!(public.gas, 800 + 800 + 2 * 800 + 4 * 3);
    let own = chain.send(ALICE, ARB_OWNER, getAllChainOwnersCall {}, 0);
    assert_eq!(own.returns::<getAllChainOwnersCall>(), [OWNER, ALICE]);
    assert!(
        chain
            .owner(removeChainOwnerCall {
                ownerToRemove: ALICE
            })
            .result
            .is_success()
    );
    chain
        .owner(removeChainOwnerCall {
            ownerToRemove: ALICE,
        })
        .reverts_plainly();
    let is = chain.call(
        ARB_OWNER_PUBLIC,
        ArbOwnerPublic::isChainOwnerCall { account: ALICE },
    );
    assert!(!is.returns::<ArbOwnerPublic::isChainOwnerCall>());

    // anyone else
    chain
        .send(ALICE, ARB_OWNER, setInkPriceCall { price: 1 }, 0)
        .burns_all(GAS_LIMIT);
    chain
        .send(ALICE, ARB_OWNER, getAllChainOwnersCall {}, 0)
        .burns_all(GAS_LIMIT);
    // owners lose nothing
    chain
        .raw(
            OWNER,
            ARB_OWNER,
            Bytes::from_static(&[1, 2, 3, 4]),
            0,
            GAS_LIMIT,
        )
        .reverts_plainly();
    chain
        .raw(OWNER, ARB_OWNER, Bytes::new(), 0, GAS_LIMIT)
        .reverts_plainly();
    chain
        .send(OWNER, ARB_OWNER, setInkPriceCall { price: 1 }, 1)
        .reverts_plainly();
    let mut first = Chain::at(31);
    first
        .owner(setWasmMaxSizeCall { size: 1 })
        .reverts_plainly(); // since ArbOS 40
}

#[test]
fn becoming_an_owner() {
    let become_owner = || ArbDebug::becomeChainOwnerCall {};
    let mut chain = Chain::new();
    let outcome = chain.call(ARB_DEBUG, become_owner());
    assert!(outcome.result.is_success());
    // state; member?, size, place, member, size again and written
    assert_eq!(
        outcome.gas,
        800 + 800 + 800 + 20_000 + 20_000 + 800 + 20_000
    );
    let set = ArbOwner::setInkPriceCall { price: 5 };
    assert!(chain.send(ALICE, ARB_OWNER, set, 0).result.is_success());

    chain.evm.context().chain.config.debug = false;
    chain
        .send(MANAGER, ARB_DEBUG, become_owner(), 0)
        .burns_all(GAS_LIMIT);
}

#[test]
fn static_calls_of_owners() {
    let mut chain = Chain::new();
    let forwarder = chain.golden.evm_fixtures["fwd_static"].address;
    assert!(
        chain
            .owner(ArbOwner::addChainOwnerCall {
                newOwner: forwarder
            })
            .result
            .is_success()
    );
    let all = ArbOwner::getAllChainOwnersCall {};
    let input = [ARB_OWNER.as_slice(), &all.abi_encode()].concat();
    let outcome = chain.raw(ALICE, forwarder, input.into(), 0, GAS_LIMIT);
    assert_eq!(outcome.output()[31], 1);
    assert!(
        outcome.result.logs().is_empty(),
        "no OwnerActs in a static call"
    );
    let write = ArbOwner::setInkPriceCall { price: 1 };
    let (success, output, _) = chain.through("fwd_static", ARB_OWNER, write);
    assert!(!success && output.is_empty());
}
