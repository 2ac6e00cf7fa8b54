//! The life of a Stylus program: it expires 365 days after its activation unless somebody keeps it alive, and a new
//! Stylus version of the chain outdates it. Sessions are suspended then, not revoked; the owner is never locked out. The
//! rules of our SVMs are in the programs that validate: their own programs may be anything.

use alloy::{
    primitives::{Address, U256, address, keccak256, utils::parse_ether},
    rpc::types::TransactionRequest,
    sol_types::{SolCall as _, SolValue as _},
};
use devnode::arbos::{ARB_WASM, ArbWasm};
use session_keys::{Action, Session, Tree};
use world::{MAX_A, MainJob, Programs, WorldError, abi::Account, to};

/// What the EntryPoint says when a module burns its gas and answers nothing.
const NO_ANSWER: &str = "AA23 reverted (or OOG)";
const DAY_SECS: u64 = 86_400;
/// Head of the account's list of modules.
const SENTINEL: Address = address!("0000000000000000000000000000000000000001");

/// Manager and router, or the session module.
const LAYOUTS: [fn() -> Result<MainJob, WorldError>; 2] = [e2e::job, e2e::job_with_module];

/// The programs that validate: one if they are one.
fn validators(job: &MainJob) -> Vec<Address> {
    let mut validators = vec![job.programs.router, job.programs.manager];
    validators.dedup();
    validators
}

/// Programs of our SVMs.
fn svms(job: &MainJob) -> [Address; 3] {
    let programs = job.programs;
    [
        programs.erc20_approval,
        programs.dex_swap,
        programs.erc20_stake,
    ]
}

/// Sends the main job: the refusal, if it is refused.
fn refusal(job: &mut MainJob) -> Option<String> {
    let actions = job.actions();
    refusal_of(job, &actions, &[0, 1, 2])
}

fn refusal_of(job: &mut MainJob, actions: &[Action], sessions: &[usize]) -> Option<String> {
    let op = job.signed(actions, sessions).unwrap();
    let bundle = job.world.handle_ops(&[op]).unwrap();
    if let Some(refusal) = bundle.refusal() {
        return Some(refusal.into());
    }
    bundle.succeeded().unwrap();
    None
}

fn days(job: &mut MainJob, days: u64) {
    let node = job.world.embedded_mut().unwrap();
    node.increase_time(days * DAY_SECS);
    node.mine();
}

/// Anyone may pay for this.
fn activate(job: &mut MainJob, program: Address) {
    let (stranger, value) = (job.world.trader, parse_ether("1").unwrap());
    let call = ArbWasm::activateProgramCall { program };
    job.world
        .send_value(stranger, ARB_WASM, value, call)
        .unwrap();
}

/// And for this.
fn keep_alive(job: &mut MainJob, program: Address) {
    let (stranger, value) = (job.world.trader, parse_ether("1").unwrap());
    let codehash = job
        .world
        .embedded()
        .unwrap()
        .code_hash(program, alloy::eips::BlockId::latest())
        .unwrap();
    let call = ArbWasm::codehashKeepaliveCall { codehash };
    job.world
        .send_value(stranger, ARB_WASM, value, call)
        .unwrap();
}

/// While `program` does not run: sessions are refused, and the owner can do everything, get rid of the modules included.
/// Then somebody activates it, and the sessions are back.
fn is_suspended_until_a_stranger_activates(job: &mut MainJob, program: Address) {
    let name = job.world.name(program);
    assert_eq!(refusal(job).as_deref(), Some(NO_ANSWER), "{name}");

    let before = job.world.embedded_mut().unwrap().snapshot();
    let mut actions = vec![job.approve(U256::from(7))];
    let modules = validators(job);
    // The last enabled is the first of the account's list.
    actions.extend(modules.iter().map(|module| disable(job, SENTINEL, *module)));
    job.as_owner(&actions).unwrap();
    for module in modules {
        let call = Account::isModuleEnabledCall { module };
        assert!(!job.world.view(job.account, call).unwrap(), "{name}");
    }
    job.world.embedded_mut().unwrap().revert(before).unwrap();

    activate(job, program);
    assert_eq!(refusal(job), None, "{name}");
}

fn disable(job: &MainJob, previous: Address, module: Address) -> Action {
    let call = Account::disableModuleCall {
        prevModule: previous,
        module,
    };
    to(job.account, call.abi_encode())
}

/// Of each layout, in a world of its own.
fn each_validator(test: impl Fn(&mut MainJob, Address)) {
    for (layout, programs) in LAYOUTS.into_iter().zip([2, 1]) {
        for index in 0..programs {
            let mut job = layout().unwrap();
            let validators = validators(&job);
            assert_eq!(validators.len(), programs);
            test(&mut job, validators[index]);
        }
    }
}

fn others(job: &MainJob, program: Address) -> Vec<Address> {
    let mut others = [validators(job), svms(job).to_vec()].concat();
    others.retain(|other| *other != program);
    others
}

