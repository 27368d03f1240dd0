//! What people type, and what it means: `/incident open …`, `@countersign approve APR-41 looks right`, a button, a form.
//!
//! Everything stands on one table, [`verbs`]. Nothing here decides anything: a line becomes a [`Command`] with every name
//! resolved, or a kind sentence about what was wrong and what to type. No platform, no clock, no database.

use std::collections::BTreeMap;
use std::fmt;

use chrono_tz::Tz;

use crate::domain::policy::{Policy, Workflow};
use crate::domain::records::Whose;
use crate::domain::regulation::FieldSet;
use crate::domain::{At, BotCommand, CaseId, CaseKind, Command, Lane, Opening, PersonId, RotaId, Severity, WorkflowId};

pub mod clean;
mod deal;
pub mod filled;
pub mod form;
pub mod moment;
mod pointed;
mod press;
mod read;
mod several;
mod slip;
#[cfg(test)]
mod tests;
mod value;
pub mod verbs;
pub mod word;

pub use filled::{Filled, Means, Unread};
pub use form::{Choice, Field, FieldKind, Form, form};
pub use pointed::Pointed;
pub use press::{action, form_action, pressed};
pub use read::{is_addressed, looks_like_command, prefix_for, read};
pub use verbs::{Arg, Kind, Needed, OnMessage, Root, Takes, Verb, completion, find, markdown_table, on_message};
pub use word::Word;

/// What people call the bot in a mention. Adapters write their platform's mention of the bot this way.
pub const BOT: &str = "countersign";
/// How a message that is meant for it begins.
pub const MENTION: &str = "@countersign ";

/// What slash commands begin with, unless the settings say otherwise.
pub const PREFIX: &str = "/";

/// Who types, when and where.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// `None`: an account that the policy doesn't know.
    pub by: Option<&'a PersonId>,
    /// Now.
    pub at: At,
    /// The asker's own zone.
    pub zone: Tz,
    /// The policy in force: names are looked up in it.
    pub policy: &'a Policy,
    /// The case in whose own channel or thread it was said.
    pub here: Option<CaseId>,
    /// Where it was said.
    pub lane: Option<&'a Lane>,
    /// The workflow whose channel it was said in, so that it needn't be typed there.
    pub workflow: Option<&'a WorkflowId>,
    /// What slash commands begin with: `/`, or `/cs-` where another app has the name.
    pub prefix: &'a str,
}

impl<'a> Context<'a> {
    /// For somebody whom the policy knows.
    pub fn of(policy: &'a Policy, by: &'a PersonId, at: At, here: Option<CaseId>, prefix: &'a str) -> Context<'a> {
        let zone = policy.people.get(by).map_or(chrono_tz::UTC, |person| person.zone);
        Context { by: Some(by), at, zone, policy, here, lane: None, workflow: None, prefix }
    }

    /// Whether it was said in a channel that is neither the policy's nor a case's.
    pub fn is_among_people(&self) -> bool {
        let channel = self.lane.and_then(Lane::as_channel).filter(|channel| channel.own_of().is_none());
        channel.is_some_and(|channel| self.policy.channels().all(|known| *known != channel))
    }

    /// The workflow need not be named in a channel where only one lives.
    #[must_use]
    pub fn in_lane(self, lane: &'a Lane) -> Context<'a> {
        let channel = lane.as_channel();
        let flows = self.policy.workflows.iter();
        let lives_here = |flow: &Workflow| channel.as_ref().is_some_and(|channel| flow.channels.contains(channel));
        let mut lives_here = flows.filter(|(_, flow)| lives_here(flow));
        let workflow = lives_here.next().map(|(name, _)| name).filter(|_| lives_here.next().is_none());
        Context { lane: Some(lane), workflow, ..self }
    }
}

/// How it reached the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a slash command.
    Slash,
    /// As an ordinary message: a command only if it begins with a mention of the bot.
    Said,
}

/// What a line, a button or a form asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A case is to begin.
    New(Opening),
    /// Something is asked of a case.
    Case {
        /// Which case.
        id: CaseId,
        /// What is asked of it.
        command: Command,
    },
    /// Something that concerns no single case.
    Bot(BotCommand),
    /// To be shown something.
    Query(Query),
    /// Something is missing: show the form, filled in with what was said. See [`form()`].
    Form {
        /// What is wanted.
        verb: &'static Verb,
        /// Of which case.
        case: Option<CaseId>,
        /// What was said already, by argument; `revision` is the one that the button was drawn for.
        given: BTreeMap<String, String>,
    },
    /// A message is to be kept with a case as evidence, or taken off the list of what was kept.
    Pin(Pin),
    /// The policy file is to be read again.
    ReloadPolicy,
    /// The address of the asker's own calendar, which they alone get to see.
    Calendar {
        /// Another one than before.
        renew: bool,
    },
    /// A bundle of evidence, which the asker alone gets to fetch.
    Export(Export),
}

