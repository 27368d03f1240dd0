//! Rollbacks: their card, and how what is told of them looks.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, SPAN, began, dev, maya, role, whom, words};
use super::super::tell::{Look, answers};
use super::super::wording::typed_here;
use super::super::{Button, Speaker, Style, Tone, open, open_bound, press, press_bound};
use super::Shows;
use crate::domain::kinds::rollback::{
    Before, Compared, Drill, DrillDue, Event, Flight, Outcome, Planned, Proposed, Retargeted, Rollback, RollbackState,
    Telling, Version, Word,
};
use crate::domain::notice::CaseTitle;
use crate::domain::obligation::Standing;
use crate::domain::policy::{RollbackRule, RollbackTimes, StepRule, Way};
use crate::domain::{At, Case, CaseId, CaseKind, ClockId, Duty, Label, Obligation, RollbackDuty, SystemId};

impl Shows for Rollback {
    fn facts(&self, _speaker: &Speaker<'_>, case: &Case, _at: At) -> Json {
        let word = |word: &Word| json!({ "by": word.by, "stands_in_for": word.stands_in_for, "at": word.at.0, "text": word.text });
        let maybe = |it: &Option<Word>| it.as_ref().map(word);
        let criteria = (1..).zip(&self.rule.criteria).map(|(number, text): (u32, &String)| {
            let tick = self.ticks.get(&number);
            json!({
                "number": number, "text": text, "met": tick.map(|it| it.met), "by": tick.map(|it| &it.by),
                "at": tick.map(|it| it.at.0), "reason": tick.and_then(|it| it.text.as_ref()),
            })
        });
        let compared = self.compared.iter().map(|it| {
            json!({
                "way": it.way.word(), "decides": it.decides, "takes": it.takes.map(|it| it.0), "reason": it.reason,
                "undone": it.undone.as_deref().map(typed_here), "taken": it.way == self.way,
            })
        });
        let said = self.said.iter().map(|it| json!({ "role": it.role, "go": it.go, "word": word(&it.word) }));
        let next = self.next_step().map(|(number, _)| number);
        let steps = self.steps_to_do().map(|(number, rule)| {
            let stands = self.step(number);
            let (state, last) = match (&stands.done, &stands.skipped, &stands.blocked) {
                (Some(word), _, _) => ("done", Some(word)),
                (None, Some(word), _) => ("skipped", Some(word)),
                (None, None, Some(word)) => ("blocked", Some(word)),
                (None, None, None) => ("open", None),
            };
            json!({
                "number": number, "text": rule.text, "role": rule.role, "point": rule.point_of_no_return,
                "state": state, "next": Some(number) == next, "word": last.map(word), "agreed": maybe(&stands.agreed),
                "late": stands.call.as_ref().and_then(|call| call.late.as_ref()).map(|it| json!({
                    "at": it.at.0, "done": it.done, "text": it.text,
                })),
                "webhook": rule.webhook, "call": stands.call.as_ref().filter(|_| state == "open").map(|call| json!({
                    "tries": call.tries, "why": call.text, "again": call.again.map(|at| at.0), "begun": call.begun.map(|at| at.0),
                    "over": call.over,
                })),
            })
        });
        let trouble = |system: Option<&SystemId>| {
            self.troubled.iter().find(|it| it.system.as_ref() == system).map(|it| word(&it.word))
        };
        let downstream = self.rule.downstream.iter().map(|(system, role)| {
            json!({
                "system": system, "role": role, "word": self.downstream.get(system).map(word),
                "trouble": trouble(Some(system)),
                "looked_at": self.looked_at.get(system).map(word),
            })
        });
        let gaps = self.gaps.iter().map(|it| {
            json!({
                "number": it.number, "text": it.text, "assignee": it.assignee, "due": it.due.0,
                "closed": it.closed.as_ref().map(word),
            })
        });
        let measured = self.measured(case);
        let since = |at: Option<At>| at.map(|at| (at - measured.asked).0);
        let runs = self.started.is_some();
        json!({
            "drill": self.drill.as_ref().map(|it| json!({ "text": it.text, "announced": it.announced })),
            "way": self.way.word(),
            "from_version": version(&self.from),
            "to_version": version(&self.to),
            "revision": self.revision,
            "reason": self.reason,
            "on": self.on,
            "proposed_by": self.proposed_by,
            "criteria": criteria.collect::<Vec<_>>(),
            "compared": compared.collect::<Vec<_>>(),
            "said": said.collect::<Vec<_>>(),
            "missing_go": self.without_go(),
            "authorised": maybe(&self.authorised),
            "altering": self.altering.as_ref().map(|it| json!({ "clocks": it.clocks, "unnamed": it.unnamed, "word": word(&it.word) })),
            "sealed": self.sealed.as_ref().map(|it| json!({ "at": it.at.0, "size": it.size, "root": it.root })),
            "steps": if runs { steps.collect::<Vec<_>>() } else { Vec::new() },
            "steps_in_all": self.steps_in_all(),
            "downstream": if runs { downstream.collect::<Vec<_>>() } else { Vec::new() },
            "in_flight": self.in_flight.as_ref().map(|(what, it)| json!({ "what": what.word(), "word": word(it) })),
            "look_back": self.look_back.as_ref().map(|it| json!({
                "from": it.from.0, "to": it.to.0, "count": it.count, "word": word(&it.word),
            })),
            "source": maybe(&self.source),
            "source_trouble": trouble(None),
            "gaps": gaps.collect::<Vec<_>>(),
            "tried_again": self.tried_again.iter().map(|it| json!({ "held": it.held, "word": word(&it.word) })).collect::<Vec<_>>(),
            "is_due": self.is_due(),
            "outcome": self.outcome.map(Outcome::word),
            "ended": maybe(&self.ended),
            "to_authorised": since(measured.authorised),
            "to_effect": since(measured.first_effect),
            "to_confirmed": since(measured.confirmed),
            "target": measured.target.0,
            "in_time": measured.is_in_time(),
            "opened": case.opened.0,
        })
    }

