//! The world that session keys live in, on the embedded chain or another one: EntryPoint v0.6, Biconomy's smart
//! account V2 with its ECDSA module, two tokens, a Uniswap V3 pool, an ERC-4626 vault. The
//! contracts come from npm packages; `scripts/setup && scripts/build-contracts` makes them ready.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use alloy::{primitives::U256, signers::local::PrivateKeySigner, sol_types::SolCall};
//! use session_keys::{Action, execute};
//! use world::{World, abi::Token};
//!
//! let mut world = World::new()?;
//! let owner = PrivateKeySigner::random();
//! let account = world.create_account(&owner, 0)?;
//!
//! let approve = Token::approveCall { spender: world.swap_router, amount: U256::ONE };
//! let action = Action { to: world.token_a, data: approve.abi_encode().into(), ..Action::default() };
//! let op = world.owner_op(&owner, account, execute(&action))?;
//! let bundle = world.handle_ops(&[op])?.succeeded()?;
//! println!("{} gas", bundle.receipt.gas_used);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod abi;
mod artefact;
mod chain;
mod counterfactual;
mod dex;
pub mod erc7562;
mod error;
mod main_job;
mod ops;
mod send;
mod thousands;

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, Bytes, U256, address},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use devnode::Devnode;

pub use artefact::{Artefact, ArtefactError, artefact, program};
pub use chain::{Chain, ChainError, PRIVATE_KEY, RPC_URL, Remote};
pub use counterfactual::Counterfactual;
pub use dex::POOL_FEE;
pub use error::{WorldError, describe};
pub use main_job::{LEAST_PRICE, MAX_A, MainJob, Programs, to};
pub use ops::{Bundle, OpResult, Outcome};
pub use thousands::thousands;

use abi::{EntryPoint, Token};

/// Uniswap's periphery wants an address for wrapped ether. No package has that contract as
/// bytecode and nothing here pays in ether, so there is no code at it.
const WETH: Address = address!("00000000000000000000000000000000005745f4");

/// One unit of token A (18 decimals).
pub const A: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// One unit of token B (6 decimals).
pub const B: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// A chain with everything deployed. The embedded one is deterministic: the same calls give the same addresses.
#[derive(Debug)]
pub struct World {
    /// Where it is.
    pub chain: Chain,
    /// Why userOps are not checked against ERC-7562 by [`Self::handle_ops`], if they are not.
    pub unchecked: Option<&'static str>,
    /// Contracts of tests that may break ERC-7562 in their own frames, and why.
    pub excused: BTreeMap<Address, &'static str>,
    /// EntryPoint v0.6, at its canonical address.
    pub entry_point: Address,
    /// Biconomy's SmartAccount, the implementation behind every account.
    pub account_implementation: Address,
    /// Biconomy's SmartAccountFactory.
    pub account_factory: Address,
    /// Biconomy's EcdsaOwnershipRegistryModule: the owner's module of every account.
    pub ecdsa_module: Address,
    /// TestToken "A", 18 decimals, open mint.
    pub token_a: Address,
    /// TestToken "B", 6 decimals, open mint.
    pub token_b: Address,
    /// UniswapV3Factory.
    pub uniswap_factory: Address,
    /// Uniswap V3's SwapRouter, the one with deadlines (`exactInputSingle` is 0x414bf389).
    pub swap_router: Address,
    /// Uniswap V3's NonfungiblePositionManager.
    pub position_manager: Address,
    /// The pool of A and B with a fee of 0.3 %: 100,000 A and 200,000,000 B over all prices, so it
    /// begins at 2,000 B for one A.
    pub pool: Address,
    /// TestVault: ERC-4626 over token B, empty.
    pub vault: Address,
    /// MockSVM: allows every call of the session key.
    pub mock_svm: Address,
    /// Deploys everything.
    pub deployer: Address,
    /// Sends the bundles.
    pub bundler: Address,
    /// Gets their fees: the bundler.
    pub beneficiary: Address,
    /// A third party with no part in any account.
    pub trader: Address,
    names: BTreeMap<Address, String>,
}

