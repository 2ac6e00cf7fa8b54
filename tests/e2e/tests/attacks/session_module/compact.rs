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
    AA23, FOREVER_SECS, Layout, Scene, SessionData, aa23, bound, key, leaf, parent, text,
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
    for (cut, added) in [(5, 0), (0, 1), (0, 32), (6, 0)] {
        let op = with(&scene, call_data.clone(), |signature| {
            let mut payload = compact.encode(signature).to_vec();
            payload.truncate(len - cut);
            payload.resize(len - cut + added, 0);
            payload.into()
        });
        assert_eq!(scene.by_router(&op), empty());
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
