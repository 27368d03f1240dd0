//! The envelope of a ledger entry and its exact bytes, the commitments that bind facts and words to it, and pseudonyms.
//!
//! A leaf holds no name and no free text: who acted is a pseudonym, and what was said is only committed to under a random
//! salt. So words can be erased while every old proof still verifies. `docs/ledger-format.md` is the whole format.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Hash;

/// The longest leaf, in bytes.
pub const LEAF_MAX_BYTES: usize = 65_535;

/// The largest integer that RFC 8785 §3.2.2.3 can write exactly, 2^53 − 1. In microseconds that is the year 2255.
const EXACT_INTEGER_MAX: u64 = (1 << 53) - 1;

/// What a leaf says about its entry. [`Envelope::encode`] gives the bytes that are stored and hashed; everything else that
/// a store keeps about the entry is a copy or is committed to.
///
/// The fields stand in the order of their names, because RFC 8785 §3.2.3 sorts the keys and serde writes them as they
/// stand. A test holds the result against a full canonicalizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<'a> {
    /// Who caused the entry.
    pub actor: Actor,
    /// What else became true in it: kinds other than `kind`, distinct, in their order; left out when there are none.
    #[serde(borrow, default, deserialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Cow<'a, str>>,
    /// When it was recorded, in microseconds since 1970-01-01 UTC. Never goes back along the ledger.
    pub at_us: i64,
    /// The case that it belongs to, like `INC-12`; left out when it belongs to none.
    #[serde(borrow, default, deserialize_with = "present_text", skip_serializing_if = "Option::is_none")]
    pub case: Option<Cow<'a, str>>,
    /// The entry's number within its case, counted from 1 without gaps; left out when it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_seq: Option<u64>,
    /// Which clock `at_us` was read from.
    pub clock: Clock,
    /// [`commitment`] to the facts.
    pub facts: Hash,
    /// What became true, like `incident.opened`.
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    /// [`leaf_hash`] of the entry before this one; [`Hash::ZERO`] in the first.
    pub prev: Hash,
    /// When the outside says that it happened, in microseconds since 1970-01-01 UTC; left out when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_us: Option<i64>,
    /// The version of what facts and words hold. The seal doesn't depend on it.
    pub schema: u32,
    /// The entry's number, counted from 0; the same as its leaf's index in the tree.
    pub seq: u64,
    /// Where it came from: `local`, `slack`, `engine` …
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// The version of this encoding.
    pub v: V1,
    /// [`commitment`] to the words; left out where the entry never had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Hash>,
}

/// Why bytes are no leaf, or why an envelope cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LeafError {
    /// Longer than [`LEAF_MAX_BYTES`].
    #[error("a leaf may be {LEAF_MAX_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
    /// Beyond the integers that canonical JSON can write exactly, ±(2^53 − 1).
    #[error("`{field}` is {value}, and canonical JSON writes integers exactly only up to ±{EXACT_INTEGER_MAX}")]
    Inexact {
        /// The field's name.
        field: &'static str,
        /// What it holds.
        value: i128,
    },
    /// One of `case` and `case_seq` without the other, or a number 0.
    #[error("`case` and `case_seq` go together, and numbers within a case count from 1")]
    CaseNumber,
    /// `also` repeats a kind.
    #[error("`also` names `{0}` twice, or it is the entry's `kind`")]
    KindTwice(String),
    /// No JSON object with exactly the fields of an envelope; holds the parser's reason.
    #[error("it is not the envelope of an entry: {0}")]
    Malformed(String),
    /// The right fields, but other bytes than RFC 8785 prescribes: spaces, another order, needless escapes.
    #[error("it is not canonical JSON (RFC 8785), so it is not what this program would have written")]
    NotCanonical,
}

