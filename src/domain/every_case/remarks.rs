//! Lines of a case's story that change no state: notes, links, invitations.

use super::{Event, Telling};
use crate::domain::scene::Scene;
use crate::domain::{Case, Event as Became, Label, PersonId, Refusal, Ruling, text};

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

/// # Errors
/// [`Refusal::Missing`] where they weren't let in by name, with why they see it all the same.
pub fn uninvite(scene: &Scene<'_>, person: &PersonId) -> Result<Ruling, Refusal> {
    let mut draft = scene.draft();
    let by = draft.person()?;
    let (id, name) = (scene.case.id, scene.name(person));
    let sees = |case: &Case| case.restricted && case.is_visible_to(person, &scene.world.people);
    if !scene.case.invited.contains(person) {
        let why = match sees(scene.case) {
            true => "; they see it because they opened it, have a seat in it or are asked by it",
            false => "",
        };
        return Err(Refusal::missing(format!("{name} was not let in to {id} by name{why}.")));
    }
    draft.push(Event::Uninvited { by: by.clone(), person: person.clone() });
    let sees_still = sees(&draft.case);
    let telling = Telling::Said { what: Label::from("invitation"), by, text: format!("{name} is let in no more") };
    draft.tell_case(telling);
    Ok(draft.done(match sees_still {
        true => format!("{name} sees it still, as a seat in it or what it asks of them lets them"),
        false => format!("{name} can't see it any more"),
    }))
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
