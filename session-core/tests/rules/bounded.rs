//! The envelope of `bounded` (§10.7): every text, every boundary, and an oracle in wider numbers.

use alloy_primitives::{Address, Bytes, U256, U512};
use alloy_sol_types::{SolValue, sol};
use proptest::prelude::*;
use session_core::{
    Reject,
    abi::Tuple,
    reject,
    rules::bounded::{self, Grant, HEAD_BYTES},
    user_op::{Session, UserOp},
};

sol! {
    #[derive(Debug, Default)]
    struct UserOperation {
        address sender; uint256 nonce; bytes initCode; bytes callData; uint256 callGasLimit;
        uint256 verificationGasLimit; uint256 preVerificationGas; uint256 maxFeePerGas;
        uint256 maxPriorityFeePerGas; bytes paymasterAndData; bytes signature;
    }
}

const THIS: [u8; 20] = [0xbb; 20];
const LANE: u64 = 77;

/// Session key data, field by field.
#[derive(Clone, Debug)]
struct Data {
    version: u8,
    flags: u8,
    max_uses: u64,
    /// The low bytes of the lane.
    lane: u64,
    max_op_cost: u128,
    max_fee_per_gas: u128,
    max_gas: u64,
    paymaster: u8,
    inner_svm: u8,
    inner: Vec<u8>,
}

/// A lane with three uses, no paymaster, all limits.
fn data() -> Data {
    Data {
        version: 1,
        flags: 0b11,
        max_uses: 3,
        lane: LANE,
        max_op_cost: 6_000,
        max_fee_per_gas: 10,
        max_gas: 600,
        paymaster: 0,
        inner_svm: 0x55,
        inner: b"inner".to_vec(),
    }
}

impl Data {
    fn encode(&self) -> Vec<u8> {
        [
            &[self.version, self.flags][..],
            &self.max_uses.to_be_bytes(),
            &[0; 16],
            &self.lane.to_be_bytes(),
            &self.max_op_cost.to_be_bytes(),
            &self.max_fee_per_gas.to_be_bytes(),
            &self.max_gas.to_be_bytes(),
            &[self.paymaster; 20],
            &[self.inner_svm; 20],
            &self.inner,
        ]
        .concat()
    }
}

/// Sequence 2 of the lane; costs exactly what [`data`] allows.
fn op() -> UserOperation {
    UserOperation {
        nonce: nonce(LANE, 2),
        callGasLimit: U256::from(100),
        verificationGasLimit: U256::from(200),
        preVerificationGas: U256::from(300),
        maxFeePerGas: U256::from(10),
        ..UserOperation::default()
    }
}

fn nonce(lane: u64, sequence: u64) -> U256 {
    U256::from(lane) << 64 | U256::from(sequence)
}

fn paymaster(byte: u8, data: usize) -> Bytes {
    [vec![byte; 20], vec![7; data]].concat().into()
}

