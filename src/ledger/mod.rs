//! The ledger: from a record to the row that is stored, with its leaf, its two parts and its place in the tree, and back from
//! a row to the record.
//!
//! A `Ledger` is a small value. The desk appends to a copy while it fills a commit and keeps the copy when the commit is on
//! the disk, so a failed commit leaves no trace. The format is written down in `docs/ledger-format.md`.

pub mod folder;
pub mod heard;
pub mod missed;
pub mod parts;
pub mod projection;
pub mod record;
pub mod searchable;
mod subjects;

use crate::domain::{At, CaseId};
use crate::ledger::record::{Introduced, Kinds, Record};
use crate::seal::{self, Actor, Envelope, Frontier, Hash, LeafError, V1, commitment, leaf_hash};
use crate::store::{Commit, EntryRow, Reader, StoreError};

use self::parts::{JoinError, Naming, Parts, SplitError};
use self::subjects::Introducing;

pub use self::subjects::Subjects;

/// The version of what facts and words hold, in each envelope. It grows when a reader of the one before would misunderstand.
pub const SCHEMA: u32 = 1;

/// The source of what nobody said.
pub const ENGINE: &str = "engine";
/// The source of what the operator did: starting and stopping the bot, a policy file, the command line.
pub const OPERATOR: &str = "operator";

#[derive(Clone)]
pub struct Ledger {
    pub frontier: Frontier,
    pub last: Option<Hash>,
    pub last_at: At,
    pub subjects: Subjects,
    clock: seal::Clock,
}

/// What an entry says besides its record.
pub struct About<'a> {
    pub at: At,
    /// When the platform says that it happened.
    pub said: Option<At>,
    /// The case, and the entry's number within it.
    pub case: Option<(CaseId, u64)>,
    /// The subject who caused it: a person or an account. `None`: the bot.
    pub actor: Option<&'a str>,
    /// A platform's name, [`ENGINE`] or [`OPERATOR`].
    pub source: &'a str,
}

/// Why an entry can't be written.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    Leaf(#[from] LeafError),
    #[error("nothing became true by this ruling, so there is nothing to record")]
    Nothing,
    #[error("the record can't be taken apart: {0}")]
    Split(#[from] SplitError),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// Why an entry can't be read as a record.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("its schema is {0}, and this version of Countersign reads schema {SCHEMA}: another version wrote it")]
    Schema(u32),
    #[error(transparent)]
    Join(#[from] JoinError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Ledger {
    pub fn new(frontier: Frontier, last: Option<Hash>, last_at: At, subjects: Subjects, clock: seal::Clock) -> Ledger {
        Ledger { frontier, last, last_at, subjects, clock }
    }

    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The number that the next entry will have.
    pub fn next(&self) -> i64 {
        self.size() as i64
    }

    /// Adds an entry to the commit and to this copy of the ledger, after one for each subject that it mentions first. Returns
    /// its number.
    ///
    /// # Errors
    /// [`AppendError`]; then neither the commit nor this copy may be used.
    pub fn append(&mut self, commit: &mut Commit, about: &About<'_>, record: &Record) -> Result<i64, AppendError> {
        let kinds = record.kinds().ok_or(AppendError::Nothing)?;
        let mut introducing = Introducing { subjects: &mut self.subjects, new: Vec::new() };
        let actor = match about.actor {
            Some(subject) => Actor::Person(introducing.pseudonym(subject)?),
            None => Actor::Bot,
        };
        let parts = parts::split(record, &mut introducing)?;
        for (pseudonym, subject) in introducing.new {
            commit.subjects.push((pseudonym.to_string(), subject.clone()));
            let introduced = Record::Introduced(Introduced { pseudonym, subject });
            let parts = parts::split(&introduced, &mut Introducing { subjects: &mut self.subjects, new: Vec::new() })?;
            let about = About { at: about.at, said: None, case: None, actor: None, source: ENGINE };
            self.seal(commit, &about, Actor::Bot, Kinds::one(Record::INTRODUCED), parts)?;
        }
        self.seal(commit, about, actor, kinds, parts)
    }

    fn seal(
        &mut self,
        commit: &mut Commit,
        about: &About<'_>,
        actor: Actor,
        kinds: Kinds,
        parts: Parts,
    ) -> Result<i64, AppendError> {
        let Parts { facts, words } = parts;
        let facts_salt = salt()?;
        let words = words.map(|words| salt().map(|salt| (words, salt))).transpose()?;
        let seq = self.next();
        let (case, case_seq) = about.case.map(|(case, number)| (case.to_string(), number)).unzip();
        let envelope = Envelope {
            actor,
            also: kinds.also.into_iter().map(Into::into).collect(),
            at_us: about.at.0,
            case: case.as_deref().map(Into::into),
            case_seq,
            clock: self.clock,
            facts: commitment(&facts_salt, facts.as_bytes()),
            kind: kinds.kind.into(),
            prev: self.last.unwrap_or(Hash::ZERO),
            said_us: about.said.map(|said| said.0),
            schema: SCHEMA,
            seq: seq as u64,
            source: about.source.into(),
            v: V1,
            words: words.as_ref().map(|(words, salt)| commitment(salt, words.as_bytes())),
        };
        let leaf = String::from_utf8(envelope.encode()?).expect("serde_json writes UTF-8");
        let hash = leaf_hash(leaf.as_bytes());
        self.frontier.append(hash, |node| commit.nodes.push(node));
        self.last = Some(hash);
        self.last_at = about.at;
        let kind = kinds.kind;
        commit.entries.push(EntryRow {
            seq,
            leaf,
            hash,
            case,
            case_seq,
            kind: kind.into(),
            at_us: about.at.0,
            facts,
            facts_salt: facts_salt.into(),
            words: words.map(|(words, salt)| (words, salt.into())),
        });
        Ok(seq)
    }
}

fn salt() -> Result<[u8; 32], getrandom::Error> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// The schema of facts and words under a leaf that isn't the one that this program knows: what they mean, it can't say. `None` also
/// where the text is no leaf.
pub fn strange_schema(leaf: &str) -> Option<u32> {
    // In a canonical leaf no value can hold these bytes: its quotes would be escaped.
    let (_, after) = leaf.split_once("\"schema\":")?;
    after.split([',', '}']).next()?.parse().ok().filter(|schema| *schema != SCHEMA)
}

/// Reads a record from its parts; erased words read as erased. The leaf says by which schema they are to be read.
///
/// # Errors
/// [`ReadError`].
pub fn read(leaf: &str, facts: &str, words: Option<&str>, subjects: &Subjects) -> Result<Record, ReadError> {
    if let Some(schema) = strange_schema(leaf) {
        return Err(ReadError::Schema(schema));
    }
    let json = parts::join(facts, words, |pseudonym| subjects.name(pseudonym))?;
    Ok(serde_json::from_str(&json)?)
}

/// The subjects whom some entries mention, by their facts.
///
/// # Errors
/// The database's.
pub async fn subjects_in<'f>(
    reader: &Reader,
    facts: impl IntoIterator<Item = &'f str>,
) -> Result<Subjects, StoreError> {
    let mentioned = mentioned(facts);
    Ok(Subjects::of(reader.subjects(&mentioned).await?))
}

