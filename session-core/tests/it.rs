//! session-core against alloy's encoder, keccak of the signatures, and calldata that lies.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use proptest::prelude::*;
use session_core::{
    Keccak, Malformed, Word,
    abi::Tuple,
    approval::{APPROVAL_DOMAIN, approval},
    digest, execution,
    leaf::{is_window_allowed, leaf},
    merkle, reject,
    secs::{FOREVER, from_u64, to_u64},
    user_op::{ManagerSignature, Session, UserOp},
    validation_data::{Window, pack},
};
use sha3::Digest;

struct Sha3;

impl Keccak for Sha3 {
    fn keccak(&self, parts: &[&[u8]]) -> Word {
        let mut hasher = sha3::Keccak256::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }
}

sol! {
    struct UserOperation {
        address sender; uint256 nonce; bytes initCode; bytes callData;
        uint256 callGasLimit; uint256 verificationGasLimit; uint256 preVerificationGas;
        uint256 maxFeePerGas; uint256 maxPriorityFeePerGas; bytes paymasterAndData; bytes signature;
    }
    function validateUserOp(UserOperation op, bytes32 hash);
    function execute(address to, uint256 value, bytes data);
    function execute_ncC(address to, uint256 value, bytes data);
    function executeBatch(address[] to, uint256[] values, bytes[] data);
    function executeBatch_y6U(address[] to, uint256[] values, bytes[] data);
}

fn word(value: u64) -> Word {
    U256::from(value).to_be_bytes()
}

fn user_op(call_data: Vec<u8>, signature: Vec<u8>) -> UserOperation {
    UserOperation {
        sender: Address::repeat_byte(0xaa),
        nonce: U256::from(1),
        initCode: Bytes::from_static(&[1, 2]),
        callData: call_data.into(),
        callGasLimit: U256::from(4),
        verificationGasLimit: U256::from(5),
        preVerificationGas: U256::from(6),
        maxFeePerGas: U256::from(7),
        maxPriorityFeePerGas: U256::from(8),
        paymasterAndData: Bytes::from_static(&[9; 25]),
        signature: signature.into(),
    }
}

