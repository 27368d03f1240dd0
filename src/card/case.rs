//! The one card of a case, edited in place: how it stands, who acts next and by when, and what can be pressed now.

use serde_json::{Value as Json, json};

use crate::domain::duty::AnsweredBy;
use crate::domain::obligation::{Obligation, Standing};
use crate::domain::{Case, CaseId, People, text};

use super::tell::about_as_seen;
use super::wording::typed_here;
use super::{Card, Speaker, Style, Tone, Word, kinds, press};

/// Most buttons on a card: what Discord puts in one row.
const BUTTONS_AT_MOST: usize = 5;
/// Most open answers that a card lists; `status` lists them all.
const OWED_AT_MOST: usize = 4;

/// The pinned card of a case.
pub fn case_card(speaker: &Speaker<'_>, case: &Case, people: &People<'_>) -> Card {
    card(speaker, case, people, OWED_AT_MOST)
}

/// The one line of a case in a channel of announcements, with the button to take part while it goes on.
pub fn announcement(speaker: &Speaker<'_>, case: &Case, people: &People<'_>) -> Card {
    let mut card = speaker.render("case/announced.txt", facts(speaker, case, people, 1));
    card.tone = tone(case);
    if !case.is_closed() {
        card.buttons = press(case.id, "join", Style::Plain).into_iter().collect();
    }
    card
}

/// What stands where a case isn't told any more: nothing of it, and no way to it.
pub fn moved_away(case: CaseId) -> Card {
    quiet(Some(case), "restricted now: only its people see it")
}

/// What stands in a message for words that can't be read any more.
pub fn unreadable(case: Option<CaseId>) -> Card {
    quiet(case, "its words can’t be read any more")
}

fn quiet(case: Option<CaseId>, what: &str) -> Card {
    let title = case.map_or_else(|| what.to_owned(), |case| format!("{case} · {what}"));
    Card { tone: Tone::Calm, title: vec![Word::from(title.as_str())], ..Card::default() }
}

/// As [`case_card`], with as many open answers as `most`.
pub(super) fn card(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, most: usize) -> Card {
    let mut card = speaker.render(&format!("{}/card.txt", case.kind()), facts(speaker, case, people, most));
    card.tone = tone(case);
    card.buttons = kinds::buttons(speaker, case);
    card.buttons.truncate(BUTTONS_AT_MOST);
    card.due_us = case.next_due().map(|it| it.terms.due.0);
    card
}

fn tone(case: &Case) -> Tone {
    match case {
        _ if case.is_closed() => Tone::over(case.state()),
        _ if case.obligations.iter().any(Obligation::is_late) => Tone::Late,
        _ => Tone::Calm,
    }
}

/// What the template of a case's card sees.
pub(super) fn facts(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, most: usize) -> Json {
    let mut facts = json!({
        "case": case.id.to_string(),
        "title": case.title,
        "workflow": case.workflow,
        "stage": speaker.policy.workflows.get(&case.workflow).map(|flow| flow.stage.to_string()),
        "state": case.state_at(people.at),
        "closed": case.is_closed(),
        "links": case.links.iter().map(|link| json!({ "url": link.url, "text": link.text })).collect::<Vec<_>>(),
        "restricted": case.restricted,
        "from": case.from.as_ref().map(|from| json!({
            "person": from.message.person, "author": typed_here(&from.message.author), "said": from.message.said.0,
            "text": from.message.text, "link": from.link,
        })),
        "owed": owed(case, people).into_iter().take(most).collect::<Vec<_>>(),
    });
    if let (Json::Object(facts), Json::Object(of_its_kind)) = (&mut facts, kinds::facts(speaker, case, people.at)) {
        facts.extend(of_its_kind);
    }
    facts
}

/// Open answers, the most urgent first. Empty seats are one answer here: they are nagged about together.
pub(super) fn owed(case: &Case, people: &People<'_>) -> Vec<Json> {
    let mut open: Vec<&Obligation> = case.open_obligations().collect();
    open.sort_by_key(|it| (is_paused(it), it.terms.due));
    let seats = text::list(open.iter().filter(|it| is_seat(it)).filter_map(|it| it.about.as_ref()));
    let mut seated = false;
    // The first of the seats stands for all of them.
    open.retain(|it| !is_seat(it) || !std::mem::replace(&mut seated, true));
    let owed = open.into_iter().map(|it| {
        let ends = match &it.standing {
            Standing::Paused { ends, .. } => Some(ends.0),
            Standing::Owed | Standing::Met { .. } | Standing::Waived { .. } | Standing::Void { .. } => None,
        };
        let about = match it.duty.row().answer {
            AnsweredBy::Seat if seats.is_empty() => Json::Null,
            AnsweredBy::Seat => json!(seats),
            // The card shows the stages themselves.
            AnsweredBy::Vote => Json::Null,
            AnsweredBy::Press | AnsweredBy::Words | AnsweredBy::Draft | AnsweredBy::Named | AnsweredBy::Either => {
                about_as_seen(it.about.as_ref())
            }
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
            "under": it.under().map(|under| under.exception),
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

fn is_seat(obligation: &Obligation) -> bool {
    obligation.duty.row().answer == AnsweredBy::Seat
}
