//! The Merkle tree over leaf hashes (RFC 6962 §2.1): its right edge, which is all that appending needs.
//!
//! The tree itself is never in memory. A store keeps the leaf hashes and, for every completed perfect subtree of height
//! 8, 16, 24 …, one hash: [`Node`]. What lies between is computed again when a proof wants it, see [`super::Plan`].

use sha2::{Digest, Sha256};

use super::Hash;

/// Every how many levels a store keeps the nodes. Eight makes it one hash for 256 leaves, and 255 hashes to read again.
const KEPT_EVERY: u32 = 8;

/// RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut node = [1; 65];
    node[1..33].copy_from_slice(&left.0);
    node[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(node).into())
}

/// The root of a perfect subtree that stores keep: the one over the leaves from `index · 2^height` up to, but without,
/// `(index + 1) · 2^height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Levels above the leaves: 8, 16, 24 …
    pub height: u32,
    /// How many subtrees of this height lie to its left.
    pub index: u64,
    /// The subtree's root.
    pub hash: Hash,
}

/// The height at or below `height` that a store has hashes of; 0 stands for the leaves.
pub(super) fn kept_height(height: u32) -> u32 {
    height - height % KEPT_EVERY
}

/// The right edge of a growing tree: the roots of its perfect subtrees, the largest first. Takes 32 bytes for each 1 in the
/// binary form of the size, so cloning it to try an append that may be rolled back is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// The edge of a tree of `size` leaves, from the roots that [`super::Plan::frontier`] built. `None` if their number
    /// does not fit the size.
    pub fn restore(size: u64, roots: Vec<Hash>) -> Option<Frontier> {
        (roots.len() == size.count_ones() as usize).then_some(Frontier { size, roots })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, the largest first.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// The Merkle tree hash; SHA-256 of nothing for the empty tree.
    pub fn root(&self) -> Hash {
        fold(&self.roots)
    }

    /// Adds the hash of the next leaf. `keep` gets the nodes that are now complete and belong in the store, lowest first:
    /// none for most leaves, one for every 256th, two for every 65,536th.
    pub fn append(&mut self, leaf: Hash, keep: impl FnMut(Node)) {
        self.append_subtree(0, leaf, keep);
    }

    /// Adds the root of a perfect subtree of 2^`height` leaves. `keep` as for [`Frontier::append`]; it also gets this node
    /// itself if stores keep its height.
    ///
    /// # Panics
    /// If the size is no multiple of 2^`height`: the subtree would not be one of this tree.
    pub fn append_subtree(&mut self, height: u32, root: Hash, mut keep: impl FnMut(Node)) {
        assert!(self.size.is_multiple_of(1 << height), "no subtree of height {height} begins at leaf {}", self.size);
        let mut node = Node { height, index: self.size >> height, hash: root };
        loop {
            if node.height > 0 && kept_height(node.height) == node.height {
                keep(node);
            }
            if node.index.is_multiple_of(2) {
                break;
            }
            let left = self.roots.pop().expect("left of an odd index lies its sibling, a perfect subtree on the edge");
            node = Node { height: node.height + 1, index: node.index / 2, hash: node_hash(&left, &node.hash) };
        }
        self.roots.push(node.hash);
        self.size += 1 << height;
    }

    /// Adds everything of another tree whose first leaf comes right after this one's last. `keep` as for
    /// [`Frontier::append_subtree`].
    ///
    /// # Panics
    /// If the size is no multiple of the other's largest perfect subtree.
    pub(super) fn append_tree(&mut self, other: &Frontier, mut keep: impl FnMut(Node)) {
        for (height, root) in perfect_heights(other.size).zip(&other.roots) {
            self.append_subtree(height, *root, &mut keep);
        }
    }
}

/// The heights of the perfect subtrees of a tree of `size` leaves, the largest first: the ones of its binary form.
pub(super) fn perfect_heights(size: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).rev().filter(move |height| size >> height & 1 == 1)
}

