//! Proofs that a leaf is in a tree (inclusion) and that one tree is the beginning of another (consistency): what they need
//! from a store, how they are built, and how they are verified.
//!
//! Building is in two steps, because a store answers slowly and elsewhere: a [`Plan`] says which hashes it needs, the store
//! fetches them, and the plan builds the proof. A proof over n leaves reads at most about 512 hashes for every eight levels,
//! half of that on average.

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;

use super::Hash;
use super::tree::{fold, kept_height, node_hash, perfect_heights};

/// Hashes that a store has side by side: leaf hashes at height 0, kept nodes ([`super::Node`]) at 8, 16, 24 …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Levels above the leaves.
    pub height: u32,
    /// Their indices at that height; at height 0 these are the entries' sequence numbers.
    pub indices: Range<u64>,
}

/// Why a proof cannot be planned or built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The tree has no such leaf.
    #[error("entry {index} is not among the {size} entries of this tree")]
    NotInTree {
        /// The leaf asked for.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// Only a smaller tree can be the beginning of a larger one.
    #[error("a tree of {old} entries is not the beginning of one of {new}")]
    NotEarlier {
        /// The size that should be the earlier one.
        old: u64,
        /// The size that should be the later one.
        new: u64,
    },
    /// The store gave another number of runs than asked for.
    #[error("{expected} runs of hashes are needed, {found} were given")]
    Runs {
        /// As many as [`Plan::needs`] has.
        expected: usize,
        /// As many as came.
        found: usize,
    },
    /// The store gave another number of hashes for a run: rows are missing.
    #[error("the run {run:?} was given {found} hashes")]
    Hashes {
        /// The run as planned.
        run: Run,
        /// As many as came.
        found: usize,
    },
}

/// What a proof is made of, and which hashes of a store that takes.
///
/// ```text
/// let plan = Plan::inclusion(index, size)?;
/// let fetched = plan.needs().iter().map(|run| store.hashes(run)).collect::<Vec<_>>();
/// let proof = plan.build(&fetched)?;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Each hash of the result is the root over one of these ranges of leaves.
    ranges: Vec<Range<u64>>,
    needs: Vec<Run>,
}

impl Plan {
    /// For the audit path of a leaf in the tree of the first `size` leaves, from its sibling up (RFC 6962 §2.1.1).
    ///
    /// # Errors
    /// [`PlanError::NotInTree`].
    pub fn inclusion(index: u64, size: u64) -> Result<Plan, PlanError> {
        if index >= size {
            return Err(PlanError::NotInTree { index, size });
        }
        let siblings = siblings(index, size);
        Ok(Plan::of(siblings))
    }

    /// For the proof that the tree of the first `old` leaves is the beginning of the one of the first `new` (RFC 6962
    /// §2.1.2). Empty if `old` is 0 or equals `new`.
    ///
    /// # Errors
    /// [`PlanError::NotEarlier`].
    pub fn consistency(old: u64, new: u64) -> Result<Plan, PlanError> {
        if old > new {
            return Err(PlanError::NotEarlier { old, new });
        }
        let mut tree = 0..if old == 0 { 0 } else { new };
        let mut ranges = Vec::new();
        while old < tree.end {
            let middle = tree.start + split(tree.end - tree.start);
            if old <= middle {
                ranges.push(middle..tree.end);
                tree.end = middle;
            } else {
                ranges.push(tree.start..middle);
                tree.start = middle;
            }
        }
        // A verifier knows the root of the old tree; he needs this one only if it is another.
        if tree.start > 0 {
            ranges.push(tree);
        }
        ranges.reverse();
        Ok(Plan::of(ranges))
    }

    /// For the roots that [`super::Frontier::restore`] takes, for the tree of the first `size` leaves. With it an earlier
    /// root can be computed at any time.
    pub fn frontier(size: u64) -> Plan {
        Plan::of(perfect_subtrees(0..size).map(|(height, index)| index << height..(index + 1) << height).collect())
    }

    /// For hashes alone: what [`super::Paths`] wants to have fetched.
    pub(super) fn to_fetch(needs: Vec<Run>) -> Plan {
        Plan { ranges: Vec::new(), needs }
    }

