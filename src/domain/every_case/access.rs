//! Somebody asks to be let in to a restricted case. Whether there is one, the answer doesn't tell.

use super::{Event, Telling};
use crate::domain::scene::Scene;
use crate::domain::{PersonId, Refusal, Ruling, Span, text};

/// Its people are told of one person's wish once in so long.
const ONCE_IN: Span = Span::days(1);

/// # Errors
/// [`Refusal::Missing`] for whoever sees it anyway.
pub fn ask_in(scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
    let by = scene.asker()?;
    let case = scene.case;
    if case.is_visible_to(&by, &scene.world.people) {
        return Err(Refusal::missing(format!("you see {} already.", case.id)));
    }
    if case.asked_in.get(&by).is_some_and(|asked| scene.ask.at < *asked + ONCE_IN) {
        return Ok(Ruling::nothing());
    }
    if case.is_closed() {
        return Ok(Ruling::nothing());
    }
    // What is refused would tell that there is something to ask for, so what is too long is cut.
    let text = text::cut(words);
    let mut draft = scene.draft();
    draft.push(Event::AskedIn { by: by.clone(), text: text.clone() });
    let host: Vec<PersonId> = case.opened_by.iter().cloned().collect();
    draft.tell_case_and(&host, Telling::AskedIn { by, text }, Vec::new(), false);
    Ok(draft.ruling)
}
