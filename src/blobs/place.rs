//! In which bucket the files of a ledger lie: what the settings say, and what stands in `bucket.toml` in the data folder from the first
//! start with it on. The file has no secret in it. By it `verify`, `export` and `backup` find the files without the settings, and a start
//! notices that the settings speak of another place than the one where the files are.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::BlobError;
use crate::ledger::folder;

/// The file in the data folder.
pub const BUCKET_FILE: &str = "bucket.toml";
/// Where no region is written: S3's own default, which other servers take too.
const REGION: &str = "us-east-1";
/// A hundred years.
const LOCK_AT_MOST: u32 = 36_500;

/// As meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub bucket: String,
    /// Without a slash at either end; empty where the files lie at the top of the bucket.
    pub prefix: String,
    /// Without a slash at its end. `None`: Amazon's own.
    pub endpoint: Option<String>,
    pub region: String,
    pub lock: Option<Lock>,
}

/// For how long the bucket is told to keep each file, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    pub mode: Mode,
    pub days: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Can be lifted by whoever has a right of its own to that, such as to carry out an erasure.
    #[default]
    Governance,
    /// Can be lifted by nobody.
    Compliance,
}

impl Mode {
    /// As S3 writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Governance => "GOVERNANCE",
            Mode::Compliance => "COMPLIANCE",
        }
    }
}

/// As written, in the settings and in the data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPlace {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The server is reached over a network that can be trusted with the files as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_http: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_days: Option<u32>,
}

impl WrittenPlace {
    /// What it means.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn place(&self) -> Result<Place, String> {
        let (bucket, prefix) = bucket_and_prefix(&self.url)?;
        let region = match self.region.as_deref() {
            None => REGION.to_owned(),
            Some(region) if is_region(region) => region.to_owned(),
            Some(region) => {
                return Err(format!(
                    "“{region}” is no region; write one such as region = \"eu-central-1\", or leave it out"
                ));
            }
        };
        let lock = match (self.lock, self.lock_days) {
            (None, None) => None,
            (Some(_), None) => {
                return Err(
                    "`lock` needs to know for how long: write for how many days no file may be removed, such as lock_days = 365"
                        .to_owned(),
                );
            }
            (_, Some(days)) if !(1..=LOCK_AT_MOST).contains(&days) => {
                return Err(format!("lock_days = {days}: write a number of days between 1 and {LOCK_AT_MOST}"));
            }
            (mode, Some(days)) => Some(Lock { mode: mode.unwrap_or_default(), days }),
        };
        let endpoint = self.endpoint.as_deref().map(|text| endpoint(text, self.allow_http)).transpose()?;
        Ok(Place { bucket, prefix, endpoint, region, lock })
    }
}

impl Place {
    pub fn url(&self) -> String {
        match self.prefix.as_str() {
            "" => format!("s3://{}", self.bucket),
            prefix => format!("s3://{}/{prefix}", self.bucket),
        }
    }

    /// The key of a file, as its path in the folder.
    pub(super) fn key(&self, sha256: &str) -> String {
        let name = format!("{}/{sha256}", sha256.get(..2).unwrap_or("00"));
        if self.prefix.is_empty() { name } else { format!("{}/{name}", self.prefix) }
    }

    /// Where the bucket answers, without a slash at its end.
    pub(super) fn address(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint}/{}", self.bucket),
            None => format!("https://s3.{}.amazonaws.com/{}", self.region, self.bucket),
        }
    }

    /// The same place with another lock is the same place.
    fn is_at(&self, other: &Place) -> bool {
        (&self.bucket, &self.prefix, &self.endpoint) == (&other.bucket, &other.prefix, &other.endpoint)
    }

    /// The place, with the server's address where it isn't Amazon's.
    fn told(&self) -> String {
        match &self.endpoint {
            None => self.url(),
            Some(endpoint) => format!("{} at {endpoint}", self.url()),
        }
    }

    fn written(&self) -> WrittenPlace {
        WrittenPlace {
            url: self.url(),
            endpoint: self.endpoint.clone(),
            region: Some(self.region.clone()),
            // It was allowed when it was read.
            allow_http: self.endpoint.as_ref().is_some_and(|it| it.starts_with("http:")),
            lock: self.lock.map(|lock| lock.mode),
            lock_days: self.lock.map(|lock| lock.days),
        }
    }
}

