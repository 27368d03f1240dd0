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
use super::left_over::{self, Left};
use super::plan::{Plan, PlanError, Search};
use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::desk::{DeskHandle, Destroyed, Destroys, Fate, Fault, Finishes, Remade, RemadeError};
use crate::domain::kinds::approval::{self, Approval};
use crate::domain::records::{Keeps, Preview, RecordsAct, Whose};
use crate::domain::{At, Body, Case, CaseId, Duty, PolicyHash};
use crate::evidence::exports;
use crate::evidence::rebuild::{self, Finished, LeftOut, RebuildError, Without};
use crate::ledger::folder::Folder;
use crate::ledger::record::{Erased, Record, Withheld};
use crate::ledger::{self, Subjects};
use crate::seal::Hash;
use crate::store::{self, Reader, SearchIndex, StoreError, Writer};

/// What was refused or failed is tried again after this, and whenever something that decides about it has changed.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(600);
/// What waits is looked at again after this: more may have been said that nobody should read.
const LOOKED_AGAIN_AFTER: Duration = Duration::from_secs(24 * 3_600);
/// A file that couldn't be removed is tried again after this: where that may do by itself, and where somebody has to do something.
const SWEPT_AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(3_600), Duration::from_secs(24 * 3_600)];
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
        let mut tried: HashMap<CaseId, Tried> = HashMap::new();
        let mut finished_at = Instant::now();
        let mut calendar = Calendar::default();
        let mut swept_at = Instant::now();
        let mut swept_after = SWEPT_AGAIN_AFTER[0];
        loop {
            changes.mark_unchanged();
            if finished_at.elapsed() >= TRIED_AGAIN_AFTER {
                finished_at = Instant::now();
                if let Err(error) = self.finish_undone().await {
                    tracing::error!(
                        %error,
                        "words that the ledger names as erased or withheld are still there; it is tried again within ten minutes"
                    );
                }
            }
            if swept_at.elapsed() >= swept_after {
                swept_at = Instant::now();
                swept_after = self.sweep_again().await;
            }
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

    /// Tries again to remove what couldn't be removed, and says when that is due again.
    async fn sweep_again(&self) -> Duration {
        match left_over::sweep(&self.data, &self.blobs).await {
            Ok(Left::Nothing | Left::ForNow) => SWEPT_AGAIN_AFTER[0],
            Ok(Left::ForLong) => SWEPT_AGAIN_AFTER[1],
            Err(error) => {
                tracing::error!(%error, "files of words that were erased can't be removed; trying again");
                SWEPT_AGAIN_AFTER[0]
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
            if !self.is_kept_as_known(approval, &self.around(approval, preview).await?) {
                return Ok(false);
            }
        }
        calendar::is_shown(&self.desk, &self.reader).await
    }

    /// Carries out what nothing keeps. Returns when the time ends for which something is kept.
    async fn look(&self, tried: &mut HashMap<CaseId, Tried>) -> Result<Option<At>, ErasureError> {
        let mut next: Option<At> = None;
        for case in self.reader.that_owe(Duty::Erase.word()).await? {
            let Body::Approval(approval) = &case.body else { continue };
            let Some((whose, preview)) = to_be_erased(approval) else { continue };
            let around = self.around(approval, preview).await?;
            let is_known = self.is_kept_as_known(approval, &around);
            if is_known {
                next = next.into_iter().chain(kept_until(approval)).min();
            }
            let may_wait = match tried.get_mut(&case.id) {
                // This process has just begun, and nothing is new.
                None => is_known,
                Some(tried) if tried.around != around => false,
                Some(tried) if is_known => {
                    tried.was_known = true;
                    tried.at.elapsed() < LOOKED_AGAIN_AFTER
                }
                // Its time is over.
                Some(tried) if tried.was_known => false,
                Some(tried) => tried.at.elapsed() < TRIED_AGAIN_AFTER,
            };
            let now = Tried { at: Instant::now(), around, was_known: false };
            if may_wait {
                tried.entry(case.id).or_insert(Tried { was_known: is_known, ..now });
                continue;
            }
            match self.erase(&case, whose, preview).await {
                Ok(Looked::Again) => drop(tried.remove(&case.id)),
                Ok(Looked::Done) => drop(tried.insert(case.id, now)),
                Err(error) => {
                    tried.insert(case.id, now);
                    tracing::error!(case = %case.id, %error, "words could not be erased; it is tried again within ten minutes");
                }
            }
        }
        Ok(next)
    }

    /// What decides about an erasure besides the words that it takes: as it was asked for, and as it was found when it was looked at last.
    async fn around(&self, approval: &Approval, preview: &Preview) -> Result<Around, ErasureError> {
        let shown = self.desk.shown();
        let mut holds: BTreeSet<u32> = shown.bot.holds.over(&preview.extent).into_iter().collect();
        let mut cases = preview.extent.cases.clone();
        if let Some(deferred) = approval.records.as_ref().and_then(|records| records.deferred.as_ref()) {
            cases.extend(&deferred.open);
            if let Keeps::Holds(known) = &deferred.keeps {
                holds.extend(known.iter().filter(|hold| shown.bot.holds.get(**hold).is_some()));
            }
        }
        let open = self.reader.open_among(&cases).await?;
        Ok(Around { policy: shown.policy.hash.clone(), holds: holds.into_iter().collect(), open })
    }

    /// What kept them last keeps them still.
    fn is_kept_as_known(&self, approval: &Approval, around: &Around) -> bool {
        let Some(deferred) = approval.records.as_ref().and_then(|records| records.deferred.as_ref()) else {
            return false;
        };
        let is_kept = match &deferred.keeps {
            Keeps::Holds(known) => around.holds == *known,
            Keeps::OpenCases(_) => around.holds.is_empty(),
            // A class that is longer by now keeps them for longer: that is told once this moment has come.
            Keeps::Retention { until, .. } => around.holds.is_empty() && self.desk.clock.now() < *until,
        };
        is_kept && around.open == deferred.open
    }

    fn erase<'a>(
        &'a self,
        case: &'a Case,
        whose: &'a Whose,
        preview: &'a Preview,
    ) -> BoxFuture<'a, Result<Looked, ErasureError>> {
        Box::pin(self.erase_now(case, whose, preview))
    }

    async fn erase_now(&self, case: &Case, whose: &Whose, preview: &Preview) -> Result<Looked, ErasureError> {
        let is_held = !self.desk.shown().bot.holds.over(&preview.extent).is_empty();
        // Where something keeps them it may be that nothing is done, so the desk is asked first.
        let mut ready = (!is_held).then_some(Fate::Erased);
        loop {
            match self.try_to_erase(case, whose, ready).await? {
                Some(Destroyed::NotReady(wanted)) if ready != Some(wanted) => ready = Some(wanted),
                // What keeps them has changed in between.
                Some(Destroyed::NotReady(_)) => return Ok(Looked::Again),
                Some(Destroyed::Kept | Destroyed::Done { .. }) | None => return Ok(Looked::Done),
            }
        }
    }

    /// `None`: it was refused.
    async fn try_to_erase(
        &self,
        case: &Case,
        whose: &Whose,
        ready: Option<Fate>,
    ) -> Result<Option<Destroyed>, ErasureError> {
        let search = Search::begin(&self.reader, whose, Some(case.id)).await?;
        let plan = search.plan(&self.desk.shown().policy).await?;
        let without = match ready {
            None => None,
            Some(fate) => Some((fate, Without::begin(self.data.clone(), plan.taken(fate), search.size()).await?)),
        };
        let erasing = Erasing {
            data: self.data.clone(),
            blobs: self.blobs.clone(),
            clock: self.desk.clock.clone(),
            reader: self.reader.clone(),
            desk: self.desk.clone(),
            approval: case.id,
            search,
            plan,
            without,
            finished: None,
        };
        match self.desk.erase(case.id, Box::new(erasing)).await? {
            Ok(done) => {
                self.after(done).await?;
                Ok(Some(done))
            }
            Err(refusal) => {
                tracing::warn!(case = %case.id, refusal = refusal.code(), "an approved erasure was refused");
                Ok(None)
            }
        }
    }

    /// What else has the words goes too.
    async fn after(&self, done: Destroyed) -> Result<(), ErasureError> {
        let Destroyed::Done { fate: _, still_read } = done else { return Ok(()) };
        if still_read {
            self.forget().await?;
        }
        // It holds no text, but the words of it.
        self.index.forget().await?;
        sweep(&self.data, &self.blobs).await
    }

    /// Takes out what the ledger names as erased or withheld and is there all the same: the disk was full, or the like.
    ///
    /// # Errors
    /// [`ErasureError`]; it is still there.
    pub async fn finish_undone(&self) -> Result<(), ErasureError> {
        let undone = undone(&self.reader, &[]).await?;
        if undone.left.is_empty() {
            return Ok(());
        }
        let size = self.reader.size().await?;
        let without = Without::begin(self.data.clone(), undone.left.all().collect(), size).await?;
        let overdue = Overdue {
            data: self.data.clone(),
            blobs: self.blobs.clone(),
            clock: self.desk.clock.clone(),
            reader: self.reader.clone(),
            undone,
            without: Some(without),
            finished: None,
        };
        let done = self.desk.take_over(Box::new(overdue)).await?;
        self.after(done).await?;
        tracing::info!("what could not be taken out of the database before is out of it now");
        Ok(())
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

/// What decides about an erasure: the policy, the holds over what it touches, and its open cases.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Around {
    policy: PolicyHash,
    holds: Vec<u32>,
    open: Vec<CaseId>,
}

