//! `erc20-stake` on Aave V3's pool: the real one, of the npm package, with one reserve.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol,
    sol_types::SolValue,
};
use session_keys::{
    Action,
    session_data::{Erc20Approval, Erc20Stake},
};
use world::{World, abi::Token};

use crate::{
    packages,
    scene::{Scene, call, ten_a, with_argument},
};

sol! {
    interface AddressesProvider {
        function setACLAdmin(address admin) external;
        function setACLManager(address manager) external;
        function setPoolImpl(address pool) external;
        function setPoolConfiguratorImpl(address configurator) external;
        function getPool() external view returns (address);
        function getPoolConfigurator() external view returns (address);
    }
    interface AclManager {
        function addPoolAdmin(address admin) external;
    }
    struct InitReserveInput {
        address aTokenImpl;
        address stableDebtTokenImpl;
        address variableDebtTokenImpl;
        uint8 underlyingAssetDecimals;
        address interestRateStrategyAddress;
        address underlyingAsset;
        address treasury;
        address incentivesController;
        string aTokenName;
        string aTokenSymbol;
        string variableDebtTokenName;
        string variableDebtTokenSymbol;
        string stableDebtTokenName;
        string stableDebtTokenSymbol;
        bytes params;
    }
    interface Configurator {
        function initReserves(InitReserveInput[] reserves) external;
    }
    interface Pool {
        struct ReserveData {
            uint256 configuration;
            uint128 liquidityIndex;
            uint128 currentLiquidityRate;
            uint128 variableBorrowIndex;
            uint128 currentVariableBorrowRate;
            uint128 currentStableBorrowRate;
            uint40 lastUpdateTimestamp;
            uint16 id;
            address aTokenAddress;
            address stableDebtTokenAddress;
            address variableDebtTokenAddress;
            address interestRateStrategyAddress;
            uint128 accruedToTreasury;
            uint128 unbacked;
            uint128 isolationModeTotalDebt;
        }
        function getReserveData(address asset) external view returns (ReserveData reserve);
        function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;
    }
}

/// Deploys a contract of Aave's package.
fn deploy(
    world: &mut World,
    path: &str,
    libraries: &BTreeMap<&str, Address>,
    arguments: &[u8],
) -> Address {
    let name = path.rsplit('/').next().unwrap();
    let file = format!("@aave/core-v3/artifacts/contracts/protocol/{path}.sol/{name}.json");
    packages::deploy(world, &file, libraries, arguments)
}

/// The libraries of pool and configurator.
fn libraries(world: &mut World) -> BTreeMap<&'static str, Address> {
    let mut libraries = BTreeMap::new();
    for name in [
        "SupplyLogic",
        "BorrowLogic",
        "LiquidationLogic",
        "EModeLogic",
        "BridgeLogic",
        "PoolLogic",
        "ConfiguratorLogic",
        "FlashLoanLogic",
    ] {
        let path = format!("libraries/logic/{name}");
        let address = deploy(world, &path, &libraries, &[]);
        libraries.insert(name, address);
    }
    libraries
}

/// A pool with reserves of tokens A and B, on which nothing can be borrowed: no price is needed. With its aToken of A.
fn pool(world: &mut World) -> (Address, Address) {
    let (admin, none) = (world.deployer, BTreeMap::new());
    let arguments = ("A and B", admin).abi_encode_params();
    let provider = deploy(
        world,
        "configuration/PoolAddressesProvider",
        &none,
        &arguments,
    );
    let of_provider = provider.abi_encode();
    let libraries = libraries(world);

    let set = AddressesProvider::setACLAdminCall { admin };
    world.send(admin, provider, set).unwrap();
    let manager = deploy(world, "configuration/ACLManager", &none, &of_provider);
    let set = AddressesProvider::setACLManagerCall { manager };
    world.send(admin, provider, set).unwrap();
    let add = AclManager::addPoolAdminCall { admin };
    world.send(admin, manager, add).unwrap();

    let pool = deploy(world, "pool/Pool", &libraries, &of_provider);
    let set = AddressesProvider::setPoolImplCall { pool };
    world.send(admin, provider, set).unwrap();
    let configurator = deploy(world, "pool/PoolConfigurator", &libraries, &[]);
    let set = AddressesProvider::setPoolConfiguratorImplCall { configurator };
    world.send(admin, provider, set).unwrap();
    let pool = world
        .view(provider, AddressesProvider::getPoolCall {})
        .unwrap();
    world.label(pool, "Aave's pool");
    let get = AddressesProvider::getPoolConfiguratorCall {};
    let configurator = world.view(provider, get).unwrap();

    let reserves = reserves(world, provider, pool);
    let init = Configurator::initReservesCall { reserves };
    world.send(admin, configurator, init).unwrap();
    let get = Pool::getReserveDataCall {
        asset: world.token_a,
    };
    let reserve = world.view(pool, get).unwrap();
    (pool, reserve.aTokenAddress)
}

