//! What platforms hand to the bot, and what the bot answers to it in private.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::domain::every_case::OpenedFrom;
use crate::domain::kinds::Drafted;
use crate::domain::mark::{self, Words};
use crate::domain::policy::{Policy, Refused};
use crate::domain::records::Preview;
use crate::domain::{At, CaseId, Lane, WhyNotKept};
use crate::grammar::{Filled, Form, How, Means};

/// Something that happened on a platform, handed to the desk.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The platform's own id of what happened: the same thing told twice has the same cause, and gets the stored answer.
    pub cause: String,
    pub from: Account,
    pub lane: Lane,
    /// The message that begins the thread, if it was said in one.
    pub thread: Option<String>,
    /// When the platform says that it happened.
    pub said: Option<At>,
    pub what: What,
    /// Files that came with it and couldn't be kept.
    pub not_kept: Vec<NotKept>,
    /// How a command can be given where the answer is read.
    pub how: How,
    /// Not heard live, but found in the platform's history after a gap.
    pub backfilled: bool,
    /// The platform's own words where text and files leave something out: blocks, embeds, events of unknown kinds.
    pub raw: Option<String>,
    /// The case that it is kept with, because somebody asked for that: a message of somewhere else, kept as evidence.
    pub about: Option<CaseId>,
    /// The message that a case is opened from by it.
    pub opened_from: Option<Box<OpenedFrom>>,
    /// The document that a word accepts as drafted: asked for by [`Handled::NeedsDraft`](crate::desk::Handled::NeedsDraft).
    pub draft: Option<Drafted>,
    /// What an erasure would take: asked for by [`Handled::NeedsPreview`](crate::desk::Handled::NeedsPreview).
    pub preview: Option<Preview>,
}

impl Heard {
    /// Heard live, with nothing beyond what the bot understands.
    pub fn live(cause: String, from: Account, lane: Lane, what: What) -> Heard {
        Heard {
            cause,
            from,
            lane,
            thread: None,
            said: None,
            how: what.how(),
            what,
            not_kept: Vec::new(),
            backfilled: false,
            raw: None,
            about: None,
            opened_from: None,
            draft: None,
            preview: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: String,
    /// How the platform shows the person; only ever shown as text.
    pub name: String,
    /// Another bot: heard as evidence, never obeyed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    #[serde(default, skip_serializing_if = "Belongs::is_member")]
    pub belongs: Belongs,
}

impl Account {
    /// A person of the workspace.
    pub fn member(id: impl Into<String>, name: impl Into<String>) -> Account {
        Account { id: id.into(), name: name.into(), bot: false, belongs: Belongs::Member }
    }
}

/// How an account belongs to the workspace or server that it speaks in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Belongs {
    #[default]
    Member,
    /// Let in with narrower rights (Slack: a guest, single or multi channel).
    Guest,
    /// Of another organisation (Slack Connect).
    Outside,
}

impl Belongs {
    /// Whether the policy refuses such accounts, though it knows their person.
    pub fn is_refused(self, policy: &Policy) -> bool {
        match self {
            Belongs::Member => false,
            Belongs::Guest => policy.refuse.contains(&Refused::Guests),
            Belongs::Outside => policy.refuse.contains(&Refused::Outsiders),
        }
    }