/// When it was looked at last, and what it was like then.
struct Tried {
    at: Instant,
    around: Around,
    /// Since then the case said what keeps it.
    was_known: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looked {
    /// They are gone, or something keeps them and the case says so; or it was refused.
    Done,
    /// Something changed meanwhile.
    Again,
}

/// One erasure on its way.
struct Erasing {
    data: PathBuf,
    blobs: Blobs,
    clock: Clock,
    reader: Reader,
    desk: DeskHandle,
    approval: CaseId,
    search: Search,
    plan: Plan,
    without: Option<(Fate, Without)>,
    /// Taken over by the desk; it goes when this is dropped.
    finished: Option<Finished>,
}

impl Erasing {
    async fn catch_up(&mut self, size: u64) -> Result<Destroys, ErasureError> {
        self.search.advance(size).await?;
        self.plan = self.search.plan(&self.desk.shown().policy).await?;
        let Preview { entries, files, extent, .. } = self.plan.preview.clone();
        let readable = self.reader.readable(self.plan.to_withhold.iter().copied().collect()).await?;
        let withheld: Vec<u64> = readable.into_iter().map(|(seq, _)| seq).collect();
        let command = approval::Command::CarryOut {
            entries: entries.clone(),
            files,
            extent,
            cases: Vec::new(),
            readable: u32::try_from(withheld.len()).unwrap_or(u32::MAX),
        };
        let ready = self.without.as_ref().map(|(fate, _)| *fate);
        Ok(Destroys { entries, withheld, command: command.into(), ready })
    }

