//! The data folder: the database, the keys, the files that came with messages, and the last signed head, which lies apart
//! from the database so that a restored backup is noticed. One process at a time.
//!
//! ```text
//! DIR/lock              held while a process works here
//! DIR/countersign.db    ledger and everything derived from it
//! DIR/checkpoint        the last signed head (C2SP tlog-checkpoint)
//! DIR/checkpoint.cosigned  that head, or the last that a witness answered for, with what witnesses said of it
//! DIR/witness/          the last head of each log that was cosigned here, by SHA-256 of its name
//! DIR/keys/             the seeds that sign heads, bundles and others' heads, the secret of causes, the ledger's name; ledger.vkey is
//!                       public: give it to your auditor; so is witness.vkey: give it to those whose heads are cosigned here
//! DIR/blobs/            files, by SHA-256, where they are in no bucket
//! DIR/bucket.toml       in which bucket they are, where they are in one
//! ```
//!
//! Where the keys were changed, keys/retired has the public keys from before; keys/*.next are new ones that don't count yet.
//!
//! Each file is written as a draft, which takes the file's place when it is on the disk. Of files in `blobs/` several may be
//! written at once, also the same one, so their drafts have names of their own; those that a killed process left behind are
//! swept away at the next start.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::seal::{Checkpoint, NoteError, Signer};

mod change;
mod keys;
mod passphrase;

pub use change::{is_changing_keys, retired};
use keys::{BUNDLES, create_cosigner, create_keys, create_seed, has_cosigner, read_key, warn_of_unsealed};
pub use keys::{
    FILES_MARK, bundle_signer, cause_secret, cause_secret_file, cosigner, encrypt_files, file_secret, receipt_signer,
    renew_cause_secret, verifier,
};
pub use passphrase::{Passphrase, give_passphrase, seal_keys};

pub struct Folder {
    path: PathBuf,
    /// Let go when the process ends, however it ends.
    _lock: File,
    seed: Zeroizing<[u8; 32]>,
    cause_secret: [u8; 32],
    /// The ledger's name, which its checkpoints carry.
    origin: String,
    /// A change of keys was begun here, and whether it counts isn't known yet.
    is_changing: bool,
}

