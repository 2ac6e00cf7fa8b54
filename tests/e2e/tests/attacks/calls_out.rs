//! 7.2-K: the programs' outgoing calls are a closed set.

use alloy::{
    primitives::{Address, B256, Bytes, U256, address, aliases::U192},
    rpc::types::trace::geth::CallFrame,
};
use session_keys::{
    UserOp, calls,
    session_data::{Bounds, Lane, PaymasterRule},
};
use world::MAX_A;

use crate::scene::{
    IS_MODULE_ENABLED, Layout, Scene, SessionData, VALIDATE_SESSION_KEYS, VALIDATE_SESSION_PARAMS,
    VALIDATE_SESSION_USER_OP, bound, frames, key, returns, reverts, text, word,
};

const ECRECOVER: Address = address!("0000000000000000000000000000000000000001");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    IsModuleEnabled,
    /// By the router: the session module proves the sessions itself.
    SessionKeys,
    SessionParams,
    SessionUserOp,
    Recover,
}

/// What a call by one of our programs is, if it is one that the program may make. `svms` are those of others.
fn allowed(scene: &Scene, svms: &[Address], frame: &CallFrame) -> Option<Call> {
    let programs = scene.job.programs;
    let to = frame.to?;
    let is_read = frame.typ == "STATICCALL";
    let selector = frame.input.first_chunk::<4>();
    if frame.value.is_some_and(|value| !value.is_zero()) || (!is_read && frame.typ != "CALL") {
        return None;
    }
    let is_svm = svms.contains(&to) && !is_read;
    let is_module = frame.from == programs.router || frame.from == programs.manager;
    match (to, selector) {
        (ECRECOVER, _) if is_read && frame.input.len() == 128 => is_module.then_some(Call::Recover),
        (to, Some(&IS_MODULE_ENABLED)) if is_read && to == scene.account => {
            (is_module && frame.input.len() == 36).then_some(Call::IsModuleEnabled)
        }
        (to, Some(&VALIDATE_SESSION_KEYS)) if !is_read && to == scene.manager => {
            (frame.from == programs.router && scene.layout == Layout::Separate)
                .then_some(Call::SessionKeys)
        }
        (_, Some(&VALIDATE_SESSION_PARAMS)) if is_svm => {
            (frame.from == programs.router).then_some(Call::SessionParams)
        }
        (_, Some(&VALIDATE_SESSION_USER_OP)) if is_svm => {
            (frame.from == programs.manager).then_some(Call::SessionUserOp)
        }
        _ => None,
    }
}

/// The calls that our programs make when the EntryPoint gets this userOp. None of them is outside the set.
fn sent(scene: &mut Scene, svms: &[Address], op: &UserOp) -> Vec<Call> {
    let bundle = scene
        .job
        .world
        .handle_ops(std::slice::from_ref(op))
        .unwrap();
    let hash = bundle.receipt.transaction_hash;
    let tree = scene.job.world.chain.trace_transaction(hash).unwrap();
    let ours = scene.job.programs.all();
    frames(&tree)
        .into_iter()
        .filter(|frame| ours.contains(&frame.from))
        .map(|frame| {
            allowed(scene, svms, frame)
                .unwrap_or_else(|| panic!("{} {:?} {}", frame.typ, frame.to, frame.input))
        })
        .collect()
}

