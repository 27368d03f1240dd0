//! Lines of a case's story that change no state: notes, links, invitations.

use super::{Event, Telling};
use crate::domain::scene::Scene;
use crate::domain::{Case, Event as Became, PersonId, Refusal, Ruling, text};

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

/// What the bot itself has seen, for everybody who follows the case.
pub fn observe(scene: &Scene<'_>, seen: &str) -> Ruling {
    let mut draft = scene.draft();
    draft.push(Event::Observed { seen: seen.to_owned() });
    draft.tell_case(Telling::Observed { seen: seen.to_owned() });
    draft.ruling
}

/// # Errors
/// [`Refusal::Missing`] where they were let in already.
pub fn invite(scene: &Scene<'_>, person: &PersonId) -> Result<Ruling, Refusal> {
    let mut draft = scene.draft();
    let by = draft.person()?;
    if scene.case.invited.contains(person) {
        return Err(Refusal::missing(format!("{} was invited to {} already.", scene.name(person), scene.case.id)));
    }
    draft.push(Event::Invited { by: by.clone(), person: person.clone() });
    let name = scene.name(person);
    let telling = Telling::Invited { by, person: person.clone() };
    draft.tell_case_and(std::slice::from_ref(person), telling, Vec::new(), false);
    Ok(draft.done(format!("{name} can see it now")))
}

/// # Errors
/// [`Refusal::Missing`] where they weren't let in by name, with why they see it all the same.
pub fn uninvite(scene: &Scene<'_>, person: &PersonId) -> Result<Ruling, Refusal> {
    let mut draft = scene.draft();
    let by = draft.person()?;
    let (id, name) = (scene.case.id, scene.name(person));
    let why_still = |case: &Case| match (case.restricted, case.is_visible_to(person, &scene.world.people)) {
        (false, _) => Some("everybody in its channels sees it"),
        (true, true) => Some("they still see it: they opened it, have a seat in it, or are asked by one of its duties"),
        (true, false) => None,
    };
    if !scene.case.invited.contains(person) {
        let why = why_still(scene.case).map_or_else(String::new, |why| format!("; {why}"));
        return Err(Refusal::missing(format!("{name} was not invited to {id}{why}.")));
    }
    draft.push(Event::Uninvited { by: by.clone(), person: person.clone() });
    let why = why_still(&draft.case);
    draft.tell_case(Telling::Uninvited { by, person: person.clone() });
    Ok(draft.done(match why {
        Some(why) => format!("the invitation of {name} is taken back; {why}"),
        None => format!("{name} can't see it any more"),
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
    draft.tell_said(what, by, words);
    Ok(draft.done(format!("{what} recorded")))
}
