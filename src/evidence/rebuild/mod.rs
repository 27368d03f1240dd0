//! `countersign rebuild`: every table but the ledger made anew from the ledger, by the same [`Projection`] that the desk
//! uses; and `countersign recover`, the way out where the database is older than the head that was signed.
//!
//! The new database is built beside the old one and takes its place in one step when it is whole. The old one is kept, unless
//! words were erased: it may still hold them. What could go wrong, and what then:
//! - the ledger disagrees with the signed head: nothing is replaced; `verify` tells where, `recover` goes on from there;
//! - the process dies while building: the draft lies beside the database and is thrown away at the next run;
//! - it dies between keeping the old one and replacing it: both names are the old database.
//!
//! A rebuild reads the facts of every entry, and the words that are still there: after an erasure the new database has them
//! nowhere. What earlier rebuilds kept is named, so that it can be deleted.
//!
//! Not in the ledger, so carried over from the old database: signed heads, and how far deliveries have got.

mod recover;
mod without;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use lru::LruCache;

pub(crate) use self::recover::append;
pub(crate) use self::recover::taken_up;
pub use self::recover::{Loss, RecoverError, Recovery, accept_cause_secret, recover, renew_cause_secret};
pub use self::without::{Finished, LeftOut, Without, destroy_at_rest, forget_earlier};
use crate::domain::mark::ERASED;
use crate::domain::{At, Bot, Case, CaseId};
use crate::ledger::folder::{Folder, FolderError};
use crate::ledger::projection::{Entry, Projection};
use crate::ledger::record::{Introduced, Record};
use crate::ledger::{self, Subjects};
use crate::seal::{Checkpoint, Envelope, Frontier, leaf_hash};
use crate::store::{self, EntryRow, Remake, StoreError, TableDifference};

/// Entries folded into one transaction.
const CHUNK: u64 = 4_096;
/// Cases kept in memory; the others are read again from the new database.
const CACHED_CASES: NonZeroUsize = NonZeroUsize::new(4_096).expect("4096 is not zero");

/// Why a database can't be rebuilt. Nothing was replaced. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "entry {seq} of the ledger can't be read: {why}. Nothing was replaced. `countersign verify --data {data}` says what else is wrong."
    )]
    Entry { seq: u64, why: String, data: String },
    #[error(
        "the ledger isn't the one that was signed: {why}. Nothing was replaced. Run `countersign verify --data {data}` to see where; \
         restore a newer backup, or `countersign recover --data {data}` to go on from what is there."
    )]
    NotAsSigned { why: String, data: String },
    #[error("{path}: {source}. Nothing was replaced.")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} is still there after the database was closed: another process has it open. Stop that one first.")]
    Open(PathBuf),
}

/// What came of it. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    /// Their words are gone; what follows from the others' words and from all facts is there.
    pub erased: u64,
    /// Where the database said something else than the ledger.
    pub differences: Vec<TableDifference>,
    /// What became of the old database; `None` where it wasn't replaced.
    pub before: Option<Before>,
}

/// What became of the database that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    Kept(PathBuf),
    /// It may have held words that were erased. So may these, which earlier rebuilds kept.
    Gone {
        earlier: Vec<PathBuf>,
    },
}

impl Report {
    /// Nothing differed, or it was put right.
    pub fn is_good(&self) -> bool {
        self.differences.is_empty() || self.before.is_some()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries;
        match (&self.before, self.differences.is_empty()) {
            (None, true) => write!(f, "Every table follows from the ledger's {entries} entries.")?,
            (None, false) => write!(
                f,
                "The database says something else than the ledger's {entries} entries. `countersign rebuild` without --compare puts \
                 it right."
            )?,
            (Some(before), same) => {
                let as_it_was = if same { " Nothing differed." } else { "" };
                write!(f, "Rebuilt from {entries} entries.{as_it_was} The database as it was ")?;
                match before {
                    Before::Kept(kept) => write!(f, "is {}.", kept.display())?,
                    Before::Gone { .. } => {
                        write!(f, "could still hold words that are erased or withheld, and was not kept.")?
                    }
                }
            }
        }
        for TableDifference { table, rows, named } in &self.differences {
            let s = if *rows == 1 { "row" } else { "rows" };
            write!(f, "\n  {table}: {rows} {s}")?;
            named.iter().try_for_each(|name| write!(f, "\n    {name}"))?;
            if *rows > named.len() as u64 {
                write!(f, "\n    … and {} more", rows - named.len() as u64)?;
            }
        }
        if self.erased > 0 {
            write!(f, "\nThe words of {} entries are erased or withheld; the tables show where.", self.erased)?;
        }
        if let Some(Before::Gone { earlier }) = &self.before {
            earlier.iter().try_for_each(|kept| {
                write!(f, "\nDelete {}, which an earlier rebuild kept: it may hold them too.", kept.display())
            })?;
        }
        Ok(())
    }
}

