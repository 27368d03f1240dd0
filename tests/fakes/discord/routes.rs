//! What each ordinary route does to the world. Interactions and commands stand in `interactions`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gateway::intent;
use super::limits::{self, EPHEMERAL, Purpose};
use super::rest::{Answer, Ask, Refused, Upload};
use super::schema::{self, Wrong};
use super::world::{
    Attachment, Channel, DM, Id, Message, Overwrite, PRIVATE_THREAD, PUBLIC_THREAD, TEXT, Thread, World, emoji_json,
    may, snowflake_ms, timestamp,
};

/// A message with a thread of its own says so.
const HAS_THREAD: u64 = 1 << 5;
/// Pins of one channel.
const MOST_PINS: usize = 250;
/// How long an enforced nonce is remembered.
const NONCE_HOLDS_MS: u64 = 5 * 60 * 1000;

type Outcome = Result<Answer, Refused>;

impl World {
    pub fn routes(&mut self, ask: &Ask) -> Outcome {
        match ask.route().as_str() {
            "GET /gateway" => Answer::ok(json!({ "url": format!("ws://{}", self.address) })),
            "GET /gateway/bot" => Answer::ok(json!({
                "url": format!("ws://{}", self.address),
                "shards": 1,
                "session_start_limit": { "total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1 },
            })),
            "GET /users/@me" => Answer::ok(self.own_user_json()),
            "GET /users/@me/guilds" => {
                let guilds = self.guilds.values().filter(|guild| guild.members.contains_key(&self.bot));
                let one = |guild: &super::world::Guild| {
                    json!({
                        "id": guild.id.to_string(), "name": guild.name, "icon": null, "banner": null, "owner": false,
                        "permissions": self.guild_permissions(self.bot, guild.id).to_string(), "features": [],
                    })
                };
                Answer::ok(guilds.map(one).collect())
            }
            "POST /users/@me/channels" => self.open_dm(ask),
            "GET /users/{user_id}" => match self.user_json(ask.id("user_id")?) {
                Value::Null => Err(Refused::UNKNOWN_USER),
                user => Answer::ok(user),
            },
            "GET /oauth2/applications/@me" | "GET /applications/@me" => Answer::ok(self.application_json()),
            "GET /channels/{channel_id}" => {
                let channel = self.viewed(ask)?;
                Answer::ok(self.channel_json(channel))
            }
            "PATCH /channels/{channel_id}" => self.edit_channel(ask),
            "DELETE /channels/{channel_id}" => self.delete_channel(ask),
            "PUT /channels/{channel_id}/permissions/{overwrite_id}" => self.set_overwrite(ask),
            "DELETE /channels/{channel_id}/permissions/{overwrite_id}" => {
                let channel = self.viewed(ask)?;
                self.require(channel, may::MANAGE_ROLES)?;
                let target = ask.id("overwrite_id")?;
                self.channel_mut(channel).overwrites.retain(|overwrite| overwrite.id != target);
                self.channel_changed(channel);
                Answer::nothing()
            }
            "POST /channels/{channel_id}/typing" => {
                let channel = self.viewed(ask)?;
                self.writable(channel)?;
                Answer::nothing()
            }
            "GET /channels/{channel_id}/messages" => self.history(ask),
            "POST /channels/{channel_id}/messages" => self.send(ask),
            "POST /channels/{channel_id}/messages/bulk-delete" => self.bulk_delete_route(ask),
            "GET /channels/{channel_id}/messages/{message_id}" => {
                let (channel, message) = self.target(ask)?;
                self.require(channel, may::READ_MESSAGE_HISTORY)?;
                Answer::ok(self.shown(channel, message))
            }
            "PATCH /channels/{channel_id}/messages/{message_id}" => self.edit_route(ask),
            "DELETE /channels/{channel_id}/messages/{message_id}" => {
                let (channel, message) = self.target(ask)?;
                if self.message(channel, message).is_some_and(|message| message.author != self.bot) {
                    self.require(channel, may::MANAGE_MESSAGES)?;
                }
                self.delete_message(channel, message);
                Answer::nothing()
            }
            "GET /channels/{channel_id}/pins" => {
                let channel = self.viewed(ask)?;
                Answer::ok(self.pins(channel).into_iter().map(|(_, message)| message).collect())
            }
            "GET /channels/{channel_id}/messages/pins" => {
                let channel = self.viewed(ask)?;
                let item = |(at, message): (u64, Value)| json!({ "pinned_at": timestamp(at), "message": message });
                let items: Vec<_> = self.pins(channel).into_iter().map(item).collect();
                Answer::ok(json!({ "items": items, "has_more": false }))
            }
            "PUT /channels/{channel_id}/pins/{message_id}"
            | "PUT /channels/{channel_id}/messages/pins/{message_id}" => self.pin_route(ask, true),
            "DELETE /channels/{channel_id}/pins/{message_id}"
            | "DELETE /channels/{channel_id}/messages/pins/{message_id}" => self.pin_route(ask, false),
            "GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}" => {
                let (channel, message) = self.target(ask)?;
                let message = self.message(channel, message).expect("a target exists");
                let people = message.reactions.iter().filter(|(emoji, _)| emoji == ask.param("emoji_name"));
                let people = people.flat_map(|(_, people)| people).map(|user| self.user_json(*user));
                Answer::ok(people.collect())
            }
            "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me" => {
                let (channel, message) = self.target(ask)?;
                self.not_archived(channel)?;
                self.require(channel, may::READ_MESSAGE_HISTORY)?;
                let first = self
                    .message(channel, message)
                    .is_some_and(|message| message.reactions.iter().all(|(emoji, _)| emoji != ask.param("emoji_name")));
                if first {
                    self.require(channel, may::ADD_REACTIONS)?;
                }
                self.react(self.bot, channel, message, ask.param("emoji_name"), true);
                Answer::nothing()
            }
            "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me" => {
                let (channel, message) = self.target(ask)?;
                self.not_archived(channel)?;
                self.react(self.bot, channel, message, ask.param("emoji_name"), false);
                Answer::nothing()
            }
            "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}" => {
                let (channel, message) = self.target(ask)?;
                self.not_archived(channel)?;
                self.require(channel, may::MANAGE_MESSAGES)?;
                self.react(ask.id("user_id")?, channel, message, ask.param("emoji_name"), false);
                Answer::nothing()
            }
            "POST /channels/{channel_id}/messages/{message_id}/threads" => {
                let (channel, message) = self.target(ask)?;
                self.checked(ask, None, Vec::new())?;
                self.require(channel, may::CREATE_PUBLIC_THREADS | may::READ_MESSAGE_HISTORY)?;
                if self.channels[&channel].kind != TEXT {
                    return Err(Refused::WRONG_CHANNEL_TYPE);
                }
                if self.channels.contains_key(&message) {
                    return Err(Refused::HAS_THREAD);
                }
                let name = ask.body["name"].as_str().unwrap_or_default().to_owned();
                let minutes = ask.body["auto_archive_duration"].as_u64().unwrap_or(4320);
                let thread = self.open_thread(self.bot, channel, Some(message), PUBLIC_THREAD, &name, minutes);
                Answer::created(self.channel_json(thread))
            }
            "POST /channels/{channel_id}/threads" => {
                let channel = self.viewed(ask)?;
                self.checked(ask, Some("CreateTextThreadWithoutMessageRequest"), Vec::new())?;
                if self.channels[&channel].kind != TEXT {
                    return Err(Refused::WRONG_CHANNEL_TYPE);
                }
                let kind = ask.body["type"].as_u64().unwrap_or(u64::from(PRIVATE_THREAD)) as u8;
                let needed =
                    if kind == PRIVATE_THREAD { may::CREATE_PRIVATE_THREADS } else { may::CREATE_PUBLIC_THREADS };
                self.require(channel, needed)?;
                let name = ask.body["name"].as_str().unwrap_or_default().to_owned();
                let minutes = ask.body["auto_archive_duration"].as_u64().unwrap_or(4320);
                let thread = self.open_thread(self.bot, channel, None, kind, &name, minutes);
                Answer::created(self.channel_json(thread))
            }
            "GET /channels/{channel_id}/threads/archived/public" => self.archived(ask, PUBLIC_THREAD),
            "GET /channels/{channel_id}/threads/archived/private" => self.archived(ask, PRIVATE_THREAD),
            "GET /channels/{channel_id}/thread-members" => {
                let thread = self.viewed(ask)?;
                let members = self.thread(thread)?.members.clone();
                Answer::ok(members.iter().map(|user| self.thread_member_json(thread, *user)).collect())
            }
            "GET /channels/{channel_id}/thread-members/{user_id}" => {
                let (thread, user) = (self.viewed(ask)?, ask.id("user_id")?);
                if !self.thread(thread)?.members.contains(&user) {
                    return Err(Refused::UNKNOWN_MEMBER);
                }
                Answer::ok(self.thread_member_json(thread, user))
            }
            "PUT /channels/{channel_id}/thread-members/@me" => {
                let thread = self.viewed(ask)?;
                self.thread(thread)?;
                self.not_archived(thread)?;
                self.change_thread_members(thread, self.bot, true);
                Answer::nothing()
            }
            "PUT /channels/{channel_id}/thread-members/{user_id}" => {
                let (thread, user) = (self.viewed(ask)?, ask.id("user_id")?);
                self.thread(thread)?;
                self.not_archived(thread)?;
                self.writable(thread)?;
                if !self.users.contains_key(&user) {
                    return Err(Refused::UNKNOWN_USER);
                }
                // Nobody is let into a thread below a channel that they can't see.
                if !self.channels[&thread].parent.is_some_and(|parent| self.can_view(user, parent)) {
                    return Err(Refused::MISSING_ACCESS);
                }
                self.change_thread_members(thread, user, true);
                Answer::nothing()
            }
            "DELETE /channels/{channel_id}/thread-members/@me" => {
                let thread = self.viewed(ask)?;
                self.thread(thread)?;
                self.not_archived(thread)?;
                self.change_thread_members(thread, self.bot, false);
                Answer::nothing()
            }
            "DELETE /channels/{channel_id}/thread-members/{user_id}" => {
                let (thread, user) = (self.viewed(ask)?, ask.id("user_id")?);
                self.not_archived(thread)?;
                if self.thread(thread)?.owner != self.bot {
                    self.require(thread, may::MANAGE_THREADS)?;
                }
                self.change_thread_members(thread, user, false);
                Answer::nothing()
            }
            _ => self.guild_routes(ask),
        }
    }

    fn guild_routes(&mut self, ask: &Ask) -> Outcome {
        let id = ask.id("guild_id")?;
        let guild = self.guilds.get(&id).ok_or(Refused::UNKNOWN_GUILD)?;
        if !guild.members.contains_key(&self.bot) {
            return Err(Refused::MISSING_ACCESS);
        }
        match ask.route().as_str() {
            "GET /guilds/{guild_id}" => {
                let mut json = self.guild_json(id);
                let more = json!({
                    "home_header": null, "region": "deprecated", "widget_enabled": false, "widget_channel_id": null,
                    "max_presences": null, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
                    "premium_subscription_count": 0, "nsfw": false,
                });
                for (name, value) in more.as_object().into_iter().flatten() {
                    json[name] = value.clone();
                }
                Answer::ok(json)
            }
            "GET /guilds/{guild_id}/roles" => {
                Answer::ok(guild.roles.values().map(|role| self.role_json(role)).collect())
            }
            "GET /guilds/{guild_id}/channels" => {
                let mine =
                    self.channels.values().filter(|channel| channel.guild == Some(id) && channel.thread.is_none());
                Answer::ok(mine.map(|channel| self.channel_json(channel.id)).collect())
            }
            "GET /guilds/{guild_id}/threads/active" => {
                let open = |channel: &&Channel| {
                    channel.guild == Some(id)
                        && channel.thread.as_ref().is_some_and(|thread| !thread.archived)
                        && self.can_view(self.bot, channel.id)
                };
                let threads: Vec<_> = self.channels.values().filter(open).map(|c| self.channel_json(c.id)).collect();
                Answer::ok(json!({ "threads": threads, "members": [] }))
            }
            "GET /guilds/{guild_id}/members" => {
                if self.privileged & intent::GUILD_MEMBERS == 0 {
                    return Err(Refused::MISSING_ACCESS);
                }
                let limit = number(ask, "limit", 1, 1, 1000)?;
                let after: Id = ask.query.get("after").and_then(|after| after.parse().ok()).unwrap_or(0);
                let members = guild.members.keys().filter(|user| **user > after).take(limit);
                Answer::ok(members.map(|user| self.member_json(id, *user, true)).collect())
            }
            "GET /guilds/{guild_id}/members/search" => {
                let limit = number(ask, "limit", 1, 1, 1000)?;
                let query = ask.query.get("query").map(|query| query.to_lowercase()).unwrap_or_default();
                let fits = |user: &&Id| {
                    let nick = guild.members[*user].nick.as_deref().unwrap_or_default().to_lowercase();
                    self.users[*user].name.to_lowercase().starts_with(&query) || nick.starts_with(&query)
                };
                let members = guild.members.keys().filter(fits).take(limit);
                Answer::ok(members.map(|user| self.member_json(id, *user, true)).collect())
            }
            "GET /guilds/{guild_id}/members/{user_id}" => match self.member_json(id, ask.id("user_id")?, true) {
                Value::Null if self.users.contains_key(&ask.id("user_id")?) => Err(Refused::UNKNOWN_MEMBER),
                Value::Null => Err(Refused::UNKNOWN_USER),
                member => Answer::ok(member),
            },
            "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}" => self.give_role(ask, id, true),
            "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}" => self.give_role(ask, id, false),
            "POST /guilds/{guild_id}/channels" => self.create_channel_route(ask, id),
            route => unreachable!("{route} stands in the table and is served nowhere"),
        }
    }

    /// Only below one's own highest role.
    fn give_role(&mut self, ask: &Ask, guild: Id, gives: bool) -> Outcome {
        let (user, role) = (ask.id("user_id")?, ask.id("role_id")?);
        let there = &self.guilds[&guild];
        let Some(wanted) = there.roles.get(&role) else { return Err(Refused::UNKNOWN_ROLE) };
        let own = &there.members[&self.bot].roles;
        let highest = own.iter().filter_map(|role| there.roles.get(role)).map(|role| role.position).max().unwrap_or(0);
        if self.guild_permissions(self.bot, guild) & may::MANAGE_ROLES == 0
            || highest <= wanted.position
            || role == guild
        {
            return Err(Refused::MISSING_PERMISSIONS);
        }
        if !there.members.contains_key(&user) {
            return Err(Refused::UNKNOWN_MEMBER);
        }
        self.change_role(guild, user, role, gives);
        Answer::nothing()
    }

    pub fn change_role(&mut self, guild: Id, user: Id, role: Id, gives: bool) {
        let member = self.guilds.get_mut(&guild).and_then(|it| it.members.get_mut(&user)).expect("a member");
        match gives {
            true => member.roles.insert(role),
            false => member.roles.remove(&role),
        };
        let mut event = self.member_json(guild, user, true);
        event["guild_id"] = json!(guild.to_string());
        self.emit("GUILD_MEMBER_UPDATE", intent::GUILD_MEMBERS, None, event);
    }

    // Checks.

    /// Holds the body against its shape and what the shape leaves out.
    pub fn checked(&self, ask: &Ask, shape: Option<&str>, limits: Vec<Wrong>) -> Result<(), Refused> {
        let mut wrongs = schema::request(&ask.method, ask.path, shape, &ask.body);
        wrongs.extend(limits);
        if wrongs.is_empty() { Ok(()) } else { Err(Refused::invalid(wrongs)) }
    }

    /// A channel of the path that exists and that the bot sees.
    fn viewed(&self, ask: &Ask) -> Result<Id, Refused> {
        let channel = ask.id("channel_id")?;
        if !self.channels.contains_key(&channel) {
            return Err(Refused::UNKNOWN_CHANNEL);
        }
        if !self.can_view(self.bot, channel) {
            return Err(Refused::MISSING_ACCESS);
        }
        Ok(channel)
    }

    /// The message of the path; ephemeral ones are found only through their interaction.
    fn target(&self, ask: &Ask) -> Result<(Id, Id), Refused> {
        let channel = self.viewed(ask)?;
        let message = ask.id("message_id")?;
        let found = self.message(channel, message).filter(|message| message.visible_to.is_none());
        found.map(|message| (channel, message.id)).ok_or(Refused::UNKNOWN_MESSAGE)
    }

    fn require(&self, channel: Id, needed: u64) -> Result<(), Refused> {
        if self.permissions(self.bot, channel) & needed == needed { Ok(()) } else { Err(Refused::MISSING_PERMISSIONS) }
    }

    fn thread(&self, channel: Id) -> Result<&Thread, Refused> {
        self.channels.get(&channel).and_then(|channel| channel.thread.as_ref()).ok_or(Refused::WRONG_CHANNEL_TYPE)
    }

    fn not_archived(&self, channel: Id) -> Result<(), Refused> {
        match &self.channels[&channel].thread {
            Some(thread) if thread.archived => Err(Refused::ARCHIVED),
            _ => Ok(()),
        }
    }

    /// Whether the bot may write here; an archived thread wakes up unless it is locked.
    fn writable(&self, channel: Id) -> Result<(), Refused> {
        let place = &self.channels[&channel];
        if let Some(recipient) = place.recipient {
            return self.reachable(recipient);
        }
        let sends = if place.thread.is_some() { may::SEND_MESSAGES_IN_THREADS } else { may::SEND_MESSAGES };
        self.require(channel, sends)?;
        let locked = place.thread.as_ref().is_some_and(|thread| thread.locked);
        let archived = place.thread.as_ref().is_some_and(|thread| thread.archived);
        match (archived, locked, self.require(channel, may::MANAGE_THREADS)) {
            (true, true, Err(_)) => Err(Refused::ARCHIVED),
            (false, true, Err(_)) => Err(Refused::LOCKED),
            _ => Ok(()),
        }
    }

    /// People can be written to while they share a guild with the bot and let others write.
    fn reachable(&self, user: Id) -> Result<(), Refused> {
        let open = self.users.get(&user).is_some_and(|user| user.dms_open && !user.bot);
        let shared = self.guilds.values().any(|g| g.members.contains_key(&user) && g.members.contains_key(&self.bot));
        if open && shared { Ok(()) } else { Err(Refused::CANNOT_SEND_TO_USER) }
    }

    fn channel_mut(&mut self, channel: Id) -> &mut Channel {
        self.channels.get_mut(&channel).expect("a channel of the path exists")
    }

    /// As REST shows it to an application with or without the content switch.
    pub fn shown(&self, channel: Id, message: Id) -> Value {
        let message = self.message(channel, message).expect("a shown message exists");
        let mut json = self.message_json(message);
        if self.privileged & intent::MESSAGE_CONTENT == 0 {
            self.strip_content(&mut json);
        }
        json
    }

    // Deeds.

    fn open_dm(&mut self, ask: &Ask) -> Outcome {
        self.checked(ask, None, Vec::new())?;
        let user = ask.body["recipient_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
        if !self.users.contains_key(&user) {
            return Err(Refused::UNKNOWN_USER);
        }
        if user == self.bot || self.users[&user].bot {
            return Err(Refused::CANNOT_SEND_TO_USER);
        }
        let channel = self.dm_with(user);
        Answer::ok(self.channel_json(channel))
    }

    /// The direct conversation with a person, opened if need be.
    pub fn dm_with(&mut self, user: Id) -> Id {
        if let Some(channel) = self.channels.values().find(|channel| channel.recipient == Some(user)) {
            return channel.id;
        }
        let id = self.snowflake();
        self.channels.insert(id, Channel { recipient: Some(user), ..bare_channel(id, DM, "", 0) });
        id
    }

    fn send(&mut self, ask: &Ask) -> Outcome {
        let channel = self.viewed(ask)?;
        self.checked(ask, None, limits::message(&ask.body, Purpose::Send, ask.uploads.len()))?;
        self.writable(channel)?;
        if !ask.uploads.is_empty() {
            self.require(channel, may::ATTACH_FILES)?;
        }
        let enforced = ask.body["enforce_nonce"] == true;
        let nonce = (channel, ask.body["nonce"].to_string());
        if let Some((earlier, at)) = self.nonces.get(&nonce).copied().filter(|_| enforced) {
            let still = self.now_ms() < at + NONCE_HOLDS_MS && self.message(channel, earlier).is_some();
            if still {
                return Answer::ok(self.shown(channel, earlier));
            }
        }
        let mut message = self.compose(self.bot, channel, &ask.body, &ask.uploads)?;
        if let Some(reference) = ask.body["message_reference"].as_object() {
            let id = reference["message_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
            let exists = self.message(channel, id).is_some_and(|message| message.visible_to.is_none());
            match (exists, reference.get("fail_if_not_exists") == Some(&json!(false))) {
                (true, _) => {
                    self.require(channel, may::READ_MESSAGE_HISTORY)?;
                    message.reply_to = Some((channel, id));
                    message.kind = 19;
                }
                (false, true) => {}
                (false, false) => {
                    let wrong = Wrong::new(&["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
                    return Err(Refused::invalid(vec![wrong]));
                }
            }
        }
        let id = self.post(message);
        if enforced {
            let now = self.now_ms();
            self.nonces.insert(nonce, (id, now));
        }
        Answer::ok(self.shown(channel, id))
    }

    /// A message out of a checked body; refused where nothing would be seen.
    pub fn compose(&mut self, author: Id, channel: Id, body: &Value, uploads: &[Upload]) -> Result<Message, Refused> {
        let mut message = Message {
            id: self.snowflake(),
            channel,
            author,
            written_ms: self.now_ms(),
            nonce: Some(body["nonce"].clone()).filter(|nonce| !nonce.is_null()),
            allowed_mentions: Some(body["allowed_mentions"].clone()),
            ..Message::default()
        };
        self.lay_out(&mut message, body, uploads)?;
        Ok(message)
    }

    /// Takes over what the body says and leaves the rest as it is.
    pub fn lay_out(&mut self, message: &mut Message, body: &Value, uploads: &[Upload]) -> Result<(), Refused> {
        if let Some(content) = body.get("content") {
            message.content = content.as_str().unwrap_or_default().to_owned();
        }
        if let Some(embeds) = body.get("embeds") {
            message.embeds = embeds.as_array().cloned().unwrap_or_default();
            message.embeds.iter_mut().for_each(stored_embed);
        }
        if let Some(components) = body.get("components") {
            message.components = components.as_array().cloned().unwrap_or_default();
            stored_components(&mut message.components, &mut 0);
        }
        if let Some(flags) = body["flags"].as_u64() {
            // Who sees it is settled when it is sent.
            message.flags = flags & !EPHEMERAL | message.flags & EPHEMERAL;
        }
        if let Some(allowed) = body.get("allowed_mentions").filter(|allowed| allowed.is_object()) {
            message.allowed_mentions = Some(allowed.clone());
        }
        let listed = body["attachments"].as_array();
        if let Some(listed) = listed {
            let kept: BTreeSet<Id> = listed.iter().filter_map(|one| one["id"].as_str()?.parse().ok()).collect();
            message.attachments.retain(|attachment| kept.contains(&attachment.id));
            for (index, one) in listed.iter().enumerate() {
                let id = one["id"].as_u64().or_else(|| one["id"].as_str()?.parse().ok()).unwrap_or(0);
                let known = message.attachments.iter().any(|attachment| attachment.id == id);
                if !known && !uploads.iter().any(|upload| upload.index == id) {
                    let path = ["attachments", &index.to_string(), "id"];
                    let wrong = Wrong::new(&path, "ATTACHMENT_NOT_FOUND", "No file was uploaded for this");
                    return Err(Refused::invalid(vec![wrong]));
                }
            }
        }
        for upload in uploads {
            let of = |one: &&Value| one["id"] == upload.index || one["id"] == upload.index.to_string().as_str();
            let meta = listed.and_then(|listed| listed.iter().find(of));
            let text = |name: &str| meta.and_then(|meta| meta[name].as_str()).map(str::to_owned);
            let attachment = Attachment {
                id: self.snowflake(),
                name: text("filename").unwrap_or_else(|| upload.name.clone()),
                description: text("description"),
                content_type: upload.content_type.clone(),
                bytes: upload.bytes.clone(),
            };
            message.attachments.push(attachment);
        }
        if message.content.trim().is_empty()
            && message.embeds.is_empty()
            && message.attachments.is_empty()
            && message.components.is_empty()
        {
            return Err(Refused::EMPTY);
        }
        Ok(())
    }

    /// Puts a message where it belongs and tells everybody who may know.
    pub fn post(&mut self, message: Message) -> Id {
        let (id, channel, hidden) = (message.id, message.channel, message.visible_to.is_some());
        let (author, system) = (message.author, !matches!(message.kind, 0 | 19 | 20 | 23));
        self.channel_mut(channel).messages.insert(id, message);
        if hidden {
            return id;
        }
        let now = self.now_ms();
        let place = self.channel_mut(channel);
        let woken = place.thread.as_mut().filter(|thread| thread.archived && !system).map(|thread| {
            thread.archived = false;
            thread.archive_changed_ms = now;
        });
        if woken.is_some() {
            self.channel_changed(channel);
        }
        let joins = self.channels[&channel].thread.as_ref().is_some_and(|thread| !thread.members.contains(&author));
        if joins && !system {
            self.change_thread_members(channel, author, true);
        }
        let event = self.message_event(&self.channels[&channel].messages[&id]);
        self.emit("MESSAGE_CREATE", self.messages_intent(channel), Some(channel), event);
        id
    }

    pub fn messages_intent(&self, channel: Id) -> u64 {
        if self.guild_of(channel).is_some() { intent::GUILD_MESSAGES } else { intent::DIRECT_MESSAGES }
    }

    pub fn message_changed(&mut self, channel: Id, message: Id) {
        let Some(found) = self.message(channel, message).filter(|message| message.visible_to.is_none()) else { return };
        let event = self.message_event(found);
        self.emit("MESSAGE_UPDATE", self.messages_intent(channel), Some(channel), event);
    }

    pub fn delete_message(&mut self, channel: Id, message: Id) {
        let Some(gone) = self.channel_mut(channel).messages.remove(&message) else { return };
        if gone.visible_to.is_some() {
            return;
        }
        let mut event = json!({ "id": message.to_string(), "channel_id": channel.to_string() });
        if let Some(guild) = self.guild_of(channel) {
            event["guild_id"] = json!(guild.to_string());
        }
        self.emit("MESSAGE_DELETE", self.messages_intent(channel), Some(channel), event);
    }

    pub fn bulk_delete(&mut self, channel: Id, messages: &[Id]) {
        for message in messages {
            self.channel_mut(channel).messages.remove(message);
        }
        let ids: Vec<_> = messages.iter().map(Id::to_string).collect();
        let mut event = json!({ "ids": ids, "channel_id": channel.to_string() });
        if let Some(guild) = self.guild_of(channel) {
            event["guild_id"] = json!(guild.to_string());
        }
        self.emit("MESSAGE_DELETE_BULK", self.messages_intent(channel), Some(channel), event);
    }

    fn bulk_delete_route(&mut self, ask: &Ask) -> Outcome {
        let channel = self.viewed(ask)?;
        let ids: Vec<Id> =
            ask.body["messages"].as_array().into_iter().flatten().filter_map(|id| id.as_str()?.parse().ok()).collect();
        let two_weeks = self.now_ms().saturating_sub(14 * 24 * 60 * 60 * 1000);
        let mut wrongs = Vec::new();
        if !(2..=100).contains(&ids.len()) {
            wrongs.push(Wrong::new(&["messages"], "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length."));
        }
        self.checked(ask, None, wrongs)?;
        self.require(channel, may::MANAGE_MESSAGES)?;
        if ids.iter().any(|id| snowflake_ms(*id) < two_weeks) {
            let message = "A message provided was too old to bulk delete";
            return Err(Refused::new(400, 50034, message));
        }
        self.bulk_delete(channel, &ids);
        Answer::nothing()
    }

    fn edit_route(&mut self, ask: &Ask) -> Outcome {
        let (channel, id) = self.target(ask)?;
        self.checked(ask, None, limits::message(&ask.body, Purpose::Edit, ask.uploads.len()))?;
        let message = self.message(channel, id).expect("a target exists").clone();
        if message.author != self.bot || message.webhook.is_some() {
            return Err(Refused::NOT_YOURS);
        }
        if !matches!(message.kind, 0 | 19 | 20 | 23) {
            return Err(Refused::SYSTEM_MESSAGE);
        }
        self.not_archived(channel)?;
        self.rewrite(message, &ask.body, &ask.uploads)?;
        Answer::ok(self.shown(channel, id))
    }

    /// Replaces a message by its edited self.
    pub fn rewrite(&mut self, mut message: Message, body: &Value, uploads: &[Upload]) -> Result<(), Refused> {
        self.lay_out(&mut message, body, uploads)?;
        message.edited_ms = Some(self.now_ms());
        let (channel, id) = (message.channel, message.id);
        self.channel_mut(channel).messages.insert(id, message);
        self.message_changed(channel, id);
        Ok(())
    }

    fn history(&mut self, ask: &Ask) -> Outcome {
        let channel = self.viewed(ask)?;
        let limit = number(ask, "limit", 50, 1, 100)?;
        if self.require(channel, may::READ_MESSAGE_HISTORY).is_err() {
            return Answer::ok(json!([]));
        }
        let pivots = ["before", "after", "around"].map(|name| ask.query.get(name));
        if pivots.iter().flatten().count() > 1 {
            let wrong = Wrong::new(&["before"], "BASE_TYPE_BAD", "before, after and around exclude one another");
            return Err(Refused::invalid(vec![wrong]));
        }
        let pivot = |name: &str| ask.query.get(name).map(|id| id.parse::<Id>().unwrap_or(0));
        let visible: Vec<Id> =
            self.channels[&channel].messages.values().filter(|m| m.visible_to.is_none()).map(|m| m.id).collect();
        let mut ids: Vec<Id> = if let Some(after) = pivot("after") {
            visible.into_iter().filter(|id| *id > after).take(limit).collect()
        } else if let Some(around) = pivot("around") {
            let newer = visible.iter().copied().filter(|id| *id >= around).take(limit.div_ceil(2));
            let older = visible.iter().rev().copied().filter(|id| *id < around).take(limit / 2);
            let mut ids: Vec<_> = older.chain(newer).collect();
            ids.sort_unstable();
            ids
        } else {
            let before = pivot("before").unwrap_or(Id::MAX);
            visible.into_iter().rev().filter(|id| *id < before).take(limit).collect()
        };
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Answer::ok(ids.into_iter().map(|id| self.shown(channel, id)).collect())
    }

    /// Newest pin first.
    fn pins(&self, channel: Id) -> Vec<(u64, Value)> {
        let all = self.channels[&channel].messages.values();
        let mut pinned: Vec<_> =
            all.filter_map(|message| Some((message.pinned_ms?, self.shown(channel, message.id)))).collect();
        pinned.sort_by_key(|(at, message)| std::cmp::Reverse((*at, message["id"].to_string())));
        pinned
    }

    fn pin_route(&mut self, ask: &Ask, pin: bool) -> Outcome {
        let (channel, message) = self.target(ask)?;
        self.require(channel, may::PIN_MESSAGES)?;
        self.not_archived(channel)?;
        if pin && self.pins(channel).len() >= MOST_PINS {
            return Err(Refused::new(400, 30003, "Maximum number of pins reached for the channel (250)"));
        }
        self.pin(self.bot, channel, message, pin);
        Answer::nothing()
    }

    pub fn pin(&mut self, who: Id, channel: Id, message: Id, pin: bool) {
        let now = self.now_ms();
        let found = self.message_mut(channel, message).expect("a target exists");
        if found.pinned_ms.is_some() == pin {
            return;
        }
        found.pinned_ms = pin.then_some(now);
        let mut event = json!({ "channel_id": channel.to_string() });
        if let Some(guild) = self.guild_of(channel) {
            event["guild_id"] = json!(guild.to_string());
        }
        event["last_pin_timestamp"] = self.channel_json(channel)["last_pin_timestamp"].clone();
        let needs = if self.guild_of(channel).is_some() { intent::GUILDS } else { intent::DIRECT_MESSAGES };
        self.emit("CHANNEL_PINS_UPDATE", needs, Some(channel), event);
        self.message_changed(channel, message);
        if pin {
            let notice = Message {
                id: self.snowflake(),
                channel,
                author: who,
                kind: 6,
                written_ms: now,
                reply_to: Some((channel, message)),
                allowed_mentions: Some(json!({ "parse": [] })),
                ..Message::default()
            };
            self.post(notice);
        }
    }

    pub fn react(&mut self, user: Id, channel: Id, message: Id, emoji: &str, add: bool) {
        let Some(found) = self.message_mut(channel, message) else { return };
        let author = found.author;
        let changed = match found.reactions.iter_mut().find(|(known, _)| known == emoji) {
            Some((_, people)) if add => people.insert(user),
            Some((_, people)) => people.remove(&user),
            None if add => {
                found.reactions.push((emoji.to_owned(), BTreeSet::from([user])));
                true
            }
            None => false,
        };
        found.reactions.retain(|(_, people)| !people.is_empty());
        if !changed {
            return;
        }
        let mut event = json!({
            "user_id": user.to_string(),
            "channel_id": channel.to_string(),
            "message_id": message.to_string(),
            "emoji": emoji_json(emoji),
            "burst": false,
            "type": 0,
        });
        let guild = self.guild_of(channel);
        if let Some(guild) = guild {
            event["guild_id"] = json!(guild.to_string());
            let member = self.member_json(guild, user, true);
            if add && !member.is_null() {
                event["member"] = member;
            }
        }
        if add {
            event["message_author_id"] = json!(author.to_string());
        }
        let needs = if guild.is_some() { intent::GUILD_MESSAGE_REACTIONS } else { intent::DIRECT_MESSAGE_REACTIONS };
        let name = if add { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
        self.emit(name, needs, Some(channel), event);
    }

    pub fn open_thread(&mut self, who: Id, parent: Id, from: Option<Id>, kind: u8, name: &str, minutes: u64) -> Id {
        let id = from.unwrap_or_else(|| self.snowflake());
        let now = self.now_ms();
        let guild = self.guild_of(parent);
        let thread = Thread {
            owner: who,
            archived: false,
            locked: false,
            auto_archive_minutes: minutes,
            archive_changed_ms: now,
            members: BTreeSet::from([who]),
        };
        let channel = Channel { guild, parent: Some(parent), thread: Some(thread), ..bare_channel(id, kind, name, 0) };
        self.channels.insert(id, channel);
        let mut event = self.channel_json(id);
        event["newly_created"] = json!(true);
        self.emit("THREAD_CREATE", intent::GUILDS, Some(id), event);
        let notice = |world: &mut Self, channel, kind, content: &str, reply_to| Message {
            id: world.snowflake(),
            channel,
            author: who,
            kind,
            content: content.to_owned(),
            written_ms: now,
            reply_to,
            allowed_mentions: Some(json!({ "parse": [] })),
            ..Message::default()
        };
        match from {
            Some(message) => {
                if let Some(message) = self.message_mut(parent, message) {
                    message.flags |= HAS_THREAD;
                }
                self.message_changed(parent, message);
                let starter = notice(self, id, 21, "", Some((parent, message)));
                self.post(starter);
            }
            None if kind == PUBLIC_THREAD => {
                let created = notice(self, parent, 18, name, None);
                self.post(created);
            }
            None => {}
        }
        id
    }

    pub fn change_thread_members(&mut self, thread: Id, user: Id, add: bool) {
        let guild = self.guild_of(thread).expect("threads live in guilds");
        let place = self.channel_mut(thread).thread.as_mut().expect("a thread");
        if place.members.contains(&user) == add {
            return;
        }
        let count = place.members.len();
        if add {
            place.members.insert(user);
        }
        if add && user == self.bot {
            // The bot learns of the thread when it is let in.
            let event = self.channel_json(thread);
            self.emit("THREAD_CREATE", intent::GUILDS, Some(thread), event);
        }
        let mut event = json!({ "id": thread.to_string(), "guild_id": guild.to_string() });
        if add {
            let mut member = self.thread_member_json(thread, user);
            member["member"] = self.member_json(guild, user, true);
            event["added_members"] = json!([member]);
            event["member_count"] = json!((count + 1).min(50));
        } else {
            event["removed_member_ids"] = json!([user.to_string()]);
            event["member_count"] = json!((count - 1).min(50));
        }
        // The event goes out before the leaving takes effect, so that a bot that is put out of a private thread hears of it.
        self.emit("THREAD_MEMBERS_UPDATE", intent::GUILDS, Some(thread), event);
        if !add {
            let place = self.channel_mut(thread).thread.as_mut().expect("a thread");
            place.members.remove(&user);
        }
    }

    fn archived(&mut self, ask: &Ask, kind: u8) -> Outcome {
        let channel = self.viewed(ask)?;
        self.require(channel, may::READ_MESSAGE_HISTORY)?;
        if kind == PRIVATE_THREAD {
            self.require(channel, may::MANAGE_THREADS)?;
        }
        let fits = |thread: &&Channel| {
            thread.parent == Some(channel) && thread.kind == kind && thread.thread.as_ref().is_some_and(|t| t.archived)
        };
        let threads: Vec<_> = self.channels.values().filter(fits).map(|thread| self.channel_json(thread.id)).collect();
        Answer::ok(json!({ "threads": threads, "members": [], "has_more": false }))
    }

    fn create_channel_route(&mut self, ask: &Ask, guild: Id) -> Outcome {
        self.checked(ask, None, Vec::new())?;
        let mine = self.guild_permissions(self.bot, guild);
        if mine & may::MANAGE_CHANNELS == 0 {
            return Err(Refused::MISSING_PERMISSIONS);
        }
        let kind = ask.body["type"].as_u64().unwrap_or(0) as u8;
        if !matches!(kind, TEXT | 4) {
            return Err(Refused::new(400, 50035, "Only text channels and categories are made here"));
        }
        let overwrites = overwrites(&ask.body["permission_overwrites"]);
        // Nobody hands out or takes away what they don't have themselves.
        if overwrites.iter().any(|overwrite| (overwrite.allow | overwrite.deny) & !mine != 0) {
            return Err(Refused::MISSING_PERMISSIONS);
        }
        let name = ask.body["name"].as_str().unwrap_or_default();
        let topic = ask.body["topic"].as_str().map(str::to_owned);
        let id = self.create_channel(guild, kind, name, overwrites);
        self.channel_mut(id).topic = topic;
        self.channel_mut(id).parent = ask.body["parent_id"].as_str().and_then(|id| id.parse().ok());
        let event = self.channel_json(id);
        self.emit("CHANNEL_CREATE", intent::GUILDS, None, event.clone());
        Answer::created(event)
    }

    /// A channel nobody has been told of yet.
    pub fn create_channel(&mut self, guild: Id, kind: u8, name: &str, overwrites: Vec<Overwrite>) -> Id {
        let id = self.snowflake();
        let position = self.channels.values().filter(|channel| channel.guild == Some(guild)).count();
        let channel =
            Channel { guild: Some(guild), overwrites, ..bare_channel(id, kind, &channel_name(kind, name), position) };
        self.channels.insert(id, channel);
        id
    }

    fn edit_channel(&mut self, ask: &Ask) -> Outcome {
        let id = self.viewed(ask)?;
        let is_thread = self.channels[&id].thread.is_some();
        let shape = if is_thread { "UpdateThreadRequestPartial" } else { "UpdateGuildChannelRequestPartial" };
        self.checked(ask, Some(shape), Vec::new())?;
        let body = &ask.body;
        if is_thread {
            let mine = self.thread(id)?.owner == self.bot;
            if !mine || !body["locked"].is_null() {
                self.require(id, may::MANAGE_THREADS)?;
            }
            if body["archived"] != false {
                self.not_archived(id)?;
            }
        } else {
            if self.channels[&id].guild.is_none() {
                return Err(Refused::WRONG_CHANNEL_TYPE);
            }
            self.require(id, may::MANAGE_CHANNELS)?;
            if body.get("permission_overwrites").is_some() {
                self.require(id, may::MANAGE_ROLES)?;
            }
        }
        let now = self.now_ms();
        let channel = self.channel_mut(id);
        if let Some(name) = body["name"].as_str() {
            channel.name = channel_name(channel.kind, name);
        }
        if let Some(topic) = body.get("topic") {
            channel.topic = topic.as_str().map(str::to_owned);
        }
        if let Some(parent) = body.get("parent_id") {
            channel.parent = parent.as_str().and_then(|id| id.parse().ok());
        }
        if body["permission_overwrites"].is_array() {
            channel.overwrites = overwrites(&body["permission_overwrites"]);
        }
        if let Some(thread) = &mut channel.thread {
            if let Some(archived) = body["archived"].as_bool().filter(|archived| *archived != thread.archived) {
                thread.archived = archived;
                thread.archive_changed_ms = now;
            }
            thread.locked = body["locked"].as_bool().unwrap_or(thread.locked);
            thread.auto_archive_minutes = body["auto_archive_duration"].as_u64().unwrap_or(thread.auto_archive_minutes);
        }
        self.channel_changed(id);
        Answer::ok(self.channel_json(id))
    }

    pub fn channel_changed(&mut self, channel: Id) {
        let event = self.channel_json(channel);
        match self.channels[&channel].thread {
            Some(_) => self.emit("THREAD_UPDATE", intent::GUILDS, Some(channel), event),
            None => self.emit("CHANNEL_UPDATE", intent::GUILDS, None, event),
        }
    }

    fn set_overwrite(&mut self, ask: &Ask) -> Outcome {
        let channel = self.viewed(ask)?;
        self.checked(ask, None, Vec::new())?;
        self.require(channel, may::MANAGE_ROLES)?;
        let mut overwrite = ask.body.clone();
        overwrite["id"] = json!(ask.param("overwrite_id"));
        let mut new = overwrites(&json!([overwrite]));
        if new.iter().any(|new| (new.allow | new.deny) & !self.permissions(self.bot, channel) != 0) {
            return Err(Refused::MISSING_PERMISSIONS);
        }
        let target = ask.id("overwrite_id")?;
        let place = self.channel_mut(channel);
        place.overwrites.retain(|overwrite| overwrite.id != target);
        place.overwrites.append(&mut new);
        self.channel_changed(channel);
        Answer::nothing()
    }

    fn delete_channel(&mut self, ask: &Ask) -> Outcome {
        let id = self.viewed(ask)?;
        let place = &self.channels[&id];
        match (&place.thread, place.guild) {
            (Some(_), _) => self.require(id, may::MANAGE_THREADS)?,
            (None, Some(_)) => self.require(id, may::MANAGE_CHANNELS)?,
            // To leave a direct conversation only closes it.
            (None, None) => return Answer::ok(self.channel_json(id)),
        }
        let json = self.channel_json(id);
        self.remove_channel(id);
        Answer::ok(json)
    }

    /// A channel goes, with its threads and everything in them.
    pub fn remove_channel(&mut self, id: Id) {
        let json = self.channel_json(id);
        let Some(gone) = self.channels.get(&id) else { return };
        if gone.thread.is_some() {
            let mut event = json!({ "type": gone.kind });
            for name in ["id", "guild_id", "parent_id"] {
                event[name] = json[name].clone();
            }
            self.emit("THREAD_DELETE", intent::GUILDS, Some(id), event);
        } else {
            self.emit("CHANNEL_DELETE", intent::GUILDS, None, json);
        }
        self.channels.retain(|_, channel| channel.id != id && channel.parent != Some(id));
    }

    fn application_json(&self) -> Value {
        json!({
            "id": self.application.to_string(),
            "name": self.users[&self.bot].name,
            "icon": null,
            "description": "",
            "bot_public": self.public,
            "bot_require_code_grant": false,
            "summary": "",
            "verify_key": "0".repeat(64),
            "type": null,
            "team": null,
            "owner": self.user_json(self.guilds.values().next().map_or(0, |guild| guild.owner)),
            "flags": self.flags(),
            "flags_new": self.flags().to_string(),
            "role_connections_verification_url": null,
            "approximate_guild_count": self.guilds.len(),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": [],
            "bot": self.user_json(self.bot),
            "integration_types_config": { "0": {} },
            "redirect_uris": [],
            "interactions_endpoint_url": null,
        })
    }

    /// What the application page says about privileged intents, in the form that small applications have.
    pub fn flags(&self) -> u64 {
        let switches =
            [(intent::GUILD_PRESENCES, 1 << 13), (intent::GUILD_MEMBERS, 1 << 15), (intent::MESSAGE_CONTENT, 1 << 19)];
        switches.iter().filter(|(intent, _)| self.privileged & intent != 0).map(|(_, flag)| flag).sum()
    }
}

/// An embed as it is given back: without what was left empty, and with what Discord fills in.
fn stored_embed(embed: &mut Value) {
    if let Some(embed) = embed.as_object_mut() {
        embed.retain(|_, value| !value.is_null());
        embed.insert("type".to_owned(), json!("rich"));
    }
    for field in embed.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        field["inline"] = json!(field["inline"] == true);
    }
}

/// Components as they are given back: numbered, and with what Discord fills in.
fn stored_components(components: &mut [Value], next: &mut u64) {
    for component in components {
        *next += 1;
        let Some(object) = component.as_object_mut() else { continue };
        object.retain(|_, value| !value.is_null());
        let usual = match object.get("type").and_then(Value::as_u64) {
            Some(3 | 5..=8) => json!({ "min_values": 1, "max_values": 1 }),
            Some(14) => json!({ "spacing": 1, "divider": true }),
            Some(17) => json!({ "accent_color": null, "spoiler": false }),
            _ => json!({}),
        };
        object.entry("id").or_insert(json!(*next));
        for (name, value) in usual.as_object().into_iter().flatten() {
            object.entry(name).or_insert(value.clone());
        }
        if let Some(inner) = component.get_mut("components").and_then(Value::as_array_mut) {
            stored_components(inner, next);
        }
        if let Some(accessory) = component.get_mut("accessory") {
            stored_components(std::slice::from_mut(accessory), next);
        }
    }
}

fn bare_channel(id: Id, kind: u8, name: &str, position: usize) -> Channel {
    Channel {
        id,
        kind,
        guild: None,
        name: name.to_owned(),
        topic: None,
        parent: None,
        overwrites: Vec::new(),
        position,
        recipient: None,
        thread: None,
        messages: std::collections::BTreeMap::new(),
    }
}

/// Text channels are lower case and have no spaces, whatever was asked for.
fn channel_name(kind: u8, name: &str) -> String {
    if kind == TEXT { name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-") } else { name.to_owned() }
}

fn overwrites(list: &Value) -> Vec<Overwrite> {
    let bits = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0);
    let one = |overwrite: &Value| {
        Some(Overwrite {
            id: overwrite["id"].as_str()?.parse().ok()?,
            kind: bits(&overwrite["type"]),
            allow: bits(&overwrite["allow"]),
            deny: bits(&overwrite["deny"]),
        })
    };
    list.as_array().into_iter().flatten().filter_map(one).collect()
}

fn number(ask: &Ask, name: &str, usual: usize, least: usize, most: usize) -> Result<usize, Refused> {
    let Some(text) = ask.query.get(name) else { return Ok(usual) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| {
        let message = format!("int value should be between {least} and {most}.");
        Refused::invalid(vec![Wrong::new(&[name], "NUMBER_TYPE_RANGE", message)])
    })
}