fn reserves(world: &mut World, provider: Address, pool: Address) -> Vec<InitReserveInput> {
    let none = BTreeMap::new();
    let of_pool = pool.abi_encode();
    let a_token = deploy(world, "tokenization/AToken", &none, &of_pool);
    let stable = deploy(world, "tokenization/StableDebtToken", &none, &of_pool);
    let variable = deploy(world, "tokenization/VariableDebtToken", &none, &of_pool);
    // Rates in rays: nothing is borrowed, but the pool asks at every supply.
    let ray = U256::from(10).pow(U256::from(27));
    let (most, zero) = (ray / U256::from(10) * U256::from(8), U256::ZERO);
    let arguments = (
        provider, most, zero, zero, zero, zero, zero, zero, zero, most,
    )
        .abi_encode_params();
    let strategy = deploy(
        world,
        "pool/DefaultReserveInterestRateStrategy",
        &none,
        &arguments,
    );
    let reserve = |asset, decimals, name: &str| InitReserveInput {
        aTokenImpl: a_token,
        stableDebtTokenImpl: stable,
        variableDebtTokenImpl: variable,
        underlyingAssetDecimals: decimals,
        interestRateStrategyAddress: strategy,
        underlyingAsset: asset,
        treasury: world.deployer,
        incentivesController: Address::ZERO,
        aTokenName: format!("a{name}"),
        aTokenSymbol: format!("a{name}"),
        variableDebtTokenName: format!("v{name}"),
        variableDebtTokenSymbol: format!("v{name}"),
        stableDebtTokenName: format!("s{name}"),
        stableDebtTokenSymbol: format!("s{name}"),
        params: Bytes::new(),
    };
    vec![
        reserve(world.token_a, 18, "A"),
        reserve(world.token_b, 6, "B"),
    ]
}

const APPROVE: usize = 0;
const SUPPLY: usize = 1;

struct Market {
    scene: Scene,
    a_token: Address,
    approve: Action,
    supply: Action,
}

/// 10 A may be approved and supplied, for the account. With these two actions.
fn market() -> Market {
    let mut scene = Scene::new();
    let (pool, a_token) = pool(&mut scene.world);
    let (session_key, asset) = (scene.key.address(), scene.world.token_a);
    let approval = Erc20Approval {
        session_key,
        token: asset,
        spender: pool,
        max_amount: ten_a(),
    };
    let supply = Erc20Stake::supply(session_key, pool, asset, scene.account, ten_a());
    scene.grant(&[
        ("erc20-approval", approval.encode().unwrap()),
        ("erc20-stake", supply.encode().unwrap()),
    ]);
    let approve = Token::approveCall {
        spender: pool,
        amount: ten_a(),
    };
    let supply = Pool::supplyCall {
        asset,
        amount: ten_a(),
        onBehalfOf: scene.account,
        referralCode: 9,
    };
    Market {
        approve: call(asset, &approve),
        supply: call(pool, &supply),
        a_token,
        scene,
    }
}

#[test]
fn the_account_gets_what_is_supplied() {
    let Market {
        mut scene,
        a_token,
        approve,
        supply,
    } = market();
    let token = scene.world.token_a;
    let had = scene.balance(token);
    scene.act(&[approve.clone(), supply.clone()], &[APPROVE, SUPPLY]);
    assert_eq!(scene.balance(token), had - ten_a());
    assert_eq!(scene.balance(a_token), ten_a());
    // Alone too.
    scene.act(&[approve], &[APPROVE]);
    scene.act(&[supply], &[SUPPLY]);
    assert_eq!(scene.balance(token), had - ten_a() * U256::from(2));
    assert_eq!(scene.balance(a_token), ten_a() * U256::from(2));
}

/// The pool has an allowance for B too, and would take it.
#[test]
fn nothing_else_is_supplied() {
    let Market {
        mut scene,
        approve,
        supply,
        ..
    } = market();
    let (token_b, stranger) = (scene.world.token_b, scene.stranger);
    scene.world.mint(token_b, scene.account, ten_a()).unwrap();
    let allow_b = Token::approveCall {
        spender: supply.to,
        amount: U256::MAX,
    };
    scene.as_owner(&[call(token_b, &allow_b)]);
    let other_token = with_argument(&supply, 0, token_b);
    for (action, text) in [
        (&other_token, "ERC20STV Wrong Token"),
        (
            &with_argument(&supply, 1, ten_a() + U256::ONE),
            "ERC20STV Max Amount Exceeded",
        ),
        (
            &with_argument(&supply, 2, stranger),
            "ERC20STV Wrong Receiver",
        ),
        (
            &with_argument(&supply, 3, U256::from(0x1_0000)),
            "ERC20STV Malformed Call",
        ),
    ] {
        scene.refused_with(action, SUPPLY, (&approve, APPROVE), text);
    }
    // Without the rule it would be done.
    scene.as_owner(&[other_token]);
    assert_eq!(scene.balance(token_b), U256::ZERO);
}
