//! A notice as a message: as it asks for an answer, and what became of that once it is given or isn't owed any more.

use serde_json::{Value as Json, json};

use super::tell::{about_as_seen, answers, answers_unseen, tell, tell_beneath};
use super::{Button, Card, Speaker, Tone, kinds};
use crate::domain::notice::{Stands, To};
use crate::domain::obligation::{Obligation, Standing};
use crate::domain::{Case, Notice, People, Telling, every_case};

/// The case that a notice is about, and how what it asks for stands there.
pub struct Asking<'a> {
    pub case: &'a Case,
    pub people: &'a People<'a>,
    pub stands: Stands,
}

/// What stands above a message: its reader sees that first, so nothing of it is said again.
#[derive(Clone, Copy)]
pub enum Above<'a> {
    Nothing,
    /// The case's card, with these buttons.
    Card(&'a [Button]),
    /// The message that first asked the same person for the same answer, with these buttons.
    Request(&'a [Button]),
}

/// A notice as a message.
pub fn notice(speaker: &Speaker<'_>, notice: &Notice, asking: Option<Asking<'_>>, above: Above<'_>) -> Card {
    let as_it_was = || tell(speaker, notice.about.as_ref(), &notice.telling, asking.as_ref().map(|it| it.case));
    let Some(Asking { case, people, stands }) = &asking else { return as_it_was() };
    let asks = |notice: &Notice| {
        let (mut card, offered) = match above {
            Above::Nothing => (tell(speaker, notice.about.as_ref(), &notice.telling, Some(case)), [].as_slice()),
            Above::Card(buttons) | Above::Request(buttons) => {
                (tell_beneath(speaker, notice.about.as_ref(), &notice.telling, case), buttons)
            }
        };
        if card.buttons.is_empty() || matches!(above, Above::Request(_)) {
            card.buttons = answers_owed(case, people, notice, offered);
        }
        card.buttons.retain(|button| !offers(offered, button));
        card
    };
    // What stands above says what it is about, so this is only its own line there, and a quiet one.
    let beneath = !matches!(above, Above::Nothing);
    let reminds = matches!(notice.telling, Telling::Case(every_case::Telling::Clock { .. }));
    let since = |mut facts: Json| {
        facts["beneath"] = json!(beneath);
        facts["reminds"] = json!(beneath && reminds);
        since(speaker, case, facts)
    };
    match stands {
        Stands::Told => as_it_was(),
        Stands::Asked => asks(&notice.clone().up_to_date(case, people).unwrap_or_else(|| notice.clone())),
        Stands::Paused { until } => {
            let mut card = asks(&notice.clone().up_to_date(case, people).unwrap_or_else(|| notice.clone()));
            let since = since(json!({ "stands": "paused", "until": until.0 }));
            card.due_us = None;
            card.lines.push(since.title);
            card
        }
        Stands::Hidden => since(json!({ "stands": "hidden" })),
        Stands::WithOthers { answered, owed } => {
            let owed = owed.iter().filter_map(|number| case.obligation(*number));
            let owed: Vec<Json> = owed.map(|it| still_owed(case, it, people)).collect();
            let stands = if *answered { "answered" } else { "with-others" };
            after(speaker, notice, case, since(json!({ "stands": stands, "owed": owed })))
        }
        Stands::Ended(numbers) => {
            let ended: Vec<&Obligation> = numbers.iter().filter_map(|number| case.obligation(*number)).collect();
            let facts: Vec<Json> = ended.iter().map(|it| ended_as(case, it)).collect();
            let mut card = since(json!({ "stands": "ended", "ended": facts }));
            card.tone = match facts.as_slice() {
                _ if beneath => Tone::Calm,
                [only] => Tone::over(only["outcome"].as_str().unwrap_or_default()),
                _ => Tone::Done,
            };
            after(speaker, notice, case, card)
        }
    }
}

/// The buttons by which its reader answers what a message asks for and what stands above it has no answer to. What is to be decided
/// doesn't stand there.
fn answers_owed(case: &Case, people: &People<'_>, notice: &Notice, offered: &[Button]) -> Vec<Button> {
    let theirs = |owed: &&Obligation| match &notice.to {
        To::Person(person) => case.may_answer(owed, person, people).is_some(),
        To::Case | To::Channel(_) | To::Operators => true,
    };
    let asked = notice.while_owed.iter().filter_map(|number| case.obligation(*number));
    let mut all: Vec<Button> = Vec::new();
    for owed in asked.filter(|it| it.is_open()).filter(theirs) {
        let about = owed.about.as_ref();
        let bound = case.bound_to(owed.duty);
        if answers(case.id, owed.duty, about, bound).iter().any(|button| offers(offered, button)) {
            continue;
        }
        let fresh = answers_unseen(case.id, owed.duty, about, bound);
        all.extend(fresh.into_iter().filter(|button| !all.contains(button)).collect::<Vec<_>>());
    }
    all
}

/// Whether one of these does the same: a card may open a form for what is one press elsewhere.
fn offers(offered: &[Button], button: &Button) -> bool {
    let does = |button: &Button| button.action.trim_start_matches("form:").to_owned();
    offered.iter().any(|above| does(above) == does(button))
}

/// What was news stays, with what became of it; what only asked gives way to it.
fn after(speaker: &Speaker<'_>, notice: &Notice, case: &Case, since: Card) -> Card {
    if !notice.is_news {
        return since;
    }
    let told = tell_beneath(speaker, notice.about.as_ref(), &notice.telling, case);
    let mut lines = told.lines;
    lines.push(since.title);
    // The last line of what ended is the case's title, which news says itself.
    Card { tone: told.tone.without_asking(), lines, buttons: Vec::new(), due_us: None, ..told }
}

fn since(speaker: &Speaker<'_>, case: &Case, mut facts: Json) -> Card {
    facts["case"] = json!(case.id);
    facts["title"] = json!(case.title);
    speaker.render("case/since.txt", facts)
}

fn still_owed(case: &Case, owed: &Obligation, people: &People<'_>) -> Json {
    let waiting_on: Vec<String> = case.waiting_on(owed, people).iter().map(|seat| seat.person.to_string()).collect();
    json!({
        "duty": owed.duty.word(), "have": owed.votes, "need": owed.terms.quorum, "waiting_on": waiting_on,
    })
}

/// How an answer that is no longer owed came, or why it isn't owed.
fn ended_as(case: &Case, ended: &Obligation) -> Json {
    let (at, by, outcome, reason) = match &ended.standing {
        Standing::Met { at, by, expires: _ } => (Some(*at), by.clone(), "met", None),
        Standing::Waived { at, by, reason } => (Some(*at), Some(by.clone()), "waived", Some(reason.clone())),
        Standing::Void { at, reason } => (Some(*at), None, "void", Some(reason.clone())),
        Standing::Owed | Standing::Paused { .. } => (None, None, "owed", None),
    };
    let mut facts = json!({
        "duty": ended.duty.word(),
        "done": ended.duty.row().done,
        "about": about_as_seen(ended.about.as_ref()),
        "outcome": outcome,
        "at": at.map(|at| at.0),
        "by": by,
        "late": ended.breach.is_some(),
        "have": ended.votes,
        "need": ended.terms.quorum,
        // A rule's own words where it is void, somebody's where it was waived.
        "why": reason.clone().filter(|_| outcome == "void"),
        "reason": reason.filter(|_| outcome == "waived"),
        "stage": null,
        "superseded_by": null,
    });
    if let (Json::Object(facts), Some(Json::Object(of_its_kind))) = (&mut facts, kinds::ended(case, ended)) {
        facts.extend(of_its_kind);
    }
    facts
}

/// Facts of each way in which what was asked can stand, for trying templates.
pub(super) fn samples() -> Vec<Json> {
    use super::samples::{DUE, NOW, TITLE, dev, whom, words};
    let owed = json!([{ "duty": "decide", "have": 1, "need": 2, "waiting_on": whom() }]);
    let ended = |outcome: &str| {
        json!({
            "duty": "decide", "done": "decided", "about": null, "outcome": outcome, "at": NOW.0, "by": dev(), "late": true,
            "have": 2, "need": 2, "why": null, "reason": words(), "stage": "stage 1 of 2: model-risk", "superseded_by": "APR-2",
        })
    };
    let bare = json!({
        "duty": "fill-seat", "done": "seat taken", "about": "lead", "outcome": "met", "at": NOW.0, "by": null, "late": false,
        "have": 0, "need": 1, "why": null, "reason": null, "stage": null, "superseded_by": null,
    });
    let void = json!({
        "duty": "update", "done": "updated", "about": null, "outcome": "void", "at": NOW.0, "by": null, "late": false,
        "have": 0, "need": 1, "why": "resolved", "reason": null, "stage": null, "superseded_by": null,
    });
    let all = ["approved", "declined", "lapsed", "withdrawn", "superseded", "stage-passed", "waived"].map(ended);
    let mut samples: Vec<Json> = vec![
        json!({ "stands": "paused", "until": DUE.0 }),
        json!({ "stands": "hidden" }),
        json!({ "stands": "answered", "owed": owed }),
        json!({ "stands": "with-others", "owed": owed }),
        json!({ "stands": "ended", "ended": [bare.clone(), void.clone()] }),
    ];
    samples.extend(all.into_iter().chain([bare, void]).map(|it| json!({ "stands": "ended", "ended": [it] })));
    let beneath = samples.clone().into_iter().map(|mut facts| {
        (facts["beneath"], facts["reminds"]) = (json!(true), json!(true));
        facts
    });
    let beneath: Vec<Json> = beneath.collect();
    samples.extend(beneath);
    for facts in &mut samples {
        facts["case"] = json!("APR-1");
        facts["title"] = json!(TITLE);
    }
    samples
}
