//! Two session keys of one account: neither acts under the other's sessions.

use alloy::primitives::U256;
use session_keys::session_data::Erc20Approval;
use world::MAX_A;

use crate::scene::{AA24, Scene, SessionData, key};

/// A session of the first key, and one of the second with the same limits.
fn sessions(scene: &mut Scene) -> [SessionData; 2] {
    let first = scene.typed()[0].clone();
    let approval = Erc20Approval {
        session_key: key(0x77).address(),
        token: scene.job.world.token_a,
        spender: scene.job.world.swap_router,
        max_amount: MAX_A,
    };
    let second = SessionData {
        sessionKeyData: approval.encode().unwrap(),
        ..first.clone()
    };
    scene.grant([first, second])
}

fn neither_acts_for_the_other(mut scene: Scene) {
    let sessions = sessions(&mut scene);
    let signers = [scene.signer.clone(), key(0x77)];
    let approve = scene.job.approve(MAX_A);
    let two = [approve.clone(), approve.clone()];
    for (own, signer) in signers.into_iter().enumerate() {
        scene.signer = signer;
        let [mine, others] = [&sessions[own], &sessions[1 - own]];
        let single = scene.single(&approve, others);
        assert_eq!(scene.refused(&single), AA24);
        let mixed = [
            [mine.clone(), others.clone()],
            [others.clone(), mine.clone()],
            [others.clone(), others.clone()],
        ];
        for batch in mixed {
            let op = scene.batch(&two, &batch);
            assert_eq!(scene.by_router(&op), Ok(U256::ONE));
            assert_eq!(scene.refused(&op), AA24);
        }
        scene.executed(&scene.single(&approve, mine));
        scene.executed(&scene.batch(&two, &[mine.clone(), mine.clone()]));
    }
}

in_both_layouts! {
    neither_acts_for_the_other,
}
