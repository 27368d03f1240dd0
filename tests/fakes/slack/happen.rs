//! What happens in the workspace, whoever made it happen: the world changes, and the bot hears of it where it is a member.

use serde_json::{Value, json};

use super::State;
use super::world::{BOT_USER, Message, Sort, TEAM};

impl State {
    /// Who is in a user group changes, and everybody who listens hears of it.
    pub fn set_group(&mut self, group: &str, members: Vec<String>) {
        let now = self.world.now_s();
        let changed = self.world.groups.get_mut(group).expect("a user group");
        let before = std::mem::replace(&mut changed.members, members.clone());
        let told = changed.json(true);
        let added: Vec<&String> = members.iter().filter(|member| !before.contains(member)).collect();
        let gone: Vec<&String> = before.iter().filter(|member| !members.contains(member)).collect();
        let event = json!({
            "type": "subteam_members_changed", "subteam_id": group, "team_id": TEAM, "date_previous_update": now,
            "date_update": now, "added_users": added, "added_users_count": added.len(), "removed_users": gone,
            "removed_users_count": gone.len()
        });
        self.event_now(json!({ "type": "subteam_updated", "subteam": told }));
        self.event_now(event);
    }

    /// An event with the moment it happened.
    pub fn event_now(&mut self, mut event: Value) {
        event["event_ts"] = json!(self.world.next_ts());
        self.event(event);
    }

    fn hears(&self, channel: &str) -> bool {
        self.world.channel(channel).is_some_and(|there| there.has(BOT_USER))
    }

    /// A message is there, and told. Its timestamp.
    pub fn said(&mut self, mut message: Message) -> String {
        if message.ts.is_empty() {
            message.ts = self.world.next_ts();
        }
        let (channel, ts) = (message.channel.clone(), message.ts.clone());
        self.world.channels.get_mut(&channel).expect("a channel of the workspace").messages.push(message.clone());
        if self.hears(&channel) {
            let event = self.message_event(&message);
            self.event(event);
            let there = &self.world.channels[&channel];
            let mentions =
                !message.by_bot && message.subtype.is_none() && message.text.contains(&format!("<@{BOT_USER}>"));
            if mentions && there.sort != Sort::Im {
                let mention = self.mention_event(&message);
                self.event(mention);
            }
        }
        ts
    }

    fn message_event(&self, message: &Message) -> Value {
        let mut event = self.world.message_json(message, &self.base, false);
        event["channel"] = json!(message.channel);
        event["channel_type"] = json!(self.world.channels[&message.channel].kind());
        event["event_ts"] = json!(message.ts);
        if message.subtype.as_deref() == Some("file_share") {
            event["upload"] = json!(false);
        }
        event
    }

    fn mention_event(&self, message: &Message) -> Value {
        let mut event = self.world.message_json(message, &self.base, false);
        event["type"] = json!("app_mention");
        event["channel"] = json!(message.channel);
        event["event_ts"] = json!(message.ts);
        event.as_object_mut().expect("an object").remove("parent_user_id");
        event
    }

    /// A message was edited, or its blocks were.
    pub fn changed(&mut self, old: &Message, mut new: Message, by: &str) {
        let at = self.world.next_ts();
        new.edited = Some((at.clone(), by.to_owned()));
        let place = self.world.message_mut(&old.channel, &old.ts).expect("it is there");
        *place = new.clone();
        if !self.hears(&old.channel) {
            return;
        }
        let event = json!({
            "type": "message", "subtype": "message_changed", "hidden": true, "channel": old.channel, "ts": at, "event_ts": at,
            "channel_type": self.world.channels[&old.channel].kind(),
            "message": self.world.message_json(&new, &self.base, false),
            "previous_message": self.world.message_json(old, &self.base, false)
        });
        self.event(event);
        // Who adds a mention afterwards has mentioned it too.
        let mention = format!("<@{BOT_USER}>");
        if !new.by_bot && new.text.contains(&mention) && !old.text.contains(&mention) {
            let mention = self.mention_event(&new);
            self.event(mention);
        }
    }

    /// A message is deleted. One with replies leaves a stone behind, and Slack tells that as an edit.
    pub fn removed(&mut self, channel: &str, ts: &str) {
        let Some(old) = self.world.message(channel, ts).cloned() else { return };
        if !self.world.replies(channel, ts).is_empty() {
            let stone = Message {
                channel: old.channel.clone(),
                ts: old.ts.clone(),
                user: "USLACKBOT".to_owned(),
                text: "This message was deleted.".to_owned(),
                subtype: Some("tombstone".to_owned()),
                thread_ts: Some(old.ts.clone()),
                ..Message::default()
            };
            return self.changed(&old, stone, "USLACKBOT");
        }
        let there = self.world.channels.get_mut(channel).expect("the message is in it");
        there.messages.retain(|message| message.ts != ts);
        there.pins.retain(|(pinned, _)| pinned != ts);
        if !self.hears(channel) {
            return;
        }
        let at = self.world.next_ts();
        let event = json!({
            "type": "message", "subtype": "message_deleted", "hidden": true, "channel": channel, "ts": at, "event_ts": at,
            "deleted_ts": ts, "channel_type": self.world.channels[channel].kind(),
            "previous_message": self.world.message_json(&old, &self.base, false)
        });
        self.event(event);
    }

