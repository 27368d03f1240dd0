//! A case's own channel: there, named, with its people in it. What was done is remembered, so doing it again costs nothing.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Called;
use super::{Slack, Trouble, lock, word};
use crate::chat::{Undelivered, Venue};

/// Slack's own limit is 250.
const TOPIC: usize = 250;
/// How many other names are tried where the first is taken by somebody else's channel.
const NAMES: u32 = 5;

/// What was done for a lane already.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    channel: String,
    /// The channel that it took the place of.
    before: Option<String>,
    topic: String,
    invited: BTreeSet<String>,
    /// It was looked who is there, in this process.
    looked: bool,
    pinned: Option<String>,
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
    pub(super) async fn make_venue(&self, venue: &Venue) -> Result<String, Undelivered> {
        let mut done = lock(&self.furnished).get(&venue.lane).cloned().unwrap_or_default();
        let outcome = self.furnish_with(venue, &mut done).await;
        if !done.channel.is_empty() {
            lock(&self.furnished).insert(venue.lane.clone(), done.clone());
        }
        match outcome {
            Ok(()) => Ok(done.channel),
            Err(trouble) => Err(self.undelivered(&trouble, &venue.lane)),
        }
    }

    async fn furnish_with(&self, venue: &Venue, done: &mut Done) -> Called<()> {
        if done.channel.is_empty() {
            done.channel = match &venue.channel {
                Some(channel) => channel.clone(),
                None => self.create(venue).await?,
            };
        }
        // What is said there, and who comes in, counts from now on.
        lock(&self.places).is_own(&venue.lane, &done.channel);
        if venue.archived && done.archived == Some(true) {
            return Ok(());
        }
        if done.archived == Some(true) {
            self.reopen(venue, done).await?;
        }
        // Of an archived channel nothing can be changed; one that was archived before this process began stays so.
        match self.outfit(venue, done).await {
            Err(trouble) if venue.archived && trouble.is(&["is_archived", "channel_not_found"]) => {
                done.archived = Some(true);
                return Ok(());
            }
            Err(trouble) if trouble.is(&["is_archived", "channel_not_found"]) => {
                self.reopen(venue, done).await?;
                self.outfit(venue, done).await?;
            }
            Err(trouble) if trouble.is(&["not_in_channel"]) && !venue.private => {
                self.well("conversations.join", json!({ "channel": done.channel }), &[]).await?;
                self.outfit(venue, done).await?;
            }
            other => other?,
        }
        if venue.archived {
            self.well("conversations.archive", json!({ "channel": done.channel }), &["already_archived"]).await?;
            done.archived = Some(true);
        }
        Ok(())
    }

    /// Slack takes a bot out of a channel that is archived, and lets nobody open one who isn't in it: where it refuses, the
    /// case goes on in a new channel, which says where it was before.
    async fn reopen(&self, venue: &Venue, done: &mut Done) -> Called<()> {
        let body = json!({ "channel": done.channel });
        let opened = match self.well("conversations.unarchive", body.clone(), &["not_archived"]).await {
            Err(Trouble::Said(why)) if !venue.private && why != "channel_not_found" => {
                // A person may have opened it meanwhile.
                self.well("conversations.join", body, &[]).await
            }
            other => other,
        };
        match opened {
            Ok(()) => done.archived = Some(false),
            Err(trouble @ Trouble::Said(_)) if !trouble.is_about_the_token() => {
                let before = std::mem::take(&mut done.channel);
                tracing::warn!(platform = %self.platform, lane = %venue.lane, before, %trouble, "a case's channel can't be opened again; making another");
                let channel = self.create(venue).await.inspect_err(|_| done.channel.clone_from(&before))?;
                lock(&self.places).is_own(&venue.lane, &channel);
                *done = Done { channel, before: Some(before), ..Done::default() };
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    async fn outfit(&self, venue: &Venue, done: &mut Done) -> Called<()> {
        let channel = done.channel.clone();
        let topic = topic(&venue.topic, done.before.as_deref());
        if done.topic != topic {
            self.adorn("conversations.setTopic", json!({ "channel": channel, "topic": topic }), &[]).await?;
            done.topic = topic;
        }
        if venue.private && !venue.barred.is_empty() {
            if !done.looked {
                let arguments = [("channel", channel.clone()), ("limit", "200".to_owned())];
                let there = self.api.pages("conversations.members", &arguments, "members", 20).await?;
                done.invited = there.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
                done.looked = true;
            }
            for person in
                venue.barred.iter().filter(|person| done.invited.contains(*person)).cloned().collect::<Vec<_>>()
            {
                let body = json!({ "channel": channel, "user": person });
                self.well("conversations.kick", body, &["not_in_channel", "user_not_found"]).await?;
                done.invited.remove(&person);
            }
        }
        for person in &venue.people {
            if done.invited.contains(person) {
                continue;
            }
            // One by one: an account that can't come must not keep the others out.
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
            done.invited.insert(person.clone());
        }
        if let Some(message) = venue.pinned.as_ref().filter(|message| done.pinned.as_ref() != Some(message)) {
            let body = json!({ "channel": channel, "timestamp": message });
            self.adorn("pins.add", body, &["already_pinned", "message_not_found", "no_item_specified"]).await?;
            done.pinned = Some(message.clone());
        }
        Ok(())
    }

    /// Calls for something that a channel can be without: a refusal that isn't about the channel as a whole holds up no word.
    async fn adorn(&self, method: &str, body: Json, fine: &[&str]) -> Called<()> {
        match self.well(method, body, fine).await {
            Err(trouble) if trouble.is(&["is_archived", "channel_not_found", "not_in_channel"]) => Err(trouble),
            Err(trouble) if trouble.is_about_the_token() => Err(trouble),
            Err(trouble) => {
                tracing::warn!(platform = %self.platform, method, %trouble, "a case's channel lacks an ornament");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Calls, and takes some refusals for done.
    async fn well(&self, method: &str, body: Json, fine: &[&str]) -> Called<()> {
        match self.call(method, &body).await {
            Err(trouble) if !trouble.is(fine) => Err(trouble),
            _ => Ok(()),
        }
    }

    async fn create(&self, venue: &Venue) -> Called<String> {
        for number in 1..=NAMES {
            let name = match number {
                1 => venue.name.clone(),
                number => format!("{}-{number}", venue.name),
            };
            match self.call("conversations.create", &json!({ "name": name, "is_private": venue.private })).await {
                Ok(answer) => return Ok(word(&answer["channel"], "id").to_owned()),
                // An earlier try may have got through without our hearing of it.
                Err(trouble) if trouble.is(&["name_taken"]) => {
                    if let Some(channel) = self.made_before(venue, &name).await? {
                        return Ok(channel);
                    }
                }
                Err(Trouble::Unknown(why)) => match self.made_before(venue, &name).await? {
                    Some(channel) => return Ok(channel),
                    None => return Err(Trouble::Unknown(why)),
                },
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Said("name_taken".to_owned()))
    }

    /// An open channel of this name that the bot itself made, as private as the case wants it, and of no other case: what is
    /// restricted must not be said in a channel that only has the right name.
    async fn made_before(&self, venue: &Venue, name: &str) -> Called<Option<String>> {
        let Some(me) = self.me() else { return Ok(None) };
        let sort = if venue.private { "private_channel" } else { "public_channel" };
        let arguments =
            [("types", sort.to_owned()), ("exclude_archived", "true".to_owned()), ("limit", "200".to_owned())];
        let all = self.api.pages("conversations.list", &arguments, "channels", 100).await?;
        let places = lock(&self.places);
        let fits = |it: &&Json| {
            word(it, "name") == name
                && word(it, "creator") == me.user
                && it["is_private"].as_bool().unwrap_or(false) == venue.private
                && it["is_archived"].as_bool() != Some(true)
                && places.own.get(word(it, "id")).is_none_or(|lane| *lane == venue.lane)
        };
        Ok(all.iter().find(fits).map(|it| word(it, "id").to_owned()))
    }
}
