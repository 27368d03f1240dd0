//! `countersign verify --data DIR`: reads the whole ledger, and everything that must agree with it, and says in two verdicts
//! whether it is what was recorded (integrity) and whether all of it is there (completeness).
//!
//! It takes no lock and changes nothing, so it also runs beside a working bot, and on a medium that can only be read: what is
//! recorded meanwhile isn't looked at. Where the ledger is whole, the tables that follow from it are made again from it in a
//! temporary file and compared, since what the bot decides next it decides by them. What it checks signatures with is the
//! key in the folder: whoever holds the folder holds that too, so an auditor gives the key and the head that he has from elsewhere.

mod handed;
mod heads;
mod missed;
mod seen;
mod stamped;
mod verdict;
mod withheld;

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use self::handed::{handed_on, is_of, key_changes};
pub(crate) use self::heads::open_given;
use self::heads::{SignedHead, cosignatures, heads, vouched_for};
pub use self::missed::{Missed, Stretch, Stretches};
use self::seen::Seen;
pub use self::verdict::{Fault, Found, Key, KeyFrom, Place, Verdict};
use super::rebuild::{self, RebuildError};
use crate::blobs::{BlobError, Blobs, Checked};
use crate::domain::text::counted;
use crate::ledger::folder::{self, Folder, FolderError};
use crate::ledger::record::{Causes, Record};
use crate::seal::{
    self, Audit, Copies, HeadFault, KeyError, KeyRing, Row, SEGMENT_ENTRIES, Salted, Segment, Verifier, What,
};
use crate::store::{self, Beside, Scan, StoreError};

/// Segments that are checked at the same time, each on a connection of its own: as many as the machine has cores.
fn side_by_side() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get)
}

/// Why nothing could be found out. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
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
    #[error(
        "the key given isn't one: {0}. Give the text of the ledger's keys/ledger.vkey, as it was when it was handed to you."
    )]
    Key(#[from] KeyError),
}

/// What whoever checks has from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The ledger's public key.
    pub key: Option<&'a str>,
    /// A head of the ledger that was kept: the text of a signed note.
    pub head: Option<&'a str>,
}

/// Checks a data folder.
///
/// # Errors
/// [`AuditError`] where nothing can be said; what is wrong with the evidence is in the verdict.
pub async fn verify(data: &Path) -> Result<Verdict, AuditError> {
    verify_given(data, Given::default()).await
}

/// As [`verify`], and whether the ledger is the one of the key that was given, and goes on from the head that was.
///
/// # Errors
/// As [`verify`]; [`AuditError::Key`].
pub async fn verify_given(data: &Path, given: Given<'_>) -> Result<Verdict, AuditError> {
    let key = given.key.map(|key| key.trim().parse::<Verifier>()).transpose()?;
    let database = data.join(Folder::DATABASE);
    loop {
        let (verdict, size) = store::undisturbed(&database, || look(data, key.as_ref(), given.head)).await?;
        // A bot at work took words out meanwhile: what was read before and after that doesn't fit together.
        let mut scan = Scan::open(&database).await?;
        let changed = scan.was_taken_from_since(size).await?;
        scan.close().await?;
        if !changed {
            return Ok(verdict);
        }
    }
}

