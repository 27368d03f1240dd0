//! A record taken apart, as serde hands it over.
//!
//! Names of variants are facts, also where serde writes them as a field of their own (`#[serde(tag = "…")]`). It hands such a
//! name over as a bare `str`, which no field of a type can be: a `String`, a `&str` and an `Arc<str>` all have a size.

use std::fmt;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::{self, Serializer};
use thiserror::Error;

use super::Parts;
use super::key::Key;
use crate::domain::mark::{FACT, SUBJECT, WORDS};
use crate::seal::Pseudonym;

/// Why a record can't be taken apart. A fault of the program's: no input causes it.
#[derive(Debug, Error)]
pub enum SplitError {
    #[error("{0}")]
    Custom(String),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Write(#[from] std::io::Error),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("a subject must be a name, this is {0}")]
    SubjectIsNoName(&'static str),
    #[error("a key must be a text that is a fact, a number or a variant, this is {0}")]
    Key(&'static str),
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
        Splitter { facts: Vec::with_capacity(1024), words: Vec::new(), slots: 0, text: Text::Words, naming };
    record.serialize(&mut splitter)?;
    let Splitter { facts, mut words, slots, .. } = splitter;
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).expect("serde_json writes UTF-8");
    let words = (slots > 0).then(|| {
        words.push(b']');
        utf8(words)
    });
    Ok(Parts { facts: utf8(facts), words })
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

pub(super) struct Splitter<'n> {
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
        write!(self.facts, "{{\"w\":{}}}", self.slots)?;
        self.slots += 1;
        Ok(())
    }

    pub(super) fn key(&mut self, key: &str) -> Result<(), SplitError> {
        match key.as_bytes() {
            // The names of fields are many, and nothing in them needs escaping.
            plain if plain.len() > 1 && plain.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_') => {
                self.facts.push(b'"');
                self.facts.extend_from_slice(plain);
                self.facts.push(b'"');
                Ok(())
            }
            _ if matches!(key.trim_start_matches('$'), "w" | "p") => self.json(&format!("${key}")),
            _ => self.json(key),
        }
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
pub(super) struct Open<'s, 'n> {
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
                Ok(write!(self.facts, "{{\"p\":\"{pseudonym}\"}}")?)
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
