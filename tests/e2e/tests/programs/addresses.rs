//! The addresses in `well-known`.

use alloy::primitives::{Address, B256, address, keccak256};
use session_core::rules::Svm;

use crate::sources::{Crate, program_crates, read};

pub(crate) const FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

const WELL_KNOWN: [(&str, [u8; 20], Option<Svm>); 7] = [
    ("abi", well_known::ABI, Some(Svm::Abi)),
    // What is bounded is as typed as the SVM inside.
    ("bounded", well_known::BOUNDED, None),
    ("dex-swap", well_known::DEX_SWAP, Some(Svm::DexSwap)),
    (
        "erc1155-mint",
        well_known::ERC1155_MINT,
        Some(Svm::Erc1155Mint),
    ),
    (
        "erc20-approval",
        well_known::ERC20_APPROVAL,
        Some(Svm::Erc20Approval),
    ),
    (
        "erc20-stake",
        well_known::ERC20_STAKE,
        Some(Svm::Erc20Stake),
    ),
    (
        "erc20-transfer",
        well_known::ERC20_TRANSFER,
        Some(Svm::Erc20Transfer),
    ),
];

#[test]
fn well_known_has_every_svm_and_nothing_else() {
    let mut svms = program_crates();
    svms.retain(|Crate { folder, .. }| folder.starts_with("svms/"));
    let names: Vec<_> = svms.iter().map(|svm| svm.name.as_str()).collect();
    assert_eq!(names, WELL_KNOWN.map(|(name, ..)| name));

    let list = read("well-known/src/addresses.rs");
    let constants = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "));
    let constants: Vec<_> = constants
        .filter_map(|line| line.split(':').next())
        .collect();
    let expected: Vec<_> = names
        .iter()
        .map(|name| name.replace('-', "_").to_uppercase())
        .collect();
    assert_eq!(constants, expected);
}

#[test]
fn each_svm_is_known_at_its_create2_address() {
    let mut world = e2e::world().unwrap();
    for (name, address, svm) in WELL_KNOWN {
        let wasm = world::program(name).unwrap();
        let init_code = devnode_meter::init_code(&devnode_meter::package(&wasm).unwrap());
        let create2 = FACTORY.create2(B256::ZERO, keccak256(init_code));
        assert_eq!(create2, Address::from(address), "{name}");
        assert_eq!(well_known::svm(&address), svm, "{name}");
        let is_typed = !["abi", "bounded"].contains(&name);
        assert_eq!(svm.is_some_and(Svm::is_typed), is_typed, "{name}");
        let deployed = world.deploy_program(name).unwrap();
        assert_eq!(deployed, create2, "{name}");
    }
    for name in [
        "session-key-manager",
        "batched-session-router",
        "session-module",
    ] {
        let address = world.deploy_program(name).unwrap();
        assert_eq!(well_known::svm(&address.0.0), None, "{name}");
    }
}

#[test]
fn no_neighbour_of_an_svm_is_known() {
    for (name, address, _) in WELL_KNOWN {
        for bit in 0..160 {
            let mut neighbour = address;
            neighbour[bit / 8] ^= 0x80 >> (bit % 8);
            assert_eq!(well_known::svm(&neighbour), None, "{name} bit {bit}");
        }
    }
}
