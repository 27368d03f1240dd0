//! BagIt 1.0 (RFC 8493): what the tag files say, how they are written and read. Knows nothing of ledgers.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{AGENT, BundleError, Files, NAMESPACE};
use crate::domain::CaseId;
use crate::seal::{Checkpoint, SshSigner};

pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over the tag manifest, and so over all that it and the manifest name.
pub(super) const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
pub(super) const README: &str = include_str!("../../../templates/bundle/README.txt");

/// What bag-info.txt says.
pub(super) struct Info<'a> {
    pub case: CaseId,
    pub head: &'a Checkpoint,
    /// When the head was signed: the bag's date, since the day of the export would make every copy another one.
    pub signed_at: Option<i64>,
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// # Errors
/// [`BundleError::NotEmpty`].
pub(super) fn require_empty(out: &Path) -> Result<(), BundleError> {
    match fs::read_dir(out) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BundleError::NotEmpty(out.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(BundleError::Io { path: out.to_owned(), source }),
    }
}

/// Writes the payload and the tag files around it. The signature comes last: a bag without it broke off.
pub(super) fn write(out: &Path, payload: Files, info: &Info<'_>, signer: &SshSigner) -> Result<(), BundleError> {
    let bytes = payload.values().map(|bytes| bytes.len() as u64).sum();
    let date = info.signed_at.and_then(|at| crate::domain::At(at).utc()).map(|at| at.format("%Y-%m-%d").to_string());
    let bag_info = about(AGENT, date.as_deref(), info.case, info.head, (bytes, payload.len()));
    let mut tags = Files::new();
    tags.insert("bagit.txt".to_owned(), DECLARATION.as_bytes().to_vec());
    tags.insert("bag-info.txt".to_owned(), bag_info.into_bytes());
    tags.insert("README.txt".to_owned(), README.as_bytes().to_vec());
    tags.insert(MANIFEST.to_owned(), manifest(&payload).into_bytes());
    let tag_manifest = manifest(&tags);
    for (path, bytes) in payload.iter().chain(&tags) {
        put(&out.join(path), bytes)?;
    }
    put(&out.join(TAG_MANIFEST), tag_manifest.as_bytes())?;
    put(&out.join(SIGNATURE), signer.sign(NAMESPACE, tag_manifest.as_bytes()).as_bytes())
}

/// The text of bag-info.txt. The payload is bytes and files.
pub(super) fn about(
    agent: &str,
    date: Option<&str>,
    case: CaseId,
    head: &Checkpoint,
    (bytes, files): (u64, usize),
) -> String {
    let date = date.map(|date| format!("Bagging-Date: {date}\n")).unwrap_or_default();
    format!(
        "Bag-Software-Agent: {agent}\n{date}External-Identifier: {case}\nInternal-Sender-Identifier: {}\n\
         Payload-Oxum: {bytes}.{files}\nLedger-Head-Size: {}\n",
        head.origin, head.size
    )
}

/// Two spaces between hash and path, so that `sha256sum -c` reads it too.
fn manifest(files: &Files) -> String {
    files.iter().map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes))).collect()
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), BundleError> {
    let failed = |source| BundleError::Io { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}

/// Every file under a folder, by its path with `/`. What is neither a file nor a folder is named apart.
pub(super) fn walk(root: &Path) -> Result<(BTreeMap<String, PathBuf>, Vec<String>), BundleError> {
    let mut files = BTreeMap::new();
    let mut strange = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let failed = |source| BundleError::Io { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() {
                files.insert(name, entry.path());
            } else {
                strange.push(name);
            }
        }
    }
    Ok((files, strange))
}

/// The lines of a manifest as path → hash, and what is wrong with it.
pub(super) fn read_manifest(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut listed = BTreeMap::new();
    let mut wrong = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let parts =
            line.split_once(char::is_whitespace).map(|(hash, path)| (hash, path.trim_start_matches([' ', '\t', '*'])));
        match parts {
            Some((hash, path))
                if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && is_inside(path) =>
            {
                if listed.insert(path.to_owned(), hash.to_ascii_lowercase()).is_some() {
                    wrong.push(format!("line {number} names {path} a second time"));
                }
            }
            _ => wrong.push(format!("line {number} is no hash and path within the bag")),
        }
    }
    (listed, wrong)
}

/// A manifest must not send a reader out of the bag (RFC 8493 §5.1).
fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(['/', '~']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