/// The verdict, and how many entries there were.
async fn look(data: &Path, pinned: Option<&Verifier>, given: Option<&str>) -> Result<(Verdict, u64), AuditError> {
    let verifier = folder::verifier(data)?;
    let mut verdict = Verdict::default();
    let blobs = match Blobs::of(data) {
        Ok(blobs) => Some(blobs),
        // Nobody needs a secret to check the rest.
        Err(BlobError::Folder(closed @ (FolderError::Sealed(_) | FolderError::OtherPassphrase(_)))) => {
            verdict.notes.push(format!("No file that came with a message was looked at. {closed}"));
            None
        }
        Err(BlobError::Folder(lost @ (FolderError::FileSecretLost(_) | FolderError::KeyBroken(..)))) => {
            let why = format!("No file that came with a message was looked at. {lost}");
            verdict.completeness.add(Place::File("keys/files.secret".to_owned()), why);
            None
        }
        Err(error) => return Err(error.into()),
    };
    let blobs = blobs.as_ref();
    // The file before the database: a head is signed only over what is on the disk already.
    let file = folder::checkpoint_file(data)?;
    let database = data.join(Folder::DATABASE);
    let mut scan = Scan::open(&database).await?;
    let beside = scan.beside().await?;
    let damage = scan.damage().await.map_err(|source| AuditError::Damaged { near: 0, source })?;
    scan.close().await?;

    let ring = KeyRing::of(verifier.clone(), key_changes(&beside), folder::retired(data)?);
    let heads = heads(&ring, &beside, file.as_deref(), given, &mut verdict);
    cosignatures(&beside, &mut verdict);
    let mut audit = Audit::against(heads.iter().map(|head| head.checkpoint.clone()).collect());
    let (mut seen, mut files) = (Seen::default(), Files::default());
    // Numbers far beyond what there is would only be counted through.
    let readable = beside.size.min(beside.rows + SEGMENT_ENTRIES);
    let segments = readable.div_ceil(SEGMENT_ENTRIES);
    let fresh: Vec<Segment> = (0..segments).map(|nth| audit.segment(nth)).collect();
    let mut checked = stream::iter(fresh)
        .map(|segment| tokio::spawn(check(database.clone(), segment, readable)))
        .buffered(side_by_side());
    while let Some(done) = checked.next().await {
        let (segment, part) = done??;
        audit.join(segment);
        files.check(blobs, &part, &mut verdict).await?;
        seen.take(part);
    }
    audit.check_nodes(beside.nodes.iter().copied());
    let report = audit.finish();
    seen.still_there = still_there(&database, &report, &seen).await?;
    let withheld = withheld::withheld(&database, blobs, &report, &seen, &mut files, &mut verdict).await?;
    for line in damage {
        verdict
            .integrity
            .add(Folder::DATABASE, format!("{}, in the words of SQLite's own check: {line}.", Folder::DATABASE));
    }
    let heads_hold = sort(&report, &beside, &heads, &seen, &mut verdict);
    tables(data, &report, &beside, &seen, heads_hold, &mut verdict).await?;
    secret(data, &seen, &mut verdict)?;
    handed_on(data, &ring, &beside, &seen, &mut verdict)?;
    stamped::stamps(data, &seen.stamps, &beside, &mut verdict)?;
    if let Some(pinned) = pinned {
        is_of(pinned, &ring, &beside, &heads, &mut verdict);
    }
    vouched_for(&heads, &seen, &mut verdict);
    not_kept(&seen, &mut verdict);
    notes(&report, &heads, &seen, withheld, &mut verdict);
    let own = heads.iter().filter(|head| !head.earlier && !head.given).map(|head| &head.checkpoint);
    verdict.head = own.max_by_key(|head| head.size).cloned();
    verdict.key = Some(pinned.map_or(Key::new(&verifier, KeyFrom::Beside), |key| Key::new(key, KeyFrom::Given)));
    verdict.missed = std::mem::take(&mut seen.missed);
    verdict.counts = vec![
        ("entries", report.entries),
        ("heads", heads.iter().filter(|head| !head.given).count() as u64),
        ("nodes", beside.nodes.len() as u64),
        ("files", files.count()),
        ("erased", report.gone.iter().filter(|seq| seen.erased.contains(*seq)).count() as u64),
        ("withheld", withheld),
        ("manual_clock", seen.manual),
        ("unread", seen.unread),
    ];
    verdict.checked = format!(
        "Checked {} of {}, {}, {} of the tree and {}.",
        counted(report.entries, "entry", "entries"),
        verifier.name(),
        counted(heads.len() as u64, "signed head", "signed heads"),
        counted(beside.nodes.len() as u64, "kept node", "kept nodes"),
        counted(files.count(), "file", "files")
    );
    Ok((verdict, beside.size))
}

