//! What a handoff can be asked.

use super::every_case::{Examples, SHARED, shared};
use super::{Arg, GROUNDS, Kind, REASON, Root, Verb, WORDS, joined};
use crate::domain::kinds::handoff::{Accepting, Command, Opening, Scope};
use crate::domain::obligation::Receiver;
use crate::domain::{CaseId, CaseKind, PartyId, PersonId};
use crate::grammar::value::{Values, Wrong};
use crate::grammar::{Asked, Query};

pub(super) const ROOT: Root = Root { word: KIND.word(), about: KIND.about(), verbs: &VERBS, on_message: &[] };

const KIND: CaseKind = CaseKind::Handoff;
const VERBS: [Verb; OWN.len() + SHARED] = joined(OWN, shared(KIND.word(), LIST_BY, &LINES));

const LIST_BY: &[Arg] = &[
    Arg::new("which", "Which", Kind::Choice(&["open", "all", "mine"]), "open ones, when left out").optional(),
    Arg::new("workflow", "Workflow", Kind::Workflow, "of one AI system").optional(),
];

const LINES: Examples = Examples {
    menu: "handoff menu HOF-1",
    catch_up: "handoff catch-up HOF-1",
    status: "handoff status HOF-1",
    list: "handoff list mine",
    note: "handoff note HOF-1 Ruled out: the feature store",
    link: "handoff link HOF-1 https://wiki.example/handover Checklist",
    timeline: "handoff timeline HOF-1",
    pause: "handoff pause HOF-1 waiting on the requester: a second look",
    resume: "handoff resume HOF-1",
    snooze: "handoff snooze HOF-1 30m",
    waive: "handoff waive HOF-1 duty=stay-reachable Spoke on the telephone",
    contest: "handoff contest HOF-1 says=requester It was offered at midnight",
    settle: "handoff settle HOF-1 to=requester Agreed with both sides",
    help: "handoff help offer",
};

const WHAT: Arg = Arg::new("on", "Case", Kind::Case, "the case, such as INC-1").optional();
const TO: Arg = Arg::new("to", "To", Kind::Person, "who takes it over").asked().named();
const PERHAPS_TO: Arg = Arg::new("to", "To", Kind::Person, "who takes it over").optional().named();
const WHY: Arg = Arg::new("reason", "Reason", Kind::Rest, "why it is handed over").optional().named().unasked();

/// The case that is named, or the one in whose thread it is said.
fn case(values: &Values<'_>) -> Option<CaseId> {
    let here = values.context.here.filter(|here| here.kind != KIND);
    values.maybe_other("on").or(here)
}

fn opening(values: &Values<'_>, scope: Scope, giver: Option<PersonId>) -> Result<Asked, Wrong> {
    let to_party = values.maybe_text("party");
    let to = match to_party {
        Some(_) => values.maybe_person("to").map(Receiver::Person),
        None => Some(Receiver::Person(values.person("to")?)),
    };
    let reason = values.maybe_text("reason");
    let (takes, asked_by, cases) = (false, None, None);
    Ok(Asked::New(crate::domain::Opening::Handoff(Opening {
        scope,
        giver,
        to,
        to_party,
        reason,
        takes,
        asked_by,
        cases,
    })))
}

/// The party whose roles hand over: that of whoever hands over.
fn party_of_asker(values: &Values<'_>) -> Option<PartyId> {
    let giver = values.maybe_person("from").or_else(|| values.context.by.cloned())?;
    values.context.policy.people.get(&giver).map(|it| it.party.clone())
}

/// What is offered: one thing, however it is named.
fn scope(values: &Values<'_>) -> Result<Scope, Wrong> {
    let role = values.maybe_role("role").map(|role| Scope::Role { role, workflow: values.maybe_workflow("of") });
    let shift = values.maybe_rota("shift").map(|rota| Scope::Shift { rota });
    let named = values.maybe_other("on").map(Scope::Case);
    let whole = values.maybe_workflow("workflow").zip(party_of_asker(values));
    let whole = whole.map(|(workflow, party)| Scope::Workflow { workflow, party });
    let several =
        [role.is_some(), shift.is_some(), named.is_some(), whole.is_some()].iter().filter(|said| **said).count() > 1;
    if several {
        let sentence = "one thing at a time: a case, or `role=…`, or `shift=…`.".to_owned();
        return Err(Wrong { field: "on", missing: false, sentence });
    }
    role.or(shift).or(named).or(whole).or_else(|| case(values).map(Scope::Case)).ok_or_else(|| values.missing("on"))
}

