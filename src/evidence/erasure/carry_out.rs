//! Erasures that are approved are carried out while the bot works: the ledger is looked through, a database without the words is made
//! beside the one at work, and the desk takes it over in the turn that says so. What a process that died left undone, and what a restored
//! backup brought back, is destroyed at the next start before anything is served.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::calendar::{self, Calendar};
use super::journal::{self, JournalError, Line};
use super::plan::{Plan, PlanError, Search};
use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::desk::{DeskHandle, Destroyed, Destroys, Fault, Remade, RemadeError};
use crate::domain::kinds::approval::{self, Approval};
use crate::domain::records::{Keeps, Preview, RecordsAct, Whose};
use crate::domain::{At, Body, Case, CaseId, Duty, PolicyHash};
use crate::evidence::exports;
use crate::evidence::rebuild::{self, Finished, RebuildError, Without};
use crate::ledger::folder::Folder;
use crate::ledger::record::{Erased, Record};
use crate::ledger::{self, Subjects};
use crate::seal::Hash;
use crate::store::{self, Reader, SearchIndex, StoreError};

/// What was refused or failed is tried again after this, and whenever another policy takes force.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(600);
/// Somebody reads an older state of the database: their words are in the write-ahead log until they are done.
const STILL_READ: Duration = Duration::from_secs(2);
/// Changes that come one after the other are looked at together.
const SETTLES_AFTER: Duration = Duration::from_millis(200);

/// Why nothing could be erased. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error("entry {seq} can't be read: {source}")]
    Entry { seq: i64, source: ledger::ReadError },
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Fault(#[from] Fault),
    #[error("the ledger can't say what is erased: {0}")]
    Append(String),
    #[error("the database without the words isn't made yet")]
    NotReady,
}

/// Looks for what is to be erased, for as long as the desk works.
pub struct Eraser {
    pub desk: DeskHandle,
    pub reader: Reader,
    /// The data folder.
    pub data: PathBuf,
    /// Where files lie that came with messages.
    pub blobs: Blobs,
    /// The index of what was said.
    pub index: SearchIndex,
}