    fn of(ranges: Vec<Range<u64>>) -> Plan {
        let mut runs: Vec<Run> = ranges
            .iter()
            .cloned()
            .flat_map(perfect_subtrees)
            .map(|(height, index)| Run {
                height: kept_height(height),
                indices: index << (height % 8)..(index + 1) << (height % 8),
            })
            .collect();
        runs.sort_by_key(|run| (run.height, run.indices.start));
        let mut needs: Vec<Run> = Vec::new();
        for run in runs {
            match needs.last_mut() {
                Some(last) if last.height == run.height && last.indices.end == run.indices.start => {
                    last.indices.end = run.indices.end;
                }
                _ => needs.push(run),
            }
        }
        Plan { ranges, needs }
    }

    /// The hashes to fetch: lowest height first, then left to right, no hash twice.
    pub fn needs(&self) -> &[Run] {
        &self.needs
    }

    /// The proof, from the hashes of each of [`Plan::needs`] in the same order.
    ///
    /// # Errors
    /// [`PlanError::Runs`] and [`PlanError::Hashes`]. Wrong hashes make a proof that does not verify.
    pub fn build(&self, fetched: &[Vec<Hash>]) -> Result<Vec<Hash>, PlanError> {
        if fetched.len() != self.needs.len() {
            return Err(PlanError::Runs { expected: self.needs.len(), found: fetched.len() });
        }
        let mut kept = HashMap::new();
        for (run, hashes) in self.needs.iter().zip(fetched) {
            if hashes.len() as u64 != run.indices.end - run.indices.start {
                return Err(PlanError::Hashes { run: run.clone(), found: hashes.len() });
            }
            kept.extend(run.indices.clone().map(|index| (run.height, index)).zip(hashes));
        }
        let subtree = |(height, index): (u32, u64)| {
            let above_kept = height % 8;
            let mut row: Vec<Hash> = (index << above_kept..(index + 1) << above_kept)
                .map(|index| *kept[&(kept_height(height), index)])
                .collect();
            while row.len() > 1 {
                row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            }
            row[0]
        };
        let root = |range: &Range<u64>| fold(&perfect_subtrees(range.clone()).map(subtree).collect::<Vec<_>>());
        Ok(self.ranges.iter().map(root).collect())
    }
}

/// The subtrees beside the way from a leaf to the root, from its sibling up: the hash of each is one of the audit path.
pub(super) fn siblings(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut tree = 0..size;
    let mut siblings = Vec::new();
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        if index < middle {
            siblings.push(middle..tree.end);
            tree.end = middle;
        } else {
            siblings.push(tree.start..middle);
            tree.start = middle;
        }
    }
    siblings.reverse();
    siblings
}

/// The largest power of two below `n`, where RFC 6962 splits a tree of `n` > 1 leaves.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The perfect subtrees that a subtree of some tree is made of, as (height, index), left to right. Its first leaf is a
/// multiple of the largest one's size, as it is for every range that [`split`] leaves.
pub(super) fn perfect_subtrees(range: Range<u64>) -> impl Iterator<Item = (u32, u64)> {
    let mut begin = range.start;
    perfect_heights(range.end - range.start).map(move |height| {
        let index = begin >> height;
        begin += 1 << height;
        (height, index)
    })
}

/// Why a path proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PathError {
    /// The leaf's index is not below the tree's size, or the old tree is larger than the new one.
    #[error("the proof is about an entry or a tree that lies outside of the tree it should be in")]
    OutOfRange,
    /// A proof between these sizes has another number of hashes.
    #[error("the proof has too many or too few hashes for trees of these sizes")]
    Length,
    /// The hashes lead elsewhere: one of leaf, index, sizes, proof and roots was changed.
    #[error("the proof leads to another root, so the entry or the tree is not the one that was sealed")]
    Root,
}

/// Checks that the leaf with this hash is the one at `index` among the `size` leaves under `root` (RFC 9162 §2.1.3.2).
///
/// # Errors
/// Every [`PathError`].
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> Result<(), PathError> {
    match root_by(leaf, index, size, path)? == root {
        true => Ok(()),
        false => Err(PathError::Root),
    }
}

