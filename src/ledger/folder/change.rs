//! A change of the keys that sign heads and bundles, as far as files go. New keys are drawn and lie beside the old ones until the ledger
//! names them; then each takes its old one's place, that of the heads last. As long as that one's file is there, the change isn't over,
//! and the entry in the ledger alone says whether it counts.
//!
//! The old keys are destroyed: once a new one stands in its place, the old one's bytes are written over. What a disk or a backup keeps of
//! them besides, nobody can know here.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::keys::{BUNDLES, LEDGER, LEDGER_VKEY, create_seed, read_key};
use super::{Folder, FolderError, at, read, replace, sync_folder};
use crate::seal::{Signer, SshSigner, Verifier};

pub(super) const NEXT_LEDGER: &str = "ledger.next";
pub(super) const NEXT_BUNDLES: &str = "bundles.next";
/// The public keys that signed heads before, one a line, oldest first.
const RETIRED: &str = "retired";

/// The keys that are to sign from now on.
pub struct NextKeys {
    pub heads: Signer,
    pub bundles: SshSigner,
}

impl Folder {
    /// Whether a change of keys was begun here and isn't over.
    pub fn keys_are_changing(&self) -> bool {
        self.is_changing
    }

    /// Draws new keys. They count for nothing yet.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn draw_next_keys(&mut self) -> Result<NextKeys, FolderError> {
        let keys = self.path.join("keys");
        create_seed(&keys.join(NEXT_BUNDLES))?;
        self.is_changing = true;
        create_seed(&keys.join(NEXT_LEDGER))?;
        Ok(NextKeys {
            heads: self.next_signer()?,
            bundles: SshSigner::from_seed(&*read_key(&keys.join(NEXT_BUNDLES))?),
        })
    }

    /// The key that was drawn to sign heads.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn next_signer(&self) -> Result<Signer, FolderError> {
        let file = self.path.join("keys").join(NEXT_LEDGER);
        let seed = read_key(&file)?;
        Signer::from_seed(&self.origin, &seed).map_err(|error| FolderError::KeyBroken(file, error.to_string()))
    }

    /// Throws the new keys away: the old ones count on.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn drop_next_keys(&mut self) -> Result<(), FolderError> {
        let keys = self.path.join("keys");
        for next in [NEXT_LEDGER, NEXT_BUNDLES] {
            remove(&keys.join(next))?;
        }
        sync_folder(&keys)?;
        self.is_changing = false;
        self.require_own_vkey()
    }

    /// The new keys count, and the old ones are destroyed. Dying anywhere in it leaves a change that can be ended by calling this again.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn take_next_keys(&mut self) -> Result<(), FolderError> {
        let keys = self.path.join("keys");
        let (old, new) = (self.own_signer()?, self.next_signer()?);
        let mut before = retired(&self.path)?;
        if !before.contains(old.verifier()) {
            before.push(old.verifier().clone());
        }
        let lines: String = before.iter().map(|key| format!("{key}\n")).collect();
        replace(&keys.join(RETIRED), lines.as_bytes())?;
        if keys.join(NEXT_BUNDLES).exists() {
            take_place(&keys.join(NEXT_BUNDLES), &keys.join(BUNDLES))?;
        }
        replace(&keys.join(LEDGER_VKEY), new.verifier().to_string().as_bytes())?;
        let seed = read_key(&keys.join(NEXT_LEDGER))?;
        take_place(&keys.join(NEXT_LEDGER), &keys.join(LEDGER))?;
        (self.seed, self.is_changing) = (seed, false);
        Ok(())
    }
}

/// The public keys that signed heads of a data folder before, oldest first, without taking the folder.
///
/// # Errors
/// [`FolderError`].
pub fn retired(path: &Path) -> Result<Vec<Verifier>, FolderError> {
    let file = path.join("keys").join(RETIRED);
    let text = if file.exists() { read(&file)? } else { String::new() };
    let keys = text.lines().map(|line| line.trim().parse::<Verifier>());
    let broken = |error: crate::seal::KeyError| FolderError::KeyBroken(file.clone(), error.to_string());
    keys.map(|key| key.map_err(broken)).collect()
}

/// Whether a change of keys was begun in a data folder and isn't over, without taking the folder.
pub fn is_changing_keys(path: &Path) -> bool {
    path.join("keys").join(NEXT_LEDGER).exists()
}

/// Whether a change of keys isn't over. What is left of one that never was begun goes.
pub(super) fn is_under_way(keys: &Path) -> Result<bool, FolderError> {
    let is_under_way = keys.join(NEXT_LEDGER).exists();
    if !is_under_way {
        remove(&keys.join(NEXT_BUNDLES))?;
    }
    Ok(is_under_way)
}

fn remove(file: &Path) -> Result<(), FolderError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(at(file)),
    }
}

/// A new key's file takes the place of the old one's.
fn take_place(new: &Path, old: &Path) -> Result<(), FolderError> {
    destroying(old, || {
        fs::rename(new, old).map_err(at(old))?;
        sync_folder(old.parent().unwrap_or(Path::new(".")))
    })
}

/// Something takes the place of a file, whose bytes are then written over.
pub(super) fn destroying(old: &Path, taken: impl FnOnce() -> Result<(), FolderError>) -> Result<(), FolderError> {
    let destroyed = OpenOptions::new().write(true).open(old);
    taken()?;
    if let Ok(mut destroyed) = destroyed {
        let length = destroyed.metadata().map_err(at(old))?.len();
        let zeros = vec![0; usize::try_from(length).unwrap_or_default()];
        destroyed.write_all(&zeros).and_then(|()| destroyed.sync_all()).map_err(at(old))?;
    }
    Ok(())
}
