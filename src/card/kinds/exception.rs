//! Exceptions: their card, and how what is told of them looks.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, SPAN, began, dev, maya, role, whom, words};
use super::super::tell::{Look, answers};
use super::super::wording::typed_here;
use super::super::{Button, Speaker, Style, Tone, open, press};
use super::Shows;
use crate::domain::kinds::exception::{
    Advice, Control, Event, Exception, ExceptionState, Grant, Raised, Telling, in_force,
};
use crate::domain::notice::CaseTitle;
use crate::domain::obligation::Standing;
use crate::domain::policy::AtEnd;
use crate::domain::{At, Case, CaseId, CaseKind, Duty, ExceptionDuty, Label, Obligation, PersonId};

impl Shows for Exception {
    fn facts(&self, speaker: &Speaker<'_>, case: &Case, at: At) -> Json {
        let said = |text: &Option<String>| text.as_deref().map(typed_here);
        let grant = |grant: &Grant| {
            json!({
                "by": grant.by, "stands_in_for": grant.stands_in_for, "from": grant.from.0,
                "until": grant.until.map(|at| at.0), "reason": grant.reason,
            })
        };
        let recommendations = self.recommendations.iter().map(|it| {
            json!({
                "by": it.by, "stands_in_for": it.stands_in_for, "at": it.at.0, "advice": it.advice.word(),
                "reason": it.reason,
            })
        });
        let class = speaker.policy.exceptions.classes.get(&self.class);
        let control = self.grant().and_then(|grant| grant.control.as_ref());
        let is_granted =
            matches!(self.state, ExceptionState::Granted | ExceptionState::Suspended | ExceptionState::Expired);
        json!({
            "class": self.class,
            "class_about": class.map(|class| &class.about),
            "raised_by": self.raised_by,
            "reason": self.reason,
            "wanted": self.wanted.map(|at| at.0),
            "on": self.on,
            "taken": self.taken_by(at).map(|lease| json!({ "by": lease.by, "until": lease.until.0 })),
            "recommendations": recommendations.collect::<Vec<_>>(),
            "grants": self.grants.iter().map(grant).collect::<Vec<_>>(),
            "granted": self.grant().map(grant).filter(|_| is_granted),
            "renewals": self.renewals(),
            "in_force": in_force(self, at),
            "renewal": self.renewal.as_ref().map(|it| json!({
                "by": it.by, "until": it.until.map(|at| at.0), "reason": it.reason,
            })),
            "control": control.map(|it| json!({ "text": it.text, "holder": it.holder, "every": it.every.0 })),
            "proof": self.proof.as_ref().filter(|_| control.is_some()).map(|it| json!({
                "by": it.by, "at": it.at.0, "text": it.text, "url": it.url,
            })),
            "turned": self.turned.as_ref().map(|it| json!({ "at": it.at.0, "by": it.by, "text": said(&it.text) })),
            "opened": case.opened.0,
        })
    }

    fn asked(&self, _speaker: &Speaker<'_>, _case: &Case) -> Option<Json> {
        None
    }

    fn revision(_telling: &Telling) -> Option<u32> {
        None
    }

    /// A ruling is told as what was ruled.
    fn ended(&self, _case: &Case, ended: &Obligation) -> Option<Json> {
        let Standing::Met { at, .. } = ended.standing else { return None };
        if ended.duty.of_exception() != Some(ExceptionDuty::RuleException) {
            return None;
        }
        let granted = self.grants.iter().rposition(|grant| grant.from == at);
        let turned = self.turned.as_ref().is_some_and(|turned| turned.at == at);
        let done = match (granted, self.state) {
            (Some(0), _) => "granted",
            (Some(_), _) => "renewed",
            (None, ExceptionState::Refused | ExceptionState::Corrected) if turned => self.state.word(),
            // Granted before, and not anew.
            (None, _) if !self.grants.is_empty() => "renewal refused",
            (None, _) => return None,
        };
        Some(json!({ "done": done }))
    }

    fn buttons(&self, _speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
        let id = case.id;
        let mut buttons: Vec<Option<Button>> = match self.state {
            ExceptionState::Raised => vec![press(id, "triage", Style::Primary), press(id, "take", Style::Plain)],
            ExceptionState::Triaged | ExceptionState::InReview => ruling(id, press(id, "take", Style::Plain)),
            ExceptionState::WithSpecialist => {
                vec![
                    open(id, "recommend", Style::Primary),
                    press(id, "take", Style::Plain),
                    open(id, "send-back", Style::Plain),
                ]
            }
            ExceptionState::Granted if self.renewal.is_some() => renewal(id),
            ExceptionState::Granted if case.owed(Duty::ProveControl).is_some() => {
                vec![
                    open(id, "proof", Style::Primary),
                    open(id, "renew", Style::Plain),
                    open(id, "close", Style::Plain),
                ]
            }
            ExceptionState::Granted => vec![open(id, "renew", Style::Plain), open(id, "close", Style::Plain)],
            ExceptionState::Suspended if case.owed(Duty::ProveControl).is_some() => {
                vec![open(id, "proof", Style::Primary), open(id, "lift", Style::Plain), open(id, "close", Style::Plain)]
            }
            ExceptionState::Suspended => vec![open(id, "lift", Style::Primary), open(id, "close", Style::Plain)],
            ExceptionState::Expired if self.renewal.is_some() => renewal(id),
            ExceptionState::Expired => vec![open(id, "renew", Style::Primary), open(id, "close", Style::Plain)],
            ExceptionState::Corrected => vec![open(id, "close", Style::Primary)],
            ExceptionState::Refused | ExceptionState::Closed | ExceptionState::Withdrawn => Vec::new(),
        };
        buttons.push(press(id, "timeline", Style::Plain));
        buttons.into_iter().flatten().collect()
    }