/// Builds every table again and puts the result in the database's place.
///
/// # Errors
/// [`RebuildError`]; the database is as it was.
pub async fn rebuild(data: &Path) -> Result<Report, RebuildError> {
    let folder = Folder::open(data, false)?;
    let draft = Draft::of(&folder, "rebuilt").await?;
    let (mut remake, mut report) = draft.build(&folder).await?;
    report.differences = remake.differences().await?;
    remake.carry_deliveries_over().await?;
    remake.finish().await?;
    report.before = Some(draft.replace(&folder.database(), report.erased > 0)?);
    Ok(report)
}

/// Builds every table again beside the database, compares, and throws the result away.
///
/// # Errors
/// [`RebuildError`].
pub async fn compare(data: &Path) -> Result<Report, RebuildError> {
    let folder = Folder::open(data, false)?;
    let draft = Draft::of(&folder, "compared").await?;
    let (mut remake, mut report) = draft.build(&folder).await?;
    report.differences = remake.differences().await?;
    remake.finish().await?;
    Ok(report)
}

/// Where the tables of a database say something else than its ledger, as both stand now: for `verify`. Takes no lock and
/// writes nothing into the folder; what it makes for it lies where the system has temporary files.
///
/// # Errors
/// [`RebuildError`]; also where an entry can't be read.
pub(super) async fn differences(data: &Path) -> Result<Vec<TableDifference>, RebuildError> {
    let draft = Draft::elsewhere()?;
    let mut remake = Remake::begin_to_compare(&draft.path, &data.join(Folder::DATABASE)).await?;
    let size = remake.size().await?;
    Fold::of(data, None).all(&mut remake, size).await?;
    let differences = remake.differences().await?;
    remake.finish().await?;
    Ok(differences)
}

/// A database in the making. Its file goes when it is dropped, unless it took the old one's place.
struct Draft {
    path: PathBuf,
    /// A folder that was made for it alone.
    within: Option<PathBuf>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(within) = &self.within {
            // Its owner's alone, and cleared away with the others of its kind where this fails.
            let _left = fs::remove_dir_all(within);
            return;
        }
        // Gone already if it took the old one's place; else a draft that stays is thrown away at the next run.
        let _gone = fs::remove_file(&self.path);
    }
}

impl Draft {
    async fn of(folder: &Folder, name: &str) -> Result<Draft, RebuildError> {
        // Opened once as its only writer and closed again, so that the write-ahead log is folded in.
        let (writer, reader) = store::open(&folder.database(), false).await?;
        reader.close().await;
        writer.close().await?;
        let path = folder.path().join(format!("{}.{name}", Folder::DATABASE));
        if path.exists() {
            fs::remove_file(&path).map_err(io_at(&path))?;
        }
        Ok(Draft { path, within: None })
    }