impl<'a> Envelope<'a> {
    /// The leaf: RFC 8785 canonical JSON on one line, without a newline at its end.
    ///
    /// # Errors
    /// [`LeafError::TooLong`], [`LeafError::Inexact`], [`LeafError::CaseNumber`] and [`LeafError::KindTwice`].
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        self.require_sense()?;
        let mut leaf = Vec::with_capacity(512);
        serde_json::to_writer(&mut leaf, self).expect("a Vec takes every byte and an envelope has only string keys");
        if leaf.len() > LEAF_MAX_BYTES {
            return Err(LeafError::TooLong(leaf.len()));
        }
        Ok(leaf)
    }

    /// Reads a leaf, borrowing from it where no escape is in the way. Accepts exactly the bytes that
    /// [`Envelope::encode`] writes: one envelope has one leaf.
    ///
    /// # Errors
    /// Every [`LeafError`].
    pub fn parse(leaf: &'a [u8]) -> Result<Envelope<'a>, LeafError> {
        if leaf.len() > LEAF_MAX_BYTES {
            return Err(LeafError::TooLong(leaf.len()));
        }
        let envelope: Envelope<'a> =
            serde_json::from_slice(leaf).map_err(|error| LeafError::Malformed(error.to_string()))?;
        envelope.require_sense()?;
        let mut expected = Expected(leaf);
        match serde_json::to_writer(&mut expected, &envelope) {
            Ok(()) if expected.0.is_empty() => Ok(envelope),
            _ => Err(LeafError::NotCanonical),
        }
    }

    /// What the types can't say.
    fn require_sense(&self) -> Result<(), LeafError> {
        if self.case.is_some() != self.case_seq.is_some() || self.case_seq == Some(0) {
            return Err(LeafError::CaseNumber);
        }
        for (place, kind) in self.also.iter().enumerate() {
            if *kind == self.kind || self.also[..place].contains(kind) {
                return Err(LeafError::KindTwice(kind.to_string()));
            }
        }
        let said_us = self.said_us.unwrap_or_default();
        for (field, value, magnitude) in [
            ("at_us", i128::from(self.at_us), self.at_us.unsigned_abs()),
            ("said_us", i128::from(said_us), said_us.unsigned_abs()),
            ("seq", i128::from(self.seq), self.seq),
            ("case_seq", i128::from(self.case_seq.unwrap_or_default()), self.case_seq.unwrap_or_default()),
        ] {
            if magnitude > EXACT_INTEGER_MAX {
                return Err(LeafError::Inexact { field, value });
            }
        }
        Ok(())
    }
}

/// Compares what is written to it with the bytes that it still expects, so that a leaf is encoded again without a buffer.
struct Expected<'a>(&'a [u8]);

impl io::Write for Expected<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(written).ok_or(io::ErrorKind::InvalidData)?;
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An optional text that is there: borrowed if it can be (serde alone would copy inside an `Option`), and never `null`.
fn present_text<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    Text::deserialize(deserializer).map(|text| Some(text.0))
}

/// Texts, each borrowed if it can be.
fn texts<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Cow<'a, str>>, D::Error> {
    Vec::<Text<'a>>::deserialize(deserializer).map(|texts| texts.into_iter().map(|text| text.0).collect())
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// RFC 6962 §2.1: SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into())
}

/// HMAC-SHA256 (RFC 2104) of a text under its salt of 32 random bytes. Without the salt the text cannot be guessed from it,
/// with both anybody can check it: `openssl dgst -sha256 -mac HMAC -macopt hexkey:…`.
pub fn commitment(salt: &[u8; 32], text: &[u8]) -> Hash {
    let keyed: Hmac<Sha256> = Hmac::new_from_slice(salt).expect("HMAC takes a key of any length");
    Hash(keyed.chain_update(text).finalize().into_bytes().into())
}

/// The one version of the envelope so far. A type with one value, so that no code can write another; in JSON it is `1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V1;

impl Serialize for V1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for V1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<V1, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(V1),
            other => Err(de::Error::custom(format_args!("this program reads version 1 of the envelope, not {other}"))),
        }
    }
}

/// Which clock an entry's time was read from. Entries of a manual clock come from tests and demonstrations, and the seal
/// says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The machine's clock.
    Real,
    /// A clock that somebody set.
    Manual,
}

