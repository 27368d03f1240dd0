//! Signatures that `ssh-keygen -Y verify` checks (OpenSSH, PROTOCOL.sshsig), by Ed25519 keys alone. With them whoever has OpenSSH and the
//! line of `allowed_signers` that they were given checks a file without anything of ours.
//!
//! Written here and not taken from a crate: `ssh-key` 0.6 would bring in second, older copies of Ed25519 and SHA-2.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256, Sha512};
use thiserror::Error;

const MAGIC: &[u8; 6] = b"SSHSIG";
const VERSION: u32 = 1;
const ALGORITHM: &str = "ssh-ed25519";
const HASH: &str = "sha512";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// As `ssh-keygen` wraps it.
const COLUMNS: usize = 70;
/// Longer files are no signature, in bytes.
const AT_MOST_BYTES: usize = 16 * 1024;

/// Why a signature or a list of signers says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SshError {
    /// Not as `ssh-keygen -Y sign` writes one.
    #[error("it is no SSH signature: {0}")]
    Malformed(&'static str),
    /// By another kind of key, or over another hash, than is read here.
    #[error("it is made with {0}; {ALGORITHM} over {HASH} is what is read here")]
    Unknown(String),
    /// Properly made, for something else.
    #[error("it is a signature for “{0}”, and not for this")]
    Namespace(String),
    /// Key, text and signature don't belong together.
    #[error("it does not fit: the text or the signature was changed")]
    Forged,
    /// A line of `allowed_signers` that can't be read; holds its number from 1.
    #[error("line {0} of the allowed signers can't be read: it is written PRINCIPAL {ALGORITHM} BASE64")]
    Signers(usize),
}

/// The public half of a key, as OpenSSH writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct SshKey(VerifyingKey);

impl SshKey {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(self.blob())))
    }

    /// `ssh-ed25519 AAAA…`
    pub fn line(&self) -> String {
        format!("{ALGORITHM} {}", STANDARD.encode(self.blob()))
    }

    /// Reads `ssh-ed25519 AAAA…`.
    pub fn of_line(line: &str) -> Option<SshKey> {
        let encoded = line.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        SshKey::of_blob(&STANDARD.decode(encoded).ok()?).ok()
    }

    /// The same key as OpenSSL reads it: SubjectPublicKeyInfo (RFC 8410), in PEM.
    pub fn pem(&self) -> String {
        let mut spki = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        spki.extend_from_slice(self.0.as_bytes());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(spki))
    }

    /// Whether it is this key's signature over exactly these bytes: see [`SshSigner::sign_bare`].
    pub fn verifies_bare(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }

    fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        string(&mut blob, ALGORITHM.as_bytes());
        string(&mut blob, self.0.as_bytes());
        blob
    }

    fn of_blob(blob: &[u8]) -> Result<SshKey, SshError> {
        let mut rest = Rest(blob);
        let algorithm = rest.string()?;
        if algorithm != ALGORITHM.as_bytes() {
            return Err(SshError::Unknown(String::from_utf8_lossy(algorithm).into_owned()));
        }
        let key = rest.string()?.try_into().map_err(|_| SshError::Malformed("the key isn't 32 bytes"))?;
        rest.end()?;
        VerifyingKey::from_bytes(key).map(SshKey).map_err(|_| SshError::Malformed("the key is no point of the curve"))
    }
}

impl fmt::Debug for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// A key that signs files.
pub struct SshSigner(SigningKey);

