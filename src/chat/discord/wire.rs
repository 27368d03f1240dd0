//! What is read of Discord's JSON: only what is used here; everything else is passed over.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serenity::model::Permissions;

use crate::domain::At;

/// Discord's id of anything. It grows with time, and holds the moment at which the thing was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u64);

/// Discord's first moment, in milliseconds since 1970.
const EPOCH_MS: i64 = 1_420_070_400_000;

impl Id {
    /// When the thing was made, to the millisecond.
    pub fn at(self) -> At {
        let ms = i64::try_from(self.0 >> 22).unwrap_or(i64::MAX / 2_000) + EPOCH_MS;
        At(ms * 1_000)
    }

    /// The first id of a moment.
    pub fn of(at: At) -> Id {
        let ms = u64::try_from(at.0 / 1_000 - EPOCH_MS).unwrap_or(0);
        Id(ms << 22)
    }

    pub fn read(text: &str) -> Option<Id> {
        text.parse().ok().map(Id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Id::read(&text).ok_or_else(|| D::Error::custom("not an id")),
            Value::Number(number) => number.as_u64().map(Id).ok_or_else(|| D::Error::custom("not an id")),
            _ => Err(D::Error::custom("not an id")),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct User {
    pub id: Id,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub global_name: Option<String>,
    #[serde(default)]
    pub bot: Option<bool>,
}

impl User {
    /// As Discord shows them outside of any server.
    pub fn shown(&self) -> &str {
        self.global_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.username)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Member {
    #[serde(default)]
    pub user: Option<User>,
    #[serde(default)]
    pub nick: Option<String>,
    #[serde(default)]
    pub roles: Vec<Id>,
    #[serde(default)]
    pub joined_at: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub id: Id,
    pub channel_id: Id,
    #[serde(default)]
    pub guild_id: Option<Id>,
    #[serde(default)]
    pub author: Option<User>,
    #[serde(default)]
    pub member: Option<Member>,
    #[serde(default)]
    pub webhook_id: Option<Id>,
    #[serde(default)]
    pub content: Option<String>,
    #[serde(default)]
    pub mentions: Option<Vec<User>>,
    #[serde(default)]
    pub attachments: Option<Vec<Attachment>>,
    #[serde(default, rename = "type")]
    pub kind: Option<u64>,
    #[serde(default)]
    pub embeds: Option<Vec<Value>>,
    #[serde(default)]
    pub edited_timestamp: Option<String>,
    /// What it forwards.
    #[serde(default)]
    pub message_snapshots: Option<Vec<Snapshot>>,
}

/// A forwarded message as it stood then: as Discord writes it, or without the object around it, as serenity hands it on.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Snapshot {
    Wrapped { message: Forwarded },
    Bare(Forwarded),
}

impl Snapshot {
    fn attachments(&self) -> Option<&Vec<Attachment>> {
        let (Snapshot::Wrapped { message } | Snapshot::Bare(message)) = self;
        message.attachments.as_ref()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Forwarded {
    #[serde(default)]
    pub attachments: Option<Vec<Attachment>>,
}

impl Message {
    /// Its files, and those of what it forwards.
    pub fn files(&self) -> impl Iterator<Item = &Attachment> {
        let forwarded = self.message_snapshots.iter().flatten().filter_map(Snapshot::attachments);
        self.attachments.iter().chain(forwarded).flatten()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Attachment {
    pub id: Id,
    pub filename: String,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub content_type: Option<String>,
    pub url: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Channel {
    pub id: Option<Id>,
    #[serde(default, rename = "type")]
    pub kind: u64,
    #[serde(default)]
    pub guild_id: Option<Id>,
    #[serde(default)]
    pub parent_id: Option<Id>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub topic: Option<String>,
    #[serde(default)]
    pub last_message_id: Option<Id>,
    #[serde(default)]
    pub thread_metadata: Option<ThreadMetadata>,
    #[serde(default)]
    pub permission_overwrites: Option<Vec<Overwrite>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ThreadMetadata {
    #[serde(default)]
    pub archive_timestamp: Option<String>,
}

/// Permissions, as Discord writes them: bits, as text.
pub fn permissions(bits: &str) -> Permissions {
    Permissions::from_bits_retain(bits.parse().unwrap_or(0))
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Overwrite {
    pub id: Id,
    /// Bits, as text.
    #[serde(default)]
    pub allow: String,
    #[serde(default)]
    pub deny: String,
    /// 0 for a role, 1 for a member.
    #[serde(default, rename = "type")]
    pub kind: Value,
}

/// Kinds of channels.
pub const TEXT: u64 = 0;
pub const DIRECT: u64 = 1;
const NEWS_THREAD: u64 = 10;
pub const PRIVATE_THREAD: u64 = 12;

impl Channel {
    pub fn is_thread(&self) -> bool {
        is_thread(self.kind)
    }
}

/// Whether a channel of this kind is a thread.
pub fn is_thread(kind: u64) -> bool {
    (NEWS_THREAD..=PRIVATE_THREAD).contains(&kind)
}

#[derive(Clone, Debug, Deserialize)]
pub struct Role {
    pub id: Id,
    #[serde(default)]
    pub name: String,
    /// Bits, as text.
    #[serde(default)]
    pub permissions: String,
    /// Higher ones stand above lower ones.
    #[serde(default)]
    pub position: i64,
    /// An application's, which nobody gives or takes.
    #[serde(default)]
    pub managed: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Guild {
    pub id: Id,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub roles: Roles,
    #[serde(default)]
    pub channels: Channels,
    #[serde(default)]
    pub threads: Channels,
}

/// A list, or a table by id: it is one or the other according to who wrote it.
#[derive(Clone, Debug)]
pub struct Listed<T>(pub Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed(Vec::new())
    }
}

pub type Roles = Listed<Role>;
pub type Channels = Listed<Channel>;

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listed<T>, D::Error> {
        let values = match Value::deserialize(deserializer)? {
            Value::Array(values) => values,
            Value::Object(map) => map.into_iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        // One that can't be read must not hide the others.
        Ok(Listed(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()))
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Emoji {
    #[serde(default)]
    pub id: Option<Id>,
    #[serde(default)]
    pub name: Option<String>,
}

impl Emoji {
    /// `👍`, or `name:id` for a server's own.
    pub fn shown(&self) -> String {
        let name = self.name.clone().unwrap_or_default();
        match self.id {
            Some(id) => format!("{name}:{id}"),
            None => name,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Interaction {
    pub id: Id,
    pub token: String,
    #[serde(rename = "type")]
    pub kind: u64,
    #[serde(default)]
    pub data: Value,
    #[serde(default)]
    pub guild_id: Option<Id>,
    #[serde(default)]
    pub channel_id: Option<Id>,
    #[serde(default)]
    pub channel: Option<Channel>,
    #[serde(default)]
    pub member: Option<Member>,
    #[serde(default)]
    pub user: Option<User>,
    #[serde(default)]
    pub message: Option<Value>,
}

impl Interaction {
    pub fn by(&self) -> Option<&User> {
        self.member.as_ref().and_then(|member| member.user.as_ref()).or(self.user.as_ref())
    }
}

/// RFC 3339, as Discord writes moments.
pub fn moment(text: &str) -> Option<At> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| At(at.timestamp_micros()))
}
