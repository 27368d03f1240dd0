//! What an incident can be asked.

use super::every_case::{Examples, SHARED, shared};
use super::{Arg, Kind, OnMessage, REASON, Root, TEXT, Takes, Verb, WORDS, joined};
use crate::domain::kinds::incident::{
    Command, Entity, Harm, HarmType, Intent, Nature, Opening, REVIEW_AT_MOST, Reached, Timing, Which,
};
use crate::domain::policy::Channel;
use crate::domain::regulation::FieldSet;
use crate::domain::{CaseKind, every_case};
use crate::grammar::value::{Values, Wrong};
use crate::grammar::{Asked, Query};

const CLASS: Arg = Arg::new("class", "Class", Kind::Class, "what kind of failure").optional().named();
const TECHNICAL: Arg =
    Arg::new("technical", "Technical severity", Kind::Choice(&["1", "2", "3", "4", "5"]), "1 is the most broken")
        .optional()
        .named();
const HARM: Arg = Arg::new("harm", "Harm", Kind::Choice(Harm::WORDS), "how far it went").optional().named();
const HARM_TYPE: Arg =
    Arg::new("harm-type", "Type of harm", Kind::Choice(HarmType::WORDS), "what was harmed, or could have been")
        .optional()
        .named();
const ENTITY: Arg =
    Arg::new("entity", "Cause: by whom", Kind::Choice(Entity::WORDS), "who or what caused it").optional().named();
const INTENT: Arg =
    Arg::new("intent", "Cause: meant or not", Kind::Choice(Intent::WORDS), "whether it was the aim").optional().named();
const TIMING: Arg =
    Arg::new("timing", "Cause: when", Kind::Choice(Timing::WORDS), "before it was in use, or while").optional().named();

pub(super) const ROOT: Root =
    Root { word: KIND.word(), about: KIND.about(), verbs: &VERBS, on_message: &[OPEN_FROM_MESSAGE, KEEP_AS_EVIDENCE] };

const OPEN_FROM_MESSAGE: OnMessage = OnMessage {
    label: "Open incident",
    about: "Open an incident that begins with this message",
    alone: Some("Open an incident about an AI system"),
    takes: Takes::Beginning { title: "title", at: "detected" },
    root: KIND.word(),
    verb: "open",
};
const KEEP_AS_EVIDENCE: OnMessage = OnMessage {
    label: "Keep as evidence",
    about: "Keep this message with a case, as a note",
    alone: None,
    takes: Takes::Whole { text: TEXT.name },
    root: KIND.word(),
    verb: "note",
};

/// What opening one takes.
const OPENING: &[Arg] = &[
    Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
    Arg::new("severity", "Governance severity", Kind::Severity, "sev1 is the most serious").asked(),
    Arg::new("title", "Title", Kind::Title, "what happened, in a few words"),
    CLASS,
    TECHNICAL,
    Arg::new("impact", "Impact", Kind::Choice(&["known", "unclear"]), "unclear has a deadline of its own")
        .optional()
        .named(),
    Arg::new("restricted", "Restricted", Kind::Flag, "only its people see it").optional().also(&[
        "private",
        "privately",
        "confidential",
        "confidentially",
        "secret",
        "visibility",
    ]),
    Arg::new("occurred", "Occurred", Kind::Moment, "when it happened").optional().named(),
    Arg::new("detected", "Detected", Kind::Moment, "when somebody or something noticed").optional().named(),
    Arg::new("aware", "Aware", Kind::Moment, "when the organisation knew").optional().named(),
    HARM.unasked(),
    HARM_TYPE.unasked(),
    ENTITY.unasked(),
    INTENT.unasked(),
    TIMING.unasked(),
];

/// The same, without what is said later with `classify`: all of it twice is more than Discord takes.
const CONVERTING: &[Arg] = OPENING.split_at(10).0;

