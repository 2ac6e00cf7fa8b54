//! Imports are a list of capabilities.

use crate::{PROGRAMS, module::Module};

/// What a session validation module may do: read its calldata, hash, ask ecrecover.
const SVM: &[&str] = &[
    "msg_value",
    "native_keccak256",
    "pay_for_memory_grow",
    "read_args",
    "read_return_data",
    "static_call_contract",
    "write_result",
];

/// What manager and session module may do besides: keep roots and tell of them, ask SVMs and accounts, know themselves.
const WITH_ROOTS: &[&str] = &[
    "call_contract",
    "contract_address",
    "emit_log",
    "msg_reentrant",
    "msg_sender",
    "msg_value",
    "native_keccak256",
    "pay_for_memory_grow",
    "read_args",
    "read_return_data",
    "static_call_contract",
    "storage_cache_bytes32",
    "storage_flush_cache",
    "storage_load_bytes32",
    "write_result",
];

/// By program, in alphabetical order.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("abi", SVM),
    (
        "batched-session-router",
        &[
            "call_contract",
            "contract_address",
            "msg_reentrant",
            "msg_value",
            "native_keccak256",
            "pay_for_memory_grow",
            "read_args",
            "read_return_data",
            "static_call_contract",
            "write_result",
        ],
    ),
    (
        "bounded",
        &[
            "call_contract",
            "contract_address",
            "msg_value",
            "pay_for_memory_grow",
            "read_args",
            "read_return_data",
            "write_result",
        ],
    ),
    ("dex-swap", SVM),
    ("erc1155-mint", SVM),
    ("erc20-approval", SVM),
    ("erc20-stake", SVM),
    ("erc20-transfer", SVM),
    ("session-key-manager", WITH_ROOTS),
    ("session-module", WITH_ROOTS),
];

/// How a program's imports differ from a list.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    not_allowed: Vec<String>,
    not_imported: Vec<String>,
}

fn compare(program: &str, allowed: &[&str]) -> Result<(), Difference> {
    let imports = Module::of(program).imports;
    let name = |(module, name): &(String, String)| match module.as_str() {
        "vm_hooks" => name.clone(),
        module => format!("{module}.{name}"),
    };
    let imports: Vec<_> = imports.iter().map(name).collect();
    let is_allowed = |import: &&String| !allowed.contains(&import.as_str());
    let is_imported = |name: &&&str| !imports.iter().any(|import| import == **name);
    let difference = Difference {
        not_allowed: imports.iter().filter(is_allowed).cloned().collect(),
        not_imported: allowed
            .iter()
            .filter(is_imported)
            .map(ToString::to_string)
            .collect(),
    };
    if difference.not_allowed.is_empty() && difference.not_imported.is_empty() {
        Ok(())
    } else {
        Err(difference)
    }
}

#[test]
fn each_program_imports_exactly_its_list() {
    assert_eq!(
        ALLOWED.map(|(program, _)| program),
        PROGRAMS.map(|(program, _)| program)
    );
    for (program, allowed) in ALLOWED {
        assert_eq!(compare(program, allowed), Ok(()), "{program}");
    }
}

#[test]
fn a_program_that_reads_the_clock_is_found() {
    for (program, allowed) in ALLOWED {
        let difference = compare("fixture-clock", allowed).unwrap_err();
        let clock = String::from("block_timestamp");
        assert!(difference.not_allowed.contains(&clock), "{program}");
    }
    assert_eq!(
        forbidden("fixture-clock", &Module::of("fixture-clock")),
        ["block_timestamp"]
    );
    let account = Module::of("fixture-account");
    assert_eq!(
        forbidden("fixture-account", &account),
        ["delegate_call_contract"]
    );
}

/// No program depends on the block, the transaction or anybody's balance and code, runs foreign code as its own or
/// creates contracts; only manager and session module have storage and logs.
fn forbidden(program: &str, module: &Module) -> Vec<String> {
    let has_state = matches!(
        program,
        "session-key-manager" | "session-module" | "fixture-clock" | "fixture-account"
    );
    let mut prefixes = vec![
        "block_",
        "tx_",
        "evm_",
        "account_",
        "chainid",
        "delegate_call",
        "create",
    ];
    if !has_state {
        prefixes.extend(["storage_", "transient_", "emit_log"]);
    }
    let names = module.imports.iter().map(|(_, name)| name);
    names
        .filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        .cloned()
        .collect()
}

#[test]
fn no_program_imports_what_validation_must_not_read() {
    for (program, _) in PROGRAMS {
        let forbidden = forbidden(program, &Module::of(program));
        assert!(forbidden.is_empty(), "{program}: {forbidden:?}");
    }
}
