//! What an audit found, as sentences that name the place and say what it means.

use std::fmt;

use thiserror::Error;

use super::{Hash, LeafError};

/// How many faults an audit keeps; it counts all of them.
const KEPT_MAX: usize = 100;

/// Something in the ledger that cannot be as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry at fault; for a node of the tree or a gap, the first entry under it.
    pub seq: u64,
    /// What is wrong there.
    pub what: What,
}

/// The ways in which an entry, or what a store keeps about it, can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The bytes are no leaf.
    Unreadable(LeafError),
    /// Entries are not there, from the fault's own up to and with this one.
    Missing {
        /// The last one that is missing.
        through: u64,
    },
    /// The entry came twice, too early or too late.
    OutOfPlace {
        /// The number that was due.
        expected: u64,
    },
    /// The previous leaf is not the one that this leaf names.
    BrokenChain {
        /// The hash that this leaf names.
        named: Hash,
        /// The hash of the leaf before it.
        found: Hash,
    },
    /// Recorded earlier than an entry before it. Both in microseconds since 1970-01-01 UTC.
    TimeWentBack {
        /// The entry's own time.
        at_us: i64,
        /// The time of the entry before it.
        before_us: i64,
    },
    /// The facts or words are not those that the leaf commits to, or the salt is another.
    PartChanged(Part),
    /// There are facts or words without the salt that would show them to be genuine.
    SaltMissing(Part),
    /// There is a salt without the facts or words that it belongs to.
    PartMissing(Part),
    /// The salt has another length than 32 bytes.
    SaltLength(Part, usize),
    /// Neither the facts nor their salt are there. Only words can be erased.
    FactsGone,
    /// There are words, and the leaf commits to none.
    WordsAdded,
    /// The number within the case doesn't follow the one of the case's entry before it.
    CaseOutOfStep {
        /// The case.
        case: String,
        /// The number that was due; `None` where entries in between can't be read, so that only a later one was.
        expected: Option<u64>,
        /// The number that the leaf has.
        found: u64,
        /// The number of the case's entry before it, 0 if there is none.
        before: u64,
    },
    /// A column kept for look-up says something else than the leaf.
    CopyDiffers {
        /// Which column.
        column: Column,
        /// What it says.
        kept: String,
        /// What the leaf says.
        sealed: String,
    },
    /// A kept node of the tree is not the hash of the leaves under it.
    NodeDiffers {
        /// Levels above the leaves.
        height: u32,
    },
    /// A node of the tree that should be kept is not.
    NodeMissing {
        /// Levels above the leaves.
        height: u32,
    },
    /// A node is kept that a tree of this size does not have.
    NodeUnknown {
        /// Levels above the leaves, as kept.
        height: u32,
    },
}

/// One of the two parts of an entry that a leaf commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What stays.
    Facts,
    /// What can be erased.
    Words,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Facts => "facts",
            Part::Words => "words",
        })
    }
}

/// A column that copies something of the leaf for look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The sequence number.
    Seq,
    /// The case.
    Case,
    /// The number within the case.
    CaseSeq,
    /// The kind.
    Kind,
    /// The time of recording.
    AtUs,
    /// The hash of the leaf.
    LeafHash,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Column::Seq => "sequence number",
            Column::Case => "case",
            Column::CaseSeq => "number within the case",
            Column::Kind => "kind",
            Column::AtUs => "time of recording",
            Column::LeafHash => "leaf hash",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match &self.what {
            What::Unreadable(error) => {
                write!(f, "Entry {seq} cannot be read, so its bytes were changed after it was sealed: {error}.")
            }
            What::Missing { through } if *through == seq => {
                write!(f, "Entry {seq} is missing: it was removed from the ledger.")
            }
            What::Missing { through } => {
                write!(f, "Entries {seq} to {through} are missing: they were removed from the ledger.")
            }
            What::OutOfPlace { expected } => {
                write!(f, "Entry {seq} stands where entry {expected} is due: it was inserted, repeated or renumbered.")
            }
            What::BrokenChain { named, found } => write!(
                f,
                "Entry {seq} names {named} as the hash of the entry before it, which is {found}: one of the two was \
                 changed or replaced."
            ),
            What::TimeWentBack { at_us, before_us } => write!(
                f,
                "Entry {seq} was recorded at {at_us} µs, before the entry that precedes it ({before_us} µs): the clock \
                 was set back, or the entry was backdated."
            ),
            What::PartChanged(part) => write!(
                f,
                "The {part} of entry {seq} are not what the entry commits to: the {part} or their salt were changed after it \
                 was sealed."
            ),
            What::SaltMissing(part) => write!(
                f,
                "Entry {seq} has {part} but no salt for them, so they cannot be shown to be genuine. An erasure of words \
                 removes both."
            ),
            What::PartMissing(part) => write!(
                f,
                "Entry {seq} has a salt for its {part}, but they are missing: they were removed. An erasure of words removes \
                 both."
            ),
            What::SaltLength(part, bytes) => write!(
                f,
                "The salt for the {part} of entry {seq} is {bytes} bytes long instead of 32, so they cannot be shown to be \
                 genuine."
            ),
            What::FactsGone => {
                write!(f, "Entry {seq} has no facts: they were removed. Only words can be erased.")
            }
            What::WordsAdded => {
                write!(f, "Entry {seq} has words, but none were sealed with it: they were put there later.")
            }
            What::CaseOutOfStep { case, expected: Some(expected), found, before: 0 } => write!(
                f,
                "Entry {seq} is no. {found} of {case}, but it is the first of {case}, which is no. {expected}: an entry of the \
                 case was left out, or this one was renumbered."
            ),
            What::CaseOutOfStep { case, expected: Some(expected), found, before } => write!(
                f,
                "Entry {seq} is no. {found} of {case}, but no. {expected} follows no. {before}: an entry of the case was left \
                 out, repeated or renumbered."
            ),
            What::CaseOutOfStep { case, expected: None, found, before } => write!(
                f,
                "Entry {seq} is no. {found} of {case}, but no. {before} of it comes earlier: an entry of the case was repeated \
                 or renumbered."
            ),
            What::CopyDiffers { column, kept, sealed } => write!(
                f,
                "The {column} kept beside entry {seq} is `{kept}`, but the sealed entry says `{sealed}`: look-ups were \
                 led astray, the sealed entry stands."
            ),
            What::NodeDiffers { height } => write!(
                f,
                "The tree node kept at height {height} above entry {seq} is not the hash of the entries under it: the \
                 node was changed, or an entry was. Proofs built from it fail."
            ),
            What::NodeMissing { height } => write!(
                f,
                "The tree node at height {height} above entry {seq} is not kept: proofs about the entries under it \
                 cannot be built until it is computed again."
            ),
            What::NodeUnknown { height } => write!(
                f,
                "A tree node is kept at height {height} above entry {seq}, where the ledger's tree has none: entries \
                 were removed after it, or it was inserted."
            ),
        }
    }
}

