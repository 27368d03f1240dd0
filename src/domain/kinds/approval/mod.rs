//! Approvals: stages of people who each decide in time on exactly one action, and what becomes of a request in the end. Here:
//! what an approval is, what can be asked of one, and what becomes true of it.
//!
//! An approval is bound to the SHA-256 of the raw action; a changed action is a new request in substance. The outcomes
//! stay distinct: nobody's silence is told as somebody's decline. The clock is the obligation's; here is only what its
//! passing means for a request.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AskedNow, Began, Counted, Drafted, Kind, Reach, Seal, Waits};
use crate::domain::every_case::{self, KeptMessage, OpenedFrom, wake::TimePassed};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Attribution, Obligation};
use crate::domain::policy::{Channel, Path, Windows};
use crate::domain::records::{Extent, RecordsAct};
use crate::domain::scene::Scene;
use crate::domain::{
    Act, ApprovalDuty, Ask, At, Call, Called, Case, CaseId, Draft, Duty, Label, PathId, PersonId, Policy, QueueId,
    Refusal, RoleId, Ruling, Severity, Span, WorkflowId, World, text,
};

mod acts;
mod break_glass;
mod event;
mod freeze;
mod outcome;
mod promotion;
mod question;
mod records;
mod rules;
mod stages;
mod telling;
#[cfg(test)]
pub(in crate::domain) mod tests;
mod votes;

pub use event::{Event, Requested, Vote};
pub use freeze::held_by;
pub use records::{CarriedOut, Deferred, Records};
pub use telling::Telling;

/// The verbs that the rules of approvals tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Amend,
    Answer,
    Approve,
    Ask,
    Breakglass,
    CarryOut,
    Decline,
    GlassReview,
    Promote,
    Request,
    Supersede,
    TakeBack,
    Undelegate,
}

impl Verb {
    /// The verb that opens an approval.
    pub const OPENS: Verb = Verb::Request;
}

impl Named for Verb {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub requester: PersonId,
    /// To the letter.
    pub action: String,
    /// SHA-256 of `action` in hexadecimal.
    pub action_sha256: String,
    /// Counts from 1; each amendment is the next.
    pub revision: u32,
    pub path: PathId,
    /// It is about the workflow's way from pilot to production.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub promotes: bool,
    /// It is about what becomes of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<Records>,
    /// Counts from 0.
    pub stage: u32,
    /// Those that stand: an amendment voids what was said before it.
    pub votes: Vec<Vote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concluded: Option<Conclusion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_glass: Option<BrokenGlass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_at: Option<At>,
    #[serde(default)]
    pub found_slow: bool,
    /// The queue of its path is counted over these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Windows>,
}

/// An approver's question that waits for the requester's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub by: PersonId,
    pub asked: At,
    pub text: String,
    /// The number of the answer that is owed.
    pub obligation: u32,
    /// It stopped the decision's clock.
    pub paused: bool,
}

/// Beside the outcome: when, by whom and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conclusion {
    pub at: At,
    #[serde(flatten)]
    pub ended: Ended,
}

/// How a request came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// `None`: the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From the request to its end, pauses and amendments included.
    pub took: Span,
}

/// Somebody approved alone, in an emergency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokenGlass {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    pub role: RoleId,
    pub reason: String,
    /// Who looked at it afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<PersonId>,
}

/// What somebody gives to ask for an approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub workflow: WorkflowId,
    pub title: String,
    pub wanted: Wanted,
}

/// What is to be approved.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The raw action, to the letter. The approval is bound to its SHA-256. `path: None` is the workflow's own.
    Action { action: String, path: Option<PathId> },
    /// The workflow's way from pilot to production.
    Promotion,
    /// That words are erased, or that a hold ends. Its workflow is the one that the policy names for records.
    Records(RecordsAct),
}

/// What can be asked of an approval.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Approve {
        reason: Option<String>,
        revision: Option<u32>,
    },
    Decline {
        reason: String,
        revision: Option<u32>,
    },
    /// The asker's own approval, while its stage is open.
    TakeBack,
    Amend {
        action: String,
    },
    AskRequester {
        question: String,
    },
    AnswerQuestion {
        text: String,
    },
    Withdraw {
        reason: String,
    },
    Supersede {
        by: CaseId,
    },
    BreakGlass {
        reason: String,
    },
    ReviewBreakGlass {
        text: String,
    },
    /// What is approved is to be erased now, if nothing keeps it: somebody looks why it isn't yet.
    EraseNow,
    /// The words are to be erased now: asked by the bot, in the turn that says so in the ledger.
    CarryOut {
        /// The entries that lose their words with this, those included that the request itself brought.
        entries: Vec<u64>,
        files: u32,
        /// What was looked through for it, as it is touched now.
        extent: Extent,
        /// Those that it touches.
        cases: Vec<Case>,
        /// How many entries anybody can still read that could be withheld.
        readable: u32,
    },
}

