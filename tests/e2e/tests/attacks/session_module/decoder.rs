//! The signed selector alone chooses the decoder.

use alloy::primitives::{B256, Bytes, U256};
use session_keys::{UserOp, account_signature, execute, execute_batch};

use super::{empty, module, scene};
use crate::scene::{AA23, manager_signature, router_signature, text};

const EXECUTE: [[u8; 4]; 2] = [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]];
const EXECUTE_BATCH: [[u8; 4]; 2] = [[0x47, 0xe1, 0xda, 0x2a], [0x00, 0x00, 0x46, 0x80]];

fn with_selector(call_data: &Bytes, selector: [u8; 4]) -> Bytes {
    let mut call_data = call_data.to_vec();
    call_data[..4].copy_from_slice(&selector);
    call_data.into()
}

#[test]
fn the_signed_selector_alone_chooses_the_decoder() {
    let mut scene = scene();
    let module = module(&scene);
    let [mock] = scene.grant([scene.mock()]);
    let one = std::slice::from_ref(&mock);
    let single = execute(&scene.harmless());
    let batch = execute_batch(&[scene.harmless()]);
    for selector in EXECUTE {
        let call_data = with_selector(&single, selector);
        assert_eq!(
            scene.by_manager(&scene.managed(call_data.clone(), &mock)),
            Ok(U256::ZERO)
        );
        assert_eq!(scene.by_router(&scene.routed(call_data, one)), empty());
    }
    for selector in EXECUTE_BATCH {
        let call_data = with_selector(&batch, selector);
        assert!(
            scene
                .by_router(&scene.routed(call_data.clone(), one))
                .is_ok()
        );
        assert_eq!(scene.by_manager(&scene.managed(call_data, &mock)), empty());
    }
    // Everything else is of one action, and refused as the manager refuses it, once the session is proven.
    let mut forged = mock.clone();
    forged.merkleProof = vec![B256::ZERO];
    let neighbours = EXECUTE_BATCH.iter().chain(&EXECUTE).flat_map(|selector| {
        (0..32).map(|bit| {
            let mut near = *selector;
            near[bit / 8] ^= 0x80 >> (bit % 8);
            near
        })
    });
    for selector in neighbours.chain([[0; 4], [0xff; 4]]) {
        let call_data = with_selector(&batch, selector);
        let op = scene.managed(call_data.clone(), &mock);
        assert_eq!(
            scene.by_manager(&op),
            Err(text("SKM Invalid Selector")),
            "{selector:?}"
        );
        let op = scene.managed(call_data.clone(), &forged);
        assert_eq!(
            scene.by_manager(&op),
            Err(text("SessionNotApproved")),
            "{selector:?}"
        );
        let op = scene.routed(call_data, one);
        assert_eq!(scene.validate(module, &op), empty(), "{selector:?}");
    }
}

/// callData of less than four bytes has no selector: it is not a batch.
#[test]
fn short_call_data_is_read_as_one_action() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    let mut forged = mock.clone();
    forged.merkleProof = vec![B256::ZERO];
    for selector in EXECUTE_BATCH.iter().chain(&EXECUTE) {
        for len in 0..4 {
            let call_data = Bytes::copy_from_slice(&selector[..len]);
            // The session is looked at before callData.
            let op = scene.managed(call_data.clone(), &forged);
            assert_eq!(scene.by_manager(&op), Err(text("SessionNotApproved")));
            let op = scene.managed(call_data.clone(), &mock);
            assert_eq!(scene.by_manager(&op), empty());
            assert_eq!(scene.refused(&op), AA23);
            let op = scene.routed(call_data, std::slice::from_ref(&mock));
            assert_eq!(scene.by_router(&op), empty());
        }
    }
}

/// The account's own selector decides, wherever the field of callData points.
#[test]
fn a_payload_of_both_shapes_is_read_as_the_selector_says() {
    let mut scene = scene();
    let module = module(&scene);
    let [mock] = scene.grant([scene.mock()]);
    let action = scene.harmless();
    // The other payload stands behind each, unread.
    let glued = |op: &mut UserOp, first: Bytes, second: Bytes| {
        op.signature = account_signature(&[first, second].concat(), module);
    };
    let mut single = scene.single(&action, &mock);
    let mut batch = scene.batch(&[action], std::slice::from_ref(&mock));
    let signature = scene.sign(&single);
    let of_one = manager_signature(&mock, &signature);
    let of_batch = router_signature(module, std::slice::from_ref(&mock), &signature);
    glued(&mut single, of_one.clone(), of_batch.clone());
    assert_eq!(scene.by_manager(&single), Ok(U256::ZERO));
    glued(&mut single, of_batch, of_one);
    assert_eq!(scene.by_manager(&single), empty());
    let signature = scene.sign(&batch);
    let of_one = manager_signature(&mock, &signature);
    let of_batch = router_signature(module, std::slice::from_ref(&mock), &signature);
    glued(&mut batch, of_batch.clone(), of_one.clone());
    assert!(scene.by_router(&batch).is_ok());
    glued(&mut batch, of_one, of_batch);
    assert_eq!(scene.by_router(&batch), empty());
}
