//! A case's own channel: there, named, with its people in it. What was done is remembered, so doing it again costs nothing.

use std::collections::BTreeSet;

use serde_json::json;

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
    topic: String,
    invited: BTreeSet<String>,
    pinned: Option<String>,
    archived: Option<bool>,
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
            Err(trouble) if trouble.is(&["channel_not_found"]) => {
                lock(&self.furnished).remove(&venue.lane);
                Err(self.undelivered(&trouble, &venue.lane))
            }
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
        let channel = done.channel.clone();
        // What is said there, and who comes in, counts from now on.
        lock(&self.places).is_own(&venue.lane, &channel);
        if !venue.archived && done.archived == Some(true) {
            self.well("conversations.unarchive", json!({ "channel": channel }), &["not_archived"]).await?;
            done.archived = Some(false);
        }
        if venue.archived && done.archived == Some(true) {
            return Ok(());
        }
        // Of an archived channel nothing can be changed; one that was archived before this process began stays so.
        match self.outfit(venue, done, &channel).await {
            Err(trouble) if venue.archived && trouble.is(&["is_archived"]) => {}
            Err(trouble) if trouble.is(&["is_archived"]) => {
                self.well("conversations.unarchive", json!({ "channel": channel }), &["not_archived"]).await?;
                done.archived = Some(false);
                self.outfit(venue, done, &channel).await?;
            }
            Err(trouble) if trouble.is(&["not_in_channel"]) && !venue.private => {
                self.well("conversations.join", json!({ "channel": channel }), &[]).await?;
                self.outfit(venue, done, &channel).await?;
            }
            other => other?,
        }
        if venue.archived {
            self.well("conversations.archive", json!({ "channel": channel }), &["already_archived"]).await?;
            done.archived = Some(true);
        }
        Ok(())
    }

    async fn outfit(&self, venue: &Venue, done: &mut Done, channel: &str) -> Called<()> {
        let topic: String = super::words::cut(&venue.topic, TOPIC);
        if done.topic != topic {
            let body = json!({ "channel": channel, "topic": super::words::escaped(&topic) });
            self.well("conversations.setTopic", body, &[]).await?;
            done.topic = topic;
        }
        for person in &venue.people {
            if done.invited.contains(person) {
                continue;
            }
            // One by one: an account that can't come must not keep the others out.
            match self.call("conversations.invite", &json!({ "channel": channel, "users": person })).await {
                Ok(_) => {}
                Err(trouble) if trouble.is(&["already_in_channel", "cant_invite_self"]) => {}
                Err(trouble @ Trouble::Said(_)) if !trouble.is(&["is_archived", "channel_not_found"]) => {
                    tracing::warn!(platform = %self.platform, account = person, channel, %trouble, "somebody could not be invited");
                }
                Err(trouble) => return Err(trouble),
            }
            done.invited.insert(person.clone());
        }
        if let Some(message) = venue.pinned.as_ref().filter(|message| done.pinned.as_ref() != Some(message)) {
            let body = json!({ "channel": channel, "timestamp": message });
            self.well("pins.add", body, &["already_pinned", "message_not_found", "no_item_specified"]).await?;
            done.pinned = Some(message.clone());
        }
        Ok(())
    }

    /// Calls, and takes some refusals for done.
    async fn well(&self, method: &str, body: serde_json::Value, fine: &[&str]) -> Called<()> {
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
                    if let Some(channel) = self.my_channel(&name).await? {
                        return Ok(channel);
                    }
                }
                Err(Trouble::Unknown(why)) => match self.my_channel(&name).await? {
                    Some(channel) => return Ok(channel),
                    None => return Err(Trouble::Unknown(why)),
                },
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Said("name_taken".to_owned()))
    }

    /// A channel of this name that the bot itself made.
    async fn my_channel(&self, name: &str) -> Called<Option<String>> {
        let Some(me) = self.me() else { return Ok(None) };
        let arguments = [
            ("types", "public_channel,private_channel".to_owned()),
            ("exclude_archived", "false".to_owned()),
            ("limit", "200".to_owned()),
        ];
        let all = self.api.pages("conversations.list", &arguments, "channels", 100).await?;
        let mine = all.iter().find(|it| word(it, "name") == name && word(it, "creator") == me.user);
        Ok(mine.map(|it| word(it, "id").to_owned()))
    }
}
