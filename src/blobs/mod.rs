//! The files that came with messages, each under its SHA-256: in the data folder, or in a bucket of an S3-compatible server where the
//! settings name one. Which bucket that is, the data folder says too ([`Place`]), so that whoever is given the folder finds the files.
//!
//! In both a file is written once, under the hash of its content: who writes the same again finds it there. Files that were kept before
//! there was a bucket stay in the folder, and are found there.

mod bucket;
mod credentials;
pub mod folder;
mod place;
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
use crate::ledger::folder::FolderError;

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
            | BlobError::Locked { .. } => false,
        }
    }
}

/// Where the files of one ledger lie.
#[derive(Clone)]
pub struct Blobs {
    data: Arc<Path>,
    bucket: Option<Arc<Bucket>>,
}

impl Blobs {
    /// Those in a data folder alone, whatever it says of a bucket.
    pub fn in_folder(data: &Path) -> Blobs {
        Blobs { data: data.into(), bucket: None }
    }

    /// Those of a data folder: in the bucket that it names, or in itself. Nothing is asked of a server yet.
    ///
    /// # Errors
    /// [`BlobError::Place`]; [`BlobError::NoCredentials`].
    pub fn of(data: &Path) -> Result<Blobs, BlobError> {
        let bucket = place::read(data)?.map(|place| Bucket::of(place).map(Arc::new)).transpose()?;
        Ok(Blobs { data: data.into(), bucket })
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
        if let Some(bucket) = &self.bucket {
            let sha256 = hex::encode(Sha256::digest(&bytes));
            bucket.keep(&sha256, bytes).await?;
            return Ok(sha256);
        }
        let data = self.data.clone();
        // A slow disk holds up nobody else.
        let kept = tokio::task::spawn_blocking(move || folder::keep_blob(&data, &bytes)).await;
        let broke_off = |error| BlobError::Io { path: self.data.to_path_buf(), source: io::Error::other(error) };
        Ok(kept.map_err(broke_off)??)
    }

    /// A file, to be read from its beginning. `None`: it isn't there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn open(&self, sha256: &str) -> Result<Option<Content>, BlobError> {
        let path = blob_path(&self.data, sha256);
        match File::open(&path) {
            Ok(file) => return Ok(Some(Content::OfFile { path, file, read: vec![0; CHUNK] })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(BlobError::Io { path, source }),
        }
        match &self.bucket {
            None => Ok(None),
            Some(bucket) => bucket.open(sha256).await,
        }
    }

    /// A file's bytes. `None`: it isn't there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn read(&self, sha256: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let path = blob_path(&self.data, sha256);
        // A slow disk holds up nobody else.
        match tokio::fs::read(&path).await {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(BlobError::Io { path, source }),
        }
        let Some(mut content) = self.open(sha256).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = content.chunk().await? {
            bytes.extend_from_slice(chunk);
        }
        Ok(Some(bytes))
    }

    /// The hash of the bytes that lie under this hash: the same one, unless they were changed. `None`: there are none.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn hash(&self, sha256: &str) -> Result<Option<String>, BlobError> {
        match self.open(sha256).await? {
            None => Ok(None),
            Some(content) => content.hash().await.map(Some),
        }
    }

    /// Whether a file is there.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn has(&self, sha256: &str) -> Result<bool, BlobError> {
        Ok(self.open(sha256).await?.is_some())
    }

    /// Removes a file, in a bucket with all its versions. One that isn't there is no error.
    ///
    /// # Errors
    /// [`BlobError::Locked`]: the bucket keeps it until then. Others: it may be there still.
    pub async fn remove(&self, sha256: &str) -> Result<(), BlobError> {
        let path = blob_path(&self.data, sha256);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BlobError::Io { path, source: error });
            }
            _ => {}
        }
        match &self.bucket {
            None => Ok(()),
            Some(bucket) => bucket.remove(sha256).await,
        }
    }

    /// Where a file lies, for people.
    pub fn place(&self, sha256: &str) -> String {
        let path = blob_path(&self.data, sha256);
        match &self.bucket {
            Some(bucket) if !path.exists() => bucket.place(sha256),
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

/// A file that is being read, a part at a time.
pub enum Content {
    OfFile { path: PathBuf, file: File, read: Vec<u8> },
    OfObject { place: String, bytes: u64, parts: BoxStream<'static, Result<Vec<u8>, String>>, read: Vec<u8> },
}

impl Content {
    /// How long it is.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn bytes(&self) -> Result<u64, BlobError> {
        match self {
            Content::OfFile { path, file, .. } => match file.metadata() {
                Ok(about) => Ok(about.len()),
                Err(source) => Err(BlobError::Io { path: path.clone(), source }),
            },
            Content::OfObject { bytes, .. } => Ok(*bytes),
        }
    }

    /// The next part of it. `None`: that was all.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn chunk(&mut self) -> Result<Option<&[u8]>, BlobError> {
        match self {
            Content::OfFile { path, file, read } => match file.read(read) {
                Ok(0) => Ok(None),
                Ok(length) => Ok(Some(&read[..length])),
                Err(source) => Err(BlobError::Io { path: path.clone(), source }),
            },
            Content::OfObject { place, parts, read, .. } => match parts.next().await {
                None => Ok(None),
                Some(Ok(part)) => {
                    *read = part;
                    Ok(Some(read))
                }
                Some(Err(why)) => Err(BlobError::Bucket { place: place.clone(), why }),
            },
        }
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
