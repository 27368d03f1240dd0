//! Files that come with messages: how large one may be, and how its bytes are kept.

use std::path::Path;

use crate::ledger::folder::{FolderError, keep_blob};
use crate::ledger::heard::File;

/// The largest file that is kept, in bytes. A larger one is named and not kept.
pub const LARGEST: u64 = 25 << 20;

/// The file is larger than [`LARGEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is larger than {} MiB", LARGEST >> 20)]
pub struct TooLarge;

/// What the platform says about a file's size, before anything of it is fetched.
///
/// # Errors
/// [`TooLarge`].
pub fn require_size(bytes: u64) -> Result<(), TooLarge> {
    if bytes > LARGEST { Err(TooLarge) } else { Ok(()) }
}

/// A file's bytes as they come in: never more than [`LARGEST`] of them, whatever the platform said before.
#[derive(Default)]
pub struct Download(Vec<u8>);

impl Download {
    /// # Errors
    /// [`TooLarge`].
    pub fn add(&mut self, chunk: &[u8]) -> Result<(), TooLarge> {
        require_size(self.0.len() as u64 + chunk.len() as u64)?;
        self.0.extend_from_slice(chunk);
        Ok(())
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Keeps a file in the data folder at `data`.
///
/// # Errors
/// [`FolderError::Io`].
pub async fn keep(data: &Path, name: &str, bytes: Vec<u8>) -> Result<File, FolderError> {
    let (folder, size) = (data.to_owned(), bytes.len() as u64);
    // A slow disk holds up nobody else.
    let kept = tokio::task::spawn_blocking(move || keep_blob(&folder, &bytes)).await;
    let broke_off = |error| FolderError::Io { path: data.to_owned(), source: std::io::Error::other(error) };
    let sha256 = kept.map_err(broke_off)??;
    Ok(File { name: name.to_owned(), bytes: size, sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_where_it_is_too_large() {
        let mut download = Download::default();
        assert_eq!(download.add(&vec![0; LARGEST as usize]), Ok(()));
        assert_eq!(download.add(&[0]), Err(TooLarge));
        assert_eq!(download.finish().len() as u64, LARGEST);
        assert_eq!((require_size(LARGEST), require_size(LARGEST + 1)), (Ok(()), Err(TooLarge)));
    }
}
