//! Audit paths of many leaves of one tree, one after the other. Neighbours share nearly all of theirs: a [`super::Plan`] for each
//! would fetch some five hundred hashes a leaf and add them up again. Here a block of 256 hashes is fetched once, its levels are
//! computed once, and it is kept for as long as the next leaf uses it. In ascending order each block of the tree is fetched once.

use std::collections::{BTreeMap, BTreeSet};

use super::path::{perfect_subtrees, siblings};
use super::tree::{fold, kept_height, node_hash};
use super::{Hash, Plan, PlanError, Run};

/// How many hashes side by side make a block: a store keeps the hash above them.
const BLOCK: u64 = 256;

/// Builds audit paths of leaves of the tree of the first `size` leaves.
///
/// ```text
/// let plan = paths.plan(index)?;
/// let path = paths.path(index, &plan, store.hashes(&plan))?;
/// ```
#[derive(Debug, Clone)]
pub struct Paths {
    size: u64,
    /// By the height that a store keeps, and how many blocks of that height lie to the left.
    blocks: BTreeMap<(u32, u64), Block>,
}

/// The hashes of one block, and above them what they add up to, up to the seventh level.
#[derive(Debug, Clone)]
struct Block {
    levels: Vec<Vec<Hash>>,
}

impl Block {
    fn of(hashes: Vec<Hash>) -> Block {
        let mut levels = vec![hashes];
        while levels.len() < 8 {
            let below = &levels[levels.len() - 1];
            let above = below.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            levels.push(above);
        }
        Block { levels }
    }
}

impl Paths {
    pub fn of(size: u64) -> Paths {
        Paths { size, blocks: BTreeMap::new() }
    }

    /// What has to be fetched for the path of a leaf: nothing, where the one before it was close.
    ///
    /// # Errors
    /// [`PlanError::NotInTree`].
    pub fn plan(&self, index: u64) -> Result<Plan, PlanError> {
        let missing = self.blocks_for(index)?.into_iter().filter(|block| !self.blocks.contains_key(block));
        let run = |(height, block): (u32, u64)| {
            let there = self.size >> height;
            Run { height, indices: block * BLOCK..there.min((block + 1) * BLOCK) }
        };
        Ok(Plan::to_fetch(missing.map(run).collect()))
    }

    /// The audit path of a leaf, from its sibling up, from the hashes of each of [`Plan::needs`] in the same order.
    ///
    /// # Errors
    /// [`PlanError`]. Wrong hashes make a proof that does not verify.
    pub fn path(&mut self, index: u64, plan: &Plan, fetched: Vec<Vec<Hash>>) -> Result<Vec<Hash>, PlanError> {
        if fetched.len() != plan.needs().len() {
            return Err(PlanError::Runs { expected: plan.needs().len(), found: fetched.len() });
        }
        let used = self.blocks_for(index)?;
        self.blocks.retain(|block, _| used.contains(block));
        for (run, hashes) in plan.needs().iter().zip(fetched) {
            if hashes.len() as u64 != run.indices.end - run.indices.start {
                return Err(PlanError::Hashes { run: run.clone(), found: hashes.len() });
            }
            self.blocks.insert((run.height, run.indices.start / BLOCK), Block::of(hashes));
        }
        let missing = used.iter().filter(|block| !self.blocks.contains_key(block)).count();
        if missing > 0 {
            return Err(PlanError::Runs { expected: plan.needs().len() + missing, found: plan.needs().len() });
        }
        let subtree = |(height, index): (u32, u64)| {
            let kept = kept_height(height);
            let level = (height - kept) as usize;
            let block = (index << level) / BLOCK;
            let place = index - ((block * BLOCK) >> level);
            self.blocks[&(kept, block)].levels[level][place as usize]
        };
        let root = |range| fold(&perfect_subtrees(range).map(subtree).collect::<Vec<_>>());
        Ok(siblings(index, self.size).into_iter().map(root).collect())
    }

    fn blocks_for(&self, index: u64) -> Result<BTreeSet<(u32, u64)>, PlanError> {
        if index >= self.size {
            return Err(PlanError::NotInTree { index, size: self.size });
        }
        let subtrees = siblings(index, self.size).into_iter().flat_map(perfect_subtrees);
        let block = |(height, index): (u32, u64)| {
            let kept = kept_height(height);
            (kept, (index << (height - kept)) / BLOCK)
        };
        Ok(subtrees.map(block).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::Shelf;
    use super::*;

    /// What the plan of each leaf alone builds, for sizes around where blocks begin, with leaves left out in between.
    #[test]
    fn the_paths_are_those_of_each_leaf_alone() {
        for (size, step) in
            [(1, 1), (2, 1), (3, 1), (255, 1), (256, 3), (257, 1), (513, 7), (65_536, 997), (70_001, 1_013)]
        {
            let shelf = Shelf::of(0..size);
            let mut paths = Paths::of(size);
            let mut fetched = 0;
            for index in (0..size).step_by(step) {
                let plan = paths.plan(index).unwrap();
                let hashes: Vec<_> = plan.needs().iter().map(|run| shelf.fetch(run)).collect();
                fetched += hashes.iter().map(Vec::len).sum::<usize>();
                let alone = Plan::inclusion(index, size).unwrap();
                let needs: Vec<_> = alone.needs().iter().map(|run| shelf.fetch(run)).collect();
                assert_eq!(
                    paths.path(index, &plan, hashes).unwrap(),
                    alone.build(&needs).unwrap(),
                    "{index} of {size}"
                );
            }
            assert!(fetched as u64 <= size + size / 128 + 600, "{fetched} hashes were fetched for {size}");
            assert!(paths.plan(size).is_err());
        }
    }

    #[test]
    fn rows_that_are_missing_are_missed() {
        let mut paths = Paths::of(300);
        let plan = paths.plan(7).unwrap();
        assert!(paths.path(7, &plan, Vec::new()).is_err());
        assert!(paths.path(7, &plan, plan.needs().iter().map(|_| Vec::new()).collect()).is_err());
        assert!(paths.path(7, &Plan::to_fetch(Vec::new()), Vec::new()).is_err());
    }
}