/// The hash of a tree from the roots of its perfect subtrees, the largest first. RFC 6962 splits at the largest power of
/// two, so each root is the left child of everything after it.
pub(super) fn fold(roots: &[Hash]) -> Hash {
    match roots.split_last() {
        Some((last, before)) => before.iter().rev().fold(*last, |right, left| node_hash(left, &right)),
        None => Hash(Sha256::digest([]).into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;
    use std::ops::Range;

    use super::super::{Run, leaf_hash};
    use super::*;
    use proptest::prelude::*;

    /// The definition of RFC 6962 §2.1, word for word and slow: what everything else is held against.
    pub fn merkle_tree_hash(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash(Sha256::digest([]).into()),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(largest_power_of_two_below(leaves.len()));
                node_hash(&merkle_tree_hash(left), &merkle_tree_hash(right))
            }
        }
    }

    pub fn largest_power_of_two_below(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    /// The leaves of the Certificate Transparency reference tree.
    pub const CT_LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// The roots of the first 1 to 8 of them.
    pub const CT_ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    pub fn ct_leaf(index: usize) -> Hash {
        leaf_hash(&hex::decode(CT_LEAVES[index]).unwrap())
    }

    /// What a store keeps of a tree, leaves and kept nodes, and nothing more.
    #[derive(Default)]
    pub struct Shelf {
        pub frontier: Frontier,
        pub leaves: Vec<Hash>,
        pub nodes: HashMap<(u32, u64), Hash>,
    }

    impl Shelf {
        pub fn of(leaves: Range<u64>) -> Shelf {
            let mut shelf = Shelf::default();
            for seq in leaves {
                let leaf = leaf_hash(&seq.to_be_bytes());
                shelf.leaves.push(leaf);
                shelf.frontier.append(leaf, |node| {
                    assert_eq!(shelf.nodes.insert((node.height, node.index), node.hash), None, "kept once only");
                });
            }
            shelf
        }

        pub fn fetch(&self, run: &Run) -> Vec<Hash> {
            run.indices
                .clone()
                .map(|index| match run.height {
                    0 => self.leaves[index as usize],
                    height => self.nodes[&(height, index)],
                })
                .collect()
        }
    }

    #[test]
    fn the_roots_are_those_of_certificate_transparency() {
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (index, root) in CT_ROOTS.iter().enumerate() {
            frontier.append(ct_leaf(index), |node| panic!("{node:?} in a tree of 8"));
            assert_eq!(frontier.root().to_string(), *root);
        }
    }

    #[test]
    fn every_root_up_to_1200_leaves_is_as_defined() {
        let all = Shelf::of(0..1200).leaves;
        let mut frontier = Frontier::new();
        for size in 0..=all.len() {
            assert_eq!(frontier.root(), merkle_tree_hash(&all[..size]), "{size} leaves");
            if let Some(leaf) = all.get(size) {
                frontier.append(*leaf, |_| ());
            }
        }
    }

    #[test]
    fn kept_nodes_are_the_roots_of_their_leaves() {
        let shelf = Shelf::of(0..65_536 + 257);
        assert_eq!(shelf.nodes.len(), 256 + 1 + 1);
        for ((height, index), hash) in &shelf.nodes {
            let leaves = (index << height) as usize..((index + 1) << height) as usize;
            assert_eq!(*hash, merkle_tree_hash(&shelf.leaves[leaves]), "height {height}, index {index}");
        }
        assert_eq!(shelf.frontier.root(), merkle_tree_hash(&shelf.leaves));
    }

    #[test]
    #[should_panic(expected = "no subtree of height 1 begins at leaf 1")]
    fn a_subtree_must_begin_where_one_can() {
        let mut frontier = Shelf::of(0..1).frontier;
        frontier.append_subtree(1, Hash::ZERO, |_| ());
    }

    #[test]
    fn a_frontier_is_restored_from_as_many_roots_as_its_size_has_ones() {
        let shelf = Shelf::of(0..300);
        let roots = shelf.frontier.roots().to_vec();
        assert_eq!(Frontier::restore(300, roots.clone()), Some(shelf.frontier));
        assert_eq!(Frontier::restore(301, roots), None);
    }

    proptest! {
        #[test]
        fn appending_subtrees_is_appending_their_leaves(halves in 1..40u64, height in 0..9u32, rest in 0..700u64) {
            let begin = halves << height;
            let rest = rest.min(1 << height);
            let whole = Shelf::of(0..begin + rest);
            let mut joined = Shelf::of(0..begin);
            let right = Shelf::of(begin..begin + rest).frontier;
            joined.frontier.append_tree(&right, |node| {
                joined.nodes.insert((node.height, node.index), node.hash);
            });
            prop_assert_eq!(joined.frontier, whole.frontier);
            if height < 8 {
                prop_assert_eq!(joined.nodes, whole.nodes);
            }
        }
    }
}
