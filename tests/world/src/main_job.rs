//! The main job: an account that has granted three sessions to one key, which approves, swaps and deposits in one userOp.

use alloy::{
    primitives::{Address, B256, U256, aliases::U192},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use session_keys::{
    Action, Deployment, Session, SessionKey, Tree, UserOp, calls, execute_batch,
    session_data::{DexSwap, Erc20Approval, Erc20Stake},
};

use crate::{
    A, B, Bundle, Chain, World, WorldError,
    abi::{Token, Vault},
};

/// What the key may approve to the DEX, and sell, at a time.
pub const MAX_A: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);
/// The least price of a session: 1,980 whole B for one whole A, 1 % below the pool's.
pub const LEAST_PRICE: u64 = 1_980;

/// Our programs, at their addresses by CREATE2 with salt 0: manager and router, or `session-module` as both of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Programs {
    /// `session-key-manager`, or `session-module`.
    pub manager: Address,
    /// `batched-session-router`, or `session-module`.
    pub router: Address,
    /// `erc20-approval`.
    pub erc20_approval: Address,
    /// `dex-swap`.
    pub dex_swap: Address,
    /// `erc20-stake`.
    pub erc20_stake: Address,
}

impl Programs {
    /// All of them.
    pub const fn all(&self) -> [Address; 5] {
        [
            self.manager,
            self.router,
            self.erc20_approval,
            self.dex_swap,
            self.erc20_stake,
        ]
    }
}

impl World {
    /// Deploys and activates our programs, manager and router each.
    ///
    /// # Errors
    /// If one has not been built or is refused.
    pub fn deploy_programs(&mut self) -> Result<Programs, WorldError> {
        let manager = self.deploy_program("session-key-manager")?;
        let router = self.deploy_program("batched-session-router")?;
        self.deploy_svms(manager, router)
    }

    /// Deploys and activates our programs, with `session-module` as manager and router.
    ///
    /// # Errors
    /// If one has not been built or is refused.
    pub fn deploy_module_programs(&mut self) -> Result<Programs, WorldError> {
        let module = self.deploy_program("session-module")?;
        self.deploy_svms(module, module)
    }

    fn deploy_svms(&mut self, manager: Address, router: Address) -> Result<Programs, WorldError> {
        Ok(Programs {
            manager,
            router,
            erc20_approval: self.deploy_program("erc20-approval")?,
            dex_swap: self.deploy_program("dex-swap")?,
            erc20_stake: self.deploy_program("erc20-stake")?,
        })
    }
}

/// The world, our programs in it, and an account that uses them.
#[derive(Debug)]
pub struct MainJob {
    /// The world.
    pub world: World,
    /// Our programs.
    pub programs: Programs,
    /// The account's owner.
    pub owner: PrivateKeySigner,
    /// The account: manager and router are enabled, which are one module or two; the vault may spend its B.
    pub account: Address,
    /// The session key.
    pub key: SessionKey,
    /// The sessions granted: approve A to the DEX, swap A for B, deposit B in the vault.
    pub tree: Tree,
}

impl MainJob {
    /// What the key may deposit at a time.
    pub const MAX_B: U256 = U256::from_limbs([30_000_000_000, 0, 0, 0]);
    /// What the swap must at least bring, and what is deposited.
    pub const LEAST_B: U256 = U256::from_limbs([19_900_000_000, 0, 0, 0]);

