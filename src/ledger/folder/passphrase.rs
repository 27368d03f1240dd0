//! Keys at rest: with a passphrase the file of a secret key is sealed (Argon2id, RFC 9106, and XChaCha20-Poly1305), so that whoever gets
//! hold of the folder or a backup has no key. Without one it is hexadecimal, its owner's alone.
//!
//! ```text
//! countersign-sealed-key/1 ledger argon2id m=65536,t=3,p=1 SALT NONCE
//! SEALED
//! ```
//!
//! All in hexadecimal. The first line is authenticated with the key, so that no sealed key can be put in the place of another, nor be
//! opened more cheaply than it was sealed.
//!
//! The passphrase is given once for the whole process, from the environment, and is in no error and no log.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::change::destroying;
use super::keys::{SECRETS, read_key};
use super::{Folder, FolderError, read, replace};

const BEGINS: &str = "countersign-sealed-key/1";
/// Of Argon2id: KiB of memory, passes, lanes. RFC 9106 §4 recommends this where memory is scarce, with four lanes.
const COST: [u32; 3] = [65_536, 3, 1];
/// More isn't spent on a file that asks for it.
const COST_AT_MOST: [u32; 3] = [1_048_576, 32, 16];

static GIVEN: OnceLock<Passphrase> = OnceLock::new();

/// What keys are sealed with, and what was already made of it.
pub struct Passphrase {
    words: Zeroizing<String>,
    /// By cost and salt. Each takes a moment and much memory to make.
    made: Mutex<HashMap<Way, Zeroizing<[u8; 32]>>>,
}

/// How a key is made of the passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Way {
    cost: [u32; 3],
    salt: [u8; 16],
}

/// Why a sealed key can't be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotOpened {
    Malformed(&'static str),
    /// By another passphrase, or changed: nobody can tell which.
    Wrong,
}

impl Passphrase {
    pub fn new(words: String) -> Passphrase {
        Passphrase { words: Zeroizing::new(words), made: Mutex::default() }
    }

    fn key(&self, way: Way) -> Option<Zeroizing<[u8; 32]>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = made.get(&way) {
            return Some(key.clone());
        }
        let [memory, passes, lanes] = way.cost;
        let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Zeroizing::new([0; 32]);
        argon.hash_password_into(self.words.as_bytes(), &way.salt, &mut *key).ok()?;
        made.insert(way, key.clone());
        Some(key)
    }

    /// The way that was taken last at this cost, so that the keys of one folder need one and not four.
    fn way(&self) -> Result<Way, FolderError> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(way) = made.keys().find(|way| way.cost == COST) {
            return Ok(*way);
        }
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        Ok(Way { cost: COST, salt })
    }

    /// The text of the file of a key, under the key's name.
    pub(super) fn seal(&self, name: &str, secret: &[u8; 32]) -> Result<String, FolderError> {
        let way = self.way()?;
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce)?;
        let header = header(name, way, &nonce);
        let cipher = self.key(way).map(|key| XChaCha20Poly1305::new(&Key::from(*key)));
        let payload = Payload { msg: secret, aad: header.as_bytes() };
        let sealed = cipher.and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), payload).ok());
        let failed =
            || FolderError::KeyBroken(name.into(), "it can't be sealed: there is too little memory".to_owned());
        Ok(format!("{header}\n{}\n", hex::encode(sealed.ok_or_else(failed)?)))
    }

    pub(super) fn open(&self, name: &str, text: &str) -> Result<Zeroizing<[u8; 32]>, NotOpened> {
        let malformed = NotOpened::Malformed;
        let (line, sealed) = text.split_once('\n').ok_or(malformed("it is cut off"))?;
        let words: Vec<&str> = line.split(' ').collect();
        let [BEGINS, of, "argon2id", cost, salt, nonce] = words.as_slice() else {
            return Err(malformed("its first line isn't that of a sealed key"));
        };
        if *of != name {
            return Err(malformed("it is the sealed key of something else"));
        }
        let cost = read_cost(cost).ok_or(malformed("the cost in its first line can't be met"))?;
        let (mut way, mut bytes) = (Way { cost, salt: [0; 16] }, [0; 24]);
        let read = hex::decode_to_slice(salt, &mut way.salt).and_then(|()| hex::decode_to_slice(nonce, &mut bytes));
        read.map_err(|_| malformed("its first line isn't that of a sealed key"))?;
        let sealed = hex::decode(sealed.trim()).map_err(|_| malformed("its second line isn't hexadecimal"))?;
        let key = self.key(way).ok_or(malformed("there is too little memory to open it"))?;
        let payload = Payload { msg: &sealed, aad: line.as_bytes() };
        let opened = XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(bytes), payload);
        let opened = Zeroizing::new(opened.map_err(|_| NotOpened::Wrong)?);
        let mut secret = Zeroizing::new([0; 32]);
        if opened.len() != secret.len() {
            return Err(malformed("what is sealed in it isn't a key"));
        }
        secret.copy_from_slice(&opened);
        Ok(secret)
    }
}

