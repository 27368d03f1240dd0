//! Red flags of each answer that is owed: who would be told, whether anybody else would, and whether in time.

use std::collections::BTreeSet;

use chrono::{Offset, TimeDelta, TimeZone};

use super::super::super::calendar::Hours;
use super::super::super::{PersonId, RoleId, Span, WorkflowStage};
use super::super::{Ladder, Person, TargetTerms};
use super::Check;

/// Something that is owed under the policy: a target's duty, or the decision of a path's stage.
struct Owed<'p> {
    what: String,
    holder: Option<&'p RoleId>,
    /// Roles that may answer in its stead.
    others: &'p [RoleId],
    terms: &'p TargetTerms,
    ladder: &'p Ladder,
    line: usize,
    in_production: bool,
    /// Where `within` stands.
    path: Vec<String>,
}

impl<'p> Check<'p> {
    pub(super) fn answers(&mut self) {
        for owed in self.owed() {
            self.owed_answer(&owed);
        }
    }

    /// Everything that is owed somewhere: targets that fit a workflow, and the stages of all paths.
    fn owed(&self) -> Vec<Owed<'p>> {
        let policy = self.policy;
        let targets = policy.targets.iter().enumerate().filter_map(|(index, target)| {
            let mut fitting = policy.workflows.iter().filter(|(id, flow)| {
                (target.workflows.is_empty() || target.workflows.contains(id))
                    && target.stage.is_none_or(|stage| stage == flow.stage)
                    && (target.tier.is_none() || target.tier == flow.tier)
            });
            Some(Owed {
                what: format!("“{}”", target.duty),
                holder: target.holder.as_ref(),
                others: &[],
                terms: &target.terms,
                ladder: policy.ladders.get(&target.terms.ladder)?,
                line: target.line,
                in_production: fitting.any(|(_, flow)| flow.stage == WorkflowStage::Production),
                path: vec!["targets".to_string(), index.to_string()],
            })
        });
        let stages = policy.paths.iter().flat_map(move |(id, path)| {
            path.stages.iter().enumerate().filter_map(move |(index, stage)| {
                let path_to_it = ["paths", id.as_str(), "stages", &index.to_string()].map(str::to_string).to_vec();
                let mut users = policy.workflows.values().filter(|flow| flow.path.as_ref() == Some(id));
                Some(Owed {
                    what: format!("the decision on {id}"),
                    holder: Some(&stage.role),
                    others: &stage.alternatives,
                    terms: &stage.terms,
                    ladder: policy.ladders.get(&stage.terms.ladder)?,
                    line: self.line(&path_to_it.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_or(path.line),
                    in_production: users.any(|flow| flow.stage == WorkflowStage::Production),
                    path: path_to_it,
                })
            })
        });
        targets.chain(stages).collect()
    }

    fn owed_answer(&mut self, owed: &Owed<'p>) {
        let line = Some(owed.line);
        let ladder = &owed.terms.ladder;
        if owed.in_production && owed.ladder.escalate.is_empty() {
            self.add(
                "ladder-without-escalation",
                line,
                format!("when {} is late in production, the ladder {ladder} tells nobody else", owed.what),
                "Lateness that only the late person hears of goes on.",
                format!(
                    "escalate = [{{ after = \"30m\", tell = \"{}\" }}] in the ladder, or another ladder",
                    self.role_above(owed.holder)
                ),
            );
        }
        self.days_of_business_time(owed);
        let Some(holder) = owed.holder else { return };
        let holders: BTreeSet<&PersonId> =
            owed.others.iter().chain([holder]).flat_map(|role| self.people_of(role)).collect();
        let told: BTreeSet<&PersonId> =
            owed.ladder.escalate.iter().flat_map(|rung| self.people_of(&rung.tell)).collect();
        let last: BTreeSet<&PersonId> =
            owed.ladder.escalate.last().map(|rung| self.people_of(&rung.tell).collect()).unwrap_or_default();
        if holders.len() == 1 && !told.is_empty() && told == holders {
            self.add(
                "one-person-on-every-rung",
                line,
                format!("{} and every rung of {ladder} above it are one person", owed.what),
                "A ladder that meets the same person on each rung is no ladder.",
                "other people into the roles of the ladder",
            );
        } else if !last.is_empty() && last.is_subset(&holders) {
            self.add(
                "ladder-ends-where-it-began",
                line,
                format!("the last rung of {ladder} tells the people who owe {} themselves", owed.what),
                "Those who did not answer are asked why they did not answer.",
                "a last rung with somebody above or beside them",
            );
        }
        self.quiet_to_the_end(owed, holder, &holders);
    }

