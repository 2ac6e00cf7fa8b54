//! An account with manager and router, and a key that gets sessions.

use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U192},
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use session_keys::{
    Action, Deployment, Session, SessionKey, Tree, UserOp, calls, execute, execute_batch,
    session_data::{DexSwap, Erc20Approval},
};
use world::{A, B, Bundle, Outcome, World, abi::Token};

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) account: Address,
    /// A third party.
    pub(crate) stranger: Address,
    owner: PrivateKeySigner,
    pub(crate) key: SessionKey,
    tree: Tree,
}

/// 10 A: what sessions here are limited to.
pub(crate) fn ten_a() -> U256 {
    U256::from(10) * A
}

fn signer(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

/// An action without ether.
pub(crate) fn call<C: SolCall>(to: Address, call: &C) -> Action {
    Action {
        to,
        value: U256::ZERO,
        data: call.abi_encode().into(),
    }
}

/// An action with one word of its arguments replaced.
pub(crate) fn with_argument(action: &Action, index: usize, value: impl SolValue) -> Action {
    let mut data = action.data.to_vec();
    data[4 + 32 * index..][..32].copy_from_slice(&value.abi_encode());
    Action {
        data: data.into(),
        ..action.clone()
    }
}

impl Scene {
    /// The account has 1,000 A, as every account of the world.
    pub(crate) fn new() -> Self {
        let mut world = e2e::world().unwrap();
        let manager = world.deploy_program("session-key-manager").unwrap();
        let router = world.deploy_program("batched-session-router").unwrap();
        let owner = signer(0xa1);
        let account = world.create_account(&owner, 0).unwrap();
        let deployment = Deployment {
            manager,
            router,
            entry_point: world.entry_point,
            chain_id: world.chain.chain_id(),
        };
        let mut scene = Self {
            stranger: world.trader,
            world,
            account,
            owner,
            key: SessionKey {
                signer: signer(0x5e),
                deployment,
            },
            tree: Tree::new(Vec::new()).unwrap(),
        };
        scene.as_owner(&[
            to_account(account, calls::enable_module(manager)),
            to_account(account, calls::enable_module(router)),
        ]);
        scene
    }

    /// The owner grants these sessions and no other: programs by name, with session key data.
    pub(crate) fn grant(&mut self, sessions: &[(&str, Bytes)]) {
        let sessions = sessions.iter().map(|(svm, data)| Session {
            svm: self.world.deploy_program(svm).unwrap(),
            session_key_data: data.clone(),
            ..Session::default()
        });
        self.tree = Tree::new(sessions.collect()).unwrap();
        let manager = self.key.deployment.manager;
        let root = calls::set_merkle_root(self.tree.root());
        self.as_owner(&[to_account(manager, root)]);
    }

    /// 10 A may be approved to the DEX and sold there, for at least 1,900 B each: sessions 0 and 1. Gives the approval.
    pub(crate) fn grant_swaps(&mut self, dex: Address) -> Action {
        let (token_in, token_out) = (self.world.token_a, self.world.token_b);
        let session_key = self.key.address();
        let approval = Erc20Approval {
            session_key,
            token: token_in,
            spender: dex,
            max_amount: ten_a(),
        };
        let swap = DexSwap {
            session_key,
            dex,
            token_in,
            token_out,
            recipient: self.account,
            max_amount_in: ten_a(),
            min_out_num: U256::from(1_900) * B,
            min_out_den: A,
        };
        self.grant(&[
            ("erc20-approval", approval.encode().unwrap()),
            ("dex-swap", swap.encode().unwrap()),
        ]);
        let approve = Token::approveCall {
            spender: dex,
            amount: ten_a(),
        };
        call(token_in, &approve)
    }

    /// The account does this, by its owner's word.
    pub(crate) fn as_owner(&mut self, actions: &[Action]) {
        let call_data = execute_batch(actions);
        let op = self.world.owner_op(&self.owner, self.account, call_data);
        let bundle = self.world.handle_ops(&[op.unwrap()]).unwrap();
        bundle.succeeded().unwrap();
    }

    /// A userOp that the key has signed: one action through the manager, or several through the router, under the
    /// sessions of these indices.
    fn user_op(&self, actions: &[Action], sessions: &[usize]) -> UserOp {
        let call_data = match actions {
            [action] => execute(action),
            actions => execute_batch(actions),
        };
        let op = self.world.user_op(self.account, U192::ZERO, call_data);
        let mut op = op.unwrap();
        self.key.sign(&self.tree, sessions, &mut op).unwrap();
        op
    }

    /// The key acts, and it succeeds.
    pub(crate) fn act(&mut self, actions: &[Action], sessions: &[usize]) -> Bundle {
        let op = self.user_op(actions, sessions);
        let bundle = self.world.handle_ops(&[op]).unwrap();
        bundle.succeeded().unwrap()
    }

    /// The key tries, alone and as the second action of a batch behind one that is allowed; both are refused: with what
    /// the EntryPoint says to a text of the SVM's, for each of the paths.
    pub(crate) fn refused(
        &mut self,
        action: &Action,
        session: usize,
        allowed: (&Action, usize),
        [single, batch]: [&str; 2],
    ) {
        let (first, first_session) = allowed;
        let attempts = [
            (
                self.user_op(std::slice::from_ref(action), &[session]),
                single,
            ),
            (
                self.user_op(&[first.clone(), action.clone()], &[first_session, session]),
                batch,
            ),
        ];
        for (op, text) in attempts {
            let bundle = self.world.handle_ops(&[op]).unwrap();
            let reason = match text {
                "" => String::from("AA23 reverted (or OOG)"),
                text => format!("AA23 reverted: {text}"),
            };
            assert_eq!(bundle.outcome, Outcome::FailedOp { index: 0, reason });
        }
    }

    /// As [`Self::refused`], with one text for both paths.
    pub(crate) fn refused_with(
        &mut self,
        action: &Action,
        session: usize,
        allowed: (&Action, usize),
        text: &str,
    ) {
        self.refused(action, session, allowed, [text; 2]);
    }

    /// What the account has of a token.
    pub(crate) fn balance(&self, token: Address) -> U256 {
        self.world.balance_of(token, self.account).unwrap()
    }
}

fn to_account(to: Address, data: Bytes) -> Action {
    Action {
        to,
        value: U256::ZERO,
        data,
    }
}
