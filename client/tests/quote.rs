//! What a userOp can cost. That it is what the EntryPoint wants is tested on it, in tests/e2e.

use alloy::primitives::{Address, Bytes, U256};
use session_keys::{QuoteError, TokenPrice, UserOp, max_cost_wei, pre_verification_gas};

fn op() -> UserOp {
    UserOp {
        callGasLimit: U256::from(1_000),
        verificationGasLimit: U256::from(20_000),
        preVerificationGas: U256::from(300_000),
        maxFeePerGas: U256::from(7),
        maxPriorityFeePerGas: U256::from(5),
        ..UserOp::default()
    }
}

#[test]
fn a_paymaster_lets_verification_count_three_times() {
    let named = [&[1; 20][..], &[0; 64]].concat();
    for (paymaster_and_data, gas) in [
        (Bytes::new(), 321_000),
        (named.into(), 361_000),
        (Address::ZERO.to_vec().into(), 321_000),
        (vec![1; 19].into(), 321_000),
    ] {
        let op = UserOp {
            paymasterAndData: paymaster_and_data,
            ..op()
        };
        assert_eq!(max_cost_wei(&op), U256::from(gas * 7));
    }
    let endless = UserOp {
        callGasLimit: U256::MAX,
        ..op()
    };
    assert_eq!(max_cost_wei(&endless), U256::MAX);
}

#[test]
fn a_price_is_rounded_up() {
    let price = |raw_units: u64, wei: u64| TokenPrice {
        raw_units: U256::from(raw_units),
        wei: U256::from(wei),
    };
    let quote =
        |price: TokenPrice, wei: u64| price.quote(U256::from(wei)).map(|units| units.to::<u64>());
    // 2,000 of 6 decimals for one ether
    let dollars = price(2_000_000_000, 1_000_000_000_000_000_000);
    assert_eq!(quote(dollars, 1_000_000_000_000_000), Ok(2_000_000));
    assert_eq!(quote(dollars, 1), Ok(1));
    assert_eq!(quote(dollars, 500_000_000), Ok(1));
    assert_eq!(quote(dollars, 500_000_001), Ok(2));
    assert_eq!(quote(dollars, 0), Ok(0));
    assert_eq!(quote(price(1, 0), 1), Err(QuoteError::ZeroWei));
    let wei = U256::MAX;
    assert_eq!(price(2, 1).quote(wei), Err(QuoteError::TooMuch { wei }));
}

#[test]
fn every_byte_counts_before_verification() {
    let empty = pre_verification_gas(&op());
    let with = |signature: Vec<u8>| {
        let op = UserOp {
            signature: signature.into(),
            ..op()
        };
        pre_verification_gas(&op) - empty
    };
    // a word more, and in its length a byte that was zero
    assert_eq!(with(vec![1; 32]), U256::from(32 * 16 + 30 + 12));
    assert_eq!(with(vec![0; 32]), U256::from(32 * 4 + 30 + 12));
}
