//! What happens in channels, as the house hears it. The same message has the same cause whether it comes live, as a mention or
//! out of history, so it counts once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::api::Unfetched;
use super::{Slack, jitter, lock, moment, word, words};
use crate::chat::{Account, Answer, Belongs, File, Heard, Lane, What, mention_of_stranger};
use crate::folder::keep_blob;

/// Larger files are named and not kept.
const FILE_AT_MOST: u64 = 25 * 1024 * 1024;
/// How long a name is waited for; without it the account's id is the name.
const NAME_WITHIN: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// So often a file is tried to be fetched, within so long; then its message is heard without it.
const FILE_TRIES: u32 = 6;
const FILES_WITHIN: Duration = Duration::from_secs(4 * 60);
/// What Slack said of an account is good for so long; after that it is asked again, and what it said goes on counting while it
/// can't be asked. Of people of other organisations no event tells what changed.
const KNOWN_FOR: Duration = Duration::from_secs(10 * 60);

/// An event in its queue. Slack gets its acknowledgement when this is dropped.
pub(super) struct Queued {
    pub payload: Json,
    pub under_way: super::UnderWay,
    pub kept: oneshot::Sender<Json>,
}

/// What is known of an account.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub name: String,
    pub bot: bool,
    pub belongs: Belongs,
    since: Instant,
}

/// Where an event is told from.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    pub event: &'a Json,
    /// Slack's id of the event; empty for what was found in history.
    pub id: &'a str,
    pub backfilled: bool,
}

/// Subtypes of messages that an event of its own tells better.
const TOLD_OTHERWISE: &[&str] = &[
    "channel_archive",
    "channel_join",
    "channel_leave",
    "channel_name",
    "channel_unarchive",
    "group_archive",
    "group_join",
    "group_leave",
    "group_name",
    "group_unarchive",
    "message_replied",
];

/// Subtypes that are a person's or a bot's words.
const WORDS: &[&str] = &["", "bot_message", "file_share", "me_message", "thread_broadcast"];

/// Events of which a message or another event says the same, or which nobody needs to hear.
const SILENT: &[&str] = &[
    "channel_created",
    "channel_shared",
    "channel_unshared",
    "file_change",
    "file_created",
    "file_deleted",
    "file_public",
    "file_shared",
    "im_created",
    "im_open",
    "im_close",
    "link_shared",
    "message_metadata_posted",
    "pin_added",
    "pin_removed",
    "user_huddle_changed",
    "user_profile_changed",
    "user_status_changed",
];

impl Slack {
    /// Has somebody listen to every channel that events wait for.
    pub(super) async fn keep_listening(self: Arc<Slack>, mut unheard: mpsc::UnboundedReceiver<String>) {
        let mut tasks = tokio::task::JoinSet::new();
        let mut channels: HashMap<tokio::task::Id, String> = HashMap::new();
        loop {
            let channel = tokio::select! {
                Some(channel) = unheard.recv() => channel,
                Some(ended) = tasks.join_next_with_id() => match ended {
                    Ok((id, ())) => {
                        channels.remove(&id);
                        continue;
                    }
                    Err(error) => {
                        tracing::error!(platform = %self.platform, %error, "an event could not be dealt with");
                        let Some(channel) = channels.remove(&error.id()) else { continue };
                        channel
                    }
                },
            };
            let started = tasks.spawn(self.clone().listen_to(channel.clone()));
            channels.insert(started.id(), channel);
        }
    }

    /// Takes events off a channel's queue, one after another, until there are none.
    async fn listen_to(self: Arc<Slack>, channel: String) {
        while let Some(queued) = self.next_of(&channel) {
            let event = &queued.payload["event"];
            self.hear_event(&Told { event, id: word(&queued.payload, "event_id"), backfilled: false }).await;
            drop((queued.kept, queued.under_way));
        }
    }

