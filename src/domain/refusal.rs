//! Turned down, and why: an answer to a person in a channel. Each sentence says what to do instead and blames nobody.

use std::fmt;

use super::every_case;
use super::kinds::approval;
use super::kinds::incident::Verb;
use super::line::{Line, Named, Sentence, say};
use super::obligation::State;
use super::policy::account_line;
use super::text::{or, quoted};
use super::{At, CaseId, CaseKind, Duty, LOCAL, PersonId, Platform, RoleId, Span};

#[derive(Clone, Debug, PartialEq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    Stranger,
    /// An account that is nobody's, with what would make it somebody's.
    UnknownAccount {
        write: String,
    },
    NotAtHome,
    AccountGone,
    /// It was said while the bot was away, and read in history afterwards: what they saw may have changed since.
    HeardLate {
        text: String,
        /// When it was said, on the person's own clock.
        at: String,
    },
    NoSuchCase(CaseId),
    /// Somebody asked to be let in: whether there is such a case, they aren't told.
    PerhapsAsked(CaseId),
    WrongKind {
        case: CaseId,
        needs: CaseKind,
    },
    /// A case that everybody sees would be about one that only its people see.
    AboutRestricted(CaseId),
    NoSuchWorkflow(String, String),
    WrongState {
        case: CaseId,
        state: String,
        since: String,
        instead: Sentence,
    },
    NotYours {
        what: String,
        roles: String,
        /// Whom to ask, and what everybody can do.
        instead: Sentence,
    },
    Missing(Sentence),
    TooLong {
        what: &'static str,
        have: usize,
        most: usize,
    },
    NothingOwed {
        case: CaseId,
        duty: Duty,
    },
    WhichDuty {
        case: CaseId,
        choices: String,
        example: Line,
    },
    DutyState {
        case: CaseId,
        duty: Duty,
        state: State,
        instead: Sentence,
    },
    NotAPauseReason(String),
    NoPause,
    PauseUsedUp(Span),
    ImpactUnclear(CaseId),
    /// The channel that is to become a case's own is this one's already.
    ChannelTaken(Option<CaseId>),

    // Approval.
    OwnRequest(String),
    AnsweredAlready(CaseId),
    EarlierStage(CaseId, String),
    Changed(CaseId),
    /// A script said something else under the key of what it had said before.
    KeyTaken,
    /// Somebody typed their answer to something that has been changed since it was first asked.
    WhichRevision {
        case: CaseId,
        now: u32,
    },
    ReasonNeeded(Line),
    QuestionOpen(CaseId),
    NoQuestion(CaseId),
    OnlyFor {
        case: CaseId,
        who: String,
    },
    NoPath(String),

    // The bot.
    Circle(String),
    OwnDeputy(PersonId),
    DelegatedAlready {
        from: PersonId,
        number: u32,
    },
    NoDelegation(u32),
    NotAfter(&'static str, &'static str),
    NotHeld(RoleId),
    Future(At),
}

impl Refusal {
    /// For the log: which it is, without the words of people that its sentence may quote.
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// For somebody whose account the policy gives to nobody.
    pub fn unknown(platform: &Platform, account: &str) -> Refusal {
        match platform.as_str() == LOCAL {
            // There a person's name is their account.
            true => Refusal::Stranger,
            false => Refusal::UnknownAccount { write: account_line(platform, account) },
        }
    }

    /// What is for `roles`, whom `people` hold: they are to be asked.
    pub fn not_yours(what: impl Into<String>, roles: impl Into<String>, people: &[String]) -> Refusal {
        let instead = match people {
            [] => "nobody can do it now".to_owned(),
            people => format!("ask {}", or(people.iter())),
        };
        Refusal::NotYours { what: what.into(), roles: roles.into(), instead: instead.into() }
    }

    pub fn missing(what: impl Into<Sentence>) -> Refusal {
        Refusal::Missing(what.into())
    }

