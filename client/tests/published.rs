//! Published sessions: read back, and only as the tree of the account's root.

mod common;

use alloy::primitives::{B256, Bytes};
use common::sessions;
use proptest::prelude::*;
use session_keys::{PublishedError, Tree};

#[test]
fn a_published_tree_is_read_back() {
    for size in 0..=9 {
        let tree = Tree::new(sessions(size)).unwrap();
        let data = tree.publish().unwrap();
        assert_eq!(Tree::published(&data, tree.root()), Ok(tree));
    }
}

#[test]
fn sessions_of_another_root_are_refused() {
    let [one, two] = [1, 2].map(|size| Tree::new(sessions(size)).unwrap());
    let data = one.publish().unwrap();
    for root in [two.root(), B256::ZERO] {
        let published = one.root();
        let other = Err(PublishedError::OtherRoot { published, root });
        assert_eq!(Tree::published(&data, root), other);
    }
}

#[test]
fn other_data_is_refused() {
    let tree = Tree::new(sessions(2)).unwrap();
    let data = tree.publish().unwrap();
    for data in [
        Bytes::new(),
        Bytes::from_static(b"hello"),
        data.slice(..data.len() - 32),
    ] {
        let answer = Tree::published(&data, tree.root());
        assert!(matches!(answer, Err(PublishedError::Form(_))), "{answer:?}");
    }
}

proptest! {
    /// Whatever is published: an answer, and the root's tree or none.
    #[test]
    fn changed_data_gives_no_other_tree(size in 0u64..4, change in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let tree = Tree::new(sessions(size)).unwrap();
        let mut data = tree.publish().unwrap().to_vec();
        let place = change.index(data.len());
        data[place] = byte;
        if let Ok(read) = Tree::published(&data, tree.root()) {
            prop_assert_eq!(read, tree);
        }
    }
}
