//! Acting as people, other bots and Discord itself. What the client would not let a person do fails the test at once; the `try_`
//! forms say why instead.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::FakeDiscord;
use super::gateway::intent;
use super::rest::Upload;
use super::world::{Attachment, Id, Member, Message, PRIVATE_THREAD, PUBLIC_THREAD, World, may};

impl FakeDiscord {
    pub fn say(&self, user: Id, channel: Id, text: &str) -> Id {
        self.act(|world| world.write(user, channel, text, None, Vec::new()))
    }

    pub fn reply(&self, user: Id, to: Id, text: &str) -> Id {
        self.act(|world| {
            let channel = world.find_message(to).expect("a known message").channel;
            world.write(user, channel, text, Some((channel, to)), Vec::new())
        })
    }

    pub fn upload(&self, user: Id, channel: Id, name: &str, bytes: &[u8], text: &str) -> Id {
        self.act(|world| {
            let file = Attachment {
                id: world.snowflake(),
                name: name.to_owned(),
                description: None,
                content_type: content_type(name),
                bytes: bytes.to_vec(),
            };
            world.write(user, channel, text, None, vec![file])
        })
    }

    /// A message as Discord tells it, with something more in it: what is forwarded, a poll, files of another address.
    pub fn say_with(&self, user: Id, channel: Id, text: &str, more: &Value) -> Id {
        self.with(|world| {
            let (id, written_ms) = (world.snowflake(), world.now_ms());
            let message =
                Message { id, channel, author: user, content: text.to_owned(), written_ms, ..Message::default() };
            let mut event = world.message_event(&message);
            let fields = event.as_object_mut().expect("an event");
            fields.extend(more.as_object().expect("more fields").clone());
            let intent = world.messages_intent(channel);
            world.emit("MESSAGE_CREATE", intent, Some(channel), event);
            id
        })
    }

    pub fn edit(&self, message: Id, text: &str) {
        self.act(|world| {
            let mut found = world.find_message(message).expect("a known message").clone();
            world.words.push(text.to_owned());
            found.content = text.to_owned();
            // Nobody edits a message twice within a millisecond, whatever the clock of a test says.
            found.edited_ms = Some(found.edited_ms.map_or(0, |before| before + 1).max(world.now_ms()));
            let (channel, id) = (found.channel, found.id);
            *world.message_mut(channel, id).expect("found above") = found;
            world.message_changed(channel, id);
        });
    }

    /// Takes every file off a message and, if there is one, puts another on.
    pub fn change_files(&self, message: Id, file: Option<(&str, &[u8])>) {
        self.act(|world| {
            let (channel, now) = (world.find_message(message).expect("a known message").channel, world.now_ms());
            let file = file.map(|(name, bytes)| Attachment {
                id: world.snowflake(),
                name: name.to_owned(),
                description: None,
                content_type: content_type(name),
                bytes: bytes.to_vec(),
            });
            let found = world.message_mut(channel, message).expect("found above");
            (found.attachments, found.edited_ms) = (file.into_iter().collect(), Some(now));
            world.message_changed(channel, message);
        });
    }

    /// The event carries only where it stood.
    pub fn delete(&self, message: Id) {
        self.act(|world| {
            let channel = world.find_message(message).expect("a known message").channel;
            world.delete_message(channel, message);
        });
    }

    pub fn bulk_delete(&self, channel: Id, messages: &[Id]) {
        self.act(|world| world.bulk_delete(channel, messages));
    }

    pub fn react(&self, user: Id, message: Id, emoji: &str) {
        self.reacts(user, message, emoji, true);
    }

    pub fn unreact(&self, user: Id, message: Id, emoji: &str) {
        self.reacts(user, message, emoji, false);
    }

    fn reacts(&self, user: Id, message: Id, emoji: &str, add: bool) {
        self.act(|world| {
            let channel = world.find_message(message).expect("a known message").channel;
            world.react(user, channel, message, emoji, add);
        });
    }

