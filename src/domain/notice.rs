//! What is to be told, to whom: derived from what became true. Knows no platform and no wording; each [`Telling`] is
//! worded by the template of its name in `templates/tell/`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::obligation::{Climbed, Holder};
use super::policy::Channel;
use super::{At, CaseId, Duty, PersonId, RoleId, Severity, Span, WorkflowId};

/// Names a message to be: the ledger entry that made it true, and its place among that entry's notices, from 0. Written
/// `12.0`, and `{"entry":12,"place":0}` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboxId {
    pub entry: i64,
    pub place: u32,
}

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entry, self.place)
    }
}

/// One message to be, once it is in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub to: To,
    pub telling: Telling,
    /// The obligations that it asks an answer for. When none of them is open any more, an unsent notice is dropped: it
    /// would not be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub while_owed: Vec<u32>,
    /// Not before quiet hours and batching allow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<At>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum To {
    /// The case's thread, in each of its homes.
    Case,
    /// A direct message.
    Person(PersonId),
    Channel(Channel),
    /// The operators' channel of the policy in force.
    Operators,
}

/// What is said. The variant's name is the template's; its fields are what the template can use. Texts of people are
/// plain strings here and are escaped by the adapter that shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "kebab-case")]
pub enum Telling {
    // To a case's thread or by direct message.
    /// Something fell due in a case: one message for everything that did.
    Clock {
        case: CaseId,
        title: String,
        items: Vec<ClockItem>,
    },
    /// A duty moved to you, or away from you.
    Moved {
        case: CaseId,
        title: String,
        duty: Duty,
        about: Option<String>,
        due: At,
        from: Vec<PersonId>,
        to: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
    },
    /// A new incident, to the people who must acknowledge it.
    IncidentOpened {
        case: CaseId,
        title: String,
        severity: Severity,
        workflow: WorkflowId,
        by: Option<PersonId>,
        people: Vec<PersonId>,
        due: At,
        because: Option<String>,
    },
    Paged {
        case: CaseId,
        title: String,
        role: RoleId,
        people: Vec<PersonId>,
        by: PersonId,
        reason: String,
        due: At,
    },
    StillWorking {
        case: CaseId,
        title: String,
        person: PersonId,
        due: At,
    },
    AcknowledgementLapsed {
        case: CaseId,
        title: String,
        people: Vec<PersonId>,
        due: At,
    },
    /// A line of an incident's story: update, decision, note, link, moment, seat, follow-up …
    Said {
        case: CaseId,
        title: String,
        what: String,
        by: PersonId,
        text: String,
    },
    SeverityChanged {
        case: CaseId,
        title: String,
        from: Severity,
        to: Severity,
        by: PersonId,
        reason: String,
        people: Vec<PersonId>,
    },
    State {
        case: CaseId,
        title: String,
        state: String,
        by: Option<PersonId>,
        text: String,
    },
    FollowUp {
        case: CaseId,
        title: String,
        assignee: PersonId,
        due: At,
        text: String,
    },
    SeatTaken {
        case: CaseId,
        title: String,
        seat: String,
        person: PersonId,
        by: PersonId,
    },
    SeatLeft {
        case: CaseId,
        title: String,
        seat: String,
        by: PersonId,
    },
    Paused {
        case: CaseId,
        title: String,
        duty: Duty,
        reason: String,
        by: PersonId,
        ends: At,
    },
    Resumed {
        case: CaseId,
        title: String,
        duty: Duty,
        by: Option<PersonId>,
        due: At,
    },
    Waived {
        case: CaseId,
        title: String,
        duty: Duty,
        by: PersonId,
        reason: String,
    },
    Contested {
        case: CaseId,
        title: String,
        duty: Duty,
        by: PersonId,
        says: String,
        reason: String,
    },
    Settled {
        case: CaseId,
        title: String,
        duty: Duty,
        by: PersonId,
        to: String,
        reason: String,
    },
    // Approvals.
    Asked {
        case: CaseId,
        title: String,
        requester: PersonId,
        revision: u32,
        people: Vec<PersonId>,
        role: RoleId,
        have: u32,
        need: u32,
        due: At,
        stage: u32,
        stages: u32,
    },
    Voted {
        case: CaseId,
        title: String,
        by: PersonId,
        stands_in_for: Option<PersonId>,
        reason: Option<String>,
        have: u32,
        need: u32,
        waiting_on: Vec<PersonId>,
    },
    Concluded {
        case: CaseId,
        title: String,
        outcome: String,
        by: Option<PersonId>,
        reason: Option<String>,
        requester: PersonId,
        took: Span,
    },
    Amended {
        case: CaseId,
        title: String,
        by: PersonId,
        revision: u32,
        people: Vec<PersonId>,
        due: At,
    },
    Question {
        case: CaseId,
        title: String,
        by: PersonId,
        requester: PersonId,
        question: String,
        due: At,
        paused: bool,
    },
    QuestionAnswered {
        case: CaseId,
        title: String,
        revision: u32,
        by: PersonId,
        text: String,
        people: Vec<PersonId>,
    },
    Widened {
        case: CaseId,
        title: String,
        revision: u32,
        role: RoleId,
        people: Vec<PersonId>,
    },
    GlassBroken {
        case: CaseId,
        title: String,
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        role: RoleId,
        reason: String,
        people: Vec<PersonId>,
        due: Option<At>,
    },
    Slow {
        case: CaseId,
        title: String,
        pending: Span,
    },
    // The house's.
    Delegated {
        number: u32,
        from: PersonId,
        to: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: At,
        ends: At,
        reason: String,
    },
    DelegationEnded {
        number: u32,
        from: PersonId,
        to: Option<PersonId>,
    },
    PolicyLoaded {
        digest: String,
        by: Option<PersonId>,
    },
    FellBehind {
        oldest_wake_late: Option<Span>,
        oldest_notice_late: Option<Span>,
    },
    CaughtUp,
    Undeliverable {
        outbox: OutboxId,
        why: String,
    },
    ClockWentBack {
        by: Span,
    },
    WasDown {
        was_down: Span,
    },
    /// The figures are read when it is sent; `to` is the as-of moment, so they are those of now.
    Digest {
        schedule: String,
        from: At,
        to: At,
    },

