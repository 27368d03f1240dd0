//! Each telling as a card: its template's words, and its look: the tone, when an answer is due, and the buttons that give it.

use serde_json::{Map, Value as Json, json};

use super::kinds;
use super::wording::{sentence_as_seen, typed_here};
use super::{Button, Card, Speaker, Style, Tone, button, form_button, open_bound, press, press_bound, votes};
use crate::domain::duty::AnsweredBy;
use crate::domain::kinds::incident::SeatName;
use crate::domain::line::Line;
use crate::domain::notice::{CaseTitle, ClockItem};
use crate::domain::obligation::About;
use crate::domain::{At, Case, CaseId, CaseKind, Duty, Span, Telling, WorkflowStage, bot, every_case};
use crate::grammar;

/// How a telling looks beside its words.
#[derive(Default)]
pub(super) struct Look {
    tone: Tone,
    due: Option<At>,
    asks: Vec<Button>,
}

impl Look {
    pub fn calm() -> Look {
        Look::default()
    }

    pub fn of(tone: Tone) -> Look {
        Look { tone, ..Look::default() }
    }

    pub fn asks(tone: Tone, due: Option<At>, asks: Vec<Button>) -> Look {
        Look { tone, due, asks }
    }

    /// With one more button.
    pub fn and(mut self, button: Option<Button>) -> Look {
        self.asks.extend(button);
        self
    }
}

/// What is told, as a card. `about` is the case that it is told of; templates see its number and title, the telling's own
/// fields and `prefix`; that of what fell due also sees, for each item, `late`, `left`, `over` and `command`.
///
/// Where it asks for a decision, the case as it is now shows what is to be decided. Nobody is given a button for what they don't
/// see: without the case, or where what is asked was changed since, there is one that shows it.
pub fn tell(speaker: &Speaker<'_>, about: Option<&CaseTitle>, telling: &Telling, now: Option<&Case>) -> Card {
    let mut facts = facts(about, telling, speaker.prefix);
    let asked = now.filter(|case| is_of_now(telling, case)).and_then(|case| kinds::asked(speaker, case));
    let unseen = bound_to(telling).is_some() && asked.is_none();
    if let (Json::Object(facts), Some(Json::Object(asked))) = (&mut facts, asked) {
        facts.extend(asked);
    }
    drawn(speaker, about, telling, facts, unseen)
}

/// As [`tell`], where what is to be decided stands above it already.
pub(super) fn tell_beneath(speaker: &Speaker<'_>, about: Option<&CaseTitle>, telling: &Telling, now: &Case) -> Card {
    let unseen = bound_to(telling).is_some() && !is_of_now(telling, now);
    drawn(speaker, about, telling, facts(about, telling, speaker.prefix), unseen)
}

/// What it asks a decision on is what stands now.
fn is_of_now(telling: &Telling, now: &Case) -> bool {
    bound_to(telling).is_some_and(|(duty, bound)| now.bound_to(duty) == Some(bound))
}

fn drawn(speaker: &Speaker<'_>, about: Option<&CaseTitle>, telling: &Telling, facts: Json, unseen: bool) -> Card {
    let mut card = speaker.render(&format!("{}.txt", telling.template()), facts);
    let Look { tone, due, asks } = kinds::look(about, telling);
    card.tone = tone;
    card.buttons = asks;
    if let (true, Some(about)) = (unseen, about) {
        card.buttons = read_and_decide(about.case).into_iter().collect();
    }
    card.due_us = due.map(|at| at.0);
    card
}

/// The first answer that it asks for and that is bound to what is shown, and what that is.
fn bound_to(telling: &Telling) -> Option<(Duty, u32)> {
    match telling {
        Telling::Case(every_case::Telling::Clock { items }) => {
            items.iter().find_map(|item| Some((item.duty, item.revision?)))
        }
        Telling::Case(every_case::Telling::Moved { duty, revision, .. }) => revision.map(|bound| (*duty, bound)),
        other => kinds::revision(other).map(|revision| (Duty::Decide, revision)),
    }
}

/// Shows what is to be decided.
fn read_and_decide(case: CaseId) -> Option<Button> {
    let button = press(case, "status", Style::Primary)?;
    Some(Button { label: "Read and decide".to_owned(), ..button })
}

