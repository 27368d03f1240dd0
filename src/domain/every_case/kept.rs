//! A message that somebody keeps with a case, by a reaction or as evidence: with its own author and moment, and where it stands.
//! Once, however many people do it. Neither taking the reaction back nor unpinning takes anything out of the case's story.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::domain::line::{Evidence, say};
use crate::domain::scene::Scene;
use crate::domain::{At, Lane, PersonId, Refusal, Ruling, mark, text};

/// A message as it stood when it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptMessage {
    pub lane: Lane,
    /// The platform's own id of it.
    #[serde(serialize_with = "mark::id")]
    pub message: String,
    /// Who said it; `None`: an account that the policy didn't know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How the platform shows them.
    pub author: String,
    pub said: At,
    pub text: String,
}

/// The message that a case was opened from, with the address at which it stands, where it has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenedFrom {
    #[serde(flatten)]
    pub message: KeptMessage,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// What a message was kept as. It can be kept as each of them, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptAs {
    Note,
    /// Whoever kept it promised something, too.
    FollowUp,
    /// Whoever kept it pointed at it as evidence.
    Evidence,
}

/// Where a message stands that is kept, and as what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    pub what: KeptAs,
    pub lane: Lane,
    pub message: String,
}

impl Kept {
    /// Whether it is the mark that unpinning this message takes off. What was promised with it stays promised.
    pub fn is_pin_on(&self, lane: &Lane, message: &str) -> bool {
        let is_pin = match self.what {
            KeptAs::Note | KeptAs::Evidence => true,
            KeptAs::FollowUp => false,
        };
        is_pin && self.lane == *lane && self.message == message
    }
}

impl KeptMessage {
    pub fn kept_as(&self, what: KeptAs) -> Kept {
        Kept { what, lane: self.lane.clone(), message: self.message.clone() }
    }
}

/// # Errors
/// [`Refusal::Stranger`].
pub fn keep(scene: &Scene<'_>, message: &KeptMessage, what: KeptAs) -> Result<Ruling, Refusal> {
    let by = scene.asker()?;
    if scene.case.kept.contains(&message.kept_as(what)) {
        return Ok(Ruling::nothing());
    }
    let mut draft = scene.draft();
    draft.push(Event::Kept { by, what, message: message.clone(), reason: String::new() });
    Ok(draft.ruling)
}

/// # Errors
/// [`Refusal::Missing`] where it is pinned already.
pub(super) fn pin(scene: &Scene<'_>, message: &KeptMessage, reason: &str) -> Result<Ruling, Refusal> {
    let reason = text::text("reason", reason)?;
    let mut draft = scene.draft();
    let by = draft.person()?;
    let id = scene.case.id;
    if scene.case.kept.contains(&message.kept_as(KeptAs::Evidence)) {
        let unpin = Evidence::Unpin.line().with("…");
        return Err(Refusal::missing(say![
            format!("that message is pinned on {id} already; "),
            unpin,
            " takes the pin off."
        ]));
    }
    draft.push(Event::Kept { by, what: KeptAs::Evidence, message: message.clone(), reason });
    Ok(draft.done("pinned as evidence"))
}

/// Takes it off the list of what was kept. What was kept, by whom and why stays in the story, and so does this.
///
/// # Errors
/// [`Refusal::Missing`] where it isn't on that list.
pub(super) fn unpin(scene: &Scene<'_>, message: &KeptMessage, reason: &str) -> Result<Ruling, Refusal> {
    let reason = if reason.is_empty() { String::new() } else { text::text("reason", reason)? };
    let mut draft = scene.draft();
    let by = draft.person()?;
    if !scene.case.kept.iter().any(|kept| kept.is_pin_on(&message.lane, &message.message)) {
        let pin = Evidence::Pin.line().with("…");
        return Err(Refusal::missing(say![
            format!("that message isn't pinned on {}; ", scene.case.id),
            pin,
            " pins one."
        ]));
    }
    let (lane, id, said) = (message.lane.clone(), message.message.clone(), message.said);
    draft.push(Event::Unpinned { by, lane, message: id, said, reason });
    Ok(draft.done("no longer pinned; the story keeps that it was"))
}
