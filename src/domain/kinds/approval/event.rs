//! What becomes true of an approval, as the ledger keeps it.

use serde::{Deserialize, Serialize};

use super::Ended;
use crate::domain::kinds::Began;
use crate::domain::policy::Windows;
use crate::domain::records::{Keeps, RecordsAct};
use crate::domain::{At, CaseId, PathId, PersonId, RoleId, Span};

/// What becomes true of an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "approval.")]
pub enum Event {
    /// Always the first event, and only there.
    Requested(Box<Requested>),
    Voted(Vote),
    /// An approval counts no more: whoever gave it took it back before its stage was passed.
    VoteTakenBack {
        by: PersonId,
        /// Counts from 0.
        stage: u32,
    },
    StagePassed {
        stage: u32,
    },
    Amended {
        by: PersonId,
        action: String,
        action_sha256: String,
        revision: u32,
    },
    /// `obligation` is the number of the answer that it asks for; `paused`: the decision's clock stands still meanwhile.
    QuestionAsked {
        by: PersonId,
        question: String,
        obligation: u32,
        #[serde(default)]
        paused: bool,
    },
    QuestionAnswered {
        by: PersonId,
        text: String,
    },
    GlassBroken {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        role: RoleId,
        reason: String,
    },
    GlassReviewed {
        by: PersonId,
        text: String,
    },
    Approved(Ended),
    Declined(Ended),
    /// Nobody answered in time. Not a decline by anybody.
    Lapsed(Ended),
    Withdrawn(Ended),
    Superseded {
        /// The request that takes its place.
        by_case: CaseId,
        #[serde(flatten)]
        ended: Ended,
    },
    /// Pending longer than the path's limit: a risk in itself. Recorded once.
    FoundSlow {
        pending: Span,
    },
    /// What was approved can't be carried out yet, or for another reason than before.
    Deferred {
        keeps: Keeps,
        /// Those of the cases that it touches that are open: what is said there is needed, and can be read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        open: Vec<CaseId>,
    },
    /// Until they can be erased, nobody can read them: the restriction of Regulation (EU) 2016/679, article 18.
    Withheld {
        /// How many entries.
        entries: u32,
    },
    /// The words are erased.
    CarriedOut {
        /// How many entries lost them.
        entries: u32,
        files: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    #[serde(flatten)]
    pub began: Began,
    pub action: String,
    /// SHA-256 of `action` in hexadecimal.
    pub action_sha256: String,
    pub path: PathId,
    /// It is about the workflow's way from pilot to production.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub promotes: bool,
    /// It is about what becomes of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<RecordsAct>,
    /// When being pending becomes an incident, by the path's bottleneck rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_at: Option<At>,
    /// The queue of its path is counted over these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Windows>,
}

/// One person's word on one revision of the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    pub stage: u32,
    pub approves: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub revision: u32,
    /// SHA-256 of the action that the person saw.
    pub action_sha256: String,
}