/// What the template sees.
pub(super) fn facts(about: Option<&CaseTitle>, telling: &Telling, prefix: &str) -> Json {
    let mut facts = innermost(telling);
    if let Some(CaseTitle { case, title }) = about {
        facts.insert("case".to_owned(), json!(case));
        facts.insert("title".to_owned(), json!(title));
    }
    // The others' templates see their fields alone.
    if let Telling::Case(telling) = telling {
        add_to_facts(&mut facts, about, telling, prefix);
    }
    if let Telling::Bot(bot::Telling::Sentence { text }) = telling {
        facts.insert("text".to_owned(), sentence_as_seen(text, prefix));
    }
    Json::Object(facts)
}

/// What the templates of what is told of every case see beside the telling's own fields.
fn add_to_facts(facts: &mut Map<String, Json>, about: Option<&CaseTitle>, telling: &every_case::Telling, prefix: &str) {
    use every_case::Telling as T;
    match telling {
        T::Clock { items } => {
            let seen = facts.get_mut("items").and_then(Json::as_array_mut);
            for (item, seen) in items.iter().zip(seen.into_iter().flatten()) {
                let command = about.map(|about| command(about.case, item.duty, item.about.as_ref()).typed(prefix));
                seen["about"] = about_as_seen(item.about.as_ref());
                seen["late"] = json!(is_late(item));
                seen["left"] = json!((item.due - item.now).0.max(0));
                seen["over"] = json!((item.now - item.due).0.max(0));
                seen["command"] = json!(command);
            }
        }
        T::Moved { about, .. } => {
            facts.insert("about".to_owned(), about_as_seen(about.as_ref()));
        }
        T::Done { what } => {
            facts.insert("what".to_owned(), sentence_as_seen(what, prefix));
        }
        T::Sentence { text } => {
            facts.insert("text".to_owned(), sentence_as_seen(text, prefix));
        }
        T::Contested { says: whose, .. } => {
            facts.insert("says".to_owned(), json!(whose.to_string()));
        }
        T::Settled { to: whose, .. } => {
            facts.insert("to".to_owned(), json!(whose.to_string()));
        }
        T::Said { .. }
        | T::State { .. }
        | T::Paused { .. }
        | T::Resumed { .. }
        | T::Observed { .. }
        | T::Waived { .. }
        | T::Invited { .. }
        | T::Uninvited { .. }
        | T::Joined { .. }
        | T::ToRelieve { .. }
        | T::AskedIn { .. } => {}
        T::HandedOver { late, .. } => {
            let late =
                late.iter().map(|it| json!({ "duty": it.duty.word(), "about": about_as_seen(it.about.as_ref()) }));
            facts.insert("late".to_owned(), late.collect());
        }
        T::Excepted { duties, .. } => {
            let nouns: Vec<&str> = duties.iter().map(|duty| duty.noun()).collect();
            facts.insert("duties".to_owned(), json!(nouns));
        }
    }
}

/// What a duty is about: a seat's name, or what somebody typed.
pub(super) fn about_as_seen(about: Option<&About>) -> Json {
    match about {
        None => Json::Null,
        Some(About::Named(name)) => json!(name),
        Some(About::Words(words)) => typed_here(words),
    }
}

