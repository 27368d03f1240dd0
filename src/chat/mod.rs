//! What the bot needs of a chat platform. Adapters don't know one another; what
//! all of them need is here once: [`retry`], [`under_way`], [`roster`], [`reached`], [`files`], [`membership`], [`message_menu`],
//! [`quota`], [`lacks`], [`rights`], [`listing`], [`tokens`], [`lock`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::card::Card;
use crate::domain::case::Link as CaseLink;
use crate::domain::{At, CaseId, Lack, Lane, Platform, Span};
use crate::grammar::{self, How};

pub mod courier;
#[cfg(feature = "discord")]
pub mod discord;
pub mod files;
pub mod lacks;
pub mod listing;
pub mod local;
pub mod lock;
pub mod membership;
pub mod message_menu;
pub mod quota;
pub mod reached;
pub mod reception;
pub mod retry;
pub mod rights;
pub mod roster;
#[cfg(feature = "slack")]
pub mod slack;
pub mod tokens;
pub mod under_way;

pub use reached::{Newest, Unfilled};
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

/// A message that stands, with what it is to say from now on.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    pub lane: &'a Lane,
    /// The platform's id of it.
    pub message: &'a str,
    /// The thread that it stands in: the id of the message that begins it.
    pub thread: Option<&'a str>,
    /// The platform's id of the channel that it stands in, where the case has left that one for another.
    pub left: Option<&'a str>,
    pub card: &'a Card,
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
    /// The platform's id of a channel in which people talked already and which became the case's own: it keeps its name, and
    /// the topic that people gave it, and is never closed to anybody. Where it had no topic, it has the bot's for as long as it
    /// is the case's.
    pub converted: Option<String>,
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
    /// Addresses that people keep with the case.
    pub links: Vec<CaseLink>,
    /// All is said in it. A channel that the bot made is archived; people's own is given back to them, and what they say there
    /// from then on isn't said of the case.
    pub archived: bool,
}

impl CaseChannel {
    /// Whether this channel is one of people's own, and not made by the bot.
    pub fn is_converted(&self, channel: &str) -> bool {
        self.converted.as_deref() == Some(channel)
    }
}

/// How far back a conversation is kept that was held in a channel before it became a case's own.
pub const CONVERSATION_BACK: Span = Span::days(1);

/// What became of a group that was to be filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// Accounts that came in, and accounts that were taken out.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// What keeps it from being as it should be all the same, for the operator.
    pub lacking: Option<String>,
}

/// How the connection to a platform is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Events come in.
    pub up: bool,
    /// What keeps it from working, for the operator: `the token was revoked`, `reconnecting since 10:02: …`.
    pub trouble: Option<String>,
    /// What works only in part, each by what it is about: a channel where the bot can't speak, files that it may not read.
    pub lacks: BTreeMap<Lack, String>,
    /// Events that could not be read, since the start; each is kept raw or named in the log.
    pub unread: u64,
}

/// What became of settings that were read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What counts from now on.
    pub now: Vec<&'static str>,
    /// What only a start takes.
    pub at_a_start: Vec<&'static str>,
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
    Later {
        why: String,
        after: Option<Span>,
        /// The platform may have taken it, or a part of it: what became of the try isn't known.
        perhaps_sent: bool,
    },
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
        Undelivered::Later { why: why.to_string(), after, perhaps_sent: false }
    }

    /// A try that may have reached the platform all the same.
    #[must_use]
    pub fn perhaps_sent(self) -> Undelivered {
        match self {
            Undelivered::Later { why, after, perhaps_sent: _ } => Undelivered::Later { why, after, perhaps_sent: true },
            ended @ (Undelivered::Closed { .. } | Undelivered::Gone { .. } | Undelivered::Never { .. }) => ended,
        }
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
    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()>;
    /// Whether a message to one person can stand beneath an earlier one, and still rings.
    fn replies_to_one(&self) -> bool;
    /// Makes a case's own channel as it should be: there, named, with its people in it. Doing it again changes nothing. The
    /// answer is the platform's id of the channel.
    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String>;
    /// Sees to it that exactly these accounts are in a group of the platform. It looks first, and changes nothing where that
    /// is so. There is one account at least.
    fn fill_group<'a>(&'a self, group: &'a str, accounts: &'a BTreeSet<String>) -> Delivery<'a, GroupChange> {
        let why = format!("{} has no groups that could hold {} accounts: {group}", self.platform(), accounts.len());
        Box::pin(std::future::ready(Err(Undelivered::never(why))))
    }
    /// Remembers for the operators why a group isn't as it should be, or that it is.
    fn group_lacks(&self, _group: &str, _why: Option<String>) {}
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
