//! `countersign backup DIR`: a copy of a data folder, also while a bot works there, that `verify --data` and `serve` take.
//!
//! In this order, so that no copy can be older than what was signed over it: first the signed head is read, then the database
//! is copied as it stands at one moment, then the files that its entries name, which were kept before the entries, what was
//! cosigned of other logs, and the heads of logs that a recovery ended. The head is written last: a copy that broke off has none, and is refused.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::blobs::{self, BlobError, Blobs};
use crate::evidence::erasure::{journal, left_over};
use crate::evidence::exports;
use crate::ledger::folder::{self, Folder, FolderError};
use crate::stamp::kept;
use crate::store::{self, StoreError};

/// Why there is no backup. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error("{0} isn't empty. Name a folder that doesn't exist yet.")]
    NotEmpty(PathBuf),
    #[error(
        "{0} is missing: it holds the files that came with messages, and without it this is no whole data folder. Put it back from an earlier \
         backup. Where there is none, make it empty (`mkdir -m 700 {0}`) and back up again; `countersign verify --data` then names \
         each file that is lost. Nothing was copied."
    )]
    NoBlobs(PathBuf),
    #[error("{path}: {source}. What was copied is no backup: delete it, and try again.")]
    Io { path: PathBuf, source: io::Error },
}

/// What was copied. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub out: PathBuf,
    pub blobs: usize,
    /// The bucket that the others are in, and how many are there. They weren't copied.
    pub in_bucket: Option<(String, u64)>,
    pub is_signed: bool,
    /// Heads of logs that a recovery ended.
    pub lost_heads: usize,
}

const NOT_COPIED: &str = "the copy names that bucket, so back it up as well, or have it keep its versions.";

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Copied { out, blobs, in_bucket, is_signed, lost_heads } = self;
        let out = out.display();
        let head = if *is_signed { "the signed head" } else { "no head, since none is signed yet" };
        let lost = match lost_heads {
            0 => String::new(),
            1 => " So is the head of the log that a recovery ended.".to_owned(),
            more => format!(" So are the heads of {more} logs that recoveries ended."),
        };
        let beside = match in_bucket {
            None => String::new(),
            Some((url, 1)) => format!(" One file is in {url} and was not copied: {NOT_COPIED}"),
            Some((url, files)) => format!(" {files} files are in {url} and were not copied: {NOT_COPIED}"),
        };
        write!(
            f,
            "The database, the keys, {blobs} files and {head} are in {out}.{lost}{beside}\nCheck it with `countersign verify --data {out}`. It holds \
             the signing key: keep it as well as the folder itself."
        )
    }
}

/// Copies the folder at `data` to `out`, which must not exist, or be empty.
///
/// # Errors
/// [`BackupError`].
pub async fn backup(data: &Path, out: &Path) -> Result<Copied, BackupError> {
    // Names the folder where it is none.
    folder::verifier(data)?;
    if fs::read_dir(out).is_ok_and(|mut there| there.next().is_some()) {
        return Err(BackupError::NotEmpty(out.to_owned()));
    }
    let kept = Blobs::as_they_lie(data)?;
    let blobs = data.join("blobs");
    if !blobs.is_dir() {
        return Err(BackupError::NoBlobs(blobs));
    }
    make(out)?;
    let head = folder::checkpoint_file(data)?;
    let database = out.join(Folder::DATABASE);
    store::copy(&data.join(Folder::DATABASE), &database).await?;
    sync(&database)?;
    copy_all(&data.join("keys"), &out.join("keys"))?;
    let (mark, to) = (data.join(folder::FILES_MARK), out.join(folder::FILES_MARK));
    if mark.exists() {
        fs::copy(&mark, &to).map_err(at(&mark))?;
        sync(&to)?;
    }
    let blobs = copy_all(&blobs, &out.join("blobs"))?;
    let in_bucket = kept.in_bucket().await?;
    if in_bucket.is_some() {
        let (from, to) = (data.join(blobs::BUCKET_FILE), out.join(blobs::BUCKET_FILE));
        fs::copy(&from, &to).map_err(at(&from))?;
        sync(&to)?;
    }
    // Without it this bot would cosign another history of a log that it has cosigned before.
    let witness = data.join(folder::WITNESS_FOLDER);
    if witness.is_dir() {
        copy_all(&witness, &out.join(folder::WITNESS_FOLDER))?;
    }
    // After the database: a stamp is on the disk before an entry names it.
    let stamps = data.join(kept::FOLDER);
    if stamps.is_dir() {
        copy_all(&stamps, &out.join(kept::FOLDER))?;
    }
    // After the files: what is to go of them, and what was exported and isn't recorded yet. A bot that goes on from the copy sees to both.
    for noted in [left_over::FILE, exports::NOTED, exports::NOTED_TAKEN] {
        let (from, to) = (data.join(noted), out.join(noted));
        match fs::copy(&from, &to) {
            Ok(_) => sync(&to)?,
            // There is nothing to see to, or the bot saw to it just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&from)(error)),
        }
    }
    // Last, so that it names whatever is out of the database that was copied: a later restore of an older one brings nobody back.
    let (erasures, to) = (data.join(journal::FILE), out.join(journal::FILE));
    if erasures.exists() {
        fs::copy(&erasures, &to).map_err(at(&erasures))?;
        sync(&to)?;
    }
    let mut lost_heads = 0;
    for lost in folder::lost_checkpoints(data)? {
        let to = out.join(lost.file_name().unwrap_or_default());
        fs::copy(&lost, &to).map_err(at(&lost))?;
        sync(&to)?;
        lost_heads += 1;
    }
    if let Some(head) = &head {
        let file = out.join("checkpoint");
        fs::write(&file, head).map_err(at(&file))?;
        sync(&file)?;
    }
    sync(out)?;
    Ok(Copied { out: out.to_owned(), blobs, in_bucket, is_signed: head.is_some(), lost_heads })
}

/// Copies everything but drafts, and counts the files.
fn copy_all(from: &Path, to: &Path) -> Result<usize, BackupError> {
    make(to)?;
    let mut files = 0;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let from = entry.map_err(at(from))?.path();
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            files += copy_all(&from, &to)?;
        } else if !folder::is_draft(&from) {
            fs::copy(&from, &to).map_err(at(&from))?;
            sync(&to)?;
            files += 1;
        }
    }
    sync(to)?;
    Ok(files)
}

fn make(folder: &Path) -> Result<(), BackupError> {
    folder::make_private_folder(folder).map_err(BackupError::Folder)
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { path, source }
}