    /// Turned down because of who asks: somebody else may be able to. The others say how things stand, or what was left out.
    pub fn is_for_others(&self) -> bool {
        match self {
            Refusal::Stranger
            | Refusal::UnknownAccount { .. }
            | Refusal::NotAtHome
            | Refusal::AccountGone
            | Refusal::NotYours { .. }
            | Refusal::OwnRequest(_)
            | Refusal::AnsweredAlready(_)
            | Refusal::EarlierStage(..)
            | Refusal::OnlyFor { .. } => true,
            Refusal::HeardLate { .. }
            | Refusal::NoSuchCase(_)
            | Refusal::PerhapsAsked(_)
            | Refusal::WrongKind { .. }
            | Refusal::AboutRestricted(_)
            | Refusal::NoSuchWorkflow(..)
            | Refusal::WrongState { .. }
            | Refusal::Missing(_)
            | Refusal::TooLong { .. }
            | Refusal::NothingOwed { .. }
            | Refusal::WhichDuty { .. }
            | Refusal::DutyState { .. }
            | Refusal::NotAPauseReason(_)
            | Refusal::NoPause
            | Refusal::PauseUsedUp(_)
            | Refusal::ImpactUnclear(_)
            | Refusal::ChannelTaken(_)
            | Refusal::Changed(_)
            | Refusal::KeyTaken
            | Refusal::WhichRevision { .. }
            | Refusal::ReasonNeeded(_)
            | Refusal::QuestionOpen(_)
            | Refusal::NoQuestion(_)
            | Refusal::NoPath(_)
            | Refusal::Circle(_)
            | Refusal::OwnDeputy(_)
            | Refusal::DelegatedAlready { .. }
            | Refusal::NoDelegation(_)
            | Refusal::NotAfter(..)
            | Refusal::NotHeld(_)
            | Refusal::Future(_) => false,
        }
    }