/// Entries that are named as erased or withheld, and have their words.
async fn still_there(database: &Path, report: &seal::Report, seen: &Seen) -> Result<Vec<u64>, AuditError> {
    let all = seen.erased.iter().chain(seen.withheld.iter().filter(|seq| !seen.erased.contains(*seq)));
    let named: Vec<u64> = all.filter(|seq| !report.gone.contains(*seq)).collect();
    if named.is_empty() {
        return Ok(named);
    }
    let mut scan = Scan::open(database).await?;
    let mut there = Vec::new();
    for seq in named {
        scan.each(seq..seq + 1, |raw| there.extend(raw.words.map(|_| seq))).await?;
    }
    scan.close().await?;
    Ok(there)
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

/// What the seal found, under the two verdicts. Whether the ledger is the one that its own heads were signed over.
fn sort(report: &seal::Report, beside: &Beside, heads: &[SignedHead], seen: &Seen, verdict: &mut Verdict) -> bool {
    for fault in report.faults.kept() {
        match &fault.what {
            What::Missing { .. } | What::NodeMissing { .. } => verdict.completeness.add(fault.seq, fault.to_string()),
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
            | What::NodeUnknown { .. } => verdict.integrity.add(fault.seq, fault.to_string()),
        }
    }
    if let Some(schema) = seen.strange_schema {
        let entries = counted(seen.strange, "entry is", "entries are");
        verdict.completeness.add(Place::Whole, format!(
            "{entries} of a schema that this version doesn't know, such as schema {schema}: their seals were checked, and what they say was \
             not. Check with the version that wrote them."
        ));
    }
    // What was erased may be said by an entry of another schema.
    let unexplained = |seq: &u64| seen.strange == 0 && !seen.erased.contains(*seq) && !seen.withheld.contains(*seq);
    for seq in report.gone.iter().filter(unexplained) {
        verdict.integrity.add(
            seq,
            format!(
                "The words of entry {seq} are gone without a recorded erasure: no entry of the kind {} names it.",
                Record::ERASED
            ),
        );
    }
    for seq in &seen.still_there {
        verdict.integrity.add(*seq, format!(
            "The words of entry {seq} are named as {} and are still there: that wasn't carried out to its end. Start the bot, which does \
             it before anything else.",
            if seen.erased.contains(*seq) { "erased" } else { "withheld" }
        ));
    }
    let more = report.faults.total() - report.faults.kept().len() as u64;
    if more > 0 {
        verdict.integrity.add(Place::Whole, format!("{more} more faults inside the ledger."));
    }
    for strange in &beside.strange_nodes {
        verdict.integrity.add(of_table("tree_node"), strange.clone());
    }
    if beside.rows > report.entries {
        verdict.integrity.add(
            of_table("ledger"),
            match beside.rows - report.entries {
                1 => "One row of the ledger has a number that no entry can have, so it was put there.".to_owned(),
                rows => {
                    format!("{rows} rows of the ledger have numbers that no entry can have, so they were put there.")
                }
            },
        );
    }
    let mut heads_hold = true;
    for (signed, head) in heads.iter().zip(&report.heads) {
        let size = signed.checkpoint.size;
        let Err(fault) = &head.verdict else {
            if signed.given {
                verdict.notes.push(format!(
                    "The ledger goes on from the head given: its first {size} entries are those that it was signed over."
                ));
            }
            continue;
        };
        if signed.earlier && seen.recoveries.iter().any(|(_, lost_from)| *lost_from < size) {
            let entry = seen.recoveries.iter().find(|(_, lost_from)| *lost_from < size).map_or(0, |(seq, _)| *seq);
            verdict.notes.push(format!(
                "A head of the earlier log {} over {size} entries doesn't fit any more; the loss was accepted and is recorded in \
                 entry {entry}.",
                signed.checkpoint.origin
            ));
            continue;
        }
        if signed.given {
            given_differs(fault, verdict);
            continue;
        }
        heads_hold = false;
        let sentence = format!("{}: {fault}", signed.place);
        match fault {
            HeadFault::Shorter { .. } | HeadFault::Unknowable { .. } => {
                verdict.completeness.add(Place::Head(size), sentence)
            }
            HeadFault::OtherRoot { .. } => verdict.integrity.add(Place::Head(size), sentence),
        }
    }
    heads_hold
}

/// The ledger doesn't go on from the head that was given.
fn given_differs(fault: &HeadFault, verdict: &mut Verdict) {
    match fault {
        HeadFault::Shorter { signed, found } => verdict.completeness.add(
            Place::Given,
            format!(
                "The head given covers {signed} entries, and the ledger has only {found}: its end was cut off, or this is an older copy of it."
            ),
        ),
        HeadFault::Unknowable { size, missing } => verdict.completeness.add(
            Place::Given,
            format!("Whether the ledger goes on from the head given, over {size} entries, can't be told, since entry {missing} is missing."),
        ),
        HeadFault::OtherRoot { size, signed, found } => verdict.integrity.add(
            Place::Given,
            format!(
                "Over its first {size} entries the ledger has the root {found}, and the head given was signed over {signed}: one of them was changed \
                 since, or the log was shown in two versions."
            ),
        ),
    }
}

/// Whether every other table says what follows from the ledger. That can only be asked of a ledger that is whole.
async fn tables(
    data: &Path,
    report: &seal::Report,
    beside: &Beside,
    seen: &Seen,
    heads_hold: bool,
    verdict: &mut Verdict,
) -> Result<(), AuditError> {
    if report.faults.total() > 0 || beside.rows != report.entries || seen.strange > 0 || !heads_hold {
        let why = "The tables beside the ledger were not compared with it: that is done once the ledger is whole.";
        verdict.notes.push(why.to_owned());
        return Ok(());
    }
    match rebuild::differences(data).await {
        Ok(differences) => {
            for it in differences {
                let rows = counted(it.rows, "row", "rows");
                let named = it.named.join("; ");
                let says = format!("Tables: {} says something else than the ledger in {rows}: {named}.", it.table);
                verdict.integrity.add(Place::Table { table: it.table, rows: it.named }, says);
            }
            Ok(())
        }
        Err(RebuildError::Entry { seq, why, .. }) => {
            let sentence =
                format!("Tables: they can't be made again from the ledger, since entry {seq} can't be read: {why}.");
            verdict.integrity.add(seq, sentence);
            Ok(())
        }
        Err(error) => Err(AuditError::Compare(Box::new(error))),
    }
}

fn of_table(table: &str) -> Place {
    Place::Table { table: table.to_owned(), rows: Vec::new() }
}

/// The files that entries name, each looked at once. What is kept of one is eight bytes; under a key that nobody else knows, so that
/// nobody can make two files that are taken for one.
#[derive(Default)]
struct Files {
    key: RandomState,
    known: HashSet<u64>,
}

impl Files {
    fn count(&self) -> u64 {
        self.known.len() as u64
    }

    async fn check(&mut self, blobs: Option<&Blobs>, seen: &Seen, verdict: &mut Verdict) -> Result<(), AuditError> {
        let Some(blobs) = blobs else { return Ok(()) };
        for (hash, (seq, name)) in &seen.files {
            if self.known.insert(self.key.hash_one(hash)) {
                file(blobs, hash, *seq, name, verdict).await?;
            }
        }
        Ok(())
    }
}

/// The bytes of a file that an entry names.
async fn file(blobs: &Blobs, hash: &str, seq: i64, name: &str, verdict: &mut Verdict) -> Result<(), AuditError> {
    let place = Place::File(blobs.place_in_folder(hash));
    match blobs.check(hash).await? {
        Checked::Good => {}
        Checked::Changed(found) => verdict.integrity.add(place, format!(
            "The file “{name}” of entry {seq} was changed: its bytes have the hash {found}, the entry says {hash} ({}).",
            blobs.place(hash)
        )),
        Checked::NotOpened => verdict.integrity.add(place, format!(
            "The file “{name}” of entry {seq} was changed: the key of the files doesn't open {}.",
            blobs.place(hash)
        )),
        Checked::Missing => verdict.completeness.add(place, format!(
            "The file “{name}” of entry {seq} is missing: {} is not there.",
            blobs.place(hash)
        )),
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
        Ok(_) => verdict.integrity.add(&file.display().to_string(), format!(
            "{} is not the secret that the ledger was written under, as entry {seq} has it: what platforms tell again would count twice. \
             Restore it from your backup of the keys; `countersign recover` is the way on without.",
            file.display()
        )),
        Err(FolderError::CauseSecretLost(_)) => verdict.notes.push(format!(
            "{} is not there or no key, so it was not compared. A bot doesn't start without it; nobody needs it to check a ledger.",
            file.display()
        )),
        Err(FolderError::Sealed(_) | FolderError::OtherPassphrase(_)) => verdict.notes.push(format!(
            "{} is sealed with a passphrase that wasn't given, so it was not compared. Nobody needs it to check a ledger.",
            file.display()
        )),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What was never kept, by case.
fn not_kept(seen: &Seen, verdict: &mut Verdict) {
    verdict.never_kept_more = seen.not_kept.count - seen.not_kept.first.len() as u64;
    for (case, seq, file) in &seen.not_kept.first {
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

fn notes(report: &seal::Report, heads: &[SignedHead], seen: &Seen, withheld: u64, verdict: &mut Verdict) {
    let note = |count: u64, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("One entry {one}")),
        _ => Some(format!("{count} entries {more}")),
    };
    let signed = heads.iter().filter(|head| !head.earlier && !head.given).map(|head| head.checkpoint.size).max();
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
    let erased = report.gone.iter().filter(|seq| seen.erased.contains(*seq)).count() as u64;
    verdict.notes.extend(note(
        erased,
        "has no words any more: they were erased, and the ledger says why. Its facts are there.",
        "have no words any more: they were erased, and the ledger says why. Their facts are there.",
    ));
    verdict.notes.extend(note(
        withheld,
        "has words that nobody can read: they are withheld until they may be erased. They are what was recorded.",
        "have words that nobody can read: they are withheld until they may be erased. They are what was recorded.",
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
