//! `countersign verify --data DIR`: reads the whole ledger, and everything that must agree with it, and says in two verdicts
//! whether it is what was recorded (integrity) and whether all of it is there (completeness).
//!
//! It takes no lock and changes nothing, so it also runs beside a working bot, and on a medium that can only be read: what is
//! recorded meanwhile isn't looked at. Where the ledger is whole, the tables that follow from it are made again from it in a
//! temporary file and compared, since what the bot decides next it decides by them. What it checks signatures with is the
//! key in the folder: whoever holds the folder holds that too, so an auditor compares `ledger.vkey` and the last head with
//! the ones that he was given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use super::rebuild::{self, RebuildError};
use crate::domain::bot::condition;
use crate::domain::{At, BotEvent, CaseId, Label, Span};
use crate::ledger::folder::{self, Folder, FolderError, blob_path};
use crate::ledger::record::{BotRuled, Causes, Erased, Record};
use crate::ledger::{self, Subjects};
use crate::seal::{
    self, Audit, Checkpoint, Copies, HeadFault, NoteError, Row, SEGMENT_ENTRIES, Salted, Segment, Verifier, What,
};
use crate::store::{self, Beside, Raw, Scan, StoreError};

/// Segments that are checked at the same time, each on a connection of its own.
const SIDE_BY_SIDE: usize = 2;

/// A bot that works has signed a head by then.
const SIGNED_WITHIN: Span = Span::minutes(1);

/// How many faults of a kind are listed; all are counted.
const LISTED: usize = 100;

/// What was found. Shown as text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What was checked, in a sentence.
    pub checked: String,
    /// What isn't as it was recorded.
    pub integrity: Found,
    /// What isn't there, or is there without belonging.
    pub completeness: Found,
    /// What was never there to be kept, and the ledger says so: a gap of what was captured, no fault of what is here.
    pub never_kept: Vec<String>,
    /// What to know that is no fault.
    pub notes: Vec<String>,
}

/// Faults, each a sentence that names its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    listed: Vec<String>,
    total: u64,
}

impl Found {
    pub fn add(&mut self, fault: impl Into<String>) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(fault.into());
        }
    }

    /// The first hundred.
    pub fn listed(&self) -> &[String] {
        &self.listed
    }

    /// How many there are, listed or not.
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl Verdict {
    /// Nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.integrity.total == 0 && self.completeness.total == 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checked)?;
        let complete = match self.never_kept.is_empty() {
            true => "everything is there",
            false => "everything that was kept is there",
        };
        let parts = [
            ("Integrity", "everything is as it was recorded", &self.integrity),
            ("Completeness", complete, &self.completeness),
        ];
        for (name, good, found) in parts {
            match found.total {
                0 => writeln!(f, "{name}: good, {good}.")?,
                1 => writeln!(f, "{name}: BROKEN, one fault.")?,
                more => writeln!(f, "{name}: BROKEN, {more} faults.")?,
            }
            for fault in &found.listed {
                writeln!(f, "  - {fault}")?;
            }
            let more = found.total - found.listed.len() as u64;
            if more > 0 {
                writeln!(f, "  - … and {more} more.")?;
            }
        }
        for gap in self.never_kept.iter().take(LISTED) {
            writeln!(f, "Never kept: {gap}")?;
        }
        if self.never_kept.len() > LISTED {
            writeln!(f, "Never kept: … and {} more.", self.never_kept.len() - LISTED)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "Note: {note}"))
    }
}

/// Why nothing could be found out. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "the database can't be read from about entry {near} on: {source}. The file itself is damaged: keep it, and restore a backup \
         (`countersign recover` then records what is lost)."
    )]
    Damaged { near: u64, source: StoreError },
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "the tables can't be compared with the ledger: {0}. It needs room for them where the system has temporary files (TMPDIR)."
    )]
    Compare(Box<RebuildError>),
    #[error("a thread that checked entries broke off: {0}")]
    Broke(#[from] tokio::task::JoinError),
}

/// What is picked up on the way, besides what the seal checks.
#[derive(Default)]
struct Seen {
    manual: u64,
    /// Hash → the entry that names it first, and the name.
    files: BTreeMap<String, (i64, String)>,
    recoveries: Vec<(i64, u64)>,
    /// Entries whose words were erased, as the ledger says.
    erased: BTreeSet<u64>,
    /// Files that were never kept, by case and entry; those of no case first.
    not_kept: Vec<(Option<CaseId>, i64, String)>,
    /// The last entry that says how many entries a signed head covered, and how many; none where a new log began since.
    signed: Option<(i64, u64)>,
    /// The last entry that has the mark of the secret of causes, and the mark.
    causes: Option<(i64, Label)>,
    /// The moments of the first and the last entry that were made by the machine's clock.
    first_and_last: Option<(At, At)>,
    /// Entries that can't be read as a record of this version.
    unread: u64,
    /// Entries of a schema that this version doesn't know, and the first such schema.
    strange: u64,
    strange_schema: Option<u32>,
}

