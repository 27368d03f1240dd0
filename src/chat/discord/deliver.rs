//! From cards to messages on Discord: where they go, that they arrive once, and what it means when they don't.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::{Call, Trouble};
use super::commands;
use super::directory::platform;
use super::embed::{self, Draft, For};
use super::messages::newest;
use super::wire::Id;
use super::words::{Command, Places, cut, plain};
use super::{Discord, PAUSES, lock};
use crate::card::Card;
use crate::chat::retry::patiently;
use crate::chat::{Edit, Post, Receipt, Undelivered};
use crate::domain::place::CaseStands;
use crate::domain::{At, CaseId, Lack, Lane, PersonId, Place, Policy, Span};
use crate::grammar::Word;

/// Discord's codes for why not.
pub mod code {
    pub const UNKNOWN_CHANNEL: u64 = 10_003;
    pub const UNKNOWN_SERVER: u64 = 10_004;
    pub const UNKNOWN_MEMBER: u64 = 10_007;
    pub const UNKNOWN_MESSAGE: u64 = 10_008;
    pub const UNKNOWN_USER: u64 = 10_013;
    pub const ALREADY_ACKNOWLEDGED: u64 = 40_060;
    pub const MISSING_ACCESS: u64 = 50_001;
    pub const DMS_CLOSED: u64 = 50_007;
    pub const MISSING_PERMISSIONS: u64 = 50_013;
    pub const OTHER_KIND_OF_CHANNEL: u64 = 50_024;
    pub const THREAD_ARCHIVED: u64 = 50_083;
    pub const NO_MUTUAL_SERVER: u64 = 50_278;
    pub const THREAD_EXISTS: u64 = 160_004;
}

/// How often a message is sent again at once when its outcome isn't known. Discord knows the nonce for some minutes.
const TRIES: u32 = 3;
/// How many messages are looked through for one that may stand there already.
const LOOK_BACK: usize = 100;
/// How far Discord's clock may be behind this machine's.
const SKEW: Span = Span::minutes(1);
/// Of how many messages it is remembered that they were sent.
const REMEMBERED: usize = 2_000;
/// A week: as long as Discord leaves a thread open.
const ARCHIVE_AFTER_MINUTES: u32 = 10_080;
const THREAD_NAME: usize = 100;

/// What this process knows of what it sent.
#[derive(Default)]
pub struct Sent {
    /// Messages that were delivered, so that another with the same words isn't taken for one of them.
    delivered: VecDeque<Id>,
    /// Nonces whose outcome isn't known.
    unsure: BTreeSet<String>,
    /// Threads that are there.
    threads: BTreeSet<Id>,
    /// What has no room in a card's message → its further messages.
    tails: BTreeMap<Id, Vec<Id>>,
    /// What was posted → the nonce that it was asked for under.
    posted: BTreeMap<Id, String>,
    /// Nonces of messages that somebody deleted → the last of them.
    gone: BTreeMap<String, Id>,
}

impl Sent {
    fn deliver(&mut self, message: Id) {
        self.delivered.push_back(message);
        if self.delivered.len() > REMEMBERED {
            self.delivered.pop_front();
        }
        while self.tails.len() > REMEMBERED {
            self.tails.pop_first();
        }
    }

    fn post(&mut self, first: Id, nonce: &str) {
        self.posted.insert(first, nonce.to_owned());
        while self.posted.len() > REMEMBERED {
            self.posted.pop_first();
        }
    }

    /// Somebody deleted it.
    fn lose(&mut self, first: Id) {
        self.tails.remove(&first);
        if let Some(nonce) = self.posted.remove(&first) {
            self.gone.insert(nonce, first);
            while self.gone.len() > REMEMBERED {
                self.gone.pop_first();
            }
        }
    }

    /// The nonce for Discord: what is posted anew after somebody deleted it is another message, and Discord would take it for
    /// the one that it had.
    fn nonce_of(&self, nonce: &str) -> String {
        self.gone.get(nonce).map_or_else(|| nonce.to_owned(), |gone| format!("{nonce}+{gone}"))
    }
}

