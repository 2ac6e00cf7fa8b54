//! Dumps as files: a line that says what it is, and a line of JSON.
//!
//! ```text
//! {"format":"devnode state","version":1,"chainId":412346,"arbosVersion":51,"keccak256":"0x..."}
//! {"genesis":{...},"head":{...},"blockHashes":[...],...,"accounts":{...},"code":{...}}
//! ```
//! The hash is that of the second line without its end.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use alloy::primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

use super::Dump;

const FORMAT: &str = "devnode state";
const VERSION: u64 = 1;

/// Why a state is not loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named in the messages")]
pub enum DumpError {
    /// The file can not be read or written
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Not a file of this format
    #[error("it is not a state file of devnode")]
    Foreign,
    /// Of another version of the format
    #[error("it is a state file of version {have}; this devnode reads version {want}")]
    Version { have: u64, want: u64 },
    /// Not as it was written
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Of another chain
    #[error("its {what} is {have}, not {want}")]
    Other {
        what: &'static str,
        have: u64,
        want: u64,
    },
    /// What it says can not be
    #[error("it contradicts itself: {0}")]
    Contradiction(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    format: String,
    version: u64,
    chain_id: u64,
    arbos_version: u64,
    keccak256: B256,
}

/// The part of a head that every version has.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u64,
}

impl Dump {
    /// Reads a file that [`Self::write`] wrote.
    ///
    /// # Errors
    /// If it can not be read, is of another kind or version, or was changed since.
    pub fn read(path: &Path) -> Result<Self, DumpError> {
        Self::parse(&fs::read(path)?)
    }

    fn parse(file: &[u8]) -> Result<Self, DumpError> {
        let end = file.iter().position(|byte| *byte == b'\n');
        let (head, rest) = file.split_at(end.unwrap_or(file.len()));
        let kind: Kind = serde_json::from_slice(head).map_err(|_| DumpError::Foreign)?;
        if kind.format != FORMAT {
            return Err(DumpError::Foreign);
        }
        if kind.version != VERSION {
            return Err(DumpError::Version {
                have: kind.version,
                want: VERSION,
            });
        }
        let damaged = |error: serde_json::Error| DumpError::Damaged(error.to_string());
        let head: Head = serde_json::from_slice(head).map_err(damaged)?;
        let body = rest.strip_prefix(b"\n").unwrap_or(rest);
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        if keccak256(body) != head.keccak256 {
            return Err(DumpError::Damaged("its hash does not match".into()));
        }
        Ok(Self {
            chain_id: head.chain_id,
            arbos_version: head.arbos_version,
            body: serde_json::from_slice(body).map_err(damaged)?,
        })
    }

    /// Writes a file beside `path` and moves it there, so that there is a whole one at any time.
    ///
    /// # Errors
    /// If it can not be written. What was at `path` is still there then.
    pub fn write(&self, path: &Path) -> Result<(), DumpError> {
        let invalid = |error: serde_json::Error| DumpError::Io(error.into());
        let body = serde_json::to_vec(&self.body).map_err(invalid)?;
        let head = Head {
            format: FORMAT.into(),
            version: VERSION,
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            keccak256: keccak256(&body),
        };
        let head = serde_json::to_vec(&head).map_err(invalid)?;
        // a link stays a link
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let beside = beside(&path);
        let written = create(&beside, &[&head, b"\n", &body, b"\n"])
            .and_then(|()| fs::rename(&beside, &path));
        if written.is_err() {
            _ = fs::remove_file(&beside);
        }
        Ok(written?)
    }
}

fn create(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}
