//! The files of a bundle that is checked: in a folder, or in an archive that is unpacked for that. Read one at a time.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::BundleError;
use super::unpack::{Unpacked, unpack};
use crate::evidence::audit::sha256_of;

pub(super) struct Shelf {
    root: PathBuf,
    /// The paths of the files, with `/`.
    names: BTreeSet<String>,
    /// What is neither a file nor a folder.
    pub strange: Vec<String>,
    _unpacked: Option<Unpacked>,
}

impl Shelf {
    /// # Errors
    /// [`BundleError::Io`], [`BundleError::NotABundle`], and those of [`unpack`].
    pub(super) fn open(path: &Path) -> Result<Shelf, BundleError> {
        let there = fs::metadata(path).map_err(|source| BundleError::Io { path: path.to_owned(), source })?;
        let unpacked = if there.is_file() { Some(unpack(path)?) } else { None };
        let root = unpacked.as_ref().map_or(path, |unpacked| &unpacked.bundle).to_owned();
        if !root.join("bagit.txt").is_file() {
            return Err(BundleError::NotABundle(path.to_owned()));
        }
        let (names, strange) = walk(&root)?;
        Ok(Shelf { root, names, strange, _unpacked: unpacked })
    }

    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.names.contains(path)
    }

    /// Those whose paths begin so.
    pub(super) fn below<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = &'s str> {
        let from = self.names.range(prefix.to_owned()..).map(String::as_str);
        from.take_while(move |path| path.starts_with(prefix))
    }

    /// The bytes of a file that the program itself would have made whole.
    pub(super) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, BundleError> {
        self.read(path, |place| fs::read(place))
    }

    pub(super) fn sha256(&self, path: &str) -> Result<Option<String>, BundleError> {
        self.read(path, sha256_of)
    }

    pub(super) fn length(&self, path: &str) -> Result<Option<u64>, BundleError> {
        self.read(path, |place| fs::metadata(place).map(|file| file.len()))
    }

    /// Whether a file is these bytes; `None` if there is none.
    pub(super) fn is(&self, path: &str, bytes: &[u8]) -> Result<Option<bool>, BundleError> {
        self.read(path, |place| same(place, bytes))
    }

    fn read<T>(&self, path: &str, read: impl Fn(&Path) -> io::Result<T>) -> Result<Option<T>, BundleError> {
        if !self.has(path) {
            return Ok(None);
        }
        let place = self.root.join(path);
        read(&place).map(Some).map_err(|source| BundleError::Io { path: place, source })
    }
}

fn same(place: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut file = File::open(place)?;
    if file.metadata()?.len() != bytes.len() as u64 {
        return Ok(false);
    }
    let mut buffer = vec![0; 1 << 16];
    let mut left = bytes;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(left.is_empty());
        }
        let Some((begin, rest)) = left.split_at_checked(read) else { return Ok(false) };
        if begin != &buffer[..read] {
            return Ok(false);
        }
        left = rest;
    }
}

/// Every file under a folder, by its path with `/`, and what is neither a file nor a folder.
fn walk(root: &Path) -> Result<(BTreeSet<String>, Vec<String>), BundleError> {
    let mut files = BTreeSet::new();
    let mut strange = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let failed = |source| BundleError::Io { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            // What isn't text is nobody's name here.
            let path = format!("{prefix}{}", name.to_string_lossy());
            let kind = entry.file_type().map_err(failed)?;
            if name.to_str().is_none() {
                strange.push(path);
            } else if kind.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() {
                files.insert(path);
            } else {
                strange.push(path);
            }
        }
    }
    Ok((files, strange))
}
