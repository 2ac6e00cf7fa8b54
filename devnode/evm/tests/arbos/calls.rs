//! What all precompiles have in common, and those that only tell.

use alloy_sol_types::{SolCall, SolInterface};
use devnode_evm::{arbos::*, block_env};
use revm::{
    ExecuteEvm,
    bytecode::Bytecode,
    context::{JournalTr, result::ExecutionResult},
    primitives::{Address, B256, Bytes, U256, keccak256},
    state::AccountInfo,
};

use crate::chain::*;

#[test]
fn what_is_refused() {
    let mut chain = Chain::new();
    let hash = chain.hash("empty");
    for to in PRECOMPILES.into_iter().filter(|to| *to != ARB_OWNER) {
        for input in [&[][..], &[1, 2, 3], &[0xde, 0xad, 0xbe, 0xef], &[0; 100]] {
            let input = Bytes::copy_from_slice(input);
            let outcome = chain.raw(ALICE, to, input, 0, 100_000);
            outcome.burns_all(100_000);
            assert!(matches!(outcome.result, ExecutionResult::Revert { .. }));
        }
        let has_code = chain
            .evm
            .context()
            .journaled_state
            .load_account(to)
            .unwrap();
        assert_eq!(has_code.info.code_hash, keccak256([0xfe]));
        chain.evm.context().journaled_state.discard_tx();
    }
    // value
    chain
        .send(ALICE, ARB_WASM, ArbWasm::stylusVersionCall {}, 1)
        .burns_all(GAS_LIMIT);
    let pin = ArbWasmCache::cacheProgramCall { addr: PROGRAM };
    chain
        .send(MANAGER, ARB_WASM_CACHE, pin.clone(), 1)
        .burns_all(GAS_LIMIT);
    // short calldata
    let keepalive = ArbWasm::codehashKeepaliveCall { codehash: hash };
    let input = Bytes::from(keepalive.abi_encode());
    chain
        .raw(ALICE, ARB_WASM, input.slice(..35), 0, 100_000)
        .burns_all(100_000);
    // a number that does not fit: free for owners, but refused
    let mut input = ArbOwner::setWasmPageLimitCall { limit: 9 }.abi_encode();
    input[4] = 1;
    chain
        .raw(OWNER, ARB_OWNER, input.into(), 0, GAS_LIMIT)
        .reverts_plainly();

    // static calls: views answer, what writes takes all the gas it is given
    let view = || ArbWasm::stylusVersionCall {};
    let (success, output, _) = chain.through("fwd_static", ARB_WASM, view());
    assert!(success && output[31] == 2);
    let writes = GAS_LIMIT / 64 * 63;
    for used in [
        chain.through("fwd_static", ARB_WASM, keepalive),
        chain.through("fwd_static", ARB_WASM_CACHE, pin),
        chain.through("fwd_static", ARB_DEBUG, ArbDebug::becomeChainOwnerCall {}),
        chain.through(
            "fwd_static",
            ARB_OWNER,
            ArbOwner::setInkPriceCall { price: 1 },
        ),
        // not as itself
        chain.through("fwd_delegate", ARB_WASM, view()),
        chain.through("fwd_delegate", ARB_SYS, ArbSys::arbBlockNumberCall {}),
    ] {
        assert!(
            !used.0 && used.1.is_empty() && used.2 > writes - 100_000,
            "{used:?}"
        );
    }
    let (success, output, _) = chain.through("fwd_call", ARB_WASM, view());
    assert!(success && output[31] == 2);
}

#[test]
fn precompiles_are_warm_and_readers_warm_nothing() {
    let mut chain = Chain::new();
    let (_, _, wasm) = chain.through("fwd_static", ARB_WASM, ArbWasm::inkPriceCall {});
    // by hand: 903 of the precompile, 100 for a warm call
    let (_, _, nobody) = chain.through("fwd_static", NOBODY, ArbWasm::inkPriceCall {});
    assert!(
        nobody > wasm,
        "a cold account costs 2,600: {nobody}, {wasm}"
    );

    // a version, whose look-up reads the account; an activation, which reads its code as well
    assert!(chain.activate(PROGRAM, ETHER / 4).result.is_success());
    let version = ArbWasm::programVersionCall { program: PROGRAM };
    chain.leaves_cold(version, 0, PROGRAM);
    let activate = ArbWasm::activateProgramCall { program: PAGES5 };
    chain.leaves_cold(activate, ETHER / 4, PAGES5);
}

#[test]
fn a_payee_stays_cold() {
    let mut chain = Chain::new();
    let activate = ArbWasm::activateProgramCall { program: PROGRAM };
    chain.leaves_cold(activate, ETHER / 2, FEES);
    assert_eq!(chain.balance(FEES), U256::from(ASM * FIRST_PRICE));
}

