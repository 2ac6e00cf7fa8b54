//! Merkle proofs as OpenZeppelin's `MerkleProof` and merkletreejs with `sortPairs` make them (§2.2).

use crate::{
    Keccak, Word,
    words::{is_less_inlined, is_same, is_zero},
};

/// The parent of two nodes: keccak of the smaller one and the larger one.
#[inline(never)]
pub fn parent(keccak: &impl Keccak, a: &Word, b: &Word) -> Word {
    root(keccak, *a, core::slice::from_ref(b))
}

/// The root that a proof, the siblings from the leaf up, leads to from a leaf.
#[inline(never)]
pub fn root(keccak: &impl Keccak, leaf: Word, proof: &[Word]) -> Word {
    let mut pair = [leaf, [0; 32]];
    for sibling in proof {
        let [node, other] = &mut pair;
        if is_less_inlined(node, sibling) {
            *other = *sibling;
        } else {
            *other = *node;
            *node = *sibling;
        }
        keccak.keccak_pair(&mut pair);
    }
    let [node, _] = pair;
    node
}

/// Is the leaf in the tree of this root? Nothing is in the tree of root 0, which is that of an account without
/// sessions.
pub fn is_in(keccak: &impl Keccak, tree: &Word, leaf: Word, proof: &[Word]) -> bool {
    !is_zero(tree) && is_same(&root(keccak, leaf, proof), tree)
}
