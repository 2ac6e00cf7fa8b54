//! A chain with our programs, their Solidity peers, and one account that uses them all.

use std::time::Duration;

use alloy::primitives::{Address, hex};
use devnode::{Devnode, NodeConfig};
use session_keys::{Deployment, Tree, calls};
use world::{Chain, MainJob, World, WorldError, to};

use crate::{
    gas::{Gas, Sent},
    mocks::Mocks,
    scenario::{By, Encoding, Layout, Scenario},
    sessions::{grouped, spread},
};

/// `validateUserOp(UserOperation,bytes32,uint256)` of a v0.6 account.
const VALIDATE_USER_OP: [u8; 4] = hex!("3a871cdd");

/// SVMs beside those of [`world::Programs`].
#[derive(Clone, Copy, Debug)]
pub struct Svms {
    /// `erc20-transfer`.
    pub transfer: Address,
    /// `abi`.
    pub abi: Address,
}

/// The npm package's programs, and our oracles for what it does not have.
#[derive(Clone, Copy, Debug)]
pub struct Peers {
    /// SessionKeyManager.
    pub manager: Address,
    /// BatchedSessionRouter.
    pub router: Address,
    /// ERC20SessionValidationModule.
    pub erc20: Address,
    /// DexSwapOracle.
    pub swap: Address,
    /// Erc20StakeOracle.
    pub stake: Address,
}

/// A chain to measure on.
#[derive(Debug)]
pub struct Scene {
    /// World, account, owner, session key.
    pub job: MainJob,
    /// The peers' contracts.
    pub mocks: Mocks,
    /// `session-module`.
    pub module: Address,
    /// Our further SVMs.
    pub svms: Svms,
    /// Solidity.
    pub peers: Peers,
    /// Where the sessions of the granted tree are.
    pub(crate) places: Vec<usize>,
}

