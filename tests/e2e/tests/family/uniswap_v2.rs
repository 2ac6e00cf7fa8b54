//! `dex-swap` on Uniswap V2.

use std::collections::BTreeMap;

use alloy::{
    hex,
    primitives::{Address, U256, keccak256},
    sol,
    sol_types::{SolCall, SolValue},
};
use session_keys::Action;
use world::{A, B, World, abi::Token};

use crate::{
    packages,
    scene::{Scene, call, ten_a, with_argument},
};

const FACTORY: &str = "@uniswap/v2-core/build/UniswapV2Factory.json";
const PAIR: &str = "@uniswap/v2-core/build/UniswapV2Pair.json";
const ROUTER: &str = "@uniswap/v2-periphery/build/UniswapV2Router02.json";
/// What V2's router was built with: it works out the pair's address from it.
const PAIR_HASH: [u8; 32] =
    hex!("96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f");

sol! {
    interface Factory {
        function getPair(address tokenA, address tokenB) external view returns (address pair);
    }
    interface Router {
        function addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256 amountA, uint256 amountB, uint256 liquidity);
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) external returns (uint256[] amounts);
    }
}

const APPROVE: usize = 0;
const SWAP: usize = 1;

struct Dex {
    scene: Scene,
    pair: Address,
    approve: Action,
    swap: Action,
}

/// Factory, router and a pair of 100,000 A and 200,000,000 B.
fn deploy(world: &mut World) -> (Address, Address) {
    let none = BTreeMap::new();
    let deployer = world.deployer;
    let factory = packages::deploy(world, FACTORY, &none, &deployer.abi_encode());
    let arguments = (factory, Address::ZERO).abi_encode_params();
    let router = packages::deploy(world, ROUTER, &none, &arguments);
    let (token_a, token_b) = (world.token_a, world.token_b);
    let (amount_a, amount_b) = (U256::from(100_000) * A, U256::from(200_000_000) * B);
    for (token, amount) in [(token_a, amount_a), (token_b, amount_b)] {
        world.mint(token, deployer, amount).unwrap();
        let spender = router;
        let approve = Token::approveCall { spender, amount };
        world.send(deployer, token, approve).unwrap();
    }
    let add = Router::addLiquidityCall {
        tokenA: token_a,
        tokenB: token_b,
        amountADesired: amount_a,
        amountBDesired: amount_b,
        amountAMin: U256::ZERO,
        amountBMin: U256::ZERO,
        to: deployer,
        deadline: U256::MAX,
    };
    world.send(deployer, router, add).unwrap();
    let pair = Factory::getPairCall {
        tokenA: token_a,
        tokenB: token_b,
    };
    (router, world.view(factory, pair).unwrap())
}

/// 10 A may be approved and sold, for at least 1,900 B each. With these two actions.
fn dex() -> Dex {
    let mut scene = Scene::new();
    let (dex, pair) = deploy(&mut scene.world);
    let (token_in, token_out) = (scene.world.token_a, scene.world.token_b);
    let approve = scene.grant_swaps(dex);
    let swap = swap_along(&[token_in, token_out], scene.account);
    Dex {
        approve,
        swap: call(dex, &swap),
        pair,
        scene,
    }
}

fn swap_along(path: &[Address], to: Address) -> Router::swapExactTokensForTokensCall {
    Router::swapExactTokensForTokensCall {
        amountIn: ten_a(),
        amountOutMin: U256::from(19_000) * B,
        path: path.to_vec(),
        to,
        deadline: U256::MAX,
    }
}

#[test]
fn the_packages_fit_each_other() {
    let pair = packages::bytecode(PAIR, &BTreeMap::new());
    assert_eq!(keccak256(&pair), PAIR_HASH);
    let router = packages::bytecode(ROUTER, &BTreeMap::new());
    assert!(router.windows(32).any(|word| word == PAIR_HASH));
}

#[test]
fn a_swap_along_a_path_of_two_is_made() {
    let Dex {
        mut scene,
        pair,
        approve,
        swap,
    } = dex();
    let (token_a, token_b) = (scene.world.token_a, scene.world.token_b);
    let (had, pair_had) = (
        scene.balance(token_a),
        scene.world.balance_of(token_a, pair).unwrap(),
    );
    scene.act(&[approve.clone(), swap.clone()], &[APPROVE, SWAP]);
    assert_eq!(scene.balance(token_a), had - ten_a());
    let pair_has = scene.world.balance_of(token_a, pair).unwrap();
    assert_eq!(pair_has, pair_had + ten_a());
    let bought = scene.balance(token_b);
    assert!(bought >= U256::from(19_000) * B, "{bought}");
    // Alone too.
    scene.act(&[approve], &[APPROVE]);
    scene.act(&[swap], &[SWAP]);
    assert_eq!(scene.balance(token_a), had - ten_a() * U256::from(2));
}

#[test]
fn no_other_swap_is_made() {
    let Dex {
        mut scene,
        approve,
        swap,
        ..
    } = dex();
    let (token_a, token_b, stranger) = (scene.world.token_a, scene.world.token_b, scene.stranger);
    let along = |path: &[Address]| Action {
        data: swap_along(path, scene.account).abi_encode().into(),
        ..swap.clone()
    };
    // The same path further behind, as the DEX would accept it too.
    let far = {
        let mut data = with_argument(&swap, 2, U256::from(0xc0)).data.to_vec();
        data.splice(4 + 160..4 + 160, [0; 32]);
        Action {
            data: data.into(),
            ..swap.clone()
        }
    };
    let least = U256::from(19_000) * B;
    let attempts = [
        (along(&[token_a, token_b, token_a]), "DEXSV Malformed Call"),
        (along(&[token_a]), "DEXSV Malformed Call"),
        (along(&[]), "DEXSV Malformed Call"),
        (far, "DEXSV Malformed Call"),
        (along(&[token_b, token_a]), "DEXSV Wrong Token"),
        (with_argument(&swap, 3, stranger), "DEXSV Wrong Recipient"),
        (with_argument(&swap, 0, U256::ZERO), "DEXSV Malformed Call"),
        (
            with_argument(&swap, 0, ten_a() + U256::ONE),
            "DEXSV Max Amount Exceeded",
        ),
        (
            with_argument(&swap, 1, least - U256::ONE),
            "DEXSV Min Out Too Low",
        ),
    ];
    for (action, text) in attempts {
        scene.refused_with(&action, SWAP, (&approve, APPROVE), text);
    }
}
