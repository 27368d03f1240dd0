//! Files in a bucket of an S3-compatible server. Each is written only where none is there (`If-None-Match`), with its SHA-256, which the
//! server compares. What a server does badly is tried again for a while, and then said: nothing waits for it without end.

use std::time::Duration;

use futures_util::StreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::client::{HttpConnector, ReqwestConnector};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, ObjectStore, PutMode, PutOptions, PutPayload, RetryConfig,
};

use sha2::{Digest, Sha256};

use super::credentials;
use super::signed::Signed;
use super::{BlobError, Content, Place, Source};

/// How long it may take until a server takes a connection, and until an answer is there.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
/// How often something is tried again that may pass, and until when.
const TRIED_AGAIN: usize = 5;
const TRIED_FOR: Duration = Duration::from_secs(60);

pub(super) struct Bucket {
    place: Place,
    store: AmazonS3,
    signed: Signed,
}

impl Bucket {
    pub(super) fn of(place: Place) -> Result<Bucket, BlobError> {
        let credentials = credentials::given().ok_or_else(|| BlobError::NoCredentials(place.url()))?;
        let is_http = place.endpoint.as_ref().is_some_and(|it| it.starts_with("http:"));
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECTS_WITHIN)
            .with_timeout(ANSWERS_WITHIN)
            .with_allow_http(is_http);
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(5),
            ..BackoffConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&place.bucket)
            .with_region(&place.region)
            .with_access_key_id(&credentials.key_id)
            .with_secret_access_key(credentials.secret.as_str())
            .with_allow_http(is_http)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_client_options(client.clone())
            .with_retry(RetryConfig { backoff, max_retries: TRIED_AGAIN, retry_timeout: TRIED_FOR });
        if let Some(session) = &credentials.session {
            builder = builder.with_token(session.as_str());
        }
        if let Some(endpoint) = &place.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let failed = |error: Error| BlobError::Bucket { place: place.url(), why: causes(&error) };
        let store = builder.build().map_err(failed)?;
        let client = ReqwestConnector::default().connect(&client).map_err(failed)?;
        Ok(Bucket { signed: Signed::new(&place, client, credentials), store, place })
    }

    pub(super) fn url(&self) -> String {
        self.place.url()
    }

    pub(super) fn place(&self, name: &str) -> String {
        format!("s3://{}/{}", self.place.bucket, self.place.key(name))
    }

    fn path(&self, name: &str) -> Path {
        Path::from(self.place.key(name))
    }

    /// Whether there is such a bucket, it lets us in, and it locks where it is to.
    pub(super) async fn look(&self) -> Result<(), BlobError> {
        // Nothing has this hash.
        drop(self.open(&"0".repeat(64)).await?);
        match self.place.lock {
            Some(_) => self.signed.require_lock().await,
            None => Ok(()),
        }
    }

    /// Keeps a file under its name.
    pub(super) async fn keep(&self, name: &str, bytes: Vec<u8>) -> Result<(), BlobError> {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let (path, payload) = (self.path(name), PutPayload::from(bytes));
        let put = |mode| self.store.put_opts(&path, payload.clone(), PutOptions { mode, ..PutOptions::default() });
        match put(PutMode::Create).await {
            Ok(_) => {}
            Err(Error::AlreadyExists { .. }) => {
                let there = match self.open(name).await? {
                    Some(content) => Some(content.hash().await?),
                    // Somebody else's try to write it was under way, and came to nothing.
                    None => None,
                };
                if there != Some(sha256) {
                    put(PutMode::Overwrite).await.map_err(|error| self.failed(name, error))?;
                }
            }
            Err(error) => return Err(self.failed(name, error)),
        }
        match self.place.lock {
            Some(lock) => self.signed.lock(&self.place.key(name), lock).await,
            None => Ok(()),
        }
    }

    pub(super) async fn open(&self, name: &str) -> Result<Option<Content>, BlobError> {
        let found = match self.store.get_opts(&self.path(name), GetOptions::default()).await {
            Ok(found) => found,
            Err(error) => {
                return match self.failed(name, error) {
                    BlobError::Bucket { why, .. } if why == GONE => Ok(None),
                    other => Err(other),
                };
            }
        };
        let bytes = found.meta.size;
        let parts = found.into_stream().map(|part| match part {
            Ok(part) => Ok(part.to_vec()),
            Err(error) => Err(causes(&error)),
        });
        let source = Source::OfObject { place: self.place(name), bytes, parts: parts.boxed(), read: Vec::new() };
        Ok(Some(Content::of(source)))
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), BlobError> {
        self.signed.remove(&self.place.key(name)).await
    }

    /// How many files are in it.
    pub(super) async fn count(&self) -> Result<u64, BlobError> {
        let prefix = (!self.place.prefix.is_empty()).then(|| Path::from(self.place.prefix.as_str()));
        let mut all = self.store.list(prefix.as_ref());
        let mut count = 0;
        while let Some(found) = all.next().await {
            found.map_err(|error| self.failed("", error))?;
            count += 1;
        }
        Ok(count)
    }

    fn failed(&self, name: &str, error: Error) -> BlobError {
        let place = if name.is_empty() { self.url() } else { self.place(name) };
        match error {
            // A bucket that isn't there answers as a file does that isn't.
            Error::NotFound { source, .. } if source.to_string().contains("NoSuchBucket") => {
                BlobError::NoBucket(self.url())
            }
            Error::NotFound { .. } => BlobError::Bucket { place, why: GONE.to_owned() },
            Error::PermissionDenied { source, .. } | Error::Unauthenticated { source, .. } => {
                BlobError::Denied { place, why: causes(&*source) }
            }
            other => BlobError::Bucket { place, why: causes(&other) },
        }
    }
}

const GONE: &str = "it is not there";

/// Servers answer with pages; what is wrong stands at their beginning.
pub(super) fn first_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

/// An error with what it came of: the outermost says no more than that something went wrong.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        cause = deeper.source();
    }
    first_line(&told)
}
