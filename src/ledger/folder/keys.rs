//! The keys of a data folder: the seeds that sign heads, bundles and what is cosigned for others, and the secret of causes.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::change::{NEXT_BUNDLES, NEXT_LEDGER, is_changing_keys};
use super::passphrase::{self, NotOpened};
use super::{Folder, FolderError, lock, make_private_folder, read, replace};
use crate::seal::{Cosigner, Signer, SshSigner, Verifier, commitment};

pub(super) const LEDGER: &str = "ledger.seed";
pub(super) const LEDGER_VKEY: &str = "ledger.vkey";
const CAUSES: &str = "causes.secret";
pub(super) const BUNDLES: &str = "bundles.seed";
pub(super) const FILES: &str = "files.secret";
/// By which the secret of the files is recognised, in the data folder itself: that files lie encrypted is known where the keys are another
/// backup's.
pub const FILES_MARK: &str = "files.mark";
const WITNESS: &str = "witness.seed";
/// The public half, and with it the name that the witness keeps, whatever the ledger is called later.
const WITNESS_VKEY: &str = "witness.vkey";

/// The files of secret keys, and under which name each is sealed. A new key is sealed under the name of the one whose place it takes.
pub(super) const SECRETS: [(&str, &str); 7] = [
    (LEDGER, "ledger"),
    (NEXT_LEDGER, "ledger"),
    (BUNDLES, "bundles"),
    (NEXT_BUNDLES, "bundles"),
    (CAUSES, "causes"),
    (WITNESS, "witness"),
    (FILES, "files"),
];

/// The public key that checkpoints of a data folder verify with, without taking the folder.
///
/// # Errors
/// [`FolderError`] if there is none.
pub fn verifier(path: &Path) -> Result<Verifier, FolderError> {
    let file = path.join("keys").join("ledger.vkey");
    if !path.join(Folder::DATABASE).exists() {
        return Err(FolderError::NotAFolder(path.to_owned()));
    }
    read(&file)?.trim().parse().map_err(|error: crate::seal::KeyError| FolderError::KeyBroken(file, error.to_string()))
}

/// The secret under which a data folder's ledger makes the ids of what was heard, without taking the folder.
///
/// # Errors
/// [`FolderError`] if there is none.
pub fn cause_secret(path: &Path) -> Result<[u8; 32], FolderError> {
    let secret = read_key(&cause_secret_file(path)).map(|secret| *secret);
    secret.map_err(|error| match error {
        FolderError::KeyMissing(path) | FolderError::KeyBroken(path, _) => FolderError::CauseSecretLost(path),
        other => other,
    })
}

/// Where a data folder has its secret of causes.
pub fn cause_secret_file(path: &Path) -> PathBuf {
    path.join("keys").join(CAUSES)
}

/// Makes a new secret of causes where a data folder has lost its own; nothing else is changed. Whether it had.
///
/// # Errors
/// [`FolderError`]; also where the folder lacks more than that.
pub fn renew_cause_secret(path: &Path) -> Result<bool, FolderError> {
    if !path.join(Folder::DATABASE).exists() {
        return Err(FolderError::NotAFolder(path.to_owned()));
    }
    let _lock = lock(path)?;
    let keys = path.join("keys");
    read_key(&keys.join("ledger.seed"))?;
    match cause_secret(path) {
        Ok(_) => Ok(false),
        Err(FolderError::CauseSecretLost(_)) => create_cause_secret(&keys).map(|()| true),
        Err(error) => Err(error),
    }
}

