//! The audit of a whole ledger: every entry read, hashed and compared, and the tree held against signed heads.
//!
//! An [`Audit`] is divided into [`Segment`]s of 65,536 entries. Each can be checked on a thread of its own without knowing
//! the others; joining them in order checks the seams and puts their subtrees together. Who reads the rows, and on how many
//! threads, is up to the caller:
//!
//! ```text
//! let mut audit = Audit::against(checkpoints);
//! for nth in 0.. {                                        // or several at once
//!     let mut segment = audit.segment(nth);
//!     for row in store.rows(segment.seqs()) { segment.check(&row) }
//!     audit.join(segment);
//! }
//! audit.check_nodes(store.nodes());                       // where there are any
//! let report = audit.finish();
//! ```
//!
//! It does not verify signatures: open the notes first ([`Checkpoint::open`]) and give the audit what they say. And it
//! cannot tell whether an erasure was allowed: it names the entries whose words are gone, the ledger says why.

use std::collections::HashMap;

use super::{Checkpoint, Faults, Frontier, Hash, HeadFault, Node, Numbers, What};

mod segment;
#[cfg(test)]
mod tests;

use segment::{INNER_HEIGHT, out_of_step};
pub use segment::{SEGMENT_ENTRIES, Segment};

/// An entry as it is kept. All of it is under suspicion, so nothing is required of lengths or values.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The exact bytes that were sealed.
    pub leaf: &'a [u8],
    /// What stays.
    pub facts: Salted<'a>,
    /// What can be erased; absent also where there never were any.
    pub words: Salted<'a>,
    /// The columns kept beside the leaf; absent if the entries come from somewhere without, such as a bundle.
    pub copies: Option<Copies<'a>>,
}

/// A part of an entry with the salt of the commitment to it.
#[derive(Debug, Clone, Copy)]
pub struct Salted<'a> {
    /// The exact bytes that were committed to.
    pub text: Option<&'a [u8]>,
    /// 32 random bytes.
    pub salt: Option<&'a [u8]>,
}

/// What a store keeps of the leaf for look-up.
#[derive(Debug, Clone, Copy)]
pub struct Copies<'a> {
    /// The sequence number by which the rows were read.
    pub seq: u64,
    /// The case, if there is one.
    pub case: Option<&'a str>,
    /// The number within the case, if there is one.
    pub case_seq: Option<i64>,
    /// The kind.
    pub kind: &'a str,
    /// When it was recorded, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
    /// [`leaf_hash`](super::leaf_hash) of the leaf: what proofs are built from.
    pub leaf_hash: &'a [u8],
}

/// The ledger as far as its segments were joined.
#[derive(Debug, Clone)]
pub struct Audit {
    checkpoints: Vec<Checkpoint>,
    /// The roots at the checkpoints' sizes, as far as the ledger reaches.
    roots: HashMap<u64, Hash>,
    next_segment: u64,
    tree: Frontier,
    /// The nodes that a store should keep: those of height 8, of 16, of 24 …, each left to right.
    nodes: Vec<Vec<Hash>>,
    last_hash: Option<Hash>,
    last_at_us: Option<i64>,
    first_missing: Option<u64>,
    /// Each case's last number, and [`Audit::blanks`] when it was read.
    cases: HashMap<String, (u64, u64)>,
    blanks: u64,
    entries: u64,
    gone: Numbers,
    faults: Faults,
}

impl Audit {
    /// An audit of the ledger from its first entry on, against these heads. Without any, a ledger whose end was cut off, or
    /// all of which was written anew, is found in order.
    pub fn against(checkpoints: Vec<Checkpoint>) -> Audit {
        let tree = Frontier::new();
        Audit {
            checkpoints,
            roots: HashMap::from([(0, tree.root())]),
            next_segment: 0,
            tree,
            nodes: Vec::new(),
            last_hash: Some(Hash::ZERO),
            last_at_us: None,
            first_missing: None,
            cases: HashMap::new(),
            blanks: 0,
            entries: 0,
            gone: Numbers::default(),
            faults: Faults::default(),
        }
    }

