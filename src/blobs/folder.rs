//! Files in the data folder: `blobs/xx/NAME`, xx being the first two letters of the name. It is the SHA-256 of the content in hexadecimal;
//! where files lie encrypted, it is what stands for that.

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
    keep_as(folder, &name, bytes)?;
    Ok(name)
}

/// The same, under a name that stands for these very bytes.
pub(super) fn keep_as(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
    let path = blob_path(folder, name);
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
    Ok(())
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

/// Where a kept file lies.
pub fn blob_path(folder: &Path, name: &str) -> PathBuf {
    folder.join("blobs").join(name.get(..2).unwrap_or("00")).join(name)
}
