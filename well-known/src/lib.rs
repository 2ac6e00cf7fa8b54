//! Addresses that our session validation modules (SVMs) have by CREATE2 with salt 0, by which manager and router know that an SVM's rules
//! are typed: the owner has fixed the target, the SVM the methods, and none of those is a module's (7.2-H).
//!
//! An address means frozen semantics: `scripts/build-programs` refuses to go on when an SVM's code has another one.
#![no_std]

mod addresses;

pub use addresses::{BOUNDED, DEX_SWAP, ERC20_APPROVAL, ERC20_STAKE};

/// Are the rules of this SVM typed? Those of any other SVM are generic: they may allow anything.
pub fn is_typed(svm: &[u8; 20]) -> bool {
    [&ERC20_APPROVAL, &DEX_SWAP, &ERC20_STAKE].contains(&svm)
}