/// How a request ended. Distinct everywhere: card, digest, API, evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Approved,
    Declined,
    /// Nobody answered in time. Not a decline by anybody.
    Lapsed,
    Withdrawn,
    Superseded {
        by: CaseId,
    },
}

impl Outcome {
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Approved => "approved",
            Outcome::Declined => "declined",
            Outcome::Lapsed => "lapsed",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Superseded { .. } => "superseded",
        }
    }
}

impl Kind for Approval {
    type Opening = Opening;
    type Command = Command;
    type Event = Event;
    const COUNTED: &'static [&'static str] = &[];
    type Telling = Telling;

    fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
        rules::open(id, opening, ask, world)
    }

    fn opened_from(_opening: &mut Opening, _message: OpenedFrom) {}

    fn converts(_opening: &Opening) -> Option<&Channel> {
        None
    }

    fn about(_opening: &Opening) -> Option<CaseId> {
        None
    }

    fn begin(event: &Event) -> Option<(Began, Approval)> {
        match event {
            Event::Requested(requested) => Some((requested.began.clone(), Approval::requested(requested)?)),
            Event::Voted(_)
            | Event::VoteTakenBack { .. }
            | Event::StagePassed { .. }
            | Event::Amended { .. }
            | Event::QuestionAsked { .. }
            | Event::QuestionAnswered { .. }
            | Event::GlassBroken { .. }
            | Event::GlassReviewed { .. }
            | Event::Approved(_)
            | Event::Declined(_)
            | Event::Lapsed(_)
            | Event::Withdrawn(_)
            | Event::Superseded { .. }
            | Event::FoundSlow { .. }
            | Event::Deferred { .. }
            | Event::Withheld { .. }
            | Event::CarriedOut { .. } => None,
        }
    }

    fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Voted(vote) => self.votes.push(vote.clone()),
            Event::VoteTakenBack { by, stage } => self.votes.retain(|it| &it.by != by || it.stage != *stage),
            Event::StagePassed { stage } => {
                self.stage = stage + 1;
                self.question = None;
            }
            Event::Amended { action, action_sha256, revision, .. } => {
                self.action.clone_from(action);
                self.action_sha256.clone_from(action_sha256);
                self.revision = *revision;
                self.stage = 0;
                self.votes.clear();
                self.question = None;
            }
            Event::QuestionAsked { by, question, obligation, paused } => {
                self.question = Some(Question {
                    by: by.clone(),
                    asked: at,
                    text: question.clone(),
                    obligation: *obligation,
                    paused: *paused,
                });
            }
            Event::QuestionAnswered { .. } => self.question = None,
            Event::GlassBroken { by, stands_in_for, role, reason } => {
                self.broken_glass = Some(BrokenGlass {
                    by: by.clone(),
                    stands_in_for: stands_in_for.clone(),
                    role: role.clone(),
                    reason: reason.clone(),
                    reviewed: None,
                });
            }
            Event::GlassReviewed { by, .. } => {
                if let Some(glass) = &mut self.broken_glass {
                    glass.reviewed = Some(by.clone());
                }
            }
            Event::Approved(ended) => self.end(Outcome::Approved, ended, at),
            Event::Declined(ended) => self.end(Outcome::Declined, ended, at),
            Event::Lapsed(ended) => self.end(Outcome::Lapsed, ended, at),
            Event::Withdrawn(ended) => self.end(Outcome::Withdrawn, ended, at),
            Event::Superseded { by_case, ended } => self.end(Outcome::Superseded { by: *by_case }, ended, at),
            Event::FoundSlow { .. } => self.found_slow = true,
            Event::Deferred { keeps, open } => {
                if let Some(records) = &mut self.records {
                    let since = records.deferred.as_ref().map_or(at, |deferred| deferred.since);
                    records.deferred = Some(Deferred { since, keeps: keeps.clone(), open: open.clone() });
                }
            }
            Event::Withheld { .. } => {
                if let Some(records) = &mut self.records {
                    records.withheld = records.withheld.or(Some(at));
                }
            }
            Event::CarriedOut { entries, .. } => {
                if let Some(records) = &mut self.records {
                    (records.deferred, records.withheld) = (None, None);
                    records.carried_out = Some(CarriedOut { at, entries: *entries });
                }
            }
            Event::Requested(_) => {}
        }
    }

    fn state(&self) -> &'static str {
        self.word()
    }

    fn state_at(&self, _at: At) -> &'static str {
        self.word()
    }

    fn is_closed(&self) -> bool {
        self.outcome.is_some()
    }

    fn severity(&self) -> Option<Severity> {
        None
    }

    fn bound_to(&self, duty: Duty) -> Option<u32> {
        match duty.of_approval() {
            Some(ApprovalDuty::Decide) => Some(self.revision),
            Some(ApprovalDuty::AnswerQuestion | ApprovalDuty::ReviewBreakGlass | ApprovalDuty::Erase) | None => None,
        }
    }

    fn nature(&self, _at: At) -> Vec<String> {
        Vec::new()
    }

    fn queue(&self, _case: &Case) -> Option<(QueueId, Windows)> {
        self.watch.map(|windows| (QueueId::Path(self.path.clone()), windows))
    }

    fn waits(&self, case: &Case) -> Option<Waits> {
        self.outcome.is_none().then(|| Waits::of(case, case.opened, &[Duty::Decide]))
    }

    fn counted(&self, _case: &Case, _from: At, _to: At) -> Vec<Counted> {
        Vec::new()
    }

    fn insiders(&self) -> Vec<PersonId> {
        Vec::new()
    }

    /// Who decides sits in a role, and nowhere else.
    fn seats_of(&self, _person: &PersonId) -> Vec<Label> {
        Vec::new()
    }

    fn pass_seats(&mut self, _seats: &[Label], _to: &PersonId, _at: At) {}

    fn reach_of_opening(_opening: &Opening) -> Option<Reach> {
        None
    }

    fn reached_by_opening(_opening: &mut Opening, _cases: Vec<Case>) {}

    fn reach(&self, command: &Command) -> Option<Reach> {
        match command {
            Command::CarryOut { extent, .. } => Some(Reach::Each(extent.cases.iter().copied().collect())),
            Command::Approve { .. }
            | Command::Decline { .. }
            | Command::TakeBack
            | Command::Amend { .. }
            | Command::AskRequester { .. }
            | Command::AnswerQuestion { .. }
            | Command::Withdraw { .. }
            | Command::Supersede { .. }
            | Command::BreakGlass { .. }
            | Command::ReviewBreakGlass { .. }
            | Command::EraseNow => None,
        }
    }

    fn reached_by(command: &mut Command, cases: Vec<Case>) {
        if let Command::CarryOut { cases: touched, extent, .. } = command {
            extent.workflows.extend(cases.iter().map(|case| case.workflow.clone()));
            *touched = cases;
        }
    }

    fn changes_who_sees(_event: &Event) -> bool {
        false
    }

    fn excluded(&self, owed: &Obligation) -> Vec<PersonId> {
        match owed.duty.of_approval() {
            Some(ApprovalDuty::Decide) => self.may_not_decide(),
            Some(ApprovalDuty::ReviewBreakGlass) => self.broke_glass(),
            // The requester answers questions: nobody else's interest is in it. Nobody erases by hand.
            Some(ApprovalDuty::AnswerQuestion | ApprovalDuty::Erase) | None => Vec::new(),
        }
    }

    /// The approvers wait for whoever asked them: that side is told apart from every party that decides.
    fn attributed(&self, owed: &Obligation, scene: &Scene<'_>) -> Option<Attribution> {
        match owed.duty.of_approval()? {
            ApprovalDuty::AnswerQuestion => Some(Attribution::Requester),
            ApprovalDuty::Decide => self.attributed_to_a_freeze(owed, scene),
            ApprovalDuty::ReviewBreakGlass | ApprovalDuty::Erase => None,
        }
    }

    fn relies_on(&self, _acknowledgement: &Obligation, _case: &Case) -> bool {
        false
    }

    fn with_draft(_command: &Command, _draft: &Drafted) -> Option<Command> {
        None
    }

    fn with_seal(_command: &Command, _seal: &Seal) -> Option<Command> {
        None
    }

    fn restrict(_opening: &mut Opening) -> bool {
        false
    }

    fn other_case(command: &Command) -> Option<CaseId> {
        match command {
            Command::Supersede { by } => Some(*by),
            Command::Approve { .. }
            | Command::Decline { .. }
            | Command::TakeBack
            | Command::Amend { .. }
            | Command::AskRequester { .. }
            | Command::AnswerQuestion { .. }
            | Command::Withdraw { .. }
            | Command::BreakGlass { .. }
            | Command::ReviewBreakGlass { .. }
            | Command::EraseNow
            | Command::CarryOut { .. } => None,
        }
    }

    fn wakes_at(&self) -> Option<At> {
        self.slow_at()
    }

    fn call(&self, _case: &Case) -> Option<Call> {
        None
    }

    fn called(_number: u32, _round: u32, _called: &Called) -> Option<Command> {
        None
    }

    fn decide(&self, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        rules::decide(self, command, scene)
    }

    fn acts(&self, scene: &Scene<'_>) -> Vec<Act> {
        acts::acts(self, scene)
    }

    fn follow_up_on(_message: KeptMessage) -> Option<Command> {
        None
    }

    fn example(workflow: &WorkflowId, _policy: &Policy) -> Opening {
        acts::example(workflow)
    }

    fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]) {
        for it in passed {
            match it {
                TimePassed::Steps { before, passed } => stages::time_is_up(draft, before, passed),
                // Approvals rely on no acknowledgement.
                TimePassed::Expired(_) => {}
            }
        }
        stages::look_for_slowness(draft);
    }

    /// Approvals have no channel of their own: what is told is for all who read theirs.
    fn is_for_all(_telling: &Telling) -> bool {
        true
    }

    fn up_to_date(telling: Telling, asked: &AskedNow<'_>) -> Option<Telling> {
        telling.up_to_date(asked)
    }
}

