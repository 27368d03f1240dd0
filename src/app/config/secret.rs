//! Tokens and secrets: where they are found, and what is never shown of them.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::ConfigError;

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

/// The variable with the keys that calls to a webhook are signed with: `COUNTERSIGN_WEBHOOK_DEPLOY_KEYS`.
pub fn webhook_variable(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    ["COUNTERSIGN", "WEBHOOK", &name.chars().map(fits).collect::<String>(), "KEYS"].join("_")
}
