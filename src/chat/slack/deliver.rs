//! Messages on their way out. Slack has no idempotency key, so each message carries a nonce in its metadata. Where it
//! isn't known whether a message got there, it is looked for in history before it is sent again; until history can be
//! read, it waits.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::answer::note;
use super::api::Called;
use super::blocks::{self, Message, NewFile, digest};
use super::words::cut;
use super::{PAUSES, Slack, Trouble, lock, word};
use crate::chat::{Edit, Post, Receipt, Undelivered};
use crate::domain::{Lane, Place};

pub(super) const EVENT: &str = "countersign";
/// How long a message whose fate is unknown is looked for before the courier is asked to come again.
const LOOK_FOR: Duration = Duration::from_secs(120);
const PAGES: usize = 10;
/// How long it takes at most until a message that was taken stands in history. It is looked for twice before it is sent
/// anew.
const SETTLES_WITHIN: Duration = Duration::from_millis(2_500);
/// When to come again about a case's channel, which is made or opened meanwhile.
const SOON: Duration = Duration::from_secs(1);
/// How often a message that isn't there is sent anew, before it is left to the courier.
const SENDS: u32 = 3;
/// Characters of what stands for a picture where it isn't seen.
const ALT_AT_MOST: usize = 1_000;

/// What stands instead of a further part of a message that became shorter.
const OVER: &str = "What stood here is over. The message that it belonged to says how it stands now.";

/// Where a message goes.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub channel: &'a str,
    pub thread: Option<&'a str>,
    /// A reply is shown in the conversation as well, and rings as a message there does.
    pub rings: bool,
    /// The message that it is a further part of.
    pub goes_on: Option<&'a str>,
}

/// A further part of a message that was too long for one, as it stands in the thread.
#[derive(Clone, Debug)]
pub(super) struct Part {
    ts: String,
    /// What it shows, in short; nothing, where that isn't known.
    shows: String,
}

impl Part {
    fn new(ts: String, message: &Message) -> Part {
        Part { ts, shows: Part::shown(message) }
    }
    fn shown(message: &Message) -> String {
        digest(&json!(message.blocks).to_string())
    }
}

/// What became of a part of a message.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It stands there.
    There(String),
    /// Sent, and not heard of since.
    Unknown,
}

impl Slack {
    pub(super) async fn deliver(&self, post: Post<'_>) -> Result<Receipt, Undelivered> {
        if self.door().is_none() || self.me().is_none() {
            return Err(Undelivered::later("Slack hasn't said yet who the bot is", Some(Duration::from_secs(2))));
        }
        let channel = self.channel_of(post.lane).await?;
        let mut drawn = self.draw(post.card, Some(post.lane)).await;
        let rest = drawn.messages.split_off(1);
        let nonce = format!("{}:{}", post.nonce, digest(&channel));
        let Some(first) = drawn.messages.first() else { return Err(Undelivered::never("there was nothing to say")) };
        let rings = matches!(post.lane.place, Place::Direct(_));
        let mut thread = post.thread;
        let spot = Spot { channel: &channel, thread, rings, goes_on: None };
        let message = match self.say(&spot, &nonce, first, post.perhaps_sent).await {
            // The message that begins the thread was deleted, or stands in the case's old channel: this goes into the
            // channel itself.
            Err(Undelivered::Gone { .. }) if thread.is_some() => {
                thread = None;
                self.say(&Spot { thread, ..spot }, &nonce, first, post.perhaps_sent).await?
            }
            other => other?,
        };
        self.lacks(post.lane, None);
        let root = thread.unwrap_or(&message);
        // A part of it stands there from here on, whatever becomes of the others.
        let beneath = Spot { channel: &channel, thread: Some(root), rings: false, goes_on: Some(&message) };
        let mut parts = Vec::new();
        for (part, more) in rest.iter().enumerate() {
            let said = self.say(&beneath, &format!("{nonce}:{}", part + 1), more, post.perhaps_sent).await;
            parts.push(Part::new(said.map_err(Undelivered::perhaps_sent)?, more));
        }
        lock(&self.parts).put(format!("{channel}:{message}"), parts);
        for file in &drawn.files {
            self.share_in(&channel, root, file).await.map_err(Undelivered::perhaps_sent)?;
        }
        Ok(Receipt::once(message))
    }

