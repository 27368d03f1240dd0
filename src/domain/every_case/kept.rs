//! A message that somebody keeps with a case by a reaction: with its own author and moment, and where it stands. Once, however
//! many people do it. Taking the reaction back takes nothing out of the case's story.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::domain::scene::Scene;
use crate::domain::{At, Lane, PersonId, Refusal, Ruling, mark};

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
}

/// Where a message stands that is kept, and as what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    pub what: KeptAs,
    pub lane: Lane,
    pub message: String,
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
    draft.push(Event::Kept { by, what, message: message.clone() });
    Ok(draft.ruling)
}
