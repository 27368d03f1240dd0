//! One telling of every kind, so that an operator's template is tried when it is loaded and not when it is needed.

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::kinds;
use super::tell::facts;
use crate::domain::line::{Sentence, Sla, say};
use crate::domain::notice::{CaseTitle, ClockItem};
use crate::domain::obligation::{About, Attribution, Breach, Holder, Passed};
use crate::domain::{
    At, CaseId, CaseKind, Duty, Label, OutboxId, PersonId, PolicyHash, RoleId, Span, Telling, bot, every_case,
};

/// Facts for a template, such as it will see. None for cards and answers, which are tried as far as their grammar goes.
pub(super) fn of(template: &str) -> Vec<Json> {
    let name = template.strip_suffix(".txt");
    let seen = |(about, telling): (Option<CaseTitle>, Telling)| {
        let mut facts = facts(about.as_ref(), &telling, "/");
        facts["prefix"] = Json::from("/");
        facts
    };
    tellings().into_iter().filter(|(_, telling)| Some(telling.template()) == name).map(seen).collect()
}

/// Two moments of a working day, in UTC: what is told, and when it is due.
pub(super) const NOW: At = At(1_795_429_800_000_000);
pub(super) const DUE: At = At(NOW.0 + 24 * 60_000_000);
pub(super) const SPAN: Span = Span::minutes(47);

pub(super) fn maya() -> PersonId {
    "maya".into()
}

pub(super) fn dev() -> PersonId {
    "dev".into()
}

pub(super) fn whom() -> Vec<PersonId> {
    vec![dev(), maya()]
}

pub(super) fn role() -> RoleId {
    "model-risk".into()
}

pub(super) fn words() -> String {
    "words of somebody".to_owned()
}

fn sentence() -> Sentence {
    say![words(), ": ", Sla::Mine.line()]
}

/// At least one telling of every kind; of those with alternatives, one of each. What is told of any case is told of each
/// kind of case.
pub(super) fn tellings() -> Vec<(Option<CaseTitle>, Telling)> {
    let mut all: Vec<(Option<CaseTitle>, Telling)> = Vec::new();
    for kind in CaseKind::ALL {
        let about = CaseTitle { case: CaseId { kind, number: 1 }, title: "Ship v7".to_owned() };
        let told = kinds::samples(kind).into_iter().chain(of_any_case().into_iter().map(Telling::from));
        all.extend(told.map(|telling| (Some(about.clone()), telling)));
    }
    all.extend(of_the_bot().into_iter().map(|telling| (None, telling.into())));
    all
}

fn of_any_case() -> Vec<every_case::Telling> {
    use every_case::Telling;
    vec![
        Telling::Clock { items: vec![item(Duty::Decide, nudge())] },
        Telling::Clock { items: vec![item(Duty::Decide, late())] },
        Telling::Clock { items: vec![item(Duty::Acknowledge, late()), item(Duty::FillSeat, nudge())] },
        Telling::Moved {
            duty: Duty::Resolve,
            about: Some(About::Words(words())),
            due: DUE,
            from: vec![maya()],
            to: vec![dev()],
            revision: None,
        },
        Telling::Said { what: Label::from("update"), by: maya(), text: words() },
        Telling::State { state: Label::from("resolved"), over: true, by: Some(maya()), text: words() },
        Telling::State { state: Label::from("requested"), over: false, by: None, text: words() },
        Telling::Paused { duty: Duty::Resolve, reason: words(), by: maya(), ends: DUE },
        Telling::Resumed { duty: Duty::Resolve, by: None, due: DUE },
        Telling::Waived { duty: Duty::Resolve, by: maya(), reason: words() },
        Telling::Contested {
            duty: Duty::Resolve,
            by: maya(),
            says: Attribution::Holder("vendor".into()),
            reason: words(),
        },
        Telling::Settled { duty: Duty::Resolve, by: maya(), to: Attribution::ThirdParty, reason: words() },
        Telling::Done { what: sentence() },
        Telling::Sentence { text: sentence() },
    ]
}

fn of_the_bot() -> Vec<bot::Telling> {
    use bot::Telling;
    vec![
        Telling::Delegated {
            number: 3,
            from: maya(),
            to: Some(dev()),
            roles: vec![role()],
            starts: NOW,
            ends: DUE,
            reason: words(),
        },
        Telling::Delegated {
            number: 4,
            from: maya(),
            to: None,
            roles: Vec::new(),
            starts: NOW,
            ends: DUE,
            reason: words(),
        },
        Telling::DelegationEnded { number: 3, from: maya(), to: Some(dev()) },
        Telling::DelegationEnded { number: 4, from: maya(), to: None },
        Telling::PolicyLoaded { hash: PolicyHash::from("3fa9c1".repeat(10)), by: None },
        Telling::FellBehind { oldest_wake_late: Some(SPAN), oldest_notice_late: None },
        Telling::CaughtUp {},
        Telling::Undeliverable { outbox: OutboxId { entry: 7, place: 2 }, why: "the account is gone".to_owned() },
        Telling::ClockWentBack { by: SPAN },
        Telling::WasDown { was_down: SPAN },
        Telling::Digest { schedule: Label::from("weekly"), from: NOW, to: DUE, zone: Tz::UTC, workflows: Vec::new() },
        Telling::Sentence { text: sentence() },
    ]
}

fn item(duty: Duty, passed: Passed) -> ClockItem {
    let now = if passed.breach.is_some() { At(DUE.0 + SPAN.0) } else { NOW };
    ClockItem {
        number: 1,
        duty,
        about: (duty == Duty::FillSeat).then(|| About::named("scribe")),
        holder: Holder::Roles(vec![role()]),
        waiting_on: whom(),
        due: DUE,
        now,
        have: 0,
        need: 2,
        called_people: passed.called.iter().map(|_| "lena".into()).collect(),
        passed,
        revision: (duty == Duty::Decide).then_some(1),
    }
}

fn nudge() -> Passed {
    Passed { through: 1, nudge: Some(80), breach: None, called: Vec::new(), repeat: None, scheduled: NOW, behind: None }
}

fn late() -> Passed {
    let breach = Breach { since: DUE, attributed: Attribution::ThirdParty, reason: None, contested: None };
    let called = vec!["governance-lead".into()];
    let behind = Some(SPAN);
    Passed { through: 3, nudge: None, breach: Some(breach), called, repeat: None, scheduled: DUE, behind }
}
