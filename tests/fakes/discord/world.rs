//! What exists: people, guilds, roles, channels, threads, messages; and how each looks in JSON. Decides nothing about requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::faults::{Faults, Rates};
use super::gateway::Gateway;
use super::interactions::Interaction;
use super::limits::EPHEMERAL;
use super::rest::Call;

pub type Id = u64;

/// Permission bits, as Discord numbers them.
pub mod may {
    pub const ADMINISTRATOR: u64 = 1 << 3;
    pub const MANAGE_CHANNELS: u64 = 1 << 4;
    pub const ADD_REACTIONS: u64 = 1 << 6;
    pub const VIEW_CHANNEL: u64 = 1 << 10;
    pub const SEND_MESSAGES: u64 = 1 << 11;
    pub const MANAGE_MESSAGES: u64 = 1 << 13;
    pub const EMBED_LINKS: u64 = 1 << 14;
    pub const ATTACH_FILES: u64 = 1 << 15;
    pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
    pub const MENTION_EVERYONE: u64 = 1 << 17;
    pub const MANAGE_ROLES: u64 = 1 << 28;
    pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
    pub const MANAGE_THREADS: u64 = 1 << 34;
    pub const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
    pub const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
    pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
    pub const PIN_MESSAGES: u64 = 1 << 51;
    pub const ALL: u64 = (1 << 53) - 1;

    /// What everyone may in a new guild.
    pub const MEMBER: u64 = ADD_REACTIONS
        | VIEW_CHANNEL
        | SEND_MESSAGES
        | EMBED_LINKS
        | ATTACH_FILES
        | READ_MESSAGE_HISTORY
        | USE_APPLICATION_COMMANDS
        | CREATE_PUBLIC_THREADS
        | CREATE_PRIVATE_THREADS
        | SEND_MESSAGES_IN_THREADS;
    /// What the bot's own role grants on top, unless a test says otherwise.
    pub const BOT: u64 = MEMBER | MANAGE_CHANNELS | MANAGE_MESSAGES | PIN_MESSAGES | MANAGE_ROLES | MANAGE_THREADS;
}

pub const TEXT: u8 = 0;
pub const DM: u8 = 1;
pub const PUBLIC_THREAD: u8 = 11;
pub const PRIVATE_THREAD: u8 = 12;

/// Signed addresses of files hold for a day.
const FILE_HOLDS_SECONDS: u64 = 24 * 60 * 60;

#[derive(Clone, Debug)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub bot: bool,
    /// Whether strangers of a shared guild may open a direct conversation.
    pub dms_open: bool,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub nick: Option<String>,
    pub roles: BTreeSet<Id>,
    pub joined_ms: u64,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub id: Id,
    pub name: String,
    pub permissions: u64,
    pub position: u64,
}

#[derive(Clone, Debug)]
pub struct Guild {
    pub id: Id,
    pub name: String,
    pub owner: Id,
    pub roles: BTreeMap<Id, Role>,
    pub members: BTreeMap<Id, Member>,
}

#[derive(Clone, Debug)]
pub struct Overwrite {
    pub id: Id,
    /// 0 for a role, 1 for a member.
    pub kind: u64,
    pub allow: u64,
    pub deny: u64,
}

#[derive(Clone, Debug)]
pub struct Thread {
    pub owner: Id,
    pub archived: bool,
    pub locked: bool,
    pub auto_archive_minutes: u64,
    pub archive_changed_ms: u64,
    pub members: BTreeSet<Id>,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: Id,
    pub kind: u8,
    pub guild: Option<Id>,
    pub name: String,
    pub topic: Option<String>,
    pub parent: Option<Id>,
    pub overwrites: Vec<Overwrite>,
    pub position: usize,
    /// The person at the other end of a direct conversation.
    pub recipient: Option<Id>,
    pub thread: Option<Thread>,
    pub messages: BTreeMap<Id, Message>,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: Id,
    pub name: String,
    pub description: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: Id,
    pub channel: Id,
    pub author: Id,
    pub webhook: Option<(Id, String)>,
    /// 0 is what somebody wrote, 19 a reply, 20 a command's answer, 23 a menu's, the rest says Discord itself.
    pub kind: u64,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub attachments: Vec<Attachment>,
    pub flags: u64,
    pub written_ms: u64,
    pub edited_ms: Option<u64>,
    pub reply_to: Option<(Id, Id)>,
    pub nonce: Option<Value>,
    pub pinned_ms: Option<u64>,
    pub reactions: Vec<(String, BTreeSet<Id>)>,
    /// As the sender gave it; absent for people, who may ping as their permissions allow.
    pub allowed_mentions: Option<Value>,
    /// The interaction that it answers.
    pub answers: Option<Value>,
    /// Only this person sees it.
    pub visible_to: Option<Id>,
}