fn header(name: &str, Way { cost: [memory, passes, lanes], salt }: Way, nonce: &[u8; 24]) -> String {
    format!("{BEGINS} {name} argon2id m={memory},t={passes},p={lanes} {} {}", hex::encode(salt), hex::encode(nonce))
}

fn read_cost(text: &str) -> Option<[u32; 3]> {
    let mut cost = [0; 3];
    let mut parts = text.split(',');
    for (place, name) in ["m=", "t=", "p="].into_iter().enumerate() {
        cost[place] = parts.next()?.strip_prefix(name)?.parse().ok()?;
    }
    (parts.next().is_none() && cost.iter().zip(COST_AT_MOST).all(|(cost, most)| *cost <= most)).then_some(cost)
}

pub(super) fn is_sealed(text: &str) -> bool {
    text.starts_with(BEGINS)
}

/// What the keys of every data folder are sealed with and opened by in this process. The first that is given counts.
pub fn give_passphrase(passphrase: Passphrase) {
    let _another_was_given = GIVEN.set(passphrase);
}

pub(super) fn given() -> Option<&'static Passphrase> {
    GIVEN.get()
}

/// Seals the keys of a data folder with the passphrase that was given, or unseals them. Each file is as it was or as it is to be, whenever
/// the process dies; what isn't done then is done by calling this again. Returns how many were changed.
///
/// # Errors
/// [`FolderError`].
pub fn seal_keys(data: &Path, sealed: bool) -> Result<usize, FolderError> {
    let passphrase = given().ok_or(FolderError::NoPassphrase)?;
    let folder = Folder::open(data, false)?;
    let mut changed = 0;
    for (file, name) in SECRETS {
        let path = folder.path().join("keys").join(file);
        if !path.exists() || is_sealed(&read(&path)?) == sealed {
            continue;
        }
        let secret = read_key(&path)?;
        let text = match sealed {
            true => passphrase.seal(name, &secret)?,
            false => hex::encode(*secret),
        };
        destroying(&path, || replace(&path, text.as_bytes()))?;
        changed += 1;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_is_opened_by_its_passphrase_alone() {
        let passphrase = Passphrase::new("correct horse".to_owned());
        let secret = [7; 32];
        let text = passphrase.seal("ledger", &secret).expect("sealed");
        assert!(is_sealed(&text) && !text.contains(&hex::encode(secret)));
        let fresh = Passphrase::new("correct horse".to_owned());
        assert_eq!(fresh.open("ledger", &text).as_deref(), Ok(&secret));
        assert_eq!(Passphrase::new("wrong horse".to_owned()).open("ledger", &text).err(), Some(NotOpened::Wrong));
        assert!(matches!(fresh.open("bundles", &text), Err(NotOpened::Malformed(_))), "of something else");
        // Under another name, it isn't what was sealed.
        let renamed = text.replacen(" ledger ", " bundles ", 1);
        assert_eq!(fresh.open("bundles", &renamed).err(), Some(NotOpened::Wrong));
        let cheaper = text.replacen("t=3", "t=1", 1);
        assert_eq!(fresh.open("ledger", &cheaper).err(), Some(NotOpened::Wrong));
        let dearer = text.replacen("m=65536", "m=4294967295", 1);
        assert!(matches!(fresh.open("ledger", &dearer), Err(NotOpened::Malformed(_))), "nobody is made to spend that");
        assert_ne!(passphrase.seal("ledger", &secret).expect("sealed"), text, "no nonce is used twice");
    }

    #[test]
    fn whatever_is_changed_or_cut_is_not_opened() {
        let passphrase = Passphrase::new("correct horse".to_owned());
        let text = passphrase.seal("ledger", &[7; 32]).expect("sealed");
        let salt = text.find("p=1 ").expect("the cost") + 4;
        for at in 0..text.trim_end().len() {
            assert!(passphrase.open("ledger", &text[..at]).is_err(), "cut at {at}");
            // Another salt takes as long as another passphrase.
            if (salt..salt + 32).contains(&at) && at != salt {
                continue;
            }
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("text");
            let dear = read_cost(changed.split(' ').nth(3).unwrap_or_default())
                .is_some_and(|cost| cost[0] > 70_000 || cost[1] > 4);
            assert!(dear || passphrase.open("ledger", &changed).is_err(), "changed at {at}");
        }
    }
}
