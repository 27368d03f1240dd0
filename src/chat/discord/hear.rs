//! From Discord's events to what the bot hears: what changes the directory, what is heard in which channel's order,
//! and what is neither said nor edited: reactions, members, everything else.

use reqwest::Method;
use serde_json::{Value, json};

use super::api::Call;
use super::directory::platform;
use super::messages::Told;
use super::people::nobody;
use super::wire::{self, Channel, Emoji, Id, Member, Message, Role, User};
use super::{Discord, lock};
use crate::ledger::heard::{Account, Answer, Heard, What};

pub(super) fn id(data: &Value, key: &str) -> Option<Id> {
    serde_json::from_value(data.get(key)?.clone()).ok()
}

impl Discord {
    /// Takes in what an event says about the servers themselves.
    pub(super) fn note_servers(&self, kind: &str, data: &Value) {
        let mut directory = self.directory_mut();
        match kind {
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => {
                if let Ok(channel) = serde_json::from_value::<Channel>(data.clone()) {
                    directory.learn(&channel, id(data, "guild_id"));
                }
            }
            "CHANNEL_DELETE" | "THREAD_DELETE" => {
                if let Some(channel) = id(data, "id") {
                    directory.forget(channel);
                }
            }
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => {
                let role = data.get("role").and_then(|role| serde_json::from_value::<Role>(role.clone()).ok());
                // serenity writes the server into the role.
                let guild = id(data, "guild_id").or_else(|| id(data.get("role")?, "guild_id"));
                if let Some((role, guild)) = role.zip(guild) {
                    directory.learn_role(guild, &role);
                }
            }
            "GUILD_DELETE" => {
                let is_out_of_order = data.get("unavailable") == Some(&json!(true));
                match id(data, "id") {
                    Some(server) if is_out_of_order => directory.lose(server),
                    Some(server) => {
                        tracing::warn!(%server, "the bot is no longer on a server");
                        directory.leave(server);
                    }
                    None => {}
                }
            }
            _ => {}
        }
        drop(directory);
        let changes_the_roster = match kind {
            "GUILD_DELETE" | "GUILD_ROLE_DELETE" => true,
            // Most members of a server aren't people of the policy, and they come and go all day.
            _ if kind.starts_with("GUILD_MEMBER_") => {
                let user = data.pointer("/user/id").and_then(Value::as_str);
                let person = |user| self.door()?.reception.desk.person(user, &platform());
                user.and_then(person).is_some()
            }
            _ => false,
        };
        if changes_the_roster {
            self.roster_watch.is_to_be_read();
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
                Some(self.directory().outer_channel(channel))
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
                Ok(message) => self.message(message, data, Told::Live).await,
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

    pub(super) fn unreadable(&self, kind: &str, error: &serde_json::Error) {
        tracing::warn!(kind, %error, "an event from Discord can't be read");
        lock(&self.state).unread += 1;
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
        if let Some(Answer { marks: Some(message), .. }) = self.hand_in(heard).await {
            self.mark(channel, &message).await;
        }
    }

    /// Sets the bot's own reaction on a message. It can do without: what was kept is kept.
    async fn mark(&self, channel: Id, message: &str) {
        // “📝”, as an address has it: no sign of consent.
        let path = format!("/channels/{channel}/messages/{message}/reactions/%F0%9F%93%9D/@me");
        if let Err(trouble) = self.api.call(&Call::new(Method::PUT, &path)).await {
            tracing::warn!(%trouble, "a kept message could not be marked");
        }
    }

    /// A server has no channel of its own, so who comes and goes is heard in the first of its channels that the policy
    /// names.
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

    /// Something that the bot has no word for, kept as it is.
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
}
