//! The workspace: who is there, which channels, what was said. Knows nothing of how any of it was asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub const TEAM: &str = "T0FAKE";
pub const BOT_USER: &str = "U0BOT";
pub const BOT_ID: &str = "B0BOT";
pub const APP: &str = "A0FAKE";

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub tz: String,
    pub team_id: String,
    pub is_bot: bool,
    pub is_restricted: bool,
    pub is_ultra_restricted: bool,
    pub is_stranger: bool,
    pub deleted: bool,
}

impl User {
    pub fn new(id: &str, name: &str, real_name: &str, tz: &str) -> User {
        User {
            id: id.to_owned(),
            name: name.to_owned(),
            real_name: real_name.to_owned(),
            tz: tz.to_owned(),
            team_id: TEAM.to_owned(),
            is_bot: false,
            is_restricted: false,
            is_ultra_restricted: false,
            is_stranger: false,
            deleted: false,
        }
    }

    /// Somebody of another company, through Slack Connect.
    pub fn stranger(mut self, team: &str) -> User {
        self.team_id = team.to_owned();
        self.is_stranger = true;
        self
    }

    pub fn guest(mut self, single_channel: bool) -> User {
        self.is_restricted = true;
        self.is_ultra_restricted = single_channel;
        self
    }

    pub fn bot(mut self) -> User {
        self.is_bot = true;
        self
    }

    pub fn json(&self) -> Value {
        let image = |size: u32| format!("https://avatars.invalid/{size}.png");
        let profile = json!({
            "title": "", "phone": "", "skype": "", "real_name": self.real_name, "real_name_normalized": self.real_name,
            "display_name": self.name, "display_name_normalized": self.name, "status_text": "",
            "status_text_canonical": "", "status_emoji": "", "status_emoji_display_info": [], "status_expiration": 0,
            "avatar_hash": "g", "first_name": "", "last_name": "", "image_24": image(24), "image_32": image(32),
            "image_48": image(48), "image_72": image(72), "image_192": image(192), "image_512": image(512),
            "team": self.team_id, "fields": {}
        });
        let mut user = json!({
            "id": self.id, "team_id": self.team_id, "name": self.name, "deleted": self.deleted, "color": "9f69e7",
            "real_name": self.real_name, "tz": self.tz, "tz_label": self.tz, "tz_offset": 0, "is_admin": false,
            "is_owner": false, "is_primary_owner": false, "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted, "is_bot": self.is_bot, "updated": 1_700_000_000,
            "is_email_confirmed": true, "is_app_user": false, "locale": "en-GB",
            "who_can_share_contact_card": "EVERYONE", "profile": profile
        });
        if self.is_stranger {
            user["is_stranger"] = json!(true);
        }
        if self.deleted {
            // Slack forgets where a deactivated person sat.
            for gone in ["tz", "tz_label", "tz_offset", "locale"] {
                user.as_object_mut().expect("an object").remove(gone);
            }
        }
        user
    }
}

#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub members: Vec<String>,
    pub disabled: bool,
}

impl Group {
    pub fn json(&self, with_users: bool) -> Value {
        let mut group = json!({
            "id": self.id, "team_id": TEAM, "is_usergroup": true, "is_subteam": true, "name": self.name, "description": "",
            "handle": self.handle, "is_external": false, "date_create": 1_600_000_000, "date_update": 1_600_000_000,
            "date_delete": if self.disabled { 1_700_000_000 } else { 0 }, "auto_provision": false,
            "created_by": "U0ADMIN", "updated_by": "U0ADMIN", "prefs": { "channels": [], "groups": [] },
            "user_count": self.members.len()
        });
        if with_users {
            group["users"] = json!(self.members);
        }
        group
    }
}

#[derive(Clone, Debug, Default)]
pub struct Message {
    pub channel: String,
    pub ts: String,
    pub user: String,
    pub by_bot: bool,
    pub text: String,
    pub blocks: Vec<Value>,
    pub thread_ts: Option<String>,
    pub broadcast: bool,
    pub subtype: Option<String>,
    /// When it was last edited, and by whom.
    pub edited: Option<(String, String)>,
    pub metadata: Option<Value>,
    pub files: Vec<String>,
    pub reactions: BTreeMap<String, Vec<String>>,
    /// Further fields of a channel's own messages: topic, inviter.
    pub more: BTreeMap<String, Value>,
    pub client_msg_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sort {
    Public,
    Private,
    Im,
    Mpim,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub sort: Sort,
    pub archived: bool,
    /// Shared with another company.
    pub shared: bool,
    pub creator: String,
    pub created: i64,
    pub topic: String,
    pub purpose: String,
    pub members: BTreeSet<String>,
    pub pins: Vec<(String, String)>,
    /// Bookmarks: title and address.
    pub bookmarks: Vec<(String, String)>,
    /// In the order of their ts.
    pub messages: Vec<Message>,
}

impl Channel {
    /// What events call it.
    pub fn kind(&self) -> &'static str {
        match self.sort {
            Sort::Public => "channel",
            Sort::Private => "group",
            Sort::Im => "im",
            Sort::Mpim => "mpim",
        }
    }

