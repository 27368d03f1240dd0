//! Facts and words put together again, and what facts mention.

use std::borrow::Cow;

use serde_json::value::RawValue;
use thiserror::Error;

use crate::domain::mark::{ERASED, ERASED_SUBJECT};
use crate::seal::Pseudonym;

/// Why facts and words don't go together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// Holds the parser's reason.
    #[error("the words are no JSON array: {0}")]
    Words(String),
    /// The facts name a place that the words don't have.
    #[error("the facts speak of words at place {place}, and there are {count}")]
    NoSuchWords {
        /// The place, from 0.
        place: usize,
        /// How many there are.
        count: usize,
    },
}

/// Puts a record together again, as JSON. Without words, [`ERASED`] stands for each of them.
///
/// # Errors
/// [`JoinError`].
pub fn join<'n>(
    facts: &str,
    words: Option<&str>,
    subject_of: impl Fn(Pseudonym) -> Option<Cow<'n, str>>,
) -> Result<String, JoinError> {
    let slots: Option<Vec<&RawValue>> = words
        .map(|words| serde_json::from_str(words).map_err(|error| JoinError::Words(error.to_string())))
        .transpose()?;
    let mut record = String::with_capacity(facts.len() + words.map_or(0, str::len));
    let mut taken = 0;
    for (at, found) in Finds::of(facts) {
        record.push_str(&facts[taken..at]);
        taken = at + found.len();
        match found {
            Found::Words { place, .. } => match &slots {
                None => push_text(&mut record, ERASED),
                Some(slots) => match slots.get(place) {
                    Some(value) => record.push_str(value.get()),
                    None => return Err(JoinError::NoSuchWords { place, count: slots.len() }),
                },
            },
            Found::Subject(pseudonym) => match subject_of(pseudonym) {
                Some(subject) => push_text(&mut record, &subject),
                None => push_text(&mut record, &erased_subject(pseudonym)),
            },
            // The `$` that was put before it goes.
            Found::Dollar => {}
        }
    }
    record.push_str(&facts[taken..]);
    Ok(record)
}

/// The pseudonyms that facts mention, in their order; one that is mentioned twice comes twice.
pub fn mentions(facts: &str) -> impl Iterator<Item = Pseudonym> + '_ {
    Finds::of(facts).filter_map(|(_, found)| match found {
        Found::Subject(pseudonym) => Some(pseudonym),
        Found::Words { .. } | Found::Dollar => None,
    })
}

/// What is read for a subject whom nobody knows any more: `erased-00ff00ff00ff00ff`.
pub fn erased_subject(pseudonym: Pseudonym) -> String {
    format!("{ERASED_SUBJECT}{pseudonym}")
}

/// The pseudonym of a subject that was read as erased: mentioned again, it stays that one.
pub fn pseudonym_of_erased(subject: &str) -> Option<Pseudonym> {
    subject.strip_prefix(ERASED_SUBJECT)?.parse().ok()
}

fn push_text(json: &mut String, text: &str) {
    json.push_str(&serde_json::to_string(text).expect("a text is JSON"));
}

/// Something in facts that isn't the record's own JSON.
#[derive(Clone, Copy)]
enum Found {
    /// `{"w":3}`, this long.
    Words { place: usize, len: usize },
    /// `{"p":"00ff00ff00ff00ff"}`
    Subject(Pseudonym),
    /// The `$` of a key that was written with one more.
    Dollar,
}

impl Found {
    fn len(self) -> usize {
        match self {
            Found::Words { len, .. } => len,
            Found::Subject(_) => r#"{"p":"00ff00ff00ff00ff"}"#.len(),
            Found::Dollar => 1,
        }
    }
}

/// Looks for stand-ins. All of them hold quotes that aren't escaped, and inside a text every quote is, so a stand-in is found
/// wherever its bytes stand, and nowhere else.
struct Finds<'f> {
    facts: &'f str,
    at: usize,
}

impl<'f> Finds<'f> {
    fn of(facts: &'f str) -> Finds<'f> {
        Finds { facts, at: 0 }
    }
}

impl Iterator for Finds<'_> {
    type Item = (usize, Found);

    fn next(&mut self) -> Option<(usize, Found)> {
        let bytes = self.facts.as_bytes();
        while let Some(step) = bytes.get(self.at..)?.iter().position(|byte| *byte == b'"') {
            let quote = self.at + step;
            self.at = quote + 1;
            let rest = &self.facts[self.at..];
            let opens = quote.checked_sub(1).filter(|before| bytes[*before] == b'{');
            if let (Some(begin), Some(found)) = (opens, stand_in(rest)) {
                self.at = begin + found.len();
                return Some((begin, found));
            }
            let key = rest.trim_start_matches('$');
            if key.len() < rest.len() && (key.starts_with("w\":") || key.starts_with("p\":")) {
                return Some((quote + 1, Found::Dollar));
            }
        }
        None
    }
}

/// A stand-in, without the `{"` that opens it.
fn stand_in(rest: &str) -> Option<Found> {
    if let Some(place) = rest.strip_prefix("w\":") {
        let digits = place.bytes().take_while(u8::is_ascii_digit).count();
        let closed = digits > 0 && place[digits..].starts_with('}');
        let place = place[..digits].parse().ok().filter(|_| closed)?;
        return Some(Found::Words { place, len: r#"{"w":}"#.len() + digits });
    }
    let pseudonym = rest.strip_prefix("p\":\"")?;
    let (digits, close) = pseudonym.split_at_checked(16)?;
    digits.parse().ok().filter(|_| close.starts_with("\"}")).map(Found::Subject)
}
