//! The EntryPoints of npm at their own addresses.

mod common;
#[path = "common/user_op.rs"]
mod user_op;

use std::path::PathBuf;

use alloy::{
    primitives::{U256, hex},
    sol_types::SolValue,
};
use common::*;
use devnode::{EntryPointVersion, ProgramError};
use user_op::artefact;

#[test]
fn entry_points_are_where_they_are_everywhere() {
    let mut node = node();
    let versions = [
        (EntryPointVersion::V06, 23_689),
        (EntryPointVersion::V07, 16_035),
        (EntryPointVersion::V08, 21_738),
    ];
    for (version, bytes) in versions {
        let path = artefact(version);
        let address = node.deploy_entry_point(version, &path).unwrap();
        assert_eq!(address, version.address());
        assert_eq!(node.code(address, LATEST).unwrap().len(), bytes);
        // getNonce(address,uint192): it runs
        let call = [&hex!("35567e1a")[..], &(ALICE, U256::from(7)).abi_encode()].concat();
        let nonce = node.call(&with_data(address, call), LATEST).unwrap();
        assert_eq!(U256::from_be_slice(&nonce), U256::from(7) << 64);
        let again = node.deploy_entry_point(version, &path);
        assert_eq!(again, Err(ProgramError::Exists(address)));
    }
}

#[test]
fn another_release_is_refused() {
    let mut node = node();
    let path = artefact(EntryPointVersion::V06);
    let wrong = node.deploy_entry_point(EntryPointVersion::V07, &path);
    assert!(matches!(wrong, Err(ProgramError::Elsewhere { .. })));
    assert_eq!(node.block_number(), 0);
}

#[test]
fn a_bad_artefact_is_refused() {
    let mut node = node();
    let mut refused = |path: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        node.deploy_entry_point(EntryPointVersion::V07, &path)
    };
    for path in ["no such file", "Cargo.toml"] {
        assert!(
            matches!(refused(path), Err(ProgramError::Artefact { .. })),
            "{path}"
        );
    }
}
