//! What the content of a ledger entry is: something heard, a ruling, or what became of a message. Stored as canonical
//! JSON beside the leaf that commits to it; every table but the ledger can be rebuilt from these.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::chat::{Account, Answer, File, Lane};
use crate::domain::{At, Event, HouseEvent, Notice, OutboxId, PersonId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    Heard(HeardRecord),
    Ruled(Ruled),
    House(HouseRuled),
    Told(Told),
    NotTold(NotTold),
    Housed(Housed),
}

/// What somebody said or did in chat, whether or not it was a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardRecord {
    pub cause: String,
    pub from: Account,
    /// Who that is by the policy; absent for strangers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    pub lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    pub what: WhatRecord,
    /// Found in the platform's history after a gap, rather than heard live.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backfilled: bool,
    /// The platform's own words, where text and files don't carry all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What they were answered, in private. Answers that only show figures aren't kept: they would be out of date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum WhatRecord {
    Message {
        message: String,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<File>,
    },
    Command {
        text: String,
    },
    Edit {
        message: String,
        text: String,
        was: Option<String>,
    },
    Deletion {
        message: String,
        was: Option<String>,
    },
    Press {
        message: String,
        action: String,
    },
    Form {
        form: String,
        values: std::collections::BTreeMap<String, String>,
    },
    Reaction {
        message: String,
        reaction: String,
        on: bool,
    },
    Joined,
    Left,
    /// Something that the house has no word for; what it was stands in `raw`.
    Other {
        kind: String,
    },
    /// Nothing was heard in this lane between two moments.
    Gap {
        from: At,
        to: At,
        why: String,
    },
}

impl WhatRecord {
    pub const fn kind(&self) -> &'static str {
        match self {
            WhatRecord::Message { .. } => "said.message",
            WhatRecord::Command { .. } => "said.command",
            WhatRecord::Edit { .. } => "said.edit",
            WhatRecord::Deletion { .. } => "said.deletion",
            WhatRecord::Press { .. } => "said.press",
            WhatRecord::Form { .. } => "said.form",
            WhatRecord::Reaction { .. } => "said.reaction",
            WhatRecord::Joined => "said.joined",
            WhatRecord::Left => "said.left",
            WhatRecord::Other { .. } => "said.other",
            WhatRecord::Gap { .. } => "capture.gap",
        }
    }
}

/// What became true of a case, and what is to be told because of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruled {
    /// Absent: the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    pub events: Vec<Event>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<ToTell>,
}

/// What became true of the house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HouseRuled {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    pub events: Vec<HouseEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<ToTell>,
}

/// A notice on its way to one lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToTell {
    pub lane: Lane,
    pub notice: Notice,
}

/// A platform took a message of the bot's. An entry is of one case: a message that tells a person of several cases is as
/// many entries, each with its own case's part of it, all with the same lane and message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The outbox rows that it tells; several where nudges to one person were batched. Empty for a case's card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<OutboxId>,
    /// For a case's card: the ledger entry that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_shows: Option<i64>,
    pub lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    pub message: String,
    /// Which part of the message this is, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub part: u32,
    /// What this part says.
    pub card: Card,
    /// An edit of a message that stood already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edit: bool,
    /// The process died between an earlier sending and its receipt, so people may have it twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub perhaps_twice: bool,
}

fn is_first(part: &u32) -> bool {
    *part == 0
}

/// A message that will not be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotTold {
    pub outbox: OutboxId,
    pub lane: Lane,
    pub why: NotToldBecause,
}

/// A platform made a case's own channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Housed {
    /// The house's name of it, such as `slack/inc-12`.
    pub lane: Lane,
    /// The platform's id of it.
    pub channel: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotToldBecause {
    /// What it asked for was answered before it went out.
    Answered,
    /// It could not be delivered; never counted as sent.
    Undeliverable(String),
}

impl Record {
    /// What the envelope calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Record::Heard(heard) => heard.what.kind(),
            Record::Ruled(ruled) => ruled.events.first().map_or("case.nothing", Event::kind),
            Record::House(ruled) => ruled.events.first().map_or("house.nothing", HouseEvent::kind),
            Record::Told(Told { card_shows: Some(_), .. }) => "told.card",
            Record::Told(_) => "told.message",
            Record::NotTold(NotTold { why: NotToldBecause::Answered, .. }) => "told.not-needed",
            Record::NotTold(_) => "told.undeliverable",
            Record::Housed(_) => "case.channel",
        }
    }
}