    /// A role of this policy that could be told when another one is late: the one that most ladders tell first.
    fn role_above(&self, holder: Option<&RoleId>) -> &'p str {
        let first = || self.policy.ladders.values().filter_map(|ladder| ladder.escalate.first());
        let told = |role: &RoleId| first().filter(|rung| rung.tell == *role).count();
        let others = self.policy.roles.iter().filter(|(id, role)| Some(*id) != holder && !role.members.is_empty());
        others.map(|(id, _)| id).rev().filter(|id| told(id) > 0).max_by_key(|id| told(id)).map_or("…", RoleId::as_str)
    }

    /// `3d` of a calendar with nine hours a day is eight working days, which hardly anybody means.
    fn days_of_business_time(&mut self, owed: &Owed<'p>) {
        let Some(calendar) = &owed.terms.calendar else { return };
        let path: Vec<&str> = owed.path.iter().map(String::as_str).chain(["within"]).collect();
        let Some(written) = self.lines.as_ref().and_then(|lines| lines.text(&path)) else {
            return;
        };
        if written.contains(['d', 'w']) {
            let what = format!("“{written}” of {calendar} is {} open hours", owed.terms.within.in_minutes() / 60);
            self.add(
                "days-in-business-time",
                self.line(&path),
                what,
                "A day is 24 hours here, and an open day is shorter: the deadline comes much later than it looks.",
                "the open hours themselves: “27h” for three days of nine",
            );
        }
    }

    /// A target that runs day and night while nobody may be nudged until it is over.
    fn quiet_to_the_end(&mut self, owed: &Owed<'p>, holder: &RoleId, holders: &BTreeSet<&PersonId>) {
        if owed.terms.urgent || owed.terms.calendar.is_some() || holders.is_empty() {
            return;
        }
        let people: Option<Vec<&Person>> = holders.iter().map(|person| self.policy.people.get(*person)).collect();
        let quiet = people.and_then(|people| longest_common_quiet(&people));
        if let Some(minutes) = quiet.filter(|minutes| Span::minutes(*minutes) >= owed.terms.within) {
            self.add(
                "quiet-to-the-end",
                Some(owed.line),
                format!(
                    "{} is owed within {}, and everybody of {holder} has quiet hours for {} at a time",
                    owed.what,
                    owed.terms.within,
                    Span::minutes(minutes)
                ),
                "At night it is late before anybody may be nudged.",
                "urgent = true, a calendar, or somebody of another zone into the role",
            );
        }
    }
}

/// The longest stretch of a day, in minutes, in which all of them have quiet hours; `None` if somebody can always be
/// reached. Zones shift against each other over the year, so a day in January and one in July are tried.
pub(super) fn longest_common_quiet(people: &[&Person]) -> Option<i64> {
    const DAY: i64 = 24 * 60;
    let quiet: Vec<(chrono_tz::Tz, Hours)> = people
        .iter()
        .map(|person| person.quiet.map(|quiet| (person.zone, Hours::from(quiet))))
        .collect::<Option<_>>()?;
    let on = |month: u32| {
        let noon = chrono::NaiveDate::from_ymd_opt(2026, month, 15)?.and_hms_opt(12, 0, 0)?;
        let all_quiet = |minute: i64| {
            quiet.iter().all(|(zone, hours)| {
                let local = TimeDelta::seconds(zone.offset_from_utc_datetime(&noon).fix().local_minus_utc().into());
                let minute = (minute + local.num_minutes()).rem_euclid(DAY);
                let (from, to) = (i64::from(hours.from_minute), i64::from(hours.to_minute));
                if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
            })
        };
        // Two days, so that a stretch over midnight is one.
        let mut longest = 0;
        let mut run = 0;
        for minute in 0..2 * DAY {
            run = if all_quiet(minute % DAY) { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        Some(longest.min(DAY))
    };
    on(1).max(on(7)).filter(|minutes| *minutes > 0)
}
