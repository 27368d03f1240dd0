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
use std::ops::Range;

use super::{Checkpoint, Column, Envelope, Faults, Frontier, Hash, HeadFault, Node, Part, What, commitment, leaf_hash};

/// The height of a segment's subtree. Segments begin where such subtrees do, so joining is appending them.
const SEGMENT_HEIGHT: u32 = 16;

/// How many entries a segment has; the ledger's last one may have fewer.
pub const SEGMENT_ENTRIES: u64 = 1 << SEGMENT_HEIGHT;

/// The height of the nodes that a segment completes within itself; all higher ones appear when it is joined.
const INNER_HEIGHT: u32 = 8;

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
    /// [`leaf_hash`] of the leaf: what proofs are built from.
    pub leaf_hash: &'a [u8],
}

/// Up to [`SEGMENT_ENTRIES`] entries, checked without knowing what comes before them.
#[derive(Debug, Clone)]
pub struct Segment {
    first: u64,
    /// The tree over these entries alone.
    tree: Frontier,
    /// Its nodes of [`INNER_HEIGHT`], left to right.
    nodes: Vec<Hash>,
    /// Sizes of the ledger at which a checkpoint wants to know the root; the next one last.
    sizes_due: Vec<u64>,
    /// The tree at those sizes.
    heads: Vec<(u64, Frontier)>,
    /// The hash that the very first entry names as the one before it.
    first_prev: Option<Hash>,
    /// The first time that could be read, and whose it is.
    first_at_us: Option<(u64, i64)>,
    /// The entry just checked; none at the beginning and after a gap.
    last_hash: Option<Hash>,
    last_at_us: Option<i64>,
    first_missing: Option<u64>,
    cases: HashMap<String, Stretch>,
    /// How often entries were missing or unreadable so far: what they said of their cases isn't known.
    blanks: u64,
    entries: u64,
    gone: Vec<u64>,
    faults: Faults,
}

/// What a segment has of one case.
#[derive(Debug, Clone)]
struct Stretch {
    /// The entry that is the first here, and its number within the case.
    first: (u64, u64),
    /// Whether something was blank in the segment before it.
    after_blank: bool,
    /// The last number within the case.
    last: u64,
    /// [`Segment::blanks`] when that one was read.
    blanks: u64,
}

impl Segment {
    /// The sequence numbers whose rows belong here.
    pub fn seqs(&self) -> Range<u64> {
        self.first..self.first + SEGMENT_ENTRIES
    }

    /// Checks the next row. Rows come in the order of their sequence numbers; a number left out is a fault, and so is one
    /// that does not belong here.
    pub fn check(&mut self, row: &Row<'_>) {
        let envelope = Envelope::parse(row.leaf);
        let expected = self.next_seq();
        let seq = match (&row.copies, &envelope) {
            (Some(copies), _) => copies.seq,
            (None, Ok(envelope)) => envelope.seq,
            (None, Err(_)) => expected,
        };
        if !(expected..self.seqs().end).contains(&seq) {
            self.faults.push(seq, What::OutOfPlace { expected });
            return;
        }
        if seq > expected {
            self.pass_over_missing(seq);
        }
        let hash = leaf_hash(row.leaf);
        match &envelope {
            Ok(envelope) => {
                self.check_place(seq, envelope);
                self.check_case(seq, envelope);
                self.check_parts(seq, envelope, row);
                if let Some(copies) = &row.copies {
                    self.check_copies(envelope, hash, copies);
                }
            }
            Err(error) => {
                self.faults.push(seq, What::Unreadable(error.clone()));
                self.blanks += 1;
            }
        }
        self.entries += 1;
        self.last_hash = Some(hash);
        self.append(hash);
    }

    fn next_seq(&self) -> u64 {
        self.first + self.tree.size()
    }