/// A command of the application in one place: everywhere, or in one guild.
#[derive(Clone, Debug)]
pub struct Command {
    pub id: Id,
    pub guild: Option<Id>,
    pub body: Value,
}

pub struct World {
    pub address: String,
    /// Milliseconds since 1970 where a test has set them.
    pub fixed_ms: Option<u64>,
    pub serial: u64,
    pub token: String,
    pub application: Id,
    pub bot: Id,
    pub users: BTreeMap<Id, User>,
    pub guilds: BTreeMap<Id, Guild>,
    pub channels: BTreeMap<Id, Channel>,
    pub commands: Vec<Command>,
    pub interactions: BTreeMap<Id, Interaction>,
    /// The last form that was opened for each person: the interaction that opened it, and the form.
    pub forms: BTreeMap<Id, (Id, Value)>,
    /// Sends that named a nonce to be enforced.
    pub nonces: HashMap<(Id, String), (Id, u64)>,
    /// Everything that people wrote, for finding it again where it shouldn't stand.
    pub words: Vec<String>,
    pub calls: Vec<Call>,
    pub violations: Vec<String>,
    /// What this fake itself did wrong; nothing may go on after that.
    pub broken: Vec<String>,
    pub gateway: Gateway,
    pub faults: Faults,
    pub rates: Rates,
    /// Answers of the kinds that lead to a ban: 401, 403 and 429.
    pub invalid_responses: Vec<Instant>,
    /// How long an interaction waits for its first answer.
    pub answer_within: Duration,
    /// Whether anybody may invite the bot.
    pub public: bool,
    /// The application's switch for content of messages, and the one for members.
    pub privileged: u64,
}

impl World {
    pub fn now_ms(&self) -> u64 {
        let real = || SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_millis() as u64;
        self.fixed_ms.unwrap_or_else(real)
    }

    /// Milliseconds since Discord's own epoch, and a serial number below them.
    pub fn snowflake(&mut self) -> Id {
        self.serial += 1;
        ((self.now_ms() - 1_420_070_400_000) << 22) | (self.serial & 0x3f_ffff)
    }

    pub fn guild_of(&self, channel: Id) -> Option<Id> {
        self.channels.get(&channel).and_then(|channel| channel.guild)
    }

    pub fn message(&self, channel: Id, message: Id) -> Option<&Message> {
        self.channels.get(&channel)?.messages.get(&message)
    }

    pub fn message_mut(&mut self, channel: Id, message: Id) -> Option<&mut Message> {
        self.channels.get_mut(&channel)?.messages.get_mut(&message)
    }

    /// Wherever it stands.
    pub fn find_message(&self, message: Id) -> Option<&Message> {
        self.channels.values().find_map(|channel| channel.messages.get(&message))
    }

