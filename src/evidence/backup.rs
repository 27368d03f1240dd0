//! `countersign backup DIR`: a copy of a data folder, also while a bot works there, that `verify --data` and `serve` take.
//!
//! In this order, so that no copy can be older than what was signed over it: first the signed head is read, then the database
//! is copied as it stands at one moment, then the files that its entries name, which were kept before the entries, and the
//! heads of logs that a recovery ended. The head is written last: a copy that broke off has none, and is refused.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::ledger::folder::{self, Folder, FolderError};
use crate::store::{self, StoreError};

/// Why there is no backup. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
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
    pub is_signed: bool,
    /// Heads of logs that a recovery ended.
    pub lost_heads: usize,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Copied { out, blobs, is_signed, lost_heads } = self;
        let out = out.display();
        let head = if *is_signed { "the signed head" } else { "no head, since none is signed yet" };
        let lost = match lost_heads {
            0 => String::new(),
            1 => " So is the head of the log that a recovery ended.".to_owned(),
            more => format!(" So are the heads of {more} logs that recoveries ended."),
        };
        write!(
            f,
            "The database, the keys, {blobs} files and {head} are in {out}.{lost}\nCheck it with `countersign verify --data {out}`. It holds \
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
    let blobs = copy_all(&blobs, &out.join("blobs"))?;
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
    Ok(Copied { out: out.to_owned(), blobs, is_signed: head.is_some(), lost_heads })
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
