//! Turned down, and why: an answer to a person in a channel. Each sentence says what to do instead and blames nobody.

use super::obligation::State;
use super::{At, CaseId, CaseKind, Duty, PersonId, RoleId};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "I don't know you in this policy yet. Ask an operator to add your account to [people]; until then your words are kept, but not acted on."
    )]
    Stranger,
    #[error(
        "the policy takes no commands from guest accounts or from other organisations' accounts here. Your words are kept; use your account at home, or ask an operator."
    )]
    NotAtHome,
    #[error(
        "this account is known to be deactivated, or to have left. If you are back, try again in some minutes; until then your words are kept, but not acted on."
    )]
    AccountGone,
    #[error("I can't find {0}. {commands} show what is open.", commands = CaseKind::list_commands())]
    NoSuchCase(CaseId),
    #[error("{case} is {is}; that needs {needs}.", is = case.kind.with_article(), needs = needs.with_article())]
    WrongKind { case: CaseId, needs: CaseKind },
    #[error("there is no workflow “{0}” in the policy.{1}")]
    NoSuchWorkflow(String, String),
    #[error("{case} is {state} already{since}. {instead}")]
    WrongState { case: CaseId, state: String, since: String, instead: String },
    #[error("{what} is for {roles}. Ask {people}.")]
    NotYours { what: String, roles: String, people: String },
    #[error("{0}")]
    Missing(String),
    #[error(
        "{what} is too long: {have} characters, and {most} are possible. Put the rest in a file or a second message."
    )]
    TooLong { what: &'static str, have: usize, most: usize },
    #[error("nobody owes “{duty}” on {case} now.")]
    NothingOwed { case: CaseId, duty: Duty },
    #[error("several duties are open on {case}: {choices}. Name one: `{example}`.")]
    WhichDuty { case: CaseId, choices: String, example: String },
    #[error("“{duty}” on {case} is {}. {instead}", state.word())]
    DutyState { case: CaseId, duty: Duty, state: State, instead: String },
    #[error("a clock can only be paused for a reason of the policy: {0}.")]
    NotAPauseReason(String),
    #[error("the policy doesn't allow this clock to be paused.")]
    NoPause,
    #[error("the pauses of this duty are used up: the policy allows {0} in all.")]
    PauseUsedUp(super::Span),
    #[error("say what the impact was first: `/incident assess {0} …`. It is still marked unclear.")]
    ImpactUnclear(CaseId),

    // Approval.
    #[error("you asked for this yourself, so somebody else decides. Waiting on {0}.")]
    OwnRequest(String),
    #[error("you have answered {0} already. Your answer stands.")]
    AnsweredAlready(CaseId),
    #[error("you approved an earlier stage of {0}; another person decides this one. Waiting on {1}.")]
    EarlierStage(CaseId, String),
    #[error("the action of {0} was changed after that button was drawn. Read the card again and press the new button.")]
    Changed(CaseId),
    #[error("a reason is needed here: `{0}`.")]
    ReasonNeeded(String),
    #[error("{0} has an open question to the requester already. One at a time.")]
    QuestionOpen(CaseId),
    #[error("nobody has asked a question on {0}.")]
    NoQuestion(CaseId),
    #[error("only {who} can do that on {case}.")]
    OnlyFor { case: CaseId, who: String },
    #[error("workflow {0} has no approval path. Name one: `path=…`, or add `approval_path` to the policy.")]
    NoPath(String),

    // The bot.
    #[error("that would send the duties round in a circle: {0}. Name somebody else, or end that delegation first.")]
    Circle(String),
    #[error("{0} can't stand in for themselves.")]
    OwnDeputy(PersonId),
    #[error(
        "there is already a delegation from {from} at that time (no. {number}). End it first: `/approval undelegate {number}`."
    )]
    DelegatedAlready { from: PersonId, number: u32 },
    #[error("there is no delegation no. {0} in force.")]
    NoDelegation(u32),
    #[error("{0} must come after {1}.")]
    NotAfter(&'static str, &'static str),
    #[error("you don't hold {0}, so you can't hand it on.")]
    NotHeld(RoleId),
    #[error("that moment lies in the future. Moments of an incident have happened.")]
    Future(At),
}
