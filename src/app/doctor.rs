//! What `countersign doctor` looks at on this machine: the data folder, and who else may read the secrets.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::chat::Finding;
use crate::ledger::folder::{self, Folder};

fn good(text: String) -> Finding {
    Finding { ok: true, text }
}

fn bad(text: String) -> Finding {
    Finding { ok: false, text }
}

/// Looks, and changes nothing. `secrets`: files that tokens and secrets are read from.
pub fn machine(data: &Path, secrets: &[PathBuf]) -> Vec<Finding> {
    let mut found = data_folder(data);
    for file in secrets {
        found.extend(is_for_others(file, 0o600));
    }
    found
}

fn data_folder(data: &Path) -> Vec<Finding> {
    let name = data.display();
    if !data.exists() {
        return vec![good(format!("{name} isn't there yet; the first start makes it"))];
    }
    if !data.join(Folder::DATABASE).exists() {
        return vec![good(format!("{name} holds no ledger yet; the first start makes one"))];
    }
    let mut found = Vec::new();
    found.extend(is_for_others(data, 0o700));
    for place in ["keys", "tokens"] {
        let place = data.join(place);
        found.extend(is_for_others(&place, 0o700));
        let files = std::fs::read_dir(&place).into_iter().flatten().flatten();
        let mut files: Vec<_> = files.map(|entry| entry.path()).collect();
        files.sort();
        // The public key is for everybody.
        files.retain(|file| file.extension().is_none_or(|end| end != "vkey"));
        found.extend(files.iter().filter_map(|file| is_for_others(file, 0o600)));
    }
    let broken = [folder::verifier(data).err(), folder::cause_secret(data).err(), folder::checkpoint_file(data).err()];
    found.extend(broken.into_iter().flatten().map(|error| bad(error.to_string())));
    if found.is_empty() {
        let works = match folder::is_at_work(data) {
            true => "a bot is at work there",
            false => "no bot is at work there",
        };
        found.push(good(format!(
            "{name} is its owner's alone, its keys are there, and {works}; `countersign verify --data {name}` looks into the ledger"
        )));
    }
    found
}

/// What other users of this machine may do with it, if they may do anything.
fn is_for_others(path: &Path, mode: u32) -> Option<Finding> {
    let has = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let (name, may) = (path.display(), if path.is_dir() { "entered" } else { "read" });
    (has & 0o077 != 0)
        .then(|| bad(format!("{name} can be {may} by others on this machine (mode {has:o}): chmod {mode:o} {name}")))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    fn wrong(data: &Path, secrets: &[PathBuf]) -> Vec<String> {
        machine(data, secrets).into_iter().filter(|it| !it.ok).map(|it| it.text).collect()
    }

    #[test]
    fn secrets_that_others_may_read_are_named_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let none: [String; 0] = [];
        assert_eq!(wrong(&data, &[]), none, "what isn't there is nobody's fault");
        drop(Folder::open(&data, true).expect("a data folder"));
        fs::write(data.join(Folder::DATABASE), "").expect("it can be written");
        assert_eq!(wrong(&data, &[]), none);
        let token = folder.path().join("bot-token");
        fs::write(&token, "xoxb-1").expect("it can be written");
        for (path, mode) in [(&token, 0o644), (&data.join("keys/ledger.seed"), 0o640), (&data, 0o755)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("its owner may");
        }
        let found = wrong(&data, std::slice::from_ref(&token));
        let expected = [
            format!("{} can be entered by others on this machine (mode 755): chmod 700", data.display()),
            format!("{} can be read by others", data.join("keys/ledger.seed").display()),
            format!("{} can be read by others on this machine (mode 644): chmod 600", token.display()),
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&expected), "{found}");
            assert!(!found.contains("xoxb"), "{found}");
        }
        fs::remove_file(data.join("keys/causes.secret")).expect("it was there");
        assert!(wrong(&data, &[]).iter().any(|it| it.contains("causes.secret is missing")));
    }
}