/// Opens one; in the channel that is to become its own, where one is.
fn opening(values: &Values<'_>, converts: Option<Channel>) -> Result<Asked, Wrong> {
    Ok(Asked::New(crate::domain::Opening::Incident(Opening {
        workflow: values.workflow("workflow")?,
        title: values.text("title"),
        severity: values.severity("severity")?,
        technical: values.technical(),
        class: values.class("class"),
        nature: values.nature(),
        impact: values.impact("impact"),
        restricted: values.flag("restricted"),
        occurred: values.maybe_moment("occurred"),
        detected: values.maybe_moment("detected"),
        aware: values.maybe_moment("aware"),
        because: None,
        queue: None,
        stamps_end: None,
        converts,
        from: None,
    })))
}

const KIND: CaseKind = CaseKind::Incident;
const VERBS: [Verb; OWN.len() + SHARED] = joined(OWN, shared(KIND.word(), LIST_BY, &LINES));

const LIST_BY: &[Arg] = &[
    Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
    Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
    Arg::new("severity", "Severity", Kind::Severity, "of one severity").optional(),
];

const LINES: Examples = Examples {
    menu: "incident menu INC-1",
    catch_up: "incident catch-up INC-1",
    status: "incident status INC-1",
    list: "incident list open sev1",
    note: "incident note INC-1 The vendor was called at 14:10",
    link: "incident link INC-1 https://wiki.example/runbook Runbook",
    timeline: "incident timeline INC-1",
    pause: "incident pause INC-1 duty=resolve waiting on the requester: log files",
    resume: "incident resume INC-1 duty=resolve",
    snooze: "incident snooze INC-1 30m",
    waive: "incident waive INC-1 duty=update Nobody is touched any more",
    contest: "incident contest INC-1 says=third-party duty=resolve The cloud was down until noon",
    settle: "incident settle INC-1 to=vendor duty=resolve Agreed with both sides",
    help: "incident help open",
};

