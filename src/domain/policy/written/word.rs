//! The smallest things in the file: a piece of text of some kind, a value, and where each stands. The kinds tell an
//! editor what may be written there, and a reader of an error what was meant to be. What a text says is read in `value`.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::finding::Place;

/// What a piece of text stands for: what an editor is told about it, and what a reader of an error is told.
pub(super) trait Kind {
    const NAME: &'static str;
    /// Completes “this takes …”.
    const EXPECTED: &'static str;
    fn schema() -> Schema;
}

/// A kind that names an entry of one of the file's tables.
pub(super) trait Named: Kind {
    /// The word for it in a sentence.
    const NOUN: &'static str;
    /// The table where the names come from.
    const TABLE: &'static str;
}

macro_rules! kinds {
    ($($kind:ident $(names $noun:literal in $table:literal)?: $expected:literal, $schema:tt;)*) => {
        /// The kinds of text in the file.
        pub(super) mod kind {
            use super::*;
            $(
                #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
                pub(in super::super) enum $kind {}
                impl Kind for $kind {
                    const NAME: &'static str = stringify!($kind);
                    const EXPECTED: &'static str = $expected;
                    fn schema() -> Schema {
                        json_schema!($schema)
                    }
                }
                $(impl Named for $kind {
                    const NOUN: &'static str = $noun;
                    const TABLE: &'static str = $table;
                })?
            )*
        }
    };
}

kinds! {
    Text: "text in quotes", { "type": "string", "minLength": 1, "maxLength": 500 };
    Key: "a short name", { "type": "string", "pattern": "^[^A-Z\\s!-/:-@\\[-`{-~][^A-Z\\s!-,/:-@\\[-^`{-~]{0,39}$" };
    ClassKey: "a class such as “credit.override”", { "type": "string", "pattern": "^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$" };
    Length: "a span of time such as “15m”, “2h”, “3d” or “1h30m”",
        { "type": "string", "pattern": "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "examples": ["15m", "2h", "3d", "1h30m"] };
    Date: "a date such as 2026-11-09", { "type": "string", "format": "date" };
    Zone: "a time zone such as “Asia/Kolkata”", { "type": "string", "examples": ["Asia/Kolkata", "Europe/Berlin", "UTC"] };
    Days: "a day or a range of days such as mon-fri",
        { "type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$" };
    HoursOfDay: "hours such as “09:30-18:30”",
        { "type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}$", "examples": ["09:30-18:30"] };
    SlackId: "a Slack member id such as “U024BE7LH”", { "type": "string", "pattern": "^[UW][A-Z0-9]{2,20}$" };
    DiscordId: "a Discord user id such as “80351110224678912”", { "type": "string", "pattern": "^[0-9]{5,20}$" };
    ChannelName: "a channel such as “credit-ai” or “slack:C024BE91L”",
        { "type": "string", "examples": ["credit-ai", "slack:C024BE91L", "discord:80351110224678912"] };
    GroupName: "a group such as “slack:S0614TZR7”",
        { "type": "string", "examples": ["slack:S0614TZR7", "discord:41771983423143936"] };
    CaseKindWord: "a kind of case: “incident”, “approval”, “exception”, “handoff” or “rollback”",
        { "type": "string", "enum": ["incident", "approval", "exception", "handoff", "rollback"] };
    SeverityWord: "a severity: “sev1” to “sev4”", { "type": "string", "enum": ["sev1", "sev2", "sev3", "sev4"] };
    Handoff: "a time such as “09:00” or “mon 09:00”",
        { "type": "string", "pattern": "^((mon|tue|wed|thu|fri|sat|sun) )?[0-9]{1,2}:[0-9]{2}$", "examples": ["09:00", "mon 09:00"] };
    Cron: "a schedule such as “0 0 9 * * Mon”", { "type": "string", "examples": ["0 0 9 * * Mon"] };
    Person names "person" in "people": "the key of a person", { "type": "string" };
    Role names "role" in "roles": "the key of a role", { "type": "string" };
    RoleOrAnyone names "role" in "roles": "the key of a role, or “anyone”", { "type": "string" };
    Party names "party" in "parties": "the key of a party", { "type": "string" };
    Calendar names "calendar" in "calendars": "the key of a calendar", { "type": "string" };
    Ladder names "ladder" in "ladders": "the key of a ladder", { "type": "string" };
    Workflow names "workflow" in "workflows": "the key of a workflow", { "type": "string" };
    RegimeName: "a law that asks for reports, such as “gdpr-33”", { "type": "string", "examples": ["dora", "gdpr-33"] };
    ClockName: "a report that a law asks for, such as “gdpr-33.notification”", { "type": "string", "examples": ["dora.initial"] };
    Rota names "rota" in "rotas": "the key of a rota", { "type": "string" };
    Webhook names "webhook" in "webhooks": "the key of a webhook", { "type": "string" };
    ApprovalPath names "path" in "paths": "the key of an approval path", { "type": "string" };
}

/// A value, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<T> {
    pub value: T,
    pub at: Place,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(from)?;
        Ok(Placed { at: spanned.span().into(), value: spanned.into_inner() })
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A piece of text of a kind, and where it stands. As a key of a table it sorts by its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word<K> {
    pub text: String,
    pub at: Place,
    kind: PhantomData<K>,
}

impl<K> Word<K> {
    fn new(text: String, at: Place) -> Self {
        Word { text, at, kind: PhantomData }
    }
}

impl<'de, K: Kind> Deserialize<'de> for Word<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<One<K>>::deserialize(from)?;
        let at = spanned.span().into();
        Ok(Word::new(spanned.into_inner().0, at))
    }
}

