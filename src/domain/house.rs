//! What concerns no single case: the policy in force, who stands in for whom, when a digest falls, which paths are slow,
//! and how the bot itself does.
//!
//! It opens no case and reads no clock: it says what should follow ([`Then`]), and the desk sees to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::str::FromStr;

use cron::Schedule;
use serde::{Deserialize, Serialize};

use super::command::{HouseCommand, Impact, OpenIncident};
use super::engine::text;
use super::event::{Event, HouseEvent, Outcome};
use super::incident::Incident;
use super::nature::Nature;
use super::notice::{Notice, OutboxId, Telling, To};
use super::obligation::NOTICEABLE;
use super::people::{Delegation, People};
use super::policy::{DigestSchedule, Policy};
use super::refusal::did_you_mean;
use super::ruling::Then;
use super::{
    Actor, At, Body, Case, CaseId, CaseKind, ClassId, Command, PathId, PersonId, Platform, PolicyDigest, Refusal,
    RoleId, Span, list,
};

/// A path is judged by its last so many answers, from [`LATENCIES_ENOUGH`] on.
pub const LATENCIES_KEPT: usize = 20;
pub const LATENCIES_ENOUGH: usize = 5;

/// A first digest looks back this far.
const FIRST_DIGEST: Span = Span::days(7);

/// "From now" takes a moment to type and to arrive.
const JUST_NOW: Span = Span::minutes(5);

/// The house, folded from its own events and from what it sees of the cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct House {
    /// The policy in force. `None` before the first start.
    pub policy: Option<PolicyDigest>,
    pub started: Option<At>,
    /// All that have not ended, those to come included.
    pub delegations: Vec<Delegation>,
    /// Which of them people were told have begun.
    pub begun: BTreeSet<u32>,
    /// The highest number ever given to one.
    pub last_delegation: u32,
    /// The digests that the policy schedules, by name.
    pub schedules: BTreeMap<String, Known>,
    /// How long the last answers on each path took, the newest last.
    pub latencies: BTreeMap<PathId, VecDeque<Span>>,
    /// The open incident about each path that is slow.
    pub slow_paths: BTreeMap<PathId, CaseId>,
    /// The operators were told that the engine is behind.
    pub behind: bool,
    /// Platforms that nothing is heard from, as the operators were told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cut_off: BTreeSet<Platform>,
    /// Who is on each platform, as it was last seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rosters: BTreeMap<Platform, KnownRoster>,
}

/// Who is on a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRoster {
    /// Members of the groups that roles draw on, by the platform's id of the group.
    pub groups: BTreeMap<String, Vec<PersonId>>,
    /// People whose account there is gone.
    pub gone: Vec<PersonId>,
}

/// What is known of a scheduled digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The cron expression and the zone. With a new rhythm it counts as new.
    pub rhythm: String,
    /// Up to here every fall was dealt with.
    pub seen: At,
    /// The moment of the last fall, where its figures ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fell: Option<At>,
}

/// Something is asked of the house at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct HouseAsk {
    pub by: Actor,
    pub at: At,
    pub command: HouseCommand,
}

/// What an ask of the house came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HouseRuling {
    pub events: Vec<HouseEvent>,
    pub notices: Vec<Notice>,
    /// The private answer to the person who asked.
    pub reply: Option<Telling>,
    pub then: Vec<Then>,
}

