//! Parameters by position.

use std::vec::IntoIter;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ErrorObject;

/// Those of one request that are not read yet.
#[derive(Debug)]
pub(super) struct Params {
    rest: IntoIter<Value>,
    read: usize,
}

impl Params {
    /// # Errors
    /// If they are not an array (null stands for none).
    pub(super) fn new(params: Value) -> Result<Self, ErrorObject> {
        let all = match params {
            Value::Null => Vec::new(),
            Value::Array(all) => all,
            _ => return Err(ErrorObject::params("params must be an array")),
        };
        Ok(Self {
            rest: all.into_iter(),
            read: 0,
        })
    }

    /// The next one. One that is not there is null, and so is an `Option` that is none.
    ///
    /// # Errors
    /// If it is not of that type.
    pub(super) fn next<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, ErrorObject> {
        self.read += 1;
        match self.rest.next() {
            Some(value) => T::deserialize(value)
                .map_err(|error| ErrorObject::params(format!("param `{name}`: {error}"))),
            None => T::deserialize(Value::Null)
                .map_err(|_| ErrorObject::params(format!("missing param `{name}`"))),
        }
    }

    /// # Errors
    /// If there are more.
    pub(super) fn end(self) -> Result<(), ErrorObject> {
        match self.rest.len() {
            0 => Ok(()),
            more => Err(ErrorObject::params(format!(
                "{} params, want {} at most",
                self.read + more,
                self.read
            ))),
        }
    }
}
