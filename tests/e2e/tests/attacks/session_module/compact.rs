//! The compact payload of a batch: what its sender, whose word all of it is, might make of it.

use alloy::{
    primitives::{
        Address, B256, Bytes, U256,
        aliases::{U48, U192},
    },
    sol_types::SolCall,
};
use session_keys::{
    Action, UserOp, account_signature, execute, execute_batch,
    session_data::{Bounds, Lane},
};
use world::{MAX_A, abi::Account, to};

use super::{empty, module, scene};
use crate::scene::{
    AA23, FOREVER_SECS, Layout, Scene, SessionData, aa23, bound, key, leaf, parent, text,
};

/// A payload in parts, so that each can be another.
#[derive(Clone)]
struct Compact {
    leaves: Vec<SessionData>,
    /// By action, which leaf.
    actions: Vec<u8>,
    proof: Vec<B256>,
    /// A bit for each parent, from the low end: are both of its children known?
    flags: Vec<u8>,
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
        bytes.extend(u16::try_from(self.proof.len()).unwrap().to_be_bytes());
        self.proof.iter().for_each(|word| bytes.extend(word));
        bytes.extend(&self.flags);
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
        proof: vec![],
        flags: vec![0b11],
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
    for (cut, added) in [(1, 0), (0, 1), (0, 32), (33, 0)] {
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
    let alone = |proof: &[B256], flags: &[u8]| Compact {
        leaves: vec![compact.leaves[0].clone()],
        actions: vec![0],
        proof: proof.to_vec(),
        flags: flags.to_vec(),
    };
    assert_eq!(
        alone(&[second, third], &[0]).answer(&scene, &action),
        valid()
    );
    let not_approved = Err(text("SessionNotApproved"));
    for proof in [
        &[][..],
        &[second],
        &[third, second],
        &[second, third, B256::repeat_byte(1)],
    ] {
        let flags: &[u8] = if proof.is_empty() { &[] } else { &[0] };
        assert_eq!(alone(proof, flags).answer(&scene, &action), not_approved);
    }
    // A word of zero hashes nothing: the same proof, but longer.
    let waits = alone(&[second, B256::ZERO, third], &[0]);
    assert_eq!(waits.answer(&scene, &action), valid());
    // The root itself as a proof word, joined to nothing; a node that is not there yet.
    for flags in [0b01, 0b10, 0b11] {
        let answer = alone(&[second, third], &[flags]).answer(&scene, &action);
        assert!(answer.is_err(), "{flags}");
    }
    assert!(alone(&[root], &[0]).answer(&scene, &action).is_err());
    assert!(alone(&[root], &[1]).answer(&scene, &action).is_err());
    // A forged leaf beside true ones.
    let mut forged = compact.clone();
    forged.leaves[0].validAfter += U48::ONE;
    let actions = scene.job.actions();
    assert_eq!(forged.answer(&scene, &actions), not_approved);
    // Nobody at all, and an action of none.
    let none = Compact {
        leaves: vec![],
        proof: vec![root],
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

/// A leaf that serves one action of a batch is not doubled, however often it is in the tree.
#[test]
fn a_leaf_is_there_once() {
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
        proof: vec![],
        flags: vec![1],
    };
    let answer = twice.answer(&scene, &actions);
    assert!(answer.is_err(), "{answer:?}");
    let alone = Compact {
        leaves: vec![once.clone()],
        actions: vec![0, 0],
        proof: vec![leaf(&once)],
        flags: vec![0],
    };
    assert_eq!(alone.answer(&scene, &actions), Err(text("BND Reused Leaf")));
    let one = Compact {
        actions: vec![0],
        ..alone
    };
    assert_eq!(one.answer(&scene, &actions[..1]), valid());
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