    pub(super) async fn change(&self, edit: Edit<'_>) -> Result<(), Undelivered> {
        let Edit { lane, message, thread, left, card } = edit;
        if self.door().is_none() || self.me().is_none() {
            return Err(Undelivered::later("Slack hasn't said yet who the bot is", Some(Duration::from_secs(2))));
        }
        let channel = match left {
            Some(left) => left.to_owned(),
            None => self.channel_of(lane).await?,
        };
        let mut drawn = self.draw(card, Some(lane)).await;
        let rest = drawn.messages.split_off(1);
        for first in &drawn.messages {
            let body = json!({ "channel": channel, "ts": message, "text": first.text, "blocks": first.blocks });
            self.pace.until_key_ready(&channel).await;
            if let Err(trouble) = self.call("chat.update", &body).await {
                if trouble.is(&["message_not_found", "cant_update_message"]) {
                    self.forget(message);
                }
                return Err(match (left, &trouble) {
                    // The case's own channel is another one, and nothing is made again for this one.
                    (Some(_), Trouble::Said(why)) => Undelivered::Gone { why: why.clone() },
                    _ => self.undelivered(&trouble, lane),
                });
            }
        }
        let root = thread.unwrap_or(message);
        self.change_parts(&channel, message, root, &rest).await?;
        for file in &drawn.files {
            self.share_in(&channel, root, file).await?;
        }
        self.lacks(lane, None);
        Ok(())
    }

    /// What doesn't fit into a message that was edited follows in its thread: what stands there of it already is edited as well,
    /// so that no part goes on saying what the message doesn't.
    async fn change_parts(&self, channel: &str, of: &str, root: &str, rest: &[Message]) -> Result<(), Undelivered> {
        let over = blocks::draw(&note(OVER), &self.map()).messages;
        let standing =
            self.parts_of(channel, of, root).await.map_err(|trouble| self.undelivered_at(&trouble, channel))?;
        let mut parts: Vec<Part> = Vec::new();
        for (at, part) in standing.into_iter().enumerate() {
            let Some(message) = rest.get(at).or(over.first()).filter(|it| Part::shown(it) != part.shows) else {
                parts.push(part);
                continue;
            };
            let body = json!({ "channel": channel, "ts": part.ts, "text": message.text, "blocks": message.blocks });
            self.pace.until_key_ready(&channel.to_owned()).await;
            match self.call("chat.update", &body).await {
                // What somebody deleted says nothing any more; those after it don't take its place.
                Err(trouble) if trouble.is(&["message_not_found", "cant_update_message"]) => parts.push(part),
                Err(trouble) => return Err(self.undelivered_at(&trouble, channel)),
                Ok(_) => parts.push(Part::new(part.ts, message)),
            }
        }
        for (at, more) in rest.iter().enumerate().skip(parts.len()) {
            let nonce = format!("{of}:{at}:{}", Part::shown(more));
            let looked = lock(&self.sent).contains(&nonce);
            let spot = Spot { channel, thread: Some(root), rings: false, goes_on: Some(of) };
            parts.push(Part::new(self.say(&spot, &nonce, more, !looked).await?, more));
        }
        lock(&self.parts).put(format!("{channel}:{of}"), parts);
        Ok(())
    }

    /// The further parts of a message, in order. A process looks for those of an earlier one once.
    async fn parts_of(&self, channel: &str, of: &str, root: &str) -> Called<Vec<Part>> {
        if let Some(known) = lock(&self.parts).get(&format!("{channel}:{of}")) {
            return Ok(known.clone());
        }
        let arguments = [
            ("channel", channel.to_owned()),
            ("ts", root.to_owned()),
            ("include_all_metadata", "true".to_owned()),
            ("limit", "1000".to_owned()),
        ];
        let replies = match self.api.pages("conversations.replies", &arguments, "messages", PAGES).await {
            Err(trouble) if trouble.is(&["thread_not_found"]) => return Ok(Vec::new()),
            other => other?,
        };
        let is_part = |message: &&Json| {
            word(&message["metadata"], "event_type") == EVENT
                && word(&message["metadata"]["event_payload"], "goes_on") == of
        };
        let part = |message: &Json| Part { ts: word(message, "ts").to_owned(), shows: String::new() };
        Ok(replies.iter().filter(is_part).map(part).collect())
    }