    /// The segment of the entries from `nth` · 65,536 on, still unchecked.
    pub fn segment(&self, nth: u64) -> Segment {
        let first = nth * SEGMENT_ENTRIES;
        let within = first + 1..=first + SEGMENT_ENTRIES;
        let sizes = self.checkpoints.iter().map(|checkpoint| checkpoint.size);
        let mut sizes_due: Vec<u64> = sizes.filter(|size| within.contains(size)).collect();
        sizes_due.sort_unstable_by_key(|size| std::cmp::Reverse(*size));
        sizes_due.dedup();
        Segment::unchecked(first, sizes_due)
    }

    /// Adds the next segment, checked to its end. One without any row is the end of the ledger, unless a later one has some.
    ///
    /// # Panics
    /// If it is not the next one in order.
    pub fn join(&mut self, segment: Segment) {
        assert_eq!(segment.first, self.next_segment * SEGMENT_ENTRIES, "segments are joined in order");
        self.next_segment += 1;
        if segment.tree.size() > 0 {
            self.pass_over_missing(segment.first);
            self.check_seam(&segment);
            self.join_cases(&segment);
            self.append(&segment);
            self.last_hash = segment.last_hash;
            self.last_at_us = segment.last_at_us.or(self.last_at_us);
            self.first_missing = self.first_missing.or(segment.first_missing);
        }
        self.entries += segment.entries;
        self.gone.extend(segment.gone);
        self.faults.append(segment.faults);
    }

    /// Rows at the end of the segment before are missing if another one begins here.
    fn pass_over_missing(&mut self, seq: u64) {
        let missing = self.tree.size();
        if missing < seq {
            self.faults.push(missing, What::Missing { through: seq - 1 });
            self.first_missing.get_or_insert(missing);
            self.last_hash = None;
            self.blanks += 1;
            (missing..seq).for_each(|_| self.tree.append(Hash::ZERO, |node| keep(&mut self.nodes, node)));
        }
    }

    fn check_seam(&mut self, segment: &Segment) {
        if let (Some(found), Some(named)) = (self.last_hash, segment.first_prev)
            && found != named
        {
            self.faults.push(segment.first, What::BrokenChain { named, found });
        }
        if let (Some(before_us), Some((seq, at_us))) = (self.last_at_us, segment.first_at_us)
            && at_us < before_us
        {
            self.faults.push(seq, What::TimeWentBack { at_us, before_us });
        }
    }

    /// Goes on with each case where the segments before left it.
    fn join_cases(&mut self, segment: &Segment) {
        let mut faults = Vec::new();
        for (case, stretch) in &segment.cases {
            let (before, blanks) = self.cases.get(case).copied().unwrap_or_default();
            let after_blank = stretch.after_blank || blanks < self.blanks;
            let (seq, number) = stretch.first;
            faults.extend(out_of_step(case, before, number, after_blank).map(|fault| (seq, fault)));
            self.cases.insert(case.clone(), (stretch.last, self.blanks + stretch.blanks));
        }
        self.blanks += segment.blanks;
        faults.sort_unstable_by_key(|(seq, _)| *seq);
        for (seq, fault) in faults {
            self.faults.push(seq, fault);
        }
    }

    fn append(&mut self, segment: &Segment) {
        for (size, head) in &segment.heads {
            let mut tree = self.tree.clone();
            tree.append_tree(head, |_| ());
            self.roots.insert(*size, tree.root());
        }
        let first = segment.first >> INNER_HEIGHT;
        for (index, hash) in (first..).zip(&segment.nodes) {
            keep(&mut self.nodes, Node { height: INNER_HEIGHT, index, hash: *hash });
        }
        self.tree.append_tree(&segment.tree, |node| {
            if node.height > INNER_HEIGHT {
                keep(&mut self.nodes, node);
            }
        });
    }

