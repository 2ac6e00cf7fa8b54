//! Calls, against words written by hand; dummy signatures against real ones.

mod common;

use alloy::{
    primitives::{Address, B256, Bytes, Signature, U256, address, hex},
    signers::local::PrivateKeySigner,
    sol_types::SolEvent as _,
};
use common::sessions;
use session_core::{execution, proof, secs::to_u64, signature, user_op};
use session_keys::{
    Action, DUMMY_SIGNATURE, Deployment, Item, NativeKeccak, SessionKey, Tree, UserOp,
    calls::{self, SessionKeyManager},
    execute, execute_batch, manager_signature, router_signature,
};

const CONTRACT: Address = Address::repeat_byte(0xa2);

/// Addresses and numbers, each in a word.
fn words(fields: &[&[u8]]) -> Bytes {
    let words: Vec<_> = fields
        .iter()
        .map(|field| B256::left_padding_from(field))
        .collect();
    words.concat().into()
}

#[test]
fn calls_to_manager_and_account() {
    let (one, two) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let set = [&hex!("7cb64759")[..], &one[..]].concat();
    assert_eq!(calls::set_merkle_root(one), set);
    let head = [&hex!("84c0bced")[..], &one[..], &two[..]].concat();
    let tail = words(&[&[0x60], &[3], &[]]);
    let mut set_if = [&head[..], &tail[..]].concat();
    set_if[132..135].copy_from_slice(b"abc");
    assert_eq!(
        calls::set_merkle_root_if(one, two, Bytes::from_static(b"abc")),
        set_if
    );
    let enable = [&hex!("610b5925")[..], &words(&[&CONTRACT[..]])].concat();
    assert_eq!(calls::enable_module(CONTRACT), enable);
}

#[test]
fn topics_of_the_manager() {
    let updated = hex!("2d3b238aa223af835b06f5ddeb56c45951f7cf4a29ab728434765ef33cb7598f");
    let published = hex!("adc922d5934587ab4252ac855b87177c18c746f7bea5c8ada693fa238ba7a3c0");
    assert_eq!(
        SessionKeyManager::MerkleRootUpdated::SIGNATURE_HASH,
        updated
    );
    assert_eq!(
        SessionKeyManager::SessionsPublished::SIGNATURE_HASH,
        published
    );
}

#[test]
fn programs_decode_what_accounts_are_asked() {
    let action = |byte: u8| Action {
        to: Address::repeat_byte(byte),
        value: U256::from(byte),
        data: vec![byte; usize::from(byte)].into(),
    };
    let same = |decoded: execution::Action<'_>, action: &Action| {
        assert_eq!(decoded.to, &action.to);
        assert_eq!(decoded.value, &action.value.to_be_bytes());
        assert_eq!(decoded.data, &action.data[..]);
    };
    let call_data = execute(&action(5));
    let (selector, arguments) = execution::split(&call_data).unwrap();
    assert_eq!(*selector, execution::EXECUTE_OPTIMIZED);
    same(execution::execute(arguments).unwrap(), &action(5));
    let actions = [action(0), action(33), action(7)];
    let call_data = execute_batch(&actions);
    let (selector, arguments) = execution::split(&call_data).unwrap();
    assert_eq!(*selector, execution::EXECUTE_BATCH_OPTIMIZED);
    let batch = execution::Batch::decode(arguments).unwrap();
    assert_eq!(batch.check_len(3), Ok(3));
    for (index, action) in actions.iter().enumerate() {
        same(batch.action(index).unwrap(), action);
    }
}