    /// Where it goes: nobody authorises, says go or takes a step of what they don't see.
    fn asked(&self, _speaker: &Speaker<'_>, _case: &Case) -> Option<Json> {
        Some(json!({
            "way": self.way.word(),
            "from_version": { "name": self.from.name },
            "to_version": { "name": self.to.name },
            "shown_revision": self.revision,
        }))
    }

    fn revision(_telling: &Telling) -> Option<u32> {
        None
    }

    /// A no is told as a no.
    fn ended(&self, _case: &Case, ended: &Obligation) -> Option<Json> {
        let Standing::Met { at, .. } = ended.standing else { return None };
        let no = match ended.duty.of_rollback()? {
            RollbackDuty::AuthoriseRollback if self.state == RollbackState::Refused => "refused",
            RollbackDuty::SayGo => {
                let said = self.said.iter().find(|said| ended.is_about(said.role.as_str()) && said.word.at == at);
                match said {
                    Some(said) if said.go => return None,
                    Some(_) => "no-go said",
                    // Something else was said since.
                    None => "answered",
                }
            }
            RollbackDuty::AuthoriseRollback
            | RollbackDuty::StartRollback
            | RollbackDuty::AnswerNoGo
            | RollbackDuty::AgreePoint
            | RollbackDuty::DoStep
            | RollbackDuty::AnswerInFlight
            | RollbackDuty::ConfirmDownstream
            | RollbackDuty::LookBack
            | RollbackDuty::AnswerLookBack
            | RollbackDuty::ConfirmSource
            | RollbackDuty::HoldDrill
            | RollbackDuty::CloseGap => return None,
            RollbackDuty::ConfirmRollback => match self.outcome {
                Some(Outcome::Failed) => "failed",
                Some(Outcome::Recovered | Outcome::Contained | Outcome::InMaintenance) | None => return None,
            },
        };
        Some(json!({ "done": no }))
    }

