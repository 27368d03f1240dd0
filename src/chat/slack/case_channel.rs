//! A case's own channel: there, named, with its people in it. What was done is remembered, so doing it again costs nothing.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Called;
use super::deliver::Spot;
use super::{Slack, Trouble, blocks, lock, word};
use crate::card;
use crate::chat::{CaseChannel, Undelivered};
use crate::domain::CaseId;
use crate::grammar::clean;

/// Slack's own limit is 250.
const TOPIC: usize = 250;
/// Slack takes a hundred in a channel; more than these nobody reads.
const BOOKMARKS: usize = 20;
const BOOKMARK_TITLE: usize = 80;
/// How many other names are tried where the first is taken by somebody else's channel.
const NAMES: u32 = 5;

/// Refusals to let the bot into a channel that no later try changes.
const NOT_LET_IN: &[&str] = &[
    "channel_not_found",
    "method_not_supported_for_channel_type",
    "missing_scope",
    "no_permission",
    "restricted_action",
];

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
    /// The bot is in people's own channel.
    inside: bool,
    /// What was said before people's channel became the case's own is kept, or being read.
    conversation_read: bool,
    /// All is said of the case, and people's channel is theirs again.
    given_back: bool,
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

/// Whether a topic is one that the bot wrote for this case.
fn is_bots_own(case: CaseId, topic: &str) -> bool {
    topic.starts_with(&format!("{case} · "))
}

