//! What a rollback can be asked, and what holds changes.

use super::every_case::{Examples, SHARED, shared};
use super::{Arg, GROUNDS, Kind, REASON, Root, Verb, WORDS, joined};
use crate::domain::kinds::Seal;
use crate::domain::kinds::rollback::{Change, Command, Drill, Flight, Opening, Outcome, Plan, Version};
use crate::domain::policy::Way;
use crate::domain::text::quoted;
use crate::domain::{BotCommand, CaseKind, Span, SystemId};
use crate::grammar::value::{Values, Wrong};
use crate::grammar::{Asked, moment};

pub(super) const ROOT: Root = Root { word: KIND.word(), about: KIND.about(), verbs: &VERBS, on_message: &[] };

const KIND: CaseKind = CaseKind::Rollback;
const VERBS: [Verb; OWN.len() + SHARED] = joined(OWN, shared(KIND.word(), LIST_BY, &LINES));

const LIST_BY: &[Arg] = &[
    Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
    Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
];

const LINES: Examples = Examples {
    menu: "rollback menu RBK-1",
    catch_up: "rollback catch-up RBK-1",
    status: "rollback status RBK-1",
    list: "rollback list all",
    note: "rollback note RBK-1 The old version is still warm",
    link: "rollback link RBK-1 https://wiki.example/runbook Runbook",
    timeline: "rollback timeline RBK-1",
    pause: "rollback pause RBK-1 waiting on the vendor: access",
    resume: "rollback resume RBK-1",
    snooze: "rollback snooze RBK-1 30m",
    waive: "rollback waive RBK-1 duty=do-step Done by telephone",
    contest: "rollback contest RBK-1 says=third-party Their console was down",
    settle: "rollback settle RBK-1 to=third-party Agreed with both sides",
    help: "rollback help propose",
};

const WORKFLOW: Arg = Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system").asked();
const FROM: Arg = Arg::new("from", "From version", Kind::Word, "such as v7").asked().named();
const TO: Arg = Arg::new("to", "To version", Kind::Word, "such as v6").asked().named();
const FROM_DIGEST: Arg = Arg::new("from-digest", "Its digest", Kind::Word, "of what runs").optional().named();
const TO_DIGEST: Arg = Arg::new("to-digest", "Its digest", Kind::Word, "of what is to run").optional().named();
const WAY: Arg = Arg::new("way", "Way out", Kind::Choice(Way::WORDS), "roll-back, when left out").optional().named();
const ON: Arg = Arg::new("on", "About", Kind::Case, "such as INC-1").optional().named();
const WHY: Arg = Arg::new("reason", "Why", Kind::Rest, "for whoever authorises").optional().named();
const SCENARIO: Arg = Arg::new("scenario", "Scenario", Kind::Rest, "what has happened in it").optional().named();
const ANNOUNCED: Arg = Arg::new("announced", "Announced", Kind::Flag, "people know that it is one").optional().named();
const STEP: Arg = Arg::new("step", "Step", Kind::Number, "the one asked for, if left out").optional().named();
const SYSTEM: Arg = Arg::new("system", "System", Kind::Word, "where you answer for several").optional().named();
/// Never taken from the channel: what is held or let through is named.
const HELD: Arg = Arg::new("workflow", "Workflow", Kind::Workflow, "which AI system");

/// What a button or a form was drawn for is known; whoever types says it, once there is more than one.
const REVISION: Arg =
    Arg::new("rev", "Revision", Kind::Number, "the revision that you read; asked once there are several")
        .optional()
        .named()
        .unasked();

fn seen(values: &Values<'_>) -> Option<u32> {
    values.revision.or_else(|| values.maybe_number("rev"))
}

fn opening(values: &Values<'_>, drill: Option<Drill>) -> Result<Asked, Wrong> {
    let version = |name: &str, digest: &str| Version { name: values.text(name), digest: values.maybe_text(digest) };
    Ok(Asked::New(crate::domain::Opening::Rollback(Opening {
        workflow: values.workflow("workflow")?,
        title: values.text("title"),
        drill,
        way: way(values).unwrap_or(Way::RollBack),
        from: version("from", "from-digest"),
        to: version("to", "to-digest"),
        reason: values.maybe_text("reason"),
        on: values.maybe_other("on"),
        restricted: false,
        due: None,
    })))
}

