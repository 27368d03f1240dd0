//! What the bot needs of a chat platform, and what platforms hand to the bot. Adapters don't know one another; what
//! all of them need is here once: [`retry`], [`under_way`], [`roster`], [`reached`], [`files`], [`message_menu`],
//! [`lock`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::domain::kinds::Drafted;
use crate::domain::policy::{Channel, Policy, Refused};
use crate::domain::{AccountId, At, CaseId, PersonId, Platform, Span, mark};
use crate::grammar::{self, How};

pub mod files;
pub mod local;
pub mod lock;
pub mod message_menu;
pub mod reached;
pub mod retry;
pub mod roster;
pub mod under_way;

pub use reached::Newest;
pub use roster::{Roster, RosterWatch};

/// How somebody is written whom a message mentions and the policy doesn't know: `@Zoe`. Anybody can call themselves as
/// the bot is called. Such a name is quoted, or mentioning its owner would look like a command to the bot.
pub fn mention_of_stranger(name: &str) -> String {
    let name = grammar::clean::line(name);
    let begins = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    match begins.get(..grammar::BOT.len()) {
        Some(first) if first.eq_ignore_ascii_case(grammar::BOT) => format!("“@{name}”"),
        _ => format!("@{name}"),
    }
}

/// A channel, or one person's direct messages, on one platform: what one platform's trouble is confined to.
/// Written `local/credit-ai`, `slack/C024BE91L`, `local/@maya`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Lane {
    pub platform: Platform,
    pub place: Spot,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    Channel(String),
    /// The platform's id of the person whose direct messages these are.
    Direct(String),
}

impl Lane {
    pub fn channel(channel: &Channel) -> Lane {
        Lane { platform: channel.platform.clone(), place: Spot::Channel(channel.id.clone()) }
    }
    /// As the policy would name it; `None` for direct messages.
    pub fn as_channel(&self) -> Option<Channel> {
        match &self.place {
            Spot::Channel(id) => Some(Channel { platform: self.platform.clone(), id: id.clone() }),
            Spot::Direct(_) => None,
        }
    }
    /// The case whose own channel this is.
    pub fn own_of(&self) -> Option<CaseId> {
        match &self.place {
            Spot::Channel(id) => id.parse().ok(),
            Spot::Direct(_) => None,
        }
    }
    pub fn direct(platform: &Platform, account: &str) -> Lane {
        Lane { platform: platform.clone(), place: Spot::Direct(account.to_owned()) }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Spot::Channel(id) => write!(f, "{}/{id}", self.platform),
            Spot::Direct(account) => write!(f, "{}/@{account}", self.platform),
        }
    }
}

/// A lane in a record: a channel's id is a fact, an account is a subject.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    platform: Platform,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "mark::fact")]
    channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
}

impl From<Lane> for Written {
    fn from(lane: Lane) -> Written {
        let Lane { platform, place } = lane;
        match place {
            Spot::Channel(id) => Written { platform, channel: Some(id), account: None },
            Spot::Direct(account) => {
                let account = AccountId::on(&platform, &account);
                Written { platform, channel: None, account: Some(account) }
            }
        }
    }
}

impl TryFrom<Written> for Lane {
    type Error = NotALane;
    fn try_from(written: Written) -> Result<Lane, NotALane> {
        let Written { platform, channel, account } = written;
        match (channel, account) {
            (Some(id), None) => Ok(Lane { platform, place: Spot::Channel(id) }),
            (None, Some(account)) => {
                let place = Spot::Direct(account.id_on(&platform).to_owned());
                Ok(Lane { platform, place })
            }
            (None, None) | (Some(_), Some(_)) => Err(NotALane(platform.to_string())),
        }
    }
}

/// Not `platform/channel` or `platform/@account`.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not a lane such as local/credit-ai")]
pub struct NotALane(String);

