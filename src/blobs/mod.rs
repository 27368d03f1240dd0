//! The files that came with messages, each under its SHA-256: in the data folder, or in a bucket of an S3-compatible server where the
//! settings name one. Which bucket that is, the data folder says too ([`Place`]), so that whoever is given the folder finds the files.
//!
//! Where the settings ask for it, files lie encrypted; those that were kept before stay as they are, and are found too.
//!
//! In both a file is written once, under the hash of its content: who writes the same again finds it there. Files that were kept before
//! there was a bucket stay in the folder, and are found there.

mod bucket;
mod credentials;
pub mod folder;
mod place;
mod sealed;
mod signed;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sha2::{Digest, Sha256};

use self::bucket::Bucket;
use self::folder::blob_path;
use self::sealed::{NotSealedSo, Opening, Sealer};
use crate::ledger::folder::{self as data_folder, FolderError};

pub use self::credentials::{Credentials, give_credentials};
pub use self::place::{BUCKET_FILE, Lock, Mode, Place, WrittenPlace, settle};

/// How much of a file is in memory while it is looked through.
const CHUNK: usize = 64 * 1024;

/// Why a file can't be kept, read or removed. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} can't be read: {why}. Write there what stands under [blobs] in the settings.")]
    Place { path: PathBuf, why: String },
    #[error(
        "the files of this ledger are in {url}, as {file} says, and the settings name no bucket. Write `[blobs] url = \"{url}\"` into them; or, where \
         the files were copied back into `blobs` of the data folder, remove {file}.", file = .file.display()
    )]
    Unnamed { url: String, file: PathBuf },
    #[error(
        "the files of this ledger are in {was}, as {file} says, and the settings name {now}. Copy them there first and remove {file}, or name the old \
         place again.", file = .file.display()
    )]
    Moved { was: String, now: String, file: PathBuf },
    #[error(
        "the files of this ledger are in {0}, and nothing was given to get in there with. Set COUNTERSIGN_S3_ACCESS_KEY_ID and \
         COUNTERSIGN_S3_SECRET_ACCESS_KEY, or the same names with _FILE at their end to files that hold them."
    )]
    NoCredentials(String),
    #[error("the server has no bucket for {0}. Make the bucket, or correct `url` under [blobs].")]
    NoBucket(String),
    #[error(
        "the bucket of {0} was made without Object Lock, and the settings ask for it. Make one with it (`aws s3api create-bucket \
         --object-lock-enabled-for-bucket`), or take `lock` and `lock_days` out of [blobs]."
    )]
    NotLockable(String),
    #[error(
        "{place} was refused by the server: {why}. Whoever these credentials are of needs the rights that the README names for a bucket."
    )]
    Denied { place: String, why: String },
    #[error("{place}: {why}. Look whether the server of the bucket is up, and can be reached from here.")]
    Bucket { place: String, why: String },
    #[error("{place} can't be opened with the key of the files: it was changed, or another key is in the data folder.")]
    NotSealedSo { place: String },
    #[error(
        "{place} is under Object Lock until {until}, so it stays there. Remove it after that, with all its versions; a GOVERNANCE lock can be \
         lifted before by whoever has the right s3:BypassGovernanceRetention."
    )]
    Locked { place: String, until: String },
}

impl BlobError {
    /// Whether another try may do, without anybody changing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            BlobError::Bucket { .. } => true,
            BlobError::Folder(_)
            | BlobError::Io { .. }
            | BlobError::Place { .. }
            | BlobError::Unnamed { .. }
            | BlobError::Moved { .. }
            | BlobError::NoCredentials(_)
            | BlobError::NoBucket(_)
            | BlobError::NotLockable(_)
            | BlobError::Denied { .. }
            | BlobError::NotSealedSo { .. }
            | BlobError::Locked { .. } => false,
        }
    }
}

/// Where the files of one ledger lie.
#[derive(Clone)]
pub struct Blobs {
    data: Arc<Path>,
    bucket: Option<Arc<Bucket>>,
    /// Files lie encrypted.
    sealer: Option<Arc<Sealer>>,
}

impl Blobs {
    /// Those in a data folder alone as they are, whatever it says of a bucket and of encryption.
    pub fn in_folder(data: &Path) -> Blobs {
        Blobs { data: data.into(), bucket: None, sealer: None }
    }

    /// Those of a data folder: in the bucket that it names, or in itself. Nothing is asked of a server yet.
    ///
    /// # Errors
    /// [`BlobError::Place`]; [`BlobError::NoCredentials`]; [`FolderError::FileSecretLost`].
    pub fn of(data: &Path) -> Result<Blobs, BlobError> {
        let sealer = data_folder::file_secret(data)?.map(|secret| Arc::new(Sealer::new(secret)));
        Ok(Blobs { sealer, ..Blobs::as_they_lie(data)? })
    }

    /// As [`Blobs::of`], for whoever opens none of them: encrypted files are found under no content's hash.
    ///
    /// # Errors
    /// [`BlobError::Place`]; [`BlobError::NoCredentials`].
    pub fn as_they_lie(data: &Path) -> Result<Blobs, BlobError> {
        let bucket = place::read(data)?.map(|place| Bucket::of(place).map(Arc::new)).transpose()?;
        Ok(Blobs { data: data.into(), bucket, sealer: None })
    }

