//! Uniswap V3: the pool of A and B.

use alloy::{
    primitives::{
        Address, U256, U512,
        aliases::{I24, U24, U160},
    },
    sol_types::SolValue,
};

use crate::{
    A, B, WETH, World, WorldError,
    abi::{Pool, PositionManager, SwapRouter, Token},
};

/// The pool's fee in hundredths of a basis point: 0.3 %.
pub const POOL_FEE: u32 = 3_000;
/// The outermost tick that a pool of that fee can use.
const MAX_TICK: i32 = 887_220;

impl World {
    pub(crate) fn deploy_dex(&mut self) -> Result<(), WorldError> {
        self.uniswap_factory = self.deploy("UniswapV3Factory", &[])?;
        let arguments = (self.uniswap_factory, WETH).abi_encode_params();
        self.swap_router = self.deploy("SwapRouter", &arguments)?;
        let arguments = (self.uniswap_factory, WETH, Address::ZERO).abi_encode_params();
        self.position_manager = self.deploy("NonfungiblePositionManager", &arguments)?;
        self.create_pool(U256::from(100_000) * A, U256::from(200_000_000) * B)
    }

    /// A pool at the price `amount_b / amount_a` that holds these amounts over all prices.
    fn create_pool(&mut self, amount_a: U256, amount_b: U256) -> Result<(), WorldError> {
        let (deployer, manager) = (self.deployer, self.position_manager);
        for (token, amount) in [(self.token_a, amount_a), (self.token_b, amount_b)] {
            self.mint(token, deployer, amount)?;
            let spender = manager;
            self.send(deployer, token, Token::approveCall { spender, amount })?;
        }
        let mut sides = [(self.token_a, amount_a), (self.token_b, amount_b)];
        sides.sort_by_key(|(token, _)| *token);
        let [(token0, amount0), (token1, amount1)] = sides;
        let fee = U24::from(POOL_FEE);
        let create = PositionManager::createAndInitializePoolIfNecessaryCall {
            token0,
            token1,
            fee,
            // sqrt(amount1 / amount0) in 64.96 bits
            sqrtPriceX96: ((U512::from(amount1) << 192usize) / U512::from(amount0))
                .root(2)
                .saturating_to::<U160>(),
        };
        self.pool = self.view(manager, create.clone())?;
        self.label(self.pool, "pool");
        self.send(deployer, manager, create)?;
        let tick = |tick: i32| I24::try_from(tick).unwrap_or_default();
        let params = PositionManager::MintParams {
            token0,
            token1,
            fee,
            tickLower: tick(-MAX_TICK),
            tickUpper: tick(MAX_TICK),
            amount0Desired: amount0,
            amount1Desired: amount1,
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            recipient: deployer,
            deadline: U256::MAX,
        };
        self.send(deployer, manager, PositionManager::mintCall { params })?;
        Ok(())
    }

    /// The pool's price: B (in its smallest unit, 10^-6) for one whole A, without fee, rounded.
    ///
    /// # Errors
    /// If the pool does not answer.
    pub fn price(&self) -> Result<U256, WorldError> {
        let slot = self.view(self.pool, Pool::slot0Call {})?;
        let square = U512::from(slot.sqrtPriceX96) * U512::from(slot.sqrtPriceX96);
        let price = if self.token_a < self.token_b {
            (square * U512::from(A) + (U512::ONE << 191usize)) >> 192usize
        } else {
            ((U512::from(A) << 192usize) + square / U512::from(2)) / square
        };
        Ok(price.saturating_to())
    }

    /// A swap by the third party, with no minimum: it mints `amount` of A or B for itself and
    /// sells it. The pool is constant-product: 100,000 A (as many as it begins with) bring the
    /// price of A down to about a quarter, 200,000,000 B up to about four times. Returns what the
    /// third party got.
    ///
    /// # Errors
    /// If `token` is neither A nor B.
    pub fn move_price(&mut self, token: Address, amount: U256) -> Result<U256, WorldError> {
        let trader = self.trader;
        let other = self.other(token);
        self.mint(token, trader, amount)?;
        let spender = self.swap_router;
        self.send(trader, token, Token::approveCall { spender, amount })?;
        let before = self.balance_of(other, trader)?;
        let swap = self.swap(token, amount, U256::ZERO, trader);
        self.send(trader, spender, swap)?;
        Ok(self.balance_of(other, trader)? - before)
    }

    /// The call of the SwapRouter that sells A for B or B for A: `exactInputSingle`, no deadline.
    pub fn swap(
        &self,
        token_in: Address,
        amount_in: U256,
        minimum_out: U256,
        recipient: Address,
    ) -> SwapRouter::exactInputSingleCall {
        SwapRouter::exactInputSingleCall {
            params: SwapRouter::ExactInputSingleParams {
                tokenIn: token_in,
                tokenOut: self.other(token_in),
                fee: U24::from(POOL_FEE),
                recipient,
                deadline: U256::MAX,
                amountIn: amount_in,
                amountOutMinimum: minimum_out,
                sqrtPriceLimitX96: U160::ZERO,
            },
        }
    }

    fn other(&self, token: Address) -> Address {
        if token == self.token_a {
            self.token_b
        } else {
            self.token_a
        }
    }
}