/// Checks a data folder.
///
/// # Errors
/// [`AuditError`] where nothing can be said; what is wrong with the evidence is in the verdict.
pub async fn verify(data: &Path) -> Result<Verdict, AuditError> {
    store::undisturbed(&data.join(Folder::DATABASE), || look(data)).await
}

async fn look(data: &Path) -> Result<Verdict, AuditError> {
    let verifier = folder::verifier(data)?;
    let mut verdict = Verdict::default();
    // The file before the database: a head is signed only over what is on the disk already.
    let file = folder::checkpoint_file(data)?;
    let database = data.join(Folder::DATABASE);
    let mut scan = Scan::open(&database).await?;
    let beside = scan.beside().await?;
    let damage = scan.damage().await.map_err(|source| AuditError::Damaged { near: 0, source })?;
    scan.close().await?;

    let heads = heads(&verifier, &beside, file.as_deref(), &mut verdict);
    let mut audit = Audit::against(heads.iter().map(|head| head.checkpoint.clone()).collect());
    let mut seen = Seen::default();
    // Numbers far beyond what there is would only be counted through.
    let readable = beside.size.min(beside.rows + SEGMENT_ENTRIES);
    let segments = readable.div_ceil(SEGMENT_ENTRIES);
    let fresh: Vec<Segment> = (0..segments).map(|nth| audit.segment(nth)).collect();
    let mut checked = stream::iter(fresh)
        .map(|segment| tokio::spawn(check(database.clone(), segment, readable)))
        .buffered(SIDE_BY_SIDE);
    while let Some(done) = checked.next().await {
        let (segment, part) = done??;
        audit.join(segment);
        seen.take(part);
    }
    audit.check_nodes(beside.nodes.iter().copied());
    let report = audit.finish();
    for line in damage {
        verdict.integrity.add(format!("{}, in the words of SQLite's own check: {line}.", Folder::DATABASE));
    }
    sort(&report, &beside, &heads, &seen, &mut verdict);
    tables(data, &report, &beside, &seen, &mut verdict).await?;
    files(data, &seen, &mut verdict)?;
    secret(data, &seen, &mut verdict)?;
    vouched_for(&heads, &seen, &mut verdict);
    not_kept(&mut seen, &mut verdict);
    notes(&report, &heads, &seen, &mut verdict);
    verdict.checked = format!(
        "Checked {} of {}, {}, {} of the tree and {}.",
        counted(report.entries, "entry", "entries"),
        verifier.name(),
        counted(heads.len() as u64, "signed head", "signed heads"),
        counted(beside.nodes.len() as u64, "kept node", "kept nodes"),
        counted(seen.files.len() as u64, "file", "files")
    );
    Ok(verdict)
}

fn counted(count: u64, one: &str, more: &str) -> String {
    match count {
        1 => format!("one {one}"),
        _ => format!("{count} {more}"),
    }
}

/// Reads and checks a segment on a connection of its own.
async fn check(database: PathBuf, mut segment: Segment, readable: u64) -> Result<(Segment, Seen), AuditError> {
    let mut scan = Scan::open(&database).await?;
    let mut seen = Seen::default();
    let seqs = segment.seqs();
    let near = seqs.start;
    let read = scan.each(seqs.start..seqs.end.min(readable), |raw| {
        let copies = Copies {
            seq: raw.seq.unsigned_abs(),
            case: raw.case,
            case_seq: raw.case_seq,
            kind: raw.kind,
            at_us: raw.at_us,
            leaf_hash: raw.hash,
        };
        let facts = Salted { text: raw.facts, salt: raw.facts_salt };
        let words = Salted { text: raw.words, salt: raw.words_salt };
        segment.check(&Row { leaf: raw.leaf, facts, words, copies: Some(copies) });
        seen.look(raw);
    });
    read.await.map_err(|source| AuditError::Damaged { near, source })?;
    scan.close().await?;
    Ok((segment, seen))
}

