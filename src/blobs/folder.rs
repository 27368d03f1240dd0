//! Files in the data folder: `blobs/xx/SHA256`, xx being the first two digits of it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::ledger::folder::{DRAFT, FolderError, at, make_private_folder, sync_folder, write_through};

/// Keeps a file's bytes under their hash, in the data folder at `folder`. Returns the hash in hexadecimal. When this returns,
/// the file is whole and on the disk, whoever wrote it; one that lies there damaged is replaced.
///
/// # Errors
/// [`FolderError::Io`].
pub fn keep_blob(folder: &Path, bytes: &[u8]) -> Result<String, FolderError> {
    let name = hex::encode(Sha256::digest(bytes));
    let path = blob_path(folder, &name);
    let place = path.parent().unwrap_or(folder);
    if !place.exists() {
        make_private_folder(place)?;
        sync_folder(&folder.join("blobs"))?;
    }
    match holds(&path, bytes).map_err(at(&path))? {
        // Another writer may not have come as far as this yet, and its name for the file could still be lost.
        true => sync_folder(place)?,
        false => {
            let mut random = [0; 8];
            getrandom::fill(&mut random)?;
            let draft = path.with_extension(format!("{}.{DRAFT}", hex::encode(random)));
            let written = write_through(&draft, &path, bytes, OpenOptions::new().write(true).create_new(true));
            if written.is_err() {
                // Where even that fails, the next start sweeps it away.
                let _swept_later = fs::remove_file(&draft);
            }
            written?;
        }
    }
    Ok(name)
}

/// Whether the file is there with these very bytes.
fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(file) if file.len() != bytes.len() as u64 => Ok(false),
        Ok(_) => Ok(fs::read(path)? == bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where a kept file lies. `sha256` is its hash in hexadecimal.
pub fn blob_path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join("blobs").join(sha256.get(..2).unwrap_or("00")).join(sha256)
}