    /// What somebody may do in a channel, roles and overwrites taken together as Discord documents it.
    pub fn permissions(&self, user: Id, channel: Id) -> u64 {
        let Some(channel) = self.channels.get(&channel) else { return 0 };
        let Some(guild) = channel.guild.and_then(|guild| self.guilds.get(&guild)) else {
            let mine = user == self.bot || channel.recipient == Some(user);
            return if mine { may::MEMBER | may::PIN_MESSAGES } else { 0 };
        };
        let Some(member) = guild.members.get(&user) else { return 0 };
        let everyone = guild.roles[&guild.id].permissions;
        let base =
            member.roles.iter().filter_map(|role| guild.roles.get(role)).fold(everyone, |all, r| all | r.permissions);
        if guild.owner == user || base & may::ADMINISTRATOR != 0 {
            return may::ALL;
        }
        // A thread has no overwrites of its own.
        let overwrites = match channel.thread.as_ref().and(channel.parent).and_then(|parent| self.channels.get(&parent))
        {
            Some(parent) => &parent.overwrites,
            None => &channel.overwrites,
        };
        let one = |id: Id, kind: u64| overwrites.iter().find(move |o| o.id == id && o.kind == kind);
        let mut all = base;
        if let Some(o) = one(guild.id, 0) {
            all = (all & !o.deny) | o.allow;
        }
        let of_roles: Vec<_> = member.roles.iter().filter_map(|role| one(*role, 0)).collect();
        all &= !of_roles.iter().fold(0, |deny, o| deny | o.deny);
        all |= of_roles.iter().fold(0, |allow, o| allow | o.allow);
        if let Some(o) = one(user, 1) {
            all = (all & !o.deny) | o.allow;
        }
        let outside = channel.thread.as_ref().is_some_and(|thread| !thread.members.contains(&user));
        if channel.kind == PRIVATE_THREAD && outside && all & may::MANAGE_THREADS == 0 {
            return 0;
        }
        if all & may::VIEW_CHANNEL == 0 {
            return 0;
        }
        let sends = if channel.thread.is_some() { may::SEND_MESSAGES_IN_THREADS } else { may::SEND_MESSAGES };
        if all & sends == 0 {
            all &= !(may::EMBED_LINKS | may::ATTACH_FILES | may::MENTION_EVERYONE);
        }
        all
    }

    /// What a role set grants in the guild, whatever the channel.
    pub fn guild_permissions(&self, user: Id, guild: Id) -> u64 {
        let guild = &self.guilds[&guild];
        if guild.owner == user {
            return may::ALL;
        }
        let Some(member) = guild.members.get(&user) else { return 0 };
        let everyone = guild.roles[&guild.id].permissions;
        let all =
            member.roles.iter().filter_map(|role| guild.roles.get(role)).fold(everyone, |all, r| all | r.permissions);
        if all & may::ADMINISTRATOR != 0 { may::ALL } else { all }
    }

    pub fn can_view(&self, user: Id, channel: Id) -> bool {
        self.permissions(user, channel) & may::VIEW_CHANNEL != 0
    }

    // How things look.

    pub fn user_json(&self, user: Id) -> Value {
        let Some(user) = self.users.get(&user) else { return Value::Null };
        let mut json = json!({
            "id": user.id.to_string(),
            "username": user.name.to_lowercase().replace(' ', "_"),
            "discriminator": "0",
            "global_name": if user.bot { Value::Null } else { json!(user.name) },
            "avatar": null,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": null,
        });
        if user.bot {
            json["bot"] = json!(true);
        }
        json
    }

    /// As `users/@me` and READY show the bot to itself.
    pub fn own_user_json(&self) -> Value {
        let mut json = self.user_json(self.bot);
        json["verified"] = json!(true);
        json["mfa_enabled"] = json!(true);
        json["email"] = Value::Null;
        json["locale"] = json!("en-US");
        json
    }

    pub fn member_json(&self, guild: Id, user: Id, with_user: bool) -> Value {
        let Some(member) = self.guilds.get(&guild).and_then(|guild| guild.members.get(&user)) else {
            return Value::Null;
        };
        let mut json = json!({
            "roles": member.roles.iter().map(Id::to_string).collect::<Vec<_>>(),
            "joined_at": timestamp(member.joined_ms),
            "nick": member.nick,
            "avatar": null,
            "banner": null,
            "deaf": false,
            "mute": false,
            "flags": 0,
            "pending": false,
            "premium_since": null,
            "communication_disabled_until": null,
        });
        if with_user {
            json["user"] = self.user_json(user);
        }
        json
    }

    pub fn role_json(&self, role: &Role) -> Value {
        json!({
            "id": role.id.to_string(),
            "name": role.name,
            "color": 0,
            "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
            "hoist": false,
            "icon": null,
            "unicode_emoji": null,
            "position": role.position,
            "permissions": role.permissions.to_string(),
            "managed": false,
            "mentionable": true,
            "flags": 0,
        })
    }