#[test]
fn programs_decode_module_signatures() {
    let tree = Tree::new(sessions(5)).unwrap();
    let proofs: Vec<_> = (0..5).map(|index| tree.proof(index).unwrap()).collect();
    let same = |decoded: user_op::Session<'_>, index: usize| {
        let session = &tree.sessions()[index];
        assert_eq!(to_u64(decoded.valid_until), session.valid_until_secs);
        assert_eq!(to_u64(decoded.valid_after), session.valid_after_secs);
        assert_eq!(decoded.svm, &session.svm);
        assert_eq!(decoded.session_key_data, &session.session_key_data[..]);
        assert_eq!(
            proof::prove(&NativeKeccak, &tree.root(), &decoded),
            Ok(session.leaf().0)
        );
    };
    let encoded = manager_signature(&tree.sessions()[3], &proofs[3], b"signature").unwrap();
    let decoded = user_op::ManagerSignature::decode(&encoded).unwrap();
    same(decoded.session, 3);
    assert_eq!(decoded.session_key_signature, b"signature");

    let picked = [(4, &b"four"[..]), (0, b""), (4, b"again")];
    let items = picked.map(|(index, call_specific_data)| Item {
        session: &tree.sessions()[index],
        proof: &proofs[index],
        call_specific_data,
    });
    let encoded = router_signature(CONTRACT, &items, b"signature").unwrap();
    let decoded = user_op::RouterSignature::decode(&encoded).unwrap();
    assert_eq!(decoded.manager, &CONTRACT);
    assert_eq!(decoded.session_key_signature, b"signature");
    assert_eq!(decoded.sessions.len(), 3);
    for (number, (index, call_specific_data)) in picked.into_iter().enumerate() {
        let item = user_op::BatchedSession::at(&decoded.sessions, number).unwrap();
        same(item.session, index);
        assert_eq!(item.call_specific_data, call_specific_data);
    }
}

/// Every field another value, by viem 2.57.20's `getUserOperationHash` for EntryPoint v0.6.
#[test]
fn user_op_hash_by_viem() {
    let op = UserOp {
        sender: Address::repeat_byte(1),
        nonce: U256::from(2),
        initCode: Bytes::from_static(&[3]),
        callData: Bytes::from_static(&[4]),
        callGasLimit: U256::from(5),
        verificationGasLimit: U256::from(6),
        preVerificationGas: U256::from(7),
        maxFeePerGas: U256::from(8),
        maxPriorityFeePerGas: U256::from(9),
        paymasterAndData: Bytes::from_static(&[10]),
        signature: Bytes::from_static(&[11]),
    };
    let entry_point = address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789");
    let expected = hex!("aea35d9c9ba18458f38d1f7f2608d25f32f2fdc02e0001337c8e2f2ae80c7684");
    assert_eq!(op.hash(entry_point, 42161), expected);
}

#[test]
fn dummy_signatures_have_the_shape_of_real_ones() {
    let key = SessionKey {
        signer: PrivateKeySigner::from_slice(&[0x11; 32]).unwrap(),
        deployment: Deployment {
            manager: Address::repeat_byte(1),
            router: Address::repeat_byte(2),
            entry_point: Address::repeat_byte(3),
            chain_id: 1,
        },
    };
    assert_eq!(
        key.address(),
        address!("19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A")
    );
    let tree = Tree::new(sessions(3)).unwrap();
    for (call_data, indices) in [
        (execute(&Action::default()), &[2][..]),
        (execute_batch(&[Action::default()]), &[0]),
        (
            execute_batch(&[Action::default(), Action::default()]),
            &[1, 1],
        ),
    ] {
        let mut real = UserOp {
            callData: call_data,
            ..UserOp::default()
        };
        let mut dummy = real.clone();
        key.sign(&tree, indices, &mut real).unwrap();
        key.sign_dummy(&tree, indices, &mut dummy).unwrap();
        let differing: Vec<_> = (0..real.signature.len())
            .filter(|at| real.signature[*at] != dummy.signature[*at])
            .collect();
        assert_eq!(real.signature.len(), dummy.signature.len());
        assert!(differing.last().unwrap() - differing[0] < 65);
    }
}

/// A program that reverts on a signature costs less than one that answers: the dummy must have a signer.
#[test]
fn the_dummy_signature_recovers() {
    assert!(DUMMY_SIGNATURE[32..64] <= signature::MAX_S[..]);
    let dummy = Signature::from_raw_array(&DUMMY_SIGNATURE).unwrap();
    for byte in 0..8 {
        assert!(
            dummy
                .recover_address_from_prehash(&B256::repeat_byte(byte))
                .is_ok()
        );
    }
}
