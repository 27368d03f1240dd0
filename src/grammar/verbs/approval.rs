//! What an approval can be asked, and who stands in for whom.

use super::every_case::{Examples, SHARED, shared};
use super::{Arg, GROUNDS, Kind, MAYBE_GROUNDS, REASON, Root, Verb, joined};
use crate::domain::kinds::approval::{Command, Opening, Wanted};
use crate::domain::{BotCommand, CaseKind};
use crate::grammar::value::Values;
use crate::grammar::{Asked, Query};

/// What people say for a vote that isn't one until it is typed as one: the words, and the verb that they are told of.
pub(in crate::grammar) const NEARLY_VOTES: [(&str, &[&str]); 2] = [
    (
        "approve",
        &[
            "approved",
            "accept",
            "accepted",
            "agree",
            "agreed",
            "granted",
            "lgtm",
            "sgtm",
            "+1",
            "👍",
            "thumbs-up",
            "thumbsup",
            "✅",
            "white_check_mark",
        ],
    ),
    (
        "decline",
        &[
            "declined",
            "denied",
            "rejected",
            "refuse",
            "refused",
            "disapprove",
            "disapproved",
            "nack",
            "nope",
            "-1",
            "👎",
            "thumbs-down",
            "thumbsdown",
            "❌",
        ],
    ),
];

pub(super) const ROOT: Root = Root { word: KIND.word(), about: KIND.about(), verbs: &VERBS, on_message: &[] };
const KIND: CaseKind = CaseKind::Approval;
const VERBS: [Verb; OWN.len() + SHARED] = joined(OWN, shared(KIND.word(), LIST_BY, &LINES));

const LIST_BY: &[Arg] = &[
    Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
    Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
];

const LINES: Examples = Examples {
    menu: "approval menu APR-1",
    catch_up: "approval catch-up APR-1",
    status: "approval status APR-1",
    list: "approval list mine",
    note: "approval note APR-1 Test report follows at noon",
    link: "approval link APR-1 https://ci.example/run/7 Test run",
    timeline: "approval timeline APR-1",
    pause: "approval pause APR-1 waiting on the requester: test report",
    resume: "approval resume APR-1",
    snooze: "approval snooze APR-1 30m",
    waive: "approval waive APR-1 duty=answer-question Answered by telephone",
    contest: "approval contest APR-1 says=requester The report came a day late",
    settle: "approval settle APR-1 to=requester Agreed with both sides",
    help: "approval help request",
};

/// What a button or a form was drawn for is known; whoever types says it, once there is more than one.
const REVISION: Arg =
    Arg::new("rev", "Revision", Kind::Number, "the revision that you read; asked once there are several")
        .optional()
        .named()
        .unasked();

fn seen(values: &Values<'_>) -> Option<u32> {
    values.revision.or_else(|| values.maybe_number("rev"))
}

