//! The gas of ERC-20 transfers by session, beside Biconomy's Solidity programs from npm on the same chain.

use alloy::{
    primitives::{Address, U256, aliases::U192, keccak256},
    sol_types::SolCall,
};
use serde::{Deserialize, Serialize};
use session_keys::{
    Action, Deployment, Item, Session, SessionKey, UserOp, account_signature, calls, execute,
    execute_batch, router_signature,
    session_data::{AbiRule, AbiRules, Bounds, Condition, Erc20Transfer, Lane},
    sign,
};
use world::{A, MainJob, World, WorldError, abi::Token, to};

use crate::gas::{first_call, spread};

/// What checks the transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rules {
    /// `erc20-transfer`.
    Typed,
    /// The same inside `bounded`, in a lane.
    Bounded,
    /// `abi`, with two rules: every target is asked about.
    Generic,
    /// The npm package's manager, router and ERC20 module. Its router is older than the deployed one.
    Solidity,
}

impl Rules {
    /// All of them, in the order of the sessions in the tree.
    pub const ALL: [Self; 4] = [Self::Typed, Self::Bounded, Self::Generic, Self::Solidity];
}

/// Numbers of actions; 0 is a single one through the manager.
pub const ACTIONS: [usize; 6] = [0, 1, 2, 4, 8, 16];

/// Gas of the second userOp of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Of the tree, which has `2^height` leaves.
    pub height: u32,
    /// Are our programs in the chain's cache?
    pub is_cached: bool,
    /// What checks the transfers.
    pub rules: Rules,
    /// Transfers in the batch; 0: one, through the manager.
    pub actions: usize,
    /// Of the account's call of the module, all its calls included.
    pub module: u64,
    /// Of the whole transaction.
    pub handle_ops: u64,
    /// Of the transaction.
    pub calldata_bytes: usize,
}

/// Where Biconomy's programs are.
#[derive(Clone, Copy)]
struct Peers {
    manager: Address,
    router: Address,
    svm: Address,
}

struct Bench {
    job: MainJob,
    peers: Peers,
    /// Of each of [`Rules::ALL`], in the tree.
    places: Vec<usize>,
}

const LANE: U192 = U192::from_limbs([77, 0, 0]);

/// All rows of a height, on a new embedded chain.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn rows(height: u32, is_cached: bool) -> Result<Vec<Row>, WorldError> {
    let mut bench = Bench::new(height, is_cached)?;
    let mut rows = Vec::new();
    for rules in Rules::ALL {
        // What is not ours has no other gas without the cache.
        if rules == Rules::Solidity && !is_cached {
            continue;
        }
        for actions in ACTIONS {
            let mut last = None;
            for _ in 0..2 {
                last = Some(bench.run(rules, actions)?);
            }
            rows.extend(last.map(|(module, handle_ops, calldata_bytes)| Row {
                height,
                is_cached,
                rules,
                actions,
                module,
                handle_ops,
                calldata_bytes,
            }));
        }
    }
    Ok(rows)
}

impl Bench {
    fn new(height: u32, is_cached: bool) -> Result<Self, WorldError> {
        let mut world = World::new()?;
        let programs = world.deploy_programs()?;
        let svms = [
            world.deploy_program("erc20-transfer")?,
            world.deploy_program("abi")?,
        ];
        for program in programs.all().into_iter().chain(svms) {
            if is_cached {
                let cached = world.chain.cache(program);
                cached.map_err(|error| WorldError::chain(world.name(program), error))?;
            }
        }
        let peers = Peers {
            manager: world.deploy("SessionKeyManager", &[])?,
            router: world.deploy("BatchedSessionRouter", &[])?,
            svm: world.deploy("ERC20SessionValidationModule", &[])?,
        };
        let mut job = MainJob::before_grant(world, programs)?;
        let sessions = sessions(&job, svms, peers)?;
        let (tree, places) = spread(sessions, height)?;
        let account = job.account;
        let mut set_up = calls::set_up(
            account,
            peers.manager,
            tree.root(),
            &[peers.manager, peers.router],
        );
        set_up.push(to(programs.manager, calls::set_merkle_root(tree.root())));
        job.as_owner(&set_up)?;
        job.tree = tree;
        Ok(Self { job, peers, places })
    }