impl std::str::FromStr for Lane {
    type Err = NotALane;
    fn from_str(text: &str) -> Result<Lane, NotALane> {
        let (platform, place) = text.split_once('/').ok_or_else(|| NotALane(text.to_owned()))?;
        let place = match place.strip_prefix('@') {
            Some(account) => Spot::Direct(account.to_owned()),
            None => Spot::Channel(place.to_owned()),
        };
        Ok(Lane { platform: Platform::from(platform), place })
    }
}

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
    /// How a command can be given where the answer is read.
    pub how: How,
    /// Not heard live, but found in the platform's history after a gap.
    pub backfilled: bool,
    /// The platform's own words where text and files leave something out: blocks, embeds, events of unknown kinds.
    pub raw: Option<String>,
    /// The case that it is kept with, because somebody asked for that: a message of somewhere else, kept as evidence.
    pub about: Option<CaseId>,
    /// The document that a word accepts as drafted: asked for by [`Heeded::NeedsDraft`](crate::desk::Heeded::NeedsDraft).
    pub draft: Option<Drafted>,
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
            backfilled: false,
            raw: None,
            about: None,
            draft: None,
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

#[derive(Clone, Debug)]
pub enum What {
    /// A message that everybody in the lane sees.
    Said {
        message: String,
        text: String,
        files: Vec<File>,
    },
    /// A slash command: only the person who typed it sees it.
    Command {
        text: String,
    },
    Edited {
        message: String,
        text: String,
    },
    Deleted {
        message: String,
    },
    Pressed {
        message: String,
        action: String,
    },
    Submitted {
        form: String,
        values: BTreeMap<String, String>,
    },
    /// A reaction set (`on`) or taken back. `reaction` is the platform's name of it.
    Reacted {
        message: String,
        reaction: String,
        on: bool,
    },
    /// Somebody came into the channel.
    Joined,
    /// Somebody went out of it.
    Left,
    /// Something that the bot has no word for; the platform's own words are in [`Heard::raw`].
    Other {
        kind: String,
    },
    /// Nothing was heard here for a while; what was said meanwhile may be missing. What history still has follows as
    /// backfilled.
    Gap {
        from: At,
        to: At,
        why: String,
    },
}

impl What {
    /// How a command that is asked for in this way is written. Buttons and forms stand where a slash can be typed, unless the
    /// adapter knows better.
    pub fn how(&self) -> How {
        match self {
            What::Said { .. } => How::Said,
            What::Command { .. } | What::Pressed { .. } | What::Submitted { .. } => How::Slash,
            What::Edited { .. } | What::Deleted { .. } | What::Reacted { .. } => How::Slash,
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => How::Slash,
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

/// What the bot answers to what it heard, for that person alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<crate::grammar::Form>,
    /// Field → sentence: the form stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<BTreeMap<String, String>>,
}

impl Answer {
    pub fn card(card: Card) -> Answer {
        Answer { cards: vec![card], ..Answer::default() }
    }
}

/// A message to be posted.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    /// The same for every try of the same message, and different for every message: an idempotency key, where the platform
    /// has one.
    pub nonce: String,
    pub lane: &'a Lane,
    pub thread: Option<&'a str>,
    pub card: &'a Card,
    /// When it became true. A message that is older can't be this one.
    pub made: At,
    /// This may have been delivered already: the process died between sending and receipt. Look first, where possible.
    pub perhaps_sent: bool,
}

/// The platform has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's id of the message.
    pub message: String,
    /// It may stand there twice: an earlier try's outcome is unknown, and the platform can't be asked about it.
    pub perhaps_twice: bool,
}

impl Receipt {
    /// It stands there, once.
    pub fn once(message: impl Into<String>) -> Receipt {
        Receipt { message: message.into(), perhaps_twice: false }
    }
}

/// A case's own channel as it should be. Its lane is the case's own name on the platform, `slack/inc-12`; which channel
/// that is there, the platform says once and the bot keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChannel {
    pub case: CaseId,
    pub lane: Lane,
    /// The platform's id of the channel, once it has one.
    pub channel: Option<String>,
    /// The platform's id of the workflow's own channel: where several servers are in reach, the one that it belongs to.
    pub near: Option<String>,
    /// As the channel may be called: the case and its title, in small letters, digits and hyphens, at most 60 characters.
    pub name: String,
    /// One line on what it is about and how it stands.
    pub topic: String,
    /// Only the people below may see it.
    pub private: bool,
    /// Accounts that belong in it. Others who are there may stay, except those in `barred`.
    pub people: Vec<String>,
    /// Accounts of the policy's people who may not see a private channel. Those who are in it are removed.
    pub barred: Vec<String>,
    /// The message that stands on top: the case's card.
    pub pinned: Option<String>,
    pub archived: bool,
}

