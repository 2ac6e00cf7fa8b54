//! ERC-4337's EntryPoint at its own address.

use std::path::Path;

use alloy::primitives::{Address, B256, Bytes, address, b256};

use crate::{Devnode, ProgramError};

/// A release of the EntryPoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPointVersion {
    /// 0.6.0
    V06,
    /// 0.7.0
    V07,
    /// 0.8.0
    V08,
}

impl EntryPointVersion {
    /// Where it is on every chain.
    pub const fn address(self) -> Address {
        match self {
            Self::V06 => address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789"),
            Self::V07 => address!("0000000071727De22E5E9d8BAf0edAc6f37da032"),
            Self::V08 => address!("4337084D9E255Ff0702461CF8895CE9E3b5Ff108"),
        }
    }

    /// The salt that it was deployed with.
    pub const fn salt(self) -> B256 {
        match self {
            Self::V06 => B256::ZERO,
            Self::V07 => b256!("90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3"),
            Self::V08 => b256!("0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9"),
        }
    }
}

impl Devnode {
    /// Deploys an EntryPoint from the artefact of its npm package
    /// (`@account-abstraction/contracts`, `artifacts/EntryPoint.json`), through the CREATE2
    /// factory, to the address that it has everywhere. The chain owner pays.
    ///
    /// # Errors
    /// If the file is not that artefact, or the EntryPoint is there already.
    pub fn deploy_entry_point(
        &mut self,
        version: EntryPointVersion,
        artefact: &Path,
    ) -> Result<Address, ProgramError> {
        let init_code = creation_code(artefact)?;
        let want = version.address();
        let have = crate::CREATE2_FACTORY.create2_from_code(version.salt(), &init_code);
        if have != want {
            return Err(ProgramError::Elsewhere { have, want });
        }
        let address = self.deploy(self.owner(), init_code, Some(version.salt()))?;
        tracing::info!(%address, ?version, "EntryPoint deployed");
        Ok(address)
    }
}

fn creation_code(artefact: &Path) -> Result<Bytes, ProgramError> {
    let error = |reason: String| ProgramError::Artefact {
        path: artefact.display().to_string(),
        reason,
    };
    let json = std::fs::read(artefact).map_err(|reason| error(reason.to_string()))?;
    let json: serde_json::Value =
        serde_json::from_slice(&json).map_err(|reason| error(reason.to_string()))?;
    let code = json["bytecode"]
        .as_str()
        .ok_or_else(|| error("no bytecode in it".into()))?;
    code.parse()
        .map_err(|reason| error(format!("bytecode: {reason}")))
}
