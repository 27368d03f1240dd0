//! What became true, in words: a line of a timeline, of a transcript, of a review's draft.

use serde_json::{Value as Json, json};

use crate::domain::obligation::Change;

use super::tell::{about_as_seen, innermost};
use super::wording::typed_here;
use super::{Speaker, Word, kinds};
use crate::domain::kinds::DutyEvent;
use crate::domain::{At, Case, CaseKind, Event, every_case};

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

/// Whether somebody who joins late has to know of it: the turns that the case took, what people said of it, and what came too
/// late. Who was asked and nudged is for the timeline.
pub fn is_brief(event: &Event) -> bool {
    match event {
        Event::Duty(DutyEvent { change, .. }) => match change {
            Change::Late(_) | Change::Waived { .. } | Change::Contested { .. } | Change::Settled { .. } => true,
            Change::Excepted { .. } => true,
            Change::Opened(_)
            | Change::Nudged(_)
            | Change::Escalated(_)
            | Change::Repeated(_)
            | Change::Answered { .. }
            | Change::AnswerTakenBack { .. }
            | Change::Met { .. }
            | Change::AskedStillWorking {}
            | Change::Extended { .. }
            | Change::Paused { .. }
            | Change::Resumed { .. }
            | Change::Restarted { .. }
            | Change::Voided { .. }
            | Change::Moved { .. }
            | Change::Widened { .. }
            | Change::HandedOver { .. }
            | Change::Kept { .. } => false,
        },
        Event::Case(event) => match event {
            every_case::Event::Noted { .. } | every_case::Event::Linked { .. } | every_case::Event::Kept { .. } => true,
            every_case::Event::Unpinned { .. } => true,
            every_case::Event::Restricted { .. } | every_case::Event::Unrestricted { .. } => true,
            every_case::Event::Observed { .. } | every_case::Event::HandedOver { .. } => true,
            every_case::Event::Invited { .. }
            | every_case::Event::Uninvited { .. }
            | every_case::Event::Joined { .. }
            | every_case::Event::AskedIn { .. }
            | every_case::Event::Snoozed { .. }
            | every_case::Event::Retained(_)
            | every_case::Event::PolicyReplaced { .. } => false,
        },
        other => kinds::is_brief(other),
    }
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
    // What people call themselves on a platform is theirs, too.
    if let Event::Case(every_case::Event::Kept { what, message, .. }) = event {
        facts.insert("author".to_owned(), typed_here(&message.author));
        facts.insert("kept_as".to_owned(), json!(what));
    }
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
