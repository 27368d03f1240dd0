//! Signed notes (c2sp.org/signed-note): a text, a blank line, and Ed25519 signatures over the text.
//!
//! Written here and not taken from a crate: `signed_note` 0.2.0 would bring in second, older copies of Ed25519 and SHA-2.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The signature type of Ed25519.
const ED25519: u8 = 1;

/// Longer notes are not read, in bytes.
const NOTE_MAX_BYTES: usize = 1_000_000;

/// Notes with more signatures are not read. The standard asks for at least 16.
const SIGNATURES_MAX: usize = 100;

/// Why a key or its name cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A key's name may not be empty nor hold spaces, control characters or `+`.
    #[error("`{0}` cannot be a key's name: it is empty or has a space, a control character or a `+` in it")]
    Name(String),
    /// Not `name+id+key`.
    #[error("a verifier key is written `name+8 hex digits+base64`")]
    Shape,
    /// Another algorithm than Ed25519.
    #[error("the key is not an Ed25519 key of this format (type 1, 32 bytes)")]
    NotEd25519,
    /// The id is not the one that follows from name and key: a part was mistyped or replaced.
    #[error("the key's id should be {expected}: a part of the line was changed or belongs to another key")]
    Id {
        /// The id that follows from name and key, in hex.
        expected: String,
    },
}

/// Why a note proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Longer than 1,000,000 bytes.
    #[error("a note of {0} bytes is too long to be one")]
    TooLong(usize),
    /// No text, blank line, signature lines and a newline at the end; or control characters in it.
    #[error("it is not a signed note: {0}")]
    Malformed(&'static str),
    /// A signature line that no key could have written; holds its number among the signatures, from 1.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// More than 100 signatures.
    #[error("the note has {0} signatures, more than are read")]
    TooManySignatures(usize),
    /// No signature by the key that is trusted.
    #[error("no signature is by {0}")]
    Unsigned(String),
    /// A signature in the name of the trusted key that the key did not make.
    #[error("the signature in the name of {0} does not fit the text, so the text or the signature was changed")]
    Forged(String),
    /// Signed by a key of the log that was none any more.
    #[error("it is signed by {key} alone, a key that had been replaced at entry {seq}")]
    Outlived {
        /// The key.
        key: String,
        /// The entry that replaced it.
        seq: u64,
    },
    /// Properly signed, but no checkpoint; holds what is wrong.
    #[error("it is not a checkpoint: {0}")]
    NotACheckpoint(&'static str),
    /// A checkpoint of another log than the key's.
    #[error("the checkpoint is of the log `{origin}`, but the key is that of `{name}`")]
    OtherLog {
        /// The checkpoint's origin.
        origin: String,
        /// The key's name.
        name: String,
    },
}

/// A key that signs notes under a name.
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// From the 32-byte seed of an Ed25519 key (RFC 8032 §5.1.5). The name should be a URL without its scheme, like
    /// `example.com/log42`; it is also the log's origin.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Signer, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key())?;
        Ok(Signer { key, verifier })
    }

    /// The public half.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The text as a note with this key's signature.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if the text cannot be in a note: it must end in a newline and have no other control
    /// characters. [`NoteError::TooLong`].
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text does not end in a newline"));
        }
        let signature = self.key.sign(text.as_bytes());
        let note = format!("{text}\n{}", SignatureLine::of(&self.verifier, &signature));
        SignedNote::parse(&note)?;
        Ok(note)
    }

    /// Ed25519 over exactly these bytes (RFC 8032). They must say themselves what they are, and be no text, so that nobody takes them for a
    /// note.
    pub(super) fn sign_bare(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }
}

/// The public key that notes are checked against. Shown and parsed as a `vkey`: `name+hex(id)+base64(0x01 ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Verifier {
    fn new(name: &str, key: VerifyingKey) -> Result<Verifier, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(name.to_owned()));
        }
        let id = key_id(name, ED25519, key.as_bytes());
        Ok(Verifier { name: name.to_owned(), id, key })
    }

    /// The key itself, to tell whether two names stand for one key.
    pub fn key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The same key under another name of the log.
    #[must_use]
    pub fn under(&self, name: &str) -> Verifier {
        let id = key_id(name, ED25519, self.key.as_bytes());
        Verifier { name: name.to_owned(), id, key: self.key }
    }

    /// The key's name, which is also the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is this key's signature over exactly these bytes: see [`Signer::sign_bare`].
    pub(super) fn verifies_bare(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
    }

    /// The text of a note, if this key signed it. Signatures by other keys are passed over, as long as they are well
    /// formed.
    ///
    /// # Errors
    /// Every [`NoteError`] but those about checkpoints.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let note = SignedNote::parse(note)?;
        let mut signed = false;
        for line in note.signatures.iter().filter(|line| line.name == self.name && line.id() == self.id) {
            let forged = || NoteError::Forged(self.name.clone());
            let signature = Signature::from_slice(line.signature()).map_err(|_| forged())?;
            self.key.verify_strict(note.text.as_bytes(), &signature).map_err(|_| forged())?;
            signed = true;
        }
        if signed { Ok(note.text) } else { Err(NoteError::Unsigned(self.to_string())) }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = KeyError;

    fn from_str(vkey: &str) -> Result<Verifier, KeyError> {
        let (name, id, kind, key) = vkey_parts(vkey)?;
        if kind != ED25519 {
            return Err(KeyError::NotEd25519);
        }
        let key = VerifyingKey::try_from(&key[..]).map_err(|_| KeyError::NotEd25519)?;
        let verifier = Verifier::new(name, key)?;
        let expected = hex::encode(verifier.id);
        if id == expected { Ok(verifier) } else { Err(KeyError::Id { expected }) }
    }
}

