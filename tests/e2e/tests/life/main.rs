//! The life of a Stylus program: it expires 365 days after its activation unless somebody keeps it alive, and a new
//! Stylus version of the chain outdates it. Sessions are suspended then, not revoked; the owner is never locked out.

use alloy::{
    primitives::{Address, U256, address, utils::parse_ether},
    sol_types::SolCall as _,
};
use devnode::arbos::{ARB_WASM, ArbWasm};
use session_keys::Action;
use world::{MainJob, Programs, abi::Account, to};

/// What the EntryPoint says when a module burns its gas and answers nothing.
const NO_ANSWER: &str = "AA23 reverted (or OOG)";
const DAY_SECS: u64 = 86_400;
/// Head of the account's list of modules.
const SENTINEL: Address = address!("0000000000000000000000000000000000000001");

/// Sends the main job: the refusal, if it is refused.
fn refusal(job: &mut MainJob) -> Option<String> {
    let op = job.signed(&job.actions(), &[0, 1, 2]).unwrap();
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
    let Programs {
        manager, router, ..
    } = job.programs;
    let actions = [
        job.approve(U256::from(7)),
        disable(job, SENTINEL, router),
        disable(job, SENTINEL, manager),
    ];
    job.as_owner(&actions).unwrap();
    for module in [manager, router] {
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

fn each_program(test: impl Fn(&mut MainJob, Address)) {
    for index in 0..5 {
        let mut job = e2e::job().unwrap();
        let program = job.programs.all()[index];
        test(&mut job, program);
    }
}

#[test]
fn an_expired_program_suspends_sessions() {
    e2e::embedded_only!("time control");
    each_program(|job, program| {
        days(job, 200);
        let others = job
            .programs
            .all()
            .into_iter()
            .filter(|other| *other != program);
        others.for_each(|other| keep_alive(job, other));
        days(job, 164);
        assert_eq!(refusal(job), None, "the last day");
        days(job, 2);
        is_suspended_until_a_stranger_activates(job, program);
    });
}

#[test]
fn a_new_stylus_version_outdates_programs_and_suspends_sessions() {
    e2e::embedded_only!("the chain's parameters");
    each_program(|job, program| {
        let node = job.world.embedded_mut().unwrap();
        let mut params = node.stylus_params();
        params.version += 1;
        node.set_stylus_params(&params);
        let others = job
            .programs
            .all()
            .into_iter()
            .filter(|other| *other != program);
        others.for_each(|other| activate(job, other));
        is_suspended_until_a_stranger_activates(job, program);
    });
}

#[test]
fn keeping_alive_in_time_prevents_it() {
    e2e::embedded_only!("time control");
    let mut job = e2e::job().unwrap();
    for _ in 0..3 {
        days(&mut job, 360);
        for program in job.programs.all() {
            keep_alive(&mut job, program);
        }
        assert_eq!(refusal(&mut job), None);
    }
}
