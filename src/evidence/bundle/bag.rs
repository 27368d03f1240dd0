//! BagIt 1.0 (RFC 8493): what the tag files say, and how they are read. Knows nothing of ledgers.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::scope::Scope;
use crate::seal::Checkpoint;

pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over the tag manifest, and so over all that it and the manifest name.
pub(super) const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";

/// The time stamp of the tag manifest, where somebody gave one.
pub(super) const STAMP: &str = "tagmanifest-sha256.txt.tsr";

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The text of bag-info.txt. The payload is bytes and files.
pub(super) fn about(
    agent: &str,
    date: Option<&str>,
    scope: &Scope,
    head: &Checkpoint,
    (bytes, files): (u64, u64),
) -> String {
    let date = date.map(|date| format!("Bagging-Date: {date}\n")).unwrap_or_default();
    format!(
        "Bag-Software-Agent: {agent}\n{date}External-Identifier: {}\nInternal-Sender-Identifier: {}\n\
         Payload-Oxum: {bytes}.{files}\nLedger-Head-Size: {}\n",
        scope.name(),
        head.origin,
        head.size
    )
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
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(['/', '~']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_manifest_makes_a_reader_stumble_or_leads_out_of_the_bag(
            text in "([0-9a-f]{62,65}[ \\t*]{1,3}(data|\\.\\.|/|~|\\.|[a-z]{1,3}|\\PC){0,4}\r?\n|\\PC{0,40}\n){0,6}",
        ) {
            let (listed, wrong) = read_manifest(&text);
            prop_assert!(listed.iter().all(|(path, hash)| is_inside(path) && hash.len() == 64));
            prop_assert!(listed.len() + wrong.len() <= text.lines().count());
            prop_assert_eq!((listed, wrong), read_manifest(&text));
        }
    }
}