    fn is_member(&self) -> bool {
        *self == Belongs::Member
    }
}

/// What somebody said or did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum What {
    /// A message that everybody in the lane sees.
    Said {
        #[serde(serialize_with = "mark::id")]
        message: String,
        text: String,
        #[serde(default, skip_serializing_if = "Words::is_default")]
        files: Words<Vec<File>>,
    },
    /// A slash command that was typed: only the person who typed it sees it.
    Command { text: String },
    Edited {
        #[serde(serialize_with = "mark::id")]
        message: String,
        text: String,
    },
    Deleted {
        #[serde(serialize_with = "mark::id")]
        message: String,
    },
    Pressed {
        #[serde(serialize_with = "mark::id")]
        message: String,
        action: String,
    },
    /// A form that was sent, or a command that was used with options.
    Filled(Filled),
    /// A file was taken off a message, or deleted wherever it was shared. Its bytes stay kept.
    FileDeleted {
        #[serde(serialize_with = "mark::id")]
        message: String,
        /// The platform's id of the file.
        #[serde(serialize_with = "mark::id")]
        file: String,
        /// Empty where nobody knows it any more.
        name: String,
    },
    /// A reaction set (`on`) or taken back. `reaction` is the platform's name of it.
    Reacted {
        #[serde(serialize_with = "mark::id")]
        message: String,
        reaction: String,
        on: bool,
    },
    /// Somebody came into the channel.
    Joined,
    /// Somebody went out of it.
    Left,
    /// Something that the bot has no word for; the platform's own words are in [`Heard::raw`].
    Other { kind: String },
    /// Nothing was heard here for a while; what was said meanwhile may be missing. What history still has follows as
    /// backfilled.
    Gap { from: At, to: At, why: String },
}

impl What {
    /// How a command that is asked for in this way is written. Buttons and forms stand where a slash can be typed, unless the
    /// adapter knows better.
    pub fn how(&self) -> How {
        match self {
            What::Said { .. } => How::Said,
            What::Command { .. } | What::Pressed { .. } | What::Filled(_) => How::Slash,
            What::Edited { .. } | What::Deleted { .. } | What::FileDeleted { .. } | What::Reacted { .. } => How::Slash,
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => How::Slash,
        }
    }

    /// The message that a reaction was set on, or taken off.
    pub fn reacted_to(&self) -> Option<&str> {
        if let What::Reacted { message, .. } = self { Some(message) } else { None }
    }

    /// The files that came with a message; none once they are erased.
    pub fn files(&self) -> &[File] {
        match self {
            What::Said { files, .. } => files.get().map_or(&[], Vec::as_slice),
            What::Command { .. } | What::Edited { .. } | What::Deleted { .. } => &[],
            What::FileDeleted { .. } | What::Pressed { .. } | What::Filled(_) | What::Reacted { .. } => &[],
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => &[],
        }
    }

    /// What the ledger calls it.
    pub const fn kind(&self) -> &'static str {
        match self {
            What::Said { .. } => "said.message",
            What::Command { .. } => "said.command",
            What::Edited { .. } => "said.edit",
            What::Deleted { .. } => "said.deletion",
            What::FileDeleted { .. } => "said.file-deletion",
            What::Pressed { .. } => "said.press",
            What::Filled(Filled { by: Means::Form, .. }) => "said.form",
            What::Filled(Filled { by: Means::Options, .. }) => "said.options",
            What::Reacted { .. } => "said.reaction",
            What::Joined => "said.joined",
            What::Left => "said.left",
            What::Other { .. } => "said.other",
            What::Gap { .. } => "capture.gap",
        }
    }
}

/// A file that came with a message; its bytes are in the blob store under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A file that came with a message and isn't kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotKept {
    /// The platform's id of the file.
    #[serde(serialize_with = "mark::id")]
    pub file: String,
    pub name: String,
    /// The size that the platform announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    pub why: WhyNotKept,
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotKept { file: _, name, bytes, why } = self;
        let size = bytes.map_or_else(String::new, |bytes| format!(" ({bytes} bytes)"));
        write!(f, "file {name}{size}, never kept: {why}")
    }
}

/// What the bot answers to what it heard, for that person alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// Field → sentence: the form stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<BTreeMap<String, String>>,
    /// The message that the bot sets a reaction of its own on, so that people see that theirs did something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<String>,
    /// The case that was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<CaseId>,
}

impl Answer {
    pub fn card(card: Card) -> Answer {
        Answer { cards: vec![card], ..Answer::default() }
    }
}
