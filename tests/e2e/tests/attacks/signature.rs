//! §5.1: the session key's signature, with OpenZeppelin's texts.

use alloy::primitives::{B256, Bytes, U256, aliases::U48, uint};
use session_keys::{UserOp, account_signature};

use crate::scene::{
    AA24, Scene, SessionData, aa23, key, manager_signature, router_signature, text,
};

const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// The same userOp, with another signature by the session key.
fn batch_with(scene: &Scene, mut op: UserOp, session: &SessionData, signature: &[u8]) -> UserOp {
    let sessions = std::slice::from_ref(session);
    let signature = router_signature(scene.manager, sessions, signature);
    op.signature = account_signature(&signature, scene.job.programs.router);
    op
}

fn single_with(scene: &Scene, mut op: UserOp, session: &SessionData, signature: &[u8]) -> UserOp {
    let signature = manager_signature(session, signature);
    op.signature = account_signature(&signature, scene.job.programs.manager);
    op
}

fn with(signature: &[u8], place: usize, bytes: &[u8]) -> Vec<u8> {
    let mut changed = signature.to_vec();
    changed[place..place + bytes.len()].copy_from_slice(bytes);
    changed
}

/// Signatures that are none, made of a good one.
fn malformed(good: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    const LENGTH: &str = "ECDSA: invalid signature length";
    const HIGH_S: &str = "ECDSA: invalid signature 's' value";
    const INVALID: &str = "ECDSA: invalid signature";
    let s = U256::from_be_slice(&good[32..64]);
    let twin = with(good, 32, &(ORDER - s).to_be_bytes::<32>());
    let twin = with(&twin, 64, &[55 - good[64]]);
    let first_high: U256 = (ORDER >> 1usize) + U256::ONE;
    vec![
        (good[..64].to_vec(), LENGTH),
        ([good, &[0]].concat(), LENGTH),
        (vec![], LENGTH),
        (twin, HIGH_S),
        (with(good, 32, &first_high.to_be_bytes::<32>()), HIGH_S),
        (with(good, 32, &U256::MAX.to_be_bytes::<32>()), HIGH_S),
        (with(good, 64, &[good[64] - 27]), INVALID),
        (with(good, 64, &[0]), INVALID),
        (with(good, 64, &[1]), INVALID),
        (with(good, 64, &[29]), INVALID),
        (with(good, 64, &[0xff]), INVALID),
        (with(good, 0, &[0; 32]), INVALID),
        (with(good, 32, &[0; 32]), INVALID),
        (with(good, 0, &ORDER.to_be_bytes::<32>()), INVALID),
    ]
}

fn a_malformed_signature_reverts_with_the_references_text(mut scene: Scene) {
    let typed = scene.typed()[0].clone();
    let [mock, typed] = scene.grant([scene.mock(), typed]);
    let batch = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
    for (signature, says) in malformed(&scene.sign(&batch)) {
        let op = batch_with(&scene, batch.clone(), &mock, &signature);
        assert_eq!(scene.by_router(&op), Err(text(says)));
        assert_eq!(scene.refused(&op), aa23(says));
    }
    let action = scene.job.approve(U256::ONE);
    let single = scene.single(&action, &typed);
    for (signature, says) in malformed(&scene.sign(&single)) {
        let op = single_with(&scene, single.clone(), &typed, &signature);
        assert_eq!(scene.by_manager(&op), Err(text(says)));
        assert_eq!(scene.refused(&op), aa23(says));
    }
}

fn a_wrong_keys_answer_is_one_from_the_router_and_keeps_the_window_from_the_manager(
    mut scene: Scene,
) {
    let (until, after) = (FAR_SECS, 1_000);
    let session = SessionData {
        validUntil: U48::from(until),
        validAfter: U48::from(after),
        ..scene.typed()[0].clone()
    };
    let [session] = scene.grant([session]);
    let action = scene.job.approve(U256::ONE);
    scene.signer = key(0x77);
    let batch = scene.batch(
        std::slice::from_ref(&action),
        std::slice::from_ref(&session),
    );
    assert_eq!(scene.by_router(&batch), Ok(U256::ONE));
    assert_eq!(scene.refused(&batch), AA24);
    let single = scene.single(&action, &session);
    let answer = (U256::from(until) << 160) | (U256::from(after) << 208) | U256::ONE;
    assert_eq!(scene.by_manager(&single), Ok(answer));
    assert_eq!(scene.refused(&single), AA24);
}

/// The year 2100.
const FAR_SECS: u64 = 4_102_444_800;

/// A session key of zero would be signed for by whatever ecrecover refuses.
fn nothing_signs_for_the_zero_address(mut scene: Scene) {
    let nobody = SessionData {
        sessionKeyData: vec![0; 20].into(),
        ..scene.mock()
    };
    let typed = {
        let mut typed = scene.typed()[0].clone();
        let mut data = typed.sessionKeyData.to_vec();
        data[..32].fill(0);
        typed.sessionKeyData = data.into();
        typed
    };
    let [nobody, typed] = scene.grant([nobody, typed]);
    let batch = scene.batch(&[scene.harmless()], std::slice::from_ref(&nobody));
    let action = scene.job.approve(U256::ONE);
    let single = scene.single(&action, &typed);
    for signature in [vec![0; 65], [&[0; 64][..], &[27]].concat()] {
        let op = batch_with(&scene, batch.clone(), &nobody, &signature);
        assert_eq!(scene.refused(&op), aa23("ECDSA: invalid signature"));
        let op = single_with(&scene, single.clone(), &typed, &signature);
        assert_eq!(scene.refused(&op), aa23("ECDSA: invalid signature"));
    }
}

/// The raw hash, and the hash of another chain.
fn only_the_eip_191_digest_of_this_userop_is_signed(mut scene: Scene) {
    use alloy::signers::SignerSync;
    let [mock] = scene.grant([scene.mock()]);
    let op = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
    let hash = scene.job.world.hash(&op);
    let elsewhere = op.hash(scene.job.world.entry_point, 1);
    let raw = key(0x5e).sign_hash_sync(&hash).unwrap().as_bytes().to_vec();
    let other_chain: Bytes = session_keys::sign(&key(0x5e), elsewhere).unwrap();
    let zero_hash = session_keys::sign(&key(0x5e), B256::ZERO).unwrap();
    for signature in [raw.into(), other_chain, zero_hash] {
        let op = batch_with(&scene, op.clone(), &mock, &signature);
        assert_eq!(scene.refused(&op), AA24);
    }
}

in_both_layouts! {
    only_the_eip_191_digest_of_this_userop_is_signed,
    a_malformed_signature_reverts_with_the_references_text,
    a_wrong_keys_answer_is_one_from_the_router_and_keeps_the_window_from_the_manager,
    nothing_signs_for_the_zero_address,
}