    /// Of a folder that is only read. It holds people's words, so it lies in a folder that is its owner's alone.
    fn elsewhere() -> Result<Draft, RebuildError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(FolderError::Random)?;
        let within = std::env::temp_dir().join(format!("countersign-{}", hex::encode(random)));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&within).map_err(io_at(&within))?;
        Ok(Draft { path: within.join(Folder::DATABASE), within: Some(within) })
    }

    async fn build(&self, folder: &Folder) -> Result<(Remake, Report), RebuildError> {
        let mut remake = Remake::begin(&self.path, &folder.database()).await?;
        let signed = folder.last_checkpoint()?.map(|(_, checkpoint)| checkpoint);
        let mut fold = Fold::of(folder.path(), signed);
        let size = remake.size().await?;
        fold.require_as_long_as_signed(size)?;
        fold.all(&mut remake, size).await?;
        remake.carry_over_what_lies_beside().await?;
        remake.carry_withheld(BTreeSet::new(), BTreeSet::new()).await?;
        Ok((remake, Report { entries: size, erased: fold.erased, differences: Vec::new(), before: None }))
    }

    /// Takes the database's place. The old one is kept under a name of its own, unless words were erased.
    fn replace(&self, database: &Path, is_erased: bool) -> Result<Before, RebuildError> {
        for tail in ["-wal", "-shm"] {
            let mut beside = database.as_os_str().to_owned();
            beside.push(tail);
            let beside = PathBuf::from(beside);
            if tail == "-wal" && fs::metadata(&beside).is_ok_and(|file| file.len() > 0) {
                return Err(RebuildError::Open(beside));
            }
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_at(&beside)(error)),
                _ => {}
            }
        }
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(io_at(&self.path))?;
        let (earlier, free) = earlier_and_free(database);
        let before = match is_erased {
            true => Before::Gone { earlier },
            // First a second name for the old one, then the new one in its place: at no moment is there none.
            false => {
                fs::hard_link(database, &free)
                    .or_else(|_| fs::copy(database, &free).map(drop))
                    .map_err(io_at(&free))?;
                Before::Kept(free)
            }
        };
        fs::rename(&self.path, database).map_err(io_at(database))?;
        let folder = database.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))?;
        Ok(before)
    }
}