impl House {
    /// Folds one event that came at `at`.
    pub fn apply(&mut self, event: &HouseEvent, at: At) {
        match event {
            HouseEvent::Started { .. } => self.started = Some(at),
            HouseEvent::PolicyLoaded { digest, schedules, .. } => {
                self.policy = Some(digest.clone());
                self.schedules.retain(|name, known| schedules.get(name) == Some(&known.rhythm));
                for (name, rhythm) in schedules {
                    let new = || Known { rhythm: rhythm.clone(), seen: at, fell: None };
                    self.schedules.entry(name.clone()).or_insert_with(new);
                }
            }
            HouseEvent::Delegated(delegation) => {
                self.last_delegation = self.last_delegation.max(delegation.number);
                self.delegations.push(delegation.clone());
            }
            HouseEvent::DelegationBegan { number } => {
                self.begun.insert(*number);
            }
            HouseEvent::DelegationEnded { number, .. } => {
                self.delegations.retain(|it| it.number != *number);
                self.begun.remove(number);
            }
            HouseEvent::DigestFell { schedule, to, .. } => {
                if let Some(known) = self.schedules.get_mut(schedule) {
                    (known.seen, known.fell) = (at, Some(*to));
                }
            }
            HouseEvent::FellBehind { .. } => self.behind = true,
            HouseEvent::CaughtUp => self.behind = false,
            HouseEvent::CutOff { platform, .. } => {
                self.cut_off.insert(platform.clone());
            }
            HouseEvent::Reconnected { platform } => {
                self.cut_off.remove(platform);
            }
            HouseEvent::Roster { platform, groups, gone } => {
                let known = KnownRoster { groups: groups.clone(), gone: gone.clone() };
                self.rosters.insert(platform.clone(), known);
            }
            HouseEvent::Recovered { policy, .. } => self.policy = Some(policy.clone()),
            HouseEvent::Stopped | HouseEvent::GaveUp { .. } | HouseEvent::ClockWentBack { .. } => {}
        }
    }

    /// Sees what became true of a case: how long answers take, and which incident is about a slow path.
    pub fn observe(&mut self, case: &Case, event: &Event) {
        match event {
            Event::Concluded { outcome: Outcome::Approved | Outcome::Declined, took, .. } => {
                // Who breaks glass goes round the path: that says nothing about how fast its people answer.
                if let Body::Approval(approval) = &case.body
                    && approval.broken_glass.is_none()
                {
                    let latencies = self.latencies.entry(approval.path.clone()).or_default();
                    latencies.push_back(*took);
                    while latencies.len() > LATENCIES_KEPT {
                        latencies.pop_front();
                    }
                }
            }
            Event::IncidentOpened(opened) => {
                if let Some(path) = &opened.slow_path {
                    self.slow_paths.insert(path.clone(), case.id);
                }
            }
            // Reopened, it is about the path again, unless another one has been opened about it meanwhile.
            Event::Reopened { .. } => {
                if let Body::Incident(Incident { slow_path: Some(path), .. }) = &case.body {
                    self.slow_paths.entry(path.clone()).or_insert(case.id);
                }
            }
            // The incident that stays is about the path from now on.
            Event::Merged { into, .. } => {
                for known in self.slow_paths.values_mut().filter(|it| **it == case.id) {
                    *known = *into;
                }
            }
            Event::Resolved { .. } | Event::Reviewed { .. } | Event::Withdrawn { .. }
                if case.kind() == CaseKind::Incident =>
            {
                let resolved: Vec<PathId> =
                    self.slow_paths.iter().filter(|(_, id)| **id == case.id).map(|(path, _)| path.clone()).collect();
                for path in resolved {
                    self.slow_paths.remove(&path);
                    // Judged afresh, or the old slow answers would open the next incident at once.
                    self.latencies.remove(&path);
                }
            }
            _ => {}
        }
    }

    /// When the house next wants to be woken: a delegation begins or ends, or a digest falls.
    pub fn wake(&self, policy: &Policy) -> Option<At> {
        let starts = self.delegations.iter().filter(|it| !self.begun.contains(&it.number)).map(|it| it.starts);
        let ends = self.delegations.iter().map(|it| it.ends);
        let falls = policy.digests.iter().filter_map(|schedule| {
            let known = self.schedules.get(&schedule.name)?;
            next_fall(&Schedule::from_str(&schedule.cron).ok()?, schedule, known.seen)
        });
        starts.chain(ends).chain(falls).min()
    }

    pub fn people<'a>(&'a self, policy: &'a Policy, at: At) -> People<'a> {
        People { policy, delegations: &self.delegations, at }
    }

    /// Whether a person's account on a platform is known to be gone.
    pub fn is_gone(&self, person: &PersonId, platform: &Platform) -> bool {
        self.rosters.get(platform).is_some_and(|known| known.gone.contains(person))
    }