/// The order of calldata words: `[what, ...]` is made of words and bytes.
fn calldata(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn selectors_are_those_of_the_signatures() {
    assert_eq!(execution::EXECUTE, executeCall::SELECTOR);
    assert_eq!(execution::EXECUTE_OPTIMIZED, execute_ncCCall::SELECTOR);
    assert_eq!(execution::EXECUTE_BATCH, executeBatchCall::SELECTOR);
    assert_eq!(
        execution::EXECUTE_BATCH_OPTIMIZED,
        executeBatch_y6UCall::SELECTOR
    );
    assert!(
        execution::is_execute(&executeCall::SELECTOR)
            && execution::is_execute(&execute_ncCCall::SELECTOR)
    );
    assert!(!execution::is_execute(&executeBatchCall::SELECTOR));
    assert!(execution::is_execute_batch(&executeBatchCall::SELECTOR));
    assert!(execution::is_execute_batch(&executeBatch_y6UCall::SELECTOR));
    assert!(!execution::is_execute_batch(&executeCall::SELECTOR));
    assert_eq!(execution::split(&[1, 2, 3]), Err(Malformed));
    assert_eq!(
        execution::split(&[1, 2, 3, 4]),
        Ok((&[1, 2, 3, 4], &[][..]))
    );
}

#[test]
fn a_user_op_is_read_field_by_field() {
    let module_signature = (
        Bytes::from_static(b"for the module"),
        Address::repeat_byte(0xbb),
    );
    let op = user_op(b"call".to_vec(), module_signature.abi_encode_params());
    let call = validateUserOpCall {
        op,
        hash: [7; 32].into(),
    }
    .abi_encode();
    let arguments = Tuple::new(&call[4..], 2).unwrap();
    let op = UserOp::new(&arguments, 0).unwrap();
    assert_eq!(op.sender(), Ok(&[0xaa; 20]));
    assert_eq!(op.nonce(), Ok(&word(1)));
    assert_eq!(op.call_data(), Ok(&b"call"[..]));
    let gas = [
        op.call_gas_limit(),
        op.verification_gas_limit(),
        op.pre_verification_gas(),
    ];
    assert_eq!(gas, [Ok(&word(4)), Ok(&word(5)), Ok(&word(6))]);
    assert_eq!(op.max_fee_per_gas(), Ok(&word(7)));
    assert_eq!(op.paymaster_and_data(), Ok(&[9; 25][..]));
    assert_eq!(op.module_signature(), Ok(&b"for the module"[..]));
    assert_eq!(arguments.word(1), Ok(&[7; 32]));
}

#[test]
fn a_dirty_module_word_is_malformed() {
    let mut signature = (Bytes::new(), Address::repeat_byte(0xbb)).abi_encode_params();
    signature[32] = 1;
    let call = validateUserOpCall {
        op: user_op(vec![], signature),
        hash: [0; 32].into(),
    }
    .abi_encode();
    let op = UserOp::new(&Tuple::new(&call[4..], 2).unwrap(), 0).unwrap();
    assert_eq!(op.module_signature(), Err(Malformed));
}

#[test]
fn offsets_are_followed_wherever_they_lead() {
    // execute(to, value, data) whose data lies 0x100 bytes in, behind junk, and with bytes after it.
    let canonical = calldata(&[&word(1), &word(2), &word(0x60), &word(3), b"abc"]);
    assert_eq!(
        execution::execute(&canonical).unwrap().data,
        b"abc",
        "no padding is needed"
    );
    let far = calldata(&[
        &word(1),
        &word(2),
        &word(0x100),
        &[0xff; 160],
        &word(3),
        b"abcdef",
    ]);
    assert_eq!(execution::execute(&far).unwrap().data, b"abc");
    // Offset 0: the first word is the length too.
    let overlapping = calldata(&[&word(40), &word(2), &word(0)]);
    assert_eq!(
        execution::execute(&overlapping).unwrap().data,
        &overlapping[32..72]
    );
}

#[test]
fn what_is_out_of_bounds_or_dirty_is_malformed() {
    let good = calldata(&[&word(1), &word(2), &word(0x60), &word(3), b"abc"]);
    for len in 0..good.len() {
        assert_eq!(
            execution::execute(&good[..len]),
            Err(Malformed),
            "{len} bytes"
        );
    }
    let with = |index: usize, word: Word| {
        let mut bad = good.clone();
        bad[32 * index..32 * (index + 1)].copy_from_slice(&word);
        execution::execute(&bad).map(|action| action.data.len())
    };
    assert_eq!(with(0, [1; 32]), Err(Malformed), "a dirty address");
    let mut high = word(0x60);
    high[23] = 1;
    assert_eq!(with(2, high), Err(Malformed), "an offset of 2^64 and more");
    assert_eq!(
        with(2, word(0x61)),
        Err(Malformed),
        "a length word that is cut"
    );
    assert_eq!(with(2, word(u64::MAX)), Err(Malformed));
    assert_eq!(with(3, word(4)), Err(Malformed), "a length past the end");
    assert_eq!(with(3, word(u64::MAX)), Err(Malformed));
    let mut high = word(3);
    high[0] = 1;
    assert_eq!(with(3, high), Err(Malformed));
    assert_eq!(with(3, word(2)), Ok(2));
}

#[test]
fn arrays_must_have_room_for_their_heads() {
    let array = |len: u64, words: usize| {
        let bytes = calldata(&[&word(0x20), &word(len), &vec![0; 32 * words]]);
        Tuple::new(&bytes, 1)
            .unwrap()
            .array(0)
            .map(|array| array.len())
    };
    assert_eq!(array(2, 2), Ok(2));
    assert_eq!(array(3, 2), Err(Malformed));
    assert_eq!(array(u64::MAX, 2), Err(Malformed));
    assert_eq!(
        array(u64::MAX / 32 + 2, 2),
        Err(Malformed),
        "len * 32 wraps to a small number"
    );
    let bytes = calldata(&[&word(0x20), &word(1), &word(5)]);
    let array = Tuple::new(&bytes, 1).unwrap().array(0).unwrap();
    assert_eq!(
        (array.word(0), array.word(1)),
        (Ok(&word(5)), Err(Malformed))
    );
}

#[test]
fn a_batch_has_actions_only_if_its_arrays_and_the_sessions_agree() {
    let batch = |to: usize, values: usize, data: usize, sessions: usize| {
        let call = executeBatchCall {
            to: vec![Address::repeat_byte(1); to],
            values: vec![U256::from(2); values],
            data: vec![Bytes::from_static(b"x"); data],
        };
        let encoded = call.abi_encode();
        execution::Batch::decode(&encoded[4..])
            .unwrap()
            .check_len(sessions)
    };
    assert_eq!(batch(2, 2, 2, 2), Ok(2));
    for [values, data, sessions] in [[0, 0, 0], [1, 1, 1], [0, 0, 1]] {
        let answer = batch(0, values, data, sessions);
        assert_eq!(answer, Err(reject!("SR Empty Batch")));
    }
    for (to, values, data, sessions) in [(1, 2, 2, 2), (2, 1, 2, 2), (2, 2, 1, 2), (2, 2, 2, 1)] {
        let answer = batch(to, values, data, sessions);
        assert_eq!(answer, Err(reject!("Lengths mismatch")));
    }
}

#[test]
fn a_batch_is_decoded_whole() {
    let call = executeBatchCall {
        to: vec![Address::repeat_byte(1); 2],
        values: vec![U256::from(2); 2],
        data: vec![Bytes::from_static(b"x"); 2],
    };
    let good = call.abi_encode()[4..].to_vec();
    let second_address = 3 * 32 + 2 * 32;
    let second_data = good.len() - 2 * 32;
    for (position, what) in [(second_address, "address"), (second_data, "length of data")] {
        let mut bad = good.clone();
        bad[position] = 1;
        assert_eq!(execution::Batch::decode(&bad), Err(Malformed), "{what}");
    }
}

fn session(until: u64, after: u64, proof: &[Word]) -> Vec<u8> {
    let proof: Vec<alloy_primitives::B256> = proof.iter().map(|node| (*node).into()).collect();
    let data = Bytes::from_static(b"session key data");
    let signature = Bytes::from_static(&[3; 65]);
    let svm = Address::repeat_byte(0x5e);
    (
        U256::from(until),
        U256::from(after),
        svm,
        data,
        proof,
        signature,
    )
        .abi_encode_params()
}

#[test]
fn a_session_is_decoded_and_hashed_as_the_reference_does() {
    let encoded = session(0x0102_0304_0506, 7, &[[1; 32], [2; 32]]);
    let decoded = ManagerSignature::decode(&encoded).unwrap();
    assert_eq!(decoded.session_key_signature, [3; 65]);
    let Session {
        valid_until,
        valid_after,
        svm,
        session_key_data,
        proof,
    } = decoded.session;
    assert_eq!(
        (valid_until, valid_after, proof.len()),
        (&[1, 2, 3, 4, 5, 6], &[0, 0, 0, 0, 0, 7], 2)
    );
    let packed = [
        &[1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 7][..],
        svm,
        session_key_data,
    ]
    .concat();
    assert_eq!(leaf(&Sha3, &decoded.session), Sha3.keccak(&[&packed]));
    assert_eq!(
        ManagerSignature::decode(&session(1 << 48, 0, &[])),
        Err(Malformed),
        "49 bits"
    );
    assert_eq!(
        ManagerSignature::decode(&session(0, 1 << 63, &[])),
        Err(Malformed)
    );
}

#[test]
fn proofs_lead_to_the_root_in_any_order_of_siblings_and_nowhere_else() {
    let keccak = |a: &Word, b: &Word| merkle::parent(&Sha3, a, b);
    let leaves: Vec<Word> = (0..3_u8).map(|n| Sha3.keccak(&[&[n]])).collect();
    // merkletreejs promotes a lone node unhashed.
    let pair = keccak(&leaves[0], &leaves[1]);
    assert_eq!(pair, keccak(&leaves[1], &leaves[0]));
    let smaller_first = Sha3.keccak(&[&[1; 32], &[2; 32]]);
    assert_eq!(keccak(&[2; 32], &[1; 32]), smaller_first);
    let root = keccak(&pair, &leaves[2]);
    let proofs = [
        vec![leaves[1], leaves[2]],
        vec![leaves[0], leaves[2]],
        vec![pair],
    ];
    for (leaf, proof) in leaves.iter().zip(&proofs) {
        let encoded = session(0, 0, proof);
        let proof = ManagerSignature::decode(&encoded).unwrap().session.proof;
        assert!(merkle::is_in(&Sha3, &root, *leaf, proof));
        assert!(!merkle::is_in(&Sha3, &root, [9; 32], proof));
    }
    let encoded = session(0, 0, &[]);
    let none = ManagerSignature::decode(&encoded).unwrap().session.proof;
    assert!(
        merkle::is_in(&Sha3, &leaves[0], leaves[0], none),
        "a tree of one"
    );
    assert!(
        !merkle::is_in(&Sha3, &[0; 32], [0; 32], none),
        "no sessions"
    );
}

#[test]
fn bit_47_is_refused_but_for_ever() {
    let is_allowed = |until, after| is_window_allowed(&from_u64(until), &from_u64(after));
    let (bit, forever) = (1 << 47, to_u64(&FOREVER));
    assert!(is_allowed(0, 0) && is_allowed(bit - 1, bit - 1));
    assert!(is_allowed(forever, 0));
    assert!(!is_allowed(bit, 0) && !is_allowed(forever - 1, 0));
    assert!(!is_allowed(0, bit) && !is_allowed(0, forever));
}

#[test]
fn seconds_are_48_bits_big_endian() {
    for (number, secs) in [
        (0, [0; 6]),
        (0x0102_0304_0506, [1, 2, 3, 4, 5, 6]),
        ((1 << 48) - 1, FOREVER),
    ] {
        assert_eq!((from_u64(number), to_u64(&secs)), (secs, number));
    }
    assert_eq!(from_u64(u64::MAX), FOREVER);
}

#[test]
fn validation_data_is_packed_from_the_low_end() {
    let (until, after): (u64, u64) = (0x0b0c_0d0e_0f10, 0x0102_0304_0506);
    let expected = U256::from(after) << 208 | U256::from(until) << 160;
    let pack = |failed, until, after| {
        U256::from_be_bytes(pack(failed, &from_u64(until), &from_u64(after)))
    };
    assert_eq!(pack(false, until, after), expected);
    assert_eq!(pack(true, until, after), expected | U256::ONE);
    assert_eq!(pack(true, 0, 0), U256::ONE);
}

#[test]
fn windows_are_intersected_and_no_end_is_for_ever() {
    let window = |sessions: &[(u64, u64)]| {
        let mut window = Window::default();
        for (until, after) in sessions {
            window.and(&from_u64(*until), &from_u64(*after));
        }
        (to_u64(&window.valid_until), to_u64(&window.valid_after))
    };
    let forever = (1 << 48) - 1;
    assert_eq!(window(&[]), (forever, 0));
    assert_eq!(window(&[(0, 0)]), (forever, 0));
    assert_eq!(window(&[(100, 5), (0, 9), (200, 7)]), (100, 9));
    assert_eq!(
        window(&[(0x1_0000, 0x100), (0xffff, 0x1_0000_0000)]),
        (0xffff, 0x1_0000_0000)
    );
}

#[test]
fn approvals_and_digests_are_the_specified_hashes() {
    assert_eq!(APPROVAL_DOMAIN, Sha3.keccak(&[b"SESSION_APPROVED_V1"]));
    let leaves = [[1_u8; 32], [2; 32]].concat();
    let whole = [&APPROVAL_DOMAIN[..], &[0; 12], &[0xaa; 20], &leaves].concat();
    assert_eq!(
        approval(&Sha3, &[0xaa; 20], &leaves),
        Sha3.keccak(&[&whole])
    );
    let signed = alloy_primitives::eip191_hash_message([7; 32]);
    assert_eq!(digest::eth_signed(&Sha3, &[7; 32]), signed.0);
}

proptest! {
    #[test]
    fn what_alloy_encodes_is_read_back(
        call_data in prop::collection::vec(any::<u8>(), 0..200),
        signature in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let op = user_op(call_data.clone(), signature.clone());
        let call = validateUserOpCall { op, hash: [0; 32].into() }.abi_encode();
        let op = UserOp::new(&Tuple::new(&call[4..], 2).unwrap(), 0).unwrap();
        prop_assert_eq!(op.call_data(), Ok(&call_data[..]));
        prop_assert_eq!(op.signature(), Ok(&signature[..]));
    }

    #[test]
    fn batches_are_read_back(
        actions in prop::collection::vec((any::<[u8; 20]>(), any::<u64>(), prop::collection::vec(any::<u8>(), 0..70)), 1..6),
    ) {
        let call = executeBatchCall {
            to: actions.iter().map(|action| action.0.into()).collect(),
            values: actions.iter().map(|action| U256::from(action.1)).collect(),
            data: actions.iter().map(|action| action.2.clone().into()).collect(),
        };
        let encoded = call.abi_encode();
        let batch = execution::Batch::decode(&encoded[4..]).unwrap();
        prop_assert_eq!(batch.check_len(actions.len()).ok(), Some(actions.len()).filter(|len| *len > 0));
        for (index, (to, value, data)) in actions.iter().enumerate() {
            let action = batch.action(index).unwrap();
            prop_assert_eq!((action.to, *action.value, action.data), (to, word(*value), &data[..]));
        }
        prop_assert_eq!(batch.action(actions.len()), Err(Malformed));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(0x20), Just(0x40), any::<u8>()], 0..500)) {
        let _ = execution::execute(&bytes);
        if let Ok(batch) = execution::Batch::decode(&bytes) {
            let _ = batch.action(0);
        }
        if let Ok(signature) = ManagerSignature::decode(&bytes) {
            let _ = merkle::root(&Sha3, leaf(&Sha3, &signature.session), signature.session.proof);
        }
        if let Ok(op) = Tuple::new(&bytes, 2).and_then(|arguments| UserOp::new(&arguments, 0)) {
            let _ = (op.sender(), op.call_data(), op.module_signature(), op.paymaster_and_data());
        }
    }
}
