//! Swaps, in three forms.

use alloy::{primitives::U256, sol, sol_types::SolCall};
use session_keys::session_data::DexSwap;
use world::{abi::SwapRouter, to};

use super::{AMOUNT, CONTRACT, Case, OTHER, RECIPIENT, TOKEN, also, argument, check, common, word};

sol! {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);
}

/// A swap of 1000 for at least 1500, and the indices of both tokens, recipient, amount and minimum.
fn swaps() -> [(Vec<u8>, [usize; 5]); 3] {
    let (least, free) = (U256::from(1500), U256::from(5));
    let (fee, limit) = (free.to(), free.to());
    let single = SwapRouter::exactInputSingleCall {
        params: SwapRouter::ExactInputSingleParams {
            tokenIn: TOKEN,
            tokenOut: OTHER,
            fee,
            recipient: RECIPIENT,
            deadline: free,
            amountIn: AMOUNT,
            amountOutMinimum: least,
            sqrtPriceLimitX96: limit,
        },
    };
    let without_deadline = exactInputSingleCall {
        params: ExactInputSingleParams {
            tokenIn: TOKEN,
            tokenOut: OTHER,
            fee,
            recipient: RECIPIENT,
            amountIn: AMOUNT,
            amountOutMinimum: least,
            sqrtPriceLimitX96: limit,
        },
    };
    let tokens = swapExactTokensForTokensCall {
        amountIn: AMOUNT,
        amountOutMin: least,
        path: vec![TOKEN, OTHER],
        to: RECIPIENT,
        deadline: free,
    };
    [
        (single.abi_encode(), [0, 1, 3, 5, 6]),
        (without_deadline.abi_encode(), [0, 1, 3, 4, 5]),
        (tokens.abi_encode(), [6, 7, 3, 0, 1]),
    ]
}

#[test]
fn dex_swap() {
    check(
        "dex-swap",
        "IDexSwapSVM",
        "DEXSV Invalid Selector",
        |session_key| {
            let grant = DexSwap {
                session_key,
                dex: CONTRACT,
                token_in: TOKEN,
                token_out: OTHER,
                recipient: RECIPIENT,
                max_amount_in: AMOUNT,
                min_out_num: U256::from(3),
                min_out_den: U256::from(2),
            };
            let session = grant.encode().unwrap();
            let mut cases = Vec::new();
            for (data, [token_in, token_out, recipient, amount, least]) in swaps() {
                let good = to(CONTRACT, data);
                cases.extend(common(
                    &session,
                    &good,
                    [
                        "DEXSV Wrong Dex",
                        "DEXSV Wrong Dex",
                        "DEXSV Malformed Session",
                        "DEXSV Non Zero Value",
                        "DEXSV Invalid Method",
                        "DEXSV Malformed Call",
                    ],
                ));
                also(
                    &mut cases,
                    &session,
                    vec![
                        (argument(&good, token_in, U256::MAX), "DEXSV Malformed Call"),
                        (argument(&good, token_in, OTHER), "DEXSV Wrong Token"),
                        (argument(&good, token_out, TOKEN), "DEXSV Wrong Token"),
                        (argument(&good, recipient, OTHER), "DEXSV Wrong Recipient"),
                        (argument(&good, amount, U256::ZERO), "DEXSV Malformed Call"),
                        (
                            argument(&good, amount, AMOUNT + U256::ONE),
                            "DEXSV Max Amount Exceeded",
                        ),
                        (
                            argument(&good, least, U256::from(1499)),
                            "DEXSV Min Out Too Low",
                        ),
                        (argument(&good, least, U256::ZERO), "DEXSV Min Out Too Low"),
                        // The fee, and the path's offset.
                        (
                            argument(&good, 2, U256::from(0x100_0000)),
                            "DEXSV Malformed Call",
                        ),
                    ],
                );
            }
            let good = cases[0].1.clone();
            for (index, value) in [
                (4, U256::from(2)),
                (4, CONTRACT.into_word().into()),
                (6, U256::ZERO),
                (7, U256::ZERO),
            ] {
                let session = word(&session, 32 * index, value);
                cases.push(Case(
                    session,
                    good.clone(),
                    Some(["DEXSV Malformed Session"; 2]),
                ));
            }
            cases
        },
    );
}
