//! A stretch of the ledger, checked entry by entry without knowing what comes before it.

use std::collections::HashMap;
use std::ops::Range;

use super::{Copies, Row, Salted};
use crate::seal::{Column, Envelope, Faults, Frontier, Hash, Part, What, commitment, leaf_hash};

/// The height of a segment's subtree. Segments begin where such subtrees do, so joining is appending them.
const SEGMENT_HEIGHT: u32 = 16;

/// How many entries a segment has; the ledger's last one may have fewer.
pub const SEGMENT_ENTRIES: u64 = 1 << SEGMENT_HEIGHT;

/// The height of the nodes that a segment completes within itself; all higher ones appear when it is joined.
pub(super) const INNER_HEIGHT: u32 = 8;

/// Up to [`SEGMENT_ENTRIES`] entries, checked without knowing what comes before them.
#[derive(Debug, Clone)]
pub struct Segment {
    pub(super) first: u64,
    /// The tree over these entries alone.
    pub(super) tree: Frontier,
    /// Its nodes of [`INNER_HEIGHT`], left to right.
    pub(super) nodes: Vec<Hash>,
    /// Sizes of the ledger at which a checkpoint wants to know the root; the next one last.
    sizes_due: Vec<u64>,
    /// The tree at those sizes.
    pub(super) heads: Vec<(u64, Frontier)>,
    /// The hash that the very first entry names as the one before it.
    pub(super) first_prev: Option<Hash>,
    /// The first time that could be read, and whose it is.
    pub(super) first_at_us: Option<(u64, i64)>,
    /// The entry just checked; none at the beginning and after a gap.
    pub(super) last_hash: Option<Hash>,
    pub(super) last_at_us: Option<i64>,
    pub(super) first_missing: Option<u64>,
    pub(super) cases: HashMap<String, Stretch>,
    /// How often entries were missing or unreadable so far: what they said of their cases isn't known.
    pub(super) blanks: u64,
    pub(super) entries: u64,
    pub(super) gone: Vec<u64>,
    pub(super) faults: Faults,
}

/// What a segment has of one case.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    /// The entry that is the first here, and its number within the case.
    pub(super) first: (u64, u64),
    /// Whether something was blank in the segment before it.
    pub(super) after_blank: bool,
    /// The last number within the case.
    pub(super) last: u64,
    /// [`Segment::blanks`] when that one was read.
    pub(super) blanks: u64,
}

impl Segment {
    /// The entries from `first` on, still unchecked; `sizes_due` with the smallest last.
    pub(super) fn unchecked(first: u64, sizes_due: Vec<u64>) -> Segment {
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
pub(super) fn out_of_step(case: &str, before: u64, found: u64, after_blank: bool) -> Option<What> {
    let due = before + 1;
    let fits = if after_blank { found >= due } else { found == due };
    let case = || case.to_owned();
    (!fits).then(|| What::CaseOutOfStep { case: case(), expected: (!after_blank).then_some(due), found, before })
}