impl Seen {
    fn look(&mut self, raw: &Raw<'_>) {
        let leaf = str::from_utf8(raw.leaf).unwrap_or_default();
        // In a canonical leaf no value can hold these bytes: its quotes would be escaped.
        let is_manual = leaf.contains(r#""clock":"manual""#);
        self.manual += u64::from(is_manual);
        if !is_manual {
            let at = At(raw.at_us);
            self.first_and_last = Some((self.first_and_last.map_or(at, |(first, _)| first), at));
        }
        if let Some(schema) = ledger::strange_schema(leaf) {
            self.strange += 1;
            self.strange_schema.get_or_insert(schema);
            return;
        }
        // Only these entries are read as records: most are not, since that would take longer than checking them.
        let facts = raw.facts.and_then(|facts| str::from_utf8(facts).ok()).unwrap_or_default();
        let words = raw.words.and_then(|words| str::from_utf8(words).ok());
        let has_files = raw.kind == "said.message" && words.is_some() && facts.contains(r#""files":{"#);
        let lacks_files = raw.kind.starts_with("said.") && facts.contains(r#""not_kept":["#);
        let is_read = ["bot.started", "bot.recovered", "bot.causes-replaced", Record::ERASED].contains(&raw.kind);
        if !has_files && !lacks_files && !is_read {
            return;
        }
        match ledger::read(leaf, facts, words, &Subjects::default()) {
            Ok(Record::Heard(heard)) => {
                let case = raw.case.and_then(|case| case.parse().ok());
                self.not_kept.extend(heard.not_kept.iter().map(|file| (case, raw.seq, file.to_string())));
                for file in heard.what.files() {
                    self.files.entry(file.sha256.clone()).or_insert_with(|| (raw.seq, file.name.clone()));
                }
            }
            Ok(Record::Bot(BotRuled { events, .. })) => {
                for event in &events {
                    let BotEvent::Bot(event) = event else { continue };
                    self.of_the_bot(raw.seq, event);
                }
            }
            // Nothing is erased in advance.
            Ok(Record::Erased(Erased { entries, .. })) => {
                self.erased.extend(entries.into_iter().filter(|seq| *seq < raw.seq.unsigned_abs()));
            }
            Ok(
                Record::Ruled(_)
                | Record::Told(_)
                | Record::NotTold(_)
                | Record::ChannelMade(_)
                | Record::Introduced(_),
            )
            | Err(_) => self.unread += 1,
        }
    }

    fn of_the_bot(&mut self, seq: i64, event: &condition::Event) {
        match event {
            condition::Event::Started { version: _, clock: _, was_down: _, signed, causes } => {
                self.signed = signed.map(|size| (seq, size)).or(self.signed);
                self.causes = causes.clone().map(|mark| (seq, mark)).or(self.causes.take());
            }
            condition::Event::Recovered { lost_from, .. } => {
                self.recoveries.push((seq, *lost_from));
                self.signed = None;
            }
            condition::Event::CausesReplaced { causes } => self.causes = Some((seq, causes.clone())),
            condition::Event::Stopped {}
            | condition::Event::FellBehind { .. }
            | condition::Event::CaughtUp {}
            | condition::Event::ClockWentBack { .. }
            | condition::Event::GaveUp { .. } => {}
        }
    }

    fn take(&mut self, later: Seen) {
        self.manual += later.manual;
        self.not_kept.extend(later.not_kept);
        self.signed = match later.recoveries.is_empty() {
            true => later.signed.or(self.signed),
            false => later.signed,
        };
        self.causes = later.causes.or(self.causes.take());
        self.first_and_last = match (self.first_and_last, later.first_and_last) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (earlier, later) => earlier.or(later),
        };
        self.unread += later.unread;
        self.strange += later.strange;
        self.strange_schema = self.strange_schema.or(later.strange_schema);
        self.erased.extend(later.erased);
        self.recoveries.extend(later.recoveries);
        for (hash, named) in later.files {
            self.files.entry(hash).or_insert(named);
        }
    }
}

/// A signed head whose signature holds, and where it lies.
struct SignedHead {
    checkpoint: Checkpoint,
    place: String,
    /// Of a log that a recovery ended: it may speak of entries that were lost.
    earlier: bool,
}

/// All heads whose signatures hold; those that don't are faults.
fn heads(verifier: &Verifier, beside: &Beside, file: Option<&str>, verdict: &mut Verdict) -> Vec<SignedHead> {
    let mut heads = Vec::new();
    let mut known = BTreeSet::new();
    let rows = beside.notes.iter().map(|row| {
        (row.note.as_str(), format!("The head kept in the database for {} entries", row.size), Some(row.size))
    });
    let file = file.map(|note| (note, "The head in the file `checkpoint`".to_owned(), None));
    if file.is_none() && !beside.notes.is_empty() {
        verdict.completeness.add(
            "The file `checkpoint` is missing: the last signed head is kept there, apart from the database, so that an older \
             database would be noticed. Restore it from a backup.",
        );
    }
    for (note, place, size) in rows.chain(file) {
        match open(note, verifier) {
            Err(error) => verdict.integrity.add(format!("{place} doesn't hold: {error}.")),
            Ok((checkpoint, _)) if size.is_some_and(|size| u64::try_from(size) != Ok(checkpoint.size)) => {
                verdict.integrity.add(format!("{place} speaks of {} entries.", checkpoint.size));
            }
            Ok((checkpoint, earlier)) => {
                // The same head was often signed again while the ledger was idle.
                if known.insert((checkpoint.size, checkpoint.root, checkpoint.origin.clone())) {
                    heads.push(SignedHead { checkpoint, place, earlier });
                }
            }
        }
    }
    heads
}

/// Opens a head of this log, or of one that a recovery ended: same key, earlier name.
fn open(note: &str, verifier: &Verifier) -> Result<(Checkpoint, bool), NoteError> {
    let now = match Checkpoint::open(note, verifier) {
        Ok(checkpoint) => return Ok((checkpoint, false)),
        Err(error) => error,
    };
    let name = note.lines().next().unwrap_or_default();
    match renamed(verifier, name) {
        Some(earlier) if is_earlier(name, verifier.name()) => Ok((Checkpoint::open(note, &earlier)?, true)),
        _ => Err(now),
    }
}

/// `stem` and `stem/r2` come before `stem/r3`.
fn is_earlier(name: &str, now: &str) -> bool {
    let generation = |name: &str| match name.rsplit_once("/r") {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
            (stem.to_owned(), number.parse().unwrap_or(1_u32))
        }
        _ => (name.to_owned(), 1),
    };
    let ((stem, earlier), (same, current)) = (generation(name), generation(now));
    stem == same && earlier < current
}

/// The same key under another name (c2sp.org/signed-note: the id covers both).
fn renamed(verifier: &Verifier, name: &str) -> Option<Verifier> {
    let vkey = verifier.to_string();
    // A name has no `+` in it, the key's base64 may.
    let key = vkey.splitn(3, '+').nth(2)?;
    let bytes = STANDARD.decode(key).ok()?;
    let id = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&bytes).finalize();
    format!("{name}+{}+{key}", hex::encode(&id[..4])).parse().ok()
}