    /// Posts one message, so that it stands there once.
    pub(super) async fn say(
        &self,
        spot: &Spot<'_>,
        nonce: &str,
        message: &Message,
        perhaps_sent: bool,
    ) -> Result<String, Undelivered> {
        let Spot { channel, thread, rings: _, goes_on: _ } = *spot;
        let known = lock(&self.sent).get(nonce).cloned();
        let mut unknown = match known {
            Some(Fate::There(ts)) => return Ok(ts),
            Some(Fate::Unknown) => true,
            None => perhaps_sent,
        };
        let mut looks = 1;
        let mut pauses = PAUSES;
        let mut waited = Duration::ZERO;
        let mut bare = false;
        let mut sends = 0;
        loop {
            if unknown {
                match self.find(channel, thread, nonce).await {
                    Ok(Some(ts)) => {
                        lock(&self.sent).put(nonce.to_owned(), Fate::There(ts.clone()));
                        return Ok(ts);
                    }
                    Ok(None) if looks > 1 => {
                        looks -= 1;
                        tokio::time::sleep(SETTLES_WITHIN).await;
                        continue;
                    }
                    Ok(None) => {
                        lock(&self.sent).pop(nonce);
                        unknown = false;
                    }
                    Err(trouble) => {
                        let pause = pauses.grow_or(trouble.asks_to_wait());
                        // It stays unknown, so the next try looks for it first.
                        lock(&self.sent).put(nonce.to_owned(), Fate::Unknown);
                        if waited + pause > LOOK_FOR || matches!(trouble, Trouble::Said(_)) {
                            return Err(self.undelivered_at(&trouble, channel).perhaps_sent());
                        }
                        waited += pause;
                        tokio::time::sleep(pause).await;
                        continue;
                    }
                }
            }
            self.pace.until_key_ready(&channel.to_owned()).await;
            match self.call("chat.postMessage", &body(spot, nonce, message, bare)).await {
                Ok(answer) => {
                    let ts = word(&answer, "ts").to_owned();
                    lock(&self.sent).put(nonce.to_owned(), Fate::There(ts.clone()));
                    return Ok(ts);
                }
                // It wasn't there until now, and Slack doesn't answer: the courier tries again with growing pauses.
                Err(trouble @ Trouble::Unknown(_)) if sends >= SENDS => {
                    lock(&self.sent).put(nonce.to_owned(), Fate::Unknown);
                    return Err(self.undelivered_at(&trouble, channel).perhaps_sent());
                }
                Err(Trouble::Unknown(why)) => {
                    sends += 1;
                    tracing::warn!(platform = %self.platform, channel, why, "a message may or may not be there; looking");
                    lock(&self.sent).put(nonce.to_owned(), Fate::Unknown);
                    // What Slack took a moment ago may not stand in its history yet.
                    tokio::time::sleep(SETTLES_WITHIN).await;
                    (unknown, looks) = (true, 2);
                }
                Err(trouble) if trouble.is(&["not_in_channel"]) && !bare && self.join(channel).await => {}
                Err(Trouble::Said(why)) if is_about_blocks(&why) && !bare => {
                    tracing::error!(platform = %self.platform, why, "Slack refuses the blocks; sending the words alone");
                    bare = true;
                }
                Err(trouble) => return Err(self.undelivered_at(&trouble, channel)),
            }
        }
    }

    /// A message was deleted: what it said doesn't stand there any more, and is posted when it is posted anew.
    fn forget(&self, message: &str) {
        let mut parts = lock(&self.parts);
        let of_it: Vec<String> =
            parts.iter().map(|(key, _)| key).filter(|key| key.ends_with(message)).cloned().collect();
        for key in of_it {
            parts.pop(&key);
        }
        drop(parts);
        let mut sent = lock(&self.sent);
        let of_it: Vec<String> = sent
            .iter()
            .filter(|(nonce, fate)| nonce.contains(message) || matches!(fate, Fate::There(ts) if ts == message))
            .map(|(nonce, _)| nonce.clone())
            .collect();
        for nonce in of_it {
            sent.pop(&nonce);
        }
    }