    fn run(&mut self, rules: Rules, actions: usize) -> Result<(u64, u64, usize), WorldError> {
        let (op, module) = self.user_op(rules, actions)?;
        let bundle = self.job.world.handle_ops(&[op])?.succeeded()?;
        let hash = bundle.receipt.transaction_hash;
        let trace = self.job.world.chain.trace_transaction(hash);
        let trace = trace.map_err(|error| WorldError::chain("EntryPoint.handleOps", error))?;
        let module = first_call(&trace, module).map(|call| call.gas_used.to());
        Ok((
            module.unwrap_or_default(),
            bundle.receipt.gas_used,
            bundle.calldata_bytes,
        ))
    }

    /// Signed; and the module that validates it.
    fn user_op(&self, rules: Rules, actions: usize) -> Result<(UserOp, Address), WorldError> {
        let Deployment {
            manager, router, ..
        } = self.job.key.deployment;
        let transfer = self.transfer();
        let call_data = match actions {
            0 => execute(&transfer),
            many => execute_batch(&vec![transfer; many]),
        };
        let lane = if rules == Rules::Bounded {
            LANE
        } else {
            U192::ZERO
        };
        let mut op = self.job.world.user_op(self.job.account, lane, call_data)?;
        let place = Rules::ALL.iter().position(|other| *other == rules);
        let place = place
            .and_then(|at| self.places.get(at))
            .copied()
            .unwrap_or_default();
        match (rules, actions) {
            (Rules::Solidity, 0) => {
                let deployment = Deployment {
                    manager: self.peers.manager,
                    ..self.job.key.deployment
                };
                let key = SessionKey {
                    deployment,
                    ..self.job.key.clone()
                };
                key.sign(&self.job.tree, &[place], &mut op)?;
                Ok((op, self.peers.manager))
            }
            (Rules::Solidity, many) => {
                self.sign_for_peer(&mut op, place, many)?;
                Ok((op, self.peers.router))
            }
            (_, 0) => {
                self.job.key.sign(&self.job.tree, &[place], &mut op)?;
                Ok((op, manager))
            }
            (_, many) => {
                self.job
                    .key
                    .sign(&self.job.tree, &vec![place; many], &mut op)?;
                Ok((op, router))
            }
        }
    }

    /// The npm package's router wants the hash together with the manager signed.
    fn sign_for_peer(&self, op: &mut UserOp, place: usize, many: usize) -> Result<(), WorldError> {
        let manager = self.peers.manager;
        let hash = self.job.world.hash(op);
        let hash = keccak256([hash.as_slice(), manager.as_slice()].concat());
        let signature = sign(&self.job.key.signer, hash);
        let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
        let proof = self.job.tree.proof(place).unwrap_or_default();
        let items: Vec<_> = self.job.tree.sessions()[place..=place]
            .iter()
            .cycle()
            .take(many)
            .map(|session| Item {
                session,
                proof: &proof,
                call_specific_data: &[],
            })
            .collect();
        let signature = router_signature(manager, &items, &signature)
            .map_err(|error| WorldError::Sign(error.to_string()))?;
        op.signature = account_signature(&signature, self.peers.router);
        Ok(())
    }

    fn transfer(&self) -> Action {
        let transfer = Token::transferCall {
            to: self.job.world.trader,
            amount: U256::from(1_000),
        };
        to(self.job.world.token_a, transfer.abi_encode())
    }
}

/// One for each of [`Rules::ALL`]: at most 10 A to the trader.
fn sessions(
    job: &MainJob,
    [transfer, abi]: [Address; 2],
    peers: Peers,
) -> Result<Vec<Session>, WorldError> {
    let session_key = job.key.address();
    let (token, recipient) = (job.world.token_a, job.world.trader);
    let max_amount = U256::from(10) * A;
    let grant = Erc20Transfer {
        session_key,
        token,
        recipient,
        max_amount,
    };
    let rules = AbiRules {
        session_key,
        contract: token,
        selector: Token::transferCall::SELECTOR.into(),
        max_value: U256::ZERO,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, recipient)?,
            AbiRule::argument(1, Condition::AtMost, max_amount)?,
        ],
    };
    let session = |svm, session_key_data| Session {
        svm,
        session_key_data,
        ..Session::default()
    };
    let typed = session(transfer, grant.encode());
    let lane = Lane {
        key: LANE,
        max_uses: 1_000,
    };
    let bounds = Bounds {
        serves_several_actions: true,
        ..Bounds::new(lane, u128::MAX, 10_000_000)
    };
    Ok(vec![
        typed.clone(),
        bounds.wrap(&typed)?,
        session(abi, rules.encode()?),
        session(peers.svm, grant.encode()),
    ])
}
