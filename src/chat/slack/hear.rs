//! What happens in channels, as the bot hears it. The same message has the same cause whether it comes live, as a
//! mention or out of history, so it counts once.

use std::sync::Arc;

use serde_json::Value as Json;

use super::backfill::newest;
use super::{Slack, lock, moment, word, words};
use crate::domain::Lane;
use crate::domain::mark::Words;
use crate::ledger::heard::{Account, Answer, Heard, What};

/// An event, as Slack tells it or as it is found in history.
#[derive(Clone, Debug)]
pub(super) struct FromSlack<'a> {
    pub event: &'a Json,
    /// Slack's id of the event; empty for what was found in history.
    pub id: &'a str,
    pub backfilled: bool,
}

/// Subtypes of messages about which another event says more.
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

/// Events that say nothing more than a message or another event does, or that nobody needs to hear.
const SILENT: &[&str] = &[
    "channel_created",
    "channel_shared",
    "channel_unshared",
    "file_change",
    "file_created",
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
    pub(super) async fn hear_event(self: &Arc<Slack>, source: &FromSlack<'_>) {
        let kind = word(source.event, "type");
        match kind {
            "user_change" | "team_join" | "user_profile_changed" => return self.has_changed(&source.event["user"]),
            "subteam_members_changed" => return self.group_has_changed(word(source.event, "subteam_id")),
            "subteam_updated" | "subteam_created" => {
                return self.group_has_changed(word(&source.event["subteam"], "id"));
            }
            "app_home_opened" => return self.show_home(source.event).await,
            // People's own tokens don't concern the bot.
            "tokens_revoked" if source.event["tokens"]["bot"].as_array().is_none_or(Vec::is_empty) => return,
            "tokens_revoked" | "app_uninstalled" => {
                let trouble = super::Trouble::Said("token_revoked".to_owned());
                return self.troubled(&trouble, "the app was removed");
            }
            _ if SILENT.contains(&kind) => return,
            _ => {}
        }
        if kind == "file_deleted" {
            if let Some(heard) = self.deleted_file(source.event).await {
                self.hand_in_once(heard).await;
            }
            return;
        }
        if kind == "channel_id_changed" {
            return self.has_new_id(word(source.event, "old_channel_id"), word(source.event, "new_channel_id"));
        }
        if kind == "member_joined_channel" && self.me().is_some_and(|me| me.user == word(source.event, "user")) {
            return self.is_back_in(&self.lane_of(channel_of(source.event)));
        }
        if matches!(kind, "channel_left" | "group_left") {
            let lane = self.lane_of(channel_of(source.event));
            if self.keeps(&lane) {
                self.is_not_in(&lane);
            }
        }
        self.take_in(source).await;
    }

    /// Hands in what several events may tell.
    async fn hand_in_once(&self, heard: Heard) {
        if !self.is_known(&heard.cause) {
            self.hand_in(heard).await;
        }
    }

    /// Hands an event to the bot until it is kept. Its author is answered meanwhile: the next event doesn't wait for that.
    pub(super) async fn take_in(self: &Arc<Slack>, source: &FromSlack<'_>) {
        let is_edit = word(source.event, "type") == "message" && word(source.event, "subtype") == "message_changed";
        if is_edit
            && source.event["message"]["files"]
                .as_array()
                .or(source.event["previous_message"]["files"].as_array())
                .is_some()
        {
            let channel = channel_of(source.event);
            let lane = self.lane_with(source.event, channel, &source.event["message"]).await;
            let is_stone = word(&source.event["message"], "subtype") == "tombstone";
            if self.keeps(&lane) && !is_stone {
                for heard in self.deleted_files(source, channel, &lane).await {
                    self.hand_in_once(heard).await;
                }
            }
        }
        let Some(heard) = self.heard(source).await else { return };
        let (lane, message) = (heard.lane.clone(), newest_in(source.event));
        if self.is_known(&heard.cause) {
            return;
        }
        let (from, thread) = (heard.from.id.clone(), heard.thread.clone());
        let thread = thread.filter(|_| matches!(heard.what, What::Said { .. }));
        let Some(answer) = self.hand_in(heard).await else { return };
        if let Some(newest) = message.and_then(|ts| newest(&ts)) {
            self.reached.advance(&lane, newest);
        }
        if answer == Answer::default() {
            return;
        }
        let Some(share) = self.accounts.answers.begin(&from) else { return };
        let (slack, under_way) = (self.clone(), self.under_way.begin());
        tokio::spawn(async move {
            slack.answer_in_place(&from, &lane, thread.as_deref(), answer).await;
            drop((share, under_way));
        });
    }

    /// Hands in what was heard, until it is kept. `None`: the bot has stopped.
    pub(super) async fn hand_in(&self, heard: Heard) -> Option<Answer> {
        let cause = heard.cause.clone();
        let answer = self.door()?.reception.hear_until_kept(heard).await?;
        self.is_new(&cause);
        Some(answer)
    }

    pub(super) fn is_known(&self, cause: &str) -> bool {
        lock(&self.seen).contains(cause)
    }

    /// What an event is to the bot; `None` where it is nothing.
    pub(super) async fn heard(&self, source: &FromSlack<'_>) -> Option<Heard> {
        let event = source.event;
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
            backfilled: source.backfilled,
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
                Some(self.said(source, channel, lane).await)
            }
            // A deleted message that has replies leaves a tombstone behind, so Slack tells its deletion as an edit.
            ("message", "message_changed") if word(&event["message"], "subtype") == "tombstone" => {
                self.deleted(source, channel, word(&event["message"], "ts")).await
            }
            ("message", "message_changed") => {
                let (new, old) = (&event["message"], &event["previous_message"]);
                // Slack itself edits messages, to add a link's preview or to mark a thread. That is nobody's edit.
                let said_anew =
                    new["text"] != old["text"] || new["blocks"] != old["blocks"] && !old["blocks"].is_null();
                if is_mine(new, &me) || !said_anew {
                    return None;
                }
                let lane = self.lane_with(event, channel, new).await;
                if !self.keeps(&lane) && !words::mentioned(word(new, "text")).contains(&me.user) {
                    return None;
                }
                self.edited(source, channel, lane, new).await
            }
            ("message", "message_deleted") => self.deleted(source, channel, word(event, "deleted_ts")).await,
            ("message", "channel_join" | "group_join") if source.backfilled => {
                let cause = presence("join", channel, event, word(event, "ts"));
                self.presence(source, cause, channel, What::Joined).await
            }
            ("message", "channel_leave" | "group_leave") if source.backfilled => {
                let cause = presence("left", channel, event, word(event, "ts"));
                self.presence(source, cause, channel, What::Left).await
            }
            ("message", subtype) if TOLD_OTHERWISE.contains(&subtype) => None,
            ("member_joined_channel", _) => {
                let cause = presence("join", channel, event, word(event, "event_ts"));
                self.presence(source, cause, channel, What::Joined).await
            }
            ("member_left_channel", _) => {
                let cause = presence("left", channel, event, word(event, "event_ts"));
                self.presence(source, cause, channel, What::Left).await
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
                let mut heard = live(format!("event:{}", source.id), from, lane, what);
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
                let id = match source.id {
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
    pub(super) async fn said(&self, source: &FromSlack<'_>, channel: &str, lane: Lane) -> Heard {
        let event = source.event;
        let ts = word(event, "ts");
        let from = self.account(event).await;
        let text = self.text_in(event, &lane).await;
        let (files, not_kept) = self.files(event, channel).await;
        let what = What::Said { message: ts.to_owned(), text, files: Words::of(files) };
        let cause = format!("{}:msg:{channel}:{ts}", self.platform);
        let mut heard = Heard { backfilled: source.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(event);
        heard.said = moment(ts);
        heard.raw = raw(event);
        heard.not_kept = not_kept;
        heard
    }

    async fn deleted(&self, source: &FromSlack<'_>, channel: &str, ts: &str) -> Option<Heard> {
        let old = &source.event["previous_message"];
        let lane = self.lane_with(source.event, channel, old).await;
        if !self.keeps(&lane) {
            return None;
        }
        let from = self.account(old).await;
        let cause = format!("{}:del:{channel}:{ts}", self.platform);
        let what = What::Deleted { message: ts.to_owned() };
        let mut heard = Heard { backfilled: source.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(old);
        heard.said = moment(word(source.event, "event_ts"));
        Some(heard)
    }

    /// A message as it stands after an edit.
    pub(super) async fn edited(&self, source: &FromSlack<'_>, channel: &str, lane: Lane, new: &Json) -> Option<Heard> {
        let ts = word(new, "ts");
        let edited = match word(&new["edited"], "ts") {
            "" => word(source.event, "event_ts"),
            edited => edited,
        };
        let from = self.account(new).await;
        let what = What::Edited { message: ts.to_owned(), text: self.text_in(new, &lane).await };
        let cause = format!("{}:edit:{channel}:{ts}:{edited}", self.platform);
        let mut heard = Heard { backfilled: source.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.thread = thread_of(new);
        heard.said = moment(edited);
        heard.raw = raw(new);
        Some(heard)
    }

    async fn presence(&self, source: &FromSlack<'_>, cause: String, channel: &str, what: What) -> Option<Heard> {
        let event = source.event;
        let lane = self.lane_of(channel);
        if !self.keeps(&lane) || self.me().is_some_and(|me| word(event, "user") == me.user) {
            return None;
        }
        let from = self.account(event).await;
        let cause = format!("{}:{cause}", self.platform);
        let mut heard = Heard { backfilled: source.backfilled, ..Heard::live(cause, from, lane, what) };
        heard.said = moment(word(event, "event_ts")).or_else(|| moment(word(event, "ts")));
        Some(heard)
    }
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

/// The timestamp up to which history is known once this event is kept.
fn newest_in(event: &Json) -> Option<String> {
    let ts = match word(event, "type") {
        "message" | "app_mention" => word(event, "ts"),
        _ => word(event, "event_ts"),
    };
    (!ts.is_empty()).then(|| ts.to_owned())
}

/// What an event of history is heard as, without the platform; `None`: it says nothing that isn't heard otherwise. It is read from the
/// message alone, without asking who wrote it.
pub(super) fn cause_in_history(channel: &str, event: &Json) -> Option<String> {
    let ts = word(event, "ts");
    Some(match word(event, "subtype") {
        "message_changed" => {
            let message = &event["message"];
            format!("edit:{channel}:{}:{}", word(message, "ts"), word(&message["edited"], "ts"))
        }
        "message_deleted" => format!("del:{channel}:{}", word(event, "deleted_ts")),
        "channel_join" | "group_join" => presence("join", channel, event, ts),
        "channel_leave" | "group_leave" => presence("left", channel, event, ts),
        subtype if WORDS.contains(&subtype) => format!("msg:{channel}:{ts}"),
        subtype if TOLD_OTHERWISE.contains(&subtype) => return None,
        _ => format!("event:{channel}:{ts}"),
    })
}

/// An event and the message that says the same have timestamps a moment apart.
fn presence(what: &str, channel: &str, event: &Json, ts: &str) -> String {
    format!("{what}:{channel}:{}:{}", word(event, "user"), ts.split('.').next().unwrap_or_default())
}

/// The message as Slack has it, where text and files leave something out.
fn raw(message: &Json) -> Option<String> {
    let has = |name: &str| message[name].as_array().is_some_and(|it| !it.is_empty());
    let text_is_empty = word(message, "text").is_empty();
    let rich = message["blocks"].as_array().into_iter().flatten().any(|it| word(it, "type") != "rich_text");
    let more = has("attachments") || rich || text_is_empty && has("blocks") || !message["room"].is_null();
    more.then(|| message.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slacks_own_words_are_kept_where_text_is_not_all() {
        let plain = json!({ "text": "hi", "blocks": [{ "type": "rich_text", "elements": [] }] });
        assert_eq!(raw(&plain), None);
        for more in [
            json!({ "text": "hi", "attachments": [{ "text": "x" }] }),
            json!({ "text": "hi", "blocks": [{ "type": "section" }] }),
            json!({ "text": "", "blocks": [{ "type": "rich_text", "elements": [] }] }),
        ] {
            assert_eq!(raw(&more), Some(more.to_string()));
        }
    }
}
