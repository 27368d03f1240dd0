//! Records of every shape, taken apart and put together again.

mod facts;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr as _;

use proptest::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use super::*;
use crate::domain::mark::ERASED;
use crate::domain::mark::{self, Words};
use crate::domain::{CaseId, Lane, PersonId, WorkflowId};
use crate::grammar::Filled;
use crate::ledger::heard::What;
use crate::ledger::record::ChannelMade;
use crate::seal::Pseudonym;

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
    let pieces =
        ["{\"w\":0}", "{\"p\":\"0000000000000000\"}", "\"", "\\", "w", "p", "$", "\"w\":", "}", "{", ERASED, "\n", "é"];
    let piece = prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat().replace(TYPED, ""))
}

/// Often one that could be taken for a stand-in's.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![text(), "[$]{0,2}[wp]"]
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
            prop::collection::btree_map(key(), inner, 0..5).prop_map(Any::Map),
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

#[test]
fn what_comes_in_the_place_of_an_id_and_is_none_is_words() {
    let facts = |message: &str, channel: &str| {
        let what = What::Deleted { message: message.to_owned() };
        let made = ChannelMade { lane: Lane::from_str("slack/inc-1").unwrap(), channel: channel.to_owned() };
        [split(&what, &mut Counting::default()), split(&made, &mut Counting::default())]
            .map(|parts| parts.unwrap().facts)
    };
    let longest = "x".repeat(100);
    for id in ["1795424400.000100", "", longest.as_str()] {
        let [what, made] = facts(id, id);
        assert_eq!(what, format!(r#"{{"what":"deleted","message":"{id}"}}"#));
        assert_eq!(made, format!(r#"{{"lane":{{"platform":"slack","channel":"inc-1"}},"channel":"{id}"}}"#));
    }
    for text in ["Maya was late", "mü", "a\nb", &"x".repeat(101)] {
        let [what, made] = facts(text, text);
        assert_eq!(what, r#"{"what":"deleted","message":{"w":0}}"#);
        assert_eq!(made, r#"{"lane":{"platform":"slack","channel":"inc-1"},"channel":{"w":0}}"#);
    }
}

/// What is a verb is decided when it comes in, and not when a record is written again by a program with other verbs.
#[test]
fn the_verb_of_a_form_stays_what_it_was() {
    let facts = |filled: &Filled| split(filled, &mut Counting::default()).unwrap().facts;
    let known = Filled::form("incident.note:INC-1", BTreeMap::new());
    let other = Filled::form("Maya did it", BTreeMap::new());
    assert!(facts(&known).contains(r#""verb":{"known":"incident.note"},"case":"INC-1""#), "{}", facts(&known));
    assert!(facts(&other).contains(r#""verb":{"other":{"w":0}}"#), "{}", facts(&other));
    let of_another_version = |text: &str| {
        let record = format!(r#"{{"by":"form","verb":{text},"values":{{}}}}"#);
        facts(&serde_json::from_str(&record).unwrap())
    };
    assert!(of_another_version(r#"{"known":"incident.since-renamed"}"#).contains("incident.since-renamed"));
    assert!(of_another_version(r#"{"other":"incident.note"}"#).contains(r#"{"other":{"w":0}}"#));
}
