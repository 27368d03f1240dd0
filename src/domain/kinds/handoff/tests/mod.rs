//! Handoffs as stories on a manual clock, over cases of other kinds: each rule with something that must not happen.

mod ideas;
mod illness;
mod moving;
mod properties;
mod seats;

use std::sync::LazyLock;

use super::*;
use crate::domain::bot::handed::HandedSeat;
use crate::domain::bot::rotas::Rotas;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::kinds::incident;
use crate::domain::people::{Handed as HandedOver, People};
use crate::domain::{
    Actor, BotCommand, CaseKind, Command as All, Duty, Notice, Opening as Opens, Policy, RoleId, Span, Telling as Told,
    Then, To,
};

/// Monday 2 March 2026, 09:00 UTC.
const NINE: At = At(1_772_442_000_000_000);
const HOUR: i64 = 60;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../../../../../tests/stories/bank.toml");
    Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("bank.toml")))
});

fn at(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

fn p(name: &str) -> PersonId {
    PersonId::from(name)
}

fn hof(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Handoff, number }
}

/// What the desk does with several cases: reads what a rule reaches, decides everything that follows in the same breath or none
/// of it, and keeps the seats that were handed over.
#[derive(Default)]
struct Room {
    cases: BTreeMap<CaseId, Case>,
    seats: Vec<HandedSeat>,
    events: Vec<(CaseId, crate::domain::Event, At)>,
    notices: Vec<Notice>,
    policy: Option<Policy>,
}

impl Room {
    fn policy(&self) -> &Policy {
        self.policy.as_ref().unwrap_or(&POLICY)
    }

    fn people(&self, at: At) -> People<'_> {
        let handed = HandedOver { seats: &self.seats, ..HandedOver::NONE };
        People { policy: self.policy(), delegations: &[], rotas: Rotas::NONE, handed, at }
    }

    fn reached(&self, reach: Reach, at: At) -> Vec<Case> {
        let reach = reach.resolved(&self.people(at));
        self.cases.values().filter(|case| reach.wants(case)).cloned().collect()
    }

    fn open(&mut self, minutes: i64, by: &str, opening: impl Into<Opens>) -> Result<CaseId, Refusal> {
        self.open_by(minutes, Actor::Person(p(by)), opening.into())
    }

    fn open_by(&mut self, minutes: i64, by: Actor, opening: Opens) -> Result<CaseId, Refusal> {
        let kind = opening.kind();
        let number = self.cases.keys().filter(|id| id.kind == kind).count() as u32 + 1;
        let id = CaseId { kind, number };
        let opening = match opening.reach() {
            Some(reach) => opening.reaching(self.reached(reach, at(minutes))),
            None => opening,
        };
        let ask = Ask { by, at: at(minutes) };
        let world = World {
            policy: self.policy(),
            stamped: self.policy(),
            people: self.people(ask.at),
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        };
        let ruling = crate::domain::open(id, &opening, &ask, &world)?;
        self.take(minutes, vec![(id, ruling)]);
        Ok(id)
    }

    /// The private reply, in words. Nothing changes where it is refused.
    fn ask(&mut self, minutes: i64, by: &str, id: CaseId, command: impl Into<All>) -> Result<String, Refusal> {
        self.ask_by(minutes, Actor::Person(p(by)), id, command.into())
    }

    fn ask_by(&mut self, minutes: i64, by: Actor, id: CaseId, command: All) -> Result<String, Refusal> {
        let reach = self.cases[&id].body.reach(&command);
        let command = match reach {
            Some(reach) => command.reaching(self.reached(reach, at(minutes))),
            None => command,
        };
        let mut rulings: Vec<(CaseId, Ruling)> = Vec::new();
        let mut queue = vec![(id, by, command)];
        let mut reply = String::new();
        while let Some((of, by, command)) = queue.pop() {
            let case = self.cases[&of].clone();
            let ask = Ask { by, at: at(minutes) };
            let people = self.people(ask.at).on(&case.workflow);
            let world = World {
                policy: self.policy(),
                stamped: self.policy(),
                people,
                releases: crate::domain::Releases::NONE,
                holds: crate::domain::Holds::NONE,
                retention: crate::domain::Retention::NONE,
            };
            let mut ruling = crate::domain::decide(&case, &command, &ask, &world)?;
            if let (true, Some(answer)) = (of == id, ruling.reply.take()) {
                reply = match answer.telling {
                    Told::Case(every_case::Telling::Done { what }) => what.to_string(),
                    other => panic!("{other:?}"),
                };
            }
            let (now, later): (Vec<Then>, Vec<Then>) =
                std::mem::take(&mut ruling.then).into_iter().partition(|it| matches!(it, Then::Case(..)));
            ruling.then = later;
            queue.extend(now.into_iter().filter_map(|then| match then {
                Then::Case(other, command) => Some((other, Actor::Engine, command)),
                Then::Open(_) | Then::Bot(_) | Then::WakeHolders { .. } => None,
            }));
            rulings.push((of, ruling));
        }
        self.take(minutes, rulings);
        Ok(reply)
    }

    fn take(&mut self, minutes: i64, rulings: Vec<(CaseId, Ruling)>) {
        let mut then = Vec::new();
        for (id, ruling) in rulings {
            for event in &ruling.events {
                match self.cases.get_mut(&id) {
                    Some(case) => case.apply(event, at(minutes)),
                    None => {
                        self.cases.insert(id, Case::begin(id, event, at(minutes)).unwrap());
                    }
                }
                self.events.push((id, event.clone(), at(minutes)));
            }
            self.notices.extend(ruling.notices);
            then.extend(ruling.then);
        }
        for it in then {
            match it {
                Then::Case(id, command) => {
                    self.ask_by(minutes, Actor::Engine, id, command).unwrap();
                }
                Then::Open(opening) => {
                    self.open_by(minutes, Actor::Engine, opening).unwrap();
                }
                Then::Bot(BotCommand::HandSeats { seats }) => self.seats.extend(seats),
                Then::Bot(_) => {}
                Then::WakeHolders { .. } => self.wake_all(minutes),
            }
        }
    }

    /// Everybody who holds something is looked at again.
    fn wake_all(&mut self, minutes: i64) {
        for id in self.cases.keys().copied().collect::<Vec<_>>() {
            self.ask_by(minutes, Actor::Engine, id, Any::Wake.into()).unwrap();
        }
    }

    fn case(&self, id: CaseId) -> &Case {
        &self.cases[&id]
    }

    fn handoff(&self, number: u32) -> &Handoff {
        let crate::domain::Body::Handoff(handoff) = &self.cases[&hof(number)].body else { panic!("no handoff") };
        handoff
    }

    /// Whose answer of a duty is waited for.
    fn waiting(&self, minutes: i64, id: CaseId, duty: Duty) -> Vec<String> {
        let case = self.case(id);
        let owed = case.owed(duty);
        owed.into_iter()
            .flat_map(|it| case.waiting_on(it, &self.people(at(minutes))))
            .map(|seat| seat.person.to_string())
            .collect()
    }

    /// Who was told something by direct message, by the template's name.
    fn told(&self, template: &str) -> Vec<String> {
        let fits = self.notices.iter().filter(|it| it.telling.template() == template);
        fits.filter_map(|it| match &it.to {
            To::Person(person) => Some(person.to_string()),
            To::Case | To::Channel(_) | To::Operators => None,
        })
        .collect()
    }

    fn times(&self, kind: &str) -> usize {
        self.events.iter().filter(|(_, event, _)| event.kind() == kind).count()
    }
}

