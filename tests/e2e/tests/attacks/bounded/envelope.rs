//! Fees, gas, paymasters.

use alloy::primitives::U256;
use session_keys::{
    UserOp, execute, execute_batch,
    session_data::{Bounds, PaymasterRule},
};
use world::MAX_A;

use super::{LANE, bounds, managed, op_in, plus_one, routed, typed};
use crate::scene::{Scene, SessionData, aa23, bound, calls_to, frames};

/// The main job's three actions in the lane, changed and signed.
fn batch(scene: &Scene, sessions: &[SessionData], change: impl Fn(&mut UserOp)) -> UserOp {
    let mut op = op_in(scene, LANE, execute_batch(&scene.job.actions()));
    change(&mut op);
    routed(scene, op, sessions)
}

/// Its first action alone.
fn single(scene: &Scene, session: &SessionData, change: impl Fn(&mut UserOp)) -> UserOp {
    let mut op = op_in(scene, LANE, execute(&scene.job.approve(MAX_A)));
    change(&mut op);
    managed(scene, op, session)
}

/// Manager and router look into the envelope themselves: the program need not even be there.
fn what_is_within_its_bounds_is_executed(mut scene: Scene) {
    let sessions = typed(&scene, &bounds(&scene, 2));
    let sessions = scene.grant(sessions);
    let op = batch(&scene, &sessions, |_| ());
    let trace = scene.trace(scene.job.programs.router, &op);
    let bounded = well_known::BOUNDED.into();
    assert!(frames(&trace).iter().all(|frame| frame.to != Some(bounded)));
    scene.executed(&op);
    let op = single(&scene, &sessions[0], |_| ());
    scene.executed(&op);
}

fn a_key_that_bundles_its_own_userops_is_held_to_the_envelope(mut scene: Scene) {
    let all = bounds(&scene, 0);
    let cost_only = Bounds {
        max_fee_per_gas_wei: 0,
        max_gas: 0,
        ..all
    };
    type Field = fn(&mut UserOp) -> &mut U256;
    let fields: [(Field, &str); 4] = [
        (|op| &mut op.maxFeePerGas, "BND Max Fee"),
        (|op| &mut op.callGasLimit, "BND Max Gas"),
        (|op| &mut op.verificationGasLimit, "BND Max Gas"),
        (|op| &mut op.preVerificationGas, "BND Max Gas"),
    ];
    for (bounds, is_all) in [(all, true), (cost_only, false)] {
        let sessions = typed(&scene, &bounds);
        let sessions = scene.grant(sessions);
        for (field, text) in fields {
            let text = aa23(if is_all { text } else { "BND Max Op Cost" });
            let op = batch(&scene, &sessions, |op| plus_one(field(op)));
            assert_eq!(scene.refused(&op), text);
            let op = single(&scene, &sessions[0], |op| plus_one(field(op)));
            assert_eq!(scene.refused(&op), text);
        }
        scene.executed(&batch(&scene, &sessions, |_| ()));
    }
}

/// Why there are bounds.
fn without_bounds_a_key_sets_any_fee(mut scene: Scene) {
    e2e::embedded_only!("an account with 10 ether");
    let sessions = scene.typed();
    let sessions = scene.grant(sessions);
    let op = single(&scene, &sessions[0], |op| {
        op.maxFeePerGas *= U256::from(1_000);
        op.maxPriorityFeePerGas = op.maxFeePerGas;
    });
    scene.executed(&op);
}

