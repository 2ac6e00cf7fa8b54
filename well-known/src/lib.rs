//! Addresses that our session validation modules (SVMs) have by CREATE2 with salt 0, by which manager and router know an SVM, and whether its
//! rules are typed: the owner has fixed the target, the SVM the methods, and none of those is a module's (7.2-H).
//!
//! An address means frozen semantics: `scripts/build-programs` refuses to go on when an SVM's code has another one.
#![no_std]

mod addresses;

pub use addresses::{
    ABI, BOUNDED, DEX_SWAP, ERC20_APPROVAL, ERC20_STAKE, ERC20_TRANSFER, ERC1155_MINT,
};

/// An SVM of ours with rules, by its crate's name: `bounded` has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Svm {
    /// `abi`.
    Abi,
    /// `dex-swap`.
    DexSwap,
    /// `erc1155-mint`.
    Erc1155Mint,
    /// `erc20-approval`.
    Erc20Approval,
    /// `erc20-stake`.
    Erc20Stake,
    /// `erc20-transfer`.
    Erc20Transfer,
}

impl Svm {
    /// The SVM at an address. (Comparisons, not patterns: the compiler makes ten times the code of those.)
    pub fn at(address: &[u8; 20]) -> Option<Self> {
        Some(if *address == ABI {
            Self::Abi
        } else if *address == DEX_SWAP {
            Self::DexSwap
        } else if *address == ERC1155_MINT {
            Self::Erc1155Mint
        } else if *address == ERC20_APPROVAL {
            Self::Erc20Approval
        } else if *address == ERC20_STAKE {
            Self::Erc20Stake
        } else if *address == ERC20_TRANSFER {
            Self::Erc20Transfer
        } else {
            return None;
        })
    }

    /// Are its rules typed? Those of `abi` are generic: they may allow anything.
    pub const fn is_typed(self) -> bool {
        !matches!(self, Self::Abi)
    }
}

/// Are the rules of the SVM at this address typed? Those of one that is not ours are generic.
pub fn is_typed(svm: &[u8; 20]) -> bool {
    Svm::at(svm).is_some_and(Svm::is_typed)
}