/// How the connection to a platform is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Events come in.
    pub up: bool,
    /// What keeps it from working, for the operator: `the token was revoked`, `reconnecting since 10:02: …`.
    pub trouble: Option<String>,
    /// Events that could not be read, since the start; each is kept raw or named in the log.
    pub unread: u64,
}

/// Something that was looked at for the operator: whether it is as it should be, and if not, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub ok: bool,
    pub text: String,
}

/// It could not be delivered. Says whether trying again is sensible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Try again: after this time, where the platform names one.
    #[error("{why}")]
    Later { why: String, after: Option<Span> },
    /// This person takes no direct messages from the bot. It can be told to them elsewhere, by a mention.
    #[error("{why}")]
    Closed { why: String },
    /// Of an edit: the message isn't there any more. What it showed has to be posted anew.
    #[error("{why}")]
    Gone { why: String },
    /// Trying again is pointless: the channel or the person is gone, the token revoked.
    #[error("{why}")]
    Never { why: String },
}

impl Undelivered {
    /// Trying again is sensible: after this time, where it is named.
    pub fn later(why: impl fmt::Display, after: Option<Duration>) -> Undelivered {
        let after = after.map(|after| Span(i64::try_from(after.as_micros()).unwrap_or(i64::MAX)));
        Undelivered::Later { why: why.to_string(), after }
    }

    /// Trying again is pointless.
    pub fn never(why: impl fmt::Display) -> Undelivered {
        Undelivered::Never { why: why.to_string() }
    }
}

/// One chat platform. The courier is the only caller.
pub trait Chat: Send + Sync + 'static {
    fn platform(&self) -> Platform;
    /// Whether posting the same nonce twice is the same as posting it once. Where it isn't, the courier notes each message
    /// before it sends it, so that after a crash it can say that people may have it twice.
    fn is_idempotent(&self) -> bool;
    /// How a command can be given in a thread. Anywhere else, every platform takes a slash command.
    fn in_threads(&self) -> How;
    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt>;
    fn edit<'a>(&'a self, lane: &'a Lane, message: &'a str, card: &'a Card) -> Delivery<'a, ()>;
    /// Makes a case's own channel as it should be: there, named, with its people in it. Doing it again changes nothing. The
    /// answer is the platform's id of the channel.
    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String>;
    fn link(&self) -> Link;
}

pub type Delivery<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Undelivered>> + Send + 'a>>;

/// The platforms that this process speaks to.
#[derive(Clone, Default)]
pub struct Chats {
    by_platform: BTreeMap<Platform, Arc<dyn Chat>>,
}

impl Chats {
    pub fn with(mut self, chat: Arc<dyn Chat>) -> Chats {
        self.by_platform.insert(chat.platform(), chat);
        self
    }
    pub fn get(&self, platform: &Platform) -> Option<&Arc<dyn Chat>> {
        self.by_platform.get(platform)
    }
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.by_platform.keys()
    }
    /// How each connection is.
    pub fn links(&self) -> impl Iterator<Item = (&Platform, Link)> {
        self.by_platform.iter().map(|(platform, chat)| (platform, chat.link()))
    }
}

/// Where a person is told something by direct message: on a platform that the case lives on if they have an account
/// there, else wherever they have one.
pub fn direct_lane(
    person: &PersonId,
    accounts: &BTreeMap<Platform, String>,
    homes: &[Channel],
    connected: &[Platform],
) -> Option<Lane> {
    let reach = |platform: &Platform| {
        if !connected.contains(platform) {
            return None;
        }
        match accounts.get(platform) {
            Some(account) => Some(Lane::direct(platform, account)),
            // In the local room a person's key is their account.
            None if platform.as_str() == local::PLATFORM => Some(Lane::direct(platform, person.as_str())),
            None => None,
        }
    };
    homes.iter().map(|home| &home.platform).chain(connected).find_map(reach)
}