    /// What a slash command calls it: private channels don't give their names away.
    pub fn name_in_commands(&self) -> &str {
        match self.sort {
            Sort::Public => &self.name,
            Sort::Private => "privategroup",
            Sort::Im => "directmessage",
            Sort::Mpim => "mpdm",
        }
    }

    pub fn has(&self, user: &str) -> bool {
        self.members.contains(user)
    }

    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    pub fn json(&self) -> Value {
        let about = |value: &str| json!({ "value": value, "creator": self.creator, "last_set": self.created });
        let mut channel = json!({
            "id": self.id, "created": self.created, "is_archived": self.archived, "is_im": self.sort == Sort::Im,
            "is_mpim": self.sort == Sort::Mpim, "is_channel": self.sort == Sort::Public,
            "is_group": self.sort == Sort::Private, "is_private": self.sort != Sort::Public,
            "is_org_shared": false, "is_shared": self.shared, "is_ext_shared": self.shared, "updated": self.created * 1000
        });
        if self.sort == Sort::Im {
            let other = self.members.iter().find(|member| *member != BOT_USER);
            channel["user"] = json!(other);
        } else {
            channel["name"] = json!(self.name);
            channel["name_normalized"] = json!(self.name);
            channel["creator"] = json!(self.creator);
            channel["is_member"] = json!(self.has(BOT_USER));
            channel["is_general"] = json!(false);
            channel["topic"] = about(&self.topic);
            channel["purpose"] = about(&self.purpose);
            channel["num_members"] = json!(self.members.len());
        }
        channel
    }
}

#[derive(Clone, Debug)]
pub struct File {
    pub id: String,
    pub name: String,
    pub title: String,
    pub user: String,
    pub created: i64,
    pub bytes: Vec<u8>,
    /// The length that was announced, until the bytes have come.
    pub announced: Option<usize>,
    pub channels: Vec<String>,
    pub complete: bool,
}

#[derive(Default)]
pub struct World {
    pub users: BTreeMap<String, User>,
    pub groups: BTreeMap<String, Group>,
    pub channels: BTreeMap<String, Channel>,
    pub files: BTreeMap<String, File>,
    /// Microseconds; none follows the machine's clock.
    pub now_us: Option<i64>,
    last_us: i64,
    count: u64,
}