    fn next_of(&self, channel: &str) -> Option<Queued> {
        let mut queues = lock(&self.queues);
        let next = queues.get_mut(channel)?.pop_front();
        if next.is_none() {
            queues.remove(channel);
        }
        next
    }

    /// Whether there was room for it.
    pub(super) fn queue_up(&self, queued: Queued) -> bool {
        let channel = channel_of(&queued.payload["event"]).to_owned();
        let mut queues = lock(&self.queues);
        if let Some(queue) = queues.get_mut(&channel) {
            let room = queue.len() < super::QUEUE;
            if room {
                queue.push_back(queued);
            }
            return room;
        }
        if queues.len() >= super::QUEUES || self.unheard.send(channel.clone()).is_err() {
            return false;
        }
        queues.insert(channel, VecDeque::from([queued]));
        true
    }

    pub(super) async fn hear_event(&self, told: &Told<'_>) {
        let kind = word(told.event, "type");
        match kind {
            "user_change" | "team_join" | "user_profile_changed" => return self.has_changed(&told.event["user"]),
            "subteam_members_changed" => return self.group_has_changed(word(told.event, "subteam_id")),
            "subteam_updated" | "subteam_created" => {
                return self.group_has_changed(word(&told.event["subteam"], "id"));
            }
            "app_home_opened" => return self.show_home(told.event).await,
            // People's own tokens are none of the bot's.
            "tokens_revoked" if told.event["tokens"]["bot"].as_array().is_none_or(Vec::is_empty) => return,
            "tokens_revoked" | "app_uninstalled" => {
                let trouble = super::Trouble::Said("token_revoked".to_owned());
                return self.troubled(&trouble, "the app was removed");
            }
            _ if SILENT.contains(&kind) => return,
            _ => {}
        }
        if kind == "member_joined_channel" && self.me().is_some_and(|me| me.user == word(told.event, "user")) {
            return self.is_back_in(&self.lane_of(channel_of(told.event)));
        }
        if matches!(kind, "channel_left" | "group_left") {
            let lane = self.lane_of(channel_of(told.event));
            if self.keeps(&lane) {
                self.is_in(&lane, false);
            }
        }
        self.take_in(told).await;
    }

    /// Hands it to the house, until the house has it.
    pub(super) async fn take_in(&self, told: &Told<'_>) {
        let Some(heard) = self.heard(told).await else { return };
        let (lane, message) = (heard.lane.clone(), newest_in(told.event));
        if self.is_known(&heard.cause) {
            return;
        }
        let (from, thread) = (heard.from.id.clone(), heard.thread.clone());
        let thread = thread.filter(|_| matches!(heard.what, What::Said { .. }));
        let Some(answer) = self.hand_in(heard).await else { return };
        if let Some(message) = message {
            self.has_reached(&lane, &message);
        }
        self.answer_in_place(&from, &lane, thread.as_deref(), answer).await;
    }

