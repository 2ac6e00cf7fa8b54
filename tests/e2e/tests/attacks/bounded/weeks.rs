//! A recurring budget: a leaf for each period, with a window and a lane of its own.

use session_keys::{Tree, execute, session_data::Bounds};
use world::MAX_A;

use super::{bounds, lane, managed, op_in};
use crate::scene::{Scene, aa23, bound, client};

const WEEK_SECS: u64 = 7 * 24 * 60 * 60;
const WEEKS: u64 = 52;
const AA22: &str = "AA22 expired or not due";

fn one_use_a_week_for_a_year(mut scene: Scene) {
    e2e::embedded_only!("time control");
    // 364 days: after 365 the programs would need a keepalive.
    let start = scene.job.world.embedded().unwrap().next_timestamp() + 1_000;
    let plain = scene.typed()[0].clone();
    let sessions: [_; WEEKS as usize] = std::array::from_fn(|week| {
        let week = week as u64;
        let bounds = Bounds {
            lane: Some(lane(1_000 + week, 1)),
            ..bounds(&scene, 0)
        };
        let mut session = client(&bound(&plain, &bounds));
        session.valid_after_secs = start + week * WEEK_SECS;
        session.valid_until_secs = session.valid_after_secs + WEEK_SECS - 1;
        crate::scene::data(&session)
    });
    Tree::new(sessions.iter().map(client).collect()).unwrap();
    let sessions = scene.grant(sessions);
    let approve = |scene: &Scene, week: u64| {
        let op = op_in(scene, 1_000 + week, execute(&scene.job.approve(MAX_A)));
        managed(scene, op, &sessions[usize::try_from(week).unwrap()])
    };
    let early = approve(&scene, 0);
    assert_eq!(scene.refused(&early), AA22);
    for week in 0..WEEKS {
        let middle = start + week * WEEK_SECS + WEEK_SECS / 2;
        let node = scene.job.world.embedded_mut().unwrap();
        node.set_next_timestamp(middle).unwrap();
        let op = approve(&scene, week);
        scene.executed(&op);
        let again = approve(&scene, week);
        assert_eq!(scene.refused(&again), aa23("BND Max Uses"));
        for other in [week.checked_sub(1), Some(week + 1)] {
            let Some(other) = other.filter(|other| *other < WEEKS) else {
                continue;
            };
            let op = approve(&scene, other);
            let refusal = scene.refused(&op);
            let expected = if other < week {
                aa23("BND Max Uses")
            } else {
                AA22.into()
            };
            assert_eq!(refusal, expected, "{other} in week {week}");
        }
    }
}

in_both_layouts! {
    one_use_a_week_for_a_year,
}
