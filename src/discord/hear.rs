//! From Discord's events to what the house hears.

use serde_json::{Value, json};

use super::atlas::{Place, platform};
use super::wire::{self, Attachment, Channel, Emoji, Id, Member, Message, Role, User};
use super::words::{self, Names};
use super::{Discord, lock};
use crate::chat::{Account, Answer, Belongs, File, Heard, Lane, Spot, What};
use crate::domain::CaseId;
use crate::folder::keep_blob;
use crate::grammar::BOT;
use crate::reception::Newest;

/// A file that is larger isn't kept; that it was there stands in the message's raw words.
const FILE_AT_MOST: u64 = 25 << 20;
/// Of how many messages it is remembered which files they had.
const FILES_REMEMBERED: usize = 2_000;
/// How often a file is asked for before it is given up.
const FETCHES: u32 = 3;
/// Written by people and bots; all other kinds are said by Discord itself.
const WRITTEN: [u64; 4] = [0, 19, 20, 23];
/// The copy of a message with which a thread begins.
const STARTER: u64 = 21;

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub lane: Lane,
    pub thread: Option<String>,
}

/// The person whose direct messages a lane is.
pub fn person_of(lane: &Lane) -> Option<Id> {
    match &lane.place {
        Spot::Direct(account) => Id::read(account),
        Spot::Channel(_) => None,
    }
}

fn id(data: &Value, key: &str) -> Option<Id> {
    serde_json::from_value(data.get(key)?.clone()).ok()
}

/// How a message's words are read.
struct Reading<'a> {
    discord: &'a Discord,
    mentions: &'a [User],
}

impl Names for Reading<'_> {
    fn is_me(&self, id: Id) -> bool {
        let atlas = self.discord.atlas();
        let Some(me) = &atlas.me else { return false };
        // A bot's own role carries its name; whoever picks it from the list means the bot.
        me.user == id || atlas.role(id).is_some_and(|role| role == me.name)
    }
    fn person(&self, id: Id) -> Option<String> {
        let known = self.discord.door()?.reception.desk.person(&id.to_string(), &platform())?;
        Some(known.to_string())
    }
    fn user(&self, id: Id) -> Option<String> {
        self.mentions.iter().find(|user| user.id == id).map(|user| user.shown().to_owned())
    }
    fn role(&self, id: Id) -> Option<String> {
        self.discord.atlas().role(id)
    }
    fn channel(&self, id: Id) -> Option<String> {
        self.discord.atlas().place(id).map(|place| place.name.clone()).filter(|name| !name.is_empty())
    }
}

impl Discord {
    /// Takes in what an event says about the servers themselves.
    pub(super) fn draw(&self, kind: &str, data: &Value) {
        let mut atlas = self.atlas_mut();
        match kind {
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => {
                if let Ok(channel) = serde_json::from_value::<Channel>(data.clone()) {
                    atlas.learn(&channel, id(data, "guild_id"));
                }
            }
            "CHANNEL_DELETE" | "THREAD_DELETE" => {
                if let Some(channel) = id(data, "id") {
                    atlas.forget(channel);
                }
            }
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => {
                let role = data.get("role").and_then(|role| serde_json::from_value::<Role>(role.clone()).ok());
                if let (Some(role), Some(guild)) = (role, id(data, "guild_id")) {
                    atlas.learn_role(guild, &role);
                }
            }
            "GUILD_DELETE" => {
                let is_out_of_order = data.get("unavailable") == Some(&json!(true));
                match id(data, "id") {
                    Some(server) if is_out_of_order => atlas.lose(server),
                    Some(server) => {
                        tracing::warn!(%server, "the bot is no longer on a server");
                        atlas.leave(server);
                    }
                    None => {}
                }
            }
            _ => {}
        }
        drop(atlas);
        let changes_the_roster = match kind {
            "GUILD_DELETE" | "GUILD_ROLE_DELETE" => true,
            // Most members of a server are nobody of the policy, and they come and go all day.
            _ if kind.starts_with("GUILD_MEMBER_") => {
                let user = data.pointer("/user/id").and_then(Value::as_str);
                let person = |user| self.door()?.reception.desk.person(user, &platform());
                user.and_then(person).is_some()
            }
            _ => false,
        };
        if changes_the_roster {
            self.members_change();
        }
    }