    /// A file is deleted: the messages that it came with have a stone in its place.
    pub fn file_removed(&mut self, id: &str) {
        let shown: Vec<Message> = self
            .world
            .channels
            .values()
            .flat_map(|channel| &channel.messages)
            .filter(|message| message.files.iter().any(|file| file == id))
            .cloned()
            .collect();
        let before: Vec<Value> =
            shown.iter().map(|message| self.world.message_json(message, &self.base, false)).collect();
        self.world.files.remove(id);
        for (message, before) in shown.iter().zip(before) {
            if !self.hears(&message.channel) {
                continue;
            }
            let at = self.world.next_ts();
            let event = json!({
                "type": "message", "subtype": "message_changed", "hidden": true, "channel": message.channel, "ts": at,
                "event_ts": at, "channel_type": self.world.channels[&message.channel].kind(),
                "message": self.world.message_json(message, &self.base, false), "previous_message": before
            });
            self.unchecked_event(event);
        }
        self.event_now(json!({ "type": "file_deleted", "file_id": id }));
    }

    /// Whether anything changed by it.
    pub fn reaction(&mut self, channel: &str, ts: &str, user: &str, name: &str, add: bool) -> bool {
        let Some(message) = self.world.message_mut(channel, ts) else { return false };
        let users = message.reactions.entry(name.to_owned()).or_default();
        let there = users.iter().position(|reacted| reacted == user);
        let author = message.user.clone();
        match (add, there) {
            (true, None) => users.push(user.to_owned()),
            (false, Some(at)) => {
                users.remove(at);
            }
            _ => return false,
        }
        message.reactions.retain(|_, users| !users.is_empty());
        if self.hears(channel) {
            let kind = if add { "reaction_added" } else { "reaction_removed" };
            let item = json!({ "type": "message", "channel": channel, "ts": ts });
            self.event_now(json!({ "type": kind, "user": user, "reaction": name, "item_user": author, "item": item }));
        }
        true
    }

    /// What a channel says of itself: somebody joined, the topic changed.
    pub fn channel_says(&mut self, channel: &str, user: &str, subtype: &str, text: &str, more: &[(&str, Value)]) {
        let message = Message {
            channel: channel.to_owned(),
            user: user.to_owned(),
            text: text.to_owned(),
            subtype: Some(subtype.to_owned()),
            more: more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Message::default()
        };
        self.said(message);
    }

    pub fn join(&mut self, channel: &str, user: &str, inviter: Option<&str>) {
        let there = self.world.channels.get_mut(channel).expect("a channel of the workspace");
        if !there.members.insert(user.to_owned()) {
            return;
        }
        let more = [("team", json!(TEAM)), ("inviter", json!(inviter.unwrap_or_default()))];
        let text = format!("<@{user}> has joined the channel");
        self.channel_says(channel, user, "channel_join", &text, &more);
        if self.hears(channel) {
            let mut event = self.membership("member_joined_channel", channel, user);
            if let Some(inviter) = inviter {
                event["inviter"] = json!(inviter);
            }
            self.event_now(event);
        }
    }

    fn membership(&self, kind: &str, channel: &str, user: &str) -> Value {
        let sort = if self.world.channels[channel].sort == Sort::Public { "C" } else { "G" };
        json!({ "type": kind, "user": user, "channel": channel, "channel_type": sort, "team": TEAM })
    }

    /// Somebody left, or was removed. The bot hears of its own going once.
    pub fn leave(&mut self, channel: &str, user: &str) {
        let Some(there) = self.world.channels.get_mut(channel) else { return };
        if !there.members.remove(user) {
            return;
        }
        if user == BOT_USER {
            let kind = if there.sort == Sort::Public { "channel_left" } else { "group_left" };
            self.event_now(json!({ "type": kind, "channel": channel, "actor_id": "U0ADMIN" }));
        } else if self.hears(channel) {
            let event = self.membership("member_left_channel", channel, user);
            self.event_now(event);
        }
    }

    pub fn archive(&mut self, channel: &str, by: &str) {
        let Some(there) = self.world.channels.get_mut(channel) else { return };
        there.archived = true;
        let kind = if there.sort == Sort::Public { "channel_archive" } else { "group_archive" };
        if self.hears(channel) {
            self.event_now(json!({ "type": kind, "channel": channel, "user": by, "is_moved": 0 }));
        }
        // Bots are taken out of what is archived, so a bot's token never opens it again.
        if let Some(there) = self.world.channels.get_mut(channel) {
            there.members.remove(BOT_USER);
        }
    }

    /// Files stand in a channel, as one message.
    pub fn share_files(
        &mut self,
        user: &str,
        channel: &str,
        files: &[String],
        text: &str,
        thread_ts: Option<String>,
    ) -> String {
        for id in files {
            let file = self.world.files.get_mut(id).expect("a file that was uploaded");
            if !file.channels.iter().any(|there| there == channel) {
                file.channels.push(channel.to_owned());
            }
        }
        let message = Message {
            channel: channel.to_owned(),
            user: user.to_owned(),
            by_bot: user == BOT_USER,
            text: text.to_owned(),
            // What the bot uploads carries no subtype of its own.
            subtype: (user != BOT_USER).then(|| "file_share".to_owned()),
            thread_ts,
            files: files.to_vec(),
            ..Message::default()
        };
        let ts = self.said(message);
        if self.hears(channel) {
            for id in files {
                let event = json!({ "type": "file_shared", "file_id": id, "user_id": user, "file": { "id": id }, "channel_id": channel });
                self.event_now(event);
            }
        }
        ts
    }
}