    async fn finish(&mut self, fate: Fate, size: u64, root: Hash) -> Result<PathBuf, ErasureError> {
        let (_, without) = self.without.take().filter(|(ready, _)| *ready == fate).ok_or(ErasureError::NotReady)?;
        let taken = self.plan.taken(fate);
        let noted = hashes(self.reader.clone(), taken.iter().copied().collect()).await?;
        if fate == Fate::Erased {
            left_over::note(&self.data, &self.blobs, &self.plan.files)?;
        }
        left_over::begin(&self.data)?;
        journal::note(&self.data, &Line::new(self.clock.now(), Some(self.approval), fate, noted))?;
        let mut out = LeftOut::default();
        *of_fate(&mut out, fate) = taken;
        let finished = without.finish(out, size, root).await?;
        let path = finished.path().to_owned();
        self.finished = Some(finished);
        Ok(path)
    }
}

impl Finishes for Erasing {
    fn finish(&mut self, fate: Fate, size: u64, root: Hash) -> BoxFuture<'_, Result<PathBuf, RemadeError>> {
        Box::pin(async move { Ok(Erasing::finish(self, fate, size, root).await?) })
    }
}

impl Remade for Erasing {
    fn catch_up(&mut self, size: u64) -> BoxFuture<'_, Result<Destroys, RemadeError>> {
        Box::pin(async move { Ok(Erasing::catch_up(self, size).await?) })
    }
}

/// What should be out of the database already.
struct Overdue {
    data: PathBuf,
    blobs: Blobs,
    clock: Clock,
    reader: Reader,
    undone: Undone,
    without: Option<Without>,
    finished: Option<Finished>,
}

