//! The stand-ins for what cargo-stylus calls.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, Bytes, hex},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use devnode::{CallError, Devnode};

use crate::common::{LATEST, with_data};

/// Stores the first word of its calldata in slot 0; traps without calldata.
const STORE: &str = r#"
(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (if (i32.eqz (local.get $len)) (then unreachable))
    (call $read_args (i32.const 64))
    (call $store (i32.const 0) (i32.const 64))
    (call $flush (i32.const 1))
    (i32.const 0)))
"#;

pub fn node() -> Devnode {
    let mut node = Devnode::default();
    node.place_predeploys().unwrap();
    node
}

pub fn init_code() -> Bytes {
    let code = devnode_meter::package(&wat::parse_str(STORE).unwrap()).unwrap();
    devnode_meter::init_code(&code).into()
}

pub fn ask<C: SolCall>(node: &Devnode, to: Address, call: &C) -> Result<C::Return, CallError> {
    let answer = node.call(&with_data(to, call.abi_encode()), LATEST)?;
    Ok(C::abi_decode_returns(&answer).unwrap())
}

pub fn refusal(node: &Devnode, request: &TransactionRequest) -> Bytes {
    match node.call(request, LATEST) {
        Err(CallError::Revert(revert)) => revert.data,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_committed_code_is_that_of_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pairs = [
        ("StylusDeployer", "stylus_deployer"),
        ("CacheManager", "cache_manager"),
    ];
    for (contract, file) in pairs {
        let artefact = root.join(format!("target/contracts/{contract}.json"));
        let artefact = fs::read(&artefact).unwrap_or_else(|_| {
            panic!(
                "{} is missing: run scripts/build-contracts",
                artefact.display()
            )
        });
        let artefact: serde_json::Value = serde_json::from_slice(&artefact).unwrap();
        let code = hex::decode(artefact["deployedBytecode"].as_str().unwrap()).unwrap();
        // solc's last two bytes are the length of the metadata before them
        let (rest, length) = code.split_at(code.len() - 2);
        let bare =
            &rest[..rest.len() - usize::from(u16::from_be_bytes(length.try_into().unwrap()))];
        let path = format!("src/predeploys/{file}.hex");
        let committed =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        assert_eq!(
            committed,
            hex::encode(bare),
            "{path} is not what {contract}.sol compiles to"
        );
    }
}

#[test]
fn placing_them_twice_changes_nothing() {
    let mut node = node();
    let before = node.dump();
    node.place_predeploys().unwrap();
    assert_eq!(node.dump(), before);
    assert_eq!(node.block_number(), 1);
}