/// Refusals that say that what is to be taken away is away, with those that only one method has.
fn gone(more: &[&'static str]) -> Vec<&'static str> {
    NOT_THERE.iter().copied().chain(["message_not_found"]).chain(more.iter().copied()).collect()
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
                Some(channel) => state.channel.clone_from(channel),
                None => {
                    state.channel = self.create(wanted).await?;
                    state.private = Some(wanted.private);
                }
            }
        }
        if wanted.private && (wanted.is_converted(&state.channel) || !self.is_private(state).await?) {
            self.move_apart(wanted, state).await?;
        }
        if wanted.archived && wanted.is_converted(&state.channel) {
            return self.give_back(wanted, state).await;
        }
        // What is said there, and who comes in, counts from now on.
        let is_taken_up = lock(&self.places).is_own(&wanted.lane, &state.channel);
        if is_taken_up && wanted.is_converted(&state.channel) && wanted.pinned.is_some() {
            self.counts_from_now(&wanted.lane);
        }
        state.given_back = false;
        if wanted.archived && state.archived == Some(true) {
            return Ok(());
        }
        if state.archived == Some(true) {
            self.reopen(wanted, state).await?;
        }
        if wanted.is_converted(&state.channel) && !state.inside {
            self.enter(wanted, state).await?;
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
                match self.call("conversations.join", &json!({ "channel": state.channel })).await {
                    Err(trouble) if trouble.is(NOT_LET_IN) && wanted.is_converted(&state.channel) => {
                        self.go_elsewhere(wanted, state, &trouble).await?;
                    }
                    other => drop(other?),
                }
                self.equip(wanted, state).await?;
            }
            other => other?,
        }
        if let Some(card) = &wanted.pinned
            && wanted.is_converted(&state.channel)
            && !state.conversation_read
        {
            state.conversation_read = self.read_conversation(&wanted.lane, &state.channel, card).await;
        }
        if wanted.archived {
            self.call_unless_done("conversations.archive", json!({ "channel": state.channel }), &["already_archived"])
                .await?;
            state.archived = Some(true);
        }
        Ok(())
    }

    /// Goes into people's own channel, unless the bot was invited. Where it isn't known whether it is inside, what follows
    /// shows it.
    async fn enter(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        let asked = self.api.patiently("conversations.info", &[("channel", state.channel.clone())]).await;
        let is_member = match asked {
            Ok(there) => there["channel"]["is_member"].as_bool(),
            Err(trouble @ Trouble::Said(_)) if !trouble.is_about_the_token() => None,
            Err(trouble) => return Err(trouble),
        };
        if is_member == Some(true) {
            state.inside = true;
            return Ok(());
        }
        match self.call("conversations.join", &json!({ "channel": state.channel })).await {
            Ok(_) => state.inside = true,
            Err(trouble) if trouble.is(NOT_LET_IN) && is_member == Some(false) => {
                self.go_elsewhere(wanted, state, &trouble).await?;
            }
            Err(trouble) if trouble.is(NOT_LET_IN) || trouble.is(&["is_archived"]) => {}
            Err(trouble) => return Err(trouble),
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
        if wanted.is_converted(before) {
            self.clear_topic(wanted, before).await?;
        } else {
            let topic = json!({ "channel": before, "topic": "Restricted now: only its people see it." });
            self.optional("conversations.setTopic", topic, NOT_THERE).await?;
        }
        let moved = blocks::draw(&card::moved_away(wanted.case), &self.map()).messages;
        if let (Some(card), Some(says)) = (&wanted.pinned, moved.first()) {
            let edit = json!({ "channel": before, "ts": card, "text": says.text, "blocks": says.blocks });
            self.optional("chat.update", edit, &gone(&["cant_update_message"])).await?;
            self.unpin(before, card).await?;
        }
        let links = wanted.links.iter().map(|link| link.url.clone());
        let addresses: Vec<String> = self.address_of_card(wanted, before).into_iter().chain(links).collect();
        self.unbookmark(before, &addresses).await?;
        // To people in whose channel it was, the case itself says so.
        if let Some(says) = moved.first().filter(|_| !wanted.is_converted(before)) {
            let spot = Spot { channel: before, thread: None, rings: false, goes_on: None };
            // An earlier try may have said it.
            if let Err(why) = self.say(&spot, &format!("{}:moved", wanted.lane), says, true).await {
                tracing::warn!(platform = %self.platform, lane = %wanted.lane, %why, "its old channel isn't told that a case goes on elsewhere");
            }
        }
        Ok(())
    }

    /// All is said of the case: people's own channel is theirs again, and shows nothing of the bot's on its face. What was said
    /// there stands.
    async fn give_back(&self, wanted: &CaseChannel, state: &mut ChannelState) -> Called<()> {
        if state.given_back {
            return Ok(());
        }
        let channel = state.channel.clone();
        self.clear_topic(wanted, &channel).await?;
        if let Some(card) = &wanted.pinned {
            self.unpin(&channel, card).await?;
        }
        // The links may be people's own bookmarks.
        let card: Vec<String> = self.address_of_card(wanted, &channel).into_iter().collect();
        self.unbookmark(&channel, &card).await?;
        lock(&self.places).give_back(&wanted.lane);
        tracing::info!(platform = %self.platform, lane = %wanted.lane, channel, "a channel in which people talked is theirs again");
        let conversation_read = state.conversation_read;
        *state = ChannelState { channel, conversation_read, given_back: true, ..ChannelState::default() };
        Ok(())
    }

    async fn unpin(&self, channel: &str, card: &str) -> Called<()> {
        self.optional("pins.remove", json!({ "channel": channel, "timestamp": card }), &gone(&["no_pin"])).await
    }

    fn address_of_card(&self, wanted: &CaseChannel, channel: &str) -> Option<String> {
        self.permalink(channel, Some(wanted.pinned.as_deref()?))
    }

    async fn unbookmark(&self, channel: &str, addresses: &[String]) -> Called<()> {
        let listed = self.api.patiently("bookmarks.list", &[("channel_id", channel.to_owned())]).await;
        let listed = listed.unwrap_or_default();
        for bookmark in listed["bookmarks"].as_array().into_iter().flatten() {
            if addresses.iter().any(|address| address == word(bookmark, "link")) {
                let body = json!({ "channel_id": channel, "bookmark_id": word(bookmark, "id") });
                self.optional("bookmarks.remove", body, &gone(&["not_found"])).await?;
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
                self.go_elsewhere(wanted, state, &trouble).await?;
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    /// The case's channel can't be spoken in, and it goes on in another one.
    async fn go_elsewhere(&self, wanted: &CaseChannel, state: &mut ChannelState, trouble: &Trouble) -> Called<()> {
        let before = state.channel.clone();
        tracing::warn!(platform = %self.platform, lane = %wanted.lane, before, %trouble, "a case's channel can't be opened or entered; making another");
        let channel = self.create(wanted).await?;
        lock(&self.places).is_own(&wanted.lane, &channel);
        let private = Some(wanted.private);
        let left = wanted.pinned.clone();
        *state = ChannelState { channel, private, before: Some(before), left, ..ChannelState::default() };
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
        let there = self.topic_of(channel).await?;
        Ok(there.is_some_and(|topic| topic.is_empty() || is_bots_own(wanted.case, &topic)))
    }

    /// Takes the bot's topic from people's own channel. One that they gave it stays.
    async fn clear_topic(&self, wanted: &CaseChannel, channel: &str) -> Called<()> {
        let there = match self.topic_of(channel).await {
            Err(trouble) if trouble.is(NOT_THERE) => return Ok(()),
            other => other?,
        };
        if there.is_some_and(|topic| is_bots_own(wanted.case, &topic)) {
            let none = json!({ "channel": channel, "topic": "" });
            self.optional("conversations.setTopic", none, NOT_THERE).await?;
        }
        Ok(())
    }

    /// `None`: Slack doesn't let the bot see it.
    async fn topic_of(&self, channel: &str) -> Called<Option<String>> {
        match self.api.patiently("conversations.info", &[("channel", channel.to_owned())]).await {
            Ok(there) => Ok(Some(word(&there["channel"]["topic"], "value").trim().to_owned())),
            Err(trouble @ Trouble::Said(_)) if !trouble.is(NOT_THERE) && !trouble.is_about_the_token() => {
                tracing::warn!(platform = %self.platform, channel, %trouble, "a channel's topic can't be seen");
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
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