    /// Whether the server takes what is asked of it, before anything depends on that.
    ///
    /// # Errors
    /// [`BlobError`]; where [`BlobError::may_pass`] says so, it is for now.
    pub async fn look(&self) -> Result<(), BlobError> {
        match &self.bucket {
            None => Ok(()),
            Some(bucket) => bucket.look().await,
        }
    }

    /// Keeps a file's bytes. Returns their hash in hexadecimal. When this returns, the file is whole and safe where it lies; one that lies
    /// there damaged is replaced.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<String, BlobError> {
        let (data, sealer) = (self.data.clone(), self.sealer.clone());
        let is_here = self.bucket.is_none();
        // A slow disk holds up nobody else, and neither does a large file.
        let kept = tokio::task::spawn_blocking(move || {
            let sha256 = hex::encode(Sha256::digest(&bytes));
            let (name, bytes) = match sealer {
                Some(sealer) => (sealer.name(&sha256), sealer.seal(&sha256, &bytes)),
                None => (sha256.clone(), bytes),
            };
            if is_here {
                folder::keep_as(&data, &name, &bytes)?;
            }
            Ok::<_, FolderError>((sha256, name, bytes))
        });
        let broke_off = |error| BlobError::Io { path: self.data.to_path_buf(), source: io::Error::other(error) };
        let (sha256, name, bytes) = kept.await.map_err(broke_off)??;
        if let Some(bucket) = &self.bucket {
            bucket.keep(&name, bytes).await?;
        }
        Ok(sha256)
    }

    /// Under which names a file of this content may lie, and whether it is encrypted there.
    fn named(&self, sha256: &str) -> impl Iterator<Item = (String, bool)> {
        let sealed = self.sealer.as_ref().map(|sealer| (sealer.name(sha256), true));
        sealed.into_iter().chain([(sha256.to_owned(), false)])
    }

    /// Under which names a file of this content may lie.
    pub fn names(&self, sha256: &str) -> impl Iterator<Item = String> {
        self.named(sha256).map(|(name, _)| name)
    }

    /// A file, to be read from its beginning. `None`: it isn't there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn open(&self, sha256: &str) -> Result<Option<Content>, BlobError> {
        let Some((content, is_sealed)) = self.find(sha256).await? else { return Ok(None) };
        Ok(Some(match &self.sealer {
            Some(sealer) if is_sealed => content.opened_by(sealer.opening(sha256)),
            Some(_) | None => content,
        }))
    }

    /// As it lies there, and whether it is encrypted.
    async fn find(&self, sha256: &str) -> Result<Option<(Content, bool)>, BlobError> {
        for (name, is_sealed) in self.named(sha256) {
            let path = blob_path(&self.data, &name);
            match File::open(&path) {
                Ok(file) => {
                    let source = Source::OfFile { path, file, read: vec![0; CHUNK] };
                    return Ok(Some((Content::of(source), is_sealed)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(BlobError::Io { path, source }),
            }
        }
        let Some(bucket) = &self.bucket else { return Ok(None) };
        for (name, is_sealed) in self.named(sha256) {
            if let Some(content) = bucket.open(&name).await? {
                return Ok(Some((content, is_sealed)));
            }
        }
        Ok(None)
    }

    /// A file's bytes. `None`: it isn't there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn read(&self, sha256: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let Some(mut content) = self.open(sha256).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = content.chunk().await? {
            bytes.extend_from_slice(chunk);
        }
        Ok(Some(bytes))
    }

    /// What the bytes are that lie under this hash.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn check(&self, sha256: &str) -> Result<Checked, BlobError> {
        let Some(content) = self.open(sha256).await? else { return Ok(Checked::Missing) };
        match content.hash().await {
            Ok(hash) if hash == sha256 => Ok(Checked::Good),
            Ok(hash) => Ok(Checked::Changed(hash)),
            Err(BlobError::NotSealedSo { .. }) => Ok(Checked::NotOpened),
            Err(error) => Err(error),
        }
    }

    /// Whether a file is there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn has(&self, sha256: &str) -> Result<bool, BlobError> {
        Ok(self.open(sha256).await?.is_some())
    }

    /// Removes the file that lies under one of its [names](Blobs::names), in a bucket with all its versions. One that isn't there is no
    /// error.
    ///
    /// # Errors
    /// [`BlobError::Locked`]: the bucket keeps it until then. Others: it may be there still.
    pub async fn remove(&self, name: &str) -> Result<(), BlobError> {
        let path = blob_path(&self.data, name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BlobError::Io { path, source: error });
            }
            _ => {}
        }
        match &self.bucket {
            None => Ok(()),
            Some(bucket) => bucket.remove(name).await,
        }
    }

    /// Whether files lie encrypted, so that nobody can read one any more whose hash is forgotten.
    pub fn are_sealed(&self) -> bool {
        self.sealer.is_some()
    }

    /// Where a file of this content lies, for people.
    pub fn place(&self, sha256: &str) -> String {
        self.place_of(&self.likely_name(sha256))
    }

    /// The same, as a path in the data folder, which is also how it is called in a bucket.
    pub fn place_in_folder(&self, sha256: &str) -> String {
        blob_path(Path::new(""), &self.likely_name(sha256)).display().to_string()
    }

    fn likely_name(&self, sha256: &str) -> String {
        let here = self.names(sha256).find(|name| blob_path(&self.data, name).exists());
        here.or_else(|| self.names(sha256).next()).unwrap_or_else(|| sha256.to_owned())
    }

    /// Where the file of this name lies, for people.
    pub fn place_of(&self, name: &str) -> String {
        let path = blob_path(&self.data, name);
        match &self.bucket {
            Some(bucket) if !path.exists() => bucket.place(name),
            Some(_) | None => path.display().to_string(),
        }
    }

    /// The bucket's address, and how many files are in it. `None`: there is no bucket.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn in_bucket(&self) -> Result<Option<(String, u64)>, BlobError> {
        match &self.bucket {
            None => Ok(None),
            Some(bucket) => Ok(Some((bucket.url(), bucket.count().await?))),
        }
    }
}

