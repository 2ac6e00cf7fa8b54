//! The gas of transfers, and of approve, swap and deposit, by session; beside Biconomy's Solidity programs from npm on the
//! same chain.

use alloy::{
    primitives::{Address, Bytes, U256, aliases::U192, keccak256},
    sol_types::SolCall,
};
use serde::{Deserialize, Serialize};
use session_keys::{
    Action, Deployment, Item, Session, SessionKey, UserOp, account_signature, calls, execute,
    execute_batch, router_signature,
    session_data::{AbiRule, AbiRules, Bounds, Condition, Erc20Transfer, Lane},
    sign,
};
use world::{
    MAX_A, MainJob, World, WorldError,
    abi::{SwapRouter, Token, Vault},
    to,
};

use crate::gas::{first_call, spread};

/// What checks the actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rules {
    /// `erc20-transfer`; in the flow `erc20-approval`, `dex-swap` and `erc20-stake`.
    Typed,
    /// The same inside `bounded`, in a lane.
    Bounded,
    /// `abi`: every target is asked about.
    Generic,
    /// The npm package's manager, router (older than the deployed one) and ERC20 module. That package has none for swap and
    /// deposit: in the flow they are our Solidity oracles.
    Solidity,
}

impl Rules {
    /// All of them, in the order of the sessions in the tree.
    pub const ALL: [Self; 4] = [Self::Typed, Self::Bounded, Self::Generic, Self::Solidity];
}

/// What a userOp does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// One transfer, through the manager.
    Single,
    /// So many transfers under one session, through the router.
    Transfers(usize),
    /// Approve, swap, deposit, under three sessions, through the router.
    Flow,
}

impl Job {
    /// All that are measured.
    pub const ALL: [Self; 7] = [
        Self::Single,
        Self::Transfers(1),
        Self::Transfers(2),
        Self::Transfers(4),
        Self::Transfers(8),
        Self::Transfers(16),
        Self::Flow,
    ];
}

/// Gas of the second userOp of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Of the tree, which has `2^height` leaves.
    pub height: u32,
    /// Are our programs in the chain's cache?
    pub is_cached: bool,
    /// What checks the actions.
    pub rules: Rules,
    /// What is done.
    pub job: Job,
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
    erc20: Address,
    swap: Address,
    stake: Address,
}

struct Bench {
    job: MainJob,
    peers: Peers,
    /// In the tree, of each of [`Rules::ALL`]: transfer, approve, swap, deposit.
    places: Vec<usize>,
}

const LANE: U192 = U192::from_limbs([77, 0, 0]);

/// All rows of a height, on a new embedded chain.
///
/// # Errors
/// If something has not been built, or a userOp is refused.
pub fn rows(height: u32, is_cached: bool) -> Result<Vec<Row>, WorldError> {
    rows_of(height, is_cached, false)
}

/// As [`rows`].
pub fn rows_of(height: u32, is_cached: bool, module: bool) -> Result<Vec<Row>, WorldError> {
    let mut bench = Bench::new(height, is_cached, module)?;
    let mut rows = Vec::new();
    for rules in Rules::ALL {
        // What is not ours has no other gas without the cache.
        if rules == Rules::Solidity && !is_cached {
            continue;
        }
        for job in Job::ALL {
            let mut last = None;
            for _ in 0..2 {
                last = Some(bench.run(rules, job)?);
            }
            rows.extend(last.map(|(module, handle_ops, calldata_bytes)| Row {
                height,
                is_cached,
                rules,
                job,
                module,
                handle_ops,
                calldata_bytes,
            }));
        }
    }
    Ok(rows)
}