/// An incident that this person leads.
fn led(room: &mut Room, minutes: i64, lead: &str) -> CaseId {
    let mut opening = Incidents::example(&"credit".into(), &POLICY);
    opening.severity = Severity::Sev2;
    opening.title = "Wrong limits".to_owned();
    let id = room.open(minutes, "maya", Opens::Incident(opening)).unwrap();
    let seat = incident::Command::TakeSeat { seat: incident::SeatName::Lead, person: Some(p(lead)) };
    room.ask(minutes, lead, id, All::Incident(seat)).unwrap();
    id
}

use incident::Incident as Incidents;

fn requested(room: &mut Room, minutes: i64, by: &str) -> CaseId {
    use crate::domain::kinds::approval::Approval;
    let mut opening = Approval::example(&"credit".into(), &POLICY);
    opening.title = "Ship it".to_owned();
    room.open(minutes, by, Opens::Approval(opening)).unwrap()
}

fn offer(scope: Scope, to: &str) -> Opens {
    Opens::Handoff(Opening {
        scope,
        giver: None,
        to: Some(Receiver::Person(p(to))),
        to_party: None,
        reason: None,
        takes: false,
        asked_by: None,
        cases: None,
    })
}

fn leaving(who: &str, to: &str) -> Opens {
    match offer(Scope::Leaving {}, to) {
        Opens::Handoff(opening) => Opens::Handoff(Opening { giver: Some(p(who)), ..opening }),
        other => other,
    }
}

fn role(role: &str, workflow: Option<&str>) -> Scope {
    Scope::Role { role: role.into(), workflow: workflow.map(Into::into) }
}

fn accept(first: CaseId) -> All {
    let next = Some(RoleId::from("command"));
    Command::Accept(Accepting { first: Some(first), next, ..Accepting::default() }).into()
}
