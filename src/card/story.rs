//! What became true, in words: a line of a timeline, of a transcript, of a review's draft.

use serde_json::{Value as Json, json};

use crate::domain::event::Event;
use crate::domain::{At, Case};

use super::{Speaker, Word};

/// An event as one line. `None`: it is bookkeeping that no reader misses (an answer counted, beside the vote that says it).
/// The case says which duty an event's number means; it may be the case as it is now.
pub fn story(speaker: &Speaker<'_>, case: &Case, event: &Event, at: At) -> Option<Vec<Word>> {
    let card = speaker.wording.render("answer/story.txt", facts(case, event, at), speaker.policy);
    let mut words = card.title;
    for line in card.lines {
        words.push(Word::from(" "));
        words.extend(line);
    }
    (!words.is_empty()).then_some(words)
}

fn facts(case: &Case, event: &Event, at: At) -> Json {
    let mut facts = serde_json::to_value(event).unwrap_or_else(|_| json!({}));
    facts["kind"] = json!(event.kind());
    // The moment that somebody set, apart from the one at which they said so.
    facts["at_said"] = facts.get("at").cloned().unwrap_or(Json::Null);
    facts["at"] = json!(at.0);
    facts["case"] = json!(case.id.to_string());
    facts["approval"] = json!(case.kind().prefix() == "APR");
    let number = facts.get("number").and_then(Json::as_u64).and_then(|number| u32::try_from(number).ok());
    if let Some(obligation) = number.and_then(|number| case.obligation(number)) {
        facts["duty"] = json!(obligation.duty.word());
        facts["about"] = json!(obligation.about);
    }
    // A vote counts stages from 0, people from 1.
    if let Some(stage) = facts.get("stage").and_then(Json::as_u64) {
        facts["stage"] = json!(stage + 1);
    }
    facts
}
