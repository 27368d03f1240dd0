//! Rollbacks as stories on a manual clock, under the policy of the stories: each rule with something that must not happen.

mod authorising;
mod machine;
mod running;

use std::sync::LazyLock;

use super::*;
use crate::domain::bot::releases::{Forbids, Releases};
use crate::domain::bot::rotas::Rotas;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::people::People;
use crate::domain::{Actor, CaseKind, Command as All, Duty, Label, Notice, Policy, Span, Telling as Told, Then, To};

/// Monday 2 March 2026, 09:00 UTC.
const NINE: At = At(1_772_442_000_000_000);

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../../../../../tests/stories/bank.toml");
    // A machine does the first step, too.
    let step = "text = \"Route all traffic to the older version\"";
    assert!(text.contains(step));
    let text = &text.replace(step, &format!("{step}\nwebhook = \"deploy\""));
    Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("bank.toml")))
});

fn at(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

fn p(name: &str) -> PersonId {
    PersonId::from(name)
}

fn rbk() -> CaseId {
    CaseId { kind: CaseKind::Rollback, number: 1 }
}

fn version(name: &str) -> Version {
    Version { name: name.to_owned(), digest: None }
}

/// What the desk does: wakes first, decides, folds, and keeps what was recorded and said.
struct Room {
    case: Option<Case>,
    releases: Releases,
    events: Vec<crate::domain::Event>,
    notices: Vec<Notice>,
    then: Vec<Then>,
}

impl Room {
    /// Proposed by Maya at nine.
    fn proposed(drill: bool) -> Room {
        let mut room = Room {
            case: None,
            releases: Releases::default(),
            events: Vec::new(),
            notices: Vec::new(),
            then: Vec::new(),
        };
        let opening = Opening {
            workflow: "credit".into(),
            title: "Scores drift".to_owned(),
            drill: drill.then_some(Drill { text: None, announced: true }),
            way: Way::RollBack,
            from: version("v7"),
            to: version("v6"),
            reason: None,
            on: None,
            restricted: false,
            due: None,
        };
        let ask = Ask { by: Actor::Person(p("maya")), at: at(0) };
        let opening = crate::domain::Opening::Rollback(opening);
        let ruling = crate::domain::open(rbk(), &opening, &ask, &room.world(ask.at)).unwrap();
        room.take(&ruling, ask.at);
        room
    }

    /// Everything that comes before somebody authorises.
    fn looked_at() -> Room {
        let mut room = Room::proposed(false);
        room.ask(1, "dev", tick(1)).unwrap();
        room.ask(1, "dev", tick(2)).unwrap();
        room.ask(1, "dev", compare(Way::Contain)).unwrap();
        room
    }

    fn authorised() -> Room {
        let mut room = Room::looked_at();
        room.ask(2, "arjun", authorise(None)).unwrap();
        room
    }

    fn ready() -> Room {
        let mut room = Room::authorised();
        room.ask(3, "jonas", go(true)).unwrap();
        room.ask(3, "ravi", go(true)).unwrap();
        room
    }

    fn running() -> Room {
        let mut room = Room::ready();
        room.ask(4, "dev", start()).unwrap();
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
            releases: &self.releases,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        }
    }

    /// The private reply, in words.
    fn ask(&mut self, minutes: i64, by: &str, command: impl Into<All>) -> Result<String, Refusal> {
        self.ask_as(minutes, Actor::Person(p(by)), command)
    }

    fn ask_as(&mut self, minutes: i64, by: Actor, command: impl Into<All>) -> Result<String, Refusal> {
        self.wake(minutes);
        let ask = Ask { by, at: at(minutes) };
        let ruling = crate::domain::decide(self.case(), &command.into(), &ask, &self.world(ask.at))?;
        self.take(&ruling, ask.at);
        Ok(match ruling.reply.map(|reply| reply.telling) {
            Some(Told::Case(every_case::Telling::Done { what })) => what.to_string(),
            None => String::new(),
            Some(other) => panic!("{other:?}"),
        })
    }

    fn refused(&mut self, minutes: i64, by: &str, command: impl Into<All>) -> String {
        self.ask(minutes, by, command).expect_err("it is refused").to_string()
    }

    fn take(&mut self, ruling: &Ruling, at: At) {
        for event in &ruling.events {
            match &mut self.case {
                None => self.case = Case::begin(rbk(), event, at),
                Some(case) => case.apply(event, at),
            }
            self.events.push(event.clone());
        }
        self.notices.extend(ruling.notices.iter().cloned());
        self.then.extend(ruling.then.iter().cloned());
    }

    /// Everything that was due by then, each at its own moment.
    fn wake(&mut self, minutes: i64) {
        while let Some(due) = self.case().wake().filter(|&due| due <= at(minutes)) {
            let ask = Ask { by: Actor::Engine, at: due };
            let ruling = crate::domain::decide(self.case(), &Any::Wake.into(), &ask, &self.world(due)).unwrap();
            assert!(!ruling.events.is_empty(), "woken at {due:?} for nothing");
            self.take(&ruling, due);
        }
    }

    fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    fn rollback(&self) -> &Rollback {
        let crate::domain::Body::Rollback(rollback) = &self.case().body else { panic!("no rollback") };
        rollback
    }

    fn owed(&self) -> Vec<Duty> {
        self.case().open_obligations().map(|it| it.duty).collect()
    }

    /// A law forbids altering the system from then on.
    fn forbidden(&mut self, minutes: i64, incident: u32, restricted: bool) {
        let forbids = Forbids { clocks: [("ai-act-73.serious".into(), at(minutes))].into(), restricted };
        let case = CaseId { kind: CaseKind::Incident, number: incident };
        self.releases.forbidding.entry("credit".into()).or_default().insert(case, forbids);
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
}

fn tick(criterion: u32) -> Command {
    Command::Tick { criterion, met: true, text: None }
}

fn compare(way: Way) -> Command {
    Command::Compare { way, decides: None, takes: None, undone: None, reason: "too slow".to_owned() }
}

fn authorise(revision: Option<u32>) -> Command {
    Command::Authorise { reason: "v6 is known to be good".to_owned(), revision }
}

fn go(go: bool) -> Command {
    Command::Go { go, reason: (!go).then(|| "month-end".to_owned()), revision: Some(1) }
}

/// Of a revision that somebody read.
fn start_of(revision: u32) -> Command {
    let Command::Start { sealed, .. } = start() else { unreachable!("it is a start") };
    Command::Start { sealed, revision: Some(revision) }
}

fn start() -> Command {
    Command::Start { sealed: Seal::Signed { size: 41, root: Label::from("00ff") }, revision: None }
}

fn retarget(to: &str) -> Command {
    let to = Change { name: Some(to.to_owned()), digest: None };
    Command::Retarget { way: None, from: Change::default(), to, reason: "v6 is no better".to_owned() }
}

fn done() -> Command {
    Command::StepDone { step: None, text: None }
}

fn agree() -> Command {
    Command::AgreePoint { step: None, reason: "the copy is checked".to_owned() }
}

fn anyway() -> Command {
    Command::AlterAnyway { reason: "people are being harmed".to_owned() }
}

/// What a call to the machine of step 1 came to.
fn machine(round: u32, called: Called) -> Command {
    Command::MachineSaid { step: 1, round, called }
}

fn words(text: &str) -> String {
    text.to_owned()
}
