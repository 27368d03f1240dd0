//! How queues stand: how many wait and for how long, what comes in and goes out, and what comes of it at this rate.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, SPAN};
use super::super::{Card, Speaker};
use super::private;
use crate::domain::bot::queues::{Outlook, Passed};
use crate::domain::policy::Windows;
use crate::domain::{CaseId, CaseKind};

/// The queue of one workflow, or of one approval path.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// The workflow's or the path's name.
    pub what: String,
    pub depth: u32,
    /// How many have used less than half of their time, less than 80 %, less than all of it, and all of it, and how many whose clock
    /// stands still. `None`: that isn't counted there.
    pub ages: Option<[u32; 5]>,
    /// `None`: nobody watches it.
    pub outlook: Option<Outlook>,
    /// The open incident about it.
    pub incident: Option<CaseId>,
    /// Whose answers it waits for, in words.
    pub holders: String,
}

/// How the queues of exceptions stand.
pub fn queue(speaker: &Speaker<'_>, rows: &[QueueRow]) -> Card {
    private(speaker, "answer/queue.txt", queue_facts("exceptions", rows))
}

/// How the queues of approval paths stand.
pub fn path_queues(speaker: &Speaker<'_>, rows: &[QueueRow]) -> Card {
    private(speaker, "answer/queue.txt", queue_facts("approvals", rows))
}

pub(super) fn queue_facts(of: &str, rows: &[QueueRow]) -> Json {
    let rows = rows.iter().map(|row| {
        let ages = row.ages.map(|[half, most, due, late, paused]| {
            json!({ "half": half, "most": most, "due": due, "late": late, "paused": paused })
        });
        let outlook = row.outlook.filter(|_| row.depth > 0).map(|it| {
            json!({
                "oldest": it.oldest.map(|at| at.0),
                "short": { "window": it.windows.short.0, "came": it.short.came, "left": it.short.left },
                "long": { "window": it.windows.long.0, "came": it.long.came, "left": it.long.left },
                "drained_in": it.drained_in.map(|span| span.0),
                "first_breach": it.first_breach.map(|at| at.0),
                "late": it.late,
                "all_late": it.late >= it.depth,
            })
        });
        json!({
            "what": row.what,
            "depth": row.depth,
            "ages": ages,
            "watched": row.outlook.is_some(),
            "outlook": outlook,
            "incident": row.incident,
            "holders": row.holders,
        })
    });
    json!({ "of": of, "rows": rows.collect::<Vec<_>>() })
}

/// One that is watched and gets worse, one that nobody watches, and one in which nothing waits.
pub(super) fn samples() -> Vec<QueueRow> {
    let passed = Passed { came: 4, left: 1 };
    let windows = Windows { short: SPAN, long: SPAN };
    let worse = |drained_in, first_breach| Outlook {
        windows,
        depth: 7,
        late: 1,
        oldest: Some(NOW),
        short: passed,
        long: passed,
        drained_in,
        counted_from: NOW,
        first_breach,
    };
    let row = |outlook: Option<Outlook>, depth: u32| QueueRow {
        what: "credit-scoring".to_owned(),
        depth,
        ages: outlook.is_none_or(|it| it.first_breach.is_none()).then_some([4, 1, 1, depth.min(1), depth.min(1)]),
        outlook,
        incident: Some(CaseId { kind: CaseKind::Incident, number: 1 }).filter(|_| depth > 0),
        holders: "model-risk: Priya or Tomas".to_owned(),
    };
    vec![row(Some(worse(Some(SPAN), Some(DUE))), 7), row(Some(worse(None, None)), 7), row(None, 7), row(None, 0)]
}
