//! Each telling as a card: its template's words, its tone, and the buttons of the answer that it asks for.

use serde_json::{Value as Json, json};

use crate::domain::command::SeatName;
use crate::domain::notice::{ClockItem, Telling};
use crate::domain::{CaseId, Duty};

use super::{Button, Card, Speaker, Style, Tone, button, open, press, votes};
use crate::grammar;

/// What is told, as a card. Templates see the telling's own fields and `prefix`; those of `clock` also see, for each item,
/// `late`, `left`, `over` and `command`.
pub fn tell(speaker: &Speaker<'_>, telling: &Telling) -> Card {
    let facts = facts(telling, speaker.wording.prefix());
    let revision = revision(&facts);
    let mut card = speaker.wording.render(&format!("tell/{}.txt", telling.template()), facts, speaker.policy);
    card.tone = tone(telling);
    card.buttons = buttons(telling, revision);
    card.due_us = due_us(telling);
    card
}

/// What the template sees.
pub(super) fn facts(telling: &Telling, prefix: &str) -> Json {
    let mut facts = serde_json::to_value(telling).unwrap_or_else(|_| json!({}));
    if let Telling::Clock { case, items, .. } = telling
        && let Some(seen) = facts.get_mut("items").and_then(Json::as_array_mut)
    {
        for (item, seen) in items.iter().zip(seen) {
            seen["late"] = json!(is_late(item));
            seen["left"] = json!((item.due - item.now).0.max(0));
            seen["over"] = json!((item.now - item.due).0.max(0));
            seen["command"] = json!(command(*case, item.duty, item.about.as_deref(), prefix));
        }
    }
    facts
}

/// The revision that the reader is shown, where the telling says it: then a vote is bound to it.
fn revision(facts: &Json) -> Option<u32> {
    let said = |facts: &Json| facts.get("revision").and_then(Json::as_u64);
    let item = || facts.get("items").and_then(Json::as_array).and_then(|items| items.iter().find_map(said));
    said(facts).or_else(item).and_then(|revision| u32::try_from(revision).ok())
}

fn is_late(item: &ClockItem) -> bool {
    item.climbed.breach.is_some() || item.now >= item.due
}

/// What somebody types to answer a duty.
pub(super) fn command(case: CaseId, duty: Duty, about: Option<&str>, prefix: &str) -> String {
    let verb = verb_for(duty);
    let text = match duty {
        Duty::Acknowledge | Duty::StillWorking | Duty::AnswerPage | Duty::Decide | Duty::Review => "",
        Duty::FillSeat => return format!("{prefix}incident {verb} {case} {}", seat_of(about).word()),
        Duty::Assess | Duty::Contain | Duty::Update | Duty::Resolve | Duty::FollowUp => " …",
        Duty::AnswerQuestion | Duty::ReviewBreakGlass => " …",
    };
    format!("{prefix}{} {verb} {case}{text}", case.kind.word())
}

/// The verb that answers a duty.
fn verb_for(duty: Duty) -> &'static str {
    match duty {
        Duty::Acknowledge => "ack",
        Duty::Assess => "assess",
        Duty::Contain => "contain",
        Duty::Update => "update",
        Duty::Resolve => "resolve",
        Duty::Review => "review",
        Duty::FillSeat => "role",
        Duty::FollowUp => "done",
        Duty::StillWorking => "working",
        Duty::Decide => "approve",
        Duty::AnswerQuestion => "answer",
        Duty::ReviewBreakGlass => "glass-review",
        Duty::AnswerPage => "here",
    }
}

/// The buttons that answer a duty. With a revision, votes are bound to it.
pub fn answers(case: CaseId, duty: Duty, about: Option<&str>, revision: Option<u32>) -> Vec<Button> {
    let one = match duty {
        Duty::Decide => return votes(case, revision, false),
        Duty::Acknowledge | Duty::StillWorking | Duty::AnswerPage => press(case, verb_for(duty), Style::Primary),
        Duty::Review => review(case),
        Duty::FillSeat => seat(case, seat_of(about)),
        Duty::Assess
        | Duty::Contain
        | Duty::Update
        | Duty::Resolve
        | Duty::FollowUp
        | Duty::AnswerQuestion
        | Duty::ReviewBreakGlass => open(case, verb_for(duty), Style::Primary),
    };
    one.into_iter().collect()
}

/// Nobody accepts a review unseen: the press shows the draft, which has the button that accepts it.
pub(super) fn review(case: CaseId) -> Option<Button> {
    let button = press(case, "review", Style::Primary)?;
    Some(Button { label: "See the review".to_owned(), ..button })
}

/// “Take lead”.
pub(super) fn seat(case: CaseId, seat: SeatName) -> Option<Button> {
    let button = button(grammar::find("incident", "role"), Some(case), Some(seat.word()), Style::Plain)?;
    Some(Button { label: format!("Take {}", seat.word()), ..button })
}

