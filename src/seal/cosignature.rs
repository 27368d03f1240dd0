//! Cosignatures (c2sp.org/tlog-cosignature): what a witness says of a head. That the tree with this size and root was, at a moment,
//! the largest that it had seen of the log, and that it holds every smaller one that it saw before.
//!
//! Those of Ed25519 (type 4) are made and checked here. Others, such as ML-DSA-44 (type 6), are kept as they are and never
//! counted: who can't check something doesn't say that it is right.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::note::{SignatureLine, SignedNote, is_key_name, key_id, vkey_parts};
use super::{KeyError, NoteError};

/// The type of an Ed25519 cosignature's key.
const ED25519: u8 = 4;
/// The type of a log's own key, which people hand over by mistake.
const OF_A_LOG: u8 = 1;
/// A moment in seconds since 1970, big endian, then the signature.
const BYTES: usize = 8 + 64;
/// No later moment may stand in one.
const LATEST: u64 = i64::MAX as u64;

/// A key that cosigns heads under a name: a witness's own.
pub struct Cosigner {
    signing: SigningKey,
    key: CosignerKey,
}

/// The public key of a witness. Shown and parsed as a `vkey`: `name+hex(id)+base64(type ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: [u8; 4],
    kind: u8,
    bytes: Vec<u8>,
    /// `None`: of a type that isn't checked here.
    checks: Option<VerifyingKey>,
}

/// Why a key is none of a witness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignerKeyError {
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A log's key, or that of ordinary notes.
    #[error(
        "that is the key of a log (type 1): a witness has another one, of type 4, which it prints for those whom it cosigns for"
    )]
    OfALog,
    /// 32 bytes of type 4 that are no key.
    #[error("the key is not an Ed25519 key of a witness (type 4, 32 bytes)")]
    NotEd25519,
}

/// What became of one witness's signature on a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cosigned {
    /// It cosigned at this moment, in seconds since 1970; the line says it, without the newline at its end.
    At { seconds: u64, line: String },
    /// None of the lines is its own.
    Not,
    /// A line of its name and id that it didn't write: it was changed, or is of another head.
    Forged,
    /// One of a type that isn't checked here.
    Unread,
}

impl Cosigner {
    /// From the 32-byte seed of an Ed25519 key. The same key must serve no other name, since the signed text doesn't hold it.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(name.to_owned()));
        }
        let signing = SigningKey::from_bytes(seed);
        let checks = signing.verifying_key();
        let id = key_id(name, ED25519, checks.as_bytes());
        let bytes = checks.to_bytes().to_vec();
        Ok(Cosigner {
            signing,
            key: CosignerKey { name: name.to_owned(), id, kind: ED25519, bytes, checks: Some(checks) },
        })
    }

    /// The public half.
    pub fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// The signature line over the head in a note, with its newline. The caller has seen that the head is one to cosign.
    ///
    /// # Errors
    /// Those of a note that isn't well formed.
    pub fn cosign(&self, note: &str, seconds: u64) -> Result<String, NoteError> {
        let text = SignedNote::parse(note)?.text;
        let seconds = seconds.min(LATEST);
        let signature = self.signing.sign(signed_text(text, seconds).as_bytes());
        let id_and_signature = [&self.key.id[..], &seconds.to_be_bytes(), &signature.to_bytes()].concat();
        Ok(SignatureLine { name: &self.key.name, id_and_signature }.to_string())
    }
}

impl CosignerKey {
    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key itself, to tell whether two names stand for one key.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether its signatures can be checked here.
    pub fn is_read(&self) -> bool {
        self.checks.is_some()
    }

    /// What it says of the head in a note. Signature lines of others are passed over, whatever is in them.
    ///
    /// # Errors
    /// Those of a note that isn't well formed.
    pub fn of(&self, note: &str) -> Result<Cosigned, NoteError> {
        let note = SignedNote::parse(note)?;
        let mut newest = None;
        for line in note.signatures.iter().filter(|line| line.name == self.name && line.id() == self.id) {
            let Some(key) = &self.checks else { return Ok(Cosigned::Unread) };
            let Some(seconds) = checked(key, note.text, line.signature()) else { return Ok(Cosigned::Forged) };
            if newest.as_ref().is_none_or(|(at, _)| *at < seconds) {
                newest = Some((seconds, line.to_string().trim_end().to_owned()));
            }
        }
        Ok(newest.map_or(Cosigned::Not, |(seconds, line)| Cosigned::At { seconds, line }))
    }
}

