//! What a message's own menu does, whichever platform shows it: the form of a verb opens, filled in with what the message says.
//! Which verbs it offers, their table says.

use crate::card::ListRow;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::text::{moment_utc, quoted, short};
use crate::domain::{At, Lane, PersonId};
use crate::grammar::{self, Choice, Field, FieldKind, Form, OnMessage, Takes, Word};

/// So many entries a list of choices has at most.
const CASES_AT_MOST: usize = 100;

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

impl Quoted<'_> {
    /// The message that a case is opened from, as its card shows it: one line of it. The whole is kept beside it.
    pub fn opened_from(&self, lane: Lane, message: &str, person: Option<PersonId>) -> Option<OpenedFrom> {
        let text = short(&grammar::clean::line(self.text));
        let said = self.said.filter(|_| !text.is_empty())?;
        let (message, author) = (message.to_owned(), self.author.to_owned());
        let message = KeptMessage { lane, message, person, author, said, text };
        Some(OpenedFrom { message, link: self.link.to_owned() })
    }
}

/// Titles it as the menu is called, and offers the open cases where it asks for one. Where none is open, its number is typed.
pub fn offer(entry: &OnMessage, form: &mut Form, cases: &[ListRow]) {
    let Some(field) = titled(entry, form).filter(|_| !cases.is_empty()) else { return };
    field.kind = FieldKind::Choice;
    field.choices = cases.iter().take(CASES_AT_MOST).map(choice).collect();
    field.value.take_if(|value| field.choices.iter().all(|choice| choice.value != *value));
}

/// As [`offer`], where a form takes nothing but words: what can be typed stands beside the field.
pub fn name(entry: &OnMessage, form: &mut Form, cases: &[ListRow]) {
    let Some(field) = titled(entry, form).filter(|_| !cases.is_empty()) else { return };
    let labels: Vec<String> = cases.iter().map(|row| choice(row).label).collect();
    field.hint = Some(labels.join(", "));
}

/// The field that asks for the case.
fn titled<'f>(entry: &OnMessage, form: &'f mut Form) -> Option<&'f mut Field> {
    entry.label.clone_into(&mut form.title);
    form.fields.iter_mut().find(|field| field.name == "case")
}

fn choice(row: &ListRow) -> Choice {
    let label = format!("{} · {} · {}", row.case, quoted(&grammar::clean::line(&row.title)), row.state);
    Choice { value: row.case.to_string(), label }
}

/// Fills in what the message says. `cut` shortens a text to what the platform's field holds.
pub fn fill_in(entry: &OnMessage, form: &mut Form, message: &Quoted<'_>, cut: impl Fn(&str, usize) -> String) {
    let given = match entry.takes {
        Takes::Beginning { title, at } => {
            form.intro.insert(0, vec![Word::Text(format!("From {}", message.link))]);
            let first = message.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let said = message.said.and_then(At::utc);
            let said = said.map(|said| said.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).unwrap_or_default();
            vec![(title, grammar::clean::line(first)), (at, said)]
        }
        Takes::Title { title } => {
            form.intro.insert(0, vec![Word::Text(format!("From {}", message.link))]);
            let first = message.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            vec![(title, grammar::clean::line(first))]
        }
        Takes::Whole { text } => {
            let said = message.said.map(moment_utc).unwrap_or_default();
            vec![(text, format!("{}, {said}:\n{}\n{}", message.author, message.text, message.link))]
        }
    };
    for (name, value) in given.into_iter().filter(|(_, value)| !value.is_empty()) {
        for field in form.fields.iter_mut().filter(|field| field.name == name) {
            field.value = Some(cut(&value, field.max.unwrap_or(usize::MAX)));
        }
    }
}
