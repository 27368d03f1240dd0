//! This bot as a witness: what it cosigned last of each log, in `DIR/witness/`, by SHA-256 of the log's name.
//!
//! What could go wrong, and what then:
//! - two calls at once: one lock for each log, held from reading what was cosigned last until the new head is on the disk, so that
//!   nothing goes back, and never two roots of one size are cosigned;
//! - the process dies before the head is on the disk: nothing was cosigned;
//! - it dies after that and before the answer: the log asks again with the size that it knows, is told the newer one, and gets its
//!   cosignature over the same head;
//! - the file can't be read, or isn't one of ours: nothing is cosigned of that log until somebody has looked. A file that is gone is
//!   a log that was never seen: so it is part of every backup.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::domain::LogId;
use crate::domain::policy::Witnessing;
use crate::ledger::folder::{self, FolderError};
use crate::seal::{AddCheckpoint, Checkpoint, NotCosigned, Verifier, with_lines};

/// How many new heads of one log are cosigned within a minute. A Countersign signs one a minute.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// What was cosigned last, and who may change it now.
pub struct Kept {
    data: PathBuf,
    /// By the log's name.
    locks: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    heads: DefaultKeyedRateLimiter<String>,
}

/// Why nothing was cosigned.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// By the rules: the log's own doing.
    #[error(transparent)]
    NotCosigned(#[from] NotCosigned),
    /// More new heads than anybody needs.
    #[error("too many heads of one log within a minute")]
    TooMany,
    #[error(
        "{0} is not what this witness wrote there, so nothing of that log is cosigned. Put it back from a backup of `witness/`."
    )]
    Broken(PathBuf),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("witness.seed is missing: the bot makes it at its next start")]
    NoKey,
}

/// A head that was cosigned, or the reason why not with what is known of it.
pub struct Added {
    /// How the policy calls the log. `None`: it has none of this name.
    pub log: Option<LogId>,
    /// The size that the log signed, where it signed.
    pub size: Option<u64>,
    /// The size that was cosigned before.
    pub had: u64,
    /// The signature line, with its newline.
    pub outcome: Result<String, AddError>,
}

impl Kept {
    pub fn at(data: &Path) -> Kept {
        Kept { data: data.to_owned(), locks: Mutex::default(), heads: RateLimiter::keyed(Quota::per_minute(A_MINUTE)) }
    }

    /// Takes the body of a call: checks it, keeps the head, and cosigns it. It waits for the disk. `seconds`: now, since 1970.
    pub fn add(&self, witnessing: &Witnessing, body: &[u8], seconds: u64) -> Added {
        let mut added = Added { log: None, size: None, had: 0, outcome: Err(AddError::NoKey) };
        added.outcome = self.try_to_add(witnessing, body, seconds, &mut added);
        added
    }

    fn try_to_add(
        &self,
        witnessing: &Witnessing,
        body: &[u8],
        seconds: u64,
        added: &mut Added,
    ) -> Result<String, AddError> {
        let ask = AddCheckpoint::read(body)?;
        let (id, log) = known(witnessing, &ask.origin()?).ok_or(NotCosigned::UnknownLog)?;
        added.log = Some(id);
        let cosigner = folder::cosigner(&self.data)?.ok_or(AddError::NoKey)?;
        added.size = Checkpoint::open(&ask.checkpoint, &log).ok().map(|head| head.size);
        let lock = self.lock(log.name());
        let _held = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.read(log.name())?;
        added.had = last.as_ref().map_or(0, |(_, head)| head.size);
        let head = ask.judge(&log, last.as_ref().map(|(_, head)| (head.size, head.root)))?;
        let line = cosigner.cosign(&ask.checkpoint, seconds).map_err(NotCosigned::NotSigned)?;
        // The same head again says nothing new: it is on the disk already.
        if last.as_ref().is_none_or(|(_, last)| last.size != head.size) {
            if self.heads.check_key(&log.name().to_owned()).is_err() {
                return Err(AddError::TooMany);
            }
            self.write(&log, &head, &ask.checkpoint, &line)?;
        }
        Ok(line)
    }

    /// The last head that was cosigned of a log, with its cosignature; by SHA-256 of its name, in hexadecimal. `None`: none was.
    ///
    /// # Errors
    /// [`AddError::Broken`], or the disk's.
    pub fn last(&self, witnessing: &Witnessing, hex: &str) -> Result<Option<String>, AddError> {
        let origins = witnessing.logs.values().filter_map(|vkey| vkey.split('+').next());
        let Some(origin) = origins.into_iter().find(|origin| name_of(origin) == hex) else { return Ok(None) };
        Ok(self.read(origin)?.map(|(note, _)| note))
    }

    fn lock(&self, origin: &str) -> Arc<Mutex<()>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).entry(origin.to_owned()).or_default().clone()
    }

    fn file(&self, origin: &str) -> PathBuf {
        self.data.join(folder::WITNESS_FOLDER).join(name_of(origin))
    }

    fn read(&self, origin: &str) -> Result<Option<(String, Checkpoint)>, AddError> {
        let file = self.file(origin);
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FolderError::Io { path: file, source }.into()),
        };
        let note = String::from_utf8(bytes).ok();
        let read = note.and_then(|note| Checkpoint::unverified(&note).ok().map(|head| (note, head)));
        match read {
            Some((note, head)) if head.origin == origin => Ok(Some((note, head))),
            _ => Err(AddError::Broken(file)),
        }
    }

    /// The head as its log signed it, with our line alone: what others said of it is none of ours to keep.
    fn write(&self, log: &Verifier, head: &Checkpoint, note: &str, line: &str) -> Result<(), AddError> {
        let own = format!("— {} ", log.name());
        let signed = note.lines().filter(|line| line.starts_with(&own));
        let text = with_lines(&format!("{head}\n"), signed.chain([line]));
        folder::keep_witnessed(&self.data, &name_of(log.name()), &text)?;
        Ok(())
    }
}

/// The log of this name that the policy has, and how it calls it.
fn known(witnessing: &Witnessing, origin: &str) -> Option<(LogId, Verifier)> {
    witnessing.logs.iter().find_map(|(id, vkey)| {
        let key: Verifier = vkey.parse().ok()?;
        (key.name() == origin).then(|| (id.clone(), key))
    })
}

/// How the file of a log is called, and where its head is asked for.
pub fn name_of(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}

impl Added {
    /// Whether the log signed two histories: a head that doesn't hold what was cosigned.
    pub fn is_split(&self) -> bool {
        let split = |refused: &NotCosigned| matches!(refused, NotCosigned::OtherRoot | NotCosigned::NoProof);
        matches!(&self.outcome, Err(AddError::NotCosigned(refused)) if split(refused))
    }

    /// Whether the log signed a head that is smaller than what was cosigned.
    pub fn went_back(&self) -> bool {
        let is_other = matches!(&self.outcome, Err(AddError::NotCosigned(NotCosigned::OtherSize(_))));
        is_other && self.size.is_some_and(|size| size < self.had)
    }
}
