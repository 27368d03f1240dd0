//! Keys of maps, which are always facts.

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::split::{SplitError, Splitter};
use crate::domain::mark::{SUBJECT, WORDS};

/// JSON writes numbers there as texts.
pub(super) struct Key<'s, 'n>(pub(super) &'s mut Splitter<'n>);

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
