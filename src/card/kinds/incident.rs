//! Incidents: their card, and how what is told of them looks.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, began, dev, maya, role, whom, words};
use super::super::tell::{self, Look, answers, review, seat};
use super::super::{Button, Speaker, Style, Tone, open, press};
use super::Shows;
use crate::domain::kinds::incident;
use crate::domain::kinds::incident::{
    Entity, Event, Harm, HarmType, Impact, Incident, IncidentState, Intent, KnownMoment, Law, LawState, Nature, Opened,
    Run, SeatName, Telling, Timing, Watched, Which,
};
use crate::domain::line::Named;
use crate::domain::notice::CaseTitle;
use crate::domain::obligation::About;
use crate::domain::{At, Case, CaseId, CaseKind, ClockId, Duty, Obligation, Severity};

impl Shows for Incident {
    fn facts(&self, speaker: &Speaker<'_>, case: &Case, _at: At) -> Json {
        let moments = self
            .moments
            .iter()
            .map(|(which, moment)| json!({ "which": which.word(), "at": moment.at.0, "by": moment.said_by }));
        let moments: Vec<Json> = moments.collect();
        let merged_into = match self.state {
            IncidentState::Merged { into } => Some(into.to_string()),
            _ => None,
        };
        let seat = |name| self.seats.get(&name);
        json!({
            "severity": self.severity.word(),
            "technical": self.technical,
            "class": self.class,
            "harm": list_of([self.nature.harm.map(Harm::word), self.nature.harm_type.map(HarmType::word)]),
            "cause": list_of([
                self.nature.entity.map(Entity::word),
                self.nature.intent.map(Intent::word),
                self.nature.timing.map(Timing::word),
            ]),
            "impact": match self.impact { Impact::Known => "known", Impact::Unclear => "unclear" },
            "assessed": self.assessed,
            "because": self.because,
            "merged_into": merged_into,
            "turned": self.turned,
            "last_update": self.last_update.as_ref().filter(|_| !case.is_closed()),
            "seats": { "lead": seat(SeatName::Lead), "comms": seat(SeatName::Comms), "scribe": seat(SeatName::Scribe) },
            "follow_ups": self.follow_ups.iter().map(|it| json!({
                "number": it.number, "assignee": it.assignee, "due": it.due.0, "text": it.text, "done": it.done.map(|at| at.0),
            })).collect::<Vec<_>>(),
            "moments": moments,
            "laws": laws(speaker, self, case),
        })
    }

    fn asked(&self, _speaker: &Speaker<'_>, _case: &Case) -> Option<Json> {
        None
    }

    fn revision(_telling: &Telling) -> Option<u32> {
        None
    }

    fn ended(&self, _case: &Case, _ended: &Obligation) -> Option<Json> {
        None
    }

    fn buttons(&self, _speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
        let id = case.id;
        let owes = |duty| case.owed(duty).is_some();
        let mut buttons: Vec<Option<Button>> = Vec::new();
        for duty in [Duty::StillWorking, Duty::AnswerPage, Duty::Assess] {
            if owes(duty) {
                buttons.extend(answers(id, duty, None, None).into_iter().map(Some));
            }
        }
        match self.state {
            IncidentState::Open => {
                buttons.insert(0, press(id, "ack", Style::Primary));
                buttons.push(open(id, "contain", Style::Plain));
                buttons.push(open(id, "update", Style::Plain));
            }
            IncidentState::Acknowledged => {
                buttons.push(open(id, "contain", Style::Primary));
                buttons.push(open(id, "update", Style::Plain));
                buttons.push(open(id, "resolve", Style::Plain));
            }
            IncidentState::Contained => {
                buttons.push(open(id, "resolve", Style::Primary));
                buttons.push(open(id, "update", Style::Plain));
            }
            IncidentState::Resolved => {
                buttons.push(review(id));
                buttons.push(open(id, "reopen", Style::Plain));
            }
            IncidentState::Reviewed => buttons.push(open(id, "reopen", Style::Plain)),
            IncidentState::Merged { .. } | IncidentState::Withdrawn => {}
        }
        if self.state.is_live() && self.lead().is_none() {
            buttons.push(seat(id, SeatName::Lead.word()));
        }
        buttons.push(press(id, "timeline", Style::Plain));
        let mut buttons: Vec<Button> = buttons.into_iter().flatten().collect();
        // Where everything is pressing, nothing is: the first is what is most likely wanted.
        let pressing = buttons.iter_mut().filter(|button| button.style == Style::Primary);
        pressing.skip(1).for_each(|button| button.style = Style::Plain);
        buttons
    }

