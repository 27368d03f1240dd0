//! How long each class of cases was ever to be kept, since a class that became shorter is no reason to keep older cases for less;
//! and the calendar of what ends soon, since nothing is purged that stood on none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::bot::Event as BotEvent;
use crate::domain::notice::To;
use crate::domain::{At, Case, CaseId, Label, Policy, Span};

/// A calendar shows what ends within this.
pub const AHEAD: Span = Span::days(30);

/// The next calendar comes after this, where something ends by then.
const SHOWN_EVERY: Span = Span::days(7);

/// How long classes were to be kept, and what was shown of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// The days of each class, and when they held.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    classes: BTreeMap<Label, Vec<Held>>,
    /// The newest calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
}

/// A calendar that was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shown {
    at: At,
    cases: BTreeSet<CaseId>,
}

/// A closed case, and from when on it need not be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    pub case: CaseId,
    pub class: Label,
    pub until: At,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "retention.")]
pub enum Event {
    /// What ends up to a moment, as it is shown to those who decide about records. What is over already and not purged is part of it.
    Calendar { ending: Vec<Ending>, upto: At },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Held {
    days: u32,
    /// `None`: they still hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<At>,
}

impl Retention {
    pub const NONE: &'static Retention = &Retention { classes: BTreeMap::new(), shown: None };

    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.shown.is_none()
    }

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        let Event::Calendar { ending, upto: _ } = event;
        self.shown = Some(Shown { at, cases: ending.iter().map(|ending| ending.case).collect() });
    }

    /// When what ends soon is to be looked at next, to be shown. `None`: the policy doesn't say where records are decided about.
    pub fn shown_next(&self, policy: &Policy) -> Option<At> {
        policy.records.as_ref()?;
        Some(self.shown.as_ref().map_or(At(0), |shown| shown.at + SHOWN_EVERY))
    }

    /// Whether a case stands on the newest calendar.
    pub fn is_shown(&self, case: CaseId) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.cases.contains(&case))
    }

    /// Another policy takes force.
    pub(super) fn follow(&mut self, days: &BTreeMap<Label, u32>, at: At) {
        for (class, held) in &mut self.classes {
            if let Some(last) =
                held.last_mut().filter(|last| last.until.is_none() && days.get(class) != Some(&last.days))
            {
                last.until = Some(at);
            }
        }
        for (class, days) in days {
            let held = self.classes.entry(class.clone()).or_default();
            if held.last().is_none_or(|last| last.until.is_some()) {
                // One that ended, and was no longer than this, says nothing any more.
                held.retain(|earlier| earlier.days > *days);
                held.push(Held { days: *days, until: None });
            }
        }
    }

    /// The longest that a class was to be kept since a case of it was closed. `None`: it was in no policy since.
    pub(in crate::domain) fn longest(&self, class: &Label, closed: At) -> Option<Span> {
        let held = self.classes.get(class)?.iter().filter(|held| held.until.is_none_or(|until| until > closed));
        held.map(|held| Span::days(i64::from(held.days))).max()
    }
}

impl Case {
    /// When it need not be kept any longer. `None`: it is open, or nothing says that it may ever go.
    pub fn ending(&self, retention: &Retention) -> Option<Ending> {
        let class = self.retained.as_ref()?.class.clone();
        Some(Ending { case: self.id, class, until: self.kept_until(retention)? })
    }
}

impl From<Event> for BotEvent {
    fn from(event: Event) -> BotEvent {
        BotEvent::Retention(event)
    }
}

impl Draft<'_> {
    /// Shows what ends up to a moment where records are decided about.
    pub(super) fn show_calendar(mut self, ending: &[Ending], upto: At) -> Ruling {
        let is_due = self.bot.retention.shown_next(self.policy).is_some_and(|due| due <= self.ask.at);
        let homes = self.policy.records.as_ref().and_then(|records| self.policy.workflows.get(&records.workflow));
        let Some(workflow) = homes.filter(|_| is_due && !ending.is_empty()) else { return self.ruling };
        self.push(Event::Calendar { ending: ending.to_vec(), upto });
        for channel in &workflow.channels {
            let telling = Telling::Calendar { ending: ending.to_vec(), upto };
            self.tell(To::Channel(channel.clone()), telling, None);
        }
        self.ruling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_class_counts_for_what_was_closed_and_a_shorter_one_only_from_then_on() {
        let class = Label::from("model-decisions");
        let mut retention = Retention::default();
        let day = |day: i64| At(0) + Span::days(day);
        let mut follow = |days: Option<u32>, at: i64| {
            retention.follow(&days.map(|days| (class.clone(), days)).into_iter().collect(), day(at));
            retention.clone()
        };
        let longest = |retention: &Retention, closed| retention.longest(&class, day(closed));
        let one = follow(Some(365), 0);
        assert_eq!(longest(&one, 1), Some(Span::days(365)));
        let longer = follow(Some(730), 10);
        assert_eq!(longest(&longer, 1), Some(Span::days(730)));
        let shorter = follow(Some(30), 20);
        assert_eq!(longest(&shorter, 15), Some(Span::days(730)));
        assert_eq!(longest(&shorter, 20), Some(Span::days(30)));
        assert_eq!(longest(&shorter, 25), Some(Span::days(30)));
        let gone = follow(None, 30);
        assert_eq!(longest(&gone, 15), Some(Span::days(730)));
        assert_eq!(longest(&gone, 31), None);
        assert_eq!(gone.longest(&Label::from("other"), day(0)), None);
    }
}