    /// The channel in whose order an event is to be heard. `None`: it isn't heard.
    pub(super) fn heard_in(&self, kind: &str, data: &Value) -> Option<Id> {
        match kind {
            "MESSAGE_CREATE"
            | "MESSAGE_UPDATE"
            | "MESSAGE_DELETE"
            | "MESSAGE_DELETE_BULK"
            | "MESSAGE_REACTION_ADD"
            | "MESSAGE_REACTION_REMOVE"
            | "MESSAGE_REACTION_REMOVE_ALL"
            | "MESSAGE_REACTION_REMOVE_EMOJI"
            | "CHANNEL_PINS_UPDATE" => {
                let channel = id(data, "channel_id").or_else(|| id(data.get("message")?, "channel_id"))?;
                Some(self.atlas().trunk(channel))
            }
            "THREAD_CREATE" | "THREAD_UPDATE" | "THREAD_DELETE" => id(data, "parent_id").or_else(|| id(data, "id")),
            "GUILD_MEMBER_ADD" | "GUILD_MEMBER_REMOVE" => id(data, "guild_id"),
            _ => None,
        }
    }

    /// One event of a channel, to its end.
    pub(super) async fn event(&self, kind: &str, data: Value) {
        match kind {
            "MESSAGE_CREATE" => match serde_json::from_value::<Message>(data.clone()) {
                Ok(message) => self.message(message, data, false).await,
                Err(error) => self.unreadable(kind, &error),
            },
            "MESSAGE_UPDATE" => self.update(data).await,
            "MESSAGE_DELETE" => {
                if let Some(message) = id(&data, "id") {
                    self.deleted(&data, message).await;
                }
            }
            "MESSAGE_DELETE_BULK" => {
                let ids = data.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
                for message in ids.into_iter().filter_map(|id| serde_json::from_value::<Id>(id).ok()) {
                    self.deleted(&data, message).await;
                }
            }
            "MESSAGE_REACTION_ADD" => self.reaction(&data, true).await,
            "MESSAGE_REACTION_REMOVE" => self.reaction(&data, false).await,
            "GUILD_MEMBER_ADD" => self.member(&data, true).await,
            "GUILD_MEMBER_REMOVE" => self.member(&data, false).await,
            _ => self.other(kind, data).await,
        }
    }

    fn unreadable(&self, kind: &str, error: &serde_json::Error) {
        tracing::warn!(kind, %error, "an event from Discord can't be read");
        lock(&self.state).unread += 1;
    }

    fn is_me(&self, user: Id) -> bool {
        self.atlas().me.as_ref().is_some_and(|me| me.user == user)
    }

    pub(super) fn read_words(&self, text: &str, mentions: &[User]) -> String {
        words::read(text, &Reading { discord: self, mentions })
    }

    /// What is known of a channel; asks Discord if need be.
    pub(super) async fn place(&self, channel: Id) -> Option<Place> {
        if let Some(place) = self.atlas().place(channel) {
            return Some(place.clone());
        }
        let found: Channel = self.api.read(&format!("/channels/{channel}")).await.ok()?;
        self.atlas_mut().learn(&found, None);
        self.atlas().place(channel).cloned()
    }

    /// How the house calls the place of a channel of a server.
    pub(super) async fn said_in(&self, channel: Id) -> Option<Said> {
        let place = self.place(channel).await?;
        let lane = |id: Id| self.atlas().lane(id);
        Some(match place.parent.filter(|_| place.is_thread) {
            Some(parent) => Said { lane: lane(parent), thread: Some(channel.to_string()) },
            None => Said { lane: lane(channel), thread: None },
        })
    }

    /// A person's direct messages, or a channel of a server.
    async fn said_by(&self, channel: Id, guild: Option<Id>, user: Id) -> Option<Said> {
        if guild.is_some() || self.atlas().place(channel).is_some_and(|place| place.guild.is_some()) {
            return self.said_in(channel).await;
        }
        self.atlas_mut().learn_direct(user, channel);
        Some(Said { lane: Lane::direct(&platform(), &user.to_string()), thread: None })
    }