    pub fn pin(&self, user: Id, message: Id, pin: bool) {
        self.act(|world| {
            let channel = world.find_message(message).expect("a known message").channel;
            world.pin(user, channel, message, pin);
        });
    }

    pub fn join(&self, guild: Id, user: Id) {
        self.act(|world| {
            let joined_ms = world.now_ms();
            let member = Member { nick: None, roles: BTreeSet::new(), joined_ms };
            world.guilds.get_mut(&guild).expect("a known guild").members.insert(user, member);
            let mut event = world.member_json(guild, user, true);
            event["guild_id"] = json!(guild.to_string());
            world.emit("GUILD_MEMBER_ADD", intent::GUILD_MEMBERS, None, event);
        });
    }

    pub fn leave(&self, guild: Id, user: Id) {
        self.act(|world| {
            world.guilds.get_mut(&guild).expect("a known guild").members.remove(&user);
            let event = json!({ "guild_id": guild.to_string(), "user": world.user_json(user) });
            world.emit("GUILD_MEMBER_REMOVE", intent::GUILD_MEMBERS, None, event);
        });
    }

    pub fn grant(&self, user: Id, role: Id) {
        self.change_role(user, role, true);
    }

    pub fn revoke(&self, user: Id, role: Id) {
        self.change_role(user, role, false);
    }

    fn change_role(&self, user: Id, role: Id, gives: bool) {
        self.act(|world| {
            let guild = world.guilds.values().find(|guild| guild.roles.contains_key(&role)).expect("a known role").id;
            world.change_role(guild, user, role, gives);
        });
    }

    /// Who has a role, by its server's word.
    pub fn holders(&self, role: Id) -> BTreeSet<Id> {
        self.act(|world| {
            let members = world.guilds.values().flat_map(|guild| &guild.members);
            members.filter(|(_, member)| member.roles.contains(&role)).map(|(user, _)| *user).collect()
        })
    }

    /// The bot's own role is drawn above all others.
    pub fn raise_bot(&self, guild: Id) {
        self.act(|world| {
            let bot = world.bot;
            let guild = world.guilds.get_mut(&guild).expect("a known guild");
            for role in guild.members[&bot].roles.clone() {
                guild.roles.get_mut(&role).expect("a known role").position = 1_000;
            }
        });
    }

    /// A thread from a message; it gets the message's id.
    pub fn thread_from(&self, user: Id, message: Id, name: &str) -> Id {
        self.act(|world| {
            let channel = world.find_message(message).expect("a known message").channel;
            world.demand(user, channel, may::CREATE_PUBLIC_THREADS);
            world.open_thread(user, channel, Some(message), PUBLIC_THREAD, name, 4320)
        })
    }

    pub fn thread(&self, user: Id, channel: Id, name: &str, private: bool) -> Id {
        self.act(|world| {
            let (kind, needed) = match private {
                true => (PRIVATE_THREAD, may::CREATE_PRIVATE_THREADS),
                false => (PUBLIC_THREAD, may::CREATE_PUBLIC_THREADS),
            };
            world.demand(user, channel, needed);
            world.open_thread(user, channel, None, kind, name, 4320)
        })
    }

    pub fn archive(&self, thread: Id, archived: bool, locked: bool) {
        self.act(|world| {
            let now = world.now_ms();
            let found =
                world.channels.get_mut(&thread).and_then(|channel| channel.thread.as_mut()).expect("a known thread");
            (found.archived, found.locked, found.archive_changed_ms) = (archived, locked, now);
            world.channel_changed(thread);
        });
    }

    pub fn add_to_thread(&self, thread: Id, user: Id) {
        self.act(|world| world.change_thread_members(thread, user, true));
    }

    pub fn remove_from_thread(&self, thread: Id, user: Id) {
        self.act(|world| world.change_thread_members(thread, user, false));
    }