const OWN: [Verb; 17] = [
    Verb {
        root: KIND.word(),
        verb: "queue",
        label: "Queue",
        aliases: &["backlog"],
        about: "Show how many wait on each watched path, and what comes of it at this rate",
        case: false,
        args: &[],
        example: "approval queue",
        make: |_| Ok(Asked::Query(Query::PathQueues)),
    },
    Verb {
        root: KIND.word(),
        verb: "request",
        label: "Request approval",
        aliases: &["new", "open", "create"],
        about: "Ask for an approval; the form opens when something is missing",
        case: false,
        args: &[
            Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
            Arg::new("title", "Title", Kind::Title, "what it is about, in a few words"),
            Arg::new("action", "Action", Kind::Action, "exactly what is to be approved; the title, when left out")
                .optional()
                .named(),
            Arg::new("path", "Approval path", Kind::Path, "the workflow's own, when left out").optional().named(),
        ],
        example: "approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7 --all\"",
        make: |values| {
            let title = values.text("title");
            let action = values.maybe_text("action").unwrap_or_else(|| title.clone());
            let wanted = Wanted::Action { action, path: values.path("path") };
            Ok(Asked::New(crate::domain::Opening::Approval(Opening {
                workflow: values.workflow("workflow")?,
                title,
                wanted,
            })))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "promote",
        label: "Ask for production",
        aliases: &["production", "promotion"],
        about: "Ask that a pilot may go into production; the card lists what the policy lacks for it",
        case: false,
        args: &[
            Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
            Arg::new("title", "Title", Kind::Title, "why now, in a few words"),
        ],
        example: "approval promote claims-triage \"Eight weeks of pilot without a sev1\"",
        make: |values| {
            Ok(Asked::New(crate::domain::Opening::Approval(Opening {
                workflow: values.workflow("workflow")?,
                title: values.text("title"),
                wanted: Wanted::Promotion,
            })))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "carry-out",
        label: "Carry out now",
        aliases: &["erase"],
        about: "Have an approved erasure carried out, or see what keeps the words",
        case: true,
        args: &[],
        example: "approval carry-out APR-1",
        make: |values| values.on(Command::EraseNow),
    },
    Verb {
        root: KIND.word(),
        verb: "approve",
        label: "Approve",
        aliases: &["ok", "yes"],
        about: "Approve the action as it stands",
        case: true,
        args: &[MAYBE_GROUNDS, REVISION],
        example: "approval approve APR-1 looks right",
        make: |values| values.on(Command::Approve { reason: values.maybe_text("reason"), revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "decline",
        label: "Decline",
        aliases: &["reject", "no", "deny"],
        about: "Decline, with a reason",
        case: true,
        args: &[GROUNDS, REVISION],
        example: "approval decline APR-1 The bias report is missing",
        make: |values| values.on(Command::Decline { reason: values.text("reason"), revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "take-back",
        label: "Take my approval back",
        aliases: &["takeback", "retract", "unvote", "undo"],
        about: "Take your own approval back, while its stage is open",
        case: true,
        args: &[],
        example: "approval take-back APR-1",
        make: |values| values.on(Command::TakeBack),
    },
    Verb {
        root: KIND.word(),
        verb: "amend",
        label: "Amend",
        aliases: &["edit"],
        about: "Change the action; approvals given so far are void",
        case: true,
        args: &[Arg::new("action", "Action", Kind::Action, "exactly what is to be approved")],
        example: "approval amend APR-1 `deploy scoring:v7 --canary 5`",
        make: |values| values.on(Command::Amend { action: values.text("action") }),
    },
    Verb {
        root: KIND.word(),
        verb: "ask",
        label: "Ask a question",
        aliases: &["question"],
        about: "Ask the requester a question",
        case: true,
        args: &[Arg::new("text", "Question", Kind::Rest, "the requester is the one who is asked")],
        example: "approval ask APR-1 Which data was it tested on?",
        make: |values| values.on(Command::AskRequester { question: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "answer",
        label: "Answer",
        aliases: &["reply"],
        about: "Answer the question that was asked",
        case: true,
        args: &[Arg::new("text", "Answer", Kind::Rest, "for the people who decide")],
        example: "approval answer APR-1 The hold-out set of October",
        make: |values| values.on(Command::AnswerQuestion { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Withdraw the request, with a reason",
        case: true,
        args: &[REASON],
        example: "approval withdraw APR-1 v7 is not going out this week",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "supersede",
        label: "Supersede",
        aliases: &["replace"],
        about: "Say that another request has taken its place",
        case: true,
        args: &[
            Arg::new("by", "The request that takes its place", Kind::Case, "such as APR-3").naming(CaseKind::Approval)
        ],
        example: "approval supersede APR-2 by APR-3",
        make: |values| values.on(Command::Supersede { by: values.other("by")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "breakglass",
        label: "Break glass",
        aliases: &["break-glass", "emergency"],
        about: "Approve alone in an emergency, loudly; it is reviewed afterwards",
        case: true,
        args: &[GROUNDS],
        example: "approval breakglass APR-1 Customers are being refused right now",
        make: |values| values.on(Command::BreakGlass { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "glass-review",
        label: "Record review",
        aliases: &["review", "review-break-glass"],
        about: "Review a break-glass approval afterwards",
        case: true,
        args: &[Arg::new("text", "Review", Kind::Rest, "was it right, and what follows from it")],
        example: "approval glass-review APR-1 Justified; the on-call list was out of date",
        make: |values| values.on(Command::ReviewBreakGlass { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "delegate",
        label: "Delegate",
        aliases: &["deputy"],
        about: "Let somebody stand in for you, until a moment",
        case: false,
        args: &[
            Arg::new("to", "Who stands in", Kind::Person, "somebody in the policy"),
            Arg::new("until", "Until", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d"),
            REASON,
            Arg::new("roles", "Roles", Kind::Roles, "all that you hold, when left out").optional().named(),
            Arg::new("from", "From", Kind::Start, "now, when left out").optional().named(),
            Arg::new("for", "For whom", Kind::Person, "yourself, when left out").optional().named(),
        ],
        example: "approval delegate @lena until friday 17:00 roles=model-risk Holiday",
        make: |values| {
            Ok(Asked::Bot(BotCommand::Delegate {
                from: values.person_or_by("for")?,
                to: Some(values.person("to")?),
                roles: values.roles("roles"),
                starts: values.maybe_moment("from"),
                ends: values.moment("until")?,
                reason: values.text("reason"),
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "away",
        label: "Be away",
        aliases: &["out-of-office", "ooo"],
        about: "Be away until a moment; the others of your roles are asked instead",
        case: false,
        args: &[
            Arg::new("until", "Until", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d"),
            REASON,
            Arg::new("from", "From", Kind::Start, "now, when left out").optional().named(),
            Arg::new("for", "For whom", Kind::Person, "yourself, when left out").optional().named(),
        ],
        example: "approval away until friday 17:00 Training",
        make: |values| {
            Ok(Asked::Bot(BotCommand::Delegate {
                from: values.person_or_by("for")?,
                to: None,
                roles: Vec::new(),
                starts: values.maybe_moment("from"),
                ends: values.moment("until")?,
                reason: values.text("reason"),
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "undelegate",
        label: "End delegation",
        aliases: &["back"],
        about: "End a delegation or an absence before its time",
        case: false,
        args: &[Arg::new("number", "Which delegation", Kind::Number, "its number, as told when it began")],
        example: "approval undelegate 3",
        make: |values| Ok(Asked::Bot(BotCommand::EndDelegation { number: values.number("number")? })),
    },
];
