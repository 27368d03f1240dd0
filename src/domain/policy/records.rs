//! What becomes of records: the part of the policy that erasures and holds stand on.

use super::super::{PathId, WorkflowId};

/// Where it is decided what becomes of records.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// Erasures and releases of holds are asked for and approved as this workflow's, and told in its channels.
    pub workflow: WorkflowId,
    /// The path that they take; `None`: the workflow's own.
    pub path: Option<PathId>,
}