/// The secret under which a data folder's files are encrypted, without taking the folder. `None`: they aren't.
///
/// # Errors
/// [`FolderError::FileSecretLost`]: they are, and it isn't there, or it is another.
pub fn file_secret(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, FolderError> {
    let keys = path.join("keys");
    let (file, mark) = (keys.join(FILES), path.join(FILES_MARK));
    match (file.exists(), mark.exists()) {
        (false, false) => Ok(None),
        (false, true) => Err(FolderError::FileSecretLost(file)),
        // It was made, and the process died.
        (true, false) => read_key(&file).map(Some),
        (true, true) => {
            let secret = read_key(&file)?;
            match read(&mark)?.trim() == mark_of(&secret) {
                true => Ok(Some(secret)),
                false => Err(FolderError::FileSecretLost(file)),
            }
        }
    }
}

fn mark_of(file_secret: &[u8; 32]) -> String {
    hex::encode(commitment(file_secret, b"the secret of files").0)
}

/// From now on, files of the data folder are encrypted. Nobody else works on it.
///
/// # Errors
/// As [`file_secret`].
pub fn encrypt_files(path: &Path) -> Result<(), FolderError> {
    let keys = path.join("keys");
    let secret = match file_secret(path)? {
        Some(secret) => secret,
        None => {
            create_seed(&keys.join(FILES))?;
            read_key(&keys.join(FILES))?
        }
    };
    let mark = path.join(FILES_MARK);
    match mark.exists() {
        true => Ok(()),
        false => replace(&mark, mark_of(&secret).as_bytes()),
    }
}

/// The key that signs the bundles, without taking the folder.
///
/// # Errors
/// [`FolderError::BundleKeyMissing`], [`FolderError::KeyBroken`].
pub fn bundle_signer(path: &Path) -> Result<SshSigner, FolderError> {
    let file = path.join("keys").join(BUNDLES);
    match read_key(&file) {
        Err(FolderError::KeyMissing(_)) => Err(FolderError::BundleKeyMissing(file)),
        seed => seed.map(|seed| SshSigner::from_seed(&seed)),
    }
}

/// The key that signs heads, without taking the folder. Whoever signs with it says nothing that a signed head doesn't say: the folder is
/// somebody else's meanwhile, and they sign the next one.
///
/// # Errors
/// [`FolderError`]; [`FolderError::KeysChanging`].
pub fn receipt_signer(path: &Path) -> Result<Signer, FolderError> {
    let own = verifier(path)?;
    if is_changing_keys(path) {
        return Err(FolderError::KeysChanging(path.to_owned()));
    }
    let keys = path.join("keys");
    let broken = |why: String| FolderError::KeyBroken(keys.join(LEDGER_VKEY), why);
    let signer =
        Signer::from_seed(own.name(), &*read_key(&keys.join(LEDGER))?).map_err(|why| broken(why.to_string()))?;
    match *signer.verifier() == own {
        true => Ok(signer),
        false => Err(broken("it is not the public key of the ledger.seed beside it".to_owned())),
    }
}

pub(super) fn create_keys(keys: &Path) -> Result<(), FolderError> {
    make_private_folder(keys)?;
    let (mut seed, mut name) = ([0; 32], [0; 4]);
    getrandom::fill(&mut seed)?;
    getrandom::fill(&mut name)?;
    let origin = format!("countersign.local/{}", hex::encode(name));
    let signer = Signer::from_seed(&origin, &seed)
        .map_err(|error| FolderError::KeyBroken(keys.to_owned(), error.to_string()))?;
    replace(&keys.join("origin"), origin.as_bytes())?;
    replace(&keys.join("ledger.vkey"), signer.verifier().to_string().as_bytes())?;
    create_cause_secret(keys)?;
    create_seed(&keys.join(BUNDLES))?;
    // Last, so that a folder with a seed has all the others.
    write_key(&keys.join(LEDGER), &seed)
}

fn create_cause_secret(keys: &Path) -> Result<(), FolderError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    write_key(&keys.join(CAUSES), &secret)
}

pub(super) fn create_seed(file: &Path) -> Result<(), FolderError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    write_key(file, &seed)
}

/// Sealed where a passphrase was given.
fn write_key(file: &Path, secret: &[u8; 32]) -> Result<(), FolderError> {
    let text = match passphrase::given() {
        Some(passphrase) => passphrase.seal(name_of(file), secret)?,
        None => hex::encode(secret),
    };
    replace(file, text.as_bytes())
}