    pub(super) fn account(user: &User, member: Option<&Member>, is_webhook: bool) -> Account {
        let nick = member.and_then(|member| member.nick.as_deref()).filter(|nick| !nick.is_empty());
        Account {
            id: user.id.to_string(),
            name: nick.unwrap_or(user.shown()).to_owned(),
            bot: user.bot == Some(true) || is_webhook,
            belongs: Belongs::Member,
        }
    }

    /// A message, live or from history.
    pub(super) async fn message(&self, message: Message, raw: Value, backfilled: bool) {
        self.message_about(message, raw, backfilled, None).await;
    }

    /// A message of wherever, which somebody asked to have kept with a case.
    pub(super) async fn kept(&self, message: Message, raw: Value, case: CaseId) {
        self.message_about(message, raw, true, Some(case)).await;
    }

    async fn message_about(&self, message: Message, raw: Value, backfilled: bool, about: Option<CaseId>) {
        let Some(author) = message.author.clone() else { return };
        if self.is_me(author.id) || message.kind == Some(STARTER) {
            return;
        }
        let Some(said) = self.said_by(message.channel_id, message.guild_id, author.id).await else { return };
        let mentions = message.mentions.clone().unwrap_or_default();
        let is_to_me = mentions.iter().any(|user| self.is_me(user.id));
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        if about.is_none() && !self.keeps(&said.lane) && !is_to_me && !text.trim_start().starts_with(&format!("@{BOT}"))
        {
            return;
        }
        let mut raw = raw;
        if says_nothing(&message) {
            let path = format!("/channels/{}/messages/{}", message.channel_id, message.id);
            if let Ok(whole) = self.api.get(&path).await {
                raw = whole;
            }
        }
        let (files, all_kept) = self.files(message.id, message.attachments.as_deref().unwrap_or_default()).await;
        let is_written = message.kind.is_none_or(|kind| WRITTEN.contains(&kind));
        // What Discord says itself (somebody joined, something was pinned) is only in its own words.
        let raw = match is_written && all_kept {
            true => beyond_text(&raw),
            false => Some(raw.to_string()),
        };
        let from = Discord::account(&author, message.member.as_ref(), message.webhook_id.is_some());
        let is_bot = from.bot;
        let heard = Heard {
            cause: format!("discord:msg:{}", message.id),
            from,
            lane: said.lane.clone(),
            thread: said.thread,
            said: Some(message.id.at()),
            what: What::Said { message: message.id.to_string(), text, files },
            backfilled,
            about,
            raw,
        };
        let lane = heard.lane.clone();
        let Some(answer) = self.hand_in(heard).await else { return };
        if about.is_some() {
            return;
        }
        self.is_newest(&lane, message.id);
        if !is_bot && !backfilled {
            self.answer_in_private(author.id, message.channel_id, message.id, answer).await;
        }
    }

    /// Where nobody has spoken yet, what the bot itself said is what history is read from after a break.
    pub(super) fn is_oldest(&self, lane: &Lane, message: Id) {
        let newest = || Newest { message: message.to_string(), said: message.at() };
        lock(&self.newest).entry(lane.clone()).or_insert_with(newest);
    }

    pub(super) fn is_newest(&self, lane: &Lane, message: Id) {
        let mut newest = lock(&self.newest);
        let known = newest.get(lane).and_then(|known| Id::read(&known.message));
        if known.is_none_or(|known| known < message) {
            newest.insert(lane.clone(), Newest { message: message.to_string(), said: message.at() });
        }
    }

    /// The files of a message, their bytes kept; and whether all of them were.
    async fn files(&self, message: Id, attachments: &[Attachment]) -> (Vec<File>, bool) {
        let mut files = Vec::new();
        for attachment in attachments {
            match self.file(attachment).await {
                Ok(file) => {
                    self.has_file(message, attachment.id, file.sha256.clone());
                    files.push(file);
                }
                Err(why) => tracing::warn!(why, bytes = attachment.size, "a file from Discord was not kept"),
            }
        }
        let all_kept = files.len() == attachments.len();
        (files, all_kept)
    }

