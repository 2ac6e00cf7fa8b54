//! The gas that a client adds to an estimate, for programs that are evicted before inclusion, is what they then cost more.

use alloy::{primitives::Address, rpc::types::TransactionRequest, sol, sol_types::SolCall};
use benches::{By, Encoding, Job, Layout, Mode, Rules, Scenario, Scene};
use devnode::arbos::ARB_WASM;
use e2e::job;
use session_keys::{
    InitGas, Session, Tree, execute, execute_batch,
    session_data::{Bounds, Lane},
    uncached_surplus,
};
use world::MainJob;

sol! {
    function programInitGas(address program) view returns (uint64 gas, uint64 gasWhenCached);
}

fn init_gas(job: &MainJob, program: Address) -> InitGas {
    let request = TransactionRequest::default()
        .to(ARB_WASM)
        .input(programInitGasCall { program }.abi_encode().into());
    let answer = job.world.chain.call(&request).unwrap();
    let answer = programInitGasCall::abi_decode_returns(&answer).unwrap();
    InitGas {
        gas: answer.gas,
        gas_when_cached: answer.gasWhenCached,
    }
}

#[test]
fn the_surplus_is_what_uncached_programs_cost_more() {
    e2e::embedded_only!("an empty cache");
    let mut scene = Scene::new(51).unwrap();
    let mut module = |mode| {
        let by = By::Ours {
            layout: Layout::Separate,
            rules: Rules::Typed,
            encoding: Encoding::Canonical,
            height: 4,
            mode,
        };
        scene.grant(by).unwrap();
        if mode == Mode::Cached {
            assert!(scene.cache().unwrap());
        }
        let job = Job::MainJob;
        scene.measure(Scenario { by, job }).unwrap().module
    };
    let more = module(Mode::Uncached) - module(Mode::Cached);
    let job = job().unwrap();
    let call_data = execute_batch(&job.actions());
    let programs = job.key.called_programs(&job.tree, &[0, 1, 2], &call_data);
    let calls = programs.unwrap().into_iter();
    let surplus = uncached_surplus(calls.map(|program| init_gas(&job, program)));
    assert_eq!(surplus, more);
}

#[test]
fn the_programs_called_are_those_of_the_rules() {
    let job = job().unwrap();
    let programs = job.programs;
    let actions = job.actions();
    let called = |tree: &Tree, sessions: &[usize], call_data: &[u8]| {
        job.key.called_programs(tree, sessions, call_data).unwrap()
    };
    let lane = Lane::random(1);
    let bounds = Bounds::new(lane, 1, 1);
    // The last is of an SVM that is not ours.
    let foreign = job.world.mock_svm;
    let mut sessions = job.tree.sessions().to_vec();
    sessions.push(Session {
        svm: foreign,
        session_key_data: job.key.address().to_vec().into(),
        ..Session::default()
    });
    let bounded = sessions.iter().map(|session| bounds.wrap(session).unwrap());
    let bounded = bounded.collect();
    for tree in [sessions, bounded].map(|sessions| Tree::new(sessions).unwrap()) {
        let single = execute(&actions[1]);
        assert_eq!(called(&tree, &[1], &single), [programs.manager]);
        let batch = execute_batch(&actions);
        let validators = [programs.router, programs.manager];
        assert_eq!(called(&tree, &[0, 2, 0], &batch), validators);
        let asked = [programs.manager, foreign];
        assert_eq!(called(&tree, &[3], &single), asked);
        let asked = [programs.router, programs.manager, foreign, foreign];
        assert_eq!(called(&tree, &[3, 1, 3], &batch), asked);
    }
    assert!(
        job.key
            .called_programs(&job.tree, &[0], &execute_batch(&actions))
            .is_err()
    );
    assert!(
        job.key
            .called_programs(&job.tree, &[9], &execute(&actions[0]))
            .is_err()
    );
}
