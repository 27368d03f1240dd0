//! Exceptions as stories on a manual clock, under the policy of the stories: each rule with something that must not happen.

mod granting;
mod in_force;
mod properties;
mod review;

use std::sync::LazyLock;

use super::*;
use crate::domain::bot::rotas::Rotas;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::people::People;
use crate::domain::{Actor, CaseKind, Command as All, Notice, Policy, RoleId, Telling as Told, Then, To};

/// Monday 2 March 2026, 09:00 UTC.
const NINE: At = At(1_772_442_000_000_000);
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

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

fn exc(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Exception, number }
}

/// What the desk does: wakes first, decides, folds, and keeps what was recorded and said.
struct Room {
    case: Option<Case>,
    events: Vec<(crate::domain::Event, At)>,
    notices: Vec<Notice>,
    then: Vec<Then>,
}

impl Room {
    /// Raised by Maya at nine, of a class.
    fn raised(class: &str) -> Room {
        let mut room = Room { case: None, events: Vec::new(), notices: Vec::new(), then: Vec::new() };
        let opening = Opening {
            workflow: "credit".into(),
            class: class.into(),
            title: "The report comes late".to_owned(),
            reason: None,
            until: None,
            on: (class != "late-report").then_some(CaseId { kind: CaseKind::Incident, number: 1 }),
            from: None,
        };
        let ask = Ask { by: Actor::Person(p("maya")), at: at(0) };
        let opening = crate::domain::Opening::Exception(opening);
        let ruling = crate::domain::open(exc(1), &opening, &ask, &room.world(ask.at)).unwrap();
        room.take(&ruling, ask.at);
        room
    }

    /// Raised, triaged, and granted for two days, with its control shown.
    fn granted() -> Room {
        let mut room = Room::raised("late-report");
        room.ask(10, "dev", Command::Triage { class: None }).unwrap();
        room.ask(20, "arjun", Command::Grant(until(2 * DAY))).unwrap();
        room.ask(30, "dev", prove()).unwrap();
        room
    }

    fn world(&self, at: At) -> World<'_> {
        let people = People {
            policy: &POLICY,
            delegations: &[],
            rotas: Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at,
        };
        World {
            policy: &POLICY,
            stamped: &POLICY,
            people,
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        }
    }

    /// The private reply, in words.
    fn ask(&mut self, minutes: i64, by: &str, command: impl Into<All>) -> Result<String, Refusal> {
        self.wake(minutes);
        let ask = Ask { by: Actor::Person(p(by)), at: at(minutes) };
        let ruling = crate::domain::decide(self.case(), &command.into(), &ask, &self.world(ask.at))?;
        self.take(&ruling, ask.at);
        Ok(match ruling.reply.map(|reply| reply.telling) {
            Some(Told::Case(every_case::Telling::Done { what })) => what.to_string(),
            None => String::new(),
            Some(other) => panic!("{other:?}"),
        })
    }

    fn take(&mut self, ruling: &Ruling, at: At) {
        for event in &ruling.events {
            match &mut self.case {
                None => self.case = Case::begin(exc(1), event, at),
                Some(case) => case.apply(event, at),
            }
            self.events.push((event.clone(), at));
        }
        self.notices.extend(ruling.notices.iter().cloned());
        self.then.extend(ruling.then.iter().cloned());
    }

    /// Everything that was due by then, each at its own moment.
    fn wake(&mut self, minutes: i64) {
        while let Some(due) = self.case().wake().filter(|&due| due <= at(minutes)) {
            self.wake_at(due);
        }
    }

    fn wake_at(&mut self, at: At) {
        let ask = Ask { by: Actor::Engine, at };
        let ruling = crate::domain::decide(self.case(), &Any::Wake.into(), &ask, &self.world(at)).unwrap();
        assert!(!ruling.events.is_empty(), "woken at {at:?} for nothing");
        self.take(&ruling, at);
    }

    fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    fn exception(&self) -> &Exception {
        let crate::domain::Body::Exception(exception) = &self.case().body else { panic!("no exception") };
        exception
    }

    /// What people hear from now on.
    fn hush(&mut self) {
        self.notices.clear();
        self.then.clear();
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

    /// Whose answer of a duty is waited for.
    fn waiting(&self, minutes: i64, duty: Duty) -> Vec<String> {
        let people = People {
            policy: &POLICY,
            delegations: &[],
            rotas: Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: at(minutes),
        };
        let owed = self.case().owed(duty);
        owed.into_iter()
            .flat_map(|it| self.case().waiting_on(it, &people))
            .map(|seat| seat.person.to_string())
            .collect()
    }
}

/// Until so many minutes after nine, under a control.
fn until(minutes: i64) -> Wanted {
    let control = WantedControl { text: Some("a second reader".to_owned()), ..WantedControl::default() };
    Wanted { until: Some(at(minutes)), control, reason: "it is on its way".to_owned() }
}

fn recommend(advice: Advice) -> Command {
    Command::Recommend { advice, reason: "looked at it".to_owned() }
}

fn refuse() -> Command {
    Command::Refuse { reason: "no".to_owned() }
}

fn prove() -> Command {
    Command::Prove { text: "20 read, none wrong".to_owned(), link: None }
}
