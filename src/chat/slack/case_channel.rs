//! A case's own channel: there, named, with its people in it. What was done is remembered, so doing it again costs nothing.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Called;
use super::deliver::Spot;
use super::{Slack, Trouble, blocks, lock, word};
use crate::card;
use crate::chat::{CaseChannel, Undelivered};
use crate::grammar::clean;

/// Slack's own limit is 250.
const TOPIC: usize = 250;
/// Slack takes a hundred in a channel; more than these nobody reads.
const BOOKMARKS: usize = 20;
const BOOKMARK_TITLE: usize = 80;
/// How many other names are tried where the first is taken by somebody else's channel.
const NAMES: u32 = 5;

/// Refusals that say that there is nothing left to change.
const NOT_THERE: &[&str] = &["is_archived", "channel_not_found", "not_in_channel"];

/// What was done for a lane already.
#[derive(Clone, Debug, Default)]
pub(super) struct ChannelState {
    channel: String,
    /// Whether it is private, once that is known.
    private: Option<bool>,
    /// The channel that it took the place of.
    before: Option<String>,
    /// The case's card that stands there still.
    left: Option<String>,
    topic: String,
    invited: BTreeSet<String>,
    /// What was said before people's channel became the case's own is kept.
    conversation_read: bool,
    /// This process has looked who is in it.
    looked: bool,
    pinned: Option<String>,
    /// Addresses that are bookmarked. `None`: nobody has looked yet.
    bookmarked: Option<BTreeSet<String>>,
    archived: Option<bool>,
}

/// As Slack counts it: with its escapes.
fn topic(words: &str, before: Option<&str>) -> String {
    let tail = before.map(|channel| format!(" · before: <#{channel}>")).unwrap_or_default();
    let mut topic = super::words::escaped_within(words, TOPIC.saturating_sub(tail.chars().count()));
    topic.push_str(&tail);
    topic
}

impl Slack {
    pub(super) async fn ensure_case_channel(&self, wanted: &CaseChannel) -> Result<String, Undelivered> {
        let mut state = lock(&self.case_channels).get(&wanted.lane).cloned().unwrap_or_default();
        let outcome = self.bring_up_to_date(wanted, &mut state).await;
        if !state.channel.is_empty() {
            lock(&self.case_channels).insert(wanted.lane.clone(), state.clone());
        }
        match outcome {
            Ok(()) => Ok(state.channel),
            Err(trouble) => Err(self.undelivered(&trouble, &wanted.lane)),
        }
    }

    async fn bring_up_to_date(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        if state.channel.is_empty() {
            match &wanted.channel {
                Some(channel) => {
                    state.channel.clone_from(channel);
                    // Where its card stands, it was read before.
                    state.conversation_read = wanted.pinned.is_some();
                }
                None => {
                    state.channel = self.create(wanted).await?;
                    state.private = Some(wanted.private);
                }
            }
        }
        let is_theirs = wanted.is_converted(&state.channel);
        if wanted.private && (is_theirs || !self.is_private(state).await?) {
            self.move_apart(wanted, state).await?;
        }
        // What is said there, and who comes in, counts from now on.
        lock(&self.places).is_own(&wanted.lane, &state.channel);
        if wanted.archived && state.archived == Some(true) {
            return Ok(());
        }
        if state.archived == Some(true) {
            self.reopen(wanted, state).await?;
        }
        if wanted.is_converted(&state.channel) && !state.conversation_read {
            let body = json!({ "channel": state.channel });
            let private = ["method_not_supported_for_channel_type", "channel_not_found", "is_archived"];
            self.call_unless_done("conversations.join", body, &private).await?;
        }
        // Nothing can be changed in an archived channel. One that was archived before this process began stays archived.
        match self.equip(wanted, state).await {
            Err(trouble) if wanted.archived && trouble.is(&["is_archived", "channel_not_found"]) => {
                state.archived = Some(true);
                return Ok(());
            }
            Err(trouble) if trouble.is(&["is_archived", "channel_not_found"]) => {
                self.reopen(wanted, state).await?;
                self.equip(wanted, state).await?;
            }
            Err(trouble) if trouble.is(&["not_in_channel"]) && !wanted.private => {
                self.call_unless_done("conversations.join", json!({ "channel": state.channel }), &[]).await?;
                self.equip(wanted, state).await?;
            }
            other => other?,
        }
        if wanted.is_converted(&state.channel) && !state.conversation_read {
            self.read_conversation(&wanted.lane);
            state.conversation_read = true;
        }
        if wanted.archived {
            self.call_unless_done("conversations.archive", json!({ "channel": state.channel }), &["already_archived"])
                .await?;
            state.archived = Some(true);
        }
        Ok(())
    }