/// What a bundle is to be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// A case, a period, or a workflow, as it is typed.
    pub what: String,
    /// Of a period, only the cases of this one.
    pub workflow: Option<WorkflowId>,
}

/// Which message is pinned or unpinned, where, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The message, as somebody named it.
    pub message: Pointed,
    /// The case that it is evidence of. `None`: the one that it was said of, or that it is pinned in.
    pub case: Option<CaseId>,
    /// Taken off again.
    pub off: bool,
    /// In their own words.
    pub because: String,
}

/// What somebody wants to see. Changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Cases; `kind: None` is all kinds.
    List {
        /// Of one kind.
        kind: Option<CaseKind>,
        /// Which of them.
        filter: Filter,
    },
    /// What can be done now.
    Menu {
        /// With this case. `None`: outside of any.
        case: Option<CaseId>,
        /// Outside: cases of one kind.
        kind: Option<CaseKind>,
        /// Outside: where people talk among themselves, in a channel that can become an incident's own.
        among_people: bool,
    },
    /// What somebody who joins late reads of a case.
    CatchUp {
        /// Which.
        case: CaseId,
        /// From when on.
        since: Since,
    },
    /// How a case stands.
    Status(CaseId),
    /// What happened on a case.
    Timeline(CaseId),
    /// The post-incident review as drafted.
    ReviewDraft(CaseId),
    /// Which reports to authorities may be owed on a case, and how each clock stands.
    Clocks(CaseId),
    /// What an authority asks, drafted from the ledger.
    Draft {
        /// Of which case.
        case: CaseId,
        /// Whose fields.
        form: FieldSet,
    },
    /// What a receiver has to know of what is handed over.
    HandoffBrief(CaseId),
    /// How the queue of exceptions stands.
    Queue {
        /// `None`: that of every workflow.
        workflow: Option<WorkflowId>,
    },
    /// How the queues of the approval paths stand that are watched.
    PathQueues,
    /// What the asker owes and asked for.
    Mine,
    /// What is open and late, per workflow.
    SlaStatus,
    /// How the bot itself is.
    Health,
    /// How the SLA was kept.
    Digest {
        /// The time it is about.
        range: Range,
        /// `None`: all of them.
        workflow: Option<WorkflowId>,
        /// As it was known then; `None` is now.
        as_of: Option<At>,
    },
    /// What an erasure would take.
    Erasure(Whose),
    /// The legal holds that stand.
    Holds,
    /// Closed cases whose time is over, or soon is.
    Ending,
    /// What is unwise in the policy.
    RedFlags,
    /// Who is on shift now, and who is next.
    Rota {
        /// `None`: in each of them.
        rota: Option<RotaId>,
    },
    /// What was said and ruled, by its words.
    Search(Search),
    /// What can be typed.
    Help {
        /// `None`: all commands.
        root: Option<&'static str>,
        /// One verb in detail.
        verb: Option<&'static Verb>,
    },
}

/// What somebody searches for in what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// In their own words; `word*` is every word that begins so.
    pub words: String,
    /// Of one case.
    pub case: Option<CaseId>,
    /// Said by one person.
    pub from: Option<PersonId>,
    /// Kept from this moment on.
    pub since: Option<At>,
    /// Kept before this moment.
    pub until: Option<At>,
    /// Only what is older than this entry: the next page.
    pub older: Option<u32>,
}

/// From when on somebody wants to read what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From its opening.
    Beginning,
    /// From a moment.
    Moment(At),
    /// From when they were last heard on it.
    LastHeard,
}

/// Which cases to list. The default is every open one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Closed ones too.
    pub all: bool,
    /// Those that the asker opened, sits in, or owes an answer to.
    pub mine: bool,
    /// Of one workflow.
    pub workflow: Option<WorkflowId>,
    /// Of one severity.
    pub severity: Option<Severity>,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.mine {
            "yours"
        } else if self.all {
            "all"
        } else {
            "open"
        })?;
        if let Some(workflow) = &self.workflow {
            write!(f, " · {workflow}")?;
        }
        if let Some(severity) = &self.severity {
            write!(f, " · {severity}")?;
        }
        Ok(())
    }
}

/// The time that a digest is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The last seven days.
    Week,
    /// The last calendar month.
    Month,
    /// The last calendar quarter.
    Quarter,
    /// From a moment up to, not including, another.
    Between {
        /// The first moment.
        from: At,
        /// The first moment after it.
        to: At,
    },
}

/// A line that can't be a command as it stands: what was wrong and what to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What was wrong, with the nearest known name where there is one.
    pub sentence: String,
    /// A line that works, or that shows the shape.
    pub example: Option<String>,
    /// The command that help can be asked on.
    pub root: Option<&'static str>,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&capital(&self.sentence))?;
        match &self.example {
            Some(example) => write!(f, " For example: `{example}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Misread {}

/// A sentence begins with a capital letter, unless it begins with code.
pub(crate) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