/// The parts of a `vkey`: name, id in hex, the type of the key, and the key. Whether they belong together isn't looked at.
pub(super) fn vkey_parts(vkey: &str) -> Result<(&str, &str, u8, Vec<u8>), KeyError> {
    let mut parts = vkey.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Shape);
    };
    let mut key = STANDARD.decode(key).map_err(|_| KeyError::Shape)?;
    if key.is_empty() {
        return Err(KeyError::NotEd25519);
    }
    let kind = key.remove(0);
    Ok((name, id, kind, key))
}

/// The id of a key of this type under this name (c2sp.org/signed-note).
pub(super) fn key_id(name: &str, kind: u8, key: &[u8]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(key).finalize();
    *digest.first_chunk().expect("4 bytes of 32")
}

pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// What a note says, whoever signed it.
///
/// # Errors
/// Those of a note that isn't well formed.
pub(super) fn unverified(note: &str) -> Result<&str, NoteError> {
    Ok(SignedNote::parse(note)?.text)
}

/// A note taken apart; nothing in it can be trusted yet.
pub(super) struct SignedNote<'n> {
    /// With its final newline, without the blank line.
    pub text: &'n str,
    pub signatures: Vec<SignatureLine<'n>>,
}

impl<'n> SignedNote<'n> {
    pub fn parse(note: &'n str) -> Result<SignedNote<'n>, NoteError> {
        if note.len() > NOTE_MAX_BYTES {
            return Err(NoteError::TooLong(note.len()));
        }
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::Malformed("it has a control character in it"));
        }
        // The text may have empty lines itself: the last one separates.
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed("no blank line separates the text from signatures"))?;
        let text = &note[..=end];
        let lines = note[end + 2..]
            .strip_suffix('\n')
            .ok_or(NoteError::Malformed("the last signature line is missing or has no newline"))?;
        let count = lines.split('\n').count();
        if count > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures(count));
        }
        let signatures = lines
            .split('\n')
            .zip(1..)
            .map(|(line, number)| SignatureLine::parse(line).ok_or(NoteError::SignatureLine(number)))
            .collect::<Result<_, _>>()?;
        Ok(SignedNote { text, signatures })
    }
}

/// `— name base64(id ‖ signature)`, with an em dash (U+2014). Shown with the newline at its end.
pub(super) struct SignatureLine<'n> {
    pub name: &'n str,
    pub id_and_signature: Vec<u8>,
}

impl<'n> SignatureLine<'n> {
    fn of(verifier: &'n Verifier, signature: &Signature) -> SignatureLine<'n> {
        let id_and_signature = [&verifier.id[..], &signature.to_bytes()].concat();
        SignatureLine { name: &verifier.name, id_and_signature }
    }

    pub fn parse(line: &'n str) -> Option<SignatureLine<'n>> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let id_and_signature = STANDARD.decode(signature).ok()?;
        (is_key_name(name) && id_and_signature.len() > 4).then_some(SignatureLine { name, id_and_signature })
    }

    pub fn id(&self) -> &[u8] {
        &self.id_and_signature[..4]
    }

    pub fn signature(&self) -> &[u8] {
        &self.id_and_signature[4..]
    }
}

impl fmt::Display for SignatureLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "— {} {}", self.name, STANDARD.encode(&self.id_and_signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of golang.org/x/mod/sumdb/note: Ed25519 is deterministic, so signing must give the very same note.
    #[test]
    fn a_note_is_what_go_signs_and_opens() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let seed: [u8; 33] =
            STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap().try_into().unwrap();
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let signer = Signer::from_seed("PeterNeumann", seed.last_chunk().unwrap()).unwrap();
        assert_eq!(signer.verifier().to_string(), vkey);
        assert_eq!(signer.sign(text), Ok(format!("{text}\n{line}\n")));
        assert_eq!(vkey.parse::<Verifier>().unwrap().open(&format!("{text}\n{line}\n")), Ok(text));
    }