/// Who caused an entry, without saying who that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Countersign itself.
    Bot,
    /// A person or an account, known only to whoever has the words of the entry that introduced the pseudonym.
    Person(Pseudonym),
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Actor::Bot => serializer.serialize_str("bot"),
            Actor::Person(pseudonym) => serializer.serialize_str(pseudonym.digits(&mut [0; 16])),
        }
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Actor, D::Error> {
        struct ActorText;
        impl de::Visitor<'_> for ActorText {
            type Value = Actor;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`bot` or a pseudonym of 16 hex digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Actor, E> {
                match text {
                    "bot" => Ok(Actor::Bot),
                    _ => {
                        text.parse().map(Actor::Person).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
                    }
                }
            }
        }
        deserializer.deserialize_str(ActorText)
    }
}

/// A person or an account in the ledger: 8 random bytes, shown and parsed as 16 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 8]);

impl Pseudonym {
    fn digits<'d>(&self, digits: &'d mut [u8; 16]) -> &'d str {
        hex::encode_to_slice(self.0, digits).expect("16 digits hold 8 bytes");
        str::from_utf8(digits).expect("hex digits are ASCII")
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.digits(&mut [0; 16]))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Pseudonym {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Pseudonym, hex::FromHexError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes)?;
        // One pseudonym has one spelling.
        match text.bytes().position(|byte| byte.is_ascii_uppercase()) {
            Some(index) => Err(hex::FromHexError::InvalidHexCharacter { c: char::from(text.as_bytes()[index]), index }),
            None => Ok(Pseudonym(bytes)),
        }
    }
}

impl Serialize for Pseudonym {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.digits(&mut [0; 16]))
    }
}

