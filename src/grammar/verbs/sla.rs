//! Questions about the SLA as a whole, the bot and the policy.

use super::every_case::help;
use super::{Arg, Kind, Root, Verb};
use crate::grammar::{Asked, Query};

const WORD: &str = "sla";

pub(super) const ROOT: Root =
    Root { word: WORD, about: "What you owe, what is late, how the SLA was kept", verbs: VERBS, on_message: &[] };

const VERBS: &[Verb] = &[
    Verb {
        root: WORD,
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
        root: WORD,
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
        root: WORD,
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
        root: WORD,
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
        root: WORD,
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
        root: WORD,
        verb: "reload",
        label: "Reload policy",
        aliases: &["policy"],
        about: "Read the policy file again",
        case: false,
        args: &[],
        example: "sla reload",
        make: |_| Ok(Asked::ReloadPolicy),
    },
    help(WORD, "sla help digest"),
];
