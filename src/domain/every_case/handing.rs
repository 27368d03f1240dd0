//! What somebody holds on a case goes to somebody else, by a handoff: seats, and answers that are owed. Clocks go on as they ran.

use super::{Event, LateAnswer, Telling};
use crate::domain::obligation::{About, Change, Holder, Obligation, Receiver, State};
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{At, Case, CaseId, Duty, Label, People, PersonId, RoleId, Ruling, Span};

/// What is handed over of a case, from whom and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOver {
    pub handoff: CaseId,
    /// `None`: whoever holds these roles.
    pub from: Option<PersonId>,
    pub to: Receiver,
    pub what: Handing,
}

/// Which of what somebody holds on a case is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handing {
    /// Its seats, and what they owe in person.
    pub in_person: bool,
    /// What they owe in roles.
    pub in_roles: InRoles,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InRoles {
    #[default]
    None,
    /// In whichever they hold, which they keep for everything else.
    Any,
    /// As [`InRoles::Any`], but for what the receiver holds as well: whoever takes something over in an emergency keeps nobody from
    /// answering what both can.
    NotTheReceivers,
    /// In these, which go to the receiver as such.
    Seats(Vec<RoleId>),
}

/// What that comes to on one case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub seats: Vec<Label>,
    /// The obligations that go to the receiver, by number.
    pub duties: Vec<u32>,
    /// Those that the receiver may not answer: separation of duties, or a decision of roles that they aren't in. They stay.
    pub kept: Vec<u32>,
}

impl Moves {
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty() && self.duties.is_empty() && self.kept.is_empty()
    }

    /// The obligations that go along.
    pub fn of<'c>(&'c self, case: &'c Case) -> impl Iterator<Item = &'c Obligation> {
        self.duties.iter().filter_map(|number| case.obligation(*number))
    }
}

/// What of a case would go to the receiver now.
pub fn moves(case: &Case, from: Option<&PersonId>, to: &Receiver, what: &Handing, people: &People<'_>) -> Moves {
    let mut moves = Moves::default();
    // Nobody sits in what is over.
    if what.in_person && !case.is_closed() {
        moves.seats = from.map(|from| case.seats_of(from)).unwrap_or_default();
    }
    // That a seat is to be handed over ends with it; and what somebody is offered is theirs alone to accept or decline.
    let stays = [Duty::HandOverLead, Duty::AcceptHandoff];
    for owed in case.open_obligations().filter(|it| !stays.contains(&it.duty)) {
        let excluded = case.excluded(owed);
        let is_out = |from: &PersonId| owed.answers.contains(from) || excluded.contains(from);
        if !holds(case, owed, from, what, people) || from.is_some_and(is_out) {
            continue;
        }
        let (is_excluded, has_it) = match to {
            Receiver::Person(to) => (excluded.contains(to), is_theirs_as_well(case, owed, to, what, people)),
            Receiver::Role(_) => (false, false),
        };
        if is_excluded || !may_be_theirs(case, owed, to, what, people) {
            moves.kept.push(owed.number);
        } else if !has_it {
            moves.duties.push(owed.number);
        }
    }
    moves
}

/// Whether it is somebody's, as far as that is handed over.
fn holds(case: &Case, owed: &Obligation, from: Option<&PersonId>, what: &Handing, people: &People<'_>) -> bool {
    let people = case.people_of(owed, people);
    let is_member = |role: &RoleId| from.is_none_or(|from| people.members(role).contains(&from));
    match &owed.holder {
        Holder::Person(person) => what.in_person && from == Some(person),
        Holder::Roles(roles) => match &what.in_roles {
            InRoles::None => false,
            InRoles::Any | InRoles::NotTheReceivers => roles.iter().any(is_member),
            InRoles::Seats(seats) => roles.iter().any(|role| seats.contains(role) && is_member(role)),
        },
    }
}

/// Whether the receiver may answer it, once it is theirs: what the policy keeps to its roles goes to their people alone, or with a seat
/// in them.
fn may_be_theirs(case: &Case, owed: &Obligation, to: &Receiver, what: &Handing, people: &People<'_>) -> bool {
    let (Holder::Roles(roles), true) = (&owed.holder, owed.duty.is_kept_to_its_roles()) else { return true };
    match (&what.in_roles, to) {
        (InRoles::Seats(_), _) => true,
        (InRoles::None | InRoles::Any | InRoles::NotTheReceivers, Receiver::Role(role)) => roles.contains(role),
        (InRoles::None | InRoles::Any | InRoles::NotTheReceivers, Receiver::Person(person)) => {
            let people = people.on(&case.workflow);
            roles.iter().any(|role| people.members(role).contains(&person))
        }
    }
}

