//! A line to type, as data, and sentences that name some. A rule says which command it is; with what the line begins is said
//! where it is read: `/`, `/cs-`, or a mention where no slash command is taken.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CaseId, CaseKind, Duty, mark};

/// What somebody types to have something done, without what it begins with: `incident review INC-1 …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    command: Cow<'static, str>,
    verb: Cow<'static, str>,
    /// What follows, in order. `…` stands for words of the reader's own.
    rest: Vec<String>,
}

impl Line {
    fn new(command: &'static str, verb: &'static str) -> Line {
        Line { command: command.into(), verb: verb.into(), rest: Vec::new() }
    }

    /// What answers a duty of a case.
    pub fn answering(case: CaseId, duty: Duty) -> Line {
        Line::new(case.kind.word(), duty.row().verb).with(case)
    }

    /// With one thing more at its end.
    #[must_use]
    pub fn with(mut self, more: impl fmt::Display) -> Line {
        self.rest.push(more.to_string());
        self
    }

    /// As it is typed where commands begin with `prefix`.
    pub fn typed(&self, prefix: &str) -> String {
        let Line { command, verb, rest } = self;
        let rest: String = rest.iter().map(|word| format!(" {word}")).collect();
        format!("{prefix}{command} {verb}{rest}")
    }
}

/// The verbs of a kind of case that its rules tell people to type. A test looks each up in the grammar's table.
pub trait Named: Into<&'static str> {
    /// The line that does it to a case.
    fn on(self, case: CaseId) -> Line {
        self.of(case.kind).with(case)
    }

    /// The line that names no case.
    fn of(self, kind: CaseKind) -> Line {
        Line::new(kind.word(), self.into())
    }
}

/// The verbs that people are told to type to see how things stand.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Sla {
    Mine,
    Reload,
    Status,
}

impl Sla {
    pub fn line(self) -> Line {
        Line::new("sla", self.into())
    }
}

/// The verbs that people are told to type about their shifts.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Shift {
    On,
    Take,
    Override,
    End,
    Calendar,
}

impl Shift {
    pub fn line(self) -> Line {
        Line::new("rota", self.into())
    }
}

/// The verbs that people are told to type about evidence and records.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Evidence {
    Calendar,
    Erase,
    Holds,
    Pin,
    Purge,
    Release,
    Unpin,
}

impl Evidence {
    pub fn line(self) -> Line {
        Line::new("evidence", self.into())
    }
}

/// Words with lines to type in between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What stands between backticks in it is code.
    Text(String),
    Line(Line),
}

/// `say!["resolved; ", Verb::Review.on(id).with("…"), " closes it"]`
macro_rules! say {
    ($($part:expr),+ $(,)?) => {
        $crate::domain::line::Sentence::default()$(.and($part))+
    };
}
pub(crate) use say;

impl Sentence {
    /// With more at its end.
    #[must_use]
    pub fn and(mut self, more: impl Into<Sentence>) -> Sentence {
        for part in more.into().parts {
            match (self.parts.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(after)) => before.push_str(&after),
                (_, part) => self.parts.push(part),
            }
        }
        self
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Sentence {
        text.to_owned().into()
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Sentence {
        Sentence { parts: vec![Part::Text(text)] }
    }
}

impl From<Line> for Sentence {
    fn from(line: Line) -> Sentence {
        Sentence { parts: vec![Part::Line(line)] }
    }
}

/// For logs and terminals: lines between backticks, with a plain slash.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Line(line) => write!(f, "`{}`", line.typed("/")),
        })
    }
}

/// Words as a whole, for the ledger: a plain text where no line stands in it.
impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.parts.as_slice() {
            [] => to.serialize_str(""),
            [Part::Text(text)] => to.serialize_str(text),
            parts => to.serialize_newtype_struct(mark::WORDS, parts),
        }
    }
}

impl<'de> Deserialize<'de> for Sentence {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Sentence, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a sentence")]
        enum Read {
            Text(String),
            Parts(Vec<Part>),
        }
        Ok(match Read::deserialize(from)? {
            Read::Text(text) => text.into(),
            Read::Parts(parts) => Sentence { parts },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::{approval, incident};

    fn inc(number: u32) -> CaseId {
        CaseId { kind: CaseKind::Incident, number }
    }

    #[test]
    fn a_line_is_typed_with_what_it_begins_with_there() {
        let review = incident::Verb::Review.on(inc(1)).with("…");
        assert_eq!(review.typed("/cs-"), "/cs-incident review INC-1 …");
        assert_eq!(review.typed("@countersign "), "@countersign incident review INC-1 …");
        assert_eq!(approval::Verb::Breakglass.of(CaseKind::Approval).typed("/"), "/approval breakglass");
        assert_eq!(
            say!["resolved; ", review, " closes it"].to_string(),
            "resolved; `/incident review INC-1 …` closes it"
        );
    }

    #[test]
    fn a_sentence_without_a_line_is_kept_as_plain_text() {
        let plain = say!["down for ", format!("{} minutes", 5), "."];
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#""down for 5 minutes.""#);
        for sentence in [plain, Sentence::from(""), say!["see ", Sla::Mine.line()], Sla::Status.line().into()] {
            let kept = serde_json::to_string(&sentence).unwrap();
            assert_eq!(serde_json::from_str::<Sentence>(&kept).unwrap().to_string(), sentence.to_string(), "{kept}");
        }
    }
}