impl Overdue {
    async fn finish(&mut self, size: u64, root: Hash) -> Result<PathBuf, ErasureError> {
        let without = self.without.take().ok_or(ErasureError::NotReady)?;
        left_over::note(&self.data, &self.blobs, &self.undone.files)?;
        left_over::begin(&self.data)?;
        let noted = journal::read(&self.data)?;
        for (fate, entries) in unnoted(&self.reader, &self.undone.left, &noted).await? {
            journal::note(&self.data, &Line::new(self.clock.now(), None, fate, entries))?;
        }
        let finished = without.finish(self.undone.left.clone(), size, root).await?;
        let path = finished.path().to_owned();
        self.finished = Some(finished);
        Ok(path)
    }
}

impl Finishes for Overdue {
    fn finish(&mut self, _fate: Fate, size: u64, root: Hash) -> BoxFuture<'_, Result<PathBuf, RemadeError>> {
        Box::pin(async move { Ok(Overdue::finish(self, size, root).await?) })
    }
}

async fn hashes(reader: Reader, entries: Vec<u64>) -> Result<Vec<(u64, String)>, StoreError> {
    let hashes = reader.with_words(entries).await?;
    Ok(hashes.into_iter().map(|(seq, hash)| (seq, hex::encode(hash.0))).collect())
}

/// Removes files that no entry names any more, and what else may hold the words: bundles that wait to be fetched, and databases that
/// earlier rebuilds kept.
async fn sweep(data: &Path, blobs: &Blobs) -> Result<(), ErasureError> {
    exports::forget_all(data).map_err(|source| ErasureError::Io { path: data.to_owned(), source })?;
    rebuild::forget_earlier(data)?;
    left_over::sweep(data, blobs).await?;
    Ok(())
}

/// What a start destroyed or withheld before anything was served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// Words that the ledger named as erased or withheld already.
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
    let outcome = match undone(&reader, &noted).await {
        Ok(undone) => say_again(&mut writer, &reader, &undone.again).await.map(|()| undone),
        Err(error) => Err(error),
    };
    let unnoted = match &outcome {
        Ok(undone) => unnoted(&reader, &undone.left, &noted).await,
        Err(_) => Ok(Vec::new()),
    };
    reader.close().await;
    writer.close().await?;
    let (undone, unnoted) = (outcome?, unnoted?);
    for (fate, entries) in unnoted {
        journal::note(folder.path(), &Line::new(Clock::system(), None, fate, entries))?;
    }
    let mut out = undone.left.clone();
    for (_, fate, entries) in &undone.again {
        of_fate(&mut out, *fate).extend(entries);
    }
    let blobs = Blobs::of(folder.path())?;
    if !out.is_empty() {
        left_over::note(folder.path(), &blobs, &undone.files)?;
        left_over::begin(folder.path())?;
        rebuild::destroy_at_rest(folder, out).await?;
    }
    // Also where a process died before all of it was gone.
    if left_over::has_begun(folder.path()) {
        SearchIndex::at(folder.path().join(Folder::SEARCH)).forget().await?;
        sweep(folder.path(), &blobs).await?;
    }
    Ok(Completed {
        left: undone.left.all().count() as u64,
        again: undone.again.iter().map(|(_, _, entries)| entries.len() as u64).sum(),
    })
}

/// The ledger says once more what an older database doesn't know any more.
async fn say_again(
    writer: &mut Writer,
    reader: &Reader,
    again: &[(Option<CaseId>, Fate, Vec<u64>)],
) -> Result<(), ErasureError> {
    for (approval, fate, entries) in again {
        let with = approval.map_or_else(String::new, |case| format!(", approved with {case}"));
        let entries = entries.clone();
        let record = match fate {
            Fate::Erased => {
                let why = format!("they were erased before{with}, and a database from before had them again");
                Record::Erased(Erased { entries, why })
            }
            Fate::Withheld => {
                let why = format!("they were withheld before{with}, and a database from before had them again");
                Record::Withheld(Withheld { entries, why })
            }
        };
        rebuild::append(writer, reader, &record).await.map_err(|error| ErasureError::Append(error.to_string()))?;
    }
    Ok(())
}

fn of_fate(out: &mut LeftOut, fate: Fate) -> &mut BTreeSet<u64> {
    match fate {
        Fate::Erased => &mut out.erased,
        Fate::Withheld => &mut out.withheld,
    }
}