    fn append(&mut self, leaf: Hash) {
        self.tree.append(leaf, |node| {
            if node.height == INNER_HEIGHT {
                self.nodes.push(node.hash);
            }
        });
        let size = self.next_seq();
        if self.sizes_due.pop_if(|due| *due == size).is_some() {
            self.heads.push((size, self.tree.clone()));
        }
    }

    /// Keeps the places of missing entries, so that the audit can go on; whatever covers them is unknown from here on.
    fn pass_over_missing(&mut self, seq: u64) {
        let missing = self.next_seq();
        self.faults.push(missing, What::Missing { through: seq - 1 });
        self.first_missing.get_or_insert(missing);
        self.last_hash = None;
        self.blanks += 1;
        (missing..seq).for_each(|_| self.append(Hash::ZERO));
    }

    fn check_place(&mut self, seq: u64, envelope: &Envelope<'_>) {
        match self.last_hash {
            Some(found) if found != envelope.prev => {
                self.faults.push(seq, What::BrokenChain { named: envelope.prev, found });
            }
            None if seq == self.first => self.first_prev = Some(envelope.prev),
            Some(_) | None => {}
        }
        match self.last_at_us {
            Some(before_us) if envelope.at_us < before_us => {
                self.faults.push(seq, What::TimeWentBack { at_us: envelope.at_us, before_us });
            }
            None => self.first_at_us = Some((seq, envelope.at_us)),
            Some(_) => {}
        }
        self.last_at_us = Some(envelope.at_us);
    }

    fn check_case(&mut self, seq: u64, envelope: &Envelope<'_>) {
        let (Some(case), Some(number)) = (envelope.case.as_deref(), envelope.case_seq) else { return };
        let Some(stretch) = self.cases.get_mut(case) else {
            let after_blank = self.blanks > 0;
            let stretch = Stretch { first: (seq, number), after_blank, last: number, blanks: self.blanks };
            self.cases.insert(case.to_owned(), stretch);
            return;
        };
        let fault = out_of_step(case, stretch.last, number, stretch.blanks < self.blanks);
        (stretch.last, stretch.blanks) = (number, self.blanks);
        if let Some(fault) = fault {
            self.faults.push(seq, fault);
        }
    }

    fn check_parts(&mut self, seq: u64, envelope: &Envelope<'_>, row: &Row<'_>) {
        self.check_part(seq, Part::Facts, Some(envelope.facts), row.facts);
        self.check_part(seq, Part::Words, envelope.words, row.words);
    }

    fn check_part(&mut self, seq: u64, part: Part, sealed: Option<Hash>, kept: Salted<'_>) {
        let fault = match (sealed, kept.text, kept.salt, part) {
            (None, None, None, _) => return,
            (None, _, _, _) => What::WordsAdded,
            (Some(_), None, None, Part::Words) => return self.gone.push(seq),
            (Some(_), None, None, Part::Facts) => What::FactsGone,
            (Some(_), None, Some(_), _) => What::PartMissing(part),
            (Some(_), Some(_), None, _) => What::SaltMissing(part),
            (Some(sealed), Some(text), Some(salt), _) => match salt.try_into() {
                Ok(salt) if commitment(salt, text) == sealed => return,
                Ok(_) => What::PartChanged(part),
                Err(_) => What::SaltLength(part, salt.len()),
            },
        };
        self.faults.push(seq, fault);
    }

    fn check_copies(&mut self, envelope: &Envelope<'_>, hash: Hash, copies: &Copies<'_>) {
        let case = |case: &Option<&str>| case.unwrap_or("(no case)").to_owned();
        let number =
            |number: &Option<i64>| number.map_or_else(|| "(no number)".to_owned(), |number| number.to_string());
        let seq = copies.seq;
        let case_seq = envelope.case_seq.map(u64::cast_signed);
        self.check_copy(seq, Column::Seq, copies.seq, envelope.seq, u64::to_string);
        self.check_copy(seq, Column::Case, copies.case, envelope.case.as_deref(), case);
        self.check_copy(seq, Column::CaseSeq, copies.case_seq, case_seq, number);
        self.check_copy(seq, Column::Kind, copies.kind, &envelope.kind, |kind| kind.to_string());
        self.check_copy(seq, Column::AtUs, copies.at_us, envelope.at_us, i64::to_string);
        self.check_copy(seq, Column::LeafHash, copies.leaf_hash, &hash.0, |hash| hex::encode(hash));
    }

