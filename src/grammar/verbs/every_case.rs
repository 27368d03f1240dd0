//! What every kind of case can be asked for.

use super::{Arg, CASE, Kind, REASON, TEXT, Verb, WORDS, find};
use crate::domain::every_case::Command;
use crate::grammar::{Asked, Filter, Query, Since};

const DUTY: Arg = Arg::new("duty", "Which answer", Kind::Duty, "where several are owed").optional().named();
const OWNER: &str = "requester, third-party, or a party of the policy";

/// How many verbs [`shared`] has.
pub(super) const SHARED: usize = 14;

/// Lines that work, for each of the shared verbs.
pub(super) struct Examples {
    pub menu: &'static str,
    pub catch_up: &'static str,
    pub status: &'static str,
    pub list: &'static str,
    pub note: &'static str,
    pub link: &'static str,
    pub timeline: &'static str,
    pub pause: &'static str,
    pub resume: &'static str,
    pub snooze: &'static str,
    pub waive: &'static str,
    pub contest: &'static str,
    pub settle: &'static str,
    pub help: &'static str,
}

/// The verbs that every kind of case has. `list_by` says how its lists can be narrowed.
pub(super) const fn shared(root: &'static str, list_by: &'static [Arg], lines: &Examples) -> [Verb; SHARED] {
    [
        menu(root, lines.menu),
        catch_up(root, lines.catch_up),
        status(root, lines.status),
        list(root, list_by, lines.list),
        note(root, lines.note),
        link(root, lines.link),
        timeline(root, lines.timeline),
        pause(root, lines.pause),
        resume(root, lines.resume),
        snooze(root, lines.snooze),
        waive(root, lines.waive),
        contest(root, lines.contest),
        settle(root, lines.settle),
        help(root, lines.help),
    ]
}

const fn menu(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "menu",
        label: "What can I do",
        aliases: &["now", "what-now"],
        about: "Show what you can do now; the command alone does it too",
        case: false,
        args: const { &[Arg::new(CASE, "Case", Kind::Case, "left out in its own channel or thread").optional()] },
        example,
        make: |values| {
            let named = values.case().or_else(|_| values.other(CASE)).ok();
            let here = values.context.here.filter(|here| values.verb.kind() == Some(here.kind));
            Ok(Asked::Query(Query::Menu {
                case: named.or(here),
                kind: values.verb.kind(),
                among_people: values.context.is_among_people(),
            }))
        },
    }
}

const fn catch_up(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "catch-up",
        label: "Catch me up",
        aliases: &["catchup", "catch-me-up", "brief", "what-happened"],
        about: "Show in short what happened, who owes what, and what isn't known yet",
        case: true,
        args: const {
            &[
                Arg::new("since", "Since", Kind::Moment, "such as 14:05 or 2h ago; from its beginning, when left out")
                    .optional()
                    .named(),
                Arg::new("new", "Only what is new to me", Kind::Flag, "since you last said something there").optional(),
            ]
        },
        example,
        make: |values| {
            let since = match (values.maybe_moment("since"), values.flag("new")) {
                (Some(at), _) => Since::Moment(at),
                (None, true) => Since::LastHeard,
                (None, false) => Since::Beginning,
            };
            Ok(Asked::Query(Query::CatchUp { case: values.case()?, since }))
        },
    }
}

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
        about: "Add a line to its story; “Ruled out: …” and “Unknown: …” are told in briefs",
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
        about: "Pause a clock, for a reason that the policy allows",
        case: true,
        args: const { &[Arg::new("reason", "Reason", Kind::Rest, "begins with a reason that the policy allows"), DUTY] },
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

const fn snooze(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "snooze",
        label: "Remind me later",
        aliases: &["remind", "remind-me", "later"],
        about: "Put off being reminded of what you owe; no deadline moves",
        case: true,
        args: const {
            &[Arg::new("until", "Until", Kind::Until, "such as 30m or 10:30; half an hour, when left out").optional()]
        },
        example,
        make: |values| values.on(Command::Snooze { until: values.maybe_moment("until") }),
    }
}

const fn waive(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "waive",
        label: "Waive",
        aliases: &[],
        about: "Waive an answer that is owed, with a reason",
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
        about: "Contest a breach: say whose lateness it was",
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

pub(super) const fn help(root: &'static str, example: &'static str) -> Verb {
    Verb {
        root,
        verb: "help",
        label: "Help",
        aliases: &["?", "commands"],
        about: "Show what you can type",
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
