//! Signatures by the accounts whose keys are here.

use alloy::{
    primitives::{Address, Bytes},
    signers::SignerSync,
};

use super::{ErrorObject, Rpc};
use crate::TxError;

/// Signs a message as EIP-191 says.
pub(super) fn message(
    rpc: &mut Rpc,
    address: Address,
    message: Bytes,
) -> Result<Bytes, ErrorObject> {
    let signer = rpc.node.signer(address);
    let signer = signer.ok_or(TxError::UnknownSender(address))?;
    match signer.sign_message_sync(&message) {
        Ok(signature) => Ok(signature.as_bytes().into()),
        Err(error) => Err(ErrorObject::internal(error.to_string())),
    }
}

/// As [`message`]; no key has a password.
pub(super) fn personal(
    rpc: &mut Rpc,
    message: Bytes,
    address: Address,
    _password: Option<String>,
) -> Result<Bytes, ErrorObject> {
    self::message(rpc, address, message)
}