impl SshSigner {
    /// From the 32-byte seed of an Ed25519 key (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> SshSigner {
        SshSigner(SigningKey::from_bytes(seed))
    }

    pub fn key(&self) -> SshKey {
        SshKey(self.0.verifying_key())
    }

    /// Ed25519 over exactly these bytes (RFC 8032). They must say themselves what they are, and begin otherwise than what is signed for
    /// OpenSSH: that begins with `SSHSIG`.
    pub fn sign_bare(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// The armoured signature over a text, for one use: nothing that was signed for one is taken for another.
    pub fn sign(&self, namespace: &str, text: &[u8]) -> String {
        let signature = self.0.sign(&signed(namespace, text));
        let mut blob = MAGIC.to_vec();
        blob.extend(VERSION.to_be_bytes());
        string(&mut blob, &self.key().blob());
        string(&mut blob, namespace.as_bytes());
        string(&mut blob, b"");
        string(&mut blob, HASH.as_bytes());
        let mut made = Vec::new();
        string(&mut made, ALGORITHM.as_bytes());
        string(&mut made, &signature.to_bytes());
        string(&mut blob, &made);
        let encoded = STANDARD.encode(blob);
        let lines: Vec<&str> =
            (0..encoded.len()).step_by(COLUMNS).map(|at| &encoded[at..encoded.len().min(at + COLUMNS)]).collect();
        format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
    }
}

/// Whose signature over a text this is. Whether that key may sign such texts, [`AllowedSigners`] says.
///
/// # Errors
/// [`SshError`].
pub fn verify(armoured: &str, namespace: &str, text: &[u8]) -> Result<SshKey, SshError> {
    if armoured.len() > AT_MOST_BYTES {
        return Err(SshError::Malformed("it is too long"));
    }
    let inner = armoured.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let inner = inner.ok_or(SshError::Malformed("it doesn't begin and end as one"))?;
    let encoded: String = inner.split_ascii_whitespace().collect();
    let blob = STANDARD.decode(encoded).map_err(|_| SshError::Malformed("it isn't base64"))?;
    let rest = blob.strip_prefix(MAGIC).ok_or(SshError::Malformed("it doesn't say that it is one"))?;
    let mut rest = Rest(rest);
    if rest.number()? != VERSION {
        return Err(SshError::Malformed("it is of another version"));
    }
    let key = SshKey::of_blob(rest.string()?)?;
    let (made_for, _reserved, hash, made) = (rest.string()?, rest.string()?, rest.string()?, rest.string()?);
    rest.end()?;
    if made_for != namespace.as_bytes() {
        return Err(SshError::Namespace(String::from_utf8_lossy(made_for).into_owned()));
    }
    if hash != HASH.as_bytes() {
        return Err(SshError::Unknown(String::from_utf8_lossy(hash).into_owned()));
    }
    let mut made = Rest(made);
    if made.string()? != ALGORITHM.as_bytes() {
        return Err(SshError::Malformed("key and signature are of different kinds"));
    }
    let signature = made.string()?.try_into().map_err(|_| SshError::Malformed("the signature isn't 64 bytes"))?;
    made.end()?;
    let signature = Signature::from_bytes(signature);
    key.0.verify_strict(&signed(namespace, text), &signature).map_err(|_| SshError::Forged)?;
    Ok(key)
}

/// Whose signatures count, as in the file that `ssh-keygen -Y verify -f` reads (ssh-keygen(1), ALLOWED SIGNERS). Patterns, certificates
/// and times of validity that aren't written to the second in UTC aren't read: a line that has them is refused, and never taken for more
/// than it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigners(Vec<AllowedSigner>);

/// One of them. Moments are `YYYYMMDDhhmmss` in UTC, so that the later one is the larger text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigner {
    pub principal: String,
    pub key: SshKey,
    pub valid_after: Option<String>,
    pub valid_before: Option<String>,
}

impl AllowedSigner {
    /// Whether the key counts at some moment of this stretch of time, both ends included.
    pub fn counts_within(&self, from: &str, to: &str) -> bool {
        self.valid_before.as_deref().is_none_or(|before| from < before)
            && self.valid_after.as_deref().is_none_or(|after| after <= to)
    }

    /// The line of the file, for one use alone.
    pub fn line(&self, namespace: &str) -> String {
        let times = [("valid-after", &self.valid_after), ("valid-before", &self.valid_before)];
        let times: String =
            times.iter().filter_map(|(name, at)| Some(format!(",{name}=\"{}Z\"", at.as_ref()?))).collect();
        format!("{} namespaces=\"{namespace}\"{times} {}", self.principal, self.key.line())
    }

