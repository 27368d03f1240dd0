//! Approvals: their card, and how what is told of them looks.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, SPAN, began, dev, maya, role, whom, words};
use super::super::tell::{Look, answers};
use super::super::{Button, Speaker, Style, Tone, open, press, votes};
use super::Shows;
use crate::domain::duty::AnsweredBy;
use crate::domain::kinds::approval::{Approval, Ended, Event, Outcome, Records, Requested, Telling, Vote};
use crate::domain::notice::CaseTitle;
use crate::domain::obligation::{About, Standing};
use crate::domain::policy::{TimeIsUp, redflag};
use crate::domain::records::{Keeps, RecordsAct, Whose, numbers};
use crate::domain::{At, Case, CaseId, CaseKind, Duty, Label, Obligation};

impl Shows for Approval {
    fn facts(&self, speaker: &Speaker<'_>, case: &Case, _at: At) -> Json {
        let superseded_by = match &self.outcome {
            Some(Outcome::Superseded { by }) => Some(by.to_string()),
            Some(Outcome::Approved | Outcome::Declined | Outcome::Lapsed | Outcome::Withdrawn) | None => None,
        };
        let votes = self.votes.iter().map(|vote| {
            json!({
                "by": vote.by, "approves": vote.approves, "stands_in_for": vote.stands_in_for, "stage": vote.stage + 1,
                "reason": vote.reason,
            })
        });
        let lacks = || redflag::lacks_for_production(speaker.policy, &case.workflow);
        let lacks = (self.promotes && self.outcome.is_none()).then(lacks);
        json!({
            "promotes": self.promotes,
            "records": self.records.as_ref().map(records),
            "drill": speaker.policy.rollbacks.get(&case.workflow).filter(|rule| rule.drill_for_production).map(|rule| {
                json!({ "every": rule.drill_every.map(|every| every.0) })
            }),
            "lacks": lacks,
            "requester": self.requester,
            "action": self.action,
            "action_sha256": self.action_sha256,
            "revision": self.revision,
            "path": self.path,
            "superseded_by": superseded_by,
            "concluded": self.concluded,
            "question": self.question,
            "votes": votes.collect::<Vec<_>>(),
            "broken_glass": self.broken_glass,
            "stages": stages(speaker, case, self),
            "silence": case.owed(Duty::Decide).and(self.asked(speaker, case)).map(|asked| asked["silence"].clone()),
        })
    }

    fn asked(&self, speaker: &Speaker<'_>, case: &Case) -> Option<Json> {
        // What silence would have approved by then, and didn't, it approves no more.
        let is_late = case.owed(Duty::Decide).is_some_and(Obligation::is_late);
        let silence = speaker.policy.paths.get(&self.path).map(|path| match &path.when_time_is_up {
            TimeIsUp::Hold => "it stays open and is late".to_owned(),
            TimeIsUp::Lapse => "it lapses".to_owned(),
            TimeIsUp::Widen(role) => format!("{role} may decide too"),
            TimeIsUp::Approve if self.needs_a_word() || is_late => "it stays open and is late".to_owned(),
            TimeIsUp::Approve => "silence approves it".to_owned(),
        });
        Some(json!({
            "action": self.action,
            "action_sha256": self.action_sha256,
            "shown_revision": self.revision,
            "workflow": case.workflow,
            "path": self.path,
            "silence": silence,
        }))
    }

    fn revision(telling: &Telling) -> Option<u32> {
        match telling {
            Telling::Asked { revision, .. }
            | Telling::Amended { revision, .. }
            | Telling::QuestionAnswered { revision, .. }
            | Telling::Widened { revision, .. } => Some(*revision),
            Telling::Voted { .. }
            | Telling::VoteTakenBack { .. }
            | Telling::Concluded { .. }
            | Telling::Question { .. }
            | Telling::GlassBroken { .. }
            | Telling::Slow { .. }
            | Telling::Deferred { .. }
            | Telling::Erased { .. } => None,
        }
    }

    fn ended(&self, _case: &Case, ended: &Obligation) -> Option<Json> {
        match ended.duty.row().answer {
            AnsweredBy::Vote => {}
            AnsweredBy::Press
            | AnsweredBy::Words
            | AnsweredBy::Draft
            | AnsweredBy::Seat
            | AnsweredBy::Named
            | AnsweredBy::Either => {
                return None;
            }
        }
        if let (Some(outcome), Some(end)) = (&self.outcome, &self.concluded)
            && ended.closed() == Some(end.at)
        {
            let superseded_by = match outcome {
                Outcome::Superseded { by } => Some(by),
                Outcome::Approved | Outcome::Declined | Outcome::Lapsed | Outcome::Withdrawn => None,
            };
            let reason = end.ended.reason.as_ref().filter(|_| superseded_by.is_none());
            return Some(json!({
                "outcome": outcome.word(), "by": end.ended.by, "reason": reason, "why": null, "superseded_by": superseded_by,
            }));
        }
        match ended.standing {
            Standing::Met { .. } => {
                Some(json!({ "outcome": "stage-passed", "stage": ended.about.as_ref().map(About::text) }))
            }
            Standing::Waived { .. } | Standing::Void { .. } | Standing::Owed | Standing::Paused { .. } => None,
        }
    }