    /// Whether the channel is closed to others. One that can't be seen any more is found out about by what follows.
    async fn is_private(&self, state: &mut ChannelState) -> Called<bool> {
        if let Some(known) = state.private {
            return Ok(known);
        }
        let asked = self.api.patiently("conversations.info", &[("channel", state.channel.clone())]).await;
        let private = match asked {
            Ok(answer) => answer["channel"]["is_private"].as_bool().unwrap_or(true),
            Err(Trouble::Said(why)) if why == "channel_not_found" => return Ok(true),
            Err(trouble) => return Err(trouble),
        };
        state.private = Some(private);
        Ok(private)
    }

    /// The case was made restricted. Slack lets nobody but an administrator make a public channel private, so the case goes on
    /// in a new one, and the old one says no more than that.
    async fn move_apart(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        let before = state.channel.clone();
        // Its name was made of the title as well, where the bot named it.
        if !wanted.is_converted(&before) {
            let name = format!("{}-moved", wanted.case.to_string().to_lowercase());
            self.optional("conversations.rename", json!({ "channel": before, "name": name }), NOT_THERE).await?;
        }
        let channel = self.create(wanted).await?;
        tracing::info!(platform = %self.platform, lane = %wanted.lane, before, channel, "a case that is restricted now goes on in a private channel");
        self.leave(wanted, &before).await?;
        let left = wanted.pinned.clone();
        *state = ChannelState { channel, private: Some(true), before: Some(before), left, ..ChannelState::default() };
        Ok(())
    }

    /// Takes out of the open channel that the case leaves what tells of it on its face: topic, card and bookmarks. What was said
    /// there stands.
    async fn leave(&self, wanted: &CaseChannel, before: &str) -> Called<()> {
        // A channel in which people talked before keeps the topic that they gave it.
        if !wanted.is_converted(before) {
            let topic = json!({ "channel": before, "topic": "Restricted now: only its people see it." });
            self.optional("conversations.setTopic", topic, NOT_THERE).await?;
        }
        let moved = blocks::draw(&card::moved_away(wanted.case), &self.map()).messages;
        if let (Some(card), Some(says)) = (&wanted.pinned, moved.first()) {
            let gone = ["message_not_found", "cant_update_message", "no_pin"];
            let fine: Vec<&str> = NOT_THERE.iter().copied().chain(gone).collect();
            let edit = json!({ "channel": before, "ts": card, "text": says.text, "blocks": says.blocks });
            self.optional("chat.update", edit, &fine).await?;
            self.optional("pins.remove", json!({ "channel": before, "timestamp": card }), &fine).await?;
        }
        let card = wanted.pinned.as_ref().and_then(|ts| self.permalink(before, Some(ts)));
        let listed = self.api.patiently("bookmarks.list", &[("channel_id", before.to_owned())]).await;
        let listed = listed.unwrap_or_default();
        for bookmark in listed["bookmarks"].as_array().into_iter().flatten() {
            let address = word(bookmark, "link");
            if card.as_deref() == Some(address) || wanted.links.iter().any(|link| link.url == address) {
                let body = json!({ "channel_id": before, "bookmark_id": word(bookmark, "id") });
                self.optional("bookmarks.remove", body, NOT_THERE).await?;
            }
        }
        if let Some(says) = moved.first() {
            let spot = Spot { channel: before, thread: None, rings: false, goes_on: None };
            // An earlier try may have said it.
            if let Err(why) = self.say(&spot, &format!("{}:moved", wanted.lane), says, true).await {
                tracing::warn!(platform = %self.platform, lane = %wanted.lane, %why, "its old channel isn't told that a case goes on elsewhere");
            }
        }
        Ok(())
    }

