//! One telling of every kind, so that an operator's template is tried when it is loaded and not when it is needed.

use serde_json::Value as Json;

use crate::domain::notice::{ClockItem, OutboxId, Telling};
use crate::domain::obligation::{Attribution, Breach, Climbed, Holder};
use crate::domain::{At, CaseId, CaseKind, Duty, PersonId, RoleId, Severity, Span};

use super::tell::facts;

/// Facts for a template, such as it will see. None for cards and answers, which are tried as far as their grammar goes.
pub(super) fn of(template: &str) -> Vec<Json> {
    let name = template.strip_prefix("tell/").and_then(|name| name.strip_suffix(".txt"));
    let seen = |telling: &Telling| {
        let mut facts = facts(telling, "/");
        facts["prefix"] = Json::from("/");
        facts
    };
    tellings().iter().filter(|telling| Some(telling.template()) == name).map(seen).collect()
}

/// Two moments of a working day, in UTC: what is told, and when it is due.
const NOW: At = At(1_795_429_800_000_000);
const DUE: At = At(NOW.0 + 24 * 60_000_000);

/// At least one telling of every kind; of those with alternatives, one of each.
pub(super) fn tellings() -> Vec<Telling> {
    let case = CaseId { kind: CaseKind::Incident, number: 1 };
    let approval = CaseId { kind: CaseKind::Approval, number: 1 };
    let title = || "Ship v7".to_owned();
    let text = || "words of somebody".to_owned();
    let (maya, dev): (PersonId, PersonId) = ("maya".into(), "dev".into());
    let (by, due) = (maya.clone(), DUE);
    let people = || vec![dev.clone(), maya.clone()];
    let role = || RoleId::from("model-risk");
    let duty = Duty::Resolve;
    let span = Span::minutes(47);
    vec![
        Telling::Clock { case: approval, title: title(), items: vec![item(Duty::Decide, nudge())] },
        Telling::Clock { case: approval, title: title(), items: vec![item(Duty::Decide, late())] },
        Telling::Clock {
            case,
            title: title(),
            items: vec![item(Duty::Acknowledge, late()), item(Duty::FillSeat, nudge())],
        },
        Telling::Moved {
            case,
            title: title(),
            duty,
            about: Some(text()),
            due,
            from: vec![maya.clone()],
            to: vec![dev.clone()],
            revision: None,
        },
        Telling::IncidentOpened {
            case,
            title: title(),
            severity: Severity::Sev2,
            workflow: "credit-scoring".into(),
            by: None,
            people: people(),
            due,
            because: Some(text()),
        },
        Telling::Paged { case, title: title(), role: role(), people: people(), by: by.clone(), reason: text(), due },
        Telling::StillWorking { case, title: title(), person: dev.clone(), due },
        Telling::AcknowledgementLapsed { case, title: title(), people: people(), due },
        Telling::Said { case, title: title(), what: "update".to_owned(), by: by.clone(), text: text() },
        Telling::SeverityChanged {
            case,
            title: title(),
            from: Severity::Sev3,
            to: Severity::Sev1,
            by: by.clone(),
            reason: text(),
            people: people(),
        },
        Telling::State { case, title: title(), state: "resolved".to_owned(), by: Some(by.clone()), text: text() },
        Telling::State { case: approval, title: title(), state: "requested".to_owned(), by: None, text: text() },
        Telling::FollowUp { case, title: title(), assignee: dev.clone(), due, text: text() },
        Telling::SeatTaken { case, title: title(), seat: "lead".to_owned(), person: dev.clone(), by: by.clone() },
        Telling::SeatLeft { case, title: title(), seat: "lead".to_owned(), by: by.clone() },
        Telling::Paused { case: approval, title: title(), duty, reason: text(), by: by.clone(), ends: due },
        Telling::Resumed { case, title: title(), duty, by: None, due },
        Telling::Waived { case, title: title(), duty, by: by.clone(), reason: text() },
        Telling::Contested { case, title: title(), duty, by: by.clone(), says: "vendor".to_owned(), reason: text() },
        Telling::Settled { case, title: title(), duty, by: by.clone(), to: "third-party".to_owned(), reason: text() },
        Telling::Asked {
            case: approval,
            title: title(),
            requester: maya.clone(),
            revision: 1,
            people: people(),
            role: role(),
            have: 0,
            need: 2,
            due,
            stage: 1,
            stages: 2,
        },
        Telling::Voted {
            case: approval,
            title: title(),
            by: dev.clone(),
            stands_in_for: Some(maya.clone()),
            reason: Some(text()),
            have: 1,
            need: 2,
            waiting_on: people(),
        },
        Telling::Concluded {
            case: approval,
            title: title(),
            outcome: "lapsed".to_owned(),
            by: None,
            reason: None,
            requester: maya.clone(),
            took: span,
        },
        Telling::Amended { case: approval, title: title(), by: by.clone(), revision: 2, people: people(), due },
        Telling::Question {
            case: approval,
            title: title(),
            by: dev.clone(),
            requester: maya.clone(),
            question: text(),
            due,
            paused: true,
        },
        Telling::QuestionAnswered {
            case: approval,
            title: title(),
            revision: 1,
            by: by.clone(),
            text: text(),
            people: people(),
        },
        Telling::Widened { case: approval, title: title(), revision: 1, role: role(), people: people() },
        Telling::GlassBroken {
            case: approval,
            title: title(),
            by: dev.clone(),
            stands_in_for: Some("lena".into()),
            role: role(),
            reason: text(),
            people: people(),
            due: Some(due),
        },
        Telling::GlassBroken {
            case: approval,
            title: title(),
            by: dev.clone(),
            stands_in_for: None,
            role: role(),
            reason: text(),
            people: people(),
            due: None,
        },
        Telling::Slow { case: approval, title: title(), pending: span },
        Telling::Delegated {
            number: 3,
            from: maya.clone(),
            to: Some(dev.clone()),
            roles: vec![role()],
            starts: NOW,
            ends: due,
            reason: text(),
        },
        Telling::Delegated {
            number: 4,
            from: maya.clone(),
            to: None,
            roles: Vec::new(),
            starts: NOW,
            ends: due,
            reason: text(),
        },
        Telling::DelegationEnded { number: 3, from: maya.clone(), to: Some(dev) },
        Telling::DelegationEnded { number: 4, from: maya, to: None },
        Telling::PolicyLoaded { digest: "3fa9c1".repeat(10), by: None },
        Telling::FellBehind { oldest_wake_late: Some(span), oldest_notice_late: None },
        Telling::CaughtUp,
        Telling::Undeliverable { outbox: OutboxId { entry: 7, place: 2 }, why: text() },
        Telling::ClockWentBack { by: span },
        Telling::WasDown { was_down: span },
        Telling::Digest { schedule: "weekly".to_owned(), from: NOW, to: due },
        Telling::Done { case, title: title(), what: text() },
        Telling::Told { text: text() },
    ]
}

fn item(duty: Duty, climbed: Climbed) -> ClockItem {
    let now = if climbed.breach.is_some() { At(DUE.0 + Span::minutes(47).0) } else { NOW };
    ClockItem {
        duty,
        about: (duty == Duty::FillSeat).then(|| "scribe".to_owned()),
        holder: Holder::Roles(vec!["model-risk".into()]),
        waiting_on: vec!["dev".into(), "maya".into()],
        due: DUE,
        now,
        have: 0,
        need: 2,
        called_people: climbed.called.iter().map(|_| "lena".into()).collect(),
        climbed,
        revision: (duty == Duty::Decide).then_some(1),
    }
}

fn nudge() -> Climbed {
    Climbed {
        number: 1,
        through: 1,
        nudge: Some(80),
        breach: None,
        called: Vec::new(),
        repeat: None,
        scheduled: NOW,
        behind: None,
    }
}

fn late() -> Climbed {
    let breach = Breach { since: DUE, attributed: Attribution::ThirdParty, reason: None, contested: None };
    let called = vec!["governance-lead".into()];
    let behind = Some(Span::minutes(47));
    Climbed { number: 1, through: 3, nudge: None, breach: Some(breach), called, repeat: None, scheduled: DUE, behind }
}