    /// The policy as it is held now: to the members that it names come those of the groups that its roles draw on.
    #[must_use]
    pub fn held(&self, policy: &Policy) -> Policy {
        let mut held = policy.clone();
        for role in held.roles.values_mut() {
            for group in &role.groups {
                let members = self.rosters.get(&group.platform).and_then(|known| known.groups.get(&group.id));
                for member in members.into_iter().flatten().filter(|it| policy.people.contains_key(*it)) {
                    if !role.members.contains(member) {
                        role.members.push(member.clone());
                    }
                }
            }
        }
        held
    }

    pub fn delegation(&self, number: u32) -> Option<&Delegation> {
        self.delegations.iter().find(|it| it.number == number)
    }

    /// 90 % of the last answers on the path took no longer than this, where that is over the path's limit.
    pub fn slow_by_p90(&self, policy: &Policy, path: &PathId) -> Option<Span> {
        let limit = policy.paths.get(path)?.bottleneck?.p90_over?;
        let latencies = self.latencies.get(path).filter(|it| it.len() >= LATENCIES_ENOUGH)?;
        let mut sorted: Vec<Span> = latencies.iter().copied().collect();
        sorted.sort_unstable();
        // Nearest rank: the smallest that at least 90 % don't exceed.
        let p90 = *sorted.get((sorted.len() * 9).div_ceil(10).checked_sub(1)?)?;
        (p90 > limit).then_some(p90)
    }

    /// What the house asks of itself after a case's events were observed.
    pub fn follow_up(&self, case: &Case, events: &[Event], policy: &Policy) -> Option<HouseCommand> {
        let Body::Approval(approval) = &case.body else {
            return None;
        };
        let answered =
            |it: &Event| matches!(it, Event::Concluded { outcome: Outcome::Approved | Outcome::Declined, .. });
        if !events.iter().any(answered) || self.slow_paths.contains_key(&approval.path) {
            return None;
        }
        let p90 = self.slow_by_p90(policy, &approval.path)?;
        let path = policy.paths.get(&approval.path)?;
        let rule = path.bottleneck?;
        let (limit, counted) = (rule.p90_over?, self.latencies.get(&approval.path).map_or(0, VecDeque::len));
        Some(HouseCommand::NoteSlowPath {
            path: approval.path.clone(),
            workflow: case.workflow.clone(),
            severity: rule.severity,
            because: format!(
                "90 % of the last {counted} answers on path {} took up to {p90}; the policy's limit is {limit}. The last one was {}.",
                approval.path, case.id
            ),
        })
    }

    /// Roles and people whose seat moves when the delegation begins or ends, those included that were handed to its giver.
    fn moved_by(&self, delegation: &Delegation, policy: &Policy) -> Then {
        let people = People { policy, delegations: &self.delegations, at: delegation.starts };
        if !delegation.roles.is_empty() {
            return Then::Rehold { roles: delegation.roles.clone(), people: vec![delegation.from.clone()] };
        }
        let mut givers = vec![delegation.from.clone()];
        let mut next = 0;
        while let Some(giver) = givers.get(next).cloned() {
            for upstream in self.delegations.iter().filter(|it| it.to.as_ref() == Some(&giver)) {
                if !givers.contains(&upstream.from) {
                    givers.push(upstream.from.clone());
                }
            }
            next += 1;
        }
        let roles: BTreeSet<RoleId> = givers.iter().flat_map(|it| people.roles_of(it)).cloned().collect();
        Then::Rehold { roles: roles.into_iter().collect(), people: givers }
    }
}

impl DigestSchedule {
    /// The cron expression and its zone, as one word to compare.
    pub fn rhythm(&self) -> String {
        format!("{} {}", self.cron, self.zone)
    }
}

/// The first fall after a moment. In the hour that clocks repeat, the cron crate offers both readings of it, the earlier
/// one perhaps before `after`.
fn next_fall(cron: &Schedule, schedule: &DigestSchedule, after: At) -> Option<At> {
    let from = after.utc()?.with_timezone(&schedule.zone);
    cron.after(&from).take(3).map(|fall| At(fall.timestamp_micros())).find(|&fall| fall > after)
}

/// The newest fall between `after` and `now`: what was missed meanwhile is part of it.
fn newest_fall(cron: &Schedule, schedule: &DigestSchedule, after: At, now: At) -> Option<At> {
    let first = next_fall(cron, schedule, after).filter(|&fall| fall <= now)?;
    let from = (now + Span::seconds(1)).utc()?.with_timezone(&schedule.zone);
    let last = cron.after(&from).rev().take(3).map(|fall| At(fall.timestamp_micros())).find(|&fall| fall <= now);
    last.max(Some(first))
}

