//! What an exception can be asked.

use super::every_case::{Examples, SHARED, shared};
use super::{Arg, GROUNDS, Kind, MAYBE_GROUNDS, OnMessage, REASON, Root, Takes, Verb, WORDS, joined};
use crate::domain::kinds::exception::{Advice, Command, Opening, Wanted, WantedControl};
use crate::domain::{CaseKind, Span};
use crate::grammar::moment;
use crate::grammar::value::{Values, Wrong};
use crate::grammar::{Asked, Query};

pub(super) const ROOT: Root =
    Root { word: KIND.word(), about: KIND.about(), verbs: &VERBS, on_message: &[RAISE_FROM_MESSAGE] };

const RAISE_FROM_MESSAGE: OnMessage = OnMessage {
    label: "Raise exception",
    about: "Raise an exception that begins with this message",
    alone: None,
    takes: Takes::Title { title: "title" },
    root: KIND.word(),
    verb: "raise",
};

const KIND: CaseKind = CaseKind::Exception;
const VERBS: [Verb; OWN.len() + SHARED] = joined(OWN, shared(KIND.word(), LIST_BY, &LINES));

const LIST_BY: &[Arg] = &[
    Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
    Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
];

const LINES: Examples = Examples {
    menu: "exception menu EXC-1",
    catch_up: "exception catch-up EXC-1",
    status: "exception status EXC-1",
    list: "exception list mine",
    note: "exception note EXC-1 The vendor confirmed the dates",
    link: "exception link EXC-1 https://wiki.example/retraining Plan",
    timeline: "exception timeline EXC-1",
    pause: "exception pause EXC-1 waiting on the requester: figures",
    resume: "exception resume EXC-1",
    snooze: "exception snooze EXC-1 30m",
    waive: "exception waive EXC-1 duty=answer-expiry Answered by telephone",
    contest: "exception contest EXC-1 says=requester The figures came a day late",
    settle: "exception settle EXC-1 to=requester Agreed with both sides",
    help: "exception help raise",
};

const CLASS: Arg = Arg::new("class", "Class", Kind::ExceptionClass, "what kind of exception, as the policy has it");
const UNTIL: Arg =
    Arg::new("until", "Until", Kind::Until, "such as 7d or friday 17:00; its class has a longest").optional();
const CONTROL: Arg =
    Arg::new("control", "Control", Kind::Rest, "what takes the place of what is excepted from").optional().named();
const HOLDER: Arg =
    Arg::new("holder", "Control shown by", Kind::Role, "a role; the class's own, when left out").optional().named();
const EVERY: Arg = Arg::new("every", "Control shown every", Kind::Word, "such as 7d; as its class says, when left out")
    .optional()
    .named();
const UNTIL_REVOKED: Arg =
    Arg::new("until-revoked", "Until somebody revokes it", Kind::Flag, "only by whom its class names for that")
        .optional()
        .named()
        .unasked();

/// For how long, and under which control.
fn wanted(values: &Values<'_>) -> Result<Wanted, Wrong> {
    let until = match (values.maybe_moment("until"), values.flag("until-revoked")) {
        (Some(until), _) => Some(until),
        (None, true) => None,
        // Every grant ends, so an end that isn't said is asked for.
        (None, false) => return Err(values.missing("until")),
    };
    let control = WantedControl {
        text: values.maybe_text("control"),
        holder: values.maybe_role("holder"),
        every: every(values)?,
    };
    Ok(Wanted { until, control, reason: values.text("reason") })
}

fn every(values: &Values<'_>) -> Result<Option<Span>, Wrong> {
    let Some(typed) = values.maybe_text("every") else { return Ok(None) };
    match moment::span(&typed) {
        Some(span) => Ok(Some(span)),
        None => Err(Wrong {
            field: "every",
            missing: false,
            sentence: format!("{} is not a span of time such as 7d or 12h.", crate::domain::text::quoted(&typed)),
        }),
    }
}

