//! Who stands in for whom, and from when to when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::rotas::Rotas;
use super::{Draft, Ruling, Telling};
use crate::domain::kinds::approval::Verb;
use crate::domain::line::{Named, say};
use crate::domain::people::{Delegation, Handed, People};
use crate::domain::ruling::Then;
use crate::domain::{At, CaseKind, PersonId, Policy, Refusal, RoleId, Span, text};

/// "From now" takes a moment to type and to arrive.
pub(super) const JUST_NOW: Span = Span::minutes(5);

/// Delegations that have not ended, those to come included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Delegations {
    pub all: Vec<Delegation>,
    /// Which of them people were told have begun.
    pub begun: BTreeSet<u32>,
    /// The highest number ever given to one.
    pub last: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "delegation.")]
pub enum Event {
    Set(Delegation),
    Began {
        number: u32,
    },
    /// `by: None`: its time was over.
    Ended {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
}

/// What is asked for with a delegation.
pub(super) struct Wanted<'a> {
    pub from: &'a PersonId,
    pub to: Option<&'a PersonId>,
    pub roles: &'a [RoleId],
    pub starts: Option<At>,
    pub ends: At,
    pub reason: &'a str,
}

impl Event {
    /// Which delegation it is of.
    pub fn number(&self) -> u32 {
        match self {
            Event::Set(delegation) => delegation.number,
            Event::Began { number } | Event::Ended { number, by: _ } => *number,
        }
    }
}

impl Delegations {
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Set(delegation) => {
                self.last = self.last.max(delegation.number);
                self.all.push(delegation.clone());
            }
            Event::Began { number } => {
                self.begun.insert(*number);
            }
            Event::Ended { number, by: _ } => {
                self.all.retain(|it| it.number != *number);
                self.begun.remove(number);
            }
        }
    }

    /// When one begins or ends next.
    pub(super) fn wake(&self) -> Option<At> {
        let starts = self.all.iter().filter(|it| !self.begun.contains(&it.number)).map(|it| it.starts);
        starts.chain(self.all.iter().map(|it| it.ends)).min()
    }

    pub fn get(&self, number: u32) -> Option<&Delegation> {
        self.all.iter().find(|it| it.number == number)
    }

    /// Roles and people whose seat moves when the delegation begins or ends, those included that were handed to its giver.
    pub(super) fn moved_by(&self, delegation: &Delegation, policy: &Policy, rotas: &Rotas) -> Then {
        let people = People { policy, delegations: &self.all, rotas, handed: Handed::NONE, at: delegation.starts };
        if !delegation.roles.is_empty() {
            return Then::WakeHolders { roles: delegation.roles.clone(), people: vec![delegation.from.clone()] };
        }
        let mut givers = vec![delegation.from.clone()];
        let mut next = 0;
        while let Some(giver) = givers.get(next).cloned() {
            for upstream in self.all.iter().filter(|it| it.to.as_ref() == Some(&giver)) {
                if !givers.contains(&upstream.from) {
                    givers.push(upstream.from.clone());
                }
            }
            next += 1;
        }
        let roles: BTreeSet<RoleId> = givers.iter().flat_map(|it| people.roles_of(it)).cloned().collect();
        Then::WakeHolders { roles: roles.into_iter().collect(), people: givers }
    }
}

