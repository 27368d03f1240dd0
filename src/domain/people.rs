//! Who holds a role at a moment: members of the policy, less those who are away, plus those who stand in for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::obligation::Holder;
use super::policy::Policy;
use super::{Actor, At, PersonId, RoleId};

/// Somebody stands in for somebody, from a moment to a moment. Without a deputy it is an absence: the other holders remain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delegation {
    /// Counts from 1.
    pub number: u32,
    pub from: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PersonId>,
    /// Empty: every role that `from` holds, and what they owe in person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleId>,
    pub starts: At,
    pub ends: At,
    pub reason: String,
    pub by: PersonId,
}

impl Delegation {
    pub fn holds_at(&self, at: At) -> bool {
        self.starts <= at && at < self.ends
    }
    pub fn covers(&self, role: Option<&RoleId>) -> bool {
        self.roles.is_empty() || role.is_some_and(|role| self.roles.contains(role))
    }
    /// Whether somebody who may not answer arranged who answers in another's stead. Such a delegation doesn't count there.
    fn was_set_by_one_of(&self, excluded: &[PersonId]) -> bool {
        self.by != self.from && excluded.contains(&self.by)
    }
    pub fn overlaps(&self, starts: At, ends: At) -> bool {
        self.starts < ends && starts < self.ends
    }
}

/// Somebody who may answer now, for themselves or in another's seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub person: PersonId,
    /// Whose seat it is, when it is kept for somebody.
    pub stands_in_for: Option<PersonId>,
}

/// The people of the policy at one moment.
#[derive(Clone, Copy)]
pub struct People<'a> {
    pub policy: &'a Policy,
    pub delegations: &'a [Delegation],
    pub at: At,
}

impl<'a> People<'a> {
    /// Whether a right that the policy gives to `roles` is the asker's: a member's, who has handed on duties while away and
    /// not rights, or a deputy's. An empty list is everybody the policy knows.
    pub fn allow(&self, roles: &[RoleId], asker: &Actor) -> bool {
        match asker {
            Actor::Engine | Actor::Operator => true,
            Actor::Person(person) if roles.is_empty() => self.policy.people.contains_key(person),
            Actor::Person(person) => {
                let member =
                    |role: &RoleId| self.policy.roles.get(role).is_some_and(|role| role.members.contains(person));
                roles.iter().any(member) || self.seat(person, roles).is_some()
            }
        }
    }

    /// Who sits in the roles now, each person once, in the order of the policy. People in `excluded` may not answer
    /// (separation of duties), and nobody may in their seat; where a deputy is excluded, the giver keeps the seat.
    pub fn seats(&self, roles: &[RoleId], excluded: &[PersonId]) -> Vec<Seat> {
        let mut seats: Vec<Seat> = Vec::new();
        for role in roles {
            let members = self.policy.roles.get(role).map_or(&[][..], |role| &role.members);
            for member in members.iter().filter(|member| !excluded.contains(member)) {
                let seat = self.seat_of(member, Some(role), excluded);
                if let Some(seat) = seat.filter(|seat| !excluded.contains(&seat.person)) {
                    match seats.iter_mut().find(|known| known.person == seat.person) {
                        // One's own seat counts before one that is kept for somebody.
                        Some(known) if seat.stands_in_for.is_none() => known.stands_in_for = None,
                        Some(_) => {}
                        None => seats.push(seat),
                    }
                }
            }
        }
        seats
    }

    /// Who must answer for what `holder` owes. If everybody is away, the absent are asked all the same: a duty is never
    /// owed by nobody.
    pub fn holders(&self, holder: &Holder, excluded: &[PersonId]) -> Vec<Seat> {
        match holder {
            Holder::Person(person) => {
                let own = || Seat { person: person.clone(), stands_in_for: None };
                vec![self.seat_of(person, None, excluded).unwrap_or_else(own)]
            }
            Holder::Roles(roles) => {
                let seats = self.seats(roles, excluded);
                if !seats.is_empty() {
                    return seats;
                }
                People { delegations: &[], ..*self }.seats(roles, excluded)
            }
        }
    }

    /// The delegations and absences, by number, that bear now on who holds something: those of its holders, of their deputies,
    /// and so on. Sealed with what was ruled by them, so that they can be shown with it.
    pub fn delegations_of(&self, holder: &Holder) -> Vec<u32> {
        let mut givers: Vec<(&PersonId, Option<&RoleId>)> = match holder {
            Holder::Person(person) => vec![(person, None)],
            Holder::Roles(roles) => {
                let members = |role| self.policy.roles.get(role).into_iter().flat_map(|it| &it.members);
                roles.iter().flat_map(|role| members(role).map(move |member| (member, Some(role)))).collect()
            }
        };
        // One that covers several of the roles may be followed by one that covers fewer.
        let mut followed = BTreeSet::new();
        while let Some((giver, role)) = givers.pop() {
            let away = |it: &&Delegation| &it.from == giver && it.holds_at(self.at) && it.covers(role);
            for it in self.delegations.iter().filter(away) {
                if followed.insert((it.number, role)) {
                    givers.extend(it.to.as_ref().map(|deputy| (deputy, role)));
                }
            }
        }
        let numbers: BTreeSet<u32> = followed.into_iter().map(|(number, _)| number).collect();
        numbers.into_iter().collect()
    }

