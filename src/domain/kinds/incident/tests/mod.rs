//! Incidents as stories on a clock that counts minutes from the opening.

mod clocks;
mod menu;
mod opening;
mod properties;
mod seats;
mod severity;
mod steps;
mod still_working;

use std::sync::LazyLock;

use super::*;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::obligation::State;
use crate::domain::people::{Delegation, People};
use crate::domain::{
    Actor, Body, CaseKind, Command as All, Event as Became, Notice, Policy, Reply, Then, To, decide as decide_case,
    open as open_case,
};

/// 2026-03-02T09:00:00Z, a Monday.
const NINE: At = At(1_772_442_000_000_000);

const POLICY: &str = r#"
[policy]
name = "test"
ladder = "plain"

[parties]
ops = { name = "Operations" }
vendor = { name = "Vendor" }

[people]
dev = { name = "Dev", party = "ops", zone = "UTC" }
lena = { name = "Lena", party = "ops", zone = "UTC" }
arjun = { name = "Arjun", party = "ops", zone = "UTC" }
ravi = { name = "Ravi", party = "vendor", zone = "UTC" }
maya = { name = "Maya", party = "ops", zone = "UTC", quiet_hours = "08:00-18:00" }

[roles]
triage = { name = "Triage", party = "ops", members = ["dev", "lena"] }
command = { name = "Command", party = "ops", members = ["arjun"] }
engineering = { name = "Engineering", party = "vendor", members = ["ravi"] }
nobody = { name = "Nobody", party = "ops", members = [] }

[ladders.plain]
nudge_at_percent = [50]
escalate = [{ after = "10m", tell = "command" }]
repeat = { every = "1h", at_most = 2 }

[workflows]
credit = { name = "Credit", stage = "production", channels = ["credit", "slack:C1234", "slack:C5678"] }
pilot = { name = "Pilot", stage = "pilot", channel = "pilot" }

[[targets]]
duty = "acknowledge"
stage = "production"
severity = "sev1"
holder = "triage"
within = "10m"
expires_after = "1h"
urgent = true
[[targets]]
duty = "acknowledge"
stage = "production"
severity = ["sev2", "sev3"]
holder = "triage"
within = "20m"
expires_after = "2h"
[[targets]]
duty = "assess"
stage = "production"
holder = "engineering"
within = "60m"
[[targets]]
duty = "contain"
stage = "production"
severity = ["sev1", "sev2"]
holder = "engineering"
within = "2h"
[[targets]]
duty = "update"
stage = "production"
severity = "sev1"
holder = "command"
within = "30m"
[[targets]]
duty = "resolve"
stage = "production"
severity = "sev1"
holder = "command"
within = "4h"
pause = { reasons = ["regulator's hold"], at_most = "5h" }
[[targets]]
duty = "resolve"
stage = "production"
severity = ["sev2", "sev3"]
holder = "command"
within = "8h"
pause = { reasons = ["regulator's hold"], at_most = "5h" }
[[targets]]
duty = "review"
stage = "production"
severity = ["sev1", "sev2"]
holder = "command"
within = "3d"
[[targets]]
duty = "fill-seat"
stage = "production"
severity = "sev1"
holder = "command"
within = "20m"

[may]
close_incident = "command"
change_severity = ["triage", "command"]

[regulation.credit]
regimes = ["dora", "nis2-23", "ai-act-73", "ai-act-26"]
early = ["ai-act-73", "ai-act-26"]
holder = "command"
set_aside = ["triage"]
"#;

static TERMS: LazyLock<Policy> = LazyLock::new(|| Policy::read(POLICY).unwrap_or_else(|errors| panic!("{errors}")));

const ID: CaseId = CaseId { kind: CaseKind::Incident, number: 1 };