/// All programs but these. They run to the last day.
fn expire_all_but(job: &mut MainJob, kept: &[Address]) {
    days(job, 200);
    for program in kept {
        keep_alive(job, *program);
    }
    days(job, 164);
    assert_eq!(refusal(job), None, "the last day");
    days(job, 2);
}

/// All programs but these.
fn outdate_all_but(job: &mut MainJob, kept: &[Address]) {
    let node = job.world.embedded_mut().unwrap();
    let mut params = node.stylus_params();
    params.version += 1;
    node.set_stylus_params(&params);
    for program in kept {
        activate(job, *program);
    }
}

#[test]
fn an_expired_program_suspends_sessions() {
    e2e::embedded_only!("time control");
    each_validator(|job, program| {
        expire_all_but(job, &others(job, program));
        is_suspended_until_a_stranger_activates(job, program);
    });
}

#[test]
fn a_new_stylus_version_outdates_programs_and_suspends_sessions() {
    e2e::embedded_only!("the chain's parameters");
    each_validator(|job, program| {
        outdate_all_but(job, &others(job, program));
        is_suspended_until_a_stranger_activates(job, program);
    });
}

/// Does a call of this program's EXECUTE_SELECTOR() get an answer?
fn runs(job: &MainJob, svm: Address) -> bool {
    let request = TransactionRequest::default()
        .to(svm)
        .input(keccak256("EXECUTE_SELECTOR()")[..4].to_vec().into());
    job.world.chain.call(&request).is_ok()
}

#[test]
fn sessions_of_our_svms_go_on_without_their_programs() {
    e2e::embedded_only!("time control");
    for layout in LAYOUTS {
        for stop in [expire_all_but, outdate_all_but] {
            let mut job = layout().unwrap();
            assert!(svms(&job).iter().all(|svm| runs(&job, *svm)));
            let validators = validators(&job);
            stop(&mut job, &validators);
            assert!(!svms(&job).iter().any(|svm| runs(&job, *svm)));
            assert_eq!(refusal(&mut job), None);
            let [approve, ..] = job.actions();
            let too_much = job.approve(MAX_A + U256::ONE);
            assert_eq!(refusal_of(&mut job, &[approve], &[0]), None);
            let text = "AA23 reverted: ERC20AV Max Amount Exceeded";
            let refusal = refusal_of(&mut job, &[too_much], &[0]);
            assert_eq!(refusal.as_deref(), Some(text));
        }
    }
}

#[test]
fn our_svms_need_not_be_deployed() {
    e2e::embedded_only!("a chain without them");
    for names in [
        &["session-key-manager", "batched-session-router"][..],
        &["session-module"],
    ] {
        let mut world = e2e::world().unwrap();
        let programs: Vec<_> = names
            .iter()
            .map(|name| world.deploy_program(name).unwrap())
            .collect();
        let programs = Programs {
            manager: programs[0],
            router: programs[programs.len() - 1],
            erc20_approval: well_known::ERC20_APPROVAL.into(),
            dex_swap: well_known::DEX_SWAP.into(),
            erc20_stake: well_known::ERC20_STAKE.into(),
        };
        let mut job = MainJob::before_grant(world, programs).unwrap();
        let tree = Tree::new(job.sessions().unwrap()).unwrap();
        job.grant(tree).unwrap();
        for svm in svms(&job) {
            assert!(job.world.chain.code(svm).unwrap().is_empty());
        }
        assert_eq!(refusal(&mut job), None);
    }
}

/// Its rules are in its program alone.
#[test]
fn an_expired_svm_of_others_suspends_its_sessions() {
    e2e::embedded_only!("time control");
    for layout in LAYOUTS {
        let mut job = layout().unwrap();
        let svm = job.world.deploy_program("ether-transfer").unwrap();
        let recipient = Address::repeat_byte(0x33);
        let grant = (job.key.address(), recipient, U256::from(10));
        let session = Session {
            svm,
            session_key_data: grant.abi_encode_params().into(),
            ..Session::default()
        };
        let mut sessions = job.tree.sessions().to_vec();
        sessions.push(session);
        job.grant(Tree::new(sessions).unwrap()).unwrap();
        let account = job.account;
        let node = job.world.embedded_mut().unwrap();
        node.set_balance(account, U256::from(1_000));
        let pay = [Action {
            to: recipient,
            value: U256::from(10),
            ..Action::default()
        }];
        assert_eq!(refusal_of(&mut job, &pay, &[3]), None);
        let kept = others(&job, svm);
        expire_all_but(&mut job, &kept);
        let refused = refusal_of(&mut job, &pay, &[3]);
        assert_eq!(refused.as_deref(), Some(NO_ANSWER));
        assert_eq!(refusal(&mut job), None);
        activate(&mut job, svm);
        assert_eq!(refusal_of(&mut job, &pay, &[3]), None);
    }
}

#[test]
fn keeping_alive_in_time_prevents_it() {
    e2e::embedded_only!("time control");
    for layout in LAYOUTS {
        let mut job = layout().unwrap();
        for _ in 0..3 {
            days(&mut job, 360);
            for program in validators(&job) {
                keep_alive(&mut job, program);
            }
            assert_eq!(refusal(&mut job), None);
        }
    }
}
