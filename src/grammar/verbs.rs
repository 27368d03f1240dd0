//! The one table of what can be typed. Parsing, help, completion, forms and the README read it, so they cannot disagree.

use serde_json::{Value as Json, json};

use crate::domain::command::{Command, HouseCommand, OpenIncident, RequestApproval};
use crate::domain::nature::{Entity, Harm, HarmType, Intent, Timing};
use crate::domain::policy::Policy;
use crate::domain::{CaseKind, Duty, Nature, Severity};

use super::value::{Values, Wrong};
use super::{Asked, Filter, Query};

/// One thing that can be asked for.
pub struct Verb {
    /// The command it belongs to: `incident`.
    pub root: &'static str,
    /// The word that help and completion show.
    pub verb: &'static str,
    /// On buttons and forms.
    pub label: &'static str,
    /// Other words for the same.
    pub aliases: &'static [&'static str],
    /// What it does, in half a sentence.
    pub about: &'static str,
    /// Whether it acts on a case, whose id may stand first, after the verb, or be left out in the case's own thread.
    pub case: bool,
    /// What can be said with it, in the order of typing.
    pub args: &'static [Arg],
    /// A line that works, without the prefix.
    pub example: &'static str,
    pub(super) make: fn(&Values<'_>) -> Result<Asked, Wrong>,
}

/// One thing that is said with a verb.
#[derive(Debug)]
pub struct Arg {
    /// The key in `key=value`, and the field's name in forms.
    pub name: &'static str,
    /// What a form calls it.
    pub label: &'static str,
    /// What can stand there.
    pub kind: Kind,
    /// Whether it can be left out.
    pub needed: Needed,
    /// A word of help beside the input.
    pub hint: &'static str,
    /// Only as `key=value`, never by its place.
    pub named: bool,
    /// No form asks for it, unless it was said already: a form that asks for everything is filled in by nobody.
    pub unasked: bool,
}

/// Whether an argument can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// Yes.
    No,
    /// A form asks for it when the line doesn't hold it. Others may stand in its place, so it can be passed over.
    Asked,
    /// A line without it is incomplete.
    Yes,
}

/// What can stand in an argument's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One word, or several between quotes.
    Word,
    /// A whole number from 1.
    Number,
    /// The rest of the message as one line; `key=value` may follow it.
    Title,
    /// The rest of the message, to the letter.
    Rest,
    /// As `Rest`; a code block around it is taken off.
    Action,
    /// An address.
    Url,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A workflow of the policy.
    Workflow,
    /// A person of the policy.
    Person,
    /// A person of the policy, or `none`.
    PersonOrNone,
    /// A role of the policy.
    Role,
    /// Roles of the policy, with commas between them.
    Roles,
    /// A case.
    Case,
    /// A moment that has come.
    Moment,
    /// A moment to come, or a span from now.
    Until,
    /// Yes or no; the bare name is yes.
    Flag,
    /// A governance severity.
    Severity,
    /// A kind of answer that somebody owes.
    Duty,
    /// An incident class of the policy.
    Class,
    /// An approval path of the policy.
    Path,
    /// Whose slowness a breach is: `requester`, `third-party`, or a party of the policy.
    Attribution,
    /// `week`, `month`, `quarter`, or two days with `..` between them.
    Range,
}

impl Kind {
    /// Takes the rest of the line.
    pub(super) const fn is_rest(self) -> bool {
        matches!(self, Kind::Title | Kind::Rest | Kind::Action)
    }

