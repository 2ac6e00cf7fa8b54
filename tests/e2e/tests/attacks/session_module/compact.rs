//! The compact payload of a batch: what its sender, whose word all of it is, might make of it.

use alloy::{
    primitives::{
        Address, B256, Bytes, U256,
        aliases::{U48, U192},
    },
    sol_types::SolCall,
};
use session_keys::{
    Action, Step, UserOp, account_signature, execute, execute_batch,
    session_data::{Bounds, Lane},
};
use world::{MAX_A, abi::Account, to};

use super::{empty, module, scene};
use crate::scene::{
    AA23, FOREVER_SECS, Layout, Scene, SessionData, Svm, aa23, bound, frames, key, leaf, parent,
    returns, reverts, text, unlimited, word,
};

use Step::{Join, Leaf, Words};

/// A payload in parts, so that each can be another.
#[derive(Clone)]
struct Compact {
    leaves: Vec<SessionData>,
    /// By action, which leaf.
    actions: Vec<u8>,
    steps: Vec<Step>,
}

impl Compact {
    fn encode(&self, signature: &[u8]) -> Bytes {
        let mut bytes = [b"SKC\x01", signature].concat();
        bytes.push(u8::try_from(self.leaves.len()).unwrap());
        for session in &self.leaves {
            bytes.extend(session.validUntil.to_be_bytes::<6>());
            bytes.extend(session.validAfter.to_be_bytes::<6>());
            bytes.extend(session.sessionValidationModule);
            let len = u16::try_from(session.sessionKeyData.len()).unwrap();
            bytes.extend(len.to_be_bytes());
            bytes.extend(&session.sessionKeyData);
        }
        bytes.push(u8::try_from(self.actions.len()).unwrap());
        bytes.extend(&self.actions);
        for step in &self.steps {
            match step {
                Leaf => bytes.push(0),
                Join => bytes.push(255),
                Words(words) => {
                    bytes.push(u8::try_from(words.len()).unwrap());
                    words.iter().for_each(|word| bytes.extend(word));
                }
            }
        }
        bytes.into()
    }

    fn op(&self, scene: &Scene, actions: &[Action]) -> UserOp {
        with(scene, execute_batch(actions), |signature| {
            self.encode(signature)
        })
    }

    fn answer(&self, scene: &Scene, actions: &[Action]) -> Result<U256, Bytes> {
        scene.by_router(&self.op(scene, actions))
    }
}

/// A userOp with a module signature that is made of the session key's.
fn with(scene: &Scene, call_data: Bytes, encode: impl FnOnce(&[u8]) -> Bytes) -> UserOp {
    let mut op = scene.user_op(call_data);
    let payload = encode(&scene.sign(&op));
    op.signature = account_signature(&payload, scene.job.programs.router);
    op
}

/// All three sessions of the main job.
fn whole(scene: &mut Scene) -> Compact {
    let leaves = scene.grant(scene.typed()).to_vec();
    Compact {
        leaves,
        actions: vec![0, 1, 2],
        steps: vec![Leaf, Leaf, Join, Leaf, Join],
    }
}

fn valid() -> Result<U256, Bytes> {
    Ok(U256::from(FOREVER_SECS) << 160)
}

#[test]
fn it_is_executed_as_the_other_form_is() {
    let mut scene = scene();
    let compact = whole(&mut scene);
    let actions = scene.job.actions();
    assert_eq!(compact.answer(&scene, &actions), valid());
    let abi = scene.batch(&actions, &compact.leaves);
    assert_eq!(scene.by_router(&abi), valid());
    let too_much = [actions[0].clone(), scene.job.swap(MAX_A + U256::ONE, MAX_A)];
    let two = Compact {
        actions: vec![0, 1],
        ..compact.clone()
    };
    let op = two.op(&scene, &too_much);
    assert_eq!(scene.refused(&op), aa23("DEXSV Max Amount Exceeded"));
    let signer = std::mem::replace(&mut scene.signer, key(0x77));
    assert_eq!(compact.answer(&scene, &actions), Ok(U256::ONE));
    scene.signer = signer;
    let op = compact.op(&scene, &actions);
    scene.executed(&op);
}

