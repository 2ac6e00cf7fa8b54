//! What the session key is granted: for each way to check it, the same seven sessions.

use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256, aliases::U192},
    sol_types::SolCall,
};
use session_keys::{
    Session, Tree,
    session_data::{
        AbiRule, AbiRules, Bounds, Condition, DexSwap, Erc20Approval, Erc20Stake, Erc20Transfer,
        Lane,
    },
};
use world::{
    MAX_A, MainJob, WorldError,
    abi::{SwapRouter, Token, Vault},
};

use crate::{
    mocks::stakeCall,
    scenario::{By, MORE_RULES, Rules},
    scene::Scene,
};

/// The lane of bounded sessions.
pub(crate) const LANE: U192 = U192::from_limbs([77, 0, 0]);

/// A tree of `2^height` leaves with the sessions far from one another, and where they are.
///
/// # Errors
/// If a session is none that a program could accept.
pub fn spread(sessions: Vec<Session>, height: u32) -> Result<(Tree, Vec<usize>), WorldError> {
    let size = 1_usize << height;
    let places = (1..=sessions.len()).map(|n| n * size / (sessions.len() + 1));
    plant(&sessions, places.collect(), size)
}

/// The same with the sessions of each flow next to one another, in a subtree of their own, as
/// [`Tree::grouped`] puts them.
pub(crate) fn grouped(sessions: &[Session], height: u32) -> Result<(Tree, Vec<usize>), WorldError> {
    let size = 1_usize << height;
    let places = (0..sessions.len()).map(|number| match number {
        0 => 0,
        1..=3 => size / 4 + number - 1,
        4..=6 => size / 2 + number - 4,
        _ => size - 1,
    });
    plant(sessions, places.collect(), size)
}

fn plant(
    sessions: &[Session],
    places: Vec<usize>,
    size: usize,
) -> Result<(Tree, Vec<usize>), WorldError> {
    let filler = |index: usize| Session {
        session_key_data: index.to_be_bytes().repeat(5).into(),
        ..sessions[0].clone()
    };
    let mut leaves: Vec<_> = (0..size).map(filler).collect();
    for (place, session) in places.iter().zip(sessions) {
        leaves[*place] = session.clone();
    }
    Ok((Tree::import(leaves)?, places))
}

impl Scene {
    /// Transfer, then approve, swap and stake of the flow, then approve, swap and deposit of the main job.
    pub(crate) fn sessions(&self, by: By) -> Result<Vec<Session>, WorldError> {
        match by {
            By::Owner | By::NexusOwner | By::SmartSessions => Ok(Vec::new()),
            By::Ours {
                rules: Rules::Typed,
                ..
            } => self.typed(),
            By::Ours {
                rules: Rules::Bounded,
                ..
            } => {
                let lane = Lane {
                    key: LANE,
                    max_uses: 1_000,
                };
                let bounds = Bounds {
                    serves_several_actions: true,
                    ..Bounds::new(lane, u128::MAX, 10_000_000)
                };
                let typed = self.typed()?;
                let bounded = typed.iter().map(|session| bounds.wrap(session));
                Ok(bounded.collect::<Result<_, _>>()?)
            }
            By::Ours {
                rules: Rules::Generic,
                ..
            } => self.generic(),
            By::Solidity { .. } => {
                let peers = self.peers;
                let mut sessions = self.typed()?;
                let flow = [peers.erc20, peers.swap, peers.stake];
                let svms = [peers.erc20].into_iter().chain(flow).chain(flow);
                for (session, svm) in sessions.iter_mut().zip(svms) {
                    session.svm = svm;
                }
                Ok(sessions)
            }
        }
    }

