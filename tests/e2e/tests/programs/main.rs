//! The compiled programs, as they are deployed: interface, dispatch, imports, sizes, addresses, unsafe code.

mod addresses;
mod calls;
mod dispatch;
mod imports;
mod interface;
mod module;
mod rebuild;
mod sizes;
mod sources;
mod svms;

use crate::sources::program_crates;

/// The programs by crate, and the interface in contracts/interfaces of each.
const PROGRAMS: [(&str, &str); 10] = [
    ("abi", "IABISVM"),
    ("batched-session-router", "IBatchedSessionRouter"),
    ("bounded", "IBoundedSVM"),
    ("dex-swap", "IDexSwapSVM"),
    ("erc1155-mint", "IERC1155MintSVM"),
    ("erc20-approval", "IERC20ApprovalSVM"),
    ("erc20-stake", "IERC20StakeSVM"),
    ("erc20-transfer", "IERC20TransferSVM"),
    ("session-key-manager", "ISessionKeyManager"),
    ("session-module", "ISessionModule"),
];

#[test]
fn every_program_is_tested_here() {
    let names: Vec<_> = program_crates()
        .into_iter()
        .map(|program| program.name)
        .collect();
    assert_eq!(names, PROGRAMS.map(|(name, _)| name));
}
