//! The one card of a case, edited in place: how it stands, who acts next and by when, and what can be pressed now.

use serde_json::{Value as Json, json};

use crate::domain::approval::Approval;
use crate::domain::command::{Impact, SeatName};
use crate::domain::event::Outcome;
use crate::domain::incident::{Incident, IncidentState};
use crate::domain::nature::{Entity, Harm, HarmType, Intent, Timing};
use crate::domain::obligation::{Obligation, Standing};
use crate::domain::{Body, Case, Duty, People, list};

use super::tell::{answers, review, seat};
use super::{Button, Card, Speaker, Style, Tone, open, press, votes};

/// Most buttons on a card: what Discord puts in one row.
const BUTTONS_AT_MOST: usize = 5;
/// Most open answers that a card lists; `status` lists them all.
const OWED_AT_MOST: usize = 4;

/// The pinned card of a case.
pub fn case_card(speaker: &Speaker<'_>, case: &Case, people: &People<'_>) -> Card {
    card(speaker, case, people, OWED_AT_MOST)
}

/// As [`case_card`], with as many open answers as `most`.
pub(super) fn card(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, most: usize) -> Card {
    let (name, facts, buttons) = match &case.body {
        Body::Incident(incident) => {
            ("card/incident.txt", incident_facts(speaker, case, incident), incident_buttons(case, incident))
        }
        Body::Approval(approval) => {
            ("card/approval.txt", approval_facts(speaker, case, approval), approval_buttons(speaker, case, approval))
        }
    };
    let mut facts = facts;
    facts["owed"] = owed(case, people).into_iter().take(most).collect();
    let mut card = speaker.wording.render(name, facts, speaker.policy);
    card.tone = match case {
        _ if case.is_closed() => Tone::Done,
        _ if case.obligations.iter().any(Obligation::is_late) => Tone::Late,
        _ => Tone::Calm,
    };
    card.buttons = buttons;
    card.buttons.truncate(BUTTONS_AT_MOST);
    card.due_us = case.next_due().map(|it| it.terms.due.0);
    card
}

/// Open answers, the most urgent first. Empty seats are one answer here: they are nagged about together.
pub(super) fn owed(case: &Case, people: &People<'_>) -> Vec<Json> {
    let mut open: Vec<&Obligation> = case.open_obligations().collect();
    open.sort_by_key(|it| (is_paused(it), it.terms.due));
    let seats = list(open.iter().filter(|it| it.duty == Duty::FillSeat).filter_map(|it| it.about.as_deref()));
    let mut seated = false;
    // The first of the seats stands for all of them.
    open.retain(|it| it.duty != Duty::FillSeat || !std::mem::replace(&mut seated, true));
    let owed = open.into_iter().map(|it| {
        let ends = match &it.standing {
            Standing::Paused { ends, .. } => Some(ends.0),
            _ => None,
        };
        let about = match it.duty {
            Duty::FillSeat => Some(seats.as_str()).filter(|seats| !seats.is_empty()),
            Duty::Decide => None,
            _ => it.about.as_deref(),
        };
        let waiting: Vec<String> =
            case.waiting_on(it, people).into_iter().map(|seat| seat.person.to_string()).collect();
        json!({
            "number": it.number,
            "duty": it.duty.word(),
            "about": about,
            "due": it.terms.due.0,
            "late": it.is_late(),
            "paused": ends.is_some(),
            "ends": ends,
            "have": it.votes,
            "need": it.terms.quorum,
            "waiting_on": waiting,
        })
    });
    owed.collect()
}

fn is_paused(obligation: &Obligation) -> bool {
    matches!(obligation.standing, Standing::Paused { .. })
}

