//! A record taken apart into facts, which stay, and words, which can be erased; and put together again.
//!
//! Facts are the record's own JSON with two kinds of stand-in: `{"w":3}` for the value at place 3 of the words, a JSON array,
//! and `{"p":"00ff00ff00ff00ff"}` for the subject of that pseudonym. Which is which, types say by marks
//! ([`crate::domain::mark`]); a text without a mark is words. A key that reads `w` or `p`, with any number of `$` before it, is
//! written with one more `$`, so that no object can be taken for a stand-in.
//!
//! Names of variants are facts, also where serde writes them as a field of their own (`#[serde(tag = "…")]`). It hands such a
//! name over as a bare `str`, which no field of a type can be: a `String`, a `&str` and an `Arc<str>` all have a size.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::{self, Impossible, Serializer};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::domain::mark::{ERASED, ERASED_SUBJECT, FACT, SUBJECT, WORDS};
use crate::seal::Pseudonym;

/// A record in its two parts, both JSON on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The record with stand-ins.
    pub facts: String,
    /// An array of what they stand for; none where there are no words.
    pub words: Option<String>,
}

/// Why a record can't be taken apart. A fault of the program's: no input causes it.
#[derive(Debug, Error)]
pub enum SplitError {
    #[error("{0}")]
    Custom(String),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("a subject must be a name, this is {0}")]
    SubjectIsNoName(&'static str),
    #[error("a key must be a text that is a fact, a number or a variant, this is {0}")]
    Key(&'static str),
}

/// Why facts and words don't go together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// Holds the parser's reason.
    #[error("the words are no JSON array: {0}")]
    Words(String),
    /// The facts name a place that the words don't have.
    #[error("the facts speak of words at place {place}, and there are {count}")]
    NoSuchWords {
        /// The place, from 0.
        place: usize,
        /// How many there are.
        count: usize,
    },
}

/// Whom a pseudonym stands for, or a pseudonym for whom: the first mention of a subject gives it one.
pub trait Naming {
    /// # Errors
    /// The system gives no random numbers.
    fn pseudonym(&mut self, subject: &str) -> Result<Pseudonym, getrandom::Error>;
}

/// Takes a record apart.
///
/// # Errors
/// [`SplitError`].
pub fn split<T: Serialize + ?Sized>(record: &T, naming: &mut dyn Naming) -> Result<Parts, SplitError> {
    let mut splitter =
        Splitter { facts: Vec::with_capacity(512), words: Vec::new(), slots: 0, text: Text::Words, naming };
    record.serialize(&mut splitter)?;
    let Splitter { facts, mut words, slots, .. } = splitter;
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).expect("serde_json writes UTF-8");
    let words = (slots > 0).then(|| {
        words.push(b']');
        utf8(words)
    });
    Ok(Parts { facts: utf8(facts), words })
}

/// Puts a record together again, as JSON. Without words, [`ERASED`] stands for each of them.
///
/// # Errors
/// [`JoinError`].
pub fn join<'n>(
    facts: &str,
    words: Option<&str>,
    subject_of: impl Fn(Pseudonym) -> Option<Cow<'n, str>>,
) -> Result<String, JoinError> {
    let slots: Option<Vec<&RawValue>> = words
        .map(|words| serde_json::from_str(words).map_err(|error| JoinError::Words(error.to_string())))
        .transpose()?;
    let mut record = String::with_capacity(facts.len() + words.map_or(0, str::len));
    let mut taken = 0;
    for (at, found) in Finds::of(facts) {
        record.push_str(&facts[taken..at]);
        taken = at + found.len();
        match found {
            Found::Words { place, .. } => match &slots {
                None => push_text(&mut record, ERASED),
                Some(slots) => match slots.get(place) {
                    Some(value) => record.push_str(value.get()),
                    None => return Err(JoinError::NoSuchWords { place, count: slots.len() }),
                },
            },
            Found::Subject(pseudonym) => match subject_of(pseudonym) {
                Some(subject) => push_text(&mut record, &subject),
                None => push_text(&mut record, &erased_subject(pseudonym)),
            },
            // The `$` that was put before it goes.
            Found::Dollar => {}
        }
    }
    record.push_str(&facts[taken..]);
    Ok(record)
}