#[test]
fn accounts_that_are_absent_have_the_code_hash_0() {
    let mut chain = Chain::new();
    let current = ProgramRecord {
        version: 2,
        activated_at_hours: ((NOW - 1_421_388_000) / 3_600) as u32,
        ..ProgramRecord::default()
    };
    chain.set_record(B256::ZERO, &current);
    let version = |chain: &mut Chain, program| {
        let outcome = chain.call(ARB_WASM, ArbWasm::programVersionCall { program });
        outcome.result.is_success()
    };
    assert!(version(&mut chain, NOBODY));
    // with a wei, with a nonce, with code: the hash of the code
    chain.set_info(NOBODY, AccountInfo::from_balance(U256::ONE));
    assert!(!version(&mut chain, NOBODY));
    chain.set_info(NOBODY, AccountInfo::default().with_nonce(1));
    assert!(!version(&mut chain, NOBODY));
    let code = Bytecode::new_raw(Bytes::from_static(&[0]));
    chain.set_info(NOBODY, AccountInfo::from_bytecode(code).with_nonce(0));
    assert!(!version(&mut chain, NOBODY));
    chain.set_record(keccak256([0]), &current);
    assert!(version(&mut chain, NOBODY));
}

#[test]
fn arb_sys() {
    use ArbSys::*;
    let mut chain = Chain::new();
    let number = chain.call(ARB_SYS, arbBlockNumberCall {});
    assert_eq!(number.returns::<arbBlockNumberCall>(), U256::from(1_000));
    assert_eq!(number.gas, 803);
    let id = chain
        .call(ARB_SYS, arbChainIDCall {})
        .returns::<arbChainIDCall>();
    assert_eq!(id, U256::from(412_346));
    let version = chain
        .call(ARB_SYS, arbOSVersionCall {})
        .returns::<arbOSVersionCall>();
    assert_eq!(version, U256::from(55 + 51));
    let gas = chain.call(ARB_SYS, getStorageGasAvailableCall {});
    assert_eq!(gas.returns::<getStorageGasAvailableCall>(), U256::ZERO);
    let aliased = chain.call(ARB_SYS, wasMyCallersAddressAliasedCall {});
    assert!(!aliased.returns::<wasMyCallersAddressAliasedCall>());

    let hash = |chain: &mut Chain, number: U256| {
        chain.call(
            ARB_SYS,
            arbBlockHashCall {
                arbBlockNum: number,
            },
        )
    };
    let db = &mut chain.evm.context().journaled_state.database;
    db.cache
        .block_hashes
        .insert(U256::from(744), B256::repeat_byte(7));
    let found = hash(&mut chain, U256::from(744)).returns::<arbBlockHashCall>();
    assert_eq!(found, B256::repeat_byte(7));
    for requested in [U256::from(743), U256::from(1_000), U256::MAX] {
        let current = U256::from(1_000);
        hash(&mut chain, requested).reverts(InvalidBlockNumber { requested, current });
    }

    assert!(
        chain
            .call(ARB_SYS, isTopLevelCallCall {})
            .returns::<isTopLevelCallCall>()
    );
    assert_eq!(
        chain.through("fwd_call", ARB_SYS, isTopLevelCallCall {}).1[31],
        1
    );
    let forwarder = chain.golden.evm_fixtures["fwd_call"].address;
    let inner = [ARB_SYS.as_slice(), &isTopLevelCallCall {}.abi_encode()].concat();
    let input = [forwarder.as_slice(), &inner].concat();
    let deep = chain
        .raw(ALICE, forwarder, input.into(), 0, GAS_LIMIT)
        .output();
    assert_eq!(
        (deep[31], deep[63], deep[95]),
        (1, 1, 0),
        "a contract called by a contract"
    );
}

