//! A case as one reader sees it: what it waits for from them, what they have done about it, and what they can't do.

use serde_json::{Value as Json, json};

use super::tell::{about_as_seen, answers};
use super::{BUTTONS_AT_MOST, Button, Speaker, Style, Word, kinds, press, samples};
use crate::domain::obligation::{About, State};
use crate::domain::{At, Case, CaseId, CaseKind, Duty, Refusal};

/// What the reader of a case's card is told besides what everybody reads.
#[derive(Clone, Debug, Default)]
pub struct ForReader {
    /// What it waits for from them, the most urgent first.
    pub waits: Vec<Waits>,
    /// What they have answered and that isn't complete yet, and when.
    pub answered: Vec<(Duty, Option<At>)>,
    /// They opened it.
    pub asked: bool,
    /// Why they can't do the first of the things that they can't.
    pub why: Option<Refusal>,
}

/// An answer that a case waits for from its reader.
#[derive(Clone, Debug)]
pub struct Waits {
    pub duty: Duty,
    pub about: Option<About>,
    pub due: At,
    pub state: State,
}

/// What asks for the answers that a case waits for.
pub fn asking(case: &Case) -> Vec<Button> {
    let owed = case.open_obligations();
    owed.flat_map(|it| answers(case.id, it.duty, it.about.as_ref(), case.bound_to(it.duty))).collect()
}

/// What a case's card has for anybody: what undoes an answer, where there is such a thing, then what can be done next. The case
/// waits for the reader, or not.
pub fn offered(
    speaker: &Speaker<'_>,
    case: &Case,
    waits: bool,
    is_theirs: impl Fn(&Button) -> bool,
    can_be_undone: impl Fn(&Button) -> bool,
) -> Vec<Button> {
    let undo = press(case.id, "take-back", Style::Plain).filter(can_be_undone);
    let mut buttons: Vec<Button> = kinds::buttons(speaker, case).into_iter().filter(is_theirs).collect();
    // What would have stood out may be another's.
    if waits && !buttons.iter().any(|button| button.style == Style::Primary) {
        buttons.iter_mut().take(1).for_each(|button| button.style = Style::Primary);
    }
    buttons.splice(0..0, undo);
    buttons.truncate(BUTTONS_AT_MOST);
    buttons
}

/// In words, for its reader; nothing, where it is no affair of theirs.
pub fn for_reader(speaker: &Speaker<'_>, case: &Case, it: &ForReader) -> Vec<Vec<Word>> {
    let card = speaker.render("answer/for-reader.txt", facts(case.id, it));
    let mut lines: Vec<Vec<Word>> =
        std::iter::once(card.title).chain(card.lines).filter(|line| !line.is_empty()).collect();
    if let (true, Some(why)) = (lines.is_empty(), &it.why) {
        lines.push(super::refused(speaker, why).title);
    }
    lines
}

fn facts(case: CaseId, it: &ForReader) -> Json {
    let waits = it.waits.iter().map(|waits| {
        json!({
            "duty": waits.duty.word(),
            "about": about_as_seen(waits.about.as_ref()),
            "due": waits.due.0,
            "late": waits.state == State::Late,
            "paused": waits.state == State::Paused,
        })
    });
    let answered = it.answered.iter().map(|(duty, at)| json!({ "duty": duty.word(), "at": at.map(|at| at.0) }));
    json!({
        "case": case,
        "kind": case.kind.word(),
        "waits": waits.collect::<Vec<_>>(),
        "answered": answered.collect::<Vec<_>>(),
        "asked": it.asked,
    })
}

/// What the template sees, for trying it.
pub(super) fn samples() -> Vec<(&'static str, Json)> {
    let waits = |state, about: Option<About>| Waits { duty: Duty::FollowUp, about, due: samples::DUE, state };
    let full = ForReader {
        waits: vec![
            waits(State::Owed, None),
            waits(State::Late, Some(About::named("scribe"))),
            waits(State::Paused, Some(About::Words(samples::words()))),
        ],
        answered: vec![(Duty::Decide, Some(samples::NOW)), (Duty::Acknowledge, None)],
        asked: true,
        why: None,
    };
    let empty = ForReader::default();
    let asked = ForReader { asked: true, ..ForReader::default() };
    let one = ForReader { waits: vec![waits(State::Owed, None)], ..ForReader::default() };
    let of = |kind| CaseId { kind, number: 1 };
    CaseKind::ALL
        .into_iter()
        .flat_map(|kind| [&full, &empty, &asked, &one].map(|it| ("answer/for-reader.txt", facts(of(kind), it))))
        .collect()
}