#[test]
fn no_bit_of_it_can_be_another() {
    let mut scene = scene();
    let compact = whole(&mut scene);
    let call_data = execute_batch(&scene.job.actions());
    let len = compact.encode(&[0; 65]).len();
    for byte in 0..len {
        for bit in [0, 1, 7] {
            let op = with(&scene, call_data.clone(), |signature| {
                let mut payload = compact.encode(signature).to_vec();
                payload[byte] ^= 1 << bit;
                payload.into()
            });
            let answer = scene.by_router(&op);
            // Another signature is another key's, if anybody's.
            let is_signature = (4..69).contains(&byte);
            let is_refused = answer.is_err() || is_signature && answer == Ok(U256::ONE);
            assert!(is_refused, "byte {byte} bit {bit}: {answer:?}");
        }
    }
    // Five steps, and before them the actions.
    let not_approved = Err(text("SessionNotApproved"));
    for (cut, added, due) in [
        (1, 0, not_approved.clone()),
        (5, 0, not_approved),
        (6, 0, empty()),
        (0, 1, empty()),
        (0, 32, empty()),
    ] {
        let op = with(&scene, call_data.clone(), |signature| {
            let mut payload = compact.encode(signature).to_vec();
            payload.truncate(len - cut);
            payload.resize(len - cut + added, 0);
            payload.into()
        });
        assert_eq!(scene.by_router(&op), due, "{cut} {added}");
    }
}

#[test]
fn it_is_for_batches_and_for_the_session_module_alone() {
    let mut scene = scene();
    let compact = whole(&mut scene);
    let [approve, ..] = scene.job.actions();
    let op = with(&scene, execute(&approve), |signature| {
        compact.encode(signature)
    });
    assert_eq!(scene.by_manager(&op), empty());
    assert_eq!(scene.refused(&op), AA23);
    let mut separate = Scene::new(Layout::Separate);
    let compact = whole(&mut separate);
    let op = compact.op(&separate, &separate.job.actions());
    assert_eq!(separate.by_router(&op), empty());
    assert_eq!(separate.refused(&op), AA23);
}

#[test]
fn a_leaf_must_be_in_the_tree() {
    let mut scene = scene();
    let compact = whole(&mut scene);
    let action = [scene.job.approve(MAX_A)];
    let root = scene.root(scene.account);
    let [first, second, third] = [0, 1, 2].map(|index: usize| leaf(&compact.leaves[index]));
    let node = parent(first, second);
    assert_eq!(parent(node, third), root);
    let alone = |steps: &[Step]| Compact {
        leaves: vec![compact.leaves[0].clone()],
        actions: vec![0],
        steps: steps.to_vec(),
    };
    let words = |words: &[B256]| Words(words.to_vec());
    assert_eq!(
        alone(&[Leaf, words(&[second, third])]).answer(&scene, &action),
        valid()
    );
    let not_approved = Err(text("SessionNotApproved"));
    for proof in [
        &[second][..],
        &[third, second],
        &[second, third, B256::repeat_byte(1)],
        &[second, B256::ZERO, third],
        &[root],
    ] {
        let answer = alone(&[Leaf, words(proof)]).answer(&scene, &action);
        assert_eq!(answer, not_approved, "{proof:?}");
    }
    // No steps, the leaf alone, the leaf and nothing else that leads to the root.
    for steps in [vec![], vec![Leaf]] {
        assert_eq!(alone(&steps).answer(&scene, &action), not_approved);
    }
    // Nodes that are not there: to be hashed, to be joined, a second leaf.
    for steps in [
        vec![words(&[root])],
        vec![Join],
        vec![Leaf, Join],
        vec![Leaf, Leaf],
        vec![Leaf, words(&[second, third]), Join],
    ] {
        assert_eq!(alone(&steps).answer(&scene, &action), empty(), "{steps:?}");
    }
    // A leaf that is not among those that were pushed, and one that is left beside the root.
    for steps in [
        vec![Leaf, words(&[second, third])],
        vec![Leaf, words(&[second, third]), Leaf],
        vec![Leaf, Leaf, words(&[first, third])],
    ] {
        let mut two = alone(&steps);
        two.leaves.push(compact.leaves[1].clone());
        assert_eq!(two.answer(&scene, &action), not_approved, "{steps:?}");
        two.leaves[1].validAfter += U48::ONE;
        assert_eq!(two.answer(&scene, &action), not_approved, "{steps:?}");
    }
    // A forged leaf beside true ones.
    let mut forged = compact.clone();
    forged.leaves[0].validAfter += U48::ONE;
    let actions = scene.job.actions();
    assert_eq!(forged.answer(&scene, &actions), not_approved);
    // Nobody at all, and an action of none.
    let none = Compact {
        leaves: vec![],
        steps: vec![words(&[root])],
        ..compact.clone()
    };
    assert_eq!(none.answer(&scene, &actions), empty());
    let beyond = Compact {
        actions: vec![0, 1, 3],
        ..compact.clone()
    };
    assert_eq!(beyond.answer(&scene, &actions), empty());
    let fewer = Compact {
        actions: vec![0, 1],
        ..compact
    };
    assert_eq!(
        fewer.answer(&scene, &actions),
        Err(text("Lengths mismatch"))
    );
}