    pub fn channel_json(&self, channel: Id) -> Value {
        let Some(channel) = self.channels.get(&channel) else { return Value::Null };
        let visible = channel.messages.values().filter(|message| message.visible_to.is_none());
        let count = visible.clone().count();
        let mut json = json!({
            "id": channel.id.to_string(),
            "type": channel.kind,
            "flags": 0,
            "last_message_id": visible.clone().next_back().map(|message| message.id.to_string()),
        });
        let pinned = channel.messages.values().filter_map(|message| message.pinned_ms).max();
        if let Some(pinned) = pinned {
            json["last_pin_timestamp"] = json!(timestamp(pinned));
        }
        if let Some(recipient) = channel.recipient {
            json["recipients"] = json!([self.user_json(recipient)]);
            json["name"] = Value::Null;
            return json;
        }
        json["guild_id"] = json!(channel.guild.map(|guild| guild.to_string()));
        json["name"] = json!(channel.name);
        json["rate_limit_per_user"] = json!(0);
        match &channel.thread {
            None => {
                json["position"] = json!(channel.position);
                json["topic"] = json!(channel.topic);
                json["nsfw"] = json!(false);
                json["parent_id"] = json!(channel.parent.map(|parent| parent.to_string()));
                json["permission_overwrites"] = channel.overwrites.iter().map(overwrite_json).collect();
            }
            Some(thread) => {
                json["parent_id"] = json!(channel.parent.map(|parent| parent.to_string()));
                json["owner_id"] = json!(thread.owner.to_string());
                json["message_count"] = json!(count);
                json["total_message_sent"] = json!(count);
                json["member_count"] = json!(thread.members.len().min(50));
                let mut metadata = json!({
                    "archived": thread.archived,
                    "locked": thread.locked,
                    "auto_archive_duration": thread.auto_archive_minutes,
                    "archive_timestamp": timestamp(thread.archive_changed_ms),
                    "create_timestamp": timestamp(snowflake_ms(channel.id)),
                });
                if channel.kind == PRIVATE_THREAD {
                    metadata["invitable"] = json!(false);
                }
                json["thread_metadata"] = metadata;
                if thread.members.contains(&self.bot) {
                    json["member"] = self.thread_member_json(channel.id, self.bot);
                }
            }
        }
        json
    }

    pub fn thread_member_json(&self, thread: Id, user: Id) -> Value {
        json!({
            "id": thread.to_string(),
            "user_id": user.to_string(),
            "join_timestamp": timestamp(snowflake_ms(thread)),
            "flags": 1,
        })
    }

    /// Whom a message pings: people, roles, everyone.
    pub fn pings(&self, message: &Message) -> (Vec<Id>, Vec<Id>, bool) {
        let guild = self.guild_of(message.channel);
        let (users, roles) = mentioned(&message.content);
        let everyone = message.content.contains("@everyone") || message.content.contains("@here");
        let replied =
            message.reply_to.and_then(|(channel, id)| self.message(channel, id)).map(|replied| replied.author);
        let can_everyone =
            guild.is_none() || self.permissions(message.author, message.channel) & may::MENTION_EVERYONE != 0;
        let listed = |allowed: &Value, kind: &str, id: Id| {
            let parse = allowed["parse"].as_array().is_some_and(|parse| parse.contains(&json!(kind)));
            let named = allowed[kind].as_array().is_some_and(|named| named.contains(&json!(id.to_string())));
            parse || named
        };
        let (mut users, roles, everyone, replied_pings) = match &message.allowed_mentions {
            None => (users, roles, everyone && can_everyone, true),
            Some(allowed) => (
                users.into_iter().filter(|user| listed(allowed, "users", *user)).collect(),
                roles.into_iter().filter(|role| listed(allowed, "roles", *role)).collect(),
                everyone
                    && can_everyone
                    && allowed["parse"].as_array().is_some_and(|parse| parse.contains(&json!("everyone"))),
                allowed["replied_user"] == true,
            ),
        };
        if let Some(replied) = replied.filter(|replied| replied_pings && !users.contains(replied)) {
            users.push(replied);
        }
        users.retain(|user| self.users.contains_key(user));
        (users, roles, everyone)
    }

