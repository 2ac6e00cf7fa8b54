//! Addresses that our session validation modules (SVMs) have by CREATE2 with salt 0, by which the programs that validate know an SVM and evaluate
//! its rules themselves.
//!
//! An address means frozen semantics: `scripts/build-programs` refuses to go on when an SVM's code has another one.
#![no_std]

mod addresses;

pub use addresses::{
    ABI, BOUNDED, DEX_SWAP, ERC20_APPROVAL, ERC20_STAKE, ERC20_TRANSFER, ERC1155_MINT,
};

use session_core::{rules::Svm, words::AddressLimbs};

/// Is this `bounded`?
#[inline(never)]
pub fn is_bounded(address: &[u8; 20]) -> bool {
    AddressLimbs::of(address) == const { AddressLimbs::of(&BOUNDED) }
}

/// The SVM at an address, if it is one of ours with rules: not `bounded`. (Comparisons of numbers, not of bytes or with
/// patterns: the compiler makes ten times the code of those.)
#[inline(never)]
pub fn svm(address: &[u8; 20]) -> Option<Svm> {
    let address = AddressLimbs::of(address);
    Some(if address == const { AddressLimbs::of(&ABI) } {
        Svm::Abi
    } else if address == const { AddressLimbs::of(&DEX_SWAP) } {
        Svm::DexSwap
    } else if address == const { AddressLimbs::of(&ERC1155_MINT) } {
        Svm::Erc1155Mint
    } else if address == const { AddressLimbs::of(&ERC20_APPROVAL) } {
        Svm::Erc20Approval
    } else if address == const { AddressLimbs::of(&ERC20_STAKE) } {
        Svm::Erc20Stake
    } else if address == const { AddressLimbs::of(&ERC20_TRANSFER) } {
        Svm::Erc20Transfer
    } else {
        return None;
    })
}