impl Bench {
    fn new(height: u32, is_cached: bool, module: bool) -> Result<Self, WorldError> {
        let mut world = World::new()?;
        let mut programs = world.deploy_programs()?;
        if module {
            let m = world.deploy_program("session-module")?;
            programs.manager = m;
            programs.router = m;
        }
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
            erc20: world.deploy("ERC20SessionValidationModule", &[])?,
            swap: world.deploy("DexSwapOracle", &[])?,
            stake: world.deploy("Erc20StakeOracle", &[])?,
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

    fn run(&mut self, rules: Rules, job: Job) -> Result<(u64, u64, usize), WorldError> {
        let (op, module) = self.user_op(rules, job)?;
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
    fn user_op(&self, rules: Rules, job: Job) -> Result<(UserOp, Address), WorldError> {
        let Deployment {
            manager, router, ..
        } = self.job.key.deployment;
        let of_rules = Rules::ALL.iter().position(|other| *other == rules);
        let first = 4 * of_rules.unwrap_or_default();
        let place = |kind: usize| self.places.get(first + kind).copied().unwrap_or_default();
        let transfer = self.transfer();
        let (call_data, places) = match job {
            Job::Single => (execute(&transfer), vec![place(0)]),
            Job::Transfers(many) => (execute_batch(&vec![transfer; many]), vec![place(0); many]),
            Job::Flow => (
                execute_batch(&self.job.actions()),
                vec![place(1), place(2), place(3)],
            ),
        };
        let lane = if rules == Rules::Bounded {
            LANE
        } else {
            U192::ZERO
        };
        let mut op = self.job.world.user_op(self.job.account, lane, call_data)?;
        if rules != Rules::Solidity {
            self.job.key.sign(&self.job.tree, &places, &mut op)?;
            let module = if job == Job::Single { manager } else { router };
            return Ok((op, module));
        }
        if job == Job::Single {
            let deployment = Deployment {
                manager: self.peers.manager,
                ..self.job.key.deployment
            };
            let key = SessionKey {
                deployment,
                ..self.job.key.clone()
            };
            key.sign(&self.job.tree, &places, &mut op)?;
            return Ok((op, self.peers.manager));
        }
        self.sign_for_peer(&mut op, &places)?;
        Ok((op, self.peers.router))
    }

    /// The npm package's router wants the hash together with the manager signed.
    fn sign_for_peer(&self, op: &mut UserOp, places: &[usize]) -> Result<(), WorldError> {
        let manager = self.peers.manager;
        let hash = self.job.world.hash(op);
        let hash = keccak256([hash.as_slice(), manager.as_slice()].concat());
        let signature = sign(&self.job.key.signer, hash);
        let signature = signature.map_err(|error| WorldError::Sign(error.to_string()))?;
        let tree = &self.job.tree;
        let proofs: Vec<_> = places
            .iter()
            .map(|place| tree.proof(*place).unwrap_or_default())
            .collect();
        let items: Vec<_> = places
            .iter()
            .zip(&proofs)
            .map(|(place, proof)| Item {
                session: &tree.sessions()[*place],
                proof,
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

/// For each of [`Rules::ALL`]: at most 10 A to the trader; then the three of the main job.
fn sessions(
    job: &MainJob,
    [transfer, abi]: [Address; 2],
    peers: Peers,
) -> Result<Vec<Session>, WorldError> {
    let session_key = job.key.address();
    let (token, recipient) = (job.world.token_a, job.world.trader);
    let grant = Erc20Transfer {
        session_key,
        token,
        recipient,
        max_amount: MAX_A,
    };
    let session = |svm, session_key_data| Session {
        svm,
        session_key_data,
        ..Session::default()
    };
    let mut typed = vec![session(transfer, grant.encode())];
    typed.extend(job.sessions()?);
    let lane = Lane {
        key: LANE,
        max_uses: 1_000,
    };
    let bounds = Bounds {
        serves_several_actions: true,
        ..Bounds::new(lane, u128::MAX, 10_000_000)
    };
    let mut solidity = typed.clone();
    let svms = [peers.erc20, peers.erc20, peers.swap, peers.stake];
    for (session, svm) in solidity.iter_mut().zip(svms) {
        session.svm = svm;
    }
    let mut all = typed.clone();
    for session in &typed {
        all.push(bounds.wrap(session)?);
    }
    for data in generic(job)? {
        all.push(session(abi, data));
    }
    all.extend(solidity);
    Ok(all)
}

/// The same by rules on the arguments.
fn generic(job: &MainJob) -> Result<[Bytes; 4], WorldError> {
    let rules = |contract, selector: [u8; 4], rules: Vec<AbiRule>| {
        let grant = AbiRules {
            session_key: job.key.address(),
            contract,
            selector: selector.into(),
            max_value: U256::ZERO,
            rules,
        };
        grant.encode()
    };
    let world = &job.world;
    let equal = |argument, address: Address| AbiRule::argument(argument, Condition::Equal, address);
    let at_most = |argument, amount: U256| AbiRule::argument(argument, Condition::AtMost, amount);
    Ok([
        rules(
            world.token_a,
            Token::transferCall::SELECTOR,
            vec![equal(0, world.trader)?, at_most(1, MAX_A)?],
        )?,
        rules(
            world.token_a,
            Token::approveCall::SELECTOR,
            vec![equal(0, world.swap_router)?, at_most(1, MAX_A)?],
        )?,
        rules(
            world.swap_router,
            SwapRouter::exactInputSingleCall::SELECTOR,
            vec![
                equal(0, world.token_a)?,
                equal(1, world.token_b)?,
                equal(3, job.account)?,
                at_most(5, MAX_A)?,
            ],
        )?,
        rules(
            world.vault,
            Vault::depositCall::SELECTOR,
            vec![at_most(0, MainJob::MAX_B)?, equal(1, job.account)?],
        )?,
    ])
}