    /// The word that the completion of the room knows it by.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Word | Kind::Number | Kind::Url | Kind::Roles => "word",
            Kind::Title | Kind::Rest | Kind::Action => "rest",
            Kind::Choice(_)
            | Kind::Severity
            | Kind::Duty
            | Kind::Class
            | Kind::Path
            | Kind::Attribution
            | Kind::Range => "choice",
            Kind::Workflow => "workflow",
            Kind::Person | Kind::PersonOrNone => "person",
            Kind::Role => "role",
            Kind::Case => "case",
            Kind::Moment => "moment",
            Kind::Until => "span",
            Kind::Flag => "flag",
        }
    }

    /// What can be chosen, each with a word on it where the policy has one.
    pub fn choices(self, policy: &Policy) -> Vec<(String, Option<String>)> {
        let plain = |word: &str| (word.to_owned(), None);
        match self {
            Kind::Choice(words) => words.iter().copied().map(plain).collect(),
            Kind::Range => ["week", "month", "quarter"].into_iter().map(plain).collect(),
            Kind::Severity => Severity::ALL
                .into_iter()
                .map(|it| (it.word().to_owned(), policy.severities.get(&it).map(|words| words.about.clone())))
                .collect(),
            Kind::Duty => Duty::ALL.into_iter().map(|it| plain(it.word())).collect(),
            Kind::Class => policy.classes.iter().map(|(id, about)| (id.to_string(), Some(about.clone()))).collect(),
            Kind::Path => policy.paths.iter().map(|(id, path)| (id.to_string(), Some(path.name.clone()))).collect(),
            Kind::Workflow => {
                policy.workflows.iter().map(|(id, flow)| (id.to_string(), Some(flow.name.clone()))).collect()
            }
            Kind::Role | Kind::Roles => {
                policy.roles.iter().map(|(id, role)| (id.to_string(), Some(role.name.clone()))).collect()
            }
            Kind::Person => policy.people.iter().map(|(id, it)| (id.to_string(), Some(it.name.clone()))).collect(),
            Kind::PersonOrNone => {
                let people = policy.people.iter().map(|(id, it)| (id.to_string(), Some(it.name.clone())));
                people.chain([("none".to_owned(), Some("nobody".to_owned()))]).collect()
            }
            Kind::Attribution => [plain("requester"), plain("third-party")]
                .into_iter()
                .chain(policy.parties.iter().map(|(id, party)| (id.to_string(), Some(party.name.clone()))))
                .collect(),
            Kind::Word
            | Kind::Number
            | Kind::Title
            | Kind::Rest
            | Kind::Action
            | Kind::Url
            | Kind::Case
            | Kind::Moment
            | Kind::Until
            | Kind::Flag => Vec::new(),
        }
    }
}

impl Arg {
    const fn new(name: &'static str, label: &'static str, kind: Kind, hint: &'static str) -> Arg {
        Arg { name, label, kind, needed: Needed::Yes, hint, named: false, unasked: false }
    }
    const fn optional(self) -> Arg {
        Arg { needed: Needed::No, ..self }
    }
    const fn asked(self) -> Arg {
        Arg { needed: Needed::Asked, ..self }
    }
    const fn named(self) -> Arg {
        Arg { named: true, ..self }
    }
    const fn unasked(self) -> Arg {
        Arg { unasked: true, ..self }
    }

    fn usage(&self) -> String {
        let dots = if self.kind.is_rest() { "…" } else { "" };
        let shown = match (self.named, self.kind) {
            (true, Kind::Choice(words)) => format!("{}={}", self.name, words.join("|")),
            (true, _) => format!("{}=…", self.name),
            (false, Kind::Choice(words)) if words.len() <= 3 => words.join("|"),
            (false, Kind::Person | Kind::PersonOrNone) => format!("@{}", self.name),
            (false, _) => format!("{}{dots}", self.name),
        };
        if self.needed == Needed::Yes { shown } else { format!("[{shown}]") }
    }
}

impl Verb {
    /// The verb or one of its aliases, whatever the letters' case.
    pub fn is_called(&self, word: &str) -> bool {
        self.verb.eq_ignore_ascii_case(word) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(word))
    }

    /// The kind of case that it acts on.
    pub fn kind(&self) -> Option<CaseKind> {
        CaseKind::ALL.into_iter().find(|kind| kind.word() == self.root)
    }

    /// `/incident assess [INC-…] text…`
    pub fn usage(&self, prefix: &str) -> String {
        let mut usage = format!("{prefix}{} {}", self.root, self.verb);
        if let Some(kind) = self.kind().filter(|_| self.case) {
            usage.push_str(&format!(" [{}-…]", kind.prefix()));
        }
        // `key=value` stands before a text that is taken to the letter.
        let (last, first): (Vec<&Arg>, Vec<&Arg>) =
            self.args.iter().partition(|arg| !arg.named && matches!(arg.kind, Kind::Rest | Kind::Action));
        for arg in first.into_iter().chain(last).filter(|arg| arg.name != WORDS.name) {
            usage.push(' ');
            usage.push_str(&arg.usage());
            if let (Kind::Case, Some(kind)) = (arg.kind, self.kind()) {
                usage.push_str(&format!(" {}-…", kind.prefix()));
            }
        }
        usage
    }

    /// The example with the prefix that works here.
    pub fn example(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.example)
    }

    pub(super) fn arg(&self, name: &str) -> Option<&'static Arg> {
        self.args.iter().find(|arg| arg.name.eq_ignore_ascii_case(name))
    }

    /// `incident.open`: how forms and platforms name it.
    pub fn id(&self) -> String {
        format!("{}.{}", self.root, self.verb)
    }
}