/// The fields of the innermost of nested enums, such as tellings and events: what stands beside a name of a variant is kept.
pub(super) fn innermost(nested: &impl serde::Serialize) -> Map<String, Json> {
    let tagged = |value: Json| match value {
        Json::Object(map) if map.len() == 1 => map.into_iter().next().map(|(_, inner)| inner),
        _ => None,
    };
    let whole = serde_json::to_value(nested).ok().and_then(tagged);
    let inner = whole.clone().and_then(tagged).filter(Json::is_object).or(whole);
    match inner {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

fn is_late(item: &ClockItem) -> bool {
    item.passed.breach.is_some() || item.now >= item.due
}

/// What somebody types to answer a duty.
pub(super) fn command(case: CaseId, duty: Duty, about: Option<&About>) -> Line {
    let line = Line::answering(case, duty);
    match duty.row().answer {
        AnsweredBy::Press | AnsweredBy::Vote | AnsweredBy::Draft => line,
        AnsweredBy::Seat => line.with(seat_of(about)),
        // What is to be said back, if anything, stands in the offer.
        AnsweredBy::Words if duty == Duty::AcceptHandoff => line,
        AnsweredBy::Words => line.with("…"),
        AnsweredBy::Either => line.with(about.map_or("…", About::text)),
        AnsweredBy::Named => line.with(about.map_or("…", About::text)).with("…"),
    }
}

/// The buttons that answer a duty, bound to the revision or to the step that is shown, where there is one.
pub(super) fn answers(case: CaseId, duty: Duty, about: Option<&About>, bound: Option<u32>) -> Vec<Button> {
    let row = duty.row();
    let one = match row.answer {
        AnsweredBy::Vote => return votes(case, bound, false),
        AnsweredBy::Press => press_bound(case, row.verb, bound, Style::Primary),
        AnsweredBy::Draft => review(case),
        AnsweredBy::Seat => seat(case, seat_of(about)),
        AnsweredBy::Words => open_bound(case, row.verb, bound, Style::Primary),
        AnsweredBy::Named => report(case, about),
        AnsweredBy::Either => return whether_owed(case, about),
    };
    one.into_iter().collect()
}

/// As `answers`, where what is to be decided isn't shown: instead of votes, the button that shows it.
pub fn answers_unseen(case: CaseId, duty: Duty, about: Option<&About>, bound: Option<u32>) -> Vec<Button> {
    match duty.row().answer {
        AnsweredBy::Vote => read_and_decide(case).into_iter().collect(),
        AnsweredBy::Press
        | AnsweredBy::Draft
        | AnsweredBy::Seat
        | AnsweredBy::Words
        | AnsweredBy::Named
        | AnsweredBy::Either => answers(case, duty, about, bound),
    }
}

/// Nobody accepts a review unseen: the press shows the draft, which has the button that accepts it.
pub(super) fn review(case: CaseId) -> Option<Button> {
    let button = press(case, Duty::Review.row().verb, Style::Primary)?;
    Some(Button { label: "See the review".to_owned(), ..button })
}

/// “Take lead”.
pub(super) fn seat(case: CaseId, seat: &str) -> Option<Button> {
    let verb = grammar::find(case.kind.word(), Duty::FillSeat.row().verb);
    let button = button(verb, Some(case), Some(seat), Style::Plain)?;
    Some(Button { label: format!("Take {seat}"), ..button })
}

/// The form that records a report, with the one that an obligation is about in it.
pub(super) fn report(case: CaseId, about: Option<&About>) -> Option<Button> {
    let verb = grammar::find(case.kind.word(), Duty::ReportToAuthority.row().verb);
    form_button(verb, Some(case), about.map(About::text), Style::Primary)
}

/// What says that a law asks for a report, and what says that it doesn't.
fn whether_owed(case: CaseId, about: Option<&About>) -> Vec<Button> {
    let find = |verb| grammar::find(case.kind.word(), verb);
    let law = about.map(About::text);
    let applies = button(find(Duty::SayWhetherOwed.row().verb), Some(case), law, Style::Primary);
    let set_aside = form_button(find("set-aside"), Some(case), law, Style::Plain);
    applies.into_iter().chain(set_aside).collect()
}

/// The seat that an obligation to fill one is about.
fn seat_of(about: Option<&About>) -> &str {
    about.map_or(SeatName::Lead.word(), About::text)
}

pub(super) fn look_of_any(about: Option<&CaseTitle>, telling: &every_case::Telling) -> Look {
    use every_case::Telling as T;
    let case = about.map(|about| about.case);
    match telling {
        T::Clock { items } => {
            let tone = if items.iter().any(is_late) { Tone::Late } else { Tone::Nudge };
            let due = items.iter().map(|item| item.due).min();
            Look::asks(tone, due, case.map(|case| answers_to_all(case, items)).unwrap_or_default())
        }
        T::Moved { duty, about, due, revision, .. } => {
            let asks = case.map(|case| answers(case, *duty, about.as_ref(), *revision));
            Look::asks(Tone::Nudge, Some(*due), asks.unwrap_or_default())
        }
        T::State { state, over, .. } => {
            let review = case.filter(|_| state.as_str() == "resolved").and_then(review);
            Look::of(if *over { Tone::over(state.as_str()) } else { Tone::Calm }).and(review)
        }
        T::AskedIn { by, .. } => {
            let verb = case.and_then(|case| grammar::find(case.kind.word(), "invite"));
            Look::of(Tone::Nudge).and(button(verb, case, Some(by.as_str()), Style::Primary))
        }
        T::ToRelieve { due, .. } => {
            let hand_over = case.and_then(|case| {
                form_button(grammar::find("handoff", "offer"), None, Some(&case.to_string()), Style::Primary)
            });
            Look::asks(Tone::Nudge, Some(*due), hand_over.into_iter().collect())
        }
        T::Resumed { due, .. } => Look { due: Some(*due), ..Look::calm() },
        T::Observed { .. } => Look::of(Tone::Nudge),
        T::Said { .. }
        | T::Paused { .. }
        | T::Excepted { .. }
        | T::Waived { .. }
        | T::Contested { .. }
        | T::Settled { .. }
        | T::Invited { .. }
        | T::Uninvited { .. }
        | T::Joined { .. }
        | T::HandedOver { .. } => Look::calm(),
        T::Done { .. } | T::Sentence { .. } => Look::of(Tone::Private),
    }
}

pub(super) fn look_of_bot(telling: &bot::Telling) -> Look {
    use bot::Telling as T;
    let of_rota = |verb: &str, with: &str, style: Style| button(grammar::find("rota", verb), None, Some(with), style);
    let yes_or_no = |number: u32, answer_by: At| {
        let number = number.to_string();
        let asks = ["confirm", "pass"].into_iter().zip([Style::Primary, Style::Plain]);
        let asks = asks.filter_map(|(verb, style)| of_rota(verb, &number, style)).collect();
        Look::asks(Tone::Nudge, Some(answer_by), asks)
    };
    match telling {
        T::Frozen(_) | T::FreezeOverridden { .. } | T::HoldPlaced(_) => Look::of(Tone::Late),
        T::HoldReleased { .. } => Look::of(Tone::Done),
        T::Calendar { .. } => Look::of(Tone::Nudge),
        T::Thawed { .. } => Look::of(Tone::Done),
        // Changing the policy is a decision of its own, asked for as one.
        T::Recurs { workflow, .. } => {
            let verb = grammar::find(CaseKind::Approval.word(), CaseKind::Approval.opened_by());
            Look::of(Tone::Nudge).and(form_button(verb, None, Some(workflow.as_str()), Style::Plain))
        }
        T::FellBehind { .. } | T::Undeliverable { .. } | T::ClockWentBack { .. } => Look::of(Tone::Late),
        // Production that nobody agreed to.
        T::StageChanged(changed) if changed.to == Some(WorkflowStage::Production) && changed.approval.is_none() => {
            Look::of(Tone::Late)
        }
        T::StageChanged(_) => Look::of(Tone::Calm),
        T::CaughtUp {} => Look::of(Tone::Done),
        T::Delegated { .. }
        | T::DelegationEnded { .. }
        | T::PolicyLoaded { .. }
        | T::WasDown { .. }
        | T::Digest { .. } => Look::calm(),
        T::ShiftBegan { rota, answer_by, .. } => {
            let says_so = answer_by.and_then(|_| of_rota("start", rota.as_str(), Style::Primary));
            Look::asks(Tone::Nudge, *answer_by, says_so.into_iter().collect())
        }
        T::ShiftNotTakenUp { rota, .. } => Look::of(Tone::Late).and(of_rota("take", rota.as_str(), Style::Primary)),
        T::SwapOffered { swap, answer_by } => yes_or_no(swap.number, *answer_by),
        T::CoverAsked { number, answer_by, .. } => yes_or_no(*number, *answer_by),
        T::CoverNotTaken { .. } | T::GapsAhead { .. } => Look::of(Tone::Late),
        T::ShiftEnded { .. } | T::Instead { .. } | T::ArrangementEnded { .. } | T::SwapNotAgreed { .. } => Look::calm(),
        T::Sentence { .. } => Look::of(Tone::Private),
    }
}

/// The buttons of everything that fell due, each once; where several are asked for, only the first stands out.
fn answers_to_all(case: CaseId, items: &[ClockItem]) -> Vec<Button> {
    let mut all: Vec<Button> = Vec::new();
    for item in items {
        let fresh = answers(case, item.duty, item.about.as_ref(), item.revision);
        all.extend(fresh.into_iter().filter(|button| !all.contains(button)).collect::<Vec<_>>());
    }
    if items.len() > 1 {
        all.iter_mut().skip(1).for_each(|button| button.style = Style::Plain);
    }
    all.truncate(5);
    all
}

/// “Remind me later”, on what one person is reminded of and may put off. `None`: everything in it is told whenever it is due.
pub fn remind_later(speaker: &Speaker<'_>, telling: &Telling, now: Option<&Case>) -> Option<Button> {
    let (Telling::Case(every_case::Telling::Clock { items }), Some(case)) = (telling, now) else { return None };
    let may = |item: &ClockItem| case.obligation(item.number).is_some_and(|it| it.may_be_put_off(item.now));
    let any = speaker.policy.snooze_at_most > Span::ZERO && items.iter().any(may);
    any.then(|| press(case.id, every_case::Verb::Snooze.into(), Style::Plain)).flatten()
}
