//! Shifts: who is on, and what people arrange among themselves. They concern no case, and whoever looks for them looks for a rota:
//! so they have a command of their own, beside `/sla`.

use super::every_case::help;
use super::{Arg, Kind, Needed, Root, Verb, because};
use crate::domain::BotCommand;
use crate::domain::bot::rotas::Command;
use crate::grammar::{Asked, Query};

pub(in crate::grammar) const WORD: &str = "rota";

pub(super) const ROOT: Root =
    Root { word: WORD, about: "Who is on shift, and how to change that", verbs: VERBS, on_message: &[] };

const ROTA: Arg = Arg::new("rota", "Rota", Kind::Rota, "its name; needn't be said where there is one alone");
const NUMBER: Arg = Arg::new("number", "Number", Kind::Number, "as told when it was arranged");
const FROM: Arg = Arg::new("from", "From", Kind::Start, "now, when left out").optional().named();
const TO: Arg = Arg::new("to", "To", Kind::Until, "such as friday 17:00, 2026-12-01 or 3d").named();
const BECAUSE: Arg = Arg::new("because", "Why", Kind::Rest, "kept with it");

const VERBS: &[Verb] = &[
    Verb {
        root: WORD,
        verb: "on",
        label: "Who is on",
        aliases: &["who", "oncall", "on-call", "schedule", "shifts"],
        about: "Who is on now, who is next, and the next 14 days",
        case: false,
        args: &[Arg { needed: Needed::No, ..ROTA }],
        example: "rota on night",
        make: |values| Ok(Asked::Query(Query::Rota { rota: values.maybe_rota("rota") })),
    },
    Verb {
        root: WORD,
        verb: "start",
        label: "I am on",
        aliases: &["on-duty", "begin"],
        about: "Say that you are on, once your shift has begun",
        case: false,
        args: &[ROTA],
        example: "rota start night",
        make: |values| rota(Command::Acknowledge { rota: values.rota("rota")? }),
    },
    Verb {
        root: WORD,
        verb: "take",
        label: "Take the shift",
        aliases: &["grab"],
        about: "Be on from now on, for the shift that is now",
        case: false,
        args: &[
            ROTA,
            Arg::new("until", "Until", Kind::Until, "the end of the shift, when left out").optional().named(),
        ],
        example: "rota take night",
        make: |values| rota(Command::Take { rota: values.rota("rota")?, until: values.maybe_moment("until") }),
    },
    Verb {
        root: WORD,
        verb: "override",
        label: "Put somebody on",
        aliases: &["replace"],
        about: "Have somebody be on instead, from a moment to a moment",
        case: false,
        args: &[ROTA, Arg::new("who", "Who", Kind::Person, "who is on instead"), FROM, TO, BECAUSE],
        example: "rota override night @dev to=3d because Lena is at the dentist",
        make: |values| {
            rota(Command::Override {
                rota: values.rota("rota")?,
                person: values.person("who")?,
                starts: values.maybe_moment("from"),
                ends: values.moment("to")?,
                reason: because(values),
            })
        },
    },
    Verb {
        root: WORD,
        verb: "swap",
        label: "Swap shifts",
        aliases: &["trade"],
        about: "Ask somebody to swap a shift with you; both must agree",
        case: false,
        args: &[
            ROTA,
            Arg::new("who", "With whom", Kind::Person, "somebody who takes turns"),
            Arg::new("mine", "Your shift", Kind::Start, "its day, or a moment in it; your next one, when left out")
                .optional()
                .named(),
            Arg::new("theirs", "Their shift", Kind::Start, "its day, or a moment in it; their next one, when left out")
                .optional()
                .named(),
        ],
        example: "rota swap night @lena",
        make: |values| {
            rota(Command::OfferSwap {
                rota: values.rota("rota")?,
                with: values.person("who")?,
                mine: values.shift("mine"),
                theirs: values.shift("theirs"),
            })
        },
    },
    Verb {
        root: WORD,
        verb: "cover",
        label: "Find cover",
        aliases: &["find-cover"],
        about: "Ask the others in turn to take your time; you hear if nobody does",
        case: false,
        args: &[
            ROTA,
            Arg::new("from", "From", Kind::Start, "your next shift, when left out").optional().named(),
            Arg::new("to", "To", Kind::Until, "the end of that shift, when left out").optional().named(),
            Arg { needed: Needed::No, ..BECAUSE },
        ],
        example: "rota cover night from=2d to=3d because I am travelling",
        make: |values| {
            rota(Command::WantCover {
                rota: values.rota("rota")?,
                starts: values.shift("from"),
                ends: values.maybe_moment("to"),
                reason: because(values),
            })
        },
    },
    Verb {
        root: WORD,
        verb: "confirm",
        label: "I will",
        aliases: &["do-it"],
        about: "Agree to a swap, or take the cover that is wanted",
        case: false,
        args: &[NUMBER],
        example: "rota confirm 3",
        make: |values| rota(Command::Agree { number: values.number("number")? }),
    },
    Verb {
        root: WORD,
        verb: "pass",
        label: "I can't",
        aliases: &["not-me"],
        about: "Say no to a swap, or let the next be asked for cover",
        case: false,
        args: &[NUMBER],
        example: "rota pass 3",
        make: |values| rota(Command::Refuse { number: values.number("number")? }),
    },
    Verb {
        root: WORD,
        verb: "end",
        label: "Take it back",
        aliases: &["remove"],
        about: "Take back what was arranged, offered or wanted",
        case: false,
        args: &[NUMBER],
        example: "rota end 3",
        make: |values| rota(Command::End { number: values.number("number")? }),
    },
    Verb {
        root: WORD,
        verb: "calendar",
        label: "My calendar",
        aliases: &["ical", "feed"],
        about: "An address of your own for your shifts and deadlines, for a calendar",
        case: false,
        args: &[Arg::new("renew", "Renew", Kind::Choice(&["renew"]), "renew: another address, and the old one ends")
            .optional()],
        example: "rota calendar renew",
        make: |values| Ok(Asked::Calendar { renew: values.maybe_text("renew").is_some() }),
    },
    help(WORD, "rota help take"),
];

fn rota(command: Command) -> Result<Asked, super::Wrong> {
    Ok(Asked::Bot(BotCommand::Rota(command)))
}
