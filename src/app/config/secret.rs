//! Tokens and secrets: where they are found, and what is never shown of them.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::ConfigError;
use crate::blobs::Credentials;

/// Something that is never logged or shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }
    /// For the one place that sends it or checks with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where tokens and secrets come from.
pub(super) struct Secrets<'a> {
    pub path: &'a Path,
    pub line: &'a dyn Fn(usize) -> usize,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// The data folder, where tokens that are renewed are kept.
    pub data: &'a Path,
    /// Files that were read.
    pub files: RefCell<Vec<PathBuf>>,
}

/// What a secret is, for finding it and for saying what is wrong with it.
pub(super) struct Sought<'a> {
    pub platform: &'a str,
    pub what: &'static str,
    /// The end of the variable's name.
    pub ending: &'static str,
    pub file: Option<&'a Path>,
    pub key: &'static str,
    /// What it begins with; empty where anything goes.
    pub begins: &'static str,
    pub hint: &'static str,
    /// Where its table stands.
    pub at: usize,
}

impl Secrets<'_> {
    pub fn variable(platform: &str, ending: &str) -> String {
        ["COUNTERSIGN", &platform.to_uppercase().replace('-', "_"), ending].join("_")
    }

    pub fn find(&self, sought: &Sought<'_>) -> Result<Secret, ConfigError> {
        let variable = Secrets::variable(sought.platform, sought.ending);
        let (from, text) = match ((self.environment)(&variable), sought.file) {
            (Some(text), _) => (variable, text),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|source| ConfigError::Io { path: file.to_owned(), source })?;
                self.files.borrow_mut().push(file.to_owned());
                (file.display().to_string(), text)
            }
            (None, None) => {
                return Err(ConfigError::NoSecret {
                    path: self.path.to_owned(),
                    line: (self.line)(sought.at),
                    platform: sought.platform.to_owned(),
                    what: sought.what,
                    variable,
                    key: sought.key,
                });
            }
        };
        let text = text.trim();
        if text.is_empty() || !text.starts_with(sought.begins) {
            let (what, begins, hint) = (sought.what, sought.begins, sought.hint);
            return Err(ConfigError::WrongSecret { path: from, what, begins, hint });
        }
        Ok(Secret::new(text))
    }
}

const KEY_ID: [&str; 2] = ["COUNTERSIGN_S3_ACCESS_KEY_ID", "COUNTERSIGN_S3_ACCESS_KEY_ID_FILE"];
const SECRET: [&str; 2] = ["COUNTERSIGN_S3_SECRET_ACCESS_KEY", "COUNTERSIGN_S3_SECRET_ACCESS_KEY_FILE"];
/// Only credentials that run out have one.
const SESSION: [&str; 2] = ["COUNTERSIGN_S3_SESSION_TOKEN", "COUNTERSIGN_S3_SESSION_TOKEN_FILE"];

/// With what the bot gets into the bucket where files are kept, where there is something: from the environment, or from files that it names.
///
/// # Errors
/// [`ConfigError`]: half of it is there, or one of them is empty.
pub fn bucket_credentials(environment: impl Fn(&str) -> Option<String>) -> Result<Option<Credentials>, ConfigError> {
    let find = |[name, file]: [&'static str; 2]| {
        let (name, text) = match (environment(name), environment(file)) {
            (Some(text), _) => (name, text),
            (None, Some(path)) => {
                let path = PathBuf::from(path);
                let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Io { path, source })?;
                (file, text)
            }
            (None, None) => return Ok(None),
        };
        match text.trim() {
            "" => {
                let what = "there is nothing in it: write the access key, or take the variable out of the environment";
                Err(ConfigError::Environment { name, value: String::new(), what: what.to_owned() })
            }
            text => Ok(Some(text.to_owned())),
        }
    };
    let half = |name, other: &str| {
        let what = format!("half of an access key: set {other} too");
        ConfigError::Environment { name, value: "…".to_owned(), what }
    };
    match (find(KEY_ID)?, find(SECRET)?) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(KEY_ID[0], SECRET[0])),
        (None, Some(_)) => Err(half(SECRET[0], KEY_ID[0])),
        (Some(key_id), Some(secret)) => {
            Ok(Some(Credentials { key_id, secret: secret.into(), session: find(SESSION)?.map(Into::into) }))
        }
    }
}

/// The files that those are read from.
pub(super) fn bucket_files(environment: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let named = [KEY_ID, SECRET, SESSION].into_iter().filter(|[name, _]| environment(name).is_none());
    named.filter_map(|[_, file]| environment(file)).map(PathBuf::from).collect()
}

/// What the keys of the data folder are sealed with, where they are: from the environment, or from a file that it names. A line break at
/// the end of the file is no part of it.
///
/// # Errors
/// [`ConfigError`].
pub fn keys_passphrase(environment: impl Fn(&str) -> Option<String>) -> Result<Option<Secret>, ConfigError> {
    let (name, text) =
        match (environment("COUNTERSIGN_KEYS_PASSPHRASE"), environment("COUNTERSIGN_KEYS_PASSPHRASE_FILE")) {
            (Some(text), _) => ("COUNTERSIGN_KEYS_PASSPHRASE", text),
            (None, Some(file)) => {
                let path = PathBuf::from(file);
                let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Io { path, source })?;
                ("COUNTERSIGN_KEYS_PASSPHRASE_FILE", text.trim_end_matches(['\n', '\r']).to_owned())
            }
            (None, None) => return Ok(None),
        };
    match text.is_empty() {
        true => {
            let what =
                "there is no passphrase in it: write one, or take the variable out of the environment".to_owned();
            Err(ConfigError::Environment { name, value: String::new(), what })
        }
        false => Ok(Some(Secret::new(text))),
    }
}

/// The variable with the keys that calls to a webhook are signed with: `COUNTERSIGN_WEBHOOK_DEPLOY_KEYS`.
pub fn webhook_variable(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    ["COUNTERSIGN", "WEBHOOK", &name.chars().map(fits).collect::<String>(), "KEYS"].join("_")
}
