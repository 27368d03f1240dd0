//! What object_store has no words for: the retention of an object (Object Lock), and the versions of one. The requests are ours, and it
//! signs them.
//!
//! In a bucket with versions, and every one with Object Lock is one, a plain DELETE removes nothing: it puts a marker on top, and the bytes
//! stay below. So a file is removed with each of its versions, by their names.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::Days;
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use sha2::{Digest, Sha256};

use super::bucket::{causes, first_line};
use super::credentials::Credentials;
use super::{BlobError, Lock, Place};
use crate::clock::Clock;

/// The pauses between tries.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Versions of one file come a thousand at a time.
const ROUNDS: usize = 100;

pub(super) struct Signed {
    place: Place,
    client: HttpClient,
    credential: AwsCredential,
}

struct Answer {
    status: u16,
    text: String,
    /// Until when the object is locked, where the answer says so.
    until: Option<String>,
}

impl Answer {
    const fn is_good(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    fn says(&self, code: &str) -> bool {
        self.text.contains(&format!("<Code>{code}</Code>"))
    }
}

impl Signed {
    pub(super) fn new(place: &Place, client: HttpClient, credentials: Credentials) -> Signed {
        let Credentials { key_id, secret, session } = credentials;
        let (secret_key, token) = (secret.to_string(), session.map(|session| session.to_string()));
        Signed { place: place.clone(), client, credential: AwsCredential { key_id, secret_key, token } }
    }

    /// Whether the bucket was made with Object Lock.
    pub(super) async fn require_lock(&self) -> Result<(), BlobError> {
        let answer = self.ask("GET", "", "object-lock=", None).await?;
        match answer.status {
            404 if answer.says("NoSuchBucket") => Err(BlobError::NoBucket(self.place.url())),
            404 => Err(BlobError::NotLockable(self.place.url())),
            _ if answer.is_good() && answer.text.contains("<ObjectLockEnabled>Enabled<") => Ok(()),
            _ if answer.is_good() => Err(BlobError::NotLockable(self.place.url())),
            _ => Err(self.refused("", &answer)),
        }
    }

    /// Locks a file for whole days from now on. A lock that lasts longer already stays as it is.
    pub(super) async fn lock(&self, key: &str, lock: Lock) -> Result<(), BlobError> {
        let failed = |why: &str| BlobError::Bucket { place: self.at(key), why: why.to_owned() };
        // The server goes by the world's time, whatever the bot's own clock says.
        let today = Clock::system().utc().ok_or_else(|| failed("there is no date for the lock"))?.date_naive();
        let until = today
            .checked_add_days(Days::new(u64::from(lock.days) + 1))
            .ok_or_else(|| failed("the lock would last too long"))?;
        let until = format!("{until}T00:00:00Z");
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>",
            lock.mode.word()
        );
        let answer = self.ask("PUT", key, "retention=", Some(body)).await?;
        if answer.is_good() {
            return Ok(());
        }
        // Nothing is shortened, and nobody asks for it: `lock_days` was larger before.
        let known = self.ask("HEAD", key, "", None).await?.until;
        match known {
            Some(known) if known >= until => Ok(()),
            _ if answer.status == 400 && answer.says("InvalidRequest") => Err(BlobError::NotLockable(self.place.url())),
            _ => Err(self.refused(key, &answer)),
        }
    }

    /// Removes a file with all its versions, and the markers on top of it.
    pub(super) async fn remove(&self, key: &str) -> Result<(), BlobError> {
        for _ in 0..ROUNDS {
            let answer = self.ask("GET", "", &format!("prefix={}&versions=", escaped(key)), None).await?;
            match answer.status {
                // It knows of no versions.
                405 | 501 => return self.delete(key, "").await,
                404 if answer.says("NoSuchBucket") => return Err(BlobError::NoBucket(self.place.url())),
                _ if answer.is_good() => {}
                _ => return Err(self.refused("", &answer)),
            }
            // Those with bytes first: what a lock holds is as it was then.
            for kind in ["Version", "DeleteMarker"] {
                for version in versions(&answer.text, kind, key) {
                    self.delete(key, &format!("versionId={}", escaped(&version))).await?;
                }
            }
            if !answer.text.contains("<IsTruncated>true<") {
                return Ok(());
            }
        }
        Err(BlobError::Bucket { place: self.at(key), why: "it has more versions than can be removed".to_owned() })
    }

