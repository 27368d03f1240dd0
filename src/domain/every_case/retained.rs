//! Until when a closed case is kept. That is recorded when it is closed, under the policy of that moment; a class that becomes longer
//! counts for cases that are closed already, and one that becomes shorter doesn't.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::domain::{Ask, At, Case, Label, Retention, Ruling, World};

/// As it stood when the case was closed last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retained {
    /// The policy's class; `workflow/NAME` where none fitted and the workflow says it for itself.
    pub class: Label,
    pub until: At,
    /// Until then its words are not erased, whoever asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erasure_waits: bool,
}

impl Ruling {
    /// With until when the case is kept, where this closes it.
    #[must_use]
    pub(in crate::domain) fn retaining(
        mut self,
        before: Option<&Case>,
        after: &Case,
        ask: &Ask,
        world: &World<'_>,
    ) -> Ruling {
        let closes = after.is_closed() && before.is_none_or(|case| !case.is_closed());
        let kept = world.policy.kept_for(after.id.kind, &after.workflow).filter(|_| closes);
        if let Some(kept) = kept {
            let until = ask.at + kept.span();
            // Reopened and closed again: never for less than before.
            let earlier = after.retained.as_ref().map_or(until, |retained| retained.until);
            let retained = Retained { class: kept.class, until: until.max(earlier), erasure_waits: kept.erasure_waits };
            self.events.push(Event::Retained(retained).into());
        }
        self
    }
}

impl Case {
    /// Until when it is kept, as far as anybody knows now. `None`: it is open, or nothing says that it may ever go.
    pub fn kept_until(&self, retention: &Retention) -> Option<At> {
        let (closed, retained) = (self.closed?, self.retained.as_ref()?);
        let longest = retention.longest(&retained.class, closed).map(|span| closed + span);
        Some(longest.map_or(retained.until, |longest| longest.max(retained.until)))
    }
}