/// The first hundred faults and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    total: u64,
}

impl Faults {
    /// The faults that were kept, in the order of the ledger; then those of its tree nodes.
    pub fn kept(&self) -> &[Fault] {
        &self.kept
    }

    /// How many there are, kept or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn push(&mut self, seq: u64, what: What) {
        self.total += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(Fault { seq, what });
        }
    }

    pub(super) fn append(&mut self, later: Faults) {
        self.total += later.total;
        let room = KEPT_MAX - self.kept.len();
        self.kept.extend(later.kept.into_iter().take(room));
    }
}

/// Why the ledger and a checkpoint do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeadFault {
    /// The ledger ends before the checkpoint does.
    #[error(
        "The checkpoint covers {signed} entries, but the ledger has only {found}: its end was removed, or an older copy \
         was restored."
    )]
    Shorter {
        /// As many as the checkpoint covers.
        signed: u64,
        /// As many as there are.
        found: u64,
    },
    /// The entries that the checkpoint covers are not those that were signed.
    #[error(
        "The first {size} entries have the root {found}, but the checkpoint signed {signed}: at least one of them is not \
         what it was then."
    )]
    OtherRoot {
        /// As many as the checkpoint covers.
        size: u64,
        /// The root that the checkpoint signed.
        signed: Hash,
        /// The root of the ledger at that size.
        found: Hash,
    },
    /// Entries are missing among those that the checkpoint covers.
    #[error("The root over {size} entries cannot be computed, because entry {missing} is missing.")]
    Unknowable {
        /// As many as the checkpoint covers.
        size: u64,
        /// The first that is missing.
        missing: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_sentence() {
        let check = |what, expected: &str| assert_eq!(Fault { seq: 7, what }.to_string(), expected);
        check(What::Missing { through: 7 }, "Entry 7 is missing: it was removed from the ledger.");
        check(What::Missing { through: 9 }, "Entries 7 to 9 are missing: they were removed from the ledger.");
        check(
            What::Unreadable(LeafError::NotCanonical),
            "Entry 7 cannot be read, so its bytes were changed after it was sealed: it is not canonical JSON (RFC 8785), \
             so it is not what this program would have written.",
        );
        check(
            What::CopyDiffers { column: Column::Case, kept: "INC-1".into(), sealed: "INC-2".into() },
            "The case kept beside entry 7 is `INC-1`, but the sealed entry says `INC-2`: look-ups were led astray, the \
             sealed entry stands.",
        );
    }

    #[test]
    fn all_faults_are_counted_and_the_first_hundred_kept() {
        let many = |first: u64, count| {
            let mut faults = Faults::default();
            (first..first + count).for_each(|seq| faults.push(seq, What::PartChanged(Part::Words)));
            faults
        };
        assert_eq!(many(0, 170).kept().len(), 100);
        let mut faults = many(0, 70);
        faults.append(many(70, 170));
        assert_eq!(faults.total(), 240);
        assert_eq!(faults, Faults { total: 240, ..many(0, 100) });
    }
}