    fn typed(&self) -> Result<Vec<Session>, WorldError> {
        let (job, mocks) = (&self.job, self.mocks);
        let session_key = job.key.address();
        let transfer = Erc20Transfer {
            session_key,
            token: mocks.token_in,
            recipient: job.world.trader,
            max_amount: MAX_A,
        };
        let approval = Erc20Approval {
            session_key,
            token: mocks.token_in,
            spender: mocks.dex,
            max_amount: MAX_A,
        };
        let swap = DexSwap {
            session_key,
            dex: mocks.dex,
            token_in: mocks.token_in,
            token_out: mocks.token_out,
            recipient: job.account,
            max_amount_in: MAX_A,
            min_out_num: U256::ONE,
            min_out_den: U256::from(1_000_000_000_000_u64),
        };
        let stake = Erc20Stake::stake(session_key, mocks.stake, MAX_A);
        let mut sessions = vec![
            session(self.svms.transfer, transfer.encode()),
            session(job.programs.erc20_approval, approval.encode()?),
            session(job.programs.dex_swap, swap.encode()?),
            session(job.programs.erc20_stake, stake.encode()?),
        ];
        sessions.extend(job.sessions()?);
        Ok(sessions)
    }

    /// The same by rules on the arguments, and once more the transfer. There is none for a least price.
    fn generic(&self) -> Result<Vec<Session>, WorldError> {
        let (world, mocks, account) = (&self.job.world, self.mocks, self.job.account);
        let mut sessions = vec![
            self.transfer_by_rules(0)?,
            self.approve_by_rules(mocks.token_in, mocks.dex)?,
            self.swap_by_rules(mocks.dex, [mocks.token_in, mocks.token_out])?,
            self.rules(mocks.stake, stakeCall::SELECTOR, vec![at_most(0, MAX_A)?])?,
        ];
        let deposit = vec![at_most(0, MainJob::MAX_B)?, equal(1, account)?];
        sessions.extend([
            self.approve_by_rules(world.token_a, world.swap_router)?,
            self.swap_by_rules(world.swap_router, [world.token_a, world.token_b])?,
            self.rules(world.vault, Vault::depositCall::SELECTOR, deposit)?,
            self.transfer_by_rules(MORE_RULES.into())?,
        ]);
        Ok(sessions)
    }

    /// With so many rules more, which ask the same again.
    fn transfer_by_rules(&self, more: usize) -> Result<Session, WorldError> {
        let mut rules = vec![equal(0, self.job.world.trader)?];
        rules.extend(vec![at_most(1, MAX_A)?; 1 + more]);
        self.rules(self.mocks.token_in, Token::transferCall::SELECTOR, rules)
    }

    fn approve_by_rules(&self, token: Address, dex: Address) -> Result<Session, WorldError> {
        let rules = vec![equal(0, dex)?, at_most(1, MAX_A)?];
        self.rules(token, Token::approveCall::SELECTOR, rules)
    }

    fn swap_by_rules(&self, dex: Address, pair: [Address; 2]) -> Result<Session, WorldError> {
        let rules = vec![
            equal(0, pair[0])?,
            equal(1, pair[1])?,
            equal(3, self.job.account)?,
            at_most(5, MAX_A)?,
        ];
        self.rules(dex, SwapRouter::exactInputSingleCall::SELECTOR, rules)
    }

    fn rules(
        &self,
        contract: Address,
        selector: [u8; 4],
        rules: Vec<AbiRule>,
    ) -> Result<Session, WorldError> {
        let rules = AbiRules {
            session_key: self.job.key.address(),
            contract,
            selector: FixedBytes(selector),
            max_value: U256::ZERO,
            rules,
        };
        Ok(session(self.svms.abi, rules.encode()?))
    }
}

fn session(svm: Address, session_key_data: Bytes) -> Session {
    Session {
        svm,
        session_key_data,
        ..Session::default()
    }
}

fn equal(argument: usize, address: Address) -> Result<AbiRule, WorldError> {
    Ok(AbiRule::argument(argument, Condition::Equal, address)?)
}

fn at_most(argument: usize, amount: U256) -> Result<AbiRule, WorldError> {
    Ok(AbiRule::argument(argument, Condition::AtMost, amount)?)
}