    fn buttons(&self, _speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
        let id = case.id;
        let owes = |duty: Duty| case.owed(duty).is_some();
        let seen = Some(self.revision);
        let step = self.next_step().map(|(number, _)| number);
        let go = || [press_bound(id, "go", seen, Style::Plain), open_bound(id, "no-go", seen, Style::Plain)];
        let mut buttons: Vec<Option<Button>> = match self.state {
            RollbackState::Due => vec![open(id, "plan", Style::Primary)],
            RollbackState::Proposed => {
                let mut buttons = vec![
                    open_bound(id, "authorise", seen, Style::Primary),
                    open_bound(id, "deny", seen, Style::Danger),
                ];
                if owes(Duty::SayGo) {
                    buttons.extend(go());
                }
                buttons
            }
            RollbackState::Authorised => {
                let mut buttons = Vec::new();
                if owes(Duty::StartRollback) {
                    buttons.push(press_bound(id, "start", seen, Style::Primary));
                }
                if owes(Duty::SayGo) || owes(Duty::AnswerNoGo) {
                    buttons.extend(go());
                }
                buttons.extend([open(id, "retarget", Style::Plain), open(id, "withdraw", Style::Plain)]);
                buttons
            }
            RollbackState::Running | RollbackState::Confirmed | RollbackState::Abandoned => {
                let asked = [
                    (Duty::AgreePoint, "agree-point"),
                    (Duty::DoStep, "done"),
                    (Duty::AnswerInFlight, "in-flight"),
                    (Duty::ConfirmDownstream, "downstream"),
                    (Duty::LookBack, "look-back"),
                    (Duty::AnswerLookBack, "looked-at"),
                    (Duty::ConfirmSource, "source"),
                    (Duty::ConfirmRollback, "confirm"),
                    (Duty::CloseGap, "gap-closed"),
                ];
                let first = |place: usize| if place == 0 { Style::Primary } else { Style::Plain };
                let asked = asked.into_iter().filter(|(duty, _)| owes(*duty)).enumerate();
                let asked = asked.map(|(place, (duty, verb))| match duty {
                    Duty::DoStep => press_bound(id, verb, step, first(place)),
                    Duty::AgreePoint => open_bound(id, verb, step, first(place)),
                    _ => open(id, verb, first(place)),
                });
                let mut buttons: Vec<Option<Button>> = asked.take(3).collect();
                if owes(Duty::DoStep) {
                    buttons.push(open_bound(id, "blocked", step, Style::Plain));
                }
                if owes(Duty::AgreePoint) {
                    buttons.push(open_bound(id, "skip", step, Style::Plain));
                }
                buttons
            }
            RollbackState::Refused => Vec::new(),
        };
        buttons.push(press(id, "timeline", Style::Plain));
        buttons.into_iter().flatten().collect()
    }

    fn is_brief(event: &Event) -> bool {
        match event {
            Event::Proposed(_)
            | Event::DrillDue(_)
            | Event::Planned(_)
            | Event::DrillHeld { .. }
            | Event::GapFound { .. }
            | Event::TriedAgain { .. }
            | Event::Retargeted(_)
            | Event::GoSaid { .. }
            | Event::Authorised { .. }
            | Event::Refused { .. }
            | Event::AlteringDecided { .. }
            | Event::EvidenceSealed { .. }
            | Event::Started { .. }
            | Event::PointAgreed { .. }
            | Event::StepDone { .. }
            | Event::StepBlocked { .. }
            | Event::StepSkipped { .. }
            | Event::CalledAnew { .. }
            | Event::MachineSaidLate { .. }
            | Event::FlightAnswered { .. }
            | Event::LookedBack { .. }
            | Event::SourceConfirmed { .. }
            | Event::Confirmed { .. }
            | Event::Abandoned { .. } => true,
            // How these stand now is told beside what happened.
            Event::CriterionTicked { .. }
            | Event::GapClosed { .. }
            | Event::WayCompared(_)
            | Event::CallBegun { .. }
            | Event::CallFailed { .. }
            | Event::DownstreamConfirmed { .. }
            | Event::AnsweredNo { .. }
            | Event::LookBackAnswered { .. } => false,
        }
    }

