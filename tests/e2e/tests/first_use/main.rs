//! The first userOp of an account that is not there yet: initCode deploys it, and one batch, signed by the owner, sets the
//! root and enables manager and router. Then the session key acts.

use alloy::{
    primitives::{Address, B256, U256, aliases::U192},
    signers::local::PrivateKeySigner,
    sol_types::SolCall as _,
};
use session_keys::{
    Action, Deployment, Session, SessionKey, Tree, UserOp, calls, execute, execute_batch,
    max_cost_wei, session_data::Erc20Transfer,
};
use world::{
    A, Counterfactual, Outcome, World,
    abi::{Account, EntryPoint, Token},
    erc7562::{Phase, Rule},
    to,
};

struct Scene {
    world: World,
    owner: PrivateKeySigner,
    first: Counterfactual,
    key: SessionKey,
    /// One session: at most 1 A to the trader.
    tree: Tree,
}

fn signer(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

impl Scene {
    /// The account has 10 A, at its address; there is neither code nor ether.
    fn new() -> Self {
        let mut world = e2e::world().unwrap();
        let deployment = Deployment {
            manager: world.deploy_program("session-key-manager").unwrap(),
            router: world.deploy_program("batched-session-router").unwrap(),
            entry_point: world.entry_point,
            chain_id: world.chain.chain_id(),
        };
        world.stake_factory(U256::ONE).unwrap();
        let why = "the factory is staked, and the checker counts no stake: STO-022";
        world.excused.insert(world.ecdsa_module, why);
        let (owner, key) = (
            signer(0xa1),
            SessionKey {
                signer: signer(0x5e),
                deployment,
            },
        );
        let first = world.counterfactual(owner.address(), 0).unwrap();
        world
            .mint(world.token_a, first.account, U256::from(10) * A)
            .unwrap();
        let transfer = Erc20Transfer {
            session_key: key.address(),
            token: world.token_a,
            recipient: world.trader,
            max_amount: A,
        };
        let session = Session {
            svm: world.deploy_program("erc20-transfer").unwrap(),
            session_key_data: transfer.encode(),
            ..Session::default()
        };
        let tree = Tree::new(vec![session]).unwrap();
        Self {
            world,
            owner,
            first,
            key,
            tree,
        }
    }

    fn account(&self) -> Address {
        self.first.account
    }

    /// Root, manager, router.
    fn set_up(&self) -> Vec<Action> {
        let Deployment {
            manager, router, ..
        } = self.key.deployment;
        calls::set_up(
            self.account(),
            manager,
            self.tree.root(),
            &[manager, router],
        )
    }

    /// A userOp with initCode, signed by the owner.
    fn first_op(&self, actions: &[Action]) -> UserOp {
        let op = self
            .world
            .user_op(self.account(), U192::ZERO, execute_batch(actions));
        let mut op = op.unwrap();
        op.initCode = self.world.init_code(&self.first);
        self.world.sign_as_owner(&self.owner, &mut op).unwrap();
        op
    }

    /// The key sends so much to the trader, alone or in a batch.
    fn transfer(&self, amount: U256, is_batch: bool) -> UserOp {
        let call = Token::transferCall {
            to: self.world.trader,
            amount,
        };
        let action = to(self.world.token_a, call.abi_encode());
        let call_data = if is_batch {
            execute_batch(&[action])
        } else {
            execute(&action)
        };
        let mut op = self
            .world
            .user_op(self.account(), U192::ZERO, call_data)
            .unwrap();
        self.key.sign(&self.tree, &[0], &mut op).unwrap();
        op
    }

    /// Somebody pays for the account's userOps.
    fn deposit(&mut self, wei: U256) {
        let (deployer, entry_point, account) =
            (self.world.deployer, self.world.entry_point, self.account());
        let call = EntryPoint::depositToCall { account };
        self.world
            .send_value(deployer, entry_point, wei, call)
            .unwrap();
    }

    fn is_there(&self) -> bool {
        !self.world.chain.code(self.account()).unwrap().is_empty()
    }

    fn root(&self) -> B256 {
        let account = self.account();
        let call = calls::SessionKeyManager::getSessionKeysCall { account };
        self.world.view(self.key.deployment.manager, call).unwrap()
    }

    fn is_enabled(&self, module: Address) -> bool {
        let call = Account::isModuleEnabledCall { module };
        self.world.view(self.account(), call).unwrap()
    }

    /// The sent userOp is refused for this reason.
    fn refused(&mut self, op: UserOp) -> String {
        let bundle = self.world.handle_ops(&[op]).unwrap();
        bundle.refusal().unwrap().into()
    }

    /// Manager and router are in force, and the key does what its session allows, no more.
    fn sessions_work(&mut self) {
        let Deployment {
            manager, router, ..
        } = self.key.deployment;
        assert!(self.is_enabled(manager) && self.is_enabled(router));
        assert_eq!(self.root(), self.tree.root());
        let trader = self.world.trader;
        for is_batch in [false, true] {
            let before = self.world.balance_of(self.world.token_a, trader).unwrap();
            let op = self.transfer(A, is_batch);
            self.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
            let after = self.world.balance_of(self.world.token_a, trader).unwrap();
            assert_eq!(after - before, A);
            let op = self.transfer(A + U256::ONE, is_batch);
            assert_eq!(
                self.refused(op),
                "AA23 reverted: ERC20SV Max Amount Exceeded"
            );
        }
    }
}

#[test]
fn one_user_op_deploys_the_account_and_grants() {
    let mut scene = Scene::new();
    let op = scene.first_op(&scene.set_up());
    scene.deposit(max_cost_wei(&op) * U256::from(4));
    assert!(!scene.is_there());
    let bundle = scene.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    assert_eq!(bundle.ops().len(), 1);
    assert!(scene.is_there());
    scene.sessions_work();
}

/// What the client quotes is what the EntryPoint wants to be there, to the wei.
#[test]
fn the_deposit_must_be_the_quote() {
    let mut scene = Scene::new();
    let op = scene.first_op(&scene.set_up());
    scene.deposit(max_cost_wei(&op) - U256::ONE);
    assert_eq!(scene.refused(op.clone()), "AA21 didn't pay prefund");
    assert!(!scene.is_there());
    scene.deposit(U256::ONE);
    scene.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
}

/// No rule is broken but the one that the factory's stake excuses, and that only beside initCode.
#[test]
fn only_the_factory_needs_stake() {
    e2e::embedded_only!("an inspector in the chain's process");
    let mut scene = Scene::new();
    let op = scene.first_op(&scene.set_up());
    scene.deposit(max_cost_wei(&op) * U256::from(2));
    let report = scene.world.check_validation(&op).unwrap();
    assert_eq!(report.refusal, None);
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|found| (found.phase, found.contract))
        .collect();
    let ecdsa = scene.world.ecdsa_module;
    assert_eq!(
        found,
        [(Phase::Deployment, ecdsa), (Phase::Validation, ecdsa)]
    );
    assert!(
        report
            .violations
            .iter()
            .all(|found| matches!(found.rule, Rule::FactoryStake { .. }))
    );
    scene.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    let report = scene
        .world
        .check_validation(&scene.transfer(A, true))
        .unwrap();
    assert_eq!((report.violations, report.refusal), (Vec::new(), None));
}