impl Eraser {
    /// Runs until the desk is gone. Boxed, because it is large: spawned as it is, it would be compiled anew for every caller.
    pub fn run(self) -> BoxFuture<'static, ()> {
        Box::pin(self.look_on())
    }

    async fn look_on(self) {
        let mut changes = self.desk.watch();
        let mut tried: HashMap<CaseId, (Instant, PolicyHash)> = HashMap::new();
        let mut calendar = Calendar::default();
        loop {
            changes.mark_unchanged();
            let mut next = None;
            match self.look(&mut tried).await {
                Ok(until) => next = until,
                Err(error) => tracing::error!(%error, "what is to be erased can't be looked for; trying again"),
            }
            match calendar.look(&self.desk, &self.reader).await {
                Ok(due) => next = next.into_iter().chain(due).min(),
                Err(error) => {
                    tracing::error!(%error, "what need not be kept any longer can't be looked for; trying again")
                }
            }
            tokio::select! {
                () = self.desk.clock.wait_until(next) => {}
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(SETTLES_AFTER).await;
                }
                () = tokio::time::sleep(TRIED_AGAIN_AFTER) => {}
            }
        }
    }

    /// Whether nothing is to be erased but what something keeps, as its case says, and no calendar is to be shown.
    ///
    /// # Errors
    /// [`ErasureError`].
    pub async fn is_at_rest(&self) -> Result<bool, ErasureError> {
        for case in self.reader.that_owe(Duty::Erase.word()).await? {
            let Body::Approval(approval) = &case.body else { continue };
            let Some((_, preview)) = to_be_erased(approval) else { continue };
            if !self.is_kept_as_known(approval, preview).await? {
                return Ok(false);
            }
        }
        calendar::is_shown(&self.desk, &self.reader).await
    }

    /// Carries out what nothing keeps. Returns when the time ends for which something is kept.
    async fn look(&self, tried: &mut HashMap<CaseId, (Instant, PolicyHash)>) -> Result<Option<At>, ErasureError> {
        let mut next: Option<At> = None;
        for case in self.reader.that_owe(Duty::Erase.word()).await? {
            let Body::Approval(approval) = &case.body else { continue };
            let Some((whose, preview)) = to_be_erased(approval) else { continue };
            let policy = self.desk.shown().policy.hash.clone();
            let is_fresh = |(at, under): &(Instant, PolicyHash)| at.elapsed() < TRIED_AGAIN_AFTER && *under == policy;
            if self.is_kept_as_known(approval, preview).await? {
                next = next.into_iter().chain(kept_until(approval)).min();
                continue;
            }
            if tried.get(&case.id).is_some_and(is_fresh) {
                continue;
            }
            let done = self.erase(&case, whose).await;
            match done {
                Ok(true) => drop(tried.remove(&case.id)),
                Ok(false) => drop(tried.insert(case.id, (Instant::now(), policy))),
                Err(error) => {
                    tried.insert(case.id, (Instant::now(), policy));
                    tracing::error!(case = %case.id, %error, "words could not be erased; it is tried again");
                }
            }
        }
        Ok(next)
    }

    /// What kept them last keeps them still.
    async fn is_kept_as_known(&self, approval: &Approval, preview: &Preview) -> Result<bool, ErasureError> {
        let deferred = approval.records.as_ref().and_then(|records| records.deferred.as_ref());
        Ok(match deferred.map(|deferred| &deferred.keeps) {
            None => false,
            Some(Keeps::Holds(known)) => self.desk.shown().bot.holds.over(&preview.extent) == *known,
            Some(Keeps::OpenCases(known)) => {
                let cases = self.reader.cases(known).await?;
                let open: Vec<CaseId> =
                    cases.into_iter().flatten().filter(|case| !case.is_closed()).map(|case| case.id).collect();
                open == *known
            }
            // A class that is longer by now keeps them for longer: that is told once this moment has come.
            Some(Keeps::Retention { until, .. }) => self.desk.clock.now() < *until,
        })
    }

    /// Whether it is done with: they are gone, or something keeps them and the case says so.
    fn erase<'a>(&'a self, case: &'a Case, whose: &'a Whose) -> BoxFuture<'a, Result<bool, ErasureError>> {
        Box::pin(self.erase_now(case, whose))
    }

    async fn erase_now(&self, case: &Case, whose: &Whose) -> Result<bool, ErasureError> {
        let search = Search::begin(&self.reader, whose, Some(case.id)).await?;
        let policy = self.desk.shown().policy;
        let plan = search.plan(&policy);
        let kept = !self.desk.shown().bot.holds.over(&plan.preview.extent).is_empty();
        let without = match kept {
            true => None,
            false => {
                let entries = plan.preview.entries.iter().copied().collect();
                Some(Without::begin(self.data.clone(), entries, search.size()).await?)
            }
        };
        let erasing = Erasing {
            data: self.data.clone(),
            clock: self.desk.clock.clone(),
            reader: self.reader.clone(),
            desk: self.desk.clone(),
            approval: case.id,
            search,
            plan,
            without,
            finished: None,
        };
        let files = erasing.plan.files.clone();
        match self.desk.erase(case.id, Box::new(erasing)).await? {
            Err(refusal) => {
                tracing::warn!(case = %case.id, refusal = refusal.code(), "an approved erasure was refused");
                Ok(false)
            }
            Ok(Destroyed::Kept) => Ok(true),
            // What kept them has ended in between, which has changed something: it is looked at again at once.
            Ok(Destroyed::NotReady) => Ok(true),
            Ok(gone) => {
                if gone == Destroyed::StillRead {
                    self.forget().await?;
                }
                // It holds no text, but the words of it.
                self.index.forget().await?;
                sweep(&self.data, &self.blobs, &files).await?;
                Ok(true)
            }
        }
    }

    async fn forget(&self) -> Result<(), ErasureError> {
        while !self.desk.forget().await? {
            tokio::time::sleep(STILL_READ).await;
        }
        Ok(())
    }
}

/// When the time ends for which what it asks for is kept.
fn kept_until(approval: &Approval) -> Option<At> {
    match approval.records.as_ref()?.deferred.as_ref()?.keeps {
        Keeps::Retention { until, .. } => Some(until),
        Keeps::Holds(_) | Keeps::OpenCases(_) => None,
    }
}

fn to_be_erased(approval: &Approval) -> Option<(&Whose, &Preview)> {
    match approval.records.as_ref().filter(|_| approval.is_to_be_erased()).map(|records| &records.act)? {
        RecordsAct::Erase { whose, preview, .. } => Some((whose, preview)),
        RecordsAct::Release { .. } => None,
    }
}

/// One erasure on its way.
struct Erasing {
    data: PathBuf,
    clock: Clock,
    reader: Reader,
    desk: DeskHandle,
    approval: CaseId,
    search: Search,
    plan: Plan,
    without: Option<Without>,
    /// Taken over by the desk; it goes when this is dropped.
    finished: Option<Finished>,
}