    // Private answers to the person who asked.
    Done {
        case: CaseId,
        title: String,
        what: String,
    },
    /// A sentence that needs no case.
    Told {
        text: String,
    },
}

/// One obligation that fell due, for [`Telling::Clock`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockItem {
    pub duty: Duty,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    pub holder: Holder,
    /// Whose answer still matters, the person who acts next first.
    pub waiting_on: Vec<PersonId>,
    pub due: At,
    /// The moment of the telling, so that "24 min left" can be said.
    pub now: At,
    pub have: u32,
    pub need: u32,
    pub climbed: Climbed,
    /// People of the roles that were called in by this climb.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_people: Vec<PersonId>,
    /// The revision of an approval's action that is shown, so that a vote is bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl Telling {
    /// The template's name, `templates/tell/<name>.txt`.
    pub fn template(&self) -> &'static str {
        match self {
            Telling::Clock { .. } => "clock",
            Telling::Moved { .. } => "moved",
            Telling::IncidentOpened { .. } => "incident-opened",
            Telling::Paged { .. } => "paged",
            Telling::StillWorking { .. } => "still-working",
            Telling::AcknowledgementLapsed { .. } => "acknowledgement-lapsed",
            Telling::Said { .. } => "said",
            Telling::SeverityChanged { .. } => "severity-changed",
            Telling::State { .. } => "state",
            Telling::FollowUp { .. } => "follow-up",
            Telling::SeatTaken { .. } => "seat-taken",
            Telling::SeatLeft { .. } => "seat-left",
            Telling::Paused { .. } => "paused",
            Telling::Resumed { .. } => "resumed",
            Telling::Waived { .. } => "waived",
            Telling::Contested { .. } => "contested",
            Telling::Settled { .. } => "settled",
            Telling::Asked { .. } => "asked",
            Telling::Voted { .. } => "voted",
            Telling::Concluded { .. } => "concluded",
            Telling::Amended { .. } => "amended",
            Telling::Question { .. } => "question",
            Telling::QuestionAnswered { .. } => "question-answered",
            Telling::Widened { .. } => "widened",
            Telling::GlassBroken { .. } => "glass-broken",
            Telling::Slow { .. } => "slow",
            Telling::Delegated { .. } => "delegated",
            Telling::DelegationEnded { .. } => "delegation-ended",
            Telling::PolicyLoaded { .. } => "policy-loaded",
            Telling::FellBehind { .. } => "fell-behind",
            Telling::CaughtUp => "caught-up",
            Telling::Undeliverable { .. } => "undeliverable",
            Telling::ClockWentBack { .. } => "clock-went-back",
            Telling::WasDown { .. } => "was-down",
            Telling::Digest { .. } => "digest",
            Telling::Done { .. } => "done",
            Telling::Told { .. } => "told",
        }
    }
}