/// When it was made, if the key made it over this text.
fn checked(key: &VerifyingKey, text: &str, signature: &[u8]) -> Option<u64> {
    let signature: &[u8; BYTES] = signature.try_into().ok()?;
    let (seconds, signature) = signature.split_first_chunk::<8>()?;
    let seconds = Some(u64::from_be_bytes(*seconds)).filter(|seconds| *seconds <= LATEST)?;
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(signed_text(text, seconds).as_bytes(), &signature).ok().map(|()| seconds)
}

fn signed_text(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// A note with further signature lines below those that it has, each once. Lines that aren't well formed are left out.
pub fn with_lines<'l>(note: &str, lines: impl IntoIterator<Item = &'l str>) -> String {
    let mut all = note.to_owned();
    let mut have: Vec<&str> = note.lines().collect();
    for line in lines {
        let line = line.trim_end_matches('\n');
        if SignatureLine::parse(line).is_some() && !have.contains(&line) {
            all.push_str(line);
            all.push('\n');
            have.push(line);
        }
    }
    all
}

/// The signature lines that a witness answered with, without newlines: nothing but such lines may stand there.
pub fn signature_lines(answer: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = answer.strip_suffix('\n')?.split('\n').collect();
    lines.iter().all(|line| SignatureLine::parse(line).is_some()).then_some(lines)
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind], &self.bytes[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

impl FromStr for CosignerKey {
    type Err = CosignerKeyError;

    fn from_str(vkey: &str) -> Result<CosignerKey, CosignerKeyError> {
        let (name, id, kind, bytes) = vkey_parts(vkey)?;
        if !is_key_name(name) {
            return Err(KeyError::Name(name.to_owned()).into());
        }
        let expected = key_id(name, kind, &bytes);
        if id != hex::encode(expected) {
            return Err(KeyError::Id { expected: hex::encode(expected) }.into());
        }
        let checks = match kind {
            OF_A_LOG => return Err(CosignerKeyError::OfALog),
            ED25519 => Some(VerifyingKey::try_from(&bytes[..]).map_err(|_| CosignerKeyError::NotEd25519)?),
            _ => None,
        };
        Ok(CosignerKey { name: name.to_owned(), id: expected, kind, bytes, checks })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Checkpoint, Hash, Signer};
    use super::*;
    use proptest::prelude::*;

    fn note() -> String {
        let signer = Signer::from_seed("example.com/log", &[1; 32]).unwrap();
        Checkpoint::of(&signer, 5, Hash([3; 32])).sign(&signer).unwrap()
    }

    fn witness() -> Cosigner {
        Cosigner::from_seed("witness.example.com/w1", &[7; 32]).unwrap()
    }

    /// The line of the standard's own example: its parts stand where the standard says. Its key was never published.
    #[test]
    fn the_example_of_the_standard_is_framed_as_ours() {
        let line = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
        let read = SignatureLine::parse(line).unwrap();
        assert_eq!((hex::encode(read.id()), read.signature().len()), ("8d66cf3f".to_owned(), BYTES));
        assert_eq!(u64::from_be_bytes(*read.signature().first_chunk().unwrap()), 1_679_315_147);
        let ours = witness().cosign(&note(), 1_679_315_147).unwrap();
        assert_eq!(ours.len(), line.len() + 1);
        assert_eq!(SignatureLine::parse(ours.trim_end()).unwrap().signature()[..8], read.signature()[..8]);
    }

    /// Made by OpenSSL's Ed25519 from the same seed, over the text that the standard prescribes: it is deterministic.
    #[test]
    fn a_cosignature_is_what_another_program_makes() {
        let body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let note = format!(
            "{body}\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        );
        let witness = Cosigner::from_seed("witness.example.com/w1", &[0x42; 32]).unwrap();
        assert_eq!(
            witness.key().to_string(),
            "witness.example.com/w1+886a0481+BCFS+NGbeR0kRTJC4V8uq2y3z/p7al7TAJeWDgaYgdsS"
        );
        let line = "— witness.example.com/w1 iGoEgQAAAABkGFDLEqgtDUsneMqeLcGMqk8Xx08OQIVxF72ZJmEtUU5sbo5WiTljN+UF1cQ+vSoh1gRQ0wV3Nz9m8DFvjwHDTDcQBA==";
        assert_eq!(witness.cosign(&note, 1_679_315_147).unwrap(), format!("{line}\n"));
        let at = Cosigned::At { seconds: 1_679_315_147, line: line.to_owned() };
        assert_eq!(witness.key().of(&with_lines(&note, [line])), Ok(at));
    }

    #[test]
    fn a_key_of_another_kind_is_kept_unread_and_a_logs_is_refused() {
        let key = witness().key().clone();
        assert_eq!(key.to_string().parse::<CosignerKey>().unwrap(), key);
        // ML-DSA-44, whose keys have 1312 bytes, and a type that nobody knows.
        for (kind, length) in [(6, 1312), (0xf0, 7)] {
            let bytes = vec![9; length];
            let id = key_id("witness.example.com/pq", kind, &bytes);
            let vkey = format!(
                "witness.example.com/pq+{}+{}",
                hex::encode(id),
                STANDARD.encode([&[kind], &bytes[..]].concat())
            );
            let key: CosignerKey = vkey.parse().unwrap();
            assert!(!key.is_read() && key.to_string() == vkey);
            let line =
                SignatureLine { name: "witness.example.com/pq", id_and_signature: [&id[..], &[1; 2428]].concat() };
            let both = with_lines(&note(), [line.to_string().as_str(), &witness().cosign(&note(), 9).unwrap()]);
            assert_eq!(key.of(&both), Ok(Cosigned::Unread));
            assert!(matches!(witness().key().of(&both), Ok(Cosigned::At { seconds: 9, .. })));
        }
        let log = Signer::from_seed("example.com/log", &[1; 32]).unwrap().verifier().to_string();
        assert_eq!(log.parse::<CosignerKey>(), Err(CosignerKeyError::OfALog));
        let other = key.to_string().replace("w1+", "w2+");
        assert!(matches!(other.parse::<CosignerKey>(), Err(CosignerKeyError::Key(KeyError::Id { .. }))));
        assert_eq!("w+00+".parse::<CosignerKey>(), Err(CosignerKeyError::Key(KeyError::NotEd25519)));
    }

    #[test]
    fn nothing_of_a_cosignature_can_be_changed() {
        let (witness, note) = (witness(), note());
        let line = witness.cosign(&note, 77).unwrap();
        let check = |note: &str, expected: Cosigned| assert_eq!(witness.key().of(note), Ok(expected), "{note}");
        check(&with_lines(&note, [&line[..]]), Cosigned::At { seconds: 77, line: line.trim_end().to_owned() });
        check(&note, Cosigned::Not);
        // Of another head, of another moment, of another key under the same name, cut short.
        check(&with_lines(&note.replace("\n5\n", "\n6\n"), [&line[..]]), Cosigned::Forged);
        let whole = SignatureLine::parse(line.trim_end()).unwrap().id_and_signature;
        for at in [11, 12, 75] {
            let mut other = whole.clone();
            other[at] ^= 1;
            let other = SignatureLine { name: witness.key().name(), id_and_signature: other }.to_string();
            check(&with_lines(&note, [&other[..]]), Cosigned::Forged);
        }
        let cut = SignatureLine { name: witness.key().name(), id_and_signature: whole[..75].to_vec() }.to_string();
        check(&with_lines(&note, [&cut[..]]), Cosigned::Forged);
        let another = Cosigner::from_seed("witness.example.com/w1", &[8; 32]).unwrap().cosign(&note, 77).unwrap();
        check(&with_lines(&note, [&another[..]]), Cosigned::Not);
        // The newest of several counts.
        let later = witness.cosign(&note, 90).unwrap();
        let both = with_lines(&note, [&later[..], &line]);
        check(&both, Cosigned::At { seconds: 90, line: later.trim_end().to_owned() });
    }

    #[test]
    fn lines_are_added_once_and_only_whole_ones() {
        let (note, line) = (note(), witness().cosign(&note(), 1).unwrap());
        assert_eq!(with_lines(&note, [&line[..], &line, "rubbish", "— a b"]), format!("{note}{line}"));
        assert_eq!(signature_lines(&line), Some(vec![line.trim_end()]));
        for garbage in ["", "\n", "ok\n", line.trim_end(), &format!("{line}\n"), &format!("{line}<html>\n")] {
            assert_eq!(signature_lines(garbage), None, "{garbage:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_stumble(text in "(— )?[ -~—\n]{0,200}", vkey in "[a-z+0-9A-Za-z/=]{0,90}") {
            let _read = vkey.parse::<CosignerKey>();
            let _read = witness().key().of(&text);
            let _read = signature_lines(&text);
            let _read = witness().cosign(&text, 1);
            prop_assert!(with_lines(&note(), [&text[..]]).starts_with(&note()));
        }
    }
}