const OWN: [Verb; 32] = [
    Verb {
        root: KIND.word(),
        verb: "open",
        label: "Open incident",
        aliases: &["declare", "new", "create", "report"],
        about: "Open an incident; the form opens when something is missing",
        case: false,
        args: OPENING,
        example: "incident open credit-scoring sev2 Scores drift for new customers class=perf.drift",
        make: |values| opening(values, None),
    },
    Verb {
        root: KIND.word(),
        verb: "convert",
        label: "Open incident here",
        aliases: &["open-here", "declare-here", "convert-channel"],
        about: "Open an incident in a channel in which people talk already: it becomes the incident's own",
        case: false,
        args: CONVERTING,
        example: "incident convert credit-scoring sev2 Scores drift for new customers",
        make: |values| opening(values, Some(values.this_channel()?)),
    },
    Verb {
        root: KIND.word(),
        verb: "ack",
        label: "Acknowledge",
        aliases: &["acknowledge"],
        about: "Say that you have seen it and take care of it",
        case: true,
        args: &[WORDS],
        example: "incident ack INC-1",
        make: |values| values.on(Command::Acknowledge),
    },
    Verb {
        root: KIND.word(),
        verb: "working",
        label: "Still working",
        aliases: &["still-working", "still"],
        about: "Say that the work goes on",
        case: true,
        args: &[WORDS],
        example: "incident working INC-1",
        make: |values| values.on(Command::StillWorking),
    },
    Verb {
        root: KIND.word(),
        verb: "assess",
        label: "Assess impact",
        aliases: &["impact"],
        about: "Say what an unclear impact really is",
        case: true,
        args: &[Arg::new("text", "What the impact is", Kind::Rest, "who and what is touched, and how much")],
        example: "incident assess INC-1 About 40 applicants were scored with last week's model",
        make: |values| values.on(Command::Assess { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "contain",
        label: "Contain",
        aliases: &["contained", "mitigate", "mitigated"],
        about: "Say that it does no more harm, and how",
        case: true,
        args: &[Arg::new("text", "How it was contained", Kind::Rest, "what was done so that it spreads no further")],
        example: "incident contain INC-1 Scoring switched to the previous model",
        make: |values| values.on(Command::Contain { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "resolve",
        label: "Resolve",
        aliases: &["resolved", "close", "fix", "fixed"],
        about: "Say that it is over, and how",
        case: true,
        args: &[Arg::new("text", "How it was resolved", Kind::Rest, "what was wrong and what was done about it")],
        example: "incident resolve INC-1 Feature pipeline fixed and back-filled",
        make: |values| values.on(Command::Resolve { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "review",
        label: "Accept review",
        aliases: &["postmortem"],
        about: "Show the review as drafted; with `accept`, accept it",
        case: true,
        args: &[
            Arg::new(
                "accept",
                "Accept",
                Kind::Choice(&["accept"]),
                "accept it as drafted, or with the text that follows",
            )
            .optional(),
            Arg::new("text", "Review", Kind::Rest, "the review in your words; the draft when left out")
                .optional()
                .drafted()
                .up_to(REVIEW_AT_MOST),
        ],
        example: "incident review INC-1 accept",
        make: |values| match (values.maybe_text("accept"), values.maybe_text("text")) {
            (None, None) => Ok(Asked::Query(Query::ReviewDraft(values.case()?))),
            (_, text) => values.on(Command::AcceptReview { text: text.unwrap_or_default(), drafted_from: None }),
        },
    },
    Verb {
        root: KIND.word(),
        verb: "reopen",
        label: "Reopen",
        aliases: &[],
        about: "Reopen a resolved incident",
        case: true,
        args: &[REASON],
        example: "incident reopen INC-1 It is back since 14:00",
        make: |values| values.on(Command::Reopen { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "merge",
        label: "Merge",
        aliases: &["duplicate"],
        about: "Merge a duplicate into the incident that stays",
        case: true,
        args: &[Arg::new("into", "The incident that stays", Kind::Case, "such as INC-1").naming(CaseKind::Incident)],
        example: "incident merge INC-3 into INC-1",
        make: |values| values.on(Command::Merge { into: values.other("into")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Withdraw it, with a reason",
        case: true,
        args: &[REASON],
        example: "incident withdraw INC-1 It was the planned load test",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "update",
        label: "Update",
        aliases: &[],
        about: "Say how it stands; with it, what it has become, and when the next update comes",
        case: true,
        args: &[
            TEXT,
            Arg::new("state", "It is now", Kind::Choice(Reached::WORDS), "as it is, when left out").optional().named(),
            Arg::new("severity", "Governance severity", Kind::Severity, "as it is, when left out").optional().named(),
            Arg::new(
                "next",
                "The next update comes",
                Kind::Due,
                "such as 16:30 or 45m; as the policy asks, when left out",
            )
            .optional()
            .named(),
        ],
        example: "incident update INC-1 next=45m Half of the back-fill is done",
        make: |values| {
            let (text, next) = (values.text("text"), values.maybe_moment("next"));
            let (severity, reached) = (values.maybe_severity("severity"), values.reached("state"));
            values.on(match (severity, reached) {
                (None, None) => Command::Update { text, next },
                (severity, reached) => Command::Report { text, severity, reached, next },
            })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "decision",
        label: "Record decision",
        aliases: &["decide", "decided"],
        about: "Record a decision; “Ruled out: …” and “Unknown: …” are told in briefs",
        case: true,
        args: &[TEXT],
        example: "incident decision INC-1 We keep the old model until Monday",
        make: |values| values.on(Command::Decision { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "followup",
        label: "Add follow-up",
        aliases: &["follow-up", "action", "todo"],
        about: "Promise something for later, with a person and a day",
        case: true,
        args: &[
            Arg::new("person", "Who does it", Kind::Person, "somebody in the policy"),
            Arg::new("due", "Due", Kind::Due, "such as friday 17:00, 2026-12-01 or 3d"),
            Arg::new("text", "What is to be done", Kind::Rest, "so that one can see when it is done"),
        ],
        example: "incident followup INC-1 @dev tomorrow 17:00 Add an alarm on feature age",
        make: |values| {
            values.on(Command::FollowUp {
                assignee: values.person("person")?,
                due: values.moment("due")?,
                text: values.text("text"),
            })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "done",
        label: "Done",
        aliases: &["follow-up-done"],
        about: "Say that a follow-up is done",
        case: true,
        args: &[Arg::new("number", "Which follow-up", Kind::Number, "its number on the card"), WORDS],
        example: "incident done INC-1 2",
        make: |values| values.on(Command::FollowUpDone { number: values.number("number")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "escalate",
        label: "Page a role",
        aliases: &["page"],
        about: "Page the people of a role, now",
        case: true,
        args: &[Arg::new("role", "Role", Kind::Role, "whose people to page"), REASON],
        example: "incident escalate INC-1 governance-lead Nobody else may stop the batch",
        make: |values| values.on(Command::Page { role: values.role("role")?, reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "here",
        label: "I'm here",
        aliases: &["answering", "on-it"],
        about: "Answer a page: you are there",
        case: true,
        args: &[WORDS],
        example: "incident here INC-1",
        make: |values| values.on(Command::AnswerPage),
    },
    Verb {
        root: KIND.word(),
        verb: "join",
        label: "Join",
        aliases: &["take-part"],
        about: "Take part: come into its channel",
        case: true,
        args: &[WORDS],
        example: "incident join INC-1",
        make: |values| values.on(Command::Join),
    },
    Verb {
        root: KIND.word(),
        verb: "severity",
        label: "Change severity",
        aliases: &["sev"],
        about: "Change the governance severity",
        case: true,
        args: &[Arg::new("severity", "Governance severity", Kind::Severity, "sev1 is the most serious"), REASON],
        example: "incident severity INC-1 sev1 Minors are among them",
        make: |values| {
            values.on(Command::ChangeSeverity { to: values.severity("severity")?, reason: values.text("reason") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "moment",
        label: "Set time",
        aliases: &["when"],
        about: "Say when it occurred, was detected, was known …",
        case: true,
        args: &[
            Arg::new("which", "Which time", Kind::Choice(Which::WORDS), "legal deadlines count from them"),
            Arg::new("at", "When", Kind::Moment, "such as 14:05, yesterday 23:10 or 2h ago"),
        ],
        example: "incident moment INC-1 detected 14:05",
        make: |values| values.on(Command::SetMoment { which: values.which("which")?, at: values.moment("at")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "classify",
        label: "Classify",
        aliases: &["class", "harm", "cause"],
        about: "Say what kind of failure it is, what harm it did, and what caused it",
        case: true,
        args: &[CLASS, HARM, HARM_TYPE, ENTITY, INTENT, TIMING, TECHNICAL],
        example: "incident classify INC-1 class=output.bias harm=near-miss harm-type=rights",
        make: |values| {
            let (class, technical, nature) = (values.class("class"), values.technical(), values.nature());
            if class.is_none() && technical.is_none() && nature == Nature::default() {
                return Err(values.missing("class"));
            }
            values.on(Command::Classify { class, technical, nature })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "role",
        label: "Take seat",
        aliases: &["assign", "seat"],
        about: "Take a seat, give it to somebody, or leave it (`none`)",
        case: true,
        args: &[
            Arg::new("seat", "Seat", Kind::Choice(&["lead", "comms", "scribe"]), "which seat"),
            Arg::new("person", "Who", Kind::PersonOrNone, "you, when left out").optional(),
        ],
        example: "incident role INC-1 lead @dev",
        make: |values| {
            values.on(Command::TakeSeat { seat: values.seat("seat")?, person: values.person_or_me("person")? })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "invite",
        label: "Invite",
        aliases: &["let-in"],
        about: "Let somebody see a restricted incident",
        case: true,
        args: &[Arg::new("person", "Who", Kind::Person, "somebody in the policy")],
        example: "incident invite INC-1 @lena",
        make: |values| values.on(every_case::Command::Invite { person: values.person("person")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "restrict",
        label: "Restrict",
        aliases: &["make-private"],
        about: "From now on only its people see it; what was posted before stays",
        case: true,
        args: &[REASON],
        example: "incident restrict INC-1 Names of customers are among it",
        make: |values| values.on(Command::Restrict { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "unrestrict",
        label: "Take the restriction away",
        aliases: &["make-public"],
        about: "Everybody may see it again, with all that was said of it meanwhile",
        case: true,
        args: &[REASON],
        example: "incident unrestrict INC-1 It was a drill",
        make: |values| values.on(Command::Unrestrict { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "request-access",
        label: "Ask to be let in",
        aliases: &["access", "ask-in"],
        about: "Ask the people of a restricted incident to let you in",
        case: true,
        args: &[Arg::new("text", "Why", Kind::Rest, "for those who decide").optional()],
        example: "incident request-access INC-1 I keep the minutes",
        make: |values| values.on(every_case::Command::AskIn { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "uninvite",
        label: "Uninvite",
        aliases: &["let-out"],
        about: "Take an invitation to a restricted incident back",
        case: true,
        args: &[Arg::new("person", "Who", Kind::Person, "somebody who was invited")],
        example: "incident uninvite INC-1 @lena",
        make: |values| values.on(every_case::Command::Uninvite { person: values.person("person")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "clocks",
        label: "Clocks of law",
        aliases: &["regulators", "law"],
        about: "Show which reports to authorities may be owed",
        case: true,
        args: &[],
        example: "incident clocks INC-1",
        make: |values| Ok(Asked::Query(Query::Clocks(values.case()?))),
    },
    Verb {
        root: KIND.word(),
        verb: "applies",
        label: "Report is owed",
        aliases: &["apply", "reportable"],
        about: "Say that a report to an authority is owed",
        case: true,
        args: &[Arg::new("law", "Law or report", Kind::Law, "such as gdpr-33")],
        example: "incident applies INC-1 gdpr-33",
        make: |values| values.on(Command::Applies { which: values.law("law")? }),
    },
    Verb {
        root: KIND.word(),
        verb: "set-aside",
        label: "Set clock aside",
        aliases: &["not-reportable", "setaside"],
        about: "Say that a report isn't owed; it stays on record",
        case: true,
        args: &[Arg::new("law", "Law or report", Kind::Law, "such as gdpr-33"), REASON],
        example: "incident set-aside INC-1 gdpr-33 Counsel: no personal data were touched",
        make: |values| values.on(Command::SetAside { which: values.law("law")?, reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "submitted",
        label: "Report submitted",
        aliases: &["reported", "filed"],
        about: "Record that a report was submitted",
        case: true,
        args: &[
            Arg::new("report", "Report", Kind::Report, "such as gdpr-33.notification"),
            Arg::new("at", "When", Kind::Moment, "now, when left out").optional().named(),
            Arg::new("digest", "Digest", Kind::Word, "SHA-256 of the file").optional().named(),
            Arg::new("reference", "Reference", Kind::Rest, "what the authority calls it"),
        ],
        example: "incident submitted INC-1 gdpr-33.notification BfDI-2026-1187",
        make: |values| {
            values.on(Command::Submitted {
                clock: values.report("report")?,
                at: values.maybe_moment("at"),
                reference: values.text("reference"),
                digest: values.maybe_text("digest"),
            })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "draft",
        label: "Draft for the regulator",
        aliases: &["regulator-draft"],
        about: "Draft what an authority asks; nothing is sent",
        case: true,
        args: &[Arg::new("form", "Form", Kind::Choice(FieldSet::WORDS), "whose fields")],
        example: "incident draft INC-1 dora",
        make: |values| match values.maybe_text("form").and_then(|word| FieldSet::read(&word)) {
            Some(form) => Ok(Asked::Query(Query::Draft { case: values.case()?, form })),
            None => Err(values.missing("form")),
        },
    },
];