impl<'de> Deserialize<'de> for Pseudonym {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pseudonym, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first leaf of a ledger, with this text as its kind.
    pub(crate) fn of_kind(kind: &str) -> Envelope<'_> {
        Envelope {
            actor: Actor::Bot,
            also: Vec::new(),
            at_us: 0,
            case: None,
            case_seq: None,
            clock: Clock::Real,
            facts: Hash::ZERO,
            kind: kind.into(),
            prev: Hash::ZERO,
            said_us: None,
            schema: 1,
            seq: 0,
            source: "local".into(),
            v: V1,
            words: None,
        }
    }

    fn opened() -> Envelope<'static> {
        Envelope {
            actor: Actor::Person(Pseudonym([7; 8])),
            also: vec!["duty.opened".into()],
            at_us: 1_763_900_000_000_000,
            case: Some("INC-12".into()),
            case_seq: Some(1),
            facts: commitment(&[1; 32], b"{}"),
            words: Some(commitment(&[2; 32], b"[\"Ship v7\"]")),
            ..of_kind("incident.opened")
        }
    }

    #[test]
    fn the_exact_bytes_of_a_leaf_never_change() {
        let (facts, words) = (Hash([0xab; 32]), Some(Hash([0xcd; 32])));
        let bot = Envelope { actor: Actor::Bot, facts, words, said_us: Some(-5), ..opened() };
        let expected = format!(
            r#"{{"actor":"bot","also":["duty.opened"],"at_us":1763900000000000,"case":"INC-12","case_seq":1,"clock":"real","facts":"{}","kind":"incident.opened","prev":"{}","said_us":-5,"schema":1,"seq":0,"source":"local","v":1,"words":"{}"}}"#,
            "ab".repeat(32),
            "0".repeat(64),
            "cd".repeat(32)
        );
        assert_eq!(String::from_utf8(bot.encode().unwrap()).unwrap(), expected);
        assert_eq!(Envelope::parse(expected.as_bytes()), Ok(bot));
    }

    fn text() -> impl Strategy<Value = Cow<'static, str>> {
        let awkward = prop_oneof![any::<char>(), (0u8..=0x80).prop_map(char::from), Just('"'), Just('\\')];
        prop::collection::vec(awkward, 0..12).prop_map(|chars| Cow::Owned(chars.into_iter().collect()))
    }

    fn envelope() -> impl Strategy<Value = Envelope<'static>> {
        let exact = EXACT_INTEGER_MAX as i64;
        let actor = prop_oneof![Just(Actor::Bot), any::<[u8; 8]>().prop_map(|bytes| Actor::Person(Pseudonym(bytes)))];
        let clock = prop_oneof![Just(Clock::Real), Just(Clock::Manual)];
        let hash = || any::<[u8; 32]>().prop_map(Hash);
        let case = prop::option::of((text(), 1..=EXACT_INTEGER_MAX));
        (
            (actor, -exact..=exact, case, clock, hash(), prop::collection::btree_set(text(), 0..4)),
            (text(), hash(), prop::option::of(-exact..=exact), 0..=EXACT_INTEGER_MAX, text()),
            (any::<u32>(), prop::option::of(hash())),
        )
            .prop_map(
                |((actor, at_us, case, clock, facts, also), (kind, prev, said_us, seq, source), rest)| {
                    let ((case, case_seq), (schema, words)) = (case.unzip(), rest);
                    let also = also.into_iter().filter(|other| *other != kind).collect();
                    let v = V1;
                    Envelope {
                        actor,
                        also,
                        at_us,
                        case,
                        case_seq,
                        clock,
                        facts,
                        kind,
                        prev,
                        said_us,
                        schema,
                        seq,
                        source,
                        v,
                        words,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn a_leaf_is_rfc_8785_and_reads_back(envelope in envelope()) {
            let leaf = envelope.encode().unwrap();
            prop_assert_eq!(&leaf, &serde_json_canonicalizer::to_vec(&envelope).unwrap());
            prop_assert!(!leaf.contains(&b'\n'));
            prop_assert_eq!(Envelope::parse(&leaf).unwrap(), envelope);
        }

        #[test]
        fn no_other_bytes_read_as_the_same_envelope(envelope in envelope(), at in any::<prop::sample::Index>(), bit in 0..8) {
            let leaf = envelope.encode().unwrap();
            let mut other = leaf.clone();
            other[at.index(leaf.len())] ^= 1u8 << bit;
            if let Ok(parsed) = Envelope::parse(&other) {
                prop_assert_ne!(&parsed, &envelope);
                prop_assert_eq!(parsed.encode().unwrap(), other);
            }
        }
    }

    #[test]
    fn parsing_borrows_what_needs_no_escape() {
        let leaf = opened().encode().unwrap();
        let parsed = Envelope::parse(&leaf).unwrap();
        assert!(matches!(parsed.case, Some(Cow::Borrowed("INC-12"))));
        assert!(matches!(parsed.also[..], [Cow::Borrowed("duty.opened")]));
        assert!(matches!((parsed.kind, parsed.source), (Cow::Borrowed(_), Cow::Borrowed(_))));
    }

    #[test]
    fn what_encode_would_not_write_is_refused() {
        let leaf = String::from_utf8(opened().encode().unwrap()).unwrap();
        let check = |other: String, expected: fn(&LeafError) -> bool| {
            assert_ne!(other, leaf, "the case changes nothing");
            let error = Envelope::parse(other.as_bytes()).expect_err(&other);
            assert!(expected(&error), "{error}: {other}");
        };
        let not_canonical = |error: &LeafError| *error == LeafError::NotCanonical;
        let malformed = |error: &LeafError| matches!(error, LeafError::Malformed(_));
        check(leaf.replace(",\"at_us", ", \"at_us"), not_canonical);
        check(format!("{leaf}\n"), not_canonical);
        check(leaf.replace("INC-12", r"INC\u002d12"), not_canonical);
        check(leaf.replace(r#""seq":0,"source":"local""#, r#""source":"local","seq":0"#), not_canonical);
        check(leaf.replace("\"seq\":0", "\"said_us\":null,\"seq\":0"), not_canonical);
        check(leaf.replace("\"INC-12\"", "null"), malformed);
        check(leaf.replace("\"seq\":0", "\"seq\":0.0"), malformed);
        check(leaf.replace("\"seq\":0", "\"seq\":0,\"seq\":0"), malformed);
        check(leaf.replace("\"v\":1", "\"v\":1,\"w\":1"), malformed);
        check(leaf.replace("\"v\":1", "\"v\":2"), |error| {
            error.to_string().contains("version 1 of the envelope, not 2")
        });
        check(leaf.replace("\"clock\":\"real\"", "\"clock\":\"sundial\""), malformed);
        check(leaf.replace("\"actor\":\"", "\"actor\":\"maya"), malformed);
        let facts = opened().facts.to_string();
        check(leaf.replace(&facts, &facts.to_uppercase()), not_canonical);
        check(leaf.replace(&facts, &facts[2..]), malformed);
        check(leaf.replace("\"also\":[\"duty.opened\"]", "\"also\":[]"), not_canonical);
        check(leaf.replace("[\"duty.opened\"]", "[\"incident.opened\"]"), |error| {
            *error == LeafError::KindTwice("incident.opened".into())
        });
        check(leaf.replace("[\"duty.opened\"]", "[\"a\",\"b\",\"a\"]"), |error| {
            *error == LeafError::KindTwice("a".into())
        });
        let case_number = |error: &LeafError| *error == LeafError::CaseNumber;
        check(leaf.replace("\"case_seq\":1,", ""), case_number);
        check(leaf.replace("\"case\":\"INC-12\",", ""), case_number);
        check(leaf.replace("\"case_seq\":1,", "\"case_seq\":0,"), case_number);
        check(leaf.replace("\"case_seq\":1,", "\"case_seq\":null,"), case_number);
        let words = format!("\"words\":\"{}\"", opened().words.expect("words"));
        check(leaf.replace(&words, "\"words\":null"), not_canonical);
        check(leaf.replace(",\"schema\":1", ""), malformed);
    }

    #[test]
    fn a_leaf_keeps_to_its_limits() {
        let room = LEAF_MAX_BYTES - Envelope { kind: "".into(), ..opened() }.encode().unwrap().len();
        let longest = Envelope { kind: "k".repeat(room).into(), ..opened() }.encode().unwrap();
        assert_eq!(longest.len(), LEAF_MAX_BYTES);
        assert!(Envelope::parse(&longest).is_ok());
        let beyond = Envelope { kind: "k".repeat(room + 1).into(), ..opened() };
        assert_eq!(beyond.encode(), Err(LeafError::TooLong(LEAF_MAX_BYTES + 1)));
        let bytes = serde_json::to_vec(&beyond).unwrap();
        assert_eq!(Envelope::parse(&bytes), Err(LeafError::TooLong(LEAF_MAX_BYTES + 1)));

        let last = EXACT_INTEGER_MAX as i64;
        assert!(Envelope { at_us: -last, said_us: Some(last), ..opened() }.encode().is_ok());
        for inexact in [
            Envelope { at_us: last + 1, ..opened() },
            Envelope { said_us: Some(-last - 1), ..opened() },
            Envelope { seq: EXACT_INTEGER_MAX + 1, ..opened() },
            Envelope { case_seq: Some(EXACT_INTEGER_MAX + 1), ..opened() },
        ] {
            assert!(matches!(inexact.encode(), Err(LeafError::Inexact { .. })), "{inexact:?}");
            let bytes = serde_json::to_vec(&inexact).unwrap();
            assert!(matches!(Envelope::parse(&bytes), Err(LeafError::Inexact { .. })), "{inexact:?}");
        }
    }

    /// RFC 4868 §2.7.2.1, AUTH256-1; `openssl dgst -sha256 -mac HMAC -macopt hexkey:0b…0b` prints the same.
    #[test]
    fn a_commitment_is_what_openssl_prints() {
        let expected = "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7";
        assert_eq!(commitment(&[0x0b; 32], b"Hi There").to_string(), expected);
    }

    #[test]
    fn a_pseudonym_has_one_spelling() {
        assert_eq!("00ff00ff00ff00ff".parse(), Ok(Pseudonym([0, 255, 0, 255, 0, 255, 0, 255])));
        for other in ["00FF00ff00ff00ff", "00ff00ff00ff00f", "00ff00ff00ff00ff00", "maya"] {
            assert!(other.parse::<Pseudonym>().is_err(), "{other}");
        }
    }
}