impl<K: Kind> JsonSchema for Word<K> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        K::NAME.into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        K::schema()
    }
}

/// One word, or a list of them: `"sev1"` and `["sev1", "sev2"]` are both fine to write.
#[derive(Clone, Debug)]
pub(super) struct Words<K>(pub Vec<Word<K>>);

impl<K> Default for Words<K> {
    fn default() -> Self {
        Words(Vec::new())
    }
}

impl<'de, K: Kind> Deserialize<'de> for Words<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<OneOrMany<K>>::deserialize(from)?;
        let at = spanned.span().into();
        Ok(Words(match spanned.into_inner() {
            OneOrMany::One(text) => vec![Word::new(text, at)],
            OneOrMany::Many(words) => words,
        }))
    }
}

impl<K: Kind> JsonSchema for Words<K> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}s", K::NAME).into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [K::schema(), { "type": "array", "items": K::schema() }] })
    }
}

/// The text alone; [`Word`] adds the place. A bare TOML date is taken as its text, since people leave the quotes away.
struct One<K>(String, PhantomData<K>);

impl<'de, K: Kind> Deserialize<'de> for One<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit<K>(PhantomData<K>);
        impl<'de, K: Kind> de::Visitor<'de> for Visit<K> {
            type Value = One<K>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(K::EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<One<K>, E> {
                Ok(One(text.to_string(), PhantomData))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<One<K>, A::Error> {
                match toml::value::Datetime::deserialize(MapAccessDeserializer::new(map)) {
                    Ok(date) => Ok(One(date.to_string(), PhantomData)),
                    Err(_) => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                }
            }
        }
        from.deserialize_any(Visit(PhantomData))
    }
}

enum OneOrMany<K> {
    One(String),
    Many(Vec<Word<K>>),
}

impl<'de, K: Kind> Deserialize<'de> for OneOrMany<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit<K>(PhantomData<K>);
        impl<'de, K: Kind> de::Visitor<'de> for Visit<K> {
            type Value = OneOrMany<K>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}, or a list of such", K::EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany<K>, E> {
                Ok(OneOrMany::One(text.to_string()))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<OneOrMany<K>, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(OneOrMany::Many)
            }
        }
        from.deserialize_any(Visit(PhantomData))
    }
}
