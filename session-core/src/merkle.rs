//! Merkle proofs as OpenZeppelin's `MerkleProof` and merkletreejs with `sortPairs` make them (§2.2).

use crate::{Keccak, Malformed, Word, abi::Array};

/// The parent of two nodes: keccak of the smaller one and the larger one.
pub fn parent(keccak: &impl Keccak, a: &Word, b: &Word) -> Word {
    if a < b {
        keccak.keccak(&[a, b])
    } else {
        keccak.keccak(&[b, a])
    }
}

/// The root that a proof leads to from a leaf.
///
/// # Errors
/// None, once the array is decoded.
pub fn root(keccak: &impl Keccak, leaf: Word, proof: &Array<'_>) -> Result<Word, Malformed> {
    (0..proof.len()).try_fold(leaf, |node, index| {
        Ok(parent(keccak, &node, proof.word(index)?))
    })
}

/// Is the leaf in the tree of this root? Nothing is in the tree of root 0, which is that of an account without
/// sessions.
///
/// # Errors
/// None, once the array is decoded.
pub fn is_in(
    keccak: &impl Keccak,
    tree: &Word,
    leaf: Word,
    proof: &Array<'_>,
) -> Result<bool, Malformed> {
    Ok(*tree != [0; 32] && root(keccak, leaf, proof)? == *tree)
}
