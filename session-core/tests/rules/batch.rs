//! Batches of actions (7.2-A), and the bool that is exactly 0 or 1 (7.2-B).

use crate::support::{MAX, ZERO, number};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;
use session_core::{
    Malformed, Word,
    abi::as_bool,
    execution::{Action, Batch},
    reject,
};

fn encoded(to: u8, values: u8, data: u8) -> Vec<u8> {
    let to: Vec<Address> = (0..to).map(|n| Address::repeat_byte(0x10 + n)).collect();
    let values: Vec<U256> = (0..values).map(|n| U256::from(0x20 + n)).collect();
    let data: Vec<Bytes> = (0..data)
        .map(|n| vec![0x30 + n; usize::from(n)].into())
        .collect();
    (to, values, data).abi_encode_params()
}

#[test]
fn a_batch_is_read_back() {
    let bytes = encoded(4, 4, 4);
    let batch = Batch::decode(&bytes).unwrap();
    assert_eq!(batch.check_len(4), Ok(4));
    for index in 0..4_u8 {
        let action = batch.action(index.into()).unwrap();
        assert_eq!(action.to, &[0x10 + index; 20]);
        assert_eq!(action.value, &number(0x20 + u64::from(index)));
        assert_eq!(action.data, vec![0x30 + index; index.into()]);
    }
    for index in [4, 5, usize::MAX] {
        assert_eq!(batch.action(index), Err(Malformed));
    }
}

#[test]
fn an_empty_batch_is_refused_before_lengths_are_compared() {
    for lengths in 0..27_u8 {
        let (values, data, sessions) = (lengths / 9, lengths / 3 % 3, lengths % 3);
        let bytes = encoded(0, values, data);
        let answer = Batch::decode(&bytes).unwrap().check_len(sessions.into());
        assert_eq!(answer, Err(reject!("SR Empty Batch")), "{lengths}");
    }
}

#[test]
fn all_lengths_are_that_of_the_targets() {
    for lengths in 0..=255_u8 {
        let [to, values, data, sessions] = [6, 4, 2, 0].map(|shift| lengths >> shift & 3);
        if to == 0 {
            continue;
        }
        let bytes = encoded(to, values, data);
        let answer = Batch::decode(&bytes).unwrap().check_len(sessions.into());
        let expected = if [values, data, sessions] == [to; 3] {
            Ok(usize::from(to))
        } else {
            Err(reject!("Lengths mismatch"))
        };
        assert_eq!(answer, expected, "{to} {values} {data} {sessions}");
    }
}

#[test]
fn an_action_needs_a_target_a_value_and_data() {
    for (to, values, data) in [(1, 2, 2), (2, 1, 2), (2, 2, 1)] {
        let bytes = encoded(to, values, data);
        let batch = Batch::decode(&bytes).unwrap();
        assert!(batch.action(0).is_ok());
        assert_eq!(batch.action(1), Err(Malformed));
    }
}

#[test]
fn every_target_is_clean_and_all_data_is_there() {
    let good = encoded(3, 3, 3);
    let with = |at: usize, byte: u8| {
        let mut bad = good.clone();
        bad[at] = byte;
        Batch::decode(&bad).map(drop)
    };
    let targets = 3 * 32 + 32;
    let data = targets + 3 * 32 + 32 + 3 * 32 + 32;
    for index in 0..3 {
        for byte in 0..12 {
            assert_eq!(with(targets + 32 * index + byte, 1), Err(Malformed));
        }
        assert_eq!(with(data + 32 * index + 30, 0xff), Err(Malformed));
        let len = data + usize::from(good[data + 32 * index + 31]);
        assert_eq!(with(len + 30, 0xff), Err(Malformed));
        assert_eq!(with(len, 1), Err(Malformed));
    }
    for len in 0..good.len() - 30 {
        assert_eq!(Batch::decode(&good[..len]), Err(Malformed), "{len} bytes");
    }
    assert!(Batch::decode(&good[..good.len() - 30]).is_ok());
    assert!(Batch::decode(&[&good[..], &[0xff; 7]].concat()).is_ok());
}

#[test]
fn an_action_has_no_value_if_all_of_the_word_is_zero() {
    let has_no_value = |value: &Word| {
        let (to, data) = (&[1; 20], &[][..]);
        Action { to, value, data }.has_no_value()
    };
    assert!(has_no_value(&ZERO));
    for byte in 0..32 {
        let mut value = ZERO;
        value[byte] = 1;
        assert!(!has_no_value(&value), "byte {byte}");
    }
}

#[test]
fn a_bool_is_a_word_of_0_or_1() {
    assert_eq!(as_bool(&ZERO), Some(false));
    assert_eq!(as_bool(&number(1)), Some(true));
    assert_eq!(as_bool(&MAX), None);
    for low in 2..=255 {
        assert_eq!(as_bool(&number(low)), None);
    }
    for byte in 0..31 {
        for (low, bit) in [(0, 1), (0, 0x80), (1, 1), (1, 0x80)] {
            let mut word = number(low);
            word[byte] = bit;
            assert_eq!(as_bool(&word), None, "byte {byte}");
        }
    }
}