fn name_of(file: &Path) -> &'static str {
    let of = SECRETS.iter().find(|(name, _)| file.ends_with(name));
    of.map_or("key", |(_, name)| name)
}

/// Whoever gives a passphrase wants their keys sealed.
pub(super) fn warn_of_unsealed(keys: &Path) {
    let plain = |(file, _): &&(&str, &str)| read(&keys.join(file)).is_ok_and(|text| !passphrase::is_sealed(&text));
    if passphrase::given().is_some()
        && let Some((file, _)) = SECRETS.iter().find(plain)
    {
        let path = keys.join(file);
        tracing::warn!(
            "{} isn't sealed, though a passphrase is given; stop the bot and run `countersign keys seal` to seal it",
            path.display()
        );
    }
}

pub(super) fn read_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, FolderError> {
    if !path.exists() {
        return Err(FolderError::KeyMissing(path.to_owned()));
    }
    let text = Zeroizing::new(read(path)?);
    if passphrase::is_sealed(&text) {
        let passphrase = passphrase::given().ok_or_else(|| FolderError::Sealed(path.to_owned()))?;
        return passphrase.open(name_of(path), &text).map_err(|error| match error {
            NotOpened::Malformed(why) => FolderError::KeyBroken(path.to_owned(), why.to_owned()),
            NotOpened::Wrong => FolderError::OtherPassphrase(path.to_owned()),
        });
    }
    let mut key = Zeroizing::new([0; 32]);
    match hex::decode_to_slice(text.trim(), &mut *key) {
        Ok(()) => Ok(key),
        Err(error) => Err(FolderError::KeyBroken(path.to_owned(), error.to_string())),
    }
}

/// The key that cosigns other logs' heads, without taking the folder. `None`: the bot makes it at its next start.
///
/// # Errors
/// [`FolderError`].
pub fn cosigner(path: &Path) -> Result<Option<Cosigner>, FolderError> {
    let keys = path.join("keys");
    let (file, vkey) = (keys.join(WITNESS), keys.join(WITNESS_VKEY));
    if !file.exists() {
        return Ok(None);
    }
    let seed = read_key(&file)?;
    let text = read(&vkey)?;
    let name = text.split('+').next().unwrap_or_default();
    let cosigner =
        Cosigner::from_seed(name, &seed).map_err(|error| FolderError::KeyBroken(vkey.clone(), error.to_string()))?;
    match cosigner.key().to_string() == text.trim() {
        true => Ok(Some(cosigner)),
        false => Err(FolderError::KeyBroken(vkey, "it is not the public key of the witness.seed beside it".to_owned())),
    }
}

/// Makes that key where there is none. A key that was lost gets a successor under the same name: whoever knew the old one says so
/// of every cosignature, until they are given the new one.
pub(super) fn create_cosigner(keys: &Path, origin: &str) -> Result<(), FolderError> {
    let vkey = keys.join(WITNESS_VKEY);
    let kept = if vkey.exists() { read(&vkey)? } else { String::new() };
    let name = match kept.split_once('+') {
        Some((name, _)) => name.to_owned(),
        None => format!("{}/witness", origin.rsplit_once("/r").map_or(origin, |(stem, _)| stem)),
    };
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let cosigner =
        Cosigner::from_seed(&name, &seed).map_err(|error| FolderError::KeyBroken(vkey.clone(), error.to_string()))?;
    if !kept.is_empty() {
        tracing::warn!(
            "{} was lost and is another one now: give its public key to those whose heads are cosigned here",
            WITNESS
        );
    }
    // The seed last: without it all of this is made anew.
    replace(&vkey, cosigner.key().to_string().as_bytes())?;
    write_key(&keys.join(WITNESS), &seed)
}

/// Whether the key that cosigns is there.
pub(super) fn has_cosigner(keys: &Path) -> bool {
    keys.join(WITNESS).exists()
}