    /// Reads the options before a key. `None`: there is something else than uses and times. Whether it is for the use that is meant.
    fn take(&mut self, options: &str, namespace: &str) -> Option<bool> {
        let mut counts = true;
        let mut rest = options;
        while !rest.is_empty() {
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            let moment =
                || value.strip_suffix('Z').filter(|it| it.len() == 14 && it.bytes().all(|b| b.is_ascii_digit()));
            match name {
                "namespaces" => counts = value.split(',').any(|it| it == namespace),
                "valid-after" => self.valid_after = Some(moment()?.to_owned()),
                "valid-before" => self.valid_before = Some(moment()?.to_owned()),
                _ => return None,
            }
            rest = match after.strip_prefix(',') {
                Some("") => return None,
                Some(more) => more,
                None if after.is_empty() => after,
                None => return None,
            };
        }
        Some(counts)
    }
}

impl AllowedSigners {
    /// # Errors
    /// [`SshError::Signers`].
    pub fn parse(text: &str, namespace: &str) -> Result<AllowedSigners, SshError> {
        let mut signers = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || SshError::Signers(number);
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let (principal, options, encoded) = match words.as_slice() {
                [principal, ALGORITHM, encoded, ..] => (*principal, None, *encoded),
                [principal, options, ALGORITHM, encoded, ..] => (*principal, Some(*options), *encoded),
                _ => return Err(wrong()),
            };
            let blob = STANDARD.decode(encoded).map_err(|_| wrong())?;
            let key = SshKey::of_blob(&blob).map_err(|_| wrong())?;
            if principal.contains(['*', '?', '!', ',']) {
                return Err(wrong());
            }
            let mut signer =
                AllowedSigner { principal: principal.to_owned(), key, valid_after: None, valid_before: None };
            if options.map_or(Some(true), |options| signer.take(options, namespace)).ok_or_else(wrong)? {
                signers.push(signer);
            }
        }
        Ok(AllowedSigners(signers))
    }

    /// Under which names and when a key may sign.
    pub fn of<'s>(&'s self, key: &SshKey) -> impl Iterator<Item = &'s AllowedSigner> {
        self.0.iter().filter(move |signer| signer.key == *key)
    }
}

/// A line of `allowed_signers`: this key, under this name, for this use alone.
pub fn allowed_signer(principal: &str, namespace: &str, key: &SshKey) -> String {
    AllowedSigner { principal: principal.to_owned(), key: key.clone(), valid_after: None, valid_before: None }
        .line(namespace)
}

/// What is signed of a text.
fn signed(namespace: &str, text: &[u8]) -> Vec<u8> {
    let mut blob = MAGIC.to_vec();
    string(&mut blob, namespace.as_bytes());
    string(&mut blob, b"");
    string(&mut blob, HASH.as_bytes());
    string(&mut blob, &Sha512::digest(text));
    blob
}

