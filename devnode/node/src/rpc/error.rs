//! Errors as clients know them: the codes of JSON-RPC and EIP-1474, the texts of geth.

use std::borrow::Cow;

use alloy::primitives::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    BlockError, CallError, ControlError, DebugTraceError, HaltReason, Revert, TraceError, TxError,
};

/// The error of a JSON-RPC answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} (code {code})")]
pub struct ErrorObject {
    /// 3 for a revert; otherwise JSON-RPC's and EIP-1474's codes, all negative.
    pub code: i64,
    /// What a human, and some clients, read.
    pub message: Cow<'static, str>,
    /// Of a revert: what it returned, as a hex string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    const fn new(code: i64, message: Cow<'static, str>) -> Self {
        Self {
            code,
            message,
            data: None,
        }
    }

    /// The body is not JSON.
    pub(super) fn parse(error: &serde_json::Error) -> Self {
        Self::new(-32_700, format!("parse error: {error}").into())
    }

    /// The body is not a request.
    pub(super) fn invalid_request(why: &str) -> Self {
        Self::new(-32_600, format!("invalid request: {why}").into())
    }

    /// There is no such method.
    pub(super) fn unknown_method(method: &str) -> Self {
        let shown: String = method.chars().take(64).collect();
        let text = format!("the method {shown} does not exist/is not available");
        Self::new(-32_601, text.into())
    }

    /// Parameters that do not fit.
    pub(super) fn params(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(-32_602, why.into())
    }

    /// A defect of the node.
    pub(super) fn internal(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(-32_603, why.into())
    }

    /// What was answered before it in its batch is too much already.
    pub(super) fn too_large() -> Self {
        Self::new(-32_003, "response too large".into())
    }

    /// What the chain refuses.
    pub(super) fn server(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(-32_000, why.into())
    }

    /// A known method that this chain does not have (EIP-1474).
    pub(super) fn unsupported(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(-32_004, why.into())
    }

    /// A revert, with what was returned.
    pub(super) fn revert(revert: &Revert) -> Self {
        let text = match &revert.reason {
            Some(reason) => {
                // alloy says "revert: " before the text of Error(string)
                let text = reason.strip_prefix("revert: ").unwrap_or(reason);
                format!("execution reverted: {text}").into()
            }
            None => "execution reverted".into(),
        };
        Self {
            data: Some(Value::String(Bytes::to_string(&revert.data))),
            ..Self::new(3, text)
        }
    }
}

/// How execution stopped, in geth's words where it has some.
pub(super) fn halt(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::InvalidFEOpcode | HaltReason::OpcodeNotFound => "invalid opcode".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        HaltReason::StackUnderflow => "stack underflow".into(),
        HaltReason::StackOverflow => "stack limit reached 1024".into(),
        HaltReason::CreateCollision => "contract address collision".into(),
        other => format!("execution stopped: {other}"),
    }
}

impl From<CallError> for ErrorObject {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Revert(revert) => Self::revert(&revert),
            CallError::Refused(error) => error.into(),
            CallError::Block(error) => error.into(),
            CallError::Override { .. } | CallError::BlockOverride(_) => {
                Self::params(error.to_string())
            }
            CallError::Halt { reason, .. } => Self::server(halt(&reason)),
            CallError::Inactive { .. } | CallError::Activation { .. } => {
                Self::server(error.to_string())
            }
        }
    }
}

impl From<TxError> for ErrorObject {
    fn from(error: TxError) -> Self {
        use TxError as E;
        let text = match &error {
            E::NonceTooLow { have, want } => {
                format!("nonce too low: next nonce {want}, tx nonce {have}")
            }
            E::NonceTooHigh { have, want } => {
                format!("nonce too high: next nonce {want}, tx nonce {have}")
            }
            E::Funds { have, want } => {
                let more = want.saturating_sub(*have);
                format!(
                    "insufficient funds for gas * price + value: balance {have}, tx cost {want}, overshot {more}"
                )
            }
            E::GasCap { limit, cap } => {
                format!("transaction gas limit too high (cap: {cap}, tx: {limit})")
            }
            E::IntrinsicGas { limit, need } => {
                format!("intrinsic gas too low: gas {limit}, minimum needed {need}")
            }
            E::FeeTooLow { max_fee, base_fee } => format!(
                "max fee per gas less than block base fee: maxFeePerGas: {max_fee}, baseFee: {base_fee}"
            ),
            E::TipAboveFee { tip, max_fee } => format!(
                "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, maxFeePerGas: {max_fee}"
            ),
            E::ChainId { have, want } => {
                format!("invalid chain id for signer: have {have} want {want}")
            }
            E::Known(_) => "already known".into(),
            E::Underpriced { have, want } => {
                format!("replacement transaction underpriced: fee {have}, want {want}")
            }
            E::Signature => "invalid sender: the signature is not valid".into(),
            E::UnknownSender(_) => format!("unknown account: {error}"),
            E::Blobs => format!("transaction type not supported: {error}"),
            E::NoSender | E::Incomplete(_) | E::TwoInputs => {
                return Self::params(format!("param `transaction`: {error}"));
            }
            E::Estimate(inner) => return CallError::clone(inner).into(),
            E::Evm(_) => return Self::internal(error.to_string()),
            E::Decode(_) | E::Invalid(_) => error.to_string(),
        };
        Self::server(text)
    }
}

impl From<BlockError> for ErrorObject {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Unknown(id) => Self::server(format!("header not found: {id}")),
            BlockError::Range { from, to } => {
                Self::params(format!("invalid block range params: from {from} to {to}"))
            }
            BlockError::Pruned { .. } | BlockError::NotKept { .. } => {
                Self::server(error.to_string())
            }
        }
    }
}

impl From<TraceError> for ErrorObject {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Unknown(hash) => Self::server(format!("transaction not found: {hash}")),
            TraceError::Block(error) => error.into(),
            TraceError::Replay(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<DebugTraceError> for ErrorObject {
    fn from(error: DebugTraceError) -> Self {
        use DebugTraceError as E;
        match error {
            E::Call(error) => error.into(),
            E::Transaction(error) => error.into(),
            E::Options(_) => Self::params(format!("param `options`: {error}")),
            E::NoScripts => Self::unsupported(error.to_string()),
            E::Script(_) | E::Timeout(_) | E::TooLarge(_) => Self::server(error.to_string()),
        }
    }
}

impl From<ControlError> for ErrorObject {
    fn from(error: ControlError) -> Self {
        Self::params(error.to_string())
    }
}