/// Our own SVMs are none of them: their rules are in the programs.
fn every_flow_calls_only_account_manager_svms_and_ecrecover(mut scene: Scene) {
    use Call::*;
    e2e::traces_only!(scene.job.world.chain);
    let yes = scene.hostile(scene.key_word(), word(1));
    let no = scene.hostile(reverts(text("no")), reverts(text("no")));
    let odd = scene.hostile(returns([1; 32]), word(2));
    let typed = scene.typed();
    let [approval, swap, deposit] = typed;
    let sessions = [approval, swap, deposit, scene.mock(), yes, no, odd];
    let sessions = scene.grant(sessions);
    let svms: Vec<Address> = sessions[3..]
        .iter()
        .map(|s| s.sessionValidationModule)
        .collect();
    let [approval, swap, deposit, mock, yes, no, odd] = sessions;
    let typed = [approval.clone(), swap, deposit];
    // Those of manager and router, as the layout has them.
    let layout = scene.layout;
    let ours = |separate: &[Call]| -> Vec<Call> {
        let is_made = |call: &&Call| layout == Layout::Separate || **call != SessionKeys;
        separate.iter().filter(is_made).copied().collect()
    };
    let sent = |scene: &mut Scene, op| sent(scene, &svms, &op);

    let actions = scene.job.actions();
    let batch = scene.batch(&actions, &typed);
    assert_eq!(
        sent(&mut scene, batch),
        ours(&[IsModuleEnabled, Recover, SessionKeys])
    );
    let single = scene.single(&actions[0], &approval);
    assert_eq!(sent(&mut scene, single), [Recover]);

    let action = scene.harmless();
    for session in [&mock, &yes] {
        let single = scene.single(&action, session);
        assert_eq!(sent(&mut scene, single), [SessionUserOp, IsModuleEnabled]);
        let both = [session.clone(), session.clone()];
        let batch = scene.batch(&[action.clone(), action.clone()], &both);
        let asked = ours(&[
            IsModuleEnabled,
            Recover,
            SessionKeys,
            SessionParams,
            IsModuleEnabled,
            SessionParams,
        ]);
        assert_eq!(sent(&mut scene, batch), asked);
    }

    // What is refused.
    let too_much = [
        scene.job.approve(MAX_A + U256::ONE),
        actions[1].clone(),
        actions[2].clone(),
    ];
    let batch = scene.batch(&too_much, &typed);
    assert_eq!(
        sent(&mut scene, batch),
        ours(&[IsModuleEnabled, Recover, SessionKeys])
    );
    let single = scene.single(&too_much[0], &approval);
    assert_eq!(sent(&mut scene, single), []);
    for session in [&no, &odd] {
        let single = scene.single(&action, session);
        assert_eq!(sent(&mut scene, single), [SessionUserOp]);
        let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(session));
        assert_eq!(
            sent(&mut scene, batch),
            ours(&[IsModuleEnabled, Recover, SessionKeys, SessionParams])
        );
    }
    let mut forged = mock.clone();
    forged.merkleProof[0] = B256::ZERO;
    let single = scene.single(&action, &forged);
    assert_eq!(sent(&mut scene, single), []);
    let batch = scene.batch(std::slice::from_ref(&action), &[forged]);
    assert_eq!(
        sent(&mut scene, batch),
        ours(&[IsModuleEnabled, Recover, SessionKeys])
    );
    let single = scene.managed(calls::enable_module(scene.manager), &mock);
    assert_eq!(sent(&mut scene, single), [SessionUserOp]);
    let owner = world::to(scene.account, calls::enable_module(svms[0]));
    let single = scene.single(&owner, &mock);
    assert_eq!(sent(&mut scene, single), [SessionUserOp]);
    let batch = scene.batch(std::slice::from_ref(&owner), std::slice::from_ref(&mock));
    assert_eq!(
        sent(&mut scene, batch),
        ours(&[IsModuleEnabled, Recover, SessionKeys, SessionParams])
    );
    let batch = scene.routed(session_keys::execute_batch(&[]), &[]);
    assert_eq!(sent(&mut scene, batch), [IsModuleEnabled, Recover]);
    let batch = scene.routed(session_keys::execute(&action), std::slice::from_ref(&mock));
    assert_eq!(sent(&mut scene, batch), []);

    scene.signer = key(0x77);
    let single = scene.single(&actions[0], &approval);
    assert_eq!(sent(&mut scene, single), [Recover]);
    let batch = scene.batch(&[actions[0].clone(), action], &[approval, mock]);
    let asked = ours(&[
        IsModuleEnabled,
        Recover,
        SessionKeys,
        SessionParams,
        IsModuleEnabled,
    ]);
    assert_eq!(sent(&mut scene, batch), asked);
}

fn a_manager_that_is_not_enabled_is_not_called(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    scene.manager = scene.job.world.mock_svm;
    let op = scene.batch(&[scene.harmless()], &[scene.mock()]);
    let expected: &[Call] = match scene.layout {
        Layout::Separate => &[Call::IsModuleEnabled],
        // It asks nobody about a manager that it is not.
        Layout::Module => &[],
    };
    assert_eq!(sent(&mut scene, &[], &op), expected);
}

/// An empty revert, as an answer of theirs would be; but nobody is called, inside bounds or not.
fn a_program_does_not_ask_itself(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let lane = Lane {
        key: U192::ONE,
        max_uses: 0,
    };
    let bounds = Bounds {
        lane: None,
        paymaster: PaymasterRule::Any,
        ..Bounds::new(lane, u128::MAX, u64::MAX)
    };
    let programs = scene.job.programs;
    let of = |svm| SessionData {
        sessionValidationModule: svm,
        ..scene.mock()
    };
    let [manager, router] = [programs.manager, programs.router].map(of);
    let sessions = [bound(&manager, &bounds), bound(&router, &bounds)];
    let [in_manager, in_router] = sessions;
    let [manager, router, in_manager, in_router] =
        scene.grant([manager, router, in_manager, in_router]);
    let action = scene.harmless();
    for session in [manager, in_manager] {
        let op = scene.single(&action, &session);
        assert_eq!(scene.by_manager(&op), Err(Bytes::new()));
        assert!(scene.trace(programs.manager, &op).calls.is_empty());
    }
    for session in [router, in_router] {
        let op = scene.batch(std::slice::from_ref(&action), &[session]);
        assert_eq!(scene.by_router(&op), Err(Bytes::new()));
        let tree = scene.trace(programs.router, &op);
        let is_asked = |frame: &&CallFrame| frame.to == Some(programs.router);
        assert!(!frames(&tree)[1..].iter().any(is_asked));
    }
}

in_both_layouts! {
    every_flow_calls_only_account_manager_svms_and_ecrecover,
    a_manager_that_is_not_enabled_is_not_called,
    a_program_does_not_ask_itself,
}
