//! When each scheduled digest is due.

use std::collections::BTreeMap;
use std::str::FromStr;

use cron::Schedule;
use serde::{Deserialize, Serialize};

use super::{Draft, Telling};
use crate::domain::notice::To;
use crate::domain::policy::{DigestSchedule, Policy};
use crate::domain::{At, Label, Span};

/// A first digest looks back this far.
const FIRST_DIGEST: Span = Span::days(7);

/// The digests that the policy schedules, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digests {
    pub schedules: BTreeMap<String, ScheduleState>,
}

/// How far a scheduled digest has got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduleState {
    /// The cron expression and the zone. With another schedule it counts as new.
    pub schedule: Label,
    /// Up to here every due moment was dealt with.
    pub seen: At,
    /// When it was last due, where its figures ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_due: Option<At>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "digest.")]
pub enum Event {
    /// The figures of `from` up to `to` are to be posted.
    Due { schedule: Label, from: At, to: At },
}

impl Digests {
    pub(super) fn apply(&mut self, event: &Event, at: At) {
        let Event::Due { schedule, from: _, to } = event;
        if let Some(state) = self.schedules.get_mut(schedule.as_str()) {
            (state.seen, state.last_due) = (at, Some(*to));
        }
    }

    /// Another policy: a schedule that stays goes on, one that is new or changed is due from now on.
    pub(super) fn follow(&mut self, schedules: &BTreeMap<String, Label>, at: At) {
        self.schedules.retain(|name, state| schedules.get(name) == Some(&state.schedule));
        for (name, schedule) in schedules {
            let new = || ScheduleState { schedule: schedule.clone(), seen: at, last_due: None };
            self.schedules.entry(name.clone()).or_insert_with(new);
        }
    }

    /// When one is due next.
    pub(super) fn wake(&self, policy: &Policy) -> Option<At> {
        let due = policy.digests.iter().filter_map(|schedule| {
            let state = self.schedules.get(&schedule.name)?;
            next_due(&Schedule::from_str(&schedule.cron).ok()?, schedule, state.seen)
        });
        due.min()
    }
}

impl DigestSchedule {
    /// The cron expression and its zone, as one word to compare.
    pub fn schedule(&self) -> Label {
        Label::from(format!("{} {}", self.cron, self.zone))
    }
}

/// The first due moment after a moment. In the hour that clocks repeat, the cron crate offers both readings of it, the earlier
/// one perhaps before `after`.
fn next_due(cron: &Schedule, schedule: &DigestSchedule, after: At) -> Option<At> {
    let from = after.utc()?.with_timezone(&schedule.zone);
    cron.after(&from).take(3).map(|due| At(due.timestamp_micros())).find(|&due| due > after)
}

/// The newest due moment between `after` and `now`: what was missed meanwhile is part of it.
fn newest_due(cron: &Schedule, schedule: &DigestSchedule, after: At, now: At) -> Option<At> {
    let first = next_due(cron, schedule, after).filter(|&due| due <= now)?;
    let from = (now + Span::seconds(1)).utc()?.with_timezone(&schedule.zone);
    let last = cron.after(&from).rev().take(3).map(|due| At(due.timestamp_micros())).find(|&due| due <= now);
    last.max(Some(first))
}

impl Draft<'_> {
    /// Digests that are due now.
    pub(super) fn wake_digests(&mut self) {
        let (policy, now) = (self.policy, self.ask.at);
        for schedule in &policy.digests {
            let Some(state) = self.bot.digests.schedules.get(&schedule.name) else { continue };
            let Ok(cron) = Schedule::from_str(&schedule.cron) else { continue };
            let Some(to) = newest_due(&cron, schedule, state.seen, now) else { continue };
            let from = state.last_due.unwrap_or(to - FIRST_DIGEST);
            let name = Label::from(schedule.name.as_str());
            self.push(Event::Due { schedule: name.clone(), from, to });
            let (zone, workflows) = (schedule.zone, schedule.workflows.clone());
            let telling = Telling::Digest { schedule: name, from, to, zone, workflows };
            self.tell(To::Channel(schedule.channel.clone()), telling, None);
        }
    }
}
