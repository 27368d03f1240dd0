//! Lines of a case's story that change no state: notes, links, invitations.

use super::{Event, Telling};
use crate::domain::scene::Scene;
use crate::domain::{Event as Became, Label, PersonId, Refusal, Ruling, text};

pub fn note(scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
    said(scene, "note", words, |by, text| Event::Noted { by, text }.into())
}

pub fn link(scene: &Scene<'_>, url: &str, words: &str) -> Result<Ruling, Refusal> {
    let (url, words) = (url.trim().to_owned(), words.trim().to_owned());
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.chars().any(char::is_whitespace) {
        return Err(Refusal::missing("a link begins with https:// and has no spaces.".to_owned()));
    }
    let shown = if words.is_empty() { url.clone() } else { format!("{words} {url}") };
    said(scene, "link", &shown, |by, _| Event::Linked { by, url, text: words }.into())
}

pub fn invite(scene: &Scene<'_>, person: &PersonId) -> Result<Ruling, Refusal> {
    let mut draft = scene.draft();
    let by = draft.person()?;
    draft.push(Event::Invited { by: by.clone(), person: person.clone() });
    let name = scene.name(person);
    let telling = Telling::Said { what: Label::from("invitation"), by, text: format!("{name} was let in") };
    draft.tell_case_and(std::slice::from_ref(person), telling, Vec::new(), false);
    Ok(draft.done(format!("{name} can see it now")))
}

/// A line of the case's story that changes no state: recorded and told.
///
/// # Errors
/// Those of [`text::text`], and [`Refusal::Stranger`].
pub fn said(
    scene: &Scene<'_>,
    what: &str,
    words: &str,
    event: impl FnOnce(PersonId, String) -> Became,
) -> Result<Ruling, Refusal> {
    let words = text::text(what, words)?;
    let mut draft = scene.draft();
    let by = draft.person()?;
    draft.push(event(by.clone(), words.clone()));
    draft.tell_case(Telling::Said { what: Label::from(what), by, text: words });
    Ok(draft.done(format!("{what} recorded")))
}