/// Who can be mentioned and which channel is a case's own, as of now.
pub struct Map<'a> {
    pub discord: &'a Discord,
    pub policy: std::sync::Arc<Policy>,
    stand: BTreeMap<CaseId, CaseStands>,
}

impl Places for Map<'_> {
    fn account(&self, person: &PersonId) -> Option<Id> {
        let account = self.policy.people.get(person)?.accounts.get(&platform())?;
        let gone = self.discord.door()?.reception.desk.shown().bot.is_gone(person, &platform());
        Id::read(account).filter(|_| !gone)
    }
    fn channel(&self, case: CaseId) -> Option<Id> {
        self.discord.directory().case_channel(case)
    }
    fn card(&self, case: CaseId) -> Option<String> {
        let (lane, message) = self.stand.get(&case)?;
        let directory = self.discord.directory();
        let channel = directory.channel(lane)?;
        let guild = directory.place(channel)?.guild?;
        Some(format!("https://discord.com/channels/{guild}/{channel}/{}", message.as_ref()?))
    }
    fn command(&self, line: &str) -> Option<Command> {
        let prefix = self.discord.door()?.reception.desk.prefix();
        let command = commands::of_line(line, prefix)?;
        let root = command.path.split(' ').next().unwrap_or_default();
        let id = self.discord.directory().commands.get(root).copied();
        Some(Command { id, ..command })
    }
}

/// What a trouble means for a delivery.
pub fn undelivered(trouble: Trouble) -> Undelivered {
    let why = trouble.to_string();
    match trouble {
        Trouble::Limited { after } => Undelivered::later(why, Some(after)),
        Trouble::Unreached { .. } | Trouble::Unknown { .. } => Undelivered::later(why, None),
        Trouble::Refused { status: 401, .. } => Undelivered::later(super::TOKEN_REFUSED, None),
        Trouble::Refused { code: code::DMS_CLOSED | code::NO_MUTUAL_SERVER, .. } => {
            Undelivered::Closed { why: "their direct messages are closed to the bot".to_owned() }
        }
        Trouble::Refused { code: code::MISSING_ACCESS | code::MISSING_PERMISSIONS, .. }
        | Trouble::Refused { status: 403, .. } => Undelivered::later(why, None),
        Trouble::Refused { .. } => Undelivered::Never { why },
    }
}

/// At most 25 characters, and the same for each try of the same message.
pub fn nonce(of: &str, part: usize) -> String {
    hex::encode(&Sha256::digest(format!("{of}#{part}"))[..12])
}

