//! What can go wrong, in words that name the contract.

use crate::{
    ArtefactError, ChainError,
    abi::{Account, EcdsaModule, EntryPoint},
};
use alloy::{
    hex,
    primitives::B256,
    sol_types::{SolInterface, decode_revert_reason},
};

/// Why something can not be done in the world. `what` is the contract and function, or the
/// contract that is deployed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum WorldError {
    /// A compiled contract is missing
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// The chain does not do it
    #[error("{what}: {source}")]
    Chain {
        what: String,
        source: Box<ChainError>,
    },
    /// The transaction ran and failed
    #[error("{what} failed: {reason} (transaction {hash})")]
    Reverted {
        what: String,
        reason: String,
        hash: B256,
    },
    /// The answer is not what the function gives
    #[error("{what}: {reason}")]
    Answer { what: String, reason: String },
    /// A userOp that was to succeed did not
    #[error("userOp {index} {reason}")]
    UserOp { index: usize, reason: String },
    /// No bundler of the public mempool takes the userOp
    #[error("userOp {index} breaks ERC-7562: {findings}")]
    Rules { index: usize, findings: String },
    /// The client refuses a session
    #[error(transparent)]
    Session(#[from] session_keys::session_data::SessionDataError),
    /// The client refuses a tree
    #[error(transparent)]
    Tree(#[from] session_keys::TreeError),
    /// The client does not sign
    #[error(transparent)]
    SessionKey(#[from] session_keys::SignError),
    /// A key did not sign
    #[error("signing: {0}")]
    Sign(String),
}

impl WorldError {
    /// What a chain does not do.
    pub fn chain(what: impl Into<String>, source: impl Into<ChainError>) -> Self {
        Self::Chain {
            what: what.into(),
            source: Box::new(source.into()),
        }
    }
}

/// Revert data in words: a text, a panic, or a custom error of EntryPoint, account or ECDSA
/// module; otherwise hex.
pub fn describe(data: &[u8]) -> String {
    if data.is_empty() {
        return "no reason".into();
    }
    let custom = EntryPoint::EntryPointErrors::abi_decode(data)
        .map(|error| format!("{error:?}"))
        .or_else(|_| Account::AccountErrors::abi_decode(data).map(|error| format!("{error:?}")))
        .or_else(|_| {
            EcdsaModule::EcdsaModuleErrors::abi_decode(data).map(|error| format!("{error:?}"))
        });
    match custom {
        Ok(error) => error,
        Err(_) => match data.get(..4) {
            Some([0x08, 0xc3, 0x79, 0xa0] | [0x4e, 0x48, 0x7b, 0x71]) => decode_revert_reason(data),
            _ => None,
        }
        .unwrap_or_else(|| hex::encode_prefixed(data)),
    }
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::Address, sol_types::SolError};

    use super::*;

    #[test]
    fn revert_data_in_words() {
        let error = Account::WrongValidationModule {
            module: Address::ZERO,
        };
        let text = describe(&error.abi_encode());
        assert!(text.contains("WrongValidationModule"), "{text}");
        let text = describe(&alloy::sol_types::Revert::from("STF").abi_encode());
        assert!(text.contains("STF"), "{text}");
        assert_eq!(describe(&[]), "no reason");
        assert_eq!(describe(&[0xde, 0xad, 0xbe, 0xef]), "0xdeadbeef");
    }
}
