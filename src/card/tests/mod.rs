//! Cards as words without markup, under the example policy, on a Monday in Kolkata.

mod answer;
mod case;
mod exceptions;
mod hostile;
mod telling;
mod templates;
mod wording;

use chrono_tz::Tz;
use serde_json::json;

use super::*;
use crate::domain::every_case::Telling as Any;
use crate::domain::kinds::incident::{self, Impact};
use crate::domain::kinds::{approval, exception};
use crate::domain::notice::{CaseTitle, ClockItem};
use crate::domain::obligation::{Holder, Passed};
use crate::domain::policy::EXAMPLE;
use crate::domain::{Actor, Ask, Case, Command, Duty, Opening, People, Severity, Span, Telling, World, bot};
use crate::grammar::read;

const KOLKATA: Tz = chrono_tz::Asia::Kolkata;

/// Monday, 23 November 2026, 10:36 in Kolkata.
const NOW: At = At(1_795_410_360_000_000);

const DUE: At = At(NOW.0 + 24 * 60_000_000);

fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(|| Policy::read(EXAMPLE).expect("the example policy has no errors"))
}

fn wording() -> &'static Wording {
    static WORDING: std::sync::OnceLock<Wording> = std::sync::OnceLock::new();
    WORDING.get_or_init(Wording::embedded)
}

fn speaker() -> Speaker<'static> {
    Speaker::new(wording(), policy())
}

fn case(id: &str) -> CaseId {
    id.parse().expect("the test's own case")
}

/// Something told of a case called “Ship v7”.
fn told(id: &str, telling: impl Into<Telling>) -> Card {
    titled(id, "Ship v7", telling)
}

fn titled(id: &str, title: &str, telling: impl Into<Telling>) -> Card {
    tell(&speaker(), Some(&CaseTitle { case: case(id), title: title.to_owned() }), &telling.into(), None)
}

fn shown(card: &Card) -> String {
    card.plain(KOLKATA, NOW)
}

fn first_line(card: &Card) -> String {
    shown(card).lines().next().unwrap_or_default().to_owned()
}

fn clock(duty: Duty, passed: Passed, now: At, called: &[&str]) -> ClockItem {
    ClockItem {
        number: 1,
        duty,
        about: None,
        holder: Holder::Roles(vec!["model-risk".into()]),
        waiting_on: vec!["priya".into(), "tomas".into()],
        due: DUE,
        now,
        have: 0,
        need: if duty == Duty::Decide { 2 } else { 1 },
        passed,
        called_people: called.iter().map(|&id| id.into()).collect(),
        revision: None,
    }
}

fn nudged() -> Passed {
    Passed { through: 1, nudge: Some(80), breach: None, called: Vec::new(), repeat: None, scheduled: NOW, behind: None }
}

fn people() -> People<'static> {
    People {
        policy: policy(),
        delegations: &[],
        rotas: crate::domain::bot::rotas::Rotas::NONE,
        handed: crate::domain::people::Handed::NONE,
        at: NOW,
    }
}

fn world() -> World<'static> {
    World {
        policy: policy(),
        stamped: policy(),
        people: people(),
        releases: crate::domain::Releases::NONE,
        holds: crate::domain::Holds::NONE,
        retention: crate::domain::Retention::NONE,
    }
}

fn open_case(id: &str, opening: &Opening) -> Case {
    let ask = Ask { by: Actor::Person("maya".into()), at: NOW };
    let ruling = crate::domain::open(case(id), opening, &ask, &world()).expect("it opens");
    let mut events = ruling.events.iter();
    let mut opened = Case::begin(case(id), events.next().expect("a first event"), NOW).expect("it begins a case");
    events.for_each(|event| opened.apply(event, NOW));
    opened
}

fn approval_case(action: &str) -> (Case, People<'static>) {
    let request = approval::Opening {
        workflow: "credit-scoring".into(),
        title: "Ship v7".to_owned(),
        wanted: approval::Wanted::Action { action: action.to_owned(), path: None },
    };
    (open_case("APR-1", &Opening::Approval(request)), people())
}

fn incident_case() -> Case {
    open_case(
        "INC-1",
        &Opening::Incident(incident::Opening {
            workflow: "credit-scoring".into(),
            title: "Scores drift".to_owned(),
            severity: Severity::Sev2,
            nature: incident::Nature::default(),
            technical: Some(3),
            class: Some("perf.drift".into()),
            impact: Impact::Unclear,
            restricted: false,
            occurred: None,
            detected: Some(At(NOW.0 - Span::minutes(30).0)),
            aware: None,
            because: None,
            queue: None,
            stamps_end: None,
            converts: None,
            from: None,
        }),
    )
}

fn on(case: &mut Case, by: &str, at: At, command: impl Into<Command>) {
    let ask = Ask { by: Actor::Person(by.into()), at };
    let world = World { people: People { at, ..people() }, ..world() };
    let ruling = crate::domain::decide(case, &command.into(), &ask, &world).expect("it is allowed");
    for event in &ruling.events {
        case.apply(event, at);
        assert!(story(&speaker(), case, event, at).is_none_or(|words| !words.is_empty()));
    }
}
