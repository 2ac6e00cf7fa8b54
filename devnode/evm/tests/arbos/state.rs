//! Where ArbOS keeps its words, and what they hold.

use alloy_sol_types::SolCall;
use devnode_evm::arbos::*;
use revm::{
    context::JournalTr,
    primitives::{Address, Bytes, U256, keccak256},
};

use crate::chain::*;

#[test]
fn storage_lies_where_nitro_keeps_it() {
    let mut chain = Chain::new();
    let programs = child(&[], 8);
    let mut slot = keccak256([child(programs.as_slice(), 0).as_slice(), &[0; 31]].concat());
    slot[31] = 0;
    assert_eq!(params_slot(), U256::from_be_bytes(slot.0));

    let hash = chain.hash("empty");
    let mut slot = keccak256([child(programs.as_slice(), 1).as_slice(), &hash[..31]].concat());
    slot[31] = hash[31];
    assert_eq!(program_slot(hash), U256::from_be_bytes(slot.0));

    // version 2, ink 10,000, stack 22,000, 2 free pages, page gas 1,000, 128 pages, 69, 11, 50, 50,
    // 365 days, 31 days, 32 programs, 131,072 bytes
    let word = "000200271000005 5f0000203e800 80450b3232016d001f002000020000".replace(' ', "");
    let mut bytes = hex::decode(word).unwrap();
    bytes.resize(32, 0);
    let journal = &mut chain.evm.context().journaled_state;
    journal.load_account(ARBOS_ADDRESS).unwrap();
    let word = journal.sload(ARBOS_ADDRESS, params_slot()).unwrap().data;
    assert_eq!(word, U256::from_be_slice(&bytes));
    assert_eq!(StylusParams::from_word(word), StylusParams::at(51));
    assert_eq!(journal.load_account(ARBOS_ADDRESS).unwrap().info.nonce, 1);
}

#[test]
fn parameters_by_version() {
    for (version, stylus, min_init, stack) in [
        (30, 1, 72 * 128, 262_144),
        (31, 2, 69 * 128, 262_144),
        (51, 2, 69 * 128, 22_000),
    ] {
        let mut chain = Chain::at(version);
        let outcome = chain.call(ARB_WASM, ArbWasm::stylusVersionCall {});
        assert_eq!(outcome.returns::<ArbWasm::stylusVersionCall>(), stylus);
        assert_eq!(outcome.gas, 800 + 100 + 3);
        let least = chain.call(ARB_WASM, ArbWasm::minInitGasCall {});
        let least = least.returns::<ArbWasm::minInitGasCall>();
        assert_eq!((least.gas, least.cached), (min_init, 11 * 32));
        let depth = chain.call(ARB_WASM, ArbWasm::maxStackDepthCall {});
        assert_eq!(depth.returns::<ArbWasm::maxStackDepthCall>(), stack);
    }
}

#[test]
fn parameters_that_owners_set() {
    macro_rules! check {
        ($chain:ident, $setter:expr, $getter:expr, $kind:ty, $want:expr) => {
            let outcome = $chain.owner($setter);
            assert!(outcome.result.is_success(), "{:?}", outcome.result);
            assert_eq!(outcome.gas, 0, "free for owners");
            assert_eq!($chain.call(ARB_WASM, $getter).returns::<$kind>(), $want);
        };
    }
    use ArbOwner::*;
    use ArbWasm::*;
    let mut chain = Chain::new();
    check!(
        chain,
        setInkPriceCall { price: 9 },
        inkPriceCall {},
        inkPriceCall,
        9
    );
    check!(
        chain,
        setWasmMaxStackDepthCall { depth: 7 },
        maxStackDepthCall {},
        maxStackDepthCall,
        7
    );
    check!(
        chain,
        setWasmFreePagesCall { pages: 3 },
        freePagesCall {},
        freePagesCall,
        3
    );
    check!(
        chain,
        setWasmPageGasCall { gas: 5 },
        pageGasCall {},
        pageGasCall,
        5
    );
    check!(
        chain,
        setWasmPageLimitCall { limit: 4 },
        pageLimitCall {},
        pageLimitCall,
        4
    );
    check!(
        chain,
        setWasmExpiryDaysCall { _days: 8 },
        expiryDaysCall {},
        expiryDaysCall,
        8
    );
    check!(
        chain,
        setWasmKeepaliveDaysCall { _days: 6 },
        keepaliveDaysCall {},
        keepaliveDaysCall,
        6
    );
    check!(
        chain,
        setWasmBlockCacheSizeCall { count: 1 },
        blockCacheSizeCall {},
        blockCacheSizeCall,
        1
    );
    check!(
        chain,
        setWasmInitCostScalarCall { percent: 151 },
        initCostScalarCall {},
        initCostScalarCall,
        152
    );
    assert!(
        chain
            .owner(setWasmMinInitGasCall {
                gas: 129,
                cached: 8_161
            })
            .result
            .is_success()
    );
    let least = chain
        .call(ARB_WASM, minInitGasCall {})
        .returns::<minInitGasCall>();
    assert_eq!(
        (least.gas, least.cached),
        (2 * 128, 255 * 32),
        "whole units, at most 255"
    );
    assert!(
        chain
            .owner(setWasmMaxSizeCall { size: 65 })
            .result
            .is_success()
    );
    chain.activate(PROGRAM, ETHER).reverts_plainly(); // has 66 bytes

    chain.owner(setInkPriceCall { price: 0 }).reverts_plainly();
    chain
        .owner(setInkPriceCall { price: 1 << 24 })
        .reverts_plainly();
    assert_eq!(
        chain
            .call(ARB_WASM, inkPriceCall {})
            .returns::<inkPriceCall>(),
        9
    );
    let ramp = chain
        .call(ARB_WASM, pageRampCall {})
        .returns::<pageRampCall>();
    assert_eq!(ramp, 620_674_314);
}