impl World {
    /// Builds it on an embedded chain with the default configuration.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn new() -> Result<Self, WorldError> {
        Self::on(Chain::embedded())
    }

    /// Builds it: 12 contracts, a pool and its liquidity. On a chain that is not ours all but the EntryPoint are new.
    ///
    /// # Errors
    /// If a contract has not been compiled or fetched (the text says which script to run), or the chain refuses it.
    pub fn on(mut chain: Chain) -> Result<Self, WorldError> {
        let Some([deployer, trader, bundler]) = chain.accounts() else {
            let reason = "the chain has too few accounts".into();
            let what = "Devnode".into();
            return Err(WorldError::Answer { what, reason });
        };
        let code = artefact("EntryPoint")?.bytecode;
        let (path, _) = artefact::file("EntryPoint");
        let entry_point = chain.entry_point(&path, &code);
        let entry_point = entry_point.map_err(|error| WorldError::chain("EntryPoint", error))?;
        let mut world = Self {
            chain,
            unchecked: None,
            excused: BTreeMap::new(),
            entry_point,
            account_implementation: Address::ZERO,
            account_factory: Address::ZERO,
            ecdsa_module: Address::ZERO,
            token_a: Address::ZERO,
            token_b: Address::ZERO,
            uniswap_factory: Address::ZERO,
            swap_router: Address::ZERO,
            position_manager: Address::ZERO,
            pool: Address::ZERO,
            vault: Address::ZERO,
            mock_svm: Address::ZERO,
            deployer,
            bundler,
            beneficiary: bundler,
            trader,
            names: BTreeMap::from([(entry_point, "EntryPoint".into())]),
        };
        world.deploy_accounts()?;
        world.deploy_tokens()?;
        world.deploy_dex()?;
        let arguments = (world.token_b, "Vault of B", "vB").abi_encode_params();
        world.vault = world.deploy("TestVault", &arguments)?;
        world.mock_svm = world.deploy("MockSVM", &[])?;
        Ok(world)
    }

    fn deploy_accounts(&mut self) -> Result<(), WorldError> {
        let arguments = self.entry_point.abi_encode();
        self.account_implementation = self.deploy("SmartAccount", &arguments)?;
        let arguments = (self.account_implementation, self.deployer).abi_encode_params();
        self.account_factory = self.deploy("SmartAccountFactory", &arguments)?;
        self.ecdsa_module = self.deploy("EcdsaOwnershipRegistryModule", &[])?;
        Ok(())
    }

    fn deploy_tokens(&mut self) -> Result<(), WorldError> {
        let arguments = ("Token A", "A", U256::from(18)).abi_encode_params();
        self.token_a = self.deploy("TestToken", &arguments)?;
        self.label(self.token_a, "token A");
        let arguments = ("Token B", "B", U256::from(6)).abi_encode_params();
        self.token_b = self.deploy("TestToken", &arguments)?;
        self.label(self.token_b, "token B");
        Ok(())
    }

    /// Deploys an account of the owner through the factory, with the ECDSA module; gives it an
    /// EntryPoint deposit (on the embedded chain of 10 ether) and 1,000 A.
    ///
    /// # Errors
    /// If the owner has an account of that index.
    pub fn create_account(
        &mut self,
        owner: &PrivateKeySigner,
        index: u64,
    ) -> Result<Address, WorldError> {
        let Counterfactual { account, deploy } = self.counterfactual(owner.address(), index)?;
        self.send(self.deployer, self.account_factory, deploy)?;
        self.label(account, "account");
        let deposit = EntryPoint::depositToCall { account };
        let wei = self.chain.deposit();
        let wei = wei.map_err(|error| WorldError::chain("deposit", error))?;
        self.send_value(self.deployer, self.entry_point, wei, deposit)?;
        self.mint(self.token_a, account, U256::from(1_000) * A)?;
        Ok(account)
    }

    /// Mints a token.
    ///
    /// # Errors
    /// If `token` is none of the test tokens.
    pub fn mint(&mut self, token: Address, to: Address, amount: U256) -> Result<(), WorldError> {
        self.send(self.deployer, token, Token::mintCall { to, amount })?;
        Ok(())
    }

    /// Somebody's balance of a token.
    ///
    /// # Errors
    /// If `token` is no token.
    pub fn balance_of(&self, token: Address, account: Address) -> Result<U256, WorldError> {
        self.view(token, Token::balanceOfCall { account })
    }

    /// Deploys a contract by its artefact's name; `arguments` are the constructor's, encoded.
    ///
    /// # Errors
    /// If there is no such artefact or the constructor reverts.
    pub fn deploy(&mut self, name: &str, arguments: &[u8]) -> Result<Address, WorldError> {
        let init_code: Bytes = [&artefact(name)?.bytecode, arguments].concat().into();
        let what = format!("deployment of {name}");
        let request = TransactionRequest::default()
            .from(self.deployer)
            .create()
            .input(init_code.into());
        let receipt = self.succeed(request, &what)?;
        let address = receipt.contract_address.ok_or_else(|| WorldError::Answer {
            what,
            reason: "no address".into(),
        })?;
        self.label(address, name);
        Ok(address)
    }

    /// Deploys a program by its crate's name through the CREATE2 factory with salt 0, as it is
    /// released, and activates it.
    ///
    /// # Errors
    /// If it has not been built or is refused.
    pub fn deploy_program(&mut self, name: &str) -> Result<Address, WorldError> {
        let wasm = program(name)?;
        let address = self.chain.program(self.deployer, &wasm, Some(B256::ZERO));
        let address = address.map_err(|error| WorldError::chain(name, error))?;
        self.label(address, name);
        Ok(address)
    }

    /// Names an address for error texts.
    pub fn label(&mut self, address: Address, name: &str) {
        self.names.insert(address, name.into());
    }

    /// The name of an address, or its digits.
    pub fn name(&self, address: Address) -> String {
        self.names
            .get(&address)
            .map_or_else(|| address.to_string(), String::clone)
    }

    /// The embedded chain, for what no other chain does.
    ///
    /// # Errors
    /// If it is another chain.
    pub fn embedded(&self) -> Result<&Devnode, WorldError> {
        match &self.chain {
            Chain::Embedded(node) => Ok(node),
            Chain::Remote(_) => Err(WorldError::chain("the world", ChainError::NotEmbedded)),
        }
    }

    /// As [`Self::embedded`], for its controls.
    ///
    /// # Errors
    /// If it is another chain.
    pub fn embedded_mut(&mut self) -> Result<&mut Devnode, WorldError> {
        match &mut self.chain {
            Chain::Embedded(node) => Ok(node),
            Chain::Remote(_) => Err(WorldError::chain("the world", ChainError::NotEmbedded)),
        }
    }

    /// Calls a function at the newest block, without a transaction.
    ///
    /// # Errors
    /// If it reverts or gives something else.
    pub fn view<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, WorldError> {
        let request = TransactionRequest::default()
            .from(self.trader)
            .to(to)
            .input(Bytes::from(call.abi_encode()).into());
        let answer = self.chain.call(&request);
        let answer = answer.map_err(|error| WorldError::chain(self.what::<C>(to), error))?;
        C::abi_decode_returns(&answer).map_err(|error| WorldError::Answer {
            what: self.what::<C>(to),
            reason: error.to_string(),
        })
    }

    fn what<C: SolCall>(&self, to: Address) -> String {
        let function = C::SIGNATURE.split('(').next().unwrap_or_default();
        format!("{}.{function}", self.name(to))
    }
}
