//! Which changes are held now, and by what.

use serde_json::{Value as Json, json};

use crate::card::{Speaker, Word, samples};
use crate::domain::bot::releases::Freeze;
use crate::domain::{CaseId, CaseKind};

/// Which changes are held now, and by what. `case` is the one that its reader looks at.
pub fn held(speaker: &Speaker<'_>, freezes: &[&Freeze], case: Option<CaseId>) -> Vec<Vec<Word>> {
    let card = speaker.render("answer/held.txt", held_facts(freezes, case));
    std::iter::once(card.title).chain(card.lines).filter(|line| !line.is_empty()).collect()
}

fn held_facts(freezes: &[&Freeze], case: Option<CaseId>) -> Json {
    json!({ "freezes": freezes, "case": case.map(|case| case.to_string()) })
}

/// By somebody, after a rollback that may be named and after one that may not, beside a case, and none.
pub(super) fn samples() -> Vec<Json> {
    let case = |kind, number| CaseId { kind, number };
    let of_somebody = samples::freeze(Some(samples::DUE), Some(samples::maya()), None);
    let of_a_rollback = samples::freeze(None, None, Some(case(CaseKind::Rollback, 4)));
    let of_the_policy = samples::freeze(None, None, None);
    vec![
        held_facts(&[&of_somebody, &of_a_rollback, &of_the_policy], None),
        held_facts(&[&of_somebody], Some(case(CaseKind::Approval, 1))),
        held_facts(&[], None),
    ]
}