    /// Who is called in by these roles: each role for itself as in [`People::holders`], so that no rung of a ladder reaches
    /// nobody.
    pub fn called(&self, roles: &[RoleId], excluded: &[PersonId]) -> Vec<Seat> {
        let mut called: Vec<Seat> = Vec::new();
        for role in roles {
            let holder = Holder::Roles(vec![role.clone()]);
            for seat in self.holders(&holder, excluded) {
                if called.iter().all(|known| known.person != seat.person) {
                    called.push(seat);
                }
            }
        }
        called
    }

    /// Whether the person sits in one of the roles now, and for whom.
    pub fn seat(&self, person: &PersonId, roles: &[RoleId]) -> Option<Seat> {
        self.seats(roles, &[]).into_iter().find(|seat| &seat.person == person)
    }

    /// `None`: away, and nobody stands in. Follows deputies of deputies; a circle (refused when it is set) ends at the giver.
    /// Whoever set an absence for somebody else never comes into that seat by it, however many deputies lie between: there the
    /// giver keeps it.
    fn seat_of(&self, member: &PersonId, role: Option<&RoleId>, excluded: &[PersonId]) -> Option<Seat> {
        let stands = |person: &PersonId| {
            let stands_in_for = (person != member).then(|| member.clone());
            Some(Seat { person: person.clone(), stands_in_for })
        };
        let mut person = member;
        // Who set an absence on the way for somebody else, and for whom.
        let mut set_for: Vec<(&PersonId, &PersonId)> = Vec::new();
        for _ in 0..=self.delegations.len() {
            let away = self.delegations.iter().find(|it| {
                &it.from == person && it.holds_at(self.at) && it.covers(role) && !it.was_set_by_one_of(excluded)
            });
            let Some(away) = away else { return stands(person) };
            let Some(deputy) = &away.to else { return None };
            if excluded.contains(deputy) || !self.policy.people.contains_key(deputy) {
                return stands(person);
            }
            if away.by != away.from {
                set_for.push((&away.by, &away.from));
            }
            if let Some((_, giver)) = set_for.iter().find(|(by, _)| *by == deputy) {
                return stands(giver);
            }
            person = deputy;
        }
        Some(Seat { person: member.clone(), stands_in_for: None })
    }

    /// The circle that `wanted` would close, from its giver round to its giver again: at one moment, for one role, everybody
    /// in it would point at the next.
    pub fn circle(&self, wanted: &Delegation) -> Option<Vec<PersonId>> {
        self.onward(wanted, vec![wanted.from.clone()], &|so_far, deputy| so_far.contains(deputy))
    }

    /// The way by which `wanted` would bring its giver's seat to this person, from the giver on.
    pub fn way_to(&self, person: &PersonId, wanted: &Delegation) -> Option<Vec<PersonId>> {
        self.onward(wanted, vec![wanted.from.clone()], &|_, deputy| deputy == person)
    }

    fn onward(
        &self,
        held: &Delegation,
        mut so_far: Vec<PersonId>,
        is_end: &dyn Fn(&[PersonId], &PersonId) -> bool,
    ) -> Option<Vec<PersonId>> {
        let deputy = held.to.as_ref()?;
        let (ends, round) = (is_end(&so_far, deputy), so_far.contains(deputy));
        so_far.push(deputy.clone());
        if ends {
            return Some(so_far);
        }
        if round {
            return None;
        }
        self.delegations.iter().filter(|it| &it.from == deputy).find_map(|next| {
            let (starts, ends) = (held.starts.max(next.starts), held.ends.min(next.ends));
            let roles = match (held.roles.as_slice(), next.roles.as_slice()) {
                ([], roles) | (roles, []) => roles.to_vec(),
                (held, next) => held.iter().filter(|role| next.contains(role)).cloned().collect(),
            };
            let apart = roles.is_empty() && !(held.roles.is_empty() && next.roles.is_empty());
            let narrowed = Delegation { starts, ends, roles, ..next.clone() };
            (starts < ends && !apart).then(|| self.onward(&narrowed, so_far.clone(), is_end)).flatten()
        })
    }

    /// Every role the person is a member of by the policy.
    pub fn roles_of(&self, person: &PersonId) -> impl Iterator<Item = &'a RoleId> {
        let person = person.clone();
        self.policy.roles.iter().filter(move |(_, role)| role.members.contains(&person)).map(|(name, _)| name)
    }
}
