//! Stamps of heads in the data folder: of each the head as it was signed, and the authority's answer, so that `openssl ts` checks the
//! one by the other. The ledger names each by its SHA-256.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::ledger::folder::{self, FolderError};

/// Where they lie.
pub const FOLDER: &str = "stamps";

/// A stamp as it lies there.
pub struct Kept {
    /// The signed head, in a note (c2sp.org/tlog-checkpoint).
    pub note: String,
    pub reply: Vec<u8>,
}

/// The SHA-256 of an authority's answer, in hexadecimal, by which the ledger names it.
pub fn name_of(reply: &[u8]) -> String {
    hex::encode(Sha256::digest(reply))
}

/// What is stamped of a head: the SHA-256 of its note, as it is written.
pub fn imprint(note: &str) -> [u8; 32] {
    Sha256::digest(note).into()
}

/// Where a stamp lies below the data folder, without its ending: `.checkpoint` is the head, `.tsr` the answer. Of two heads of
/// one size, before a recovery and after it, each has its own.
pub fn place(size: u64, stamp: &str) -> String {
    format!("{FOLDER}/{size}-{}", stamp.get(..16).unwrap_or(stamp))
}

/// On the disk, both, when this returns.
///
/// # Errors
/// [`FolderError`]: the disk's.
pub fn keep(data: &Path, size: u64, note: &str, reply: &[u8]) -> Result<String, FolderError> {
    let stamp = name_of(reply);
    folder::make_private_folder(&data.join(FOLDER))?;
    let [head, answer] = files(data, size, &stamp);
    folder::replace(&head, note.as_bytes())?;
    folder::replace(&answer, reply)?;
    Ok(stamp)
}

/// The head and the answer.
fn files(data: &Path, size: u64, stamp: &str) -> [PathBuf; 2] {
    [".checkpoint", ".tsr"].map(|ending| data.join(place(size, stamp) + ending))
}

/// One of them, if it is there whole.
///
/// # Errors
/// The disk's.
pub fn read(data: &Path, size: u64, stamp: &str) -> std::io::Result<Option<Kept>> {
    let [head, answer] = files(data, size, stamp);
    let there = |path: &Path| match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let (Some(note), Some(reply)) = (there(&head)?, there(&answer)?) else { return Ok(None) };
    Ok(Some(Kept { note: String::from_utf8_lossy(&note).into_owned(), reply }))
}