const OWN: [Verb; 13] = [
    Verb {
        root: KIND.word(),
        verb: "offer",
        label: "Hand over",
        aliases: &["open", "new", "create", "declare", "give"],
        about: "Offer a case, a role or a shift to somebody; it is yours until they accept",
        case: false,
        args: &[
            WHAT,
            Arg::new("role", "Or a role", Kind::Role, "your seat in it").optional().named().unasked(),
            Arg::new("of", "Of one workflow", Kind::Workflow, "the role on this one alone")
                .optional()
                .named()
                .unasked(),
            Arg::new("shift", "Or a shift", Kind::Rota, "the one that you have now or next")
                .optional()
                .named()
                .unasked(),
            Arg::new("workflow", "Or a workflow", Kind::Workflow, "all that your party's roles hold on it")
                .optional()
                .named()
                .unasked(),
            PERHAPS_TO,
            Arg::new("party", "To a party", Kind::Word, "the one that takes over, such as client")
                .optional()
                .named()
                .unasked(),
            Arg::new("from", "From", Kind::Person, "whoever holds it; you, when left out").optional().named().unasked(),
            WHY,
        ],
        example: "handoff offer INC-1 to @lena",
        make: |values| opening(values, scope(values)?, values.maybe_person("from")),
    },
    Verb {
        root: KIND.word(),
        verb: "leaving",
        label: "Hand over everything",
        aliases: &["leaves", "everything"],
        about: "Offer all that somebody holds to somebody else, item by item",
        case: false,
        args: &[Arg::new("person", "Who leaves", Kind::Person, "all that they hold"), TO, WHY],
        example: "handoff leaving @dev to @lena",
        make: |values| opening(values, Scope::Leaving {}, Some(values.person("person")?)),
    },
    Verb {
        root: KIND.word(),
        verb: "take",
        label: "Take over",
        aliases: &["seize", "take-over"],
        about: "Take a case over in an emergency, without asking; loudly, and reviewed afterwards",
        case: false,
        args: &[
            WHAT,
            Arg::new("from", "From", Kind::Person, "whoever holds it; whoever leads it, when left out")
                .optional()
                .named(),
            REASON,
        ],
        example: "handoff take INC-1 Dev can't be reached and the clock runs out at 12:00",
        make: |values| {
            let case = case(values).ok_or_else(|| values.missing("on"))?;
            Ok(Asked::New(crate::domain::Opening::Handoff(Opening {
                scope: Scope::Case(case),
                giver: values.maybe_person("from"),
                to: None,
                to_party: None,
                reason: values.maybe_text("reason"),
                takes: true,
                asked_by: None,
                cases: None,
            })))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "briefing",
        label: "Read the brief",
        aliases: &["briefing-notes"],
        about: "Read how it stands, what was ruled out, what isn't known, what is in force, and the last drill",
        case: true,
        args: &[],
        example: "handoff briefing HOF-1",
        make: |values| Ok(Asked::Query(Query::HandoffBrief(values.case()?))),
    },
    Verb {
        root: KIND.word(),
        verb: "accept",
        label: "Accept",
        aliases: &["yes"],
        about: "Accept what wasn't refused; say back what runs out first",
        case: true,
        args: &[
            Arg::new(
                "first",
                "Which case's clock runs out first?",
                Kind::Case,
                "needed where a clock runs; the brief shows it",
            )
            .optional()
            .named(),
            Arg::new(
                "next",
                "Who hears next if no answer comes there?",
                Kind::Role,
                "needed where the brief names a role",
            )
            .optional()
            .named(),
            Arg::new(
                "unaltered",
                "Which workflow does a law forbid altering?",
                Kind::Workflow,
                "needed where the brief names one",
            )
            .optional()
            .named(),
            Arg::new("condition", "On a condition", Kind::Rest, "kept with your acceptance").optional().named(),
            WORDS,
        ],
        example: "handoff accept HOF-1 first=INC-1 next=governance-lead",
        make: |values| {
            values.on(Command::Accept(Accepting {
                first: values.maybe_other("first"),
                next: values.maybe_role("next"),
                unaltered: values.maybe_workflow("unaltered"),
                condition: values.maybe_text("condition"),
                cases: None,
            }))
        },
    },
    Verb {
        root: KIND.word(),
        verb: "prove",
        label: "Show that you know it",
        aliases: &["know", "shown"],
        about: "Show, as the receiver, that you know something of it: by a drill's step or a page",
        case: true,
        args: &[
            Arg::new("item", "What", Kind::Number, "its number under “To know” on the card"),
            Arg::new("on", "In which case", Kind::Case, "where you did a step of a drill, or answered a page")
                .optional()
                .named(),
            Arg::new("text", "What you did", Kind::Rest, "in your own words").stated(),
        ],
        example: "handoff prove HOF-1 1 on=RBK-2 Put the older version back in the drill",
        make: |values| {
            let (item, on, text) = (values.number("item")?, values.maybe_other("on"), values.text("text"));
            values.on(Command::Prove { item, on, text, cases: None })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "refuse",
        label: "Refuse an item",
        aliases: &["without"],
        about: "Leave one item with its giver, with a reason",
        case: true,
        args: &[Arg::new("item", "Item", Kind::Number, "its number on the card"), GROUNDS],
        example: "handoff refuse HOF-1 2 I am away next week",
        make: |values| {
            values.on(Command::Refuse { item: values.number("item")?, reason: values.text("reason"), cases: None })
        },
    },
    Verb {
        root: KIND.word(),
        verb: "decline",
        label: "Decline",
        aliases: &["reject", "no"],
        about: "Leave all of it with its giver, with a reason",
        case: true,
        args: &[GROUNDS],
        example: "handoff decline HOF-1 I lead two incidents already",
        make: |values| values.on(Command::Decline { reason: values.text("reason"), cases: None }),
    },
    Verb {
        root: KIND.word(),
        verb: "withdraw",
        label: "Withdraw",
        aliases: &["cancel"],
        about: "Withdraw it before it is accepted, with a reason",
        case: true,
        args: &[REASON],
        example: "handoff withdraw HOF-1 I stay until tomorrow",
        make: |values| values.on(Command::Withdraw { reason: values.text("reason"), cases: None }),
    },
    Verb {
        root: KIND.word(),
        verb: "confirm",
        label: "It was understood",
        aliases: &["understood"],
        about: "Say, as who handed over, that it was understood",
        case: true,
        args: &[Arg::new("text", "What to say", Kind::Rest, "kept with it").optional().stated()],
        example: "handoff confirm HOF-1",
        make: |values| values.on(Command::Confirm { text: values.maybe_text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "correct",
        label: "Put right",
        aliases: &["fix"],
        about: "Put right, as who handed over, what was said back",
        case: true,
        args: &[Arg::new("text", "What is so", Kind::Rest, "the receiver hears it").stated()],
        example: "handoff correct HOF-1 The approval runs out first, at 11:00",
        make: |values| values.on(Command::Correct { text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "place",
        label: "Find a place",
        aliases: &["placed"],
        about: "Say what becomes of an item that was refused",
        case: true,
        args: &[
            Arg::new("item", "Item", Kind::Number, "its number on the card; needed where several were refused")
                .optional()
                .named(),
            Arg::new("text", "What becomes of it", Kind::Rest, "who has it, until when").stated(),
        ],
        example: "handoff place HOF-1 item=2 Arjun takes it on Monday",
        make: |values| values.on(Command::Place { item: values.maybe_number("item"), text: values.text("text") }),
    },
    Verb {
        root: KIND.word(),
        verb: "take-review",
        label: "Review the takeover",
        aliases: &["review"],
        about: "Say what you find of what somebody took over",
        case: true,
        args: &[Arg::new("text", "What you find", Kind::Rest, "was it right to take it").stated()],
        example: "handoff take-review HOF-1 It was right: nobody reached Dev for an hour",
        make: |values| values.on(Command::ReviewTake { text: values.text("text") }),
    },
];