/// Decides what an ask means for the house. Nothing is changed: the ruling holds the events. `policy` is the one in force.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(house: &House, ask: &HouseAsk, policy: &Policy) -> Result<HouseRuling, Refusal> {
    let draft = HouseDraft { house: house.clone(), ask, policy, ruling: HouseRuling::default() };
    match &ask.command {
        // What only people ask for …
        HouseCommand::Delegate { from, to, roles, starts, ends, reason } => {
            let wanted = Wanted { from, to: to.as_ref(), roles, starts: *starts, ends: *ends, reason };
            draft.delegate(&wanted)
        }
        HouseCommand::EndDelegation { number } => draft.end_delegation(*number),
        HouseCommand::LoadPolicy { policy: new, text } => draft.load_policy(new, text),

        // … and what nobody can type.
        _ if ask.by.person().is_some() => Err(Refusal::Missing("that is the bot's own business.".to_owned())),
        HouseCommand::Start { version, clock, was_down } => Ok(draft.start(version, clock, *was_down)),
        HouseCommand::Stop => Ok(draft.record(HouseEvent::Stopped)),
        HouseCommand::Wake => Ok(draft.wake()),
        HouseCommand::Watch { oldest_wake_late, oldest_notice_late } => {
            Ok(draft.watch(*oldest_wake_late, *oldest_notice_late))
        }
        HouseCommand::Links { cut_off } => Ok(draft.links(cut_off)),
        HouseCommand::Roster { platform, groups, gone } => Ok(draft.roster(platform, groups, gone)),
        HouseCommand::GiveUp { outbox, why, to_operators } => Ok(draft.give_up(*outbox, why, *to_operators)),
        HouseCommand::ClockWentBack { by } => {
            Ok(draft.alarm(HouseEvent::ClockWentBack { by: *by }, Telling::ClockWentBack { by: *by }))
        }
        HouseCommand::NoteSlowPath { path, workflow, severity, because } => Ok(draft.note_slow_path(OpenIncident {
            workflow: workflow.clone(),
            title: format!("Approvals on path {path} are slow"),
            severity: *severity,
            technical: None,
            class: Some(ClassId::from("control.latency_breach")),
            nature: Nature::default(),
            impact: Impact::Known,
            restricted: false,
            occurred: None,
            detected: None,
            aware: None,
            because: Some(because.clone()),
            slow_path: Some(path.clone()),
        })),
        HouseCommand::Recover { lost_from, signed_size, policy, head } => {
            let lost = signed_size.saturating_sub(*lost_from);
            let told = format!(
                "The database was restored from a backup. {lost} ledger entries that were signed, from no. {lost_from} on, are \
                 gone; the loss was accepted and is recorded. What was decided in them must be asked again."
            );
            let event = HouseEvent::Recovered {
                lost_from: *lost_from,
                signed_size: *signed_size,
                policy: policy.clone(),
                head: head.clone(),
            };
            Ok(draft.alarm(event, Telling::Told { text: told }))
        }
    }
}

/// A [`HouseCommand::Delegate`] in parts.
struct Wanted<'a> {
    from: &'a PersonId,
    to: Option<&'a PersonId>,
    roles: &'a [RoleId],
    starts: Option<At>,
    ends: At,
    reason: &'a str,
}

/// A ruling being written; folds as it goes, as [`super::Draft`] does for a case.
struct HouseDraft<'a> {
    house: House,
    ask: &'a HouseAsk,
    policy: &'a Policy,
    ruling: HouseRuling,
}