/// The pseudonyms that facts mention, in their order; one that is mentioned twice comes twice.
pub fn mentions(facts: &str) -> impl Iterator<Item = Pseudonym> + '_ {
    Finds::of(facts).filter_map(|(_, found)| match found {
        Found::Subject(pseudonym) => Some(pseudonym),
        Found::Words { .. } | Found::Dollar => None,
    })
}

/// What is read for a subject whom nobody knows any more: `erased-00ff00ff00ff00ff`.
pub fn erased_subject(pseudonym: Pseudonym) -> String {
    format!("{ERASED_SUBJECT}{pseudonym}")
}

/// The pseudonym of a subject that was read as erased: mentioned again, it stays that one.
pub fn pseudonym_of_erased(subject: &str) -> Option<Pseudonym> {
    subject.strip_prefix(ERASED_SUBJECT)?.parse().ok()
}

fn push_text(json: &mut String, text: &str) {
    json.push_str(&serde_json::to_string(text).expect("a text is JSON"));
}

/// Something in facts that isn't the record's own JSON.
#[derive(Clone, Copy)]
enum Found {
    /// `{"w":3}`, this long.
    Words { place: usize, len: usize },
    /// `{"p":"00ff00ff00ff00ff"}`
    Subject(Pseudonym),
    /// The `$` of a key that was written with one more.
    Dollar,
}

impl Found {
    fn len(self) -> usize {
        match self {
            Found::Words { len, .. } => len,
            Found::Subject(_) => r#"{"p":"00ff00ff00ff00ff"}"#.len(),
            Found::Dollar => 1,
        }
    }
}

/// Looks for stand-ins. All of them hold quotes that aren't escaped, and inside a text every quote is, so a stand-in is found
/// wherever its bytes stand, and nowhere else.
struct Finds<'f> {
    facts: &'f str,
    at: usize,
}

impl<'f> Finds<'f> {
    fn of(facts: &'f str) -> Finds<'f> {
        Finds { facts, at: 0 }
    }
}

impl Iterator for Finds<'_> {
    type Item = (usize, Found);

    fn next(&mut self) -> Option<(usize, Found)> {
        let bytes = self.facts.as_bytes();
        while let Some(step) = bytes.get(self.at..)?.iter().position(|byte| *byte == b'"') {
            let quote = self.at + step;
            self.at = quote + 1;
            let rest = &self.facts[self.at..];
            let opens = quote.checked_sub(1).filter(|before| bytes[*before] == b'{');
            if let (Some(begin), Some(found)) = (opens, stand_in(rest)) {
                self.at = begin + found.len();
                return Some((begin, found));
            }
            let key = rest.trim_start_matches('$');
            if key.len() < rest.len() && (key.starts_with("w\":") || key.starts_with("p\":")) {
                return Some((quote + 1, Found::Dollar));
            }
        }
        None
    }
}