/// What the seal found, under the two verdicts.
fn sort(report: &seal::Report, beside: &Beside, heads: &[SignedHead], seen: &Seen, verdict: &mut Verdict) {
    for fault in report.faults.kept() {
        match &fault.what {
            What::Missing { .. } | What::NodeMissing { .. } => verdict.completeness.add(fault.to_string()),
            What::Unreadable(_)
            | What::OutOfPlace { .. }
            | What::BrokenChain { .. }
            | What::TimeWentBack { .. }
            | What::PartChanged(_)
            | What::SaltMissing(_)
            | What::PartMissing(_)
            | What::SaltLength(..)
            | What::FactsGone
            | What::WordsAdded
            | What::CaseOutOfStep { .. }
            | What::CopyDiffers { .. }
            | What::NodeDiffers { .. }
            | What::NodeUnknown { .. } => verdict.integrity.add(fault.to_string()),
        }
    }
    if let Some(schema) = seen.strange_schema {
        let entries = counted(seen.strange, "entry is", "entries are");
        verdict.completeness.add(format!(
            "{entries} of a schema that this version doesn't know, such as schema {schema}: their seals were checked, and what they say was \
             not. Check with the version that wrote them."
        ));
    }
    // What was erased may be said by an entry of another schema.
    let unexplained = |seq: &&u64| seen.strange == 0 && !seen.erased.contains(seq);
    for seq in report.gone.iter().filter(unexplained) {
        verdict.integrity.add(format!(
            "The words of entry {seq} are gone without a recorded erasure: no entry of the kind {} names it.",
            Record::ERASED
        ));
    }
    let more = report.faults.total() - report.faults.kept().len() as u64;
    if more > 0 {
        verdict.integrity.add(format!("{more} more faults inside the ledger."));
    }
    for strange in &beside.strange_nodes {
        verdict.integrity.add(strange.clone());
    }
    if beside.rows > report.entries {
        verdict.integrity.add(match beside.rows - report.entries {
            1 => "One row of the ledger has a number that no entry can have, so it was put there.".to_owned(),
            rows => format!("{rows} rows of the ledger have numbers that no entry can have, so they were put there."),
        });
    }
    for (signed, head) in heads.iter().zip(&report.heads) {
        let Err(fault) = &head.verdict else { continue };
        let size = signed.checkpoint.size;
        if signed.earlier && seen.recoveries.iter().any(|(_, lost_from)| *lost_from < size) {
            let entry = seen.recoveries.iter().find(|(_, lost_from)| *lost_from < size).map_or(0, |(seq, _)| *seq);
            verdict.notes.push(format!(
                "A head of the earlier log {} over {size} entries doesn't fit any more; the loss was accepted and is recorded in \
                 entry {entry}.",
                signed.checkpoint.origin
            ));
            continue;
        }
        let sentence = format!("{}: {fault}", signed.place);
        match fault {
            HeadFault::Shorter { .. } | HeadFault::Unknowable { .. } => verdict.completeness.add(sentence),
            HeadFault::OtherRoot { .. } => verdict.integrity.add(sentence),
        }
    }
}