    async fn file(&self, attachment: &Attachment) -> Result<File, String> {
        if attachment.size > FILE_AT_MOST {
            return Err(format!("it is larger than {} MiB", FILE_AT_MOST >> 20));
        }
        let mut tries = 0;
        let bytes = loop {
            match self.api.fetch(&attachment.url, FILE_AT_MOST).await {
                Ok(bytes) => break bytes,
                Err(why) => {
                    tries += 1;
                    if tries == FETCHES {
                        return Err(why);
                    }
                    tokio::time::sleep(super::FIRST_PAUSE).await;
                }
            }
        };
        let data = self.door().map(|door| door.data.clone()).ok_or("the house is closed")?;
        let size = bytes.len() as u64;
        let kept = tokio::task::spawn_blocking(move || keep_blob(&data, &bytes)).await;
        let sha256 = kept.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok(File { name: attachment.filename.clone(), bytes: size, sha256 })
    }

    async fn update(&self, data: Value) {
        let mut message = match serde_json::from_value::<Message>(data.clone()) {
            Ok(message) => message,
            Err(error) => return self.unreadable("MESSAGE_UPDATE", &error),
        };
        // Without it only Discord changed something: a link was unfolded, a message was pinned.
        let Some(edited) = message.edited_timestamp.clone() else { return };
        if message.author.is_none() || message.content.is_none() {
            let path = format!("/channels/{}/messages/{}", message.channel_id, message.id);
            match self.api.read::<Message>(&path).await {
                Ok(whole) => message = Message { guild_id: message.guild_id, ..whole },
                Err(_) => return,
            }
        }
        let Some(author) = message.author.clone().filter(|author| !self.is_me(author.id)) else { return };
        let Some(said) = self.said_by(message.channel_id, message.guild_id, author.id).await else { return };
        if !self.keeps(&said.lane) {
            return;
        }
        let mentions = message.mentions.clone().unwrap_or_default();
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        let at = wire::moment(&edited);
        let mut beyond = parts_beyond_text(&data);
        if let Some(files) = self.files_after(&message).await {
            beyond.insert("attachments".to_owned(), files);
        }
        let raw = (!beyond.is_empty()).then(|| Value::Object(beyond).to_string());
        // The same edit is written with and without fractions.
        let mark = at.map_or_else(|| edited.clone(), |at| (at.0 / 1_000).to_string());
        let heard = Heard {
            cause: format!("discord:edit:{}:{mark}", message.id),
            from: Discord::account(&author, message.member.as_ref(), message.webhook_id.is_some()),
            lane: said.lane,
            thread: said.thread,
            said: at,
            what: What::Edited { message: message.id.to_string(), text },
            backfilled: false,
            about: None,
            raw,
        };
        self.hand_in(heard).await;
    }

    /// The files that a message has after an edit: one may have been taken off, and nothing else would say so. Their bytes are
    /// kept, and each is named with their hash. `None`: it has none, and none of them was known.
    async fn files_after(&self, message: &Message) -> Option<Value> {
        let attachments = message.attachments.as_ref()?;
        let had_some = lock(&self.files).contains_key(&message.id);
        if attachments.is_empty() && !had_some {
            return None;
        }
        let mut files = Vec::new();
        for attachment in attachments {
            let known = lock(&self.files).get(&message.id).and_then(|known| known.get(&attachment.id).cloned());
            let sha256 = match known {
                Some(sha256) => Ok(sha256),
                None => self.file(attachment).await.map(|file| file.sha256),
            };
            let mut file = json!({ "id": attachment.id, "filename": attachment.filename, "size": attachment.size });
            match sha256 {
                Ok(sha256) => {
                    file["sha256"] = json!(sha256);
                    self.has_file(message.id, attachment.id, sha256);
                }
                Err(why) => {
                    tracing::warn!(why, bytes = attachment.size, "a file from Discord was not kept");
                    file["not_kept"] = json!(why);
                }
            }
            files.push(file);
        }
        Some(Value::Array(files))
    }

