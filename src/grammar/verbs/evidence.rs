//! What evidence there is, and what becomes of it. It concerns messages and cases of every kind, so it has a command of its own.

use super::every_case::help;
use super::{Arg, Kind, Needed, Root, Verb, because};
use crate::grammar::value::{Values, Wrong};
use crate::grammar::{Asked, Export, Pin, Pointed, Query, Search};

mod records;

const WORD: &str = "evidence";

pub(super) const ROOT: Root = Root {
    word: WORD,
    about: "Search what is kept; pin messages as evidence; holds, and what is erased",
    verbs: VERBS,
    on_message: &[],
};

const MESSAGE: Arg = Arg::new("message", "Message", Kind::Word, "its link, copied from its own menu");
const OF: Arg =
    Arg::new("of", "Of which case", Kind::Case, "the one that it was said of, when left out").optional().named();
const BECAUSE: Arg = Arg::new("because", "Why", Kind::Rest, "kept with it");

const VERBS: &[Verb] = &[
    Verb {
        root: WORD,
        verb: "search",
        label: "Search",
        aliases: &["find", "look-for"],
        about: "Find what was said and ruled, by its words; only what you may see",
        case: false,
        args: &[
            Arg::new("in", "In which case", Kind::Case, "everywhere, when left out").optional().named(),
            Arg::new("from", "Said by", Kind::Person, "by anybody, when left out").optional().named(),
            Arg::new("since", "Since", Kind::Moment, "such as 2026-11-23 or 2h ago").optional().named(),
            Arg::new("until", "Until", Kind::Moment, "such as 2026-11-30 or 1h ago").optional().named(),
            Arg::new("older", "Older than", Kind::Number, "as an answer said it: the next page")
                .optional()
                .named()
                .unasked(),
            Arg::new("for", "Words", Kind::Rest, "all of them must be there; drift* is every word that begins so"),
        ],
        example: "evidence search in=INC-1 from=@maya drift*",
        make: |values| {
            Ok(Asked::Query(Query::Search(Search {
                words: values.text("for"),
                case: values.maybe_other("in"),
                from: values.maybe_person("from"),
                since: values.maybe_moment("since"),
                until: values.maybe_moment("until"),
                older: values.maybe_number("older"),
            })))
        },
    },
    Verb {
        root: WORD,
        verb: "export",
        label: "Export",
        aliases: &["bundle"],
        about: "Make a bundle that an auditor checks without the bot, to be fetched once",
        case: false,
        args: &[
            Arg::new("what", "What", Kind::Word, "INC-12, a period such as 2026-11 or 2026-W48, or a workflow"),
            Arg::new("workflow", "Only of workflow", Kind::Workflow, "of a period; all of them, when left out")
                .optional()
                .named(),
        ],
        example: "evidence export INC-1",
        make: |values| {
            Ok(Asked::Export(Export { what: values.text("what"), workflow: values.maybe_workflow("workflow") }))
        },
    },
    Verb {
        root: WORD,
        verb: "pin",
        label: "Pin as evidence",
        aliases: &["keep", "save"],
        about: "Keep a message with a case as evidence",
        case: false,
        args: &[MESSAGE, OF, BECAUSE],
        example: "evidence pin https://acme.slack.com/archives/C024BE91L/p1795429800000100 because It says who agreed",
        make: |values| pin(values, false),
    },
    Verb {
        root: WORD,
        verb: "unpin",
        label: "Unpin",
        aliases: &["un-pin"],
        about: "Take the pin off a message; what was kept stays in the story",
        case: false,
        args: &[MESSAGE, OF, Arg { needed: Needed::No, ..BECAUSE }],
        example: "evidence unpin https://acme.slack.com/archives/C024BE91L/p1795429800000100",
        make: |values| pin(values, true),
    },
    records::ERASE,
    records::PREVIEW,
    records::PLACE,
    records::RELEASE,
    records::HOLDS,
    records::CALENDAR,
    records::PURGE,
    help(WORD, "evidence help pin"),
];

fn pin(values: &Values<'_>, off: bool) -> Result<Asked, Wrong> {
    let message = Pointed::read(&values.text(MESSAGE.name)).map_err(|sentence| Wrong {
        field: MESSAGE.name,
        missing: false,
        sentence,
    })?;
    Ok(Asked::Pin(Pin { message, case: values.maybe_other(OF.name), off, because: because(values) }))
}
