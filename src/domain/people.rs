//! Who holds a role at a moment: members of the policy and whoever is on shift in its rota, less those who are away, plus those
//! who stand in for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::bot::handed::HandedSeat;
use super::bot::rotas::Rotas;
use super::obligation::{HandedOn, Holder, Receiver};
use super::policy::{Policy, Role};
use super::rota::{Acknowledged, Instead, Shifts};
use super::{Actor, At, PersonId, RoleId, RotaId, Span, WorkflowId};

/// What a shift changes is dealt with within this time.
const JUST_BEGUN: Span = Span::minutes(1);

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
    /// What people arranged about their shifts, and what they were told.
    pub rotas: &'a Rotas,
    pub handed: Handed<'a>,
    pub at: At,
}

/// What was handed over to others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Handed<'a> {
    /// Seats of roles, until the policy file names who has them.
    pub seats: &'a [HandedSeat],
    /// The workflow that is asked about; `None`: none in particular.
    pub workflow: Option<&'a WorkflowId>,
    /// What went with one obligation.
    pub of_duty: &'a [HandedOn],
}

impl Handed<'_> {
    pub const NONE: Handed<'static> = Handed { seats: &[], workflow: None, of_duty: &[] };
}

impl<'a> People<'a> {
    /// Those of a workflow's cases.
    #[must_use]
    pub fn on(&self, workflow: &'a WorkflowId) -> People<'a> {
        People { handed: Handed { workflow: Some(workflow), ..self.handed }, ..*self }
    }

    /// Those of no workflow in particular.
    #[must_use]
    pub fn anywhere(&self) -> People<'a> {
        People { handed: Handed { workflow: None, ..self.handed }, ..*self }
    }

    /// Those of one obligation, with what was handed on of it.
    #[must_use]
    pub fn of_duty(&self, handed: &'a [HandedOn]) -> People<'a> {
        People { handed: Handed { of_duty: handed, ..self.handed }, ..*self }
    }

    /// In the place of `from`, or of all of them, whoever received what they had.
    fn hand(&self, members: &mut Vec<&'a PersonId>, from: Option<&PersonId>, to: &'a Receiver) {
        let place = match from {
            Some(from) => members.iter().position(|member| *member == from),
            None => (!members.is_empty()).then_some(0),
        };
        let Some(place) = place else { return };
        let receivers: Vec<&'a PersonId> = match to {
            Receiver::Person(person) => vec![person],
            Receiver::Role(role) => self.written(role),
        };
        match from {
            Some(_) => {
                members.remove(place);
            }
            None => members.clear(),
        }
        for person in receivers.into_iter().rev() {
            if !members.contains(&person) {
                members.insert(place.min(members.len()), person);
            }
        }
    }