/// The root that an inclusion path leads to.
///
/// # Errors
/// [`PathError::OutOfRange`], [`PathError::Length`].
pub(super) fn root_by(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, PathError> {
    if index >= size {
        return Err(PathError::OutOfRange);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut found = leaf;
    for sibling in path {
        if last == 0 {
            return Err(PathError::Length);
        }
        if node & 1 == 1 || node == last {
            found = node_hash(sibling, &found);
            skip_missing_right_siblings(&mut node, &mut last);
        } else {
            found = node_hash(&found, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 { Ok(found) } else { Err(PathError::Length) }
}

/// The hashes of an inclusion path that lie to the left: what came before the leaf. They stay the same however the tree grows.
pub(super) fn left_siblings(index: u64, size: u64, path: &[Hash]) -> Vec<Hash> {
    let (mut node, mut last) = (index, size.saturating_sub(1));
    let mut left = Vec::new();
    for sibling in path {
        if node & 1 == 1 || node == last {
            left.push(*sibling);
            skip_missing_right_siblings(&mut node, &mut last);
        }
        node >>= 1;
        last >>= 1;
    }
    left
}

/// The root over the leaves up to and with the one at `index`, from its inclusion path in a larger tree: what stands to its left there is
/// all that the smaller tree has besides it. The path must have been verified.
pub fn root_up_to(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Hash {
    left_siblings(index, size, path).iter().fold(leaf, |found, sibling| node_hash(sibling, &found))
}

/// Checks that the tree of `old` leaves with root `old_root` is the beginning of the one of `new` leaves with root
/// `new_root` (RFC 9162 §2.1.4.2). The RFC leaves the empty tree out; here it is the beginning of every tree, with an empty
/// proof.
///
/// # Errors
/// Every [`PathError`].
pub fn verify_consistency(old: u64, new: u64, path: &[Hash], old_root: Hash, new_root: Hash) -> Result<(), PathError> {
    if old > new {
        return Err(PathError::OutOfRange);
    }
    if old == 0 || old == new {
        let expected = if old == new { new_root } else { fold(&[]) };
        return match (path.is_empty(), old_root == expected) {
            (true, true) => Ok(()),
            (true, false) => Err(PathError::Root),
            (false, _) => Err(PathError::Length),
        };
    }
    let (first, rest) = match path {
        _ if old.is_power_of_two() => (old_root, path),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(PathError::Length),
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut found_old, mut found_new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(PathError::Length);
        }
        if node & 1 == 1 || node == last {
            found_old = node_hash(sibling, &found_old);
            found_new = node_hash(sibling, &found_new);
            skip_missing_right_siblings(&mut node, &mut last);
        } else {
            found_new = node_hash(&found_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, found_old == old_root && found_new == new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(PathError::Root),
        (_, _) => Err(PathError::Length),
    }
}

/// At the right edge a node without a sibling is carried up as it is, so the path has no hash for those levels.
fn skip_missing_right_siblings(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Frontier;
    use super::super::tree::tests::{CT_ROOTS, Shelf, ct_leaf, largest_power_of_two_below as k_of, merkle_tree_hash};
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// PATH(m, D[n]) of RFC 6962 §2.1.1, word for word.
    fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let (left, right) = d.split_at(k_of(d.len()));
        let (mut below, sibling) = match m.checked_sub(left.len()) {
            None => (path(m, left), right),
            Some(m) => (path(m, right), left),
        };
        below.push(merkle_tree_hash(sibling));
        below
    }

    /// SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2, word for word.
    fn subproof(m: usize, d: &[Hash], b: bool) -> Vec<Hash> {
        if m == d.len() {
            return if b { Vec::new() } else { vec![merkle_tree_hash(d)] };
        }
        let (left, right) = d.split_at(k_of(d.len()));
        let (mut below, sibling) = match m.checked_sub(left.len()) {
            None | Some(0) => (subproof(m, left, b), right),
            Some(m) => (subproof(m, right, false), left),
        };
        below.push(merkle_tree_hash(sibling));
        below
    }

    fn build(plan: &Plan, shelf: &Shelf) -> Vec<Hash> {
        plan.build(&plan.needs().iter().map(|run| shelf.fetch(run)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_path_gives_the_root_of_the_tree_that_ends_with_its_leaf() {
        let shelf = Shelf::of(0..70);
        for size in 1..=70 {
            for index in 0..size {
                let path = build(&Plan::inclusion(index, size).unwrap(), &shelf);
                let root = merkle_tree_hash(&shelf.leaves[..=index as usize]);
                assert_eq!(root_up_to(shelf.leaves[index as usize], index, size, &path), root, "{index} of {size}");
            }
        }
    }

    fn check_inclusion(shelf: &Shelf, index: u64, size: u64) -> Vec<Hash> {
        let leaves = &shelf.leaves[..size as usize];
        let proof = build(&Plan::inclusion(index, size).unwrap(), shelf);
        assert_eq!(proof, path(index as usize, leaves), "entry {index} of {size}");
        let root = merkle_tree_hash(leaves);
        assert_eq!(verify_inclusion(leaves[index as usize], index, size, &proof, root), Ok(()));
        proof
    }

    fn check_consistency(shelf: &Shelf, old: u64, new: u64) -> Vec<Hash> {
        let leaves = &shelf.leaves[..new as usize];
        let proof = build(&Plan::consistency(old, new).unwrap(), shelf);
        if old > 0 {
            assert_eq!(proof, subproof(old as usize, leaves, true), "{old} to {new}");
        }
        let (old_root, new_root) = (merkle_tree_hash(&leaves[..old as usize]), merkle_tree_hash(leaves));
        assert_eq!(verify_consistency(old, new, &proof, old_root, new_root), Ok(()), "{old} to {new}");
        proof
    }

    #[test]
    fn all_proofs_in_small_trees_are_as_defined() {
        let shelf = Shelf::of(0..40);
        for size in 0..=40 {
            for index in 0..size {
                check_inclusion(&shelf, index, size);
            }
            for old in 0..=size {
                check_consistency(&shelf, old, size);
            }
        }
    }

    static LARGE: LazyLock<Shelf> = LazyLock::new(|| Shelf::of(0..65_536 + 300));

    #[test]
    fn proofs_round_the_kept_heights_are_as_defined() {
        let small = [255, 256, 257, 511, 513].map(|size| (size, [0, 1, 255, 256, size - 1]));
        let large = [65_535, 65_536, 65_537, 65_836].map(|size| (size, [0, 511, 32_768, 65_535, size - 1]));
        for (size, indices) in small.into_iter().chain(large) {
            for index in indices.into_iter().filter(|index| *index < size) {
                check_inclusion(&LARGE, index, size);
                check_consistency(&LARGE, index + 1, size);
            }
            let frontier = Frontier::restore(size, build(&Plan::frontier(size), &LARGE)).unwrap();
            assert_eq!(frontier.root(), merkle_tree_hash(&LARGE.leaves[..size as usize]));
        }
    }

    proptest! {
        #[test]
        fn any_proof_is_as_defined_and_no_part_of_it_can_be_changed(
            size in 1..1200u64, at in any::<prop::sample::Index>(), part in any::<prop::sample::Index>(), bit in 0..256usize,
        ) {
            let index = at.index(size as usize) as u64;
            let proof = check_inclusion(&LARGE, index, size);
            let leaf = LARGE.leaves[index as usize];
            let root = merkle_tree_hash(&LARGE.leaves[..size as usize]);
            let flip = |hash: &mut Hash| hash.0[bit / 8] ^= 1 << (bit % 8);
            let mut other = proof.clone();
            if let [.., _] = other[..] {
                flip(&mut other[part.index(proof.len())]);
                prop_assert_eq!(verify_inclusion(leaf, index, size, &other, root), Err(PathError::Root));
                prop_assert_eq!(verify_inclusion(leaf, index, size, &proof[1..], root), Err(PathError::Length));
            }
            let longer = [&proof[..], &[Hash::ZERO]].concat();
            prop_assert_eq!(verify_inclusion(leaf, index, size, &longer, root), Err(PathError::Length));
            prop_assert_eq!(verify_inclusion(leaf, size, size, &proof, root), Err(PathError::OutOfRange));
            for neighbour in [index.wrapping_sub(1), index + 1] {
                prop_assert!(verify_inclusion(leaf, neighbour, size, &proof, root).is_err());
            }
            let mut other = leaf;
            flip(&mut other);
            prop_assert_eq!(verify_inclusion(other, index, size, &proof, root), Err(PathError::Root));

            let old = index + 1;
            let old_root = merkle_tree_hash(&LARGE.leaves[..old as usize]);
            let proof = check_consistency(&LARGE, old, size);
            let mut other = proof.clone();
            if let [.., _] = other[..] {
                flip(&mut other[part.index(proof.len())]);
                prop_assert_eq!(verify_consistency(old, size, &other, old_root, root), Err(PathError::Root));
                prop_assert!(verify_consistency(old, size, &proof[1..], old_root, root).is_err());
            }
            let longer = [&proof[..], &[Hash::ZERO]].concat();
            prop_assert_eq!(verify_consistency(old, size, &longer, old_root, root), Err(PathError::Length));
            let (mut other_old, mut other_new) = (old_root, root);
            flip(&mut other_old);
            flip(&mut other_new);
            prop_assert_eq!(verify_consistency(old, size, &proof, other_old, root), Err(PathError::Root));
            prop_assert_eq!(verify_consistency(old, size, &proof, old_root, other_new), Err(PathError::Root));
        }

        #[test]
        fn a_frontier_grows_on_from_what_a_store_has(size in 0..1200u64, more in 0..300u64) {
            let mut frontier = Frontier::restore(size, build(&Plan::frontier(size), &LARGE)).unwrap();
            let mut nodes = Vec::new();
            for seq in size..size + more {
                frontier.append(LARGE.leaves[seq as usize], |node| nodes.push(node));
            }
            prop_assert_eq!(frontier.root(), merkle_tree_hash(&LARGE.leaves[..(size + more) as usize]));
            prop_assert_eq!(nodes.len() as u64, (size + more) / 256 - size / 256);
            for node in nodes {
                prop_assert_eq!(node.hash, LARGE.nodes[&(node.height, node.index)]);
            }
        }

        #[test]
        fn a_proof_reads_at_most_some_hundred_hashes_a_level(size in 1..1u64 << 48, at in any::<prop::sample::Index>()) {
            let index = ((size as u128 * at.index(1 << 20) as u128) >> 20) as u64;
            let levels = u64::from(size.ilog2() / 8 + 1);
            for plan in [Plan::inclusion(index, size), Plan::consistency(index + 1, size), Ok(Plan::frontier(size))] {
                let plan = plan.unwrap();
                let hashes: u64 = plan.needs().iter().map(|run| run.indices.end - run.indices.start).sum();
                prop_assert!(hashes <= 512 * levels, "{} hashes for {} levels", hashes, levels);
                prop_assert!(plan.needs().len() as u64 <= 4 * levels, "{:?}", plan.needs());
                for run in plan.needs() {
                    prop_assert!(run.height % 8 == 0 && run.indices.end << run.height <= size, "{:?} of {}", run, size);
                }
            }
        }
    }

    #[test]
    fn proofs_are_those_of_certificate_transparency() {
        let hash = |hex: &&str| hex.parse::<Hash>().unwrap();
        let root = |size: usize| hash(&CT_ROOTS[size - 1]);
        let path = [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        assert_eq!(verify_inclusion(ct_leaf(0), 0, 8, &path.each_ref().map(hash), root(8)), Ok(()));
        let path = [hash(&CT_ROOTS[1])];
        assert_eq!(verify_inclusion(ct_leaf(2), 2, 3, &path, root(3)), Ok(()));
        let path = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(verify_consistency(6, 8, &path.each_ref().map(hash), root(6), root(8)), Ok(()));
        let path = [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ];
        assert_eq!(verify_consistency(2, 5, &path.each_ref().map(hash), root(2), root(5)), Ok(()));
    }

    #[test]
    fn the_ends_of_the_range() {
        let (root, empty) = (Hash([3; 32]), merkle_tree_hash(&[]));
        assert_eq!(Plan::inclusion(5, 5), Err(PlanError::NotInTree { index: 5, size: 5 }));
        assert_eq!(Plan::consistency(6, 5), Err(PlanError::NotEarlier { old: 6, new: 5 }));
        assert_eq!(verify_consistency(6, 5, &[], root, root), Err(PathError::OutOfRange));
        assert_eq!(verify_consistency(0, 5, &[], empty, root), Ok(()));
        assert_eq!(verify_consistency(0, 5, &[], root, root), Err(PathError::Root));
        assert_eq!(verify_consistency(0, 5, &[root], empty, root), Err(PathError::Length));
        assert_eq!(verify_consistency(5, 5, &[], empty, root), Err(PathError::Root));
        assert_eq!(verify_consistency(5, 7, &[], root, root), Err(PathError::Length));
        assert_eq!(verify_inclusion(root, 0, 1, &[], root), Ok(()));
        assert!(verify_inclusion(root, u64::MAX - 1, u64::MAX, &[root; 64], root).is_err());
    }

    #[test]
    fn a_store_that_lacks_rows_is_told_which() {
        let plan = Plan::inclusion(3, 300).unwrap();
        let mut fetched: Vec<_> = plan.needs().iter().map(|run| LARGE.fetch(run)).collect();
        fetched[0].pop();
        let run = plan.needs()[0].clone();
        assert_eq!(plan.build(&fetched), Err(PlanError::Hashes { found: fetched[0].len(), run }));
        assert_eq!(
            plan.build(&fetched[1..]),
            Err(PlanError::Runs { expected: fetched.len(), found: fetched.len() - 1 })
        );
    }
}