    fn is_brief(event: &Event) -> bool {
        match event {
            Event::Opened(_)
            | Event::Acknowledged { .. }
            | Event::AcknowledgementLapsed {}
            | Event::Assessed { .. }
            | Event::Contained { .. }
            | Event::Resolved { .. }
            | Event::Reviewed { .. }
            | Event::Reopened { .. }
            | Event::Merged { .. }
            | Event::Absorbed { .. }
            | Event::Withdrawn { .. }
            | Event::Updated { .. }
            | Event::Decided { .. }
            | Event::Paged { .. }
            | Event::SeverityChanged { .. }
            | Event::MomentSet { .. }
            | Event::ClockSetAside { .. }
            | Event::ClockStarted { .. }
            | Event::ClockMoved { .. }
            | Event::ReportSubmitted { .. } => true,
            // How these stand now is told beside what happened.
            Event::FollowUpPromised { .. }
            | Event::FollowUpDone { .. }
            | Event::Classified { .. }
            | Event::SeatTaken { .. }
            | Event::SeatLeft { .. }
            | Event::ClockApplies { .. } => false,
        }
    }

    fn look(telling: &Telling, about: &CaseTitle) -> Look {
        let case = about.case;
        let lead = || seat(case, SeatName::Lead.word());
        match telling {
            Telling::Opened { due, .. } => {
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::Acknowledge, None, None)).and(lead())
            }
            Telling::AcknowledgementLapsed { due, .. } => {
                Look::asks(Tone::Late, Some(*due), answers(case, Duty::Acknowledge, None, None)).and(lead())
            }
            Telling::Paged { due, .. } => {
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::AnswerPage, None, None))
            }
            Telling::StillWorking { due, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                answers(case, Duty::StillWorking, None, None),
            )
            .and(open(case, "update", Style::Plain)),
            Telling::FollowUp { due, .. } => Look::asks(Tone::Nudge, Some(*due), Vec::new()),
            Telling::ClockStarted { clock, due, .. } | Telling::ClockMoved { clock, due, .. } => {
                let about = About::named(clock.as_str());
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::ReportToAuthority, Some(&about), None))
            }
            Telling::WhetherOwed { regime, due, .. } => {
                let about = About::named(regime.as_str());
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::SayWhetherOwed, Some(&about), None))
            }
            Telling::SeatLeft { seat: name, .. } => Look::calm().and(tell::seat(case, name.word())),
            Telling::SeverityChanged { .. } | Telling::SeatTaken { .. } => Look::calm(),
        }
    }

    fn samples() -> Vec<Telling> {
        vec![
            Telling::Opened {
                severity: Severity::Sev2,
                workflow: "credit-scoring".into(),
                by: None,
                people: whom(),
                due: DUE,
                because: Some("APR-4 has been pending for 3 h".to_owned()),
            },
            Telling::Paged { role: role(), people: whom(), by: maya(), reason: words(), due: DUE },
            Telling::StillWorking { person: dev(), due: DUE },
            Telling::AcknowledgementLapsed { people: whom(), due: DUE, shift_of: None },
            Telling::AcknowledgementLapsed { people: whom(), due: DUE, shift_of: Some(maya()) },
            Telling::SeverityChanged {
                from: Severity::Sev3,
                to: Severity::Sev1,
                by: maya(),
                reason: words(),
                people: whom(),
            },
            Telling::FollowUp { assignee: dev(), due: DUE, text: words() },
            Telling::SeatTaken { seat: SeatName::Lead, person: dev(), by: maya() },
            Telling::SeatLeft { seat: SeatName::Lead, by: maya() },
            Telling::ClockStarted { clock: clock(), people: whom(), due: DUE, last: Some(DUE), start: NOW },
            Telling::ClockStarted { clock: clock(), people: Vec::new(), due: DUE, last: None, start: NOW },
            Telling::WhetherOwed { regime: "gdpr-33".into(), people: whom(), due: DUE, would_be_due: DUE },
            Telling::ClockMoved {
                clock: clock(),
                people: whom(),
                due: DUE,
                last: Some(DUE),
                start: NOW,
                started_before: DUE,
                due_before: DUE,
            },
        ]
    }

    fn story() -> Vec<Event> {
        let nature = Nature {
            harm: Harm::read(Harm::WORDS[0]),
            harm_type: HarmType::read(HarmType::WORDS[0]),
            entity: Entity::read(Entity::WORDS[0]),
            intent: Intent::read(Intent::WORDS[0]),
            timing: Timing::read(Timing::WORDS[0]),
        };
        let regimes = ["gdpr-33", "dora"];
        let run = Run { start: NOW, latest: None, due: DUE, last: Some(DUE), obligation: 9 };
        let other = CaseId { kind: CaseKind::Incident, number: 2 };
        let promised = |number| Event::FollowUpPromised {
            number,
            by: maya(),
            assignee: dev(),
            due: DUE,
            text: words(),
            obligation: number,
        };
        vec![
            Event::Opened(Box::new(Opened {
                began: began(None),
                severity: Severity::Sev2,
                technical: Some(3),
                class: Some("perf.drift".into()),
                nature,
                impact: Impact::Unclear,
                moments: vec![KnownMoment { which: Which::Detected, at: NOW }],
                because: Some("APR-4 has been pending for 3 h".to_owned()),
                queue: None,
                stamps_end: None,
                regimes: regimes.map(|regime| Watched { regime: regime.into(), early: true }).to_vec(),
            })),
            Event::Acknowledged { by: dev() },
            Event::AcknowledgementLapsed {},
            Event::Assessed { by: dev(), text: words() },
            Event::Contained { by: dev(), text: words() },
            Event::Updated { by: dev(), text: words(), next: None },
            Event::Updated { by: dev(), text: words(), next: Some(DUE) },
            Event::Decided { by: dev(), text: words() },
            promised(1),
            promised(2),
            Event::FollowUpDone { number: 1, by: dev() },
            Event::Paged { by: maya(), role: role(), reason: words() },
            Event::SeverityChanged { by: maya(), from: Severity::Sev2, to: Severity::Sev1, reason: words() },
            Event::MomentSet { by: dev(), which: Which::Aware, at: DUE, before: None },
            Event::MomentSet { by: dev(), which: Which::Aware, at: NOW, before: Some(DUE) },
            Event::Classified { by: dev(), class: Some("perf.drift".into()), technical: Some(2), nature },
            Event::Classified { by: dev(), class: None, technical: Some(2), nature: Nature::default() },
            Event::SeatTaken { by: maya(), seat: SeatName::Lead, person: dev() },
            Event::SeatTaken { by: dev(), seat: SeatName::Comms, person: dev() },
            Event::SeatLeft { by: dev(), seat: SeatName::Comms },
            Event::ClockApplies { by: dev(), clock: clock() },
            Event::ClockStarted { clock: clock(), run: run.clone() },
            Event::ClockStarted { clock: clock(), run: Run { last: None, ..run.clone() } },
            Event::ClockMoved { clock: clock(), before: run.clone(), run },
            Event::ReportSubmitted { by: dev(), clock: clock(), at: NOW, text: words(), digest: Some("00".repeat(32)) },
            Event::ClockSetAside { by: dev(), clock: "dora.initial".into(), role: role(), reason: words() },
            Event::Resolved { by: dev(), text: words() },
            Event::Reopened { by: dev(), reason: words() },
            Event::Absorbed { other },
            Event::Reviewed { by: dev(), text: words(), drafted_from: None },
            Event::Withdrawn { by: dev(), reason: words() },
            Event::Merged { by: dev(), into: other },
        ]
    }
}

