//! What the bot shows: cards, made of words whose meaning is settled here, so that no adapter ever looks for markup.
//!
//! Every text comes from `templates/`, which an operator can lay a folder of his own over. A card knows no platform: it
//! says which words are a person, a moment, a case or code, and what its buttons do. Not here: figures of the digest.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::domain::line::{Part, Sentence};
use crate::domain::policy::Policy;
use crate::domain::{At, CaseId, text};
use crate::grammar::verbs::Verb;
use crate::grammar::{self, How, action, clean, form_action};

mod answer;
mod batch;
mod case;
mod kinds;
mod notice;
mod samples;
mod story;
mod tell;
#[cfg(test)]
mod tests;
mod view;
mod wording;

pub use crate::grammar::Word;
pub use answer::{
    BriefOnCase, DraftedField, DrilledOn, EndingAnswer, EndingRow, ErasureAnswer, ExportAnswer, HandoffBrief, Happened,
    Health, Home, LinkStatus, ListRow, Moving, OwedCase, OwedDuty, QueueRow, RegulatorDraft, ReviewDraft, SearchGroup,
    SearchHit, Searched, StoryLine, WitnessStatus, WorkflowStatus, asked, brief, clocks, ending, erasure, export,
    fault, handoff_brief, health, held, help, holds, home, list, menu, mine, misread, path_queues, queue, red_flags,
    refused, regulator_draft, review_draft, rotas, searched, sla_status, start, status, taken_over, timeline,
};
pub use case::{announcement, case_card, moved_away, unreadable};
pub use notice::{Above, Asking, notice};
pub use story::{is_brief, story};
pub use tell::{answers_unseen, remind_later, tell};
pub use view::{ForReader, Waits, asking, for_reader, offered};
pub use wording::{Wording, WordingError};

/// Most buttons below each other's side: what Discord puts in one row.
const BUTTONS_AT_MOST: usize = 5;

/// Words of a policy: everything that is said needs both.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    /// The templates.
    pub wording: &'a Wording,
    /// Names of people come from it.
    pub policy: &'a Policy,
    /// What the commands that it names begin with, where they are read.
    pub prefix: &'a str,
}

impl<'a> Speaker<'a> {
    /// Whose commands begin as the configuration says: `/`, or `/cs-`.
    pub fn new(wording: &'a Wording, policy: &'a Policy) -> Speaker<'a> {
        Speaker { wording, policy, prefix: wording.prefix() }
    }

    /// To somebody who said their command in a message or typed it with a slash: the commands that they are told can be
    /// said in the same way. Slack takes no slash command in a thread.
    pub fn to(self, how: How) -> Speaker<'a> {
        Speaker { prefix: grammar::prefix_for(how, self.prefix), ..self }
    }

    fn render(&self, template: &str, facts: Json) -> Card {
        self.wording.render(template, facts, self.prefix, self.policy)
    }
}

/// Something that the bot says, for any platform to draw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// How it feels.
    pub tone: Tone,
    /// One line that can stand alone.
    pub title: Vec<Word>,
    /// What follows it.
    pub lines: Vec<Vec<Word>>,
    /// What can be read beneath: in the thread, on further messages, or unfolded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Vec<Word>>,
    /// Names and values.
    pub fields: Vec<Field>,
    /// What can be done about it at once.
    pub buttons: Vec<Button>,
    /// When an answer is owed, so that a countdown can run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_us: Option<i64>,
    /// Files that whoever reads it takes along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attached>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A picture that goes with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub name: String,
    /// The same in words.
    pub words: String,
    /// For a page on a light ground, as SVG.
    pub light: String,
    /// For a page on a dark ground, as SVG.
    pub dark: String,
    /// For platforms that show no SVG. What is kept of a card has none: it was drawn for one delivery.
    #[serde(skip)]
    pub png: Vec<u8>,
}

/// A file of text that goes with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub name: String,
    pub text: String,
}