    /// Tries until the house has it; `None` where the house is closed.
    pub(super) async fn hand_in(&self, heard: Heard) -> Option<Answer> {
        let cause = heard.cause.clone();
        let door = self.door()?;
        let mut pause = Duration::from_millis(250);
        let answer = loop {
            match door.reception.hear(heard.clone()).await {
                Ok(answer) => break answer,
                Err(fault) if fault.is_stopped() => return None,
                Err(fault) => {
                    // It was acknowledged: nobody tells it again. What can't be kept now is kept later.
                    tracing::error!(platform = %self.platform, reference = fault.reference, "an event can't be kept; trying again");
                    tokio::time::sleep(pause + jitter()).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        };
        self.is_new(&cause);
        Some(answer)
    }

    pub(super) fn is_known(&self, cause: &str) -> bool {
        lock(&self.lately).contains(cause)
    }

    /// What an event is to the house; `None` where it is nothing.
    pub(super) async fn heard(&self, told: &Told<'_>) -> Option<Heard> {
        let event = told.event;
        let channel = channel_of(event);
        if channel.is_empty() {
            self.unread(word(event, "type"));
            return None;
        }
        let me = self.me()?;
        let platform = &self.platform;
        let at = |ts: &str| moment(ts);
        let kind = word(event, "type");
        let subtype = if kind == "message" || kind == "app_mention" { word(event, "subtype") } else { "" };
        let live = |cause: String, from: Account, lane: Lane, what: What| Heard {
            backfilled: told.backfilled,
            ..Heard::live(format!("{platform}:{cause}"), from, lane, what)
        };
        match (kind, subtype) {
            ("message" | "app_mention", subtype) if WORDS.contains(&subtype) => {
                if is_mine(event, &me) {
                    return None;
                }
                let lane = self.lane_with(event, channel, event).await;
                let mentions = words::mentioned(word(event, "text")).contains(&me.user);
                if !self.keeps(&lane) && !mentions {
                    return None;
                }
                Some(self.said(told, channel, lane).await)
            }
            // Of a message with replies a stone is left, so its deletion is told as an edit.
            ("message", "message_changed") if word(&event["message"], "subtype") == "tombstone" => {
                self.deleted(told, channel, word(&event["message"], "ts")).await
            }
            ("message", "message_changed") => {
                let (new, old) = (&event["message"], &event["previous_message"]);
                // Slack adds what a link shows and marks threads by editing; nobody said anything.
                let said_anew =
                    new["text"] != old["text"] || new["blocks"] != old["blocks"] && !old["blocks"].is_null();
                if is_mine(new, &me) || !said_anew {
                    return None;
                }
                let lane = self.lane_with(event, channel, new).await;
                if !self.keeps(&lane) && !words::mentioned(word(new, "text")).contains(&me.user) {
                    return None;
                }
                self.edited(told, channel, lane, new).await
            }
            ("message", "message_deleted") => self.deleted(told, channel, word(event, "deleted_ts")).await,
            ("message", "channel_join" | "group_join") if told.backfilled => {
                let cause = presence("join", channel, event, word(event, "ts"));
                self.presence(told, cause, channel, What::Joined).await
            }
            ("message", "channel_leave" | "group_leave") if told.backfilled => {
                let cause = presence("left", channel, event, word(event, "ts"));
                self.presence(told, cause, channel, What::Left).await
            }
            ("message", subtype) if TOLD_OTHERWISE.contains(&subtype) => None,
            ("member_joined_channel", _) => {
                let cause = presence("join", channel, event, word(event, "event_ts"));
                self.presence(told, cause, channel, What::Joined).await
            }
            ("member_left_channel", _) => {
                let cause = presence("left", channel, event, word(event, "event_ts"));
                self.presence(told, cause, channel, What::Left).await
            }
            ("reaction_added" | "reaction_removed", _) => {
                let lane = self.lane_with(event, channel, event).await;
                if !self.keeps(&lane) || word(event, "user") == me.user {
                    return None;
                }
                let what = What::Reacted {
                    message: word(&event["item"], "ts").to_owned(),
                    reaction: word(event, "reaction").to_owned(),
                    on: kind == "reaction_added",
                };
                let from = self.account(event).await;
                let mut heard = live(format!("event:{}", told.id), from, lane, what);
                heard.said = at(word(event, "event_ts"));
                Some(heard)
            }
            _ => {
                let lane = self.lane_with(event, channel, event).await;
                if !self.keeps(&lane) || is_mine(event, &me) {
                    return None;
                }
                let name = if subtype.is_empty() { kind } else { subtype };
                let from = self.account(event).await;
                let id = match told.id {
                    "" => format!("event:{channel}:{}", word(event, "ts")),
                    id => format!("event:{id}"),
                };
                let mut heard = live(id, from, lane, What::Other { kind: name.to_owned() });
                heard.said = at(word(event, "event_ts")).or_else(|| at(word(event, "ts")));
                heard.raw = Some(event.to_string());
                Some(heard)
            }
        }
    }

    /// A message, with its files.
    pub(super) async fn said(&self, told: &Told<'_>, channel: &str, lane: Lane) -> Heard {
        let event = told.event;
        let ts = word(event, "ts");
        let from = self.account(event).await;
        let text = self.text(event).await;
        let (files, not_kept) = self.files(event).await;
        let what = What::Said { message: ts.to_owned(), text, files };
        let cause = format!("{}:msg:{channel}:{ts}", self.platform);
        let mut heard = Heard { backfilled: told.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(event);
        heard.said = moment(ts);
        heard.raw = raw(event, &not_kept);
        heard
    }

    async fn deleted(&self, told: &Told<'_>, channel: &str, ts: &str) -> Option<Heard> {
        let old = &told.event["previous_message"];
        let lane = self.lane_with(told.event, channel, old).await;
        if !self.keeps(&lane) {
            return None;
        }
        let from = self.account(old).await;
        let cause = format!("{}:del:{channel}:{ts}", self.platform);
        let what = What::Deleted { message: ts.to_owned() };
        let mut heard = Heard { backfilled: told.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(old);
        heard.said = moment(word(told.event, "event_ts"));
        Some(heard)
    }

    /// A message as it stands after an edit.
    pub(super) async fn edited(&self, told: &Told<'_>, channel: &str, lane: Lane, new: &Json) -> Option<Heard> {
        let ts = word(new, "ts");
        let edited = match word(&new["edited"], "ts") {
            "" => word(told.event, "event_ts"),
            edited => edited,
        };
        let from = self.account(new).await;
        let what = What::Edited { message: ts.to_owned(), text: self.text(new).await };
        let cause = format!("{}:edit:{channel}:{ts}:{edited}", self.platform);
        let mut heard = Heard { backfilled: told.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(new);
        heard.said = moment(edited);
        heard.raw = raw(new, &[]);
        Some(heard)
    }

    async fn presence(&self, told: &Told<'_>, cause: String, channel: &str, what: What) -> Option<Heard> {
        let event = told.event;
        let lane = self.lane_of(channel);
        if !self.keeps(&lane) || self.me().is_some_and(|me| word(event, "user") == me.user) {
            return None;
        }
        let from = self.account(event).await;
        let cause = format!("{}:{cause}", self.platform);
        let mut heard = Heard { backfilled: told.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.said = moment(word(event, "event_ts")).or_else(|| moment(word(event, "ts")));
        Some(heard)
    }

    pub(super) fn keeps(&self, lane: &Lane) -> bool {
        self.door().is_some_and(|door| door.reception.keeps(lane))
    }

    /// The lane of an event's conversation. One of two people is the other person's.
    pub(super) async fn lane_with(&self, event: &Json, channel: &str, message: &Json) -> Lane {
        let two = word(event, "channel_type") == "im" || channel.starts_with('D');
        if !two || lock(&self.places).direct.contains_key(channel) {
            return self.lane_of(channel);
        }
        let mine = self.me().is_some_and(|me| is_mine(message, &me));
        let author = word(message, "user");
        let person = if author.is_empty() || mine {
            let asked = self.api.get("conversations.info", &[("channel", channel.to_owned())]).await;
            asked.ok().and_then(|it| it["channel"]["user"].as_str().map(str::to_owned))
        } else {
            Some(author.to_owned())
        };
        if let Some(person) = person {
            let lane = Lane::direct(&self.platform, &person);
            lock(&self.places).is_direct(&lane, channel, &person);
        }
        self.lane_of(channel)
    }

    /// Who a message or an event is from.
    pub(super) async fn account(&self, of: &Json) -> Account {
        let (user, bot) = (word(of, "user"), word(of, "bot_id"));
        let id = if user.is_empty() { bot } else { user };
        if user.is_empty() {
            let names = [of["username"].as_str(), of["bot_profile"]["name"].as_str()];
            let name = names.into_iter().flatten().next().unwrap_or(if bot.is_empty() { "Slack" } else { bot });
            let id = if id.is_empty() { "slack" } else { id };
            return Account { id: id.to_owned(), name: name.to_owned(), bot: true, belongs: Belongs::Member };
        }
        let known = self.known_or_guessed(user).await;
        let bot = !bot.is_empty() || known.bot || user == "USLACKBOT";
        Account { id: user.to_owned(), name: known.name, bot, belongs: known.belongs }
    }

    /// What Slack says of an account, from memory if it was asked lately; what it said before, while it can't be asked.
    pub(super) async fn known(&self, id: &str) -> Option<Known> {
        let known = lock(&self.people).get(id).cloned();
        if known.as_ref().is_some_and(|known| known.since.elapsed() < KNOWN_FOR) {
            return known;
        }
        let arguments = [("user", id.to_owned())];
        let asked = tokio::time::timeout(NAME_WITHIN, self.api.patiently("users.info", &arguments)).await;
        match asked {
            Ok(Ok(answer)) => Some(self.remember(&answer["user"])),
            _ => known,
        }
    }

    /// Takes in what Slack says of a person.
    pub(super) fn remember(&self, user: &Json) -> Known {
        let team = self.me().map(|me| me.team).unwrap_or_default();
        let known = read(user, &team);
        lock(&self.people).put(word(user, "id").to_owned(), known.clone());
        known
    }

    /// Of whom Slack doesn't tell in time: what guests may not do, nobody may do by being unknown.
    async fn known_or_guessed(&self, id: &str) -> Known {
        let guess = || {
            let belongs = if self.refuses_some() { Belongs::Guest } else { Belongs::Member };
            Known { name: id.to_owned(), bot: false, belongs, since: Instant::now() }
        };
        self.known(id).await.unwrap_or_else(guess)
    }

    /// Whether it matters to the policy how somebody belongs to the workspace.
    fn refuses_some(&self) -> bool {
        self.door().is_some_and(|door| !door.reception.desk.shown().policy.refuse.is_empty())
    }

    pub(super) async fn name_of(&self, id: &str) -> String {
        self.known(id).await.map_or_else(|| id.to_owned(), |known| known.name)
    }

    /// Somebody who typed, pressed or sent a form. `None`: the policy refuses some, and Slack doesn't say now whether this is
    /// one of them.
    pub(super) async fn asker(&self, id: &str) -> Option<Account> {
        if let Some(known) = self.known(id).await {
            return Some(Account { id: id.to_owned(), name: known.name, bot: known.bot, belongs: known.belongs });
        }
        (!self.refuses_some()).then(|| Account::member(id, id))
    }

    /// The words of a message as people see them.
    async fn text(&self, message: &Json) -> String {
        let text = word(message, "text");
        self.as_seen(text).await
    }

    pub(super) async fn as_seen(&self, text: &str) -> String {
        let mut names = HashMap::new();
        let me = self.me().map(|me| me.user).unwrap_or_default();
        for id in words::mentioned(text) {
            if id != me && !names.contains_key(&id) {
                let key = self.door().and_then(|door| door.reception.desk.person(&id, &self.platform));
                let mention = match key {
                    Some(key) => format!("@{key}"),
                    None => mention_of_stranger(&self.name_of(&id).await),
                };
                names.insert(id, mention);
            }
        }
        words::plain(text, &me, &|id| names.get(id).cloned().unwrap_or_else(|| mention_of_stranger(id)))
    }

    /// The files of a message, kept; and why some are not.
    async fn files(&self, message: &Json) -> (Vec<File>, Vec<Json>) {
        let (mut kept, mut not_kept) = (Vec::new(), Vec::new());
        let until = Instant::now() + FILES_WITHIN;
        let Some(door) = self.door() else { return (kept, not_kept) };
        for file in message["files"].as_array().into_iter().flatten() {
            let name = match word(file, "name") {
                "" => word(file, "id"),
                name => name,
            };
            match self.fetched(file, until).await {
                Ok(bytes) => match keep_blob(&door.data, &bytes) {
                    Ok(sha256) => kept.push(File { name: name.to_owned(), bytes: bytes.len() as u64, sha256 }),
                    Err(error) => {
                        tracing::error!(%error, "a file can't be kept");
                        not_kept.push(json!({ "name": name, "why": "it couldn't be written" }));
                    }
                },
                Err(why) => not_kept.push(json!({ "name": name, "why": why })),
            }
        }
        (kept, not_kept)
    }

    /// Tries for some minutes: the channel waits for it that long, so that what is said there keeps its order, and no longer.
    async fn fetched(&self, file: &Json, until: Instant) -> Result<Vec<u8>, String> {
        let mut pauses = super::Pauses::default();
        for _ in 1..FILE_TRIES {
            let trouble = match tokio::time::timeout_at(until, self.bytes_of(file)).await {
                Ok(Ok(bytes)) => return Ok(bytes),
                Ok(Err(Unfetched::Never(why))) => return Err(why),
                Ok(Err(Unfetched::ForNow(trouble))) => trouble,
                Err(_) => return Err("it took too long".to_owned()),
            };
            let pause = pauses.next(&trouble);
            if Instant::now() + pause >= until {
                return Err(trouble.to_string());
            }
            tracing::warn!(platform = %self.platform, %trouble, "a file can't be fetched yet");
            tokio::time::sleep(pause).await;
        }
        match tokio::time::timeout_at(until, self.bytes_of(file)).await {
            Ok(fetched) => fetched.map_err(|why| why.to_string()),
            Err(_) => Err("it took too long".to_owned()),
        }
    }

    async fn bytes_of(&self, file: &Json) -> Result<Vec<u8>, Unfetched> {
        let mut file = file.clone();
        let never = |why: &str| Err(Unfetched::Never(why.to_owned()));
        // Files from another company's workspace come as an id alone.
        if word(&file, "file_access") == "check_file_info" || file["url_private"].is_null() && file["mode"].is_null() {
            let asked = self.api.get("files.info", &[("file", word(&file, "id").to_owned())]).await;
            file = asked.map_err(Unfetched::of)?["file"].take();
        }
        match word(&file, "mode") {
            "tombstone" => return never("it was deleted"),
            "hidden_by_limit" => return never("Slack hides it: the workspace's plan has run out of room"),
            _ => {}
        }
        if file["is_external"].as_bool() == Some(true) {
            return never("it lies outside Slack");
        }
        if file["size"].as_u64().is_some_and(|size| size > FILE_AT_MOST) {
            return never(&format!("it is larger than {} MiB", FILE_AT_MOST / 1024 / 1024));
        }
        let url = file["url_private_download"].as_str().or(file["url_private"].as_str()).unwrap_or_default();
        self.api.download(url, word(&file, "mimetype") == "text/html", FILE_AT_MOST).await
    }
}

/// What Slack says of a person.
fn read(user: &Json, team: &str) -> Known {
    let profile = &user["profile"];
    let names = [&profile["display_name"], &profile["real_name"], &user["real_name"], &user["name"], &user["id"]];
    let name = names.into_iter().filter_map(Json::as_str).find(|name| !name.is_empty()).unwrap_or_default();
    let is = |what: &str| user[what].as_bool() == Some(true);
    let elsewhere = user["team_id"].as_str().is_some_and(|it| !team.is_empty() && it != team);
    // In an Enterprise Grid a colleague may be at home in another workspace of the same company.
    let of_the_grid = user["enterprise_user"]["teams"]
        .as_array()
        .is_some_and(|teams| teams.iter().any(|it| it.as_str() == Some(team)));
    let belongs = if is("is_stranger") || elsewhere && !of_the_grid {
        Belongs::Outside
    } else if is("is_restricted") || is("is_ultra_restricted") {
        Belongs::Guest
    } else {
        Belongs::Member
    };
    Known { name: name.to_owned(), bot: is("is_bot"), belongs, since: Instant::now() }
}

/// Said by the bot itself.
pub(super) fn is_mine(message: &Json, me: &super::Me) -> bool {
    let (user, bot) = (word(message, "user"), word(message, "bot_id"));
    user == me.user || !bot.is_empty() && bot == me.bot
}

/// The message that begins the thread, if this isn't it.
pub(super) fn thread_of(message: &Json) -> Option<String> {
    let thread = message["thread_ts"].as_str()?;
    (thread != word(message, "ts")).then(|| thread.to_owned())
}

/// The conversation that an event is about, wherever Slack put it.
pub(super) fn channel_of(event: &Json) -> &str {
    let places = [&event["channel"], &event["channel"]["id"], &event["item"]["channel"], &event["channel_id"]];
    places.into_iter().find_map(Json::as_str).unwrap_or_default()
}

/// How far history is known by this event.
fn newest_in(event: &Json) -> Option<String> {
    let ts = match word(event, "type") {
        "message" | "app_mention" => word(event, "ts"),
        _ => word(event, "event_ts"),
    };
    (!ts.is_empty()).then(|| ts.to_owned())
}

/// An event and the message that says the same have timestamps a moment apart.
fn presence(what: &str, channel: &str, event: &Json, ts: &str) -> String {
    format!("{what}:{channel}:{}:{}", word(event, "user"), ts.split('.').next().unwrap_or_default())
}

/// Slack's own words, where text and files don't carry all of it.
fn raw(message: &Json, not_kept: &[Json]) -> Option<String> {
    let has = |name: &str| message[name].as_array().is_some_and(|it| !it.is_empty());
    let text_is_empty = word(message, "text").is_empty();
    let rich = message["blocks"].as_array().into_iter().flatten().any(|it| word(it, "type") != "rich_text");
    let more = has("attachments") || rich || text_is_empty && has("blocks") || !message["room"].is_null();
    if not_kept.is_empty() {
        return more.then(|| message.to_string());
    }
    Some(json!({ "message": message, "files_not_kept": not_kept }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_and_strangers_are_known_by_their_marks() {
        let of = |more: Json| {
            let mut user =
                json!({ "id": "U1", "team_id": "T1", "name": "lena", "profile": { "display_name": "Lena" } });
            user.as_object_mut().expect("a user").extend(more.as_object().expect("marks").clone());
            read(&user, "T1").belongs
        };
        assert_eq!(of(json!({})), Belongs::Member);
        assert_eq!(of(json!({ "is_restricted": true })), Belongs::Guest);
        assert_eq!(of(json!({ "is_restricted": true, "is_ultra_restricted": true })), Belongs::Guest);
        assert_eq!(of(json!({ "is_stranger": true })), Belongs::Outside);
        assert_eq!(of(json!({ "team_id": "T2" })), Belongs::Outside);
        assert_eq!(of(json!({ "team_id": "T2", "enterprise_user": { "teams": ["T1", "T2"] } })), Belongs::Member);
    }

    #[test]
    fn slacks_own_words_are_kept_where_text_is_not_all() {
        let plain = json!({ "text": "hi", "blocks": [{ "type": "rich_text", "elements": [] }] });
        assert_eq!(raw(&plain, &[]), None);
        for more in [
            json!({ "text": "hi", "attachments": [{ "text": "x" }] }),
            json!({ "text": "hi", "blocks": [{ "type": "section" }] }),
            json!({ "text": "", "blocks": [{ "type": "rich_text", "elements": [] }] }),
        ] {
            assert_eq!(raw(&more, &[]), Some(more.to_string()));
        }
        assert!(raw(&plain, &[json!({ "name": "a" })]).is_some_and(|it| it.contains("files_not_kept")));
    }
}
