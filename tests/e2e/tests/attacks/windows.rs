//! Validity windows: §4 step 10, §10.8.

use alloy::primitives::{Bytes, U256, aliases::U48};

use crate::scene::{FOREVER_SECS, Scene, SessionData, aa23, text};

const AA22: &str = "AA22 expired or not due";

fn window(session: &SessionData, until: u64, after: u64) -> SessionData {
    SessionData {
        validUntil: U48::from(until),
        validAfter: U48::from(after),
        ..session.clone()
    }
}

fn packed(until: u64, after: u64) -> Result<U256, Bytes> {
    Ok((U256::from(until) << 160) | (U256::from(after) << 208))
}

fn batch_of(scene: &Scene, sessions: &[SessionData]) -> session_keys::UserOp {
    scene.batch(&vec![scene.harmless(); sessions.len()], sessions)
}

fn expired_and_not_yet_due_sessions_are_refused(mut scene: Scene) {
    let mock = scene.mock();
    let now = scene.job.world.chain.timestamp().unwrap();
    let [expired, not_due, always] = scene.grant([
        window(&mock, now - 1, 0),
        window(&mock, 0, now + 1_000),
        mock.clone(),
    ]);
    for session in [&expired, &not_due] {
        let op = scene.single(&scene.harmless(), session);
        assert_eq!(scene.refused(&op), AA22);
        for sessions in [
            vec![session.clone()],
            vec![always.clone(), session.clone(), always.clone()],
            vec![session.clone(), always.clone()],
        ] {
            let op = batch_of(&scene, &sessions);
            assert_eq!(scene.refused(&op), AA22);
        }
    }
    let op = batch_of(&scene, &[expired, not_due]);
    assert_eq!(scene.refused(&op), AA22);
    scene.executed(&batch_of(&scene, &[always.clone(), always]));
}

fn a_batch_is_valid_when_all_of_its_sessions_are(mut scene: Scene) {
    let mock = scene.mock();
    let windows = [
        (0, 0),
        (3_000, 0),
        (2_000, 1_000),
        (5_000, 1_500),
        (0, 2_500),
        (FOREVER_SECS, 7),
    ];
    let [a, b, c, d, e, f] = scene.grant(windows.map(|(until, after)| window(&mock, until, after)));
    let cases = [
        (vec![&a], (FOREVER_SECS, 0)),
        (vec![&a, &a], (FOREVER_SECS, 0)),
        (vec![&f, &a], (FOREVER_SECS, 7)),
        (vec![&a, &b], (3_000, 0)),
        (vec![&b, &c, &d], (2_000, 1_500)),
        (vec![&d, &c, &b], (2_000, 1_500)),
        (vec![&d, &e], (5_000, 2_500)),
        (vec![&c, &e], (2_000, 2_500)),
        (vec![&e, &a, &f], (FOREVER_SECS, 2_500)),
    ];
    for (sessions, (until, after)) in cases {
        let sessions: Vec<SessionData> = sessions.into_iter().cloned().collect();
        let op = batch_of(&scene, &sessions);
        assert_eq!(scene.by_router(&op), packed(until, after));
    }
    for (session, (until, after)) in [a, b, c, d, e, f].into_iter().zip(windows) {
        let op = scene.single(&scene.harmless(), &session);
        assert_eq!(scene.by_manager(&op), packed(until, after));
    }
}

/// Of the next block.
fn set_time(scene: &mut Scene, secs: u64) {
    let node = scene.job.world.embedded_mut().unwrap();
    node.set_next_timestamp(secs).unwrap();
}

fn both_ends_of_a_window_are_in_it(mut scene: Scene) {
    e2e::embedded_only!("time control");
    let mock = scene.mock();
    let now = scene.job.world.chain.timestamp().unwrap() + 1_000;
    let [session] = scene.grant([window(&mock, now, now)]);
    let op = batch_of(&scene, std::slice::from_ref(&session));
    set_time(&mut scene, now);
    scene.executed(&op);
    let op = scene.single(&scene.harmless(), &session);
    set_time(&mut scene, now);
    scene.executed(&op);
    let op = scene.single(&scene.harmless(), &session);
    set_time(&mut scene, now + 1);
    assert_eq!(scene.refused(&op), AA22);
}

fn bit_47_of_a_window_is_refused_but_for_the_last_end(mut scene: Scene) {
    let mock = scene.mock();
    let bit = 1 << 47;
    let not_approved: Result<Bytes, Bytes> = Err(text("SessionNotApproved"));
    for (until, after, is_allowed) in [
        (bit, 0, false),
        (bit | 1, 0, false),
        (FOREVER_SECS - 1, 0, false),
        (FOREVER_SECS, bit, false),
        (0, bit, false),
        (0, FOREVER_SECS, false),
        (bit - 1, 0, true),
        (FOREVER_SECS, 0, true),
    ] {
        let [session] = scene.grant([window(&mock, until, after)]);
        let answers = scene.approved(&session);
        let single = scene.single(&scene.harmless(), &session);
        let batch = batch_of(&scene, std::slice::from_ref(&session));
        if is_allowed {
            assert!(answers.iter().all(Result::is_ok));
            scene.executed(&single);
            scene.executed(&batch_of(&scene, &[session]));
            continue;
        }
        assert_eq!(answers, [not_approved.clone(), not_approved.clone()]);
        assert_eq!(scene.refused(&single), aa23("SessionNotApproved"));
        assert_eq!(scene.refused(&batch), aa23("SessionNotApproved"));
    }
}

in_both_layouts! {
    expired_and_not_yet_due_sessions_are_refused,
    a_batch_is_valid_when_all_of_its_sessions_are,
    both_ends_of_a_window_are_in_it,
    bit_47_of_a_window_is_refused_but_for_the_last_end,
}