/// How a card feels. Never told by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Something to know.
    #[default]
    Calm,
    /// Somebody is to act.
    Nudge,
    /// A moment has passed.
    Late,
    /// It was done, approved or answered.
    Done,
    /// It was declined.
    Declined,
    /// Nobody answered in time.
    Lapsed,
    /// Whoever asked took it back.
    Withdrawn,
    /// Another has taken its place.
    Replaced,
    /// An answer to one person.
    Private,
}

impl Tone {
    /// How the end of a case or of a duty looks, by its word. The ends of an approval are five, and no two look alike. What isn't
    /// known as a good end gets no sign of one.
    pub(in crate::card) fn over(state: &str) -> Tone {
        match state {
            "approved" | "resolved" | "reviewed" | "met" | "stage-passed" => Tone::Done,
            "declined" | "refused" | "failed" => Tone::Declined,
            "lapsed" => Tone::Lapsed,
            "withdrawn" | "waived" | "void" => Tone::Withdrawn,
            "superseded" | "merged" => Tone::Replaced,
            _ => Tone::Calm,
        }
    }

    /// The same, of what asks nobody any more.
    fn without_asking(self) -> Tone {
        match self {
            Tone::Nudge | Tone::Late => Tone::Calm,
            Tone::Calm
            | Tone::Done
            | Tone::Declined
            | Tone::Lapsed
            | Tone::Withdrawn
            | Tone::Replaced
            | Tone::Private => self,
        }
    }

    /// A sign for it, where a platform has no picture of its own: never told by colour alone.
    pub fn sign(self) -> Option<&'static str> {
        match self {
            Tone::Calm | Tone::Private => None,
            Tone::Nudge => Some("🔔"),
            Tone::Late => Some("⏰"),
            Tone::Done => Some("✅"),
            Tone::Declined => Some("❌"),
            Tone::Lapsed => Some("⌛"),
            Tone::Withdrawn => Some("↩️"),
            Tone::Replaced => Some("↪️"),
        }
    }
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// What it is here.
    pub value: Vec<Word>,
}

/// Something that can be done with one press. What it does is read by [`grammar::pressed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// At most 100 characters.
    pub action: String,
    /// What it says.
    pub label: String,
    /// How it is drawn.
    pub style: Style,
    /// What is asked back where one tap decides, on platforms that can ask. One that can't ignores it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
}

impl Button {
    /// The case that it does something to.
    pub fn case(&self) -> Option<CaseId> {
        self.action.split(':').find_map(|part| part.parse().ok())
    }

    /// As it is called where buttons of several cases stand together.
    fn of_its_case(mut self) -> Button {
        self.name_its_case();
        self
    }

    fn name_its_case(&mut self) {
        if let Some(case) = self.case().filter(|case| !self.label.ends_with(&case.to_string())) {
            self.label = format!("{} {case}", self.label);
        }
    }
}

/// How a button is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// What is most likely wanted.
    Primary,
    /// What takes something away.
    Danger,
    /// Anything else.
    Plain,
}

impl Card {
    /// The cases that it names as such, so that whoever reads it can go there.
    pub fn cases(&self) -> BTreeSet<CaseId> {
        let fields = self.fields.iter().map(|field| &field.value);
        let words = self.lines.iter().chain(&self.more).chain([&self.title]).chain(fields).flatten();
        words.filter_map(Word::case).collect()
    }

    /// The card as text, without its buttons: for logs, stories and transcripts. Times are of `zone`, with the day where it
    /// isn't the day of `now` there.
    pub fn plain(&self, zone: Tz, now: At) -> String {
        let mut text = plain(&self.title, zone, now);
        for line in &self.lines {
            text.push('\n');
            text.push_str(&plain(line, zone, now));
        }
        for field in &self.fields {
            text.push_str(&format!("\n{}: {}", field.name, plain(&field.value, zone, now)));
        }
        for line in &self.more {
            text.push('\n');
            text.push_str(&plain(line, zone, now));
        }
        text
    }
}

