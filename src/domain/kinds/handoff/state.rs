//! The states of a handoff, what is handed over, and how well it was understood.

use serde::{Deserialize, Serialize};

use crate::domain::{At, CaseId, Duty, Label, PartyId, PersonId, RoleId, RotaId, WorkflowId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandoffState {
    /// Its giver holds everything until it is accepted.
    Offered,
    /// Something of it was accepted, and is the receiver's since.
    Accepted,
    /// Nothing of it was.
    Declined,
    Withdrawn,
    /// Taken over in an emergency, without the giver's word.
    Taken,
}

impl HandoffState {
    pub const ALL: [HandoffState; 5] = [
        HandoffState::Offered,
        HandoffState::Accepted,
        HandoffState::Declined,
        HandoffState::Withdrawn,
        HandoffState::Taken,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            HandoffState::Offered => "offered",
            HandoffState::Accepted => "accepted",
            HandoffState::Declined => "declined",
            HandoffState::Withdrawn => "withdrawn",
            HandoffState::Taken => "taken",
        }
    }
}

/// What is handed over as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All that somebody holds on one case.
    Case(CaseId),
    /// Somebody's seat in a role, on one workflow or on all of them.
    Role {
        role: RoleId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
    },
    /// The shift that somebody has now or next.
    Shift { rota: RotaId },
    /// All that somebody holds.
    Leaving {},
    /// What the roles of one party hold on a workflow, for another party.
    Workflow { workflow: WorkflowId, party: PartyId },
}

/// One thing of it, which is accepted or refused by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Counts from 1.
    pub number: u32,
    pub what: Handed,
    /// Nobody else holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handed {
    /// What is held on a case in person, and, where only that case is handed over, in roles.
    Case {
        case: CaseId,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Label>,
        /// How many open answers are handed over.
        answers: u32,
        /// Whose it is, where that isn't the giver's to say: somebody of a party that leaves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<PersonId>,
    },
    Role {
        role: RoleId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
    },
    Shift {
        rota: RotaId,
        starts: At,
        ends: At,
    },
}

impl Handed {
    /// As it is called in a sentence. A restricted case has no name for whoever isn't its own.
    pub fn called(&self) -> String {
        match self {
            Handed::Case { case, .. } => case.to_string(),
            Handed::Role { role, workflow: Some(workflow) } => format!("{role} of {workflow}"),
            Handed::Role { role, workflow: None } => role.to_string(),
            Handed::Shift { rota, .. } => format!("the shift of {rota}"),
        }
    }
}

/// How an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Offered,
    Accepted,
    /// It stays with its giver.
    Refused {
        by: PersonId,
        reason: String,
    },
}

/// An answer that stays with its giver, since the receiver may not give it: separation of duties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub case: CaseId,
    pub number: u32,
    pub duty: Duty,
}

/// Something that the receiver said back, and what is so. A wrong answer is no refusal: both see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBack {
    /// On which case a clock runs out first.
    First { answer: CaseId, so: CaseId },
    /// Who hears next if no answer comes there.
    Next { answer: RoleId, so: RoleId },
    /// Which workflow a law forbids altering now.
    Unaltered { answer: WorkflowId, so: WorkflowId },
}

impl SaidBack {
    pub fn is_right(&self) -> bool {
        match self {
            SaidBack::First { answer, so } => answer == so,
            SaidBack::Next { answer, so } => answer == so,
            SaidBack::Unaltered { answer, so } => answer == so,
        }
    }
}

/// Something of the policy's that the receiver has to know: what they say that they did, and the case that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub by: PersonId,
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<CaseId>,
    pub text: String,
}

/// What becomes of what was refused: of one item, or, where all of it was declined, of all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    pub by: PersonId,
    pub at: At,
    pub text: String,
}

/// Who ended it or settled something about it, when, and in which words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub by: PersonId,
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}