    pub fn message_json(&self, message: &Message) -> Value {
        let (users, roles, everyone) = self.pings(message);
        let author = match &message.webhook {
            Some((id, name)) => json!({
                "id": id.to_string(), "username": name, "discriminator": "0000", "global_name": null, "avatar": null,
                "bot": true, "public_flags": 0, "flags": 0, "primary_guild": null,
            }),
            None => self.user_json(message.author),
        };
        let mut json = json!({
            "id": message.id.to_string(),
            "channel_id": message.channel.to_string(),
            "author": author,
            "content": message.content,
            "timestamp": timestamp(message.written_ms),
            "edited_timestamp": message.edited_ms.map(timestamp),
            "tts": false,
            "mention_everyone": everyone,
            "mentions": users.iter().map(|user| self.user_json(*user)).collect::<Vec<_>>(),
            "mention_roles": roles.iter().map(Id::to_string).collect::<Vec<_>>(),
            "attachments": message.attachments.iter().map(|a| self.attachment_json(message, a)).collect::<Vec<_>>(),
            "embeds": message.embeds,
            "components": message.components,
            "pinned": message.pinned_ms.is_some(),
            "type": message.kind,
            "flags": message.flags,
        });
        if !message.reactions.is_empty() {
            let one = |(emoji, people): &(String, BTreeSet<Id>)| {
                json!({
                    "emoji": emoji_json(emoji), "count": people.len(), "count_details": { "burst": 0, "normal": people.len() },
                    "me": people.contains(&self.bot), "me_burst": false, "burst_colors": [],
                })
            };
            json["reactions"] = message.reactions.iter().map(one).collect();
        }
        if let Some(nonce) = &message.nonce {
            json["nonce"] = nonce.clone();
        }
        if let Some((id, _)) = &message.webhook {
            json["webhook_id"] = json!(id.to_string());
        } else if message.answers.is_some() {
            json["webhook_id"] = json!(self.application.to_string());
            json["application_id"] = json!(self.application.to_string());
        }
        if let Some(metadata) = &message.answers {
            json["interaction_metadata"] = metadata.clone();
        }
        if let Some((channel, replied)) = message.reply_to {
            json["message_reference"] =
                json!({ "type": 0, "channel_id": channel.to_string(), "message_id": replied.to_string() });
            if let Some(guild) = self.guild_of(channel) {
                json["message_reference"]["guild_id"] = json!(guild.to_string());
            }
            json["referenced_message"] = match self.message(channel, replied) {
                Some(replied) => self.message_json(&Message { reply_to: None, ..replied.clone() }),
                None => Value::Null,
            };
        }
        if self.channels.get(&message.id).is_some_and(|thread| thread.parent == Some(message.channel)) {
            json["thread"] = self.channel_json(message.id);
        }
        json
    }