    /// Another bot's message: content, embeds, components and flags as its request would have them, Components V2 included.
    pub fn post_as_bot(&self, bot: Id, channel: Id, body: &Value) -> Id {
        self.act(|world| {
            let mut message = world.compose(bot, channel, body, &[]).unwrap_or_else(|no| panic!("{}", no.body()));
            message.allowed_mentions = Some(body["allowed_mentions"].clone()).filter(Value::is_object);
            world.post(message)
        })
    }

    /// Another bot's file.
    pub fn upload_as_bot(&self, bot: Id, channel: Id, name: &str, bytes: &[u8], text: &str) -> Id {
        self.act(|world| {
            let upload =
                Upload { index: 0, name: name.to_owned(), content_type: content_type(name), bytes: bytes.to_vec() };
            let body = json!({ "content": text });
            let mut message =
                world.compose(bot, channel, &body, &[upload]).unwrap_or_else(|no| panic!("{}", no.body()));
            message.allowed_mentions = None;
            world.post(message)
        })
    }

    pub fn post_as_webhook(&self, channel: Id, name: &str, body: &Value) -> Id {
        self.act(|world| {
            let id = world.snowflake();
            let mut message = world.compose(id, channel, body, &[]).unwrap_or_else(|no| panic!("{}", no.body()));
            message.webhook = Some((id, name.to_owned()));
            message.allowed_mentions = Some(body["allowed_mentions"].clone()).filter(Value::is_object);
            world.post(message)
        })
    }

    /// A notice of Discord's own, such as 7 for somebody who joined.
    pub fn system(&self, user: Id, channel: Id, kind: u64, text: &str) -> Id {
        self.act(|world| {
            let message = Message {
                id: world.snowflake(),
                channel,
                author: user,
                kind,
                content: text.to_owned(),
                written_ms: world.now_ms(),
                ..Message::default()
            };
            world.post(message)
        })
    }

    /// `path` is the command with its sub-command; `options` maps names to values. The interaction's id.
    #[track_caller]
    pub fn slash(&self, user: Id, channel: Id, path: &str, options: Value) -> Id {
        self.try_slash(user, channel, path, options).unwrap_or_else(|why| panic!("{why}"))
    }

    pub fn try_slash(&self, user: Id, channel: Id, path: &str, options: Value) -> Result<Id, String> {
        self.act(|world| world.use_command(user, channel, path, &options, None))
    }

    /// What is suggested while a person types `partial` into the option `focused`.
    pub async fn autocomplete(
        &self,
        user: Id,
        channel: Id,
        path: &str,
        options: Value,
        focused: &str,
        partial: &str,
    ) -> Vec<Value> {
        let asked = self.act(|world| world.use_command(user, channel, path, &options, Some((focused, partial))));
        let id = asked.unwrap_or_else(|why| panic!("{why}"));
        let choices = |fake: &Self| fake.interaction(id).acknowledged.map(|answer| answer.data["choices"].clone());
        let choices = self.wait_for("suggestions", choices).await;
        choices.as_array().cloned().unwrap_or_default()
    }

    #[track_caller]
    pub fn press(&self, user: Id, message: Id, custom_id: &str) -> Id {
        self.try_press(user, message, custom_id).unwrap_or_else(|why| panic!("{why}"))
    }

    pub fn try_press(&self, user: Id, message: Id, custom_id: &str) -> Result<Id, String> {
        self.act(|world| world.use_component(user, message, custom_id, None))
    }

    /// Presses a button of a message as this person still sees it, whatever it shows by now.
    pub fn try_press_as_seen(&self, user: Id, seen: &Value, custom_id: &str) -> Result<Id, String> {
        let message = seen["id"].as_str().and_then(|id| id.parse().ok()).ok_or("a message has an id")?;
        let components = seen["components"].as_array().cloned().unwrap_or_default();
        self.act(|world| world.use_component_of(&components, user, message, custom_id, None))
    }