impl World {
    pub fn now_us(&self) -> i64 {
        self.now_us.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            i64::try_from(since.expect("after 1970").as_micros()).expect("fits for long")
        })
    }

    pub fn now_s(&self) -> i64 {
        self.now_us().div_euclid(1_000_000)
    }

    /// Unique and strictly ascending, whatever the clock does.
    pub fn next_ts(&mut self) -> String {
        self.last_us = self.now_us().max(self.last_us + 100);
        format!("{}.{:06}", self.last_us / 1_000_000, self.last_us % 1_000_000)
    }

    pub fn next_id(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}0F{:07X}", self.count)
    }

    /// Random enough for ids, and the same in each run.
    pub fn next_token(&mut self) -> String {
        self.count += 1;
        let mixed = self.count.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
        format!("{:016x}{:08x}", mixed, self.count)
    }

    /// In the form of the UUIDs that Slack names envelopes and client messages with.
    pub fn next_uuid(&mut self) -> String {
        let token = format!("{}{:08x}", self.next_token(), self.count.wrapping_mul(2_654_435_761));
        format!("{}-{}-4{}-8{}-{}", &token[..8], &token[8..12], &token[13..16], &token[17..20], &token[20..32])
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.get(id)
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.channels.get(channel)?.message(ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.channels.get_mut(channel)?.messages.iter_mut().find(|message| message.ts == ts)
    }

    pub fn new_channel(&mut self, id: &str, name: &str, sort: Sort, creator: &str) -> &mut Channel {
        let created = self.now_s();
        let channel = Channel {
            id: id.to_owned(),
            name: name.to_owned(),
            sort,
            archived: false,
            shared: false,
            creator: creator.to_owned(),
            created,
            topic: String::new(),
            purpose: String::new(),
            members: BTreeSet::new(),
            pins: Vec::new(),
            bookmarks: Vec::new(),
            messages: Vec::new(),
        };
        self.channels.insert(id.to_owned(), channel);
        self.channels.get_mut(id).expect("just put there")
    }

    /// The direct message between the bot and somebody.
    pub fn im(&mut self, user: &str) -> String {
        self.conversation(&[user.to_owned()])
    }

    pub fn conversation(&mut self, users: &[String]) -> String {
        let members: BTreeSet<String> = users.iter().cloned().chain([BOT_USER.to_owned()]).collect();
        let sort = if users.len() == 1 { Sort::Im } else { Sort::Mpim };
        let there = self.channels.values().find(|channel| channel.sort == sort && channel.members == members);
        if let Some(there) = there {
            return there.id.clone();
        }
        let id = self.next_id(if sort == Sort::Im { "D" } else { "G" });
        let name = if sort == Sort::Im { String::new() } else { format!("mpdm-{}", users.join("--").to_lowercase()) };
        self.new_channel(&id, &name, sort, BOT_USER).members = members;
        id
    }

    pub fn file_json(&self, id: &str, base: &str) -> Value {
        let Some(file) = self.files.get(id) else { return json!({ "id": id, "mode": "tombstone" }) };
        let kind = file.name.rsplit_once('.').map_or("binary", |(_, extension)| extension).to_lowercase();
        let mime = match kind.as_str() {
            "txt" | "md" | "csv" | "log" => "text/plain",
            "png" => "image/png",
            "pdf" => "application/pdf",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let (public, private): (Vec<&String>, Vec<&String>) = file
            .channels
            .iter()
            .partition(|channel| self.channel(channel).is_some_and(|channel| channel.sort == Sort::Public));
        json!({
            "id": file.id, "created": file.created, "name": file.name, "title": file.title, "mimetype": mime,
            "filetype": kind, "pretty_type": kind.to_uppercase(), "user": file.user, "editable": false,
            "size": file.bytes.len(), "mode": "hosted", "is_external": false, "external_type": "",
            "is_public": !public.is_empty(), "public_url_shared": false, "display_as_bot": false, "username": "",
            "url_private": format!("{base}/files-pri/{TEAM}-{}/{}", file.id, file.name),
            "url_private_download": format!("{base}/files-pri/{TEAM}-{}/download/{}", file.id, file.name),
            "permalink": format!("{base}/files/{}/{}/{}", file.user, file.id, file.name),
            "channels": public, "groups": private
        })
    }

    /// As history and events show it, without the channel. Metadata only where it is asked for.
    pub fn message_json(&self, message: &Message, base: &str, metadata: bool) -> Value {
        let mut shown = json!({ "type": "message", "user": message.user, "ts": message.ts, "text": message.text });
        if let Some(subtype) = &message.subtype {
            shown["subtype"] = json!(subtype);
        } else {
            shown["team"] = json!(self.users.get(&message.user).map_or(TEAM, |user| &user.team_id));
        }
        if message.by_bot {
            shown["bot_id"] = json!(BOT_ID);
            shown["bot_profile"] = json!({
                "id": BOT_ID, "app_id": APP, "name": "countersign", "deleted": false, "updated": 1_700_000_000, "team_id": TEAM,
                "icons": { "image_36": "", "image_48": "", "image_72": "" }
            });
        }
        if let Some(id) = &message.client_msg_id {
            shown["client_msg_id"] = json!(id);
        }
        if !message.blocks.is_empty() {
            shown["blocks"] = json!(message.blocks);
        }
        if let Some(thread) = &message.thread_ts {
            shown["thread_ts"] = json!(thread);
            let parent = self.message(&message.channel, thread);
            if thread != &message.ts
                && let Some(parent) = parent
            {
                shown["parent_user_id"] = json!(parent.user);
            }
        }
        if let Some((ts, user)) = &message.edited {
            shown["edited"] = json!({ "user": user, "ts": ts });
        }
        if !message.files.is_empty() {
            shown["files"] = message.files.iter().map(|id| self.file_json(id, base)).collect();
        }
        if !message.reactions.is_empty() {
            let reaction =
                |(name, users): (&String, &Vec<String>)| json!({ "name": name, "users": users, "count": users.len() });
            shown["reactions"] = message.reactions.iter().map(reaction).collect();
        }
        if message.subtype.as_deref() == Some("tombstone") {
            shown["hidden"] = json!(true);
        }
        for (name, value) in &message.more {
            shown[name] = value.clone();
        }
        if metadata && let Some(given) = &message.metadata {
            shown["metadata"] = given.clone();
        }
        shown
    }

    /// As history shows it: with what a thread's first message knows of its replies.
    pub fn message_in_history(&self, message: &Message, base: &str, metadata: bool) -> Value {
        let mut shown = self.message_json(message, base, metadata);
        if message.by_bot {
            shown["app_id"] = json!(APP);
        }
        let replies: Vec<&Message> = self.replies(&message.channel, &message.ts);
        if let Some(latest) = replies.last() {
            let users: BTreeSet<&String> = replies.iter().map(|reply| &reply.user).collect();
            shown["thread_ts"] = json!(message.ts);
            shown["reply_count"] = json!(replies.len());
            shown["reply_users_count"] = json!(users.len());
            shown["reply_users"] = json!(users);
            shown["latest_reply"] = json!(latest.ts);
            shown["is_locked"] = json!(false);
            shown["subscribed"] = json!(false);
        }
        let channel = self.channel(&message.channel);
        if channel.is_some_and(|channel| channel.pins.iter().any(|(ts, _)| *ts == message.ts)) {
            shown["pinned_to"] = json!([message.channel]);
        }
        shown
    }

    pub fn replies(&self, channel: &str, parent: &str) -> Vec<&Message> {
        let all = self.channel(channel).map_or(&[][..], |channel| &channel.messages);
        all.iter().filter(|message| message.thread_ts.as_deref() == Some(parent) && message.ts != parent).collect()
    }
}