fn way(values: &Values<'_>) -> Option<Way> {
    values.maybe_text("way").and_then(|word| Way::read(&word))
}

fn change(values: &Values<'_>, name: &str, digest: &str) -> Change {
    Change { name: values.maybe_text(name), digest: values.maybe_text(digest) }
}

fn takes(values: &Values<'_>) -> Result<Option<Span>, Wrong> {
    let Some(typed) = values.maybe_text("takes") else { return Ok(None) };
    let span = moment::span(&typed);
    let sentence = || format!("{} is not a span of time such as 30m or 2h.", quoted(&typed));
    span.map(Some).ok_or_else(|| Wrong { field: "takes", missing: false, sentence: sentence() })
}

fn count(values: &Values<'_>) -> Result<u64, Wrong> {
    let typed = values.text("count");
    let digits: String = typed.chars().filter(|c| !matches!(c, ',' | '.' | '\'' | '_')).collect();
    let sentence = || format!("{} is not a number of decisions such as 0 or 1250.", quoted(&typed));
    digits.parse().map_err(|_| Wrong { field: "count", missing: false, sentence: sentence() })
}

fn system(values: &Values<'_>) -> Option<SystemId> {
    values.maybe_text("system").map(SystemId::from)
}

fn step(values: &Values<'_>) -> Option<u32> {
    values.maybe_number("step")
}

