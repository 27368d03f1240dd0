//! Files that come with messages: how large one may be, and how its bytes are kept.

use crate::blobs::{BlobError, Blobs};
use crate::domain::WhyNotKept;
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

/// What a platform said of a file before its bytes came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Announced<'a> {
    pub bytes: Option<u64>,
    /// Its media type; empty where none was said.
    pub kind: &'a str,
}

impl Announced<'_> {
    /// Whether what came is what was announced. A page in the place of something else is what a platform shows to whom it
    /// doesn't let in, whatever it calls that page; a file of just the announced size that begins like a page is one.
    ///
    /// # Errors
    /// Why it isn't kept.
    pub fn require(&self, came: &[u8], came_as: &str) -> Result<(), WhyNotKept> {
        let is_its_size = self.bytes.is_none_or(|bytes| bytes == came.len() as u64);
        let is_page_by_name = came_as.starts_with("text/html") && !self.kind.starts_with("text/");
        let is_page = is_page_by_name || is_page(came) && !self.is_page();
        match (is_its_size, is_page) {
            (true, _) if self.bytes.is_some() && !is_page_by_name => Ok(()),
            (_, true) => Err(WhyNotKept::NotAllowed),
            (false, false) => Err(WhyNotKept::OtherBytes),
            (true, false) => Ok(()),
        }
    }

    fn is_page(&self) -> bool {
        self.kind.starts_with("text/html") || self.kind.starts_with("application/xhtml")
    }
}

/// Whether bytes begin as a page does.
fn is_page(bytes: &[u8]) -> bool {
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_ascii_lowercase();
    let beginning = beginning.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    ["<!doctype html", "<html"].iter().any(|page| beginning.starts_with(page))
}

/// Keeps a file where files are kept.
///
/// # Errors
/// [`BlobError`].
pub async fn keep(blobs: &Blobs, name: &str, bytes: Vec<u8>) -> Result<File, BlobError> {
    let size = bytes.len() as u64;
    let sha256 = blobs.keep(bytes).await?;
    Ok(File { name: name.to_owned(), bytes: size, sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_held_against_what_was_announced() {
        use WhyNotKept::{NotAllowed, OtherBytes};
        let page: &[u8] = b" <!DOCTYPE html><title>Sign in";
        type Given<'a> = (Option<u64>, &'a str, &'a [u8], &'a str, Result<(), WhyNotKept>);
        let table: [Given<'_>; 10] = [
            (Some(3), "image/png", b"abc", "image/png", Ok(())),
            (Some(72), "image/png", page, "application/octet-stream", Err(NotAllowed)),
            (Some(72), "image/png", page, "text/html; charset=utf-8", Err(NotAllowed)),
            (Some(30), "image/png", page, "text/html", Err(NotAllowed)),
            (Some(72), "image/png", b"abc", "image/png", Err(OtherBytes)),
            (None, "image/png", b"abc", "application/octet-stream", Ok(())),
            (None, "image/png", page, "application/octet-stream", Err(NotAllowed)),
            (Some(30), "text/html", page, "text/html", Ok(())),
            (Some(30), "text/plain", page, "application/octet-stream", Ok(())),
            (Some(31), "text/html", page, "text/html", Err(OtherBytes)),
        ];
        for (bytes, kind, came, came_as, expected) in table {
            let announced = Announced { bytes, kind };
            assert_eq!(announced.require(came, came_as), expected, "{announced:?}, then {came_as}");
        }
    }

    #[test]
    fn a_file_ends_where_it_is_too_large() {
        let mut download = Download::default();
        assert_eq!(download.add(&vec![0; LARGEST as usize]), Ok(()));
        assert_eq!(download.add(&[0]), Err(TooLarge));
        assert_eq!(download.finish().len() as u64, LARGEST);
        assert_eq!((require_size(LARGEST), require_size(LARGEST + 1)), (Ok(()), Err(TooLarge)));
    }
}
