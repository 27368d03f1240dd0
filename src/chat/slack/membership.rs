//! Whether the bot is in every channel that the policy names: what is said where it isn't, nobody keeps.

use std::sync::Arc;

use serde_json::json;

use super::{Slack, lock};
use crate::chat::membership::Memberships;
use crate::domain::Lane;

impl Slack {
    pub(super) async fn keep_memberships(self: Arc<Slack>) {
        let Some(door) = self.door() else { return };
        let mut memberships = Memberships::of(&door.reception.desk, self.platform.clone());
        loop {
            for channel in memberships.next().await {
                self.look_into(&Lane::channel(&channel)).await;
            }
        }
    }

    /// Joins a public channel, and says of another one that the bot isn't in it.
    async fn look_into(&self, lane: &Lane) {
        let Ok(channel) = self.channel_of(lane).await else { return };
        let asked = match self.api.patiently("conversations.info", &[("channel", channel.clone())]).await {
            Ok(asked) => asked,
            Err(trouble) => {
                // Of a private channel that it isn't in, Slack says that there is none.
                if trouble.is(&["channel_not_found"]) {
                    self.is_not_in(lane);
                }
                return;
            }
        };
        let is = |what: &str| asked["channel"][what].as_bool() == Some(true);
        if is("is_member") {
            if lock(&self.absent).contains_key(lane) {
                self.is_back_in(lane);
            }
            return;
        }
        self.is_not_in(lane);
        let joined = !is("is_private")
            && !is("is_archived")
            && self.call("conversations.join", &json!({ "channel": channel })).await.is_ok();
        if joined {
            self.is_back_in(lane);
        }
    }

    /// The bot isn't in a channel where it should be.
    pub(super) fn is_not_in(&self, lane: &Lane) {
        lock(&self.absent).entry(lane.clone()).or_insert(self.now());
        // What was said of its new id says more.
        if !lock(&self.moved).contains(lane) {
            let why = format!(
                "the bot isn't in {lane}, so what is said there is not kept and nothing can be told there: invite it, with /invite in that channel"
            );
            self.lacks(lane, Some(why));
        }
    }

    /// A channel goes on under another id, as when a private one is shared with another company.
    pub(super) fn has_new_id(&self, old: &str, new: &str) {
        let lane = self.lane_of(old);
        if self.keeps(&lane) && lane.own_of().is_none() {
            let new = self.lane_of(new);
            let why = format!(
                "{lane} has another id on Slack now, and what is said there is not kept until the policy names it: write {new} there"
            );
            self.lacks(&lane, Some(why));
            lock(&self.moved).insert(lane);
        }
    }
}
