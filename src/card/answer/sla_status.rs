//! How each workflow stands: what is open, owed and late, and which changes are held.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{held, private};
use crate::card::{Card, Speaker, Style, button, samples};
use crate::domain::bot::releases::Freeze;
use crate::domain::{At, CaseKind, WorkflowId};
use crate::grammar::find;

/// How a workflow stands.
#[derive(Clone, Debug, Serialize)]
pub struct WorkflowStatus {
    /// Which.
    pub workflow: WorkflowId,
    /// How many cases of each kind are open.
    pub open: Vec<(CaseKind, u32)>,
    /// Answers owed, the late ones included.
    pub owed: u32,
    /// Answers late.
    pub late: u32,
    /// The next deadline.
    pub next_due: Option<At>,
}

/// How each workflow stands.
/// Not `all`: older cases weren't counted.
pub fn sla_status(speaker: &Speaker<'_>, rows: &[WorkflowStatus], all: bool, freezes: &[&Freeze]) -> Card {
    let mut card = private(speaker, "answer/sla-status.txt", sla_status_facts(rows, all));
    card.lines.extend(held(speaker, freezes, None));
    card.due_us = rows.iter().filter_map(|row| row.next_due).map(|due| due.0).min();
    card.buttons = button(find("sla", "mine"), None, None, Style::Plain).into_iter().collect();
    card
}

fn sla_status_facts(rows: &[WorkflowStatus], all: bool) -> Json {
    let late: u32 = rows.iter().map(|row| row.late).sum();
    let owed: u32 = rows.iter().map(|row| row.owed).sum();
    json!({ "rows": rows, "late": late, "owed": owed, "all": all })
}

/// One that is busy beside one that is idle, and none.
pub(super) fn samples() -> Vec<Json> {
    let busy = WorkflowStatus {
        workflow: "credit-scoring".into(),
        open: vec![(CaseKind::Incident, 1), (CaseKind::Approval, 2)],
        owed: 3,
        late: 1,
        next_due: Some(samples::DUE),
    };
    let idle = WorkflowStatus { open: Vec::new(), owed: 0, late: 0, next_due: None, ..busy.clone() };
    vec![sla_status_facts(&[busy, idle], false), sla_status_facts(&[], true)]
}