impl Discord {
    /// With the places of all cases that these cards name. Where those can't be read, a card goes without.
    pub(super) async fn map(&self, cards: &[Card]) -> Option<Map<'_>> {
        let door = self.door()?;
        let stand = door.reception.where_they_stand(&platform(), cards).await;
        Some(Map { discord: self, policy: door.reception.desk.shown().policy, stand })
    }

    /// The channel of a lane; a person's is opened.
    pub(super) async fn channel_of(&self, lane: &Lane) -> Result<Id, Undelivered> {
        match &lane.place {
            Place::Channel(name) => self.directory().channel(lane).ok_or_else(|| match lane.own_of() {
                // It is about to be made.
                Some(case) => Undelivered::later(format!("{case} has no channel of its own yet"), None),
                None => Undelivered::Never { why: format!("“{name}” is not the id of a Discord channel") },
            }),
            Place::Direct(account) => {
                let Some(person) = Id::read(account) else {
                    return Err(Undelivered::Never {
                        why: format!("“{account}” is not the id of a Discord account")
                    });
                };
                self.direct(person).await.map_err(undelivered)
            }
        }
    }

    /// The channel of a person's direct messages.
    pub(super) async fn direct(&self, person: Id) -> Result<Id, Trouble> {
        if let Some(channel) = self.directory().direct(person) {
            return Ok(channel);
        }
        let body = json!({ "recipient_id": person });
        let opened = self.api.call(&Call::with(Method::POST, "/users/@me/channels", &body)).await?;
        let channel = opened.get("id").and_then(Value::as_str).and_then(Id::read);
        let channel = channel.ok_or(Trouble::Unknown { why: "the channel has no id".to_owned() })?;
        self.directory_mut().learn_direct(person, channel);
        Ok(channel)
    }

    pub(super) async fn deliver(&self, post: Post<'_>) -> Result<Receipt, Undelivered> {
        let Some(map) = self.map(std::slice::from_ref(post.card)).await else {
            return Err(Undelivered::later("the connection to Discord isn't open yet", None));
        };
        let channel = self.channel_of(post.lane).await?;
        let mut target = channel;
        if let Some(root) = post.thread.and_then(Id::read) {
            target = self.thread(channel, root, post.card).await?;
        }
        let whom = if matches!(post.lane.place, Place::Direct(_)) { For::One } else { For::Channel };
        let drafts = embed::drafts(post.card, &map, whom);
        let unsure = lock(&self.sent).unsure.contains(&post.nonce);
        let look = post.perhaps_sent || unsure;
        let mut perhaps_twice = false;
        let mut history = Vec::new();
        if look {
            match self.ours_in(target, post.made).await {
                Ok(found) => history = found,
                // Discord doesn't let the bot look, so the receipt says that the message may stand there twice.
                Err(trouble @ Trouble::Refused { .. }) => {
                    tracing::warn!(%trouble, lane = %post.lane, "can't look whether a message stands there already");
                    perhaps_twice = true;
                }
                Err(trouble) => return Err(undelivered(trouble).perhaps_sent()),
            }
        }
        let anew = lock(&self.sent).nonce_of(&post.nonce);
        let mut ids: Vec<Id> = Vec::new();
        for (part, draft) in drafts.iter().enumerate() {
            if let Some(at) = history.iter().position(|message| stands_for(message, &draft.body)) {
                let found = history.remove(at);
                ids.extend(found.get("id").and_then(Value::as_str).and_then(Id::read));
                continue;
            }
            let nonce = nonce(&anew, part);
            match self.send(&mut target, channel, draft, &nonce, ids.first().copied()).await {
                Ok(id) => ids.push(id),
                Err(trouble) => {
                    let begun = part > 0 || matches!(trouble, Trouble::Unknown { .. });
                    let undelivered = self.not_delivered(post.lane, trouble);
                    if !begun {
                        return Err(undelivered);
                    }
                    lock(&self.sent).unsure.insert(post.nonce.clone());
                    return Err(undelivered.perhaps_sent());
                }
            }
        }
        self.lacks(Lack::Channel(post.lane.clone()), None);
        let mut sent = lock(&self.sent);
        sent.unsure.remove(&post.nonce);
        ids.iter().for_each(|id| sent.deliver(*id));
        match ids.split_first() {
            Some((first, tail)) => {
                sent.tails.insert(*first, tail.to_vec());
                sent.post(*first, &post.nonce);
                drop(sent);
                self.reached.begin(post.lane, newest(*first));
                Ok(Receipt { message: first.to_string(), perhaps_twice })
            }
            None => Err(Undelivered::later("there was nothing to send", None)),
        }
    }

    fn not_delivered(&self, lane: &Lane, trouble: Trouble) -> Undelivered {
        if let Trouble::Refused { code: code::MISSING_ACCESS | code::MISSING_PERMISSIONS, .. } = &trouble {
            let directory = self.directory();
            let name = directory.channel(lane).and_then(|id| directory.place(id)).map(|place| place.name.clone());
            drop(directory);
            let name = name.filter(|name| !name.is_empty()).map_or_else(|| lane.to_string(), |name| format!("#{name}"));
            let why =
                format!("the bot may not write in {name}; `countersign doctor` names the permission that is missing");
            self.lacks(Lack::Channel(lane.clone()), Some(why));
        }
        undelivered(trouble)
    }

    /// Sends one message. `target` changes where a thread turns out to be gone.
    pub(super) async fn send(
        &self,
        target: &mut Id,
        channel: Id,
        draft: &Draft,
        nonce: &str,
        first: Option<Id>,
    ) -> Result<Id, Trouble> {
        let mut body = draft.body.clone();
        body["nonce"] = json!(nonce);
        body["enforce_nonce"] = json!(true);
        if let Some(first) = first {
            body["message_reference"] = json!({ "message_id": first, "fail_if_not_exists": false });
        }
        let mut tries = 0;
        let mut pauses = PAUSES;
        loop {
            let path = format!("/channels/{target}/messages");
            let call = Call { files: &draft.files, ..Call::with(Method::POST, &path, &body) };
            let trouble = match self.api.call(&call).await {
                Ok(sent) => {
                    let id = sent.get("id").and_then(Value::as_str).and_then(Id::read);
                    return id.ok_or(Trouble::Unknown { why: "the message has no id".to_owned() });
                }
                Err(trouble) => trouble,
            };
            match &trouble {
                // The parts of one message belong together: the rest waits here.
                Trouble::Limited { after } if first.is_some() => tokio::time::sleep(*after).await,
                Trouble::Unknown { .. } => {
                    tries += 1;
                    if tries == TRIES {
                        return Err(trouble);
                    }
                    tokio::time::sleep(pauses.grow()).await;
                }
                Trouble::Refused { code: code::THREAD_ARCHIVED, .. } if tries == 0 => {
                    tries += 1;
                    self.unarchive(*target).await?;
                }
                Trouble::Refused { code: code::UNKNOWN_CHANNEL, .. } if *target != channel => {
                    lock(&self.sent).threads.remove(target);
                    *target = channel;
                }
                _ => return Err(trouble),
            }
        }
    }

    /// The thread of a message, begun if there is none. Where there can be none, the channel itself: the wrong place is
    /// better than not to be told.
    async fn thread(&self, channel: Id, root: Id, card: &Card) -> Result<Id, Undelivered> {
        if lock(&self.sent).threads.contains(&root) {
            return Ok(root);
        }
        let body = json!({ "name": thread_name(card), "auto_archive_duration": ARCHIVE_AFTER_MINUTES });
        let path = format!("/channels/{channel}/messages/{root}/threads");
        match self.api.call(&Call::with(Method::POST, &path, &body)).await {
            Ok(_) | Err(Trouble::Refused { code: code::THREAD_EXISTS, .. }) => {
                lock(&self.sent).threads.insert(root);
                self.lacks(Lack::Threads(self.directory().lane(channel)), None);
                Ok(root)
            }
            Err(Trouble::Refused { code, .. }) if code != 0 => {
                let why =
                    format!("the bot can't begin a thread in {channel} (Discord's code {code}); it writes beside it");
                if code == code::MISSING_PERMISSIONS || code == code::MISSING_ACCESS {
                    self.lacks(Lack::Threads(self.directory().lane(channel)), Some(why));
                }
                Ok(channel)
            }
            Err(trouble) => Err(undelivered(trouble)),
        }
    }

    /// The bot's own newest messages in a channel since a moment that this process doesn't remember having delivered, the
    /// oldest first.
    async fn ours_in(&self, channel: Id, since: At) -> Result<Vec<Value>, Trouble> {
        let history = self.api.call(&Call::get(&format!("/channels/{channel}/messages?limit={LOOK_BACK}"))).await?;
        let me = self.directory().me.as_ref().map(|me| me.user.to_string());
        let sent = lock(&self.sent);
        let mut ours: Vec<Value> = history.as_array().cloned().unwrap_or_default();
        ours.retain(|message| {
            let author = message.pointer("/author/id").and_then(Value::as_str).map(str::to_owned);
            let id = message.get("id").and_then(Value::as_str).and_then(Id::read);
            author == me && id.is_some_and(|id| id.at() >= since - SKEW && !sent.delivered.contains(&id))
        });
        ours.reverse();
        Ok(ours)
    }

    pub(super) async fn redraw(&self, edit: Edit<'_>) -> Result<(), Undelivered> {
        let channel = match edit.left.and_then(Id::read) {
            Some(left) => left,
            None => self.channel_of(edit.lane).await?,
        };
        let Some(thread) = edit.thread.and_then(Id::read) else { return self.redraw_in(channel, &edit).await };
        match self.redraw_in(thread, &edit).await {
            // Where there could be no thread, it was said beside it.
            Err(Undelivered::Gone { .. } | Undelivered::Never { .. }) => self.redraw_in(channel, &edit).await,
            other => other,
        }
    }

    async fn redraw_in(&self, channel: Id, edit: &Edit<'_>) -> Result<(), Undelivered> {
        let Edit { lane, message, thread: _, left: _, card } = *edit;
        let Some(map) = self.map(std::slice::from_ref(card)).await else {
            return Err(Undelivered::later("the connection to Discord isn't open yet", None));
        };
        let Some(first) = Id::read(message) else {
            return Err(Undelivered::Never { why: format!("“{message}” is not the id of a Discord message") });
        };
        let whom = if matches!(lane.place, Place::Direct(_)) { For::One } else { For::Channel };
        match self.rewrite(channel, first, &embed::drafts(card, &map, whom)).await {
            Ok(()) => {
                self.lacks(Lack::Channel(lane.clone()), None);
                Ok(())
            }
            Err(trouble @ Trouble::Refused { code: code::UNKNOWN_MESSAGE, .. }) => {
                lock(&self.sent).lose(first);
                Err(Undelivered::Gone { why: trouble.to_string() })
            }
            Err(trouble) => Err(self.not_delivered(lane, trouble)),
        }
    }

    /// Makes a message that stands say something else, and those that follow it.
    ///
    /// # Errors
    /// Discord's; that it doesn't know the message means the first one.
    pub(super) async fn rewrite(&self, channel: Id, first: Id, drafts: &[Draft]) -> Result<(), Trouble> {
        let mut tail = match self.tail_of(channel, first).await {
            // Without history the further messages aren't known and stay as they are. The first one can be edited.
            Err(Trouble::Refused { .. }) if drafts.len() == 1 => Vec::new(),
            tail => tail?,
        };
        for (part, draft) in drafts.iter().enumerate() {
            let there = if part == 0 { Some(first) } else { tail.get(part - 1).copied() };
            if let Some(id) = there {
                match self.change(channel, id, draft).await {
                    Ok(()) => continue,
                    // Somebody deleted a part of it.
                    Err(Trouble::Refused { code: code::UNKNOWN_MESSAGE, .. }) if part > 0 => {}
                    Err(trouble) => return Err(trouble),
                }
            }
            // A part that is sent anew is another message than the one that was deleted.
            let nonce = nonce(&format!("{first}+{part}+{}", there.map_or(0, |id| id.0)), part);
            let sent = self.send(&mut channel.clone(), channel, draft, &nonce, Some(first)).await?;
            match tail.get_mut(part - 1) {
                Some(gone) => *gone = sent,
                None => tail.push(sent),
            }
        }
        // What the card has no use for any more says so, rather than what was true once.
        for id in tail.split_off(tail.len().min(drafts.len() - 1)) {
            let path = format!("/channels/{channel}/messages/{id}");
            match self.api.call(&Call::new(Method::DELETE, &path)).await {
                Ok(_) | Err(Trouble::Refused { code: code::UNKNOWN_MESSAGE, .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        lock(&self.sent).tails.insert(first, tail);
        Ok(())
    }

    /// The further messages of a card that has no room in one: those that reply to it.
    async fn tail_of(&self, channel: Id, first: Id) -> Result<Vec<Id>, Trouble> {
        if let Some(tail) = lock(&self.sent).tails.get(&first) {
            return Ok(tail.clone());
        }
        let path = format!("/channels/{channel}/messages?limit={LOOK_BACK}&after={first}");
        let history = self.api.call(&Call::get(&path)).await?;
        let me = self.directory().me.as_ref().map(|me| me.user.to_string());
        let replies = history.as_array().into_iter().flatten().filter(|message| {
            let to = message.pointer("/message_reference/message_id").and_then(Value::as_str).and_then(Id::read);
            let author = message.pointer("/author/id").and_then(Value::as_str).map(str::to_owned);
            to == Some(first) && author == me
        });
        let mut ids: Vec<Id> = replies.filter_map(|it| it.get("id")?.as_str().and_then(Id::read)).collect();
        ids.sort();
        Ok(ids)
    }

    async fn change(&self, channel: Id, message: Id, draft: &Draft) -> Result<(), Trouble> {
        let path = format!("/channels/{channel}/messages/{message}");
        let call = Call { files: &draft.files, ..Call::with(Method::PATCH, &path, &draft.body) };
        let edited = patiently(PAUSES, TRIES, Trouble::if_unknown, || self.api.call(&call)).await;
        if !matches!(edited, Err(Trouble::Refused { code: code::THREAD_ARCHIVED, .. })) {
            return edited.map(drop);
        }
        // Nothing stands still in an archived thread for good: what it says is to stay true. Discord archives it again by itself.
        self.unarchive(channel).await?;
        self.api.call(&call).await.map(drop)
    }

    async fn unarchive(&self, thread: Id) -> Result<(), Trouble> {
        let (path, open) = (format!("/channels/{thread}"), json!({ "archived": false }));
        self.api.call(&Call::with(Method::PATCH, &path, &open)).await.map(drop)
    }
}

/// What a thread is called: the case, and what the first words in it are about.
fn thread_name(card: &Card) -> String {
    let case = card.title.iter().chain(card.lines.iter().flatten()).find_map(|word| match word {
        Word::Case(id) => Some(id.to_string()),
        _ => None,
    });
    let title = plain(&card.title).map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
    match (case, title) {
        (Some(case), Some(title)) if !title.contains(&case) => cut(&format!("{case} · {title}"), THREAD_NAME),
        (_, Some(title)) => cut(&title, THREAD_NAME),
        (Some(case), None) => case,
        (None, None) => "What follows".to_owned(),
    }
}

/// Whether a message that stands there says what a draft says. Discord trims blanks and adds keys of its own.
fn stands_for(message: &Value, body: &Value) -> bool {
    let says = |it: &Value| -> Vec<String> {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let mut said = vec![text(it.get("content"))];
        for embed in it.get("embeds").and_then(Value::as_array).into_iter().flatten() {
            said.extend([
                text(embed.get("title")),
                text(embed.get("description")),
                text(embed.pointer("/footer/text")),
            ]);
            for field in embed.get("fields").and_then(Value::as_array).into_iter().flatten() {
                said.extend([text(field.get("name")), text(field.get("value"))]);
            }
        }
        let files = it.get("attachments").and_then(Value::as_array).into_iter().flatten();
        said.extend(files.map(|file| text(file.get("filename"))));
        said
    };
    says(message) == says(body)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_nonce_is_short_and_stays() {
        assert_eq!(nonce("17", 0), nonce("17", 0));
        assert_ne!(nonce("17", 0), nonce("17", 1));
        assert!(nonce(&"x".repeat(500), 0).len() <= 25);
    }

    #[test]
    fn a_message_is_known_again_by_what_it_says() {
        let body = json!({
            "content": "<@2>",
            "embeds": [{ "color": 1, "title": "INC-1 ", "description": "is  late", "fields": [{ "name": "a", "value": "b" }] }],
            "attachments": [{ "id": 0, "filename": "code-1.txt" }],
        });
        let message = |title: &str| {
            json!({
                "id": "9", "content": "<@2>",
                "embeds": [{ "type": "rich", "title": title, "description": "is late",
                             "fields": [{ "name": "a", "value": "b", "inline": true }] }],
                "attachments": [{ "id": "77", "filename": "code-1.txt", "size": 3 }],
            })
        };
        assert!(stands_for(&message("INC-1"), &body));
        assert!(!stands_for(&message("INC-2"), &body));
    }

    #[test]
    fn what_can_be_mended_is_tried_again_and_what_cannot_is_not() {
        let refused = |status, code| undelivered(Trouble::Refused { status, code, message: String::new() });
        let is_later = |it: &Undelivered| matches!(it, Undelivered::Later { .. });
        assert!(is_later(&refused(403, code::MISSING_ACCESS)) && is_later(&refused(403, code::MISSING_PERMISSIONS)));
        assert!(is_later(&refused(401, 0)));
        assert!(matches!(refused(404, code::UNKNOWN_CHANNEL), Undelivered::Never { .. }));
        assert!(matches!(refused(403, code::DMS_CLOSED), Undelivered::Closed { .. }));
        let limited = undelivered(Trouble::Limited { after: Duration::from_millis(2_500) });
        assert!(matches!(limited, Undelivered::Later { after: Some(Span(2_500_000)), .. }));
    }
}