    /// Joins a public channel. Whether that worked.
    async fn join(&self, channel: &str) -> bool {
        self.call("conversations.join", &json!({ "channel": channel })).await.is_ok()
    }

    /// Looks for a message by its nonce: a channel's history comes newest first; a thread's replies come oldest first, so a
    /// thread is read to its end. It isn't limited to a time: Slack's clock may differ from this machine's.
    async fn find(&self, channel: &str, thread: Option<&str>, nonce: &str) -> Called<Option<String>> {
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let mut arguments = vec![
                ("channel", channel.to_owned()),
                ("include_all_metadata", "true".to_owned()),
                ("limit", if thread.is_some() { "1000" } else { "200" }.to_owned()),
            ];
            if !cursor.is_empty() {
                arguments.push(("cursor", cursor));
            }
            let method = match thread {
                Some(thread) => {
                    arguments.push(("ts", thread.to_owned()));
                    "conversations.replies"
                }
                None => "conversations.history",
            };
            let page = match self.api.patiently(method, &arguments).await {
                Err(trouble) if trouble.is(&["thread_not_found"]) => return Ok(None),
                other => other?,
            };
            let mut messages = page["messages"].as_array().into_iter().flatten();
            let ours = messages.find(|message| {
                word(&message["metadata"], "event_type") == EVENT
                    && word(&message["metadata"]["event_payload"], "nonce") == nonce
            });
            if let Some(ours) = ours {
                return Ok(Some(word(ours, "ts").to_owned()));
            }
            cursor = word(&page["response_metadata"], "next_cursor").to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        Ok(None)
    }

    /// Puts a file beside a message, in its thread. The same file is put there once: its name says so.
    async fn share_in(&self, channel: &str, root: &str, file: &NewFile) -> Result<(), Undelivered> {
        let nonce = format!("{channel}:{root}:{}", file.name);
        if lock(&self.sent).contains(&nonce) {
            return Ok(());
        }
        let arguments = [("channel", channel.to_owned()), ("ts", root.to_owned()), ("limit", "200".to_owned())];
        let there = self.api.pages("conversations.replies", &arguments, "messages", PAGES).await;
        let there = there.map_err(|trouble| self.undelivered_at(&trouble, channel))?;
        let files = there.iter().filter_map(|message| message["files"].as_array()).flatten();
        let is_there = files.into_iter().any(|it| word(it, "name") == file.name);
        if !is_there {
            let place = json!({ "channel_id": channel, "thread_ts": root });
            self.upload(file, place).await.map_err(|trouble| self.undelivered_at(&trouble, channel))?;
        }
        lock(&self.sent).put(nonce, Fate::There(String::new()));
        Ok(())
    }

    /// A file for one person alone.
    pub(super) async fn share_with(&self, person: &str, file: &NewFile) -> Called<()> {
        let lane = Lane::direct(&self.platform, person);
        let channel = self.channel_of(&lane).await.map_err(|why| Trouble::Said(why.to_string()))?;
        self.upload(file, json!({ "channel_id": channel })).await
    }

    async fn upload(&self, file: &NewFile, mut place: Json) -> Called<()> {
        let bytes = file.bytes.clone();
        let mut arguments = vec![("filename", file.name.clone()), ("length", bytes.len().to_string())];
        arguments.extend(file.words.iter().map(|words| ("alt_txt", cut(words, ALT_AT_MOST))));
        let granted = self.api.get("files.getUploadURLExternal", &arguments).await?;
        self.api.upload(word(&granted, "upload_url"), bytes).await?;
        place["files"] = json!([{ "id": word(&granted, "file_id"), "title": file.name }]);
        self.call("files.completeUploadExternal", &place).await.map(drop)
    }

    fn undelivered_at(&self, trouble: &Trouble, channel: &str) -> Undelivered {
        self.undelivered(trouble, &self.lane_of(channel))
    }