impl HouseDraft<'_> {
    fn push(&mut self, event: HouseEvent) {
        self.house.apply(&event, self.ask.at);
        self.ruling.events.push(event);
    }

    fn tell(&mut self, to: To, telling: Telling, not_before: Option<At>) {
        self.ruling.notices.push(Notice { to, telling, while_owed: Vec::new(), not_before });
    }

    /// By direct message, once the person's quiet hours are over.
    fn tell_person(&mut self, person: &PersonId, telling: Telling) {
        let known = self.policy.people.get(person);
        let not_before = known.and_then(|it| it.quiet.as_ref().and_then(|quiet| quiet.ends(it.zone, self.ask.at)));
        self.tell(To::Person(person.clone()), telling, not_before);
    }

    fn record(mut self, event: HouseEvent) -> HouseRuling {
        self.push(event);
        self.ruling
    }

    /// Recorded, and told to the operators.
    fn alarm(mut self, event: HouseEvent, telling: Telling) -> HouseRuling {
        self.push(event);
        self.tell(To::Operators, telling, None);
        self.ruling
    }

    fn reply(mut self, text: String) -> HouseRuling {
        self.ruling.reply = Some(Telling::Told { text });
        self.ruling
    }

    fn people(&self) -> People<'_> {
        self.house.people(self.policy, self.ask.at)
    }

    fn name(&self, person: &PersonId) -> String {
        self.policy.name_of(person)
    }

    fn require(&self, what: &str, roles: &[RoleId]) -> Result<(), Refusal> {
        if self.people().allow(roles, &self.ask.by) {
            return Ok(());
        }
        let who: Vec<String> = self.people().seats(roles, &[]).iter().map(|seat| self.name(&seat.person)).collect();
        let people = if who.is_empty() { "nobody".to_owned() } else { list(who.iter()) };
        Err(Refusal::NotYours { what: what.to_owned(), roles: list(roles.iter()), people })
    }

    fn start(mut self, version: &str, clock: &str, was_down: Option<Span>) -> HouseRuling {
        let was_down = was_down.filter(|&span| span > NOTICEABLE);
        self.push(HouseEvent::Started { version: version.to_owned(), clock: clock.to_owned(), was_down });
        if let Some(was_down) = was_down {
            self.tell(To::Operators, Telling::WasDown { was_down }, None);
        }
        self.ruling
    }

    /// Recorded where it changed. Duties move to who holds them now, and the operators hear whose account went.
    fn roster(
        mut self,
        platform: &Platform,
        groups: &BTreeMap<String, Vec<PersonId>>,
        gone: &[PersonId],
    ) -> HouseRuling {
        let before = self.house.rosters.get(platform).cloned().unwrap_or_default();
        if &before.groups == groups && before.gone == gone {
            return self.ruling;
        }
        self.push(HouseEvent::Roster { platform: platform.clone(), groups: groups.clone(), gone: gone.to_vec() });
        let held = self.house.held(self.policy);
        let changed: Vec<RoleId> = held
            .roles
            .iter()
            .filter(|(_, role)| {
                role.groups.iter().any(|group| {
                    let of = |groups: &BTreeMap<String, Vec<PersonId>>| groups.get(&group.id).cloned();
                    &group.platform == platform && of(&before.groups) != of(groups)
                })
            })
            .map(|(id, _)| id.clone())
            .collect();
        for role in changed.iter().filter(|role| held.roles[*role].members.is_empty()) {
            let text = format!(
                "Nobody holds {role} any more: its groups on {platform} are empty. What it owes reaches nobody."
            );
            self.tell(To::Operators, Telling::Told { text }, None);
        }
        if !changed.is_empty() {
            self.ruling.then.push(Then::Rehold { roles: changed, people: Vec::new() });
        }
        for person in gone.iter().filter(|person| !before.gone.contains(person)) {
            let roles: Vec<&RoleId> =
                held.roles.iter().filter(|(_, it)| it.members.contains(person)).map(|(id, _)| id).collect();
            let holds = if roles.is_empty() { "no role".to_owned() } else { list(roles.iter()) };
            let name = self.name(person);
            let text = format!(
                "{name}'s account on {platform} is gone: deactivated, or they left. They hold {holds} by the policy; give it to somebody else there."
            );
            self.tell(To::Operators, Telling::Told { text }, None);
        }
        self.ruling
    }

    /// The old policy says who may bring in the new one.
    fn load_policy(mut self, new: &Policy, text: &str) -> Result<HouseRuling, Refusal> {
        if self.house.policy.as_ref() == Some(&new.digest) {
            return Ok(self.reply("That policy is in force already; nothing changed.".to_owned()));
        }
        self.require("reloading the policy", &self.policy.may.reload_policy)?;
        let first = self.house.policy.is_none();
        let (digest, by) = (new.digest.clone(), self.ask.by.person().cloned());
        let schedules = new.digests.iter().map(|it| (it.name.clone(), it.rhythm())).collect();
        self.push(HouseEvent::PolicyLoaded {
            digest: digest.clone(),
            by: by.clone(),
            text: text.to_owned(),
            schedules,
        });
        if !first {
            self.rehold_for(new);
        }
        self.tell(To::Operators, Telling::PolicyLoaded { digest: digest.to_string(), by }, None);
        Ok(self.reply(format!(
            "Policy “{}” is in force. Deadlines that were announced stay as they are; new cases run on it.",
            new.name
        )))
    }

    /// Members changed, or people came and went: whoever holds something may be somebody else now.
    fn rehold_for(&mut self, new: &Policy) {
        let old = self.policy;
        let changed = |role: &RoleId| {
            let members = |policy: &Policy| policy.roles.get(role).map(|it| it.members.clone());
            members(old) != members(new)
        };
        let mut roles: BTreeSet<RoleId> =
            old.roles.keys().chain(new.roles.keys()).filter(|it| changed(it)).cloned().collect();
        let mut people: BTreeSet<PersonId> =
            old.people.keys().filter(|it| !new.people.contains_key(*it)).cloned().collect();
        people.extend(new.people.keys().filter(|it| !old.people.contains_key(*it)).cloned());
        // A deputy who came or went moves the seats of those they stand in for.
        for delegation in
            self.house.delegations.iter().filter(|it| it.to.as_ref().is_some_and(|to| people.contains(to)))
        {
            if let Then::Rehold { roles: moved, .. } = self.house.moved_by(delegation, new) {
                roles.extend(moved);
            }
        }
        let givers = self.house.delegations.iter().filter(|it| it.to.as_ref().is_some_and(|to| people.contains(to)));
        let givers: Vec<PersonId> = givers.map(|it| it.from.clone()).collect();
        people.extend(givers);
        if !roles.is_empty() || !people.is_empty() {
            let (roles, people) = (roles.into_iter().collect(), people.into_iter().collect());
            self.ruling.then.push(Then::Rehold { roles, people });
        }
    }

    fn delegate(mut self, wanted: &Wanted<'_>) -> Result<HouseRuling, Refusal> {
        let (at, from) = (self.ask.at, wanted.from);
        let by = self.ask.by.person().cloned();
        if by.as_ref().is_some_and(|by| !self.policy.people.contains_key(by)) {
            return Err(Refusal::Stranger);
        }
        for person in [Some(from), wanted.to].into_iter().flatten() {
            if !self.policy.people.contains_key(person) {
                let hint = did_you_mean(person.as_str(), self.policy.people.keys().map(|it| it.as_str()));
                return Err(Refusal::Missing(format!("I don't know “{person}” in this policy.{hint}")));
            }
        }
        if wanted.to == Some(from) {
            return Err(Refusal::OwnDeputy(from.clone()));
        }
        if by.as_ref() != Some(from) {
            self.require("setting a delegation for somebody else", &self.policy.may.delegate_for_others)?;
            // Else a right to arrange absences would be a right to everybody's seat.
            if by.is_some() && by.as_ref() == wanted.to {
                return Err(Refusal::Missing(format!(
                    "you can't hand {}'s duties to yourself. {} can, or a third person who may set delegations.",
                    self.name(from),
                    self.name(from)
                )));
            }
        }
        let reason = text("the reason", wanted.reason)?;
        let held: Vec<&RoleId> = self.people().roles_of(from).collect();
        if let Some(role) = wanted.roles.iter().find(|role| !held.contains(role)) {
            return Err(match by.as_ref() == Some(from) {
                true => Refusal::NotHeld(role.clone()),
                false => {
                    Refusal::Missing(format!("{} doesn't hold {role}, so it can't be handed on.", self.name(from)))
                }
            });
        }
        let starts = wanted.starts.unwrap_or(at);
        if starts < at - JUST_NOW {
            return Err(Refusal::NotAfter("the start", "now"));
        }
        let starts = starts.max(at);
        if wanted.ends <= at {
            return Err(Refusal::NotAfter("the end", "now"));
        }
        if wanted.ends <= starts {
            return Err(Refusal::NotAfter("the end", "the start"));
        }
        let delegation = Delegation {
            number: self.house.last_delegation + 1,
            from: from.clone(),
            to: wanted.to.cloned(),
            roles: wanted.roles.to_vec(),
            starts,
            ends: wanted.ends,
            reason,
            // The operator's and the engine's are kept under the giver's name: the ledger's envelope says who asked.
            by: by.clone().unwrap_or_else(|| from.clone()),
        };
        let share = |it: &Delegation| {
            it.roles.is_empty() || wanted.roles.is_empty() || it.roles.iter().any(|role| wanted.roles.contains(role))
        };
        let twice =
            self.house.delegations.iter().find(|it| &it.from == from && it.overlaps(starts, wanted.ends) && share(it));
        if let Some(twice) = twice {
            return Err(Refusal::DelegatedAlready { from: from.clone(), number: twice.number });
        }
        if let Some(circle) = self.people().circle(&delegation) {
            let names: Vec<String> = circle.iter().map(|it| self.name(it)).collect();
            return Err(Refusal::Circle(names.join(" → ")));
        }

        let counts_once = self.counts_once(&delegation);
        self.push(HouseEvent::Delegated(delegation.clone()));
        for person in [Some(from), wanted.to].into_iter().flatten().filter(|it| by.as_ref() != Some(*it)) {
            self.tell_person(person, told(&delegation));
        }
        if starts <= at {
            self.push(HouseEvent::DelegationBegan { number: delegation.number });
            let moved = self.house.moved_by(&delegation, self.policy);
            self.ruling.then.push(moved);
        }
        let what = match wanted.roles {
            [] => "everything they hold".to_owned(),
            roles => list(roles.iter()),
        };
        let who = match wanted.to {
            Some(to) => format!("{} stands in for {}, {what}", self.name(to), self.name(from)),
            None => format!("{} is away, {what}; the other holders remain", self.name(from)),
        };
        let end = format!("End it with `/approval undelegate {}`.", delegation.number);
        Ok(self.reply(format!("Delegation no. {}: {who}. {end}{counts_once}", delegation.number)))
    }

    /// What to know where the deputy sits in a role already that several must answer for.
    fn counts_once(&self, delegation: &Delegation) -> String {
        let Some(to) = &delegation.to else { return String::new() };
        let people = self.people();
        let handed: Vec<&RoleId> = people.roles_of(&delegation.from).filter(|it| delegation.covers(Some(it))).collect();
        let stages = self.policy.paths.values().flat_map(|path| &path.stages).filter(|stage| stage.quorum > 1);
        let shared: BTreeSet<&RoleId> = stages
            .filter(|stage| {
                let mut roles = vec![stage.role.clone()];
                roles.extend(stage.alternatives.iter().cloned());
                roles.iter().any(|role| handed.contains(&role)) && people.seat(to, &roles).is_some()
            })
            .map(|stage| &stage.role)
            .collect();
        match shared.is_empty() {
            true => String::new(),
            false => format!(
                " {} answers for {} already, where more than one person must: their answer counts once.",
                self.name(to),
                list(shared.into_iter())
            ),
        }
    }

    fn end_delegation(mut self, number: u32) -> Result<HouseRuling, Refusal> {
        let delegation = self.house.delegation(number).cloned().ok_or(Refusal::NoDelegation(number))?;
        let by = self.ask.by.person().cloned();
        let own = by.is_some() && (by.as_ref() == Some(&delegation.from) || by == delegation.to);
        if !own {
            self.require("ending somebody else's delegation", &self.policy.may.delegate_for_others)?;
        }
        self.end(&delegation, by);
        let giver = self.name(&delegation.from);
        Ok(self.reply(format!("Delegation no. {number} has ended; {giver} holds their own duties again.")))
    }

    fn end(&mut self, delegation: &Delegation, by: Option<PersonId>) {
        let moved = self.house.moved_by(delegation, self.policy);
        self.push(HouseEvent::DelegationEnded { number: delegation.number, by: by.clone() });
        self.ruling.then.push(moved);
        let Delegation { number, from, to, .. } = delegation.clone();
        for person in [Some(&delegation.from), delegation.to.as_ref()].into_iter().flatten() {
            if by.as_ref() != Some(person) {
                self.tell_person(person, Telling::DelegationEnded { number, from: from.clone(), to: to.clone() });
            }
        }
    }

    fn wake(mut self) -> HouseRuling {
        let now = self.ask.at;
        for delegation in self.house.delegations.clone() {
            // One that began and ended while the bot was down has ended: that is the one true thing to say.
            if delegation.ends <= now {
                self.end(&delegation, None);
            } else if delegation.starts <= now && !self.house.begun.contains(&delegation.number) {
                self.push(HouseEvent::DelegationBegan { number: delegation.number });
                let moved = self.house.moved_by(&delegation, self.policy);
                self.ruling.then.push(moved);
                for person in [Some(&delegation.from), delegation.to.as_ref()].into_iter().flatten() {
                    self.tell_person(person, told(&delegation));
                }
            }
        }
        let policy = self.policy;
        for schedule in &policy.digests {
            let Some(known) = self.house.schedules.get(&schedule.name) else {
                continue;
            };
            let Ok(cron) = Schedule::from_str(&schedule.cron) else {
                continue;
            };
            let Some(to) = newest_fall(&cron, schedule, known.seen, now) else {
                continue;
            };
            let from = known.fell.unwrap_or(to - FIRST_DIGEST);
            let name = schedule.name.clone();
            self.push(HouseEvent::DigestFell { schedule: name.clone(), from, to });
            self.tell(To::Channel(schedule.channel.clone()), Telling::Digest { schedule: name, from, to }, None);
        }
        self.ruling
    }

    /// Told once when it falls behind and once when it has caught up.
    fn watch(self, oldest_wake_late: Option<Span>, oldest_notice_late: Option<Span>) -> HouseRuling {
        let noticeable = |late: Option<Span>| late.is_some_and(|span| span > NOTICEABLE);
        let late = noticeable(oldest_wake_late) || noticeable(oldest_notice_late);
        match (self.house.behind, late) {
            (false, true) => self.alarm(
                HouseEvent::FellBehind { oldest_wake_late, oldest_notice_late },
                Telling::FellBehind { oldest_wake_late, oldest_notice_late },
            ),
            (true, false) => self.alarm(HouseEvent::CaughtUp, Telling::CaughtUp),
            (true, true) | (false, false) => self.ruling,
        }
    }

    /// Recorded and told once when a platform falls silent, and once when it speaks again.
    fn links(mut self, cut_off: &BTreeMap<Platform, String>) -> HouseRuling {
        let before = self.house.cut_off.clone();
        for (platform, why) in cut_off.iter().filter(|(platform, _)| !before.contains(*platform)) {
            self.push(HouseEvent::CutOff { platform: platform.clone(), why: why.clone() });
            let text = format!("I am cut off from {platform}: {why}. Clocks run on; what I have to tell there waits.");
            self.tell(To::Operators, Telling::Told { text }, None);
        }
        for platform in before.into_iter().filter(|platform| !cut_off.contains_key(platform)) {
            let text = format!("I am connected to {platform} again.");
            self.push(HouseEvent::Reconnected { platform });
            self.tell(To::Operators, Telling::Told { text }, None);
        }
        self.ruling
    }

    fn give_up(self, outbox: OutboxId, why: &str, to_operators: bool) -> HouseRuling {
        let event = HouseEvent::GaveUp { outbox, why: why.to_owned() };
        match to_operators {
            // That very channel can't be reached; the ledger and the health page still say so.
            true => self.record(event),
            false => self.alarm(event, Telling::Undeliverable { outbox, why: why.to_owned() }),
        }
    }

    fn note_slow_path(mut self, incident: OpenIncident) -> HouseRuling {
        if !incident.slow_path.as_ref().is_some_and(|path| self.house.slow_paths.contains_key(path)) {
            self.ruling.then.push(Then::Open(Command::OpenIncident(incident)));
        }
        self.ruling
    }
}

fn told(delegation: &Delegation) -> Telling {
    let Delegation { number, from, to, roles, starts, ends, reason, .. } = delegation.clone();
    Telling::Delegated { number, from, to, roles, starts, ends, reason }
}

#[cfg(test)]
mod tests;