impl PartialEq for Verb {
    fn eq(&self, other: &Verb) -> bool {
        (self.root, self.verb) == (other.root, other.verb)
    }
}

impl std::fmt::Debug for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verb({})", self.id())
    }
}

/// The commands, in the order of help.
pub const ROOTS: [&str; 3] = ["incident", "approval", "sla"];

/// The verbs of one root.
pub fn of(root: &str) -> impl Iterator<Item = &'static Verb> {
    let root = root.to_owned();
    VERBS.iter().filter(move |verb| verb.root == root)
}

/// The verb that a root calls this, by name or alias.
pub fn find(root: &str, word: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.root == root && verb.is_called(word))
}

/// Words beside an answer that takes none: nobody is turned away for saying more than was needed. No help shows it.
pub(super) const WORDS: Arg = Arg::new("words", "Words", Kind::Rest, "said along with it").optional();
const TEXT: Arg = Arg::new("text", "What to say", Kind::Rest, "as much as it takes");
const REASON: Arg = Arg::new("reason", "Reason", Kind::Rest, "kept with the case");
const DUTY: Arg = Arg::new("duty", "Which answer", Kind::Duty, "where several are owed").optional().named();
const MAYBE_REASON: Arg = Arg::new("reason", "Reason", Kind::Rest, "kept with your answer").optional();
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
const OWNER: &str = "requester, third-party, or a party of the policy";

