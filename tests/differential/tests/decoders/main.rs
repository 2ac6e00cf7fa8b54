//! The cursor of session-core beside solc's decoders, which run in the EVM: the same calldata is accepted, and gives
//! the same values.
//!
//! `PROPTEST_CASES=100000 cargo test --profile host -p differential --test decoders` is the long run; the default is
//! 3,000 cases of each kind.
//!
//! # The one divergence
//! solc compares the offset of a dynamic field of a *calldata* struct or array (`op.callData`, an element of
//! `bytes[] calldata`) as a signed number, and follows a negative one to before the struct. The cursor refuses it.
//! In a userOp only a direct caller of a module can send one: EntryPoint and account encode it anew. In a batch the
//! account would follow it, but the reference's router refuses it as ours does. [`lazy`] models solc's rule, so that the
//! tests prove that nothing else differs.

mod compare;
mod fields;
mod lazy;
mod reading;

use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256},
    sol_types::SolValue,
};
use differential::calldata::Node;
use session_core::{
    Malformed,
    abi::Tuple,
    execution::{self, Batch},
    user_op::UserOp,
};

use crate::{
    compare::{As, Contract, Kind, count, plain, test_reference},
    fields::*,
    lazy::*,
    reading::*,
};

const WORD: usize = 32;

#[test]
fn user_op_words() {
    Kind::new("userOpWords", As::Arguments, user_op_fields).test(|input| {
        let arguments = Tuple::new(input, 2)?;
        let op = UserOp::new(&arguments, 0)?;
        let number = |word: &[u8; 32]| U256::from_be_bytes(*word);
        Ok((
            Address::from(op.sender()?),
            number(op.nonce()?),
            number(op.call_gas_limit()?),
            number(op.verification_gas_limit()?),
            number(op.pre_verification_gas()?),
            number(op.max_fee_per_gas()?),
            number(arguments.word(1)?),
        )
            .abi_encode_params())
    });
}

#[test]
fn user_op_call_data() {
    Kind::new("userOpCallData", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.call_data()?)));
}

#[test]
fn user_op_paymaster_and_data() {
    Kind::new("userOpPaymasterAndData", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.paymaster_and_data()?)));
}

#[test]
fn user_op_signature() {
    Kind::new("userOpSignature", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.signature()?)));
}

#[test]
fn user_op_forwarded() {
    Kind::new("userOpForwarded", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let arguments = Tuple::new(input, 2)?;
            let op = UserOp::new(&arguments, 0)?;
            let tuple = arguments.tuple(0, 11)?;
            op.sender()?;
            let mut fields = Vec::new();
            for index in 0..11 {
                fields.push(match index {
                    2 => Node::Bytes(tuple.bytes(2)?.to_vec()),
                    3 => Node::Bytes(op.call_data()?.to_vec()),
                    9 => Node::Bytes(op.paymaster_and_data()?.to_vec()),
                    10 => Node::Bytes(op.signature()?.to_vec()),
                    _ => Node::Word(*tuple.word(index)?),
                });
            }
            let fields = [Node::Tuple(fields), Node::Word(*arguments.word(1)?)];
            Ok(plain(&fields))
        });
}

#[test]
fn module_signature() {
    Kind::new("moduleSignature", As::Arguments, module_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let op = op(input)?;
            let module = Tuple::new(op.signature()?, 2)?.address(1)?;
            Ok((bytes(op.module_signature()?), Address::from(module)).abi_encode_params())
        });
}

#[test]
fn manager_user_op() {
    Kind::new("managerUserOp", As::Arguments, manager_fields)
        .lazy(positive_user_op)
        .test(read_manager_user_op);
}

#[test]
fn router_user_op() {
    Kind::new("routerUserOp", As::Arguments, batch_user_op_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let op = op(input)?;
            let (selector, arguments) = execution::split(op.call_data()?)?;
            let (signature, sessions) = router_signature_value(op.module_signature()?)?;
            let (to, values, data) = batch_value(arguments)?;
            Ok((
                FixedBytes::from(selector),
                Address::from(signature.manager),
                sessions,
                bytes(signature.session_key_signature),
                to,
                values,
                data,
            )
                .abi_encode_params())
        });
}

#[test]
fn manager_signature() {
    Kind::new("managerSignature", As::Bytes, session_fields)
        .test(|input| Ok(manager_value(input)?.abi_encode_params()));
}

#[test]
fn router_signature() {
    Kind::new("routerSignature", As::Bytes, router_fields).test(|input| {
        let (signature, sessions) = router_signature_value(input)?;
        Ok((
            Address::from(signature.manager),
            sessions,
            bytes(signature.session_key_signature),
        )
            .abi_encode_params())
    });
}