    fn look(telling: &Telling, about: &CaseTitle) -> Look {
        let case = about.case;
        match telling {
            Telling::Proposed { due, revision, .. } | Telling::Retargeted { due, revision, .. } => {
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::AuthoriseRollback, None, Some(*revision)))
                    .and(open_bound(case, "deny", Some(*revision), Style::Danger))
            }
            Telling::DrillDue { due, .. } => {
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::HoldDrill, None, None))
            }
            Telling::Gap { due, .. } => Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::CloseGap, None, None)),
            Telling::GoAsked { due, revision, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                answers(case, Duty::SayGo, None, Some(*revision)),
            )
            .and(open_bound(case, "no-go", Some(*revision), Style::Danger)),
            Telling::GoSaid { go: true, .. } => Look::of(Tone::Done),
            Telling::GoSaid { go: false, .. } => Look::of(Tone::Declined),
            Telling::Authorised { .. } => Look::of(Tone::Done),
            Telling::Ended { state, .. } => Look::of(Tone::over(state.as_str())),
            Telling::AlteringDecided { .. } => Look::of(Tone::Late),
            Telling::Started { .. } => Look::of(Tone::Nudge),
            Telling::PointAsked { due, law: true, .. } => {
                Look::asks(Tone::Late, Some(*due), open(case, "alter-anyway", Style::Danger).into_iter().collect())
            }
            Telling::PointAsked { due, step, .. } => Look::asks(
                Tone::Late,
                Some(*due),
                answers(case, Duty::AgreePoint, None, Some(*step)),
            )
            .and(open_bound(case, "skip", Some(*step), Style::Plain)),
            Telling::StepAsked { due, step, .. } => Look::asks(
                Tone::Nudge,
                Some(*due),
                answers(case, Duty::DoStep, None, Some(*step)),
            )
            .and(open_bound(case, "blocked", Some(*step), Style::Danger)),
            Telling::StepSaid { what, step, .. } if what.as_str() == "blocked" => Look::of(Tone::Late)
                .and(open_bound(case, "skip", Some(*step), Style::Plain))
                .and(open(case, "withdraw", Style::Danger)),
            Telling::CallFailed { again, step, .. } => {
                let again = again.is_none().then(|| press(case, "call", Style::Plain)).flatten();
                Look::of(Tone::Late).and(press_bound(case, "done", Some(*step), Style::Plain)).and(again)
            }
            Telling::MachineSaidLate { .. } => Look::of(Tone::Late),
            Telling::StepSaid { .. } | Telling::Answered { .. } => Look::calm(),
            Telling::AnsweredNo { over, .. } => {
                let confirm = open(case, "confirm", Style::Danger).filter(|_| *over);
                Look::of(Tone::Late).and(confirm.map(|button| Button { label: "It failed".to_owned(), ..button }))
            }
            Telling::Asked { due, duty: Duty::AnswerNoGo, .. } => {
                let (answer, other) =
                    (answers(case, Duty::AnswerNoGo, None, None), open(case, "retarget", Style::Plain));
                Look::asks(Tone::Late, Some(*due), answer).and(other)
            }
            Telling::Asked { due, duty, revision, .. } => {
                let bound = Some(*revision).filter(|_| *duty == Duty::StartRollback);
                Look::asks(Tone::Nudge, Some(*due), answers(case, *duty, None, bound))
            }
            Telling::Confirmed { outcome: Outcome::Failed, .. } => Look::of(Tone::Declined),
            Telling::Confirmed { .. } => Look::of(Tone::Done),
        }
    }

    fn samples() -> Vec<Telling> {
        let all = |drill: bool| {
            let proposed = |on| Telling::Proposed {
                drill,
                by: maya(),
                workflow: "credit-scoring".into(),
                revision: 1,
                way: Way::RollBack,
                from: named("v7", true),
                to: named("v6", false),
                reason: words(),
                on,
                before: before(),
                people: whom(),
                due: DUE,
            };
            let authorised = |missing, unmet| Telling::Authorised {
                drill,
                by: dev(),
                revision: 1,
                reason: words(),
                unmet,
                missing,
                people: whom(),
            };
            let point = |law, back| Telling::PointAsked {
                drill,
                law,
                back,
                step: 2,
                steps: 3,
                text: words(),
                people: whom(),
                due: DUE,
            };
            let altering =
                |clocks, unnamed| Telling::AlteringDecided { drill, by: dev(), clocks, unnamed, reason: words() };
            let said = |go, reason| Telling::GoSaid { drill, role: role(), by: dev(), go, reason };
            let step = |what: &str, by, reason| Telling::StepSaid {
                drill,
                what: Label::from(what),
                step: 2,
                steps: 3,
                by,
                reason,
            };
            let answered = |duty, system: Option<SystemId>, flight, count| Telling::Answered {
                drill,
                duty,
                system,
                flight,
                count,
                by: dev(),
                text: words(),
            };
            let asked = |duty, system: Option<SystemId>| Telling::Asked {
                drill,
                duty,
                revision: if duty == Duty::StartRollback { 2 } else { 1 },
                law: duty == Duty::StartRollback && !drill,
                system,
                people: whom(),
                due: DUE,
            };
            let ledger = || Some(SystemId::from("ledger"));
            let no = |duty, system: Option<SystemId>, over: bool| Telling::AnsweredNo {
                drill,
                duty,
                system,
                by: dev(),
                text: words(),
                due: over.then_some(DUE),
                over,
            };
            let confirmed =
                |outcome| Telling::Confirmed { drill, by: dev(), outcome, text: words(), took: SPAN, target: SPAN };
            let said_late = |done| Telling::MachineSaidLate {
                drill,
                step: 2,
                steps: 3,
                webhook: "deploy".into(),
                done,
                text: words(),
                people: whom(),
            };
            let call_failed = |again| Telling::CallFailed {
                drill,
                step: 2,
                steps: 3,
                webhook: "deploy".into(),
                text: words(),
                again,
                people: whom(),
            };
            vec![
                proposed(Some(on())),
                proposed(None),
                Telling::DrillDue { workflow: "credit-scoring".into(), last: Some(NOW), people: whom(), due: DUE },
                Telling::DrillDue { workflow: "credit-scoring".into(), last: None, people: whom(), due: DUE },
                Telling::Gap { drill, number: 1, by: maya(), assignee: dev(), due: DUE, text: words() },
                Telling::GoAsked {
                    drill,
                    role: role(),
                    revision: 1,
                    way: Way::Contain,
                    from: named("v7", false),
                    to: named("v6", false),
                    people: whom(),
                    due: DUE,
                },
                said(true, None),
                said(false, Some(words())),
                Telling::Retargeted {
                    drill,
                    by: maya(),
                    revision: 2,
                    way: Way::RollBack,
                    from: named("v7", false),
                    to: named("v5", true),
                    reason: words(),
                    before: before(),
                    people: whom(),
                    due: DUE,
                },
                authorised(vec![role()], vec![2, 3]),
                authorised(Vec::new(), Vec::new()),
                Telling::Ended { drill, state: Label::from("refused"), by: dev(), reason: words() },
                Telling::Ended { drill, state: Label::from("abandoned"), by: dev(), reason: words() },
                altering(vec!["dora.initial".into()], false),
                altering(vec!["dora.initial".into()], true),
                altering(Vec::new(), true),
                Telling::Started { drill, by: dev(), size: 41 },
                point(false, false),
                point(true, false),
                point(true, true),
                Telling::StepAsked { drill, step: 2, steps: 3, text: words(), people: whom(), due: DUE },
                step("done", None, None),
                step("done", Some(dev()), Some(words())),
                step("blocked", Some(dev()), Some(words())),
                step("skipped", Some(dev()), Some(words())),
                step("agreed", Some(dev()), Some(words())),
                said_late(true),
                said_late(false),
                call_failed(Some(DUE)),
                call_failed(None),
                asked(Duty::AnswerInFlight, None),
                asked(Duty::ConfirmDownstream, ledger()),
                asked(Duty::LookBack, None),
                asked(Duty::AnswerLookBack, ledger()),
                asked(Duty::ConfirmSource, None),
                asked(Duty::ConfirmRollback, None),
                asked(Duty::StartRollback, None),
                asked(Duty::AnswerNoGo, None),
                no(Duty::ConfirmDownstream, ledger(), false),
                no(Duty::ConfirmSource, None, true),
                answered(Duty::AnswerInFlight, None, Some(Flight::Drained), None),
                answered(Duty::ConfirmDownstream, ledger(), None, None),
                answered(Duty::LookBack, None, None, Some(1250)),
                answered(Duty::AnswerLookBack, ledger(), None, None),
                answered(Duty::ConfirmSource, None, None, None),
                confirmed(Outcome::Recovered),
                confirmed(Outcome::Failed),
            ]
        };
        all(false).into_iter().chain(all(true)).collect()
    }

    fn story() -> Vec<Event> {
        let compared = |way, decides| {
            let undone = Some(words());
            Event::WayCompared(Box::new(Compared {
                way,
                by: dev(),
                decides,
                takes: Some(SPAN),
                undone,
                reason: words(),
            }))
        };
        let drill = Some(Drill { text: Some(words()), announced: true });
        let altering = |clocks: Vec<ClockId>, unnamed| Event::AlteringDecided {
            by: dev(),
            cases: vec![on(); clocks.len()],
            clocks,
            unnamed,
            reason: words(),
        };
        vec![
            Event::Proposed(Box::new(Proposed {
                began: began(Some(maya())),
                drill,
                way: Way::RollBack,
                from: named("v7", true),
                to: named("v6", true),
                reason: words(),
                on: Some(on()),
                rule: rule(),
            })),
            Event::DrillDue(Box::new(DrillDue { began: began(None), last: Some(NOW), rule: rule() })),
            Event::DrillDue(Box::new(DrillDue { began: began(None), last: None, rule: rule() })),
            Event::Planned(Box::new(Planned {
                by: dev(),
                drill: Drill { text: Some(words()), announced: false },
                way: Way::RollBack,
                from: named("v7", false),
                to: named("v6", true),
                reason: words(),
            })),
            Event::CriterionTicked { by: dev(), criterion: 1, met: true, text: Some(words()) },
            Event::CriterionTicked { by: dev(), criterion: 2, met: false, text: None },
            compared(Way::Stay, Some(role())),
            compared(Way::RollBack, None),
            Event::GoSaid { by: dev(), stands_in_for: Some(maya()), role: role(), go: false, reason: Some(words()) },
            Event::GoSaid { by: dev(), stands_in_for: None, role: role(), go: true, reason: None },
            Event::Authorised { by: dev(), stands_in_for: Some(maya()), revision: 1, reason: words() },
            altering(vec!["dora.initial".into()], false),
            altering(vec!["dora.initial".into()], true),
            altering(Vec::new(), true),
            Event::Retargeted(Box::new(Retargeted {
                by: maya(),
                revision: 2,
                way: Way::RollBack,
                from: named("v7", false),
                to: named("v5", true),
                reason: words(),
            })),
            Event::Authorised { by: dev(), stands_in_for: None, revision: 2, reason: words() },
            Event::EvidenceSealed { size: 41, root: Label::from("00ff") },
            Event::Started { by: dev() },
            Event::StepBlocked { by: Some(dev()), step: 1, reason: words() },
            Event::StepDone { by: Some(dev()), step: 1, text: Some(words()) },
            Event::PointAgreed { by: dev(), stands_in_for: Some(maya()), step: 2, reason: words() },
            Event::StepDone { by: None, step: 2, text: None },
            Event::StepBlocked { by: None, step: 3, reason: words() },
            Event::CallBegun { step: 3 },
            Event::CallFailed { step: 3, text: words(), again: Some(DUE) },
            Event::CallFailed { step: 3, text: words(), again: None },
            Event::CalledAnew { by: dev(), step: 3 },
            Event::MachineSaidLate { step: 3, done: true, text: words() },
            Event::MachineSaidLate { step: 3, done: false, text: words() },
            Event::StepSkipped { by: dev(), step: 3, reason: words() },
            Event::FlightAnswered { by: dev(), flight: Flight::Left, text: words() },
            Event::DownstreamConfirmed { by: dev(), system: "ledger".into(), text: words() },
            Event::LookedBack { by: dev(), from: NOW, to: DUE, count: 1250, text: words() },
            Event::LookBackAnswered { by: dev(), system: "ledger".into(), text: words() },
            Event::AnsweredNo { by: dev(), system: Some("ledger".into()), text: words() },
            Event::AnsweredNo { by: dev(), system: None, text: words() },
            Event::SourceConfirmed { by: dev(), text: words() },
            Event::GapFound { number: 1, by: maya(), assignee: dev(), due: DUE, text: words(), obligation: 1 },
            Event::GapClosed { number: 1, by: dev(), text: words() },
            Event::TriedAgain { by: dev(), held: false, text: words() },
            Event::TriedAgain { by: dev(), held: true, text: words() },
            Event::DrillHeld { into: Some(CaseId { kind: CaseKind::Rollback, number: 9 }) },
            Event::DrillHeld { into: None },
            Event::Confirmed { by: dev(), outcome: Outcome::Contained, text: words() },
            Event::Confirmed { by: dev(), outcome: Outcome::Failed, text: words() },
            Event::Refused { by: dev(), reason: words() },
            Event::Abandoned { by: dev(), reason: words() },
        ]
    }
}