/// Whether every other table says what follows from the ledger. That can only be asked of a ledger that is whole.
async fn tables(
    data: &Path,
    report: &seal::Report,
    beside: &Beside,
    seen: &Seen,
    verdict: &mut Verdict,
) -> Result<(), AuditError> {
    if report.faults.total() > 0 || beside.rows != report.entries || seen.strange > 0 {
        let why = "The tables beside the ledger were not compared with it: that is done once the ledger is whole.";
        verdict.notes.push(why.to_owned());
        return Ok(());
    }
    match rebuild::differences(data).await {
        Ok(differences) => {
            for it in differences {
                let rows = counted(it.rows, "row", "rows");
                verdict.integrity.add(format!(
                    "Tables: {} says something else than the ledger in {rows}: {}.",
                    it.table,
                    it.named.join("; ")
                ));
            }
            Ok(())
        }
        Err(RebuildError::Entry { seq, why, .. }) => {
            let sentence =
                format!("Tables: they can't be made again from the ledger, since entry {seq} can't be read: {why}.");
            verdict.integrity.add(sentence);
            Ok(())
        }
        Err(error) => Err(AuditError::Compare(Box::new(error))),
    }
}

/// The bytes of every file that an entry names.
fn files(data: &Path, seen: &Seen, verdict: &mut Verdict) -> Result<(), AuditError> {
    for (hash, (seq, name)) in &seen.files {
        let path = blob_path(data, hash);
        match sha256_of(&path) {
            Ok(found) if found == *hash => {}
            Ok(found) => verdict.integrity.add(format!(
                "The file “{name}” of entry {seq} was changed: its bytes have the hash {found}, the entry says {hash} ({}).",
                path.display()
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => verdict.completeness.add(format!(
                "The file “{name}” of entry {seq} is missing: {} is not there.",
                path.display()
            )),
            Err(source) => return Err(AuditError::Io { path, source }),
        }
    }
    Ok(())
}

/// Whether the secret of causes is the one that the ledger was written under. Nobody needs it to check a ledger, so it may be
/// kept from whoever does.
fn secret(data: &Path, seen: &Seen, verdict: &mut Verdict) -> Result<(), AuditError> {
    let Some((seq, mark)) = &seen.causes else { return Ok(()) };
    let file = folder::cause_secret_file(data);
    match folder::cause_secret(data) {
        Ok(secret) if Causes::new(secret).mark() == *mark => {}
        Ok(_) => verdict.integrity.add(format!(
            "{} is not the secret that the ledger was written under, as entry {seq} has it: what platforms tell again would count twice. \
             Restore it from your backup of the keys; `countersign recover` is the way on without.",
            file.display()
        )),
        Err(FolderError::CauseSecretLost(_)) => verdict.notes.push(format!(
            "{} is not there or no key, so it was not compared. A bot doesn't start without it; nobody needs it to check a ledger.",
            file.display()
        )),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Whether the heads are there of which the ledger itself shows that they were signed. A bot records at its start how much of
/// the ledger was signed until then; and one that works signs when it starts and every minute, whatever else it does.
fn vouched_for(heads: &[SignedHead], seen: &Seen, verdict: &mut Verdict) {
    let newest = heads.iter().filter(|head| !head.earlier).map(|head| head.checkpoint.size).max();
    if let Some((seq, signed)) = seen.signed
        && newest.is_none_or(|size| size < signed)
    {
        let there =
            newest.map_or_else(|| "none is there".to_owned(), |size| format!("the last one here covers {size}"));
        verdict.completeness.add(format!(
            "A head over {signed} entries was signed before entry {seq}, which says so, but {there}: heads were taken away. Without them \
             nothing shows that the ledger wasn't cut off or written anew. Restore the file `checkpoint` from where you keep it."
        ));
        return;
    }
    let worked = seen.first_and_last.map_or(Span::ZERO, |(first, last)| last - first);
    if newest.is_none() && worked > SIGNED_WITHIN {
        verdict.completeness.add(format!(
            "No head was ever signed, or all were taken away, though the ledger was written over {worked} and a bot signs one when it \
             starts: nothing vouches for the order of the entries, nor for their being all. If heads can't be signed, `/healthz` and the \
             log say why; else restore the file `checkpoint` from where you keep it."
        ));
    }
}

/// What was never kept, by case.
fn not_kept(seen: &mut Seen, verdict: &mut Verdict) {
    seen.not_kept.sort_by_key(|(case, seq, _)| (*case, *seq));
    for (case, seq, file) in &seen.not_kept {
        let of = case.map_or_else(|| "Of no case".to_owned(), |case| case.to_string());
        verdict.never_kept.push(format!("{of}, entry {seq}: {file}."));
    }
}

/// SHA-256 of a file, in hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn notes(report: &seal::Report, heads: &[SignedHead], seen: &Seen, verdict: &mut Verdict) {
    let note = |count: u64, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("One entry {one}")),
        _ => Some(format!("{count} entries {more}")),
    };
    let signed = heads.iter().filter(|head| !head.earlier).map(|head| head.checkpoint.size).max();
    match signed {
        None if report.size > 0 => verdict.notes.push(
            "No head is there, so nothing vouches for the order of the entries: a ledger whose end was cut off, or all of which was \
             written anew, would look the same."
                .to_owned(),
        ),
        signed => {
            let unsigned = report.size.saturating_sub(signed.unwrap_or(0));
            verdict.notes.extend(note(
                unsigned,
                "came after the last signed head; it will be covered by the next one.",
                "came after the last signed head; they will be covered by the next one.",
            ));
        }
    }
    let erased = report.gone.iter().filter(|seq| seen.erased.contains(seq)).count() as u64;
    verdict.notes.extend(note(
        erased,
        "has no words any more: they were erased, and the ledger says why. Its facts are there.",
        "have no words any more: they were erased, and the ledger says why. Their facts are there.",
    ));
    verdict.notes.extend(note(
        seen.manual,
        "was made on a manual clock: its time is a demonstration's or a test's.",
        "were made on a manual clock: their times are a demonstration's or a test's.",
    ));
    verdict.notes.extend(note(
        seen.unread,
        "can't be read by this version; its seal was checked all the same.",
        "can't be read by this version; their seals were checked all the same.",
    ));
    for (seq, lost_from) in &seen.recoveries {
        verdict
            .notes
            .push(format!("Entry {seq} records that entries from {lost_from} on were lost and the loss was accepted."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Signer;

    #[test]
    fn heads_of_earlier_logs_open_with_the_same_key() {
        // Among these there are keys with a `+` in their base64.
        for seed in 0..40 {
            let signer = |name| Signer::from_seed(name, &[seed; 32]).unwrap();
            let note = |name| Checkpoint::of(&signer(name), 3, seal::Hash::ZERO).sign(&signer(name)).unwrap();
            let now = signer("countersign.local/ab/r3");
            let check = |name: &'static str| open(&note(name), now.verifier()).map(|(_, earlier)| earlier).ok();
            assert_eq!(check("countersign.local/ab/r3"), Some(false));
            assert_eq!(check("countersign.local/ab/r2"), Some(true));
            assert_eq!(check("countersign.local/ab"), Some(true));
            assert_eq!(check("countersign.local/ab/r4"), None, "a later log than the one there is");
            assert_eq!(check("countersign.local/cd/r2"), None, "another ledger");
            let stranger = Signer::from_seed("countersign.local/ab", &[99; 32]).unwrap();
            let forged = Checkpoint::of(&stranger, 3, seal::Hash::ZERO).sign(&stranger).unwrap();
            assert!(open(&forged, now.verifier()).is_err(), "the same name under another key");
        }
    }
}