    fn is_brief(event: &Event) -> bool {
        match event {
            Event::Raised(_)
            | Event::Triaged { .. }
            | Event::SentToSpecialist { .. }
            | Event::Recommended { .. }
            | Event::SentBack { .. }
            | Event::Granted(_)
            | Event::Refused { .. }
            | Event::Corrected { .. }
            | Event::RenewalAsked { .. }
            | Event::Renewed(_)
            | Event::RenewalRefused { .. }
            | Event::Expired { .. }
            | Event::Suspended { .. }
            | Event::Lifted { .. }
            | Event::ControlProven { .. }
            | Event::Closed { .. }
            | Event::Withdrawn { .. } => true,
            // How these stand now is told beside what happened.
            Event::Taken { .. } | Event::HandedBack { .. } | Event::LeaseEnded { .. } | Event::ExpiryNear { .. } => {
                false
            }
        }
    }

    fn look(telling: &Telling, about: &CaseTitle) -> Look {
        let case = about.case;
        match telling {
            Telling::Raised { due, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                answers(case, Duty::TriageException, None, None),
            )
            .and(press(case, "take", Style::Plain)),
            Telling::ToRule { due, renewal: true, .. } => {
                Look::asks(Tone::Nudge, Some(*due), renewal(case).into_iter().flatten().collect())
            }
            Telling::ToRule { due, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                ruling(case, press(case, "take", Style::Plain)).into_iter().flatten().collect(),
            ),
            Telling::ToSpecialist { due, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                answers(case, Duty::Recommend, None, None),
            )
            .and(open(case, "send-back", Style::Plain)),
            Telling::Free { .. } => Look::calm().and(press(case, "take", Style::Plain)),
            Telling::Ruled { due: Some(due), .. } => Look::asks(Tone::Declined, Some(*due), Vec::new()),
            Telling::Ruled { due: None, .. } => Look::of(Tone::Declined),
            Telling::ExpiryNear { until, .. } => Look::asks(Tone::Nudge, Some(*until), Vec::new())
                .and(open(case, "renew", Style::Primary))
                .and(open(case, "close", Style::Plain)),
            Telling::Expired { due, .. } => Look::asks(
                Tone::Late,
                Some(*due),
                answers(case, Duty::AnswerExpiry, None, None),
            )
            .and(open(case, "close", Style::Plain)),
            Telling::Suspended { .. } => Look::of(Tone::Late),
            Telling::Proven { suspended: true, .. } => Look::of(Tone::Nudge).and(open(case, "lift", Style::Primary)),
            Telling::Granted { .. } | Telling::Lifted { .. } | Telling::Proven { .. } => Look::of(Tone::Done),
            Telling::Taken { .. } => Look::calm(),
            Telling::Over { state, .. } => Look::of(Tone::over(state.as_str())),
        }
    }