/// A name, or a text; and what is changed.
type Change = (&'static str, fn(&mut Data));

/// What the envelope says to the userOp.
fn answer(data: &[u8], op: &UserOperation, is_reused: bool) -> Result<(), Reject> {
    let encoded = (op.clone(),).abi_encode_params();
    let arguments = Tuple::new(&encoded, 1).unwrap();
    let op = UserOp::new(&arguments, 0).unwrap();
    Grant::decode(data, &THIS)?.check(&op, is_reused)
}

/// [`data`] with a change.
fn with(change: impl FnOnce(&mut Data)) -> Vec<u8> {
    let mut data = data();
    change(&mut data);
    data.encode()
}

/// [`op`] with a change.
fn op_with(change: impl FnOnce(&mut UserOperation)) -> UserOperation {
    let mut op = op();
    change(&mut op);
    op
}

/// The answer of [`data`] to [`op`], both with a change.
fn answer_with(
    change: impl FnOnce(&mut Data),
    change_op: impl FnOnce(&mut UserOperation),
) -> Result<(), Reject> {
    answer(&with(change), &op_with(change_op), false)
}

#[test]
fn what_is_exactly_within_the_envelope_passes() {
    assert_eq!(answer(&data().encode(), &op(), false), Ok(()));
}

#[test]
fn fields_are_where_the_format_says() {
    let bytes: Vec<u8> = [&[1, 0b1011][..], &(2..0x72).collect::<Vec<u8>>(), b"rest"].concat();
    let grant = Grant::decode(&bytes, &THIS);
    // A paymaster without its flag.
    assert_eq!(grant, Err(reject!("BND Malformed Session")));
    let mut bytes = bytes;
    bytes[1] = 0b1101;
    let grant = Grant::decode(&bytes, &THIS).unwrap();
    assert_eq!(grant.flags, 0b1101);
    assert_eq!(grant.max_uses.to_be_bytes(), bytes[0x02..0x0a]);
    assert_eq!(grant.lane, &bytes[0x0a..0x22]);
    assert_eq!(grant.max_op_cost, &bytes[0x22..0x32]);
    assert_eq!(grant.max_fee_per_gas, &bytes[0x32..0x42]);
    assert_eq!(grant.max_gas, &bytes[0x42..0x4a]);
    assert_eq!(grant.paymaster, &bytes[0x4a..0x5e]);
    assert_eq!(grant.inner_svm, &bytes[0x5e..0x72]);
    assert_eq!(grant.inner_data, b"rest");
}

#[test]
fn malformed_sessions() {
    let whole = with(|data| data.inner = Vec::new());
    assert_eq!(answer(&whole, &op(), false), Ok(()));
    let malformed = Err(reject!("BND Malformed Session"));
    for len in 0..whole.len() {
        assert_eq!(answer(&whole[..len], &op(), false), malformed, "{len}");
    }
    let changes: [Change; 14] = [
        ("version 0", |data| data.version = 0),
        ("version 2", |data| data.version = 2),
        ("flag 4", |data| data.flags |= 1 << 4),
        ("flag 5", |data| data.flags |= 1 << 5),
        ("flag 6", |data| data.flags |= 1 << 6),
        ("flag 7", |data| data.flags |= 1 << 7),
        ("both paymaster rules", |data| {
            (data.flags, data.paymaster) = (0b111, 0xaa);
        }),
        ("no paymaster named", |data| data.flags = 0b101),
        ("a paymaster without use", |data| data.paymaster = 0xaa),
        ("lane 0", |data| data.lane = 0),
        ("a lane without use", |data| {
            (data.flags, data.max_uses) = (0b10, 0);
        }),
        ("uses without lane", |data| {
            (data.flags, data.lane) = (0b10, 0);
        }),
        ("no inner SVM", |data| data.inner_svm = 0),
        ("itself inside", |data| data.inner_svm = THIS[0]),
    ];
    for (name, change) in changes {
        assert_eq!(answer(&with(change), &op(), false), malformed, "{name}");
    }
}

#[test]
fn a_leaf_serves_one_action_of_a_batch() {
    let reused = Err(reject!("BND Reused Leaf"));
    assert_eq!(answer(&data().encode(), &op(), true), reused);
    let several = with(|data| data.flags |= bounded::SEVERAL_ACTIONS);
    assert_eq!(answer(&several, &op(), true), Ok(()));
}

#[test]
fn lanes_and_uses() {
    let wrong = Err(reject!("BND Wrong Lane"));
    for lane in [0, 1, LANE - 1, LANE + 1, u64::MAX] {
        let answer = answer_with(|_| (), |op| op.nonce = nonce(lane, 2));
        assert_eq!(answer, wrong, "{lane}");
    }
    // Every bit of the lane counts.
    for bit in 64..256 {
        let answer = answer_with(|_| (), |op| op.nonce ^= U256::ONE << bit);
        assert_eq!(answer, wrong, "{bit}");
    }
    for (sequence, expected) in [
        (0, Ok(())),
        (2, Ok(())),
        (3, Err(reject!("BND Max Uses"))),
        (u64::MAX, Err(reject!("BND Max Uses"))),
    ] {
        let answer = answer_with(|_| (), |op| op.nonce = nonce(LANE, sequence));
        assert_eq!(answer, expected, "{sequence}");
    }
    let last = |op: &mut UserOperation| op.nonce = nonce(LANE, u64::MAX);
    assert_eq!(answer_with(|data| data.max_uses = 0, last), Ok(()));
    // Without a lane the nonce is free.
    let free = |data: &mut Data| (data.flags, data.lane, data.max_uses) = (0b10, 0, 0);
    assert_eq!(answer_with(free, last), Ok(()));
}

#[test]
fn paymasters() {
    let wrong = Err(reject!("BND Wrong Paymaster"));
    let free = |data: &mut Data| {
        (data.flags, data.max_op_cost) = (1, 10_000);
    };
    let this = |data: &mut Data| {
        (data.flags, data.paymaster, data.max_op_cost) = (0b101, 0xaa, 10_000);
    };
    let none = |data: &mut Data| (data.flags, data.max_op_cost) = (0b11, 10_000);
    for (rest, by_none, by_free, by_this) in [
        (Bytes::new(), Ok(()), Ok(()), wrong),
        (vec![0xaa; 1].into(), wrong, wrong, wrong),
        (vec![0xaa; 19].into(), wrong, wrong, wrong),
        (paymaster(0, 0), wrong, Ok(()), wrong),
        (paymaster(0xaa, 0), wrong, Ok(()), Ok(())),
        (paymaster(0xaa, 9), wrong, Ok(()), Ok(())),
        (paymaster(0xab, 0), wrong, Ok(()), wrong),
    ] {
        let answer =
            |change: fn(&mut Data)| answer_with(change, |op| op.paymasterAndData = rest.clone());
        assert_eq!(answer(none), by_none, "none, {rest}");
        assert_eq!(answer(free), by_free, "free, {rest}");
        assert_eq!(answer(this), by_this, "this, {rest}");
    }
}

#[test]
fn fees_and_gas() {
    let one_more = |value: &mut U256| *value += U256::ONE;
    let max_fee = Err(reject!("BND Max Fee"));
    assert_eq!(
        answer_with(|_| (), |op| one_more(&mut op.maxFeePerGas)),
        max_fee
    );
    let huge = |op: &mut UserOperation| op.maxFeePerGas = U256::ONE << 128;
    assert_eq!(answer_with(|_| (), huge), max_fee);

    let fields: [fn(&mut UserOperation) -> &mut U256; 3] = [
        |op| &mut op.callGasLimit,
        |op| &mut op.verificationGasLimit,
        |op| &mut op.preVerificationGas,
    ];
    for field in fields {
        let max_gas = Err(reject!("BND Max Gas"));
        assert_eq!(answer_with(|_| (), |op| one_more(field(op))), max_gas);
        for huge in [U256::ONE << 64, U256::ONE << 128, U256::MAX] {
            assert_eq!(answer_with(|_| (), |op| *field(op) = huge), max_gas);
        }
        let cost = |data: &mut Data| data.max_gas = 0;
        let max_cost = Err(reject!("BND Max Op Cost"));
        assert_eq!(answer_with(cost, |op| one_more(field(op))), max_cost);
        assert_eq!(answer_with(cost, |op| *field(op) = U256::MAX), max_cost);
        // Nothing is paid for what has no price.
        let free = |op: &mut UserOperation| {
            *field(op) = U256::MAX;
            op.maxFeePerGas = U256::ZERO;
        };
        assert_eq!(answer_with(cost, free), Ok(()));
    }
    let cost = |data: &mut Data| data.max_fee_per_gas = 0;
    let max_cost = Err(reject!("BND Max Op Cost"));
    assert_eq!(
        answer_with(cost, |op| one_more(&mut op.maxFeePerGas)),
        max_cost
    );
    assert_eq!(
        answer_with(cost, |op| op.maxFeePerGas = U256::MAX),
        max_cost
    );
    // Zero is no limit.
    let no_limit = |data: &mut Data| {
        (data.max_gas, data.max_fee_per_gas, data.max_op_cost) = (0, 0, 0);
    };
    let anything = |op: &mut UserOperation| {
        op.callGasLimit = U256::MAX;
        op.verificationGasLimit = U256::MAX;
        op.preVerificationGas = U256::MAX;
        op.maxFeePerGas = U256::MAX;
    };
    assert_eq!(answer_with(no_limit, anything), Ok(()));
}

#[test]
fn with_a_paymaster_verification_counts_three_times() {
    // (100 + 3 x 200 + 300) x 10
    for (max_op_cost, byte, expected) in [
        (10_000, 0xaa, Ok(())),
        (9_999, 0xaa, Err(reject!("BND Max Op Cost"))),
        (6_000, 0, Ok(())),
    ] {
        let rule = |data: &mut Data| {
            (data.flags, data.max_op_cost) = (1, max_op_cost);
        };
        let answer = answer_with(rule, |op| op.paymasterAndData = paymaster(byte, 0));
        assert_eq!(answer, expected, "{max_op_cost}");
    }
}

/// A text, and what leads to it.
type Breach = (Reject, fn(&mut UserOperation));

/// Each userOp breaks this rule and all that come later.
#[test]
fn the_order_of_the_texts() {
    let breaks: [Breach; 6] = [
        (reject!("BND Wrong Lane"), |op| op.nonce = nonce(1, 3)),
        (reject!("BND Max Uses"), |op| op.nonce = nonce(LANE, 3)),
        (reject!("BND Wrong Paymaster"), |op| {
            op.nonce = nonce(LANE, 2)
        }),
        (reject!("BND Max Fee"), |op| {
            op.paymasterAndData = Bytes::new()
        }),
        (reject!("BND Max Gas"), |op| {
            op.maxFeePerGas = U256::from(10)
        }),
        (reject!("BND Max Op Cost"), |op| {
            op.callGasLimit = U256::from(100)
        }),
    ];
    let data = with(|data| data.max_op_cost = 5_999);
    let mut op = op_with(|op| {
        op.paymasterAndData = paymaster(0xaa, 0);
        op.maxFeePerGas = U256::from(11);
        op.callGasLimit = U256::from(101);
    });
    assert_eq!(answer(&data, &op, true), Err(reject!("BND Reused Leaf")));
    for (expected, mend) in breaks {
        mend(&mut op);
        assert_eq!(answer(&data, &op, false), Err(expected));
    }
}

#[test]
fn what_is_inside_is_opened_once() {
    let data = data().encode();
    let session = Session {
        valid_until: &[1; 6],
        valid_after: &[2; 6],
        svm: &THIS,
        session_key_data: &data,
        proof: &[],
    };
    let encoded = (op(),).abi_encode_params();
    let arguments = Tuple::new(&encoded, 1).unwrap();
    let op = UserOp::new(&arguments, 0).unwrap();
    let inner = Session {
        svm: &[0x55; 20],
        session_key_data: b"inner",
        ..session
    };
    let open = |session, is_reused: bool| bounded::open(session, &op, is_reused);
    assert_eq!(open(&session, false), Ok(inner));
    assert_eq!(open(&session, true), Err(reject!("BND Reused Leaf")));
    // The inner SVM is not the outer one.
    let mut twice = data.clone();
    twice[HEAD_BYTES - 20..HEAD_BYTES].copy_from_slice(&THIS);
    let twice = Session {
        session_key_data: &twice,
        ..session
    };
    assert_eq!(open(&twice, false), Err(reject!("BND Malformed Session")));
}

/// The rules again, in numbers that can't overflow.
fn oracle(data: &Data, op: &UserOperation, is_reused: bool) -> Result<(), Reject> {
    let has = |bit: u8| data.flags & 1 << bit != 0;
    let wide = |value: U256| U512::from(value);
    if is_reused && !has(3) {
        return Err(reject!("BND Reused Leaf"));
    }
    if has(0) && op.nonce >> 64 != U256::from(data.lane) {
        return Err(reject!("BND Wrong Lane"));
    }
    let sequence = op.nonce.as_limbs()[0];
    if has(0) && data.max_uses != 0 && sequence >= data.max_uses {
        return Err(reject!("BND Max Uses"));
    }
    let bytes = &op.paymasterAndData;
    let named = (bytes.len() >= 20).then(|| Address::from_slice(&bytes[..20]));
    let is_wrong = (1..20).contains(&bytes.len())
        || has(1) && !bytes.is_empty()
        || has(2) && named != Some(Address::repeat_byte(data.paymaster));
    if is_wrong {
        return Err(reject!("BND Wrong Paymaster"));
    }
    let limit = |limit: u128| {
        if limit == 0 {
            U512::MAX
        } else {
            U512::from(limit)
        }
    };
    if wide(op.maxFeePerGas) > limit(data.max_fee_per_gas) {
        return Err(reject!("BND Max Fee"));
    }
    let [call, verification, before] = [
        op.callGasLimit,
        op.verificationGasLimit,
        op.preVerificationGas,
    ]
    .map(wide);
    if call + verification + before > limit(data.max_gas.into()) {
        return Err(reject!("BND Max Gas"));
    }
    let factor = if named.is_some_and(|named| !named.is_zero()) {
        3
    } else {
        1
    };
    // Below 2^259, so the product can need more than 512 bits: then it is more than any limit.
    let gas = call + verification * U512::from(factor) + before;
    let cost = gas.saturating_mul(wide(op.maxFeePerGas));
    if data.max_op_cost != 0 && cost > U512::from(data.max_op_cost) {
        return Err(reject!("BND Max Op Cost"));
    }
    Ok(())
}

/// Around limits, and far above.
fn amount() -> impl Strategy<Value = U256> {
    prop_oneof![
        6 => (0u64..700).prop_map(U256::from),
        1 => any::<u64>().prop_map(U256::from),
        1 => any::<u128>().prop_map(U256::from),
        1 => any::<[u64; 4]>().prop_map(U256::from_limbs),
        1 => (0usize..256).prop_map(|bit| U256::ONE << bit),
        1 => Just(U256::MAX),
    ]
}

fn any_data() -> impl Strategy<Value = Data> {
    let lane = prop_oneof![
        Just((0u8, 0, 0)),
        (0u64..4, 1u64..3).prop_map(|(uses, lane)| (1, uses, lane))
    ];
    let paymaster = prop_oneof![Just((0u8, 0u8)), Just((0b10, 0)), Just((0b100, 0xaa))];
    let limit = || prop_oneof![Just(0u128), 1u128..7_000, any::<u128>(), Just(u128::MAX)];
    let gas = prop_oneof![Just(0u64), 1u64..1_500, Just(u64::MAX)];
    (lane, paymaster, any::<bool>(), limit(), limit(), gas).prop_map(
        |((lane_flag, max_uses, lane), (paymaster_flag, paymaster), is_several, cost, fee, gas)| {
            Data {
                flags: lane_flag | paymaster_flag | u8::from(is_several) << 3,
                max_uses,
                lane,
                max_op_cost: cost,
                max_fee_per_gas: fee,
                max_gas: gas,
                paymaster,
                ..data()
            }
        },
    )
}

fn any_op() -> impl Strategy<Value = UserOperation> {
    let paymaster = prop_oneof![
        3 => Just(Bytes::new()),
        1 => Just(paymaster(0, 0)),
        2 => Just(paymaster(0xaa, 3)),
        1 => Just(paymaster(0xab, 0)),
        1 => Just(vec![0xaa; 7].into()),
    ];
    let nonce = (0u64..3, 0u64..5).prop_map(|(lane, sequence)| nonce(lane, sequence));
    let small = prop_oneof![4 => (0u64..20).prop_map(U256::from), 1 => amount()];
    (nonce, amount(), amount(), amount(), small, paymaster).prop_map(
        |(nonce, call, verification, before, fee, paymaster)| UserOperation {
            nonce,
            callGasLimit: call,
            verificationGasLimit: verification,
            preVerificationGas: before,
            maxFeePerGas: fee,
            paymasterAndData: paymaster,
            ..UserOperation::default()
        },
    )
}

proptest! {
    #[test]
    fn as_the_oracle_says(data in any_data(), op in any_op(), is_reused in any::<bool>()) {
        prop_assert_eq!(answer(&data.encode(), &op, is_reused), oracle(&data, &op, is_reused));
    }
}
