//! `dex-swap` on Uniswap's SwapRouter02, whose `exactInputSingle` has no deadline.

use alloy::{
    primitives::{
        Address, U256,
        aliases::{U24, U160},
    },
    sol,
    sol_types::SolValue,
};
use session_keys::Action;
use world::{B, POOL_FEE};

use crate::{
    packages,
    scene::{Scene, call, ten_a, with_argument},
};

const SWAP_ROUTER_02: &str =
    "@uniswap/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json";

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
    function exactInputSingle(ExactInputSingleParams params) external payable returns (uint256 amountOut);
}

const APPROVE: usize = 0;
const SWAP: usize = 1;

struct Dex {
    scene: Scene,
    approve: Action,
    swap: Action,
}

/// 10 A may be approved and sold, for at least 1,900 B each. With these two actions.
fn dex() -> Dex {
    let mut scene = Scene::new();
    let world = &mut scene.world;
    let arguments = (
        Address::ZERO,
        world.uniswap_factory,
        world.position_manager,
        Address::ZERO,
    )
        .abi_encode_params();
    let dex = packages::deploy(world, SWAP_ROUTER_02, &Default::default(), &arguments);
    let (token_in, token_out) = (world.token_a, world.token_b);
    let approve = scene.grant_swaps(dex);
    let params = ExactInputSingleParams {
        tokenIn: token_in,
        tokenOut: token_out,
        fee: U24::from(POOL_FEE),
        recipient: scene.account,
        amountIn: ten_a(),
        amountOutMinimum: U256::from(19_000) * B,
        sqrtPriceLimitX96: U160::ZERO,
    };
    Dex {
        scene,
        approve,
        swap: call(dex, &exactInputSingleCall { params }),
    }
}

#[test]
fn a_swap_without_a_deadline_is_made() {
    let Dex {
        mut scene,
        approve,
        swap,
    } = dex();
    let (token_a, token_b) = (scene.world.token_a, scene.world.token_b);
    let had = scene.balance(token_a);
    scene.act(&[approve.clone(), swap.clone()], &[APPROVE, SWAP]);
    assert_eq!(scene.balance(token_a), had - ten_a());
    let bought = scene.balance(token_b);
    assert!(bought >= U256::from(19_000) * B, "{bought}");
    // Alone too.
    scene.act(&[approve], &[APPROVE]);
    scene.act(&[swap], &[SWAP]);
    assert_eq!(scene.balance(token_a), had - ten_a() * U256::from(2));
    assert!(scene.balance(token_b) >= U256::from(38_000) * B);
}

#[test]
fn no_other_swap_is_made() {
    let Dex {
        mut scene,
        approve,
        swap,
    } = dex();
    let (token_a, token_b, stranger) = (scene.world.token_a, scene.world.token_b, scene.stranger);
    let least = U256::from(19_000) * B;
    for (action, text) in [
        (with_argument(&swap, 0, token_b), "DEXSV Wrong Token"),
        (with_argument(&swap, 1, token_a), "DEXSV Wrong Token"),
        (with_argument(&swap, 3, stranger), "DEXSV Wrong Recipient"),
        // The DEX would sell what it holds itself.
        (with_argument(&swap, 4, U256::ZERO), "DEXSV Malformed Call"),
        (
            with_argument(&swap, 4, ten_a() + U256::ONE),
            "DEXSV Max Amount Exceeded",
        ),
        (
            with_argument(&swap, 5, least - U256::ONE),
            "DEXSV Min Out Too Low",
        ),
    ] {
        scene.refused_with(&action, SWAP, (&approve, APPROVE), text);
    }
}