#[test]
fn arb_info_and_gas_info() {
    let mut chain = Chain::new();
    let balance = chain.call(ARB_INFO, ArbInfo::getBalanceCall { account: OWNER });
    assert_eq!(
        balance.returns::<ArbInfo::getBalanceCall>(),
        U256::from(ETHER)
    );
    assert_eq!(balance.gas, 3 + 800 + 700 + 3);
    let code = chain.call(ARB_INFO, ArbInfo::getCodeCall { account: PROGRAM });
    assert_eq!(
        code.returns::<ArbInfo::getCodeCall>(),
        chain.golden.programs["empty"].code
    );
    // 67 bytes: 3 words; returned as 5
    assert_eq!(code.gas, 3 + 800 + 2_100 + 9 + 15);

    use ArbGasInfo::*;
    chain.evm.set_block(block_env(1, NOW, 150_000_000));
    let prices = chain.call(ARB_GAS_INFO, getPricesInWeiCall {});
    let wei = prices.returns::<getPricesInWeiCall>();
    assert_eq!(
        (wei.perL2Tx, wei.perL1CalldataByte),
        (U256::ZERO, U256::ZERO)
    );
    assert_eq!(wei.perStorage, U256::from(150_000_000_u64 * 20_000));
    assert_eq!(wei.perArbGasBase, U256::from(100_000_000));
    assert_eq!(wei.perArbGasCongestion, U256::from(50_000_000));
    assert_eq!(wei.perArbGasTotal, U256::from(150_000_000));
    assert_eq!(prices.gas, 800 + 1_600 + 6 * 3);
    let least = chain.call(ARB_GAS_INFO, getMinimumGasPriceCall {});
    assert_eq!(
        least.returns::<getMinimumGasPriceCall>(),
        U256::from(100_000_000)
    );
    let limits = chain.call(ARB_GAS_INFO, getGasAccountingParamsCall {});
    let limits = limits.returns::<getGasAccountingParamsCall>();
    assert_eq!(limits.speedLimitPerSecond, U256::from(7_000_000));
    assert_eq!(limits.maxTxGasLimit, U256::from(32_000_000));
    let fee = chain.call(ARB_GAS_INFO, getL1BaseFeeEstimateCall {});
    assert_eq!(fee.returns::<getL1BaseFeeEstimateCall>(), U256::ZERO);
    let fee = chain.call(ARB_GAS_INFO, getCurrentTxL1GasFeesCall {});
    assert_eq!(fee.returns::<getCurrentTxL1GasFeesCall>(), U256::ZERO);

    use ArbOwnerPublic::*;
    let fragments = chain.call(ARB_OWNER_PUBLIC, getMaxStylusContractFragmentsCall {});
    assert_eq!(fragments.returns::<getMaxStylusContractFragmentsCall>(), 0);
    let account = chain.call(ARB_OWNER_PUBLIC, getNetworkFeeAccountCall {});
    assert_eq!(account.returns::<getNetworkFeeAccountCall>(), FEES);
}

/// Every selector, whole and truncated, at many gas limits, by an owner and by anyone, statically,
/// delegated and with value: nothing panics, and no error but of the call itself comes out.
#[test]
fn nothing_panics() {
    fn selectors<C: SolInterface>(to: Address) -> impl Iterator<Item = (Address, [u8; 4])> {
        C::selectors().map(move |selector| (to, selector))
    }
    let calls: Vec<_> = selectors::<ArbSys::ArbSysCalls>(ARB_SYS)
        .chain(selectors::<ArbInfo::ArbInfoCalls>(ARB_INFO))
        .chain(selectors::<ArbOwnerPublic::ArbOwnerPublicCalls>(
            ARB_OWNER_PUBLIC,
        ))
        .chain(selectors::<ArbGasInfo::ArbGasInfoCalls>(ARB_GAS_INFO))
        .chain(selectors::<ArbOwner::ArbOwnerCalls>(ARB_OWNER))
        .chain(selectors::<ArbWasm::ArbWasmCalls>(ARB_WASM))
        .chain(selectors::<ArbWasmCache::ArbWasmCacheCalls>(ARB_WASM_CACHE))
        .chain(selectors::<ArbDebug::ArbDebugCalls>(ARB_DEBUG))
        .collect();
    assert!(calls.len() > 60);
    for version in [30, 51, 60] {
        let mut chain = Chain::at(version);
        assert!(chain.activate(PAGES5, ETHER / 2).result.is_success());
        let forwarders = ["fwd_static", "fwd_delegate", "fwd_call"];
        let forwarders = forwarders.map(|name| chain.golden.evm_fixtures[name].address);
        for owner in [forwarders[0], forwarders[2]] {
            assert!(
                chain
                    .owner(ArbOwner::addChainOwnerCall { newOwner: owner })
                    .result
                    .is_success()
            );
        }
        let arguments = [
            PROGRAM.into_word(),
            PAGES5.into_word(),
            B256::repeat_byte(0xff),
        ];
        for &(to, selector) in &calls {
            for first in arguments {
                let whole = [&selector[..], &first[..], &B256::with_last_byte(1)[..]].concat();
                for len in (0..=whole.len()).step_by(9).chain([4, 35, 36, whole.len()]) {
                    let input = whole[..len].to_vec();
                    let gas = [0, 799, 1_700, 4_000, 25_000, 100_000];
                    for (index, extra) in gas.into_iter().enumerate() {
                        let from = [ALICE, OWNER, MANAGER][index % 3];
                        chain.try_call(from, to, input.clone(), extra, u128::from(index == 4));
                    }
                    if len == whole.len() {
                        chain.try_call(OWNER, to, input.clone(), 3_000_000, 0);
                        for forwarder in forwarders {
                            let input = [to.as_slice(), &input].concat();
                            chain.try_call(ALICE, forwarder, input, 60_000, 0);
                        }
                    }
                }
            }
        }
        // every amount of gas is either too little or enough
        let activate = ArbWasm::activateProgramCall { program: PROGRAM }.abi_encode();
        for extra in (0..2_000_000).step_by(17_389) {
            chain.try_call(ALICE, ARB_WASM, activate.clone(), extra, ETHER / 4);
        }
    }
}