/// A stand-in, without the `{"` that opens it.
fn stand_in(rest: &str) -> Option<Found> {
    if let Some(place) = rest.strip_prefix("w\":") {
        let digits = place.bytes().take_while(u8::is_ascii_digit).count();
        let closed = digits > 0 && place[digits..].starts_with('}');
        let place = place[..digits].parse().ok().filter(|_| closed)?;
        return Some(Found::Words { place, len: r#"{"w":}"#.len() + digits });
    }
    let pseudonym = rest.strip_prefix("p\":\"")?;
    let (digits, close) = pseudonym.split_at_checked(16)?;
    digits.parse().ok().filter(|_| close.starts_with("\"}")).map(Found::Subject)
}

/// What a text is taken for.
#[derive(Clone, Copy, PartialEq)]
enum Text {
    /// As long as nothing says otherwise.
    Words,
    /// Inside a [`FACT`].
    Fact,
    /// A variant's name, by itself: what is inside something else there is not.
    Variant,
    /// Inside a [`SUBJECT`].
    Subject,
}

struct Splitter<'n> {
    facts: Vec<u8>,
    /// An array that isn't closed yet; empty while there are no words.
    words: Vec<u8>,
    slots: usize,
    text: Text,
    naming: &'n mut dyn Naming,
}

impl Splitter<'_> {
    fn push(&mut self, json: &str) {
        self.facts.extend_from_slice(json.as_bytes());
    }

    fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
        Ok(serde_json::to_writer(&mut self.facts, value)?)
    }

    /// Numbers and the like, which are facts as they are.
    fn plain<T: Serialize + ?Sized>(&mut self, value: &T, what: &'static str) -> Result<(), SplitError> {
        match self.text {
            Text::Subject => Err(SplitError::SubjectIsNoName(what)),
            _ => self.json(value),
        }
    }

    /// Puts a whole value among the words, and a stand-in in its place.
    fn put_away<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
        self.words.push(if self.slots == 0 { b'[' } else { b',' });
        serde_json::to_writer(&mut self.words, value)?;
        self.push(&format!("{{\"w\":{}}}", self.slots));
        self.slots += 1;
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), SplitError> {
        if matches!(key.trim_start_matches('$'), "w" | "p") { self.json(&format!("${key}")) } else { self.json(key) }
    }

    fn inside<T: Serialize + ?Sized>(&mut self, text: Text, value: &T) -> Result<(), SplitError> {
        let before = std::mem::replace(&mut self.text, text);
        let done = value.serialize(&mut *self);
        self.text = before;
        done
    }

    /// A field's or an entry's value; a bare `str` is a variant's name.
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
        let bare = size_of::<&T>() > size_of::<&()>();
        self.inside(if bare && self.text == Text::Words { Text::Variant } else { self.text }, value)
    }
}

/// Something with parts of its own.
struct Open<'s, 'n> {
    splitter: &'s mut Splitter<'n>,
    empty: bool,
    /// Was a variant's name only meant for a text, it counts again when this is closed.
    before: Text,
    close: &'static str,
}

impl<'s, 'n> Open<'s, 'n> {
    fn new(splitter: &'s mut Splitter<'n>, open: &str, close: &'static str) -> Result<Open<'s, 'n>, SplitError> {
        let before = splitter.text;
        match before {
            Text::Subject => return Err(SplitError::SubjectIsNoName("made of parts")),
            Text::Variant => splitter.text = Text::Words,
            Text::Words | Text::Fact => {}
        }
        splitter.push(open);
        Ok(Open { splitter, empty: true, before, close })
    }

    fn variant(
        splitter: &'s mut Splitter<'n>,
        name: &'static str,
        open: &str,
        close: &'static str,
    ) -> Result<Open<'s, 'n>, SplitError> {
        let mut opened = Open::new(splitter, "{", close)?;
        opened.splitter.key(name)?;
        opened.splitter.push(":");
        opened.splitter.push(open);
        opened.empty = true;
        Ok(opened)
    }