impl Erasing {
    async fn catch_up(&mut self, size: u64) -> Result<Destroys, ErasureError> {
        self.search.advance(size).await?;
        self.plan = self.search.plan(&self.desk.shown().policy);
        let Preview { entries, files, extent, .. } = self.plan.preview.clone();
        let command = approval::Command::CarryOut { entries: entries.clone(), files, extent, cases: Vec::new() };
        Ok(Destroys { entries, command: command.into(), is_ready: self.without.is_some() })
    }

    async fn finish(&mut self, size: u64, root: Hash) -> Result<PathBuf, ErasureError> {
        let entries: BTreeSet<u64> = self.plan.preview.entries.iter().copied().collect();
        let without = self.without.take().ok_or(ErasureError::NotReady)?;
        let noted = hashes(self.reader.clone(), self.plan.preview.entries.clone()).await?;
        journal::note(&self.data, &Line::new(self.clock.now(), Some(self.approval), noted))?;
        let finished = without.finish(entries, size, root).await?;
        let path = finished.path().to_owned();
        self.finished = Some(finished);
        Ok(path)
    }
}

impl Remade for Erasing {
    fn catch_up(&mut self, size: u64) -> BoxFuture<'_, Result<Destroys, RemadeError>> {
        Box::pin(async move { Ok(Erasing::catch_up(self, size).await?) })
    }

    fn finish(&mut self, size: u64, root: Hash) -> BoxFuture<'_, Result<PathBuf, RemadeError>> {
        Box::pin(async move { Ok(Erasing::finish(self, size, root).await?) })
    }
}

async fn hashes(reader: Reader, entries: Vec<u64>) -> Result<Vec<(u64, String)>, StoreError> {
    let hashes = reader.with_words(entries).await?;
    Ok(hashes.into_iter().map(|(seq, hash)| (seq, hex::encode(hash.0))).collect())
}

/// Removes files that no entry names any more, and databases that earlier rebuilds kept. A file that a bucket doesn't give up, since it
/// is under a lock or the server doesn't answer, keeps nothing else from being destroyed: it is said, with what to do about it.
async fn sweep(data: &Path, blobs: &Blobs, files: &BTreeSet<String>) -> Result<(), ErasureError> {
    for sha256 in files {
        match blobs.remove(sha256).await {
            Ok(()) => {}
            Err(error @ BlobError::Locked { .. }) => {
                tracing::error!("a file of words that were erased is still there: {error}");
            }
            Err(error @ (BlobError::Bucket { .. } | BlobError::Denied { .. } | BlobError::NoBucket(_))) => {
                let place = blobs.place(sha256);
                tracing::error!(
                    "a file of words that were erased is still there; remove {place} with all its versions: {error}"
                );
            }
            Err(
                error @ (BlobError::Folder(_)
                | BlobError::Io { .. }
                | BlobError::Place { .. }
                | BlobError::Unnamed { .. }
                | BlobError::Moved { .. }
                | BlobError::NoCredentials(_)
                | BlobError::NotLockable(_)),
            ) => return Err(error.into()),
        }
    }
    exports::forget_all(data).map_err(|source| ErasureError::Io { path: data.to_owned(), source })?;
    Ok(rebuild::forget_earlier(data)?)
}

/// What a start destroyed before anything was served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// Words that the ledger named as erased already.
    pub left: u64,
    /// Words that the journal names, and that this database had again.
    pub again: u64,
}