/// A leaf that may serve one action of a batch serves one, however often it is in the tree and in the payload.
#[test]
fn a_copy_of_a_leaf_is_no_other_leaf() {
    let mut scene = scene();
    let lane = Lane {
        key: U192::from(77),
        max_uses: 0,
    };
    let bounds = Bounds {
        lane: None,
        ..Bounds::new(lane, u128::MAX, u64::MAX)
    };
    let once = bound(&scene.typed()[0], &bounds);
    let [once, _] = scene.grant([once.clone(), once]);
    let actions = vec![scene.job.approve(MAX_A); 2];
    let twice = Compact {
        leaves: vec![once.clone(), once.clone()],
        actions: vec![0, 1],
        steps: vec![Leaf, Leaf, Join],
    };
    let alone = Compact {
        leaves: vec![once.clone()],
        actions: vec![0, 0],
        steps: vec![Leaf, Words(vec![leaf(&once)])],
    };
    for mut compact in [twice, alone] {
        let answer = compact.answer(&scene, &actions);
        assert_eq!(answer, Err(text("BND Reused Leaf")));
        compact.actions.truncate(1);
        assert_eq!(compact.answer(&scene, &actions[..1]), valid());
    }
}

#[test]
fn it_must_be_enabled_all_the_same() {
    let mut scene = scene();
    let module = module(&scene);
    let compact = whole(&mut scene);
    let actions = scene.job.actions();
    let disable = Account::disableModuleCall {
        prevModule: Address::with_last_byte(1),
        module,
    };
    let disable = to(scene.account, disable.abi_encode());
    scene.job.as_owner(&[disable]).unwrap();
    assert_eq!(
        compact.answer(&scene, &actions),
        Err(text("SR Invalid SKM"))
    );
}

/// The tree has these sessions, up to three, and no other, and they serve the actions in their order.
fn exactly(sessions: &[SessionData]) -> Compact {
    let others = sessions.iter().skip(1);
    Compact {
        leaves: sessions.to_vec(),
        actions: (0..).take(sessions.len()).collect(),
        steps: [Leaf]
            .into_iter()
            .chain(others.flat_map(|_| [Leaf, Join]))
            .collect(),
    }
}

/// 7.2-H holds whatever the encoding: for typed and generic rules, inside bounds and not, in every place.
#[test]
fn nobody_is_called_that_no_session_may_call() {
    let mut scene = scene();
    let enabled = scene.scripted([0; 4], word(0));
    scene.enable(enabled);
    let module = module(&scene);
    let bounded = bound(&scene.mock(), &unlimited());
    let harmless = scene.harmless();
    for target in [
        scene.account,
        module,
        enabled,
        scene.job.world.ecdsa_module,
        scene.job.world.entry_point,
    ] {
        let typed = scene.typed_on(target);
        let is_module = target == enabled || target == scene.job.world.ecdsa_module;
        let [mock, bounded, typed] = scene.grant([scene.mock(), bounded.clone(), typed]);
        let payload = exactly(&[mock, bounded, typed]);
        let there = to(target, harmless.data.clone());
        for (session, is_typed) in [(0, false), (1, false), (2, true)] {
            for place in 0..2 {
                let mut actions = [harmless.clone(), harmless.clone()];
                actions[place] = there.clone();
                let mut of_actions = vec![0, 0];
                of_actions[place] = session;
                let payload = Compact {
                    actions: of_actions,
                    ..payload.clone()
                };
                let answer = payload.answer(&scene, &actions);
                // A typed session has no method of a module.
                let due = if is_typed && is_module {
                    valid()
                } else {
                    Err(text("SR Forbidden Target"))
                };
                assert_eq!(answer, due, "{target} {session}");
            }
        }
    }
}