impl Approval {
    /// A request is always somebody's.
    fn requested(requested: &Requested) -> Option<Approval> {
        Some(Approval {
            requester: requested.began.by.clone()?,
            action: requested.action.clone(),
            action_sha256: requested.action_sha256.clone(),
            revision: 1,
            path: requested.path.clone(),
            promotes: requested.promotes,
            records: requested.records.clone().map(Records::of),
            stage: 0,
            votes: Vec::new(),
            question: None,
            outcome: None,
            concluded: None,
            broken_glass: None,
            slow_at: requested.slow_at,
            found_slow: false,
            watch: requested.watch,
        })
    }

    fn end(&mut self, outcome: Outcome, ended: &Ended, at: At) {
        self.outcome = Some(outcome);
        self.concluded = Some(Conclusion { at, ended: ended.clone() });
        self.question = None;
    }

    /// `requested`, or how it ended.
    pub fn word(&self) -> &'static str {
        self.outcome.as_ref().map_or("requested", Outcome::word)
    }

    /// When being pending becomes a risk in itself. `None` once that was found, or once there is an outcome.
    pub fn slow_at(&self) -> Option<At> {
        self.slow_at.filter(|_| !self.found_slow && self.outcome.is_none())
    }

    /// Who may not decide now: the requester, who spoke in an earlier stage, and whose seat was kept there.
    pub fn may_not_decide(&self) -> Vec<PersonId> {
        let mut out = vec![self.requester.clone()];
        for vote in self.votes.iter().filter(|vote| vote.stage < self.stage) {
            for person in [Some(&vote.by), vote.stands_in_for.as_ref()].into_iter().flatten() {
                if !out.contains(person) {
                    out.push(person.clone());
                }
            }
        }
        out
    }

    /// Who may not look at a broken glass afterwards: who broke it, in whose seat, and who was served by it.
    pub fn broke_glass(&self) -> Vec<PersonId> {
        let broke = self.broken_glass.iter().flat_map(|glass| [Some(&glass.by), glass.stands_in_for.as_ref()]);
        broke.flatten().chain([&self.requester]).cloned().collect()
    }
}