    fn check_copy<T: PartialEq>(&mut self, seq: u64, column: Column, kept: T, sealed: T, show: impl Fn(&T) -> String) {
        if kept != sealed {
            self.faults.push(seq, What::CopyDiffers { column, kept: show(&kept), sealed: show(&sealed) });
        }
    }
}

/// What is wrong where number `found` of a case comes after number `before`, if anything. After a blank, entries of the case may
/// be among those that can't be read.
fn out_of_step(case: &str, before: u64, found: u64, after_blank: bool) -> Option<What> {
    let due = before + 1;
    let fits = if after_blank { found >= due } else { found == due };
    let case = || case.to_owned();
    (!fits).then(|| What::CaseOutOfStep { case: case(), expected: (!after_blank).then_some(due), found, before })
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
    gone: Vec<u64>,
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
            gone: Vec::new(),
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
        Segment {
            first,
            tree: Frontier::new(),
            nodes: Vec::new(),
            sizes_due,
            heads: Vec::new(),
            first_prev: None,
            first_at_us: None,
            last_hash: None,
            last_at_us: None,
            first_missing: None,
            cases: HashMap::new(),
            blanks: 0,
            entries: 0,
            gone: Vec::new(),
            faults: Faults::default(),
        }
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

/// Where in [`Audit::nodes`] a height is kept, if it is.
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
    pub gone: Vec<u64>,
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

#[cfg(test)]
mod tests {
    use super::super::{Actor, Clock, Fault, LeafError, V1};
    use super::*;
    use std::borrow::Cow;
    use std::sync::LazyLock;

    /// A ledger as a store keeps it, to be tampered with.
    #[derive(Clone, Default)]
    struct Ledger {
        rows: Vec<Kept>,
        nodes: Vec<Node>,
        checkpoints: Vec<Checkpoint>,
    }

    #[derive(Clone)]
    struct Kept {
        leaf: Vec<u8>,
        facts: (Option<Vec<u8>>, Option<Vec<u8>>),
        words: (Option<Vec<u8>>, Option<Vec<u8>>),
        seq: u64,
        case: Option<String>,
        case_seq: Option<i64>,
        kind: String,
        at_us: i64,
        leaf_hash: Vec<u8>,
    }

    impl Kept {
        fn row(&self, with_copies: bool) -> Row<'_> {
            let copies = Copies {
                seq: self.seq,
                case: self.case.as_deref(),
                case_seq: self.case_seq,
                kind: &self.kind,
                at_us: self.at_us,
                leaf_hash: &self.leaf_hash,
            };
            fn salted((text, salt): &(Option<Vec<u8>>, Option<Vec<u8>>)) -> Salted<'_> {
                Salted { text: text.as_deref(), salt: salt.as_deref() }
            }
            Row {
                leaf: &self.leaf,
                facts: salted(&self.facts),
                words: salted(&self.words),
                copies: with_copies.then_some(copies),
            }
        }

        /// Seals the entry anew after a change, as one who can write the database but not the checkpoints.
        fn reseal(&mut self, change: impl FnOnce(&mut Envelope<'_>)) {
            let mut envelope = Envelope::parse(&self.leaf).unwrap();
            change(&mut envelope);
            let (case, kind) = (envelope.case.as_deref().map(str::to_owned), envelope.kind.to_string());
            let (at_us, case_seq) = (envelope.at_us, envelope.case_seq.map(u64::cast_signed));
            let leaf = envelope.encode().unwrap();
            (self.case, self.case_seq, self.kind, self.at_us) = (case, case_seq, kind, at_us);
            self.leaf_hash = leaf_hash(&leaf).0.to_vec();
            self.leaf = leaf;
        }
    }

    impl Ledger {
        fn of(entries: u64) -> Ledger {
            let mut ledger = Ledger::default();
            let mut tree = Frontier::new();
            let mut prev = Hash::ZERO;
            for seq in 0..entries {
                let salt = [seq as u8; 32];
                let facts = format!("{{\"entry\":{seq},\"text\":{{\"w\":0}}}}").into_bytes();
                // Every fifth has no words.
                let words = (seq % 5 > 0).then(|| format!("[\"entry {seq}\"]").into_bytes());
                // Two of three are of the case.
                let case_seq = (seq % 3 > 0).then(|| seq - seq / 3);
                let envelope = Envelope {
                    actor: Actor::Bot,
                    also: Vec::new(),
                    at_us: 1_000_000 + seq as i64,
                    case: case_seq.map(|_| Cow::from("INC-1")),
                    case_seq,
                    clock: Clock::Manual,
                    facts: commitment(&salt, &facts),
                    kind: "incident.noted".into(),
                    prev,
                    said_us: None,
                    schema: 1,
                    seq,
                    source: "local".into(),
                    v: V1,
                    words: words.as_ref().map(|words| commitment(&salt, words)),
                };
                let leaf = envelope.encode().unwrap();
                prev = leaf_hash(&leaf);
                tree.append(prev, |node| ledger.nodes.push(node));
                ledger.rows.push(Kept {
                    facts: (Some(facts), Some(salt.to_vec())),
                    words: (words.clone(), words.map(|_| salt.to_vec())),
                    seq,
                    case: envelope.case.map(Cow::into_owned),
                    case_seq: case_seq.map(u64::cast_signed),
                    kind: "incident.noted".into(),
                    at_us: envelope.at_us,
                    leaf_hash: prev.0.to_vec(),
                    leaf,
                });
                ledger.checkpoints.push(Checkpoint {
                    origin: "example.com/log".into(),
                    size: seq + 1,
                    root: tree.root(),
                    extensions: Vec::new(),
                });
            }
            ledger
        }

        fn audit(&self, with_copies: bool) -> Report {
            let mut audit = self.joined(with_copies);
            audit.check_nodes(self.nodes.iter().copied());
            audit.finish()
        }

        fn joined(&self, with_copies: bool) -> Audit {
            let mut audit = Audit::against(self.checkpoints.clone());
            for nth in 0..3 {
                let mut segment = audit.segment(nth);
                let seqs = segment.seqs();
                let begin = self.rows.partition_point(|kept| kept.seq < seqs.start);
                for kept in self.rows[begin..].iter().take_while(|kept| kept.seq < seqs.end) {
                    segment.check(&kept.row(with_copies));
                }
                audit.join(segment);
            }
            audit
        }
    }

    static SMALL: LazyLock<Ledger> = LazyLock::new(|| Ledger::of(300));

    /// A whole segment and the beginning of another, with a checkpoint round every place where something may go wrong.
    static LARGE: LazyLock<Ledger> = LazyLock::new(|| {
        let mut ledger = Ledger::of(SEGMENT_ENTRIES + 300);
        let sizes = [1, 255, 256, 257, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, 65_836];
        ledger.checkpoints.retain(|checkpoint| sizes.contains(&checkpoint.size));
        ledger
    });

    /// Audits a ledger after tampering: all faults, and whether a checkpoint disagrees.
    fn check(ledger: &Ledger, tamper: impl FnOnce(&mut Ledger), expected: &[(u64, What)], heads_agree: bool) {
        let mut ledger = ledger.clone();
        tamper(&mut ledger);
        let report = ledger.audit(true);
        let found: Vec<_> = report.faults.kept().iter().map(|fault| (fault.seq, fault.what.clone())).collect();
        assert_eq!(found, expected);
        assert_eq!(report.heads.iter().all(|head| head.verdict.is_ok()), heads_agree, "heads");
        assert_eq!(report.is_intact(), expected.is_empty() && heads_agree);
    }

    fn copy(column: Column, kept: &str, sealed: &str) -> What {
        What::CopyDiffers { column, kept: kept.into(), sealed: sealed.into() }
    }

    #[test]
    fn an_untouched_ledger_is_in_order() {
        for (ledger, with_copies) in [(&*SMALL, true), (&*SMALL, false), (&*LARGE, true), (&Ledger::default(), true)] {
            let report = ledger.audit(with_copies);
            assert_eq!(report.faults.kept(), []);
            assert!(report.is_intact());
            assert_eq!(report.root, Some(ledger.checkpoints.last().map_or(Frontier::new().root(), |last| last.root)));
            let size = ledger.rows.len() as u64;
            assert_eq!((report.size, report.entries, report.gone.len()), (size, size, 0));
        }
    }

    #[test]
    fn several_checkpoints_of_one_size_each_get_a_verdict() {
        let mut ledger = SMALL.clone();
        let root = Hash([9; 32]);
        let forged = Checkpoint { size: 8, root, ..ledger.checkpoints[7].clone() };
        ledger.checkpoints = vec![ledger.checkpoints[7].clone(), forged, ledger.checkpoints[8].clone()];
        let verdicts: Vec<_> = ledger.audit(true).heads.into_iter().map(|head| head.verdict).collect();
        let found = SMALL.checkpoints[7].root;
        assert_eq!(verdicts, [Ok(()), Err(HeadFault::OtherRoot { size: 8, signed: root, found }), Ok(())]);
    }

    #[test]
    fn a_row_of_another_segment_is_out_of_place() {
        let audit = Audit::against(Vec::new());
        let mut segment = audit.segment(0);
        let row = Kept { seq: SEGMENT_ENTRIES, ..SMALL.rows[0].clone() };
        segment.check(&row.row(true));
        assert_eq!(segment.faults.kept(), [Fault { seq: SEGMENT_ENTRIES, what: What::OutOfPlace { expected: 0 } }]);
        assert_eq!(segment.entries, 0);
    }

    #[test]
    fn facts_and_words_are_held_against_their_commitments() {
        type Kept = (Option<Vec<u8>>, Option<Vec<u8>>);
        for part in [Part::Facts, Part::Words] {
            let check = |change: fn(&mut Kept), what: What| {
                let tamper = |ledger: &mut Ledger| match part {
                    Part::Facts => change(&mut ledger.rows[7].facts),
                    Part::Words => change(&mut ledger.rows[7].words),
                };
                check(&SMALL, tamper, &[(7, what)], true);
            };
            check(|kept| kept.0 = Some(b"other".to_vec()), What::PartChanged(part));
            check(|kept| kept.1 = Some(vec![8; 32]), What::PartChanged(part));
            check(|kept| kept.1 = Some(vec![7; 31]), What::SaltLength(part, 31));
            check(|kept| kept.1 = None, What::SaltMissing(part));
            check(|kept| kept.0 = None, What::PartMissing(part));
        }
        check(&SMALL, |ledger| ledger.rows[7].facts = (None, None), &[(7, What::FactsGone)], true);
        let put = |ledger: &mut Ledger| ledger.rows[5].words = (Some(b"[\"more\"]".to_vec()), Some(vec![5; 32]));
        check(&SMALL, put, &[(5, What::WordsAdded)], true);
        check(&SMALL, |ledger| ledger.rows[5].words.1 = Some(vec![5; 32]), &[(5, What::WordsAdded)], true);
        // Erased is what had words and has none now.
        let erase = |ledger: &mut Ledger| ledger.rows.iter_mut().take(8).for_each(|kept| kept.words = (None, None));
        check(&SMALL, erase, &[], true);
        let mut erased = SMALL.clone();
        erase(&mut erased);
        assert_eq!(erased.audit(true).gone, [1, 2, 3, 4, 6, 7]);
    }

    #[test]
    fn the_entries_of_a_case_are_numbered_without_gaps() {
        let renumber = |row: usize, number: u64| {
            move |ledger: &mut Ledger| ledger.rows[row].reseal(|envelope| envelope.case_seq = Some(number))
        };
        let step = |expected, found, before| What::CaseOutOfStep { case: "INC-1".into(), expected, found, before };
        // The last row, so that no chain is broken beside it: entry 299 is no. 200.
        check(&SMALL, renumber(299, 201), &[(299, step(Some(200), 201, 199))], false);
        check(&SMALL, renumber(299, 199), &[(299, step(Some(200), 199, 199))], false);
        let of_another = |ledger: &mut Ledger| {
            ledger.rows[299].reseal(|envelope| (envelope.case, envelope.case_seq) = (Some("INC-2".into()), Some(200)));
        };
        let first = What::CaseOutOfStep { case: "INC-2".into(), expected: Some(1), found: 200, before: 0 };
        check(&SMALL, of_another, &[(299, first)], false);
        // What is missing explains a gap, and nothing but a gap.
        let missing = (7, What::Missing { through: 8 });
        check(&SMALL, |ledger| drop(ledger.rows.drain(7..=8)), std::slice::from_ref(&missing), false);
        let repeat = |ledger: &mut Ledger| {
            ledger.rows.drain(297..=298);
            ledger.rows[297].reseal(|envelope| envelope.case_seq = Some(198));
        };
        check(&SMALL, repeat, &[(297, What::Missing { through: 298 }), (299, step(None, 198, 198))], false);
    }

    #[test]
    fn copies_are_held_against_the_leaf() {
        check(&SMALL, |l| l.rows[7].case = None, &[(7, copy(Column::Case, "(no case)", "INC-1"))], true);
        check(&SMALL, |l| l.rows[9].case = Some("none".into()), &[(9, copy(Column::Case, "none", "(no case)"))], true);
        let number = |kept| copy(Column::CaseSeq, kept, "5");
        check(&SMALL, |l| l.rows[7].case_seq = Some(6), &[(7, number("6"))], true);
        check(&SMALL, |l| l.rows[7].case_seq = None, &[(7, number("(no number)"))], true);
        check(&SMALL, |l| l.rows[7].kind = "x".into(), &[(7, copy(Column::Kind, "x", "incident.noted"))], true);
        check(&SMALL, |l| l.rows[7].at_us = 0, &[(7, copy(Column::AtUs, "0", "1000007"))], true);
        let sealed = hex::encode(&SMALL.rows[7].leaf_hash);
        check(&SMALL, |l| l.rows[7].leaf_hash = vec![7], &[(7, copy(Column::LeafHash, "07", &sealed))], true);
    }

    #[test]
    fn a_changed_leaf_breaks_the_chain_its_node_and_the_head() {
        let hash = |ledger: &Ledger, seq: usize| Hash(ledger.rows[seq].leaf_hash[..].try_into().unwrap());
        let tamper = |ledger: &mut Ledger| ledger.rows[7].reseal(|envelope| envelope.kind = "incident.closed".into());
        let mut tampered = SMALL.clone();
        tamper(&mut tampered);
        let broken = What::BrokenChain { named: hash(&SMALL, 7), found: hash(&tampered, 7) };
        check(&SMALL, tamper, &[(8, broken), (0, What::NodeDiffers { height: 8 })], false);
        let heads = tampered.audit(true).heads;
        assert_eq!(heads.iter().filter(|head| head.verdict.is_ok()).count(), 7, "those before it still hold");
        assert!(matches!(heads[7].verdict, Err(HeadFault::OtherRoot { size: 8, .. })));

        // With the chain, the copies and the nodes made good, only the signed heads still know.
        let rewrite = |ledger: &mut Ledger| {
            tamper(ledger);
            let mut tree = Frontier::new();
            ledger.nodes.clear();
            for seq in 0..ledger.rows.len() {
                if seq > 0 {
                    let prev = hash(ledger, seq - 1);
                    ledger.rows[seq].reseal(|envelope| envelope.prev = prev);
                }
                tree.append(hash(ledger, seq), |node| ledger.nodes.push(node));
            }
        };
        check(&SMALL, rewrite, &[], false);

        let tamper = |ledger: &mut Ledger| {
            ledger.rows[299].leaf.push(b' ');
            ledger.rows[299].leaf_hash = leaf_hash(&ledger.rows[299].leaf).0.to_vec();
        };
        check(&SMALL, tamper, &[(299, What::Unreadable(LeafError::NotCanonical))], false);
    }

    #[test]
    fn time_does_not_go_back() {
        let tamper = |ledger: &mut Ledger| ledger.rows[299].reseal(|envelope| envelope.at_us = 5);
        check(&SMALL, tamper, &[(299, What::TimeWentBack { at_us: 5, before_us: 1_000_298 })], false);
    }

    #[test]
    fn rows_that_are_missing_doubled_or_swapped_are_named() {
        let node = (0, What::NodeDiffers { height: 8 });
        check(&SMALL, |ledger| drop(ledger.rows.drain(7..=9)), &[(7, What::Missing { through: 9 })], false);
        check(&SMALL, |ledger| drop(ledger.rows.remove(0)), &[(0, What::Missing { through: 0 })], false);
        let double = |ledger: &mut Ledger| ledger.rows.insert(7, ledger.rows[7].clone());
        check(&SMALL, double, &[(7, What::OutOfPlace { expected: 8 })], true);
        let swap = |ledger: &mut Ledger| ledger.rows.swap(7, 8);
        check(&SMALL, swap, &[(7, What::Missing { through: 7 }), (7, What::OutOfPlace { expected: 9 })], false);

        // Exchanging two leaves under their columns is seen as well.
        let exchange = |ledger: &mut Ledger| {
            let (left, right) = ledger.rows.split_at_mut(8);
            std::mem::swap(&mut left[7].leaf, &mut right[0].leaf);
        };
        let mut exchanged = SMALL.clone();
        exchange(&mut exchanged);
        let report = exchanged.audit(true);
        let found = |seq, what| report.faults.kept().iter().any(|fault| fault.seq == seq && fault.what == what);
        assert!(
            found(7, copy(Column::Seq, "7", "8")) && found(8, copy(Column::Seq, "8", "7")) && found(node.0, node.1)
        );
    }

    #[test]
    fn without_copies_the_leaf_says_which_entry_it_is() {
        let mut ledger = SMALL.clone();
        ledger.rows.remove(7);
        let report = ledger.audit(false);
        assert_eq!((report.faults.kept()[0].seq, &report.faults.kept()[0].what), (7, &What::Missing { through: 7 }));
        assert_eq!((report.faults.total(), report.size, report.entries, report.root), (1, 300, 299, None));
        assert_eq!(report.heads[6].verdict, Ok(()));
        assert_eq!(report.heads[7].verdict, Err(HeadFault::Unknowable { size: 8, missing: 7 }));
    }

    #[test]
    fn a_cut_off_end_is_seen_against_the_head() {
        check(&SMALL, |ledger| ledger.rows.truncate(299), &[], false);
        let mut ledger = SMALL.clone();
        ledger.rows.truncate(299);
        let last = ledger.audit(true).heads.pop().unwrap();
        assert_eq!(last.verdict, Err(HeadFault::Shorter { signed: 300, found: 299 }));
        let unknown = [(0, What::NodeUnknown { height: 8 })];
        check(&SMALL, |ledger| ledger.rows.truncate(255), &unknown, false);
        check(&SMALL, |ledger| ledger.rows.clear(), &unknown, false);
    }

    #[test]
    fn kept_nodes_are_compared() {
        let joined = LARGE.joined(true);
        let check = |tamper: &dyn Fn(&mut Vec<Node>), seq, what| {
            let (mut audit, mut nodes) = (joined.clone(), LARGE.nodes.clone());
            tamper(&mut nodes);
            audit.check_nodes(nodes);
            assert_eq!(audit.finish().faults.kept(), [Fault { seq, what }]);
        };
        for (height, index, seq) in [(8, 0, 0), (8, 200, 200 << 8), (8, 256, 65_536), (16, 0, 0)] {
            let at = LARGE.nodes.iter().position(|node| (node.height, node.index) == (height, index)).unwrap();
            check(&|nodes| nodes[at].hash.0[31] ^= 1, seq, What::NodeDiffers { height });
            check(&|nodes| nodes.retain(|node| *node != LARGE.nodes[at]), seq, What::NodeMissing { height });
        }
        for (height, index, seq) in
            [(8, 257, 257 << 8), (16, 1, 65_536), (24, 0, 0), (0, 5, 5), (12, 0, 0), (64, 1, u64::MAX)]
        {
            let node = Node { height, index, hash: Hash::ZERO };
            check(&|nodes| nodes.push(node), seq, What::NodeUnknown { height });
        }
    }

    #[test]
    fn the_seams_between_segments_are_checked() {
        let seam = SEGMENT_ENTRIES as usize;
        let found = Hash(LARGE.rows[seam - 1].leaf_hash[..].try_into().unwrap());
        let before_us = LARGE.rows[seam - 1].at_us;
        let tear = |ledger: &mut Ledger| {
            ledger.rows.truncate(seam + 1);
            ledger.nodes.pop();
            ledger.checkpoints.retain(|checkpoint| checkpoint.size <= SEGMENT_ENTRIES);
            ledger.rows[seam].reseal(|envelope| {
                (envelope.prev, envelope.at_us, envelope.case_seq) = (Hash::ZERO, 5, Some(7));
            });
        };
        let before = SEGMENT_ENTRIES - SEGMENT_ENTRIES / 3 - 1;
        let torn = [
            What::BrokenChain { named: Hash::ZERO, found },
            What::TimeWentBack { at_us: 5, before_us },
            What::CaseOutOfStep { case: "INC-1".into(), expected: Some(before + 1), found: 7, before },
        ];
        check(&LARGE, tear, &torn.map(|what| (SEGMENT_ENTRIES, what)), true);

        let gap = [(65_534, What::Missing { through: 65_535 }), (65_536, What::Missing { through: 65_537 })];
        check(&LARGE, |ledger| drop(ledger.rows.drain(seam - 2..seam + 2)), &gap, false);

        let mut skipping = SMALL.clone();
        let mut row = skipping.rows[299].clone();
        row.seq = 2 * SEGMENT_ENTRIES;
        row.reseal(|envelope| (envelope.seq, envelope.case, envelope.case_seq) = (2 * SEGMENT_ENTRIES, None, None));
        skipping.rows.push(row);
        let audit = skipping.joined(true);
        assert_eq!((audit.tree.size(), audit.nodes[0].len(), audit.nodes[1].len()), (131_073, 512, 2));
        let report = audit.finish();
        assert_eq!(report.faults.kept(), [Fault { seq: 300, what: What::Missing { through: 131_071 } }]);
        assert!(report.heads.iter().all(|head| head.verdict.is_ok()), "the heads up to the gap hold");
    }

    #[test]
    #[should_panic(expected = "segments are joined in order")]
    fn segments_are_joined_in_order() {
        let mut audit = Audit::against(Vec::new());
        audit.join(audit.segment(1));
    }
}