/// Every verb. Aliases of one root never collide; a test holds that.
pub const VERBS: &[Verb] = &[
    Verb {
        root: "incident",
        verb: "open",
        label: "Open incident",
        aliases: &["declare", "new", "create", "report"],
        about: "Open an incident; the form opens when something is missing",
        case: false,
        args: &[
            Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
            Arg::new("severity", "Governance severity", Kind::Severity, "sev1 is the gravest").asked(),
            Arg::new("title", "Title", Kind::Title, "what happened, in a few words"),
            CLASS,
            TECHNICAL,
            Arg::new("impact", "Impact", Kind::Choice(&["known", "unclear"]), "unclear starts a clock of its own")
                .optional()
                .named(),
            Arg::new("restricted", "Restricted: only its own people see it", Kind::Flag, "only its own people see it")
                .optional(),
            Arg::new("occurred", "Occurred", Kind::Moment, "when it happened").optional().named(),
            Arg::new("detected", "Detected", Kind::Moment, "when somebody or something noticed").optional().named(),
            Arg::new("aware", "Aware", Kind::Moment, "when the organisation knew").optional().named(),
            HARM.unasked(),
            HARM_TYPE.unasked(),
            ENTITY.unasked(),
            INTENT.unasked(),
            TIMING.unasked(),
        ],
        example: "incident open credit-scoring sev2 Scores drift for new customers class=perf.drift",
        make: |values| {
            Ok(Asked::New(Command::OpenIncident(OpenIncident {
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
                slow_path: None,
            })))
        },
    },
    Verb {
        root: "incident",
        verb: "ack",
        label: "Acknowledge",
        aliases: &["acknowledge"],
        about: "Say that you have seen it and have it in hand",
        case: true,
        args: &[WORDS],
        example: "incident ack INC-1",
        make: |values| values.on(Command::Acknowledge),
    },
    Verb {
        root: "incident",
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
        root: "incident",
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
        root: "incident",
        verb: "contain",
        label: "Contained",
        aliases: &["contained", "mitigate", "mitigated"],
        about: "Say that it does no more harm, and how",
        case: true,
        args: &[Arg::new("text", "How it was contained", Kind::Rest, "what was done so that it spreads no further")],
        example: "incident contain INC-1 Scoring switched to the previous model",
        make: |values| values.on(Command::Contain { text: values.text("text") }),
    },
    Verb {
        root: "incident",
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
        root: "incident",
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
            Arg::new("text", "Review", Kind::Rest, "the review in your words; the draft when left out").optional(),
        ],
        example: "incident review INC-1 accept",
        make: |values| match (values.maybe_text("accept"), values.maybe_text("text")) {
            (None, None) => Ok(Asked::Query(Query::ReviewDraft(values.case()?))),
            (_, text) => values.on(Command::AcceptReview { text: text.unwrap_or_default() }),
        },
    },
    Verb {
        root: "incident",
        verb: "reopen",
        label: "Reopen",
        aliases: &[],
        about: "Take a resolved incident up again",
        case: true,
        args: &[REASON],
        example: "incident reopen INC-1 It is back since 14:00",
        make: |values| values.on(Command::Reopen { reason: values.text("reason") }),
    },
    Verb {
        root: "incident",
        verb: "merge",
        label: "Merge",
        aliases: &["duplicate"],
        about: "Join a duplicate to the incident that stays",
        case: true,
        args: &[Arg::new("into", "The incident that stays", Kind::Case, "such as INC-1")],
        example: "incident merge INC-3 into INC-1",
        make: |values| values.on(Command::Merge { into: values.other("into")? }),
    },
    Verb {
        root: "incident",
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Take it back, with a reason",
        case: true,
        args: &[REASON],
        example: "incident withdraw INC-1 It was the planned load test",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason") }),
    },
    Verb {
        root: "incident",
        verb: "update",
        label: "Update",
        aliases: &[],
        about: "Say how it stands",
        case: true,
        args: &[TEXT],
        example: "incident update INC-1 Half of the back-fill is done, the rest by 16:00",
        make: |values| values.on(Command::Update { text: values.text("text") }),
    },
    Verb {
        root: "incident",
        verb: "decision",
        label: "Record decision",
        aliases: &["decide", "decided"],
        about: "Record a decision",
        case: true,
        args: &[TEXT],
        example: "incident decision INC-1 We keep the old model until Monday",
        make: |values| values.on(Command::Decision { text: values.text("text") }),
    },
    Verb {
        root: "incident",
        verb: "followup",
        label: "Add follow-up",
        aliases: &["follow-up", "action", "todo"],
        about: "Promise something for later, with a person and a day",
        case: true,
        args: &[
            Arg::new("person", "Who does it", Kind::Person, "somebody of the policy"),
            Arg::new("due", "Due", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d"),
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
        root: "incident",
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
        root: "incident",
        verb: "escalate",
        label: "Call a role in",
        aliases: &["page"],
        about: "Call a role in, now",
        case: true,
        args: &[Arg::new("role", "Role", Kind::Role, "whom to call in"), REASON],
        example: "incident escalate INC-1 governance-lead Nobody else may stop the batch",
        make: |values| values.on(Command::Page { role: values.role("role")?, reason: values.text("reason") }),
    },
    Verb {
        root: "incident",
        verb: "here",
        label: "I'm here",
        aliases: &["join", "answering", "on-it"],
        about: "Answer a page: you are there",
        case: true,
        args: &[WORDS],
        example: "incident here INC-1",
        make: |values| values.on(Command::AnswerPage),
    },
    Verb {
        root: "incident",
        verb: "severity",
        label: "Change severity",
        aliases: &["sev"],
        about: "Change the governance severity",
        case: true,
        args: &[Arg::new("severity", "Governance severity", Kind::Severity, "sev1 is the gravest"), REASON],
        example: "incident severity INC-1 sev1 Minors are among them",
        make: |values| {
            values.on(Command::ChangeSeverity { to: values.severity("severity")?, reason: values.text("reason") })
        },
    },
    Verb {
        root: "incident",
        verb: "moment",
        label: "Set moment",
        aliases: &["when"],
        about: "Say when it occurred, was detected, or was known",
        case: true,
        args: &[
            Arg::new(
                "which",
                "Which moment",
                Kind::Choice(&["occurred", "detected", "aware"]),
                "clocks of law start from them",
            ),
            Arg::new("at", "When", Kind::Moment, "such as 14:05, yesterday 23:10 or 2h ago"),
        ],
        example: "incident moment INC-1 detected 14:05",
        make: |values| values.on(Command::SetMoment { which: values.which("which")?, at: values.moment("at")? }),
    },
    Verb {
        root: "incident",
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
        root: "incident",
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
        root: "incident",
        verb: "invite",
        label: "Invite",
        aliases: &["let-in"],
        about: "Let somebody see a restricted incident",
        case: true,
        args: &[Arg::new("person", "Who", Kind::Person, "somebody of the policy")],
        example: "incident invite INC-1 @lena",
        make: |values| values.on(Command::Invite { person: values.person("person")? }),
    },
    status("incident", "incident status INC-1"),
    list(
        "incident",
        &[
            Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
            Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
            Arg::new("severity", "Severity", Kind::Severity, "of one severity").optional(),
        ],
        "incident list open sev1",
    ),
    note("incident", "incident note INC-1 The vendor was called at 14:10"),
    link("incident", "incident link INC-1 https://wiki.example/runbook Runbook"),
    timeline("incident", "incident timeline INC-1"),
    pause("incident", "incident pause INC-1 waiting on the requester: log files duty=resolve"),
    resume("incident", "incident resume INC-1 duty=resolve"),
    waive("incident", "incident waive INC-1 duty=update Nobody is touched any more"),
    contest("incident", "incident contest INC-1 says=third-party duty=resolve The cloud was down until noon"),
    settle("incident", "incident settle INC-1 to=vendor duty=resolve Agreed with both sides"),
    help("incident", "incident help open"),
    Verb {
        root: "approval",
        verb: "request",
        label: "Request approval",
        aliases: &["new", "open", "create"],
        about: "Ask for an approval; the form opens when something is missing",
        case: false,
        args: &[
            Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked(),
            Arg::new("title", "Title", Kind::Title, "what it is about, in a few words"),
            Arg::new(
                "action",
                "Action",
                Kind::Action,
                "to the letter what is to be approved; the title, when left out",
            )
            .optional()
            .named(),
            Arg::new("path", "Approval path", Kind::Path, "the workflow's own, when left out").optional().named(),
        ],
        example: "approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7 --all\"",
        make: |values| {
            let title = values.text("title");
            Ok(Asked::New(Command::RequestApproval(RequestApproval {
                workflow: values.workflow("workflow")?,
                action: values.maybe_text("action").unwrap_or_else(|| title.clone()),
                title,
                path: values.path("path"),
            })))
        },
    },
    Verb {
        root: "approval",
        verb: "approve",
        label: "Approve",
        aliases: &["ok", "yes"],
        about: "Approve the action as it stands",
        case: true,
        args: &[MAYBE_REASON],
        example: "approval approve APR-1 looks right",
        make: |values| values.on(Command::Approve { reason: values.maybe_text("reason"), revision: values.revision }),
    },
    Verb {
        root: "approval",
        verb: "decline",
        label: "Decline",
        aliases: &["reject", "no", "deny"],
        about: "Decline, with a reason",
        case: true,
        args: &[REASON],
        example: "approval decline APR-1 The bias report is missing",
        make: |values| values.on(Command::Decline { reason: values.text("reason"), revision: values.revision }),
    },
    Verb {
        root: "approval",
        verb: "amend",
        label: "Amend",
        aliases: &["edit"],
        about: "Change the action; approvals given so far are void",
        case: true,
        args: &[Arg::new("action", "Action", Kind::Action, "to the letter what is to be approved")],
        example: "approval amend APR-1 `deploy scoring:v7 --canary 5`",
        make: |values| values.on(Command::Amend { action: values.text("action") }),
    },
    Verb {
        root: "approval",
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
        root: "approval",
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
        root: "approval",
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Take the request back, with a reason",
        case: true,
        args: &[REASON],
        example: "approval withdraw APR-1 v7 is not going out this week",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason") }),
    },
    Verb {
        root: "approval",
        verb: "supersede",
        label: "Supersede",
        aliases: &["replace"],
        about: "Say that another request has taken its place",
        case: true,
        args: &[Arg::new("by", "The request that takes its place", Kind::Case, "such as APR-3")],
        example: "approval supersede APR-2 by APR-3",
        make: |values| values.on(Command::Supersede { by: values.other("by")? }),
    },
    Verb {
        root: "approval",
        verb: "breakglass",
        label: "Break glass",
        aliases: &["break-glass", "emergency"],
        about: "Approve alone in an emergency, loudly; it is reviewed afterwards",
        case: true,
        args: &[REASON],
        example: "approval breakglass APR-1 Customers are being refused right now",
        make: |values| values.on(Command::BreakGlass { reason: values.text("reason") }),
    },
    Verb {
        root: "approval",
        verb: "glass-review",
        label: "Record review",
        aliases: &["review", "review-break-glass"],
        about: "Review a break-glass approval after the fact",
        case: true,
        args: &[Arg::new("text", "Review", Kind::Rest, "was it right, and what follows from it")],
        example: "approval glass-review APR-1 Justified; the on-call list was out of date",
        make: |values| values.on(Command::ReviewBreakGlass { text: values.text("text") }),
    },
    status("approval", "approval status APR-1"),
    list(
        "approval",
        &[
            Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
            Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
        ],
        "approval list mine",
    ),
    note("approval", "approval note APR-1 Test report follows at noon"),
    link("approval", "approval link APR-1 https://ci.example/run/7 Test run"),
    timeline("approval", "approval timeline APR-1"),
    pause("approval", "approval pause APR-1 waiting on the requester: test report"),
    resume("approval", "approval resume APR-1"),
    waive("approval", "approval waive APR-1 duty=answer-question Answered by telephone"),
    contest("approval", "approval contest APR-1 says=requester The report came a day late"),
    settle("approval", "approval settle APR-1 to=requester Agreed with both sides"),
    Verb {
        root: "approval",
        verb: "delegate",
        label: "Delegate",
        aliases: &["deputy"],
        about: "Let somebody stand in for you, until a moment",
        case: false,
        args: &[
            Arg::new("to", "Who stands in", Kind::Person, "somebody of the policy"),
            Arg::new("until", "Until", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d"),
            REASON,
            Arg::new("roles", "Roles", Kind::Roles, "all that you hold, when left out").optional().named(),
            Arg::new("from", "From", Kind::Until, "now, when left out").optional().named(),
            Arg::new("for", "For whom", Kind::Person, "yourself, when left out").optional().named(),
        ],
        example: "approval delegate @lena until friday 17:00 roles=model-risk Holiday",
        make: |values| {
            Ok(Asked::House(HouseCommand::Delegate {
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
        root: "approval",
        verb: "away",
        label: "Be away",
        aliases: &["out-of-office", "ooo"],
        about: "Be away until a moment; the others of your roles are asked instead",
        case: false,
        args: &[
            Arg::new("until", "Until", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d"),
            REASON,
            Arg::new("from", "From", Kind::Until, "now, when left out").optional().named(),
            Arg::new("for", "For whom", Kind::Person, "yourself, when left out").optional().named(),
        ],
        example: "approval away until friday 17:00 Training",
        make: |values| {
            Ok(Asked::House(HouseCommand::Delegate {
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
        root: "approval",
        verb: "undelegate",
        label: "End delegation",
        aliases: &["back"],
        about: "End a delegation or an absence before its time",
        case: false,
        args: &[Arg::new("number", "Which delegation", Kind::Number, "its number, as told when it began")],
        example: "approval undelegate 3",
        make: |values| Ok(Asked::House(HouseCommand::EndDelegation { number: values.number("number")? })),
    },
    help("approval", "approval help request"),
    Verb {
        root: "sla",
        verb: "mine",
        label: "What I owe",
        aliases: &["owed", "me"],
        about: "What you owe, the most urgent first",
        case: false,
        args: &[],
        example: "sla mine",
        make: |_| Ok(Asked::Query(Query::Mine)),
    },
    Verb {
        root: "sla",
        verb: "status",
        label: "Status",
        aliases: &["show"],
        about: "What is open and what is late, per workflow",
        case: false,
        args: &[],
        example: "sla status",
        make: |_| Ok(Asked::Query(Query::SlaStatus)),
    },
    Verb {
        root: "sla",
        verb: "health",
        label: "Health",
        aliases: &[],
        about: "How the bot itself is: its own lateness, its ledger",
        case: false,
        args: &[],
        example: "sla health",
        make: |_| Ok(Asked::Query(Query::Health)),
    },
    Verb {
        root: "sla",
        verb: "digest",
        label: "Digest",
        aliases: &["report"],
        about: "How the SLA was kept",
        case: false,
        args: &[
            Arg::new("range", "Time", Kind::Range, "week, month, quarter, or 2026-11-01..2026-11-30").optional(),
            Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
            Arg::new("as-of", "As of", Kind::Moment, "as it was known at a moment").optional().named(),
        ],
        example: "sla digest week credit-scoring",
        make: |values| {
            Ok(Asked::Query(Query::Digest {
                range: values.range("range"),
                workflow: values.maybe_workflow("workflow"),
                as_of: values.maybe_moment("as-of"),
            }))
        },
    },
    Verb {
        root: "sla",
        verb: "redflags",
        label: "Red flags",
        aliases: &["red-flags", "flags"],
        about: "What is unwise in the policy",
        case: false,
        args: &[],
        example: "sla redflags",
        make: |_| Ok(Asked::Query(Query::RedFlags)),
    },
    Verb {
        root: "sla",
        verb: "reload",
        label: "Reload policy",
        aliases: &["policy"],
        about: "Read the policy file again",
        case: false,
        args: &[],
        example: "sla reload",
        make: |_| Ok(Asked::ReloadPolicy),
    },
    help("sla", "sla help digest"),
];

// What every kind of case can be asked for.

const fn status(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "status",
        label: "Status",
        aliases: &["show"],
        about: "Show how it stands and who owes what",
        case: true,
        args: &[],
        example,
        make: |values| Ok(Asked::Query(Query::Status(values.case()?))),
    }
}

const fn list(root: &'static str, args: &'static [Arg], example: &'static str) -> Verb {
    Verb {
        root,
        verb: "list",
        label: "List",
        aliases: &["ls"],
        about: "List the open ones; `all` and `mine` too",
        case: false,
        args,
        example,
        make: |values| {
            let filter = Filter {
                all: values.maybe_text("which").as_deref() == Some("all"),
                mine: values.maybe_text("which").as_deref() == Some("mine"),
                workflow: values.maybe_workflow("workflow"),
                severity: values.maybe_severity("severity"),
            };
            Ok(Asked::Query(Query::List { kind: values.verb.kind(), filter }))
        },
    }
}

const fn note(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "note",
        label: "Add note",
        aliases: &[],
        about: "Add a line to its story",
        case: true,
        args: const { &[TEXT] },
        example,
        make: |values| values.on(Command::Note { text: values.text("text") }),
    }
}

const fn link(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "link",
        label: "Add link",
        aliases: &[],
        about: "Keep a link with it",
        case: true,
        args: const {
            &[
                Arg::new("url", "Address", Kind::Url, "begins with https://"),
                Arg::new("text", "What it is", Kind::Rest, "a few words").optional(),
            ]
        },
        example,
        make: |values| values.on(Command::Link { url: values.text("url"), text: values.text("text") }),
    }
}

const fn timeline(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "timeline",
        label: "Timeline",
        aliases: &["story", "log"],
        about: "Show what happened; with words, add them as a note",
        case: true,
        args: const { &[Arg::new("text", "Note", Kind::Rest, "left out: the timeline is shown").optional()] },
        example,
        make: |values| match values.maybe_text("text") {
            None => Ok(Asked::Query(Query::Timeline(values.case()?))),
            Some(text) => values.on(Command::Note { text }),
        },
    }
}

const fn pause(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "pause",
        label: "Pause clock",
        aliases: &["hold"],
        about: "Stop a clock, for a reason that the policy allows",
        case: true,
        args: const { &[Arg::new("reason", "Reason", Kind::Rest, "begins with a reason of the policy"), DUTY] },
        example,
        make: |values| values.on(Command::Pause { duty: values.duty("duty"), reason: values.text("reason") }),
    }
}

const fn resume(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "resume",
        label: "Resume clock",
        aliases: &["unpause"],
        about: "Let a paused clock run again",
        case: true,
        args: const { &[DUTY] },
        example,
        make: |values| values.on(Command::Resume { duty: values.duty("duty") }),
    }
}

const fn waive(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "waive",
        label: "Waive",
        aliases: &[],
        about: "Let an answer go that is owed, with a reason",
        case: true,
        args: const { &[Arg::new("duty", "Which answer", Kind::Duty, "which answer is no longer owed").named(), REASON] },
        example,
        make: |values| match values.duty("duty") {
            Some(duty) => values.on(Command::Waive { duty, reason: values.text("reason") }),
            None => Err(values.missing("duty")),
        },
    }
}

const fn contest(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "contest",
        label: "Contest",
        aliases: &["dispute", "object"],
        about: "Object to whose lateness a breach is said to be",
        case: true,
        args: const { &[Arg::new("says", "Whose it was", Kind::Attribution, OWNER).named(), REASON, DUTY] },
        example,
        make: |values| {
            values.on(Command::Contest {
                duty: values.duty("duty"),
                says: values.attribution("says")?,
                reason: values.text("reason"),
            })
        },
    }
}

const fn settle(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "settle",
        label: "Settle",
        aliases: &[],
        about: "Settle whose lateness a breach was",
        case: true,
        args: const { &[Arg::new("to", "Whose it was", Kind::Attribution, OWNER).named(), REASON, DUTY] },
        example,
        make: |values| {
            values.on(Command::Settle {
                duty: values.duty("duty"),
                to: values.attribution("to")?,
                reason: values.text("reason"),
            })
        },
    }
}

const fn help(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "help",
        label: "Help",
        aliases: &["?", "commands"],
        about: "Show what can be typed",
        case: false,
        args: const { &[Arg::new("verb", "Verb", Kind::Word, "one of them, in detail").optional(), WORDS] },
        example,
        make: |values| {
            let root = values.verb.root;
            let verb = values.maybe_text("verb").and_then(|word| find(root, &word));
            Ok(Asked::Query(Query::Help { root: Some(root), verb }))
        },
    }
}

/// What the room's completion reads: the table, with the names of the policy filled in.
pub fn completion(prefix: &str, policy: &Policy) -> Json {
    let verbs: Vec<Json> = VERBS
        .iter()
        .map(|verb| {
            let case = json!({ "name": "case", "hint": "left out in its own thread", "kind": "case", "required": false, "named": false });
            let args = verb.args.iter().filter(|arg| arg.name != WORDS.name).map(|arg| arg_json(arg, policy));
            let args: Vec<Json> = verb.case.then_some(case).into_iter().chain(args).collect();
            json!({ "root": verb.root, "verb": verb.verb, "aliases": verb.aliases, "about": verb.about, "args": args })
        })
        .collect();
    json!({ "prefix": prefix, "verbs": verbs })
}

fn arg_json(arg: &Arg, policy: &Policy) -> Json {
    let mut json = json!({
        "name": arg.name,
        "hint": arg.hint,
        "kind": arg.kind.word(),
        "required": arg.needed == Needed::Yes,
        "named": arg.named,
    });
    // People are the room's own list: it knows their names and roles.
    let choices = match arg.kind {
        Kind::Person | Kind::PersonOrNone => Vec::new(),
        kind => kind.choices(policy),
    };
    if !choices.is_empty() {
        json["choices"] = choices.into_iter().map(|(word, _)| Json::from(word)).collect();
    }
    json
}

/// The table of the README, grouped by command.
pub fn markdown_table() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut table = String::new();
    for root in ROOTS {
        table.push_str(&format!("#### `/{root}`\n\n| Type | Also | What it does |\n| --- | --- | --- |\n"));
        for verb in of(root) {
            let usage = verb.usage("/");
            let usage = usage.strip_prefix(&format!("/{root} ")).unwrap_or(&usage);
            let aliases: Vec<String> = verb.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            table.push_str(&format!("| `{}` | {} | {} |\n", cell(usage), aliases.join(", "), cell(verb.about)));
        }
        table.push('\n');
    }
    table
}
