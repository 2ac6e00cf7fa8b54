//! The router's module signature (§4, §10.1), and the manager's beside it.

use crate::support::{MAX, number};
use alloy_primitives::{Address, B256, Bytes, aliases::U48};
use alloy_sol_types::{SolValue, sol};
use session_core::{
    Malformed, Word,
    abi::Tuple,
    secs::to_u64,
    user_op::{BatchedSession, ManagerSignature, RouterSignature, Session, UserOp},
};

sol! {
    struct SessionData {
        uint48 validUntil; uint48 validAfter; address sessionValidationModule;
        bytes sessionKeyData; bytes32[] merkleProof; bytes callSpecificData;
    }
}

/// No two fields of it, or of another one, are alike.
fn session(n: u8) -> SessionData {
    SessionData {
        validUntil: U48::from(0x0102_0304_0500_u64 + u64::from(n)),
        validAfter: U48::from(0x0600_u64 + u64::from(n)),
        sessionValidationModule: Address::repeat_byte(0x50 + n),
        sessionKeyData: vec![0x60 + n; 40].into(),
        merkleProof: (0..n).map(|node| B256::repeat_byte(0x70 + node)).collect(),
        callSpecificData: vec![0x80 + n; usize::from(n)].into(),
    }
}

fn encoded(sessions: u8) -> Vec<u8> {
    let sessions: Vec<SessionData> = (0..sessions).map(session).collect();
    let signature = Bytes::from_static(&[3; 65]);
    (Address::repeat_byte(0xaa), sessions, signature).abi_encode_params()
}

fn decode(bytes: &[u8]) -> Result<(RouterSignature<'_>, Vec<BatchedSession<'_>>), Malformed> {
    let signature = RouterSignature::decode(bytes)?;
    let sessions =
        (0..signature.sessions.len()).map(|index| BatchedSession::at(&signature.sessions, index));
    Ok((signature, sessions.collect::<Result<_, _>>()?))
}

fn assert_is(session: &Session<'_>, expected: &SessionData) {
    let secs = [session.valid_until, session.valid_after].map(to_u64);
    let expected_secs = [expected.validUntil, expected.validAfter];
    assert_eq!(secs, expected_secs.map(|secs| secs.to::<u64>()));
    assert_eq!(session.svm, &expected.sessionValidationModule.0.0);
    assert_eq!(session.session_key_data, &expected.sessionKeyData[..]);
    let proof: Vec<B256> = session.proof.iter().map(B256::from).collect();
    assert_eq!(proof, expected.merkleProof);
}

#[test]
fn a_router_signature_is_read_back() {
    for count in 0..=4 {
        let bytes = encoded(count);
        let (decoded, sessions) = decode(&bytes).unwrap();
        assert_eq!(decoded.manager, &[0xaa; 20]);
        assert_eq!(decoded.session_key_signature, [3; 65]);
        let count = usize::from(count);
        assert_eq!(sessions.len(), count);
        for (index, batched) in sessions.iter().enumerate() {
            let expected = session(u8::try_from(index).unwrap());
            assert_is(&batched.session, &expected);
            assert_eq!(batched.call_specific_data, &expected.callSpecificData[..]);
        }
    }
}

#[test]
fn a_manager_signature_has_the_same_session() {
    let one = session(2);
    let bytes = (
        one.validUntil,
        one.validAfter,
        one.sessionValidationModule,
        one.sessionKeyData.clone(),
        one.merkleProof.clone(),
        Bytes::from_static(&[3; 65]),
    )
        .abi_encode_params();
    let decoded = ManagerSignature::decode(&bytes).unwrap();
    assert_is(&decoded.session, &one);
    assert_eq!(decoded.session_key_signature, [3; 65]);
}

/// From the array's length word to the end of the module signature, whatever stands there.
#[test]
fn encoded_sessions_are_all_bytes_from_the_array_on() {
    let mut bytes = encoded(2);
    for trailing in [&[][..], &[0xee; 5]] {
        bytes.extend(trailing);
        let (decoded, sessions) = decode(&bytes).unwrap();
        assert_eq!(decoded.encoded_sessions, &bytes[0x60..]);
        // Behind the offset 0x20 they are an argument of another call.
        let argument = [&number(0x20)[..], decoded.encoded_sessions].concat();
        let again = Tuple::new(&argument, 1).unwrap().array(0).unwrap();
        for (index, session) in sessions.into_iter().enumerate() {
            assert_eq!(BatchedSession::at(&again, index), Ok(session));
        }
        for index in [2, 3, usize::MAX] {
            assert_eq!(BatchedSession::at(&again, index), Err(Malformed));
        }
    }
    // The array moved behind 32 bytes of junk.
    let mut moved = encoded(2);
    moved.splice(0x60..0x60, [0xee; 32]);
    for offset_word in [1, 2] {
        let low = 32 * offset_word + 30;
        let offset = u16::from_be_bytes([moved[low], moved[low + 1]]) + 32;
        moved[low..low + 2].copy_from_slice(&offset.to_be_bytes());
    }
    let (decoded, _) = decode(&moved).unwrap();
    assert_eq!(decoded.encoded_sessions, &moved[0x80..]);
    assert_eq!(decoded.session_key_signature, [3; 65]);
}

