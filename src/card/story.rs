//! What became true, in words: a line of a timeline, of a transcript, of a review's draft.

use serde_json::{Value as Json, json};

use crate::domain::obligation::Change;

use super::tell::{about_as_seen, innermost};
use super::{Speaker, Word};
use crate::domain::kinds::DutyEvent;
use crate::domain::{At, Case, CaseKind, Event};

/// An event as one line. `None`: it is bookkeeping that no reader misses (an answer counted, beside the vote that says it).
/// The case says which duty an event's number means; it may be the case as it is now.
pub fn story(speaker: &Speaker<'_>, case: &Case, event: &Event, at: At) -> Option<Vec<Word>> {
    let card = speaker.render(&template(event), facts(case, event, at));
    let mut words = card.title;
    for line in card.lines {
        words.push(Word::from(" "));
        words.extend(line);
    }
    (!words.is_empty()).then_some(words)
}

pub(super) fn template(event: &Event) -> String {
    format!("{}/story.txt", event.case_kind().map_or("case", CaseKind::word))
}

/// What the template of a story sees of an event.
pub(super) fn facts(case: &Case, event: &Event, at: At) -> Json {
    let mut facts = if let Event::Duty(DutyEvent { change, .. }) = event {
        // A change stands by itself, so only one name is around its fields.
        let mut fields = innermost(&json!({ "duty": change }));
        // Nobody typed why a duty is no longer owed: the rules say it.
        if let Change::Voided { .. } = change
            && let Some(why) = fields.remove("reason")
        {
            fields.insert("why".to_owned(), why);
        }
        // What is opened here need not be among the case's duties any more.
        if let Change::Opened(opened) = change {
            fields.insert("about".to_owned(), about_as_seen(opened.about.as_ref()));
        }
        fields
    } else {
        innermost(event)
    };
    // The moment that somebody set, apart from the one at which they said so.
    let at_said = facts.get("at").cloned().unwrap_or(Json::Null);
    facts.insert("at_said".to_owned(), at_said);
    facts.insert("at".to_owned(), json!(at.0));
    facts.insert("kind".to_owned(), json!(event.kind()));
    facts.insert("case".to_owned(), json!(case.id.to_string()));
    if let Event::Duty(DutyEvent { number, .. }) = event
        && let Some(obligation) = case.obligation(*number)
    {
        facts.insert("duty".to_owned(), json!(obligation.duty.word()));
        facts.insert("about".to_owned(), about_as_seen(obligation.about.as_ref()));
    }
    // A vote counts stages from 0, people from 1.
    if let Some(stage) = facts.get("stage").and_then(Json::as_u64) {
        facts.insert("stage".to_owned(), json!(stage + 1));
    }
    Json::Object(facts)
}