    /// What a refusal means for trying again.
    pub(super) fn undelivered(&self, trouble: &Trouble, lane: &Lane) -> Undelivered {
        match trouble {
            Trouble::Limited { after } => Undelivered::later(trouble, Some(after.unwrap_or(Duration::from_secs(5)))),
            Trouble::Unknown(_) | Trouble::Unreached(_) => Undelivered::later(trouble, None),
            Trouble::Said(_) if trouble.is_about_the_token() => {
                self.troubled(trouble, "a message was refused");
                Undelivered::later(format!("Slack refuses the bot's token: {trouble}"), None)
            }
            Trouble::Said(said) => match said.as_str() {
                "is_archived" | "channel_not_found" if lane.own_of().is_some() => {
                    lock(&self.case_channels).remove(lane);
                    Undelivered::later(
                        format!("{lane} can't be spoken in ({said}); it is opened or made again"),
                        Some(SOON),
                    )
                }
                "is_archived" => Undelivered::never(format!("{lane} is archived")),
                // Slack says this of a private channel that the bot was removed from.
                "channel_not_found" if matches!(lane.place, Place::Channel(_)) => {
                    self.is_not_in(lane);
                    Undelivered::later(format!("there is no {lane}, or the bot was not invited to it"), None)
                }
                "user_not_found" | "users_not_found" | "user_disabled" | "cannot_dm_bot" | "user_not_visible"
                | "channel_not_found" => {
                    Undelivered::never(format!("{lane} can't be reached: the account is gone ({said})"))
                }
                "message_not_found" | "thread_not_found" => {
                    Undelivered::Gone { why: format!("the message isn't there any more ({said})") }
                }
                // A deleted message that has replies leaves a tombstone, which nobody can change.
                "cant_update_message" => {
                    Undelivered::Gone { why: format!("the message can't be changed any more ({said})") }
                }
                "edit_window_closed" => {
                    Undelivered::never(format!("Slack lets the message not be changed any more ({said})"))
                }
                "no_text" | "msg_too_long" | "invalid_arguments" => {
                    Undelivered::never(format!("Slack can't take it ({said})"))
                }
                "not_in_channel" => {
                    self.is_not_in(lane);
                    Undelivered::later(format!("the bot was not invited to {lane}"), None)
                }
                "missing_scope" | "restricted_action" | "no_permission" | "ekm_access_denied" => {
                    let why = format!("the bot may not post to {lane} ({said})");
                    self.lacks(lane, Some(why.clone()));
                    Undelivered::later(why, None)
                }
                _ => {
                    self.lacks(lane, Some(format!("Slack refuses what is to be said in {lane} ({said})")));
                    Undelivered::later(trouble, None)
                }
            },
        }
    }
}

fn body(spot: &Spot<'_>, nonce: &str, message: &Message, bare: bool) -> Json {
    let mut body = json!({
        "channel": spot.channel,
        "text": message.text,
        "metadata": { "event_type": EVENT, "event_payload": { "nonce": nonce } },
        "unfurl_links": false,
        "unfurl_media": false,
    });
    if bare {
        body["mrkdwn"] = false.into();
    } else {
        body["blocks"] = json!(message.blocks);
    }
    if let Some(message) = spot.goes_on {
        body["metadata"]["event_payload"]["goes_on"] = message.into();
    }
    if let Some(thread) = spot.thread {
        body["thread_ts"] = thread.into();
        body["reply_broadcast"] = spot.rings.into();
    }
    body
}

fn is_about_blocks(why: &str) -> bool {
    why.starts_with("invalid_blocks") || why == "msg_blocks_too_long"
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn what_is_sent_carries_its_nonce_and_no_surprises() {
        let message = Message { blocks: vec![json!({ "type": "divider" })], text: words::escaped("<!channel>") };
        let spot = Spot { channel: "C1", thread: Some("1.0"), rings: false, goes_on: Some("1.0") };
        let sent = body(&spot, "7:x", &message, false);
        assert_eq!(sent["metadata"]["event_payload"], json!({ "nonce": "7:x", "goes_on": "1.0" }));
        assert_eq!((&sent["unfurl_links"], &sent["unfurl_media"]), (&json!(false), &json!(false)));
        assert_eq!(sent["text"], "&lt;!channel&gt;");
        assert_eq!(sent["reply_broadcast"], false);
        let bare = body(&Spot { thread: None, goes_on: None, ..spot }, "7:x", &message, true);
        assert!(bare["blocks"].is_null() && bare["mrkdwn"] == false && bare["thread_ts"].is_null());
    }
}