    #[track_caller]
    pub fn select(&self, user: Id, message: Id, custom_id: &str, values: &[&str]) -> Id {
        self.try_select(user, message, custom_id, values).unwrap_or_else(|why| panic!("{why}"))
    }

    pub fn try_select(&self, user: Id, message: Id, custom_id: &str, values: &[&str]) -> Result<Id, String> {
        self.act(|world| world.use_component(user, message, custom_id, Some(values)))
    }

    /// Closes the form that stands open for a person.
    pub fn dismiss(&self, user: Id) {
        self.act(|world| drop(world.forms.remove(&user)));
    }

    /// Whether an account is a bot's from now on.
    pub fn set_bot(&self, user: Id, bot: bool) {
        self.act(|world| world.users.get_mut(&user).expect("a known person").bot = bot);
    }

    /// Sends the form that stands open for a person.
    #[track_caller]
    pub fn submit(&self, user: Id, custom_id: &str, values: &[(&str, &str)]) -> Id {
        self.try_submit(user, custom_id, values).unwrap_or_else(|why| panic!("{why}"))
    }

    pub fn try_submit(&self, user: Id, custom_id: &str, values: &[(&str, &str)]) -> Result<Id, String> {
        self.act(|world| world.send_form(user, custom_id, values))
    }

    #[track_caller]
    pub fn message_menu(&self, user: Id, name: &str, message: Id) -> Id {
        self.act(|world| {
            let channel = world.find_message(message).expect("a known message").channel;
            world.use_message_menu(user, name, channel, message)
        })
        .unwrap_or_else(|why| panic!("{why}"))
    }

    /// Waits until an interaction has its first answer, and returns how it then stands.
    pub async fn answered(&self, interaction: Id) -> super::interactions::Interaction {
        let answered = |fake: &Self| Some(fake.interaction(interaction)).filter(|found| found.acknowledged.is_some());
        self.wait_for("an answer to an interaction", answered).await
    }

    /// Waits until the answer to an interaction has words in it, deferred or not, and returns the message.
    pub async fn answer(&self, interaction: Id) -> Value {
        let answer = |fake: &Self| {
            let found = fake.interaction(interaction);
            let (channel, id) = found.original.filter(|_| found.acknowledged.is_some() && !found.pending)?;
            fake.act(|world| world.message(channel, id).map(|message| world.message_json(message)))
        };
        self.wait_for("words in answer to an interaction", answer).await
    }
}

impl World {
    #[track_caller]
    fn demand(&self, user: Id, channel: Id, needed: u64) {
        let name = &self.users[&user].name;
        let place = &self.channels.get(&channel).expect("a known channel").name;
        assert!(self.permissions(user, channel) & needed == needed, "{name} may not do that in #{place}");
    }

    #[track_caller]
    fn write(&mut self, user: Id, channel: Id, text: &str, reply_to: Option<(Id, Id)>, files: Vec<Attachment>) -> Id {
        let in_thread = self.channels.get(&channel).expect("a known channel").thread.is_some();
        let sends = if in_thread { may::SEND_MESSAGES_IN_THREADS } else { may::SEND_MESSAGES };
        self.demand(user, channel, sends | if files.is_empty() { 0 } else { may::ATTACH_FILES });
        assert!(text.chars().count() <= 4000, "the client sends no longer texts");
        self.words.push(text.to_owned());
        let message = Message {
            id: self.snowflake(),
            channel,
            author: user,
            kind: if reply_to.is_some() { 19 } else { 0 },
            content: text.to_owned(),
            attachments: files,
            written_ms: self.now_ms(),
            reply_to,
            ..Message::default()
        };
        self.post(message)
    }
}

fn content_type(name: &str) -> Option<String> {
    let (_, end) = name.rsplit_once('.')?;
    let kind = match end {
        "png" => "image/png",
        "pdf" => "application/pdf",
        "txt" | "log" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        _ => return None,
    };
    Some(kind.to_owned())
}