impl Draft<'_> {
    pub(super) fn delegate(mut self, wanted: &Wanted<'_>) -> Result<Ruling, Refusal> {
        let (at, from) = (self.ask.at, wanted.from);
        let by = self.ask.by.person().cloned();
        if by.as_ref().is_some_and(|by| !self.policy.people.contains_key(by)) {
            return Err(Refusal::Stranger);
        }
        for person in [Some(from), wanted.to].into_iter().flatten() {
            if !self.policy.people.contains_key(person) {
                let hint = text::did_you_mean(person.as_str(), self.policy.people.keys().map(|it| it.as_str()));
                return Err(Refusal::missing(format!(
                    "I don't know {} in this policy.{hint}",
                    text::quoted(person.as_str())
                )));
            }
        }
        if wanted.to == Some(from) {
            return Err(Refusal::OwnDeputy(from.clone()));
        }
        if by.as_ref() != Some(from) {
            self.require("setting a delegation for somebody else", &self.policy.may.delegate_for_others)?;
        }
        let reason = text::text("the reason", wanted.reason)?;
        let held: Vec<&RoleId> = self.people().roles_of(from).collect();
        if let Some(role) = wanted.roles.iter().find(|role| !held.contains(role)) {
            return Err(match by.as_ref() == Some(from) {
                true => Refusal::NotHeld(role.clone()),
                false => {
                    Refusal::missing(format!("{} doesn't hold {role}, so it can't be handed on.", self.name(from)))
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
            number: self.bot.delegations.last + 1,
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
        let twice = self
            .bot
            .delegations
            .all
            .iter()
            .find(|it| &it.from == from && it.overlaps(starts, wanted.ends) && share(it));
        if let Some(twice) = twice {
            return Err(Refusal::DelegatedAlready { from: from.clone(), number: twice.number });
        }
        // Else a right to arrange absences would be a right to everybody's seat.
        let to_oneself = by.as_ref().filter(|by| *by != from).and_then(|by| self.people().way_to(by, &delegation));
        if let Some(way) = to_oneself {
            let giver = self.name(from);
            let through: Vec<String> = way[1..way.len() - 1].iter().map(|it| self.name(it)).collect();
            let through = match through.as_slice() {
                [] => String::new(),
                some => format!(" ({} would pass them on to you)", text::list(some.iter())),
            };
            return Err(Refusal::missing(format!(
                "ask {giver}, or a third person who may set delegations: you can't hand {giver}'s duties to yourself{through}.",
            )));
        }
        if let Some(circle) = self.people().circle(&delegation) {
            let names: Vec<String> = circle.iter().map(|it| self.name(it)).collect();
            return Err(Refusal::Circle(names.join(" → ")));
        }

        let counts_once = self.counts_once(&delegation);
        self.push(Event::Set(delegation.clone()));
        for person in [Some(from), wanted.to].into_iter().flatten().filter(|it| by.as_ref() != Some(*it)) {
            self.tell_person(person, told(&delegation));
        }
        if starts <= at {
            self.push(Event::Began { number: delegation.number });
            let moved = self.bot.delegations.moved_by(&delegation, self.policy, &self.bot.rotas);
            self.ruling.then.push(moved);
        }
        let what = match wanted.roles {
            [] => "everything they hold".to_owned(),
            roles => text::list(roles.iter()),
        };
        let who = match wanted.to {
            Some(to) => format!("{} stands in for {}, {what}", self.name(to), self.name(from)),
            None => {
                let of = if wanted.roles.is_empty() { String::new() } else { format!(" as far as {what} goes") };
                format!("{} is away{of}; the other holders remain", self.name(from))
            }
        };
        let number = delegation.number;
        let end = Verb::Undelegate.of(CaseKind::Approval).with(number);
        Ok(self.reply(say![format!("Delegation no. {number}: {who}. End it with "), end, ".", counts_once]))
    }

    /// What to know where the deputy sits in a role already that several must answer for.
    pub(super) fn counts_once(&self, delegation: &Delegation) -> String {
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
                text::list(shared.into_iter())
            ),
        }
    }

    pub(super) fn end_delegation(mut self, number: u32) -> Result<Ruling, Refusal> {
        let delegation = self.bot.delegations.get(number).cloned().ok_or(Refusal::NoDelegation(number))?;
        let by = self.ask.by.person().cloned();
        let own = by.is_some() && (by.as_ref() == Some(&delegation.from) || by == delegation.to);
        if !own {
            self.require("ending somebody else's delegation", &self.policy.may.delegate_for_others)?;
        }
        self.end(&delegation, by);
        let giver = self.name(&delegation.from);
        Ok(self.reply(format!("Delegation no. {number} has ended; {giver} holds their own duties again.")))
    }

    pub(super) fn end(&mut self, delegation: &Delegation, by: Option<PersonId>) {
        let moved = self.bot.delegations.moved_by(delegation, self.policy, &self.bot.rotas);
        self.push(Event::Ended { number: delegation.number, by: by.clone() });
        self.ruling.then.push(moved);
        let Delegation { number, from, to, .. } = delegation.clone();
        for person in [Some(&delegation.from), delegation.to.as_ref()].into_iter().flatten() {
            if by.as_ref() != Some(person) {
                self.tell_person(person, Telling::DelegationEnded { number, from: from.clone(), to: to.clone() });
            }
        }
    }

    /// The first delegation that begins or ends now. One that began and ended while the bot was down has ended: that is the
    /// one true thing to say. Whether there was one.
    pub(super) fn wake_delegation(&mut self) -> bool {
        let now = self.ask.at;
        let delegations = &self.bot.delegations;
        let is_due = |it: &&Delegation| it.ends <= now || it.starts <= now && !delegations.begun.contains(&it.number);
        let Some(delegation) = delegations.all.iter().find(is_due).cloned() else { return false };
        if delegation.ends <= now {
            self.end(&delegation, None);
            return true;
        }
        self.push(Event::Began { number: delegation.number });
        let moved = self.bot.delegations.moved_by(&delegation, self.policy, &self.bot.rotas);
        self.ruling.then.push(moved);
        for person in [Some(&delegation.from), delegation.to.as_ref()].into_iter().flatten() {
            self.tell_person(person, told(&delegation));
        }
        true
    }
}

fn told(delegation: &Delegation) -> Telling {
    let Delegation { number, from, to, roles, starts, ends, reason, .. } = delegation.clone();
    Telling::Delegated { number, from, to, roles, starts, ends, reason }
}
