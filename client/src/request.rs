//! A session as dApps ask for it, in JSON (seed 001): the four fields, and two ways to give the last.

use alloy::primitives::{Address, Bytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AbiDataError, Session, SessionError, abi_data};

/// A session that is asked for. Nothing of it is checked yet: [`Self::session`] does.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request: session_keys::SessionRequest = serde_json::from_str(r#"{
///     "validUntil": 0,
///     "validAfter": 0,
///     "sessionValidationModule": "0x909e30bdbcb728131e3f8d17150eaae740c90464",
///     "sessionKeyDataInAbi": [
///         ["address", "uint256"],
///         ["0x8e09744b738e9fec4a4df7ab5621f1857f6fa175", 1]
///     ]
/// }"#)?;
/// assert_eq!(request.session()?.session_key_data.len(), 64);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionRequest {
    /// Last second of validity, UNIX time; 0 is for ever.
    pub valid_until: u64,
    /// First second of validity, UNIX time.
    pub valid_after: u64,
    /// The SVM.
    pub session_validation_module: Address,
    /// Session key and limits, as the SVM reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key_data: Option<Bytes>,
    /// The same as types and values: see [`abi_data`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_key_data_in_abi: Option<(Vec<String>, Vec<Value>)>,
}

/// Why there is no such session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The session key data is given twice, or not at all.
    #[error(
        "sessionKeyData, sessionKeyDataInAbi: expected exactly one of the two, got {got}. Give the bytes, or types and values"
    )]
    Data {
        /// "both" or "neither".
        got: &'static str,
    },
    /// Types and values are wrong.
    #[error(transparent)]
    AbiData(#[from] AbiDataError),
    /// The validity ends before it begins.
    #[error(
        "validUntil: expected 0 or at least validAfter, {valid_after_secs}, got {valid_until_secs}. Give UNIX times in seconds"
    )]
    Window {
        /// The last second.
        valid_until_secs: u64,
        /// The first second.
        valid_after_secs: u64,
    },
    /// The session could stand in no tree.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl SessionRequest {
    /// The session.
    ///
    /// # Errors
    /// See [`RequestError`]. Whether the SVM understands the data is not looked at.
    pub fn session(&self) -> Result<Session, RequestError> {
        let session_key_data = match (&self.session_key_data, &self.session_key_data_in_abi) {
            (Some(data), None) => data.clone(),
            (None, Some((types, values))) => abi_data(types, values)?,
            (Some(_), Some(_)) => return Err(RequestError::Data { got: "both" }),
            (None, None) => return Err(RequestError::Data { got: "neither" }),
        };
        let session = Session {
            valid_until_secs: self.valid_until,
            valid_after_secs: self.valid_after,
            svm: self.session_validation_module,
            session_key_data,
        };
        session.check()?;
        if session.valid_until_secs != 0 && session.valid_until_secs < session.valid_after_secs {
            return Err(RequestError::Window {
                valid_until_secs: session.valid_until_secs,
                valid_after_secs: session.valid_after_secs,
            });
        }
        Ok(session)
    }
}