const URL: &str = "write it as url = \"s3://BUCKET\" or url = \"s3://BUCKET/PREFIX\", of small letters, digits, hyphens, dots and slashes";

fn bucket_and_prefix(url: &str) -> Result<(String, String), String> {
    let wrong = || format!("“{url}” names no bucket: {URL}");
    let rest = url.strip_prefix("s3://").ok_or_else(wrong)?.trim_end_matches('/');
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| small(*byte));
    let bytes = bucket.as_bytes();
    let is_bucket = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| small(*byte) || matches!(byte, b'-' | b'.'))
        && ends(bytes.first())
        && ends(bytes.last());
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    };
    let is_prefix = prefix.is_empty() || prefix.len() <= 200 && prefix.split('/').all(is_part);
    if is_bucket && is_prefix { Ok((bucket.to_owned(), prefix.to_owned())) } else { Err(wrong()) }
}

fn is_region(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(fits)
}

/// Encrypted, or on this machine, or told that it may be neither.
fn endpoint(text: &str, allow_http: bool) -> Result<String, String> {
    let wrong =
        || format!("“{text}” is not the address of a server; write one such as endpoint = \"https://s3.example.org\"");
    let text = text.trim_end_matches('/');
    let (scheme, host) = text.split_once("://").ok_or_else(wrong)?;
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']' | b'/' | b'_');
    if host.is_empty() || host.starts_with('/') || !host.bytes().all(fits) {
        return Err(wrong());
    }
    let name = host.split('/').next().unwrap_or_default();
    let name = match name.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => name.split(':').next().unwrap_or_default(),
    };
    let is_here = name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => Ok(text.to_owned()),
        "http" if is_here || allow_http => Ok(text.to_owned()),
        "http" => Err(format!(
            "files and who may have them would go to {text} for all to read. Write its https address; or, where the way there can be trusted, \
             allow_http = true beside it"
        )),
        _ => Err(wrong()),
    }
}

/// What the data folder says.
pub(super) fn read(data: &Path) -> Result<Option<Place>, BlobError> {
    let path = data.join(BUCKET_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BlobError::Io { path, source }),
    };
    let written: Result<WrittenPlace, String> = toml::from_str(&text).map_err(|error| error.message().to_owned());
    let place = written.and_then(|written| written.place());
    place.map(Some).map_err(|why| BlobError::Place { path, why })
}