    /// Builds it on an embedded chain; the sessions are granted.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn new() -> Result<Self, WorldError> {
        Self::on(Chain::embedded())
    }

    /// Builds it with manager and router; the sessions are granted.
    ///
    /// # Errors
    /// If a contract has not been fetched or compiled, or a program not been built, or the chain refuses one.
    pub fn on(chain: Chain) -> Result<Self, WorldError> {
        let mut world = World::on(chain)?;
        let programs = world.deploy_programs()?;
        Self::granted(world, programs)
    }

    /// Builds it with the session module; the sessions are granted.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn with_module(chain: Chain) -> Result<Self, WorldError> {
        let mut world = World::on(chain)?;
        let programs = world.deploy_module_programs()?;
        Self::granted(world, programs)
    }

    fn granted(world: World, programs: Programs) -> Result<Self, WorldError> {
        let mut job = Self::before_grant(world, programs)?;
        job.grant(Tree::new(job.sessions()?)?)?;
        Ok(job)
    }

    /// An account with the modules enabled and the vault approved, without sessions.
    ///
    /// # Errors
    /// If a transaction fails.
    pub fn before_grant(mut world: World, programs: Programs) -> Result<Self, WorldError> {
        let owner = key(0xa1)?;
        let account = world.create_account(&owner, 0)?;
        let key = SessionKey {
            signer: key(0x5e)?,
            deployment: Deployment {
                manager: programs.manager,
                router: programs.router,
                entry_point: world.entry_point,
                chain_id: world.chain.chain_id(),
            },
        };
        let tree = Tree::new(Vec::new())?;
        let mut job = Self {
            world,
            programs,
            owner,
            account,
            key,
            tree,
        };
        let approve = Token::approveCall {
            spender: job.world.vault,
            amount: U256::MAX,
        };
        let mut set_up = vec![
            to(account, calls::enable_module(programs.manager)),
            to(job.world.token_b, approve.abi_encode()),
        ];
        if programs.router != programs.manager {
            set_up.push(to(account, calls::enable_module(programs.router)));
        }
        job.as_owner(&set_up)?;
        Ok(job)
    }

    /// The three sessions, valid for ever.
    ///
    /// # Errors
    /// None, with these limits.
    pub fn sessions(&self) -> Result<Vec<Session>, WorldError> {
        let session_key = self.key.address();
        let approval = Erc20Approval {
            session_key,
            token: self.world.token_a,
            spender: self.world.swap_router,
            max_amount: MAX_A,
        };
        let swap = DexSwap {
            session_key,
            dex: self.world.swap_router,
            token_in: self.world.token_a,
            token_out: self.world.token_b,
            recipient: self.account,
            max_amount_in: MAX_A,
            min_out_num: U256::from(LEAST_PRICE) * B,
            min_out_den: A,
        };
        let deposit = Erc20Stake::deposit(session_key, self.world.vault, self.account, Self::MAX_B);
        let data = [approval.encode()?, swap.encode()?, deposit.encode()?];
        let svms = [
            self.programs.erc20_approval,
            self.programs.dex_swap,
            self.programs.erc20_stake,
        ];
        let sessions = svms.into_iter().zip(data);
        Ok(sessions
            .map(|(svm, session_key_data)| Session {
                valid_until_secs: 0,
                valid_after_secs: 0,
                svm,
                session_key_data,
            })
            .collect())
    }

    /// Approve 10 A to the DEX, swap them for at least 19,900 B, deposit these.
    pub fn actions(&self) -> [Action; 3] {
        [
            self.approve(MAX_A),
            self.swap(MAX_A, Self::LEAST_B),
            self.deposit(Self::LEAST_B),
        ]
    }

    /// `approve` of A to the DEX.
    pub fn approve(&self, amount: U256) -> Action {
        let spender = self.world.swap_router;
        to(
            self.world.token_a,
            Token::approveCall { spender, amount }.abi_encode(),
        )
    }

    /// A swap of A for B, for the account.
    pub fn swap(&self, amount_in: U256, least_out: U256) -> Action {
        let call = self
            .world
            .swap(self.world.token_a, amount_in, least_out, self.account);
        to(self.world.swap_router, call.abi_encode())
    }

    /// A deposit of B in the vault, for the account.
    pub fn deposit(&self, assets: U256) -> Action {
        let receiver = self.account;
        to(
            self.world.vault,
            Vault::depositCall { assets, receiver }.abi_encode(),
        )
    }

    /// The owner sets the root of this tree.
    ///
    /// # Errors
    /// If the userOp fails.
    pub fn grant(&mut self, tree: Tree) -> Result<Bundle, WorldError> {
        let bundle = self.as_owner(&[to(
            self.programs.manager,
            calls::set_merkle_root(tree.root()),
        )])?;
        self.tree = tree;
        Ok(bundle)
    }

    /// The account does this, signed by its owner.
    ///
    /// # Errors
    /// If the userOp fails.
    pub fn as_owner(&mut self, actions: &[Action]) -> Result<Bundle, WorldError> {
        let op = self
            .world
            .owner_op(&self.owner, self.account, execute_batch(actions))?;
        self.world.handle_ops(&[op])?.succeeded()
    }

    /// A userOp that does this, without signature.
    ///
    /// # Errors
    /// If the EntryPoint does not answer.
    pub fn user_op(&self, actions: &[Action]) -> Result<UserOp, WorldError> {
        self.world
            .user_op(self.account, U192::ZERO, execute_batch(actions))
    }

    /// A userOp that does this, signed by the session key; `sessions` are indices into the tree, one for each action.
    ///
    /// # Errors
    /// If the client refuses to sign it.
    pub fn signed(&self, actions: &[Action], sessions: &[usize]) -> Result<UserOp, WorldError> {
        let mut op = self.user_op(actions)?;
        self.key.sign(&self.tree, sessions, &mut op)?;
        Ok(op)
    }
}

/// An action without ether.
pub fn to(to: Address, data: impl Into<alloy::primitives::Bytes>) -> Action {
    Action {
        to,
        value: U256::ZERO,
        data: data.into(),
    }
}

fn key(byte: u8) -> Result<PrivateKeySigner, WorldError> {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte))
        .map_err(|e| WorldError::Sign(e.to_string()))
}