    fn comma(&mut self) {
        if !std::mem::replace(&mut self.empty, false) {
            self.splitter.push(",");
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
        self.comma();
        value.serialize(&mut *self.splitter)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SplitError> {
        self.comma();
        self.splitter.key(name)?;
        self.splitter.push(":");
        self.splitter.value(value)
    }

    fn close(self) -> Result<(), SplitError> {
        self.splitter.text = self.before;
        self.splitter.push(self.close);
        Ok(())
    }
}

macro_rules! plain {
    ($($name:ident($type:ty) $what:literal;)*) => {$(
        fn $name(self, value: $type) -> Result<(), SplitError> {
            self.plain(&value, $what)
        }
    )*};
}

impl<'s, 'n> Serializer for &'s mut Splitter<'n> {
    type Ok = ();
    type Error = SplitError;
    type SerializeSeq = Open<'s, 'n>;
    type SerializeTuple = Open<'s, 'n>;
    type SerializeTupleStruct = Open<'s, 'n>;
    type SerializeTupleVariant = Open<'s, 'n>;
    type SerializeMap = Open<'s, 'n>;
    type SerializeStruct = Open<'s, 'n>;
    type SerializeStructVariant = Open<'s, 'n>;

    plain! {
        serialize_bool(bool) "true or false";
        serialize_i8(i8) "a number";
        serialize_i16(i16) "a number";
        serialize_i32(i32) "a number";
        serialize_i64(i64) "a number";
        serialize_i128(i128) "a number";
        serialize_u8(u8) "a number";
        serialize_u16(u16) "a number";
        serialize_u32(u32) "a number";
        serialize_u64(u64) "a number";
        serialize_u128(u128) "a number";
        serialize_f32(f32) "a number";
        serialize_f64(f64) "a number";
        serialize_bytes(&[u8]) "bytes";
    }

    fn serialize_char(self, value: char) -> Result<(), SplitError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), SplitError> {
        match self.text {
            Text::Words => self.put_away(text),
            Text::Fact | Text::Variant => self.json(text),
            Text::Subject => {
                let pseudonym = self.naming.pseudonym(text)?;
                self.push(&format!("{{\"p\":\"{pseudonym}\"}}"));
                Ok(())
            }
        }
    }

    fn serialize_none(self) -> Result<(), SplitError> {
        self.plain(&(), "nothing")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SplitError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), SplitError> {
        self.plain(&(), "nothing")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), SplitError> {
        self.plain(&(), "nothing")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), SplitError> {
        self.plain(variant, "a variant")
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), SplitError> {
        match name {
            FACT => self.inside(Text::Fact, value),
            SUBJECT => self.inside(Text::Subject, value),
            WORDS => self.put_away(value),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), SplitError> {
        let mut open = Open::new(self, "{", "}")?;
        open.comma();
        open.splitter.key(variant)?;
        open.splitter.push(":");
        value.serialize(&mut *open.splitter)?;
        open.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'s, 'n>, SplitError> {
        Open::new(self, "[", "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'s, 'n>, SplitError> {
        Open::new(self, "[", "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'s, 'n>, SplitError> {
        Open::new(self, "[", "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'s, 'n>, SplitError> {
        Open::variant(self, variant, "[", "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'s, 'n>, SplitError> {
        Open::new(self, "{", "}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'s, 'n>, SplitError> {
        Open::new(self, "{", "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'s, 'n>, SplitError> {
        Open::variant(self, variant, "{", "}}")
    }
}

macro_rules! elements {
    ($($kind:ident $each:ident;)*) => {$(
        impl ser::$kind for Open<'_, '_> {
            type Ok = ();
            type Error = SplitError;

            fn $each<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
                self.element(value)
            }

            fn end(self) -> Result<(), SplitError> {
                self.close()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Open<'_, '_> {
            type Ok = ();
            type Error = SplitError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SplitError> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), SplitError> {
                self.close()
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = SplitError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SplitError> {
        self.comma();
        key.serialize(Key(self.splitter))?;
        self.splitter.push(":");
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SplitError> {
        self.splitter.value(value)
    }

    fn end(self) -> Result<(), SplitError> {
        self.close()
    }
}

impl ser::Error for SplitError {
    fn custom<T: fmt::Display>(reason: T) -> SplitError {
        SplitError::Custom(reason.to_string())
    }
}

/// A key: always a fact. JSON writes numbers there as texts.
struct Key<'s, 'n>(&'s mut Splitter<'n>);

macro_rules! number_keys {
    ($($name:ident($type:ty))*) => {$(
        fn $name(self, value: $type) -> Result<(), SplitError> {
            self.0.key(&value.to_string())
        }
    )*};
}

macro_rules! no_keys {
    ($($name:ident($($type:ty),*) -> $opens:ty, $what:literal;)*) => {$(
        fn $name(self, $(_: $type),*) -> Result<$opens, SplitError> {
            Err(SplitError::Key($what))
        }
    )*};
}

impl Serializer for Key<'_, '_> {
    type Ok = ();
    type Error = SplitError;
    type SerializeSeq = Impossible<(), SplitError>;
    type SerializeTuple = Impossible<(), SplitError>;
    type SerializeTupleStruct = Impossible<(), SplitError>;
    type SerializeTupleVariant = Impossible<(), SplitError>;
    type SerializeMap = Impossible<(), SplitError>;
    type SerializeStruct = Impossible<(), SplitError>;
    type SerializeStructVariant = Impossible<(), SplitError>;

    number_keys! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_char(char)
    }

    no_keys! {
        serialize_f32(f32) -> (), "a fraction";
        serialize_f64(f64) -> (), "a fraction";
        serialize_bytes(&[u8]) -> (), "bytes";
        serialize_none() -> (), "nothing";
        serialize_unit() -> (), "nothing";
        serialize_unit_struct(&'static str) -> (), "nothing";
        serialize_seq(Option<usize>) -> Self::SerializeSeq, "made of parts";
        serialize_tuple(usize) -> Self::SerializeTuple, "made of parts";
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct, "made of parts";
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant, "made of parts";
        serialize_map(Option<usize>) -> Self::SerializeMap, "made of parts";
        serialize_struct(&'static str, usize) -> Self::SerializeStruct, "made of parts";
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant, "made of parts";
    }

    fn serialize_str(self, key: &str) -> Result<(), SplitError> {
        self.0.key(key)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, key: &T) -> Result<(), SplitError> {
        key.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), SplitError> {
        self.0.key(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, key: &T) -> Result<(), SplitError> {
        match name {
            SUBJECT => Err(SplitError::Key("a subject")),
            WORDS => Err(SplitError::Key("words")),
            _ => key.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), SplitError> {
        Err(SplitError::Key("made of parts"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize, Serializer};

    use super::*;
    use crate::domain::mark::{self, Words};
    use crate::domain::{CaseId, PersonId, WorkflowId};

    /// Numbers the subjects in the order in which they are mentioned.
    #[derive(Default)]
    struct Counting(HashMap<String, Pseudonym>);

    impl Naming for Counting {
        fn pseudonym(&mut self, subject: &str) -> Result<Pseudonym, getrandom::Error> {
            let next = Pseudonym((self.0.len() as u64).to_be_bytes());
            Ok(*self.0.entry(subject.to_owned()).or_insert(next))
        }
    }

    impl Counting {
        fn subject(&self, pseudonym: Pseudonym) -> Option<Cow<'_, str>> {
            self.0.iter().find(|(_, known)| **known == pseudonym).map(|(subject, _)| subject.into())
        }
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "what", rename_all = "kebab-case")]
    enum Record {
        Opened(Box<Opened>),
        Said {
            by: PersonId,
            text: String,
            #[serde(flatten)]
            kind: Kind,
        },
        Left,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Opened {
        by: PersonId,
        case: CaseId,
        workflow: WorkflowId,
        title: String,
        held_by: Vec<PersonId>,
        #[serde(serialize_with = "mark::fact")]
        message: Option<String>,
        card: Words<BTreeMap<String, Vec<u32>>>,
        outcome: Outcome,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kind {
        level: Level,
        because: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Level {
        NearMiss,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Outcome {
        Superseded { by: CaseId, why: String },
    }

    fn opened() -> Record {
        let case: CaseId = "INC-12".parse().unwrap();
        Record::Opened(Box::new(Opened {
            by: "maya".into(),
            case,
            workflow: "credit-scoring".into(),
            title: "Decline rate \"doubled\"".into(),
            held_by: vec!["dev".into(), "maya".into()],
            message: Some("1795424400.000100".into()),
            card: Words::of(BTreeMap::from([("w".into(), vec![0])])),
            outcome: Outcome::Superseded { by: case, why: "twice".into() },
        }))
    }

    fn said() -> Record {
        let kind = Kind { level: Level::NearMiss, because: Some("{\"w\":0}".into()) };
        Record::Said { by: "maya".into(), text: "so it is".into(), kind }
    }

    #[test]
    fn texts_are_words_unless_a_type_says_otherwise() {
        let mut naming = Counting::default();
        let check = |record: Record, facts: &str, words: Option<&str>, naming: &mut Counting| {
            let parts = split(&record, naming).unwrap();
            assert_eq!((parts.facts.as_str(), parts.words.as_deref()), (facts, words));
            let joined = join(facts, words, |it| naming.subject(it)).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&joined).unwrap(), record);
        };
        check(
            opened(),
            "{\"what\":\"opened\",\"by\":{\"p\":\"0000000000000000\"},\"case\":\"INC-12\",\"workflow\":\"credit-scoring\",\
             \"title\":{\"w\":0},\"held_by\":[{\"p\":\"0000000000000001\"},{\"p\":\"0000000000000000\"}],\
             \"message\":\"1795424400.000100\",\"card\":{\"w\":1},\"outcome\":{\"superseded\":{\"by\":\"INC-12\",\"why\":{\"w\":2}}}}",
            Some(r#"["Decline rate \"doubled\"",{"w":[0]},"twice"]"#),
            &mut naming,
        );
        check(
            said(),
            r#"{"what":"said","by":{"p":"0000000000000000"},"text":{"w":0},"level":"near-miss","because":{"w":1}}"#,
            Some(r#"["so it is","{\"w\":0}"]"#),
            &mut naming,
        );
        check(Record::Left, r#"{"what":"left"}"#, None, &mut naming);
    }

    #[test]
    fn what_is_erased_or_not_known_any_more_is_read_as_such() {
        let mut naming = Counting::default();
        let facts = split(&opened(), &mut naming).unwrap().facts;
        let joined = join(&facts, None, |_| None).unwrap();
        let Record::Opened(read) = serde_json::from_str(&joined).unwrap() else { panic!("{joined}") };
        assert_eq!((read.title.as_str(), &read.card), (ERASED, &Words(None)));
        assert_eq!(read.held_by, ["erased-0000000000000001".into(), "erased-0000000000000000".into()]);
        assert_eq!(mentions(&facts).count(), 3);
        assert_eq!(pseudonym_of_erased(read.by.as_str()), Some(Pseudonym([0; 8])));
        assert_eq!(pseudonym_of_erased("erased-maya"), None);
    }

    #[test]
    fn facts_and_words_that_do_not_go_together_are_refused() {
        let check = |facts: &str, words: Option<&str>, expected: &str| {
            let error = join(facts, words, |_| None).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(r#"{"a":{"w":1}}"#, Some(r#"["x"]"#), "words at place 1, and there are 1");
        check(r#"{"a":{"w":0}}"#, Some("[]"), "words at place 0, and there are 0");
        check(r#"{"a":{"w":0}}"#, Some(r#"{"0":"x"}"#), "no JSON array");
        check(r#"{"a":{"w":0}}"#, Some(r#"["x""#), "no JSON array");
    }

    #[test]
    fn subjects_and_words_are_no_keys() {
        let people = BTreeMap::from([(PersonId::from("maya"), 1)]);
        assert!(matches!(split(&people, &mut Counting::default()), Err(SplitError::Key("a subject"))));
    }

    /// Anything that a record may be made of.
    #[derive(Clone, Debug)]
    enum Any {
        Null,
        Bool(bool),
        Number(i64),
        Fraction(f64),
        Variant,
        Text(String),
        Fact(String),
        Subject(String),
        Words(serde_json::Value),
        FactOf(Box<Any>),
        Some(Box<Any>),
        List(Vec<Any>),
        Map(BTreeMap<String, Any>),
        Wrapped(Box<Any>),
    }

    impl Serialize for Any {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self {
                Any::Null => to.serialize_none(),
                Any::Bool(value) => to.serialize_bool(*value),
                Any::Number(value) => to.serialize_i64(*value),
                Any::Fraction(value) => to.serialize_f64(*value),
                Any::Variant => to.serialize_unit_variant("Any", 0, "variant"),
                Any::Text(text) => to.serialize_str(text),
                Any::Fact(text) => to.serialize_newtype_struct(mark::FACT, text),
                Any::Subject(text) => to.serialize_newtype_struct(mark::SUBJECT, text),
                Any::Words(value) => to.serialize_newtype_struct(mark::WORDS, value),
                Any::FactOf(value) => to.serialize_newtype_struct(mark::FACT, value),
                Any::Some(value) => to.serialize_some(value),
                Any::List(values) => to.collect_seq(values),
                Any::Map(values) => to.collect_map(values),
                Any::Wrapped(value) => to.serialize_newtype_variant("Any", 0, "w", value),
            }
        }
    }

    /// Stands in every text that nobody marked.
    const TYPED: char = '✎';

    fn text() -> impl Strategy<Value = String> {
        let pieces = [
            "{\"w\":0}",
            "{\"p\":\"0000000000000000\"}",
            "\"",
            "\\",
            "w",
            "p",
            "$",
            "\"w\":",
            "}",
            "{",
            ERASED,
            "\n",
            "é",
        ];
        let piece = prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat().replace(TYPED, ""))
    }

    fn any_record() -> impl Strategy<Value = Any> {
        let words = prop_oneof![
            text().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            prop::collection::vec(text(), 0..3).prop_map(serde_json::Value::from),
        ];
        let leaf = prop_oneof![
            Just(Any::Null),
            any::<bool>().prop_map(Any::Bool),
            any::<i64>().prop_map(Any::Number),
            (-1e9f64..1e9).prop_map(Any::Fraction),
            Just(Any::Variant),
            text().prop_map(|text| Any::Text(format!("{text}{TYPED}"))),
            text().prop_map(Any::Fact),
            text().prop_map(Any::Subject),
            words.prop_map(Any::Words),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let plain = text().prop_map(Any::Fact);
            prop_oneof![
                inner.clone().prop_map(|value| Any::Some(Box::new(value))),
                inner.clone().prop_map(|value| Any::Wrapped(Box::new(value))),
                prop::collection::vec(plain, 0..3).prop_map(|values| Any::FactOf(Box::new(Any::List(values)))),
                prop::collection::vec(inner.clone(), 0..5).prop_map(Any::List),
                prop::collection::btree_map(text(), inner, 0..5).prop_map(Any::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_record_comes_back_as_it_was(record in any_record()) {
            let mut naming = Counting::default();
            let parts = split(&record, &mut naming).unwrap();
            let joined = join(&parts.facts, parts.words.as_deref(), |it| naming.subject(it)).unwrap();
            prop_assert_eq!(joined, serde_json::to_string(&record).unwrap());
            // No fact but what was marked as one.
            prop_assert!(!parts.facts.contains(TYPED), "{}", parts.facts);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&parts.facts).is_ok());
            // Erased, it is still JSON, and says so.
            let erased = join(&parts.facts, None, |_| None).unwrap();
            prop_assert!(serde_json::from_str::<serde_json::Value>(&erased).is_ok());
            prop_assert_eq!(mentions(&parts.facts).count() > 0, !naming.0.is_empty());
        }

        #[test]
        fn whatever_stands_there_nothing_panics(facts in text(), words in prop::option::of(text()), noise in any::<String>()) {
            let _joined = join(&facts, words.as_deref(), |_| None);
            let _joined = join(&noise, words.as_deref(), |_| None);
            let _mentioned = mentions(&facts).count();
        }
    }
}