    #[test]
    fn a_vkey_must_hang_together() {
        let vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        assert_eq!(vkey.parse::<Verifier>().unwrap().to_string(), vkey);
        let check = |other: &str, expected: KeyError| assert_eq!(other.parse::<Verifier>(), Err(expected), "{other}");
        let other_id = |expected: &str| KeyError::Id { expected: expected.to_owned() };
        check(&vkey.replace("033de0ae", "033de0af"), other_id("033de0ae"));
        check(&vkey.replace("033de0ae", "033DE0AE"), other_id("033de0ae"));
        check(&vkey.replace("sum.golang", "sun.golang"), other_id("6980a310"));
        check(&vkey.replace("sum.golang", "sum golang"), KeyError::Name("sum golang.org".into()));
        check(&vkey.replace("sum.golang.org", ""), KeyError::Name("".into()));
        check(&vkey.replace("+Ac4", "+Bc4"), KeyError::NotEd25519);
        check(&vkey.replace("uAn8", ""), KeyError::NotEd25519);
        check(&vkey.replace("uAn8", "uAn"), KeyError::Shape);
        check("sum.golang.org+033de0ae", KeyError::Shape);
        check("", KeyError::Shape);
    }

    fn ours() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    fn line_by(name: &str, seed: u8, text: &str) -> String {
        let note = Signer::from_seed(name, &[seed; 32]).unwrap().sign(text).unwrap();
        note[text.len() + 1..].to_owned()
    }

    #[test]
    fn other_signatures_are_passed_over() {
        let text = "a\n\nb\n";
        let others: String = (2..60).map(|seed| line_by("example.com/log", seed, text)).collect();
        let witness = format!("— witness.example {}\n", STANDARD.encode([9; 4000]));
        let note = format!("{text}\n{others}{}{witness}", line_by("example.com/log", 1, text));
        assert_eq!(ours().verifier().open(&note), Ok(text));
        let note = format!("{text}\n{others}{witness}");
        assert_eq!(ours().verifier().open(&note), Err(NoteError::Unsigned(ours().verifier().to_string())));
        let note = format!("{text}\n{}", line_by("example.com/other", 1, text).repeat(101));
        assert_eq!(ours().verifier().open(&note), Err(NoteError::TooManySignatures(101)));
    }

    #[test]
    fn every_signature_in_our_name_must_be_ours() {
        let text = "a\n";
        let good = line_by("example.com/log", 1, text);
        for forged in [
            line_by("example.com/log", 1, "b\n"),
            format!("— example.com/log {}\n", STANDARD.encode([&ours().verifier.id[..], &[0; 63]].concat())),
        ] {
            for note in [format!("{text}\n{forged}"), format!("{text}\n{good}{forged}")] {
                assert_eq!(ours().verifier().open(&note), Err(NoteError::Forged("example.com/log".into())), "{note}");
            }
        }
    }

    #[test]
    fn malformed_notes_are_refused() {
        let good = line_by("example.com/log", 1, "a\n");
        let check = |note: &str, expected: &str| {
            let error = ours().verifier().open(note).expect_err(note);
            assert!(error.to_string().contains(expected), "{error}");
        };
        check("", "no blank line");
        check(&format!("a\n{good}"), "no blank line");
        check("a\n\n", "missing");
        check(&format!("a\n\n{}", good.trim_end()), "no newline");
        check(&format!("a\r\n\n{good}"), "control character");
        check(&format!("a\n\n{good}{}", good.replace('—', "-")), "signature line 2");
        check(&format!("a\n\n{good}— witness \n"), "signature line 2");
        check(&format!("a\n\n{good}— witness AAAAAA==\n"), "signature line 2");
        check(&format!("a\n\n{good}— wit\u{a0}ness AAAAAAAA\n"), "signature line 2");
        check(&format!("a\n\n{good}— wit+ness AAAAAAAA\n"), "signature line 2");
        check(&format!("a\n\n{}", good.replace("=\n", "\n")), "signature line 1");
        check(&format!("a\n{}\n\n{good}", "b".repeat(NOTE_MAX_BYTES)), "too long");
        for text in ["", "a", "a\tb\n"] {
            assert!(matches!(ours().sign(text), Err(NoteError::Malformed(_))), "{text:?}");
        }
        assert!(matches!(Signer::from_seed("two words", &[1; 32]), Err(KeyError::Name(_))));
    }

    proptest! {
        #[test]
        fn no_bit_of_a_note_can_be_flipped(text in "[a-z\\PC\n]{0,40}\n", at in any::<prop::sample::Index>(), bit in 0..8) {
            let note = ours().sign(&text).unwrap();
            prop_assert_eq!(ours().verifier().open(&note), Ok(&text[..]));
            let mut bytes = note.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1u8 << bit;
            if let Ok(note) = String::from_utf8(bytes) {
                prop_assert!(ours().verifier().open(&note).is_err(), "{:?}", note);
            }
        }
    }
}