fn paymasters_are_those_of_the_rule(mut scene: Scene) {
    let [named, other] = [scene.job.world.trader, scene.job.world.deployer];
    let wrong = aa23("BND Wrong Paymaster");
    for (rule, with_none, with_named, with_other) in [
        (PaymasterRule::Nobody, true, false, false),
        (PaymasterRule::Only(named), false, true, false),
        (PaymasterRule::Any, true, true, true),
    ] {
        let bounds = Bounds {
            paymaster: rule,
            max_op_cost_wei: 0,
            ..bounds(&scene, 0)
        };
        let sessions = typed(&scene, &bounds);
        let sessions = scene.grant(sessions);
        for (paymaster, is_allowed) in [(named, with_named), (other, with_other)] {
            let pay = |op: &mut UserOp| op.paymasterAndData = paymaster.to_vec().into();
            for op in [
                batch(&scene, &sessions, pay),
                single(&scene, &sessions[0], pay),
            ] {
                let refusal = scene.refused(&op);
                // Neither is a contract: past the account, the EntryPoint says that.
                let is_past = refusal.starts_with("AA3");
                assert_eq!(is_past, is_allowed, "{rule:?}, {refusal}");
                assert!(is_past || refusal == wrong, "{rule:?}, {refusal}");
            }
        }
        let short = batch(&scene, &sessions, |op| {
            op.paymasterAndData = vec![1; 19].into()
        });
        let refusal = scene.validate(scene.job.programs.router, &short);
        assert_eq!(refusal, Err(crate::scene::text("BND Wrong Paymaster")));
        let op = single(&scene, &sessions[0], |_| ());
        if with_none {
            scene.executed(&op);
        } else {
            assert_eq!(scene.refused(&op), wrong);
        }
    }
}

fn every_envelope_of_a_batch_must_hold(mut scene: Scene) {
    let wide = bounds(&scene, 0);
    let narrow = Bounds {
        max_gas: wide.max_gas - 1,
        ..wide
    };
    for place in 0..3 {
        let mut index = 0;
        let sessions = scene.typed().map(|session| {
            let is_narrow = index == place;
            index += 1;
            bound(&session, if is_narrow { &narrow } else { &wide })
        });
        let sessions = scene.grant(sessions);
        let op = batch(&scene, &sessions, |_| ());
        assert_eq!(scene.refused(&op), aa23("BND Max Gas"), "{place}");
    }
}

/// What is wrong with the envelope is said before the inner SVM is asked, and the inner SVM's text is passed on.
fn the_envelope_comes_first(mut scene: Scene) {
    let sessions = typed(&scene, &bounds(&scene, 0));
    let sessions = scene.grant(sessions);
    let too_much = execute(&scene.job.approve(MAX_A + U256::ONE));
    let op = managed(&scene, op_in(&scene, LANE, too_much.clone()), &sessions[0]);
    assert_eq!(scene.refused(&op), aa23("ERC20AV Max Amount Exceeded"));
    let op = managed(&scene, op_in(&scene, LANE + 1, too_much), &sessions[0]);
    assert_eq!(scene.refused(&op), aa23("BND Wrong Lane"));
    let svm = scene.job.programs.erc20_approval;
    let trace = scene.trace(scene.manager, &op);
    let is_asked = |frame: &&_| calls_to(frame, svm, crate::scene::VALIDATE_SESSION_USER_OP);
    assert!(!frames(&trace).iter().any(is_asked));
}

fn malformed_bounds_are_refused(mut scene: Scene) {
    let whole = bound(&scene.typed()[0], &bounds(&scene, 0));
    let mut short = whole.clone();
    short.sessionKeyData = whole.sessionKeyData[..0x71].to_vec().into();
    let mut version = whole.clone();
    let mut data = whole.sessionKeyData.to_vec();
    data[0] = 2;
    version.sessionKeyData = data.into();
    let mut itself = whole.clone();
    let mut data = whole.sessionKeyData.to_vec();
    data[0x5e..0x72].copy_from_slice(&well_known::BOUNDED);
    itself.sessionKeyData = data.into();
    for session in scene.grant([short, version, itself]) {
        let malformed = aa23("BND Malformed Session");
        let op = single(&scene, &session, |_| ());
        assert_eq!(scene.refused(&op), malformed);
        let action = [scene.job.approve(MAX_A)];
        let op = op_in(&scene, LANE, execute_batch(&action));
        let op = routed(&scene, op, &[session]);
        assert_eq!(scene.refused(&op), malformed);
    }
}

in_both_layouts! {
    what_is_within_its_bounds_is_executed,
    a_key_that_bundles_its_own_userops_is_held_to_the_envelope,
    without_bounds_a_key_sets_any_fee,
    paymasters_are_those_of_the_rule,
    every_envelope_of_a_batch_must_hold,
    the_envelope_comes_first,
    malformed_bounds_are_refused,
}