/// What earlier rebuilds kept, and the next free name: `countersign.db.before-rebuild`, then with a number, so that no older one
/// is ever lost.
fn earlier_and_free(database: &Path) -> (Vec<PathBuf>, PathBuf) {
    let name = |tail: &str| database.with_file_name(format!("{}.before-rebuild{tail}", Folder::DATABASE));
    let mut earlier = Vec::new();
    let mut next = name("");
    while next.exists() {
        let after = name(&format!(".{}", earlier.len() + 2));
        earlier.push(std::mem::replace(&mut next, after));
    }
    (earlier, next)
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> RebuildError {
    let path = path.to_owned();
    move |source| RebuildError::Io { path, source }
}

/// The ledger on its way through the projection.
struct Fold {
    data: String,
    signed: Option<Checkpoint>,
    frontier: Frontier,
    bot: Bot,
    /// Introduced so far: always before they are mentioned.
    subjects: Subjects,
    cached: LruCache<CaseId, Case>,
    erased: u64,
    /// Entries whose words are left out.
    without: BTreeSet<u64>,
}

impl Fold {
    fn of(data: &Path, signed: Option<Checkpoint>) -> Fold {
        Fold {
            data: data.display().to_string(),
            signed,
            frontier: Frontier::new(),
            bot: Bot::default(),
            subjects: Subjects::default(),
            cached: LruCache::new(CACHED_CASES),
            erased: 0,
            without: BTreeSet::new(),
        }
    }

    async fn all(&mut self, remake: &mut Remake, size: u64) -> Result<(), RebuildError> {
        let mut from = 0;
        while from < size {
            let to = (from + CHUNK).min(size);
            self.chunk(remake, from, to).await?;
            from = to;
        }
        Ok(())
    }

    fn require_as_long_as_signed(&self, size: u64) -> Result<(), RebuildError> {
        match &self.signed {
            Some(signed) if signed.size > size => {
                let why = format!("the head covers {} entries, the ledger has {size}", signed.size);
                Err(RebuildError::NotAsSigned { why, data: self.data.clone() })
            }
            _ => Ok(()),
        }
    }

    fn wrong(&self, seq: u64, why: impl fmt::Display) -> RebuildError {
        RebuildError::Entry { seq, why: why.to_string(), data: self.data.clone() }
    }

    async fn chunk(&mut self, remake: &mut Remake, from: u64, to: u64) -> Result<(), RebuildError> {
        let rows = remake.entries(from, to).await.map_err(|error| match error {
            StoreError::Entry { seq, source } => self.wrong(seq.unsigned_abs(), source),
            error => error.into(),
        })?;
        let mut projection = Projection::default();
        let mut records = Vec::with_capacity(rows.len());
        for (mut row, seq) in rows.into_iter().zip(from..) {
            if self.without.contains(&seq) {
                (row.words, row.words_salt) = (None, None);
            }
            let envelope = Envelope::parse(row.leaf.as_bytes()).map_err(|error| self.wrong(seq, error))?;
            if envelope.seq != seq || row.seq != seq as i64 {
                return Err(self.wrong(seq, format_args!("entry {} stands in its place", envelope.seq)));
            }
            let case = envelope.case.as_deref().map(str::parse::<CaseId>).transpose();
            let case = case.map_err(|error| self.wrong(seq, error))?;
            self.erased += u64::from(envelope.words.is_some() && row.words.is_none());
            let record = ledger::read(&row.leaf, &row.facts, row.words.as_deref(), &self.subjects);
            let record = record.map_err(|error| self.wrong(seq, error))?;
            if let Record::Introduced(Introduced { pseudonym, subject }) = &record
                && subject != ERASED
            {
                self.subjects.add(*pseudonym, subject);
            }
            let said = envelope.said_us.map(At);
            records.push((Entry { seq: row.seq, at: At(envelope.at_us), said, case }, record));
            let hash = leaf_hash(row.leaf.as_bytes());
            self.frontier.append(hash, |node| projection.commit.nodes.push(node));
            self.compare_with_signed()?;
            projection.commit.entries.push(EntryRow {
                seq: row.seq,
                hash,
                case: envelope.case.as_deref().map(str::to_owned),
                case_seq: envelope.case_seq,
                kind: envelope.kind.into_owned().into(),
                at_us: envelope.at_us,
                leaf: row.leaf.clone(),
                facts: row.facts,
                facts_salt: row.facts_salt,
                words: row.words.zip(row.words_salt),
            });
        }
        if self.frontier.size() != to {
            return Err(self.wrong(self.frontier.size(), "it is missing"));
        }
        self.take_up(remake, &mut projection, &records).await?;
        for (entry, record) in &records {
            self.fold(&mut projection, *entry, record)?;
        }
        projection.finish();
        remake.write(projection.commit).await?;
        if let Some(bot) = projection.bot {
            self.bot = bot;
        }
        for (id, case) in projection.cases {
            self.cached.put(id, case);
        }
        Ok(())
    }

    /// At the size that was signed, the tree must have the root that was signed.
    fn compare_with_signed(&self) -> Result<(), RebuildError> {
        match &self.signed {
            Some(signed) if signed.size == self.frontier.size() && signed.root != self.frontier.root() => {
                let why = format!("the root over its first {} entries is another", signed.size);
                Err(RebuildError::NotAsSigned { why, data: self.data.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Moves the cases that the records are about into the projection.
    async fn take_up(
        &mut self,
        remake: &mut Remake,
        projection: &mut Projection,
        records: &[(Entry, Record)],
    ) -> Result<(), RebuildError> {
        let ruled = records.iter().filter(|(_, record)| record.ruled().is_some());
        let wanted: BTreeSet<CaseId> = ruled.filter_map(|(entry, _)| entry.case).collect();
        let mut known: HashMap<CaseId, Case> = HashMap::new();
        let mut others = Vec::new();
        for id in wanted {
            match self.cached.pop(&id) {
                Some(case) => drop(known.insert(id, case)),
                None => others.push(id),
            }
        }
        known.extend(remake.cases(others).await?.into_iter().map(|case| (case.id, case)));
        projection.cases = known;
        Ok(())
    }

    fn fold(&mut self, projection: &mut Projection, entry: Entry, record: &Record) -> Result<(), RebuildError> {
        let seq = entry.seq.unsigned_abs();
        // A policy's text is read by whoever needs it: rows follow from the events alone.
        if let Some(ruled) = record.ruled() {
            let id = entry.case.ok_or_else(|| self.wrong(seq, "it is about no case"))?;
            let begins = ruled.events.first().is_some_and(|event| Case::begin(id, event, entry.at).is_some());
            if !begins && !projection.cases.contains_key(&id) {
                return Err(self.wrong(seq, format_args!("{id} never began")));
            }
        }
        projection.fold(entry, record, &self.bot);
        Ok(())
    }
}