impl Approval {
    /// The path as it was when the request was made.
    fn path_of<'a>(&self, scene: &Scene<'a>) -> Result<&'a Path, Refusal> {
        let lost = || {
            let id = scene.case.id;
            let lost = format!(
                " and ask again: the policy that {id} was asked under is lost, and with it path {}.",
                self.path
            );
            Refusal::missing(say!["type ", every_case::Verb::Withdraw.on(id), lost])
        };
        scene.world.stamped.paths.get(&self.path).ok_or_else(lost)
    }

    fn only_requester(&self, scene: &Scene<'_>, person: &PersonId) -> Result<(), Refusal> {
        match person == &self.requester {
            true => Ok(()),
            false => Err(Refusal::OnlyFor { case: scene.case.id, who: scene.name(&self.requester) }),
        }
    }
}

/// SHA-256 of exactly these bytes, in hexadecimal.
fn sha256_of(action: &str) -> String {
    hex::encode(Sha256::digest(action.as_bytes()))
}

/// The raw action, kept to the letter: blanks at its ends are part of what is approved.
fn action(raw: &str) -> Result<String, Refusal> {
    if raw.trim().is_empty() {
        return Err(Refusal::missing("write exactly what is to be done: the action is missing.".to_owned()));
    }
    text::not_longer("the action", raw, text::TEXT_AT_MOST)?;
    Ok(raw.to_owned())
}