const OWN: [Verb; 17] = [
    Verb {
        root: KIND.word(),
        verb: "raise",
        label: "Raise exception",
        aliases: &["open", "new", "create", "request", "declare"],
        about: "Raise an exception; the form opens when something is missing",
        case: false,
        args: &[
            Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
            CLASS.asked(),
            Arg::new("title", "What is to be excepted", Kind::Title, "in a few words"),
            Arg::new("reason", "Why it is needed", Kind::Rest, "for those who rule on it").optional().named(),
            Arg::new("until", "Wanted until", Kind::Until, "such as 7d or 2026-12-01").optional().named(),
            Arg::new("on", "About", Kind::Case, "the incident or approval that it is about").optional().named(),
        ],
        example: "exception raise credit-scoring late-report \"November's bias report a week late\" until=7d",
        make: |values| {
            Ok(Asked::New(crate::domain::Opening::Exception(Opening {
                workflow: values.workflow("workflow")?,
                class: values.exception_class("class")?,
                title: values.text("title"),
                reason: values.maybe_text("reason"),
                until: values.maybe_moment("until"),
                on: values.maybe_other("on"),
                from: None,
            })))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "triage",
        label: "Triage",
        aliases: &["sort", "route"],
        about: "Confirm what it is, so that it goes to those who rule on it",
        case: true,
        args: &[CLASS.optional().named(), WORDS],
        example: "exception triage EXC-1",
        make: |values| values.on(Command::Triage { class: values.maybe_exception_class("class") }),
    },
    Verb {
        root: KIND.word(),
        verb: "take",
        label: "Take",
        aliases: &["claim", "pick-up"],
        about: "Say that you work on it now; others see that, and its clock goes on",
        case: true,
        args: &[WORDS],
        example: "exception take EXC-1",
        make: |values| values.on(Command::Take),
    },
    Verb {
        root: KIND.word(),
        verb: "hand-back",
        label: "Hand back",
        aliases: &["handback", "give-back", "unclaim"],
        about: "Say that you don't work on it any more",
        case: true,
        args: &[MAYBE_GROUNDS],
        example: "exception hand-back EXC-1",
        make: |values| values.on(Command::HandBack { reason: values.maybe_text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "specialist",
        label: "Ask a specialist",
        aliases: &["consult", "expert"],
        about: "Have a specialist recommend before anybody rules",
        case: true,
        args: &[
            Arg::new("role", "Which", Kind::Role, "a role; that of its class, when left out").optional().named(),
            Arg::new("text", "Question", Kind::Rest, "what they should say").optional(),
        ],
        example: "exception specialist EXC-1 Is last month's report still good enough?",
        make: |values| {
            values.on(Command::AskSpecialist { role: values.maybe_role("role"), question: values.maybe_text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "recommend",
        label: "Recommend",
        aliases: &["advise", "recommendation"],
        about: "Say what you advise; that rules on nothing",
        case: true,
        args: &[
            Arg::new("advice", "Advice", Kind::Choice(Advice::WORDS), "to grant it, refuse it, or have it corrected")
                .asked(),
            GROUNDS,
        ],
        example: "exception recommend EXC-1 grant The drift is within bounds",
        make: |values| {
            let advice = values.maybe_text("advice").and_then(|word| Advice::read(&word));
            let advice = advice.ok_or_else(|| values.missing("advice"))?;
            values.on(Command::Recommend { advice, reason: values.text("reason") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "send-back",
        label: "Send back",
        aliases: &["return", "back"],
        about: "Send it back from the specialist without a recommendation",
        case: true,
        args: &[REASON],
        example: "exception send-back EXC-1 That is the vendor's to say",
        make: |values| values.on(Command::SendBack { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "grant",
        label: "Grant",
        aliases: &["approve", "allow"],
        about: "Grant it until a moment, under a control",
        case: true,
        args: &[UNTIL, GROUNDS, CONTROL, HOLDER, EVERY, UNTIL_REVOKED],
        example: "exception grant EXC-1 until 7d control=\"a second reader samples 20 cases\" The report is on its way",
        make: |values| values.on(Command::Grant(wanted(values)?)),
    },
    Verb {
        root: KIND.word(),
        verb: "refuse",
        label: "Refuse",
        aliases: &["deny", "reject", "decline"],
        about: "Refuse it or its renewal, with a reason",
        case: true,
        args: &[GROUNDS],
        example: "exception refuse EXC-1 The report can be made today",
        make: |values| values.on(Command::Refuse { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "correct",
        label: "Have it corrected",
        aliases: &["fix"],
        about: "Rule that what is wrong is put right instead",
        case: true,
        args: &[Arg::new("text", "What is to be put right", Kind::Rest, "whoever raised it does that").stated()],
        example: "exception correct EXC-1 Run the report on the hold-out set",
        make: |values| values.on(Command::Correct { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "renew",
        label: "Renew",
        aliases: &["extend", "prolong"],
        about: "Renew it, or ask those who may to do so",
        case: true,
        args: &[UNTIL, GROUNDS, CONTROL, HOLDER, EVERY, UNTIL_REVOKED],
        example: "exception renew EXC-1 until 7d The vendor needs one more week",
        make: |values| values.on(Command::Renew(wanted(values)?)),
    },
    Verb {
        root: KIND.word(),
        verb: "suspend",
        label: "Suspend",
        aliases: &["stop"],
        about: "Take it out of force, until somebody lifts that",
        case: true,
        args: &[REASON],
        example: "exception suspend EXC-1 The second reader is away",
        make: |values| values.on(Command::Suspend { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "lift",
        label: "Lift suspension",
        aliases: &["reinstate", "unsuspend"],
        about: "Lift a suspension: it is in force again",
        case: true,
        args: &[GROUNDS],
        example: "exception lift EXC-1 A new second reader has begun",
        make: |values| values.on(Command::Lift { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "proof",
        label: "Show the control",
        aliases: &["prove", "evidence"],
        about: "Show that its control works, in words or by a link",
        case: true,
        args: &[
            Arg::new("link", "Link", Kind::Url, "begins with https://").optional().named(),
            Arg::new("text", "What shows it", Kind::Rest, "what was done, and what came out"),
        ],
        example: "exception proof EXC-1 20 cases read, none wrong",
        make: |values| {
            let (text, link) = (values.text("text"), values.maybe_text("link"));
            // A link alone says where it is shown.
            let is_link = text.starts_with("https://") && !text.contains(char::is_whitespace);
            let link = link.or_else(|| is_link.then(|| text.clone()));
            values.on(Command::Prove { text, link })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "close",
        label: "Close",
        aliases: &["end", "revoke", "done"],
        about: "End it: put right, not needed any more, or revoked",
        case: true,
        args: &[Arg::new("text", "What became of it", Kind::Rest, "how it was put right, or why it ends")],
        example: "exception close EXC-1 The report is there",
        make: |values| values.on(Command::Close { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Withdraw it before anybody rules, with a reason",
        case: true,
        args: &[REASON],
        example: "exception withdraw EXC-1 The report came after all",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "queue",
        label: "Queue",
        aliases: &["backlog"],
        about: "Show how many wait and for how long, and what comes of it at this rate",
        case: false,
        args: &[Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system; all, when left out").optional()],
        example: "exception queue credit-scoring",
        make: |values| Ok(Asked::Query(Query::Queue { workflow: values.maybe_workflow("workflow") })),
    },
];