fn incident_facts(speaker: &Speaker<'_>, case: &Case, incident: &Incident) -> Json {
    let moments = incident
        .moments
        .iter()
        .map(|(which, moment)| json!({ "which": which.word(), "at": moment.at.0, "by": moment.said_by }));
    let moments: Vec<Json> = moments.collect();
    let merged_into = match incident.state {
        IncidentState::Merged { into } => Some(into.to_string()),
        _ => None,
    };
    let seat = |name| incident.seats.get(&name);
    json!({
        "case": case.id.to_string(),
        "title": case.title,
        "workflow": case.workflow,
        "stage": speaker.policy.workflows.get(&case.workflow).map(|flow| flow.stage.to_string()),
        "state": case.state(),
        "closed": case.is_closed(),
        "severity": incident.severity.word(),
        "technical": incident.technical,
        "class": incident.class,
        "harm": list_of([incident.nature.harm.map(Harm::word), incident.nature.harm_type.map(HarmType::word)]),
        "cause": list_of([
            incident.nature.entity.map(Entity::word),
            incident.nature.intent.map(Intent::word),
            incident.nature.timing.map(Timing::word),
        ]),
        "impact": match incident.impact { Impact::Known => "known", Impact::Unclear => "unclear" },
        "assessed": incident.assessed,
        "restricted": case.restricted,
        "because": incident.because,
        "merged_into": merged_into,
        "turned": incident.turned,
        "last_update": incident.last_update.as_ref().filter(|_| !case.is_closed()),
        "seats": { "lead": seat(SeatName::Lead), "comms": seat(SeatName::Comms), "scribe": seat(SeatName::Scribe) },
        "follow_ups": incident.follow_ups.iter().map(|it| json!({
            "number": it.number, "assignee": it.assignee, "due": it.due.0, "text": it.text, "done": it.done.map(|at| at.0),
        })).collect::<Vec<_>>(),
        "moments": moments,
    })
}

fn list_of<const N: usize>(words: [Option<&str>; N]) -> String {
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn incident_buttons(case: &Case, incident: &Incident) -> Vec<Button> {
    let id = case.id;
    let owes = |duty| case.owed(duty).is_some();
    let mut buttons: Vec<Option<Button>> = Vec::new();
    for duty in [Duty::StillWorking, Duty::AnswerPage, Duty::Assess] {
        if owes(duty) {
            buttons.extend(answers(id, duty, None, None).into_iter().map(Some));
        }
    }
    match incident.state {
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
    if incident.state.is_live() && incident.lead().is_none() {
        buttons.push(seat(id, SeatName::Lead));
    }
    buttons.push(press(id, "timeline", Style::Plain));
    let mut buttons: Vec<Button> = buttons.into_iter().flatten().collect();
    // Where everything is pressing, nothing is: the first is what is most likely wanted.
    let pressing = buttons.iter_mut().filter(|button| button.style == Style::Primary);
    pressing.skip(1).for_each(|button| button.style = Style::Plain);
    buttons
}

fn approval_facts(speaker: &Speaker<'_>, case: &Case, approval: &Approval) -> Json {
    let superseded_by = match &approval.outcome {
        Some(Outcome::Superseded { by }) => Some(by.to_string()),
        _ => None,
    };
    let votes = approval.votes.iter().map(|vote| {
        json!({
            "by": vote.by, "approves": vote.approves, "stands_in_for": vote.stands_in_for, "stage": vote.stage + 1,
            "reason": vote.reason,
        })
    });
    json!({
        "case": case.id.to_string(),
        "title": case.title,
        "workflow": case.workflow,
        "requester": approval.requester,
        "action": approval.action,
        "digest": approval.digest,
        "revision": approval.revision,
        "path": approval.path,
        "state": case.state(),
        "superseded_by": superseded_by,
        "concluded": approval.concluded,
        "question": approval.question,
        "votes": votes.collect::<Vec<_>>(),
        "broken_glass": approval.broken_glass,
        "stages": stages(speaker, case, approval),
    })
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

fn approval_buttons(speaker: &Speaker<'_>, case: &Case, approval: &Approval) -> Vec<Button> {
    let id = case.id;
    let mut buttons: Vec<Button> = Vec::new();
    if approval.outcome.is_none() {
        let reason_needed = speaker.policy.paths.get(&approval.path).is_some_and(|path| path.reason_on_approve);
        buttons.extend(votes(id, Some(approval.revision), reason_needed));
        if approval.question.is_some() {
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
