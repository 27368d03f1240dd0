//! Appending to the ledger: from a record to the row that is stored, with its leaf, salt and place in the tree.
//!
//! A `Ledger` is a small value. The desk appends to a copy while it fills a commit and keeps the copy when the commit is on
//! the disk, so a failed commit leaves no trace.

use crate::domain::{At, CaseId, PersonId};
use crate::record::Record;
use crate::seal::{self, Actor, Envelope, Frontier, Hash, LeafError, Pseudonyms, V1, commitment, leaf_hash};
use crate::store::{Commit, EntryRow};

#[derive(Clone)]
pub struct Ledger {
    pub frontier: Frontier,
    pub last: Option<Hash>,
    pub last_at: At,
    pseudonyms: Pseudonyms,
    clock: seal::Clock,
}

/// What an entry says besides its content.
pub struct About<'a> {
    pub at: At,
    /// When the platform says that it happened.
    pub said: Option<At>,
    pub case: Option<CaseId>,
    /// `None`: the bot.
    pub actor: Option<&'a PersonId>,
    /// A platform's name, or `engine`.
    pub source: &'a str,
}

/// Why an entry can't be written.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    Leaf(#[from] LeafError),
    #[error("the record can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl Ledger {
    pub fn new(
        frontier: Frontier,
        last: Option<Hash>,
        last_at: At,
        pseudonyms: Pseudonyms,
        clock: seal::Clock,
    ) -> Ledger {
        Ledger { frontier, last, last_at, pseudonyms, clock }
    }

    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The number that the next entry will have.
    pub fn next(&self) -> i64 {
        self.size() as i64
    }

    /// Adds an entry to the commit and to this copy of the ledger. Returns its number.
    ///
    /// # Errors
    /// [`AppendError`]; then neither was changed.
    pub fn append(&mut self, commit: &mut Commit, about: &About<'_>, record: &Record) -> Result<i64, AppendError> {
        let content = serde_json::to_string(record)?;
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        let seq = self.next();
        let case = about.case.map(|case| case.to_string());
        let envelope = Envelope {
            actor: about.actor.map_or(Actor::Bot, |person| Actor::Person(self.pseudonyms.of(person.as_str()))),
            at_us: about.at.0,
            case: case.as_deref().map(Into::into),
            clock: self.clock,
            commit: commitment(&salt, content.as_bytes()),
            kind: record.kind().into(),
            prev: self.last.unwrap_or(Hash::ZERO),
            said_us: about.said.map(|said| said.0),
            seq: seq as u64,
            source: about.source.into(),
            v: V1,
        };
        let leaf = String::from_utf8(envelope.encode()?).expect("serde_json writes UTF-8");
        let hash = leaf_hash(leaf.as_bytes());
        self.frontier.append(hash, |node| commit.nodes.push(node));
        self.last = Some(hash);
        self.last_at = about.at;
        commit.entries.push(EntryRow { seq, leaf, hash, case, kind: record.kind(), at_us: about.at.0, salt, content });
        Ok(seq)
    }
}