/// A line as text: see [`Card::plain`].
pub fn plain(words: &[Word], zone: Tz, now: At) -> String {
    let mut text = String::new();
    for word in words {
        match word {
            Word::Text(words) | Word::Strong(words) | Word::Code(words) | Word::Line(words) | Word::Link(words) => {
                text.push_str(words);
            }
            Word::Time(at) => text.push_str(&wall(*at, zone, now)),
            Word::Person { id, .. } => {
                text.push('@');
                text.push_str(id.as_str());
            }
            Word::Case(id) => text.push_str(&id.to_string()),
        }
    }
    text
}

/// As [`text::moment`]; of a moment that no calendar has, its microseconds.
pub fn wall(at: At, zone: Tz, now: At) -> String {
    match at.utc() {
        Some(_) => text::moment(at, now, zone),
        None => format!("{} µs", at.0),
    }
}

/// A verb's button. `None` only if the table has no such verb; a test presses every button.
fn button(verb: Option<&'static Verb>, case: Option<CaseId>, more: Option<&str>, style: Style) -> Option<Button> {
    let button = |verb: &Verb, action| Button { action, label: verb.label.to_owned(), style, confirm: None };
    verb.map(|verb| button(verb, action(verb, case, more)))
}

/// A button that opens a verb's form.
fn form_button(verb: Option<&'static Verb>, case: Option<CaseId>, more: Option<&str>, style: Style) -> Option<Button> {
    let button = |verb: &Verb, action| Button { action, label: verb.label.to_owned(), style, confirm: None };
    verb.map(|verb| button(verb, form_action(verb, case, more)))
}

/// A button of a case's own command.
fn press(case: CaseId, verb: &str, style: Style) -> Option<Button> {
    button(grammar::find(case.kind.word(), verb), Some(case), None, style)
}

/// A button that opens a form of a case's own command.
fn open(case: CaseId, verb: &str, style: Style) -> Option<Button> {
    form_button(grammar::find(case.kind.word(), verb), Some(case), None, style)
}

/// As [`press`], bound to the revision or the step that the reader sees.
fn press_bound(case: CaseId, verb: &str, bound: Option<u32>, style: Style) -> Option<Button> {
    let bound = bound.map(|it| it.to_string());
    button(grammar::find(case.kind.word(), verb), Some(case), bound.as_deref(), style)
}

/// As [`open`], bound to the revision or the step that the reader sees.
fn open_bound(case: CaseId, verb: &str, bound: Option<u32>, style: Style) -> Option<Button> {
    let bound = bound.map(|it| it.to_string());
    form_button(grammar::find(case.kind.word(), verb), Some(case), bound.as_deref(), style)
}

/// Approve, decline, ask: bound to the revision that the reader sees, where it is known.
fn votes(case: CaseId, revision: Option<u32>, reason_needed: bool) -> Vec<Button> {
    let confirm = match revision {
        Some(revision) => format!("Approve {case}, revision {revision}?"),
        None => format!("Approve {case}?"),
    };
    let revision = revision.map(|it| it.to_string());
    let revision = revision.as_deref();
    // Another kind may know the word as an alias of something else.
    let verb = |name| grammar::find(case.kind.word(), name).filter(|it| it.verb == name);
    let approve = match reason_needed {
        true => form_button(verb("approve"), Some(case), revision, Style::Primary),
        false => button(verb("approve"), Some(case), revision, Style::Primary)
            .map(|button| Button { confirm: Some(confirm), ..button }),
    };
    let decline = form_button(verb("decline"), Some(case), revision, Style::Danger);
    approve.into_iter().chain(decline).chain(open(case, "ask", Style::Plain)).collect()
}

/// People's own words on one line, for places that no template words.
fn one_line(text: &str) -> String {
    clean::line(text)
}

/// A sentence of the rules as words, with its lines as they are typed where it is read.
fn said(sentence: &Sentence, prefix: &str) -> Vec<Word> {
    let words = sentence.parts().iter().map(|part| match part {
        Part::Text(text) => Word::from(text.as_str()),
        Part::Line(line) => Word::Line(line.typed(prefix)),
    });
    words.collect()
}