    /// Compares all the nodes that a store keeps, in any order, with those that the entries make: what differs, what should
    /// not be there, what is not. Nodes over missing entries, or after them, cannot be compared. Call it once, when all
    /// segments are joined.
    pub fn check_nodes(&mut self, stored: impl IntoIterator<Item = Node>) {
        let known = self.first_missing.unwrap_or(self.tree.size());
        let mut seen: Vec<Vec<bool>> = self.nodes.iter().map(|row| vec![false; row.len()]).collect();
        for Node { height, index, hash } in stored {
            let first_entry = 1u64.checked_shl(height).unwrap_or(u64::MAX).saturating_mul(index);
            let place = level(height).zip(usize::try_from(index).ok());
            match place.and_then(|(level, index)| seen.get_mut(level)?.get_mut(index)) {
                Some(seen) => *seen = true,
                None => {
                    self.faults.push(first_entry, What::NodeUnknown { height });
                    continue;
                }
            }
            let computed = self.nodes[(height / INNER_HEIGHT - 1) as usize][index as usize];
            if computed != hash && (index + 1) << height <= known {
                self.faults.push(first_entry, What::NodeDiffers { height });
            }
        }
        for (row, height) in seen.iter().zip((INNER_HEIGHT..).step_by(INNER_HEIGHT as usize)) {
            for (_, index) in row.iter().zip(0u64..).filter(|(seen, _)| !**seen) {
                self.faults.push(index << height, What::NodeMissing { height });
            }
        }
    }

    /// What was found, with a verdict on every checkpoint.
    pub fn finish(self) -> Report {
        let size = self.tree.size();
        let verdict = |checkpoint: &Checkpoint| match (self.first_missing, self.roots.get(&checkpoint.size)) {
            (Some(missing), _) if missing < checkpoint.size && checkpoint.size <= size => {
                Err(HeadFault::Unknowable { size: checkpoint.size, missing })
            }
            (_, None) => Err(HeadFault::Shorter { signed: checkpoint.size, found: size }),
            (_, Some(root)) if *root == checkpoint.root => Ok(()),
            (_, Some(root)) => {
                Err(HeadFault::OtherRoot { size: checkpoint.size, signed: checkpoint.root, found: *root })
            }
        };
        let verdicts: Vec<_> = self.checkpoints.iter().map(verdict).collect();
        let heads =
            self.checkpoints.into_iter().zip(verdicts).map(|(checkpoint, verdict)| Head { checkpoint, verdict });
        Report {
            size,
            entries: self.entries,
            gone: self.gone,
            root: self.first_missing.is_none().then(|| self.tree.root()),
            faults: self.faults,
            heads: heads.collect(),
        }
    }
}

/// Where in an audit's nodes a height is kept, if it is.
fn level(height: u32) -> Option<usize> {
    let level = (height / INNER_HEIGHT).checked_sub(1)?;
    height.is_multiple_of(INNER_HEIGHT).then_some(level as usize)
}

fn keep(nodes: &mut Vec<Vec<Hash>>, node: Node) {
    let level = level(node.height).expect("a frontier reports kept heights only");
    if level == nodes.len() {
        nodes.push(Vec::new());
    }
    assert_eq!(nodes[level].len() as u64, node.index, "nodes of a height are completed from left to right");
    nodes[level].push(node.hash);
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many entries the tree has, missing ones included.
    pub size: u64,
    /// How many entries were read.
    pub entries: u64,
    /// Those whose words are gone, with their salt. Not a fault in itself: each should have its reason in the ledger.
    pub gone: Numbers,
    /// The root over all entries; none if one is missing.
    pub root: Option<Hash>,
    /// What is wrong inside the ledger.
    pub faults: Faults,
    /// The checkpoints, each with its verdict.
    pub heads: Vec<Head>,
}

impl Report {
    /// Whether nothing is wrong: no faults, and every checkpoint agrees.
    pub fn is_intact(&self) -> bool {
        self.faults.total() == 0 && self.heads.iter().all(|head| head.verdict.is_ok())
    }
}

/// A checkpoint and whether the ledger is the one that it was signed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The checkpoint as given.
    pub checkpoint: Checkpoint,
    /// The verdict.
    pub verdict: Result<(), HeadFault>,
}