    /// As an event shows it: where it stands, and who wrote it.
    pub fn message_event(&self, message: &Message) -> Value {
        let mut json = self.message_json(message);
        if let Some(guild) = self.guild_of(message.channel) {
            json["guild_id"] = json!(guild.to_string());
            let member = self.member_json(guild, message.author, false);
            if message.webhook.is_none() && !member.is_null() {
                json["member"] = member;
            }
            for mention in json["mentions"].as_array_mut().into_iter().flatten() {
                let id = mention["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
                let member = self.member_json(guild, id, false);
                if !member.is_null() {
                    mention["member"] = member;
                }
            }
        }
        json["channel_type"] = json!(self.channels[&message.channel].kind);
        json
    }

    pub fn attachment_json(&self, message: &Message, attachment: &Attachment) -> Value {
        let url = self.signed(message.channel, attachment);
        let mut json = json!({
            "id": attachment.id.to_string(),
            "filename": attachment.name,
            "size": attachment.bytes.len(),
            "url": url,
            "proxy_url": url,
        });
        if let Some(kind) = &attachment.content_type {
            json["content_type"] = json!(kind);
        }
        if let Some(description) = &attachment.description {
            json["description"] = json!(description);
        }
        if message.flags & EPHEMERAL != 0 {
            json["ephemeral"] = json!(true);
        }
        json
    }

    /// An address that holds for a day from now.
    fn signed(&self, channel: Id, attachment: &Attachment) -> String {
        let issued = self.now_ms() / 1000;
        let expires = issued + FILE_HOLDS_SECONDS;
        let path = format!("/attachments/{channel}/{}/{}", attachment.id, attachment.name);
        let mark = seal(&path, expires, issued);
        format!("http://{}{path}?ex={expires:x}&is={issued:x}&hm={mark}&", self.address)
    }

    pub fn file(&self, path: &str, query: &HashMap<String, String>) -> Option<&Attachment> {
        let hex = |name: &str| u64::from_str_radix(query.get(name)?, 16).ok();
        let (expires, issued) = (hex("ex")?, hex("is")?);
        if query.get("hm")? != &seal(path, expires, issued) || self.now_ms() / 1000 >= expires {
            return None;
        }
        let mut parts = path.strip_prefix("/attachments/")?.split('/');
        let channel: Id = parts.next()?.parse().ok()?;
        let id: Id = parts.next()?.parse().ok()?;
        let messages = &self.channels.get(&channel)?.messages;
        messages.values().flat_map(|message| &message.attachments).find(|attachment| attachment.id == id)
    }

    pub fn guild_json(&self, guild: Id) -> Value {
        let guild = &self.guilds[&guild];
        json!({
            "id": guild.id.to_string(),
            "name": guild.name,
            "icon": null,
            "splash": null,
            "discovery_splash": null,
            "owner_id": guild.owner.to_string(),
            "afk_channel_id": null,
            "afk_timeout": 300,
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 2,
            "roles": guild.roles.values().map(|role| self.role_json(role)).collect::<Vec<_>>(),
            "emojis": [],
            "features": [],
            "mfa_level": 1,
            "application_id": null,
            "system_channel_id": null,
            "system_channel_flags": 0,
            "rules_channel_id": null,
            "max_members": 500_000,
            "vanity_url_code": null,
            "description": null,
            "banner": null,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "public_updates_channel_id": null,
            "nsfw_level": 0,
            "premium_progress_bar_enabled": false,
            "safety_alerts_channel_id": null,
            "hub_type": null,
            "incidents_data": null,
            "stickers": [],
        })
    }

    /// With everything that the bot learns when it connects. Without the presence intent the members are only the bot itself.
    pub fn guild_event(&self, guild: Id, with_members: bool) -> Value {
        let mut json = self.guild_json(guild);
        let guild = &self.guilds[&guild];
        let mine = self.channels.values().filter(|channel| channel.guild == Some(guild.id));
        let (threads, channels): (Vec<_>, Vec<_>) = mine.partition(|channel| channel.thread.is_some());
        let open = |thread: &&Channel| {
            thread.thread.as_ref().is_some_and(|thread| !thread.archived) && self.can_view(self.bot, thread.id)
        };
        let members = guild.members.keys().filter(|member| with_members || **member == self.bot);
        json["joined_at"] = json!(timestamp(guild.members.get(&self.bot).map_or(0, |member| member.joined_ms)));
        json["large"] = json!(false);
        json["unavailable"] = json!(false);
        json["member_count"] = json!(guild.members.len());
        json["voice_states"] = json!([]);
        json["members"] = members.map(|member| self.member_json(guild.id, *member, true)).collect();
        json["channels"] = channels.iter().map(|channel| self.channel_json(channel.id)).collect();
        json["threads"] = threads.into_iter().filter(open).map(|thread| self.channel_json(thread.id)).collect();
        json["presences"] = json!([]);
        json["stage_instances"] = json!([]);
        json["guild_scheduled_events"] = json!([]);
        json["soundboard_sounds"] = json!([]);
        json
    }
}

fn seal(path: &str, expires: u64, issued: u64) -> String {
    hex::encode(Sha256::digest(format!("fake-cdn {path} {expires:x} {issued:x}")))
}

pub fn overwrite_json(overwrite: &Overwrite) -> Value {
    json!({
        "id": overwrite.id.to_string(),
        "type": overwrite.kind,
        "allow": overwrite.allow.to_string(),
        "deny": overwrite.deny.to_string(),
    })
}

/// A custom emoji travels as `name:id`, one of Unicode as itself.
pub fn emoji_json(emoji: &str) -> Value {
    match emoji.rsplit_once(':') {
        Some((name, id)) => json!({ "id": id, "name": name }),
        None => json!({ "id": null, "name": emoji }),
    }
}

pub fn snowflake_ms(id: Id) -> u64 {
    (id >> 22) + 1_420_070_400_000
}

pub fn timestamp(ms: u64) -> String {
    let moment = DateTime::from_timestamp_millis(ms as i64).expect("a moment of our time");
    moment.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// People and roles that a text mentions, in order.
pub fn mentioned(text: &str) -> (Vec<Id>, Vec<Id>) {
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for part in text.split("<@").skip(1) {
        let Some((inner, _)) = part.split_once('>') else { continue };
        let (list, digits) = match inner.strip_prefix('&') {
            Some(role) => (&mut roles, role),
            None => (&mut users, inner.strip_prefix('!').unwrap_or(inner)),
        };
        let id = digits.parse::<Id>().ok().filter(|id| !list.contains(id));
        list.extend(id);
    }
    (users, roles)
}
