//! What was said while the bot didn't listen is read from a platform's history: that this began, and that it is over. A process that
//! ends in between leaves it to the next one, which reads from where the lanes were known when it began: what came live meanwhile
//! would hide what is still missing before it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling};
use crate::domain::{At, Lane, Platform};

/// The fills that are under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fills {
    pub open: BTreeMap<Platform, Fill>,
}

/// From where history is to be read on a platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// When it began: what was kept of a lane by then is known.
    pub since: At,
    /// Something is missing already from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<At>,
    /// The same, of single lanes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<(Lane, At)>,
}

impl Fill {
    /// Since when something may be missing of a lane, where that is before what is known of it.
    pub fn missing_from(&self, lane: &Lane) -> Option<At> {
        let of_it = self.lanes.iter().filter(|(of, _)| of == lane).map(|(_, from)| *from);
        of_it.chain(self.from).min()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "fill.")]
pub enum Event {
    /// What was missed on a platform is about to be read.
    Began {
        platform: Platform,
        /// Of one lane alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<Lane>,
        /// Something is missing from this moment on, whatever was heard since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<At>,
    },
    /// All of it was read, or was found not to be there any more.
    Ended { platform: Platform },
}

impl Fills {
    pub(super) fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Began { platform, lane, from } => {
                let fill = || Fill { since: at, from: None, lanes: Vec::new() };
                let fill = self.open.entry(platform.clone()).or_insert_with(fill);
                match (lane, from) {
                    (Some(lane), Some(from)) => fill.lanes.push((lane.clone(), *from)),
                    (None, Some(from)) => fill.from = Some(fill.from.map_or(*from, |known| known.min(*from))),
                    (_, None) => {}
                }
            }
            Event::Ended { platform } => {
                self.open.remove(platform);
            }
        }
    }

    /// Whether it says anything new.
    fn is_news(&self, event: &Event) -> bool {
        match event {
            Event::Began { platform, lane, from } => {
                let Some(open) = self.open.get(platform) else { return true };
                let known = match lane {
                    Some(lane) => open.missing_from(lane),
                    None => open.from,
                };
                from.is_some_and(|from| known.is_none_or(|known| from < known))
            }
            Event::Ended { platform } => self.open.contains_key(platform),
        }
    }
}

impl Draft<'_> {
    pub(super) fn fill(self, event: &Event) -> Ruling {
        match self.bot.fills.is_news(event) {
            true => self.record(event.clone()),
            false => self.ruling,
        }
    }
}
