//! How long closed cases are kept. The first class in the file that fits a case is the one that counts.

use std::collections::BTreeMap;

use super::super::kinds::CaseKind;
use super::super::{Label, Span, WorkflowId};
use super::Policy;

/// A class of cases that are kept for as long.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionClass {
    pub name: Label,
    /// From the moment a case is closed.
    pub days: u32,
    /// Empty: all of them.
    pub kinds: Vec<CaseKind>,
    /// Empty: all of them.
    pub workflows: Vec<WorkflowId>,
    /// What is said in its cases is not erased before that, whoever asks.
    pub erasure_waits: bool,
}

/// For how long a case is kept, as the policy has it now.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptFor {
    /// The class; `workflow/NAME` where none fits and `keep_evidence_days` of its workflow says it.
    pub class: Label,
    pub days: u32,
    pub erasure_waits: bool,
}

impl KeptFor {
    pub fn span(&self) -> Span {
        Span::days(i64::from(self.days))
    }
}

impl Policy {
    /// For how long a case of a kind is kept once it is closed. `None`: nothing says that it may ever go.
    pub fn kept_for(&self, kind: CaseKind, workflow: &WorkflowId) -> Option<KeptFor> {
        let class = self.retention.iter().find(|class| {
            (class.kinds.is_empty() || class.kinds.contains(&kind))
                && (class.workflows.is_empty() || class.workflows.contains(workflow))
        });
        let of_class = class.map(|class| KeptFor {
            class: class.name.clone(),
            days: class.days,
            erasure_waits: class.erasure_waits,
        });
        of_class.or_else(|| {
            let days = self.workflows.get(workflow)?.evidence_days?;
            Some(KeptFor { class: of_workflow(workflow), days, erasure_waits: false })
        })
    }

    /// Every class with its days, those of workflows included: since a longer one counts from the moment it is known.
    pub fn days_of_classes(&self) -> BTreeMap<Label, u32> {
        let classes = self.retention.iter().map(|class| (class.name.clone(), class.days));
        let workflows = self.workflows.iter().filter_map(|(id, flow)| Some((of_workflow(id), flow.evidence_days?)));
        classes.chain(workflows).collect()
    }
}

/// A name of a class has no `/` in it.
fn of_workflow(workflow: &WorkflowId) -> Label {
    Label::from(format!("workflow/{workflow}"))
}