/// An SVM of others is asked, and what the sender might tell it is empty. The module is none.
#[test]
fn an_svm_of_others_is_asked_and_told_nothing() {
    let mut scene = scene();
    let module = module(&scene);
    let yes = scene.hostile(scene.key_word(), word(1));
    let other = scene.hostile(returns([1; 32]), word(1));
    let [yes, other] = scene.grant([yes, other]);
    let payload = exactly(&[yes.clone(), other]);
    let action = scene.harmless();
    let of = |actions: &[u8]| Compact {
        actions: actions.to_vec(),
        ..payload.clone()
    };
    let twice = [action.clone(), action.clone()];
    assert_eq!(of(&[0, 0]).answer(&scene, &twice), valid());
    assert_eq!(of(&[0, 1]).answer(&scene, &twice), empty());
    if scene.job.world.chain.has_traces() {
        let op = of(&[0]).op(&scene, &twice[..1]);
        let trace = scene.trace(module, &op);
        let asked = Svm::validateSessionParamsCall {
            to: action.to,
            value: action.value,
            data: action.data.clone(),
            sessionKeyData: yes.sessionKeyData.clone(),
            callSpecificData: Bytes::new(),
        };
        let svm = yes.sessionValidationModule;
        let frames = frames(&trace);
        let frame = frames.iter().find(|frame| frame.to == Some(svm)).unwrap();
        assert_eq!(frame.input, asked.abi_encode());
    }
    let itself = SessionData {
        sessionValidationModule: module,
        ..scene.mock()
    };
    let once = bound(&scene.mock(), &unlimited());
    // The envelope is what stands before the inner SVM.
    let twice = [
        &once.sessionKeyData[..0x5e],
        once.sessionValidationModule.as_slice(),
        &once.sessionKeyData,
    ];
    let twice_bound = SessionData {
        sessionKeyData: twice.concat().into(),
        ..once
    };
    let inside = bound(&itself, &unlimited());
    for (session, due) in [
        (itself, empty()),
        (inside, empty()),
        (twice_bound, Err(text("BND Malformed Session"))),
    ] {
        let [session] = scene.grant([session]);
        let answer = exactly(&[session]).answer(&scene, std::slice::from_ref(&action));
        assert_eq!(answer, due);
    }
}

/// What is in the tree beside the leaves that are used, or shown and not used, changes nothing.
#[test]
fn only_the_leaves_that_are_used_count() {
    let mut scene = scene();
    let until = |secs: u64| SessionData {
        validUntil: U48::from(secs),
        ..scene.mock()
    };
    let later = SessionData {
        validAfter: U48::from(7),
        ..scene.mock()
    };
    let of_other = SessionData {
        sessionKeyData: key(0x77).address().to_vec().into(),
        ..until(1)
    };
    let sessions = [until(1_000), later, of_other];
    let payload = exactly(&scene.grant(sessions));
    let actions = vec![scene.harmless(); 2];
    let answer = |actions_of: &[u8]| {
        let payload = Compact {
            actions: actions_of.to_vec(),
            ..payload.clone()
        };
        payload.answer(&scene, &actions[..actions_of.len()])
    };
    let word = |until: u64, after: u64| Ok(U256::from(until) << 160 | U256::from(after) << 208);
    assert_eq!(answer(&[0]), word(1_000, 0));
    assert_eq!(answer(&[1]), word(FOREVER_SECS, 7));
    assert_eq!(answer(&[0, 1]), word(1_000, 7));
    assert_eq!(answer(&[0, 2]), Ok(U256::ONE));
    assert_eq!(answer(&[2, 0]), Ok(U256::ONE));
}