const OWN: [Verb; 30] = [
    Verb {
        root: KIND.word(),
        verb: "propose",
        label: "Propose rollback",
        aliases: &["open", "new", "create", "request", "declare"],
        about: "Propose to go back to an older version",
        case: false,
        args: &[
            WORKFLOW,
            FROM,
            TO,
            Arg::new("title", "What is wrong", Kind::Title, "in a few words"),
            WHY,
            ON,
            WAY,
            FROM_DIGEST,
            TO_DIGEST,
        ],
        example: "rollback propose credit-scoring from=v7 to=v6 \"Customers from Pune are scored too low\"",
        make: |values| opening(values, None),
    },
    Verb {
        root: KIND.word(),
        verb: "drill",
        label: "Call a drill",
        aliases: &["practice", "exercise"],
        about: "Go the way back for practice",
        case: false,
        args: &[
            WORKFLOW,
            FROM,
            TO,
            Arg::new("title", "Title", Kind::Title, "in a few words"),
            SCENARIO,
            ANNOUNCED,
            WAY,
            FROM_DIGEST,
            TO_DIGEST,
        ],
        example: "rollback drill credit-scoring from=v7 to=v6 \"Quarterly drill\" scenario=\"scores drift\" announced",
        make: |values| {
            let drill = Drill { text: values.maybe_text("scenario"), announced: values.flag("announced") };
            opening(values, Some(drill))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "plan",
        label: "Plan the drill",
        aliases: &[],
        about: "Say what is drilled, where a drill is due",
        case: true,
        args: &[FROM, TO, SCENARIO, ANNOUNCED, WAY, FROM_DIGEST, TO_DIGEST, WHY],
        example: "rollback plan RBK-1 from=v7 to=v6 scenario=\"scores drift\" announced",
        make: |values| {
            let version =
                |name: &str, digest: &str| Version { name: values.text(name), digest: values.maybe_text(digest) };
            values.on(Command::Plan(Plan {
                drill: Drill { text: values.maybe_text("scenario"), announced: values.flag("announced") },
                way: way(values).unwrap_or(Way::RollBack),
                from: version("from", "from-digest"),
                to: version("to", "to-digest"),
                reason: values.maybe_text("reason"),
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "compare",
        label: "Compare ways out",
        aliases: &["ways", "option"],
        about: "Hold another way out against it",
        case: true,
        args: &[
            Arg::new("way", "Way out", Kind::Choice(Way::WORDS), "which").asked(),
            Arg::new("decides", "Who decides", Kind::Role, "a role").optional().named(),
            Arg::new("takes", "How long", Kind::Word, "such as 30m").optional().named(),
            Arg::new("undone", "What can't be undone", Kind::Word, "several words in quotes").optional().named(),
            Arg::new("reason", "Why not", Kind::Rest, "or why it is taken"),
        ],
        example: "rollback compare RBK-1 stay decides=incident-command Wrong decisions would go on",
        make: |values| {
            let way = way(values).ok_or_else(|| values.missing("way"))?;
            values.on(Command::Compare {
                way,
                decides: values.maybe_role("decides"),
                takes: takes(values)?,
                undone: values.maybe_text("undone"),
                reason: values.text("reason"),
            })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "tick",
        label: "Tick criterion",
        aliases: &["criterion", "criteria", "check"],
        about: "Say whether a criterion is met",
        case: true,
        args: &[
            Arg::new("criterion", "Which", Kind::Number, "its number on the card"),
            Arg::new("met", "Met", Kind::Choice(&["yes", "no"]), "yes or no").asked(),
            Arg::new("text", "What you saw", Kind::Rest, "in a few words").optional(),
        ],
        example: "rollback tick RBK-1 1 yes Twelve complaints since nine",
        make: |values| {
            let met = values.maybe_text("met").ok_or_else(|| values.missing("met"))?;
            let (criterion, met) = (values.number("criterion")?, met == "yes");
            values.on(Command::Tick { criterion, met, text: values.maybe_text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "retarget",
        label: "Change target",
        aliases: &["change", "amend"],
        about: "Change what it goes to; that voids the authorisation",
        case: true,
        args: &[
            Arg::new("from", "From version", Kind::Word, "what runs now").optional().named(),
            Arg::new("to", "To version", Kind::Word, "what is to run").optional().named(),
            WAY,
            FROM_DIGEST,
            TO_DIGEST,
            REASON,
        ],
        example: "rollback retarget RBK-1 to=v5 v6 has the same fault",
        make: |values| {
            values.on(Command::Retarget {
                way: way(values),
                from: change(values, "from", "from-digest"),
                to: change(values, "to", "to-digest"),
                reason: values.text("reason"),
            })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "authorise",
        label: "Authorise",
        aliases: &["authorize", "allow"],
        about: "Authorise it, with a reason",
        case: true,
        args: &[GROUNDS, REVISION],
        example: "rollback authorise RBK-1 v6 is known to be good",
        make: |values| values.on(Command::Authorise { reason: values.text("reason"), revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "deny",
        label: "Refuse",
        aliases: &["refuse", "reject", "decline"],
        about: "Refuse it, with a reason",
        case: true,
        args: &[GROUNDS, REVISION],
        example: "rollback deny RBK-1 The fault is in the data, not in v7",
        make: |values| values.on(Command::Refuse { reason: values.text("reason"), revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "go",
        label: "Go",
        aliases: &[],
        about: "Say that your party goes along",
        case: true,
        args: &[Arg::new("reason", "Words", Kind::Rest, "kept with your go").optional().stated(), REVISION],
        example: "rollback go RBK-1",
        make: |values| values.on(Command::Go { go: true, reason: values.maybe_text("reason"), revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "no-go",
        label: "No-go",
        aliases: &["nogo"],
        about: "Say that your party doesn't go along",
        case: true,
        args: &[GROUNDS, REVISION],
        example: "rollback no-go RBK-1 The month-end run is on",
        make: |values| {
            values.on(Command::Go { go: false, reason: values.maybe_text("reason"), revision: seen(values) })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "alter-anyway",
        label: "Alter anyway",
        aliases: &["alter"],
        about: "Decide to alter it although a law forbids that now",
        case: true,
        args: &[GROUNDS],
        example: "rollback alter-anyway RBK-1 People are being harmed right now",
        make: |values| values.on(Command::AlterAnyway { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "start",
        label: "Start",
        aliases: &["run", "begin"],
        about: "Seal the evidence and start it",
        case: true,
        args: &[WORDS, REVISION],
        example: "rollback start RBK-1",
        make: |values| values.on(Command::Start { sealed: Seal::Wanted, revision: seen(values) }),
    },
    Verb {
        root: KIND.word(),
        verb: "agree-point",
        label: "Agree to the step",
        aliases: &["point", "point-of-no-return"],
        about: "Agree to the step that waits for that",
        case: true,
        args: &[STEP, GROUNDS],
        example: "rollback agree-point RBK-1 The copy is checked",
        make: |values| values.on(Command::AgreePoint { step: step(values), reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "done",
        label: "Step done",
        aliases: &["step", "did"],
        about: "Say that the step is done",
        case: true,
        args: &[STEP, Arg::new("text", "What came of it", Kind::Rest, "in a few words").optional().stated()],
        example: "rollback done RBK-1 All traffic is on v6",
        make: |values| values.on(Command::StepDone { step: step(values), text: values.maybe_text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "call",
        label: "Call again",
        aliases: &["retry"],
        about: "Have the machine called anew that does the step",
        case: true,
        args: &[WORDS],
        example: "rollback call RBK-1",
        make: |values| values.on(Command::CallAgain),
    },
    Verb {
        root: KIND.word(),
        verb: "blocked",
        label: "Step blocked",
        aliases: &["stuck"],
        about: "Say that the step can't be done",
        case: true,
        args: &[STEP, REASON],
        example: "rollback blocked RBK-1 The console is down",
        make: |values| values.on(Command::StepBlocked { step: step(values), reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "skip",
        label: "Skip step",
        aliases: &["leave-out"],
        about: "Leave the step out",
        case: true,
        args: &[STEP, REASON],
        example: "rollback skip RBK-1 That cache is empty already",
        make: |values| values.on(Command::StepSkipped { step: step(values), reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "in-flight",
        label: "What is in flight",
        aliases: &["inflight", "flight"],
        about: "Say what becomes of what is under way",
        case: true,
        args: &[
            Arg::new("what", "They are", Kind::Choice(Flight::WORDS), "stopped, drained or left").asked(),
            Arg::new("text", "Which", Kind::Rest, "how many, and how you know"),
        ],
        example: "rollback in-flight RBK-1 drained 41 queued calls, the last at 10:12",
        make: |values| {
            let flight = values.maybe_text("what").and_then(|word| Flight::read(&word));
            let flight = flight.ok_or_else(|| values.missing("what"))?;
            values.on(Command::InFlight { flight, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "downstream",
        label: "Downstream goes on",
        aliases: &["goes-on"],
        about: "Say whether a system downstream goes on",
        case: true,
        args: &[
            SYSTEM,
            Arg::new("goes-on", "It goes on", Kind::Choice(&["yes", "no"]), "yes or no").asked(),
            Arg::new("text", "How you know", Kind::Rest, "what was looked at"),
        ],
        example: "rollback downstream RBK-1 system=ledger yes Ten postings read, all of v6",
        make: |values| {
            let goes_on = values.maybe_text("goes-on").ok_or_else(|| values.missing("goes-on"))? == "yes";
            values.on(Command::Downstream { system: system(values), goes_on, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "look-back",
        label: "Look back",
        aliases: &["lookback"],
        about: "Say which decisions the bad version made",
        case: true,
        args: &[
            Arg::new("from", "From", Kind::Moment, "such as 2026-11-23").asked().named(),
            Arg::new("to", "To", Kind::Moment, "the last").asked().named(),
            Arg::new("count", "How many", Kind::Word, "a number; 0 is one too").asked().named(),
            Arg::new("text", "Where they are", Kind::Rest, "a list, or a query"),
        ],
        example: "rollback look-back RBK-1 from=2026-11-20 to=2026-11-23 count=1250 Table decisions, model = v7",
        make: |values| {
            let (from, to) = (values.moment("from")?, values.moment("to")?);
            values.on(Command::LookBack { from, to, count: count(values)?, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "looked-at",
        label: "What we do about them",
        aliases: &["dealt-with"],
        about: "Say what you do about the bad decisions",
        case: true,
        args: &[SYSTEM, Arg::new("text", "What is done", Kind::Rest, "corrected, or left, and why")],
        example: "rollback looked-at RBK-1 system=ledger All 1250 are scored again tonight",
        make: |values| values.on(Command::LookedAt { system: system(values), text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "source",
        label: "Source of truth",
        aliases: &["truth"],
        about: "Say whether nothing leads back to the bad version",
        case: true,
        args: &[
            Arg::new("clean", "Nothing leads back", Kind::Choice(&["yes", "no"]), "yes or no").asked(),
            Arg::new("text", "What was looked at", Kind::Rest, "registry, pipeline"),
        ],
        example: "rollback source RBK-1 yes Alias champion is v6, main is reverted",
        make: |values| {
            let clean = values.maybe_text("clean").ok_or_else(|| values.missing("clean"))? == "yes";
            values.on(Command::ConfirmSource { clean, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "confirm",
        label: "Confirm",
        aliases: &["finish"],
        about: "Say what it came to: recovered, contained, in-maintenance, failed",
        case: true,
        args: &[
            Arg::new("outcome", "It is", Kind::Choice(Outcome::WORDS), "what it came to").asked(),
            Arg::new("text", "How you know", Kind::Rest, "in a few words").stated(),
        ],
        example: "rollback confirm RBK-1 recovered Scores of Pune are as last month",
        make: |values| {
            let outcome = values.maybe_text("outcome").and_then(|word| Outcome::read(&word));
            let outcome = outcome.ok_or_else(|| values.missing("outcome"))?;
            values.on(Command::Confirm { outcome, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "gap",
        label: "Found missing",
        aliases: &["missing"],
        about: "Say what was found missing, and who sees to it",
        case: true,
        args: &[
            Arg::new("assignee", "Who", Kind::Person, "who sees to it"),
            Arg::new("due", "By when", Kind::Due, "such as 7d"),
            Arg::new("text", "What is missing", Kind::Rest, "in a few words"),
        ],
        example: "rollback gap RBK-1 @dev 7d Nobody could reach the console",
        make: |values| {
            let (assignee, due) = (values.person("assignee")?, values.moment("due")?);
            values.on(Command::Gap { assignee, due, text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "gap-closed",
        label: "Gap closed",
        aliases: &["closed"],
        about: "Say how a gap was closed",
        case: true,
        args: &[
            Arg::new("number", "Which", Kind::Number, "its number"),
            Arg::new("text", "How", Kind::Rest, "in a few words"),
        ],
        example: "rollback gap-closed RBK-1 1 The console has a second way in",
        make: |values| values.on(Command::GapClosed { number: values.number("number")?, text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "again",
        label: "Tried again",
        aliases: &["try-again", "tried-again"],
        about: "Say what came of trying the same failure again",
        case: true,
        args: &[
            Arg::new("held", "It held", Kind::Choice(&["yes", "no"]), "yes or no").asked(),
            Arg::new("text", "What came of it", Kind::Rest, "in a few words"),
        ],
        example: "rollback again RBK-1 yes Back on v6 within 20 min",
        make: |values| {
            let held = values.maybe_text("held").ok_or_else(|| values.missing("held"))?;
            values.on(Command::TryAgain { held: held == "yes", text: values.text("text") })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "withdraw",
        label: "Abandon",
        aliases: &["abandon", "abort", "cancel", "stop"],
        about: "End it before its end, with a reason",
        case: true,
        args: &[REASON],
        example: "rollback withdraw RBK-1 The fault is in the data",
        make: |values| values.on(Command::Abandon { reason: values.text("reason") }),
    },
    Verb {
        root: KIND.word(),
        verb: "freeze",
        label: "Hold changes",
        aliases: &["hold-changes", "hold-promotions"],
        about: "Hold changes of a workflow, as long as they would go into production",
        case: false,
        args: &[HELD, Arg::new("until", "Until", Kind::Until, "open, when left out").optional(), REASON],
        example: "rollback freeze credit-scoring until friday 17:00 The cause isn't known",
        make: |values| {
            Ok(Asked::Bot(BotCommand::Freeze {
                workflow: values.workflow("workflow")?,
                until: values.maybe_moment("until"),
                reason: values.text("reason"),
                case: None,
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "thaw",
        label: "End the freeze",
        aliases: &["unfreeze"],
        about: "Let changes go on",
        case: false,
        args: &[HELD, REASON],
        example: "rollback thaw credit-scoring The cause is known",
        make: |values| {
            Ok(Asked::Bot(BotCommand::Thaw {
                workflow: values.workflow("workflow")?,
                reason: values.text("reason"),
                cases: Vec::new(),
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "override",
        label: "Let it through",
        aliases: &["let-through"],
        about: "Let one approval through a freeze",
        case: false,
        args: &[
            HELD,
            Arg::new("approval", "Which approval", Kind::Case, "such as APR-3").naming(CaseKind::Approval),
            REASON,
        ],
        example: "rollback override credit-scoring APR-3 It is the fix itself",
        make: |values| {
            Ok(Asked::Bot(BotCommand::OverrideFreeze {
                workflow: values.workflow("workflow")?,
                case: values.other("approval")?,
                reason: values.text("reason"),
                cases: Vec::new(),
            }))
        },
    },
];
