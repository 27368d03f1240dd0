//! How queues stand: how many wait and for how long, what comes in and goes out, and what comes of it at this rate.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, SPAN};
use super::super::{Card, Speaker};
use super::private;
use crate::domain::bot::queues::{Outlook, Passed};
use crate::domain::policy::Windows;
use crate::domain::{CaseId, CaseKind, WorkflowId};

/// The queue of one workflow.
#[derive(Clone, Debug)]
pub struct QueueRow {
    pub workflow: WorkflowId,
    pub depth: u32,
    /// How many have used less than half of their time, less than 80 %, less than all of it, and all of it.
    pub ages: [u32; 4],
    /// How many whose clock stands still.
    pub paused: u32,
    /// `None`: nobody watches it.
    pub outlook: Option<Outlook>,
    /// The open incident about it.
    pub incident: Option<CaseId>,
    /// Whose answers it waits for, in words.
    pub holders: String,
}

/// How queues stand.
pub fn queue(speaker: &Speaker<'_>, rows: &[QueueRow]) -> Card {
    private(speaker, "answer/queue.txt", queue_facts(rows))
}

pub(super) fn queue_facts(rows: &[QueueRow]) -> Json {
    let rows = rows.iter().map(|row| {
        let [half, most, due, late] = row.ages;
        let outlook = row.outlook.filter(|_| row.depth > 0).map(|it| {
            json!({
                "oldest": it.oldest.map(|at| at.0),
                "short": { "window": it.windows.short.0, "came": it.short.came, "left": it.short.left },
                "long": { "window": it.windows.long.0, "came": it.long.came, "left": it.long.left },
                "drained_in": it.drained_in.map(|span| span.0),
                "first_breach": it.first_breach.map(|at| at.0),
            })
        });
        json!({
            "workflow": row.workflow,
            "depth": row.depth,
            "ages": { "half": half, "most": most, "due": due, "late": late, "paused": row.paused },
            "watched": row.outlook.is_some(),
            "outlook": outlook,
            "incident": row.incident,
            "holders": row.holders,
        })
    });
    json!({ "rows": rows.collect::<Vec<_>>() })
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
    let row = |outlook, depth| QueueRow {
        workflow: "credit-scoring".into(),
        depth,
        ages: [4, 1, 1, depth.min(1)],
        paused: depth.min(1),
        outlook,
        incident: Some(CaseId { kind: CaseKind::Incident, number: 1 }).filter(|_| depth > 0),
        holders: "model-risk: Priya or Tomas".to_owned(),
    };
    vec![row(Some(worse(Some(SPAN), Some(DUE))), 7), row(Some(worse(None, None)), 7), row(None, 7), row(None, 0)]
}