    /// Opens an archived channel. Slack removes the bot from a channel that is archived, and only its members may open
    /// it again. Where Slack refuses, the case goes on in a new channel, which says where it was before.
    async fn reopen(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        let body = json!({ "channel": state.channel });
        let opened = match self.call_unless_done("conversations.unarchive", body.clone(), &["not_archived"]).await {
            Err(Trouble::Said(why)) if !wanted.private && why != "channel_not_found" => {
                // A person may have opened it meanwhile.
                self.call_unless_done("conversations.join", body, &[]).await
            }
            other => other,
        };
        match opened {
            Ok(()) => state.archived = Some(false),
            Err(trouble @ Trouble::Said(_)) if !trouble.is_about_the_token() => {
                let before = std::mem::take(&mut state.channel);
                tracing::warn!(platform = %self.platform, lane = %wanted.lane, before, %trouble, "a case's channel can't be opened again; making another");
                let channel = self.create(wanted).await.inspect_err(|_| state.channel.clone_from(&before))?;
                lock(&self.places).is_own(&wanted.lane, &channel);
                let private = Some(wanted.private);
                let left = wanted.pinned.clone();
                *state = ChannelState { channel, private, before: Some(before), left, ..ChannelState::default() };
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    async fn equip(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        let channel = state.channel.clone();
        let topic = topic(&wanted.topic, state.before.as_deref());
        if state.topic != topic {
            if self.may_set_topic(wanted, &channel).await? {
                self.optional("conversations.setTopic", json!({ "channel": channel, "topic": topic }), &[]).await?;
            }
            state.topic = topic;
        }
        if wanted.private && !wanted.barred.is_empty() {
            if !state.looked {
                let arguments = [("channel", channel.clone()), ("limit", "200".to_owned())];
                let there = self.api.pages("conversations.members", &arguments, "members", 20).await?;
                state.invited = there.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
                state.looked = true;
            }
            for person in
                wanted.barred.iter().filter(|person| state.invited.contains(*person)).cloned().collect::<Vec<_>>()
            {
                let body = json!({ "channel": channel, "user": person });
                self.call_unless_done("conversations.kick", body, &["not_in_channel", "user_not_found"]).await?;
                state.invited.remove(&person);
            }
        }
        for person in &wanted.people {
            if state.invited.contains(person) {
                continue;
            }
            // One by one, so that one account that can't be invited doesn't stop the others.
            match self.call("conversations.invite", &json!({ "channel": channel, "users": person })).await {
                Ok(_) => {}
                Err(trouble) if trouble.is(&["already_in_channel", "cant_invite_self"]) => {}
                Err(trouble @ Trouble::Said(_))
                    if !trouble.is(&["is_archived", "channel_not_found", "not_in_channel"]) =>
                {
                    tracing::warn!(platform = %self.platform, account = person, channel, %trouble, "somebody could not be invited");
                }
                Err(trouble) => return Err(trouble),
            }
            state.invited.insert(person.clone());
        }
        let card = wanted.pinned.as_ref().filter(|message| state.left.as_ref() != Some(message));
        if let Some(message) = card.filter(|message| state.pinned.as_ref() != Some(message)) {
            let body = json!({ "channel": channel, "timestamp": message });
            self.optional("pins.add", body, &["already_pinned", "message_not_found", "no_item_specified"]).await?;
            state.pinned = Some(message.clone());
        }
        self.bookmark(wanted, card, state).await
    }

    /// People's own channel keeps the topic that they gave it; the card stands pinned beside it.
    async fn may_set_topic(&self, wanted: &CaseChannel, channel: &str) -> Called<bool> {
        if !wanted.is_converted(channel) {
            return Ok(true);
        }
        let there = self.api.patiently("conversations.info", &[("channel", channel.to_owned())]).await?;
        let topic = there["channel"]["topic"]["value"].as_str().unwrap_or_default().trim();
        Ok(topic.is_empty() || topic.starts_with(&format!("{} · ", wanted.case)))
    }

    /// The card, and what people keep with the case, stand on top of the channel as bookmarks.
    async fn bookmark(&self, wanted: &CaseChannel, card: Option<&String>, state: &mut ChannelState) -> Called<()> {
        let card = card.and_then(|ts| self.permalink(&state.channel, Some(ts)));
        let card = card.map(|address| (format!("The card of {}", wanted.case), address));
        let links = wanted.links.iter().map(|link| (clean::line(&link.text), link.url.clone()));
        let wanted: Vec<(String, String)> = card.into_iter().chain(links).take(BOOKMARKS).collect();
        let there = state.bookmarked.get_or_insert_default();
        if wanted.iter().all(|(_, address)| there.contains(address)) {
            return Ok(());
        }
        let listed = self.api.patiently("bookmarks.list", &[("channel_id", state.channel.clone())]).await;
        if let Ok(listed) = &listed {
            let addresses = listed["bookmarks"].as_array().into_iter().flatten().map(|it| word(it, "link").to_owned());
            there.extend(addresses);
        }
        let channel = state.channel.clone();
        for (title, address) in wanted {
            if !state.bookmarked.get_or_insert_default().insert(address.clone()) {
                continue;
            }
            let title = if title.is_empty() { &address } else { &title };
            let title = super::words::cut(title, BOOKMARK_TITLE);
            let body = json!({ "channel_id": channel, "title": title, "type": "link", "link": address });
            self.optional("bookmarks.add", body, &["too_many_bookmarks"]).await?;
        }
        Ok(())
    }

    /// Calls for something that a channel can do without. A refusal is only logged, unless it is about the channel as a
    /// whole.
    async fn optional(&self, method: &str, body: Json, fine: &[&str]) -> Called<()> {
        match self.call_unless_done(method, body, fine).await {
            Err(trouble) if trouble.is(&["is_archived", "channel_not_found", "not_in_channel"]) => Err(trouble),
            Err(trouble) if trouble.is_about_the_token() => Err(trouble),
            Err(trouble) => {
                tracing::warn!(platform = %self.platform, method, %trouble, "a case's channel lacks something that it can do without");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Calls, and takes the refusals `fine` as a sign that it is done already.
    async fn call_unless_done(&self, method: &str, body: Json, fine: &[&str]) -> Called<()> {
        match self.call(method, &body).await {
            Err(trouble) if !trouble.is(fine) => Err(trouble),
            _ => Ok(()),
        }
    }

    async fn create(&self, wanted: &CaseChannel) -> Called<String> {
        for number in 1..=NAMES {
            let name = match number {
                1 => wanted.name.clone(),
                number => format!("{}-{number}", wanted.name),
            };
            match self.call("conversations.create", &json!({ "name": name, "is_private": wanted.private })).await {
                Ok(answer) => return Ok(word(&answer["channel"], "id").to_owned()),
                // An earlier try may have made it, though its answer was lost.
                Err(trouble) if trouble.is(&["name_taken"]) => {
                    if let Some(channel) = self.made_before(wanted, &name).await? {
                        return Ok(channel);
                    }
                }
                Err(Trouble::Unknown(why)) => match self.made_before(wanted, &name).await? {
                    Some(channel) => return Ok(channel),
                    None => return Err(Trouble::Unknown(why)),
                },
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Said("name_taken".to_owned()))
    }

    /// An open channel of this name that the bot itself made, as private as the case wants it, and of no other case:
    /// what is restricted must not be said in a channel that only has the right name.
    async fn made_before(&self, wanted: &CaseChannel, name: &str) -> Called<Option<String>> {
        let Some(me) = self.me() else { return Ok(None) };
        let sort = if wanted.private { "private_channel" } else { "public_channel" };
        let arguments =
            [("types", sort.to_owned()), ("exclude_archived", "true".to_owned()), ("limit", "200".to_owned())];
        let all = self.api.pages("conversations.list", &arguments, "channels", 100).await?;
        let places = lock(&self.places);
        let fits = |it: &&Json| {
            word(it, "name") == name
                && word(it, "creator") == me.user
                && it["is_private"].as_bool().unwrap_or(false) == wanted.private
                && it["is_archived"].as_bool() != Some(true)
                && places.own.get(word(it, "id")).is_none_or(|lane| *lane == wanted.lane)
        };
        Ok(all.iter().find(fits).map(|it| word(it, "id").to_owned()))
    }
}
