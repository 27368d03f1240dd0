//! Whom pseudonyms stand for. A subject is a person of the policy (`maya`) or an account that it doesn't know (`slack/U123`).
//!
//! A pseudonym is random, so it says nothing by itself. The entry that introduces it names the subject in its words; with those
//! erased and the row of the table `subject` gone, the subject is shredded: whatever mentions the pseudonym reads as erased.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::parts::{Naming, pseudonym_of_erased};
use crate::seal::Pseudonym;

/// Those that are known, by name and by pseudonym. Cheap to clone.
#[derive(Clone, Default)]
pub struct Subjects {
    directory: Arc<Directory>,
}

#[derive(Clone, Default)]
struct Directory {
    pseudonyms: HashMap<Arc<str>, Pseudonym>,
    names: HashMap<Pseudonym, Arc<str>>,
}

impl Subjects {
    /// Those of the table `subject`: `(pseudonym, subject)`. A row whose pseudonym isn't one is passed over.
    pub fn of(rows: impl IntoIterator<Item = (String, String)>) -> Subjects {
        let mut subjects = Subjects::default();
        for (pseudonym, subject) in rows {
            if let Ok(pseudonym) = pseudonym.parse() {
                subjects.add(pseudonym, &subject);
            }
        }
        subjects
    }

    pub fn add(&mut self, pseudonym: Pseudonym, subject: &str) {
        let directory = Arc::make_mut(&mut self.directory);
        let subject: Arc<str> = subject.into();
        directory.names.insert(pseudonym, subject.clone());
        directory.pseudonyms.insert(subject, pseudonym);
    }

    pub fn name(&self, pseudonym: Pseudonym) -> Option<Cow<'_, str>> {
        self.directory.names.get(&pseudonym).map(|name| Cow::Borrowed(&**name))
    }

    /// Whether it is the name of somebody who was introduced.
    pub fn knows(&self, subject: &str) -> bool {
        self.directory.pseudonyms.contains_key(subject)
    }

    fn pseudonym(&self, subject: &str) -> Option<Pseudonym> {
        self.directory.pseudonyms.get(subject).copied().or_else(|| pseudonym_of_erased(subject))
    }
}

/// Gives a pseudonym to whoever has none yet.
pub(super) struct Introducing<'s> {
    pub subjects: &'s mut Subjects,
    /// Who was mentioned for the first time, in that order.
    pub new: Vec<(Pseudonym, String)>,
}

impl Naming for Introducing<'_> {
    fn pseudonym(&mut self, subject: &str) -> Result<Pseudonym, getrandom::Error> {
        if let Some(known) = self.subjects.pseudonym(subject) {
            return Ok(known);
        }
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes)?;
        let pseudonym = Pseudonym(bytes);
        self.subjects.add(pseudonym, subject);
        self.new.push((pseudonym, subject.to_owned()));
        Ok(pseudonym)
    }
}