    fn samples() -> Vec<Telling> {
        let to_rule = |reason: Option<String>, advice: Option<Advice>, renewal| Telling::ToRule {
            people: whom(),
            role: role(),
            due: DUE,
            by: reason.as_ref().map(|_| dev()),
            reason,
            advice,
            renewal,
            until: Some(DUE).filter(|_| renewal),
        };
        let granted = |until, control: Option<Control>, renewals| Telling::Granted {
            by: dev(),
            until,
            reason: words(),
            proof: control.as_ref().map(|_| DUE),
            control,
            renewals,
            raised_by: maya(),
        };
        let ruled = |outcome: &str, due| Telling::Ruled {
            outcome: Label::from(outcome),
            by: dev(),
            reason: words(),
            raised_by: maya(),
            due,
        };
        vec![
            Telling::Raised {
                by: maya(),
                workflow: "credit-scoring".into(),
                class: "late-report".into(),
                reason: Some(words()),
                on: Some(on()),
                people: whom(),
                due: DUE,
            },
            Telling::Raised {
                by: maya(),
                workflow: "credit-scoring".into(),
                class: "late-report".into(),
                reason: None,
                on: None,
                people: whom(),
                due: DUE,
            },
            to_rule(None, None, false),
            to_rule(Some(words()), Some(Advice::Refuse), false),
            to_rule(Some(words()), None, false),
            to_rule(Some(words()), None, true),
            Telling::ToSpecialist { people: whom(), role: role(), due: DUE, by: Some(dev()), question: Some(words()) },
            Telling::ToSpecialist { people: whom(), role: role(), due: DUE, by: None, question: None },
            Telling::Taken { by: dev(), until: DUE, from: Some(maya()) },
            Telling::Taken { by: dev(), until: DUE, from: None },
            Telling::Free { by: dev(), reason: Some(words()), people: whom(), passed: false },
            Telling::Free { by: dev(), reason: None, people: whom(), passed: true },
            granted(Some(DUE), Some(control()), 0),
            granted(None, None, 1),
            ruled("refused", None),
            ruled("corrected", Some(DUE)),
            ruled("renewal-refused", Some(DUE)),
            ruled("renewal-refused", None),
            Telling::ExpiryNear { until: DUE, raised_by: maya(), control: Some(control()) },
            Telling::ExpiryNear { until: DUE, raised_by: maya(), control: None },
            Telling::Expired { until: NOW, people: whom(), due: DUE, on: Some(on()), at_end: Some(AtEnd::Restart) },
            Telling::Expired { until: NOW, people: whom(), due: DUE, on: Some(on()), at_end: Some(AtEnd::Resume) },
            Telling::Expired { until: NOW, people: whom(), due: DUE, on: None, at_end: None },
            Telling::Suspended { by: Some(dev()), reason: Some(words()), control: None, people: whom() },
            Telling::Suspended { by: None, reason: None, control: Some(control()), people: whom() },
            Telling::Lifted { by: dev(), reason: words(), proof: Some(DUE) },
            Telling::Lifted { by: dev(), reason: words(), proof: None },
            Telling::Proven { by: dev(), text: words(), url: Some(url()), next: Some(DUE), suspended: false },
            Telling::Proven { by: dev(), text: words(), url: None, next: None, suspended: true },
            Telling::Over { state: Label::from("closed"), by: dev(), reason: words() },
        ]
    }

    fn story() -> Vec<Event> {
        let grant = |until: Option<At>, asked: Option<PersonId>| {
            Box::new(Grant {
                by: dev(),
                stands_in_for: Some("lena".into()),
                asked,
                from: NOW,
                until,
                reason: words(),
                control: Some(control()),
                warn: vec![NOW],
            })
        };
        let recommended = |advice, stands_in_for| Event::Recommended {
            by: dev(),
            stands_in_for,
            role: role(),
            advice,
            reason: words(),
        };
        vec![
            Event::Raised(Box::new(Raised {
                began: began(Some(maya())),
                class: "late-report".into(),
                reason: Some(words()),
                until: Some(DUE),
                on: Some(on()),
                watch: None,
                usual: None,
            })),
            Event::Taken { by: dev(), until: At(DUE.0 + SPAN.0), from: Some(maya()) },
            Event::HandedBack { by: dev(), reason: Some(words()) },
            Event::HandedBack { by: dev(), reason: None },
            Event::LeaseEnded { by: dev() },
            Event::Triaged { by: dev(), class: "late-report".into() },
            Event::SentToSpecialist { by: Some(maya()), role: role(), question: Some(words()) },
            Event::SentToSpecialist { by: None, role: role(), question: None },
            recommended(Advice::Grant, Some(maya())),
            recommended(Advice::Correct, None),
            Event::SentBack { by: dev(), reason: words() },
            Event::Granted(grant(Some(DUE), None)),
            Event::ControlProven { by: dev(), text: words(), url: Some(url()) },
            Event::ControlProven { by: dev(), text: words(), url: None },
            Event::ExpiryNear { through: 1 },
            Event::RenewalAsked { by: maya(), until: Some(DUE), reason: words() },
            Event::RenewalRefused { by: dev(), reason: words() },
            Event::RenewalAsked { by: maya(), until: None, reason: words() },
            Event::Renewed(grant(None, Some(maya()))),
            Event::Suspended { by: None, reason: None },
            Event::Lifted { by: dev(), reason: words() },
            Event::Suspended { by: Some(dev()), reason: Some(words()) },
            Event::Expired { until: DUE },
            Event::Corrected { by: dev(), text: words() },
            Event::Refused { by: dev(), reason: words() },
            Event::Withdrawn { by: maya(), reason: words() },
            Event::Closed { by: dev(), text: words() },
        ]
    }
}

/// The three things that somebody who rules can do stand beside each other.
fn ruling(case: CaseId, take: Option<Button>) -> Vec<Option<Button>> {
    vec![
        open(case, "grant", Style::Primary),
        open(case, "refuse", Style::Danger),
        open(case, "correct", Style::Plain),
        take,
    ]
}

fn renewal(case: CaseId) -> Vec<Option<Button>> {
    vec![open(case, "renew", Style::Primary), open(case, "refuse", Style::Danger)]
}

fn on() -> CaseId {
    CaseId { kind: CaseKind::Incident, number: 2 }
}

fn control() -> Control {
    Control { text: words(), holder: role(), every: SPAN }
}

fn url() -> String {
    "https://example.org/".to_owned()
}