/// At a start: the data folder names the bucket of the settings from now on. Nobody else works on the folder.
///
/// # Errors
/// [`BlobError::Unnamed`] and [`BlobError::Moved`]: the files are elsewhere than the settings say.
pub fn settle(data: &Path, named: Option<&Place>) -> Result<(), BlobError> {
    let (known, file) = (read(data)?, data.join(BUCKET_FILE));
    match (known, named) {
        (None, None) => Ok(()),
        (Some(known), None) => Err(BlobError::Unnamed { url: known.url(), file }),
        (Some(known), Some(named)) if !known.is_at(named) => {
            Err(BlobError::Moved { was: known.told(), now: named.told(), file })
        }
        (Some(known), Some(named)) if known == *named => Ok(()),
        (_, Some(named)) => {
            let text = toml::to_string(&named.written())
                .map_err(|error| BlobError::Place { path: file.clone(), why: error.to_string() })?;
            Ok(folder::replace(&file, text.as_bytes())?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, String> {
        toml::from_str::<WrittenPlace>(text).map_err(|error| error.message().to_owned())?.place()
    }

    #[test]
    fn what_is_written_is_what_is_meant_and_comes_back() {
        let all = "url = \"s3://evidence/bot/prod/\"\nendpoint = \"https://s3.example.org/\"\nregion = \"eu-central-1\"\nlock_days = 365";
        let place = place(all).expect("it is good");
        assert_eq!((&*place.bucket, &*place.prefix, &*place.url()), ("evidence", "bot/prod", "s3://evidence/bot/prod"));
        assert_eq!(place.lock, Some(Lock { mode: Mode::Governance, days: 365 }));
        assert_eq!(place.address(), "https://s3.example.org/evidence");
        assert_eq!(place.key("abcd"), "bot/prod/ab/abcd");
        assert_eq!(place.written().place(), Ok(place));
        let bare = super::tests::place("url = \"s3://evidence\"").expect("it is good");
        assert_eq!(
            (bare.address(), bare.key("abcd")),
            ("https://s3.us-east-1.amazonaws.com/evidence".to_owned(), "ab/abcd".to_owned())
        );
    }

    #[test]
    fn every_bad_setting_says_what_to_write() {
        let wrong = [
            ("url = \"https://s3.example.org/evidence\"", "s3://BUCKET"),
            ("url = \"s3://\"", "s3://BUCKET"),
            ("url = \"s3://Evidence\"", "s3://BUCKET"),
            ("url = \"s3://evidence/../other\"", "s3://BUCKET"),
            ("url = \"s3://evidence//x\"", "s3://BUCKET"),
            ("url = \"s3://evidence/a b\"", "s3://BUCKET"),
            ("url = \"s3://evidence\"\nregion = \"eu central\"", "eu-central-1"),
            ("url = \"s3://evidence\"\nlock = \"governance\"", "lock_days = 365"),
            ("url = \"s3://evidence\"\nlock = \"forever\"", "governance"),
            ("url = \"s3://evidence\"\nlock_days = 0", "between 1 and"),
            ("url = \"s3://evidence\"\nlock_days = 40000", "between 1 and"),
            ("url = \"s3://evidence\"\nendpoint = \"s3.example.org\"", "https://s3.example.org"),
            ("url = \"s3://evidence\"\nendpoint = \"ftp://s3.example.org\"", "https://s3.example.org"),
            ("url = \"s3://evidence\"\nendpoint = \"https://a@b\"", "https://s3.example.org"),
            ("url = \"s3://evidence\"\nendpoint = \"http://s3.example.org\"", "allow_http = true"),
            ("url = \"s3://evidence\"\nendpoint = \"http://127.0.0.1.example.org\"", "allow_http = true"),
            ("url = \"s3://evidence\"\nkey = \"x\"", "unknown field"),
        ];
        for (text, says) in wrong {
            let why = place(text).expect_err(text);
            assert!(why.contains(says), "{text}: {why}");
        }
        for good in ["http://127.0.0.1:8333", "http://localhost:8333/", "http://[::1]:8333", "https://[2001:db8::1]"] {
            place(&format!("url = \"s3://evidence\"\nendpoint = \"{good}\"")).expect(good);
        }
        let told = "url = \"s3://evidence\"\nendpoint = \"http://s3.internal\"\nallow_http = true";
        assert_eq!(place(told).expect("it is told so").written().place(), place(told));
    }

    #[test]
    fn a_start_notices_that_the_files_are_elsewhere() {
        let data = tempfile::tempdir().expect("a folder");
        let one = place("url = \"s3://evidence\"").expect("it is good");
        let locked = Place { lock: Some(Lock { mode: Mode::Compliance, days: 7 }), ..one.clone() };
        let other = Place { bucket: "elsewhere".to_owned(), ..one.clone() };
        settle(data.path(), None).expect("there is no bucket");
        assert_eq!(read(data.path()).expect("it is read"), None);
        for place in [&one, &one, &locked] {
            settle(data.path(), Some(place)).expect("it is the same place");
            assert_eq!(read(data.path()).expect("it is read").as_ref(), Some(place));
        }
        let moved = settle(data.path(), Some(&other)).expect_err("the files are elsewhere").to_string();
        assert!(moved.contains("s3://evidence") && moved.contains("s3://elsewhere"), "{moved}");
        let unnamed = settle(data.path(), None).expect_err("the files are in a bucket").to_string();
        assert!(unnamed.contains("url = \"s3://evidence\"") && unnamed.contains("bucket.toml"), "{unnamed}");
        assert_eq!(read(data.path()).expect("it is read"), Some(locked), "nothing was changed");
        std::fs::write(data.path().join(BUCKET_FILE), "url = 3").expect("a file");
        assert!(matches!(read(data.path()), Err(BlobError::Place { .. })));
    }
}