    async fn delete(&self, key: &str, version: &str) -> Result<(), BlobError> {
        let answer = self.ask("DELETE", key, version, None).await?;
        if answer.is_good() || answer.status == 404 {
            return Ok(());
        }
        if answer.status != 403 {
            return Err(self.refused(key, &answer));
        }
        match self.ask("HEAD", key, version, None).await?.until {
            Some(until) => Err(BlobError::Locked { place: self.at(key), until }),
            None => Err(self.refused(key, &answer)),
        }
    }

    async fn ask(&self, method: &str, key: &str, query: &str, body: Option<String>) -> Result<Answer, BlobError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let answer = self.ask_once(method, key, query, body.clone()).await;
            let is_for_now = match &answer {
                Ok(answer) => answer.status >= 500 && answer.status != 501 || answer.status == 429,
                Err(_) => true,
            };
            match pauses.next().filter(|_| is_for_now) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break answer.map_err(|why| BlobError::Bucket { place: self.at(key), why }),
            }
        }
    }

    async fn ask_once(&self, method: &str, key: &str, query: &str, body: Option<String>) -> Result<Answer, String> {
        let wrong = |error: &dyn std::error::Error| first_line(&error.to_string());
        let mark = if query.is_empty() { "" } else { "?" };
        let address = format!("{}/{key}{mark}{query}", self.place.address());
        let mut request = match body {
            None => HttpRequest::new(HttpRequestBody::empty()),
            Some(text) => {
                let sum = BASE64.encode(Sha256::digest(&text));
                let mut request = HttpRequest::new(HttpRequestBody::from(text));
                let headers = request.headers_mut();
                headers.insert("content-type", "application/xml".parse().map_err(|error| wrong(&error))?);
                // Amazon takes no retention without it.
                headers.insert("x-amz-checksum-sha256", sum.parse().map_err(|error| wrong(&error))?);
                request
            }
        };
        *request.method_mut() = method.parse().map_err(|error| wrong(&error))?;
        *request.uri_mut() = address.parse().map_err(|error| wrong(&error))?;
        AwsAuthorizer::new(&self.credential, "s3", &self.place.region)
            .try_authorize(&mut request, None)
            .map_err(|error| wrong(&error))?;
        let answer = self.client.execute(request).await.map_err(|error| causes(&error))?;
        let status = answer.status().as_u16();
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let held = header("x-amz-object-lock-legal-hold").filter(|hold| hold == "ON");
        let until = held.map(|_| "its legal hold is lifted".to_owned());
        let until = until.or_else(|| header("x-amz-object-lock-retain-until-date"));
        let bytes = answer.into_body().bytes().await.map_err(|error| causes(&error))?;
        Ok(Answer { status, text: String::from_utf8_lossy(&bytes).into_owned(), until })
    }

    fn at(&self, key: &str) -> String {
        if key.is_empty() { self.place.url() } else { format!("s3://{}/{key}", self.place.bucket) }
    }

    fn refused(&self, key: &str, answer: &Answer) -> BlobError {
        let why = format!("status {}, {}", answer.status, first_line(&answer.text));
        match answer.status {
            401 | 403 => BlobError::Denied { place: self.at(key), why },
            _ => BlobError::Bucket { place: self.at(key), why },
        }
    }
}

/// The names of a file's versions, or of the markers on it, out of the server's list.
fn versions(list: &str, kind: &str, key: &str) -> Vec<String> {
    let between = |text: &str, name: &str| {
        let rest = text.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let begin = format!("<{kind}>");
    let all = list.split(&*begin).skip(1);
    let own = all.filter(|text| between(text, "Key").as_deref() == Some(key));
    own.filter_map(|text| between(text, "VersionId")).collect()
}

/// As a value in the query of an address.
fn escaped(text: &str) -> String {
    let keeps = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let escape = |byte: u8| if keeps(&byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_a_file_are_its_own() {
        let list = "<ListVersionsResult><Prefix>p/ab/abc</Prefix><DeleteMarker><Key>p/ab/abc</Key><VersionId>m1</VersionId></DeleteMarker>\
                    <Version><Key>p/ab/abc</Key><VersionId>v+1</VersionId></Version><Version><Key>p/ab/abcd</Key><VersionId>v2</VersionId></Version>";
        assert_eq!(versions(list, "Version", "p/ab/abc"), ["v+1"]);
        assert_eq!(versions(list, "DeleteMarker", "p/ab/abc"), ["m1"]);
        assert_eq!(escaped("v+1/~"), "v%2B1%2F~");
    }
}
