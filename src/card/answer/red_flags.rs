//! What is unwise in the policy, and in what happened.

use serde_json::{Value as Json, json};

use super::{ROWS_AT_MOST, private};
use crate::card::{Card, Speaker};
use crate::domain::happened::Finding;
use crate::domain::policy::RedFlag;

/// What is unwise in the policy, and in what happened.
pub fn red_flags(speaker: &Speaker<'_>, flags: &[RedFlag], held: &[RedFlag], found: &[Finding]) -> Card {
    private(speaker, "answer/red-flags.txt", facts(flags, held, found))
}

pub(super) fn facts(flags: &[RedFlag], held: &[RedFlag], found: &[Finding]) -> Json {
    let row = |flag: &RedFlag| {
        json!({
            "id": flag.id, "line": flag.line, "what": flag.what, "why": flag.why, "write": flag.write,
        })
    };
    let shown = &flags[..flags.len().min(ROWS_AT_MOST)];
    json!({
        "count": flags.len(),
        "more": flags.len() - shown.len(),
        "found": found.iter().map(|it| json!({
            "id": it.id, "what": it.what, "why": it.why, "then": it.then,
        })).collect::<Vec<_>>(),
        "rows": shown.iter().map(row).collect::<Vec<_>>(),
        "held": held.iter().map(row).collect::<Vec<_>>(),
    })
}