fn minute(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

fn wanted(severity: Severity) -> Opening {
    Opening {
        workflow: "credit".into(),
        title: "Scores drift".to_owned(),
        severity,
        technical: None,
        class: None,
        nature: Nature::default(),
        impact: Impact::Known,
        restricted: false,
        occurred: None,
        detected: None,
        aware: None,
        because: None,
        queue: None,
        stamps_end: None,
        converts: None,
        from: None,
    }
}

fn by(person: &str) -> Actor {
    match person {
        "engine" => Actor::Engine,
        person => Actor::Person(person.into()),
    }
}

/// One incident, and everything that became true of it.
struct Room {
    policy: Policy,
    delegations: Vec<Delegation>,
    case: Case,
    ledger: Vec<(At, Became)>,
    now: At,
    /// What the last accepted ask told.
    told: Vec<Notice>,
    then: Vec<Then>,
}

impl Room {
    fn open(wanted: &Opening) -> Room {
        Room::try_open("maya", wanted).map(|(room, _)| room).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    fn try_open(person: &str, wanted: &Opening) -> Result<(Room, String), Refusal> {
        let (ask, opening) = (Ask { by: by(person), at: NINE }, crate::domain::Opening::Incident(wanted.clone()));
        let people = People {
            policy: &TERMS,
            delegations: &[],
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: NINE,
        };
        let ruling = open_case(
            ID,
            &opening,
            &ask,
            &World {
                policy: &TERMS,
                stamped: &TERMS,
                people,
                releases: crate::domain::Releases::NONE,
                holds: crate::domain::Holds::NONE,
                retention: crate::domain::Retention::NONE,
            },
        )?;
        let case = Case::begin(ID, &ruling.events[0], NINE).expect("the first event begins the case");
        let mut room = Room {
            policy: TERMS.clone(),
            delegations: Vec::new(),
            case,
            ledger: vec![(NINE, ruling.events[0].clone())],
            now: NINE,
            told: Vec::new(),
            then: Vec::new(),
        };
        let first = Ruling { events: ruling.events[1..].to_vec(), ..ruling };
        let reply = room.take(first);
        Ok((room, reply))
    }

    fn take(&mut self, ruling: Ruling) -> String {
        for event in ruling.events {
            self.case.apply(&event, self.now);
            self.ledger.push((self.now, event));
        }
        (self.told, self.then) = (ruling.notices, ruling.then);
        match ruling.reply {
            Some(Reply { telling: crate::domain::Telling::Case(every_case::Telling::Done { what }), .. }) => {
                what.to_string()
            }
            Some(other) => format!("{other:?}"),
            None => String::new(),
        }
    }

    fn ask(&mut self, person: &str, command: impl Into<All>) -> Result<String, Refusal> {
        let ask = Ask { by: by(person), at: self.now };
        let people = People {
            policy: &self.policy,
            delegations: &self.delegations,
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: self.now,
        };
        let ruling = decide_case(
            &self.case,
            &command.into(),
            &ask,
            &World {
                policy: &self.policy,
                stamped: &TERMS,
                people,
                releases: crate::domain::Releases::NONE,
                holds: crate::domain::Holds::NONE,
                retention: crate::domain::Retention::NONE,
            },
        )?;
        Ok(self.take(ruling))
    }

    /// The answer in words, be it a reply or a refusal.
    fn says(&mut self, person: &str, command: impl Into<All>) -> String {
        self.ask(person, command).unwrap_or_else(|refusal| refusal.to_string())
    }

    /// As the desk does: whenever the case wants to be woken, until the minute has come.
    fn pass(&mut self, until: i64) {
        while let Some(at) = self.case.wake().filter(|&at| at <= minute(until)) {
            self.now = self.now.max(at);
            self.wake();
        }
        self.now = minute(until);
    }

    fn wake(&mut self) {
        self.ask("engine", Any::Wake).expect("a wake is never refused");
    }

    fn incident(&self) -> &Incident {
        let Body::Incident(incident) = &self.case.body else { panic!("{} is no incident", self.case.id) };
        incident
    }

    /// `acknowledge 20, contain 120`: what is open, and the minute when it is due.
    fn owed(&self) -> String {
        let one = |it: &Obligation| {
            let about = it.about.as_ref().map(|about| format!(" {about}")).unwrap_or_default();
            let due = (it.terms.due - NINE).in_minutes();
            let state = if it.state() == State::Owed { String::new() } else { format!(" {}", it.state().word()) };
            format!("{}{about} {due}{state}", it.duty)
        };
        self.case.open_obligations().map(one).collect::<Vec<_>>().join(", ")
    }

    /// `case said, @dev paged`: what the last ask told to whom.
    fn heard(&self) -> String {
        let name = |notice: &Notice| notice.telling.template().rsplit('/').next().unwrap_or_default().to_owned();
        let one = |notice: &Notice| match &notice.to {
            To::Case => format!("case {}", name(notice)),
            To::Person(person) => format!("@{person} {}", name(notice)),
            other => format!("{other:?}"),
        };
        self.told.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn count(&self, kind: &str) -> usize {
        self.ledger.iter().filter(|(_, event)| event.kind() == kind).count()
    }
}

fn words(text: &str) -> String {
    text.to_owned()
}

#[track_caller]
fn check(got: impl AsRef<str>, expected: &str) {
    assert_eq!(got.as_ref(), expected);
}

#[track_caller]
fn says(got: impl AsRef<str>, part: &str) {
    assert!(got.as_ref().contains(part), "“{}” should contain “{part}”", got.as_ref());
}
