//! What was erased, noted outside of the database: a file that only ever grows, `erasures` in the data folder. A database from before (a
//! restored backup) has the words again; the next start finds them here, and destroys them before anything is served.
//!
//! Words that are withheld are noted too: nobody reads them again either.
//!
//! It says which entries and by which approval, and nothing of what they said. An entry is recognised by the hash of its leaf too: after a
//! recovery, numbers are given again.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::desk::Fate;
use crate::domain::{At, CaseId};

/// In the data folder.
pub const FILE: &str = "erasures";

/// One erasure: a line of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The version of the format: 1.
    pub v: u32,
    /// When it was noted, in microseconds since 1970.
    pub at_us: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<CaseId>,
    /// They are kept, and withheld: nobody reads them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// The number of each entry, and SHA-256 of its leaf in hexadecimal.
    pub entries: Vec<(u64, String)>,
}

impl Line {
    pub fn new(at: At, approval: Option<CaseId>, fate: Fate, entries: Vec<(u64, String)>) -> Line {
        Line { v: 1, at_us: at.0, approval, withheld: fate == Fate::Withheld, entries }
    }

    pub fn fate(&self) -> Fate {
        if self.withheld { Fate::Withheld } else { Fate::Erased }
    }
}

/// Why the file can't be read or written. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "{path}, line {line}, is no note of an erasure: {source}. It says what must not come back with a backup: restore the file from where \
         you keep it, or take the line out if you know what it was."
    )]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { path, source }
}

/// Adds a line, and is back once the disk has it.
///
/// # Errors
/// [`JournalError::Io`].
pub fn note(data: &Path, line: &Line) -> Result<(), JournalError> {
    let path = data.join(FILE);
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        // A line that a power cut left half written ends here, and counts for nothing.
        if !is_new && !ends_a_line(&path)? {
            text.insert(0, '\n');
        }
        text.push('\n');
        let mut file = options.open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if is_new {
            fs::File::open(data)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(at(&path))
}

fn ends_a_line(path: &Path) -> io::Result<bool> {
    let bytes = fs::read(path)?;
    Ok(bytes.last().is_none_or(|last| *last == b'\n'))
}

/// All that were noted, oldest first. A last line without an end was never whole: what it was to note wasn't destroyed yet.
///
/// # Errors
/// [`JournalError`].
pub fn read(data: &Path) -> Result<Vec<Line>, JournalError> {
    let path = data.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(&path)(error)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().enumerate();
    let mut all = Vec::new();
    let count = whole.lines().count();
    for (nth, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(line) => all.push(line),
            // Cut off by a power failure, and ended by the line after it.
            Err(error) if error.is_eof() && nth + 1 < count => {}
            Err(source) => return Err(JournalError::Line { path, line: nth + 1, source }),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entry: u64) -> Line {
        Line::new(At(5), "APR-1".parse().ok(), Fate::Erased, vec![(entry, "ab".repeat(32))])
    }

    #[test]
    fn what_was_noted_is_read_again_and_half_a_line_counts_for_nothing() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(read(data.path()).unwrap(), []);
        note(data.path(), &line(1)).unwrap();
        note(data.path(), &line(2)).unwrap();
        assert_eq!(read(data.path()).unwrap(), [line(1), line(2)]);
        let path = data.path().join(FILE);
        let whole = fs::read_to_string(&path).unwrap();
        for cut in 1..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let left = read(data.path()).unwrap();
            assert_eq!(left.len(), whole[..cut].matches('\n').count(), "{cut}");
            note(data.path(), &line(3)).unwrap();
            assert_eq!(read(data.path()).unwrap().last(), Some(&line(3)), "{cut}");
        }
        fs::write(&path, "{\"v\":1}\n").unwrap();
        assert!(matches!(read(data.path()), Err(JournalError::Line { line: 1, .. })));
    }
}
