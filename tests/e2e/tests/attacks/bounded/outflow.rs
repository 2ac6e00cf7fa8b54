//! What leaves the account, over many userOps that a key and its bundler make up: never more than the bounds of §10.7.

use alloy::primitives::{Bytes, U256};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseResult},
};
use session_keys::{Action, execute, execute_batch, session_data::Bounds};
use world::{MainJob, abi::EntryPoint};

use super::{LANE, bounds, fee, lane, managed, op_in, routed};
use crate::scene::{Layout, Scene, SessionData, bound};

/// A userOp as the key and its bundler make it up.
#[derive(Clone, Debug)]
struct Attempt {
    /// Which lane its nonce is of.
    lane: u64,
    /// Added to the nonce's sequence.
    skip: u64,
    /// Leaf and amount of each action; a single one goes through the manager.
    actions: Vec<(usize, u64)>,
    fee_percent: u64,
    gas_percent: u64,
    /// Whether it is sent a second time.
    is_replayed: bool,
}

const USES: u64 = 3;
/// Of bounded deposits, in raw units of B.
const LIMIT: u64 = 1_000;

fn attempt() -> impl Strategy<Value = Attempt> {
    let percent =
        || prop_oneof![4 => Just(100u64), 1 => Just(101), 1 => 1u64..100, 1 => 102u64..2_000];
    (
        prop_oneof![1 => Just(0u64), 5 => Just(LANE), 5 => Just(LANE + 1), 1 => Just(LANE + 2)],
        prop_oneof![9 => Just(0u64), 1 => 1u64..5],
        proptest::collection::vec(
            (
                0usize..4,
                prop_oneof![4 => 0..=LIMIT, 1 => Just(LIMIT + 1), 1 => any::<u64>()],
            ),
            1..4,
        ),
        percent(),
        percent(),
        any::<bool>(),
    )
        .prop_map(
            |(lane, skip, actions, fee_percent, gas_percent, is_replayed)| Attempt {
                lane,
                skip,
                actions,
                fee_percent,
                gas_percent,
                is_replayed,
            },
        )
}

/// The account's money: B, and its deposit at the EntryPoint.
fn money(scene: &Scene) -> (U256, U256) {
    let world = &scene.job.world;
    let account = scene.account;
    let deposit = EntryPoint::balanceOfCall { account };
    (
        world.balance_of(world.token_b, account).unwrap(),
        world.view(world.entry_point, deposit).unwrap(),
    )
}

/// Two leaves in one lane, a third in another, a fourth that serves several actions of a batch there.
fn grant(scene: &mut Scene) -> ([SessionData; 4], Bounds) {
    let first = bounds(scene, USES);
    let second = Bounds {
        lane: Some(lane(LANE + 1, USES)),
        ..first
    };
    let several = Bounds {
        serves_several_actions: true,
        ..second
    };
    let deposit = |limit: u64| {
        let world = &scene.job.world;
        let key = scene.job.key.address();
        let data = session_keys::session_data::Erc20Stake::deposit(
            key,
            world.vault,
            scene.account,
            U256::from(limit),
        );
        SessionData {
            sessionValidationModule: scene.job.programs.erc20_stake,
            sessionKeyData: data.encode().unwrap(),
            ..SessionData::default()
        }
    };
    let sessions = [
        bound(&deposit(LIMIT), &first),
        bound(&deposit(LIMIT - 1), &first),
        bound(&deposit(LIMIT), &second),
        bound(&deposit(LIMIT), &several),
    ];
    (scene.grant(sessions), first)
}

impl Attempt {
    fn op(&self, scene: &Scene, sessions: &[SessionData]) -> session_keys::UserOp {
        let actions: Vec<Action> = self
            .actions
            .iter()
            .map(|(_, amount)| scene.job.deposit(U256::from(*amount)))
            .collect();
        let used: Vec<_> = self
            .actions
            .iter()
            .map(|(leaf, _)| sessions[*leaf].clone())
            .collect();
        let call_data: Bytes = match &actions[..] {
            [one] => execute(one),
            all => execute_batch(all),
        };
        let mut op = op_in(scene, self.lane, call_data);
        op.nonce += U256::from(self.skip);
        op.maxFeePerGas = U256::from(fee(scene) * u128::from(self.fee_percent) / 100);
        op.maxPriorityFeePerGas = op.maxFeePerGas;
        op.callGasLimit = op.callGasLimit * U256::from(self.gas_percent) / U256::from(100);
        match &used[..] {
            [one] => managed(scene, op, one),
            all => routed(scene, op, all),
        }
    }
}

fn never_more_than_the_bounds(mut scene: Scene, attempts: Vec<Attempt>) -> TestCaseResult {
    let b = scene.job.world.token_b;
    scene
        .job
        .world
        .mint(b, scene.account, MainJob::MAX_B)
        .unwrap();
    let (sessions, bounds) = grant(&mut scene);
    let before = money(&scene);
    let mut several = U256::ZERO;
    for attempt in attempts {
        let op = attempt.op(&scene, &sessions);
        let balance = money(&scene).0;
        let bundle = scene
            .job
            .world
            .handle_ops(std::slice::from_ref(&op))
            .unwrap();
        if attempt.actions.iter().any(|(leaf, _)| *leaf == 3) {
            several += balance - money(&scene).0;
        }
        if bundle.refusal().is_none() && attempt.is_replayed {
            let again = scene.job.world.handle_ops(&[op]).unwrap();
            prop_assert!(again.refusal().is_some());
        }
    }
    let after = money(&scene);
    // Three leaves, each used as often as its lane allows. The fourth has no such bound.
    let most = U256::from(USES * (LIMIT + LIMIT - 1 + LIMIT));
    let outflow = before.0 - after.0 - several;
    prop_assert!(outflow <= most, "{outflow} B of {most}");
    let fees = before.1 - after.1;
    let most = U256::from(bounds.max_op_cost_wei) * U256::from(2 * USES);
    prop_assert!(fees <= most, "{fees} wei of {most}");
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 6, max_shrink_iters: 50, ..Config::default() })]

    #[test]
    fn by_manager_and_router(attempts in proptest::collection::vec(attempt(), 10..30)) {
        never_more_than_the_bounds(Scene::new(Layout::Separate), attempts)?;
    }

    #[test]
    fn by_the_session_module(attempts in proptest::collection::vec(attempt(), 10..30)) {
        never_more_than_the_bounds(Scene::new(Layout::Module), attempts)?;
    }
}