#[test]
fn sessions_may_share_their_bytes() {
    let mut bytes = encoded(2);
    // Both offsets of the array, after its length, lead to the second session.
    let (first, second) = (0x80, 0xa0);
    bytes.copy_within(second..second + 32, first);
    let (_, sessions) = decode(&bytes).unwrap();
    for batched in sessions {
        assert_is(&batched.session, &session(1));
    }
}

#[test]
fn every_prefix_but_of_the_padding_is_malformed() {
    let bytes = encoded(2);
    let padding = 96 - 65;
    for len in 0..bytes.len() - padding {
        assert_eq!(decode(&bytes[..len]), Err(Malformed));
    }
    assert!(decode(&bytes[..bytes.len() - padding]).is_ok());
}

/// All of whose words are zero: its offsets lead to its own first word, and that is the length 0.
#[test]
fn a_session_needs_its_six_words_and_no_more() {
    let head = [number(0xaa), number(0x60), number(0x60 + 32 * 2)];
    let sessions = [number(1), number(0x20)];
    let whole = [&head[..], &sessions, &[number(0); 6]].concat().concat();
    let (decoded, sessions) = decode(&whole).unwrap();
    let batched = sessions[0];
    assert_eq!(batched.session.svm, &[0; 20]);
    assert_eq!(batched.session.proof.len(), 0);
    assert!(batched.session.session_key_data.is_empty() && batched.call_specific_data.is_empty());
    assert!(decoded.session_key_signature.is_empty());
    for len in 0..whole.len() {
        let cut = decode(&whole[..len]);
        assert_eq!(cut, Err(Malformed), "{len} bytes");
    }
}

#[test]
fn a_user_op_needs_its_eleven_words_and_no_more() {
    let whole = [&number(0x20)[..], &[0; 11 * 32]].concat();
    let user_op = |len: usize| {
        let arguments = Tuple::new(&whole[..len], 1).unwrap();
        UserOp::new(&arguments, 0).map(drop)
    };
    for len in 32..whole.len() {
        assert_eq!(user_op(len), Err(Malformed), "{len} bytes");
    }
    assert_eq!(user_op(whole.len()), Ok(()));
}

/// Words of the head and of each session, with what they are spoilt by: all of it is checked at once.
#[test]
fn a_dirty_word_anywhere_is_malformed() {
    let good = encoded(2);
    assert!(decode(&good).is_ok());
    let with = |at: usize, word: Word| {
        let mut bad = good.clone();
        bad[at..at + 32].copy_from_slice(&word);
        decode(&bad).map(drop)
    };
    let read = |at: usize| usize::from(u16::from_be_bytes([good[at + 30], good[at + 31]]));
    let dirty = |at: usize, byte: usize| {
        let mut word: Word = good[at..at + 32].try_into().unwrap();
        word[byte] ^= 1;
        word
    };
    for byte in 0..12 {
        assert_eq!(with(0, dirty(0, byte)), Err(Malformed), "manager");
    }
    let array = read(32) + 32;
    for index in 0..2 {
        let session = array + read(array + 32 * index);
        for byte in 0..26 {
            for (word, field) in [(0, "validUntil"), (1, "validAfter")] {
                let at = session + 32 * word;
                assert_eq!(with(at, dirty(at, byte)), Err(Malformed), "{field}");
            }
        }
        for byte in 0..12 {
            let svm = session + 64;
            assert_eq!(with(svm, dirty(svm, byte)), Err(Malformed), "svm");
        }
        for word in 3..6 {
            let offset = session + 32 * word;
            let len = session + read(offset);
            for bad in [MAX, number(1 << 63), number(10_000), dirty(offset, 0)] {
                assert_eq!(with(offset, bad), Err(Malformed), "offset {word}");
                assert_eq!(with(len, bad), Err(Malformed), "length {word}");
            }
        }
        let offset = array + 32 * index;
        for bad in [MAX, number(1 << 63), number(10_000)] {
            assert_eq!(with(offset, bad), Err(Malformed), "session {index}");
        }
    }
    for bad in [MAX, number(1 << 63), number(10_000)] {
        assert_eq!(with(32, bad), Err(Malformed), "offset of the sessions");
        assert_eq!(with(array - 32, bad), Err(Malformed), "how many sessions");
        assert_eq!(with(64, bad), Err(Malformed), "offset of the signature");
    }
}
