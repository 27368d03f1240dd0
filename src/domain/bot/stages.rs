//! From pilot to production: which promotions were approved, and what a new policy file makes of it. The file alone says at which
//! stage a workflow is; whether somebody agreed to it is said here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::releases::Freeze;
use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::policy::redflag;
use crate::domain::{CaseId, PersonId, Policy, WorkflowId, WorkflowStage};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// Promotions that were approved and that no policy file has carried out yet, by the approval that says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approved: BTreeMap<WorkflowId, CaseId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "stage.")]
pub enum Event {
    /// The workflow may be put into production: the next policy file that does so has this approval. Where a file has done it already,
    /// it is agreed to after the fact.
    PromotionApproved { workflow: WorkflowId, case: CaseId },
    /// A policy file came into force by which the workflow is at another stage.
    Changed(Changed),
}

/// A workflow is at another stage by the policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub workflow: WorkflowId,
    /// `None`: the workflow is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<WorkflowStage>,
    /// `None`: the workflow is in the file no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<WorkflowStage>,
    /// The approval that it has. `None`: the file alone says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<CaseId>,
    /// Who had the file read. `None`: it was read when the bot started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// How many things the policy lacks for it in production.
    #[serde(default)]
    pub lacks: u32,
    /// Changes of it were held then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
}

impl Event {
    pub(super) fn workflow(&self) -> &WorkflowId {
        match self {
            Event::PromotionApproved { workflow, case: _ } => workflow,
            Event::Changed(changed) => &changed.workflow,
        }
    }
}

impl Stages {
    /// `is_there`: the workflow is in production already, and nobody had agreed to that.
    pub(super) fn apply(&mut self, event: &Event, is_there: bool) {
        match event {
            Event::PromotionApproved { workflow, case } => {
                if !is_there {
                    self.approved.insert(workflow.clone(), *case);
                }
            }
            // What was agreed to is used up by the first file that does it, and void once the workflow is gone.
            Event::Changed(changed) => {
                self.approved.remove(&changed.workflow);
            }
        }
    }
}

impl Draft<'_> {
    /// Where the workflow is in production already, no file is waited for.
    pub(super) fn note_promotion(self, workflow: &WorkflowId, case: CaseId) -> Ruling {
        self.record(Event::PromotionApproved { workflow: workflow.clone(), case })
    }

    /// Every workflow that is at another stage by the new policy, and whether somebody agreed to that.
    pub(super) fn note_stages(&mut self, new: &Policy) {
        let by = self.ask.by.person().cloned();
        let workflows: Vec<&WorkflowId> = self.policy.workflows.keys().chain(new.workflows.keys()).collect();
        let stage = |policy: &Policy, id: &WorkflowId| policy.workflows.get(id).map(|workflow| workflow.stage);
        let mut changed: BTreeMap<WorkflowId, Changed> = BTreeMap::new();
        for id in workflows {
            let (from, to) = (stage(self.policy, id), stage(new, id));
            // A pilot that begins or ends is nobody's risk.
            if from == to || ![from, to].contains(&Some(WorkflowStage::Production)) {
                continue;
            }
            let (approval, lacks) = match to {
                Some(WorkflowStage::Production) => {
                    let lacks = redflag::lacks_for_production(new, id).len();
                    (self.bot.stages.approved.get(id).copied(), u32::try_from(lacks).unwrap_or(u32::MAX))
                }
                Some(WorkflowStage::Pilot) | None => (None, 0),
            };
            let through = |freeze: &Freeze| approval.is_some_and(|case| freeze.overridden.contains(&case));
            let held = self.bot.releases.freeze(id, self.ask.at).is_some_and(|freeze| !through(freeze));
            let frozen = held && to == Some(WorkflowStage::Production);
            let (workflow, by) = (id.clone(), by.clone());
            changed.insert(id.clone(), Changed { workflow, from, to, approval, by, lacks, frozen });
        }
        for changed in changed.into_values() {
            self.push(Event::Changed(changed.clone()));
            self.tell(To::Operators, Telling::StageChanged(changed), None);
        }
    }
}
