//! What a message's own menu offers: opening an incident from it, and keeping it as evidence. Both open a form that is
//! filled in with what the message says.

use crate::domain::At;
use crate::domain::text::moment_utc;
use crate::grammar::{self, Form, Verb, Word};

/// An entry of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    OpenIncident,
    KeepAsEvidence,
}

/// The message that the menu was opened on.
pub struct Quoted<'a> {
    /// As the platform shows the name.
    pub author: &'a str,
    /// When it was said.
    pub said: Option<At>,
    pub text: &'a str,
    /// Where it stands.
    pub link: &'a str,
}

impl Entry {
    pub const ALL: [Entry; 2] = [Entry::OpenIncident, Entry::KeepAsEvidence];

    /// What the menu shows.
    pub fn label(self) -> &'static str {
        match self {
            Entry::OpenIncident => "Open incident",
            Entry::KeepAsEvidence => "Keep as evidence",
        }
    }

    /// The verb whose form it opens.
    pub fn verb(self) -> Option<&'static Verb> {
        match self {
            Entry::OpenIncident => grammar::find("incident", "open"),
            Entry::KeepAsEvidence => grammar::find("incident", "note"),
        }
    }

    /// Fills in what the message says. `cut` shortens a text to what the platform's field holds.
    pub fn fill_in(self, form: &mut Form, message: &Quoted<'_>, cut: impl Fn(&str, usize) -> String) {
        let given = match self {
            Entry::OpenIncident => {
                form.intro.insert(0, vec![Word::Text(format!("From {}", message.link))]);
                let first = message.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                let said = message.said.and_then(At::utc);
                let at = said.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).unwrap_or_default();
                vec![("title", grammar::clean::line(first)), ("detected", at)]
            }
            Entry::KeepAsEvidence => {
                let at = message.said.map(moment_utc).unwrap_or_default();
                vec![("text", format!("{}, {at}:\n{}\n{}", message.author, message.text, message.link))]
            }
        };
        for (name, value) in given.into_iter().filter(|(_, value)| !value.is_empty()) {
            for field in form.fields.iter_mut().filter(|field| field.name == name) {
                field.value = Some(cut(&value, field.max.unwrap_or(usize::MAX)));
            }
        }
    }
}