/// The seat that an obligation to fill one is about.
fn seat_of(about: Option<&str>) -> SeatName {
    SeatName::ALL.into_iter().find(|seat| about == Some(seat.word())).unwrap_or(SeatName::Lead)
}

fn tone(telling: &Telling) -> Tone {
    match telling {
        Telling::Clock { items, .. } if items.iter().any(is_late) => Tone::Late,
        Telling::Clock { .. }
        | Telling::Moved { .. }
        | Telling::IncidentOpened { .. }
        | Telling::Paged { .. }
        | Telling::StillWorking { .. }
        | Telling::FollowUp { .. }
        | Telling::Asked { .. }
        | Telling::Amended { .. }
        | Telling::Question { .. }
        | Telling::QuestionAnswered { .. }
        | Telling::Widened { .. } => Tone::Nudge,
        Telling::AcknowledgementLapsed { .. }
        | Telling::GlassBroken { .. }
        | Telling::Slow { .. }
        | Telling::FellBehind { .. }
        | Telling::Undeliverable { .. }
        | Telling::ClockWentBack { .. } => Tone::Late,
        Telling::Concluded { .. } | Telling::CaughtUp => Tone::Done,
        Telling::State { state, .. } if ["resolved", "reviewed", "merged", "withdrawn"].contains(&state.as_str()) => {
            Tone::Done
        }
        Telling::State { .. }
        | Telling::Said { .. }
        | Telling::SeverityChanged { .. }
        | Telling::SeatTaken { .. }
        | Telling::SeatLeft { .. }
        | Telling::Paused { .. }
        | Telling::Resumed { .. }
        | Telling::Waived { .. }
        | Telling::Contested { .. }
        | Telling::Settled { .. }
        | Telling::Voted { .. }
        | Telling::Delegated { .. }
        | Telling::DelegationEnded { .. }
        | Telling::PolicyLoaded { .. }
        | Telling::WasDown { .. }
        | Telling::Digest { .. } => Tone::Calm,
        Telling::Done { .. } | Telling::Told { .. } => Tone::Private,
    }
}

fn due_us(telling: &Telling) -> Option<i64> {
    match telling {
        Telling::Clock { items, .. } => items.iter().map(|item| item.due.0).min(),
        Telling::Moved { due, .. }
        | Telling::IncidentOpened { due, .. }
        | Telling::Paged { due, .. }
        | Telling::StillWorking { due, .. }
        | Telling::AcknowledgementLapsed { due, .. }
        | Telling::FollowUp { due, .. }
        | Telling::Resumed { due, .. }
        | Telling::Asked { due, .. }
        | Telling::Amended { due, .. }
        | Telling::Question { due, .. } => Some(due.0),
        Telling::GlassBroken { due, .. } => due.map(|due| due.0),
        _ => None,
    }
}

fn buttons(telling: &Telling, revision: Option<u32>) -> Vec<Button> {
    match telling {
        Telling::Clock { case, items, .. } => {
            let mut all: Vec<Button> = Vec::new();
            for item in items {
                let fresh = answers(*case, item.duty, item.about.as_deref(), revision);
                all.extend(fresh.into_iter().filter(|button| !all.contains(button)).collect::<Vec<_>>());
            }
            if items.len() > 1 {
                all.iter_mut().skip(1).for_each(|button| button.style = Style::Plain);
            }
            all.truncate(5);
            all
        }
        Telling::Moved { case, duty, about, .. } => answers(*case, *duty, about.as_deref(), revision),
        Telling::IncidentOpened { case, .. } | Telling::AcknowledgementLapsed { case, .. } => {
            answers(*case, Duty::Acknowledge, None, None).into_iter().chain(seat(*case, SeatName::Lead)).collect()
        }
        Telling::Paged { case, .. } => answers(*case, Duty::AnswerPage, None, None),
        Telling::StillWorking { case, .. } => answers(*case, Duty::StillWorking, None, None)
            .into_iter()
            .chain(open(*case, "update", Style::Plain))
            .collect(),
        Telling::SeatLeft { case, seat: name, .. } => seat(*case, seat_of(Some(name))).into_iter().collect(),
        Telling::State { case, state, .. } if state == "resolved" => answers(*case, Duty::Review, None, None),
        Telling::Asked { case, .. } | Telling::QuestionAnswered { case, .. } | Telling::Widened { case, .. } => {
            votes(*case, revision, false)
        }
        Telling::Amended { case, .. } => votes(*case, revision, false),
        Telling::Question { case, .. } => answers(*case, Duty::AnswerQuestion, None, None),
        Telling::GlassBroken { case, due: Some(_), .. } => answers(*case, Duty::ReviewBreakGlass, None, None),
        _ => Vec::new(),
    }
}