fn is_theirs_as_well(case: &Case, owed: &Obligation, to: &PersonId, what: &Handing, people: &People<'_>) -> bool {
    what.in_roles == InRoles::NotTheReceivers
        && matches!(owed.holder, Holder::Roles(_))
        && case.holders(owed, people).iter().any(|seat| seat.person == *to)
}

/// Hands it over. Everything of it becomes true at once.
pub(super) fn hand_over(scene: &Scene<'_>, wanted: &HandOver) -> Ruling {
    let HandOver { handoff, from, to, what } = wanted;
    let mut draft = scene.draft();
    let mut moves = moves(scene.case, from.as_ref(), to, what, &scene.world.people);
    // A seat is one person's.
    if let Receiver::Role(_) = to {
        moves.seats.clear();
    }
    if moves.is_empty() {
        return draft.ruling;
    }
    let (handoff, seats) = (*handoff, moves.seats.clone());
    if !seats.is_empty() || !moves.duties.is_empty() {
        draft.push(Event::HandedOver { handoff, from: from.clone(), to: to.clone(), seats: seats.clone() });
    }
    draft.meet(|it| it.duty == Duty::HandOverLead && seats.iter().any(|seat| it.is_about(seat.as_str())));
    let held_by = |number: u32, from: Option<&PersonId>, to: &Receiver| {
        let mut owed = scene.case.obligation(number)?.clone();
        owed.hand(from, to);
        Some(persons(scene.case.holders(&owed, &scene.world.people)))
    };
    for number in &moves.duties {
        let Some(held_by) = held_by(*number, from.as_ref(), to) else { continue };
        draft.change(*number, Change::HandedOver { handoff, from: from.clone(), to: to.clone(), held_by });
    }
    // Where only this case is handed over, the giver's own seat keeps it anyway.
    if let (InRoles::Seats(_), Some(giver), Receiver::Person(receiver)) = (&what.in_roles, from, to) {
        for number in &moves.kept {
            let in_a_role = |it: &Obligation| matches!(it.holder, Holder::Roles(_));
            if !scene.case.obligation(*number).is_some_and(in_a_role) {
                continue;
            }
            let keeps = Receiver::Person(giver.clone());
            let Some(held_by) = held_by(*number, Some(receiver), &keeps) else { continue };
            let (by, instead_of) = (giver.clone(), receiver.clone());
            draft.change(*number, Change::Kept { handoff, by, instead_of, held_by });
        }
    }
    if !seats.is_empty() || !moves.duties.is_empty() {
        let due = moves.of(scene.case).filter(|it| it.state() == State::Owed).map(|it| it.terms.due).min();
        let answers = u32::try_from(moves.duties.len()).unwrap_or(u32::MAX);
        let mut late: Vec<&Obligation> = moves.of(scene.case).filter(|it| it.is_late()).collect();
        late.sort_by_key(|it| it.terms.due);
        let late = late.into_iter().map(|it| LateAnswer { duty: it.duty, about: it.about.clone() }).collect();
        draft.tell_case(Telling::HandedOver { handoff, from: from.clone(), to: to.clone(), seats, answers, late, due });
    }
    draft.ruling
}

/// How long somebody has to hand over a seat that they have had for too long, where the policy has no target for it.
const RELIEVED_WITHIN: Span = Span::hours(1);

/// Whoever has sat in a seat for too long is to hand it over: they are asked, and so is everybody whom a late answer reaches.
pub(super) fn relieve(scene: &Scene<'_>, seat: &Label, person: &PersonId, since: At) -> Ruling {
    let mut draft = scene.draft();
    let sits = !scene.case.is_closed() && scene.case.seats_of(person).contains(seat);
    if !sits || scene.case.owed(Duty::HandOverLead).is_some() {
        return draft.ruling;
    }
    let (holder, about) = (Holder::Person(person.clone()), Some(About::Named(seat.clone())));
    let number = draft.owe_anyway(Duty::HandOverLead, scene.case.severity(), holder, about, RELIEVED_WITHIN);
    let telling = Telling::ToRelieve { seat: seat.clone(), person: person.clone(), since, due: draft.due_of(number) };
    draft.tell_case_and(std::slice::from_ref(person), telling, vec![number], false);
    draft.ruling
}