#[test]
fn removing_an_owner_needs_gas_and_leaves_no_words() {
    let mut chain = Chain::new();
    for owner in [ALICE, MANAGER] {
        let add = ArbOwner::addChainOwnerCall { newOwner: owner };
        assert!(chain.owner(add).result.is_success());
    }
    let words = |chain: &mut Chain| {
        let owners = child(&[], 4);
        [0, 1, 2, 3].map(|index| {
            let mut slot = keccak256([owners.as_slice(), &[0; 31]].concat());
            slot[31] = index;
            chain.word(slot.into())
        })
    };
    let member = |owner: Address| U256::from_be_bytes(owner.into_word().0);
    let of = |size: u64, owners: [U256; 3]| [U256::from(size), owners[0], owners[1], owners[2]];
    let all = of(3, [member(OWNER), member(ALICE), member(MANAGER)]);
    assert_eq!(words(&mut chain), all);

    let remove = |chain: &mut Chain, owner, extra| {
        let call = ArbOwner::removeChainOwnerCall {
            ownerToRemove: owner,
        };
        let input = Bytes::from(call.abi_encode());
        let gas = intrinsic(&input) + extra;
        chain.raw(OWNER, ARB_OWNER, input, 0, gas)
    };
    // argument, state, member?, its place, which is zeroed, the size
    let begin = 3 + 800 + 800 + 800 + 5_000 + 800;
    // the last member is read, written here, and its place there
    let swap = 800 + 20_000 + 20_000;
    // the last word is zeroed, the size written
    let end = 5_000 + 20_000;
    remove(&mut chain, ALICE, begin + swap + end - 1).reverts_plainly();
    assert_eq!(words(&mut chain), all);
    let outcome = remove(&mut chain, ALICE, begin + swap + end);
    assert!(outcome.result.is_success());
    assert_eq!(outcome.gas, 0, "free for owners");
    let two = of(2, [member(OWNER), member(MANAGER), U256::ZERO]);
    assert_eq!(words(&mut chain), two);

    remove(&mut chain, MANAGER, begin + end - 1).reverts_plainly();
    let outcome = remove(&mut chain, MANAGER, begin + end);
    assert!(outcome.result.is_success());
    let one = of(1, [member(OWNER), U256::ZERO, U256::ZERO]);
    assert_eq!(words(&mut chain), one);
}

#[test]
fn records_survive_their_words() {
    for record in [
        ProgramRecord::default(),
        ProgramRecord {
            version: 0x0102,
            init_cost: 0x0304,
            cached_cost: 0x0506,
            footprint: 0x0708,
            activated_at_hours: 0x09_0a0b,
            asm_kb: 0x0c_0d0e,
            cached: true,
        },
    ] {
        assert_eq!(ProgramRecord::from_word(record.to_word()), record);
    }
    let word = hex::decode("0102030405060708090a0b0c0d0e01").unwrap();
    let record = ProgramRecord::from_word(U256::from_be_slice(&word) << 136);
    assert_eq!(
        (record.activated_at_hours, record.asm_kb),
        (0x09_0a0b, 0x0c_0d0e)
    );
    for version in [30, 31, 40, 50, 60] {
        let params = StylusParams::at(version);
        assert_eq!(StylusParams::from_word(params.to_word()), params);
    }
    let params = StylusParams {
        init_cost_scalar: 51,
        ..StylusParams::at(51)
    };
    assert_eq!(params.init_gas(18), 69 * 128 + 19, "18.36, rounded up");
    assert_eq!(StylusParams::at(51).cached_gas(1_518 - 352), 1_518);
}
