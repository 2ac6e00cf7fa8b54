//! What the cursor reads, encoded as the oracle answers it.

use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256},
    sol_types::SolValue,
};
use session_core::{
    Malformed, Word,
    abi::{Array, Tuple},
    execution::{self, Batch},
    secs::to_u64,
    user_op::{BatchedSession, ManagerSignature, RouterSignature, Session, UserOp},
};

pub type Read = Result<Vec<u8>, Malformed>;
pub type SessionValue = (U256, U256, Address, Bytes, Vec<FixedBytes<32>>, Bytes);

pub fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}

pub fn collect<T>(
    array: &Array<'_>,
    item: impl Fn(usize) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    (0..array.len()).map(item).collect()
}

pub fn proof(words: &[Word]) -> Vec<FixedBytes<32>> {
    words.iter().map(FixedBytes::from).collect()
}

pub fn session_value(session: &Session<'_>, last: &[u8]) -> SessionValue {
    (
        U256::from(to_u64(session.valid_until)),
        U256::from(to_u64(session.valid_after)),
        session.svm.into(),
        bytes(session.session_key_data),
        proof(session.proof),
        bytes(last),
    )
}

/// The router's module signature, with its sessions.
pub fn router_signature_value(
    input: &[u8],
) -> Result<(RouterSignature<'_>, Vec<SessionValue>), Malformed> {
    let signature = RouterSignature::decode(input)?;
    let sessions = sessions_value(&signature.sessions)?;
    Ok((signature, sessions))
}

pub fn sessions_value(array: &Array<'_>) -> Result<Vec<SessionValue>, Malformed> {
    collect(array, |index| {
        let item = BatchedSession::at(array, index)?;
        Ok(session_value(&item.session, item.call_specific_data))
    })
}

pub type BatchValue = (Vec<Address>, Vec<U256>, Vec<Bytes>);

/// All of the arrays, whatever their lengths.
pub fn batch_value(arguments: &[u8]) -> Result<BatchValue, Malformed> {
    let is_batch = Batch::decode(arguments).is_ok();
    let value = arrays_value(arguments);
    assert_eq!(
        is_batch,
        value.is_ok(),
        "Batch::decode checks every element of {}",
        hex::encode(arguments)
    );
    value
}

pub fn arrays_value(arguments: &[u8]) -> Result<BatchValue, Malformed> {
    let tuple = Tuple::new(arguments, 3)?;
    let (to, values, data) = (tuple.array(0)?, tuple.array(1)?, tuple.array(2)?);
    Ok((
        collect(&to, |index| Ok(to.address(index)?.into()))?,
        collect(&values, |index| {
            Ok(U256::from_be_bytes(*values.word(index)?))
        })?,
        collect(&data, |index| Ok(bytes(data.bytes(index)?)))?,
    ))
}

pub fn op<'a>(arguments: &'a [u8]) -> Result<UserOp<'a>, Malformed> {
    UserOp::new(&Tuple::new(arguments, 2)?, 0)
}

pub fn read_one(slice: &[u8]) -> Vec<u8> {
    (bytes(slice),).abi_encode_params()
}

pub fn manager_value(signature: &[u8]) -> Result<SessionValue, Malformed> {
    let ManagerSignature {
        session,
        session_key_signature,
    } = ManagerSignature::decode(signature)?;
    Ok(session_value(&session, session_key_signature))
}

pub fn read_manager_user_op(input: &[u8]) -> Read {
    let op = op(input)?;
    let (until, after, svm, data, proof, signature) = manager_value(op.module_signature()?)?;
    Ok((
        Address::from(op.sender()?),
        until,
        after,
        svm,
        data,
        proof,
        signature,
    )
        .abi_encode_params())
}

pub fn read_execute(input: &[u8]) -> Read {
    let action = execution::execute(input)?;
    let value = U256::from_be_bytes(*action.value);
    Ok((Address::from(action.to), value, bytes(action.data)).abi_encode_params())
}

pub fn read_session_key(input: &[u8]) -> Read {
    let tuple = Tuple::new(input, 6)?;
    Ok((
        Address::from(tuple.address(0)?),
        U256::from(to_u64(tuple.uint48(1)?)),
        U256::from(to_u64(tuple.uint48(2)?)),
        Address::from(tuple.address(3)?),
        bytes(tuple.bytes(4)?),
        proof(tuple.array(5)?.words()),
    )
        .abi_encode_params())
}

pub fn read_session_keys(input: &[u8]) -> Read {
    let tuple = Tuple::new(input, 2)?;
    let account = Address::from(tuple.address(0)?);
    Ok((account, sessions_value(&tuple.array(1)?)?).abi_encode_params())
}

pub fn read_svm_user_op(input: &[u8]) -> Read {
    let tuple = Tuple::new(input, 4)?;
    let call_data = bytes(UserOp::new(&tuple, 0)?.call_data()?);
    let hash = FixedBytes::from(tuple.word(1)?);
    Ok((
        call_data,
        hash,
        bytes(tuple.bytes(2)?),
        bytes(tuple.bytes(3)?),
    )
        .abi_encode_params())
}