    fn has_file(&self, message: Id, file: Id, sha256: String) {
        let mut files = lock(&self.files);
        files.entry(message).or_default().insert(file, sha256);
        while files.len() > FILES_REMEMBERED {
            files.pop_first();
        }
    }

    /// Discord doesn't say who deleted it, nor what it said; the transcript has that.
    async fn deleted(&self, data: &Value, message: Id) {
        let Some(channel) = id(data, "channel_id") else { return };
        let Some(said) = self.said_somewhere(channel).await.filter(|said| self.keeps(&said.lane)) else { return };
        let what = What::Deleted { message: message.to_string() };
        let mut heard = Heard::live(format!("discord:del:{message}"), nobody(), said.lane, what);
        (heard.thread, heard.said) = (said.thread, self.now());
        self.hand_in(heard).await;
    }

    /// Where a channel is, also if it is somebody's direct messages.
    async fn said_somewhere(&self, channel: Id) -> Option<Said> {
        if let Some(person) = self.atlas().person_of(channel) {
            return Some(Said { lane: Lane::direct(&platform(), &person.to_string()), thread: None });
        }
        self.said_in(channel).await
    }

    async fn reaction(&self, data: &Value, on: bool) {
        let (Some(channel), Some(message), Some(user)) =
            (id(data, "channel_id"), id(data, "message_id"), id(data, "user_id"))
        else {
            return;
        };
        if self.is_me(user) {
            return;
        }
        let Some(said) = self.said_somewhere(channel).await.filter(|said| self.keeps(&said.lane)) else { return };
        let member = data.get("member").and_then(|member| serde_json::from_value::<Member>(member.clone()).ok());
        let from = match member.as_ref().and_then(|member| member.user.as_ref().map(|user| (user, member))) {
            Some((user, member)) => Discord::account(user, Some(member), false),
            None => {
                let known = self.door().and_then(|door| door.reception.desk.person(&user.to_string(), &platform()));
                Account::member(user.to_string(), known.map_or_else(|| user.to_string(), |person| person.to_string()))
            }
        };
        let emoji = data.get("emoji").and_then(|emoji| serde_json::from_value::<Emoji>(emoji.clone()).ok());
        let reaction = emoji.map(|emoji| emoji.shown()).unwrap_or_default();
        let Some(now) = self.now() else { return };
        let sign = if on { "on" } else { "off" };
        // Discord gives reactions neither an id nor a moment.
        let cause = format!("discord:react:{message}:{user}:{reaction}:{sign}:{}", now.0);
        let what = What::Reacted { message: message.to_string(), reaction, on };
        let mut heard = Heard::live(cause, from, said.lane, what);
        heard.thread = said.thread;
        self.hand_in(heard).await;
    }

    /// A server has no channel of its own, so who comes and goes is heard in the first of its channels that the policy names.
    async fn member(&self, data: &Value, joined: bool) {
        let Some(guild) = id(data, "guild_id") else { return };
        let user = data.get("user").and_then(|user| serde_json::from_value::<User>(user.clone()).ok());
        let Some(user) = user.filter(|user| !self.is_me(user.id)) else { return };
        let Some(lane) = self.first_lane_of(guild) else { return };
        let Some(now) = self.now() else { return };
        let member = serde_json::from_value::<Member>(data.clone()).unwrap_or_default();
        let from = Discord::account(&user, Some(&member), false);
        let (what, cause) = match (joined, member.joined_at.as_deref().and_then(wire::moment)) {
            (true, Some(at)) => (What::Joined, format!("discord:join:{guild}:{}:{}", user.id, at.0)),
            (true, None) => (What::Joined, format!("discord:join:{guild}:{}:{}", user.id, now.0)),
            (false, _) => (What::Left, format!("discord:left:{guild}:{}:{}", user.id, now.0)),
        };
        self.hand_in(Heard::live(cause, from, lane, what)).await;
    }

