//! Each telling as a card: its template's words, its tone, and the buttons of the answer that it asks for.

use serde_json::{Value as Json, json};

use crate::domain::notice::{ClockItem, Telling};
use crate::domain::{CaseId, Duty};

use super::{Button, Card, Speaker, Style, Tone, button, open, press, votes};
use crate::grammar;

/// What is told, as a card. Templates see the telling's own fields and `prefix`; those of `clock` also see, for each item,
/// `late`, `left`, `over` and `command`.
pub fn tell(speaker: &Speaker<'_>, telling: &Telling) -> Card {
    let facts = facts(telling, speaker.wording.prefix());
    let mut card = speaker.wording.render(&format!("tell/{}.txt", telling.template()), facts, speaker.policy);
    card.tone = tone(telling);
    card.buttons = buttons(telling);
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
            seen["command"] = json!(command(*case, item.duty, prefix));
        }
    }
    facts
}

fn is_late(item: &ClockItem) -> bool {
    item.climbed.breach.is_some() || item.now >= item.due
}

/// What somebody types to answer a duty.
pub(super) fn command(case: CaseId, duty: Duty, prefix: &str) -> String {
    let verb = verb_for(duty);
    let text = match duty {
        Duty::Acknowledge | Duty::StillWorking | Duty::AnswerPage | Duty::Decide => "",
        Duty::FillSeat => " lead",
        Duty::FollowUp => " 1",
        Duty::Review => " accept",
        Duty::Assess | Duty::Contain | Duty::Update | Duty::Resolve | Duty::AnswerQuestion | Duty::ReviewBreakGlass => " …",
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

/// The buttons that answer a duty.
pub fn answers(case: CaseId, duty: Duty, about: Option<&str>) -> Vec<Button> {
    let one = match duty {
        Duty::Decide => return votes(case, None, false),
        Duty::Acknowledge | Duty::StillWorking | Duty::AnswerPage | Duty::Review => press(case, verb_for(duty), Style::Primary),
        Duty::FillSeat => seat(case, about.unwrap_or("lead")),
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

/// “Take lead”.
pub(super) fn seat(case: CaseId, name: &str) -> Option<Button> {
    let known = crate::domain::command::SeatName::ALL.into_iter().find(|seat| seat.word() == name)?;
    let button = button(grammar::find("incident", "role"), Some(case), Some(known.word()), Style::Plain)?;
    Some(Button { label: format!("Take {}", known.word()), ..button })
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
        Telling::State { state, .. } if ["resolved", "reviewed", "merged", "withdrawn"].contains(&state.as_str()) => Tone::Done,
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

fn buttons(telling: &Telling) -> Vec<Button> {
    match telling {
        Telling::Clock { case, items, .. } => {
            let mut all: Vec<Button> = Vec::new();
            for item in items {
                let fresh = answers(*case, item.duty, item.about.as_deref());
                all.extend(fresh.into_iter().filter(|button| !all.contains(button)).collect::<Vec<_>>());
            }
            if items.len() > 1 {
                all.iter_mut().skip(1).for_each(|button| button.style = Style::Plain);
            }
            all.truncate(5);
            all
        }
        Telling::Moved { case, duty, about, .. } => answers(*case, *duty, about.as_deref()),
        Telling::IncidentOpened { case, .. } | Telling::AcknowledgementLapsed { case, .. } => {
            answers(*case, Duty::Acknowledge, None).into_iter().chain(seat(*case, "lead")).collect()
        }
        Telling::Paged { case, .. } => answers(*case, Duty::AnswerPage, None),
        Telling::StillWorking { case, .. } => {
            answers(*case, Duty::StillWorking, None).into_iter().chain(open(*case, "update", Style::Plain)).collect()
        }
        Telling::FollowUp { case, .. } => press(*case, "timeline", Style::Plain).into_iter().collect(),
        Telling::SeatLeft { case, seat: name, .. } => seat(*case, name).into_iter().collect(),
        Telling::State { case, state, .. } if state == "resolved" => answers(*case, Duty::Review, None),
        Telling::Asked { case, .. } | Telling::QuestionAnswered { case, .. } | Telling::Widened { case, .. } => {
            votes(*case, None, false)
        }
        Telling::Amended { case, revision, .. } => votes(*case, Some(*revision), false),
        Telling::Question { case, .. } => answers(*case, Duty::AnswerQuestion, None),
        Telling::GlassBroken { case, due: Some(_), .. } => answers(*case, Duty::ReviewBreakGlass, None),
        _ => Vec::new(),
    }
}
