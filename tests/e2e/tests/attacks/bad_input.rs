//! Input of absurd size: a clean refusal or no gas left, never a wrong yes.

use alloy::primitives::{Address, B256, Bytes, U256};
use session_keys::Action;
use world::MAX_A;

use crate::scene::{AA23, Scene, SessionData, aa23, leaf, parent, question, text};

/// What a module says to calldata; none if its gas was used up.
fn answer(scene: &Scene, module: Address, data: Vec<u8>) -> Option<Result<Bytes, Bytes>> {
    use devnode::CallError;
    use world::ChainError;
    match scene
        .job
        .world
        .chain
        .call(&scene.asking(module, data.into()))
    {
        Ok(answer) => Some(Ok(answer)),
        Err(ChainError::Call(CallError::Revert(revert))) => Some(Err(revert.data)),
        Err(_) => None,
    }
}

/// solc takes trailing bytes, and so do we; but memory has an end.
fn ten_megabytes_behind_a_valid_call(mut scene: Scene) {
    e2e::embedded_only!("requests of any size");
    let mock = scene.mock();
    let [session] = scene.grant([mock]);
    let harmless = scene.harmless();
    let single = scene.single(&harmless, &session);
    let batch = scene.batch(&[harmless], &[session]);
    for (module, op) in [(scene.manager, single), (scene.job.programs.router, batch)] {
        let mut data = question(&op, scene.job.world.hash(&op)).to_vec();
        let valid = answer(&scene, module, data.clone()).unwrap().unwrap();
        data.resize(300_000, 0xee);
        assert_eq!(answer(&scene, module, data.clone()), Some(Ok(valid)));
        data.resize(10 << 20, 0xee);
        assert_eq!(answer(&scene, module, data), None);
    }
    // Nothing but bytes.
    for byte in [0, 0xff] {
        for module in [scene.manager, scene.job.programs.router] {
            let data = [&[0xff, 0xf3, 0x5b, 0x72][..], &vec![byte; 300_000]].concat();
            assert_eq!(answer(&scene, module, data), Some(Err(Bytes::new())));
        }
    }
}

fn two_to_the_sixteen_actions(mut scene: Scene) {
    let mock = scene.mock();
    let [session] = scene.grant([mock]);
    let actions = vec![Action::default(); 1 << 16];
    let op = scene.batch(&actions, std::slice::from_ref(&session));
    let data = question(&op, scene.job.world.hash(&op)).to_vec();
    let router = scene.job.programs.router;
    let refused = [
        None,
        Some(Err(text("Lengths mismatch"))),
        Some(Err(Bytes::new())),
    ];
    let answer = answer(&scene, router, data);
    assert!(refused.contains(&answer), "{answer:?}");
    // As many as a transaction has gas for are validated one by one.
    let harmless = vec![scene.harmless(); 40];
    scene.executed(&scene.batch(&harmless, &vec![session; 40]));
}

/// A path of 300 levels is as good as any, if it is the tree's.
fn proofs_of_three_hundred_words(mut scene: Scene) {
    let mut session = scene.mock();
    session.merkleProof = (0..300_u32)
        .map(|n| B256::from(U256::from(n + 1)))
        .collect();
    let root = session
        .merkleProof
        .iter()
        .fold(leaf(&session), |node, sibling| parent(node, *sibling));
    scene.set_root(root);
    let harmless = scene.harmless();
    scene.executed(&scene.single(&harmless, &session));
    scene.executed(&scene.batch(std::slice::from_ref(&harmless), &[session.clone()]));
    for change in [0, 150, 299] {
        let mut forged = session.clone();
        forged.merkleProof[change] = B256::repeat_byte(9);
        let op = scene.single(&harmless, &forged);
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
        let op = scene.batch(std::slice::from_ref(&harmless), &[forged]);
        assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
    }
    session.merkleProof.push(B256::ZERO);
    let op = scene.single(&harmless, &session);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
}

fn session_key_data_of_any_length(mut scene: Scene) {
    let key = scene.job.key.address();
    let typed = scene.typed();
    for len in [0, 20, 100_000] {
        let data: Bytes = [key.as_slice(), &vec![7; 100_000]].concat()[..len]
            .to_vec()
            .into();
        let sessions = [typed[0].clone(), scene.mock()].map(|session| SessionData {
            sessionKeyData: data.clone(),
            ..session
        });
        let [typed, mock] = scene.grant(sessions);
        let approve = scene.job.approve(MAX_A);
        let single = scene.single(&approve, &typed);
        let batch = scene.batch(std::slice::from_ref(&approve), &[typed]);
        for op in [single, batch] {
            assert_eq!(
                scene.refused(&op),
                aa23("ERC20AV Malformed Session"),
                "{len}"
            );
        }
        let by_manager = |scene: &Scene| scene.single(&approve, &mock);
        let by_router = |scene: &Scene| {
            scene.batch(std::slice::from_ref(&approve), std::slice::from_ref(&mock))
        };
        for op in [&by_manager as &dyn Fn(&Scene) -> _, &by_router] {
            let op = op(&scene);
            match len {
                0 => assert_eq!(scene.refused(&op), AA23),
                20 => scene.executed(&op),
                // The bundle would need more gas than its transaction has.
                _ => {}
            }
        }
        if len > 20 {
            assert_eq!(scene.by_manager(&by_manager(&scene)), Ok(U256::ZERO));
            let always = U256::from(crate::scene::FOREVER_SECS) << 160;
            assert_eq!(scene.by_router(&by_router(&scene)), Ok(always));
        }
    }
    // 32 bytes that are no address could be a node of the tree.
    let mut session = scene.mock();
    session.sessionKeyData = vec![1; 32].into();
    let [session] = scene.grant([session]);
    let op = scene.single(&scene.harmless(), &session);
    assert_eq!(scene.refused(&op), aa23("SessionNotApproved"));
}

in_both_layouts! {
    ten_megabytes_behind_a_valid_call,
    two_to_the_sixteen_actions,
    proofs_of_three_hundred_words,
    session_key_data_of_any_length,
}