fn version(version: &Version) -> Json {
    json!({ "name": typed_here(&version.name), "digest": version.digest.as_deref().map(typed_here) })
}

fn before() -> Before {
    Before { criteria: 2, compare: vec![Way::Stay, Way::Contain], law: true }
}

fn on() -> CaseId {
    CaseId { kind: CaseKind::Incident, number: 2 }
}

fn named(name: &str, digest: bool) -> Version {
    Version { name: name.to_owned(), digest: digest.then(|| "sha256:0a1b".to_owned()) }
}

fn rule() -> RollbackRule {
    let step = |way, point_of_no_return| StepRule {
        text: words(),
        role: role(),
        within: Some(SPAN),
        way,
        point_of_no_return,
        webhook: Some("deploy".into()),
        webhook_in_drills: false,
    };
    RollbackRule {
        authorise: vec![role()],
        run_by: role(),
        go: vec![role(), "governance-lead".into()],
        times: RollbackTimes { authorise: SPAN, go: SPAN, step: SPAN, confirm: SPAN, whole: SPAN },
        ladder: "standard".into(),
        urgent: false,
        criteria: vec![words(), words(), words()],
        compare: vec![Way::Stay],
        steps: vec![step(Way::RollBack, false), step(Way::RollBack, true), step(Way::RollBack, false)],
        downstream: [("ledger".into(), role()), ("letters".into(), role())].into(),
        drill_every: None,
        drill_within: SPAN,
        drill_for_production: false,
        freeze_after: None,
        line: 1,
    }
}