/// A string of the SSH protocol (RFC 4251 §5): its length before it.
fn string(blob: &mut Vec<u8>, text: &[u8]) {
    let length = u32::try_from(text.len()).expect("keys, names and digests are short");
    blob.extend(length.to_be_bytes());
    blob.extend(text);
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn number(&mut self) -> Result<u32, SshError> {
        let (number, rest) = self.0.split_first_chunk().ok_or(SshError::Malformed("it breaks off"))?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Result<&'a [u8], SshError> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or(SshError::Malformed("it breaks off"))?;
        self.0 = rest;
        Ok(text)
    }

    fn end(&self) -> Result<(), SshError> {
        if self.0.is_empty() { Ok(()) } else { Err(SshError::Malformed("more follows than belongs there")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USE: &str = "evidence-bundle";

    fn signer() -> SshSigner {
        SshSigner::from_seed(&[7; 32])
    }

    #[test]
    fn what_is_signed_is_known_again_and_nothing_else_is() {
        let made = signer().sign(USE, b"a text\n");
        assert_eq!(verify(&made, USE, b"a text\n"), Ok(signer().key()));
        assert_eq!(verify(&made, USE, b"a text"), Err(SshError::Forged));
        assert_eq!(verify(&made, "file", b"a text\n"), Err(SshError::Namespace(USE.to_owned())));
        let other = SshSigner::from_seed(&[8; 32]).sign(USE, b"a text\n");
        assert_ne!(verify(&other, USE, b"a text\n"), Ok(signer().key()));
    }

    /// Made by OpenSSH 9.2: `ssh-keygen -Y sign -n evidence-bundle`.
    #[test]
    fn signers_are_read_as_openssh_has_them() {
        let key = signer().key();
        let line = allowed_signer("countersign.local/1", USE, &key);
        let read = |text: &str| AllowedSigners::parse(text, USE);
        let signers = read(&format!("# of the bank\n\n{line}\n")).expect("a line");
        let principal = |signers: &AllowedSigners, key| signers.of(key).map(|it| it.principal.clone()).next();
        assert_eq!(principal(&signers, &key).as_deref(), Some("countersign.local/1"));
        let stranger = SshSigner::from_seed(&[8; 32]).key();
        assert_eq!(principal(&signers, &stranger), None);
        let for_another_use = read(&line.replace(USE, "git")).expect("a line");
        assert_eq!(principal(&for_another_use, &key), None);
        for (line, wrong) in [
            (line.replace("countersign.local/1", "*"), "a pattern"),
            (line.replace("namespaces=", "valid-before=\"20200101\",namespaces="), "a time of some zone"),
            (line.replace("namespaces=", "valid-before=\"20200101000000Z\",,namespaces="), "nothing between commas"),
            (line.replace("namespaces=", "cert-authority,namespaces="), "a certificate"),
            (line.replace(ALGORITHM, "ssh-rsa"), "another kind"),
            ("me ssh-ed25519 AAAA".to_owned(), "no key"),
            ("me".to_owned(), "nothing"),
        ] {
            assert_eq!(read(&format!("\n{line}")), Err(SshError::Signers(2)), "{wrong}");
        }
    }

    #[test]
    fn a_key_counts_in_its_time() {
        let mut signer = AllowedSigner {
            principal: "countersign.local/1".to_owned(),
            key: signer().key(),
            valid_after: Some("20261101000000".to_owned()),
            valid_before: Some("20261201000000".to_owned()),
        };
        let read = AllowedSigners::parse(&signer.line(USE), USE).expect("a line");
        assert_eq!(read.of(&signer.key).collect::<Vec<_>>(), [&signer], "it is read as it is written");
        let within = |signer: &AllowedSigner, from, to| signer.counts_within(from, to);
        assert!(within(&signer, "20261101000000", "20261101000000"));
        assert!(!within(&signer, "20261031000000", "20261031235959"));
        assert!(within(&signer, "20261130000000", "20261130235959"));
        assert!(!within(&signer, "20261201000000", "20261201235959"));
        (signer.valid_after, signer.valid_before) = (None, None);
        assert!(within(&signer, "19700101000000", "19700101000000"));
    }

    proptest! {
        #[test]
        fn whatever_is_changed_of_a_signature_is_no_signature(at in 0..1000usize, bit in 0..8u8, cut in 0..1000usize) {
            let made = signer().sign(USE, b"a text\n");
            let encoded: String = made.lines().filter(|line| !line.starts_with('-')).collect();
            let mut blob = STANDARD.decode(encoded).expect("base64");
            let place = at % blob.len();
            blob[place] ^= 1 << bit;
            let changed = format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(&blob));
            let found = verify(&changed, USE, b"a text\n");
            prop_assert!(found.is_err() || found != Ok(signer().key()), "byte {place}");
            let cut = cut % made.len();
            prop_assert!(verify(&made[..cut], USE, b"a text\n").is_err() || cut + 1 == made.len());
        }

        #[test]
        fn nothing_that_is_read_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".*") {
            let armoured = format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode([&MAGIC[..], &bytes].concat()));
            let _ = verify(&armoured, USE, b"");
            let _ = verify(&text, USE, b"");
            let _ = AllowedSigners::parse(&text, USE);
        }
    }
}