    fn buttons(&self, speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
        let id = case.id;
        let mut buttons: Vec<Button> = Vec::new();
        if self.outcome.is_none() {
            let reason_needed = speaker.policy.paths.get(&self.path).is_some_and(|path| path.reason_on_approve);
            buttons.extend(votes(id, Some(self.revision), reason_needed));
            if self.question.is_some() {
                // One question at a time: the place of “ask” is the answer's.
                buttons.pop();
                buttons.extend(open(id, "answer", Style::Plain));
            }
        }
        if case.owed(Duty::ReviewBreakGlass).is_some() {
            buttons.extend(open(id, "glass-review", Style::Primary));
        }
        buttons.extend(press(id, "timeline", Style::Plain));
        buttons
    }

    fn is_brief(event: &Event) -> bool {
        match event {
            Event::Requested(_)
            | Event::Voted(_)
            | Event::VoteTakenBack { .. }
            | Event::StagePassed { .. }
            | Event::Amended { .. }
            | Event::QuestionAsked { .. }
            | Event::QuestionAnswered { .. }
            | Event::GlassBroken { .. }
            | Event::GlassReviewed { .. }
            | Event::Approved(_)
            | Event::Declined(_)
            | Event::Lapsed(_)
            | Event::Withdrawn(_)
            | Event::Superseded { .. }
            | Event::FoundSlow { .. }
            | Event::Deferred { .. }
            | Event::Withheld { .. }
            | Event::CarriedOut { .. } => true,
        }
    }

    fn look(telling: &Telling, about: &CaseTitle) -> Look {
        let case = about.case;
        let votes = |revision: u32| votes(case, Some(revision), false);
        match telling {
            Telling::Asked { due, revision, .. } | Telling::Amended { due, revision, .. } => {
                Look::asks(Tone::Nudge, Some(*due), votes(*revision))
            }
            Telling::QuestionAnswered { revision, .. } | Telling::Widened { revision, .. } => {
                Look::asks(Tone::Nudge, None, votes(*revision))
            }
            Telling::Question { due, .. } => {
                Look::asks(Tone::Nudge, Some(*due), answers(case, Duty::AnswerQuestion, None, None))
            }
            Telling::GlassBroken { due, .. } => {
                let asks = due.map(|_| answers(case, Duty::ReviewBreakGlass, None, None));
                Look::asks(Tone::Late, *due, asks.unwrap_or_default())
            }
            Telling::Voted { .. } | Telling::VoteTakenBack { .. } => Look::calm(),
            Telling::Concluded { outcome, .. } => Look::of(Tone::over(outcome.as_str())),
            Telling::Slow { .. } | Telling::Deferred { .. } => Look::of(Tone::Late),
            Telling::Erased { .. } => Look::of(Tone::Done),
        }
    }

    fn samples() -> Vec<Telling> {
        vec![
            Telling::Asked {
                requester: maya(),
                revision: 1,
                people: whom(),
                role: role(),
                have: 0,
                need: 2,
                due: DUE,
                stage: 1,
                stages: 2,
            },
            Telling::Voted {
                by: dev(),
                stands_in_for: Some(maya()),
                reason: Some(words()),
                have: 1,
                need: 2,
                waiting_on: whom(),
            },
            Telling::VoteTakenBack { by: dev(), have: 0, need: 2, waiting_on: whom() },
            Telling::Concluded {
                outcome: Label::from("lapsed"),
                by: None,
                reason: None,
                requester: maya(),
                took: SPAN,
            },
            Telling::Amended { by: maya(), revision: 2, people: whom(), due: DUE },
            Telling::Question { by: dev(), requester: maya(), question: words(), due: DUE, paused: true },
            Telling::QuestionAnswered { revision: 1, by: maya(), text: words(), people: whom() },
            Telling::Widened { revision: 1, role: role(), people: whom() },
            Telling::GlassBroken {
                by: dev(),
                stands_in_for: Some("lena".into()),
                role: role(),
                reason: words(),
                people: whom(),
                due: Some(DUE),
            },
            Telling::GlassBroken {
                by: dev(),
                stands_in_for: None,
                role: role(),
                reason: words(),
                people: whom(),
                due: None,
            },
            Telling::Slow { pending: SPAN },
            Telling::Deferred { keeps: Keeps::Holds(vec![2, 3]), due: Some(DUE), withheld: true, open: true },
            Telling::Deferred {
                keeps: Keeps::OpenCases(vec![CaseId { kind: CaseKind::Incident, number: 4 }]),
                due: None,
                withheld: false,
                open: true,
            },
            Telling::Deferred {
                keeps: Keeps::Retention { cases: vec![CaseId { kind: CaseKind::Incident, number: 4 }], until: DUE },
                due: Some(DUE),
                withheld: true,
                open: false,
            },
            Telling::Erased { entries: 1, files: 0 },
            Telling::Erased { entries: 41, files: 2 },
        ]
    }