/// Destroys what a process that died left undone, and what a restored backup brought back. Nobody works on the folder.
///
/// # Errors
/// [`ErasureError`]; nothing may be served then.
pub async fn complete(folder: &Folder) -> Result<Completed, ErasureError> {
    if !folder.database().exists() {
        return Ok(Completed::default());
    }
    let noted = journal::read(folder.path())?;
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = undone(&reader, &noted).await;
    let outcome = match outcome {
        Ok(undone) if undone.again.is_empty() => Ok(undone),
        Ok(undone) => {
            let mut again = Ok(());
            for (approval, entries) in &undone.again {
                let with = approval.map_or_else(String::new, |case| format!(", approved with {case}"));
                let why = format!("they were erased before{with}, and a database from before had them again");
                let record = Record::Erased(Erased { entries: entries.clone(), why });
                again = rebuild::append(&mut writer, &reader, &record)
                    .await
                    .map_err(|error| ErasureError::Append(error.to_string()));
                if again.is_err() {
                    break;
                }
            }
            again.map(|()| undone)
        }
        Err(error) => Err(error),
    };
    let unnoted = match &outcome {
        Ok(undone) => unnoted(reader.clone(), &undone.left, &noted).await,
        Err(_) => Ok(Vec::new()),
    };
    reader.close().await;
    writer.close().await?;
    let (undone, unnoted) = (outcome?, unnoted?);
    if !unnoted.is_empty() {
        journal::note(folder.path(), &Line::new(Clock::system(), None, unnoted))?;
    }
    let mut entries = undone.left.clone();
    entries.extend(undone.again.iter().flat_map(|(_, entries)| entries));
    if entries.is_empty() {
        return Ok(Completed::default());
    }
    rebuild::destroy_at_rest(folder, entries).await?;
    SearchIndex::at(folder.path().join(Folder::SEARCH)).forget().await?;
    sweep(folder.path(), &Blobs::of(folder.path())?, &undone.files).await?;
    let count = |entries: usize| entries as u64;
    Ok(Completed {
        left: count(undone.left.len()),
        again: count(undone.again.iter().map(|(_, entries)| entries.len()).sum()),
    })
}

/// What is named as erased and isn't in the journal: it couldn't be written.
async fn unnoted(reader: Reader, left: &BTreeSet<u64>, noted: &[Line]) -> Result<Vec<(u64, String)>, StoreError> {
    let noted: BTreeSet<u64> = noted.iter().flat_map(|line| line.entries.iter().map(|(seq, _)| *seq)).collect();
    hashes(reader, left.difference(&noted).copied().collect()).await
}

/// What is named as erased, and is there.
#[derive(Default)]
struct Undone {
    left: BTreeSet<u64>,
    again: Vec<(Option<CaseId>, Vec<u64>)>,
    files: BTreeSet<String>,
}

async fn undone(reader: &Reader, noted: &[Line]) -> Result<Undone, ErasureError> {
    let mut named = BTreeSet::new();
    for entry in reader.erasures().await? {
        let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &Subjects::default());
        let record = record.map_err(|source| ErasureError::Entry { seq: entry.seq, source })?;
        if let Record::Erased(erased) = record {
            // Nothing is erased in advance.
            named.extend(erased.entries.into_iter().filter(|seq| *seq < entry.seq.unsigned_abs()));
        }
    }
    let all: Vec<u64> = named.iter().copied().collect();
    let left: BTreeSet<u64> = reader.with_words(all).await?.into_iter().map(|(seq, _)| seq).collect();
    let mut again = Vec::new();
    for line in noted {
        let unnamed: Vec<u64> = line.entries.iter().map(|(seq, _)| *seq).filter(|seq| !named.contains(seq)).collect();
        let there = hashes(reader.clone(), unnamed).await?;
        let same = |it: &(u64, String)| line.entries.contains(it);
        let there: Vec<u64> = there.into_iter().filter(same).map(|(seq, _)| seq).collect();
        named.extend(&there);
        if !there.is_empty() {
            again.push((line.approval, there));
        }
    }
    let mut undone = Undone { left, again, files: BTreeSet::new() };
    if !undone.left.is_empty() || !undone.again.is_empty() {
        let gone: BTreeSet<u64> =
            undone.left.iter().chain(undone.again.iter().flat_map(|(_, entries)| entries)).copied().collect();
        undone.files = files_of_alone(reader, &gone).await?;
    }
    Ok(undone)
}

/// The files that these entries name, and no others.
async fn files_of_alone(reader: &Reader, entries: &BTreeSet<u64>) -> Result<BTreeSet<String>, ErasureError> {
    let (mut theirs, mut others) = (BTreeSet::new(), BTreeSet::new());
    let mut scan = reader.scan().await?;
    let size = scan.size().await?;
    scan.each(0..size, |raw| {
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        if raw.kind != "said.message" || raw.words.is_none() {
            return;
        }
        let record =
            ledger::read(&text(Some(raw.leaf)), &text(raw.facts), Some(&text(raw.words)), &Subjects::default());
        let files = record.as_ref().ok().and_then(Record::heard).map(|heard| heard.what.files()).unwrap_or_default();
        let into = if entries.contains(&raw.seq.unsigned_abs()) { &mut theirs } else { &mut others };
        into.extend(files.iter().map(|file| file.sha256.clone()));
    })
    .await?;
    scan.close().await?;
    Ok(theirs.difference(&others).cloned().collect())
}