impl Scene {
    /// Builds it on an embedded chain. Nothing is cached, nothing granted.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn new(arbos_version: u64) -> Result<Self, WorldError> {
        let node = Devnode::new(NodeConfig {
            arbos_version,
            ..NodeConfig::default()
        });
        Self::on(Chain::Embedded(Box::new(node)))
    }

    /// Builds it. On a chain that is not ours, our programs may be in the cache already.
    ///
    /// # Errors
    /// If something has not been built or fetched, or the chain refuses it.
    pub fn on(chain: Chain) -> Result<Self, WorldError> {
        let mut world = World::on(chain)?;
        world.unchecked = Some("gas is measured; the tests check the same userOps");
        world.beneficiary = world.deployer; // as the peers were measured: not the sender, so cold
        let programs = world.deploy_programs()?;
        let module = world.deploy_program("session-module")?;
        let svms = Svms {
            transfer: world.deploy_program("erc20-transfer")?,
            abi: world.deploy_program("abi")?,
        };
        let peers = Peers {
            manager: world.deploy("SessionKeyManager", &[])?,
            router: world.deploy("BatchedSessionRouter", &[])?,
            erc20: world.deploy("ERC20SessionValidationModule", &[])?,
            swap: world.deploy("DexSwapOracle", &[])?,
            stake: world.deploy("Erc20StakeOracle", &[])?,
        };
        let mocks = Mocks::deploy(&mut world)?;
        let job = MainJob::before_grant(world, programs)?;
        let mut scene = Self {
            job,
            mocks,
            module,
            svms,
            peers,
            places: Vec::new(),
        };
        scene.prepare()?;
        Ok(scene)
    }

    /// Tokens, approvals, and the modules of the peers.
    fn prepare(&mut self) -> Result<(), WorldError> {
        let account = self.job.account;
        let approve = self.mocks.fund(&mut self.job.world, account)?;
        self.job.as_owner(&[
            to(account, calls::enable_module(self.module)),
            to(account, calls::enable_module(self.peers.manager)),
            to(account, calls::enable_module(self.peers.router)),
            approve,
        ])?;
        Ok(())
    }

    /// Our programs.
    pub fn programs(&self) -> Vec<Address> {
        let mut programs = self.job.programs.all().to_vec();
        programs.extend([self.module, self.svms.transfer, self.svms.abi]);
        programs
    }

    /// Is one of our programs in the chain's cache?
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn is_cached(&self) -> Result<bool, WorldError> {
        for program in self.programs() {
            let is_cached = self.job.world.chain.is_cached(program);
            if is_cached.map_err(|error| WorldError::chain(self.job.world.name(program), error))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts all of our programs into the chain's cache; false if the chain does not let us.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn cache(&mut self) -> Result<bool, WorldError> {
        let mut all = true;
        for program in self.programs() {
            let cached = self.job.world.chain.cache(program);
            all &=
                cached.map_err(|error| WorldError::chain(self.job.world.name(program), error))?;
        }
        Ok(all)
    }

    /// Manager and router of a layout.
    pub fn deployment(&self, by: By) -> Deployment {
        let ours = self.job.key.deployment;
        match by {
            By::Ours {
                layout: Layout::Separate,
                ..
            }
            | By::Owner
            | By::NexusOwner
            | By::SmartSessions => ours,
            By::Ours {
                layout: Layout::Module,
                ..
            } => Deployment {
                manager: self.module,
                router: self.module,
                ..ours
            },
            By::Solidity { .. } => Deployment {
                manager: self.peers.manager,
                router: self.peers.router,
                ..ours
            },
        }
    }

    /// The owner grants the sessions that this needs, in a tree of its height.
    ///
    /// # Errors
    /// If the userOp fails.
    pub fn grant(&mut self, by: By) -> Result<(), WorldError> {
        let height = match by {
            By::Owner | By::NexusOwner | By::SmartSessions => return Ok(()),
            By::Ours { height, .. } | By::Solidity { height, .. } => height,
        };
        let sessions = self.sessions(by)?;
        let (tree, places) = match by.encoding() {
            Encoding::Compact => grouped(&sessions, height)?,
            _ => spread(sessions, height)?,
        };
        self.places = places;
        self.grant_tree(by, tree)
    }

    fn grant_tree(&mut self, by: By, tree: Tree) -> Result<(), WorldError> {
        let manager = self.deployment(by).manager;
        self.job
            .as_owner(&[to(manager, calls::set_merkle_root(tree.root()))])?;
        self.job.tree = tree;
        Ok(())
    }

    /// Runs a userOp twice, and gives the gas of the second one: balances, allowances and nonces are not zero any more. An
    /// embedded chain is then as it was before.
    ///
    /// # Errors
    /// If the userOp is refused or fails, or there is no debug API.
    pub fn measure(&mut self, scenario: Scenario) -> Result<Gas, WorldError> {
        self.and_back(|scene| {
            scene.run(scenario)?;
            if let Chain::Remote(_) = scene.job.world.chain {
                // a swap in the second of the last one is cheaper: the pool notes its price once a second
                std::thread::sleep(Duration::from_millis(1_100));
            }
            scene.run(scenario)
        })
    }

    /// Does something; an embedded chain is then as it was before.
    ///
    /// # Errors
    /// Those of what is done.
    pub fn and_back<T>(
        &mut self,
        mut what: impl FnMut(&mut Self) -> Result<T, WorldError>,
    ) -> Result<T, WorldError> {
        let Chain::Embedded(node) = &mut self.job.world.chain else {
            return what(self);
        };
        let before = node.snapshot();
        let done = what(self)?;
        let reverted = self.job.world.embedded_mut()?.revert(before);
        reverted.map_err(|error| WorldError::Answer {
            what: "snapshot".into(),
            reason: error.to_string(),
        })?;
        Ok(done)
    }

    fn run(&mut self, scenario: Scenario) -> Result<Gas, WorldError> {
        let (op, module) = self.user_op(scenario)?;
        let bundle = self
            .job
            .world
            .handle_ops(std::slice::from_ref(&op))?
            .succeeded()?;
        let sent = Sent {
            account: op.sender,
            module,
            validate_user_op: VALIDATE_USER_OP,
            call_data: &op.callData,
            signature_bytes: op.signature.len(),
        };
        Gas::of(&self.job.world, &bundle.receipt, &sent)
    }
}
