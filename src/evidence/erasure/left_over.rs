//! What else holds words that are taken out of the database: files that came with them, the index of what was said, bundles that wait to be
//! fetched. The file `erased-files` is in the data folder from before the words go until all of that is gone, with a name under which a file
//! lies on each line. It is looked for at each start and from time to time, so that neither a process that died nor a bucket that didn't
//! answer, or keeps a file under a lock, leaves anything behind for good.
//!
//! Nothing says any more what was in a file, so before it is removed it is looked whether an entry names it: the same may have come again.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::carry_out::ErasureError;
use crate::blobs::{BlobError, Blobs};
use crate::ledger::record::Record;
use crate::ledger::{self, Subjects, folder};
use crate::store::{Raw, Scan};

/// In the data folder.
pub const FILE: &str = "erased-files";

/// Whether anything is left, and what kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// Another try soon may do.
    ForNow,
    /// Somebody has to do something first, or a lock has to end.
    ForLong,
}

/// Whether something may be left.
pub fn has_begun(data: &Path) -> bool {
    data.join(FILE).exists()
}

/// From now on something may be left.
///
/// # Errors
/// The file's.
pub fn begin(data: &Path) -> Result<(), ErasureError> {
    match has_begun(data) {
        true => Ok(()),
        false => put(data, &BTreeSet::new()),
    }
}

fn read(data: &Path) -> Result<BTreeSet<String>, ErasureError> {
    let path = data.join(FILE);
    match std::fs::read_to_string(&path) {
        // A name is a path's part.
        Ok(text) => Ok(text.lines().filter(|name| is_name(name)).map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(source) => Err(ErasureError::Io { path, source }),
    }
}

fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn put(data: &Path, names: &BTreeSet<String>) -> Result<(), ErasureError> {
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    Ok(folder::replace(&data.join(FILE), text.as_bytes()).map_err(BlobError::from)?)
}

fn end(data: &Path) -> Result<(), ErasureError> {
    let path = data.join(FILE);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ErasureError::Io { path, source }),
        _ => Ok(()),
    }
}

/// Notes the files of words that are about to be erased, by their SHA-256.
///
/// # Errors
/// The file's.
pub fn note(data: &Path, blobs: &Blobs, files: &BTreeSet<String>) -> Result<(), ErasureError> {
    if files.is_empty() {
        return Ok(());
    }
    let mut names = read(data)?;
    names.extend(files.iter().flat_map(|sha256| blobs.names(sha256)));
    put(data, &names)
}

/// Removes files that are noted and that no entry names; everything else is gone by then. What a bucket doesn't give up stays noted, and keeps nothing else from being removed.
///
/// # Errors
/// The database's and the folder's.
pub async fn sweep(data: &Path, blobs: &Blobs) -> Result<Left, ErasureError> {
    let mut names = read(data)?;
    if !names.is_empty() {
        let named = named(data, blobs).await?;
        names.retain(|name| !named.contains(name));
    }
    let mut left = Left::Nothing;
    for name in names.clone() {
        match blobs.remove(&name).await {
            Ok(()) => drop(names.remove(&name)),
            Err(error @ (BlobError::Bucket { .. } | BlobError::Denied { .. } | BlobError::NoBucket(_))) => {
                left = if error.may_pass() && left != Left::ForLong { Left::ForNow } else { Left::ForLong };
                let place = blobs.place_of(&name);
                tracing::error!("a file of words that were erased is still there, {place}; it is tried again: {error}");
            }
            Err(error @ BlobError::Locked { .. }) => {
                left = Left::ForLong;
                let opens = if blobs.are_sealed() {
                    ". Nobody can read it: what opens it was erased with the words"
                } else {
                    ""
                };
                tracing::error!("a file of words that were erased is still there; it is tried again: {error}{opens}");
            }
            Err(
                error @ (BlobError::Folder(_)
                | BlobError::Io { .. }
                | BlobError::Place { .. }
                | BlobError::Unnamed { .. }
                | BlobError::Moved { .. }
                | BlobError::NoCredentials(_)
                | BlobError::NotSealedSo { .. }
                | BlobError::NotLockable(_)),
            ) => return Err(error.into()),
        }
    }
    match names.is_empty() {
        true => end(data)?,
        false => put(data, &names)?,
    }
    Ok(left)
}

/// The names of all files that entries name, also those of words that are withheld.
async fn named(data: &Path, blobs: &Blobs) -> Result<BTreeSet<String>, ErasureError> {
    let mut named = BTreeSet::new();
    let mut scan = Scan::open_with_withheld(&data.join(folder::Folder::DATABASE)).await?;
    let size = scan.size().await?;
    scan.each(0..size, |raw| named.extend(files_of(raw).iter().flat_map(|sha256| blobs.names(sha256)))).await?;
    scan.close().await?;
    Ok(named)
}

/// The SHA-256 of the files that an entry names.
pub(super) fn files_of(raw: &Raw<'_>) -> Vec<String> {
    let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    if raw.kind != "said.message" || raw.words.is_none() {
        return Vec::new();
    }
    let facts = text(raw.facts);
    if !facts.contains(r#""files":{"#) {
        return Vec::new();
    }
    let record = ledger::read(&text(Some(raw.leaf)), &facts, Some(&text(raw.words)), &Subjects::default());
    let files = record.as_ref().ok().and_then(Record::heard).map(|heard| heard.what.files()).unwrap_or_default();
    files.iter().map(|file| file.sha256.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_again_and_nothing_else_is_a_name() {
        let data = tempfile::tempdir().expect("a folder");
        assert_eq!(read(data.path()).expect("there is none"), BTreeSet::new());
        let blobs = Blobs::in_folder(data.path());
        let (one, two) = ("ab".repeat(32), "cd".repeat(32));
        note(data.path(), &blobs, &BTreeSet::new()).expect("nothing");
        assert!(!data.path().join(FILE).exists());
        for sha256 in [&one, &two, &one] {
            note(data.path(), &blobs, &BTreeSet::from([sha256.clone()])).expect("noted");
        }
        assert_eq!(read(data.path()).expect("it is read"), BTreeSet::from([one.clone(), two]));
        std::fs::write(data.path().join(FILE), format!("../countersign.db\n{one}\n\nxy\n")).expect("written");
        assert_eq!(read(data.path()).expect("it is read"), BTreeSet::from([one]));
        end(data.path()).expect("it goes");
        assert!(!has_begun(data.path()));
        begin(data.path()).expect("it begins");
        assert!(has_begun(data.path()) && read(data.path()).expect("it is read").is_empty());
    }
}