/// A lane is one of the nonce, and a use of it one userOp.
#[test]
fn bounds_hold_of_every_leaf() {
    let mut scene = scene();
    let in_lane = |key: u64| Bounds {
        lane: Some(Lane {
            key: U192::from(key),
            max_uses: 1,
        }),
        ..unlimited()
    };
    let [owns, other] = [1, 2].map(|key| bound(&scene.mock(), &in_lane(key)));
    let payload = exactly(&scene.grant([owns, other, scene.mock()]));
    let actions = vec![scene.harmless(); 2];
    let answer = |lane: u64, sequence: u64, of: [u8; 2]| {
        let payload = Compact {
            actions: of.to_vec(),
            ..payload.clone()
        };
        let mut op = scene.user_op(execute_batch(&actions));
        op.nonce = U256::from(lane) << 64 | U256::from(sequence);
        let encoded = payload.encode(&scene.sign(&op));
        op.signature = account_signature(&encoded, scene.job.programs.router);
        scene.by_router(&op)
    };
    assert_eq!(answer(1, 0, [2, 0]), valid());
    assert_eq!(answer(1, 1, [2, 0]), Err(text("BND Max Uses")));
    assert_eq!(answer(2, 0, [2, 0]), Err(text("BND Wrong Lane")));
    assert_eq!(answer(1, 0, [0, 1]), Err(text("BND Wrong Lane")));
    assert_eq!(answer(1, 0, [0, 0]), Err(text("BND Reused Leaf")));
}

/// 7.2-D and §10.8, and an account without sessions.
#[test]
fn what_no_tree_may_have_is_not_approved() {
    let mut scene = scene();
    let node = SessionData {
        sessionKeyData: vec![1; 32].into(),
        ..scene.mock()
    };
    let late = SessionData {
        validUntil: U48::from(1_u64 << 47),
        ..scene.mock()
    };
    let actions = vec![scene.harmless(); 2];
    let not_approved = Err(text("SessionNotApproved"));
    for session in [node, late] {
        let sessions = scene.grant([scene.mock(), session]);
        let payload = exactly(&sessions);
        assert_eq!(payload.answer(&scene, &actions), not_approved);
    }
    let [mock] = scene.grant([scene.mock()]);
    let payload = exactly(&[mock]);
    assert_eq!(payload.answer(&scene, &actions[..1]), valid());
    scene.set_root(B256::ZERO);
    assert_eq!(payload.answer(&scene, &actions[..1]), not_approved);
}

/// It is another form of the same: whatever sessions and actions meet, it is answered as `abi.encode` is.
#[test]
fn every_answer_is_that_of_the_other_form() {
    let mut scene = scene();
    let [approve, swap, deposit] = scene.typed();
    let no = scene.hostile(reverts(text("no")), reverts(text("no")));
    let until = |secs: u64, session: SessionData| SessionData {
        validUntil: U48::from(secs),
        ..session
    };
    let of_other = SessionData {
        sessionKeyData: key(0x77).address().to_vec().into(),
        ..scene.mock()
    };
    let actions = [
        scene.job.approve(MAX_A),
        scene.job.swap(MAX_A, MAX_A),
        scene.harmless(),
        to(scene.account, []),
    ];
    let bounded = bound(&swap, &unlimited());
    let (mut accepted, mut refused) = (0, 0);
    for sessions in [
        [approve.clone(), swap, until(9, deposit)],
        [scene.mock(), of_other, bounded],
        [no, until(7, approve), until(3, scene.mock())],
    ] {
        let sessions = scene.grant(sessions);
        let payload = exactly(&sessions);
        for places in (0..9_u8).map(|n| [n % 3, n / 3]) {
            let shown = places.map(|place| sessions[usize::from(place)].clone());
            for pair in (0..16).map(|n| [n % 4, n / 4]) {
                let pair = pair.map(|n: usize| actions[n].clone());
                let due = scene.by_router(&scene.batch(&pair, &shown));
                let payload = Compact {
                    actions: places.to_vec(),
                    ..payload.clone()
                };
                assert_eq!(payload.answer(&scene, &pair), due, "{places:?}");
                *if due.is_ok() {
                    &mut accepted
                } else {
                    &mut refused
                } += 1;
            }
        }
    }
    assert!(accepted > 40 && refused > 40, "{accepted} {refused}");
}
