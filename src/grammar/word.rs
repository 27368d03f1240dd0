//! The pieces that a line of the bot's is made of. What is a mention, a moment or code is decided here and nowhere later:
//! an adapter escapes `text`, and never looks for markup in it.

use serde::{Deserialize, Serialize};

use crate::domain::{At, CaseId, PersonId};

/// A piece of a line. As JSON: `{"text":"…"}`, `{"time":1700000000000000}`, `{"person":{"id":"lena","name":"Lena Vogt"}}`,
/// `{"case":"INC-1"}`, `{"code":"…"}`, `{"line":"/incident ack INC-1"}`, `{"link":"https://…"}`, `{"strong":"…"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Plain words, people's or the bot's. Never markup.
    Text(String),
    /// A moment, shown in the reader's own zone.
    Time(At),
    /// A mention: this person is told.
    Person {
        /// The key in the policy.
        id: PersonId,
        /// As people call them.
        name: String,
    },
    /// A case that the reader can go to.
    Case(CaseId),
    /// To the letter; may hold line breaks.
    Code(String),
    /// A line of the bot's own to type, beginning with what commands begin with where it is read.
    Line(String),
    /// An address that can be followed, shown as it is: no words stand for it.
    Link(String),
    /// Said with weight.
    Strong(String),
}

impl Word {
    /// The case that it names as such.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Word::Case(id) => Some(*id),
            Word::Text(_)
            | Word::Time(_)
            | Word::Person { .. }
            | Word::Code(_)
            | Word::Line(_)
            | Word::Link(_)
            | Word::Strong(_) => None,
        }
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Word {
        Word::Text(text.to_owned())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word::Text(text)
    }
}

/// A sentence with `code` between backticks, as refusals and misreadings are written. A lone backtick stays one.
pub fn sentence(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, tail)) = after.split_once('`') else { break };
        if !before.is_empty() {
            words.push(Word::from(before));
        }
        if !code.is_empty() {
            words.push(Word::Code(code.to_owned()));
        }
        rest = tail;
    }
    if !rest.is_empty() {
        words.push(Word::from(rest));
    }
    words
}
