//! How a workflow goes back: who authorises it, who says go, the steps in their order, who is downstream, and how often that is
//! drilled. A rollback takes its rule along from the moment when it is proposed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{LadderId, RoleId, Span, SystemId, WebhookId};
use super::{PauseRule, TargetTerms};

/// How one workflow is rolled back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollbackRule {
    /// Who authorises: the first owes it, the others may as well. Never empty.
    pub authorise: Vec<RoleId>,
    /// Who runs it: answers for what is in flight, the look-back and the source of truth, and confirms.
    pub run_by: RoleId,
    /// Each of these says go or no-go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub go: Vec<RoleId>,
    pub times: RollbackTimes,
    pub ladder: LadderId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// What has to be looked at before anybody authorises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<String>,
    /// The ways out that have to be compared before anybody authorises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<Way>,
    /// In their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepRule>,
    /// Who answers for each system that works with what this one says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub downstream: BTreeMap<SystemId, RoleId>,
    /// How often it is drilled. `None`: nobody has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill_every: Option<Span>,
    /// How long holding one takes, from when it is due.
    pub drill_within: Span,
    /// Without a drill on record the workflow doesn't go into production.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill_for_production: bool,
    /// For how long a confirmed rollback holds changes. `None`: it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze_after: Option<Span>,
    /// 1-based line of the file, for findings.
    #[serde(skip)]
    pub line: usize,
}

/// How long each answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackTimes {
    pub authorise: Span,
    pub go: Span,
    /// For each step that has no time of its own.
    pub step: Span,
    /// For what is owed once the steps are done.
    pub confirm: Span,
    /// From being asked for to being confirmed.
    pub whole: Span,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRule {
    pub text: String,
    pub role: RoleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// The way out that it belongs to.
    pub way: Way,
    /// Before it, whoever authorises is asked once more: after it there is no way back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub point_of_no_return: bool,
    /// The webhook by which a machine is told to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookId>,
    /// It is called in drills too, and is told that it is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub webhook_in_drills: bool,
}

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Back to an older version.
    RollBack,
    /// Switched off, or people decide meanwhile.
    Contain,
    /// On to a newer version that has what is wrong put right.
    FixForward,
    /// Nothing is changed.
    Stay,
}

impl Way {
    pub const ALL: [Way; 4] = [Way::RollBack, Way::Contain, Way::FixForward, Way::Stay];
    pub const WORDS: &[&str] = &["roll-back", "contain", "fix-forward", "stay"];

    pub const fn word(self) -> &'static str {
        match self {
            Way::RollBack => "roll-back",
            Way::Contain => "contain",
            Way::FixForward => "fix-forward",
            Way::Stay => "stay",
        }
    }

    pub fn read(word: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.word() == word)
    }
}

impl RollbackRule {
    /// The terms of an answer that is owed within a time.
    pub fn terms(&self, within: Span) -> TargetTerms {
        TargetTerms {
            within,
            calendar: None,
            ladder: self.ladder.clone(),
            urgent: self.urgent,
            pause: PauseRule::default(),
            expires_after: None,
        }
    }

    /// The steps of a way out, in their order.
    pub fn steps_of(&self, way: Way) -> impl Iterator<Item = &StepRule> {
        self.steps.iter().filter(move |step| step.way == way)
    }
}