fn clock() -> ClockId {
    "gdpr-33.notification".into()
}

/// The reports to authorities that may be owed, as the card shows them: those that somebody has to do something about, or did.
fn laws(speaker: &Speaker<'_>, incident: &Incident, case: &Case) -> Vec<Json> {
    // What follows on a report that wasn't submitted is nobody's concern yet.
    let concerns = |law: &Law<'_>| match law.state {
        LawState::Unasked | LawState::Over(_) => false,
        LawState::NotStarted => match law.clock.follows() {
            Some(report) => incident.clocks.get(report).is_some_and(|it| !it.submitted.is_empty()),
            None => true,
        },
        // Once for each law.
        LawState::NotLawYet => law.pack.clocks.first() == Some(law.clock),
        LawState::Asked | LawState::SetAside(..) | LawState::Running(_) | LawState::Submitted(_) => true,
    };
    incident.laws(case.opened).filter(concerns).map(|law| law_as_seen(speaker, case, &law)).collect()
}

/// One report that a law may ask for, as templates see it.
pub(in crate::card) fn law_as_seen(speaker: &Speaker<'_>, case: &Case, law: &Law<'_>) -> Json {
    let (pack, clock) = (law.pack, law.clock);
    let line = |verb: incident::Verb| verb.on(case.id).with(&clock.id).typed(speaker.prefix);
    let moment = clock.moment().map(Which::word);
    let tell = clock
        .moment()
        .map(|which| incident::Verb::Moment.on(case.id).with(which.word()).with("…").typed(speaker.prefix));
    let mut seen = json!({
        "clock": clock.id,
        "law": pack.name,
        "report": clock.name,
        "paragraph": clock.paragraph,
        "within": clock.within.to_string(),
        "moment": moment,
        "after": clock.follows(),
        "quote": clock.quote,
        "applies_if": clock.applies_if,
        "forbids": clock.forbids_altering,
        "authority": pack.authority,
        "caveat": pack.caveat,
        "from": pack.applies_from.to_string(),
        "checked": pack.last_checked.to_string(),
        "tell": tell,
        "apply": line(incident::Verb::Applies),
    });
    let state = match &law.state {
        LawState::Over(which) => {
            seen["until"] = json!(which.word());
            "over"
        }
        LawState::NotLawYet => "not-law-yet",
        LawState::Unasked => "unasked",
        LawState::Asked => "asked",
        LawState::SetAside(remark, role) => {
            seen["by"] = json!(remark.by);
            seen["at"] = json!(remark.at.0);
            seen["reason"] = json!(remark.text);
            seen["role"] = json!(role);
            "set-aside"
        }
        LawState::NotStarted => "not-started",
        LawState::Running(run) => {
            seen["start"] = json!(run.start.0);
            seen["due"] = json!(run.due.0);
            seen["last"] = json!(run.last.map(|at| at.0));
            "running"
        }
        LawState::Submitted(submission) => {
            seen["at"] = json!(submission.at.0);
            seen["by"] = json!(submission.by);
            seen["text"] = json!(submission.reference);
            seen["digest"] = json!(submission.digest);
            "submitted"
        }
    };
    seen["state"] = json!(state);
    seen
}

fn list_of<const N: usize>(words: [Option<&str>; N]) -> String {
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
