//! What somebody owes: the list of it, and the buttons that answer.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{ROWS_AT_HOME, ROWS_AT_MOST, private};
use crate::card::{BUTTONS_AT_MOST, Button, Card, Speaker, Style, button, tell};
use crate::domain::line::Sla;
use crate::domain::obligation::{About, Obligation, State};
use crate::domain::{At, Case, CaseId, Duty, PersonId};
use crate::grammar::find;

/// How many of those who may answer in somebody's stead are named.
pub(super) const ALSO_AT_MOST: usize = 4;

/// What somebody owes on one case.
#[derive(Clone, Debug)]
pub struct OwedCase {
    /// Of which case.
    pub case: CaseId,
    /// The case's title.
    pub title: String,
    /// Who else may give one of these answers.
    pub also: Vec<PersonId>,
    /// The answers, the most urgent first.
    pub duties: Vec<OwedDuty>,
}

/// One answer that somebody owes.
#[derive(Clone, Debug, Serialize)]
pub struct OwedDuty {
    /// Which kind of answer.
    pub duty: Duty,
    /// Which of several.
    pub about: Option<About>,
    /// By when.
    pub due: At,
    /// How it stands.
    pub state: State,
    /// How many answers of those needed are there.
    pub have: u32,
    /// How many are needed.
    pub need: u32,
    /// What the answer is bound to: the revision of what is asked, or the step.
    #[serde(skip)]
    pub bound: Option<u32>,
}

/// What somebody owes, the most urgent first as handed in. Not `all`: there is more that is due later.
pub fn mine(speaker: &Speaker<'_>, cases: &[OwedCase], now: At, all: bool) -> Card {
    owed(speaker, cases, mine_facts(speaker, cases, now, all, ROWS_AT_MOST))
}

/// What somebody takes over with a shift, beneath what they are told of it.
pub fn taken_over(speaker: &Speaker<'_>, told: Card, cases: &[OwedCase], now: At, all: bool) -> Card {
    let owed = owed(speaker, cases, mine_facts(speaker, cases, now, all, ROWS_AT_HOME));
    let Card { mut lines, mut buttons, .. } = told;
    lines.push(owed.title);
    lines.extend(owed.lines);
    // They stand where each is asked for.
    buttons.extend(button(find("sla", "mine"), None, None, Style::Plain).filter(|_| !cases.is_empty()));
    Card { lines, buttons, ..told }
}

pub(super) fn owed(speaker: &Speaker<'_>, cases: &[OwedCase], facts: Json) -> Card {
    let now_due = |it: &&OwedDuty| it.state != State::Paused;
    let mut card = private(speaker, "answer/mine.txt", facts);
    card.due_us = cases.iter().flat_map(|it| &it.duties).filter(now_due).map(|it| it.due.0).min();
    card.buttons = match cases {
        [only] => only.buttons(),
        several => several.iter().filter_map(|it| it.buttons().into_iter().next()).map(Button::of_its_case).collect(),
    };
    card.buttons.truncate(BUTTONS_AT_MOST);
    card.buttons.iter_mut().skip(1).for_each(|button| button.style = Style::Plain);
    card
}

impl OwedCase {
    /// What of these somebody owes on a case, the most urgent first as handed in.
    pub fn of(case: &Case, duties: &[Obligation], also: Vec<PersonId>) -> OwedCase {
        let duties = duties.iter().map(|it| OwedDuty {
            duty: it.duty,
            about: it.about.clone(),
            due: it.terms.due,
            state: it.state(),
            have: it.have(),
            need: it.terms.quorum,
            bound: case.bound_to(it.duty),
        });
        OwedCase { case: case.id, title: case.title.clone(), also, duties: duties.collect() }
    }

    /// What gives the answers, each once; only the first stands out. What is to be decided isn't shown where they stand, so
    /// there is no vote among them.
    pub fn buttons(&self) -> Vec<Button> {
        let mut buttons: Vec<Button> = Vec::new();
        for duty in &self.duties {
            for button in tell::answers_unseen(self.case, duty.duty, duty.about.as_ref(), duty.bound) {
                if !buttons.iter().any(|known| known.action == button.action) {
                    buttons.push(button);
                }
            }
        }
        buttons.iter_mut().skip(1).for_each(|button| button.style = Style::Plain);
        buttons
    }
}

pub(super) fn mine_facts(speaker: &Speaker<'_>, cases: &[OwedCase], now: At, all: bool, rows: usize) -> Json {
    let mut room = rows;
    let mut shown: Vec<Json> = Vec::new();
    for it in cases {
        let duties: Vec<Json> =
            it.duties.iter().take(room).map(|duty| duty_facts(speaker, it.case, duty, now)).collect();
        room -= duties.len();
        if duties.is_empty() {
            break;
        }
        let named = it.also.len().min(ALSO_AT_MOST);
        shown.push(json!({
            "case": it.case,
            "title": it.title,
            "also": it.also[..named],
            "others": it.also.len() - named,
            "duties": duties,
        }));
    }
    let count: usize = cases.iter().map(|it| it.duties.len()).sum();
    let see = (rows < ROWS_AT_MOST).then(|| Sla::Mine.line().typed(speaker.prefix));
    json!({ "count": count, "more": count - (rows - room), "see": see, "all": all, "cases": shown })
}

fn duty_facts(speaker: &Speaker<'_>, case: CaseId, duty: &OwedDuty, now: At) -> Json {
    let mut json = json!(duty);
    json["about"] = tell::about_as_seen(duty.about.as_ref());
    json["left"] = json!((duty.due - now).0.max(0));
    json["over"] = json!((now - duty.due).0.max(0));
    json["late"] = json!(duty.state == State::Late || duty.due <= now);
    json["paused"] = json!(duty.state == State::Paused);
    json["command"] = json!(tell::command(case, duty.duty, duty.about.as_ref()).typed(speaker.prefix));
    json
}