    /// Its members as the policy names them, and whoever is on shift.
    fn written(&self, role: &RoleId) -> Vec<&'a PersonId> {
        let Some(role) = self.policy.roles.get(role) else { return Vec::new() };
        let mut members: Vec<&PersonId> = role.members.iter().collect();
        let on = role.rota.as_ref().and_then(|rota| self.shifts(rota)).and_then(|shifts| shifts.on(self.at));
        members.extend(on.filter(|person| !role.members.contains(person)));
        members
    }

    /// A rota with what people arranged among themselves.
    pub fn shifts(&self, rota: &'a RotaId) -> Option<Shifts<'a>> {
        Some(Shifts { id: rota, rota: self.policy.rotas.get(rota)?, instead: &self.rotas.instead })
    }

    /// Whose role it is now: its members in the order of the policy, in the place of each whoever their seat was handed to, and
    /// whoever is on shift. Nobody of them may be there.
    pub fn members(&self, role: &RoleId) -> Vec<&'a PersonId> {
        let mut members = self.written(role);
        let Handed { seats, workflow, of_duty } = self.handed;
        for seat in seats.iter().filter(|seat| seat.role == *role && seat.counts_on(workflow)) {
            self.hand(&mut members, seat.from.as_ref(), &seat.to);
        }
        for handed in of_duty {
            self.hand(&mut members, handed.from.as_ref(), &handed.to);
        }
        members
    }

    /// Whether somebody holds this because their shift has just begun.
    pub fn begins_a_shift(&self, holder: &Holder, person: &PersonId) -> bool {
        let Holder::Roles(roles) = holder else { return false };
        let rotas = roles.iter().filter_map(|role| self.policy.roles.get(role)?.rota.as_ref());
        let told = rotas.filter_map(|rota| self.rotas.told.get(rota));
        told.into_iter().any(|told| told.on.as_ref() == Some(person) && self.at - told.since <= JUST_BEGUN)
    }

    /// The rotas by which somebody holds this whose acknowledgements come back at the end of a shift.
    fn returning(&self, holder: &Holder) -> Vec<Shifts<'a>> {
        let Holder::Roles(roles) = holder else { return Vec::new() };
        let rotas = roles.iter().filter_map(|role| self.policy.roles.get(role)?.rota.as_ref());
        let shifts = rotas.filter_map(|rota| self.shifts(rota));
        shifts.filter(|shifts| shifts.rota.acknowledged == Acknowledged::Returns).collect()
    }

    /// When what somebody who is on shift acknowledges now comes back.
    pub fn returns_at(&self, holder: &Holder, person: &PersonId) -> Option<At> {
        let theirs = |shifts: &Shifts<'a>| shifts.on(self.at) == Some(person);
        self.returning(holder).into_iter().find(theirs)?.next_change(self.at)
    }

    /// Whether what somebody acknowledged in their shift has come back since.
    pub fn returned(&self, holder: &Holder, person: &PersonId, acknowledged: At) -> bool {
        let over = |shifts: Shifts<'a>| shifts.on(acknowledged) == Some(person) && shifts.on(self.at) != Some(person);
        self.returning(holder).into_iter().any(over)
    }

    /// Of roles whose rotas have nobody on now: who will be on next in each.
    fn next_on(&self, roles: &[RoleId]) -> Vec<Seat> {
        let mut next: Vec<Seat> = Vec::new();
        for rota in roles.iter().filter_map(|role| self.policy.roles.get(role)?.rota.as_ref()) {
            let person = self.shifts(rota).and_then(|shifts| shifts.on_or_next(self.at));
            if let Some(person) = person.filter(|person| next.iter().all(|known| known.person != **person)) {
                next.push(Seat { person: person.clone(), stands_in_for: None });
            }
        }
        next
    }

    /// Whether a right that the policy gives to `roles` is the asker's: a member's, who has handed on duties while away and
    /// not rights, or a deputy's. An empty list is everybody the policy knows.
    pub fn allow(&self, roles: &[RoleId], asker: &Actor) -> bool {
        match asker {
            Actor::Engine | Actor::Operator => true,
            Actor::Person(person) if roles.is_empty() => self.policy.people.contains_key(person),
            Actor::Person(person) => {
                let member = |role: &RoleId| self.members(role).contains(&person);
                roles.iter().any(member) || self.seat(person, roles).is_some()
            }
        }
    }

    /// Who sits in the roles now, each person once, in the order of the policy. People in `excluded` may not answer
    /// (separation of duties), and nobody may in their seat; where a deputy is excluded, the giver keeps the seat.
    pub fn seats(&self, roles: &[RoleId], excluded: &[PersonId]) -> Vec<Seat> {
        let mut seats: Vec<Seat> = Vec::new();
        for role in roles {
            for member in self.members(role).into_iter().filter(|member| !excluded.contains(member)) {
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

    /// Who must answer for what `holder` owes. If everybody is away, the absent are asked all the same, and while nobody is on
    /// shift whoever is on next: a duty is never owed by nobody.
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
                let absent = People { delegations: &[], ..*self }.seats(roles, excluded);
                if !absent.is_empty() {
                    return absent;
                }
                let mut next = self.next_on(roles);
                next.retain(|seat| !excluded.contains(&seat.person));
                next
            }
        }
    }

    /// The delegations and absences, by number, that bear now on who holds something: those of its holders, of their deputies,
    /// and so on. Sealed with what was ruled by them, so that they can be shown with it.
    pub fn delegations_of(&self, holder: &Holder) -> Vec<u32> {
        let mut givers: Vec<(&PersonId, Option<&RoleId>)> = match holder {
            Holder::Person(person) => vec![(person, None)],
            Holder::Roles(roles) => {
                let members = |role| self.members(role).into_iter();
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

    /// Whether somebody answers for this member now, in each of these roles: they themselves, or who stands in for them.
    pub fn answers_for(&self, member: &PersonId, roles: &[RoleId]) -> bool {
        let kept = |role: Option<&RoleId>| self.seat_of(member, role, &[]).is_some();
        match roles {
            [] => kept(None),
            roles => roles.iter().all(|role| kept(Some(role))),
        }
    }

    /// Every role that the person holds at one time or another: as a member by the policy, by taking turns in its rota, or because
    /// somebody arranged that they are on shift.
    pub fn roles_of(&self, person: &PersonId) -> impl Iterator<Item = &'a RoleId> {
        let (rotas, policy, handed_seats, person) = (self.rotas, self.policy, self.handed.seats, person.clone());
        let holds = move |(id, role): &(&RoleId, &Role)| {
            let arranged = |it: &Instead| it.person == person && Some(&it.rota) == role.rota.as_ref();
            let handed = |seat: &HandedSeat| seat.role == **id && seat.to == Receiver::Person(person.clone());
            policy.may_hold(id).contains(&&person)
                || rotas.instead.iter().any(arranged)
                || handed_seats.iter().any(handed)
        };
        policy.roles.iter().filter(holds).map(|(id, _)| id)
    }
}
