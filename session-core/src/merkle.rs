//! Merkle proofs as OpenZeppelin's `MerkleProof` and merkletreejs with `sortPairs` make them (§2.2).

use crate::{
    Keccak, Word,
    words::{is_less, is_zero},
};

/// The parent of two nodes: keccak of the smaller one and the larger one.
pub fn parent(keccak: &impl Keccak, a: &Word, b: &Word) -> Word {
    if is_less(a, b) {
        keccak.keccak_pair(a, b)
    } else {
        keccak.keccak_pair(b, a)
    }
}

/// The root that a proof, the siblings from the leaf up, leads to from a leaf.
pub fn root(keccak: &impl Keccak, leaf: Word, proof: &[Word]) -> Word {
    proof
        .iter()
        .fold(leaf, |node, sibling| parent(keccak, &node, sibling))
}

/// Is the leaf in the tree of this root? Nothing is in the tree of root 0, which is that of an account without
/// sessions.
pub fn is_in(keccak: &impl Keccak, tree: &Word, leaf: Word, proof: &[Word]) -> bool {
    !is_zero(tree) && root(keccak, leaf, proof) == *tree
}