    /// What the person is told.
    pub fn sentence(&self) -> Sentence {
        match self {
            Refusal::Stranger => "ask an operator to add your account to [people]: I don't know you in this policy yet. \
                Until then your words are kept, but not acted on."
                .into(),
            Refusal::UnknownAccount { write } => format!(
                "ask an operator to add your account to [people], as `{write}`: I don't know you in this policy yet. \
                 Until then your words are kept, but not acted on."
            )
            .into(),
            Refusal::NotAtHome => "use your own organisation's account, or ask an operator: the policy takes no commands from \
                guest accounts or from other organisations' accounts here. Your words are kept."
                .into(),
            Refusal::AccountGone => "if you are back, try again in some minutes: this account is known to be deactivated, or \
                to have left. Until then your words are kept, but not acted on."
                .into(),
            Refusal::HeardLate { text, at } => {
                format!("say it again if it still counts: I was away at {at} and did not act on {}.", quoted(text)).into()
            }
            Refusal::NoSuchCase(case) => {
                say![format!("I can't find {case}. "), every_case::Verb::List.of(case.kind), " shows what is open."]
            }
            Refusal::PerhapsAsked(case) => {
                format!("if {case} is a restricted case, its people are asked to let you in.").into()
            }
            Refusal::WrongKind { case, needs } => {
                format!("{case} is {}; that needs {}.", case.kind.with_article(), needs.with_article()).into()
            }
            Refusal::AboutRestricted(case) => {
                format!("say it without {case}: everybody would read here that there is one, and only its people may.").into()
            }
            Refusal::NoSuchWorkflow(name, hint) => {
                format!("there is no workflow {} in the policy.{hint}", quoted(name)).into()
            }
            Refusal::WrongState { case, state, since, instead } => {
                say![format!("{case} is {state} already{since}. "), instead.clone()]
            }
            Refusal::NotYours { what, roles, instead } => {
                say![instead.clone(), format!(": {what} is for {roles}.")]
            }
            Refusal::Missing(what) => what.clone(),
            Refusal::TooLong { what, have, most } => format!(
                "put the rest in a file or a second message: {what} is too long, {have} characters where {most} are possible."
            )
            .into(),
            Refusal::NothingOwed { case, duty } => format!("nobody owes {} on {case} now.", duty.the()).into(),
            Refusal::WhichDuty { case, choices, example } => {
                say!["name one, as in ", example.clone(), format!(": several duties are open on {case}, {choices}.")]
            }
            Refusal::DutyState { case, duty, state, instead } => {
                say![format!("{} on {case} is {}. ", duty.the(), state.word()), instead.clone()]
            }
            Refusal::NotAPauseReason(reasons) => {
                format!("begin with a reason that the policy allows: {reasons}.").into()
            }
            Refusal::NoPause => "the policy doesn't allow this clock to be paused.".into(),
            Refusal::PauseUsedUp(allowed) => {
                format!("this clock can't be paused any more: the policy allows {allowed} in all.").into()
            }
            Refusal::ImpactUnclear(case) => say![
                "say what the impact was first: ",
                Verb::Assess.on(*case).with("…"),
                ". It is still marked unclear."
            ],
            Refusal::ChannelTaken(case) => say![
                format!(
                    "this channel is {}'s own, and one channel is one incident's, so nothing was opened. ",
                    case.map_or_else(|| "another incident".to_owned(), |case| case.to_string())
                ),
                Verb::Open.of(CaseKind::Incident).with("…"),
                " opens another, which is told in its workflow's channels."
            ],

            Refusal::OwnRequest(people) => {
                format!("you asked for this yourself, so somebody else decides. Waiting on {people}.").into()
            }
            Refusal::AnsweredAlready(case) => say![
                format!("you have answered {case} already. Your answer stands. While its stage is open, "),
                approval::Verb::TakeBack.on(*case),
                " takes it back."
            ],
            Refusal::EarlierStage(case, people) => format!(
                "you approved an earlier stage of {case}; another person decides this one. Waiting on {people}."
            )
            .into(),
            Refusal::WhichRevision { case, now } => {
                let line = |verb: approval::Verb| verb.on(*case);
                say![
                    "read it again with ",
                    every_case::Verb::Status.on(*case),
                    ", then type ",
                    line(approval::Verb::Approve).with(format!("rev={now}")),
                    " or ",
                    line(approval::Verb::Decline).with(format!("rev={now} …")),
                    format!(": {case} was changed, and revision {now} stands now.")
                ]
            }
            Refusal::KeyTaken => "use a new key for new words: this key stands for something else that was said before. \
                Nothing was done."
                .into(),
            Refusal::Changed(case) => {
                let what = match case.kind {
                    CaseKind::Rollback => "the target",
                    CaseKind::Incident | CaseKind::Approval | CaseKind::Exception | CaseKind::Handoff => "the action",
                };
                format!(
                    "read the card again and press the new button: {what} of {case} was changed after that one was drawn."
                )
                .into()
            }
            Refusal::ReasonNeeded(example) => say!["give a reason, as in ", example.clone(), "."],
            Refusal::QuestionOpen(case) => {
                format!("wait for the answer: {case} has an open question to the requester already.").into()
            }
            Refusal::NoQuestion(case) => format!("nobody has asked a question on {case}.").into(),
            Refusal::OnlyFor { case, who } => format!("only {who} can do that on {case}.").into(),
            Refusal::NoPath(workflow) => format!(
                "name an approval path with `path=…`, or add `approval_path` to the policy: workflow {workflow} has none."
            )
            .into(),

            Refusal::Circle(people) => format!(
                "name somebody else, or end that delegation first: the duties would go round in a circle, {people}."
            )
            .into(),
            Refusal::OwnDeputy(person) => format!("{person} can't stand in for themselves.").into(),
            Refusal::DelegatedAlready { from, number } => say![
                "end it first with ",
                approval::Verb::Undelegate.of(CaseKind::Approval).with(number),
                format!(": there is already a delegation from {from} at that time, no. {number}.")
            ],
            Refusal::NoDelegation(number) => format!("there is no delegation no. {number} in force.").into(),
            Refusal::NotAfter(this, that) => format!("{this} must come after {that}.").into(),
            Refusal::NotHeld(role) => format!("you don't hold {role}, so you can't hand it on.").into(),
            Refusal::Future(_) => "name a time that has passed: this one is in the future.".into(),
        }
    }
}

/// For logs: commands with a plain slash.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Refusal {}