/// What the ledger names and isn't in the journal: it couldn't be written.
async fn unnoted(
    reader: &Reader,
    left: &LeftOut,
    noted: &[Line],
) -> Result<Vec<(Fate, Vec<(u64, String)>)>, StoreError> {
    let mut all = Vec::new();
    for (fate, left) in [(Fate::Erased, &left.erased), (Fate::Withheld, &left.withheld)] {
        let noted = noted.iter().filter(|line| line.fate() == fate);
        let noted: BTreeSet<u64> = noted.flat_map(|line| line.entries.iter().map(|(seq, _)| *seq)).collect();
        let entries = hashes(reader.clone(), left.difference(&noted).copied().collect()).await?;
        if !entries.is_empty() {
            all.push((fate, entries));
        }
    }
    Ok(all)
}

/// What is named as erased and is there, or as withheld and can be read.
#[derive(Default)]
struct Undone {
    left: LeftOut,
    /// The approval, what becomes of them, and the entries.
    again: Vec<(Option<CaseId>, Fate, Vec<u64>)>,
    /// Of what was erased.
    files: BTreeSet<String>,
}

async fn undone(reader: &Reader, noted: &[Line]) -> Result<Undone, ErasureError> {
    let mut named = LeftOut::default();
    for entry in reader.erasures().await? {
        let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &Subjects::default());
        let record = record.map_err(|source| ErasureError::Entry { seq: entry.seq, source })?;
        let (fate, entries) = match record {
            Record::Erased(erased) => (Fate::Erased, erased.entries),
            Record::Withheld(withheld) => (Fate::Withheld, withheld.entries),
            Record::Heard(_)
            | Record::Ruled(_)
            | Record::Bot(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_) => continue,
        };
        // Nothing is erased in advance.
        of_fate(&mut named, fate).extend(entries.into_iter().filter(|seq| *seq < entry.seq.unsigned_abs()));
    }
    let mut undone = Undone::default();
    let there = reader.with_words(named.erased.iter().copied().collect()).await?;
    undone.left.erased = there.into_iter().map(|(seq, _)| seq).collect();
    let readable = reader.readable(named.withheld.difference(&named.erased).copied().collect()).await?;
    undone.left.withheld = readable.into_iter().map(|(seq, _)| seq).collect();
    // What was erased in the end is not withheld first.
    let (erased, withheld): (Vec<&Line>, Vec<&Line>) = noted.iter().partition(|line| line.fate() == Fate::Erased);
    for line in erased.into_iter().chain(withheld) {
        let fate = line.fate();
        let is_said =
            |seq: &u64| named.erased.contains(seq) || (fate == Fate::Withheld && named.withheld.contains(seq));
        let unnamed: Vec<u64> = line.entries.iter().map(|(seq, _)| *seq).filter(|seq| !is_said(seq)).collect();
        let there = match fate {
            Fate::Erased => reader.with_words(unnamed).await?,
            Fate::Withheld => reader.readable(unnamed).await?,
        };
        let same = |(seq, hash): &(u64, Hash)| line.entries.contains(&(*seq, hex::encode(hash.0)));
        let there: Vec<u64> = there.into_iter().filter(same).map(|(seq, _)| seq).collect();
        of_fate(&mut named, fate).extend(&there);
        if !there.is_empty() {
            undone.again.push((line.approval, fate, there));
        }
    }
    let again = undone.again.iter().filter(|(_, fate, _)| *fate == Fate::Erased).flat_map(|(_, _, entries)| entries);
    let gone: BTreeSet<u64> = undone.left.erased.iter().chain(again).copied().collect();
    if !gone.is_empty() {
        undone.files = files_of(reader, &gone).await?;
    }
    Ok(undone)
}

/// The files that these entries name.
async fn files_of(reader: &Reader, entries: &BTreeSet<u64>) -> Result<BTreeSet<String>, ErasureError> {
    let mut files = BTreeSet::new();
    let mut scan = reader.scan().await?;
    let size = scan.size().await?;
    scan.each(0..size, |raw| {
        if entries.contains(&raw.seq.unsigned_abs()) {
            files.extend(left_over::files_of(raw));
        }
    })
    .await?;
    scan.close().await?;
    Ok(files)
}