/// What lies under the hash of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    Good,
    /// Bytes that have this hash.
    Changed(String),
    /// Bytes that the key of the files doesn't open.
    NotOpened,
    Missing,
}

/// A file that is being read, a part at a time.
pub struct Content {
    source: Source,
    /// It lies encrypted.
    opening: Option<Opening>,
    opened: Vec<u8>,
}

enum Source {
    OfFile { path: PathBuf, file: File, read: Vec<u8> },
    OfObject { place: String, bytes: u64, parts: BoxStream<'static, Result<Vec<u8>, String>>, read: Vec<u8> },
}

impl Content {
    fn of(source: Source) -> Content {
        Content { source, opening: None, opened: Vec::new() }
    }

    fn opened_by(self, opening: Opening) -> Content {
        Content { opening: Some(opening), ..self }
    }

    /// How long it is.
    ///
    /// # Errors
    /// [`BlobError::Io`]; [`BlobError::NotSealedSo`].
    pub fn bytes(&self) -> Result<u64, BlobError> {
        let bytes = self.source.bytes()?;
        match self.opening {
            None => Ok(bytes),
            Some(_) => Opening::content_bytes(bytes).ok_or_else(|| self.source.not_sealed_so()),
        }
    }

    /// The file itself, where it lies on this machine as it came.
    ///
    /// # Errors
    /// The content, where it doesn't.
    #[expect(clippy::result_large_err, reason = "nothing went wrong: it is read otherwise")]
    pub fn into_file(self) -> Result<File, Content> {
        match self {
            Content { source: Source::OfFile { file, .. }, opening: None, .. } => Ok(file),
            other => Err(other),
        }
    }

    /// The next part of it. `None`: that was all.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn chunk(&mut self) -> Result<Option<&[u8]>, BlobError> {
        let Some(opening) = &mut self.opening else { return self.source.chunk().await };
        while !opening.has_ended() {
            let mut part = opening.next(Some(&[]));
            if part == Ok(None) {
                part = opening.next(self.source.chunk().await?);
            }
            if let Some(part) = part.map_err(|NotSealedSo| self.source.not_sealed_so())?.filter(|it| !it.is_empty()) {
                self.opened = part;
                return Ok(Some(&self.opened));
            }
        }
        Ok(None)
    }

    /// The hash of what is left of it.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn hash(mut self) -> Result<String, BlobError> {
        let mut hash = Sha256::new();
        while let Some(chunk) = self.chunk().await? {
            hash.update(chunk);
        }
        Ok(hex::encode(hash.finalize()))
    }
}

impl Source {
    fn bytes(&self) -> Result<u64, BlobError> {
        match self {
            Source::OfFile { path, file, .. } => match file.metadata() {
                Ok(about) => Ok(about.len()),
                Err(source) => Err(BlobError::Io { path: path.clone(), source }),
            },
            Source::OfObject { bytes, .. } => Ok(*bytes),
        }
    }

    async fn chunk(&mut self) -> Result<Option<&[u8]>, BlobError> {
        match self {
            Source::OfFile { path, file, read } => match file.read(read) {
                Ok(0) => Ok(None),
                Ok(length) => Ok(Some(&read[..length])),
                Err(source) => Err(BlobError::Io { path: path.clone(), source }),
            },
            Source::OfObject { place, parts, read, .. } => match parts.next().await {
                None => Ok(None),
                Some(Ok(part)) => {
                    *read = part;
                    Ok(Some(read))
                }
                Some(Err(why)) => Err(BlobError::Bucket { place: place.clone(), why }),
            },
        }
    }

    fn not_sealed_so(&self) -> BlobError {
        let place = match self {
            Source::OfFile { path, .. } => path.display().to_string(),
            Source::OfObject { place, .. } => place.clone(),
        };
        BlobError::NotSealedSo { place }
    }
}
