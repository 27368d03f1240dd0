//! Tokens that a platform renews, kept in the data folder: a token for renewals is good for one of them, so the newest must
//! outlive the process.
//!
//! The file is its owner's alone and is swapped as a whole, so it holds one pair or the next. Between a platform's answer and
//! that swap lie some milliseconds in which a crash loses the newest pair. Nothing can be done about that here; renewals come at
//! half of a token's life, so what it costs is the other half's notice, and not the connection.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::At;
use crate::ledger::folder::{FolderError, make_private_folder, replace};

/// A pair as it was given. It has no `Debug`: nothing may show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub access: String,
    /// Good for one renewal.
    pub refresh: String,
    /// When it is time for that.
    pub renew_at: At,
    /// The SHA-256 of the first token for renewals, as the settings have it: with another one there, this chain is over.
    began_with: String,
}

impl Tokens {
    /// The beginning of a chain, as the settings have it: to be renewed at once.
    pub fn first(access: &str, refresh: &str) -> Tokens {
        let began_with = hex::encode(Sha256::digest(refresh));
        Tokens { access: access.to_owned(), refresh: refresh.to_owned(), renew_at: At(0), began_with }
    }

    /// Nothing was renewed yet.
    pub fn is_first(&self) -> bool {
        self.renew_at == At(0)
    }

    /// The pair that takes this one's place.
    #[must_use]
    pub fn next(&self, access: &str, refresh: &str, renew_at: At) -> Tokens {
        Tokens { access: access.to_owned(), refresh: refresh.to_owned(), renew_at, began_with: self.began_with.clone() }
    }
}

/// Why they aren't kept, or can't be.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    #[error("{0}")]
    Folder(#[from] FolderError),
    #[error("{path}: {source}")]
    Unread { path: PathBuf, source: io::Error },
    #[error("{0} holds no tokens")]
    NoTokens(PathBuf),
    #[error("another process is at {0}")]
    Elsewhere(PathBuf),
}

/// Where a platform's tokens are kept.
pub struct TokenFile<'a>(pub &'a Path);

/// Nobody else renews meanwhile.
pub struct Held {
    /// Let go of when it is dropped.
    _lock: File,
}

impl TokenFile<'_> {
    /// The newest of this chain: those that are kept, if they come from `first`, or `first` itself.
    ///
    /// # Errors
    /// What is kept can't be read.
    pub fn newest(&self, first: &Tokens) -> Result<Tokens, Unkept> {
        let path = || self.0.to_owned();
        let text = match fs::read_to_string(self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(first.clone()),
            Err(source) => return Err(Unkept::Unread { path: path(), source }),
        };
        // The reader's own words may quote what stands there.
        let kept: Tokens = serde_json::from_str(&text).map_err(|_| Unkept::NoTokens(path()))?;
        Ok(if kept.began_with == first.began_with { kept } else { first.clone() })
    }

    /// Before a renewal, and until its outcome is kept.
    ///
    /// # Errors
    /// Another process is at it; or the folder can't be written to: then nothing may be renewed, since the outcome would be
    /// lost.
    pub fn hold(&self) -> Result<Held, Unkept> {
        make_private_folder(self.0.parent().unwrap_or(Path::new(".")))?;
        let path = self.0.with_extension("lock");
        let io = |source| FolderError::Io { path: path.clone(), source };
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Held { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Unkept::Elsewhere(self.0.to_owned())),
            Err(TryLockError::Error(source)) => Err(io(source).into()),
        }
    }

    /// On the disk when this returns.
    ///
    /// # Errors
    /// What stood there still stands.
    pub fn keep(&self, _held: &Held, tokens: &Tokens) -> Result<(), Unkept> {
        let text = serde_json::to_string(tokens).expect("texts and a number are JSON");
        Ok(replace(self.0, text.as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_pair_of_its_own_chain_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tokens/slack.json");
        let file = TokenFile(&path);
        let first = Tokens::first("xoxe.xoxb-0", "xoxe-0");
        assert!(file.newest(&first).expect("nothing is kept yet") == first);
        let held = file.hold().expect("nobody holds it");
        assert!(matches!(file.hold(), Err(Unkept::Elsewhere(_))), "one at a time");
        let second = first.next("xoxe.xoxb-1", "xoxe-1", At(5));
        file.keep(&held, &second).expect("it is kept");
        drop(held);
        assert!(file.newest(&first).expect("it is kept") == second);
        // The app was installed again, and the settings have its new token.
        let anew = Tokens::first("", "xoxe-anew");
        assert!(file.newest(&anew).expect("it can be read") == anew);
        #[cfg(unix)]
        for (path, expected) in [(path.clone(), 0o600), (folder.path().join("tokens"), 0o700)] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, expected);
        }
        fs::write(&path, "xoxe-secret").expect("it can be written");
        let error = file.newest(&first).err().expect("it holds no tokens").to_string();
        assert!(!error.contains("xoxe"), "{error}");
        assert!(file.hold().is_ok());
    }
}