/// Why the folder can't be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} is in use by another countersign process. Stop that one first, or name another folder with --data.")]
    InUse(PathBuf),
    #[error(
        "{0} is not a countersign data folder. Start `countersign serve --data` there once, or name the right one."
    )]
    NotAFolder(PathBuf),
    #[error(
        "{0} is missing, but the ledger in the same folder was written with it. Restore it from your backup of the keys."
    )]
    KeyMissing(PathBuf),
    #[error(
        "{0} is missing or no key. Restore it from your backup of the keys; if there is none, run `countersign recover`."
    )]
    CauseSecretLost(PathBuf),
    #[error(
        "{0} is missing or another one, and files that came with messages are encrypted under it. Restore it from your backup of the keys. If there \
         is none, nobody can read those files any more: remove files.mark in the data folder to go on without, and `countersign verify` names \
         what is lost."
    )]
    FileSecretLost(PathBuf),
    #[error(
        "{0} is missing, so bundles can't be signed. Restore it from your backup of the keys. If there is none, start the bot there once, which \
         makes another, and give your auditors what `countersign keys` prints then."
    )]
    BundleKeyMissing(PathBuf),
    #[error(
        "{0} is sealed with a passphrase, and none was given. Set COUNTERSIGN_KEYS_PASSPHRASE, or COUNTERSIGN_KEYS_PASSPHRASE_FILE to a file that \
         holds it."
    )]
    Sealed(PathBuf),
    #[error(
        "the passphrase that was given doesn't open {0}, or that file was changed. Give the one that the keys were sealed with, in \
         COUNTERSIGN_KEYS_PASSPHRASE or in the file that COUNTERSIGN_KEYS_PASSPHRASE_FILE names; or restore the file from your backup of the keys."
    )]
    OtherPassphrase(PathBuf),
    #[error(
        "no passphrase was given, so nothing was changed. Set COUNTERSIGN_KEYS_PASSPHRASE, or COUNTERSIGN_KEYS_PASSPHRASE_FILE to a file that holds \
         it, and try again."
    )]
    NoPassphrase,
    #[error("{0} can't be read as a key: {1}. Restore it from your backup of the keys.")]
    KeyBroken(PathBuf, String),
    #[error(
        "{0} is not the public key of the ledger.seed beside it: the two are of different ledgers. Restore both from your backup of the keys."
    )]
    KeysOfTwoLedgers(PathBuf),
    #[error(
        "a change of the keys in {0} broke off. Start the bot there, or run `countersign keys rotate --data {path}`: either ends it or undoes it \
         before anything else.", path = .0.display()
    )]
    KeysChanging(PathBuf),
    #[error(
        "{path} is not a signed head of this ledger: {source}. Restore it from a backup, or run `countersign recover`."
    )]
    Checkpoint { path: PathBuf, source: NoteError },
    #[error(
        "{0} was changed by somebody else while this process was running. Nothing was signed over it; stop, and find out who writes there."
    )]
    CheckpointMoved(PathBuf),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl Folder {
    pub const DATABASE: &'static str = "countersign.db";
    /// The index of what was said, made of the database: whoever deletes it has it made anew.
    pub const SEARCH: &'static str = "search.db";

    /// Takes the folder for this process; creates what a new one needs where `create` says so.
    ///
    /// # Errors
    /// [`FolderError`]; where the folder isn't ours, nothing in it was changed.
    pub fn open(path: &Path, create: bool) -> Result<Folder, FolderError> {
        let fresh = !path.join(Self::DATABASE).exists();
        if fresh && !create {
            return Err(FolderError::NotAFolder(path.to_owned()));
        }
        if create {
            make_private_folder(path)?;
        }
        let lock = lock(path)?;
        let keys = path.join("keys");
        warn_if_others_may_enter(path);
        sweep_blobs(path)?;
        warn_of_unsealed(&keys);
        if fresh && !keys.join("ledger.seed").exists() {
            create_keys(&keys)?;
            make_private_folder(&path.join("blobs"))?;
        }
        let (seed, cause_secret) = (read_key(&keys.join("ledger.seed"))?, cause_secret(path)?);
        let origin = read(&keys.join("origin"))?.trim().to_owned();
        let is_changing = change::is_under_way(&keys)?;
        let folder = Folder { path: path.to_owned(), _lock: lock, seed, cause_secret, origin, is_changing };
        if !is_changing {
            folder.require_own_vkey()?;
        }
        if !keys.join(BUNDLES).exists() {
            create_seed(&keys.join(BUNDLES))?;
        }
        if !has_cosigner(&keys) {
            create_cosigner(&keys, &folder.origin)?;
        }
        Ok(folder)
    }

    /// The public key that lies beside the seed is the seed's. Where only the name differs, or the file is gone, it is written
    /// anew: a recovery that broke off has given the ledger its new name already.
    fn require_own_vkey(&self) -> Result<(), FolderError> {
        let file = self.path.join("keys").join("ledger.vkey");
        let own = self.own_signer()?.verifier().to_string();
        // NAME+ID+KEY: the id follows from the other two.
        let key = |vkey: &str| vkey.trim().splitn(3, '+').nth(2).map(str::to_owned);
        match file.exists().then(|| read(&file)).transpose()? {
            Some(there) if there.trim() == own => Ok(()),
            Some(there) if key(&there) != key(&own) => Err(FolderError::KeysOfTwoLedgers(file)),
            Some(_) | None => replace(&file, own.as_bytes()),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database(&self) -> PathBuf {
        self.path.join(Self::DATABASE)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Under which the ledger makes the ids of what was heard.
    pub fn cause_secret(&self) -> [u8; 32] {
        self.cause_secret
    }

    /// # Errors
    /// [`FolderError::KeyBroken`] if the ledger's name can't stand in a signed note; [`FolderError::KeysChanging`].
    pub fn signer(&self) -> Result<Signer, FolderError> {
        match self.is_changing {
            true => Err(FolderError::KeysChanging(self.path.clone())),
            false => self.own_signer(),
        }
    }

    /// As [`Folder::signer`], also while a change of keys is under way: the old key's.
    ///
    /// # Errors
    /// [`FolderError::KeyBroken`].
    pub fn own_signer(&self) -> Result<Signer, FolderError> {
        Signer::from_seed(&self.origin, &self.seed)
            .map_err(|error| FolderError::KeyBroken(self.path.join("keys"), error.to_string()))
    }

    /// The last head that was signed, as text and as meant.
    ///
    /// # Errors
    /// [`FolderError::Checkpoint`] if it isn't this ledger's.
    pub fn last_checkpoint(&self) -> Result<Option<(String, Checkpoint)>, FolderError> {
        let path = self.path.join("checkpoint");
        if !path.exists() {
            return Ok(None);
        }
        let text = read(&path)?;
        let signer = self.own_signer()?;
        let head =
            Checkpoint::open(&text, signer.verifier()).map_err(|source| FolderError::Checkpoint { path, source })?;
        Ok(Some((text, head)))
    }

    /// Replaces the last head, if it is still the one that the caller knows. The new one is on the disk when this returns.
    ///
    /// # Errors
    /// [`FolderError::CheckpointMoved`]: somebody else wrote there, and nothing was changed. [`FolderError::Io`]: the old
    /// head stands, or where only the last step failed the new one: [`Folder::holds_checkpoint`] tells. Either way the call can
    /// be made again over the one that stands.
    pub fn swap_checkpoint(&self, known: Option<&str>, new: &str) -> Result<(), FolderError> {
        let path = self.path.join("checkpoint");
        let there = if path.exists() { Some(read(&path)?) } else { None };
        if there.as_deref() != known {
            return Err(FolderError::CheckpointMoved(path));
        }
        replace(&path, new.as_bytes())
    }

    /// Whether this very head stands in the file.
    pub fn holds_checkpoint(&self, text: &str) -> bool {
        read(&self.path.join("checkpoint")).is_ok_and(|there| there == text)
    }

    /// Begins a new log after entries were lost: the old head is kept beside the new one, and checkpoints get a new name,
    /// so that never two trees that disagree are signed under one. Returns the new name.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn begin_new_log(&mut self) -> Result<String, FolderError> {
        let checkpoint = self.path.join("checkpoint");
        let (stem, generation) = match self.origin.rsplit_once("/r") {
            Some((stem, number)) => (stem.to_owned(), number.parse::<u32>().unwrap_or(1)),
            None => (self.origin.clone(), 1),
        };
        // The name first: dying in between leaves a head of another name beside it, and such a folder is refused.
        self.origin = format!("{stem}/r{}", generation + 1);
        let keys = self.path.join("keys");
        replace(&keys.join("origin"), self.origin.as_bytes())?;
        replace(&keys.join("ledger.vkey"), self.signer()?.verifier().to_string().as_bytes())?;
        if checkpoint.exists() {
            let kept = self.path.join(format!("{LOST}{generation}"));
            fs::rename(&checkpoint, &kept).map_err(at(&kept))?;
        }
        Ok(self.origin.clone())
    }
}

/// Whether a process works in the folder now, without taking it.
pub fn is_at_work(path: &Path) -> bool {
    let lock = File::open(path.join("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The last signed head's text, without taking the folder.
///
/// # Errors
/// [`FolderError::Io`].
pub fn checkpoint_file(path: &Path) -> Result<Option<String>, FolderError> {
    let path = path.join("checkpoint");
    if path.exists() { read(&path).map(Some) } else { Ok(None) }
}

/// Where what was cosigned of other logs lies in a data folder.
pub const WITNESS_FOLDER: &str = "witness";

/// Keeps the last head of another log that is cosigned here. When this returns, it is on the disk.
///
/// # Errors
/// [`FolderError::Io`]: what stood there still stands.
pub fn keep_witnessed(data: &Path, name: &str, note: &str) -> Result<(), FolderError> {
    let place = data.join(WITNESS_FOLDER);
    if !place.exists() {
        make_private_folder(&place)?;
        sync_folder(data)?;
    }
    replace(&place.join(name), note.as_bytes())
}

/// The last head that a witness answered for, with its cosignatures. Never the file that is compared at a start.
///
/// # Errors
/// [`FolderError::Io`].
pub fn cosigned_file(data: &Path) -> Result<Option<String>, FolderError> {
    let path = data.join(COSIGNED);
    if path.exists() { read(&path).map(Some) } else { Ok(None) }
}

/// Keeps that head.
///
/// # Errors
/// [`FolderError::Io`]: what stood there still stands.
pub fn keep_cosigned(data: &Path, note: &str) -> Result<(), FolderError> {
    // A draft of its own: the one that `replace` would make is that of the signed head.
    let draft = data.join(format!("{COSIGNED}.{DRAFT}"));
    let options = &mut OpenOptions::new();
    write_through(&draft, &data.join(COSIGNED), note.as_bytes(), options.create(true).write(true).truncate(true))
}

const COSIGNED: &str = "checkpoint.cosigned";

/// The heads of logs that a recovery ended, which show what was lost, without taking the folder.
///
/// # Errors
/// [`FolderError::Io`].
pub fn lost_checkpoints(path: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut all = inside(path)?;
    all.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(LOST)));
    all.sort();
    Ok(all)
}

fn lock(path: &Path) -> Result<File, FolderError> {
    let file = path.join("lock");
    let handle = OpenOptions::new().create(true).truncate(false).write(true).open(&file).map_err(at(&file))?;
    match handle.try_lock() {
        Ok(()) => Ok(handle),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(FolderError::Io { path: file, source }),
    }
}

fn read(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(at(path))
}

/// What the name of a head begins with whose log a recovery ended; which log of the ledger's it was, follows.
const LOST: &str = "checkpoint.lost.";

/// What the name of every draft ends in.
pub(crate) const DRAFT: &str = "new";

/// Writes a file of ours that is whole or absent, whenever the power fails, and its owner's alone. Whoever has the folder is the
/// only one who does.
///
/// # Errors
/// [`FolderError::Io`]: what stood there still stands.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let options = &mut OpenOptions::new();
    write_through(&path.with_extension(DRAFT), path, bytes, options.create(true).write(true).truncate(true))
}

/// Writes a draft, and gives it the file's place.
///
/// # Errors
/// [`FolderError::Io`]: what stood there still stands.
pub(crate) fn write_through(
    draft: &Path,
    path: &Path,
    bytes: &[u8],
    options: &mut OpenOptions,
) -> Result<(), FolderError> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let write = || -> io::Result<()> {
        let mut file = options.open(draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(draft, path)
    };
    write().map_err(at(path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Whether it is a file that isn't whole yet.
pub fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == DRAFT)
}

/// Removes drafts of files that were never kept. Only whoever holds the lock may.
fn sweep_blobs(data: &Path) -> Result<(), FolderError> {
    for place in inside(&data.join("blobs"))?.into_iter().filter(|path| path.is_dir()) {
        for draft in inside(&place)?.into_iter().filter(|path| is_draft(path)) {
            fs::remove_file(&draft).map_err(at(&draft))?;
        }
    }
    Ok(())
}

/// What lies in a folder; nothing where there is none.
fn inside(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // A file in its way is told of when something is to be kept there.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(folder)(error)),
    };
    entries.map(|entry| Ok(entry.map_err(at(folder))?.path())).collect()
}

/// The names in a folder are on the disk when this returns.
///
/// # Errors
/// [`FolderError::Io`].
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FolderError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

/// A folder that somebody made beforehand has the rights that they gave it. What the bot writes into it is its own alone.
fn warn_if_others_may_enter(path: &Path) {
    #[cfg(unix)]
    if let Ok(there) = fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&there.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            let path = path.display();
            tracing::warn!("{path} can be entered by other users (mode {mode:o}); `chmod 700 {path}` keeps them out");
        }
    }
}

/// Makes a folder, and those above it, that nobody else may enter.
///
/// # Errors
/// [`FolderError::Io`].
pub fn make_private_folder(path: &Path) -> Result<(), FolderError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))
}

pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}