/// The account has no session before its owner grants one, so that a session key can not send its first userOp.
#[test]
fn a_session_key_can_not_be_first() {
    let mut scene = Scene::new();
    let mut op = scene.transfer(A, false);
    scene.deposit(max_cost_wei(&op) * U256::from(4));
    op.initCode = scene.world.init_code(&scene.first);
    scene.key.sign(&scene.tree, &[0], &mut op).unwrap();
    assert_eq!(scene.refused(op), "AA23 reverted (or OOG)"); // WrongValidationModule
    assert!(!scene.is_there());
    // nor with the owner's in the same bundle: the second is validated before the first is executed
    let first = scene.first_op(&scene.set_up());
    let mut second = scene.transfer(A, false);
    second.nonce += U256::ONE;
    scene.key.sign(&scene.tree, &[0], &mut second).unwrap();
    scene.world.unchecked = Some("the checker sees the second alone, without an account");
    let bundle = scene.world.handle_ops(&[first, second]).unwrap();
    let reason = "AA23 reverted (or OOG)".into();
    assert_eq!(bundle.outcome, Outcome::FailedOp { index: 1, reason });
    assert!(!scene.is_there());
}

/// Another one's initCode gives another account: nobody else can be the first owner.
#[test]
fn nobody_else_can_be_first() {
    let mut scene = Scene::new();
    let mut op = scene.first_op(&scene.set_up());
    scene.deposit(max_cost_wei(&op) * U256::from(2));
    let thief = signer(0x7f);
    scene.world.sign_as_owner(&thief, &mut op).unwrap();
    assert_eq!(scene.refused(op.clone()), "AA24 signature error");
    scene.world.unchecked = Some("initCode deploys another account: OP-031, STO-021");
    let theirs = scene.world.counterfactual(thief.address(), 0).unwrap();
    op.initCode = scene.world.init_code(&theirs);
    scene.world.sign_as_owner(&thief, &mut op).unwrap();
    assert_eq!(scene.refused(op), "AA14 initCode must return sender");
    assert!(!scene.is_there());
}

/// Anyone may deploy the account, which then is the owner's all the same: the same batch without initCode grants.
#[test]
fn somebody_else_deploys_the_account() {
    let mut scene = Scene::new();
    let op = scene.first_op(&scene.set_up());
    scene.deposit(max_cost_wei(&op) * U256::from(4));
    let (trader, factory, deploy) = (
        scene.world.trader,
        scene.world.account_factory,
        scene.first.deploy.clone(),
    );
    scene.world.send(trader, factory, deploy).unwrap();
    assert_eq!(scene.refused(op), "AA10 sender already constructed");
    let again = execute_batch(&scene.set_up());
    let op = scene
        .world
        .owner_op(&scene.owner, scene.account(), again)
        .unwrap();
    scene.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    scene.sessions_work();
}

/// A part of the batch fails: the account is there, for it is deployed before, and nothing of the grant is.
#[test]
fn a_grant_is_whole_or_nothing() {
    let mut scene = Scene::new();
    let Deployment {
        manager, router, ..
    } = scene.key.deployment;
    let twice = to(scene.account(), calls::enable_module(router));
    let op = scene.first_op(&[scene.set_up(), vec![twice]].concat());
    scene.deposit(max_cost_wei(&op) * U256::from(4));
    let bundle = scene.world.handle_ops(&[op]).unwrap();
    assert_eq!(
        bundle.ops().iter().map(|op| op.success).collect::<Vec<_>>(),
        [false]
    );
    assert!(scene.is_there());
    assert!(!scene.is_enabled(manager) && !scene.is_enabled(router));
    assert_eq!(scene.root(), B256::ZERO);
    let op = scene.transfer(A, false);
    assert_eq!(scene.refused(op), "AA23 reverted (or OOG)");
    let again = execute_batch(&scene.set_up());
    let op = scene
        .world
        .owner_op(&scene.owner, scene.account(), again)
        .unwrap();
    scene.world.handle_ops(&[op]).unwrap().succeeded().unwrap();
    scene.sessions_work();
}