#[test]
fn decoded_execute() {
    Kind::new("decodedExecute", As::Bytes, execute_fields).test(read_execute);
}

#[test]
fn decoded_batch() {
    Kind::new("decodedBatch", As::Bytes, batch_fields)
        .test(|input| Ok(batch_value(input)?.abi_encode_params()));
}

/// What the account executes is what the modules have read.
#[test]
fn execute() {
    Kind::new("execute", As::Arguments, execute_fields).test(read_execute);
}

/// What the account executes is what the modules have read.
#[test]
fn execute_batch() {
    Kind::new("executeBatch", As::Arguments, batch_fields)
        .lazy(positive_batch)
        .test(|input| {
            let batch = Batch::decode(input)?;
            let len = Tuple::new(input, 3)?.array(0)?.len();
            batch.check_len(len).map_err(|_| Malformed)?;
            let actions: Vec<_> = (0..len)
                .map(|index| batch.action(index))
                .collect::<Result<_, _>>()?;
            let to: Vec<Address> = actions.iter().map(|action| action.to.into()).collect();
            let values: Vec<U256> = actions
                .iter()
                .map(|action| U256::from_be_bytes(*action.value))
                .collect();
            let data: Vec<Bytes> = actions.iter().map(|action| bytes(action.data)).collect();
            Ok((to, values, data).abi_encode_params())
        });
}

#[test]
fn session_key() {
    Kind::new("sessionKey", As::Arguments, session_key_fields).test(read_session_key);
}

#[test]
fn session_key_calldata() {
    Kind::new("sessionKeyCalldata", As::Arguments, session_key_fields).test(read_session_key);
}

#[test]
fn session_keys() {
    Kind::new("sessionKeys", As::Arguments, session_keys_fields).test(read_session_keys);
}

#[test]
fn session_keys_calldata() {
    Kind::new("sessionKeysCalldata", As::Arguments, session_keys_fields)
        .lazy(positive_sessions)
        .test(read_session_keys);
}

#[test]
fn svm_user_op() {
    Kind::new("svmUserOp", As::Arguments, svm_user_op_fields)
        .lazy(positive_svm_user_op)
        .test(read_svm_user_op);
}

#[test]
fn svm_params() {
    Kind::new("svmParams", As::Arguments, svm_params_fields).test(|input| {
        let tuple = Tuple::new(input, 5)?;
        let to = Address::from(tuple.address(0)?);
        let value = U256::from_be_bytes(*tuple.word(1)?);
        let slice = |index| tuple.bytes(index).map(bytes);
        Ok((to, value, slice(2)?, slice(3)?, slice(4)?).abi_encode_params())
    });
}

/// The router hands the sessions on as they stand in the module signature (§10.1): a manager reads there what the router
/// has read, in either location.
#[test]
fn forwarded_sessions() {
    let oracle = Contract::new("DecoderOracle");
    count("forwarded sessions", router_fields, |input| {
        let Ok((signature, sessions)) = router_signature_value(input) else {
            return false;
        };
        let account = Address::repeat_byte(0xaa);
        let head = (account, U256::from(2 * WORD)).abi_encode_params();
        let arguments = [&head, signature.encoded_sessions].concat();
        let expected = Some((account, sessions).abi_encode_params());
        let decoded = [
            read_session_keys(&arguments).ok(),
            oracle.decode("sessionKeys", &arguments),
            oracle.decode("sessionKeysCalldata", &arguments),
        ];
        assert_eq!(
            decoded,
            [expected.clone(), expected.clone(), expected],
            "{}",
            hex::encode(input)
        );
        true
    });
}

/// The manager hands the userOp on as it stands in its calldata: an SVM reads there what the manager has read, and so does
/// one that solc has compiled.
#[test]
fn forwarded_user_op() {
    let oracle = Contract::new("DecoderOracle");
    count("forwarded userOp", user_op_fields, |input| {
        let Ok(call_data) = op(input).and_then(|op| op.call_data()) else {
            return false;
        };
        let arguments = Tuple::new(input, 2).unwrap();
        let (hash, encoded) = (arguments.word(1).unwrap(), arguments.tail(0).unwrap());
        let (data, signature) = (Bytes::from_static(&[1; 32]), Bytes::from_static(&[2; 65]));
        // Without the userOp this is (uint256, bytes32, bytes, bytes), whose first word is to be the userOp's offset.
        let fields = |offset| {
            (
                U256::from(offset),
                FixedBytes::from(hash),
                data.clone(),
                signature.clone(),
            )
        };
        let len = fields(0).abi_encode_params().len();
        let forwarded = [&fields(len).abi_encode_params(), encoded].concat();
        let expected =
            (bytes(call_data), FixedBytes::from(hash), data, signature).abi_encode_params();
        let decoded = [
            read_svm_user_op(&forwarded).ok(),
            oracle.decode("svmUserOp", &forwarded),
        ];
        assert_eq!(
            decoded,
            [Some(expected.clone()), Some(expected)],
            "{}",
            hex::encode(input)
        );
        true
    });
}