    /// The first channel of a server that the policy names.
    fn first_lane_of(&self, guild: Id) -> Option<Lane> {
        let policy = self.door()?.reception.desk.shown().policy;
        let atlas = self.atlas();
        let channels = policy.channels().filter(|channel| channel.platform == platform());
        let mut here = channels.filter(|channel| {
            let place = Id::read(&channel.id).and_then(|id| atlas.place(id));
            place.is_some_and(|place| place.guild == Some(guild))
        });
        here.next().map(Lane::channel)
    }

    /// Something that the house has no word for, kept as it is.
    async fn other(&self, kind: &str, data: Value) {
        // A thread that changed, or that the bot only now sees, is no news.
        if kind == "THREAD_UPDATE" || kind == "THREAD_CREATE" && data.get("newly_created") != Some(&json!(true)) {
            return;
        }
        let is_thread = kind.starts_with("THREAD_");
        let channel = if is_thread { id(&data, "parent_id") } else { id(&data, "channel_id") };
        let Some(channel) = channel else { return };
        let Some(said) = self.said_somewhere(channel).await.filter(|said| self.keeps(&said.lane)) else { return };
        let Some(now) = self.now() else { return };
        let subject = id(&data, "id").or_else(|| id(&data, "message_id")).unwrap_or(channel);
        let word = kind.to_lowercase().replace('_', ".");
        let cause = match kind {
            "THREAD_CREATE" | "THREAD_DELETE" => format!("discord:{word}:{subject}"),
            // The same pin, told once more, is the same.
            "CHANNEL_PINS_UPDATE" => {
                let at = data.get("last_pin_timestamp").and_then(Value::as_str).unwrap_or_default();
                format!("discord:{word}:{subject}:{at}")
            }
            _ => format!("discord:{word}:{subject}:{}", now.0),
        };
        let thread = if is_thread { Some(subject.to_string()) } else { said.thread };
        let mut heard = Heard::live(cause, nobody(), said.lane, What::Other { kind: word });
        (heard.thread, heard.raw) = (thread, Some(data.to_string()));
        self.hand_in(heard).await;
    }

    /// Hands something in, again as long as the house is at fault: what is newer waits behind it, so that the newest message
    /// that is kept never stands after one that isn't. `None`: the house is closed.
    pub(super) async fn hand_in(&self, heard: Heard) -> Option<Answer> {
        let door = self.door()?;
        let mut pause = super::FIRST_PAUSE;
        loop {
            match door.reception.hear(heard.clone()).await {
                Ok(answer) => return Some(answer),
                Err(fault) if fault.is_stopped() => return None,
                Err(fault) => {
                    tracing::warn!(cause = heard.cause, reference = fault.reference, "what was heard isn't kept yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(super::LONGEST_PAUSE);
                }
            }
        }
    }
}

/// Messages of bots can be built of components alone, and serenity's types know nothing of those: they come empty.
fn says_nothing(message: &Message) -> bool {
    let is_bots =
        message.webhook_id.is_some() || message.author.as_ref().is_some_and(|author| author.bot == Some(true));
    let has_files = message.attachments.as_ref().is_some_and(|files| !files.is_empty());
    let has_embeds = message.embeds.as_ref().is_some_and(|embeds| !embeds.is_empty());
    is_bots && !has_files && !has_embeds && message.content.as_deref().unwrap_or_default().is_empty()
}

/// Where Discord doesn't say who did it.
pub fn nobody() -> Account {
    Account { bot: true, ..Account::member("discord", "Discord") }
}

/// What a message says beside its text and files, as Discord has it.
fn beyond_text(raw: &Value) -> Option<String> {
    let parts = parts_beyond_text(raw);
    (!parts.is_empty()).then(|| Value::Object(parts).to_string())
}

fn parts_beyond_text(raw: &Value) -> serde_json::Map<String, Value> {
    const PARTS: [&str; 7] =
        ["embeds", "components", "sticker_items", "poll", "message_snapshots", "message_reference", "activity"];
    let has = |part: &&&str| match raw.get(**part) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    PARTS.iter().filter(has).map(|part| ((*part).to_owned(), raw[*part].clone())).collect()
}