/// The pseudonyms that some facts mention, each once.
pub fn mentioned<'f>(facts: impl IntoIterator<Item = &'f str>) -> Vec<String> {
    let mut all: Vec<seal::Pseudonym> = facts.into_iter().flat_map(parts::mentions).collect();
    all.sort_unstable();
    all.dedup();
    all.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::mark::{ERASED, Words};
    use crate::ledger::heard::What;
    use crate::ledger::record::{BotRuled, HeardRecord, Ruled, Who};
    use crate::seal::{Pseudonym, node_hash};

    fn said(lane: &str) -> Record {
        Record::Heard(Box::new(HeardRecord {
            key: "k".into(),
            who: Who::Person("maya".into()),
            from: Words::of(crate::ledger::heard::Account::member("U1", "Maya")),
            lane: lane.parse().unwrap(),
            thread: Some("t1".into()),
            what: What::Said { message: "m1".into(), text: "so it is".into(), files: Words::default() },
            not_kept: Vec::new(),
            was: None,
            backfilled: false,
            imported: None,
            raw: None,
            answer: None,
        }))
    }

    #[test]
    fn whoever_is_mentioned_first_is_introduced_before() {
        let mut ledger = Ledger::new(Frontier::new(), None, At(0), Subjects::default(), seal::Clock::Manual);
        let mut commit = Commit::default();
        fn append(ledger: &mut Ledger, commit: &mut Commit, number: u64, record: &Record) -> i64 {
            let case = Some(("INC-1".parse().unwrap(), number));
            let about = About { at: At(5), said: None, case, actor: Some("maya"), source: "slack" };
            ledger.append(commit, &about, record).unwrap()
        }
        assert_eq!(append(&mut ledger, &mut commit, 1, &said("slack/@U1")), 2, "after two introductions");
        assert_eq!(append(&mut ledger, &mut commit, 2, &said("slack/@U1")), 3, "they are known");
        let kinds: Vec<_> = commit.entries.iter().map(|entry| (&*entry.kind, entry.case_seq)).collect();
        let introduced = (Record::INTRODUCED, None);
        assert_eq!(kinds, [introduced, introduced, ("said.message", Some(1)), ("said.message", Some(2))]);
        let subjects: HashMap<_, _> = commit.subjects.iter().map(|(p, s)| (s.as_str(), p.as_str())).collect();
        assert_eq!(subjects.len(), 2);
        let entry = &commit.entries[2];
        let envelope = Envelope::parse(entry.leaf.as_bytes()).unwrap();
        assert_eq!(envelope.actor, Actor::Person(subjects["maya"].parse().unwrap()));
        let words = entry.words.as_ref().map(|(words, _)| words.as_str());
        assert_eq!(read(&entry.leaf, &entry.facts, words, &ledger.subjects).unwrap(), said("slack/@U1"));
        // Without words and names, who and where stay apart from everybody else, and what was said is gone.
        let Record::Heard(erased) = read(&entry.leaf, &entry.facts, None, &Subjects::default()).unwrap() else {
            panic!()
        };
        assert_eq!(erased.who.subject(), format!("erased-{}", subjects["maya"]));
        assert_eq!(erased.lane.to_string(), format!("slack/@erased-{}", subjects["slack/U1"]));
        assert!(matches!(&erased.what, What::Said { message, text, .. } if message == "m1" && text == ERASED));
        // Written again, they are the same.
        let again = append(&mut ledger, &mut commit, 3, &Record::Heard(erased));
        assert_eq!((again, &commit.entries[4].facts), (4, &commit.entries[2].facts));
    }

    /// A ruling by which nothing became true would have no kind.
    #[test]
    fn a_ruling_without_events_is_refused() {
        let mut ledger = Ledger::new(Frontier::new(), None, At(0), Subjects::default(), seal::Clock::Manual);
        let about = About { at: At(5), said: None, case: None, actor: None, source: ENGINE };
        for record in [Record::Ruled(Ruled::default()), Record::Bot(BotRuled::default())] {
            let refused = ledger.append(&mut Commit::default(), &about, &record);
            assert!(matches!(refused, Err(AppendError::Nothing)), "{refused:?}");
        }
        assert_eq!(ledger.size(), 0);
    }

    /// The secret of the worked example.
    const SECRET: &str = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";

    /// The worked example of the document, recomputed.
    #[test]
    fn the_document_says_what_the_program_does() {
        let document = include_str!("../../docs/ledger-format.md");
        let example = document.split("## 10. A worked example").nth(1).expect("an example");
        let blocks: Vec<&str> = example.split("```").skip(1).step_by(2).collect();
        let [introduced, asked, joined, erased, node] = blocks[..] else { panic!("{} blocks", blocks.len()) };
        let body = |block: &'static str| block.split_once('\n').expect("a language").1.trim_end();
        let fields =
            |block| -> HashMap<&str, &str> { body(block).lines().filter_map(|it| it.split_once(' ')).collect() };
        let salt = |hex: &str| -> [u8; 32] { hex::decode(hex).unwrap().try_into().unwrap() };
        let (introduced, asked) = (fields(introduced), fields(asked));
        for entry in [&introduced, &asked] {
            let envelope = Envelope::parse(entry["leaf"].as_bytes()).unwrap();
            assert_eq!(envelope.seq.to_string(), entry["seq"]);
            assert_eq!(envelope.facts, commitment(&salt(entry["facts_salt"]), entry["facts"].as_bytes()));
            assert_eq!(envelope.words, Some(commitment(&salt(entry["words_salt"]), entry["words"].as_bytes())));
            assert_eq!(leaf_hash(entry["leaf"].as_bytes()).to_string(), entry["leaf_hash"]);
            assert_eq!(envelope.schema, SCHEMA);
        }
        let envelope = Envelope::parse(asked["leaf"].as_bytes()).unwrap();
        assert_eq!(envelope.prev.to_string(), introduced["leaf_hash"]);

        // The records are such as this program writes.
        let subjects = Subjects::default();
        let first = read(introduced["leaf"], introduced["facts"], Some(introduced["words"]), &subjects).unwrap();
        let Record::Introduced(Introduced { pseudonym, subject }) = &first else { panic!("{first:?}") };
        let mut subjects = subjects;
        subjects.add(*pseudonym, subject);
        assert_eq!(envelope.actor, Actor::Person(*pseudonym));
        for (entry, words) in [(&introduced, "subject"), (&asked, "from")] {
            let record = read(entry["leaf"], entry["facts"], Some(entry["words"]), &subjects).unwrap();
            assert!(entry["facts"].contains(&format!("\"{words}\":{{\"w\":0}}")));
            assert_eq!(record.kinds().unwrap().kind, Envelope::parse(entry["leaf"].as_bytes()).unwrap().kind);
            let parts = parts::split(&record, &mut Introducing { subjects: &mut subjects, new: Vec::new() }).unwrap();
            assert_eq!((parts.facts.as_str(), parts.words.as_deref()), (entry["facts"], Some(entry["words"])));
        }
        let name = |pseudonym: Pseudonym| subjects.name(pseudonym);
        assert_eq!(parts::join(asked["facts"], Some(asked["words"]), name).unwrap(), body(joined));
        assert_eq!(parts::join(asked["facts"], None, |_| None).unwrap(), body(erased));
        let Record::Heard(heard) = read(asked["leaf"], asked["facts"], Some(asked["words"]), &subjects).unwrap() else {
            panic!()
        };
        let causes = crate::ledger::record::Causes::new(salt(SECRET));
        assert_eq!(heard.key, causes.key_of("local:1"));
        let hash = |entry: &HashMap<&str, &str>| -> Hash { leaf_hash(entry["leaf"].as_bytes()) };
        assert_eq!(node_hash(&hash(&introduced), &hash(&asked)).to_string(), body(node));
        assert!(example.contains(SECRET));
    }
}