    fn story() -> Vec<Event> {
        let (action, action_sha256) = ("deploy scoring:v7".to_owned(), "ab".repeat(32));
        let vote = |approves: bool, stands_in_for| {
            let (reason, action_sha256) = (Some(words()).filter(|_| !approves), action_sha256.clone());
            Event::Voted(Vote { by: dev(), stands_in_for, stage: 0, approves, reason, revision: 1, action_sha256 })
        };
        let ended = |by, reason| Ended { by, reason, took: SPAN };
        vec![
            Event::Requested(Box::new(Requested {
                began: began(Some(maya())),
                action: action.clone(),
                action_sha256: action_sha256.clone(),
                path: "model-change".into(),
                promotes: false,
                records: None,
                slow_at: Some(DUE),
                watch: None,
            })),
            vote(true, None),
            vote(false, Some(maya())),
            Event::VoteTakenBack { by: dev(), stage: 0 },
            Event::StagePassed { stage: 0 },
            Event::Amended { by: maya(), action, action_sha256, revision: 2 },
            Event::QuestionAsked { by: dev(), question: words(), obligation: 1, paused: true },
            Event::QuestionAnswered { by: maya(), text: words() },
            Event::GlassBroken { by: dev(), stands_in_for: Some(maya()), role: role(), reason: words() },
            Event::GlassReviewed { by: dev(), text: words() },
            Event::FoundSlow { pending: SPAN },
            Event::Deferred { keeps: Keeps::Holds(vec![2]), open: Vec::new() },
            Event::Deferred {
                keeps: Keeps::OpenCases(vec![CaseId { kind: CaseKind::Incident, number: 4 }]),
                open: vec![CaseId { kind: CaseKind::Incident, number: 4 }],
            },
            Event::Withheld { entries: 1 },
            Event::Withheld { entries: 41 },
            Event::CarriedOut { entries: 41, files: 2 },
            Event::Lapsed(ended(None, None)),
            Event::Approved(ended(Some(dev()), None)),
            Event::Declined(ended(Some(dev()), Some(words()))),
            Event::Withdrawn(ended(Some(maya()), Some(words()))),
            Event::Superseded {
                by_case: CaseId { kind: CaseKind::Approval, number: 2 },
                ended: ended(Some(maya()), None),
            },
        ]
    }
}

/// What is to become of records, for the card.
fn records(records: &Records) -> Json {
    let numbers = |whose: &Whose| match whose {
        Whose::Entries(all) => Some(numbers(all)),
        Whose::Person(_) | Whose::Account(_) | Whose::Case(_) | Whose::Ended(_) => None,
    };
    let act = match &records.act {
        RecordsAct::Erase { whose, preview, reason } => json!({
            "whose": whose,
            "numbers": numbers(whose),
            "reason": reason,
            "entries": preview.entries.len(),
            "files": preview.files,
            "shared": preview.shared,
            "mentions": preview.mentions.len(),
        }),
        RecordsAct::Release { hold, reason } => json!({ "hold": hold, "reason": reason }),
    };
    json!({ "act": act, "deferred": records.deferred, "withheld": records.withheld, "carried_out": records.carried_out })
}

/// The stages of the path with their progress. Where the policy in force has lost the path, or has other stages by now,
/// the open decision alone is shown: its terms were stamped.
fn stages(speaker: &Speaker<'_>, case: &Case, approval: &Approval) -> Vec<Json> {
    let open = case.owed(Duty::Decide);
    let role = |it: &Obligation| it.holder.role().map(|role| role.to_string());
    let written = speaker.policy.paths.get(&approval.path).map(|path| path.stages.as_slice()).unwrap_or_default();
    let same = match (open, written.get(approval.stage as usize)) {
        (Some(open), Some(stage)) => open.holder.role() == Some(&stage.role) && open.terms.quorum == stage.quorum,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !same {
        let shown = open.map(|it| {
            json!({
                "number": approval.stage + 1, "role": role(it), "alternatives": [], "passed": false, "now": true,
                "have": it.votes, "need": it.terms.quorum,
            })
        });
        return shown.into_iter().collect();
    }
    let approved = approval.outcome == Some(Outcome::Approved) && approval.broken_glass.is_none();
    let stage = |(at, stage): (usize, &crate::domain::policy::PathStage)| {
        let at = at as u32;
        let now = at == approval.stage;
        let votes = approval.votes.iter().filter(|vote| vote.stage == at && vote.approves).count();
        json!({
            "number": at + 1,
            "role": stage.role,
            "alternatives": stage.alternatives,
            "passed": at < approval.stage || (now && approved),
            "now": now,
            "have": open.filter(|_| now).map_or(votes as u32, |it| it.votes),
            "need": stage.quorum,
        })
    };
    written.iter().enumerate().map(stage).collect()
}
