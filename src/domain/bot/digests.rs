//! When each scheduled digest is due.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Draft, Telling};
use crate::domain::calendar::Falls;
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
            Falls::read(&schedule.cron).ok()?.next(schedule.zone, state.seen)
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

impl Draft<'_> {
    /// Digests that are due now.
    pub(super) fn wake_digests(&mut self) {
        let (policy, now) = (self.policy, self.ask.at);
        for schedule in &policy.digests {
            let Some(state) = self.bot.digests.schedules.get(&schedule.name) else { continue };
            let Ok(falls) = Falls::read(&schedule.cron) else { continue };
            // What was missed meanwhile is part of the newest.
            let newest = falls.newest(schedule.zone, now).filter(|&due| due > state.seen);
            let Some(to) = newest else { continue };
            let from = state.last_due.unwrap_or(to - FIRST_DIGEST);
            let name = Label::from(schedule.name.as_str());
            self.push(Event::Due { schedule: name.clone(), from, to });
            let (zone, workflows) = (schedule.zone, schedule.workflows.clone());
            let telling = Telling::Digest { schedule: name, from, to, zone, workflows };
            self.tell(To::Channel(schedule.channel.clone()), telling, None);
        }
    }
}