/// What the deployed manager decodes it refuses as not approved.
#[test]
fn reference_manager() {
    test_reference(
        "SessionKeyManager",
        "validateUserOp",
        manager_fields,
        Some(positive_user_op),
        |input| Some(read_manager_user_op(input).is_ok()),
    );
    test_reference(
        "SessionKeyManager",
        "validateSessionKey",
        session_key_fields,
        None,
        |input| Some(read_session_key(input).is_ok()),
    );
}

/// The router looks at the selector, decodes the signature, and refuses the session key's, before it decodes callData.
#[test]
fn reference_router() {
    let read = |input: &[u8]| -> Result<Option<bool>, Malformed> {
        let op = op(input)?;
        let (selector, _) = execution::split(op.call_data()?)?;
        if !execution::is_execute_batch(selector) {
            return Ok(Some(true));
        }
        let (signature, _) = router_signature_value(op.module_signature()?)?;
        // One of this length may be valid: then the router goes on.
        Ok((signature.session_key_signature.len() != 65).then_some(true))
    };
    test_reference(
        "BatchedSessionRouter",
        "validateUserOp",
        batch_user_op_fields,
        Some(positive_user_op),
        |input| read(input).unwrap_or(Some(false)),
    );
}

const fn negative(of: u64) -> [u8; WORD] {
    U256::ZERO
        .wrapping_sub(U256::from_limbs([of, 0, 0, 0]))
        .to_be_bytes()
}

/// The divergence, in a userOp: its callData lies before it.
#[test]
fn a_negative_offset_in_a_user_op_is_refused() {
    let oracle = Contract::new("DecoderOracle");
    let mut input = [
        U256::from(4 * WORD),
        U256::ZERO,
        U256::from(3),
        U256::from(0x0a_0b0c) << 232,
    ]
    .abi_encode_packed();
    input.extend([[0; WORD]; 3].concat());
    input.extend(negative(2 * 32));
    input.extend([[0; WORD]; 7].concat());
    assert_eq!(
        oracle.decode("userOpCallData", &input),
        Some(read_one(&[0x0a, 0x0b, 0x0c]))
    );
    assert_eq!(op(&input).unwrap().call_data(), Err(Malformed));
    // Far out of the calldata there are zeros: no bytes.
    input[7 * WORD..8 * WORD].copy_from_slice(&negative(1 << 40));
    assert_eq!(oracle.decode("userOpCallData", &input), Some(read_one(&[])));
    assert_eq!(op(&input).unwrap().call_data(), Err(Malformed));
}

/// The divergence, in a batch: the account would follow the offset, but the reference's router does not either.
#[test]
fn a_negative_offset_in_a_batch_is_refused_by_the_reference_too() {
    let oracle = Contract::new("DecoderOracle");
    let fields = [
        Node::Array(vec![Node::Word([0; WORD])]),
        Node::Array(vec![Node::Word([0; WORD])]),
        Node::Array(vec![Node::Bytes(Vec::new())]),
    ];
    let mut input = plain(&fields);
    let offset = 8 * WORD;
    assert!(Batch::decode(&input).is_ok());
    // The only element's value, 0, taken for a length.
    input[offset..offset + WORD].copy_from_slice(&negative(2 * 32));
    assert!(oracle.decode("executeBatch", &input).is_some());
    assert_eq!(
        oracle.decode(
            "decodedBatch",
            &(Bytes::copy_from_slice(&input),).abi_encode_params()
        ),
        None
    );
    assert!(Batch::decode(&input).is_err());
}

/// `bytes` need no padding, wherever they are decoded; their last byte has to be there.
#[test]
fn padding_may_be_missing() {
    let oracle = Contract::new("DecoderOracle");
    let full = plain(&[
        Node::Word([0; WORD]),
        Node::Word([0; WORD]),
        Node::Bytes(vec![7; 5]),
    ]);
    let bare = &full[..full.len() - 27];
    let decode = |input: &[u8]| {
        let wrapped = (Bytes::copy_from_slice(input),).abi_encode_params();
        [
            oracle.decode("execute", input),
            oracle.decode("decodedExecute", &wrapped),
            read_execute(input).ok(),
        ]
    };
    assert_eq!(decode(bare), decode(&full));
    assert!(decode(bare).iter().all(Option::is_some));
    assert!(decode(&bare[..bare.len() - 1]).iter().all(Option::is_none));
}
