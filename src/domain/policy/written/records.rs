//! What becomes of records, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::{PathId, WorkflowId};
use super::super::records::Records;
use super::resolve::Resolve;
use super::word::{Word, kind};

/// Where it is decided what becomes of records. Without it nothing can be erased, and no hold ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordsTable {
    /// Erasures and releases of holds are asked for and approved as this workflow's, and told in its channels: choose one whose
    /// channels only those read who may know whose words are erased.
    workflow: Word<kind::Workflow>,
    /// The approval path that they take. The workflow's own if left out.
    path: Option<Word<kind::ApprovalPath>>,
}

impl Resolve<'_, '_> {
    pub(super) fn records(&mut self, table: &RecordsTable) {
        let workflow = self.name(&table.workflow).map(WorkflowId::from);
        let path = table.path.as_ref().and_then(|word| self.name(word)).map(PathId::from);
        let Some(workflow) = workflow else { return };
        let has_one = self.policy.workflows.get(&workflow).is_none_or(|flow| flow.path.is_some());
        if table.path.is_none() && !has_one {
            let what = format!("“{workflow}” has no approval path, so nobody can agree to an erasure");
            self.found.add(table.workflow.at, what, "path = “…” under [records], or under the workflow");
        }
        self.policy.records = Some(Records { workflow, path });
    }
}
